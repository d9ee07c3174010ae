//! What is told of doors and unlocks.

use super::UnlockError;
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
/// ([`super::Protocol::knows_items`]).
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
/// One [`super::LockersHandle::open`] gives either `UnlockFailed` alone (nothing was sent), or `UnlockSent` followed by
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
    /// and on [`super::LockersHandle::snapshot`].
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
        error: UnlockError,
    },
}
