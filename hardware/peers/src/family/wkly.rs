//! The boards whose frames begin with `57 4B 4C 59`, by five public implementations.
//!
//! Both ways `57 4B 4C 59`, the length of the whole frame, address, command, data, and the exclusive or of all bytes
//! before it. Locks count from 1. An answer's data begin with `00` (done) or `FF` (not), a contact is `01` closed or
//! `00` open, where it is wired as the vendor means.
//!
//! | command | data from the master | data from the board |
//! |---|---|---|
//! | `82` unlock one | lock | done, lock, contact |
//! | `83` read one | lock | done, lock, contact |
//! | `84` read all | – | done, how many, contacts from lock 1 on |
//! | `85` a door moved | – | lock, contact |
//! | `86` unlock all | – | done |

use super::frame::{Deed, Family, Heard, Order, Report, with_check, xor};

/// The boards whose frames begin with `57 4B 4C 59`.
pub(super) const FAMILY: Family = Family { name: "wkly", hear, say };

const HEAD: [u8; 4] = [0x57, 0x4B, 0x4C, 0x59];
const DONE: u8 = 0x00;
const NOT_DONE: u8 = 0xFF;

fn hear(bytes: &[u8]) -> Heard {
    let (front, behind) = bytes.split_at(bytes.len().min(HEAD.len()));
    if !HEAD.starts_with(front) {
        return Heard::Strange;
    }
    let Some(length) = behind.first().copied().map(usize::from) else { return Heard::More };
    if length < 8 {
        return Heard::Strange;
    }
    let Some((check, frame)) = bytes.get(..length).and_then(<[u8]>::split_last) else { return Heard::More };
    if xor(frame) != *check {
        return Heard::Strange;
    }
    let (board, lock, deed) = match frame[HEAD.len() + 1..] {
        [board, 0x82, lock @ 1..=u8::MAX] => (board, Some(lock), Deed::Pulse { seconds: None }),
        [board, 0x83, lock @ 1..=u8::MAX] => (board, Some(lock), Deed::Tell),
        [board, 0x84] => (board, None, Deed::Tell),
        [board, 0x86] => (board, None, Deed::Pulse { seconds: None }),
        _ => return Heard::Strange,
    };
    Heard::Order(length, Order { board: Some(board), lock, deed })
}

fn say(board: u8, report: &Report) -> Vec<u8> {
    match report {
        Report::Pulsed { lock, contact } => frame(board, 0x82, &[DONE, *lock, u8::from(*contact)]),
        Report::AllPulsed => frame(board, 0x86, &[DONE]),
        Report::Contact { lock, contact } => frame(board, 0x83, &[DONE, *lock, u8::from(*contact)]),
        Report::Contacts { contacts, .. } => {
            let count = u8::try_from(contacts.len()).unwrap_or(u8::MAX);
            let contacts: Vec<u8> = contacts.iter().copied().map(u8::from).collect();
            frame(board, 0x84, &[&[DONE, count], contacts.as_slice()].concat())
        }
        Report::Moved { lock, contact } => frame(board, 0x85, &[*lock, u8::from(*contact)]),
        Report::Failed(Order { lock: Some(lock), deed: Deed::Pulse { .. }, .. }) => {
            frame(board, 0x82, &[NOT_DONE, *lock, 0])
        }
        Report::Failed(Order { lock: Some(lock), deed: Deed::Tell, .. }) => frame(board, 0x83, &[NOT_DONE, *lock, 0]),
        Report::Failed(Order { lock: None, deed: Deed::Tell, .. }) => frame(board, 0x84, &[NOT_DONE]),
        Report::Failed(Order { lock: None, deed: Deed::Pulse { .. }, .. }) => frame(board, 0x86, &[NOT_DONE]),
    }
}

fn frame(board: u8, command: u8, data: &[u8]) -> Vec<u8> {
    // Head, length, address, command and check.
    let length = u8::try_from(data.len() + 8).unwrap_or(u8::MAX);
    with_check([&HEAD, &[length, board, command][..], data].concat(), xor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(rest: &[u8]) -> Vec<u8> {
        [&[0x57, 0x4B, 0x4C, 0x59], rest].concat()
    }

    #[test]
    fn orders_of_the_public_sources() {
        let order = |lock, deed| Order { board: Some(0), lock, deed };
        let pulse = Deed::Pulse { seconds: None };
        for (rest, wanted) in [
            (&[0x09, 0x00, 0x82, 0x01, 0x83][..], order(Some(1), pulse)),
            (&[0x09, 0x00, 0x83, 0x01, 0x82], order(Some(1), Deed::Tell)),
            (&[0x08, 0x00, 0x84, 0x85], order(None, Deed::Tell)),
            (&[0x08, 0x00, 0x86, 0x87], order(None, pulse)),
        ] {
            let bytes = framed(rest);
            assert_eq!(hear(&bytes), Heard::Order(bytes.len(), wanted), "{rest:02X?}");
            for length in 1..bytes.len() {
                assert_eq!(hear(&bytes[..length]), Heard::More, "{rest:02X?}");
            }
        }
        for rest in [&[0x07][..], &[0x08, 0x00, 0x84, 0x84], &[0x09, 0x00, 0x82, 0x00, 0x82], &[0x08, 0x00, 0x7F, 0x7E]]
        {
            assert_eq!(hear(&framed(rest)), Heard::Strange, "{rest:02X?}");
        }
    }

    #[test]
    fn answers_of_the_public_sources() {
        let contacts = |closed: &[usize], locks: usize| {
            let contacts = (1..=locks).map(|lock| closed.contains(&lock)).collect();
            Report::Contacts { contacts, items: Vec::new() }
        };
        let mut open = vec![0x22, 0x00, 0x84, 0x00, 0x18];
        open.resize(5 + 24, 0);
        open.push(0xB7);
        for (report, rest) in [
            (Report::Pulsed { lock: 1, contact: false }, &[0x0B, 0x00, 0x82, 0x00, 0x01, 0x00, 0x81][..]),
            (Report::Contact { lock: 1, contact: false }, &[0x0B, 0x00, 0x83, 0x00, 0x01, 0x00, 0x80]),
            (contacts(&[2, 3], 4), &[0x0E, 0x00, 0x84, 0x00, 0x04, 0x00, 0x01, 0x01, 0x00, 0x87]),
            (contacts(&[], 24), &open),
            (Report::Moved { lock: 1, contact: true }, &[0x0A, 0x00, 0x85, 0x01, 0x01, 0x86]),
            (Report::AllPulsed, &[0x09, 0x00, 0x86, 0x00, 0x86]),
        ] {
            assert_eq!(say(0, &report), framed(rest), "{report:?}");
        }
    }
}
