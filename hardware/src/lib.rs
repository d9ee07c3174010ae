//! Drivers for the devices of a hall terminal.
//!
//! This crate knows nothing of errands, applicants' visits or networks; it depends on nothing else of the workspace.
//!
//! * [`cards`]: identity cards, through PC/SC and on serial lines. [`cards::CardReader::spawn`] starts the thread that owns a reader.
//! * [`lockers`]: lock boards on RS-485. [`lockers::Lockers::spawn`] starts the thread that owns a serial port.
//! * [`printer`]: receipt printers. [`printer::Printer::spawn`] starts the thread that owns the way to one.
//! * [`scanner`]: QR and barcode scanners. [`scanner::Scanner::spawn`] starts the thread that owns the port of one.
//!
//! Codecs ([`cards::apdu`], [`cards::resident`], [`cards::social`], those of [`lockers::Protocol`], [`printer::answer`],
//! [`scanner::Lines`], [`scanner::Keys`]) are pure: no clock, no IO. What they are tested against stands on the far side of the wire and shares no code with them: the crate
//! `peers`.
//!
//! Three kinds of failure stay apart everywhere ([`FailureKind`]): the line failed, the device refused, we misread it.

pub mod cards;
mod line;
pub mod lockers;
mod port;
pub mod printer;
mod pulse;
pub mod scanner;
mod status;

pub use pulse::Pulse;
pub use status::{DeviceStatus, FailureKind, Fault};
