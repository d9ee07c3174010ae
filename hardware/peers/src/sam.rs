//! A reader of resident ID cards on a pseudo terminal: the security module's side of the SDT protocol.

use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::apdus::Card;
use crate::cable::{Behaviour, Cable, Device, Peer, Shared, Way};
use crate::faults::{CardFaults, Damage};
use crate::people;
use crate::sdt::{frame, next_request};

/// How many lengths stand in front of a card's data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lengths {
    /// Text and photo: 1295 bytes on the wire.
    #[default]
    Two,
    /// Text, photo and no fingerprints: 1297 bytes.
    Three,
    /// Text, photo and 1024 bytes of fingerprints: 2321 bytes.
    Fingerprints,
}

/// What the reader is like.
#[derive(Clone, Debug)]
pub struct SamOptions {
    /// Path to give to the serial port.
    pub link: PathBuf,
    /// Time from a request to its answer.
    pub turn_around: Duration,
    /// Let bytes take as long as on a real line of this rate.
    pub paced_baud: Option<u32>,
    /// Form of the answer to "read".
    pub lengths: Lengths,
    /// It goes on finding a card that it has read. Many do not, until the card is lifted.
    pub finds_again: bool,
}

impl SamOptions {
    /// A usual reader.
    pub fn new(link: impl Into<PathBuf>) -> Self {
        Self {
            link: link.into(),
            turn_around: Duration::from_millis(5),
            paced_baud: None,
            lengths: Lengths::Two,
            finds_again: false,
        }
    }
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// `11 FF`.
    Status,
    /// `20 01`.
    Find,
    /// `20 02`.
    Select,
    /// `30 01`.
    Read,
    /// `30 03`.
    Address,
}

/// Faults of the reader and its line. All off by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SamFaults {
    /// It does not answer.
    pub silent: bool,
    /// Added to the time of each answer.
    pub delay_ms: u64,
    /// The last byte of each answer is wrong.
    pub bad_checksum: bool,
    /// Each answer breaks off in its middle.
    pub half_frame: bool,
    /// Bytes come apart by so long.
    pub split_ms: u64,
    /// Bytes of no meaning come before each answer.
    pub noise: bool,
    /// Requests come back.
    pub echo: bool,
    /// What it says in place of the right answer.
    pub says: Option<Says>,
    /// The cable comes out when this is asked.
    pub unplug_at: Option<Step>,
    /// `silent` and the faults of answers strike only this; `None`: everything.
    pub at: Option<Step>,
    /// Only so many answers are struck by `silent`, `delay_ms`, `bad_checksum`, `half_frame`, `split_ms`, `noise` and
    /// `says`; then all faults are off. `None`: until they are switched off.
    pub answers: Option<u32>,
}

/// A status in place of the right answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Says {
    /// To which question.
    pub to: Step,
    /// The third byte of the status.
    pub status: u8,
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SamCounters {
    /// Well-formed requests heard.
    pub requests: u64,
    /// Times that a card was read to the end.
    pub reads: u64,
    /// Times that a program opened the port.
    pub connections: u64,
}

/// Everything, for a page that shows it.
#[derive(Clone, Debug, Serialize)]
pub struct SamState {
    /// Name of the card that lies there, `""` for one without a name.
    pub card: Option<String>,
    /// Whether the cable is in.
    pub plugged: bool,
    /// Whether a program has the port open.
    pub connected: bool,
    pub faults: SamFaults,
    /// What happened so far.
    pub counters: SamCounters,
}

/// How far the module got with the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Fresh,
    Found,
    Selected,
    /// Read, or failed: it is not found again until it is lifted.
    Done,
}

struct Lying {
    card: Card,
    name: String,
    newest_address: Option<String>,
    faults: CardFaults,
    commands: u32,
    progress: Progress,
}

struct Inner {
    lying: Option<Lying>,
    faults: SamFaults,
    counters: SamCounters,
}

impl Device for Inner {
    fn opened(&mut self) {
        self.counters.connections += 1;
    }
}

/// A running reader. Dropping it takes the cable out and ends its thread.
pub struct SamReader {
    peer: Peer<Inner>,
    link: PathBuf,
}

impl SamReader {
    /// Makes the port; no card lies there.
    ///
    /// # Errors
    /// When no pseudo terminal can be made or the link cannot be written.
    pub fn start(options: SamOptions) -> io::Result<Self> {
        let (link, baud) = (options.link.clone(), options.paced_baud);
        let inner = Inner { lying: None, faults: SamFaults::default(), counters: SamCounters::default() };
        let (peer, _) =
            Peer::start("sam", &Way::Pty(link.clone()), baud, inner, Module { options, heard: Vec::new() })?;
        Ok(Self { peer, link })
    }

    /// Path of the serial port.
    pub fn port(&self) -> &Path {
        &self.link
    }

    /// Lays a card down; one that lay there is taken away first. Cards without resident-ID text are not seen.
    /// `newest_address` is what was written onto the chip later than the text.
    pub fn insert(&self, card: Card, newest_address: Option<&str>, faults: CardFaults) {
        self.lay_down(card, "", newest_address, faults);
    }

    /// Lays down the card that [`people::by_name`] knows, with the faults it is known for.
    ///
    /// # Errors
    /// When there is no such card; the text lists those there are.
    pub fn insert_named(&self, name: &str) -> Result<(), people::NoSuchCard> {
        let named = people::by_name(name)?;
        self.lay_down(named.card, named.name, None, named.faults);
        Ok(())
    }

    fn lay_down(&self, card: Card, name: &str, newest_address: Option<&str>, faults: CardFaults) {
        let lying = Lying {
            card,
            name: name.to_owned(),
            newest_address: newest_address.map(str::to_owned),
            faults,
            commands: 0,
            progress: Progress::Fresh,
        };
        self.peer.change(|inner| inner.lying = Some(lying));
    }

    /// Changes how the card that lies there misbehaves.
    pub fn set_card_faults(&self, faults: CardFaults) {
        self.peer.change(|inner| inner.lying.as_mut().map(|lying| lying.faults = faults));
    }

    /// Takes the card away; does nothing if there is none.
    pub fn remove(&self) {
        self.peer.change(|inner| inner.lying = None);
    }

    /// Changes the faults of the reader and its line.
    pub fn set_faults(&self, faults: SamFaults) {
        self.peer.change(|inner| inner.faults = faults);
    }

    /// Everything at this moment.
    pub fn state(&self) -> SamState {
        let inner = self.peer.lock();
        SamState {
            card: inner.lying.as_ref().map(|lying| lying.name.clone()),
            plugged: inner.plugged,
            connected: inner.connected,
            faults: inner.faults.clone(),
            counters: inner.counters,
        }
    }

    /// Waits until no card lies there, as after [`CardFaults::tear_at`]. `false`: not in time.
    pub fn wait_gone(&self, timeout: Duration) -> bool {
        self.peer.wait(timeout, |inner| inner.lying.is_none())
    }

    /// Waits until so many requests were heard. `false`: not in time.
    pub fn wait_requests(&self, requests: u64, timeout: Duration) -> bool {
        self.peer.wait(timeout, |inner| inner.counters.requests >= requests)
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

/// The module's side of the protocol.
struct Module {
    options: SamOptions,
    heard: Vec<u8>,
}

impl Behaviour<Inner> for Module {
    fn turn(&mut self, shared: &Shared<Inner>, cable: &mut Cable, heard: &[u8]) -> io::Result<()> {
        self.heard.extend_from_slice(heard);
        while let Some(command) = next_request(&mut self.heard) {
            self.serve(shared, cable, command)?;
        }
        Ok(())
    }

    fn forget(&mut self) {
        self.heard.clear();
    }
}

impl Module {
    fn serve(&self, shared: &Shared<Inner>, cable: &mut Cable, command: [u8; 2]) -> io::Result<()> {
        let request = frame(&command);
        thread::sleep(cable.wire_time(request.len()));
        shared.change(|inner| inner.counters.requests += 1);
        let step = match command {
            [0x11, 0xFF] => Some(Step::Status),
            [0x20, 0x01] => Some(Step::Find),
            [0x20, 0x02] => Some(Step::Select),
            [0x30, 0x01] => Some(Step::Read),
            [0x30, 0x03] => Some(Step::Address),
            _ => None,
        };
        let faults = shared.lock().faults.clone();
        if faults.unplug_at.is_some() && faults.unplug_at == step {
            shared.change(|inner| (inner.wanted, inner.faults.unplug_at) = (false, None));
            return Ok(());
        }
        if faults.echo {
            cable.send(&request, Duration::ZERO)?;
        }
        let (mut answer, delay) = match step {
            Some(step) => self.answer(shared, step, &faults),
            None => (Some(said(0x21, &[])), Duration::ZERO),
        };
        let struck = faults.at.is_none() || faults.at == step;
        let faults = if struck { faults } else { SamFaults::default() };
        if struck {
            use_up(shared);
        }
        thread::sleep(self.options.turn_around + delay + Duration::from_millis(faults.delay_ms));
        if faults.silent {
            answer = None;
        }
        let Some(body) = answer else { return Ok(()) };
        let mut bytes = frame(&body);
        if let Some(last) = bytes.last_mut().filter(|_| faults.bad_checksum) {
            *last ^= 0x5A;
        }
        if faults.half_frame {
            bytes.truncate(bytes.len() / 2);
        }
        if faults.noise {
            bytes.splice(0..0, [0x00, 0xFF, 0xAA, 0xAA, 0x96]);
        }
        cable.send(&bytes, Duration::from_millis(faults.split_ms))
    }

    /// Status and data, or nothing; and how long the card takes.
    fn answer(&self, shared: &Shared<Inner>, step: Step, faults: &SamFaults) -> (Option<Vec<u8>>, Duration) {
        let finds_again = self.options.finds_again;
        let lengths = self.options.lengths;
        shared.change(|inner| {
            let mut delay = Duration::ZERO;
            // Cards of other kinds are not seen at all.
            let mut lying = inner.lying.take();
            if step != Step::Status
                && let Some(card) = lying.as_mut().filter(|card| card.card.resident_text.is_some())
                && (card.progress != Progress::Done || step != Step::Find)
            {
                card.commands += 1;
                delay = Duration::from_millis(card.faults.delay_ms);
                if card.faults.tear_at.is_some_and(|at| card.commands >= at) {
                    lying = None;
                } else if card.faults.mute_from.is_some_and(|from| card.commands >= from) {
                    inner.lying = lying;
                    return (None, delay);
                }
            }
            let mut seen = lying.as_mut().filter(|card| card.card.resident_text.is_some());
            let answer = match (faults.says.filter(|says| says.to == step), seen.as_deref_mut()) {
                (Some(says), _) => said(says.status, &[]),
                (None, card) => respond(step, card, finds_again, lengths),
            };
            if let Some(card) = seen {
                card.progress = match (step, answer[2]) {
                    (Step::Status, _) => card.progress,
                    (Step::Find, 0x9F) => Progress::Found,
                    (Step::Find, _) => card.progress,
                    (Step::Select, 0x90) => Progress::Selected,
                    (Step::Read | Step::Address, 0x90 | 0x91) | (Step::Select | Step::Read | Step::Address, _) => {
                        Progress::Done
                    }
                };
            }
            inner.counters.reads += u64::from(step == Step::Read && answer[2] == 0x90);
            inner.lying = lying;
            (Some(answer), delay)
        })
    }
}

/// Counts one answer against [`SamFaults::answers`].
fn use_up(shared: &Shared<Inner>) {
    let mut inner = shared.lock();
    match inner.faults.answers {
        Some(left) if left > 1 => inner.faults.answers = Some(left - 1),
        Some(_) => inner.faults = SamFaults::default(),
        None => {}
    }
}

/// What the module answers when nothing is wrong with it.
fn respond(step: Step, card: Option<&mut Lying>, finds_again: bool, lengths: Lengths) -> Vec<u8> {
    let Some(card) = card else {
        return match step {
            Step::Status => said(0x90, &[]),
            Step::Find => said(0x80, &[]),
            Step::Select => said(0x81, &[]),
            Step::Read | Step::Address => said(0x41, &[]),
        };
    };
    match (step, card.progress) {
        (Step::Status, _) => said(0x90, &[]),
        (Step::Find, Progress::Done) if !finds_again => said(0x80, &[]),
        (Step::Find, _) => said(0x9F, &[0; 4]),
        (Step::Select, Progress::Found | Progress::Selected) => said(0x90, &[0; 8]),
        (Step::Select, _) => said(0x81, &[]),
        (Step::Read, Progress::Selected | Progress::Done) => said(0x90, &data(card, lengths)),
        (Step::Read, _) => said(0x41, &[]),
        (Step::Address, Progress::Done) => match &card.newest_address {
            Some(address) => {
                let units = address.encode_utf16().chain(std::iter::repeat(u16::from(b' '))).take(35);
                said(0x90, &units.flat_map(u16::to_le_bytes).collect::<Vec<_>>())
            }
            None => said(0x91, &[]),
        },
        (Step::Address, _) => said(0x41, &[]),
    }
}

fn said(status: u8, data: &[u8]) -> Vec<u8> {
    [&[0, 0, status], data].concat()
}

/// Lengths, text, photo and, if asked for, fingerprints, damaged as the card's faults say.
fn data(card: &Lying, lengths: Lengths) -> Vec<u8> {
    let mut text = card.card.resident_text.as_ref().map(|text| text.to_vec()).unwrap_or_default();
    if card.faults.damage == Damage::Garbage {
        text.iter_mut().for_each(|byte| *byte = byte.wrapping_mul(37) ^ 0xA5);
    }
    let mut data = vec![0x01, 0x00, 0x04, 0x00];
    match lengths {
        Lengths::Two => {}
        Lengths::Three => data.extend([0, 0]),
        Lengths::Fingerprints => data.extend([0x04, 0x00]),
    }
    data.extend(text);
    data.extend((0..1024u16).map(|at| at.to_be_bytes()[1]));
    if lengths == Lengths::Fingerprints {
        data.extend([0; 1024]);
    }
    match card.faults.damage {
        Damage::ForgedLength => data[1] = 0xF0,
        Damage::Short => data.truncate(data.len() / 2),
        Damage::Long => data.extend([b' '; 300]),
        Damage::None | Damage::Garbage | Damage::NoStatus => {}
    }
    data
}
