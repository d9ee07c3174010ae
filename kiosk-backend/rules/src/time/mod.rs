//! What may be believed of clocks. One reading of a clock decides nothing: no act of law, no lock-out.
//!
//! Any clock can be wrong at any time: a battery dies, a virtual machine wakes up in another year, somebody types a
//! date. Only monotonic time within one boot is believed without asking. So time here is bounds, not a value:
//!
//! | Module | Answers |
//! |---|---|
//! | [`trusted`] | what time is it, how early and how late may it be, and which clock is wrong |
//! | [`journal`] | when did this entry of a terminal happen, or between which instants |
//!
//! All instants are milliseconds since the Unix epoch, UTC; monotonic time is milliseconds since the start
//! of the program. Both are arguments.

pub mod journal;
pub mod trusted;

pub use journal::{EventTime, JournalTime, Stamped};
pub use trusted::{Kept, Rank, TrustedTime, Verdict};
