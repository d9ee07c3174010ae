//! What crosses the wire between a master and its lock boards, whatever the bytes. Locks count from 1.

use std::fmt;

/// What a master orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Address of the board; `None`: every board of the line.
    pub board: Option<u8>,
    /// Lock; `None`: every lock of the board.
    pub lock: Option<u8>,
    /// What is to be done with it.
    pub deed: Deed,
}

/// What can be done with a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Its solenoid is powered, for so many seconds where the order says so.
    Pulse {
        /// `None`: as long as the board is set to.
        seconds: Option<u8>,
    },
    /// Its contact is told.
    Tell,
}

/// What a board says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// A lock had its pulse.
    Pulsed {
        /// From 1.
        lock: u8,
        /// As the wiring gives it, then.
        contact: bool,
    },
    /// Every lock had its pulse.
    AllPulsed,
    /// The contact of a lock that was asked for.
    Contact {
        /// From 1.
        lock: u8,
        /// As the wiring gives it.
        contact: bool,
    },
    /// Every contact.
    Contacts {
        /// Lock 1 first.
        contacts: Vec<bool>,
        /// Where something lies, in the same order. Only some families can say it.
        items: Vec<bool>,
    },
    /// A door moved. Unasked.
    Moved {
        /// From 1.
        lock: u8,
        /// As the wiring gives it, now.
        contact: bool,
    },
    /// This could not be done.
    Failed(Order),
}

/// What stands at the front of what a board heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// An order of so many bytes.
    Order(usize, Order),
    /// It may become one.
    More,
    /// The first byte begins none.
    Strange,
}

/// A family of lock boards: how it hears and speaks.
#[derive(Clone, Copy)]
pub struct Family {
    /// Its name in configurations and on command lines.
    pub name: &'static str,
    pub(super) hear: fn(&[u8]) -> Heard,
    pub(super) say: fn(u8, &Report) -> Vec<u8>,
}

impl Family {
    /// What stands at the front of `bytes`, of which there is at least one.
    pub fn hear(&self, bytes: &[u8]) -> Heard {
        (self.hear)(bytes)
    }

    /// What the board with this address says; no bytes where the family has none for it.
    pub fn say(&self, board: u8, report: &Report) -> Vec<u8> {
        (self.say)(board, report)
    }
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Bits in bytes, the first in bit 0 of the first byte; bytes without bits are zero.
pub(super) fn octets(bits: &[bool], bytes: usize) -> Vec<u8> {
    let octet =
        |at: usize| (0..8).filter(|bit| bits.get(at * 8 + bit) == Some(&true)).fold(0, |octet, bit| octet | 1 << bit);
    (0..bytes).map(octet).collect()
}

/// The exclusive or of all bytes.
pub(super) fn xor(bytes: &[u8]) -> u8 {
    bytes.iter().copied().reduce(|sum, byte| sum ^ byte).unwrap_or_default()
}

/// The low byte of the sum of all bytes.
pub(super) fn low_sum(bytes: &[u8]) -> u8 {
    let [low, ..] = bytes.iter().copied().map(u32::from).sum::<u32>().to_le_bytes();
    low
}

/// The bytes with their checksum behind them.
pub(super) fn with_check(mut frame: Vec<u8>, check: fn(&[u8]) -> u8) -> Vec<u8> {
    frame.push(check(&frame));
    frame
}
