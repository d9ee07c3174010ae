//! A cabinet: lock boards on one pseudo terminal, and the doors that hang in it.
//!
//! Doors spring open when their lock lets go and stay open until somebody shuts them: [`Cabinet::shut`], or
//! [`DoorFaults::shuts_itself_after_ms`].

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::board::Boards;
use super::peer::{Device, Peer, State, Way};
use crate::lockers::Protocol;

/// One board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardSpec {
    /// DIP address.
    pub address: u8,
    /// Number of locks.
    pub locks: u8,
    /// Compartment of lock 1.
    pub first_compartment: u16,
}

impl BoardSpec {
    /// A board of `locks` locks whose lock 1 is compartment `first_compartment`.
    pub fn new(address: u8, locks: u8, first_compartment: u16) -> Self {
        Self { address, locks, first_compartment }
    }
}

/// How the cabinet is built.
#[derive(Clone, Debug)]
pub struct CabinetOptions {
    /// Name of the serial port: a symbolic link that is made, and removed while unplugged. Must not exist as anything
    /// else.
    pub link: PathBuf,
    /// Which family the boards are of.
    pub protocol: Protocol,
    /// The boards.
    pub boards: Vec<BoardSpec>,
    /// The state bit of a closed door: `true` is a set bit. Must agree with the driver's `closed_bit`.
    pub closed_bit: bool,
    /// Time from a whole request to the first byte of the answer.
    pub turn_around: Duration,
    /// Bytes take as long as at this rate; `None` sends at once.
    pub paced_baud: Option<u32>,
    /// How long a solenoid is powered, unless a request says otherwise.
    pub pulse: Duration,
}

impl CabinetOptions {
    /// XOR24 boards: closed is 1, answers after 30 ms, bytes at once, pulses of 300 ms.
    pub fn new(link: impl Into<PathBuf>, boards: Vec<BoardSpec>) -> Self {
        Self {
            link: link.into(),
            protocol: Protocol::Xor24,
            boards,
            closed_bit: true,
            turn_around: Duration::from_millis(30),
            paced_baud: None,
            pulse: Duration::from_millis(300),
        }
    }
}

/// Faults of the bus, the adapter and the boards. All off by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BusFaults {
    /// No power: nothing is heard, done or answered.
    pub silent: bool,
    /// Requests are done, but not answered.
    pub mute: bool,
    /// Added to the time before each answer.
    pub delay_ms: u64,
    /// The adapter returns what was sent.
    pub echo: bool,
    /// The last byte of each answer is wrong.
    pub bad_checksum: bool,
    /// Only the first three bytes of each answer.
    pub half_frame: bool,
    /// Pause between the bytes of an answer.
    pub split_ms: u64,
    /// Bytes of no meaning in front of each answer.
    pub noise: bool,
    /// Each answer twice.
    pub double: bool,
    /// The contacts are wired the other way round than `closed_bit` says.
    pub inverted: bool,
    /// Boards tell of changed doors unasked, also between a request and its answer. Kerong boards have no such frame.
    pub push: bool,
    /// Unlocks are done, but not answered. Kerong boards are so in any case.
    pub unlock_mute: bool,
    /// Unlocks are done, and answered with bytes of no meaning.
    pub babble: bool,
    /// Unlocks are not done. Boards that can say so do; the others are as with a stuck lock.
    pub refuse: bool,
    /// The cable comes out when the next unlock arrives, after the lock let go and before the answer.
    pub unplug_at_unlock: bool,
    /// Only so many answers are struck by `mute`, `delay_ms`, `bad_checksum`, `half_frame`, `split_ms`, `noise` and
    /// `double`; then those are off. `None`: until they are switched off.
    pub answers: Option<u32>,
    /// Faults of answers strike answers to unlocks only.
    pub only_unlocks: bool,
    /// Only the boards with these addresses are struck by `silent` and by the faults of answers. Empty: all.
    pub boards: Vec<u8>,
}

/// Faults of one door.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DoorFaults {
    /// The lock lets go and the door stays shut.
    pub stuck: bool,
    /// The door falls shut by itself after so long.
    pub shuts_itself_after_ms: Option<u64>,
    /// It opens and shuts so quickly that no poll sees it open; the answer to the unlock says open all the same.
    pub blink: bool,
    /// The contact bounces: of the reads after it opened, the second says shut.
    pub bounce: bool,
    /// The contact always says this, whatever the door does.
    pub sensor_says_open: Option<bool>,
}

/// A door as it is, whatever its contact says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Door {
    /// Compartment number.
    pub compartment: u16,
    /// Whether it stands open.
    pub open: bool,
    /// Whether something lies behind it.
    pub item: bool,
    /// Its faults.
    pub faults: DoorFaults,
}

/// What happened so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Well-formed requests heard.
    pub requests: u64,
    /// Requests for the state of one lock or of all.
    pub reads: u64,
    /// Pulses, by compartment.
    pub unlocks: BTreeMap<u16, u64>,
    /// Answers sent, also broken ones.
    pub answers: u64,
    /// Bytes that belonged to no request.
    pub stray_bytes: u64,
    /// Times that a program opened the port.
    pub connections: u64,
    /// The most solenoids that were powered at one time.
    pub most_solenoids: u64,
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

pub(super) struct DoorCell {
    pub(super) open: bool,
    pub(super) item: bool,
    pub(super) shuts_at: Option<Instant>,
    pub(super) faults: DoorFaults,
    /// Last state that was pushed.
    pub(super) told_open: bool,
    /// Reads since the door opened.
    pub(super) reads: u32,
}

pub(super) struct Inner {
    pub(super) doors: BTreeMap<u16, DoorCell>,
    pub(super) faults: BusFaults,
    pub(super) counters: Counters,
    pub(super) last_unlock: Option<(u16, Instant)>,
}

impl Device for Inner {
    fn opened(&mut self) {
        self.counters.connections += 1;
    }
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
