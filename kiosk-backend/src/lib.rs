//! The hall's server: takes what terminals journal, makes cases of it, tells the windows, and serves the staff's pages.
//!
//! ```text
//! access   what a path wants of whoever asks
//! connections/  how long each may stay, and who makes room for whom
//! origin   where a request comes from, seen through trusted proxies
//! api/      HTTP in: terminals under /kiosk/v1, staff JSON under /api/v1
//! console/  the staff's pages
//! public/   the page for everybody: how a case stands
//! domain/   what may happen: intake, questions, commands
//! store/    the only SQL
//! oidc/     the city's provider of accounts, asked over HTTP
//! jobs/     retried work, claimed from the database; notify/ is what it does
//! ```

pub mod access;
pub mod api;
pub mod app;
pub mod attachments;
pub mod bundle;
pub mod certificates;
pub mod charge;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connections;
pub mod console;
pub mod domain;
pub mod event;
pub mod jobs;
pub mod keys;
pub mod notify;
pub mod oidc;
pub mod origin;
pub mod problem;
mod public;
pub mod serve;
pub mod store;
