//! What the backend asks a terminal to do. A directive is a command, not a fact: the terminal checks it against the
//! present and answers with a journal entry, [`crate::Fact::DirectiveAnswered`], and nothing else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{CompartmentNo, DirectiveId, KioskId, ReceiptNumber, StaffId, SubmissionId};
use crate::submission::ResultHolder;

/// One request, signed by the hall's key ([`crate::signed::Purpose::Directive`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    /// Its id; a repeated directive has the same one and is answered, not done, again.
    pub id: DirectiveId,
    /// For which terminal.
    pub kiosk: KioskId,
    /// Generation of the backend's data. A backend restored from a backup starts a new one, and directives of older
    /// generations are void.
    pub generation: u64,
    /// Made at, backend time, milliseconds since the epoch.
    pub issued_ms: i64,
    /// Void from then on, backend time.
    pub expires_ms: i64,
    /// Who asked.
    pub staff: StaffId,
    /// That person's name, to show at the terminal. Staff names are not applicants' data.
    pub staff_name: String,
    /// What to do.
    pub order: DirectiveOrder,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum DirectiveOrder {
    /// Let this clerk open this compartment when they stand at the terminal.
    ArmCollection {
        /// Whose paper is expected in it.
        submission: SubmissionId,
        compartment: CompartmentNo,
        /// SHA-256 in hex of `directive id (hyphenated lower-case text) ‖ code`, the one-time code being 6 digits that the console shows.
        code_hash: String,
    },
    /// The clerk changed their mind.
    DisarmCollection {
        /// The directive that armed it.
        armed_by: DirectiveId,
    },
    /// The clerk says the compartment is empty (已取出).
    AffirmEmpty {
        /// Whose paper was in it.
        submission: Option<SubmissionId>,
        compartment: CompartmentNo,
    },
    /// Open at once, from the desk: chiefs only.
    OpenNow {
        /// Whose paper is in it, when known.
        submission: Option<SubmissionId>,
        compartment: CompartmentNo,
        reason: String,
    },
    /// Staff looked: the compartment serves again.
    ReturnToService { compartment: CompartmentNo },
    /// Let this clerk put the result of a case into a free compartment when they stand at the terminal.
    ArmLoading {
        /// Whose result.
        submission: SubmissionId,
        /// The number the applicant has.
        receipt: ReceiptNumber,
        /// Item code.
        item: String,
        /// Department code of that item.
        department: String,
        /// Who may take it out, and how it is known to be them.
        holder: ResultHolder,
        /// As in [`DirectiveOrder::ArmCollection`].
        code_hash: String,
    },
    /// An order this build does not know: answered `not_understood`.
    #[serde(other)]
    Unknown,
}

/// How a directive ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DirectiveOutcome {
    /// Accepted and waiting for the clerk (arming only).
    Armed,
    Done,
    /// It came after its expiry, or the terminal cannot tell the time well enough to know.
    Expired,
    /// It belongs to an older generation.
    OldGeneration,
    /// The world has moved on: another submission is in that compartment, or none.
    NoLongerTrue,
    /// The compartment is unknown here or out of service.
    NoSuchCompartment,
    /// The lock did not open.
    DoorStuck,
    /// The line to the lock board is down.
    LineDown,
    /// The clerk cancelled it.
    Disarmed,
    /// This build does not know the order.
    NotUnderstood,
    /// An outcome this build does not know. Never written; only read.
    #[serde(other)]
    Unknown,
}
