//! What the handle on a reader and its owner thread have in common.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use pcsc::Context;

use super::MrzKey;
use crate::Pulse;

/// First and longest wait before a service or a port is tried again.
pub(super) const BACK_OFF: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(4));

/// What handle and owner thread have in common.
#[derive(Default)]
pub(super) struct Shared {
    stop: AtomicBool,
    /// The context that the owner thread waits in, so that the wait can be cancelled.
    pub(super) waiting: Mutex<Option<Context>>,
    pub(super) mrz: Mutex<Opening>,
    pub(super) pulse: Pulse,
}

/// What opens the next travel document.
#[derive(Default)]
pub(super) struct Opening {
    pub(super) key: Option<MrzKey>,
    /// The owner thread does not know of it yet.
    pub(super) news: bool,
    /// The year in which it is read.
    pub(super) year: u16,
}

impl Shared {
    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// From here on the thread is to end.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Ends a wait for cards.
    pub(super) fn wake(&self) {
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
