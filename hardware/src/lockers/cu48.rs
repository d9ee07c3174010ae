//! Frames of Kerong's CU48 boards (up to 48 locks). Pure.
//!
//! RS-485, 19200 8N1. Every frame ends with the low byte of the sum of all bytes before it. On the wire locks count from
//! 0; here they count from 1, as everywhere.
//!
//! | | request | answer |
//! |---|---|---|
//! | unlock one | `02 AA LL 51 03 SS` | **none**: ask for the state |
//! | read all | `02 AA 00 50 03 SS` | `02 AA .. 65 D1 D2 D3 D4 D5 D6 03 SS` |
//!
//! Bit 0 of `D1` is lock 1, bit 7 of `D6` is lock 48; 1 is "hook locked", or the opposite, by the board's NO/NC switch.
//! The answer's third byte means nothing. Addresses are 0 to 9; `0A` would be every board at once, and lock `30` every
//! lock: neither is ever sent. Source: the vendor's manual v2.1 (2020-03-23), whose prose gives requests 32 bytes while
//! its own table and examples have six; see docs/hardware.md.

use super::family::{Family, UnlockAnswer, Width};
use super::frame::{Expect, Reply, Request, unpack};
use super::stream::{Front, agrees, noise};

/// First byte of every frame.
const STX: u8 = 0x02;
/// Last byte before the sum.
const ETX: u8 = 0x03;
/// Command: state of every lock.
const STATUS: u8 = 0x50;
/// Command: unlock one.
const UNLOCK: u8 = 0x51;
/// What an answer has in the place of the command.
const ANSWER: u8 = 0x65;
/// Length of an answer.
const REPLY: usize = 12;
/// State bytes in an answer.
const GROUPS: usize = 6;

/// What sets these boards apart.
pub(super) static FAMILY: Family = Family {
    name: "kerong-cu48",
    baud: 19200,
    addresses: 0..=9,
    most_locks: 48,
    width: Width::Most,
    knows_items: false,
    takes_pulse: false,
    unlock_answer: UnlockAnswer::Never,
    echo_passes: |_| false,
    encode,
    front,
};

/// Low byte of the sum of all bytes.
pub fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// The bytes of a request. There is none for a single lock's state: all are asked for.
pub fn encode(request: Request) -> Vec<u8> {
    match request {
        Request::Unlock { board, lock, .. } => sealed(vec![STX, board, lock.saturating_sub(1), UNLOCK, ETX]),
        Request::ReadOne { board, .. } | Request::ReadAll { board } => sealed(vec![STX, board, 0, STATUS, ETX]),
    }
}

fn sealed(mut frame: Vec<u8>) -> Vec<u8> {
    frame.push(checksum(&frame));
    frame
}

/// Finds a frame that answers `expect`.
pub fn front(bytes: &[u8], expect: Expect) -> Front<Reply> {
    let none = || noise(bytes, |byte| byte == STX);
    let Expect::All { board, locks } = expect else { return Front::Noise(bytes.len()) };
    let mut pattern = [None; REPLY];
    (pattern[0], pattern[1], pattern[3], pattern[REPLY - 2]) = (Some(STX), Some(board), Some(ANSWER), Some(ETX));
    if !agrees(bytes, &pattern) {
        return none();
    }
    let Some(frame) = bytes.first_chunk::<REPLY>() else { return Front::Incomplete };
    if checksum(&frame[..REPLY - 1]) != frame[REPLY - 1] {
        return none();
    }
    Front::Frame(REPLY, Reply::All { board, bits: unpack(&frame[4..4 + GROUPS], locks), items: None })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lockers::peer;
    use crate::lockers::stream::tests::decode;

    const ALL: Expect = Expect::All { board: 0, locks: 48 };

    fn locked(board: u8, numbers: &[usize]) -> Reply {
        Reply::All { board, bits: (1..=48).map(|lock| numbers.contains(&lock)).collect(), items: None }
    }

    #[test]
    fn frames_are_those_of_the_vendors_manual() {
        let unlock = |board, lock| Request::Unlock { board, lock, pulse_s: None };
        for (asked, bytes) in [
            (Request::ReadAll { board: 0 }, [0x02, 0x00, 0x00, 0x50, 0x03, 0x55]),
            (unlock(0, 1), [0x02, 0x00, 0x00, 0x51, 0x03, 0x56]),
            (unlock(9, 48), [0x02, 0x09, 0x2F, 0x51, 0x03, 0x8E]),
        ] {
            assert_eq!(encode(asked), bytes);
            assert_eq!(peer::hear("kerong-cu48", &bytes), Some(peer::order(asked)));
        }
        for (board, bytes, numbers) in [
            (0, [0x02, 0x00, 0x00, 0x65, 0x07, 0x00, 0x00, 0x00, 0x00, 0xC0, 0x03, 0x31], &[1, 2, 3, 47, 48][..]),
            (1, [0x02, 0x01, 0x00, 0x65, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x03, 0xEB], &[24]),
        ] {
            let expect = Expect::All { board, locks: 48 };
            assert_eq!(front(&bytes, expect), Front::Frame(12, locked(board, numbers)));
            assert_eq!(peer::say("kerong-cu48", &locked(board, numbers)), bytes);
        }
    }

    #[test]
    fn partial_doubled_corrupt_and_noisy_streams() {
        let good = peer::say("kerong-cu48", &locked(0, &[1, 9, 48]));
        let echo = encode(Request::ReadAll { board: 0 });
        let mut bad = good.clone();
        bad[5] ^= 1;
        let other = peer::say("kerong-cu48", &locked(1, &[]));
        for (name, chunks, replies, unused) in [
            ("half a frame", vec![&good[..5]], 0, 5),
            ("byte by byte", good.chunks(1).collect(), 1, 0),
            ("two at once", vec![&good, &good], 2, 0),
            ("its echo in front", vec![&echo, &good], 1, 6),
            ("noise in front", vec![&[0x02, 0x00, 0xFF, 0x02], &good], 1, 4),
            ("half a frame in front", vec![&good[..7], &good], 1, 7),
            ("a wrong sum, then a good one", vec![&bad, &good], 1, 12),
            ("another board's answer in front", vec![&other, &good], 1, 12),
        ] {
            let decoded = decode(&chunks, |bytes| front(bytes, ALL));
            assert_eq!(decoded, (vec![locked(0, &[1, 9, 48]); replies], unused), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(bytes: Vec<u8>, board in 0u8..10, locks in 1u8..=48) {
            let (_, unused) = decode(&[&bytes], |bytes| front(bytes, Expect::All { board, locks }));
            prop_assert!(unused <= bytes.len());
        }

        #[test]
        fn states_survive_the_wire_behind_any_noise(
            bits in proptest::collection::vec(any::<bool>(), 48),
            noise in proptest::collection::vec(3u8.., 0..20),
            cut in 0usize..30,
        ) {
            let reply = Reply::All { board: 3, bits, items: None };
            let stream = [noise, peer::say("kerong-cu48", &reply)].concat();
            let (head, tail) = stream.split_at(cut.min(stream.len()));
            let (replies, _) = decode(&[head, tail], |bytes| front(bytes, Expect::All { board: 3, locks: 48 }));
            prop_assert_eq!(replies, vec![reply]);
        }

        #[test]
        fn one_flipped_bit_is_never_taken_for_another_state(
            bits in proptest::collection::vec(any::<bool>(), 48), at in 0usize..96,
        ) {
            let reply = Reply::All { board: 0, bits, items: None };
            let mut frame = peer::say("kerong-cu48", &reply);
            frame[at / 8] ^= 1 << (at % 8);
            let (replies, _) = decode(&[&frame], |bytes| front(bytes, ALL));
            prop_assert_eq!(replies, vec![]);
        }
    }
}
