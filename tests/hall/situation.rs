//! How the hall stands, for the page, and what a person at the bench does to it.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use e2e::gateway::{Gateway, Message};
use e2e::hall::{Hall, OTHERS, STAFF};
use e2e::wait::{let_pass, now_ms};
use e2e::{Context as _, Error, Result};
use peers::cabinet::DoorFaults;
use peers::people;
use peers::printer::PrinterFaults;
use peers::sam::SamReader;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// How often the hall is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(80);
/// How many looks later messages that wait are counted again: that asks the database.
const COUNT_EVERY: u32 = 12;
/// The hall's zone is Asia/Shanghai, which has no summer time: eight hours before UTC.
const ZONE_MS: i64 = 8 * HOUR_MS;
const HOUR_MS: i64 = 3_600_000;
/// The hours in which messages leave, as `docs/operations.md` says.
const LOUD_HOURS: std::ops::Range<i64> = 8..21;

/// What is on the page beside the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Situation {
    pub(crate) revision: u64,
    pub(crate) console: String,
    pub(crate) screen: String,
    pub(crate) kiosk_runs: bool,
    pub(crate) lying: Option<String>,
    /// On the reader on a serial line.
    pub(crate) lying_serial: Option<String>,
    pub(crate) cards: Vec<CardLine>,
    pub(crate) staff: Vec<StaffLine>,
    pub(crate) doors: Vec<DoorLine>,
    pub(crate) faults: Vec<FaultLine>,
    /// Pieces in the printer's tray: how often it was emptied, and how many lie there.
    pub(crate) tray: (u64, usize),
    pub(crate) papers: Vec<String>,
    /// Messages on applicants' phones, the newest first.
    pub(crate) messages: Vec<MessageLine>,
    /// How many are written and not sent.
    pub(crate) waiting: u32,
    /// The hall's time, while its hours let no message leave.
    pub(crate) quiet: Option<String>,
}

/// A message on an applicant's phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MessageLine {
    to: String,
    text: String,
    at: String,
}

/// A card of the deck.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CardLine {
    id: &'static str,
    name: &'static str,
    about: &'static str,
    kind: &'static str,
    /// What a scanner of machine readable lines sends, on travel documents.
    lines: Option<&'static str>,
}

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StaffLine {
    name: &'static str,
    role: &'static str,
    password: &'static str,
    pin: Option<&'static str>,
}

/// A door of the locker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DoorLine {
    no: u16,
    open: bool,
    jammed: bool,
}

/// Something that can be broken and mended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FaultLine {
    id: Fault,
    name: &'static str,
    undo: &'static str,
    on: bool,
}

/// What can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// The cable between kiosk and backend.
    Network,
    /// The kiosk's process.
    Kiosk,
    /// The backend's process.
    Backend,
    /// The card reader.
    Reader,
    /// The cable to the card reader on a serial line.
    SerialReader,
    /// The cable to the lock board.
    Locker,
    /// The printer's roll of paper.
    Paper,
    /// The printer's cover.
    Cover,
    /// The cable to the printer.
    Printer,
    /// The gateway for messages.
    Gateway,
}

/// What a person at the bench does, apart from touching the screen.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Deed {
    /// Puts a finger on the screen.
    Press { x: u16, y: u16 },
    /// Moves it.
    Drag { x: u16, y: u16 },
    /// Lifts it.
    Release { x: u16, y: u16 },
    /// Lays a card on a reader.
    Lay {
        card: String,
        /// On the one on a serial line.
        #[serde(default)]
        serial: bool,
    },
    /// Takes it away.
    Lift,
    /// Shuts a door.
    Shut { door: u16 },
    /// Takes the paper out of the printer's tray.
    TakePaper,
    /// Holds a code in front of the scanner.
    Scan { code: String },
    /// Jams a door, or frees it.
    Stick { door: u16 },
    /// Prises a door open.
    Force { door: u16 },
    /// Breaks or mends something.
    Fault { fault: Fault, on: bool },
}

/// A hall that several hands reach for.
#[derive(Clone)]
pub(crate) struct Bench {
    hall: Arc<Mutex<Hall>>,
    news: watch::Receiver<Arc<Situation>>,
}

impl Bench {
    /// Takes charge of a hall and begins to watch it.
    pub(crate) fn new(hall: Hall) -> Result<Self> {
        let hall = Arc::new(Mutex::new(hall));
        let mut last = situation(&mut hall.lock().unwrap_or_else(PoisonError::into_inner), 0);
        last.revision = 1;
        let (tell, news) = watch::channel(Arc::new(last.clone()));
        let watched = Arc::downgrade(&hall);
        thread::Builder::new()
            .name("situation".into())
            .spawn(move || {
                let mut turns = (0..COUNT_EVERY).cycle();
                while let Some(hall) = watched.upgrade() {
                    let mut hall_ = hall.lock().unwrap_or_else(PoisonError::into_inner);
                    let count = turns.next() == Some(0);
                    let waiting = if count { hall_.backend.messages_waiting().unwrap_or(0) } else { last.waiting };
                    let mut now = situation(&mut hall_, waiting);
                    drop(hall_);
                    drop(hall);
                    now.revision = last.revision;
                    if now != last {
                        now.revision += 1;
                        last = now;
                        tell.send_replace(Arc::new(last.clone()));
                    }
                    let_pass(LOOK_EVERY);
                }
            })
            .context("the thread that watches the hall")?;
        Ok(Self { hall, news })
    }

    /// Waits until something is new after revision `have`.
    pub(crate) async fn wait_after(&mut self, have: u64) -> Option<Arc<Situation>> {
        self.news.wait_for(|now| now.revision > have).await.ok().map(|now| Arc::clone(&now))
    }

    /// Does it.
    pub(crate) fn act(&self, deed: Deed) -> Result<()> {
        let mut hall = self.hall.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |known: bool| if known { Ok(()) } else { Err(Error::new("there is no such door")) };
        match deed {
            Deed::Press { x, y } => hall.display.press(x, y),
            Deed::Drag { x, y } => hall.display.drag(x, y),
            Deed::Release { x, y } => hall.display.release(x, y),
            Deed::Lay { card, serial } => {
                hall.lift();
                if serial { hall.lay_on_serial(&card) } else { hall.lay(&card) }
            }
            Deed::Lift => {
                hall.lift();
                Ok(())
            }
            Deed::TakePaper => {
                hall.printer.take_paper();
                Ok(())
            }
            Deed::Scan { code } => hall.scanner.scan(&code).context("the scanner"),
            Deed::Shut { door } => known(hall.cabinet.shut(door)),
            Deed::Force { door } => known(hall.cabinet.force_open(door)),
            Deed::Stick { door } => {
                let state = hall.cabinet.state();
                let stuck = state.doors.iter().any(|known| known.compartment == door && known.faults.stuck);
                known(hall.cabinet.set_door_faults(door, DoorFaults { stuck: !stuck, ..DoorFaults::default() }))
            }
            Deed::Fault { fault, on } => break_or_mend(&mut hall, fault, on),
        }
    }

    /// A picture of a piece of paper in the printer's tray.
    pub(crate) fn paper(&self, piece: usize) -> Option<Vec<u8>> {
        let pieces = self.hall.lock().unwrap_or_else(PoisonError::into_inner).printer.pieces();
        pieces.get(piece)?.png().ok()
    }

    /// Ends the hall.
    pub(crate) fn end(&self) {
        let mut hall = self.hall.lock().unwrap_or_else(PoisonError::into_inner);
        hall.kiosk.stop();
        hall.backend.stop();
    }
}

fn break_or_mend(hall: &mut Hall, fault: Fault, on: bool) -> Result<()> {
    match (fault, on) {
        (Fault::Network, on) => {
            hall.cable.cut(on);
            Ok(())
        }
        (Fault::Kiosk, true) => {
            hall.kiosk.kill();
            Ok(())
        }
        (Fault::Kiosk, false) => hall.kiosk.start(),
        (Fault::Backend, true) => {
            hall.backend.kill();
            Ok(())
        }
        (Fault::Backend, false) => hall.backend.start(),
        (Fault::Reader, true) => {
            hall.cards.kill();
            Ok(())
        }
        (Fault::Reader, false) => hall.cards.restart(),
        (Fault::SerialReader, on) => {
            let sam = hall.sam.as_ref().context("there is no reader on a serial line")?;
            if on {
                sam.unplug()
            } else {
                sam.replug()
            }
            Ok(())
        }
        (Fault::Locker, true) => {
            hall.cabinet.unplug();
            Ok(())
        }
        (Fault::Locker, false) => {
            hall.cabinet.replug();
            Ok(())
        }
        (Fault::Paper, on) => {
            hall.printer.set_faults(PrinterFaults { paper_out: on, ..hall.printer.state().faults });
            Ok(())
        }
        (Fault::Cover, on) => {
            hall.printer.set_faults(PrinterFaults { cover_open: on, ..hall.printer.state().faults });
            Ok(())
        }
        (Fault::Printer, true) => {
            hall.printer.unplug();
            Ok(())
        }
        (Fault::Printer, false) => {
            hall.printer.replug();
            Ok(())
        }
        (Fault::Gateway, on) => {
            hall.gateway.iter().for_each(|gateway| gateway.switch_off(on));
            Ok(())
        }
    }
}

/// Hour and minute in the hall.
fn hall_time(ms: i64) -> (i64, i64) {
    let ms = ms + ZONE_MS;
    (ms.rem_euclid(24 * HOUR_MS) / HOUR_MS, ms.rem_euclid(HOUR_MS) / 60_000)
}

fn said((hour, minute): (i64, i64)) -> String {
    format!("{hour:02}:{minute:02}")
}

/// The hall's time, if no message leaves now.
fn quiet() -> Option<String> {
    let now = hall_time(now_ms());
    (!LOUD_HOURS.contains(&now.0)).then(|| said(now))
}

fn messages(hall: &Hall) -> Vec<MessageLine> {
    let line =
        |message: Message| MessageLine { to: message.to, text: message.text, at: said(hall_time(message.at_ms)) };
    hall.gateway.iter().flat_map(Gateway::messages).map(line).rev().collect()
}

fn situation(hall: &mut Hall, waiting: u32) -> Situation {
    let cabinet = hall.cabinet.state();
    let doors =
        cabinet.doors.iter().map(|door| DoorLine { no: door.compartment, open: door.open, jammed: door.faults.stuck });
    let fault = |id, name, undo, on| FaultLine { id, name, undo, on };
    let kiosk_runs = hall.kiosk.runs();
    let printer = hall.printer.state();
    let gateway_off = hall.gateway.as_ref().is_some_and(Gateway::is_off);
    let serial = hall.sam.as_ref().map(SamReader::state);
    Situation {
        revision: 0,
        console: hall.backend.url("/"),
        screen: hall.kiosk.screen(),
        kiosk_runs,
        lying: hall.slot.present(),
        lying_serial: serial.as_ref().and_then(|serial| serial.card.clone()),
        cards: deck(),
        staff: STAFF
            .iter()
            .chain(&OTHERS)
            .map(|member| StaffLine {
                name: member.name,
                role: member.role,
                password: member.password,
                pin: member.card.map(|(_, pin)| pin),
            })
            .collect(),
        doors: doors.collect(),
        tray: (printer.counters.pieces - printer.pieces.len() as u64, printer.pieces.len()),
        papers: printer.pieces,
        messages: messages(hall),
        waiting,
        quiet: quiet(),
        faults: [
            fault(Fault::Network, "Cut the network", "Network is cut: join it", hall.cable.is_cut()),
            fault(Fault::Kiosk, "Kill the kiosk (power failure)", "Kiosk is dead: start it", !kiosk_runs),
            fault(Fault::Backend, "Kill the backend", "Backend is dead: start it", !hall.backend.runs()),
            fault(Fault::Reader, "Take the card reader away", "Reader is gone: bring it back", !hall.cards.runs()),
            fault(Fault::Locker, "Unplug the lock board", "Lock board is unplugged: plug it in", !cabinet.plugged),
            fault(Fault::Paper, "Take the roll of paper out", "No paper: put in a roll", printer.faults.paper_out),
            fault(Fault::Cover, "Open the printer's cover", "Cover is open: shut it", printer.faults.cover_open),
            fault(Fault::Printer, "Unplug the printer", "Printer is unplugged: plug it in", !printer.plugged),
            fault(Fault::Gateway, "Switch the SMS gateway off", "SMS gateway is off: switch it on", gateway_off),
        ]
        .into_iter()
        .chain(serial.map(|serial| {
            let undo = "Serial card reader is unplugged: plug it in";
            fault(Fault::SerialReader, "Unplug the serial card reader", undo, !serial.plugged)
        }))
        .collect(),
    }
}

fn deck() -> Vec<CardLine> {
    let kind = |card: &people::NamedCard| {
        if card.note.contains("staff") {
            "staff"
        } else if card.name.contains("social") {
            "social"
        } else if card.note.starts_with("passport;") {
            "travel"
        } else if card.note.contains("resident ID") || card.note.starts_with("layout") {
            "resident"
        } else {
            "faulty"
        }
    };
    people::deck()
        .iter()
        .map(|card| CardLine { id: card.name, name: card.title, about: card.note, kind: kind(card), lines: card.lines })
        .collect()
}
