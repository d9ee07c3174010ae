//! What the journey is told.

use std::sync::Arc;
use std::time::Duration;

use hall_rules::{Catalogue, DocumentFamily, Text};
use uuid::Uuid;

use crate::output::{Assurance, Authority, StaffRefusal, Ticket};
use crate::{FindFailure, Personal, PrintJob, Touch};

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// A finger on the screen.
    Touch(Touch),

    /// A card is on the reader and is being read.
    CardPresent,
    /// A card was read.
    CardRead {
        /// What it said.
        identity: Box<Identity>,
        /// A fresh UUIDv7: the id of the submission this visit may make.
        submission: Uuid,
    },
    /// A card could not be used.
    CardFailed(CardProblem),
    /// A travel document lies there; its chip opens only with what is printed on it.
    DocumentLocked,
    /// What the reader was given ([`crate::Output::UnlockDocument`]) does not open the chip.
    DocumentRefused,
    /// A card of a member of staff, found in the roster by its UID.
    StaffCard {
        /// Whose.
        staff: Uuid,
        /// Their name, to show.
        name: String,
    },
    /// The card is gone.
    CardRemoved,

    /// A door as its sensor shows it: on every change, and at least once after each unlock pulse.
    Door {
        /// Which.
        compartment: u16,
        /// How.
        state: DoorState,
    },
    /// What became of an unlock pulse.
    Unlock {
        /// Which.
        compartment: u16,
        /// How it went.
        outcome: UnlockOutcome,
    },
    /// Every compartment, whenever one of them changes; door states included.
    Cabinet(Vec<Compartment>),

    /// The record is durable.
    Recorded {
        /// Which.
        ticket: Ticket,
        /// The receipt number made in this transaction, when the record held a [`crate::Draft::SubmissionPrepared`].
        receipt: Option<Receipt>,
    },
    /// The record was not made; nothing of it is on disk.
    RecordFailed {
        /// Which.
        ticket: Ticket,
        /// Why.
        why: RecordFailure,
    },

    /// What became of a paper.
    Printed {
        /// Which.
        job: PrintJob,
        /// All of it was printed, as far as anybody can tell.
        whole: bool,
    },
    /// A code was held in front of the scanner. Never shown, never kept.
    Scanned(Personal),
    /// The machine readable lines of a travel document were held in front of the scanner; `None` when they were not read
    /// rightly, as their check digits tell.
    DocumentScanned(Option<DocumentKey>),

    /// How the parts are.
    Health(Health),
    /// The items on offer; replaces the former ones. A visit under way goes on with the ones it began with.
    Catalogue(Arc<Catalogue>),
    /// Windows, from the roster.
    Windows(Vec<Window>),
    /// Where the public finds the hall's server, such as `https://hall.example`; `None`: nowhere. Receipts lead there.
    PublicUrl(Option<String>),
    /// The number this person left with an earlier visit: the answer to [`crate::Output::LookUpPerson`].
    KnownPhone {
        /// Which visit asked: an answer that comes after its visit is dropped.
        visit: Uuid,
        /// Mobile number, 11 digits.
        phone: Personal,
    },
    /// What waits for this person; told once or again as more is known.
    Errands {
        /// Which visit asked: an answer that comes after its visit is dropped.
        visit: Uuid,
        /// Their cases.
        errands: Vec<Errand>,
    },
    /// How the case of a receipt stands: the answer to [`crate::Output::AskProgress`].
    ProgressTold {
        /// Which question.
        ask: u64,
        /// The answer.
        answer: ProgressAnswer,
    },
    /// A pick-up code was compared: the answer to [`crate::Output::CheckPickupCode`].
    PickupCodeChecked {
        /// For which result.
        submission: Uuid,
        /// Whether it is the one.
        right: bool,
        /// Tries left; 0 sends the applicant to the window.
        tries_left: u8,
    },
    /// The last [`crate::Output::CallStaff`] reached the hall's staff.
    StaffCallReceived,

    /// The proof held.
    StaffVerified {
        /// Who.
        staff: Uuid,
        /// Their name, to show.
        name: String,
        /// The compartments they may open now; armed ones are put first by the journey.
        doors: Vec<StaffDoor>,
    },
    /// The proof did not hold.
    StaffRefused {
        /// Who was claimed, when known.
        staff: Option<Uuid>,
        /// Why.
        why: StaffRefusal,
        /// Tries left before the card is locked, when that counts.
        tries_left: Option<u8>,
    },
    /// The list of a signed-in member of staff changed (another box was armed, say).
    StaffDoors(Vec<StaffDoor>),

    /// How the terminal stands in the hall. The first one ends the "starting" page.
    Service(Service),
    /// These doors were open when the terminal started.
    OpenDoorsAtBoot(Vec<u16>),
}

/// What a card said. Everything in it is personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Full name.
    pub name: Personal,
    /// Family of the document.
    pub document: DocumentFamily,
    /// Document number, check digit already verified.
    pub number: Personal,
    /// `male` or `female`.
    pub sex: Option<Personal>,
    /// Date of birth, `YYYY-MM-DD`.
    pub birth_date: Option<Personal>,
    /// Address as printed.
    pub address: Option<Personal>,
    /// Last day of validity, `YYYY-MM-DD`.
    pub valid_until: Option<String>,
    /// How far the reading can be trusted.
    pub assurance: Assurance,
    /// What became of the signature, on travel documents.
    pub signature: Option<DocumentSignature>,
}

/// What became of the signature on a travel document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentSignature {
    /// It holds, and an authority that is trusted here has made it.
    Verified,
    /// It does, but the chip is a copy of the one that it was made for.
    Copied,
    /// It holds, and nobody who is trusted here has made it.
    Unverified,
    /// It does not hold.
    Failed,
}

impl Identity {
    /// Whether both cards are of one person.
    pub fn is_same_person(&self, other: &Self) -> bool {
        self.document == other.document && self.number == other.number
    }
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

/// What is told of the case of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgressAnswer {
    /// How it stands.
    Found(Box<Progress>),
    /// There is no such number, or the characters are others: one answer for both.
    NotFound,
    /// Nothing was told.
    Failed(FindFailure),
}

/// How a case stands, as whoever has its receipt may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Its number.
    pub receipt: String,
    /// State, in a word or two.
    pub state: Text,
    /// What was last said to the applicant; may be empty.
    pub told: Text,
    /// The last day of the clock that runs: what for, and `YYYY-MM-DD`.
    pub due: Option<(Text, String)>,
    /// A clock stands still.
    pub paused: bool,
    /// What the applicant does next, and where.
    pub next: Option<Text>,
    /// The result lies in this box of this terminal.
    pub here: Option<u16>,
}

/// A case of the person at the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// Which.
    pub submission: Uuid,
    /// Its number.
    pub receipt: String,
    /// Item code.
    pub item: String,
    /// Department code.
    pub department: String,
    /// Name of the item.
    pub item_name: Text,
    /// Its state in a word or two; empty when only this terminal knows of it.
    pub state: Text,
    /// What was last said to the applicant; may be empty.
    pub told: Text,
    /// The day by which somebody must act, `YYYY-MM-DD`.
    pub due: Option<String>,
    /// What the applicant is to do, if anything.
    pub todo: Option<Todo>,
}

/// What the applicant is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Todo {
    /// Take the result out of a box of this terminal.
    PickUp {
        /// Which.
        compartment: u16,
    },
    /// Hand in corrections.
    Correct {
        /// Everything that is missing or wrong.
        missing: Vec<MissingMaterial>,
    },
    /// Take the result out of a box of another terminal.
    PickUpElsewhere {
        /// Its name.
        kiosk: String,
    },
}

impl Todo {
    /// What is shown first.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::PickUp { .. } => 0,
            Self::Correct { .. } | Self::PickUpElsewhere { .. } => 1,
        }
    }
}

/// One material to be corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingMaterial {
    /// Code within the item.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// What is amiss, in the clerk's words.
    pub reason: String,
    /// Originals asked for.
    pub originals: u8,
    /// Copies asked for.
    pub copies: u8,
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

/// What is seen of a door.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DoorState {
    /// Closed.
    Closed,
    /// Open.
    Open,
    /// Not seen: the line is down or the board silent.
    #[default]
    Unknown,
}

/// What became of an unlock pulse. That the door opened is told by its sensor alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnlockOutcome {
    /// The board took it.
    Acknowledged,
    /// The board answered that it cannot; the lock did certainly not move.
    Refused,
    /// The line failed before anything was sent; the lock did certainly not move.
    NotSent,
    /// It was sent and no answer came: nobody knows.
    NoAnswer,
}

/// One compartment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compartment {
    /// Its number.
    pub no: u16,
    /// Its size class, such as `A4`.
    pub size: String,
    /// Whether it may be offered: certainly empty and in service, by the journal.
    pub free: bool,
    /// Its door.
    pub door: DoorState,
}

/// The number on the receipt and the day by which the office must have spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Digits.
    pub number: String,
    /// The terminal's civil time of the record, `YYYY-MM-DD HH:MM`, in the hall's zone.
    pub made_at: String,
    /// Last working day of the five-day limit, `YYYY-MM-DD`; `None` when the calendar of that year is missing.
    pub answer_by: Option<String>,
}

/// Why nothing was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordFailure {
    /// The compartment is not free any more.
    CompartmentTaken,
    /// No space on the disk.
    DiskFull,
    /// The journal could not be written.
    Broken,
    /// The journal was forked or the terminal revoked: no deposits.
    NotAllowed,
}

/// How the parts are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Card reader.
    pub reader: PartState,
    /// Lock board.
    pub locker: PartState,
    /// Journal; `Failed` also when the disk is full.
    pub journal: PartState,
    /// The hall's server.
    pub backend: PartState,
    /// Receipt printer.
    pub printer: PartState,
    /// Deposits not yet acknowledged by the server.
    pub waiting: u32,
    /// Civil time since which the oldest of them waits, `YYYY-MM-DD HH:MM`, in the hall's zone.
    pub waiting_since: Option<String>,
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

/// One window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its name as people say it.
    pub name: String,
    /// Codes of the departments it serves.
    pub departments: Vec<String>,
    /// Phone number applicants may call.
    pub phone: Option<String>,
}

/// A compartment that a member of staff may open now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffDoor {
    /// Its number.
    pub compartment: u16,
    /// Whose paper is in it, when known.
    pub submission: Option<Uuid>,
    /// That submission's receipt number.
    pub receipt: Option<String>,
    /// Why it is on the list.
    pub kind: StaffDoorKind,
    /// What entitles them.
    pub authority: Authority,
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

/// How the terminal stands in the hall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// Serves.
    Ready,
    /// Has no identity yet.
    NotEnrolled {
        /// The command that gives it one.
        command: String,
    },
    /// The hall's server said that this terminal was revoked.
    Revoked,
    /// Two histories of this journal exist.
    JournalForked,
    /// The journal file failed its check and was set aside.
    JournalDamaged,
    /// Something else; `detail` is for technicians.
    Broken {
        /// What, in words.
        detail: String,
    },
}

/// Fixed facts about this terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JourneyConfig {
    /// The hall's name.
    pub hall_name: String,
    /// Size classes of its compartments, smallest first.
    pub sizes: Vec<String>,
    /// How long a "done" page stays. Default 30 s.
    pub done_stays: Duration,
    /// Whether there is a scanner.
    pub scans: bool,
}

impl Default for JourneyConfig {
    fn default() -> Self {
        Self { hall_name: String::new(), sizes: Vec::new(), done_stays: Duration::from_secs(30), scans: false }
    }
}
