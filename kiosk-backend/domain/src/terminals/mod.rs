//! What terminals send and fetch.

pub mod enrolment;
pub mod facts;
pub mod import;
pub mod intake;
pub mod list;
pub mod person;
pub mod roster;
pub mod set_aside;
pub mod settings;
