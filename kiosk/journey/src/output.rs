//! What the journey wants done. It does nothing itself.

use kiosk_wire::submission::DocumentFamily;
use kiosk_wire::{
    CompartmentNo, Corrections, Fact, Personal, ReceiptNumber, ResultHolder, StaffCall, StaffId, Submission,
    SubmissionId,
};

use crate::slip::Slip;
use crate::terms::{DocumentKey, PrintJob, Ticket};

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
        entries: Vec<Entry>,
    },
    /// Send one unlock pulse. Emitted only after the fact that causes it was recorded. Answer with
    /// [`crate::Input::Unlock`].
    OpenDoor {
        /// Which door.
        compartment: CompartmentNo,
    },
    /// Make a sound.
    Play(Sound),
    /// Tell the hall's staff that someone is needed here.
    CallStaff(StaffCall),
    /// Find what earlier visits of this person left, here and at the hall's server; answer with
    /// [`crate::Input::KnownPhone`] and [`crate::Input::Errands`] if anything.
    LookUpPerson {
        /// Which visit asks; hand back with the answer.
        visit: SubmissionId,
        /// Family of the document.
        document: DocumentFamily,
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
        receipt: ReceiptNumber,
        /// The last four characters of the document.
        last_four: Personal,
    },
    /// Compare a pick-up code with the one of a result; answer with [`crate::Input::PickupCodeChecked`].
    CheckPickupCode {
        /// For which result.
        submission: SubmissionId,
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

/// How a member of staff shows who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffProof {
    /// Staff card and PIN.
    CardAndPin {
        /// Whose card.
        staff: StaffId,
        /// What they typed.
        pin: Personal,
    },
    /// The one-time code that the console showed: six digits.
    OneTimeCode {
        /// What they typed.
        code: Personal,
    },
}

/// A fact to be put on record, with the personal part that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What happened or is about to. The receipt number of a [`Fact::SubmissionPrepared`] is left empty: it is made in
    /// the transaction that writes it.
    pub fact: Fact,
    /// The personal part.
    pub payload: Option<Payload>,
}

impl From<Fact> for Entry {
    fn from(fact: Fact) -> Self {
        Self { fact, payload: None }
    }
}

/// The personal part of a fact. Salts are left empty: whoever writes it down salts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Of [`Fact::SubmissionPrepared`].
    Submission(Box<Submission>),
    /// Of [`Fact::CorrectionPrepared`].
    Corrections(Corrections),
    /// Of [`Fact::ResultLoaded`].
    Holder(ResultHolder),
}
