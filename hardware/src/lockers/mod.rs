//! Lock boards on an RS-485 bus.
//!
//! ```no_run
//! use hardware::lockers::{Board, ClosedBit, LockerEvent, Lockers, LockersConfig};
//!
//! let config = LockersConfig::new(
//!     "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0",
//!     ClosedBit::One,
//!     vec![Board { address: 1, locks: 24, first_compartment: 1 }],
//! );
//! let lockers = Lockers::spawn(config, |event| match event {
//!     LockerEvent::Door { compartment, state } => drop((compartment, state)),
//!     other => drop(other),
//! })?;
//! lockers.open(7)?;
//! lockers.shutdown();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Three facts are kept apart, because each can be true without the others: an unlock was *commanded*
//! ([`LockerEvent::UnlockSent`]), it was *acknowledged* ([`LockerEvent::UnlockAcked`]), and the door was *observed*
//! open ([`LockerEvent::Door`]). A driver that is told to open always tries: a broken sensor that says "open" never
//! stops it. An unlock is never repeated by the driver; whether to try again is for the caller, after a look at the
//! observed state.
//!
//! Each family of boards ([`Protocol`]) has its codec here. What they say is the same few things ([`frame`]); boards that
//! do not answer an unlock are asked for the state of the lock instead, and what they say to that within
//! [`LockersConfig::confirm_for`] is their acknowledgement or refusal.

mod bus;
pub mod calibrate;
mod config;
pub mod cu16;
pub mod cu48;
mod doors;
mod driver;
mod error;
mod event;
mod exchange;
mod family;
pub mod frame;
#[cfg(test)]
mod peer;
mod protocol;
mod schedule;
pub mod stream;
pub mod survey;
pub mod wkly;
pub mod xor24;

pub use config::{Board, ClosedBit, ConfigError, LockersConfig};
pub use driver::{Lockers, LockersHandle};
pub use error::{OpenError, UnlockError};
pub use event::{DoorState, ItemState, LockerEvent};
pub use family::UnlockAnswer;
pub use protocol::{NoSuchProtocol, Protocol};
