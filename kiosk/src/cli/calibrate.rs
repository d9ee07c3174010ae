//! `kiosk locker calibrate`.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use hardware::lockers::calibrate::{CalibrationError, DoorToTry, Patience, walk};
use hardware::lockers::survey::{FoundBoard, Survey, SurveyError};
use hardware::lockers::{ClosedBit, DoorState};
use kiosk_wire::{CompartmentNo, Fact};
use serde_json::json;

use super::output::{Exit, Failure, say, say_json};
use crate::clock::Clock;
use crate::config::Config;
use crate::journal::Journal;
use crate::runner::SOFTWARE;

/// Which line, and which door.
#[derive(Args, Debug)]
pub(super) struct Calibrate {
    /// Serial port; without it that of the configuration
    #[arg(long)]
    port: Option<PathBuf>,
    /// Address of the board with the door to try; without it the first that answers
    #[arg(long)]
    board: Option<u8>,
    /// Lock of the door to try, from 1
    #[arg(long, default_value_t = 1)]
    lock: u8,
    /// Only say which boards are there; no door is opened
    #[arg(long)]
    look: bool,
    /// Do not wait for Enter: all doors are shut, and somebody stands by to shut the one that opens
    #[arg(long)]
    yes: bool,
    /// Add the section to the configuration, if that has no [locker] yet
    #[arg(long)]
    write: bool,
}

impl Calibrate {
    pub(super) fn run(self, config: &Config, path: &Path, json: bool) -> Result<Exit, Failure> {
        let configured = config.locker.as_ref().map(|locker| locker.port.clone());
        let port = self.port.clone().or(configured).ok_or_else(|| {
            Failure::new(Exit::Usage, "which port? give --port /dev/serial/by-path/… (ls -l /dev/serial/by-path)")
        })?;
        if self.write && config.locker.is_some() {
            let text = "`--write`: the configuration has a [locker] section already; remove it, or leave --write out";
            return Err(Failure::new(Exit::Usage, text));
        }
        if json && !(self.yes || self.look) {
            return Err(Failure::new(Exit::Usage, "`--json` asks nobody; give --yes or --look with it"));
        }
        if !json {
            say("asking every address of every family for the state of its locks; nothing moves …");
        }
        let (survey, mut probe) = Survey::take(&port, |_, _| {}).map_err(not_found)?;
        if !json {
            say(format!("{} boards{}:", survey.protocol, if survey.echo { "; the adapter echoes" } else { "" }));
            for FoundBoard { address, locks, exact } in &survey.boards {
                say(format!("  address {address}, {}{locks} locks", if *exact { "" } else { "up to " }));
            }
        }
        if self.look {
            return self.tell(&survey, &port, None, json).map(|_| Exit::Well);
        }
        let board = self.board.unwrap_or_else(|| survey.boards.first().map_or(0, |board| board.address));
        let Some(found) = survey.boards.iter().find(|found| found.address == board) else {
            return Err(Failure::new(Exit::Usage, format!("`--board`: no board answered at address {board}")));
        };
        if !(1..=found.locks).contains(&self.lock) {
            let text = format!("`--lock`: board {board} speaks of locks 1 to {}", found.locks);
            return Err(Failure::new(Exit::Usage, text));
        }
        let door = DoorToTry { board, locks: found.locks, lock: self.lock };
        self.wait_for_enter(&format!("Shut every door; lock {} of board {board} will be opened.", self.lock))?;
        let compartment = compartment(config, &survey, door);
        let mut unrecorded = None;
        let calibrated = walk(&mut probe, door, Patience::default(), |door| match door {
            DoorState::Open => record(config, compartment).map_err(|failure| {
                unrecorded = Some(failure);
                CalibrationError::BrokenOff
            }),
            DoorState::Closed | DoorState::Unknown => {
                if !json {
                    say("It is open. Shut it.");
                }
                Ok(())
            }
        });
        if let Some(failure) = unrecorded {
            return Err(failure);
        }
        let calibrated = calibrated.map_err(|error| Failure::new(Exit::Wrong, error.to_string()))?;
        if !json && !calibrated.unlike.is_empty() {
            let locks = calibrated.unlike.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
            say(format!(
                "Not like a shut door: locks {locks}. Not fitted? Then correct `locks`. Open? Then shut them."
            ));
        }
        let section = self.tell(&survey, &port, Some(calibrated.closed_bit), json)?;
        if self.write {
            append(path, &section)?;
        }
        Ok(Exit::Well)
    }

    fn wait_for_enter(&self, text: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        say(format!("{text} Then press Enter, or Ctrl-C to break off."));
        let mut line = String::new();
        match std::io::stdin().lock().read_line(&mut line) {
            Ok(1..) => Ok(()),
            Ok(0) | Err(_) => Err(Failure::new(Exit::Usage, "nobody pressed Enter; give --yes where nobody can")),
        }
    }

    /// Says what was found, and gives back the section for the configuration.
    fn tell(&self, survey: &Survey, port: &Path, bit: Option<ClosedBit>, json: bool) -> Result<String, Failure> {
        let bit = bit.map(|bit| u8::from(bit == ClosedBit::One));
        let section = section(survey, port, bit);
        if json {
            let board =
                |board: &FoundBoard| json!({ "address": board.address, "locks": board.locks, "exact": board.exact });
            let boards: Vec<_> = survey.boards.iter().map(board).collect();
            let protocol = survey.protocol.name();
            say_json(&json!({
                "protocol": protocol, "echo": survey.echo, "boards": boards, "closed_bit": bit, "section": section
            }))?;
        } else {
            say(format!("\n{section}"));
        }
        Ok(section)
    }
}

fn not_found(error: SurveyError) -> Failure {
    Failure::new(Exit::NoAnswer, error.to_string())
}

/// The section of the configuration; compartments in the order of the boards.
fn section(survey: &Survey, port: &Path, bit: Option<u8>) -> String {
    let mut text = format!("[locker]\nprotocol = \"{}\"\nport = {:?}\n", survey.protocol, port.to_string_lossy());
    if let Some(bit) = bit {
        text.push_str(&format!("closed_bit = {bit}\n"));
    }
    let mut first = 1;
    for FoundBoard { address, locks, exact } in &survey.boards {
        let note = if *exact { "" } else { " # at most; write how many are fitted" };
        text.push_str(&format!(
            "[[locker.board]]\naddress = {address}\nlocks = {locks}{note}\nfirst_compartment = {first}\nsize = \"A4\"\n"
        ));
        first += u16::from(*locks);
    }
    text
}

/// The compartment behind the door: the configuration's if it has the board, else that of the section that is printed.
fn compartment(config: &Config, survey: &Survey, door: DoorToTry) -> u16 {
    let known = config.locker.iter().flat_map(|locker| &locker.boards).find(|board| board.address == door.board);
    let before = survey.boards.iter().take_while(|board| board.address != door.board);
    let first = known
        .map_or_else(|| 1 + before.map(|board| u16::from(board.locks)).sum::<u16>(), |board| board.first_compartment);
    first + u16::from(door.lock) - 1
}

/// Writes the opening down before it happens.
fn record(config: &Config, compartment: u16) -> Result<(), Failure> {
    let clock = Clock::start();
    let mut journal = Journal::open(&config.data_dir, SOFTWARE, clock.stamp())?;
    let reason = "calibration of the lock boards".to_owned();
    journal.record(
        clock.stamp(),
        vec![Fact::TechnicianOpened { compartment: CompartmentNo(compartment), reason }.into()],
    )?;
    Ok(())
}

fn append(path: &Path, section: &str) -> Result<(), Failure> {
    let wrong = |error: std::io::Error| Failure::new(Exit::Wrong, format!("{}: {error}", path.display()));
    let mut file = std::fs::OpenOptions::new().append(true).open(path).map_err(wrong)?;
    write!(file, "\n{section}").and_then(|()| file.sync_all()).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use hardware::lockers::Protocol;

    use super::*;
    use crate::config;

    #[test]
    fn the_section_that_is_printed_is_a_configuration() {
        let found = |address, locks, exact| FoundBoard { address, locks, exact };
        let survey =
            Survey { protocol: Protocol::Wkly, echo: false, boards: vec![found(0, 18, true), found(3, 24, true)] };
        let text = section(&survey, Path::new("/dev/serial/by-path/x"), Some(0));
        let config = config::parse(Path::new("kiosk.toml"), &text).expect("reads");
        let door = DoorToTry { board: 3, locks: 24, lock: 2 };
        let empty = config::parse(Path::new("kiosk.toml"), "").expect("reads");
        assert_eq!((compartment(&config, &survey, door), compartment(&empty, &survey, door)), (20, 20));
        let locker = config.locker.expect("a locker");
        assert_eq!((locker.protocol, locker.closed_bit), (Protocol::Wkly, 0));
        assert_eq!(locker.boards[1].first_compartment, 19);
    }
}
