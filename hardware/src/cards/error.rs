//! Why a card could not be read.

use super::UnusableUid;
use super::sdt_status::Status;
use crate::FailureKind;

/// Why a card could not be read. No variant carries anything of the person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// the card was taken away before it was read
    #[error("the card was taken away before it was read")]
    Torn,
    /// the card does not answer: it may lie the wrong way round, or be damaged
    #[error("the card does not answer: it may lie the wrong way round, or be damaged")]
    Mute,
    /// another program holds the reader
    #[error("another program holds the card reader")]
    ReaderHeld,
    /// the reader or its service failed while the card was being read
    #[error("the card reader failed while the card was being read: {detail}")]
    ReaderFailed {
        /// The service's own words.
        detail: String,
    },
    /// the card refused a step
    #[error("the card refused {step} with status {status:04X}")]
    Refused {
        /// What was asked of it.
        step: &'static str,
        /// Status word, ISO 7816-4.
        status: u16,
    },
    /// the reader's security module refused a step, or could not do it
    #[error("the reader's security module, asked for {step}, says: {status}")]
    Module {
        /// What was asked of it.
        step: &'static str,
        /// What it said.
        status: Status,
    },
    /// the card holds no identity and no serial number that could name it
    #[error("the card is of no use here: {why}")]
    NotUsable {
        /// What is wrong with its serial number.
        why: UnusableUid,
    },
    /// a travel document: its chip opens only with what is printed on it
    #[error("this is a travel document; its chip opens only with the machine readable lines printed on it")]
    NeedsMrz,
    /// the machine readable lines that were given do not open this chip
    #[error("the chip does not open with the machine readable lines that were given")]
    WrongMrz,
    /// the card answered with fewer or more bytes than the step allows
    #[error("{step} answered {got} bytes, not {expected}")]
    WrongLength {
        /// What was asked.
        step: &'static str,
        /// What the layout asks for.
        expected: String,
        /// What came.
        got: usize,
    },
    /// a field of the card holds something impossible
    #[error("the card's {field} is unreadable: {why}")]
    BadField {
        field: &'static str,
        /// What is wrong with it, without its content.
        why: &'static str,
    },
    /// the document number fails its check digit
    #[error("the document number on the card fails its check digit")]
    CheckDigit,
}

impl CardError {
    /// Which of the three kinds.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Torn | Self::Mute | Self::ReaderHeld | Self::ReaderFailed { .. } => FailureKind::Line,
            Self::Refused { .. } | Self::NotUsable { .. } | Self::NeedsMrz | Self::WrongMrz => FailureKind::Refused,
            Self::Module { status, .. } => status.kind(),
            Self::WrongLength { .. } | Self::BadField { .. } | Self::CheckDigit => FailureKind::Misread,
        }
    }

    /// A stable name for logs and for JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Torn => "card-torn",
            Self::Mute => "card-mute",
            Self::ReaderHeld => "reader-held",
            Self::ReaderFailed { .. } => "reader-failed",
            Self::Refused { .. } => "card-refused",
            Self::Module { .. } => "card-module",
            Self::NotUsable { .. } => "card-not-usable",
            Self::NeedsMrz => "card-needs-mrz",
            Self::WrongMrz => "card-wrong-mrz",
            Self::WrongLength { .. } => "card-wrong-length",
            Self::BadField { .. } => "card-bad-field",
            Self::CheckDigit => "card-check-digit",
        }
    }

    /// What the person at the reader, or staff, can do.
    pub fn what_to_do(&self) -> &'static str {
        match self {
            Self::Torn => "lay the card on the reader again and leave it there for a second",
            Self::Mute => "turn the card over, and lay it on the reader again",
            Self::ReaderHeld => "stop the other program that uses the reader",
            Self::ReaderFailed { .. } => "wait for the reader to come back, then lay the card on it again",
            Self::Module { status, .. } => status.what_to_do(),
            Self::NeedsMrz => "give number, birth date and expiry date of the document, each with its check digit",
            Self::WrongMrz => "compare what was given with the document, letter by letter: 0 and O, 1 and I, 8 and B",
            Self::Refused { .. } | Self::NotUsable { .. } => {
                "use a resident ID card, a residence permit or a social security card"
            }
            Self::WrongLength { .. } | Self::BadField { .. } | Self::CheckDigit => {
                "try once more; if it fails again, take the card to a window"
            }
        }
    }
}
