//! Drivers for the devices of a hall terminal, and emulators of what is on the far side of their wires.
//!
//! This crate knows nothing of errands, applicants' visits or networks; it depends on nothing else of the workspace.
//!
//! * [`cards`]: identity cards, through PC/SC and on serial lines. [`cards::CardReader::spawn`] starts the thread that owns a reader.
//! * [`lockers`]: lock boards on RS-485. [`lockers::Lockers::spawn`] starts the thread that owns a serial port.
//! * [`printer`]: receipt printers. [`printer::Printer::spawn`] starts the thread that owns the way to one.
//! * [`scanner`]: QR and barcode scanners. [`scanner::Scanner::spawn`] starts the thread that owns the port of one.
//! * [`emulator`]: a card for the virtual reader `vpcd`, and a lock board, a printer and a
//!   scanner on pseudo terminals. They speak the wire protocols, never the drivers' types, so the drivers under test are the ones that ship.
//!
//! Codecs ([`cards::apdu`], [`cards::resident`], [`cards::social`], [`lockers::xor24`], [`lockers::cu48`],
//! [`lockers::cu16`], [`lockers::wkly`]) are pure: no clock, no IO.
//!
//! Three kinds of failure stay apart everywhere ([`FailureKind`]): the line failed, the device refused, we misread it.

pub mod cards;
pub mod emulator;
#[doc(hidden)]
pub mod fuzzing;
mod glyphs;
mod line;
pub mod lockers;
mod port;
pub mod printer;
pub mod scanner;
mod status;

pub use status::{DeviceStatus, FailureKind, Fault};
