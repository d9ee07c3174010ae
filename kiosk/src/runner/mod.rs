//! The only loop: everything that happens comes in through one ordered channel, and everything is decided here.
//!
//! The runner owns the journey and the journal. What the journey wants written down is on the disk before the journey
//! hears of it; a door is opened only because the journey, or a directive, said so after that.
//!
//! ```text
//! touches ─┐
//! cards ───┤            ┌─ journey ─ outputs ─┐
//! doors ───┼─ Event ─ runner                 runner ─ journal, doors, screen, sync
//! news ────┤            └─ timers ────────────┘
//! checks ──┘
//! ```

mod boot;
mod call;
mod desk;
mod devices;
mod health;
mod news;
mod paper;
mod person;
mod progress;
mod remote;
mod translate;

#[cfg(test)]
#[expect(clippy::disallowed_types, reason = "another program that holds the journal")]
mod tests;
#[cfg(test)]
mod visits;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use hardware::cards::{CardEvent, MrzKey, MrzLines};
use hardware::lockers::{DoorState, LockerEvent, OpenError};
use hardware::printer::{Document, PrinterEvent, PrinterGone};
use hardware::scanner::ScannerEvent;
use kiosk_journey::{Entry, Input, Journey, Output, Receipt, RecordFailure, Service, Sound, Ticket, Touch, View};
use kiosk_wire::{CompartmentNo, Directive, Fact, ReceiptNumber, Roster};

use crate::clock::Clock;
use crate::config::Config;
use crate::files;
use crate::hall::Hall;
use crate::identity::Identity;
use crate::journal::{Journal, NewEntry, RecordError};
use crate::sync::{Courier, News, Position};

/// One thing that happened.
#[derive(Debug)]
pub enum Event {
    /// A finger on the screen.
    Touch(Touch),
    /// Something about cards, at the how-manieth reader of the configuration.
    Card(usize, CardEvent),
    /// Something about doors.
    Locker(LockerEvent),
    /// Something about papers.
    Printer(PrinterEvent),
    /// Something about scanned codes.
    Scanner(ScannerEvent),
    /// Something learnt from the backend.
    News(News),
    /// A PIN was checked.
    PinChecked(desk::PinCheck),
    /// What was found here of the person at the screen.
    PersonFound(person::Found),
    /// The end.
    Stop,
}

/// What the runner acts with.
pub struct Hands {
    /// Draws.
    pub show: Box<dyn FnMut(View) + Send>,
    /// Asks for one unlock pulse.
    pub open_door: Box<dyn FnMut(u16) -> Result<(), OpenError> + Send>,
    /// Prints a paper; what becomes of it comes back as an event with the same number.
    pub print: Box<dyn FnMut(u64, Document) -> Result<(), PrinterGone> + Send>,
    /// Gives the card readers what opens the chip of a travel document, with the present year, or has them forget it.
    pub unlock_document: Box<dyn FnMut(Option<MrzKey>, u16) + Send>,
    /// Makes a sound.
    pub play: Box<dyn FnMut(Sound) + Send>,
    /// Called every few seconds while the loop lives.
    pub lives: Box<dyn FnMut() + Send>,
}

impl std::fmt::Debug for Hands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hands")
    }
}

/// Software version, as journal and heartbeat tell it.
pub const SOFTWARE: &str = env!("CARGO_PKG_VERSION");

/// How often the runner looks around by itself: retention, expiry, the disk.
const TICK: Duration = Duration::from_secs(5);

/// The loop and all that it decides upon.
pub struct Runner {
    clock: Arc<Clock>,
    config: Config,
    sizes: BTreeMap<CompartmentNo, String>,
    fitted: BTreeSet<CompartmentNo>,
    folder: PathBuf,
    hall: Hall,
    events: Receiver<Event>,
    sender: Sender<Event>,
    hands: Hands,

    journey: Journey,
    journal: Option<Journal>,
    identity: Option<Identity>,
    sync: Option<Courier>,
    standing: boot::Standing,

    doors: BTreeMap<CompartmentNo, DoorState>,
    doors_seen: bool,
    parts: health::Parts,
    looks: Vec<devices::SecondLook>,
    roster: Option<Roster>,
    generation: u64,
    armed: Vec<Directive>,
    waiting: Vec<Directive>,
    remote: Option<remote::Remote>,
    desk: desk::StaffVisit,
    asked: Option<person::Errands>,
    /// Lines of a travel document that a scanner has read so far.
    mrz_lines: MrzLines,
    catalogue: Option<Arc<hall_rules::Catalogue>>,
    postponed: Vec<(Ticket, Vec<Entry>)>,
    call: Option<call::Call>,

    told: LastTold,
    next_tick: Duration,
}

/// What the journey and the screen were last told, so that only changes are told.
#[derive(Debug, Default)]
struct LastTold {
    service: Option<Service>,
    health: Option<kiosk_journey::Health>,
    cabinet: Vec<kiosk_journey::Compartment>,
    staff_doors: Vec<kiosk_journey::StaffDoor>,
    position: Option<Position>,
    heartbeat: Option<kiosk_wire::kiosk_api::Heartbeat>,
    devices: Vec<kiosk_wire::kiosk_api::DeviceReport>,
    status_at: Duration,
    revision: Option<u64>,
    screen: &'static str,
}

impl Runner {
    /// Runs until [`Event::Stop`].
    pub fn run(mut self) {
        self.settle();
        loop {
            let now = self.clock.now();
            match self.events.recv_timeout(self.wake_at().saturating_sub(now)) {
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => self.wake(),
            }
            self.settle();
        }
        tracing::info!("stopped");
    }

    fn wake_at(&self) -> Duration {
        let journey = self.journey.poll_timeout().map(|(at, _)| at);
        let looks = self.looks.iter().map(|look| look.at).min();
        let remote = self.remote.as_ref().and_then(remote::Remote::wake_at);
        [journey, looks, remote].into_iter().flatten().fold(self.next_tick, Duration::min)
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Touch(touch) => self.tell(Input::Touch(touch)),
            Event::Card(reader, event) => self.take_card(reader, event),
            Event::Locker(event) => self.take_locker(event),
            Event::Printer(event) => self.take_printer(event),
            Event::Scanner(event) => self.take_scanner(event),
            Event::News(news) => self.take_news(news),
            Event::PinChecked(check) => self.take_pin_check(check),
            Event::PersonFound(found) => self.take_found(found),
            Event::Stop => {}
        }
    }

    fn wake(&mut self) {
        let now = self.clock.now();
        if self.journey.poll_timeout().is_some_and(|(at, _)| at <= now) {
            self.journey.handle_timeout(now);
        }
        self.take_looks(now);
        self.watch_remote(now);
        if now >= self.next_tick {
            self.next_tick = now + TICK;
            self.tick();
        }
    }

    fn tick(&mut self) {
        (self.hands.lives)();
        self.look_at_disk();
        self.retry_journal();
        self.expire_armed();
        self.end_old_call();
        self.keep_server_time();
        self.begin_anew_when_enrolled();
        let earliest_ms = self.clock.earliest_ms();
        if let (Some(journal), false) = (self.journal.as_mut(), self.standing.locked) {
            match journal.erase_expired(earliest_ms) {
                Ok(0) => {}
                Ok(erased) => tracing::info!(erased, "payloads erased after their retention"),
                Err(error) => tracing::warn!(%error, "payloads could not be erased"),
            }
        }
    }

    /// `kiosk enrol` works beside a kiosk that has no identity. Then it ends, and systemd starts it as who it is now.
    fn begin_anew_when_enrolled(&self) {
        if self.identity.is_none()
            && self.standing.identity_damage.is_none()
            && Identity::read(&self.folder).is_ok_and(|identity| identity.is_some())
        {
            tracing::info!("enrolled: starting anew");
            drop(self.sender.send(Event::Stop));
        }
    }

    fn tell(&mut self, input: Input) {
        let now = self.clock.now();
        self.journey.handle(input, now);
    }

    /// Carries out what is wanted, until nothing is, then tells everybody what changed.
    fn settle(&mut self) {
        loop {
            self.carry_out();
            self.resume_postponed();
            self.serve_waiting();
            self.renew_if_rolled_back();
            if !self.tell_changes() {
                break;
            }
        }
        self.report();
        self.show();
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.journey.poll_output() {
            match output {
                Output::Record { ticket, entries } => self.write_down(ticket, entries),
                Output::OpenDoor { compartment } => self.open_door(compartment),
                Output::Play(sound) => (self.hands.play)(sound),
                Output::CallStaff(what) => self.call_staff(what),
                Output::LookUpPerson { visit, document, number } => self.look_up(visit, document, &number),
                Output::UnlockDocument(key) => self.unlock_document(&key),
                Output::ForgetDocument => self.forget_document(),
                Output::AskProgress { ask, receipt, last_four } => self.ask_progress(ask, receipt, last_four),
                Output::CheckPickupCode { submission, code } => self.check_pickup_code(submission, &code),
                Output::VerifyStaff(proof) => self.verify_staff(proof),
                Output::Wipe => {
                    self.desk.end();
                    self.asked = None;
                    self.forget_document();
                }
                Output::Print { job, slip } => self.print(job, &slip),
            }
        }
    }

    /// A door that is being opened for a directive goes first: one door at a time.
    fn write_down(&mut self, ticket: Ticket, entries: Vec<Entry>) {
        if self.remote.is_some() && entries.iter().any(|entry| entry.fact.announces().is_some()) {
            self.postponed.push((ticket, entries));
            return;
        }
        let answer = match self.try_to_record(entries) {
            Ok(receipt) => Input::Recorded { ticket, receipt },
            Err(why) => Input::RecordFailed { ticket, why },
        };
        self.tell(answer);
    }

    fn resume_postponed(&mut self) {
        if self.remote.is_none() && !self.postponed.is_empty() {
            for (ticket, entries) in std::mem::take(&mut self.postponed) {
                self.write_down(ticket, entries);
            }
            self.carry_out();
        }
    }

    fn try_to_record(&mut self, wanted: Vec<Entry>) -> Result<Option<Receipt>, RecordFailure> {
        let number = self.number_for(&wanted)?;
        let mut entries = Vec::with_capacity(wanted.len() + 1);
        for entry in wanted {
            let mut salt = [0; 16];
            getrandom::fill(&mut salt).map_err(|_| RecordFailure::Broken)?;
            entries.push(translate::entry(entry, number.as_ref(), salt).map_err(|_| RecordFailure::Broken)?);
        }
        let (ended, collecting) = self.desk.follow(&entries);
        entries.extend(ended.map(NewEntry::from));
        self.record(entries).map_err(|error| match error {
            RecordError::Refused(_) => RecordFailure::CompartmentTaken,
            RecordError::NoSpace => RecordFailure::DiskFull,
            RecordError::Locked | RecordError::Seal(_) | RecordError::Broken(_) | RecordError::Words(_) => {
                RecordFailure::Broken
            }
        })?;
        self.desk.keep(collecting);
        self.forget_answered();
        Ok(number.map(|number| self.receipt(number)))
    }

    /// The number for the applicant: a new one for a submission, the old one for its corrections. What may not be
    /// written now is refused.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other facts are always taken, and have no number")]
    fn number_for(&self, wanted: &[Entry]) -> Result<Option<ReceiptNumber>, RecordFailure> {
        for entry in wanted {
            match &entry.fact {
                Fact::SubmissionPrepared { .. } => return self.next_number().map(Some),
                Fact::CorrectionPrepared { .. } if !matches!(self.service(), Service::Ready) => {
                    return Err(RecordFailure::NotAllowed);
                }
                Fact::CorrectionPrepared { receipt, .. } => return Ok(Some(receipt.clone())),
                // Called off in the meantime.
                Fact::LoadIntended { directive, .. } if self.armed.iter().all(|known| known.id != *directive) => {
                    return Err(RecordFailure::NotAllowed);
                }
                _ => {}
            }
        }
        Ok(None)
    }

    fn next_number(&self) -> Result<ReceiptNumber, RecordFailure> {
        let allowed = matches!(self.service(), Service::Ready) && self.standing.rolled_back.is_none();
        let (Some(journal), Some(identity), true) = (&self.journal, &self.identity, allowed) else {
            return Err(RecordFailure::NotAllowed);
        };
        let generation = u8::try_from(journal.generation()).unwrap_or(u8::MAX);
        let sequence = journal.projection().receipts() + 1;
        hall_rules::ReceiptNumber::make(&identity.told().receipt_prefix, generation, sequence)
            .map(|number| ReceiptNumber(number.as_str().to_owned()))
            .map_err(|error| {
                tracing::error!(%error, "no receipt number can be made");
                RecordFailure::NotAllowed
            })
    }

    fn receipt(&self, number: ReceiptNumber) -> Receipt {
        let best_ms = self.clock.best_ms();
        let answer_by = self.hall.answer_by(best_ms).map(|day| day.to_string());
        Receipt { number, made_at: self.hall.civil(best_ms), answer_by }
    }

    /// Writes entries, durable when this returns.
    fn record(&mut self, entries: Vec<NewEntry>) -> Result<(), RecordError> {
        let Some(journal) = self.journal.as_mut() else {
            return Err(RecordError::Broken(rusqlite::Error::InvalidQuery));
        };
        let kinds: Vec<_> = entries.iter().map(|entry| describe(&entry.fact)).collect();
        match journal.record(self.clock.stamp(), entries) {
            Ok(first) => {
                for (seq, (kind, compartment)) in (first..).zip(kinds) {
                    tracing::info!(journal = %journal.id(), seq, compartment, "{kind}");
                }
                (self.standing.full, self.standing.locked) = (false, false);
                Ok(())
            }
            Err(error) => {
                tracing::error!(journal = %journal.id(), %error, "not recorded");
                match error {
                    RecordError::NoSpace => self.standing.full = true,
                    RecordError::Locked => self.standing.locked = true,
                    RecordError::Broken(_) => self.standing.trouble = Some(boot::Trouble::Broken(error.to_string())),
                    RecordError::Refused(_) | RecordError::Seal(_) | RecordError::Words(_) => {}
                }
                Err(error)
            }
        }
    }

    /// Draws when there is something new to see.
    fn show(&mut self) {
        let revision = self.journey.revision();
        if self.told.revision == Some(revision) {
            return;
        }
        self.told.revision = Some(revision);
        let view = self.journey.view(self.clock.now());
        let screen = view.screen.name();
        (self.hands.show)(view);
        if screen != self.told.screen {
            self.told.screen = screen;
            tracing::info!(screen, "screen");
        }
    }

    fn look_at_disk(&mut self) {
        let Some(free) = files::free_bytes(&self.folder) else { return };
        let full = free < if self.standing.full { health::DISK_ENOUGH } else { health::DISK_FLOOR };
        if full != self.standing.full {
            self.standing.full = full;
            tracing::warn!(free, full, "the journal's disk");
        }
    }
}

/// A fact's kind and compartment, for the log.
fn describe(fact: &Fact) -> (String, Option<u16>) {
    let value = serde_json::to_value(fact).unwrap_or_default();
    let kind = value.get("kind").and_then(|kind| kind.as_str()).unwrap_or("unknown").replace('_', " ");
    let compartment = value.get("compartment").or_else(|| value.get("to")).and_then(serde_json::Value::as_u64);
    (kind, compartment.and_then(|no| u16::try_from(no).ok()))
}
