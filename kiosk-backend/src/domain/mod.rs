//! What may happen: facts from terminals, questions and commands from staff. Rules come from `hall-rules`, SQL from the
//! store; nothing here knows HTTP or pages.

pub mod accounts;
pub mod archive;
pub mod audit;
pub mod browsers;
pub mod casework;
pub mod claims;
pub mod clocks;
pub mod commands;
pub mod directives;
pub mod enrolment;
pub mod escalations;
pub mod facts;
pub mod fields;
pub mod files;
pub mod green;
pub mod import;
pub mod inbox;
pub mod intake;
pub mod joint;
pub mod limit;
pub mod messages;
pub mod notes;
pub mod notices;
pub mod oidc;
pub mod person;
pub mod progress;
pub mod queries;
pub mod ratings;
pub mod results;
pub mod roster;
pub mod rounds;
pub mod sign_in;
pub mod sniff;
pub mod staff;
pub mod statistics;
pub mod steps;
pub mod times;
pub mod tries;
pub mod uncollected;
pub mod verify;
pub mod views;
pub mod whereabouts;

pub use views::{Actor, Staff};

/// A terminal not heard of for this long is shown in red, and is not asked to open doors.
pub const UNSEEN_MS: i64 = 60_000;
