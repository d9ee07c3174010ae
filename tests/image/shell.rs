//! A shell of the machine, which only the test's own boot entry starts.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use e2e::wait::until;
use e2e::{Context, Error, Result};

/// What the test's boot entry says beside what the shipped one says: `systemd-run-generator(8)` makes a unit of one
/// command, and that command leaves a shell on the first serial line. The generator would have its own target started,
/// which the image's default target in /etc overrules; hence `systemd.wants=`. Without the two actions the machine would be
/// switched off when the command has ended. (The image masks the unit behind
/// `systemd.debug_shell=`.)
pub(crate) const WORDS: &str = "console=ttyS0 \
     systemd.run=\"/usr/bin/systemd-run --unit=test-shell -p StandardInput=tty -p StandardOutput=tty -p StandardError=tty \
     -p TTYPath=/dev/ttyS0 /bin/sh -c 'echo THE-SHELL-IS-THERE; exec /bin/sh'\" systemd.run_success_action=none systemd.run_failure_action=none \
     systemd.wants=kernel-command-line.service";

/// The shell behind the first serial line.
#[derive(Debug)]
pub(crate) struct Shell {
    line: UnixStream,
    heard: Arc<Mutex<String>>,
    asked: u32,
    starts: usize,
}

/// What the machine says once its shell listens. Nothing may be typed before: firmware and boot menu would take it.
const THERE: &str = "THE-SHELL-IS-THERE";

impl Shell {
    pub(crate) fn connect(socket: &Path) -> Result<Self> {
        let connect = || UnixStream::connect(socket).ok();
        let line = until("the machine's serial line", Duration::from_secs(30), connect)?;
        let mut reader = line.try_clone().context("the serial line")?;
        let heard = Arc::new(Mutex::new(String::new()));
        let theirs = Arc::clone(&heard);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let text = String::from_utf8_lossy(bytes.get(..count).unwrap_or_default()).into_owned();
                theirs.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
            }
        });
        Ok(Self { line, heard, asked: 0, starts: 0 })
    }

    /// Types a command whose answer nobody waits for.
    pub(crate) fn send(&mut self, command: &str) -> Result<()> {
        self.line.write_all(format!("\n{command}\n").as_bytes()).context("the serial line")
    }

    fn heard(&self) -> String {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until the machine has started once more.
    pub(crate) fn wait_start(&mut self, limit: Duration) -> Result<()> {
        let before = self.starts;
        let told = until("the machine to start", limit, || {
            let starts = self.heard().matches(THERE).count();
            (starts > before).then_some(starts)
        });
        self.starts = told.map_err(|error| Error::new(format!("{error}; {}", self.tail())))?;
        Ok(())
    }

    /// Runs a command and says what it wrote.
    pub(crate) fn run(&mut self, command: &str, limit: Duration) -> Result<String> {
        self.asked += 1;
        let mark = format!("END{}OF", self.asked);
        // Typed apart, so that the echo of the command is not taken for its end.
        let typed = format!("\n{{ {command}; }} 2>&1 | sed 's/^/OUT:/'; echo END'{}'OF\n", self.asked);
        let from = self.heard().len();
        self.line.write_all(typed.as_bytes()).context("the serial line")?;
        until(&format!("the machine to run {command:?}"), limit, || {
            let heard = self.heard();
            let answer = heard.get(from..)?;
            let (answer, _) = answer.split_once(&mark)?;
            let lines = answer.lines().filter_map(|line| line.split_once("OUT:").map(|(_, text)| text.trim_end()));
            // Its own echo has the mark of the lines, too.
            Some(lines.filter(|line| !line.starts_with("/'; echo")).collect::<Vec<_>>().join("\n"))
        })
        .map_err(|error| Error::new(format!("{error}; {}", self.tail())))
    }

    /// The last that was heard.
    pub(crate) fn tail(&self) -> String {
        let heard = self.heard();
        let lines: Vec<_> = heard.lines().collect();
        format!(
            "the last that was heard:\n{}",
            lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n")
        )
    }
}
