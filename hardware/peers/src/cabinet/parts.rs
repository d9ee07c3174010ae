//! What a cabinet is made of: its boards, its doors, and what can be wrong with them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::cable::Device;
use crate::family::{self, Family};

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

    /// The compartment of a lock, which counts from 1.
    pub(super) fn compartment(&self, lock: u8) -> u16 {
        self.first_compartment.saturating_add(u16::from(lock).saturating_sub(1))
    }
}

/// How the cabinet is built.
#[derive(Clone, Debug)]
pub struct CabinetOptions {
    /// Name of the serial port: a symbolic link that is made, and removed while unplugged. Must not exist as anything
    /// else.
    pub link: PathBuf,
    /// Which family the boards are of.
    pub family: Family,
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
            family: family::FAMILIES[0],
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

impl BusFaults {
    /// Whether a board is struck by those faults that are not everybody's.
    pub(super) fn strike(&self, spec: &BoardSpec) -> bool {
        self.boards.is_empty() || self.boards.contains(&spec.address)
    }
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
