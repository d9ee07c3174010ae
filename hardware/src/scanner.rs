//! QR and barcode scanners on a serial port (also those that are one over USB).
//!
//! A scanner sends what it read as text, usually with a carriage return at the end; a pause ends a code as well.
//! Scanners that type like a keyboard are not driven: their keys would go to whatever has the focus, in whatever
//! keyboard layout, and nothing tells them from a hand. Nearly all of them become a serial port by scanning one code of
//! their manual ("USB virtual COM").

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serialport::{FlowControl, SerialPort, TTYPort};
use zeroize::{Zeroize, Zeroizing};

use crate::port::open_serial;
use crate::{DeviceStatus, Fault};

/// Longest code that is taken, in bytes. A QR code of receipts has some twenty.
const LONGEST: usize = 512;
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

/// How a scanner is connected.
#[derive(Clone, Debug)]
pub struct ScannerConfig {
    /// Serial port; best a path under `/dev/serial/by-path/`.
    pub port: PathBuf,
    /// Baud rate; scanners are delivered with 9600 or 115200, and those on USB take any.
    pub baud: u32,
    /// First wait before a lost port is opened again; doubles up to `reopen_max`, for ever.
    pub reopen_first: Duration,
    /// Longest wait before a lost port is opened again.
    pub reopen_max: Duration,
}

impl ScannerConfig {
    /// 9600 baud and the usual times.
    pub fn new(port: impl Into<PathBuf>) -> Self {
        Self {
            port: port.into(),
            baud: 9_600,
            reopen_first: Duration::from_millis(250),
            reopen_max: Duration::from_secs(4),
        }
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
        let theirs = Arc::clone(&stop);
        let thread = std::thread::spawn(move || run(&config, sink, &theirs));
        ScannerHandle { stop, thread: Some(thread) }
    }
}

/// Ends the owner thread when dropped.
#[derive(Debug)]
pub struct ScannerHandle {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
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

fn run(config: &ScannerConfig, mut sink: impl FnMut(ScannerEvent), stop: &AtomicBool) {
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
        let fault = match open_serial(&config.port, config.baud, FlowControl::None) {
            Ok(port) => {
                wait = config.reopen_first;
                tell(DeviceStatus::Ready, &mut sink);
                match listen(port, &config.port, stop, &mut sink) {
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

/// Reads until told to stop.
fn listen(mut port: TTYPort, path: &Path, stop: &AtomicBool, sink: &mut impl FnMut(ScannerEvent)) -> Result<(), Fault> {
    let lost = |error: &std::io::Error| Fault::PortLost {
        port: path.to_string_lossy().into_owned(),
        detail: error.to_string(),
    };
    port.set_timeout(WAIT).map_err(|error| lost(&error.into()))?;
    let mut lines = Lines::default();
    let mut heard_at = Instant::now();
    let mut buffer = [0; 256];
    while !stop.load(Ordering::Relaxed) {
        match port.read(&mut buffer) {
            Ok(0) => return Err(lost(&ErrorKind::UnexpectedEof.into())),
            Ok(count) => {
                heard_at = Instant::now();
                lines.take(buffer.get(..count).unwrap_or_default(), |code| sink(ScannerEvent::Scanned(code)));
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted | ErrorKind::WouldBlock) =>
            {
                if heard_at.elapsed() >= PAUSE {
                    lines.end(|code| sink(ScannerEvent::Scanned(code)));
                }
            }
            Err(error) => return Err(lost(&error)),
        }
        buffer.zeroize();
    }
    Ok(())
}

/// Cuts a stream of bytes into codes. Pure.
pub(crate) struct Lines {
    /// Never grows: what it had grown out of would stay in memory.
    bytes: Zeroizing<Vec<u8>>,
    /// Too long, or not ASCII: dropped up to its end.
    spoilt: bool,
}

impl Default for Lines {
    fn default() -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(LONGEST)), spoilt: false }
    }
}

impl Lines {
    pub(crate) fn take(&mut self, mut bytes: &[u8], mut found: impl FnMut(Code)) {
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            let (code, rest) = bytes.split_at(end);
            self.add(code);
            self.end(&mut found);
            bytes = rest.get(1..).unwrap_or_default();
        }
        self.add(bytes);
    }

    fn add(&mut self, part: &[u8]) {
        let fits = self.bytes.len() + part.len() <= LONGEST && part.iter().all(|byte| matches!(byte, b' '..=b'~'));
        self.spoilt |= !fits;
        if !self.spoilt {
            self.bytes.extend_from_slice(part);
        }
    }

    pub(crate) fn end(&mut self, found: impl FnOnce(Code)) {
        if self.spoilt {
            tracing::info!("a scanned code is too long or no ASCII text; not taken");
        } else {
            let text = String::from_utf8_lossy(&self.bytes).trim().to_owned();
            if !text.is_empty() {
                found(Code::new(text));
            }
        }
        self.bytes.zeroize();
        self.spoilt = false;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(bytes: &[u8]) -> Vec<String> {
        let mut lines = Lines::default();
        let mut codes = Vec::new();
        lines.take(bytes, |code| codes.push(code.expose().to_owned()));
        lines.end(|code| codes.push(code.expose().to_owned()));
        codes
    }

    #[test]
    fn codes_end_at_line_ends_and_pauses() {
        let long = [b'7'; LONGEST + 1];
        for (bytes, expected) in [
            (&b"0112345678\r\n"[..], vec!["0112345678"]),
            (b"\r\r\nA-1\rB-2\n", vec!["A-1", "B-2"]),
            (b" no end ", vec!["no end"]),
            (b"\xE5\x8F\x96\rA\r", vec!["A"]),
            (b"a\x1b[A\rA\r", vec!["A"]),
            (&[&long[..], b"\rA\r"].concat(), vec!["A"]),
        ] {
            assert_eq!(codes(bytes), expected, "{bytes:02X?}");
        }
    }

    #[test]
    fn a_code_is_never_shown_by_debug() {
        assert_eq!(format!("{:?}", ScannerEvent::Scanned(Code::new("0112345678"))), "Scanned(Code(10 characters))");
    }

    proptest! {
        #[test]
        fn no_bytes_give_a_code_that_is_not_ascii(bytes: Vec<u8>) {
            for code in codes(&bytes) {
                prop_assert!(!code.is_empty() && code.len() <= LONGEST && code.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
        }
    }
}
