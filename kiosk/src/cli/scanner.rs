//! `kiosk scanner`.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use clap::Subcommand;
use hardware::DeviceStatus;
use hardware::scanner::{Code, ScannerEvent};
use serde_json::json;

use super::output::{Exit, Failure, say, say_json};
use crate::config::Config;
use crate::papers::TEST_CODE;
use crate::{devices, files};

#[derive(Debug, Subcommand)]
pub(super) enum Scanner {
    /// Say how the next code arrives. Hold the one that `kiosk printer test` prints before it: it has the characters that
    /// a scanner set to another keyboard layout gets wrong.
    Read {
        /// How long to wait for a code, in seconds.
        #[arg(long, default_value_t = 15)]
        wait_s: u64,
        /// Show the code's text.
        #[arg(long)]
        unmasked: bool,
    },
}

impl Scanner {
    pub(super) fn run(self, config: &Config, json: bool) -> Result<Exit, Failure> {
        let Self::Read { wait_s, unmasked } = self;
        let Some(scanner) = &config.scanner else {
            return Err(Failure::new(Exit::Usage, "there is no [scanner] in the configuration; docs/technician.md"));
        };
        // One owner: codes would go to the running kiosk as well.
        if config.data_dir.exists() && files::lock_folder(&config.data_dir)?.is_none() {
            let text = "the kiosk is running and holds the scanner: kiosk doctor says how it stands";
            return Err(Failure::new(Exit::InUse, text));
        }
        let (sender, events) = channel();
        let _handle =
            hardware::scanner::Scanner::spawn(devices::scanner(scanner), move |event| drop(sender.send(event)));
        tell(&next(&events, Duration::from_secs(wait_s))?, unmasked, json)
    }
}

fn next(events: &Receiver<ScannerEvent>, wait: Duration) -> Result<Code, Failure> {
    let deadline = Instant::now() + wait;
    let mut state = DeviceStatus::Starting;
    while let Ok(event) = events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        match event {
            ScannerEvent::State(status) => state = status,
            ScannerEvent::Scanned(code) => return Ok(code),
        }
    }
    let text = match state.fault() {
        Some(fault) => format!("{fault}; {}", fault.what_to_do()),
        None => format!("no code within {} s; scanner: {state}", wait.as_secs()),
    };
    Err(Failure::new(Exit::NoAnswer, text))
}

fn tell(code: &Code, unmasked: bool, json: bool) -> Result<Exit, Failure> {
    let text = code.expose();
    let length = text.chars().count();
    let ours = text == TEST_CODE;
    // Its first letters lie on the same keys in nearly every layout.
    if !ours && text.starts_with("kiosk") {
        let text = "the code of the test page arrives with other characters: set the scanner to the American keyboard \
                    layout; docs/hardware.md";
        return Err(Failure::new(Exit::Wrong, text));
    }
    let shown = (unmasked || ours).then_some(text);
    if json {
        say_json(&json!({ "characters": length, "test_page": ours, "text": shown }))?;
    } else if ours {
        say(format!("the code of the test page, {length} characters, as printed"));
    } else {
        say(format!("a code of {length} characters{}", shown.map(|text| format!(": {text}")).unwrap_or_default()));
    }
    Ok(Exit::Well)
}
