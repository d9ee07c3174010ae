//! The thread behind a cabinet: hears requests, moves locks, answers as badly as it is told to.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use super::cabinet::{BoardSpec, BusFaults, Inner, Shared};
use super::pty::{Heard, Pty};
use crate::lockers::frame::{Reply, Request};
use crate::lockers::stream::{Front, Stream};
use crate::lockers::{Protocol, wkly};

/// How often doors that shut themselves, pushes and cables are looked after.
const TICK: Duration = Duration::from_millis(5);
/// Bits on the wire for each byte: start, eight data, stop.
const BITS: u32 = 10;
/// Bytes of no meaning that look like beginnings of frames, of each family one.
const NOISE: [u8; 6] = [0x00, 0xFF, 0x8A, 0x80, 0x02, 0x57];
/// What some boards say to an unlock: no frame of any family.
const BABBLE: [u8; 7] = [0x42, 0x55, 0x53, 0x59, 0x02, 0x80, 0x00];

pub(super) fn run(shared: &Shared, pty: Pty) {
    let mut board = Boards { shared, pty: Some(pty), heard: Stream::default(), strays: 0, powered: Vec::new() };
    loop {
        if shared.lock().stop {
            break;
        }
        if let Err(error) = board.turn() {
            tracing::warn!(%error, "the emulated port failed; making it anew");
            board.pty = None;
            thread::sleep(TICK);
        }
    }
    if let Some(pty) = board.pty.take()
        && let Err(error) = pty.unplug()
    {
        tracing::debug!(%error, "the link could not be removed");
    }
}

struct Boards<'a> {
    shared: &'a Shared,
    pty: Option<Pty>,
    heard: Stream,
    /// Bytes of `heard` that were counted as strays.
    strays: usize,
    /// Until when each solenoid is powered.
    powered: Vec<Instant>,
}

impl Boards<'_> {
    fn turn(&mut self) -> io::Result<()> {
        self.mind_the_cable()?;
        self.mind_the_doors()?;
        let Some(pty) = &mut self.pty else {
            thread::sleep(TICK);
            return Ok(());
        };
        let mut buffer = [0; 256];
        let connected = match pty.read(&mut buffer, TICK)? {
            Heard::Bytes(count) => {
                self.heard.push(&buffer[..count]);
                Some(true)
            }
            Heard::NobodyThere => Some(false),
            // A master is quiet, not hung up, only while somebody has the slave open.
            Heard::Nothing => Some(true),
        };
        if let Some(connected) = connected {
            self.mind_the_line(connected)?;
        }
        self.listen()
    }

    fn mind_the_line(&mut self, connected: bool) -> io::Result<()> {
        let was = self.shared.lock().connected;
        if was != connected {
            self.shared.change(|inner| {
                inner.connected = connected;
                inner.counters.connections += u64::from(connected);
            });
        }
        if was && !connected && self.shared.lock().plugged {
            // A program that was killed leaves the port marked as held. A new one has no such mark.
            self.pty = Some(Pty::open(&self.shared.options.link)?);
            (self.heard, self.strays) = (Stream::default(), 0);
        }
        if !connected {
            thread::sleep(TICK);
        }
        Ok(())
    }

    fn mind_the_cable(&mut self) -> io::Result<()> {
        let wanted = self.shared.lock().wanted;
        match (wanted, self.pty.take()) {
            (false, Some(pty)) => {
                pty.unplug()?;
                (self.heard, self.strays) = (Stream::default(), 0);
                self.shared.change(|inner| (inner.plugged, inner.connected) = (false, false));
            }
            (true, None) => {
                self.pty = Some(Pty::open(&self.shared.options.link)?);
                self.shared.change(|inner| inner.plugged = true);
            }
            (_, pty) => self.pty = pty,
        }
        Ok(())
    }

    fn mind_the_doors(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let falling = self.shared.lock().doors.values().any(|cell| cell.shuts_at.is_some_and(|at| at <= now));
        if falling {
            self.shared.change(|inner| {
                for cell in inner.doors.values_mut().filter(|cell| cell.shuts_at.is_some_and(|at| at <= now)) {
                    (cell.open, cell.shuts_at) = (false, None);
                }
            });
        }
        self.push_changes()
    }

    fn push_changes(&mut self) -> io::Result<()> {
        let shared = self.shared;
        let mut frames = Vec::new();
        {
            let mut inner = shared.lock();
            let (faults, closed_bit) = (inner.faults.clone(), shared.options.closed_bit);
            for spec in &shared.options.boards {
                for lock in 1..=spec.locks {
                    let Some(cell) = inner.doors.get_mut(&compartment(spec, lock)) else { continue };
                    if cell.told_open != cell.open {
                        cell.told_open = cell.open;
                        if faults.push && !faults.silent {
                            let bit = contact(cell.open, closed_bit, &faults);
                            let push = Reply::Push { board: spec.address, lock, bit };
                            frames.extend(shared.options.protocol.answer(&push));
                        }
                    }
                }
            }
        }
        if frames.is_empty() { Ok(()) } else { self.send(&frames, Duration::ZERO) }
    }

    fn listen(&mut self) -> io::Result<()> {
        let protocol = self.shared.options.protocol;
        let mut length = 0;
        loop {
            let request = self.heard.next(|bytes| {
                let front = protocol.request(bytes);
                if let Front::Frame(count, _) = &front {
                    length = *count;
                }
                front
            });
            self.count_strays();
            match request {
                Some(request) => self.serve(length, request)?,
                None => return Ok(()),
            }
        }
    }

    /// What the stream skipped belonged to no request.
    fn count_strays(&mut self) {
        let skipped = self.heard.skipped();
        let strays = u64::try_from(skipped - self.strays).unwrap_or(u64::MAX);
        self.strays = skipped;
        if strays > 0 {
            self.shared.lock().counters.stray_bytes += strays;
        }
    }

    fn serve(&mut self, length: usize, request: Request) -> io::Result<()> {
        let heard_at = Instant::now();
        thread::sleep(self.wire_time(u32::try_from(length).unwrap_or(u32::MAX)));
        let faults = self.shared.lock().faults.clone();
        if faults.echo {
            self.send(&self.shared.options.protocol.encode(request), Duration::ZERO)?;
        }
        let struck = faults.boards.is_empty() || faults.boards.contains(&request.board());
        let Some(spec) = self.shared.options.boards.iter().copied().find(|spec| spec.address == request.board()) else {
            return Ok(());
        };
        if faults.silent && struck {
            return Ok(());
        }
        let unlock = matches!(request, Request::Unlock { .. });
        if let Request::Unlock { lock, .. } = request {
            self.shared.lock().last_unlock = Some((compartment(&spec, lock), heard_at));
        }
        let reply = self.act(&spec, request, &faults);
        self.shared.wake();
        if faults.unplug_at_unlock && unlock {
            self.shared.change(|inner| (inner.wanted, inner.faults.unplug_at_unlock) = (false, false));
            return Ok(());
        }
        let answer = match reply {
            _ if unlock && struck && faults.babble => BABBLE.to_vec(),
            _ if unlock && struck && faults.unlock_mute => Vec::new(),
            _ if unlock && struck && faults.refuse && self.shared.options.protocol == Protocol::Wkly => {
                wkly::refusal(request)
            }
            Some(reply) => self.shared.options.protocol.answer(&reply),
            None if self.shared.options.protocol == Protocol::Wkly => wkly::refusal(request),
            None => Vec::new(),
        };
        if answer.is_empty() { Ok(()) } else { self.answer(&answer, struck.then_some(&faults)) }
    }

    /// Does what is asked. `None`: it cannot be done.
    fn act(&mut self, spec: &BoardSpec, request: Request, faults: &BusFaults) -> Option<Reply> {
        let closed_bit = self.shared.options.closed_bit;
        let read = |inner: &mut Inner, lock: u8| {
            let cell = inner.doors.get_mut(&compartment(spec, lock))?;
            cell.reads = if cell.open { cell.reads.saturating_add(1) } else { 0 };
            let bounced = cell.faults.bounce && cell.reads == 2;
            Some(contact(cell.faults.sensor_says_open.unwrap_or(cell.open && !bounced), closed_bit, faults))
        };
        let mut inner = self.shared.lock();
        inner.counters.requests += 1;
        match request {
            Request::Unlock { board, lock, pulse_s } if lock <= spec.locks => {
                drop(inner);
                let refused = faults.refuse && (faults.boards.is_empty() || faults.boards.contains(&board));
                let sprung = !refused && self.pulse(compartment(spec, lock), pulse_s);
                Some(Reply::Unlock { board, lock, bit: contact(sprung, closed_bit, faults) })
            }
            Request::ReadOne { board, lock } if lock <= spec.locks => {
                inner.counters.reads += 1;
                Some(Reply::One { board, lock, bit: read(&mut inner, lock)? })
            }
            Request::ReadAll { board } => {
                inner.counters.reads += 1;
                let bits = (1..=spec.locks).map(|lock| read(&mut inner, lock)).collect::<Option<Vec<_>>>()?;
                let item = |lock| inner.doors.get(&compartment(spec, lock)).is_some_and(|cell| cell.item);
                let items = self.shared.options.protocol.knows_items().then(|| (1..=spec.locks).map(item).collect());
                Some(Reply::All { board, bits, items })
            }
            Request::Unlock { .. } | Request::ReadOne { .. } => None,
        }
    }

    /// Sends current through a lock; says whether its contact then shows an open door.
    fn pulse(&mut self, compartment: u16, pulse_s: Option<u8>) -> bool {
        let now = Instant::now();
        let length = pulse_s.map_or(self.shared.options.pulse, |seconds| Duration::from_secs(seconds.into()));
        self.powered.retain(|until| *until > now);
        self.powered.push(now + length);
        let powered = u64::try_from(self.powered.len()).unwrap_or(u64::MAX);
        self.shared.change(|inner| {
            inner.counters.most_solenoids = inner.counters.most_solenoids.max(powered);
            *inner.counters.unlocks.entry(compartment).or_default() += 1;
            let Some(cell) = inner.doors.get_mut(&compartment) else { return false };
            let faults = cell.faults.clone();
            if !faults.stuck && !faults.blink {
                cell.open = true;
                cell.shuts_at = faults.shuts_itself_after_ms.map(|ms| Instant::now() + Duration::from_millis(ms));
            }
            faults.sensor_says_open.unwrap_or(cell.open || faults.blink)
        })
    }

    /// Sends an answer, spoilt as `faults` says.
    fn answer(&mut self, frame: &[u8], faults: Option<&BusFaults>) -> io::Result<()> {
        let sound = BusFaults::default();
        let faults = faults.unwrap_or(&sound);
        self.use_up();
        thread::sleep(self.shared.options.turn_around + Duration::from_millis(faults.delay_ms));
        if faults.mute {
            return Ok(());
        }
        self.push_changes()?;
        let mut bytes = if faults.noise { NOISE.to_vec() } else { Vec::new() };
        let mut frame = frame.to_vec();
        if let Some(last) = frame.last_mut().filter(|_| faults.bad_checksum) {
            *last ^= 0x5A;
        }
        if faults.half_frame {
            frame.truncate(3);
        }
        bytes.extend_from_slice(&frame);
        if faults.double {
            bytes.extend_from_slice(&frame);
        }
        self.shared.lock().counters.answers += 1;
        self.send(&bytes, Duration::from_millis(faults.split_ms))
    }

    /// Counts one answer against [`BusFaults::answers`]; switches its faults off when they are used up.
    fn use_up(&self) {
        let mut inner = self.shared.lock();
        let Some(left) = inner.faults.answers else { return };
        if left > 1 {
            inner.faults.answers = Some(left - 1);
            return;
        }
        let kept = std::mem::take(&mut inner.faults);
        inner.faults = BusFaults {
            silent: kept.silent,
            echo: kept.echo,
            inverted: kept.inverted,
            push: kept.push,
            refuse: kept.refuse,
            unplug_at_unlock: kept.unplug_at_unlock,
            boards: kept.boards,
            ..BusFaults::default()
        };
    }

    fn send(&mut self, bytes: &[u8], between: Duration) -> io::Result<()> {
        let pause = between + self.wire_time(1);
        let Some(pty) = &mut self.pty else { return Ok(()) };
        if pause.is_zero() {
            return pty.write(bytes);
        }
        // By the clock and not by the last byte, so that a busy machine does not stretch the frame.
        let mut due = Instant::now();
        for byte in bytes {
            due += pause;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            pty.write(&[*byte])?;
        }
        Ok(())
    }

    fn wire_time(&self, bytes: u32) -> Duration {
        self.shared
            .options
            .paced_baud
            .map_or(Duration::ZERO, |baud| Duration::from_secs(1) * bytes * BITS / baud.max(1))
    }
}

fn compartment(spec: &BoardSpec, lock: u8) -> u16 {
    spec.first_compartment.saturating_add(u16::from(lock).saturating_sub(1))
}

fn contact(open: bool, closed_bit: bool, faults: &BusFaults) -> bool {
    (open != closed_bit) != faults.inverted
}
