//! The handle on the thread that owns a reader, whatever it is connected to.

use std::sync::{Arc, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::serial::SerialReader;
use super::shared::{Opening, Shared};
use super::watch::Watch;
use super::{CardEvent, MrzKey, ReaderConfig};
use crate::Pulse;

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
    /// that reads nothing anew. `year` is the present one, by a clock that is believed: birth dates of two digits hang on it.
    pub fn set_mrz(&self, key: Option<MrzKey>, year: u16) {
        let news = key.is_some();
        *self.shared.mrz.lock().unwrap_or_else(PoisonError::into_inner) = Opening { key, news, year };
        self.shared.wake();
    }

    /// Of the owner thread.
    pub fn pulse(&self) -> Pulse {
        self.shared.pulse.clone()
    }

    /// Ends the thread and waits for it: at most for the card that is being read.
    pub fn shutdown(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        self.shared.stop();
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
