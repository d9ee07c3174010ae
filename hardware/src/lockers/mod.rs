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
//! There are four families of boards ([`Protocol`]): [`xor24`], [`cu48`], [`cu16`] and [`wkly`]. What they say is the
//! same few things ([`frame`]); boards that do not answer an unlock are asked for the state of the lock instead, and
//! what they say to that within [`LockersConfig::confirm_for`] is their acknowledgement or refusal.

mod bus;
pub mod calibrate;
mod config;
pub mod cu16;
pub mod cu48;
mod doors;
mod driver;
mod error;
mod exchange;
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
pub use protocol::{NoSuchProtocol, Protocol};

use crate::DeviceStatus;

/// A door as its sensor shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DoorState {
    /// The sensor says closed.
    Closed,
    /// The sensor says open.
    Open,
    /// No trustworthy answer: not asked yet, the board is silent, or the port is gone.
    Unknown,
}

/// Whether something lies in a compartment, as its sensor sees it. Only some boards have one
/// ([`Protocol::knows_items`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemState {
    /// The sensor sees something.
    Present,
    /// The sensor sees nothing. A sheet of paper may lie where it does not look.
    Absent,
    /// No trustworthy answer.
    Unknown,
}

/// What the bus's owner thread reports, in the order in which it happened.
///
/// One [`LockersHandle::open`] gives either `UnlockFailed` alone (nothing was sent), or `UnlockSent` followed by
/// exactly one of `UnlockAcked`, `UnlockRefused`, `UnlockFailed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockerEvent {
    /// The bus's state changed.
    BusState(DeviceStatus),
    /// A door changed, as observed. Sent on change only.
    Door {
        /// Compartment number.
        compartment: u16,
        /// What the sensor says now.
        state: DoorState,
    },
    /// Every compartment, in ascending order: once when the bus first answered (also after each return of the port),
    /// and on [`LockersHandle::snapshot`].
    Snapshot(Vec<(u16, DoorState)>),
    /// The command to unlock went out on the wire. From here on the door may be open.
    UnlockSent {
        /// Compartment number.
        compartment: u16,
    },
    /// The board says that the lock let go, by its answer or by the state of the lock right after. The door may still hang; wait for [`LockerEvent::Door`].
    UnlockAcked {
        /// Compartment number.
        compartment: u16,
    },
    /// The board says that the lock did not let go.
    UnlockRefused {
        /// Compartment number.
        compartment: u16,
    },
    /// Not known to have worked; [`UnlockError::may_have_opened`] says whether the door may be open all the same.
    UnlockFailed {
        /// Compartment number.
        compartment: u16,
        /// Why.
        error: UnlockError,
    },
}
