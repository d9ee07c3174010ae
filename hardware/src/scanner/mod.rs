//! QR and barcode scanners: on a serial port (also those that are one over USB), or as a keyboard.
//!
//! A scanner sends what it read as text, usually with a carriage return at the end; a pause ends a code as well. One
//! that is a keyboard is read by its reports, and types nothing into the screen (`keyboard`).

mod keyboard;
mod lines;

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serialport::{FlowControl, SerialPort};
use zeroize::{Zeroize, Zeroizing};

use crate::port::open_serial;
use crate::{DeviceStatus, Fault, Pulse};
use keyboard::Keyboard;
pub use keyboard::{Keys, REPORT};
pub use lines::Lines;

/// A pause that ends a code, where no carriage return does.
const PAUSE: Duration = Duration::from_millis(150);
/// How soon the thread sees that it is to end.
const WAIT: Duration = Duration::from_millis(50);

/// What a scanner read. Never shown by `Debug`: it may entitle to something.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(Zeroizing<String>);

impl Code {
    /// A code: printable ASCII.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Code({} characters)", self.0.len())
    }
}

/// What the scanner's thread reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScannerEvent {
    /// The state changed.
    State(DeviceStatus),
    /// A code was read.
    Scanned(Code),
}

/// What a scanner is to the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// A serial port.
    Serial {
        /// Baud rate; scanners are delivered with 9600 or 115200, and those on USB take any.
        baud: u32,
    },
    /// A keyboard with American layout, whose reports come through a file `/dev/hidrawN`.
    Keyboard,
}

/// How a scanner is connected.
#[derive(Clone, Debug)]
pub struct ScannerConfig {
    /// The device file; of a serial port best a path under `/dev/serial/by-path/`, of a keyboard the link that a rule for
    /// udev makes.
    pub port: PathBuf,
    pub link: Link,
    /// First wait before a lost port is opened again; doubles up to `reopen_max`, for ever.
    pub reopen_first: Duration,
    /// Longest wait before a lost port is opened again.
    pub reopen_max: Duration,
}

impl ScannerConfig {
    /// The usual times.
    pub fn new(port: impl Into<PathBuf>, link: Link) -> Self {
        Self { port: port.into(), link, reopen_first: Duration::from_millis(250), reopen_max: Duration::from_secs(4) }
    }
}

/// Starts the owner thread of a scanner.
#[derive(Debug)]
pub struct Scanner;

impl Scanner {
    /// Starts the thread that owns the port. It calls `sink` for each [`ScannerEvent`], and opens the port again for
    /// ever when it is missing or lost.
    pub fn spawn(config: ScannerConfig, sink: impl FnMut(ScannerEvent) + Send + 'static) -> ScannerHandle {
        let stop = Arc::new(AtomicBool::new(false));
        let pulse = Pulse::default();
        let (theirs, beating) = (Arc::clone(&stop), pulse.clone());
        let thread = std::thread::spawn(move || run(&config, sink, &theirs, &beating));
        ScannerHandle { stop, pulse, thread: Some(thread) }
    }
}

/// Ends the owner thread when dropped.
#[derive(Debug)]
pub struct ScannerHandle {
    stop: Arc<AtomicBool>,
    pulse: Pulse,
    thread: Option<JoinHandle<()>>,
}

impl ScannerHandle {
    /// Of the owner thread.
    pub fn pulse(&self) -> Pulse {
        self.pulse.clone()
    }
}

impl Drop for ScannerHandle {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the scanner's thread ended by a panic");
        }
    }
}

fn run(config: &ScannerConfig, mut sink: impl FnMut(ScannerEvent), stop: &AtomicBool, pulse: &Pulse) {
    let mut told = None;
    let mut tell = |status: DeviceStatus, sink: &mut dyn FnMut(ScannerEvent)| {
        if told.as_ref() != Some(&status) {
            tracing::info!(code = status.code(), "scanner on {}: {status}", config.port.display());
            told = Some(status.clone());
            sink(ScannerEvent::State(status));
        }
    };
    tell(DeviceStatus::Starting, &mut sink);
    let mut wait = config.reopen_first;
    while !stop.load(Ordering::Relaxed) {
        pulse.beat();
        let fault = match open(config) {
            Ok((source, standing)) => {
                wait = config.reopen_first;
                tell(standing.clone(), &mut sink);
                match listen(source, &config.port, (stop, pulse), |heard| match heard {
                    Heard::Code(code) => {
                        tell(standing.clone(), &mut sink);
                        sink(ScannerEvent::Scanned(code));
                    }
                    Heard::Nonsense(fault) => tell(DeviceStatus::Degraded(fault), &mut sink),
                }) {
                    Ok(()) => return,
                    Err(fault) => fault,
                }
            }
            Err(fault) => fault,
        };
        tell(DeviceStatus::Down(fault), &mut sink);
        let until = Instant::now() + wait;
        while Instant::now() < until && !stop.load(Ordering::Relaxed) {
            std::thread::sleep(WAIT.min(until.saturating_duration_since(Instant::now())));
        }
        wait = (wait * 2).min(config.reopen_max);
    }
}

/// Opens the device: what it sends as text, and how it stands while that goes well.
fn open(config: &ScannerConfig) -> Result<(Box<dyn Read>, DeviceStatus), Fault> {
    let path = &config.port;
    match config.link {
        Link::Serial { baud } => {
            let mut port = open_serial(path, baud, FlowControl::None)?;
            port.set_timeout(WAIT).map_err(|error| lost(path, &error.into()))?;
            Ok((Box::new(port), DeviceStatus::Ready))
        }
        Link::Keyboard => {
            let keyboard = Keyboard::open(path, WAIT)?;
            let standing = if keyboard::types_elsewhere(Path::new("/sys"), path) {
                DeviceStatus::Degraded(Fault::ScannerTypes { port: path.to_string_lossy().into_owned() })
            } else {
                DeviceStatus::Ready
            };
            Ok((Box::new(keyboard), standing))
        }
    }
}

fn lost(path: &Path, error: &std::io::Error) -> Fault {
    Fault::PortLost { port: path.to_string_lossy().into_owned(), detail: error.to_string() }
}

/// What came from a scanner.
enum Heard {
    Code(Code),
    /// Something that is no text.
    Nonsense(Fault),
}

/// Reads until told to stop.
fn listen(
    mut source: impl Read,
    path: &Path,
    (stop, pulse): (&AtomicBool, &Pulse),
    mut heard: impl FnMut(Heard),
) -> Result<(), Fault> {
    let mut lines = Lines::default();
    let mut heard_at = Instant::now();
    let mut buffer = [0; 256];
    while !stop.load(Ordering::Relaxed) {
        pulse.beat();
        match source.read(&mut buffer) {
            Ok(0) => return Err(lost(path, &ErrorKind::UnexpectedEof.into())),
            Ok(count) => {
                heard_at = Instant::now();
                lines.take(buffer.get(..count).unwrap_or_default(), |code| heard(Heard::Code(code)));
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted | ErrorKind::WouldBlock) =>
            {
                if heard_at.elapsed() >= PAUSE {
                    lines.end(|code| heard(Heard::Code(code)));
                }
            }
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                let port = path.to_string_lossy().into_owned();
                heard(Heard::Nonsense(Fault::ScannerGarbled { port, detail: error.to_string() }));
            }
            Err(error) => return Err(lost(path, &error)),
        }
        buffer.zeroize();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_never_shown_by_debug() {
        assert_eq!(format!("{:?}", ScannerEvent::Scanned(Code::new("0112345678"))), "Scanned(Code(10 characters))");
    }
}
