//! What the owner thread does: one exchange at a time, unlocks first, polls in between, and a port that is opened
//! again for ever.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::exchange::{Failure, Wire};
use super::line::Line;
use super::xor24::{Expect, Reply, Request};
use super::{ClosedBit, DoorState, LockerEvent, LockersConfig, UnlockError};
use crate::{DeviceStatus, Fault};

/// What the handle asks.
#[derive(Debug)]
pub(super) enum Command {
    Open(u16),
    Snapshot,
    Shutdown,
}

/// Failed polls in a row after which a board is called silent and its doors unknown.
const MISSES: u32 = 3;
/// How often a silent board is asked, so that it does not hold up the others: each try costs a whole timeout.
const SILENT_POLL: Duration = Duration::from_secs(2);

/// What is known of one board.
struct Track {
    next_poll: Instant,
    watch_until: Instant,
    misses: u32,
    garbled: bool,
    /// Answered at least once since the port was opened, or was given up as silent.
    heard: bool,
    /// Some door was read shut for the first time: read again soon.
    confirm: bool,
}

pub(super) struct Bus<S> {
    config: LockersConfig,
    sink: S,
    inbox: Receiver<Command>,
    wire: Option<Wire>,
    doors: BTreeMap<u16, DoorState>,
    /// Open doors that the last read saw shut.
    closing: BTreeSet<u16>,
    tracks: Vec<Track>,
    queue: VecDeque<u16>,
    cool: BTreeMap<u16, Instant>,
    status: Option<DeviceStatus>,
    fault: Fault,
    reopen_at: Instant,
    reopen_wait: Duration,
    snapshot_due: bool,
    stop: bool,
}

impl<S: FnMut(LockerEvent)> Bus<S> {
    pub(super) fn new(config: LockersConfig, sink: S, inbox: Receiver<Command>) -> Self {
        let now = Instant::now();
        let doors = config
            .boards
            .iter()
            .flat_map(|board| (1..=board.locks).filter_map(|lock| board.compartment(lock)))
            .map(|compartment| (compartment, DoorState::Unknown))
            .collect();
        Self {
            fault: Fault::PortMissing { port: config.port.to_string_lossy().into_owned() },
            reopen_wait: config.reopen_first,
            config,
            sink,
            inbox,
            wire: None,
            doors,
            closing: BTreeSet::new(),
            tracks: Vec::new(),
            queue: VecDeque::new(),
            cool: BTreeMap::new(),
            status: None,
            reopen_at: now,
            snapshot_due: true,
            stop: false,
        }
    }

    pub(super) fn run(mut self) {
        self.report(DeviceStatus::Starting);
        while !self.stop {
            self.take_commands();
            if self.stop {
                break;
            }
            if self.wire.is_none() {
                self.refuse_queue();
                self.reopen();
            } else if let Some(compartment) = self.next_unlock() {
                self.unlock(compartment);
            } else {
                self.poll_one();
            }
        }
        self.wire = None;
        self.refuse_queue();
    }

    // ---- commands ----

    /// Waits until something is due, and takes every command that has come.
    fn take_commands(&mut self) {
        let now = Instant::now();
        match self.inbox.recv_timeout(self.due(now).saturating_duration_since(now)) {
            Ok(command) => self.take(command),
            Err(RecvTimeoutError::Timeout) => return,
            Err(RecvTimeoutError::Disconnected) => self.stop = true,
        }
        while let Ok(command) = self.inbox.try_recv() {
            self.take(command);
        }
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::Open(compartment) => self.queue.push_back(compartment),
            Command::Snapshot => self.send_snapshot(),
            Command::Shutdown => self.stop = true,
        }
    }

    /// When there is next something to do without a command.
    fn due(&self, now: Instant) -> Instant {
        if self.wire.is_none() {
            return self.reopen_at;
        }
        let polls = self.tracks.iter().map(|track| track.next_poll);
        let unlocks = self.queue.iter().map(|compartment| self.cool.get(compartment).copied().unwrap_or(now));
        polls.chain(unlocks).min().unwrap_or(now)
    }

    // ---- the port ----

    fn reopen(&mut self) {
        let now = Instant::now();
        if now < self.reopen_at {
            return;
        }
        match Line::open(&self.config.port, self.config.baud) {
            Ok(line) => {
                self.wire = Some(Wire::new(line, self.config.gap, self.config.reply_timeout));
                self.reopen_wait = self.config.reopen_first;
                self.snapshot_due = true;
                self.tracks = self
                    .config
                    .boards
                    .iter()
                    .map(|_| Track {
                        next_poll: now,
                        watch_until: now,
                        misses: 0,
                        garbled: false,
                        heard: false,
                        confirm: false,
                    })
                    .collect();
            }
            Err(fault) => self.port_down(fault),
        }
    }

    fn port_down(&mut self, fault: Fault) {
        self.wire = None;
        self.reopen_at = Instant::now() + self.reopen_wait;
        self.reopen_wait = (self.reopen_wait * 2).min(self.config.reopen_max);
        self.fault = fault.clone();
        self.report(DeviceStatus::Down(fault));
        let compartments: Vec<u16> = self.doors.keys().copied().collect();
        for compartment in compartments {
            self.observe(compartment, DoorState::Unknown);
        }
    }

    // ---- unlocking ----

    /// The first queued unlock whose lock has cooled down.
    fn next_unlock(&mut self) -> Option<u16> {
        let now = Instant::now();
        let at =
            self.queue.iter().position(|compartment| self.cool.get(compartment).is_none_or(|until| *until <= now))?;
        self.queue.remove(at)
    }

    /// Without a port nothing is kept waiting: an old command must not open a door minutes later.
    fn refuse_queue(&mut self) {
        while let Some(compartment) = self.queue.pop_front() {
            let error = UnlockError::NotSent(self.fault.clone());
            (self.sink)(LockerEvent::UnlockFailed { compartment, error });
        }
    }

    fn unlock(&mut self, compartment: u16) {
        let Some((index, lock)) = self.find(compartment) else { return };
        let Some(wire) = &mut self.wire else { return };
        let board = self.config.boards[index].address;
        let sink = &mut self.sink;
        let outcome = wire.exchange(Request::Unlock { board, lock }, Expect::Unlock { board, lock }, || {
            sink(LockerEvent::UnlockSent { compartment });
        });
        let now = Instant::now();
        self.cool.insert(compartment, now + self.config.cool_down);
        if let Some(track) = self.tracks.get_mut(index) {
            track.watch_until = now + self.config.watch_for;
            track.next_poll = now;
        }
        let event = match outcome {
            Ok(Reply::Unlock { bit, .. }) if self.door_state(bit) == DoorState::Open => {
                LockerEvent::UnlockAcked { compartment }
            }
            Ok(_) => LockerEvent::UnlockRefused { compartment },
            Err(Failure::Silent) => {
                let timeout_ms = u64::try_from(self.config.reply_timeout.as_millis()).unwrap_or(u64::MAX);
                LockerEvent::UnlockFailed { compartment, error: UnlockError::NoAnswer { board, timeout_ms } }
            }
            Err(Failure::Garbled(bytes)) => {
                LockerEvent::UnlockFailed { compartment, error: UnlockError::Garbled { board, bytes } }
            }
            Err(Failure::Lost(fault)) => {
                (self.sink)(LockerEvent::UnlockFailed { compartment, error: UnlockError::PortLost(fault.clone()) });
                self.port_down(fault);
                return;
            }
        };
        (self.sink)(event);
    }

    /// Index of the board and lock of a compartment.
    fn find(&self, compartment: u16) -> Option<(usize, u8)> {
        self.config.boards.iter().enumerate().find_map(|(index, board)| Some((index, board.lock(compartment)?)))
    }

    // ---- polling ----

    /// Reads the board that has waited longest, if one is due.
    fn poll_one(&mut self) {
        let now = Instant::now();
        let due = self.tracks.iter().enumerate().filter(|(_, track)| track.next_poll <= now);
        let Some(index) = due.min_by_key(|(_, track)| track.next_poll).map(|(index, _)| index) else { return };
        let board = self.config.boards[index].clone();
        let Some(wire) = &mut self.wire else { return };
        let detected = if wire.knows_echo() { Ok(()) } else { wire.detect_echo(board.address) };
        let outcome = detected.and_then(|()| {
            let expect = Expect::All { board: board.address, locks: board.locks };
            wire.exchange(Request::ReadAll { board: board.address }, expect, || {})
        });
        let pushed = wire.take_pushed();
        match outcome {
            Ok(Reply::All { bits, .. }) => {
                self.heard(index);
                for (lock, bit) in (1..).zip(bits) {
                    if let Some(compartment) = board.compartment(lock) {
                        let state = self.door_state(bit);
                        self.read_door(index, compartment, state);
                    }
                }
            }
            Ok(_) => self.missed(index, true),
            Err(Failure::Silent) => self.missed(index, false),
            Err(Failure::Garbled(_)) => self.missed(index, true),
            Err(Failure::Lost(fault)) => return self.port_down(fault),
        }
        self.plan(index, pushed);
        self.report_boards();
        if self.snapshot_due && self.tracks.iter().all(|track| track.heard) {
            self.snapshot_due = false;
            self.send_snapshot();
        }
    }

    fn plan(&mut self, index: usize, pushed: bool) {
        let now = Instant::now();
        for (at, track) in self.tracks.iter_mut().enumerate() {
            if pushed {
                // A push says that something changed, in a polarity that differs between firmwares: go and look.
                track.next_poll = now;
            } else if at == index {
                let every =
                    if track.watch_until > now { self.config.watch_interval } else { self.config.poll_interval };
                track.next_poll = now + if track.misses >= MISSES { SILENT_POLL.max(every) } else { every };
            }
        }
    }

    fn heard(&mut self, index: usize) {
        if let Some(track) = self.tracks.get_mut(index) {
            track.heard = true;
            track.misses = 0;
        }
    }

    fn missed(&mut self, index: usize, garbled: bool) {
        let Some(track) = self.tracks.get_mut(index) else { return };
        track.misses = track.misses.saturating_add(1);
        track.garbled = garbled;
        if track.misses < MISSES {
            return;
        }
        track.heard = true;
        let board = self.config.boards[index].clone();
        for compartment in (1..=board.locks).filter_map(|lock| board.compartment(lock)) {
            self.observe(compartment, DoorState::Unknown);
        }
    }

    /// Says how the boards are, once each of them has answered or been given up.
    fn report_boards(&mut self) {
        if !self.tracks.iter().all(|track| track.heard) {
            return;
        }
        let silent = || self.tracks.iter().zip(&self.config.boards).filter(|(track, _)| track.misses >= MISSES);
        let boards = silent().map(|(_, board)| board.address.to_string()).collect::<Vec<_>>().join(", ");
        let port = self.config.port.to_string_lossy().into_owned();
        let garbled = silent().any(|(track, _)| track.garbled);
        let fault = if garbled { Fault::BoardsGarbled { port, boards } } else { Fault::BoardsSilent { port, boards } };
        let status = match silent().count() {
            0 => DeviceStatus::Ready,
            all if all == self.tracks.len() => DeviceStatus::Down(fault),
            _ => DeviceStatus::Degraded(fault),
        };
        self.report(status);
    }

    // ---- telling ----

    fn door_state(&self, bit: bool) -> DoorState {
        if bit == (self.config.closed_bit == ClosedBit::One) { DoorState::Closed } else { DoorState::Open }
    }

    /// A contact bounces when a door springs open, and "closed" ends a deposit: an open door counts as closed only when
    /// two reads in a row say so.
    fn read_door(&mut self, index: usize, compartment: u16, state: DoorState) {
        let was_open = self.doors.get(&compartment) == Some(&DoorState::Open);
        if was_open && state == DoorState::Closed && self.closing.insert(compartment) {
            if let Some(track) = self.tracks.get_mut(index) {
                track.confirm = true;
            }
            return;
        }
        self.observe(compartment, state);
    }

    fn observe(&mut self, compartment: u16, state: DoorState) {
        self.closing.remove(&compartment);
        if self.doors.insert(compartment, state) != Some(state) {
            (self.sink)(LockerEvent::Door { compartment, state });
        }
    }

    fn send_snapshot(&mut self) {
        let doors = self.doors.iter().map(|(compartment, state)| (*compartment, *state)).collect();
        (self.sink)(LockerEvent::Snapshot(doors));
    }

    fn report(&mut self, status: DeviceStatus) {
        if self.status.as_ref() == Some(&status) {
            return;
        }
        tracing::info!(code = status.code(), "lock boards on {}: {status}", self.config.port.display());
        self.status = Some(status.clone());
        (self.sink)(LockerEvent::BusState(status));
    }
}
