//! The thread that owns a reader of resident ID cards on a serial line.

use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::sdt::{self, LONGEST_FRAME, Module, Reply, Request, Status, find_reply};
use super::shared::{BACK_OFF, Shared};
use super::{CardError, CardEvent, SdtConfig};
use crate::line::{Line, NoAnswer};
use crate::{DeviceStatus, Fault};

/// Longest wait for the answer to anything but a read, and for that to a read, without the time on the wire.
const ANSWER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(3));
/// Questions in a row without a usable answer after which the reader is called silent.
const MISSES: u32 = 3;
/// A hand needs most of a second from one card to the next. A module that says "there is no card" for a shorter time
/// has only lost sight of the one that it has read.
const ABSENCE: Duration = Duration::from_millis(800);
/// What is read beyond the longest frame before it is called noise: an echo, and a late answer.
const SLACK: usize = 512;
/// Bits on the wire for each byte: start, eight data, stop.
const BITS: u32 = 10;

/// Why nothing was read.
fn failed(cause: NoAnswer) -> CardError {
    CardError::ReaderFailed {
        detail: match cause {
            NoAnswer::Silent => "it does not answer".to_owned(),
            NoAnswer::Garbled(bytes) => format!("{bytes} bytes came that are no answer"),
            NoAnswer::Lost(fault) => fault.to_string(),
        },
    }
}

/// What is known of the card. Many modules say "there is no card" of one that they have read, until it is lifted; some
/// find it again each time. So only a later find is a new card, and "there is no card" is a removal only with modules
/// that did find a card which they had read.
#[derive(Clone, Copy, Debug, Default)]
struct Card {
    lies: Option<Lying>,
    /// The module finds cards that it has read.
    finds_again: bool,
}

#[derive(Clone, Copy, Debug)]
struct Lying {
    /// It could not be read; then any lift counts, however short.
    failed: bool,
    /// Since when the module says that there is none.
    unseen: Option<Instant>,
}

/// What to do about an answer to "is there a card?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Nothing,
    /// A card was laid down; the one before it, if any, is gone.
    New,
    /// The card is gone.
    Removed,
}

impl Card {
    fn found(&mut self, now: Instant) -> Turn {
        let Some(lying) = &mut self.lies else { return Turn::New };
        match lying.unseen.take() {
            Some(since) if lying.failed || now.duration_since(since) >= ABSENCE => Turn::New,
            Some(_) | None => {
                self.finds_again = true;
                Turn::Nothing
            }
        }
    }

    fn not_found(&mut self, now: Instant) -> Turn {
        let Some(lying) = &mut self.lies else { return Turn::Nothing };
        let since = *lying.unseen.get_or_insert(now);
        if self.finds_again && now.duration_since(since) >= ABSENCE {
            self.lies = None;
            return Turn::Removed;
        }
        Turn::Nothing
    }
}

pub(super) struct SerialReader<S> {
    config: SdtConfig,
    sink: S,
    shared: Arc<Shared>,
    status: Option<DeviceStatus>,
    card: Card,
    reopen_after: Duration,
}

impl<S: FnMut(CardEvent)> SerialReader<S> {
    pub(super) fn new(config: SdtConfig, sink: S, shared: Arc<Shared>) -> Self {
        Self { config, sink, shared, status: None, card: Card::default(), reopen_after: BACK_OFF.0 }
    }

    pub(super) fn run(mut self) {
        self.report(DeviceStatus::Starting);
        while !self.shared.stopped() {
            self.shared.pulse.beat();
            let fault = match Line::open(&self.config.port, self.config.baud) {
                Ok(line) => self.serve(Wire { line, baud: self.config.baud, shared: Arc::clone(&self.shared) }),
                Err(fault) => Some(fault),
            };
            self.forget_card();
            if let Some(fault) = fault {
                self.report(DeviceStatus::Down(fault));
            }
            self.shared.pause(self.reopen_after);
            self.reopen_after = (self.reopen_after * 2).min(BACK_OFF.1);
        }
    }

    fn report(&mut self, status: DeviceStatus) {
        if self.status.as_ref() == Some(&status) {
            return;
        }
        tracing::info!(code = status.code(), "card reader on {}: {status}", self.config.port.display());
        self.status = Some(status.clone());
        (self.sink)(CardEvent::ReaderState(status));
    }

    fn forget_card(&mut self) {
        if self.card.lies.take().is_some() {
            (self.sink)(CardEvent::CardRemoved);
        }
    }

    /// Asks for cards until the port fails. `None`: the thread is to end.
    fn serve(&mut self, mut wire: Wire) -> Option<Fault> {
        let mut works = false;
        let mut misses = 0;
        while !self.shared.stopped() {
            self.shared.pulse.beat();
            let request = if works { Request::Find } else { Request::Status };
            match wire.exchange(request) {
                Ok(reply) => {
                    misses = 0;
                    self.reopen_after = BACK_OFF.0;
                    if !works || reply.status.is_broken_module() {
                        works = self.take_state(reply.status);
                    } else if let Err(NoAnswer::Lost(fault)) = self.take_find(&mut wire, reply.status) {
                        return Some(fault);
                    }
                    if request == Request::Status && works {
                        continue;
                    }
                }
                Err(NoAnswer::Lost(fault)) => return Some(fault),
                Err(miss) => {
                    misses += 1;
                    if misses >= MISSES || !works {
                        works = false;
                        self.forget_card();
                        self.report(DeviceStatus::Down(self.unusable(&miss)));
                    }
                }
            }
            self.shared.pause(self.config.find_every);
        }
        None
    }

    fn unusable(&self, miss: &NoAnswer) -> Fault {
        let port = self.config.port.to_string_lossy().into_owned();
        match miss {
            NoAnswer::Silent => Fault::ReaderSilent { port },
            NoAnswer::Garbled(_) => Fault::ReaderGarbled { port },
            NoAnswer::Lost(fault) => fault.clone(),
        }
    }

    /// What the module says of itself.
    fn take_state(&mut self, status: Status) -> bool {
        if status == Status::DONE {
            self.report(DeviceStatus::Ready);
            return true;
        }
        self.forget_card();
        let port = self.config.port.to_string_lossy().into_owned();
        self.report(DeviceStatus::Down(Fault::SecurityModule { port, detail: status.to_string() }));
        false
    }

    fn take_find(&mut self, wire: &mut Wire, status: Status) -> Result<(), NoAnswer> {
        let now = Instant::now();
        let turn = match status {
            Status::FOUND => self.card.found(now),
            Status::NOT_FOUND => self.card.not_found(now),
            // Anything else says nothing of a card.
            _ => Turn::Nothing,
        };
        match turn {
            Turn::Nothing => Ok(()),
            Turn::Removed => {
                (self.sink)(CardEvent::CardRemoved);
                Ok(())
            }
            Turn::New => {
                self.forget_card();
                self.read(wire)
            }
        }
    }

    fn read(&mut self, wire: &mut Wire) -> Result<(), NoAnswer> {
        (self.sink)(CardEvent::CardPresent);
        let mut lost = Ok(());
        let mut module = Lenient { wire, spare: 1, lost: &mut lost };
        let outcome = sdt::read_found(&mut module);
        self.card.lies = Some(Lying { failed: outcome.is_err(), unseen: None });
        (self.sink)(match outcome {
            Ok(identity) => CardEvent::CardRead(Box::new(identity)),
            Err(error) => {
                tracing::info!(code = error.code(), "a card could not be read: {error}");
                CardEvent::CardFailed(error)
            }
        });
        lost
    }
}

/// Asks once more when an answer was lost on the line: the module has not said that it failed, so the card need not be
/// lifted.
struct Lenient<'a> {
    wire: &'a mut Wire,
    spare: u32,
    /// Set when the port went away.
    lost: &'a mut Result<(), NoAnswer>,
}

impl Module for Lenient<'_> {
    fn ask(&mut self, request: Request) -> Result<Reply, CardError> {
        loop {
            let miss = match self.wire.exchange(request) {
                Ok(reply) => return Ok(reply),
                Err(miss) => miss,
            };
            if matches!(miss, NoAnswer::Lost(_)) {
                *self.lost = Err(miss.clone());
            } else if self.spare > 0 {
                self.spare -= 1;
                continue;
            }
            return Err(failed(miss));
        }
    }
}

struct Wire {
    line: Line,
    baud: u32,
    shared: Arc<Shared>,
}

impl Wire {
    /// Sends `request` and waits for what answers it.
    fn exchange(&mut self, request: Request) -> Result<Reply, NoAnswer> {
        self.drain()?;
        self.line.write(&request.encode()).map_err(NoAnswer::Lost)?;
        let limit = match request {
            Request::ReadText => ANSWER.1 + self.wire_time(LONGEST_FRAME),
            Request::Status | Request::Find | Request::Select | Request::ReadNewestAddress => ANSWER.0,
        };
        let deadline = Instant::now() + limit;
        // As long as it can become, so that growing leaves no copies of a person's data behind.
        let mut heard = Zeroizing::new(Vec::with_capacity(LONGEST_FRAME + SLACK));
        let mut at = 0;
        let mut chunk = Zeroizing::new([0; 256]);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            // What waits is read also after the deadline: this thread may be late, and not the answer.
            let count = self.line.read(&mut *chunk, left.min(Duration::from_millis(100))).map_err(NoAnswer::Lost)?;
            heard.extend_from_slice(&chunk[..count]);
            let late = left.is_zero() && count == 0;
            let ended = late || heard.len() + chunk.len() > heard.capacity() || self.shared.stopped();
            while let Some((length, reply)) = find_reply(&heard[at..], ended) {
                at += length;
                if request.is_answered_by(&reply) {
                    return Ok(reply);
                }
            }
            if ended {
                return Err(if heard.is_empty() { NoAnswer::Silent } else { NoAnswer::Garbled(heard.len()) });
            }
        }
    }

    /// Throws away what came unasked: a late answer, noise.
    fn drain(&mut self) -> Result<(), NoAnswer> {
        let mut chunk = Zeroizing::new([0; 256]);
        for _ in 0..LONGEST_FRAME / chunk.len() + 1 {
            if self.line.read(&mut *chunk, Duration::ZERO).map_err(NoAnswer::Lost)? == 0 {
                break;
            }
        }
        Ok(())
    }

    fn wire_time(&self, bytes: usize) -> Duration {
        let bits = u32::try_from(bytes).unwrap_or(u32::MAX).saturating_mul(BITS);
        Duration::from_secs(1) * bits / self.baud.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers as (milliseconds, whether a card was found), and what they make happen.
    fn play(failed: bool, answers: &[(u64, bool)]) -> Vec<(u64, Turn)> {
        let start = Instant::now();
        let mut card = Card { lies: Some(Lying { failed, unseen: None }), finds_again: false };
        let turns = answers.iter().map(|(ms, found)| {
            let now = start + Duration::from_millis(*ms);
            (*ms, if *found { card.found(now) } else { card.not_found(now) })
        });
        turns.filter(|(_, turn)| *turn != Turn::Nothing).collect()
    }

    #[test]
    fn what_a_module_says_of_a_card_that_it_has_read() {
        let silent = |from: u64, to: u64| (from..to).step_by(300).map(|ms| (ms, false));
        for (name, failed, answers, turns) in [
            ("unseen while it lies there is no removal", false, silent(0, 60_000).collect::<Vec<_>>(), vec![]),
            ("found after a while is the next card", false, vec![(0, false), (900, true)], vec![(900, Turn::New)]),
            ("found at once is the same card", false, vec![(0, true), (300, true), (600, true)], vec![]),
            (
                "found now and then is the same card",
                false,
                vec![(0, false), (300, true), (600, false), (900, true)],
                vec![],
            ),
            (
                "a module that finds it again tells its removal",
                false,
                vec![(0, true), (300, false), (600, false), (900, false), (1200, false)],
                vec![(1200, Turn::Removed)],
            ),
            ("after a failure a short lift counts", true, vec![(0, false), (300, true)], vec![(300, Turn::New)]),
            ("after a failure it must be lifted", true, vec![(0, true), (300, true), (9_000, true)], vec![]),
        ] {
            assert_eq!(play(failed, &answers), turns, "{name}");
        }
    }
}
