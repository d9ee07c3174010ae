//! The boards of a cabinet: they hear orders, move locks, and answer as badly as they are told to.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use super::parts::{BoardSpec, BusFaults, CabinetOptions, Inner};
use crate::cable::{Behaviour, Cable, Shared, State};
use crate::family::{Deed, FAMILIES, Heard, Order, Report};

/// What some boards say to an unlock: no frame of any family.
const BABBLE: [u8; 7] = [0x42, 0x55, 0x53, 0x59, 0x02, 0x80, 0x00];

/// The boards on the cable.
pub(super) struct Boards {
    options: CabinetOptions,
    heard: Vec<u8>,
    /// Until when each solenoid is powered.
    powered: Vec<Instant>,
}

impl Behaviour<Inner> for Boards {
    fn turn(&mut self, shared: &Shared<Inner>, cable: &mut Cable, heard: &[u8]) -> io::Result<()> {
        self.heard.extend_from_slice(heard);
        self.listen(shared, cable)
    }

    fn forget(&mut self) {
        self.heard.clear();
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
        Self { options, heard: Vec::new(), powered: Vec::new() }
    }

    fn push_changes(&self, shared: &Shared<Inner>, cable: &mut Cable) -> io::Result<()> {
        let mut frames = Vec::new();
        {
            let mut inner = shared.lock();
            let (faults, closed_bit) = (inner.faults.clone(), self.options.closed_bit);
            for spec in &self.options.boards {
                for lock in 1..=spec.locks {
                    let Some(cell) = inner.doors.get_mut(&spec.compartment(lock)) else { continue };
                    if cell.told_open != cell.open {
                        cell.told_open = cell.open;
                        if faults.push && !faults.silent {
                            let moved = Report::Moved { lock, contact: contact(cell.open, closed_bit, &faults) };
                            frames.extend(self.options.family.say(spec.address, &moved));
                        }
                    }
                }
            }
        }
        if frames.is_empty() { Ok(()) } else { cable.send(&frames, Duration::ZERO) }
    }

    fn listen(&mut self, shared: &Shared<Inner>, cable: &mut Cable) -> io::Result<()> {
        while !self.heard.is_empty() {
            match self.options.family.hear(&self.heard) {
                Heard::Order(length, order) => {
                    let frame: Vec<u8> = self.heard.drain(..length).collect();
                    self.obey(shared, cable, &frame, order)?;
                }
                Heard::More => break,
                Heard::Strange => {
                    self.heard.remove(0);
                    shared.lock().counters.stray_bytes += 1;
                }
            }
        }
        Ok(())
    }

    /// An order, as it came over the line, to those boards that it is for.
    fn obey(&mut self, shared: &Shared<Inner>, cable: &mut Cable, frame: &[u8], order: Order) -> io::Result<()> {
        let heard_at = Instant::now();
        thread::sleep(cable.wire_time(frame.len()));
        if shared.lock().faults.echo {
            cable.send(frame, Duration::ZERO)?;
        }
        for spec in self.options.boards.clone() {
            if order.board.is_none_or(|board| board == spec.address) {
                self.serve(shared, cable, &spec, order, heard_at)?;
            }
        }
        Ok(())
    }

    fn serve(
        &mut self,
        shared: &Shared<Inner>,
        cable: &mut Cable,
        spec: &BoardSpec,
        order: Order,
        heard_at: Instant,
    ) -> io::Result<()> {
        let faults = shared.lock().faults.clone();
        let struck = faults.strike(spec);
        if faults.silent && struck {
            return Ok(());
        }
        let unlock = matches!(order.deed, Deed::Pulse { .. });
        if let (true, Some(lock)) = (unlock, order.lock) {
            shared.lock().last_unlock = Some((spec.compartment(lock), heard_at));
        }
        let report = self.act(shared, spec, order, &faults);
        shared.wake();
        if faults.unplug_at_unlock && unlock {
            shared.change(|inner| (inner.wanted, inner.faults.unplug_at_unlock) = (false, false));
            return Ok(());
        }
        let say = |report: &Report| self.options.family.say(spec.address, report);
        let answer = if unlock && struck && faults.babble {
            BABBLE.to_vec()
        } else if unlock && struck && faults.unlock_mute {
            Vec::new()
        } else if unlock && struck && faults.refuse {
            // Families that cannot say so are as with a stuck lock.
            Some(say(&Report::Failed(order))).filter(|said| !said.is_empty()).unwrap_or_else(|| say(&report))
        } else {
            say(&report)
        };
        if answer.is_empty() {
            return Ok(());
        }
        let struck = struck && (unlock || !faults.only_unlocks);
        self.answer(shared, cable, &answer, struck.then_some(&faults))
    }

    /// Does what is ordered.
    fn act(&mut self, shared: &Shared<Inner>, spec: &BoardSpec, order: Order, faults: &BusFaults) -> Report {
        shared.lock().counters.requests += 1;
        let closed_bit = self.options.closed_bit;
        match (order.deed, order.lock) {
            (_, Some(lock)) if !(1..=spec.locks).contains(&lock) => Report::Failed(order),
            (Deed::Pulse { seconds }, Some(lock)) => {
                let sprung =
                    !(faults.refuse && faults.strike(spec)) && self.pulse(shared, spec.compartment(lock), seconds);
                Report::Pulsed { lock, contact: contact(sprung, closed_bit, faults) }
            }
            (Deed::Pulse { seconds }, None) => {
                for lock in 1..=spec.locks {
                    self.pulse(shared, spec.compartment(lock), seconds);
                }
                Report::AllPulsed
            }
            (Deed::Tell, asked) => {
                let mut inner = shared.lock();
                inner.counters.reads += 1;
                match asked {
                    Some(lock) => {
                        Report::Contact { lock, contact: reading(&mut inner, spec, lock, closed_bit, faults) }
                    }
                    None => Report::Contacts {
                        contacts: (1..=spec.locks)
                            .map(|lock| reading(&mut inner, spec, lock, closed_bit, faults))
                            .collect(),
                        items: (1..=spec.locks)
                            .map(|lock| inner.doors.get(&spec.compartment(lock)).is_some_and(|cell| cell.item))
                            .collect(),
                    },
                }
            }
        }
    }

    /// Sends current through a lock; says whether its contact then shows an open door.
    fn pulse(&mut self, shared: &Shared<Inner>, compartment: u16, seconds: Option<u8>) -> bool {
        let now = Instant::now();
        let length = seconds.map_or(self.options.pulse, |seconds| Duration::from_secs(seconds.into()));
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
        let mut bytes = if faults.noise { noise() } else { Vec::new() };
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

/// Bytes of no meaning that look like beginnings of frames, of each family its own.
fn noise() -> Vec<u8> {
    let reports =
        [Report::Pulsed { lock: 1, contact: true }, Report::Contacts { contacts: vec![true], items: Vec::new() }];
    let firsts =
        FAMILIES.iter().flat_map(|family| reports.iter().filter_map(|report| family.say(1, report).first().copied()));
    [0x00, 0xFF].into_iter().chain(firsts).collect()
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

/// The contact of a lock as a board reads it, which may bounce.
fn reading(inner: &mut State<Inner>, spec: &BoardSpec, lock: u8, closed_bit: bool, faults: &BusFaults) -> bool {
    let open = inner.doors.get_mut(&spec.compartment(lock)).is_some_and(|cell| {
        cell.reads = if cell.open { cell.reads.saturating_add(1) } else { 0 };
        let bounced = cell.faults.bounce && cell.reads == 2;
        cell.faults.sensor_says_open.unwrap_or(cell.open && !bounced)
    });
    contact(open, closed_bit, faults)
}

fn contact(open: bool, closed_bit: bool, faults: &BusFaults) -> bool {
    (open != closed_bit) != faults.inverted
}
