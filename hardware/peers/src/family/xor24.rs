//! "485 lock board, 24 ways", by the vendor's text 《485锁控板24路通讯协议》 as public implementations quote it.
//!
//! | the table's line | from the master | from the board |
//! |---|---|---|
//! | 开锁 (unlock; lock 00: all, one after the other) | `8A` address lock `11` check | `8A` address lock state check |
//! | the same with a time | `8A` address lock `11` seconds check | the same |
//! | 查询锁状态 (state; lock 00: all) | `80` address lock `33` check | `80` address lock state check |
//! | … of all | | `80` address, one byte each for locks 17–24, 9–16, 1–8, `33` check |
//! | 主动上传 (a door moved) | – | `81` address lock state check |
//!
//! State is `11` or `00`; the check is the exclusive or of all bytes before it. The second line has one source only.

use super::frame::{Deed, Family, Heard, Order, Report, octets, with_check, xor};

/// "485 lock board, 24 ways", without a maker's name.
pub(super) const FAMILY: Family = Family { name: "xor24", hear, say };

fn hear(bytes: &[u8]) -> Heard {
    if !matches!(bytes, [0x8A | 0x80, ..]) {
        return Heard::Strange;
    }
    let Some((frame, behind)) = bytes.split_first_chunk::<5>() else { return Heard::More };
    let [function, board, lock, word, last] = *frame;
    let order = |deed| Order { board: Some(board), lock: (lock > 0).then_some(lock), deed };
    match (function, word, xor(&frame[..4]) == last) {
        (0x8A, 0x11, true) => Heard::Order(5, order(Deed::Pulse { seconds: None })),
        (0x80, 0x33, true) => Heard::Order(5, order(Deed::Tell)),
        (0x8A, 0x11, false) if (1..=9).contains(&last) => match behind.first() {
            None => Heard::More,
            Some(check) if *check == xor(frame) => Heard::Order(6, order(Deed::Pulse { seconds: Some(last) })),
            Some(_) => Heard::Strange,
        },
        _ => Heard::Strange,
    }
}

fn say(board: u8, report: &Report) -> Vec<u8> {
    let state = |contact: bool| if contact { 0x11 } else { 0x00 };
    let frame = match report {
        Report::Pulsed { lock, contact } => vec![0x8A, board, *lock, state(*contact)],
        Report::AllPulsed => vec![0x8A, board, 0x00, 0x11],
        Report::Contact { lock, contact } => vec![0x80, board, *lock, state(*contact)],
        Report::Moved { lock, contact } => vec![0x81, board, *lock, state(*contact)],
        Report::Contacts { contacts, .. } => {
            let mut groups = octets(contacts, contacts.len().div_ceil(8));
            groups.reverse();
            [&[0x80, board], groups.as_slice(), &[0x33]].concat()
        }
        Report::Failed(_) => return Vec::new(),
    };
    with_check(frame, xor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(lock: Option<u8>, deed: Deed) -> Order {
        Order { board: Some(1), lock, deed }
    }

    #[test]
    fn orders_of_the_vendors_table() {
        let pulse = Deed::Pulse { seconds: None };
        for (bytes, wanted) in [
            (&[0x8A, 0x01, 0x01, 0x11, 0x9B][..], order(Some(1), pulse)),
            (&[0x8A, 0x01, 0x02, 0x11, 0x98], order(Some(2), pulse)),
            (&[0x8A, 0x01, 0x0C, 0x11, 0x96], order(Some(12), pulse)),
            (&[0x8A, 0x01, 0x01, 0x11, 0x02, 0x99], order(Some(1), Deed::Pulse { seconds: Some(2) })),
            (&[0x8A, 0x01, 0x00, 0x11, 0x9A], order(None, pulse)),
            (&[0x80, 0x01, 0x01, 0x33, 0xB3], order(Some(1), Deed::Tell)),
            (&[0x80, 0x01, 0x00, 0x33, 0xB2], order(None, Deed::Tell)),
        ] {
            assert_eq!(hear(bytes), Heard::Order(bytes.len(), wanted), "{bytes:02X?}");
            for length in 1..bytes.len() {
                assert_eq!(hear(&bytes[..length]), Heard::More, "{bytes:02X?}");
            }
        }
        for bytes in [&[0x80, 0x01, 0x01, 0x33, 0xB2][..], &[0x8A, 0x01, 0x01, 0x11, 0x02, 0x98], &[0x02], &[0x57]] {
            assert_eq!(hear(bytes), Heard::Strange, "{bytes:02X?}");
        }
    }

    #[test]
    fn reports_of_the_vendors_table() {
        let set = |locks: &[usize]| {
            let contacts = (1..=24).map(|lock| locks.contains(&lock)).collect();
            Report::Contacts { contacts, items: Vec::new() }
        };
        for (report, bytes) in [
            (Report::Pulsed { lock: 1, contact: false }, &[0x8A, 0x01, 0x01, 0x00, 0x8A][..]),
            (Report::Pulsed { lock: 1, contact: true }, &[0x8A, 0x01, 0x01, 0x11, 0x9B]),
            (Report::AllPulsed, &[0x8A, 0x01, 0x00, 0x11, 0x9A]),
            (Report::Contact { lock: 1, contact: false }, &[0x80, 0x01, 0x01, 0x00, 0x80]),
            (Report::Contact { lock: 1, contact: true }, &[0x80, 0x01, 0x01, 0x11, 0x91]),
            (Report::Moved { lock: 1, contact: false }, &[0x81, 0x01, 0x01, 0x00, 0x81]),
            (Report::Moved { lock: 1, contact: true }, &[0x81, 0x01, 0x01, 0x11, 0x90]),
            (set(&[1, 9, 17]), &[0x80, 0x01, 0x01, 0x01, 0x01, 0x33, 0xB3]),
            (set(&[2, 24]), &[0x80, 0x01, 0x80, 0x00, 0x02, 0x33, 0x30]),
            (Report::Failed(order(None, Deed::Tell)), &[]),
        ] {
            assert_eq!(say(1, &report), bytes, "{report:?}");
        }
    }
}
