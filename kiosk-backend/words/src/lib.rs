//! What people read, by typed keys: every refusal with its Chinese beside it, and the English from `po/en.po`.
//!
//! A key without English, English without a key, English of Chinese that has changed since, and placeholders that
//! differ between the two are errors of compilation. Nothing here reads a clock, a file or the network.
//!
//! | Module | Answers |
//! |---|---|
//! | [`reason`] | why something was refused: its code, its field, when to come back, and how it is said |
//! | [`audit`] | what the audit records, and why a terminal refused somebody of the staff |
//! | [`case`] | what is said of a case: messages, ratings, what its applicant does next |
//! | [`machine`] | what a terminal tells of itself: parts, faults, calls for staff |
//! | [`say`] | how a name, a number, a right or a party is said within a sentence |

pub mod audit;
pub mod case;
mod english;
pub mod machine;
pub mod reason;
pub mod say;

pub use audit::Action;
pub use reason::Reason;
pub use say::{Said, Wait};
