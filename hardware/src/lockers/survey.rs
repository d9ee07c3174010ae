//! Finding out what is on a line by asking only for states: no request that moves a lock is ever sent.
//!
//! [`Survey::take`] asks every address of every family at its own rate, and stops at the first family that answers.
//! [`Probe`] then asks single questions, for commissioning and for benches; a terminal at work uses
//! [`super::Lockers`].

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::exchange::{Timing, Wire};
use super::family::{UnlockAnswer, Width};
use super::frame::{Expect, Reply, Request};
use super::stream::Stream;
use super::{Board, ClosedBit, LockersConfig, Protocol};
use crate::Fault;
use crate::line::{Line, NoAnswer};

/// How long a board may take to begin its answer: boards need 20 to 50 ms, adapters some more.
const FIRST_BYTE: Duration = Duration::from_millis(150);
/// A silence this long ends an answer.
const QUIET: Duration = Duration::from_millis(30);
/// No answer is longer; what goes on is noise.
const LONGEST: usize = 512;

/// What was found on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// The family of its boards.
    pub protocol: Protocol,
    /// Whether the adapter returns what it is sent.
    pub echo: bool,
    /// The boards that answered, by address.
    pub boards: Vec<FoundBoard>,
}

/// A board that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundBoard {
    pub address: u8,
    /// How many locks it speaks of.
    pub locks: u8,
    /// Whether that is how many it has. Most families speak of as many as fill their frame, and fewer may be fitted.
    pub exact: bool,
}

/// Why nothing was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SurveyError {
    /// the port cannot be used
    #[error("{fault}; {what}", fault = .0, what = .0.what_to_do())]
    Port(Fault),
    /// nothing answered
    #[error(
        "no lock board answered on {port}{}; check the boards' 12 V supply, lines A and B (not swapped), and that the \
         adapter is the right one", if *echo { ", though the adapter echoes what it is sent" } else { "" }
    )]
    Nobody {
        port: String,
        /// Whether the adapter returns what it was sent.
        echo: bool,
    },
    /// something answered that no family would say
    #[error(
        "something answers on {port} that no known family says: {bytes}; check that no two boards have one address, \
         and that these are lock boards"
    )]
    Unknown {
        port: String,
        /// What came, in hexadecimal.
        bytes: String,
    },
}

impl Survey {
    /// Asks every address of every family; `asking` is told each before it is asked. Takes up to 20 seconds on a line
    /// where nobody answers. The probe goes on with the same open port.
    ///
    /// # Errors
    /// [`SurveyError`]; nothing was moved in any case.
    pub fn take(port: &Path, mut asking: impl FnMut(Protocol, u8)) -> Result<(Self, Probe), SurveyError> {
        let name = port.to_string_lossy().into_owned();
        let (mut echo, mut strange) = (false, Vec::new());
        let mut line = Line::open(port, Protocol::ALL[0].baud()).map_err(SurveyError::Port)?;
        for protocol in Protocol::ALL {
            line.set_baud(protocol.baud()).map_err(SurveyError::Port)?;
            let mut boards: Vec<FoundBoard> = Vec::new();
            // In the family that is there a second time: no board is to be missed because it was slow once.
            for (round, address) in (0..2).flat_map(|round| protocol.addresses().map(move |address| (round, address))) {
                let found = boards.iter().any(|board| board.address == address);
                if found || (round > 0 && boards.is_empty()) {
                    continue;
                }
                asking(protocol, address);
                let mut ask = |request: Request| {
                    let bytes = protocol.encode(request);
                    let heard = converse(&mut line, &bytes).map_err(SurveyError::Port)?;
                    Ok((bytes, heard))
                };
                let (asked, heard) = ask(first_question(protocol, address))?;
                let echoed = heard.starts_with(&asked);
                echo |= echoed;
                let rest = if echoed { &heard[asked.len()..] } else { &heard };
                if is_answer(protocol, address, rest) {
                    let (asked, heard) = ask(Request::ReadAll { board: address })?;
                    // Only the first question tells an echo from an answer.
                    let rest = if echoed { heard.get(asked.len()..).unwrap_or_default() } else { &heard };
                    boards.extend(width(protocol, address, rest));
                } else if strange.is_empty() {
                    strange = rest.to_vec();
                }
            }
            if !boards.is_empty() {
                boards.sort_by_key(|board| board.address);
                let probe = Probe::new(line, port, protocol, protocol.baud());
                return Ok((Self { protocol, echo, boards }, probe));
            }
        }
        if strange.is_empty() {
            return Err(SurveyError::Nobody { port: name, echo });
        }
        let bytes = strange.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ");
        Err(SurveyError::Unknown { port: name, bytes })
    }
}

/// A question of which no answer is a copy, so that an echo is told from a board.
fn first_question(protocol: Protocol, board: u8) -> Request {
    let copied = |locks| protocol.echo_passes(Expect::All { board, locks });
    if (1..=protocol.most_locks()).any(copied) {
        Request::ReadOne { board, lock: 1 }
    } else {
        Request::ReadAll { board }
    }
}

/// The last frame that answers `expect`, or that was pushed.
fn decode(protocol: Protocol, bytes: &[u8], expect: Expect) -> Option<Reply> {
    let mut stream = Stream::default();
    stream.push(bytes);
    std::iter::from_fn(|| stream.last(|bytes| protocol.front(bytes, expect)))
        .filter(|reply| !matches!(reply, Reply::Push { .. }))
        .last()
}

fn is_answer(protocol: Protocol, board: u8, bytes: &[u8]) -> bool {
    let expect = Expect::answer_to(first_question(protocol, board), protocol.most_locks());
    decode(protocol, bytes, expect).is_some()
}

/// How many locks the answer to read-all speaks of.
fn width(protocol: Protocol, address: u8, bytes: &[u8]) -> Option<FoundBoard> {
    let all = |locks| decode(protocol, bytes, Expect::All { board: address, locks });
    let most = protocol.most_locks();
    let (locks, exact) = match protocol.width() {
        // The widest that fits: a shorter one could be the beginning of it.
        Width::Eights => ((1..=most / 8).rev().map(|eights| eights * 8).find(|locks| all(*locks).is_some())?, false),
        Width::Most => all(most).map(|_| (most, false))?,
        Width::Counted => match all(u8::MAX)? {
            Reply::Fewer { locks, .. } => (locks, true),
            Reply::Unlock { .. }
            | Reply::One { .. }
            | Reply::All { .. }
            | Reply::Push { .. }
            | Reply::Refused { .. } => return None,
        },
    };
    Some(FoundBoard { address, locks, exact })
}

/// Asks once, and gives back all that came until the line was silent.
fn converse(line: &mut Line, request: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut buffer = [0; 64];
    let mut heard = Vec::new();
    while line.read(&mut buffer, QUIET)? > 0 && heard.len() < LONGEST {
        heard.push(0); // what was said before is not listened to, but not for ever
    }
    heard.clear();
    line.write(request)?;
    let deadline = Instant::now() + FIRST_BYTE;
    loop {
        // An echo comes at once, and the board is still to be waited for.
        let waits = heard.is_empty() || heard == request;
        let wait = if waits { deadline.saturating_duration_since(Instant::now()).max(QUIET) } else { QUIET };
        match line.read(&mut buffer, wait)? {
            0 => return Ok(heard),
            count => heard.extend_from_slice(&buffer[..count]),
        }
        if heard.len() > LONGEST {
            return Ok(heard);
        }
    }
}

/// Single questions to boards whose family is known.
pub struct Probe {
    wire: Wire,
    protocol: Protocol,
    port: PathBuf,
}

impl Probe {
    /// Opens the port at the family's rate.
    ///
    /// # Errors
    /// The port's [`Fault`].
    pub fn open(port: &Path, protocol: Protocol) -> Result<Self, Fault> {
        Self::open_at(port, protocol, protocol.baud())
    }

    /// Opens the port at another rate, for boards that were set to it.
    ///
    /// # Errors
    /// The port's [`Fault`].
    pub fn open_at(port: &Path, protocol: Protocol, baud: u32) -> Result<Self, Fault> {
        Ok(Self::new(Line::open(port, baud)?, port, protocol, baud))
    }

    fn new(line: Line, port: &Path, protocol: Protocol, baud: u32) -> Self {
        let usual = LockersConfig::new(port, ClosedBit::One, Vec::<Board>::new());
        let timing = Timing { baud, gap: usual.gap, timeout: usual.reply_timeout };
        Self { wire: Wire::new(line, protocol, timing), protocol, port: port.to_owned() }
    }

    /// The contacts of a board with `locks` locks, lock 1 first.
    ///
    /// # Errors
    /// The port's [`Fault`], or the board's: silent, garbled, refusing, or with fewer locks.
    pub fn read(&mut self, board: u8, locks: u8) -> Result<Vec<bool>, Fault> {
        if !self.wire.knows_echo() {
            self.wire.detect_echo(board).map_err(|failure| self.fault(board, failure))?;
        }
        let reply = self.wire.exchange(Request::ReadAll { board }, locks, || {});
        let (port, boards) = (self.port.to_string_lossy().into_owned(), board.to_string());
        match reply.map_err(|failure| self.fault(board, failure))? {
            Reply::All { bits, .. } => Ok(bits),
            Reply::Fewer { locks, .. } => {
                Err(Fault::BoardsSmaller { port, boards: format!("{boards} ({locks} locks)") })
            }
            Reply::Refused { .. } => Err(Fault::BoardsRefuse { port, boards }),
            Reply::Unlock { .. } | Reply::One { .. } | Reply::Push { .. } => Err(Fault::BoardsGarbled { port, boards }),
        }
    }

    /// Sends one unlock, and takes no answer for what the door did: read it.
    ///
    /// # Errors
    /// The port's [`Fault`]. The lock may have let go all the same.
    pub fn unlock(&mut self, board: u8, lock: u8) -> Result<(), Fault> {
        let request = Request::Unlock { board, lock, pulse_s: None };
        let outcome = match self.protocol.unlock_answer() {
            UnlockAnswer::Never => self.wire.tell(request, || {}),
            UnlockAnswer::Contact | UnlockAnswer::Sometimes => {
                self.wire.exchange(request, self.protocol.most_locks(), || {}).map(drop)
            }
        };
        match outcome {
            Err(NoAnswer::Lost(fault)) => Err(fault),
            Ok(()) | Err(NoAnswer::Silent | NoAnswer::Garbled(_)) => Ok(()),
        }
    }

    fn fault(&self, board: u8, failure: NoAnswer) -> Fault {
        let (port, boards) = (self.port.to_string_lossy().into_owned(), board.to_string());
        match failure {
            NoAnswer::Silent => Fault::BoardsSilent { port, boards },
            NoAnswer::Garbled(_) => Fault::BoardsGarbled { port, boards },
            NoAnswer::Lost(fault) => fault,
        }
    }
}

#[cfg(test)]
mod tests {
    use peers::family::{Deed, Heard, Order};

    use super::super::peer;
    use super::*;

    #[test]
    fn no_question_of_a_survey_can_move_a_lock_of_any_family() {
        let mut asked = Vec::new();
        for family in Protocol::ALL {
            for board in family.addresses() {
                asked.extend(family.encode(first_question(family, board)));
                asked.extend(family.encode(Request::ReadAll { board }));
            }
        }
        // Wherever a board begins to listen, and whatever it takes for a frame.
        for at in 0..asked.len() {
            for family in Protocol::ALL {
                let heard = peer::family(family.name()).hear(&asked[at..]);
                let moves = matches!(heard, Heard::Order(_, Order { deed: Deed::Pulse { .. }, .. }));
                assert!(!moves, "{family} at {at}: {heard:?}");
            }
        }
    }

    #[test]
    fn an_answer_says_how_many_locks_there_are() {
        let all = |locks: u8| Reply::All { board: 2, bits: vec![true; locks.into()], items: None };
        let answers = [
            (Protocol::Xor24, 8, 8, false),
            (Protocol::Xor24, 12, 16, false),
            (Protocol::Xor24, 48, 48, false),
            (Protocol::KerongCu48, 48, 48, false),
            (Protocol::KerongCu16, 16, 16, false),
            (Protocol::Wkly, 18, 18, true),
        ];
        let missing = Protocol::ALL.into_iter().find(|family| answers.iter().all(|answer| answer.0 != *family));
        assert_eq!(missing, None, "a family that no answer has");
        for (family, fitted, locks, exact) in answers {
            let found = width(family, 2, &peer::say(family.name(), &all(fitted)));
            assert_eq!(found, Some(FoundBoard { address: 2, locks, exact }), "{family} {fitted}");
            assert_eq!(width(family, 3, &peer::say(family.name(), &all(fitted))), None, "{family}");
        }
    }
}
