//! What a security module says of a request, in words.

use std::fmt;

use crate::FailureKind;

/// What the module says of a request: the third byte of its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status(pub u8);

/// What one status means.
struct Meaning {
    code: u8,
    text: &'static str,
    kind: FailureKind,
    what_to_do: &'static str,
}

const AGAIN: &str = "lift the card and put it back, and leave it there for a second";
const OTHER_CARD: &str = "try another card; if it opens, take this one to a window";
const WIRING: &str = "check the reader's cable and `baud`";
const REPLACE: &str = "switch the reader off and on; if it says so again, have it replaced";
const VENDOR: &str = "ask the reader's vendor: its module speaks another version of the protocol";

/// Every status, as six public lists agree on it.
const MEANINGS: [Meaning; 20] = {
    use FailureKind::{Line, Refused};
    const fn meaning(code: u8, text: &'static str, kind: FailureKind, what_to_do: &'static str) -> Meaning {
        Meaning { code, text, kind, what_to_do }
    }
    [
        meaning(0x90, "done", Refused, ""),
        meaning(0x9F, "a card was found", Refused, ""),
        meaning(0x91, "the card has no such item", Refused, OTHER_CARD),
        meaning(0x10, "the request reached it with a wrong checksum", Line, WIRING),
        meaning(0x11, "the request reached it with a wrong length", Line, WIRING),
        meaning(0x21, "it does not know this command", Refused, VENDOR),
        meaning(0x23, "it is not permitted to do this", Refused, VENDOR),
        meaning(0x24, "it does not know what went wrong", Refused, AGAIN),
        meaning(0x31, "the card did not accept the module", Refused, OTHER_CARD),
        meaning(0x32, "the module did not accept the card", Refused, OTHER_CARD),
        meaning(0x33, "the card's data failed verification", Refused, OTHER_CARD),
        meaning(0x37, "the card's fingerprints failed verification", Refused, OTHER_CARD),
        meaning(0x3F, "what the card sent has a wrong length", Line, AGAIN),
        meaning(0x40, "it does not know this kind of card", Refused, OTHER_CARD),
        meaning(0x41, "the card could not be read to the end", Line, AGAIN),
        meaning(0x47, "the card gave no random number", Line, AGAIN),
        meaning(0x60, "its self-test failed", Refused, REPLACE),
        meaning(0x66, "it is not authorised", Refused, REPLACE),
        meaning(0x80, "there is no card", Line, AGAIN),
        meaning(0x81, "the card could not be taken up", Line, AGAIN),
    ]
};

impl Status {
    /// Done.
    pub const DONE: Self = Self(0x90);
    /// A card was found.
    pub const FOUND: Self = Self(0x9F);
    /// The card has no such item.
    pub const NO_SUCH_ITEM: Self = Self(0x91);
    /// The module does not know the command.
    pub const BAD_COMMAND: Self = Self(0x21);
    /// The command is not permitted.
    pub const NOT_PERMITTED: Self = Self(0x23);
    /// The card could not be read to the end.
    pub const READ_FAILED: Self = Self(0x41);
    /// The module's self-test failed.
    pub const SELF_TEST_FAILED: Self = Self(0x60);
    /// The module is not authorised.
    pub const NOT_AUTHORISED: Self = Self(0x66);
    /// There is no card. Many modules say so of a card that they have read, until it is lifted.
    pub const NOT_FOUND: Self = Self(0x80);
    /// The card could not be taken up.
    pub const NOT_SELECTED: Self = Self(0x81);

    fn meaning(self) -> Option<&'static Meaning> {
        MEANINGS.iter().find(|meaning| meaning.code == self.0)
    }

    /// Which kind of failure it is, where it is one.
    pub fn kind(self) -> FailureKind {
        self.meaning().map_or(FailureKind::Refused, |meaning| meaning.kind)
    }

    /// What the person at the reader, or staff, can do about it.
    pub fn what_to_do(self) -> &'static str {
        self.meaning().map_or(VENDOR, |meaning| meaning.what_to_do)
    }

    /// Whether the module itself is out of order, whatever lies on it.
    pub fn is_broken_module(self) -> bool {
        matches!(self, Self::SELF_TEST_FAILED | Self::NOT_AUTHORISED)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.meaning().map_or("this status is in no list", |meaning| meaning.text);
        write!(f, "{text} (status {:02X})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards::CardError;

    #[test]
    fn every_status_is_worded_and_says_what_to_do() {
        let mut texts: Vec<_> = MEANINGS.iter().map(|meaning| Status(meaning.code).to_string()).collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), MEANINGS.len());
        for code in 0..=u8::MAX {
            let error = CardError::Module { step: "reading the card's text", status: Status(code) };
            assert!(error.to_string().contains(&format!("status {code:02X}")), "{error}");
            assert!(code == 0x90 || code == 0x9F || !error.what_to_do().is_empty(), "{error}");
        }
        for (code, kind, text) in [
            (0x41, FailureKind::Line, "could not be read to the end"),
            (0x31, FailureKind::Refused, "did not accept the module"),
            (0x66, FailureKind::Refused, "not authorised"),
            (0x5A, FailureKind::Refused, "in no list"),
        ] {
            let error = CardError::Module { step: "x", status: Status(code) };
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(text), "{error}");
        }
    }
}
