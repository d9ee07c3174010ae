//! The families of lock boards. What sets one apart stands beside its codec. Pure.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::family::{Family, UnlockAnswer, Width};
use super::frame::{Expect, Reply, Request};
use super::stream::Front;
use super::{cu16, cu48, wkly, xor24};

/// The list of families: each has a row here and its [`Family`] beside its codec, and is in every list.
macro_rules! families {
    ($($(#[$about:meta])* $variant:ident = $codec:ident;)+) => {
        /// A family of lock boards. All boards on a line are of one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Protocol {
            $($(#[$about])* $variant,)+
        }

        impl Protocol {
            /// Every family.
            pub const ALL: [Self; [$(stringify!($variant)),+].len()] = [$(Self::$variant),+];

            fn family(self) -> &'static Family {
                match self { $(Self::$variant => &$codec::FAMILY,)+ }
            }
        }
    };
}

families! {
    /// "485 lock board, 24 ways", without a maker's name: [`xor24`].
    Xor24 = xor24;
    /// Kerong CU48: [`cu48`].
    KerongCu48 = cu48;
    /// Kerong CU16 and CU12: [`cu16`].
    KerongCu16 = cu16;
    /// The boards whose frames begin with `57 4B 4C 59`: [`wkly`].
    Wkly = wkly;
}

impl Protocol {
    /// Its name in configurations and on command lines.
    pub fn name(self) -> &'static str {
        self.family().name
    }

    /// The rate at which its boards are delivered, bits a second.
    pub fn baud(self) -> u32 {
        self.family().baud
    }

    /// The addresses that its switches allow.
    pub fn addresses(self) -> RangeInclusive<u8> {
        self.family().addresses.clone()
    }

    /// The most locks that a board can have.
    pub fn most_locks(self) -> u8 {
        self.family().most_locks
    }

    /// Whether its boards can tell where something lies in a compartment.
    pub fn knows_items(self) -> bool {
        self.family().knows_items
    }

    /// Whether the length of a pulse can be asked for.
    pub fn takes_pulse(self) -> bool {
        self.family().takes_pulse
    }

    /// What its boards say to an unlock.
    pub fn unlock_answer(self) -> UnlockAnswer {
        self.family().unlock_answer
    }

    pub(super) fn width(self) -> Width {
        self.family().width
    }

    /// Whether what answers `expect` can be byte for byte what was asked, so that an adapter's echo passes for it.
    pub(super) fn echo_passes(self, expect: Expect) -> bool {
        (self.family().echo_passes)(expect)
    }

    /// The bytes of a request.
    pub fn encode(self, request: Request) -> Vec<u8> {
        (self.family().encode)(request)
    }

    /// Finds a frame that answers `expect`, or that was pushed.
    pub fn front(self, bytes: &[u8], expect: Expect) -> Front<Reply> {
        (self.family().front)(bytes, expect)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// No family has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no family of lock boards; there are {names}", names = Protocol::ALL.map(Protocol::name).join(", "))]
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
