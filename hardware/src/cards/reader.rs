//! The handle on the thread that owns a reader, whatever it is connected to.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use pcsc::Context;

use super::serial::SerialReader;
use super::watch::Watch;
use super::{CardEvent, MrzKey, TrustList, glob};

/// How a PC/SC reader hands out resident-ID data. The reader's vendor says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResidentIdAccess {
    /// Pseudo commands `FF B0`: see [`super::sam_block`].
    SamBlock,
    /// Frames of [`super::sdt`] inside a pseudo command: this header (CLA INS P1 P2), their length, the frame, and 00.
    SdtApdu {
        /// CLA, INS, P1, P2.
        header: [u8; 4],
    },
    /// Frames of [`super::sdt`] inside a control code of the reader.
    SdtControl {
        /// Function number, from which PC/SC part 10 makes the control code.
        function: u32,
    },
}

/// One configured reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReaderConfig {
    /// Readers of the smart card service.
    Pcsc(PcscConfig),
    /// A reader of resident ID cards on a serial line, see [`super::sdt`].
    Sdt(SdtConfig),
}

/// Readers of the smart card service (pcscd).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcscConfig {
    /// Pattern over PC/SC reader names; `*` and `?` stand for any run and any one character.
    pub reader: String,
    /// Patterns of readers that this configuration leaves to others. No two configurations of one terminal may take
    /// the same reader: they would take the card from each other.
    pub except: Vec<String>,
    /// How this reader's security module hands out resident-ID data; `None` if it has none.
    pub resident_id: Option<ResidentIdAccess>,
    /// Whose travel documents are believed.
    pub trust: TrustList,
}

impl PcscConfig {
    /// Readers whose names fit `pattern`, without a security module.
    pub fn new(pattern: &str) -> Self {
        Self { reader: pattern.to_owned(), except: Vec::new(), resident_id: None, trust: TrustList::default() }
    }

    /// Whether the reader of that name is meant.
    pub fn takes(&self, name: &str) -> bool {
        glob::matches(&self.reader, name) && !self.except.iter().any(|pattern| glob::matches(pattern, name))
    }
}

/// A reader on a serial line that speaks SDT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdtConfig {
    /// Path of the serial port.
    pub port: PathBuf,
    /// Rate of the line; one of [`SdtConfig::RATES`].
    pub baud: u32,
    /// How often it is asked whether a card is there; modules want 300 ms or more.
    pub find_every: Duration,
}

impl SdtConfig {
    /// The rates that modules know (commands `60 00` to `60 04` of the protocol); the first is how they are delivered.
    pub const RATES: [u32; 5] = [115_200, 57_600, 38_400, 19_200, 9_600];

    /// A reader as it is delivered.
    pub fn new(port: impl Into<PathBuf>) -> Self {
        Self { port: port.into(), baud: Self::RATES[0], find_every: Duration::from_millis(300) }
    }
}

/// First and longest wait before a service or a port is tried again.
pub(super) const BACK_OFF: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(4));

/// What handle and owner thread have in common.
#[derive(Default)]
pub(super) struct Shared {
    stop: AtomicBool,
    /// The context that the owner thread waits in, so that the wait can be cancelled.
    pub(super) waiting: Mutex<Option<Context>>,
    /// What opens the next travel document, and whether that is news to the owner thread.
    pub(super) mrz: Mutex<(Option<MrzKey>, bool)>,
}

impl Shared {
    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Ends a wait for cards.
    fn wake(&self) {
        if let Some(context) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
            && let Err(error) = context.cancel()
        {
            tracing::debug!(%error, "the wait for cards could not be cancelled");
        }
    }

    /// Lets time pass, but not after the stop.
    pub(super) fn pause(&self, wait: Duration) {
        let step = Duration::from_millis(50);
        let mut left = wait;
        while !left.is_zero() && !self.stopped() {
            thread::park_timeout(step.min(left));
            left = left.saturating_sub(step);
        }
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("stop", &self.stop).finish_non_exhaustive()
    }
}

/// Talks to the owner thread. Dropping it shuts the thread down.
#[derive(Debug)]
pub struct CardReader {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl CardReader {
    /// Starts the thread that owns the reader (or every reader that a pattern takes). It calls `sink` for each
    /// [`CardEvent`] and waits for ever for a service, a port or a reader that is not there.
    pub fn spawn(config: ReaderConfig, sink: impl FnMut(CardEvent) + Send + 'static) -> Self {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = match config {
            ReaderConfig::Pcsc(config) => thread::spawn(move || Watch::new(config, sink, theirs).run()),
            ReaderConfig::Sdt(config) => thread::spawn(move || SerialReader::new(config, sink, theirs).run()),
        };
        Self { shared, thread: Some(thread) }
    }

    /// Says what opens the chip of the travel document that lies on the reader, or will. A document that was waiting
    /// for it is read now: `CardPresent` and what became of it are told again. Forget it with `None` when the visit ends;
    /// that reads nothing anew.
    pub fn set_mrz(&self, key: Option<MrzKey>) {
        let news = key.is_some();
        *self.shared.mrz.lock().unwrap_or_else(PoisonError::into_inner) = (key, news);
        self.shared.wake();
    }

    /// Ends the thread and waits for it: at most for the card that is being read.
    pub fn shutdown(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        self.shared.stop.store(true, Ordering::SeqCst);
        while !thread.is_finished() {
            self.shared.wake();
            thread::park_timeout(Duration::from_millis(20));
        }
        if thread.join().is_err() {
            tracing::error!("the card thread ended by a panic");
        }
    }
}

impl Drop for CardReader {
    fn drop(&mut self) {
        self.end();
    }
}
