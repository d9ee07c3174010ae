//! `kiosk doctor`: every part's state, since when, and what to do.

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
        let (state, error, advice) = clock.report();
        parts.push(report(
            "clock",
            if state == DeviceState::Starting { DeviceState::Ok } else { state },
            &error,
            advice,
        ));
    }
    parts.push(disk(config));
    parts.push(backend);

    let enrolled = identity.as_ref().is_ok_and(Option::is_some);
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
    DeviceReport { part: part.to_owned(), state, since_ms: 0, last_error: error.to_owned(), advice: advice.to_owned() }
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
    let readers: Vec<_> = devices::readers(&config.cards)
        .into_iter()
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
            report("journal", DeviceState::Fault, &first, "kiosk journal verify; docs/technician.md, Mending")
        }
        Err(journal::OpenError::Missing(_)) if !config.data_dir.join("journal.generation").exists() => {
            report("journal", DeviceState::Starting, "", "it is made at the first start")
        }
        Err(error) => report("journal", DeviceState::Fault, &error.to_string(), "docs/technician.md, Mending"),
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
