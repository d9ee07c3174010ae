//! The terminal's clocks: one monotonic, one on the wall, and what was heard of the backend's.
//!
//! Timers and expiry never use the wall clock. The wall clock is written beside every entry as a claim.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kiosk_wire::Stamp;
use uuid::Uuid;

/// The clocks of one start of the process. Shared by all threads.
#[derive(Debug)]
pub struct Clock {
    boot_id: Uuid,
    started: Instant,
    heard: Mutex<Option<Heard>>,
    /// What an earlier start is known to have heard of the backend, in milliseconds since the epoch.
    known_ms: AtomicI64,
    /// Time that a test let pass.
    #[cfg(test)]
    passed: Mutex<Duration>,
}

/// Backend time as it was at one monotonic instant.
#[derive(Clone, Copy, Debug)]
struct Heard {
    server_ms: i64,
    at: Duration,
}

impl Clock {
    /// The clocks of a process that starts now.
    pub fn start() -> Self {
        Self {
            boot_id: Uuid::now_v7(),
            started: Instant::now(),
            heard: Mutex::new(None),
            known_ms: AtomicI64::new(0),
            #[cfg(test)]
            passed: Mutex::default(),
        }
    }

    /// Monotonic time since the start. The only time the journey sees.
    #[cfg(not(test))]
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Monotonic time since the start, and what a test let pass.
    #[cfg(test)]
    pub fn now(&self) -> Duration {
        self.started.elapsed() + *self.passed.lock().expect("a clock")
    }

    /// Lets time pass in a test.
    #[cfg(test)]
    pub(crate) fn pass(&self, time: Duration) {
        *self.passed.lock().expect("a clock") += time;
    }

    /// Takes in the backend's time, in milliseconds since the epoch.
    pub fn hear(&self, server_ms: i64) {
        if let Ok(mut heard) = self.heard.lock() {
            *heard = Some(Heard { server_ms, at: self.now() });
        }
    }

    /// Backend time now: what was last heard plus monotonic time since. `None` until a backend was heard in this
    /// start: expiry cannot be judged then.
    pub fn server_ms(&self) -> Option<i64> {
        let heard = *self.heard.lock().ok()?;
        let heard = heard?;
        let since = i64::try_from(self.now().saturating_sub(heard.at).as_millis()).unwrap_or(i64::MAX);
        Some(heard.server_ms.saturating_add(since))
    }

    /// A stamp for a journal entry.
    pub fn stamp(&self) -> Stamp {
        let wall_ms_utc = wall_ms();
        Stamp {
            wall_ms_utc,
            boot_id: self.boot_id,
            mono_ms: u64::try_from(self.now().as_millis()).unwrap_or(u64::MAX),
            server_offset_ms: self.server_ms().map(|server| server.saturating_sub(wall_ms_utc)),
        }
    }

    /// Takes in that the backend's clock once showed this, in milliseconds since the epoch.
    pub fn knows(&self, server_ms: i64) {
        self.known_ms.fetch_max(server_ms, Ordering::Relaxed);
    }

    /// The time by which certificates are judged, in milliseconds since the epoch: the wall clock, but never before the
    /// build of this program or what the backend has said. Without a battery a board starts in 1970 or 2000.
    pub fn no_earlier_ms(&self) -> i64 {
        let built_ms = env!("KIOSK_BUILT_S").parse::<i64>().map_or(0, |seconds| seconds.saturating_mul(1000));
        let known_ms = self.known_ms.load(Ordering::Relaxed);
        wall_ms().max(built_ms).max(known_ms).max(self.server_ms().unwrap_or(0))
    }

    /// The best estimate of the true time, milliseconds since the epoch.
    pub fn best_ms(&self) -> i64 {
        self.server_ms().unwrap_or_else(wall_ms)
    }
}

/// The wall clock, milliseconds since the epoch; negative before 1970.
pub fn wall_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}
