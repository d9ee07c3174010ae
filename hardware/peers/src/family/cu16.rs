//! Kerong CU16 and CU12, by four public implementations.
//!
//! From the master `02` place command `03` sum: the place is the board in the upper four bits, `F` for all of them, and
//! the lock, from 0, in the lower. `30` asks one board, `32` all, `31` unlocks one, `33` unlocks all of a board. From a
//! board `02` place `35`, hooks of locks 1–8 and 9–16 (1 is locked), where something lies in the same order, `03` sum.
//! Unlocks are not answered in a way to rely on: not at all here. The sum is the low byte of that of all bytes before it.

use super::frame::{Deed, Family, Heard, Order, Report, low_sum, octets, with_check};

/// Kerong CU16 and CU12.
pub(super) const FAMILY: Family = Family { name: "kerong-cu16", hear, say };

const EVERY_BOARD: u8 = 0x0F;

fn hear(bytes: &[u8]) -> Heard {
    match *bytes {
        [0x02, place, command, 0x03, sum, ..] if low_sum(&bytes[..4]) == sum => {
            let (board, lock) = (place >> 4, (place & 0x0F) + 1);
            let board = (board != EVERY_BOARD).then_some(board);
            let pulse = Deed::Pulse { seconds: None };
            match command {
                0x30 | 0x32 => Heard::Order(5, Order { board, lock: None, deed: Deed::Tell }),
                0x31 => Heard::Order(5, Order { board, lock: Some(lock), deed: pulse }),
                0x33 => Heard::Order(5, Order { board, lock: None, deed: pulse }),
                _ => Heard::Strange,
            }
        }
        [0x02] | [0x02, _] | [0x02, _, _] | [0x02, _, _, 0x03] => Heard::More,
        _ => Heard::Strange,
    }
}

fn say(board: u8, report: &Report) -> Vec<u8> {
    let Report::Contacts { contacts, items } = report else { return Vec::new() };
    let (hooks, items) = (octets(contacts, 2), octets(items, 2));
    with_check([&[0x02, board << 4, 0x35], hooks.as_slice(), &items, &[0x03]].concat(), low_sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_of_the_public_sources() {
        let pulse = |board, lock| Order { board, lock, deed: Deed::Pulse { seconds: None } };
        let tell = |board| Order { board, lock: None, deed: Deed::Tell };
        for (bytes, wanted) in [
            ([0x02, 0x00, 0x30, 0x03, 0x35], tell(Some(0))),
            ([0x02, 0xF0, 0x32, 0x03, 0x27], tell(None)),
            ([0x02, 0x00, 0x31, 0x03, 0x36], pulse(Some(0), Some(1))),
            ([0x02, 0x0F, 0x31, 0x03, 0x45], pulse(Some(0), Some(16))),
            ([0x02, 0x10, 0x31, 0x03, 0x46], pulse(Some(1), Some(1))),
            ([0x02, 0x00, 0x33, 0x03, 0x38], pulse(Some(0), None)),
        ] {
            assert_eq!(hear(&bytes), Heard::Order(5, wanted), "{bytes:02X?}");
            for length in 1..5 {
                assert_eq!(hear(&bytes[..length]), Heard::More, "{bytes:02X?}");
            }
        }
        for bytes in [&[0x02, 0x00, 0x30, 0x03, 0x34][..], &[0x02, 0x00, 0x00, 0x50], &[0x80]] {
            assert_eq!(hear(bytes), Heard::Strange, "{bytes:02X?}");
        }
    }

    #[test]
    fn answers_of_the_public_sources() {
        let bits = |numbers: &[usize]| (1..=16).map(|lock| numbers.contains(&lock)).collect();
        let report = Report::Contacts { contacts: bits(&[1, 9]), items: bits(&[2, 16]) };
        assert_eq!(say(1, &report), [0x02, 0x10, 0x35, 0x01, 0x01, 0x02, 0x80, 0x03, 0xCE]);
        assert!(say(1, &Report::Pulsed { lock: 1, contact: false }).is_empty(), "nothing answers an unlock");
    }
}
