//! Frames of Kerong's CU16 boards (also CU12). Pure.
//!
//! RS-485, 19200 8N1 as delivered. Every frame ends with the low byte of the sum of all bytes before it. One byte names
//! board and lock: the board in the upper four bits, the lock, from 0, in the lower four; here locks count from 1.
//!
//! | | request | answer |
//! |---|---|---|
//! | unlock one | `02 BL 31 03 SS` | **none to rely on**: ask for the state |
//! | read all | `02 B0 30 03 SS` | `02 B. 35 H1 H2 I1 I2 03 SS` |
//!
//! `H1`, `H2` are the hooks of locks 1 to 8 and 9 to 16, 1 is locked; `I1`, `I2` say in the same order where the infrared
//! sensor sees an item. `F0` would be every board at once, and is never sent, so board 15 cannot be used.
//! Sources: four public implementations. Three give the answer nine bytes in this order; one has the end mark elsewhere.
//! Two wait for no answer to an unlock, one saw garbled ones; see docs/hardware.md.

use super::cu48::checksum;
use super::family::{Family, UnlockAnswer, Width};
use super::frame::{Expect, Reply, Request, unpack};
use super::stream::{Front, agrees, noise};

/// First byte of every frame.
const STX: u8 = 0x02;
/// Last byte before the sum.
const ETX: u8 = 0x03;
/// Command: state of every lock of a board.
const STATUS: u8 = 0x30;
/// Command: unlock one.
const UNLOCK: u8 = 0x31;
/// What an answer to [`STATUS`] has in the place of the command.
const ANSWER: u8 = 0x35;
/// Length of an answer.
const REPLY: usize = 9;

/// What sets these boards apart.
pub(super) static FAMILY: Family = Family {
    name: "kerong-cu16",
    baud: 19200,
    // Four bits, but all of them set would speak to every board at once.
    addresses: 0..=14,
    most_locks: 16,
    width: Width::Most,
    knows_items: true,
    takes_pulse: false,
    unlock_answer: UnlockAnswer::Never,
    echo_passes: |_| false,
    encode,
    front,
};

/// The bytes of a request. There is none for a single lock's state: all are asked for.
pub fn encode(request: Request) -> Vec<u8> {
    let (place, command) = match request {
        Request::Unlock { board, lock, .. } => (board << 4 | lock.saturating_sub(1) & 0x0F, UNLOCK),
        Request::ReadOne { board, .. } | Request::ReadAll { board } => (board << 4, STATUS),
    };
    sealed(vec![STX, place, command, ETX])
}

fn sealed(mut frame: Vec<u8>) -> Vec<u8> {
    frame.push(checksum(&frame));
    frame
}

/// Finds a frame that answers `expect`. Which lock the answer names means nothing.
pub fn front(bytes: &[u8], expect: Expect) -> Front<Reply> {
    let none = || noise(bytes, |byte| byte == STX);
    let Expect::All { board, locks } = expect else { return Front::Noise(bytes.len()) };
    let pattern = [Some(STX), None, Some(ANSWER), None, None, None, None, Some(ETX)];
    if !agrees(bytes, &pattern) || bytes.get(1).is_some_and(|place| place >> 4 != board) {
        return none();
    }
    let Some(frame) = bytes.first_chunk::<REPLY>() else { return Front::Incomplete };
    if checksum(&frame[..REPLY - 1]) != frame[REPLY - 1] {
        return none();
    }
    let (bits, items) = (unpack(&frame[3..5], locks), Some(unpack(&frame[5..7], locks)));
    Front::Frame(REPLY, Reply::All { board, bits, items })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lockers::peer;
    use crate::lockers::stream::tests::decode;

    const ALL: Expect = Expect::All { board: 1, locks: 16 };

    fn all(board: u8, locked: &[usize], items: &[usize]) -> Reply {
        let bits = |numbers: &[usize]| (1..=16).map(|lock| numbers.contains(&lock)).collect();
        Reply::All { board, bits: bits(locked), items: Some(bits(items)) }
    }

    #[test]
    fn frames_are_those_of_the_public_sources() {
        let unlock = |board, lock| Request::Unlock { board, lock, pulse_s: None };
        for (asked, bytes) in [
            (Request::ReadAll { board: 0 }, [0x02, 0x00, 0x30, 0x03, 0x35]),
            (unlock(0, 1), [0x02, 0x00, 0x31, 0x03, 0x36]),
            (unlock(0, 16), [0x02, 0x0F, 0x31, 0x03, 0x45]),
            (unlock(1, 1), [0x02, 0x10, 0x31, 0x03, 0x46]),
        ] {
            assert_eq!(encode(asked), bytes);
            assert_eq!(peer::hear("kerong-cu16", &bytes), Some(peer::order(asked)));
        }
        let reply = all(1, &[1, 9], &[2, 16]);
        let bytes = [0x02, 0x10, 0x35, 0x01, 0x01, 0x02, 0x80, 0x03, 0xCE];
        assert_eq!(peer::say("kerong-cu16", &reply), bytes);
        assert_eq!(front(&bytes, ALL), Front::Frame(9, reply));
    }

    #[test]
    fn partial_doubled_corrupt_and_noisy_streams() {
        let reply = all(1, &[1, 16], &[3]);
        let good = peer::say("kerong-cu16", &reply);
        let echo = encode(Request::ReadAll { board: 1 });
        let mut bad = good.clone();
        bad[3] ^= 1;
        let other = peer::say("kerong-cu16", &all(2, &[], &[]));
        for (name, chunks, replies, unused) in [
            ("half a frame", vec![&good[..5]], 0, 5),
            ("byte by byte", good.chunks(1).collect(), 1, 0),
            ("two at once", vec![&good, &good], 2, 0),
            ("its echo in front", vec![&echo, &good], 1, 5),
            ("noise in front", vec![&[0x02, 0x10, 0xFF, 0x02], &good], 1, 4),
            ("half a frame in front", vec![&good[..6], &good], 1, 6),
            ("a wrong sum, then a good one", vec![&bad, &good], 1, 9),
            ("another board's answer in front", vec![&other, &good], 1, 9),
        ] {
            let decoded = decode(&chunks, |bytes| front(bytes, ALL));
            assert_eq!(decoded, (vec![reply.clone(); replies], unused), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(bytes: Vec<u8>, board in 0u8..15, locks in 1u8..=16) {
            let (_, unused) = decode(&[&bytes], |bytes| front(bytes, Expect::All { board, locks }));
            prop_assert!(unused <= bytes.len());
        }

        #[test]
        fn states_survive_the_wire_behind_any_noise(
            bits in proptest::collection::vec(any::<bool>(), 16),
            items in proptest::collection::vec(any::<bool>(), 16),
            noise in proptest::collection::vec(3u8.., 0..20),
            cut in 0usize..30,
        ) {
            let reply = Reply::All { board: 1, bits, items: Some(items) };
            let stream = [noise, peer::say("kerong-cu16", &reply)].concat();
            let (head, tail) = stream.split_at(cut.min(stream.len()));
            let (replies, _) = decode(&[head, tail], |bytes| front(bytes, ALL));
            prop_assert_eq!(replies, vec![reply]);
        }

        #[test]
        fn one_flipped_bit_is_never_taken(bits in proptest::collection::vec(any::<bool>(), 16), at in 0usize..72) {
            let reply = Reply::All { board: 1, bits, items: Some(vec![true; 16]) };
            let mut frame = peer::say("kerong-cu16", &reply);
            frame[at / 8] ^= 1 << (at % 8);
            let (replies, _) = decode(&[&frame], |bytes| front(bytes, ALL));
            prop_assert_eq!(replies, vec![]);
        }
    }
}
