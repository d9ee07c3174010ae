//! `kiosk doctor`: every part's state, since when, and what to do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use hardware::DeviceStatus;
use hardware::cards::{CardEvent, CardReader};
use hardware::lockers::{LockerEvent, Lockers};
use hardware::printer::{Printer, PrinterEvent};
use hardware::scanner::{Scanner, ScannerEvent};
use kiosk_wire::kiosk_api::{DeviceReport, DeviceState, DirectivesAnswer};
use serde_json::json;

use super::output::{Exit, Failure, say, say_json};
use crate::cache;
use crate::clock::{self, Clock};
use crate::config::Config;
use crate::devices;
use crate::files;
use crate::identity::Identity;
use crate::journal;
use crate::status::{self, Status};
use crate::sync::http::Client;

/// How long a device may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(4);
/// Less free disk than this is worth a word: 200 MB.
const DISK_LOW: u64 = 200_000_000;
/// A kiosk that has not written its status for this long hangs.
const STATUS_STALE_MS: i64 = 30_000;

/// Examines everything.
pub(super) fn run(config: &Config, json: bool) -> Result<Exit, Failure> {
    let folder = &config.data_dir;
    files::make_folder(folder)?;
    let lock = files::lock_folder(folder)?;
    let running = lock.is_none();
    let identity = Identity::read(folder);
    let told = if running { status::read(folder) } else { None };
    let clock = Arc::new(Clock::recalling(folder));

    let screen = told.as_ref().map(|told| told.screen.clone());
    let mut parts = Vec::new();
    match told {
        Some(told) => parts.extend(from_status(&told)),
        None if running => parts.push(report(
            "kiosk",
            DeviceState::Fault,
            "it runs and says nothing of itself",
            "systemctl restart kiosk",
        )),
        None => {
            parts.extend(readers(config));
            parts.push(locker(config));
            parts.push(printer(config));
            parts.extend(scanner(config));
        }
    }
    parts.push(journal_part(config));
    let backend = backend(config, identity.as_ref().ok().and_then(Option::as_ref), &clock);
    // The running program has heard more than this one, and it is by that one's time that things are judged.
    if !parts.iter().any(|part| part.part == "clock") {
        let (state, flaw) = clock.report();
        parts.push(report(
            "clock",
            if state == DeviceState::Starting { DeviceState::Ok } else { state },
            &flaw.error,
            &flaw.advice,
        ));
    }
    parts.push(disk(config));
    parts.push(backend);

    let enrolled = identity.as_ref().is_ok_and(Option::is_some);
    parts.push(deposits(config, &parts, enrolled, screen.as_deref()));
    if let Err(error) = &identity {
        parts.push(report("identity", DeviceState::Fault, &error.to_string(), "kiosk enrol --again"));
    }
    if json {
        say_json(&json!({ "running": running, "enrolled": enrolled, "parts": parts }))?;
    } else {
        tell(running, enrolled, &parts);
    }
    let bad =
        |part: &DeviceReport| matches!(part.state, DeviceState::Lost | DeviceState::Fault | DeviceState::Degraded);
    Ok(match (parts.iter().any(bad), enrolled) {
        (true, _) => Exit::Wrong,
        (false, false) => Exit::NotEnrolled,
        (false, true) => Exit::Well,
    })
}

fn tell(running: bool, enrolled: bool, parts: &[DeviceReport]) {
    say(if running { "The kiosk is running." } else { "The kiosk is not running; the devices were asked directly." });
    if !enrolled {
        say("This terminal is not enrolled: kiosk enrol --backend URL --code CODE");
    }
    for part in parts {
        let state = match part.state {
            DeviceState::Starting => "starting",
            DeviceState::Ok => "ok",
            DeviceState::Degraded => "IN PART",
            DeviceState::Lost => "LOST",
            DeviceState::Fault => "FAULT",
            DeviceState::Absent => "absent",
        };
        let since = if part.since_ms > 0 { format!("since {}", instant(part.since_ms)) } else { String::new() };
        say(format!("{:<9} {state:<9} {since}", part.part));
        if !part.last_error.is_empty() && part.state != DeviceState::Ok {
            say(format!("          {}", part.last_error));
        }
        if !part.advice.is_empty() {
            say(format!("          -> {}", part.advice));
        }
    }
}

fn instant(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map(|at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()).unwrap_or_default()
}

fn report(part: &str, state: DeviceState, error: &str, advice: &str) -> DeviceReport {
    DeviceReport {
        part: part.to_owned(),
        state,
        since_ms: 0,
        last_error: error.to_owned(),
        advice: advice.to_owned(),
        fault: None,
        call: None,
    }
}

/// What the running kiosk said of the devices that it owns.
fn from_status(told: &Status) -> Vec<DeviceReport> {
    let age = clock::wall_ms().saturating_sub(told.at_ms);
    let mut parts: Vec<_> = told
        .devices
        .iter()
        .filter(|part| {
            let kind = part.part.split('-').next().unwrap_or_default();
            matches!(kind, "reader" | "locker" | "printer" | "scanner" | "clock")
        })
        .cloned()
        .collect();
    if age > STATUS_STALE_MS {
        let error = format!("it runs, but has said nothing of itself for {} s", age / 1_000);
        parts.push(report("kiosk", DeviceState::Fault, &error, "systemctl restart kiosk"));
    }
    parts
}

fn readers(config: &Config) -> Vec<DeviceReport> {
    let count = config.cards.len();
    if count == 0 {
        return vec![report("reader", DeviceState::Absent, "no [[card]] in the configuration", "")];
    }
    let (sender, events) = channel();
    let readers: Vec<_> = config
        .cards
        .iter()
        .cloned()
        .enumerate()
        .map(|(at, reader)| {
            let sender = sender.clone();
            CardReader::spawn(reader, move |event| drop(sender.send((at, event))))
        })
        .collect();
    let mut told = vec![DeviceStatus::Starting; count];
    let deadline = Instant::now() + PATIENCE;
    while told.iter().any(|status| !status.is_ready())
        && let Ok((at, event)) = events.recv_timeout(deadline.saturating_duration_since(Instant::now()))
    {
        if let CardEvent::ReaderState(status) = event {
            told[at] = status;
        }
    }
    drop(readers);
    told.iter().enumerate().map(|(at, status)| device(&devices::reader_name(at, count), status)).collect()
}

fn locker(config: &Config) -> DeviceReport {
    let Some(locker) = &config.locker else {
        return report("locker", DeviceState::Absent, "no [locker] in the configuration", "");
    };
    let (sender, events) = channel();
    match Lockers::spawn(devices::lockers(locker), move |event| drop(sender.send(event))) {
        Err(error) => report("locker", DeviceState::Fault, &error.to_string(), "correct the configuration"),
        Ok(_handle) => device(
            "locker",
            &wait_for(&events, |event| match event {
                LockerEvent::BusState(status) => Some(status),
                LockerEvent::Door { .. }
                | LockerEvent::Snapshot(_)
                | LockerEvent::UnlockSent { .. }
                | LockerEvent::UnlockAcked { .. }
                | LockerEvent::UnlockRefused { .. }
                | LockerEvent::UnlockFailed { .. } => None,
            }),
        ),
    }
}

fn printer(config: &Config) -> DeviceReport {
    let Some(printer) = &config.printer else {
        return report("printer", DeviceState::Absent, "no [printer] in the configuration", "");
    };
    let (sender, events) = channel();
    let _handle = Printer::spawn(devices::printer(printer), move |event| drop(sender.send(event)));
    let told = wait_for(&events, |event| match event {
        PrinterEvent::State(status) => Some(status),
        PrinterEvent::Done { .. } => None,
    });
    device("printer", &told)
}

fn scanner(config: &Config) -> Option<DeviceReport> {
    let scanner = config.scanner.as_ref()?;
    let (sender, events) = channel();
    let _handle = Scanner::spawn(devices::scanner(scanner), move |event| drop(sender.send(event)));
    let told = wait_for(&events, |event| match event {
        ScannerEvent::State(status) => Some(status),
        ScannerEvent::Scanned(_) => None,
    });
    Some(device("scanner", &told))
}

/// The first state that says something, or the last one there was.
fn wait_for<E>(events: &Receiver<E>, status: impl Fn(E) -> Option<DeviceStatus>) -> DeviceStatus {
    let deadline = Instant::now() + PATIENCE;
    let mut last = DeviceStatus::Starting;
    while let Ok(event) = events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        if let Some(status) = status(event) {
            last = status;
            if last.is_ready() {
                break;
            }
        }
    }
    last
}

fn device(part: &str, status: &DeviceStatus) -> DeviceReport {
    let state = match status {
        DeviceStatus::Ready => DeviceState::Ok,
        DeviceStatus::Degraded(_) => DeviceState::Degraded,
        DeviceStatus::Down(fault) if fault.is_told_by_device() => DeviceState::Fault,
        DeviceStatus::Starting | DeviceStatus::Down(_) => DeviceState::Lost,
    };
    match status.fault() {
        Some(fault) => report(part, state, &fault.to_string(), fault.what_to_do()),
        None if status.is_ready() => report(part, state, "", ""),
        None => report(part, state, &format!("no answer within {} s", PATIENCE.as_secs()), "check cable and power"),
    }
}

fn journal_part(config: &Config) -> DeviceReport {
    match journal::verify(&config.data_dir) {
        Ok(found) if found.findings.is_empty() => report("journal", DeviceState::Ok, "", ""),
        Ok(found) => {
            let first = found.findings.first().map(ToString::to_string).unwrap_or_default();
            report("journal", DeviceState::Fault, &first, "kiosk journal verify; docs/technician.md, Repair")
        }
        Err(journal::OpenError::Missing(_)) if !config.data_dir.join("journal.generation").exists() => {
            report("journal", DeviceState::Starting, "", "it is made at the first start")
        }
        Err(error) => report("journal", DeviceState::Fault, &error.to_string(), "docs/technician.md, Repair"),
    }
}

fn backend(config: &Config, identity: Option<&Identity>, clock: &Arc<Clock>) -> DeviceReport {
    let Some(backend) = &config.backend else {
        return report("backend", DeviceState::Absent, "no [backend] in the configuration", "");
    };
    let Some(identity) = identity else {
        return report("backend", DeviceState::Absent, "not enrolled", "kiosk enrol --backend URL --code CODE");
    };
    let lost = |error: String, advice| report("backend", DeviceState::Lost, &error, advice);
    let client = match Client::new(backend, identity.clone(), Arc::clone(clock)) {
        Ok(client) => client,
        Err(error) => return lost(error.to_string(), "correct the configuration"),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return lost(error.to_string(), ""),
    };
    let polled = client.get::<DirectivesAnswer>("/kiosk/v1/directives?after=0&wait_s=0", Duration::ZERO);
    match runtime.block_on(polled) {
        Ok(answer) => {
            clock.hear(answer.server_ms);
            report("backend", DeviceState::Ok, "", "")
        }
        Err(error) => lost(error.to_string(), error.advice()),
    }
}

/// Whether an applicant could hand something in now, and why not: each part may be well and all of them useless.
fn deposits(config: &Config, parts: &[DeviceReport], enrolled: bool, screen: Option<&str>) -> DeviceReport {
    const PART: &str = "deposits";
    if !enrolled {
        return report(PART, DeviceState::Absent, "not enrolled", "kiosk enrol --backend URL --code CODE");
    }
    if let Some(screen @ ("out_of_service" | "shut_doors" | "starting")) = screen {
        let error = format!("none is possible: the screen shows `{screen}`");
        return report(PART, DeviceState::Fault, &error, "read on the screen what it waits for");
    }
    let works = |part: &&DeviceReport| matches!(part.state, DeviceState::Ok | DeviceState::Degraded);
    let kind = |part: &&DeviceReport, kind: &str| part.part.split('-').next() == Some(kind);
    for (needed, without) in [
        ("reader", "no card can be read"),
        ("locker", "no door can be opened"),
        ("journal", "nothing can be recorded"),
        ("disk", "nothing can be recorded"),
    ] {
        // Before its first start a terminal has no journal, and makes one.
        let begins = |part: &DeviceReport| needed == "journal" && part.state == DeviceState::Starting;
        if !parts.iter().filter(|part| kind(part, needed)).any(|part| works(&part) || begins(part)) {
            return report(PART, DeviceState::Fault, &format!("none is possible: {without}"), "see that part");
        }
    }
    if !matches!(cache::read(&config.data_dir, cache::Kept::Catalogue), Ok(Some(_))) {
        let error = "none is possible: the hall has sent no items yet";
        return report(PART, DeviceState::Fault, error, "import the catalogue at the backend; look at its part above");
    }
    match boxes(config) {
        Err(error) => report(PART, DeviceState::Fault, &error, "see the journal's part"),
        Ok(boxes) if boxes.free == 0 => {
            let error = format!("none is possible: no box is free ({boxes})");
            report(PART, DeviceState::Fault, &error, "staff open each of them at the terminal and say that it is empty")
        }
        Ok(boxes) if boxes.set_aside > 0 => {
            let error = format!("possible, with fewer boxes ({boxes})");
            report(PART, DeviceState::Degraded, &error, "staff open those set aside and say that they are empty")
        }
        Ok(_) => report(PART, DeviceState::Ok, "", ""),
    }
}

/// How many boxes there are of each kind.
#[derive(Default)]
struct Boxes {
    free: usize,
    in_use: usize,
    set_aside: usize,
}

impl std::fmt::Display for Boxes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} free, {} in use, {} set aside", self.free, self.in_use, self.set_aside)
    }
}

fn boxes(config: &Config) -> Result<Boxes, String> {
    let known = match journal::Outbox::open(&config.data_dir) {
        Ok(outbox) => outbox.compartments().map_err(|error| error.to_string())?,
        // Before its first start a terminal has no journal: every box is free.
        Err(_) if !config.data_dir.join("journal.generation").exists() => BTreeMap::new(),
        Err(error) => return Err(error.to_string()),
    };
    let mut boxes = Boxes::default();
    for no in config.compartments().keys() {
        let one = known.get(no).cloned().unwrap_or_default();
        match (one.set_aside, one.is_free()) {
            (Some(_), _) => boxes.set_aside += 1,
            (None, true) => boxes.free += 1,
            (None, false) => boxes.in_use += 1,
        }
    }
    Ok(boxes)
}

fn disk(config: &Config) -> DeviceReport {
    match files::free_bytes(&config.data_dir) {
        None => report("disk", DeviceState::Fault, "the data folder's disk cannot be asked", "check `kiosk.data_dir`"),
        Some(free) if free < DISK_LOW => {
            let error = format!("{} MB are free", free / 1_000_000);
            report("disk", DeviceState::Degraded, &error, "make room: journalctl --vacuum-size=100M")
        }
        Some(_) => report("disk", DeviceState::Ok, "", ""),
    }
}

#[cfg(test)]
mod tests {
    use kiosk_wire::entry::SetAsideReason;
    use kiosk_wire::{CompartmentNo, Fact, Stamp};
    use tempfile::TempDir;

    use super::*;
    use crate::journal::Journal;

    /// A terminal of two boxes all of whose parts are well, with or without items to choose from.
    fn terminal(items: bool) -> (TempDir, Config, Vec<DeviceReport>) {
        let folder = TempDir::new().expect("folder");
        let text = format!(
            "[kiosk]\ndata_dir = \"{}\"\n[locker]\nprotocol = \"xor24\"\nport = \"/dev/none\"\n[[locker.board]]\n\
             address = 1\nlocks = 2\nfirst_compartment = 1\nsize = \"A4\"\n",
            folder.path().display()
        );
        let config = crate::config::parse(std::path::Path::new("kiosk.toml"), &text).expect("config");
        if items {
            let told = cache::Tagged { etag: "1".into(), body: "{}".into() };
            cache::write(folder.path(), cache::Kept::Catalogue, &told).expect("kept");
        }
        let well = |part| report(part, DeviceState::Ok, "", "");
        let parts = ["reader-1", "reader-2", "locker", "printer", "journal", "clock", "disk"].map(well).to_vec();
        (folder, config, parts)
    }

    fn set_aside(journal: &mut Journal, no: u16) {
        let (compartment, why) = (CompartmentNo(no), SetAsideReason::Unknown);
        let fact = Fact::CompartmentSetAside { compartment, why, submission: None };
        journal.record(Stamp::default(), vec![fact.into()]).expect("recorded");
    }

    #[test]
    fn all_parts_are_well_and_no_deposit_is_possible() {
        let (folder, config, parts) = terminal(true);
        let judged = || deposits(&config, &parts, true, Some("idle"));
        assert_eq!(judged().state, DeviceState::Ok, "{:?}", judged());
        let mut journal = Journal::open(folder.path(), "test", Stamp::default()).expect("journal");
        set_aside(&mut journal, 1);
        let told = judged();
        assert_eq!(told.state, DeviceState::Degraded);
        assert!(told.last_error.contains("1 free, 0 in use, 1 set aside"), "{told:?}");
        set_aside(&mut journal, 2);
        let told = judged();
        assert_eq!(told.state, DeviceState::Fault);
        assert!(told.last_error.contains("no box is free (0 free, 0 in use, 2 set aside)"), "{told:?}");
        assert!(!told.advice.is_empty());
    }

    #[test]
    fn what_a_deposit_needs_is_named_when_it_lacks() {
        for (part, words) in
            [("reader", "no card"), ("locker", "no door"), ("journal", "recorded"), ("disk", "recorded")]
        {
            let (_folder, config, mut parts) = terminal(true);
            for held in parts.iter_mut().filter(|held| held.part.starts_with(part)) {
                held.state = DeviceState::Lost;
            }
            let told = deposits(&config, &parts, true, None);
            assert!(told.state == DeviceState::Fault && told.last_error.contains(words), "{part}: {told:?}");
        }
        let (_folder, config, mut parts) = terminal(true);
        parts[0].state = DeviceState::Lost;
        assert_eq!(deposits(&config, &parts, true, None).state, DeviceState::Ok, "one of two readers is enough");
        for part in ["clock", "printer"] {
            let (_folder, config, mut parts) = terminal(true);
            parts.retain(|held| held.part != part);
            assert_eq!(deposits(&config, &parts, true, None).state, DeviceState::Ok, "{part} is not needed");
        }
        let (_folder, config, parts) = terminal(false);
        assert!(deposits(&config, &parts, true, None).last_error.contains("no items"));
        let (_folder, config, parts) = terminal(true);
        assert!(deposits(&config, &parts, true, Some("out_of_service")).last_error.contains("out_of_service"));
    }
}
