//! The journey from outside: visits, staff, budgets, and whatever a random hand does.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "tests")]

mod budget;
mod documents;
mod doors;
mod errands;
mod finding;
mod papers;
mod random;
mod staff;
mod terminal;
mod visits;
mod whose;
