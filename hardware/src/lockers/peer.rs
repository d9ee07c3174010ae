//! What emulated boards hear and say, in the words of the tests here. Their code is not the driver's.

use peers::family::{Deed, Family, Heard, Order, Report, by_name};

use super::frame::{Reply, Request};

/// The emulated family of that name.
pub(super) fn family(name: &str) -> Family {
    by_name(name).unwrap()
}

/// The bytes of `reply` as a board of that family sends them.
pub(super) fn say(name: &str, reply: &Reply) -> Vec<u8> {
    let (board, report) = match reply {
        Reply::Unlock { board, lock, bit } => (board, Report::Pulsed { lock: *lock, contact: *bit }),
        Reply::One { board, lock, bit } => (board, Report::Contact { lock: *lock, contact: *bit }),
        Reply::Push { board, lock, bit } => (board, Report::Moved { lock: *lock, contact: *bit }),
        Reply::All { board, bits, items } => {
            (board, Report::Contacts { contacts: bits.clone(), items: items.clone().unwrap_or_default() })
        }
        Reply::Refused { .. } | Reply::Fewer { .. } => panic!("what is made of an answer, not said: {reply:?}"),
    };
    family(name).say(*board, &report)
}

/// What a board of that family says of `request` when it cannot do it.
pub(super) fn refuse(name: &str, request: Request) -> Vec<u8> {
    family(name).say(request.board(), &Report::Failed(order(request)))
}

/// What a board of that family makes of a whole request.
pub(super) fn hear(name: &str, bytes: &[u8]) -> Option<Order> {
    match family(name).hear(bytes) {
        Heard::Order(length, order) if length == bytes.len() => Some(order),
        Heard::Order(..) | Heard::More | Heard::Strange => None,
    }
}

/// What `request` is to order.
pub(super) fn order(request: Request) -> Order {
    let (lock, deed) = match request {
        Request::Unlock { lock, pulse_s, .. } => (Some(lock), Deed::Pulse { seconds: pulse_s }),
        Request::ReadOne { lock, .. } => (Some(lock), Deed::Tell),
        Request::ReadAll { .. } => (None, Deed::Tell),
    };
    Order { board: Some(request.board()), lock, deed }
}
