//! The applicant's visit as a pure state machine: one state for each page.
//!
//! It draws nothing, writes nothing, opens nothing, reads no clock, starts no thread and makes no random number. Time is an
//! argument: the [`Duration`](std::time::Duration) since any fixed moment, such as the process's start.
//!
//! The one rule of its use: after every [`Journey::handle`] and [`Journey::handle_timeout`], drain
//! [`Journey::poll_output`] until it is `None`; then ask [`Journey::poll_timeout`] when to wake it.
//!
//! ```text
//! loop {
//!     let input = wait_for_event_until(journey.poll_timeout());
//!     match input { Some(input) => journey.handle(input, now), None => journey.handle_timeout(now) }
//!     while let Some(output) = journey.poll_output() { carry_out(output) }
//!     if journey.revision() != shown { draw(journey.view(now)) }
//! }
//! ```
//!
//! The invariant it keeps: [`Output::OpenDoor`] follows a record that names this door and was answered by
//! [`Input::Recorded`]; nothing else opens a door.

mod ask;
mod cabinet;
mod choose;
mod deposit;
mod document;
mod door;
mod entry;
mod errands;
mod find;
mod home;
pub mod ime;
mod input;
mod journey;
mod layout;
mod output;
mod pages;
mod personal;
mod present;
mod qr;
pub mod search;
mod slip;
mod staff;
mod touch;
mod view;
mod visit;

pub use hall_rules::answers::ActingFor;
pub use hall_rules::catalogue::Place;
pub use hall_rules::{DocumentFamily, Language};
pub use input::*;
pub use journey::Journey;
pub use output::*;
pub use personal::Personal;
pub use qr::Qr;
pub use slip::*;
pub use touch::*;
pub use view::*;
