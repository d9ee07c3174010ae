//! The server's clock, in one place, so that tests can turn it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time in milliseconds since the Unix epoch, UTC.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Absent: the system's clock.
    hands: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `now_ms` until [`Clock::advance`] moves it. For tests.
    pub fn standing_at(now_ms: i64) -> Self {
        Self { hands: Some(Arc::new(AtomicI64::new(now_ms))) }
    }

    /// Now.
    pub fn now_ms(&self) -> i64 {
        match &self.hands {
            Some(hands) => hands.load(Ordering::Relaxed),
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
        }
    }

    /// Moves a standing clock; the system's clock cannot be moved.
    pub fn advance(&self, by_ms: i64) {
        if let Some(hands) = &self.hands {
            hands.fetch_add(by_ms, Ordering::Relaxed);
        }
    }
}
