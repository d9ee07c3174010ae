//! Child processes that never outlive the harness.
//!
//! Each child leads a process group of its own, writes to a log file, and is killed by the kernel if the harness dies
//! without having the time to do it (`PR_SET_PDEATHSIG`, through `setpriv` of util-linux).

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Sender};
use std::sync::{OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::wait::{PATIENCE, until};
use crate::{Context, Error, Result};

/// One program to start.
#[derive(Debug)]
pub struct Program {
    name: String,
    command: Command,
    log: PathBuf,
}

impl Program {
    /// `program`, known as `name` in errors, writing both its outputs to `log` (appended).
    pub fn new(name: &str, program: impl AsRef<Path>, log: &Path) -> Self {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program.as_ref()).stdin(Stdio::null());
        Self { name: name.to_owned(), command, log: log.to_owned() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<std::ffi::OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn env(mut self, key: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Starts it.
    pub fn start(mut self) -> Result<Process> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .context(format!("the log file {}", self.log.display()))?;
        let offset = log.metadata().map(|meta| meta.len()).unwrap_or(0);
        self.command.stderr(log.try_clone().context("the log file")?).stdout(log);
        std::os::unix::process::CommandExt::process_group(&mut self.command, 0);
        let child = spawn(self.command).context(format!("{} could not be started", self.name))?;
        Ok(Process { name: self.name, child, log: self.log, offset, ended: None })
    }
}

/// Starts `command` from a thread that lives as long as the harness: a child's death signal is tied to the thread that
/// made it, not to the process.
fn spawn(command: Command) -> std::io::Result<Child> {
    type Order = (Command, Sender<std::io::Result<Child>>);
    static SPAWNER: OnceLock<std::sync::Mutex<Sender<Order>>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (orders, inbox) = mpsc::channel::<Order>();
        thread::spawn(move || {
            for (mut command, answer) in inbox {
                // The asker waits below; if it is gone there is nobody to tell.
                let _gone = answer.send(command.spawn());
            }
        });
        std::sync::Mutex::new(orders)
    });
    let (answer, result) = mpsc::channel();
    let gone = || std::io::Error::other("the spawner thread is gone");
    spawner.lock().unwrap_or_else(PoisonError::into_inner).send((command, answer)).map_err(|_| gone())?;
    result.recv().map_err(|_| gone())?
}

/// A running program. Dropping it kills its whole process group.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    offset: u64,
    ended: Option<ExitStatus>,
}

impl Process {
    /// Its process id, which is its group's id too.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has written since it was started.
    pub fn output(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        let from = usize::try_from(self.offset).unwrap_or(0).min(bytes.len());
        String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned()
    }

    /// Its log file.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.ended().is_none()
    }

    /// Waits until its output satisfies `probe`, failing early with the output when it ends before.
    pub fn wait_for_output<T>(&mut self, what: &str, mut probe: impl FnMut(&str) -> Option<T>) -> Result<T> {
        let found = until(what, PATIENCE, || {
            let output = self.output();
            if let Some(found) = probe(&output) {
                return Some(Ok(found));
            }
            self.ended().map(|status| Err(Error::new(format!("{} ended ({status}) before {what}", self.name))))
        });
        found.and_then(|inner| inner).map_err(|error| Error::new(format!("{error}\n{}", self.tail())))
    }

    /// Sends a signal to its whole group.
    pub fn signal(&self, signal: Signal) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            // A group that has already gone needs no signal.
            let _gone = killpg(Pid::from_raw(pid), signal);
        }
    }

    /// Kills it at once, as a power failure would, and waits until it is gone.
    pub fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        // Waiting can only fail when the child was reaped before.
        if let Ok(status) = self.child.wait() {
            self.ended.get_or_insert(status);
        }
    }

    /// Asks it to end and waits; kills it when it does not.
    pub fn stop(&mut self, patience: Duration) -> Option<ExitStatus> {
        self.signal(Signal::SIGTERM);
        if until("the process to end", patience, || self.ended()).is_err() {
            self.kill();
        }
        self.ended
    }

    /// Waits until it ends by itself.
    pub fn wait_ended(&mut self, limit: Duration) -> Result<ExitStatus> {
        let what = format!("{} to end", self.name);
        until(&what, limit, || self.ended()).map_err(|error| Error::new(format!("{error}\n{}", self.tail())))
    }

    /// The last lines of its output, for an error.
    pub fn tail(&self) -> String {
        let output = self.output();
        let lines: Vec<_> = output.lines().collect();
        let from = lines.len().saturating_sub(25);
        format!("--- {} ({}) ---\n{}", self.name, self.log.display(), lines.get(from..).unwrap_or_default().join("\n"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.runs() {
            self.kill();
        } else {
            // What it left behind in its group goes too.
            self.signal(Signal::SIGKILL);
        }
    }
}

/// Runs a program to its end and hands back what it wrote to standard output. `input` becomes its standard input.
pub fn run(name: &str, command: &mut Command, input: Option<&str>) -> Result<String> {
    use std::io::Write as _;
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context(format!("{name} could not be started"))?;
    if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
        stdin.write_all(text.as_bytes()).context(format!("{name} took no input"))?;
    }
    let output = child.wait_with_output().context(name)?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let how = output.status.code().map_or_else(
        || format!("signal {}", output.status.signal().unwrap_or_default()),
        |code| format!("exit code {code}"),
    );
    Err(Error::new(format!("{name} failed with {how}: {stdout}{}", String::from_utf8_lossy(&output.stderr))))
}
