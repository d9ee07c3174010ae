//! Steers emulators with one JSON object a line; answers each with one JSON object a line.
//!
//! ```text
//! > {"do":"insert","card":"wang-xiuying"}
//! < {"ok":true}
//! > {"do":"shut","compartment":7}
//! < {"ok":true}
//! > {"do":"bus-faults","faults":{"bad_checksum":true,"answers":3}}
//! < {"ok":true}
//! > {"do":"insert","card":"nobody"}
//! < {"ok":false,"error":"there is no card \"nobody\"; there are: wang-xiuying, …"}
//! > {"do":"state"}
//! < {"ok":true,"state":{"slots":[…],"cabinet":{…},"printer":{…}}}
//! > {"do":"printer-faults","faults":{"paper_out":true}}
//! < {"ok":true}
//! > {"do":"picture","file":"/tmp/paper.png"}
//! < {"ok":true}
//! > {"do":"scan","code":"0112345678901"}
//! < {"ok":true}
//! ```
//!
//! The whole list is [`Command`]. A line that is none is answered with `ok: false` and changes nothing.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cabinet::{BusFaults, Cabinet, DoorFaults};
use crate::card::{CardFaults, CardSlot};
use crate::people;
use crate::printer::{Printer, PrinterFaults};
use crate::sam::{SamFaults, SamReader};
use crate::scanner::Scanner;

/// What can be asked of a [`Rig`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Everything at this moment.
    State,
    /// The cards that can be inserted.
    Deck,
    /// Lays a card down, with the faults it is known for unless others are given.
    Insert {
        /// Slot, from 0: those of PC/SC readers first, then the readers on serial lines.
        #[serde(default)]
        slot: usize,
        /// Name in the deck.
        card: String,
        /// Faults in place of the card's own.
        #[serde(default)]
        faults: Option<CardFaults>,
    },
    /// Takes a card away.
    Remove {
        /// Slot, from 0.
        #[serde(default)]
        slot: usize,
    },
    /// A hand shuts a door.
    Shut { compartment: u16 },
    /// A door is prised open.
    ForceOpen { compartment: u16 },
    /// Something is put into a compartment or taken out.
    Item {
        compartment: u16,
        /// Whether something lies in it now.
        present: bool,
    },
    /// Changes the faults of one door; what is left out is off.
    DoorFaults { compartment: u16, faults: DoorFaults },
    /// Changes the faults of the bus; what is left out is off.
    BusFaults { faults: BusFaults },
    /// Changes the faults of a reader on a serial line; what is left out is off.
    SamFaults {
        /// Which of them, from 0.
        #[serde(default)]
        sam: usize,
        faults: SamFaults,
    },
    /// Takes a cable out: that of a reader on a serial line, or the lock boards'.
    Unplug {
        /// Which of the readers, from 0; left out: the lock boards.
        #[serde(default)]
        sam: Option<usize>,
    },
    /// Puts it back.
    Replug {
        /// Which of the readers, from 0; left out: the lock boards.
        #[serde(default)]
        sam: Option<usize>,
    },
    /// Changes the faults of the printer; what is left out is off.
    PrinterFaults { faults: PrinterFaults },
    /// Takes the printer's cable out, or puts it back.
    PrinterCable {
        /// Whether it is in now.
        plugged: bool,
    },
    /// A hand takes the paper out of the printer's tray.
    TakePaper,
    /// Writes a picture of a piece of paper, PNG.
    Picture {
        /// Which piece in the tray, from 0; the last one if left out.
        #[serde(default)]
        piece: Option<usize>,
        /// The file to write.
        file: PathBuf,
    },
    /// Somebody holds a code in front of the scanner.
    Scan {
        /// What it says.
        code: String,
    },
    /// Takes the scanner's cable out, or puts it back.
    ScannerCable {
        /// Whether it is in now.
        plugged: bool,
    },
}

/// Where a card can be laid down.
enum Place<'a> {
    Slot(&'a CardSlot),
    Sam(&'a SamReader),
}

/// The emulators of one terminal.
#[derive(Default)]
pub struct Rig {
    /// Slots of PC/SC readers.
    pub slots: Vec<CardSlot>,
    /// Readers on serial lines.
    pub sams: Vec<SamReader>,
    /// The cabinet, if there is one.
    pub cabinet: Option<Cabinet>,
    /// The printer, if there is one.
    pub printer: Option<Printer>,
    /// The scanner, if there is one.
    pub scanner: Option<Scanner>,
}

impl Rig {
    /// Does what is asked; the answer is an object with `ok`, and with `error` where that is `false`.
    pub fn apply(&self, command: Command) -> Value {
        match self.try_apply(command) {
            Ok(Value::Null) => json!({ "ok": true }),
            Ok(Value::Object(mut answer)) => {
                answer.insert("ok".to_owned(), Value::Bool(true));
                Value::Object(answer)
            }
            Ok(other) => json!({ "ok": true, "answer": other }),
            Err(error) => json!({ "ok": false, "error": error }),
        }
    }

    fn try_apply(&self, command: Command) -> Result<Value, String> {
        match command {
            Command::State => return Ok(json!({ "state": self.state() })),
            Command::Deck => {
                let cards = people::deck();
                let cards =
                    cards.iter().map(|card| json!({ "name": card.name, "title": card.title, "note": card.note }));
                return Ok(json!({ "deck": cards.collect::<Vec<_>>() }));
            }
            Command::Insert { slot, card, faults } => {
                let named = people::by_name(&card).map_err(|error| error.to_string())?;
                let faults = faults.unwrap_or(named.faults);
                match self.place(slot)? {
                    Place::Slot(slot) => {
                        slot.insert_named(&card).map_err(|error| error.to_string())?;
                        slot.set_faults(faults);
                    }
                    Place::Sam(sam) => {
                        sam.insert_named(&card).map_err(|error| error.to_string())?;
                        sam.set_card_faults(faults);
                    }
                }
            }
            Command::Remove { slot } => match self.place(slot)? {
                Place::Slot(slot) => slot.remove(),
                Place::Sam(sam) => sam.remove(),
            },
            Command::Shut { compartment } => known(compartment, self.cabinet()?.shut(compartment))?,
            Command::ForceOpen { compartment } => known(compartment, self.cabinet()?.force_open(compartment))?,
            Command::Item { compartment, present } => {
                known(compartment, self.cabinet()?.set_item(compartment, present))?;
            }
            Command::DoorFaults { compartment, faults } => {
                known(compartment, self.cabinet()?.set_door_faults(compartment, faults))?;
            }
            Command::BusFaults { faults } => self.cabinet()?.set_faults(faults),
            Command::SamFaults { sam, faults } => self.sam(sam)?.set_faults(faults),
            Command::Unplug { sam: Some(sam) } => self.sam(sam)?.unplug(),
            Command::Replug { sam: Some(sam) } => self.sam(sam)?.replug(),
            Command::Unplug { sam: None } => self.cabinet()?.unplug(),
            Command::Replug { sam: None } => self.cabinet()?.replug(),
            Command::PrinterFaults { faults } => self.printer()?.set_faults(faults),
            Command::PrinterCable { plugged: true } => self.printer()?.replug(),
            Command::PrinterCable { plugged: false } => self.printer()?.unplug(),
            Command::TakePaper => drop(self.printer()?.take_paper()),
            Command::Picture { piece, file } => {
                let pieces = self.printer()?.pieces();
                let which = piece.unwrap_or_else(|| pieces.len().saturating_sub(1));
                let piece = pieces
                    .get(which)
                    .ok_or_else(|| format!("there is no piece {which}; there are {}, counted from 0", pieces.len()))?;
                let picture = piece.png()?;
                std::fs::write(&file, picture).map_err(|error| format!("{}: {error}", file.display()))?;
            }
            Command::Scan { code } => self.scanner()?.scan(&code).map_err(|error| error.to_string())?,
            Command::ScannerCable { plugged } => {
                let scanner = self.scanner()?;
                let moved = if plugged { scanner.replug() } else { scanner.unplug() };
                moved.map_err(|error| error.to_string())?;
            }
        }
        Ok(Value::Null)
    }

    fn state(&self) -> Value {
        let slots = self.slots.iter().map(|slot| json!({ "card": slot.present(), "counters": slot.counters() }));
        let sams = self.sams.iter().map(SamReader::state);
        json!({
            "slots": slots.collect::<Vec<_>>(),
            "sams": sams.collect::<Vec<_>>(),
            "cabinet": self.cabinet.as_ref().map(Cabinet::state),
            "printer": self.printer.as_ref().map(Printer::state),
        })
    }

    fn place(&self, slot: usize) -> Result<Place<'_>, String> {
        let sam = || self.sams.get(slot.checked_sub(self.slots.len())?).map(Place::Sam);
        self.slots.get(slot).map(Place::Slot).or_else(sam).ok_or_else(|| {
            let slots = self.slots.len() + self.sams.len();
            format!("there is no slot {slot}; there are {slots}, counted from 0")
        })
    }

    fn sam(&self, sam: usize) -> Result<&SamReader, String> {
        let known = || format!("there is no reader {sam} on a serial line; there are {}, from 0", self.sams.len());
        self.sams.get(sam).ok_or_else(known)
    }

    fn cabinet(&self) -> Result<&Cabinet, String> {
        self.cabinet.as_ref().ok_or_else(|| "there is no cabinet".to_owned())
    }

    fn printer(&self) -> Result<&Printer, String> {
        self.printer.as_ref().ok_or_else(|| "there is no printer".to_owned())
    }

    fn scanner(&self) -> Result<&Scanner, String> {
        self.scanner.as_ref().ok_or_else(|| "there is no scanner".to_owned())
    }
}

fn known(compartment: u16, found: bool) -> Result<(), String> {
    if found { Ok(()) } else { Err(format!("there is no compartment {compartment}")) }
}

/// Longest line that is read.
const LINE_LIMIT: u64 = 64 * 1024;

/// Serves connections one thread each, until the listener fails.
///
/// # Errors
/// The listener's.
pub fn serve(listener: &TcpListener, rig: &Arc<Rig>) -> io::Result<()> {
    for stream in listener.incoming() {
        let (stream, rig) = (stream?, Arc::clone(rig));
        thread::spawn(move || {
            if let Err(error) = converse(&stream, &rig) {
                tracing::debug!(%error, "a control connection ended");
            }
        });
    }
    Ok(())
}

fn converse(stream: &TcpStream, rig: &Rig) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    loop {
        let mut line = String::new();
        if reader.by_ref().take(LINE_LIMIT).read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line.trim().is_empty() {
            continue;
        }
        let answer = match serde_json::from_str(&line) {
            Ok(command) => rig.apply(command),
            Err(error) => json!({ "ok": false, "error": format!("not a command: {error}") }),
        };
        writeln!(writer, "{answer}")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_command_changes_nothing_and_is_explained() {
        let rig = Rig::default();
        for (line, explanation) in [
            (r#"{"do":"insert","card":"wang-xiuying"}"#, "there is no slot 0"),
            (r#"{"do":"shut","compartment":7}"#, "there is no cabinet"),
            (r#"{"do":"unplug"}"#, "there is no cabinet"),
            (r#"{"do":"unplug","sam":0}"#, "there is no reader 0 on a serial line"),
            (r#"{"do":"take-paper"}"#, "there is no printer"),
            (r#"{"do":"scan","code":"1"}"#, "there is no scanner"),
        ] {
            let answer = rig.apply(serde_json::from_str(line).unwrap());
            assert_eq!(answer["ok"], false, "{line}");
            assert!(answer["error"].as_str().unwrap().contains(explanation), "{answer}");
        }
        for line in [r#"{"do":"dance"}"#, r#"{"do":"bus-faults","faults":{"sillent":true}}"#, "{}", "7"] {
            assert!(serde_json::from_str::<Command>(line).is_err(), "{line}");
        }
    }
}
