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
mod document_entry;
mod door;
mod entry;
mod errands;
mod find;
mod handed_in;
mod home;
pub mod ime;
mod input;
mod journey;
mod layout;
mod locker;
mod output;
mod page;
mod pages;
mod present;
mod printing;
mod qr;
pub mod search;
mod session;
mod slip;
mod staff;
mod terms;
#[cfg(test)]
mod testing;
mod touch;
mod typing;
mod view;
mod visit;

pub use hall_rules::Language;
pub use hall_rules::age::Ages;
pub use hall_rules::catalogue::Place;
pub use input::*;
pub use journey::Journey;
/// The words of the wire that views speak.
pub use kiosk_wire::StaffCall;
pub use kiosk_wire::entry::{StaffRefusal, UnconfirmedReason};
pub use output::*;
pub use qr::Qr;
pub use slip::*;
pub use terms::*;
pub use touch::*;
pub use view::*;
