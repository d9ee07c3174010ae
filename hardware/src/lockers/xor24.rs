//! Frames of the "485 lock board, 24 ways" family (also sold with 8, 12, 16, 18, 32 and 48 ways). Pure.
//!
//! Serial line 9600 8N1. Every frame ends with the XOR of all bytes before it. No frame has a length field: an answer
//! is recognised by what was asked. Locks are numbered from 1.
//!
//! | | request | answer |
//! |---|---|---|
//! | unlock one | `8A AA LL 11 XX` | `8A AA LL ST XX` |
//! | unlock one, powered for SS seconds (1 to 9) | `8A AA LL 11 SS XX` | the same |
//! | read one | `80 AA LL 33 XX` | `80 AA LL ST XX` |
//! | read all | `80 AA 00 33 XX` | `80 AA S… 33 XX`: one state byte for each eight locks, highest locks first |
//! | (a door changed) | – | `81 AA LL ST XX`, unasked, some firmware |
//!
//! `ST` is 00 or 11; what either means depends on the wiring. Sources: the vendor's text as quoted by six public
//! implementations (the length of a pulse: by one); see docs/hardware.md.

use super::family::{Family, UnlockAnswer, Width};
use super::frame::{Expect, Reply, Request, unpack};
use super::stream::{Front, agrees, noise};

/// First byte of everything about unlocking.
const UNLOCK: u8 = 0x8A;
/// First byte of everything about reading.
const READ: u8 = 0x80;
/// First byte of a push.
const PUSH: u8 = 0x81;
/// Fourth byte of a request to unlock; also the state byte of a set bit.
const SET: u8 = 0x11;
/// State byte of a clear bit.
const CLEAR: u8 = 0x00;
/// Last byte before the checksum of a request to read, and of the answer to read-all.
const READ_MARK: u8 = 0x33;
/// Longest pulse that can be asked for, seconds.
pub(super) const LONGEST_PULSE_S: u8 = 9;

/// What sets these boards apart.
pub(super) static FAMILY: Family = Family {
    name: "xor24",
    baud: 9600,
    addresses: 1..=32,
    most_locks: 48,
    width: Width::Eights,
    knows_items: false,
    takes_pulse: true,
    unlock_answer: UnlockAnswer::Contact,
    echo_passes: |expect| match expect {
        // The answer's state byte can be the request's fourth.
        Expect::Unlock { .. } => true,
        Expect::One { .. } => false,
        // One state byte of 00 makes the answer the same as the question.
        Expect::All { locks, .. } => locks <= 8,
    },
    encode,
    front,
};

/// XOR of all bytes.
pub fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

/// The bytes of a request.
pub fn encode(request: Request) -> Vec<u8> {
    match request {
        Request::Unlock { board, lock, pulse_s: None } => sealed(vec![UNLOCK, board, lock, SET]),
        Request::Unlock { board, lock, pulse_s: Some(seconds) } => sealed(vec![UNLOCK, board, lock, SET, seconds]),
        Request::ReadOne { board, lock } => sealed(vec![READ, board, lock, READ_MARK]),
        Request::ReadAll { board } => sealed(vec![READ, board, 0, READ_MARK]),
    }
}

fn sealed(mut frame: Vec<u8>) -> Vec<u8> {
    frame.push(checksum(&frame));
    frame
}

fn bit(state: u8) -> Option<bool> {
    match state {
        CLEAR => Some(false),
        SET => Some(true),
        _ => None,
    }
}

/// Finds a frame that answers `expect`, or that was pushed.
pub fn front(bytes: &[u8], expect: Expect) -> Front<Reply> {
    let wanted = match expect {
        Expect::Unlock { .. } => UNLOCK,
        Expect::One { .. } | Expect::All { .. } => READ,
    };
    let found = match (bytes.first().copied(), expect) {
        (Some(PUSH), _) => short(bytes, None, |board, lock, bit| Reply::Push { board, lock, bit }),
        (Some(UNLOCK), Expect::Unlock { board, lock }) => {
            short(bytes, Some((board, lock)), |board, lock, bit| Reply::Unlock { board, lock, bit })
        }
        (Some(READ), Expect::One { board, lock }) => {
            short(bytes, Some((board, lock)), |board, lock, bit| Reply::One { board, lock, bit })
        }
        (Some(READ), Expect::All { board, locks }) => all(bytes, board, locks),
        _ => None,
    };
    found.unwrap_or_else(|| noise(bytes, |byte| byte == PUSH || byte == wanted))
}

/// A frame of five bytes, from `from` if that is given. `None`: it is none.
fn short(bytes: &[u8], from: Option<(u8, u8)>, reply: impl Fn(u8, u8, bool) -> Reply) -> Option<Front<Reply>> {
    if !agrees(bytes, &[None, from.map(|from| from.0), from.map(|from| from.1)]) {
        return None;
    }
    let Some(frame) = bytes.first_chunk::<5>() else { return Some(Front::Incomplete) };
    let bit = bit(frame[3]).filter(|_| checksum(&frame[..4]) == frame[4])?;
    Some(Front::Frame(5, reply(frame[1], frame[2], bit)))
}

fn all(bytes: &[u8], board: u8, locks: u8) -> Option<Front<Reply>> {
    if !agrees(bytes, &[None, Some(board)]) {
        return None;
    }
    let groups = usize::from(locks).div_ceil(8);
    let length = groups + 4;
    let Some(frame) = bytes.get(..length) else { return Some(Front::Incomplete) };
    if frame[length - 2] != READ_MARK || checksum(&frame[..length - 1]) != frame[length - 1] {
        return None;
    }
    let states: Vec<u8> = frame[2..2 + groups].iter().rev().copied().collect();
    Some(Front::Frame(length, Reply::All { board, bits: unpack(&states, locks), items: None }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lockers::peer;
    use crate::lockers::stream::Stream;
    use crate::lockers::stream::tests::decode as frames;

    const ONE: Expect = Expect::One { board: 1, lock: 1 };
    const OPENED: Expect = Expect::Unlock { board: 1, lock: 1 };
    const ALL: Expect = Expect::All { board: 1, locks: 24 };

    fn decode(chunks: &[&[u8]], expect: Expect) -> (Vec<Reply>, usize) {
        frames(chunks, |bytes| front(bytes, expect))
    }

    fn locked(numbers: &[usize], locks: usize) -> Reply {
        Reply::All { board: 1, bits: (1..=locks).map(|lock| numbers.contains(&lock)).collect(), items: None }
    }

    #[test]
    fn requests_are_those_of_the_vendors_table() {
        let unlock = |lock, pulse_s| Request::Unlock { board: 1, lock, pulse_s };
        for (asked, bytes) in [
            (unlock(1, None), &[0x8A, 0x01, 0x01, 0x11, 0x9B][..]),
            (unlock(2, None), &[0x8A, 0x01, 0x02, 0x11, 0x98]),
            (unlock(12, None), &[0x8A, 0x01, 0x0C, 0x11, 0x96]),
            (unlock(1, Some(2)), &[0x8A, 0x01, 0x01, 0x11, 0x02, 0x99]),
            (Request::ReadOne { board: 1, lock: 1 }, &[0x80, 0x01, 0x01, 0x33, 0xB3]),
            (Request::ReadAll { board: 1 }, &[0x80, 0x01, 0x00, 0x33, 0xB2]),
        ] {
            assert_eq!(encode(asked), bytes);
            assert_eq!(peer::hear("xor24", bytes), Some(peer::order(asked)));
        }
    }

    #[test]
    fn whole_answers() {
        for (bytes, expect, reply) in [
            (&[0x8A, 0x01, 0x01, 0x00, 0x8A][..], OPENED, Reply::Unlock { board: 1, lock: 1, bit: false }),
            (&[0x8A, 0x01, 0x01, 0x11, 0x9B], OPENED, Reply::Unlock { board: 1, lock: 1, bit: true }),
            (&[0x80, 0x01, 0x01, 0x00, 0x80], ONE, Reply::One { board: 1, lock: 1, bit: false }),
            (&[0x80, 0x01, 0x01, 0x11, 0x91], ONE, Reply::One { board: 1, lock: 1, bit: true }),
            (&[0x81, 0x01, 0x01, 0x00, 0x81], ONE, Reply::Push { board: 1, lock: 1, bit: false }),
            (&[0x81, 0x01, 0x01, 0x11, 0x90], ALL, Reply::Push { board: 1, lock: 1, bit: true }),
            // The first state byte is locks 17 to 24, the last is locks 1 to 8; bit 0 is the lowest of each.
            (&[0x80, 0x01, 0x01, 0x01, 0x01, 0x33, 0xB3], ALL, locked(&[1, 9, 17], 24)),
            (&[0x80, 0x01, 0x80, 0x00, 0x02, 0x33, 0x30], ALL, locked(&[2, 24], 24)),
        ] {
            assert_eq!(decode(&[bytes], expect), (vec![reply.clone()], 0), "{bytes:02X?}");
            assert_eq!(peer::say("xor24", &reply), bytes);
        }
    }

    #[test]
    fn boards_of_other_sizes() {
        for (locks, bytes) in [
            (8, &[0x80, 0x01, 0x81, 0x33, 0x33][..]),    // one state byte: five in all
            (12, &[0x80, 0x01, 0x08, 0x01, 0x33, 0xBB]), // locks 12 and 1
            (48, &[0x80, 0x01, 0x80, 0, 0, 0, 0, 0x01, 0x33, 0x33]), // locks 48 and 1
        ] {
            let (replies, unused) = decode(&[bytes], Expect::All { board: 1, locks });
            assert_eq!((replies.len(), unused), (1, 0), "{locks} locks: {replies:?}");
            let [Reply::All { bits, .. }] = replies.as_slice() else { panic!("{replies:?}") };
            assert_eq!((bits.len(), bits[0], bits[usize::from(locks) - 1]), (usize::from(locks), true, true));
        }
    }

    #[test]
    fn partial_doubled_corrupt_and_noisy_streams() {
        let good: &[u8] = &[0x80, 0x01, 0x01, 0x01, 0x01, 0x33, 0xB3];
        let reply = locked(&[1, 9, 17], 24);
        for (name, chunks, replies, unused) in [
            ("nothing", vec![&[][..]], 0, 0),
            ("half a frame", vec![&good[..3]], 0, 3),
            ("byte by byte", good.chunks(1).collect(), 1, 0),
            ("two at once", vec![good, good], 2, 0),
            ("wrong checksum", vec![&[0x80, 0x01, 0x01, 0x01, 0x01, 0x33, 0xB2]], 0, 7),
            ("wrong checksum, then a good one", vec![&[0x80, 0x01, 0x01, 0x01, 0x01, 0x33, 0xB2], good], 1, 7),
            ("noise in front", vec![&[0x00, 0xFF, 0x8A, 0x80], good], 1, 4),
            ("half a frame in front", vec![&good[..3], good], 1, 3),
            ("another board's answer", vec![&[0x80, 0x02, 0x01, 0x01, 0x01, 0x33, 0xB0]], 0, 7),
            ("another board's answer in front", vec![&[0x80, 0x02, 0x01, 0x01, 0x01, 0x33, 0xB0], good], 1, 7),
            ("our own request", vec![&[0x80, 0x01, 0x00, 0x33, 0xB2], good], 1, 5),
        ] {
            let decoded = decode(&chunks, ALL);
            assert_eq!(decoded, (vec![reply.clone(); replies], unused), "{name}");
        }
    }

    #[test]
    fn an_echoed_unlock_is_a_legal_answer_and_only_the_caller_can_tell() {
        let request = encode(Request::Unlock { board: 1, lock: 1, pulse_s: None });
        let mut decoder = Stream::default();
        let opened = |bytes: &[u8]| front(bytes, OPENED);
        decoder.push(&request[..3]);
        assert!(!decoder.take_echo(&request));
        decoder.push(&request[3..]);
        decoder.push(&[0x8A, 0x01, 0x01, 0x00, 0x8A]);
        assert!(decoder.take_echo(&request));
        assert_eq!(decoder.next(opened), Some(Reply::Unlock { board: 1, lock: 1, bit: false }));
        assert_eq!((decoder.next(opened), decoder.unused()), (None, 0));
        assert_eq!(decode(&[&request], OPENED).0, [Reply::Unlock { board: 1, lock: 1, bit: true }]);
    }

    fn expect() -> impl Strategy<Value = Expect> {
        prop_oneof![
            (1u8..=32, 1u8..=48).prop_map(|(board, lock)| Expect::Unlock { board, lock }),
            (1u8..=32, 1u8..=48).prop_map(|(board, lock)| Expect::One { board, lock }),
            (1u8..=32, 1u8..=48).prop_map(|(board, locks)| Expect::All { board, locks }),
        ]
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(bytes: Vec<u8>, expect in expect()) {
            let (_, unused) = decode(&[&bytes], expect);
            prop_assert!(unused <= bytes.len());
        }

        #[test]
        fn states_survive_the_wire_behind_any_noise(
            bits in proptest::collection::vec(any::<bool>(), 1..=48),
            noise in proptest::collection::vec(0u8..0x80, 0..20),
            cut in 0usize..14,
        ) {
            let expect = Expect::All { board: 7, locks: u8::try_from(bits.len()).unwrap() };
            let reply = Reply::All { board: 7, bits, items: None };
            let stream = [noise, peer::say("xor24", &reply)].concat();
            let cut = cut.min(stream.len());
            let (replies, _) = decode(&[&stream[..cut], &stream[cut..]], expect);
            prop_assert_eq!(replies, vec![reply]);
        }

        #[test]
        fn one_flipped_bit_is_never_taken(bits in proptest::collection::vec(any::<bool>(), 24), at in 0usize..56) {
            let mut frame = peer::say("xor24", &Reply::All { board: 1, bits, items: None });
            frame[at / 8] ^= 1 << (at % 8);
            prop_assert_eq!(decode(&[&frame], ALL).0, vec![]);
        }
    }
}
