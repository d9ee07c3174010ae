//! What may happen in a hall: facts from terminals, questions and commands from staff. Rules come from `hall-rules`, SQL
//! from `hall-store`; nothing here knows HTTP, pages or gateways.
//!
//! ```text
//! ground/     the hall at a moment, who acts in it, the audit, limits, refusals
//! case/       one case: its history and what follows from it, its clocks, papers, messages, joint handling
//! boxes/      doors and what is behind them: directives, collecting, loading, rounds
//! people/     accounts, sign-in, passwords
//! terminals/  what terminals send and fetch: journals, roster, catalogue, enrolment
//! figures/    what supervisors see: ratings, call-backs, what is late, statistics, the state of the database
//! ```

pub mod boxes;
pub mod case;
pub mod figures;
pub mod ground;
pub mod people;
pub mod terminals;

pub use ground::actor::{Actor, Staff};
pub use ground::hall::Hall;
pub use ground::refusal::Refusal;
