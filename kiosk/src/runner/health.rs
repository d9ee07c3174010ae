//! How the parts are, as screen, heartbeat and doctor tell it.

use std::collections::BTreeMap;
use std::time::Duration;

use hardware::DeviceStatus;
pub(super) use kiosk_journey::PartState;
use kiosk_journey::{Compartment, Health, Input};
use kiosk_wire::FaultCode;
use kiosk_wire::kiosk_api::{self, CompartmentReport, DeviceReport, DeviceState, Heartbeat};

use super::{Runner, SOFTWARE, boot::Trouble, translate};
use crate::config::Config;
use crate::devices;
use crate::flaw::Flaw;
use crate::journal::Unsent;
use crate::status::{self, Status};

/// Below this many free bytes the disk counts as full: a deposit takes some 20 kB, a checkpoint up to 4 MB.
pub(super) const DISK_FLOOR: u64 = 2 << 20;
/// From this many free bytes on it is not full any more.
pub(super) const DISK_ENOUGH: u64 = 4 << 20;

/// How often the status is written although nothing changed.
const STATUS_EVERY: Duration = Duration::from_secs(5);

/// How one part is, since when, and what to do.
#[derive(Clone, Debug)]
struct Part {
    state: DeviceState,
    since_ms: i64,
    flaw: Flaw,
}

impl Part {
    fn new(state: DeviceState) -> Self {
        Self { state, since_ms: crate::clock::wall_ms(), flaw: Flaw::default() }
    }

    fn set(&mut self, state: DeviceState, flaw: Flaw, at_ms: i64) -> bool {
        let changed = self.state != state;
        if changed {
            self.since_ms = at_ms;
        }
        // The last error stays to be read after things went well again.
        if flaw.error.is_empty() {
            self.flaw.advice = flaw.advice;
        } else {
            self.flaw = flaw;
        }
        self.state = state;
        changed
    }

    fn follow(&mut self, name: &str, status: &DeviceStatus, at_ms: i64) {
        let state = match status {
            DeviceStatus::Starting => DeviceState::Starting,
            DeviceStatus::Ready => DeviceState::Ok,
            DeviceStatus::Degraded(_) => DeviceState::Degraded,
            DeviceStatus::Down(fault) if fault.is_told_by_device() => DeviceState::Fault,
            DeviceStatus::Down(_) => DeviceState::Lost,
        };
        if self.set(state, status.fault().map(Flaw::from).unwrap_or_default(), at_ms) {
            let (state, code) = (word(state), status.fault().map(hardware::Fault::code));
            tracing::info!(part = name, state, code, detail = %status, "device");
        }
    }

    fn report(&self, part: &str) -> DeviceReport {
        DeviceReport {
            part: part.to_owned(),
            state: self.state,
            since_ms: self.since_ms,
            last_error: self.flaw.error.clone(),
            advice: self.flaw.advice.clone(),
            fault: self.flaw.code.clone(),
            call: None,
        }
    }

    fn for_journey(&self) -> PartState {
        match self.state {
            DeviceState::Starting => PartState::Starting,
            DeviceState::Ok | DeviceState::Degraded => PartState::Ok,
            DeviceState::Lost | DeviceState::Fault => PartState::Failed,
            DeviceState::Absent => PartState::Absent,
        }
    }
}

/// A state as JSON says it.
fn word(state: DeviceState) -> &'static str {
    match state {
        DeviceState::Starting => "starting",
        DeviceState::Ok => "ok",
        DeviceState::Degraded => "degraded",
        DeviceState::Lost => "lost",
        DeviceState::Fault => "fault",
        DeviceState::Absent => "absent",
    }
}

/// Every part.
#[derive(Debug)]
pub(super) struct Parts {
    readers: BTreeMap<usize, Part>,
    locker: Part,
    printer: Part,
    /// `None`: not fitted.
    scanner: Option<Part>,
    backend: Part,
    /// Journal, clock and disk.
    own: BTreeMap<&'static str, Part>,
    /// What waits to be sent.
    pub(super) unsent: Unsent,
    /// ETag of the roster that was at hand at the start.
    pub(super) roster_etag: String,
    /// ETag of the catalogue that was at hand at the start.
    pub(super) catalogue_etag: String,
    /// ETag of the working days that were at hand at the start.
    pub(super) settings_etag: String,
    /// When backend time was last kept.
    pub(super) kept_time_at: Option<Duration>,
}

impl Parts {
    pub(super) fn new(config: &Config) -> Self {
        let or_absent = |there: bool| if there { DeviceState::Starting } else { DeviceState::Absent };
        Self {
            readers: (0..config.cards.len()).map(|reader| (reader, Part::new(DeviceState::Starting))).collect(),
            locker: Part::new(or_absent(config.locker.is_some())),
            printer: Part::new(or_absent(config.printer.is_some())),
            scanner: config.scanner.as_ref().map(|_| Part::new(DeviceState::Starting)),
            backend: Part::new(or_absent(config.backend.is_some())),
            own: BTreeMap::new(),
            unsent: Unsent::default(),
            roster_etag: String::new(),
            catalogue_etag: String::new(),
            settings_etag: String::new(),
            kept_time_at: None,
        }
    }

    pub(super) fn reader_is(&mut self, reader: usize, status: &DeviceStatus, at_ms: i64) {
        let name = devices::reader_name(reader, self.readers.len());
        self.readers.entry(reader).or_insert_with(|| Part::new(DeviceState::Starting)).follow(&name, status, at_ms);
    }

    pub(super) fn locker_is(&mut self, status: &DeviceStatus, at_ms: i64) {
        self.locker.follow("locker", status, at_ms);
    }

    pub(super) fn printer_is(&mut self, status: &DeviceStatus, at_ms: i64) {
        self.printer.follow("printer", status, at_ms);
    }

    pub(super) fn scanner_is(&mut self, status: &DeviceStatus, at_ms: i64) {
        self.scanner.get_or_insert_with(|| Part::new(DeviceState::Starting)).follow("scanner", status, at_ms);
    }

    pub(super) fn backend_is(&mut self, reachable: bool, flaw: Flaw, at_ms: i64) {
        let state = if reachable { DeviceState::Ok } else { DeviceState::Lost };
        let detail = flaw.error.clone();
        if self.backend.set(state, flaw, at_ms) {
            tracing::info!(part = "backend", state = word(state), detail, "device");
        }
    }

    pub(super) fn locker(&self) -> PartState {
        self.locker.for_journey()
    }

    /// The best of the readers: one that works is enough.
    fn reader(&self) -> Part {
        let rank = |part: &&Part| match part.state {
            DeviceState::Ok => 0,
            DeviceState::Degraded => 1,
            DeviceState::Starting => 2,
            DeviceState::Lost | DeviceState::Fault | DeviceState::Absent => 3,
        };
        self.readers.values().min_by_key(rank).cloned().unwrap_or_else(|| Part::new(DeviceState::Absent))
    }

    /// One of journal, clock and disk, as it was last looked at.
    #[cfg(test)]
    pub(super) fn report_of(&self, part: &str) -> Option<DeviceReport> {
        self.own.get(part).map(|held| held.report(part))
    }

    /// Each of the readers.
    fn reader_reports(&self) -> Vec<DeviceReport> {
        if self.readers.is_empty() {
            return vec![self.reader().report(&devices::reader_name(0, 0))];
        }
        let report = |(at, part): (&usize, &Part)| part.report(&devices::reader_name(*at, self.readers.len()));
        self.readers.iter().map(report).collect()
    }
}

impl Runner {
    /// Tells the journey what changed. Returns whether it was told anything.
    pub(super) fn tell_changes(&mut self) -> bool {
        let mut told = false;
        let cabinet = self.cabinet();
        if cabinet != self.told.cabinet {
            self.told.cabinet.clone_from(&cabinet);
            self.tell(Input::Cabinet(cabinet));
            told = true;
        }
        let health = self.health();
        if self.told.health.as_ref() != Some(&health) {
            self.told.health = Some(health.clone());
            self.tell(Input::Health(health));
            told = true;
        }
        let doors = self.tell_staff_doors();
        let service = self.tell_service();
        told || doors || service
    }

    pub(super) fn cabinet(&self) -> Vec<Compartment> {
        let compartment = |(no, size): (&kiosk_wire::CompartmentNo, &String)| Compartment {
            no: *no,
            size: size.clone(),
            free: self.journal.as_ref().is_some_and(|journal| journal.projection().compartment(*no).is_free()),
            door: self.door(*no),
        };
        self.sizes.iter().map(compartment).collect()
    }

    /// A door as it was last seen.
    fn door(&self, no: kiosk_wire::CompartmentNo) -> kiosk_api::DoorState {
        self.doors.get(&no).copied().map(translate::door).unwrap_or_default()
    }

    fn health(&self) -> Health {
        let journal = if self.journal.is_none()
            || self.standing.full
            || self.standing.locked
            || self.standing.rolled_back.is_some()
        {
            PartState::Failed
        } else {
            PartState::Ok
        };
        Health {
            reader: self.parts.reader().for_journey(),
            locker: self.parts.locker(),
            journal,
            backend: self.parts.backend.for_journey(),
            printer: self.parts.printer.for_journey(),
            waiting: self.parts.unsent.deposits,
            waiting_since: self
                .parts
                .unsent
                .oldest_ms
                .filter(|_| self.parts.unsent.deposits > 0)
                .map(|ms| self.hall.civil(ms)),
        }
    }

    /// Tells sync where the journal stands and how the terminal is.
    pub(super) fn report(&mut self) {
        self.look_at_own_parts();
        self.write_status();
        let Some(position) = self.position() else { return };
        let heartbeat = self.heartbeat();
        let Some(sync) = &self.sync else { return };
        if self.told.position != Some(position) {
            self.told.position = Some(position);
            sync.journal_is_at(position);
        }
        if self.told.heartbeat.as_ref() != Some(&heartbeat) {
            self.told.heartbeat = Some(heartbeat.clone());
            sync.report(heartbeat);
        }
    }

    /// For `kiosk doctor`: when a part changed, and every tick.
    fn write_status(&mut self) {
        let devices = self.devices();
        let now = self.clock.now();
        if self.told.devices == devices && now < self.told.status_at + STATUS_EVERY {
            return;
        }
        self.told.status_at = now;
        self.told.devices.clone_from(&devices);
        let status = Status { at_ms: crate::clock::wall_ms(), screen: self.told.screen.to_owned(), devices };
        if let Err(error) = status::write(&self.folder, &status) {
            tracing::debug!(%error, "the status could not be written");
        }
    }

    /// A heartbeat; sync adds what changes from second to second.
    pub(super) fn heartbeat(&self) -> Heartbeat {
        let compartments: Vec<CompartmentReport> = self
            .sizes
            .iter()
            .map(|(no, size)| CompartmentReport {
                no: *no,
                size: size.clone(),
                state: self.journal.as_ref().map_or(kiosk_api::CompartmentState::SetAside, |journal| {
                    journal.projection().compartment(*no).state()
                }),
                door: self.door(*no),
            })
            .collect();
        let free = compartments.iter().filter(|place| place.state == kiosk_api::CompartmentState::Free).count();
        Heartbeat {
            software: SOFTWARE.to_owned(),
            uptime_s: 0,
            journal: self.journal.as_ref().map(crate::journal::Journal::id),
            journal_head: 0,
            unsent_deposits: self.parts.unsent.deposits,
            oldest_unsent_s: None,
            free_compartments: u32::try_from(free).unwrap_or(u32::MAX),
            disk_free_bytes: 0,
            wall_ms_utc: 0,
            clock: None,
            devices: self.devices(),
            compartments,
        }
    }

    fn devices(&self) -> Vec<DeviceReport> {
        let own = |part: &str| self.parts.own.get(part).map(|held| held.report(part));
        let readers = self.parts.reader_reports();
        let locker = self.parts.locker.report("locker");
        let backend = self.parts.backend.report("backend");
        let printer = self.parts.printer.report("printer");
        let scanner = self.parts.scanner.as_ref().map(|scanner| scanner.report("scanner"));
        let own = ["journal", "clock", "disk"].into_iter().filter_map(own);
        let call = self.call.as_ref().map(super::call::Call::report);
        readers.into_iter().chain([locker]).chain(own).chain([backend, printer]).chain(scanner).chain(call).collect()
    }

    /// Looks at the parts that are no devices.
    fn look_at_own_parts(&mut self) {
        let fault = |error: &str, advice, code| (DeviceState::Fault, Flaw::new(error, advice, code));
        let well = (DeviceState::Ok, Flaw::default());
        let journal = match &self.standing.trouble {
            Some(Trouble::Damaged) => fault(
                "it was set aside or is missing",
                "kiosk doctor; docs/technician.md, Repair",
                FaultCode::JournalDamaged,
            ),
            Some(Trouble::Broken(why)) => fault(
                why,
                "kiosk doctor; it is tried again by itself",
                FaultCode::JournalBroken { detail: why.clone() },
            ),
            None if self.standing.forked => {
                fault("the backend has another history of it", "docs/technician.md, Repair", FaultCode::JournalForked)
            }
            None if self.standing.locked => (
                DeviceState::Degraded,
                Flaw::new(
                    "another program holds it locked (a copy being made, or sqlite3)",
                    "end that program (`fuser -v` on journal.db names it); the kiosk goes on by itself",
                    FaultCode::JournalLocked,
                ),
            ),
            None => well.clone(),
        };
        let disk = if self.standing.full {
            fault("the disk is full", "make room: journalctl --vacuum-size=100M", FaultCode::DiskFull)
        } else {
            well
        };
        let at_ms = crate::clock::wall_ms();
        for (name, (state, flaw)) in [("journal", journal), ("clock", self.clock.report()), ("disk", disk)] {
            let part = self.parts.own.entry(name).or_insert_with(|| Part::new(DeviceState::Starting));
            let detail = flaw.error.clone();
            if part.set(state, flaw, at_ms) {
                tracing::info!(part = name, state = word(state), detail, "device");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hardware::Fault;

    use super::*;

    fn parts(cards: &str) -> Parts {
        let config = crate::config::parse(std::path::Path::new("-"), &format!("[kiosk]\ndata_dir = \"/tmp\"\n{cards}"));
        Parts::new(&config.unwrap())
    }

    fn said(parts: &Parts) -> Vec<(String, DeviceState)> {
        parts.reader_reports().into_iter().map(|report| (report.part, report.state)).collect()
    }

    #[test]
    fn each_reader_is_told_and_one_that_works_is_enough() {
        let none = parts("");
        assert_eq!(said(&none), [("reader".to_owned(), DeviceState::Absent)]);
        let mut one = parts("[[card]]\nkind = \"pcsc\"\n");
        one.reader_is(0, &DeviceStatus::Ready, 1);
        assert_eq!(said(&one), [("reader".to_owned(), DeviceState::Ok)]);

        let mut two = parts("[[card]]\nkind = \"pcsc\"\n[[card]]\nkind = \"sdt\"\nport = \"/dev/ttyS0\"\n");
        two.reader_is(0, &DeviceStatus::Down(Fault::CardServiceDown), 1);
        two.reader_is(1, &DeviceStatus::Ready, 1);
        assert_eq!(said(&two), [("reader-1".to_owned(), DeviceState::Lost), ("reader-2".to_owned(), DeviceState::Ok)]);
        assert_eq!(two.reader().for_journey(), PartState::Ok);
        two.reader_is(1, &DeviceStatus::Down(Fault::ReaderSilent { port: "/dev/ttyS0".into() }), 2);
        assert_eq!(two.reader().for_journey(), PartState::Failed);
        let silent = &two.reader_reports()[1];
        assert!(silent.last_error.contains("/dev/ttyS0"));
        assert_eq!(silent.fault, Some(FaultCode::ReaderSilent { port: "/dev/ttyS0".into() }));
        two.reader_is(1, &DeviceStatus::Ready, 3);
        let well = &two.reader_reports()[1];
        assert_eq!((&well.fault, well.advice.as_str()), (&silent.fault, ""), "what went wrong last stays to be read");
    }
}
