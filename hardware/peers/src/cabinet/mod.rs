//! A cabinet: lock boards on one pseudo terminal, and the doors that hang in it.
//!
//! Doors spring open when their lock lets go and stay open until somebody shuts them: [`Cabinet::shut`], or
//! [`DoorFaults::shuts_itself_after_ms`].

mod boards;
mod parts;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::cable::{Peer, State, Way};
use boards::Boards;
pub use parts::{BoardSpec, BusFaults, CabinetOptions, Counters, DoorFaults};
use parts::{DoorCell, Inner};

/// A door as it is, whatever its contact says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Door {
    /// Compartment number.
    pub compartment: u16,
    /// Whether it stands open.
    pub open: bool,
    /// Whether something lies behind it.
    pub item: bool,
    pub faults: DoorFaults,
}

/// Everything, for a page that shows it.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetState {
    /// Whether the cable is in.
    pub plugged: bool,
    /// Whether a program has the port open.
    pub connected: bool,
    /// Every door, by number.
    pub doors: Vec<Door>,
    /// Faults of the bus.
    pub faults: BusFaults,
    /// What happened so far.
    pub counters: Counters,
    /// Grows with every change of any of the above but the counters.
    pub revision: u64,
}

/// A running cabinet. Dropping it takes the cable out and ends its thread.
pub struct Cabinet {
    peer: Peer<Inner>,
    link: PathBuf,
}

impl Cabinet {
    /// Makes the port and starts the boards, all doors shut.
    ///
    /// # Errors
    /// When no pseudo terminal can be made or the link cannot be written.
    pub fn start(options: CabinetOptions) -> io::Result<Self> {
        let compartments = options.boards.iter().flat_map(|board| {
            (0..u16::from(board.locks)).map(|lock| board.first_compartment.saturating_add(lock)).collect::<Vec<_>>()
        });
        let doors = compartments
            .map(|compartment| {
                let faults = DoorFaults::default();
                let cell = DoorCell { open: false, item: false, shuts_at: None, faults, told_open: false, reads: 0 };
                (compartment, cell)
            })
            .collect();
        let inner = Inner { doors, faults: BusFaults::default(), counters: Counters::default(), last_unlock: None };
        let (link, baud) = (options.link.clone(), options.paced_baud);
        let (peer, _) = Peer::start("cabinet", &Way::Pty(link.clone()), baud, inner, Boards::new(options))?;
        Ok(Self { peer, link })
    }

    /// Path of the serial port.
    pub fn port(&self) -> &Path {
        &self.link
    }

    /// Everything at this moment.
    pub fn state(&self) -> CabinetState {
        let inner = self.peer.lock();
        let doors = inner.doors.iter().map(|(compartment, cell)| Door {
            compartment: *compartment,
            open: cell.open,
            item: cell.item,
            faults: cell.faults.clone(),
        });
        CabinetState {
            plugged: inner.plugged,
            connected: inner.connected,
            doors: doors.collect(),
            faults: inner.faults.clone(),
            counters: inner.counters.clone(),
            revision: inner.revision,
        }
    }

    /// What happened so far.
    pub fn counters(&self) -> Counters {
        self.peer.lock().counters.clone()
    }

    /// Which compartment was last told to unlock, and when that request was heard.
    pub fn last_unlock(&self) -> Option<(u16, Instant)> {
        self.peer.lock().last_unlock
    }

    /// Whether a door stands open. `false` also for a compartment that does not exist.
    pub fn is_open(&self, compartment: u16) -> bool {
        self.peer.lock().doors.get(&compartment).is_some_and(|cell| cell.open)
    }

    /// Every door that stands open.
    pub fn open_doors(&self) -> Vec<u16> {
        self.peer.lock().doors.iter().filter(|(_, cell)| cell.open).map(|(number, _)| *number).collect()
    }

    /// A hand shuts a door. `false`: there is no such compartment.
    pub fn shut(&self, compartment: u16) -> bool {
        self.set_open(compartment, false)
    }

    /// A door is prised open without its lock. `false`: there is no such compartment.
    pub fn force_open(&self, compartment: u16) -> bool {
        self.set_open(compartment, true)
    }

    fn set_open(&self, compartment: u16, open: bool) -> bool {
        self.peer.change(|inner| match inner.doors.get_mut(&compartment) {
            Some(cell) => {
                cell.open = open;
                cell.shuts_at = None;
                true
            }
            None => false,
        })
    }

    /// Puts something into a compartment or takes it out; the boards that have a sensor see it. `false`: there is no
    /// such compartment.
    pub fn set_item(&self, compartment: u16, present: bool) -> bool {
        self.peer.change(|inner| inner.doors.get_mut(&compartment).map(|cell| cell.item = present).is_some())
    }

    /// Waits until a door stands open. `false`: it did not in time.
    pub fn wait_open(&self, compartment: u16, timeout: Duration) -> bool {
        self.wait_until(timeout, |cabinet| cabinet.door_is(compartment, true))
    }

    /// Waits until a door is shut. `false`: it was not in time.
    pub fn wait_shut(&self, compartment: u16, timeout: Duration) -> bool {
        self.wait_until(timeout, |cabinet| cabinet.door_is(compartment, false))
    }

    /// Waits until any door stands open, and says which.
    pub fn wait_any_open(&self, timeout: Duration) -> Option<u16> {
        let mut found = None;
        self.peer.wait(timeout, |inner| {
            found = inner.doors.iter().find(|(_, cell)| cell.open).map(|(number, _)| *number);
            found.is_some()
        });
        found
    }

    /// Waits for a condition over doors and counters. `false`: it did not hold in time.
    pub fn wait_until(&self, timeout: Duration, mut condition: impl FnMut(&Glance<'_>) -> bool) -> bool {
        self.peer.wait(timeout, |inner| condition(&Glance(inner)))
    }

    /// Changes the faults of the bus.
    pub fn set_faults(&self, faults: BusFaults) {
        self.peer.change(|inner| inner.faults = faults);
    }

    /// Changes the faults of one door. `false`: there is no such compartment.
    pub fn set_door_faults(&self, compartment: u16, faults: DoorFaults) -> bool {
        self.peer.change(|inner| match inner.doors.get_mut(&compartment) {
            Some(cell) => {
                cell.faults = faults;
                true
            }
            None => false,
        })
    }

    /// Takes the cable out; returns when it is out.
    pub fn unplug(&self) {
        self.peer.plug(false);
    }

    /// Puts the cable back under the same name; returns when it is in.
    pub fn replug(&self) {
        self.peer.plug(true);
    }
}

/// A look at a cabinet while it stands still, for [`Cabinet::wait_until`].
pub struct Glance<'a>(&'a State<Inner>);

impl Glance<'_> {
    /// Whether a door is as said.
    pub fn door_is(&self, compartment: u16, open: bool) -> bool {
        self.0.doors.get(&compartment).is_some_and(|cell| cell.open == open)
    }

    /// What happened so far.
    pub fn counters(&self) -> &Counters {
        &self.0.counters
    }

    /// Whether a program has the port open.
    pub fn connected(&self) -> bool {
        self.0.connected
    }
}
