//! The families of lock boards, and what sets them apart. Pure.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::frame::{Expect, Reply, Request};
use super::stream::Front;
use super::{cu16, cu48, wkly, xor24};

/// A family of lock boards. All boards on a line are of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// "485 lock board, 24 ways", without a maker's name: [`xor24`].
    Xor24,
    KerongCu48,
    /// Kerong CU16 and CU12: [`cu16`].
    KerongCu16,
    /// The boards whose frames begin with `57 4B 4C 59`: [`wkly`].
    Wkly,
}

/// What a family says to an unlock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnlockAnswer {
    /// How the contact stands after the pulse: its word is final.
    Contact,
    /// Whether it was done, and the contact; some boards say nothing. Where that leaves a doubt, the state is read.
    Sometimes,
    /// Nothing: the state is read.
    Never,
}

impl Protocol {
    /// Every family.
    pub const ALL: [Self; 4] = [Self::Xor24, Self::KerongCu48, Self::KerongCu16, Self::Wkly];

    /// Its name in configurations and on command lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xor24 => "xor24",
            Self::KerongCu48 => "kerong-cu48",
            Self::KerongCu16 => "kerong-cu16",
            Self::Wkly => "wkly",
        }
    }

    /// The rate at which its boards are delivered.
    pub fn baud(self) -> u32 {
        match self {
            Self::Xor24 | Self::Wkly => 9600,
            Self::KerongCu48 | Self::KerongCu16 => 19200,
        }
    }

    /// The addresses that its switches allow.
    pub fn addresses(self) -> RangeInclusive<u8> {
        match self {
            Self::Xor24 => 1..=32,
            Self::KerongCu48 => 0..=9,
            // Four bits, but all of them set would speak to every board at once.
            Self::KerongCu16 => 0..=14,
            Self::Wkly => 0..=31,
        }
    }

    /// The most locks that a board can have.
    pub fn most_locks(self) -> u8 {
        match self {
            Self::Xor24 | Self::KerongCu48 | Self::Wkly => 48,
            Self::KerongCu16 => 16,
        }
    }

    /// Whether its boards can tell where something lies in a compartment.
    pub fn knows_items(self) -> bool {
        self == Self::KerongCu16
    }

    /// Whether the length of a pulse can be asked for.
    pub fn takes_pulse(self) -> bool {
        self == Self::Xor24
    }

    pub(super) fn unlock_answer(self) -> UnlockAnswer {
        match self {
            Self::Xor24 => UnlockAnswer::Contact,
            Self::Wkly => UnlockAnswer::Sometimes,
            Self::KerongCu48 | Self::KerongCu16 => UnlockAnswer::Never,
        }
    }

    /// Whether what answers `expect` can be byte for byte what was asked, so that an adapter's echo passes for it.
    pub(super) fn echo_passes(self, expect: Expect) -> bool {
        match expect {
            // The answer's state byte can be the request's fourth.
            Expect::Unlock { .. } => self == Self::Xor24,
            Expect::One { .. } => false,
            // One state byte of 00 makes the answer the same as the question.
            Expect::All { locks, .. } => self == Self::Xor24 && locks <= 8,
        }
    }

    /// The bytes of a request.
    pub fn encode(self, request: Request) -> Vec<u8> {
        match self {
            Self::Xor24 => xor24::encode(request),
            Self::KerongCu48 => cu48::encode(request),
            Self::KerongCu16 => cu16::encode(request),
            Self::Wkly => wkly::encode(request),
        }
    }

    /// Finds a frame that answers `expect`, or that was pushed.
    pub fn front(self, bytes: &[u8], expect: Expect) -> Front<Reply> {
        match self {
            Self::Xor24 => xor24::front(bytes, expect),
            Self::KerongCu48 => cu48::front(bytes, expect),
            Self::KerongCu16 => cu16::front(bytes, expect),
            Self::Wkly => wkly::front(bytes, expect),
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No family has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no family of lock boards; there are xor24, kerong-cu48, kerong-cu16 and wkly")]
pub struct NoSuchProtocol(String);

impl FromStr for Protocol {
    type Err = NoSuchProtocol;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|family| family.name() == name).ok_or_else(|| NoSuchProtocol(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lockers::peer;

    #[test]
    fn names_are_read_back() {
        for family in Protocol::ALL {
            assert_eq!(family.name().parse(), Ok(family));
        }
        let error = "wkley".parse::<Protocol>().unwrap_err().to_string();
        assert!(error.contains("`wkley`") && Protocol::ALL.iter().all(|family| error.contains(family.name())));
    }

    #[test]
    fn what_is_sent_is_heard_as_an_order_to_that_one_lock_of_that_one_board() {
        for family in Protocol::ALL {
            for board in family.addresses() {
                let asked = Request::ReadAll { board };
                assert_eq!(peer::hear(family.name(), &family.encode(asked)), Some(peer::order(asked)), "{family}");
                for lock in 1..=family.most_locks() {
                    let pulses = [None, Some(1), Some(xor24::LONGEST_PULSE_S)];
                    for pulse_s in pulses.into_iter().filter(|pulse| pulse.is_none() || family.takes_pulse()) {
                        let asked = Request::Unlock { board, lock, pulse_s };
                        let heard = peer::hear(family.name(), &family.encode(asked));
                        assert_eq!(heard, Some(peer::order(asked)), "{family}");
                    }
                }
            }
        }
    }

    #[test]
    fn only_where_it_is_said_does_an_echo_pass_for_an_answer() {
        for family in Protocol::ALL {
            for board in family.addresses() {
                for locks in [1, 8, 9, family.most_locks()] {
                    for request in [
                        Request::Unlock { board, lock: 1, pulse_s: None },
                        Request::ReadOne { board, lock: 1 },
                        Request::ReadAll { board },
                    ] {
                        let expect = Expect::answer_to(request, locks);
                        let taken = matches!(family.front(&family.encode(request), expect), Front::Frame(..));
                        assert!(!taken || family.echo_passes(expect), "{family}: {request:?}");
                    }
                }
            }
        }
    }
}
