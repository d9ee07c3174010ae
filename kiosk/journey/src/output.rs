//! What the journey wants done. It does nothing itself.

use std::collections::BTreeMap;

use hall_rules::DocumentFamily;
use hall_rules::answers::ActingFor;
use uuid::Uuid;

use crate::{DocumentKey, Identity, Personal, PrintJob, Slip};

/// Names one [`Output::Record`] until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// One thing to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Write these facts in ONE transaction, make them durable, then answer [`crate::Input::Recorded`] or
    /// [`crate::Input::RecordFailed`] with the same ticket. The journal checks again that a compartment named by an
    /// intent is free, in the same transaction.
    Record {
        /// Hand back with the answer.
        ticket: Ticket,
        /// The facts, in order.
        drafts: Vec<Draft>,
    },
    /// Send one unlock pulse. Emitted only after the fact that causes it was recorded. Answer with
    /// [`crate::Input::Unlock`].
    OpenDoor {
        /// Which door.
        compartment: u16,
    },
    /// Make a sound.
    Play(Sound),
    /// Tell the hall's staff that someone is needed here.
    CallStaff(StaffCall),
    /// Find what earlier visits of this person left, here and at the hall's server; answer with
    /// [`crate::Input::KnownPhone`] and [`crate::Input::Errands`] if anything.
    LookUpPerson {
        /// Which visit asks; hand back with the answer.
        visit: Uuid,
        /// Family of the document.
        document: DocumentFamily,
        /// Its number.
        number: Personal,
    },
    /// Give the reader what opens the chip of the travel document that lies there, or will. Answered by
    /// [`crate::Input::CardPresent`] and what follows it.
    UnlockDocument(DocumentKey),
    /// The reader is to forget what it was given for travel documents. [`Output::Wipe`] means it too.
    ForgetDocument,
    /// Ask the hall's server how the case of a receipt stands; answer with [`crate::Input::ProgressTold`].
    AskProgress {
        /// Which question; hand back with the answer.
        ask: u64,
        /// The number: it holds.
        receipt: String,
        /// The last four characters of the document.
        last_four: Personal,
    },
    /// Compare a pick-up code with the one of a result; answer with [`crate::Input::PickupCodeChecked`].
    CheckPickupCode {
        /// For which result.
        submission: Uuid,
        /// What was typed.
        code: Personal,
    },
    /// Check a staff member's proof off the loop; answer with [`crate::Input::StaffVerified`] or
    /// [`crate::Input::StaffRefused`].
    VerifyStaff(StaffProof),
    /// The visit is over: drop whatever of it is held outside the journey.
    Wipe,
    /// Print a paper; answer with [`crate::Input::Printed`]. A paper that does not come out changes nothing else.
    Print {
        /// Hand back with the answer.
        job: PrintJob,
        /// What is on it.
        slip: Box<Slip>,
    },
}

/// Sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// A card was read.
    CardRead,
    /// Something needs attention.
    Attention,
    /// "Are you still there?"
    StillThere,
    /// A door was opened for someone.
    DoorOpen,
    /// A door is still open; louder.
    DoorLeftOpen,
    /// "You may leave."
    Done,
}

/// Why staff are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StaffCall {
    /// Somebody pressed Help.
    Help,
    /// A door is open for a minute.
    DoorLeftOpen {
        /// Which.
        compartment: u16,
    },
    /// Doors were open when the terminal started.
    DoorsOpenAtBoot,
    /// A door did not open.
    DoorStuck {
        /// Which.
        compartment: u16,
    },
    /// An applicant found something in a box.
    FoundSomething {
        /// Which.
        compartment: u16,
    },
    /// Nobody knows whether paper is in a box.
    Unconfirmed {
        /// Which.
        compartment: u16,
    },
    /// The journal cannot be written while paper is in a box that is not on record as deposited.
    RecordFailed,
    /// The lock board does not answer while a door is open.
    LineLost {
        /// Which.
        compartment: u16,
    },
    /// A card was left on the reader for a minute.
    CardLeft,
}

/// How a member of staff shows who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffProof {
    /// Staff card and PIN.
    CardAndPin {
        /// Whose card.
        staff: Uuid,
        /// What they typed.
        pin: Personal,
    },
    /// The one-time code that the console showed: six digits.
    OneTimeCode {
        /// What they typed.
        code: Personal,
    },
}

/// A fact as the journey knows it; the journal adds the time, the receipt number and a salt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Draft {
    /// An applicant finished the questions. Always followed by [`Draft::DepositIntended`] in the same record.
    SubmissionPrepared(Box<Prepared>),
    /// A door is about to be opened for this submission's paper.
    DepositIntended {
        /// Whose paper.
        submission: Uuid,
        /// Where.
        compartment: u16,
    },
    /// The door is about to be opened again for the same submission ("forgot something").
    DepositReopened {
        /// Whose paper.
        submission: Uuid,
        /// Where.
        compartment: u16,
    },
    /// The deposit goes to another compartment, whose door is about to be opened.
    DepositMoved {
        /// Whose paper.
        submission: Uuid,
        /// Left behind.
        from: u16,
        /// About to be opened.
        to: u16,
        /// Why.
        why: MoveReason,
    },
    /// The door was seen open and then seen closed: the paper is in.
    Deposited {
        /// Whose paper.
        submission: Uuid,
        /// Where.
        compartment: u16,
    },
    /// Nobody knows whether the paper is in.
    DepositUnconfirmed {
        /// Whose paper.
        submission: Uuid,
        /// Where it may be.
        compartment: u16,
        /// Why nobody knows.
        why: UnconfirmedReason,
    },
    /// The submission ended with nothing in any compartment.
    DepositVoided {
        /// Which.
        submission: Uuid,
        /// Why.
        why: VoidReason,
    },
    /// An applicant hands in corrections. Always followed by [`Draft::DepositIntended`] in the same record.
    CorrectionPrepared(Box<PreparedCorrection>),
    /// A door is about to be opened for staff who put a result in.
    LoadIntended {
        /// Whose result.
        submission: Uuid,
        /// Where.
        compartment: u16,
        /// Who stands there.
        staff: Uuid,
        /// The directive that asked for it.
        directive: Uuid,
    },
    /// Staff say that the result is in.
    ResultLoaded {
        /// Whose result.
        submission: Uuid,
        /// Where.
        compartment: u16,
        /// Who says so.
        staff: Uuid,
        /// The directive that asked for it.
        directive: Uuid,
    },
    /// The loading ended without a result in the compartment.
    LoadVoided {
        /// Whose result it was to be.
        submission: Uuid,
        /// Which compartment.
        compartment: u16,
        /// Who stood there.
        staff: Uuid,
        /// Whether the door may have been open.
        maybe_opened: bool,
    },
    /// A door is about to be opened for the applicant whose result lies behind it.
    PickupIntended {
        /// Whose result.
        submission: Uuid,
        /// Which compartment.
        compartment: u16,
        /// What entitles them.
        proof: PickupProof,
    },
    /// The applicant shut the door.
    PickedUp {
        /// Whose result.
        submission: Uuid,
        /// Which compartment.
        compartment: u16,
    },
    /// The applicant says that everything was taken out.
    PickupAffirmed {
        /// Whose result it was.
        submission: Uuid,
        /// Which compartment.
        compartment: u16,
    },
    /// The applicant rated the service: 5 非常满意 … 1 非常不满意.
    Rated {
        /// Which case.
        submission: Uuid,
        /// The level.
        level: u8,
    },
    /// A compartment must not be offered until staff return it to service.
    CompartmentSetAside {
        /// Which.
        compartment: u16,
        /// Why.
        why: SetAsideReason,
        /// Whose submission met it, if any.
        submission: Option<Uuid>,
    },
    /// A door is about to be opened for staff.
    CollectionIntended {
        /// Whose paper is in it, when known.
        submission: Option<Uuid>,
        /// Which door.
        compartment: u16,
        /// Who stands there.
        staff: Uuid,
        /// What entitles them.
        authority: Authority,
    },
    /// Staff shut the door, or it never opened.
    CollectionClosed {
        /// Whose paper was in it, when known.
        submission: Option<Uuid>,
        /// Which door.
        compartment: u16,
        /// Who.
        staff: Uuid,
        /// Whether an opening was seen before the closing.
        opening_seen: bool,
    },
    /// Someone entitled says the compartment is empty (已取出).
    EmptinessAffirmed {
        /// Whose paper was in it, when known.
        submission: Option<Uuid>,
        /// Which compartment.
        compartment: u16,
        /// Who says so.
        staff: Uuid,
    },
    /// A staff sign-in at the terminal was refused.
    StaffRefused {
        /// Who was claimed, when known.
        staff: Option<Uuid>,
        /// Why.
        why: StaffRefusal,
    },
}

/// Everything an applicant said, ready for the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Its id, handed in with the card ([`crate::Input::CardRead`]).
    pub submission: Uuid,
    /// Item code.
    pub item: String,
    /// Version of the item it was made against.
    pub item_version: u32,
    /// Department code of that item.
    pub department: String,
    /// What the card said.
    pub applicant: Identity,
    /// For whom the applicant acts.
    pub acting_for: ActingFor,
    /// Mobile number, 11 digits; `None` when skipped.
    pub phone: Option<Personal>,
    /// Question code → option code.
    pub situations: BTreeMap<String, String>,
    /// Field code → value.
    pub answers: BTreeMap<String, Personal>,
    /// The exact list.
    pub materials: Vec<PreparedMaterial>,
}

/// Corrections of an earlier submission, ready for the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedCorrection {
    /// The submission they belong to.
    pub submission: Uuid,
    /// The number the applicant has.
    pub receipt: String,
    /// Item code.
    pub item: String,
    /// Department code of that item.
    pub department: String,
    /// What was asked for.
    pub materials: Vec<PreparedMaterial>,
}

/// One line of the material list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedMaterial {
    /// Code within the item.
    pub code: String,
    /// Name in Chinese.
    pub name: String,
    /// Originals asked for.
    pub originals: u8,
    /// Copies asked for.
    pub copies: u8,
    /// Whether it may follow later (容缺).
    pub deferrable: bool,
    /// The applicant says it is in the box. Of what never goes into one nothing is said by this.
    pub in_box: bool,
}

/// How far a reading can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Assurance {
    /// Anything that can be copied.
    ReadOnly,
    /// The chip proved itself.
    ChipVerified,
    /// A licensed SAM released the data.
    SamVerified,
}

/// What entitles an applicant to the door of their result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PickupProof {
    /// A card that proved itself.
    Card,
    /// A card that could be copied, and the pick-up code.
    CardAndCode,
}

/// Why a deposit went to another compartment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MoveReason {
    /// The paper did not fit.
    TooSmall,
    /// The door did not open.
    DoorStuck,
    /// The applicant found something in it.
    FoundSomething,
}

/// Why nobody knows whether the paper is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnconfirmedReason {
    /// The door is closed and no opening was ever seen.
    OpeningNotSeen,
    /// The lock board stopped answering while the door was open.
    LineLost,
}

/// Why a submission ended with nothing in any compartment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VoidReason {
    /// No door opened and no other compartment was free.
    NoDoorOpened,
    /// The applicant took everything back.
    TakenBack,
}

/// Why a compartment is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetAsideReason {
    /// Its door did not open on command.
    DoorStuck,
    /// An applicant found something in it.
    FoundSomething,
}

/// What entitles staff to a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// A directive of the backend armed it.
    Directive {
        /// Which.
        directive: Uuid,
    },
    /// Staff card and PIN against the signed roster.
    Roster {
        /// Generation of the roster.
        generation: u64,
        /// Version of the roster.
        version: u64,
        /// The window.
        window: Uuid,
    },
}

/// Why a staff sign-in was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StaffRefusal {
    /// The card is not in the roster.
    UnknownCard,
    /// The PIN was wrong.
    WrongPin,
    /// Five wrong PINs: locked.
    Locked,
    /// The one-time code was wrong or used.
    WrongCode,
    /// The roster is too old to be believed.
    RosterExpired,
}
