//! The hall's server: takes what terminals journal, tells the windows, and serves the staff's pages. What may happen is
//! `hall-domain`'s to say, and `hall-store` keeps it; here is how they are reached.
//!
//! ```text
//! access   what a path wants of whoever asks
//! connections/  how long each may stay, and who makes room for whom
//! origin   where a request comes from, seen through trusted proxies
//! api/      HTTP in: terminals under /kiosk/v1, staff JSON under /api/v1
//! console/  the staff's pages
//! public/   the page for everybody: how a case stands
//! oidc/     the city's provider of accounts, asked over HTTP
//! jobs/     retried work, claimed from the database; notify/ is what it does
//! ```

pub mod access;
pub mod api;
pub mod app;
mod archived;
pub mod attachments;
pub mod certificates;
pub mod charge;
pub mod cli;
pub mod client;
pub mod config;
pub mod connections;
pub mod console;
pub mod jobs;
pub mod notify;
pub mod oidc;
pub mod origin;
mod public;
mod refused;
pub mod serve;
