//! The hall terminal: what is decided, written down, sent and opened.
//!
//! The visit itself (`kiosk-journey`) and the screens (`kiosk-ui`) are crates of their own and know nothing of disks,
//! networks and doors. This crate holds the only loop in which they meet ([`runner`]), the only truth about the doors
//! ([`journal`]), and the thread that tells the backend ([`sync`]).

pub mod cache;
#[expect(clippy::disallowed_methods, reason = "a command waits for a device until a deadline of its own")]
pub mod cli;
pub mod clock;
pub mod config;
pub mod devices;
pub mod directive;
pub mod files;
pub mod flaw;
pub mod hall;
pub mod identity;
#[expect(clippy::disallowed_types, reason = "the journal is the only SQL of the terminal")]
pub mod journal;
pub mod papers;
pub mod runner;
pub mod sound;
pub mod staff;
pub mod status;
pub mod sync;
