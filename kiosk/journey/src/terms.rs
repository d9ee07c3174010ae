//! Words that inputs, outputs and views share.

use hall_rules::Language;
use kiosk_wire::Personal;
use kiosk_wire::kiosk_api::BothLanguages;
use kiosk_wire::submission::Organisation;

/// Names one [`crate::Output::Record`] until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Names one paper until it is told what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PrintJob(pub u64);

/// How the paper of the present page stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PrintState {
    /// There is no printer, or nothing was to be printed.
    #[default]
    None,
    /// It is being printed.
    Printing,
    /// It came out.
    Printed,
    /// It did not come out: the screen is the receipt.
    Failed,
}

/// Why a card could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardProblem {
    /// It was taken away too soon: hold it still for one second.
    TakenTooSoon,
    /// Not a card this terminal knows.
    UnknownCard,
    /// The document has expired.
    Expired,
    /// Its number fails its own check digit.
    WrongCheckDigit,
    /// The chip does not answer: perhaps the other way round.
    NoAnswer,
    /// A date or another field makes no sense.
    Unreadable,
    /// The reader itself went away.
    ReaderLost,
}

/// How one part is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PartState {
    /// Not asked yet.
    #[default]
    Starting,
    /// Works.
    Ok,
    /// Does not answer or cannot.
    Failed,
    /// Not fitted.
    Absent,
}

/// What opens the chip of a travel document, as it is printed on it. All of it is personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentKey {
    /// Document number: capital letters, digits and `<`.
    pub number: Personal,
    /// Birth date, YYMMDD.
    pub birth: Personal,
    /// Expiry date, YYMMDD.
    pub expiry: Personal,
}

/// A part of what opens the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentPart {
    /// Document number.
    Number,
    /// Birth date.
    Birth,
    /// Expiry date.
    Expiry,
}

impl DocumentPart {
    /// All, in the order in which they are asked.
    pub const ALL: [Self; 3] = [Self::Number, Self::Birth, Self::Expiry];

    /// Its name for [`crate::Act::Change`].
    pub fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Birth => "birth",
            Self::Expiry => "expiry",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.code() == code)
    }

    pub(crate) fn next(self) -> Option<Self> {
        match self {
            Self::Number => Some(Self::Birth),
            Self::Birth => Some(Self::Expiry),
            Self::Expiry => None,
        }
    }

    pub(crate) fn before(self) -> Option<Self> {
        match self {
            Self::Number => None,
            Self::Birth => Some(Self::Number),
            Self::Expiry => Some(Self::Birth),
        }
    }
}

/// Why a compartment is on a member of staff's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StaffDoorKind {
    /// Armed from the console for this person.
    Armed,
    /// A result to put into this free compartment, armed from the console for this person.
    Load,
    /// The same, and no compartment is free; `compartment` is 0.
    LoadNoRoom,
    /// Holds paper for their window.
    Paper,
    /// Holds a result that its applicant has not taken yet.
    Result,
    /// Was opened, not yet affirmed empty.
    ToBeConfirmed,
    /// Set aside: somebody must look.
    SetAside,
}

/// Why nothing can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FindFailure {
    /// The server is out of reach.
    Offline,
    /// Too often tried.
    TooMany,
    /// No answer, or none that can be read.
    NoAnswer,
}

/// An organisation's name as it is shown; empty where there is none.
pub(crate) fn shown_name(organisation: Option<&Organisation>) -> String {
    organisation.map(Organisation::shown_name).unwrap_or_default()
}

/// What the hall's server says, in `language`, or in Chinese when it has no English.
pub(crate) fn said(words: &BothLanguages, language: Language) -> &str {
    match language {
        Language::En if !words.en.is_empty() => &words.en,
        Language::En | Language::Zh => &words.zh,
    }
}
