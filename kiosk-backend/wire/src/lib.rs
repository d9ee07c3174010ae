//! Every type that crosses the network between a terminal and the backend, and nothing else.
//!
//! No IO, no clock, no randomness: ids, stamps and keys are handed in.
//! Apart from serde types there are only the computations on which both ends must agree to the bit: the hash
//! chain of journal entries ([`entry`]), the signature over exact bytes ([`signed`]), and what stands for the person
//! who may take a result ([`ResultHolder`]).
//!
//! # Versions
//! The backend accepts every version it ever shipped. Unknown fields are ignored here (config and catalogue are
//! strict, the wire is not). A new meaning is a new [`Fact`] kind, never a changed one; a backend that does not know
//! a kind reads it as [`Fact::Unknown`], stores it and sets it aside for a person. `tests/frozen.rs` holds the bytes
//! of every version.

pub mod directive;
pub mod entry;
pub mod ids;
pub mod kiosk_api;
pub mod personal;
pub mod problem;
pub mod roster;
pub mod settings;
pub mod signed;
pub mod stamp;
pub mod submission;
pub mod told;

pub use directive::{Directive, DirectiveOrder, DirectiveOutcome};
pub use entry::{Envelope, Fact, Header};
pub use ids::{CompartmentNo, DirectiveId, JournalId, KioskId, ReceiptNumber, StaffId, SubmissionId, WindowId};
pub use personal::Personal;
pub use problem::{Code, Problem};
pub use roster::{Roster, RosterStaff, RosterWindow};
pub use settings::{HallSettings, PinLimits};
pub use signed::Signed;
pub use stamp::Stamp;
pub use submission::{Corrections, ResultHolder, Submission};
pub use told::{FaultCode, StaffCall};

/// The wire version this build writes. It reads every version from 1 on.
pub const VERSION: u16 = 1;
