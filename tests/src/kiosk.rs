//! The kiosk: the shipped binary on a display, its durable journal read from outside, its log as people would read it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use kiosk_wire::{Fact, Header};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::binaries::binary;
use crate::smartcards::READER;
use crate::supervisor::{Process, Program, run};
use crate::wait::{PATIENCE, until};
use crate::{Context, Error, Result};

/// One kiosk.
#[derive(Debug)]
pub struct Kiosk {
    program: PathBuf,
    folder: PathBuf,
    log: PathBuf,
    backend: SocketAddr,
    window: (u16, u16),
    environment: Vec<(String, String)>,
    process: Option<Process>,
}

impl Kiosk {
    /// Writes a configuration into `folder` for a 24-way board on `port` and the backend at `backend`.
    pub fn create(folder: &Path, log: &Path, backend: SocketAddr, port: &Path, more: &str) -> Result<Self> {
        fs::create_dir_all(folder).context(folder.display())?;
        let kiosk = Self {
            program: binary("kiosk")?,
            folder: folder.to_owned(),
            log: log.to_owned(),
            backend,
            window: (1080, 1920),
            environment: Vec::new(),
            process: None,
        };
        let text = format!(
            "[kiosk]\ndata_dir = \"{data}\"\n\n[backend]\nurl = \"http://{backend}\"\n\n\
             [[card]]\nkind = \"pcsc\"\nreader = \"{READER}*\"\nresident_id = \"sam-block\"\n\n\
             [locker]\nprotocol = \"xor24\"\nport = \"{port}\"\nclosed_bit = 1\n\n\
             [[locker.board]]\naddress = 1\nlocks = 24\nfirst_compartment = 1\n\
             sizes = {{ \"1-16\" = \"A4\", \"17-24\" = \"large\" }}\n{more}",
            data = kiosk.data().display(),
            port = port.display(),
        );
        fs::write(kiosk.config(), text).context("kiosk.toml")?;
        Ok(kiosk)
    }

    /// Its configuration file.
    pub fn config(&self) -> PathBuf {
        self.folder.join("kiosk.toml")
    }

    /// Where its journal and keys are.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Sets a variable for all runs from now on.
    pub fn set_env(&mut self, key: &str, value: impl Into<String>) {
        self.environment.retain(|(known, _)| known != key);
        self.environment.push((key.to_owned(), value.into()));
    }

    /// Sets the size of its window.
    pub fn set_window(&mut self, size: (u16, u16)) {
        self.window = size;
    }

    /// Runs one of its commands.
    pub fn command(&self, args: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.program);
        command.args(args).arg("--config").arg(self.config());
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
        run(&format!("kiosk {}", args.join(" ")), &mut command, None)
    }

    /// Enrols it with a one-time code.
    pub fn enrol(&self, code: &str) -> Result<()> {
        let url = format!("http://{}", self.backend);
        self.command(&["enrol", "--backend", &url, "--code", code]).map(drop)
    }

    /// Starts it.
    pub fn start(&mut self) -> Result<()> {
        self.start_with(&[])
    }

    /// Starts it with more variables for this run only.
    pub fn start_with(&mut self, variables: &[(&str, &str)]) -> Result<()> {
        // A bare X server has no window manager that would make a window as large as the display.
        let window = format!("{}x{}", self.window.0, self.window.1);
        let mut program = Program::new("kiosk", &self.program, &self.log)
            .args(["run", "--window", &window, "--config"])
            .arg(self.config());
        for (key, value) in &self.environment {
            program = program.env(key, value);
        }
        for (key, value) in variables {
            program = program.env(key, value);
        }
        self.process = Some(program.start()?);
        Ok(())
    }

    /// Whether it runs.
    pub fn runs(&mut self) -> bool {
        self.process.as_mut().is_some_and(Process::runs)
    }

    /// Its process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::pid)
    }

    /// Kills it at once, as a power failure would.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Ends it in good order.
    pub fn stop(&mut self) -> Option<ExitStatus> {
        self.process.take().and_then(|mut process| process.stop(Duration::from_secs(10)))
    }

    /// Waits until it ends by itself (a fail point).
    pub fn wait_ended(&mut self, limit: Duration) -> Result<()> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        process.wait_ended(limit).map(drop)
    }

    /// The log lines of this run that are events named `message`.
    pub fn events(&self, message: &str) -> Vec<Value> {
        let output = self.process.as_ref().map(Process::output).unwrap_or_default();
        let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let fields = lines.filter_map(|mut line| {
            let nested = line.get_mut("fields").map(Value::take);
            nested.or(Some(line))
        });
        fields.filter(|fields| fields.get("message").and_then(Value::as_str) == Some(message)).collect()
    }

    /// The pages shown in this run, in order.
    pub fn screens(&self) -> Vec<String> {
        let name = |event: &Value| event.get("screen").and_then(Value::as_str).map(str::to_owned);
        self.events("screen").iter().filter_map(name).collect()
    }

    /// The page shown now; empty before the first.
    pub fn screen(&self) -> String {
        self.screens().pop().unwrap_or_default()
    }

    /// Waits until one of these pages is shown, and says which.
    pub fn wait_screen(&mut self, pages: &[&str]) -> Result<String> {
        let what = format!("the kiosk to show {}", pages.join(" or "));
        let found = until(&what, PATIENCE, || {
            let screen = self.screen();
            if pages.contains(&screen.as_str()) {
                return Some(Ok(screen));
            }
            (!self.runs()).then(|| Err(Error::new("the kiosk ended")))
        });
        found.and_then(|inner| inner).map_err(|error| self.told(&error))
    }

    /// Waits until the kiosk says of this part that it is in this state (as `doctor` and the heartbeat name both).
    pub fn wait_device(&self, part: &str, state: &str) -> Result<()> {
        let what = format!("the kiosk to say that its {part} is {state}");
        until(&what, PATIENCE, || {
            let text = |event: &Value, key: &str| event.get(key).and_then(Value::as_str).map(str::to_owned);
            let mut found =
                self.events("device").into_iter().filter(|event| text(event, "part").as_deref() == Some(part));
            (text(&found.next_back()?, "state")?.eq_ignore_ascii_case(state)).then_some(())
        })
        .map_err(|error| self.told(&error))
    }

    /// Adds to an error what the kiosk wrote last.
    pub fn told(&self, error: &Error) -> Error {
        let tail = self.process.as_ref().map(Process::tail).unwrap_or_default();
        Error::new(format!("{error} (it shows {:?})\n{tail}", self.screen()))
    }

    /// Its journal's entries, oldest first.
    pub fn journal(&self) -> Result<Vec<Entry>> {
        let path = self.data().join("journal.db");
        let connection =
            Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).context(path.display())?;
        connection.busy_timeout(Duration::from_secs(5)).context("the journal")?;
        let mut statement =
            connection.prepare("SELECT seq, header FROM entries ORDER BY seq").context("the journal's entries")?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
            .context("the journal's entries")?;
        rows.map(|row| {
            let (seq, header) = row.context("a journal entry")?;
            let header: Header = serde_json::from_str(&header).context(&header)?;
            Ok(Entry { seq: u64::try_from(seq).unwrap_or(0), header })
        })
        .collect()
    }

    /// How far the backend has acknowledged the journal.
    pub fn acknowledged(&self) -> Result<u64> {
        let path = self.data().join("journal.db");
        let connection =
            Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).context(path.display())?;
        connection.busy_timeout(Duration::from_secs(5)).context("the journal")?;
        let through: Option<i64> =
            connection.query_row("SELECT max(through) FROM delivery", [], |row| row.get(0)).context("delivery")?;
        Ok(u64::try_from(through.unwrap_or(0)).unwrap_or(0))
    }

    /// Waits for an entry that `wanted` picks out, at position `from` or later.
    pub fn wait_fact<T>(&self, what: &str, from: u64, mut wanted: impl FnMut(&Fact) -> Option<T>) -> Result<T> {
        until(what, PATIENCE, || {
            let entries = self.journal().ok()?;
            entries.iter().filter(|entry| entry.seq >= from).find_map(|entry| wanted(&entry.header.fact))
        })
        .map_err(|error| self.told(&error))
    }

    /// Waits until everything in the journal is acknowledged.
    pub fn wait_synced(&self) -> Result<()> {
        until("the journal to be acknowledged", PATIENCE, || {
            let head = self.journal().ok()?.last()?.seq;
            (self.acknowledged().ok()? >= head).then_some(())
        })
        .map_err(|error| self.told(&error))
    }
}

/// One journal entry as far as anyone may read it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its position.
    pub seq: u64,
    /// When and what.
    pub header: Header,
}
