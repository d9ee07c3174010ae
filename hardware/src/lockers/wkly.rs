//! Frames of the "WKLY" family, named after its first four bytes, `57 4B 4C 59`. Pure.
//!
//! Serial line 9600 8N1. The fifth byte is the length of the whole frame, the last is the XOR of all bytes before it.
//! (Two texts take the XOR of the payload only. That gives the same only where the length happens to be nine.)
//! Locks are numbered from 1; after the board's address comes a command:
//!
//! | | request | answer |
//! |---|---|---|
//! | unlock one | `… 09 AA 82 LL XX` | `… 0B AA 82 RR LL ST XX`; at least one board never answers |
//! | read one | `… 09 AA 83 LL XX` | `… 0B AA 83 RR LL ST XX` |
//! | read all | `… 08 AA 84 XX` | `… NN AA 84 RR CC ST… XX`: `CC` locks, one byte each, lock 1 first |
//! | (a door changed) | – | `… 0A AA 85 LL ST XX`, unasked, also between a request and its answer |
//!
//! `RR` is 00 if it was done, FF if not. `ST` is 01 for closed and 00 for open, if the contact is wired as the vendor
//! means. Sources: five public implementations; see docs/hardware.md.

use super::family::{Family, UnlockAnswer, Width};
use super::frame::{Expect, Reply, Request};
use super::stream::{Front, agrees, noise};
use super::xor24::checksum;

/// What every frame begins with.
const MARK: [u8; 4] = [0x57, 0x4B, 0x4C, 0x59];
/// Command: unlock one.
const UNLOCK: u8 = 0x82;
/// Command: state of one.
const READ_ONE: u8 = 0x83;
/// Command: state of all.
const READ_ALL: u8 = 0x84;
/// What a board says unasked when a door changed.
const PUSH: u8 = 0x85;
/// First byte of an answer: done.
const DONE: u8 = 0x00;
/// First byte of an answer: not done.
const FAILED: u8 = 0xFF;
/// Mark, length, board, command and XOR: a frame without data.
const SHORTEST: u8 = 8;

/// What sets these boards apart.
pub(super) static FAMILY: Family = Family {
    name: "wkly",
    baud: 9600,
    addresses: 0..=31,
    most_locks: 48,
    width: Width::Counted,
    knows_items: false,
    takes_pulse: false,
    unlock_answer: UnlockAnswer::Sometimes,
    echo_passes: |_| false,
    encode,
    front,
};

/// The bytes of a request.
pub fn encode(request: Request) -> Vec<u8> {
    match request {
        Request::Unlock { board, lock, .. } => frame(board, UNLOCK, &[lock]),
        Request::ReadOne { board, lock } => frame(board, READ_ONE, &[lock]),
        Request::ReadAll { board } => frame(board, READ_ALL, &[]),
    }
}

fn frame(board: u8, command: u8, data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len()).unwrap_or(u8::MAX).saturating_add(SHORTEST);
    let mut frame = [&MARK, &[length, board, command][..], data].concat();
    frame.push(checksum(&frame));
    frame
}

/// Finds a frame that answers `expect`, or that was pushed.
pub fn front(bytes: &[u8], expect: Expect) -> Front<Reply> {
    read(bytes, |from, command, data| match (command, data, expect) {
        (PUSH, [lock, state], _) => Some(Reply::Push { board: from, lock: *lock, bit: bit(*state)? }),
        _ if from != expect.board() => None,
        (UNLOCK, [FAILED, ..], Expect::Unlock { board, .. })
        | (READ_ONE, [FAILED, ..], Expect::One { board, .. })
        | (READ_ALL, [FAILED, ..], Expect::All { board, .. }) => Some(Reply::Refused { board }),
        (UNLOCK, [DONE, from, state], Expect::Unlock { board, lock }) if *from == lock => {
            Some(Reply::Unlock { board, lock, bit: bit(*state)? })
        }
        (READ_ONE, [DONE, from, state], Expect::One { board, lock }) if *from == lock => {
            Some(Reply::One { board, lock, bit: bit(*state)? })
        }
        (READ_ALL, [DONE, count, states @ ..], Expect::All { board, locks }) if usize::from(*count) == states.len() => {
            let bits = states.iter().map(|state| bit(*state)).collect::<Option<Vec<_>>>()?;
            match bits.get(..usize::from(locks)) {
                Some(bits) => Some(Reply::All { board, bits: bits.to_vec(), items: None }),
                None => Some(Reply::Fewer { board, locks: *count }),
            }
        }
        _ => None,
    })
}

fn bit(state: u8) -> Option<bool> {
    match state {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// A whole frame at the front of `bytes` that `meaning` can make something of, given board, command and data.
fn read<T>(bytes: &[u8], meaning: impl FnOnce(u8, u8, &[u8]) -> Option<T>) -> Front<T> {
    let none = || noise(bytes, |byte| byte == MARK[0]);
    let length = bytes.get(MARK.len()).copied();
    if !agrees(bytes, &MARK.map(Some)) || length.is_some_and(|length| length < SHORTEST) {
        return none();
    }
    let Some(frame) = length.and_then(|length| bytes.get(..usize::from(length))) else { return Front::Incomplete };
    let [_, _, _, _, _, board, command, data @ .., sum] = frame else { return none() };
    if checksum(&frame[..frame.len() - 1]) != *sum {
        return none();
    }
    match meaning(*board, *command, data) {
        Some(meaning) => Front::Frame(frame.len(), meaning),
        // Not skipped as a whole: a frame torn in the middle and begun anew can have a right XOR.
        None => none(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lockers::peer;
    use crate::lockers::stream::tests::decode;

    const ONE: Expect = Expect::One { board: 0, lock: 1 };
    const OPENED: Expect = Expect::Unlock { board: 0, lock: 1 };

    fn all(board: u8, closed: &[usize], locks: usize) -> Reply {
        Reply::All { board, bits: (1..=locks).map(|lock| closed.contains(&lock)).collect(), items: None }
    }

    /// The bytes behind the mark.
    fn marked(rest: &[u8]) -> Vec<u8> {
        [&MARK, rest].concat()
    }

    #[test]
    fn frames_are_those_of_the_public_sources() {
        for (asked, rest) in [
            (Request::Unlock { board: 0, lock: 1, pulse_s: None }, &[0x09, 0x00, 0x82, 0x01, 0x83][..]),
            (Request::ReadOne { board: 0, lock: 1 }, &[0x09, 0x00, 0x83, 0x01, 0x82]),
            (Request::ReadAll { board: 0 }, &[0x08, 0x00, 0x84, 0x85]),
        ] {
            assert_eq!(encode(asked), marked(rest));
            assert_eq!(peer::hear("wkly", &marked(rest)), Some(peer::order(asked)));
        }
        let four = Expect::All { board: 0, locks: 4 };
        for (rest, expect, reply) in [
            (&[0x0B, 0x00, 0x82, 0x00, 0x01, 0x00, 0x81][..], OPENED, Reply::Unlock { board: 0, lock: 1, bit: false }),
            (&[0x0B, 0x00, 0x83, 0x00, 0x01, 0x00, 0x80], ONE, Reply::One { board: 0, lock: 1, bit: false }),
            (&[0x0E, 0x00, 0x84, 0x00, 0x04, 0x00, 0x01, 0x01, 0x00, 0x87], four, all(0, &[2, 3], 4)),
            (&[0x0A, 0x00, 0x85, 0x01, 0x01, 0x86], four, Reply::Push { board: 0, lock: 1, bit: true }),
        ] {
            let bytes = marked(rest);
            assert_eq!(front(&bytes, expect), Front::Frame(bytes.len(), reply.clone()), "{rest:02X?}");
            assert_eq!(peer::say("wkly", &reply), bytes);
        }
        let mut open = vec![0x22, 0x00, 0x84, 0x00, 0x18];
        open.resize(5 + 24, 0);
        open.push(0xB7);
        let bytes = marked(&open);
        let wanted = Front::Frame(bytes.len(), all(0, &[], 24));
        assert_eq!(front(&bytes, Expect::All { board: 0, locks: 24 }), wanted);
        assert_eq!(peer::say("wkly", &all(0, &[], 24)), bytes);
    }

    #[test]
    fn a_board_says_that_it_could_not_and_how_many_locks_it_has() {
        for (request, expect) in [
            (Request::Unlock { board: 3, lock: 2, pulse_s: None }, Expect::Unlock { board: 3, lock: 2 }),
            (Request::ReadOne { board: 3, lock: 2 }, Expect::One { board: 3, lock: 2 }),
            (Request::ReadAll { board: 3 }, Expect::All { board: 3, locks: 24 }),
        ] {
            let bytes = peer::refuse("wkly", request);
            assert_eq!(front(&bytes, expect), Front::Frame(bytes.len(), Reply::Refused { board: 3 }));
        }
        let bytes = peer::say("wkly", &all(3, &[1, 2], 4));
        let fewer = Front::Frame(bytes.len(), Reply::Fewer { board: 3, locks: 4 });
        assert_eq!(front(&bytes, Expect::All { board: 3, locks: 24 }), fewer);
        assert_eq!(front(&bytes, Expect::All { board: 3, locks: 2 }), Front::Frame(bytes.len(), all(3, &[1, 2], 2)));
    }

    #[test]
    fn partial_doubled_corrupt_and_noisy_streams() {
        let expect = Expect::All { board: 1, locks: 4 };
        let reply = all(1, &[1, 3], 4);
        let good = peer::say("wkly", &reply);
        let echo = encode(Request::ReadAll { board: 1 });
        let mut bad = good.clone();
        bad[9] ^= 1;
        let other = peer::say("wkly", &all(2, &[], 4));
        let late = peer::say("wkly", &Reply::Unlock { board: 1, lock: 1, bit: true });
        for (name, chunks, replies, unused) in [
            ("half a frame", vec![&good[..9]], 0, 9),
            ("byte by byte", good.chunks(1).collect(), 1, 0),
            ("two at once", vec![&good, &good], 2, 0),
            ("its echo in front", vec![&echo, &good], 1, 8),
            ("noise in front", vec![&[0x57, 0x4B, 0xFF, 0x57], &good], 1, 4),
            ("half a frame in front", vec![&good[..7], &good], 1, 7),
            ("a wrong XOR, then a good one", vec![&bad, &good], 1, 14),
            ("another board's answer in front", vec![&other, &good], 1, 14),
            ("a late answer to something else in front", vec![&late, &good], 1, 11),
        ] {
            let decoded = decode(&chunks, |bytes| front(bytes, expect));
            assert_eq!(decoded, (vec![reply.clone(); replies], unused), "{name}");
        }
        let push = Reply::Push { board: 2, lock: 4, bit: false };
        let decoded = decode(&[&peer::say("wkly", &push), &good], |bytes| front(bytes, expect));
        assert_eq!(decoded, (vec![push, reply], 0), "pushes come between a request and its answer");
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(bytes: Vec<u8>, board in 0u8..32, locks in 1u8..=48) {
            let (_, unused) = decode(&[&bytes], |bytes| front(bytes, Expect::All { board, locks }));
            prop_assert!(unused <= bytes.len());
            let (_, unused) = decode(&[&marked(&bytes)], |bytes| front(bytes, Expect::All { board, locks }));
            prop_assert!(unused <= bytes.len() + MARK.len());
        }

        #[test]
        fn states_survive_the_wire_behind_any_noise(
            bits in proptest::collection::vec(any::<bool>(), 1..=48),
            noise in proptest::collection::vec(0x58u8.., 0..20),
            cut in 0usize..60,
        ) {
            let expect = Expect::All { board: 7, locks: u8::try_from(bits.len()).unwrap() };
            let reply = Reply::All { board: 7, bits, items: None };
            let stream = [noise, peer::say("wkly", &reply)].concat();
            let (head, tail) = stream.split_at(cut.min(stream.len()));
            let (replies, _) = decode(&[head, tail], |bytes| front(bytes, expect));
            prop_assert_eq!(replies, vec![reply]);
        }

        #[test]
        fn one_flipped_bit_is_never_taken(bits in proptest::collection::vec(any::<bool>(), 24), at in 0usize..272) {
            let mut frame = peer::say("wkly", &Reply::All { board: 1, bits, items: None });
            frame[at / 8] ^= 1 << (at % 8);
            let (replies, _) = decode(&[&frame], |bytes| front(bytes, Expect::All { board: 1, locks: 24 }));
            prop_assert_eq!(replies, vec![]);
        }
    }
}
