//! Kerong CU48, by the vendor's manual v2.1 (2020-03-23), the table "protocol" and its examples.
//!
//! From the master `02` address lock command `03` sum; from a board `02` address lock `65`, six bytes of hooks, `03` sum.
//! Command `50` asks for the hooks, `51` unlocks. Address `0A` is every board, lock `30` every lock. On the wire locks
//! count from 0. A set bit is a locked hook; the lock in an answer means nothing. An unlock is not answered. The sum is
//! the low byte of that of all bytes before it.

use super::frame::{Deed, Family, Heard, Order, Report, low_sum, octets, with_check};

/// Kerong CU48.
pub(super) const FAMILY: Family = Family { name: "kerong-cu48", hear, say };

const EVERY_BOARD: u8 = 0x0A;
const EVERY_LOCK: u8 = 0x30;

fn hear(bytes: &[u8]) -> Heard {
    match *bytes {
        [0x02, board, lock, command, 0x03, sum, ..] if low_sum(&bytes[..5]) == sum => {
            let board = (board != EVERY_BOARD).then_some(board);
            match command {
                0x50 => Heard::Order(6, Order { board, lock: None, deed: Deed::Tell }),
                0x51 if lock <= EVERY_LOCK => {
                    let lock = (lock != EVERY_LOCK).then(|| lock + 1);
                    Heard::Order(6, Order { board, lock, deed: Deed::Pulse { seconds: None } })
                }
                _ => Heard::Strange,
            }
        }
        [0x02] | [0x02, _] | [0x02, _, _] | [0x02, _, _, _] | [0x02, _, _, _, 0x03] => Heard::More,
        _ => Heard::Strange,
    }
}

fn say(board: u8, report: &Report) -> Vec<u8> {
    let Report::Contacts { contacts, .. } = report else { return Vec::new() };
    with_check([&[0x02, board, 0x00, 0x65], octets(contacts, 6).as_slice(), &[0x03]].concat(), low_sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_of_the_manual() {
        let pulse = |board, lock| Order { board, lock, deed: Deed::Pulse { seconds: None } };
        let tell = |board| Order { board, lock: None, deed: Deed::Tell };
        for (bytes, wanted) in [
            ([0x02, 0x00, 0x00, 0x50, 0x03, 0x55], tell(Some(0))),
            ([0x02, 0x0A, 0x00, 0x50, 0x03, 0x5F], tell(None)),
            ([0x02, 0x00, 0x00, 0x51, 0x03, 0x56], pulse(Some(0), Some(1))),
            ([0x02, 0x00, 0x30, 0x51, 0x03, 0x86], pulse(Some(0), None)),
            ([0x02, 0x0A, 0x30, 0x51, 0x03, 0x90], pulse(None, None)),
            ([0x02, 0x09, 0x2F, 0x51, 0x03, 0x8E], pulse(Some(9), Some(48))),
        ] {
            assert_eq!(hear(&bytes), Heard::Order(6, wanted), "{bytes:02X?}");
            for length in 1..6 {
                assert_eq!(hear(&bytes[..length]), Heard::More, "{bytes:02X?}");
            }
        }
        for bytes in [&[0x02, 0x00, 0x00, 0x50, 0x03, 0x54][..], &[0x02, 0x00, 0x30, 0x03, 0x35], &[0x8A]] {
            assert_eq!(hear(bytes), Heard::Strange, "{bytes:02X?}");
        }
    }

    #[test]
    fn answers_of_the_manual() {
        for (board, locked, bytes) in [
            (0, &[1, 2, 3, 47, 48][..], [0x02, 0x00, 0x00, 0x65, 0x07, 0x00, 0x00, 0x00, 0x00, 0xC0, 0x03, 0x31]),
            (1, &[24], [0x02, 0x01, 0x00, 0x65, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x03, 0xEB]),
        ] {
            let contacts = (1..=48).map(|lock| locked.contains(&lock)).collect();
            assert_eq!(say(board, &Report::Contacts { contacts, items: Vec::new() }), bytes);
        }
        assert!(say(0, &Report::Pulsed { lock: 1, contact: false }).is_empty(), "nothing answers an unlock");
    }
}
