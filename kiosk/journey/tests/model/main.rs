//! Every order of events, searched: of a small model that proves the protocol, and of the journey that ships.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "tests")]

mod protocol;
mod shipping;
