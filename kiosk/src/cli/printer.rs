//! `kiosk printer`.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use clap::Subcommand;
use hardware::DeviceStatus;
use hardware::printer::{PrintOutcome, PrinterEvent};
use serde_json::json;

use super::output::{Exit, Failure, say, say_json};
use crate::config::Config;
use crate::{devices, files, papers};

/// How long the printer may take to say how it stands; one that never answers is known as such after half a second.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a paper may take.
const PRINTING: Duration = Duration::from_secs(40);

#[derive(Debug, Subcommand)]
pub(super) enum Printer {
    /// Print a page with every size, characters that no ROM has, a QR code and a cut.
    Test,
    /// Say how the printer stands.
    Status,
}

impl Printer {
    pub(super) fn run(self, config: &Config, json: bool) -> Result<Exit, Failure> {
        let Some(printer) = &config.printer else {
            return Err(Failure::new(Exit::Usage, "there is no [printer] in the configuration; docs/technician.md"));
        };
        // One owner: the running kiosk holds the port.
        if config.data_dir.exists() && files::lock_folder(&config.data_dir)?.is_none() {
            let text = "the kiosk is running and holds the printer: kiosk doctor says how it stands";
            return Err(Failure::new(Exit::InUse, text));
        }
        let (sender, events) = channel();
        let handle =
            hardware::printer::Printer::spawn(devices::printer(printer), move |event| drop(sender.send(event)));
        let status = status(&events);
        match self {
            Self::Status => tell_status(&status, json),
            Self::Test => {
                let now = jiff::Timestamp::from_millisecond(crate::clock::wall_ms())
                    .map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
                    .unwrap_or_default();
                let page = papers::test_page(printer.width, &now);
                handle.print(1, page).map_err(|error| Failure::new(Exit::Wrong, error.to_string()))?;
                tell_outcome(outcome(&events), json)
            }
        }
    }
}

/// The first state after the start.
fn status(events: &Receiver<PrinterEvent>) -> DeviceStatus {
    let deadline = Instant::now() + PATIENCE;
    while let Ok(event) = events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        match event {
            PrinterEvent::State(DeviceStatus::Starting) | PrinterEvent::Done { .. } => {}
            PrinterEvent::State(status) => return status,
        }
    }
    DeviceStatus::Starting
}

fn outcome(events: &Receiver<PrinterEvent>) -> Option<PrintOutcome> {
    let deadline = Instant::now() + PRINTING;
    while let Ok(event) = events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        if let PrinterEvent::Done { outcome, .. } = event {
            return Some(outcome);
        }
    }
    None
}

fn tell_status(status: &DeviceStatus, json: bool) -> Result<Exit, Failure> {
    let (error, advice) = status.fault().map(|fault| (fault.to_string(), fault.what_to_do())).unwrap_or_default();
    if json {
        say_json(&json!({ "state": status.code(), "prints": prints(status), "error": error, "advice": advice }))?;
    } else {
        say(format!("printer: {status}"));
        if !advice.is_empty() {
            say(format!("-> {advice}"));
        }
    }
    Ok(match status {
        DeviceStatus::Ready => Exit::Well,
        DeviceStatus::Degraded(_) => Exit::Wrong,
        DeviceStatus::Down(fault) if fault.is_told_by_device() => Exit::Wrong,
        DeviceStatus::Starting | DeviceStatus::Down(_) => Exit::NoAnswer,
    })
}

fn prints(status: &DeviceStatus) -> bool {
    matches!(status, DeviceStatus::Ready | DeviceStatus::Degraded(_))
}

fn tell_outcome(outcome: Option<PrintOutcome>, json: bool) -> Result<Exit, Failure> {
    let (word, text, exit) = match &outcome {
        Some(PrintOutcome::Printed) => {
            ("printed", "printed; compare the page with docs/hardware.md".into(), Exit::Well)
        }
        Some(PrintOutcome::Sent) => ("sent", "sent; this printer does not say whether it printed".into(), Exit::Well),
        Some(PrintOutcome::Failed(fault)) => {
            let exit = if fault.is_told_by_device() { Exit::Wrong } else { Exit::NoAnswer };
            ("failed", format!("not printed: {fault}; {}", fault.what_to_do()), exit)
        }
        None => ("failed", "not printed: the printer's thread says nothing".into(), Exit::NoAnswer),
    };
    if json {
        say_json(&json!({ "outcome": word, "text": text }))?;
    } else {
        say(text);
    }
    Ok(exit)
}
