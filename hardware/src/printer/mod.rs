//! Receipt printers that speak ESC/POS, over a serial port, USB or the network.
//!
//! ```no_run
//! use hardware::printer::{Block, Document, Printer, PrinterConfig, PrinterEvent, Size};
//!
//! let config = PrinterConfig::new("/dev/usb/lp0".parse()?);
//! let printer = Printer::spawn(config, |event| match event {
//!     PrinterEvent::Done { job, outcome } => drop((job, outcome)),
//!     other => drop(other),
//! });
//! let paper = Document::new().heading(Size::Double, "凭条").line(Size::Tall, "收件 12 号柜").with(Block::Cut);
//! printer.print(1, paper)?;
//! printer.shutdown();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! One thread owns the printer. It asks how the printer stands every two seconds, opens a lost port again for ever,
//! and **never keeps a paper for later**: what cannot be printed now has failed, and is not printed for the next
//! person. Characters that the printer's ROM lacks are drawn ([`Rom`], [`Paperwork::font`]).
//!
//! Many printers never answer. That is no fault: [`Fault::PrinterMute`] says that nothing is known, and a paper
//! counts as [`PrintOutcome::Sent`], not [`PrintOutcome::Printed`].

pub mod answer;
mod document;
mod driver;
mod encode;
mod glyphs;
mod layout;
mod port;
mod rom;

pub use answer::{Condition, PaperRoll};
pub use document::{Align, Block, Document, Size, Text, Width};
pub use driver::{Printer, PrinterConfig, PrinterGone, PrinterHandle};
pub use encode::{Encoded, Paperwork, encode};
pub use port::{Address, Flow};
pub use rom::{CharBytes, Rom};

use crate::{DeviceStatus, Fault};

/// What the printer's thread reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrinterEvent {
    /// The state changed.
    State(DeviceStatus),
    /// What became of a paper; once for each [`PrinterHandle::print`].
    Done {
        /// The number it was given.
        job: u64,
        /// What became of it.
        outcome: PrintOutcome,
    },
}

/// What became of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrintOutcome {
    /// The printer says that all of it is printed.
    Printed,
    /// All of it was sent, to a printer that does not answer.
    Sent,
    /// Not printed, or not to its end.
    Failed(Fault),
}
