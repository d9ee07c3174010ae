//! Peers on the far side of the wire, for tests, for the demo and for people without devices.
//!
//! Each is written from what the vendor or the standard says of the device, with encoders and decoders of its own, and
//! knows nothing of the drivers: a table that a driver misreads is found here, instead of being misread by both.
//!
//! * [`card::CardSlot`] is a card in one slot of the virtual PC/SC reader `vpcd`: it speaks vpcd's TCP protocol, so
//!   the card thread under test goes through a real `pcscd`.
//! * [`cabinet::Cabinet`] is a row of lock boards of any [`family`] on a pseudo terminal, with doors that a test or a
//!   person shuts.
//! * [`printer::Printer`] is a receipt printer on a pseudo terminal or TCP; its paper can be read and looked at.
//! * [`scanner::Scanner`] is a QR and barcode scanner on a pseudo terminal, or one that is a keyboard.
//! * [`sam::SamReader`] is a reader of resident ID cards on a pseudo terminal.
//! * [`people`] is a deck of fictional cards by name.
//! * [`control`] steers all of it with one JSON object a line; the binary `hw-emulator` serves that on loopback.
//!
//! ```no_run
//! use std::time::Duration;
//! use peers::cabinet::{BoardSpec, Cabinet, CabinetOptions};
//! use peers::{card::CardSlot, people};
//!
//! let slot = CardSlot::start(35963); // the reader's TCP port, see docs/hardware.md
//! slot.insert_named("wang-xiuying")?;
//! let cabinet = Cabinet::start(CabinetOptions::new("/tmp/locker", vec![BoardSpec::new(1, 24, 1)]))?;
//! // … the terminal opens compartment 7 …
//! assert!(cabinet.wait_open(7, Duration::from_secs(10)));
//! cabinet.shut(7);
//! assert_eq!(cabinet.counters().unlocks.get(&7), Some(&1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod apdus;
pub mod cabinet;
mod cable;
pub mod card;
pub mod control;
pub mod eid;
pub mod emrtd;
pub mod family;
mod faults;
pub mod people;
pub mod printer;
pub mod sam;
pub mod scanner;
mod sdt;
pub mod specimen;
pub mod text;

/// Bytes, written as standards print them.
#[cfg(test)]
fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}
