//! What the journey is told.

use std::sync::Arc;
use std::time::Duration;

use hall_rules::{Catalogue, Text};
use kiosk_wire::entry::{Authority, StaffRefusal};
use kiosk_wire::kiosk_api::{CaseBrief, DoorState, ProgressAnswer};
use kiosk_wire::submission::Applicant;
use kiosk_wire::{
    CompartmentNo, DirectiveId, HallSettings, Personal, ReceiptNumber, ResultHolder, RosterWindow, StaffId,
    SubmissionId,
};

use crate::terms::{CardProblem, DocumentKey, FindFailure, PartState, PrintJob, StaffDoorKind, Ticket};
use crate::touch::Touch;

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
        applicant: Box<Applicant>,
        /// A fresh UUIDv7: the id of the submission this visit may make.
        submission: SubmissionId,
        /// Full years of its holder today; `None` where birth date or today is in doubt.
        age: Option<u8>,
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
        staff: StaffId,
        /// Their name, to show.
        name: String,
    },
    /// The card is gone.
    CardRemoved,

    /// A door as its sensor shows it: on every change, and at least once after each unlock pulse.
    Door { compartment: CompartmentNo, state: DoorState },
    /// What became of an unlock pulse.
    Unlock {
        compartment: CompartmentNo,
        /// How it went.
        outcome: UnlockOutcome,
    },
    /// Every compartment, whenever one of them changes; door states included.
    Cabinet(Vec<Compartment>),

    /// The record is durable.
    Recorded {
        ticket: Ticket,
        /// The receipt number made in this transaction, when the record held a
        /// [`kiosk_wire::Fact::SubmissionPrepared`].
        receipt: Option<Receipt>,
    },
    /// The record was not made; nothing of it is on disk.
    RecordFailed { ticket: Ticket, why: RecordFailure },

    /// What became of a paper.
    Printed {
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
    Windows(Vec<RosterWindow>),
    /// What the hall tells of itself: where receipts lead, its order of sizes, what a PIN is.
    Hall(Box<HallSettings>),
    /// The number this person left with an earlier visit: the answer to [`crate::Output::LookUpPerson`].
    KnownPhone {
        /// Which visit asked: an answer that comes after its visit is dropped.
        visit: SubmissionId,
        /// Mobile number, 11 digits.
        phone: Personal,
    },
    /// What waits for this person; told once or again as more is known.
    Errands {
        /// Which visit asked: an answer that comes after its visit is dropped.
        visit: SubmissionId,
        /// Their cases.
        errands: Vec<CaseBrief>,
    },
    /// How the case of a receipt stands: the answer to [`crate::Output::AskProgress`].
    ProgressTold {
        /// Which question.
        ask: u64,
        answer: ProgressTold,
    },
    /// A pick-up code was compared: the answer to [`crate::Output::CheckPickupCode`].
    PickupCodeChecked {
        /// For which result.
        submission: SubmissionId,
        /// Whether it is the one.
        right: bool,
        /// Tries left; 0 sends the applicant to the window.
        tries_left: u8,
    },
    /// The last [`crate::Output::CallStaff`] reached the hall's staff.
    StaffCallReceived,

    /// The proof held.
    StaffVerified {
        staff: StaffId,
        /// Their name, to show.
        name: String,
        /// The compartments they may open now; armed ones are put first by the journey.
        doors: Vec<StaffDoor>,
    },
    /// The proof did not hold.
    StaffRefused {
        /// Who was claimed, when known.
        staff: Option<StaffId>,
        why: StaffRefusal,
        /// Tries left before the card is locked, when that counts.
        tries_left: Option<u8>,
    },
    /// The list of a signed-in member of staff changed (another box was armed, say).
    StaffDoors(Vec<StaffDoor>),

    /// How the terminal stands in the hall. The first one ends the "starting" page.
    Service(Service),
    /// These doors were open when the terminal started.
    OpenDoorsAtBoot(Vec<CompartmentNo>),
}

/// What is told of the case of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgressTold {
    /// How it stands.
    Found(Box<ProgressAnswer>),
    /// There is no such number, or the characters are others: one answer for both.
    NotFound,
    /// Nothing was told.
    Failed(FindFailure),
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
    pub no: CompartmentNo,
    /// Its size class, such as `A4`.
    pub size: String,
    /// Whether it may be offered: certainly empty and in service, by the journal.
    pub free: bool,
    pub door: DoorState,
}

/// The number on the receipt and the day by which the office must have spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub number: ReceiptNumber,
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

/// A compartment that a member of staff may open now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffDoor {
    /// Its number.
    pub compartment: CompartmentNo,
    /// Whose paper is in it, when known.
    pub submission: Option<SubmissionId>,
    /// That submission's receipt number.
    pub receipt: Option<ReceiptNumber>,
    /// Why it is on the list.
    pub kind: StaffDoorKind,
    /// What entitles them.
    pub authority: Authority,
    /// The result to put into it, on [`StaffDoorKind::Load`].
    pub load: Option<Load>,
}

/// A result to be put into a compartment, as the directive that asks for it names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Whose result.
    pub submission: SubmissionId,
    /// The number the applicant has.
    pub receipt: ReceiptNumber,
    /// Item code.
    pub item: String,
    /// Department code of that item.
    pub department: String,
    /// Who may take it out.
    pub holder: ResultHolder,
    pub directive: DirectiveId,
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
    /// How long a "done" page stays after the last touch; three times that where no paper came out. Default 30 s.
    pub done_stays: Duration,
    /// Whether there is a scanner.
    pub scans: bool,
    /// Whether a reader takes social security cards, passports and travel permits, beside ID cards and residence permits.
    pub reads_chips: bool,
    /// Where a person is found or whom to phone; empty when nobody said.
    pub staff_place: Text,
}

impl Default for JourneyConfig {
    fn default() -> Self {
        Self {
            hall_name: String::new(),
            done_stays: Duration::from_secs(30),
            scans: false,
            reads_chips: true,
            staff_place: Text::default(),
        }
    }
}
