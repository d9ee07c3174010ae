//! The thread behind a cabinet: hears requests, moves locks, answers as badly as it is told to.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use super::cabinet::{BoardSpec, BusFaults, CabinetOptions, Inner};
use super::peer::{Behaviour, Cable, Shared, State};
use crate::lockers::frame::{Reply, Request};
use crate::lockers::stream::{Front, Stream};
use crate::lockers::{Protocol, wkly};

/// Bytes of no meaning that look like beginnings of frames, of each family one.
const NOISE: [u8; 6] = [0x00, 0xFF, 0x8A, 0x80, 0x02, 0x57];
/// What some boards say to an unlock: no frame of any family.
const BABBLE: [u8; 7] = [0x42, 0x55, 0x53, 0x59, 0x02, 0x80, 0x00];

/// The boards of a cabinet.
pub(super) struct Boards {
    options: CabinetOptions,
    heard: Stream,
    /// Bytes of `heard` that were counted as strays.
    strays: usize,
    /// Until when each solenoid is powered.
    powered: Vec<Instant>,
}

impl Behaviour<Inner> for Boards {
    fn turn(&mut self, shared: &Shared<Inner>, cable: &mut Cable, heard: &[u8]) -> io::Result<()> {
        self.heard.push(heard);
        self.listen(shared, cable)
    }

    fn forget(&mut self) {
        (self.heard, self.strays) = (Stream::default(), 0);
    }

    fn mind(&mut self, shared: &Shared<Inner>, cable: &mut Cable) -> io::Result<()> {
        let now = Instant::now();
        let falling = shared.lock().doors.values().any(|cell| cell.shuts_at.is_some_and(|at| at <= now));
        if falling {
            shared.change(|inner| {
                for cell in inner.doors.values_mut().filter(|cell| cell.shuts_at.is_some_and(|at| at <= now)) {
                    (cell.open, cell.shuts_at) = (false, None);
                }
            });
        }
        self.push_changes(shared, cable)
    }
}

impl Boards {
    pub(super) fn new(options: CabinetOptions) -> Self {
        Self { options, heard: Stream::default(), strays: 0, powered: Vec::new() }
    }

    fn push_changes(&self, shared: &Shared<Inner>, cable: &mut Cable) -> io::Result<()> {
        let mut frames = Vec::new();
        {
            let mut inner = shared.lock();
            let (faults, closed_bit) = (inner.faults.clone(), self.options.closed_bit);
            for spec in &self.options.boards {
                for lock in 1..=spec.locks {
                    let Some(cell) = inner.doors.get_mut(&compartment(spec, lock)) else { continue };
                    if cell.told_open != cell.open {
                        cell.told_open = cell.open;
                        if faults.push && !faults.silent {
                            let bit = contact(cell.open, closed_bit, &faults);
                            let push = Reply::Push { board: spec.address, lock, bit };
                            frames.extend(self.options.protocol.answer(&push));
                        }
                    }
                }
            }
        }
        if frames.is_empty() { Ok(()) } else { cable.send(&frames, Duration::ZERO) }
    }

    fn listen(&mut self, shared: &Shared<Inner>, cable: &mut Cable) -> io::Result<()> {
        let protocol = self.options.protocol;
        let mut length = 0;
        loop {
            let request = self.heard.next(|bytes| {
                let front = protocol.request(bytes);
                if let Front::Frame(count, _) = &front {
                    length = *count;
                }
                front
            });
            self.count_strays(shared);
            match request {
                Some(request) => self.serve(shared, cable, length, request)?,
                None => return Ok(()),
            }
        }
    }

    /// What the stream skipped belonged to no request.
    fn count_strays(&mut self, shared: &Shared<Inner>) {
        let skipped = self.heard.skipped();
        let strays = u64::try_from(skipped - self.strays).unwrap_or(u64::MAX);
        self.strays = skipped;
        if strays > 0 {
            shared.lock().counters.stray_bytes += strays;
        }
    }

    fn serve(&mut self, shared: &Shared<Inner>, cable: &mut Cable, length: usize, request: Request) -> io::Result<()> {
        let heard_at = Instant::now();
        thread::sleep(cable.wire_time(length));
        let faults = shared.lock().faults.clone();
        if faults.echo {
            cable.send(&self.options.protocol.encode(request), Duration::ZERO)?;
        }
        let struck = faults.boards.is_empty() || faults.boards.contains(&request.board());
        let Some(spec) = self.options.boards.iter().copied().find(|spec| spec.address == request.board()) else {
            return Ok(());
        };
        if faults.silent && struck {
            return Ok(());
        }
        let unlock = matches!(request, Request::Unlock { .. });
        if let Request::Unlock { lock, .. } = request {
            shared.lock().last_unlock = Some((compartment(&spec, lock), heard_at));
        }
        let reply = self.act(shared, &spec, request, &faults);
        shared.wake();
        if faults.unplug_at_unlock && unlock {
            shared.change(|inner| (inner.wanted, inner.faults.unplug_at_unlock) = (false, false));
            return Ok(());
        }
        let answer = match reply {
            _ if unlock && struck && faults.babble => BABBLE.to_vec(),
            _ if unlock && struck && faults.unlock_mute => Vec::new(),
            _ if unlock && struck && faults.refuse && self.options.protocol == Protocol::Wkly => wkly::refusal(request),
            Some(reply) => self.options.protocol.answer(&reply),
            None if self.options.protocol == Protocol::Wkly => wkly::refusal(request),
            None => Vec::new(),
        };
        if answer.is_empty() {
            return Ok(());
        }
        let struck = struck && (unlock || !faults.only_unlocks);
        self.answer(shared, cable, &answer, struck.then_some(&faults))
    }

    /// Does what is asked. `None`: it cannot be done.
    fn act(&mut self, shared: &Shared<Inner>, spec: &BoardSpec, request: Request, faults: &BusFaults) -> Option<Reply> {
        let closed_bit = self.options.closed_bit;
        let read = |inner: &mut State<Inner>, lock: u8| {
            let cell = inner.doors.get_mut(&compartment(spec, lock))?;
            cell.reads = if cell.open { cell.reads.saturating_add(1) } else { 0 };
            let bounced = cell.faults.bounce && cell.reads == 2;
            Some(contact(cell.faults.sensor_says_open.unwrap_or(cell.open && !bounced), closed_bit, faults))
        };
        let mut inner = shared.lock();
        inner.counters.requests += 1;
        match request {
            Request::Unlock { board, lock, pulse_s } if lock <= spec.locks => {
                drop(inner);
                let refused = faults.refuse && (faults.boards.is_empty() || faults.boards.contains(&board));
                let sprung = !refused && self.pulse(shared, compartment(spec, lock), pulse_s);
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
                let items = self.options.protocol.knows_items().then(|| (1..=spec.locks).map(item).collect());
                Some(Reply::All { board, bits, items })
            }
            Request::Unlock { .. } | Request::ReadOne { .. } => None,
        }
    }

    /// Sends current through a lock; says whether its contact then shows an open door.
    fn pulse(&mut self, shared: &Shared<Inner>, compartment: u16, pulse_s: Option<u8>) -> bool {
        let now = Instant::now();
        let length = pulse_s.map_or(self.options.pulse, |seconds| Duration::from_secs(seconds.into()));
        self.powered.retain(|until| *until > now);
        self.powered.push(now + length);
        let powered = u64::try_from(self.powered.len()).unwrap_or(u64::MAX);
        shared.change(|inner| {
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
    fn answer(
        &self,
        shared: &Shared<Inner>,
        cable: &mut Cable,
        frame: &[u8],
        faults: Option<&BusFaults>,
    ) -> io::Result<()> {
        let sound = BusFaults::default();
        if faults.is_some() {
            use_up(shared);
        }
        let faults = faults.unwrap_or(&sound);
        thread::sleep(self.options.turn_around + Duration::from_millis(faults.delay_ms));
        if faults.mute {
            return Ok(());
        }
        self.push_changes(shared, cable)?;
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
        shared.lock().counters.answers += 1;
        cable.send(&bytes, Duration::from_millis(faults.split_ms))
    }
}

/// Counts one answer against [`BusFaults::answers`]; switches its faults off when they are used up.
fn use_up(shared: &Shared<Inner>) {
    let mut inner = shared.lock();
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

fn compartment(spec: &BoardSpec, lock: u8) -> u16 {
    spec.first_compartment.saturating_add(u16::from(lock).saturating_sub(1))
}

fn contact(open: bool, closed_bit: bool, faults: &BusFaults) -> bool {
    (open != closed_bit) != faults.inverted
}
