//! What the owner thread does: one exchange at a time, as [`super::schedule`] says, and a port that is opened again for
//! ever.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::doors::{Doors, Seen};
use super::exchange::{Timing, Wire};
use super::family::UnlockAnswer;
use super::frame::{Reply, Request};
use super::schedule::{Schedule, Turn};
use super::{Board, ClosedBit, DoorState, ItemState, LockerEvent, LockersConfig, UnlockError};
use crate::line::{Line, NoAnswer};
use crate::{DeviceStatus, Fault, Pulse};

/// What the handle asks.
#[derive(Debug)]
pub(super) enum Command {
    Open(u16),
    Snapshot,
    Shutdown,
}

/// Failed polls in a row after which a board is called silent and its doors unknown.
const MISSES: u32 = 3;
/// So often a board is asked after an unlock before that counts as not seen: on a machine with much to do the time for it
/// may pass before anybody has looked.
const LOOKS: u32 = 2;
/// How often a silent board is asked, so that it does not hold up the others: each try costs a whole timeout.
const SILENT_POLL: Duration = Duration::from_secs(2);

/// Why a board's last read was worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Miss {
    Silent,
    /// So many bytes, and no frame among them.
    Garbled(usize),
    Refused,
    /// It has only so many locks.
    Fewer(u8),
}

/// What is known of one board.
struct Track {
    watch_until: Instant,
    misses: u32,
    last_miss: Miss,
    /// Answered at least once since the port was opened, or was given up as silent.
    heard: bool,
}

/// An unlock whose outcome the state of its lock will show.
struct Confirm {
    index: usize,
    until: Instant,
    /// How often the board was asked since.
    asked: u32,
    /// What the board said since, if anything.
    answered: Result<(), Miss>,
}

pub(super) struct Bus<S, I> {
    config: LockersConfig,
    sink: S,
    items: I,
    inbox: Receiver<Command>,
    wire: Option<Wire>,
    doors: Doors,
    tracks: Vec<Track>,
    schedule: Schedule,
    confirms: BTreeMap<u16, Confirm>,
    status: Option<DeviceStatus>,
    fault: Fault,
    reopen_at: Instant,
    reopen_wait: Duration,
    snapshot_due: bool,
    stop: bool,
}

impl<S: FnMut(LockerEvent), I: FnMut(u16, ItemState)> Bus<S, I> {
    pub(super) fn new(config: LockersConfig, sink: S, items: I, inbox: Receiver<Command>) -> Self {
        let now = Instant::now();
        let (boards, pulse) = (config.boards.len(), config.powered());
        Self {
            fault: Fault::PortMissing { port: config.port.to_string_lossy().into_owned() },
            reopen_wait: config.reopen_first,
            doors: Doors::new(config.boards.iter().flat_map(compartments)),
            schedule: Schedule::new(now, boards, config.cool_down, pulse, config.solenoids),
            config,
            sink,
            items,
            inbox,
            wire: None,
            tracks: Vec::new(),
            confirms: BTreeMap::new(),
            status: None,
            reopen_at: now,
            snapshot_due: true,
            stop: false,
        }
    }

    pub(super) fn run(mut self, pulse: &Pulse) {
        self.report(DeviceStatus::Starting);
        let mut idle_until = Instant::now();
        loop {
            pulse.beat();
            self.take_commands(idle_until);
            if self.stop {
                break;
            }
            idle_until = self.turn();
        }
        self.wire = None;
        self.refuse_queue();
        self.end_confirms(|_| Some(Outcome::Failed(NoAnswer::Silent)));
    }

    /// Does one thing, and says until when there is nothing more to do without a command.
    fn turn(&mut self) -> Instant {
        let now = Instant::now();
        if self.wire.is_none() {
            self.reopen();
            if self.wire.is_none() {
                self.refuse_queue();
                return self.reopen_at;
            }
        }
        self.end_confirms(|confirm| (confirm.until <= now && confirm.asked >= LOOKS).then(|| unseen(confirm)));
        match self.schedule.turn(now) {
            Turn::Unlock(compartment) => self.unlock(compartment),
            Turn::Poll(index) => self.poll(index),
            Turn::WaitUntil(until) => {
                let confirms = self.confirms.values().filter(|confirm| confirm.asked >= LOOKS);
                return confirms.map(|confirm| confirm.until).fold(until, Instant::min);
            }
        }
        if let Some(wire) = &self.wire {
            self.schedule.free_at(wire.free_at());
        }
        now
    }

    // ---- commands ----

    /// Takes every command that has come, and waits for one until `until`.
    fn take_commands(&mut self, until: Instant) {
        match self.inbox.recv_timeout(until.saturating_duration_since(Instant::now())) {
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
            Command::Open(compartment) => self.schedule.want(compartment),
            Command::Snapshot => self.send_snapshot(),
            Command::Shutdown => self.stop = true,
        }
    }

    // ---- the port ----

    fn reopen(&mut self) {
        let now = Instant::now();
        if now < self.reopen_at {
            return;
        }
        match Line::open(&self.config.port, self.config.baud) {
            Ok(line) => {
                let timing =
                    Timing { baud: self.config.baud, gap: self.config.gap, timeout: self.config.reply_timeout };
                self.wire = Some(Wire::new(line, self.config.protocol, timing));
                self.reopen_wait = self.config.reopen_first;
                self.snapshot_due = true;
                let track = |_: &Board| Track { watch_until: now, misses: 0, last_miss: Miss::Silent, heard: false };
                self.tracks = self.config.boards.iter().map(track).collect();
                self.schedule.free_at(now);
                self.schedule.poll_all_at(now);
            }
            Err(fault) => self.port_down(fault),
        }
    }

    fn port_down(&mut self, fault: Fault) {
        self.wire = None;
        self.reopen_at = Instant::now() + self.reopen_wait;
        self.reopen_wait = (self.reopen_wait * 2).min(self.config.reopen_max);
        self.fault = fault.clone();
        self.end_confirms(|_| Some(Outcome::Failed(NoAnswer::Lost(fault.clone()))));
        self.report(DeviceStatus::Down(fault));
        for compartment in self.doors.compartments() {
            self.forget(compartment);
        }
    }

    // ---- unlocking ----

    /// Without a port nothing is kept waiting: an old command must not open a door minutes later.
    fn refuse_queue(&mut self) {
        for compartment in self.schedule.give_up() {
            let error = UnlockError::NotSent(self.fault.clone());
            (self.sink)(LockerEvent::UnlockFailed { compartment, error });
        }
    }

    fn unlock(&mut self, compartment: u16) {
        let Some((index, lock)) = self.find(compartment) else { return };
        let Some(wire) = &mut self.wire else { return };
        let Board { address: board, locks, .. } = self.config.boards[index];
        let request = Request::Unlock { board, lock, pulse_s: self.config.pulse_s };
        let answer = self.config.protocol.unlock_answer();
        let mut sent_at = None;
        let sink = &mut self.sink;
        let sent = || {
            sent_at = Some(Instant::now());
            sink(LockerEvent::UnlockSent { compartment });
        };
        let outcome = match answer {
            UnlockAnswer::Never => wire.tell(request, sent).map(|()| None),
            UnlockAnswer::Contact | UnlockAnswer::Sometimes => wire.exchange(request, locks, sent).map(Some),
        };
        let now = Instant::now();
        if let Some(sent_at) = sent_at {
            self.schedule.pulsed(compartment, sent_at);
        }
        if let Some(track) = self.tracks.get_mut(index) {
            track.watch_until = now + self.config.watch_for;
            self.schedule.poll_at(index, now);
        }
        let answered = match outcome {
            Ok(Some(Reply::Unlock { bit, .. })) if self.door_state(bit) == DoorState::Open => {
                return self.unlocked(compartment, index, Outcome::Acked);
            }
            Ok(Some(Reply::Refused { .. })) => return self.unlocked(compartment, index, Outcome::Refused),
            Ok(Some(_)) if answer == UnlockAnswer::Contact => {
                return self.unlocked(compartment, index, Outcome::Refused);
            }
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Miss::Silent),
            Err(NoAnswer::Silent) if answer == UnlockAnswer::Sometimes => Err(Miss::Silent),
            Err(failure @ NoAnswer::Lost(_)) => {
                let fault = self.unlock_failed(compartment, index, failure);
                return fault.map_or((), |fault| self.port_down(fault));
            }
            Err(failure) => return self.unlocked(compartment, index, Outcome::Failed(failure)),
        };
        self.confirms.insert(compartment, Confirm { index, until: now + self.config.confirm_for, asked: 0, answered });
    }

    /// Tells the outcomes of unlocks that the state of the lock was to show, as far as `outcome` knows them.
    fn end_confirms(&mut self, outcome: impl Fn(&Confirm) -> Option<Outcome>) {
        let ended = self.confirms.iter().filter_map(|(no, confirm)| Some((*no, confirm.index, outcome(confirm)?)));
        for (compartment, index, outcome) in ended.collect::<Vec<_>>() {
            self.confirms.remove(&compartment);
            self.unlocked(compartment, index, outcome);
        }
    }

    fn unlocked(&mut self, compartment: u16, index: usize, outcome: Outcome) {
        match outcome {
            Outcome::Acked => (self.sink)(LockerEvent::UnlockAcked { compartment }),
            Outcome::Refused => (self.sink)(LockerEvent::UnlockRefused { compartment }),
            Outcome::Failed(failure) => drop(self.unlock_failed(compartment, index, failure)),
        }
    }

    /// Tells that an unlock was sent and nothing is known of it. Gives back the port's fault, if that is why.
    fn unlock_failed(&mut self, compartment: u16, index: usize, failure: NoAnswer) -> Option<Fault> {
        let board = self.config.boards[index].address;
        let (error, fault) = match failure {
            NoAnswer::Silent => {
                let waited = match self.config.protocol.unlock_answer() {
                    UnlockAnswer::Contact => self.config.reply_timeout,
                    UnlockAnswer::Sometimes | UnlockAnswer::Never => self.config.confirm_for,
                };
                let timeout_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
                (UnlockError::NoAnswer { board, timeout_ms }, None)
            }
            NoAnswer::Garbled(bytes) => (UnlockError::Garbled { board, bytes }, None),
            NoAnswer::Lost(fault) => (UnlockError::PortLost(fault.clone()), Some(fault)),
        };
        (self.sink)(LockerEvent::UnlockFailed { compartment, error });
        fault
    }

    /// Index of the board and lock of a compartment.
    fn find(&self, compartment: u16) -> Option<(usize, u8)> {
        self.config.boards.iter().enumerate().find_map(|(index, board)| Some((index, board.lock(compartment)?)))
    }

    // ---- polling ----

    /// Reads a board; before the first read it is found out whether the adapter echoes.
    fn poll(&mut self, index: usize) {
        let Some(wire) = &mut self.wire else { return };
        let board = self.config.boards[index].clone();
        let outcome = if wire.knows_echo() {
            wire.exchange(Request::ReadAll { board: board.address }, board.locks, || {})
        } else {
            match wire.detect_echo(board.address) {
                Ok(()) => return, // the read itself is due as before, and an unlock may go first
                Err(failure) => Err(failure),
            }
        };
        let pushed = wire.take_pushed();
        self.confirms.values_mut().filter(|confirm| confirm.index == index).for_each(|confirm| confirm.asked += 1);
        let mut soon = false;
        match outcome {
            Ok(Reply::All { bits, items, .. }) => soon = self.read(index, &bits, items.as_deref()),
            Ok(Reply::Refused { .. }) => self.missed(index, Miss::Refused),
            Ok(Reply::Fewer { locks, .. }) => self.missed(index, Miss::Fewer(locks)),
            // Never taken for the answer to a read.
            Ok(Reply::Unlock { .. } | Reply::One { .. } | Reply::Push { .. }) => self.missed(index, Miss::Garbled(0)),
            Err(NoAnswer::Garbled(bytes)) => self.missed(index, Miss::Garbled(bytes)),
            Err(NoAnswer::Silent) => self.missed(index, Miss::Silent),
            Err(NoAnswer::Lost(fault)) => return self.port_down(fault),
        }
        self.plan(index, pushed, soon);
        self.report_boards();
        if self.snapshot_due && self.tracks.iter().all(|track| track.heard) {
            self.snapshot_due = false;
            self.send_snapshot();
        }
    }

    /// When boards are read next. `soon`: a door may have shut.
    fn plan(&mut self, index: usize, pushed: bool, soon: bool) {
        let now = Instant::now();
        if pushed {
            // A push says that something changed, in a polarity that differs between firmwares: go and look.
            return self.schedule.poll_all_at(now);
        }
        let Some(track) = self.tracks.get(index) else { return };
        let watched = soon || track.watch_until > now;
        let every = if watched { self.config.watch_interval } else { self.config.poll_interval };
        let every = if track.misses >= MISSES { SILENT_POLL.max(every) } else { every };
        self.schedule.poll_at(index, now + every);
    }

    /// A board said how its locks stand. `true`: some door may have shut, and is to be read again soon.
    fn read(&mut self, index: usize, bits: &[bool], items: Option<&[bool]>) -> bool {
        if let Some(track) = self.tracks.get_mut(index) {
            (track.heard, track.misses) = (true, 0);
        }
        let compartments: Vec<u16> = compartments(&self.config.boards[index]).collect();
        let states: Vec<_> = compartments.iter().zip(bits).map(|(no, bit)| (*no, self.door_state(*bit))).collect();
        self.confirms
            .values_mut()
            .filter(|confirm| confirm.index == index)
            .for_each(|confirm| confirm.answered = Ok(()));
        let mut soon = false;
        for (compartment, state) in states {
            if state == DoorState::Open && self.confirms.remove(&compartment).is_some() {
                (self.sink)(LockerEvent::UnlockAcked { compartment });
            }
            match self.doors.read(compartment, state) {
                Seen::Same => {}
                Seen::Changed => (self.sink)(LockerEvent::Door { compartment, state }),
                Seen::ReadAgain => soon = true,
            }
        }
        for (compartment, present) in compartments.iter().zip(items.unwrap_or_default()) {
            let item = if *present { ItemState::Present } else { ItemState::Absent };
            if self.doors.set_item(*compartment, item) {
                (self.items)(*compartment, item);
            }
        }
        soon
    }

    fn missed(&mut self, index: usize, miss: Miss) {
        let unheard = |confirm: &&mut Confirm| confirm.index == index && confirm.answered.is_err();
        self.confirms.values_mut().filter(unheard).for_each(|confirm| confirm.answered = Err(miss));
        let Some(track) = self.tracks.get_mut(index) else { return };
        track.misses = track.misses.saturating_add(1);
        track.last_miss = miss;
        if track.misses < MISSES {
            return;
        }
        track.heard = true;
        for compartment in compartments(&self.config.boards[index]).collect::<Vec<_>>() {
            self.forget(compartment);
        }
    }

    /// Says how the boards are, once each of them has answered or been given up.
    fn report_boards(&mut self) {
        if !self.tracks.iter().all(|track| track.heard) {
            return;
        }
        let missing: Vec<_> =
            self.tracks.iter().zip(&self.config.boards).filter(|(track, _)| track.misses >= MISSES).collect();
        let port = self.config.port.to_string_lossy().into_owned();
        let name = |(track, board): &(&Track, &Board)| match track.last_miss {
            Miss::Fewer(locks) => format!("{} ({locks} locks)", board.address),
            Miss::Silent | Miss::Garbled(_) | Miss::Refused => board.address.to_string(),
        };
        let boards = missing.iter().map(name).collect::<Vec<_>>().join(", ");
        // One fault is told at a time: that which says most of what is wrong.
        let status = match missing.iter().map(|(track, _)| track.last_miss).max() {
            None => DeviceStatus::Ready,
            Some(worst) => {
                let fault = match worst {
                    Miss::Silent => Fault::BoardsSilent { port, boards },
                    Miss::Garbled(_) => Fault::BoardsGarbled { port, boards },
                    Miss::Refused => Fault::BoardsRefuse { port, boards },
                    Miss::Fewer(_) => Fault::BoardsSmaller { port, boards },
                };
                if missing.len() == self.tracks.len() {
                    DeviceStatus::Down(fault)
                } else {
                    DeviceStatus::Degraded(fault)
                }
            }
        };
        self.report(status);
    }

    // ---- telling ----

    fn door_state(&self, bit: bool) -> DoorState {
        if bit == (self.config.closed_bit == ClosedBit::One) { DoorState::Closed } else { DoorState::Open }
    }

    /// Nothing is known of a compartment any more.
    fn forget(&mut self, compartment: u16) {
        if self.doors.set(compartment, DoorState::Unknown) == Seen::Changed {
            (self.sink)(LockerEvent::Door { compartment, state: DoorState::Unknown });
        }
        if self.doors.set_item(compartment, ItemState::Unknown) {
            (self.items)(compartment, ItemState::Unknown);
        }
    }

    fn send_snapshot(&mut self) {
        (self.sink)(LockerEvent::Snapshot(self.doors.all()));
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

/// What became of an unlock.
enum Outcome {
    Acked,
    Refused,
    Failed(NoAnswer),
}

/// What is to be said of an unlock whose lock was not seen to let go in time.
fn unseen(confirm: &Confirm) -> Outcome {
    match confirm.answered {
        Ok(()) => Outcome::Refused,
        Err(Miss::Garbled(bytes)) => Outcome::Failed(NoAnswer::Garbled(bytes)),
        Err(Miss::Silent | Miss::Refused | Miss::Fewer(_)) => Outcome::Failed(NoAnswer::Silent),
    }
}

fn compartments(board: &Board) -> impl Iterator<Item = u16> + '_ {
    (1..=board.locks).filter_map(|lock| board.compartment(lock))
}
