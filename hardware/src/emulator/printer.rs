//! A receipt printer on a pseudo terminal or on TCP. What it prints can be read and looked at.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::escpos::{Front, RealTime, Told, front, take_real_time};
pub use super::paper::Piece;
use super::paper::Press;
use super::pty::{Heard, Pty};

/// How often the cable is looked after.
const TICK: Duration = Duration::from_millis(5);
/// What a printer for another protocol might answer.
const GARBAGE: u8 = 0xFF;

/// How the printer is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// A serial port: a symbolic link that is made, and removed while unplugged.
    Pty(PathBuf),
    /// A listening address; with port 0 a free one is taken.
    Tcp(SocketAddr),
}

/// How the printer is built.
#[derive(Clone, Debug)]
pub struct PrinterOptions {
    /// How it is reached.
    pub way: Way,
    /// Dots of a line: 576 with 80 mm of paper, 384 with 58 mm.
    pub dots: usize,
    /// The font that stands for the printer's ROM in pictures of the paper.
    pub font: Option<PathBuf>,
}

impl PrinterOptions {
    /// A serial printer with 80 mm of paper.
    pub fn new(link: impl Into<PathBuf>) -> Self {
        Self::on(Way::Pty(link.into()))
    }

    /// A printer with 80 mm of paper.
    pub fn on(way: Way) -> Self {
        Self { way, dots: 576, font: Some(PathBuf::from("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")) }
    }
}

/// Faults of printer and cable. All off by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrinterFaults {
    /// No power: nothing is heard, printed or answered.
    pub silent: bool,
    /// Prints, and never answers, as many cheap printers.
    pub mute: bool,
    /// Answers what `DLE EOT` asks, and never `GS r`.
    pub no_turns: bool,
    /// Answers bytes of no meaning.
    pub garbage: bool,
    /// No paper.
    pub paper_out: bool,
    /// The paper soon ends.
    pub near_end: bool,
    /// The cover is open.
    pub cover_open: bool,
    /// The knife is stuck.
    pub cutter_stuck: bool,
    /// Time that a line takes.
    pub line_ms: u64,
    /// The paper ends after so many more lines.
    pub paper_ends_after: Option<u32>,
    /// The cable comes out after so many more lines.
    pub unplug_after: Option<u32>,
}

/// What happened so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PrinterCounters {
    /// Bytes heard.
    pub bytes: u64,
    /// Lines printed.
    pub lines: u64,
    /// Pieces cut off.
    pub pieces: u64,
    /// Bytes that belonged to no command.
    pub strange_bytes: u64,
    /// Questions heard, also those that were not answered.
    pub questions: u64,
}

/// Everything, for a page that shows it.
#[derive(Clone, Debug, Serialize)]
pub struct PrinterState {
    /// Whether the cable is in.
    pub plugged: bool,
    /// Whether a program is connected.
    pub connected: bool,
    /// Pieces that lie in the tray, as text; the last one came last.
    pub pieces: Vec<String>,
    /// What hangs out of the printer uncut, as text.
    pub hanging: String,
    /// Its faults.
    pub faults: PrinterFaults,
    /// What happened so far.
    pub counters: PrinterCounters,
    /// Grows with every change of any of the above but the counters.
    pub revision: u64,
}

struct Inner {
    press: Press,
    tray: Vec<Piece>,
    faults: PrinterFaults,
    counters: PrinterCounters,
    wanted: bool,
    plugged: bool,
    connected: bool,
    revision: u64,
    stop: bool,
}

struct Shared {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let mut inner = self.lock();
        inner.revision += 1;
        let result = change(&mut inner);
        drop(inner);
        self.changed.notify_all();
        result
    }
}

/// A running printer. Dropping it takes the cable out and ends its thread.
pub struct Printer {
    shared: Arc<Shared>,
    way: Way,
    thread: Option<JoinHandle<()>>,
}

impl Printer {
    /// Starts it.
    ///
    /// # Errors
    /// When no pseudo terminal can be made, the link cannot be written, or the address is taken.
    pub fn start(options: PrinterOptions) -> io::Result<Self> {
        let (wire, way) = Wire::open(&options.way)?;
        let shared = Arc::new(Shared {
            inner: Mutex::new(Inner {
                press: Press::new(options.dots, options.font),
                tray: Vec::new(),
                faults: PrinterFaults::default(),
                counters: PrinterCounters::default(),
                wanted: true,
                plugged: true,
                connected: false,
                revision: 0,
                stop: false,
            }),
            changed: Condvar::new(),
        });
        let (theirs, their_way) = (Arc::clone(&shared), way.clone());
        let thread = thread::Builder::new().name("printer".to_owned()).spawn(move || {
            Machine { shared: &theirs, way: their_way, wire: Some(wire), heard: Vec::new(), busy_until: None }.run();
        })?;
        Ok(Self { shared, way, thread: Some(thread) })
    }

    /// As the driver's configuration names it: a path, or `tcp:host:port`.
    pub fn address(&self) -> String {
        match &self.way {
            Way::Pty(link) => link.to_string_lossy().into_owned(),
            Way::Tcp(address) => format!("tcp:{address}"),
        }
    }

    /// Everything at this moment.
    pub fn state(&self) -> PrinterState {
        let inner = self.shared.lock();
        PrinterState {
            plugged: inner.plugged,
            connected: inner.connected,
            pieces: inner.tray.iter().map(Piece::text).collect(),
            hanging: inner.press.paper.text(),
            faults: inner.faults.clone(),
            counters: inner.counters.clone(),
            revision: inner.revision,
        }
    }

    /// What happened so far.
    pub fn counters(&self) -> PrinterCounters {
        self.shared.lock().counters.clone()
    }

    /// The pieces that lie in the tray, in the order in which they were cut.
    pub fn pieces(&self) -> Vec<Piece> {
        self.shared.lock().tray.clone()
    }

    /// What hangs out of the printer uncut.
    pub fn hanging(&self) -> Piece {
        self.shared.lock().press.paper.clone()
    }

    /// A hand takes the paper away.
    pub fn take_paper(&self) -> Vec<Piece> {
        self.shared.change(|inner| std::mem::take(&mut inner.tray))
    }

    /// Changes the faults; what was left out is off.
    pub fn set_faults(&self, faults: PrinterFaults) {
        self.shared.change(|inner| inner.faults = faults);
    }

    /// Waits until a condition holds. `false`: it did not in time.
    pub fn wait_until(&self, timeout: Duration, mut condition: impl FnMut(&[Piece], &PrinterCounters) -> bool) -> bool {
        let inner = self.shared.lock();
        let (inner, outcome) = self
            .shared
            .changed
            .wait_timeout_while(inner, timeout, |inner| !condition(&inner.tray, &inner.counters))
            .unwrap_or_else(PoisonError::into_inner);
        drop(inner);
        !outcome.timed_out()
    }

    /// Takes the cable out; returns when it is out.
    pub fn unplug(&self) {
        self.plug(false);
    }

    /// Puts the cable back under the same name; returns when it is in.
    pub fn replug(&self) {
        self.plug(true);
    }

    fn plug(&self, wanted: bool) {
        self.shared.change(|inner| inner.wanted = wanted);
        let inner = self.shared.lock();
        let waited =
            self.shared.changed.wait_timeout_while(inner, Duration::from_secs(5), |inner| inner.plugged != wanted);
        if waited.unwrap_or_else(PoisonError::into_inner).1.timed_out() {
            tracing::warn!(wanted, "the emulated cable did not move in time");
        }
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        self.shared.change(|inner| inner.stop = true);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the printer's thread ended by a panic");
        }
    }
}

enum Wire {
    Pty(Pty),
    Tcp { listener: TcpListener, stream: Option<TcpStream> },
}

impl Wire {
    /// Opens it, and says where it is now.
    fn open(way: &Way) -> io::Result<(Self, Way)> {
        match way {
            Way::Pty(link) => Ok((Self::Pty(Pty::open(link)?), way.clone())),
            Way::Tcp(address) => {
                let listener = TcpListener::bind(address)?;
                listener.set_nonblocking(true)?;
                let way = Way::Tcp(listener.local_addr()?);
                Ok((Self::Tcp { listener, stream: None }, way))
            }
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<Heard> {
        match self {
            Self::Pty(pty) => pty.read(buffer, TICK),
            Self::Tcp { listener, stream } => {
                // Printers take one connection at a time.
                if stream.is_none() {
                    match listener.accept() {
                        Ok((fresh, _)) => {
                            fresh.set_nonblocking(false)?;
                            fresh.set_read_timeout(Some(TICK))?;
                            *stream = Some(fresh);
                        }
                        Err(error) if error.kind() == ErrorKind::WouldBlock => {
                            thread::sleep(TICK);
                            return Ok(Heard::NobodyThere);
                        }
                        Err(error) => return Err(error),
                    }
                }
                let Some(connection) = stream else { return Ok(Heard::NobodyThere) };
                match connection.read(buffer) {
                    Ok(0) => {
                        *stream = None;
                        Ok(Heard::NobodyThere)
                    }
                    Ok(count) => Ok(Heard::Bytes(count)),
                    Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                        Ok(Heard::Nothing)
                    }
                    Err(_) => {
                        *stream = None;
                        Ok(Heard::NobodyThere)
                    }
                }
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Pty(pty) => pty.write(bytes),
            Self::Tcp { stream: Some(stream), .. } => stream.write_all(bytes),
            Self::Tcp { stream: None, .. } => Ok(()),
        }
    }

    fn unplug(self) -> io::Result<()> {
        match self {
            Self::Pty(pty) => pty.unplug(),
            Self::Tcp { .. } => Ok(()),
        }
    }
}

struct Machine<'a> {
    shared: &'a Shared,
    way: Way,
    wire: Option<Wire>,
    /// Heard and not done yet.
    heard: Vec<u8>,
    busy_until: Option<Instant>,
}

impl Machine<'_> {
    fn run(mut self) {
        while !self.shared.lock().stop {
            if let Err(error) = self.turn() {
                tracing::debug!(%error, "the emulated printer's wire failed");
                thread::sleep(TICK);
            }
        }
        self.pull();
    }

    fn pull(&mut self) {
        if let Some(Err(error)) = self.wire.take().map(Wire::unplug) {
            tracing::debug!(%error, "the link could not be removed");
        }
    }

    fn turn(&mut self) -> io::Result<()> {
        let wanted = self.shared.lock().wanted;
        if wanted != self.wire.is_some() {
            if wanted {
                self.wire = Some(Wire::open(&self.way)?.0);
            } else {
                self.pull();
            }
            self.shared.change(|inner| inner.plugged = wanted);
        }
        let Some(wire) = &mut self.wire else {
            thread::sleep(TICK);
            return Ok(());
        };
        let mut buffer = [0; 4096];
        let (count, connected) = match wire.read(&mut buffer)? {
            Heard::Bytes(count) => (count, true),
            Heard::Nothing => (0, true),
            Heard::NobodyThere => {
                thread::sleep(TICK);
                (0, false)
            }
        };
        let mut inner = self.shared.lock();
        inner.counters.bytes += u64::try_from(count).unwrap_or_default();
        let silent = inner.faults.silent;
        if inner.connected != connected {
            inner.connected = connected;
            inner.revision += 1;
        }
        drop(inner);
        if silent {
            self.heard.clear();
            return Ok(());
        }
        self.heard.extend_from_slice(&buffer[..count]);
        self.obey_at_once()?;
        self.print()
    }

    fn obey_at_once(&mut self) -> io::Result<()> {
        while let Some(command) = take_real_time(&mut self.heard) {
            match command {
                RealTime::Forget => self.shared.change(|inner| inner.press.forget()),
                RealTime::Ask(kind) => {
                    let faults = self.shared.change(|inner| {
                        inner.counters.questions += 1;
                        inner.faults.clone()
                    });
                    self.answer(real_time_status(kind, &faults), &faults)?;
                }
            }
        }
        Ok(())
    }

    fn answer(&mut self, byte: u8, faults: &PrinterFaults) -> io::Result<()> {
        match &mut self.wire {
            Some(wire) if !faults.mute => wire.write(&[if faults.garbage { GARBAGE } else { byte }]),
            Some(_) | None => Ok(()),
        }
    }

    /// Prints as long as it can.
    fn print(&mut self) -> io::Result<()> {
        loop {
            if self.busy_until.is_some_and(|until| Instant::now() < until) {
                return Ok(());
            }
            let faults = self.shared.lock().faults.clone();
            if faults.paper_out || faults.cover_open || faults.cutter_stuck || self.wire.is_none() {
                return Ok(());
            }
            let chinese = self.shared.lock().press.chinese;
            match front(&self.heard, chinese) {
                Front::More => return Ok(()),
                Front::Strange => {
                    self.heard.remove(0);
                    self.shared.lock().counters.strange_bytes += 1;
                }
                Front::Told(Told::AskInTurn, length) => {
                    self.heard.drain(..length);
                    let near_end = faults.near_end;
                    if !faults.no_turns {
                        self.answer(if near_end { 0x03 } else { 0x00 }, &faults)?;
                    }
                }
                Front::Told(told, length) => {
                    self.heard.drain(..length);
                    let line = matches!(told, Told::LineFeed | Told::Raster { .. } | Told::QrPrint);
                    self.shared.change(|inner| {
                        inner.counters.lines += u64::from(line);
                        if let Some(piece) = inner.press.take(told) {
                            inner.counters.pieces += 1;
                            inner.tray.push(piece);
                        }
                    });
                    if line {
                        self.after_a_line(&faults);
                    }
                }
            }
        }
    }

    fn after_a_line(&mut self, faults: &PrinterFaults) {
        if faults.line_ms > 0 {
            self.busy_until = Some(Instant::now() + Duration::from_millis(faults.line_ms));
        }
        let counted = |left: &mut Option<u32>| {
            *left = left.map(|left| left.saturating_sub(1));
            left.take_if(|left| *left == 0).is_some()
        };
        let pull = self.shared.change(|inner| {
            if counted(&mut inner.faults.paper_ends_after) {
                inner.faults.paper_out = true;
            }
            let pull = counted(&mut inner.faults.unplug_after);
            inner.wanted &= !pull;
            pull
        });
        if pull {
            self.heard.clear();
            self.pull();
            self.shared.change(|inner| inner.plugged = false);
        }
    }
}

/// The answer to `DLE EOT` as the table of the command says.
fn real_time_status(kind: u8, faults: &PrinterFaults) -> u8 {
    let bit = |set: bool, mask: u8| if set { mask } else { 0 };
    let offline = faults.paper_out || faults.cover_open || faults.cutter_stuck;
    0x12 | match kind {
        1 => bit(offline, 0x08),
        2 => bit(faults.cover_open, 0x04) | bit(faults.paper_out, 0x20) | bit(faults.cutter_stuck, 0x40),
        3 => bit(faults.cutter_stuck, 0x08),
        _ => bit(faults.near_end || faults.paper_out, 0x0C) | bit(faults.paper_out, 0x60),
    }
}
