//! The only SQL of the backend: one SQLite file, one writer that commits in groups, a few readers; and what lies beside
//! it, the keys that seal what is personal and the vault of attachments.
//!
//! Queries keep to what SQLite and PostgreSQL share (`$n` in ascending first appearance, `ON CONFLICT`, `RETURNING`,
//! integers for time), so that the other engine stays possible; migrations may differ. `connection` alone says what is
//! below.

pub mod audit;
pub mod case_events;
pub mod case_history;
pub mod cases;
pub mod catalogue;
pub mod claims;
mod columns;
mod connection;
pub mod data_keys;
pub mod directives;
mod error;
pub mod escalations;
pub mod event;
mod failpoint;
pub mod jobs;
pub mod joint;
pub mod journal;
pub mod kept_forms;
pub mod keys;
pub mod kiosks;
pub mod messages;
pub mod meta;
mod migrations;
pub mod notices;
pub mod oidc;
mod open;
pub mod papers;
pub mod parcels;
pub mod ratings;
mod readers;
pub mod saved_views;
pub mod seal;
pub mod sealed;
pub mod sessions;
pub mod staff;
pub mod supervision;
pub mod tries;
pub mod uncollected;
pub mod untimed;
pub mod vault;
pub mod verify;
mod writer;

pub use columns::word_of;
pub use connection::Connection;
pub use error::{StoreError, StoreResult};
pub use open::{DATABASE, Store};
pub use writer::{Announcements, Tx, WriteAnswer, Writer};
