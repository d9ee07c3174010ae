//! A receipt printer on a pseudo terminal or on TCP. What it prints can be read and looked at.

mod escpos;
mod paper;
mod rom;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

pub use crate::cable::Way;
use crate::cable::{Behaviour, Cable, Device, Peer, Shared};
use escpos::{Front, RealTime, Told, front, take_real_time};
pub use paper::Piece;
use paper::Press;

/// What a printer for another protocol might answer.
const GARBAGE: u8 = 0xFF;

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
}

impl Device for Inner {}

/// A running printer. Dropping it takes the cable out and ends its thread.
pub struct Printer {
    peer: Peer<Inner>,
    way: Way,
}

impl Printer {
    /// Starts it.
    ///
    /// # Errors
    /// When no pseudo terminal can be made, the link cannot be written, or the address is taken.
    pub fn start(options: PrinterOptions) -> io::Result<Self> {
        let inner = Inner {
            press: Press::new(options.dots, options.font),
            tray: Vec::new(),
            faults: PrinterFaults::default(),
            counters: PrinterCounters::default(),
        };
        let (peer, way) = Peer::start("printer", &options.way, None, inner, Machine::default())?;
        Ok(Self { peer, way })
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
        let inner = self.peer.lock();
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
        self.peer.lock().counters.clone()
    }

    /// The pieces that lie in the tray, in the order in which they were cut.
    pub fn pieces(&self) -> Vec<Piece> {
        self.peer.lock().tray.clone()
    }

    /// What hangs out of the printer uncut.
    pub fn hanging(&self) -> Piece {
        self.peer.lock().press.paper.clone()
    }

    /// A hand takes the paper away.
    pub fn take_paper(&self) -> Vec<Piece> {
        self.peer.change(|inner| std::mem::take(&mut inner.tray))
    }

    /// Changes the faults; what was left out is off.
    pub fn set_faults(&self, faults: PrinterFaults) {
        self.peer.change(|inner| inner.faults = faults);
    }

    /// Waits until a condition holds. `false`: it did not in time.
    pub fn wait_until(&self, timeout: Duration, mut condition: impl FnMut(&[Piece], &PrinterCounters) -> bool) -> bool {
        self.peer.wait(timeout, |inner| condition(&inner.tray, &inner.counters))
    }

    /// Takes the cable out; returns when it is out.
    pub fn unplug(&self) {
        self.peer.plug(false);
    }

    /// Puts the cable back under the same name; returns when it is in.
    pub fn replug(&self) {
        self.peer.plug(true);
    }
}

/// What works in it.
#[derive(Default)]
struct Machine {
    /// Heard and not done yet. A printer has power of its own and keeps it when its cable is pulled.
    heard: Vec<u8>,
    busy_until: Option<Instant>,
}

impl Behaviour<Inner> for Machine {
    fn turn(&mut self, shared: &Shared<Inner>, cable: &mut Cable, heard: &[u8]) -> io::Result<()> {
        let mut inner = shared.lock();
        inner.counters.bytes += u64::try_from(heard.len()).unwrap_or_default();
        let silent = inner.faults.silent;
        drop(inner);
        if silent {
            self.heard.clear();
            return Ok(());
        }
        self.heard.extend_from_slice(heard);
        self.obey_at_once(shared, cable)?;
        self.print(shared, cable)
    }

    fn forget(&mut self) {}
}

impl Machine {
    fn obey_at_once(&mut self, shared: &Shared<Inner>, cable: &mut Cable) -> io::Result<()> {
        while let Some(command) = take_real_time(&mut self.heard) {
            match command {
                RealTime::Forget => shared.change(|inner| inner.press.forget()),
                RealTime::Ask(kind) => {
                    let faults = shared.change(|inner| {
                        inner.counters.questions += 1;
                        inner.faults.clone()
                    });
                    answer(cable, real_time_status(kind, &faults), &faults)?;
                }
            }
        }
        Ok(())
    }

    /// Prints as long as it can.
    fn print(&mut self, shared: &Shared<Inner>, cable: &mut Cable) -> io::Result<()> {
        loop {
            if self.busy_until.is_some_and(|until| Instant::now() < until) {
                return Ok(());
            }
            let (faults, chinese, wanted) = {
                let inner = shared.lock();
                (inner.faults.clone(), inner.press.chinese, inner.wanted)
            };
            if faults.paper_out || faults.cover_open || faults.cutter_stuck || !wanted {
                return Ok(());
            }
            match front(&self.heard, chinese) {
                Front::More => return Ok(()),
                Front::Strange => {
                    self.heard.remove(0);
                    shared.lock().counters.strange_bytes += 1;
                }
                Front::Told(Told::AskInTurn, length) => {
                    self.heard.drain(..length);
                    if !faults.no_turns {
                        answer(cable, if faults.near_end { 0x03 } else { 0x00 }, &faults)?;
                    }
                }
                Front::Told(told, length) => {
                    self.heard.drain(..length);
                    let line = matches!(told, Told::LineFeed | Told::Raster { .. } | Told::QrPrint);
                    shared.change(|inner| {
                        inner.counters.lines += u64::from(line);
                        if let Some(piece) = inner.press.take(told) {
                            inner.counters.pieces += 1;
                            inner.tray.push(piece);
                        }
                    });
                    if line {
                        self.after_a_line(shared, &faults);
                    }
                }
            }
        }
    }

    fn after_a_line(&mut self, shared: &Shared<Inner>, faults: &PrinterFaults) {
        if faults.line_ms > 0 {
            self.busy_until = Some(Instant::now() + Duration::from_millis(faults.line_ms));
        }
        let counted = |left: &mut Option<u32>| {
            *left = left.map(|left| left.saturating_sub(1));
            left.take_if(|left| *left == 0).is_some()
        };
        let pulled = shared.change(|inner| {
            if counted(&mut inner.faults.paper_ends_after) {
                inner.faults.paper_out = true;
            }
            let pulled = counted(&mut inner.faults.unplug_after);
            inner.wanted &= !pulled;
            pulled
        });
        if pulled {
            self.heard.clear();
        }
    }
}

fn answer(cable: &mut Cable, byte: u8, faults: &PrinterFaults) -> io::Result<()> {
    if faults.mute {
        return Ok(());
    }
    cable.send(&[if faults.garbage { GARBAGE } else { byte }], Duration::ZERO)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Epson, ESC/POS Application Programming Guide, the tables of DLE EOT.
    #[test]
    fn states_are_the_bits_of_the_table() {
        let well = PrinterFaults::default;
        for (kind, faults, byte) in [
            (1, well(), 0x12),
            (1, PrinterFaults { cover_open: true, ..well() }, 0x1A),
            (2, PrinterFaults { cover_open: true, ..well() }, 0x16),
            (2, PrinterFaults { paper_out: true, ..well() }, 0x32),
            (2, PrinterFaults { cutter_stuck: true, ..well() }, 0x52),
            (3, PrinterFaults { cutter_stuck: true, ..well() }, 0x1A),
            (4, well(), 0x12),
            (4, PrinterFaults { near_end: true, ..well() }, 0x1E),
            (4, PrinterFaults { paper_out: true, ..well() }, 0x7E),
        ] {
            assert_eq!(real_time_status(kind, &faults), byte, "DLE EOT {kind}: {faults:?}");
        }
    }
}
