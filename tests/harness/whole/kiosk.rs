//! The kiosk: the shipped binary on a display, its durable journal read from outside, its log as people would read it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use kiosk_wire::{Fact, Header};
use peers::specimen;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;

use crate::binaries::binary;
use crate::disk::SmallDisk;
use crate::smartcards::READER;
use crate::supervisor::{Process, Program, run};
use crate::wait::{PATIENCE, until};
use crate::{Context, Error, Result};

/// Where the devices of a kiosk are.
#[derive(Debug)]
pub struct Ports<'a> {
    /// Whether it has the PC/SC reader.
    pub pcsc: bool,
    /// A reader of resident ID cards on a serial line. Where there are both, it is the second.
    pub sam: Option<&'a Path>,
    /// A 24-way lock board.
    pub locker: &'a Path,
    /// The receipt printer, as the configuration names it.
    pub printer: &'a str,
    pub scanner: &'a Path,
    /// What it is, as the configuration names it.
    pub scanner_kind: &'a str,
}

/// One kiosk.
#[derive(Debug)]
pub struct Kiosk {
    program: PathBuf,
    folder: PathBuf,
    log: PathBuf,
    backend: String,
    disk: Option<SmallDisk>,
    window: (u16, u16),
    environment: Vec<(String, String)>,
    process: Option<Process>,
}

impl Kiosk {
    /// Writes a configuration into `folder` for the devices on `ports` and the backend at the address `backend`,
    /// trusting only `certificate` if there is one.
    pub fn create(
        folder: &Path,
        log: &Path,
        backend: &str,
        certificate: Option<&Path>,
        ports: &Ports<'_>,
    ) -> Result<Self> {
        fs::create_dir_all(folder).context(folder.display())?;
        let kiosk = Self {
            program: binary("kiosk")?,
            folder: folder.to_owned(),
            log: log.to_owned(),
            backend: backend.to_owned(),
            disk: None,
            window: (1080, 1920),
            environment: Vec::new(),
            process: None,
        };
        let trust = kiosk.folder.join("trust");
        fs::create_dir_all(&trust).context(trust.display())?;
        fs::write(trust.join("utopia-csca.cer"), specimen::AUTHORITY).context(trust.display())?;
        let ca_file = certificate.map(|path| format!("ca_file = \"{}\"\n", path.display())).unwrap_or_default();
        let mut cards = String::new();
        if ports.pcsc {
            cards += &format!(
                "[[card]]\nkind = \"pcsc\"\nreader = \"{READER}*\"\nresident_id = \"sam-block\"\n\
                 trust_list = \"{}\"\n\n",
                trust.display()
            );
        }
        if let Some(port) = ports.sam {
            cards += &format!("[[card]]\nkind = \"sdt\"\nport = \"{}\"\n\n", port.display());
        }
        let text = format!(
            "[kiosk]\ndata_dir = \"{data}\"\nplayer = []\n\n[backend]\nurl = \"{backend}\"\n{ca_file}\n\
             {cards}[locker]\nprotocol = \"xor24\"\nport = \"{port}\"\nclosed_bit = 1\n\n\
             [[locker.board]]\naddress = 1\nlocks = 24\nfirst_compartment = 1\n\
             sizes = {{ \"1-16\" = \"A4\", \"17-24\" = \"large\" }}\n\n\
             [printer]\nprotocol = \"escpos\"\nport = \"{printer}\"\n\n\
             [scanner]\nkind = \"{kind}\"\nport = \"{scanner}\"\n",
            data = kiosk.folder.join("data").display(),
            port = ports.locker.display(),
            printer = ports.printer,
            scanner = ports.scanner.display(),
            kind = ports.scanner_kind,
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
        let data = self.folder.join("data");
        self.disk.as_ref().map_or_else(|| data.clone(), |disk| disk.seen_from_outside(&data))
    }

    /// Puts its data on a disk of its own with so many bytes. Before it is enrolled.
    pub fn use_small_disk(&mut self, bytes: u64, log: &Path) -> Result<()> {
        let data = self.folder.join("data");
        fs::create_dir_all(&data).context(data.display())?;
        self.disk = Some(SmallDisk::mount(&data, bytes, log)?);
        Ok(())
    }

    /// Its own disk, if it was given one.
    pub fn disk(&self) -> Option<&SmallDisk> {
        self.disk.as_ref()
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
        let mut words = self.words();
        let mut command = Command::new(words.next().context("no program")?);
        command.args(words).args(args).arg("--config").arg(self.config());
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
        run(&format!("kiosk {}", args.join(" ")), &mut command, None)
    }

    /// What `kiosk doctor --json` says, also when not all is well.
    pub fn doctor(&self) -> Result<Value> {
        let mut words = self.words();
        let mut command = Command::new(words.next().context("no program")?);
        command.args(words).args(["doctor", "--json", "--config"]).arg(self.config());
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
        let output = command.output().context("kiosk doctor")?;
        serde_json::from_slice(&output.stdout).context(String::from_utf8_lossy(&output.stderr))
    }

    /// Enrols it with a one-time code.
    pub fn enrol(&self, code: &str) -> Result<()> {
        self.command(&["enrol", "--backend", &self.backend, "--code", code]).map(drop)
    }

    /// The program, entered through its disk's mount namespace if it has one.
    fn words(&self) -> impl Iterator<Item = std::ffi::OsString> {
        let inside = self.disk.as_ref().map(SmallDisk::enter).unwrap_or_default();
        inside.into_iter().map(Into::into).chain([self.program.clone().into_os_string()])
    }

    /// Starts it.
    pub fn start(&mut self) -> Result<()> {
        self.start_with(&[])
    }

    /// Starts it with more variables for this run only.
    pub fn start_with(&mut self, variables: &[(&str, &str)]) -> Result<()> {
        // A bare X server has no window manager that would make a window as large as the display.
        let window = format!("{}x{}", self.window.0, self.window.1);
        let mut words = self.words();
        let mut program = Program::new("kiosk", words.next().context("no program")?, &self.log)
            .args(words)
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

    /// How long it was from each showing of one page to the next showing of the other, as the log's times say.
    pub fn screen_times(&self, from: &str, to: &str) -> Vec<Duration> {
        let output = self.process.as_ref().map(Process::output).unwrap_or_default();
        let (mut times, mut since) = (Vec::new(), None);
        for line in output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let screen = line.pointer("/fields/screen").and_then(Value::as_str).unwrap_or_default();
            let at = line.get("timestamp").and_then(Value::as_str).and_then(time_of_day);
            if screen == from {
                since = at;
            } else if screen == to
                && let (Some(since), Some(at)) = (since.take(), at)
            {
                times.push(at.saturating_sub(since));
            }
        }
        times
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
        let (connection, _copy) = self.open_journal()?;
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

    /// The journal for reading. SQLite cannot open it through the path by which a disk of the kiosk's own is seen
    /// (it resolves the link that leads into the other namespace), so then a copy is read.
    fn open_journal(&self) -> Result<(Connection, Option<TempDir>)> {
        let mut folder = self.data();
        let mut copy = None;
        if self.disk.is_some() {
            let copied = TempDir::new().context("a copy of the journal")?;
            for file in ["journal.db", "journal.db-wal"] {
                let from = folder.join(file);
                if from.exists() {
                    fs::copy(&from, copied.path().join(file)).context(from.display())?;
                }
            }
            copied.path().clone_into(&mut folder);
            copy = Some(copied);
        }
        let path = folder.join("journal.db");
        // A copy's write-ahead log is read into it, which a read-only connection may not do.
        let flags = if copy.is_some() { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
        let connection = Connection::open_with_flags(&path, flags).context(path.display())?;
        connection.busy_timeout(Duration::from_secs(5)).context("the journal")?;
        Ok((connection, copy))
    }

    /// How far the backend has acknowledged the journal.
    pub fn acknowledged(&self) -> Result<u64> {
        let (connection, _copy) = self.open_journal()?;
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

/// The time of day in `2026-11-24T01:39:48.125958Z`.
fn time_of_day(timestamp: &str) -> Option<Duration> {
    let time = timestamp.split_once('T')?.1.trim_end_matches('Z');
    let mut parts = time.split(':');
    let (hours, minutes) = (parts.next()?.parse::<f64>().ok()?, parts.next()?.parse::<f64>().ok()?);
    let seconds = parts.next()?.parse::<f64>().ok()?;
    Some(Duration::from_secs_f64(hours * 3600.0 + minutes * 60.0 + seconds))
}

/// One journal entry as far as anyone may read it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its position.
    pub seq: u64,
    pub header: Header,
}
