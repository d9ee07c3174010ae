//! Waiting on conditions, and the clocks of tests. No test sleeps for a while and hopes.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::{Error, Result};

/// How long a hall on a busy machine may take for something that usually takes a moment.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks `probe` until it answers, at most for `limit`. `what` completes "waited in vain for …".
pub fn until<T>(what: &str, limit: Duration, mut probe: impl FnMut() -> Option<T>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return Ok(found);
        }
        if start.elapsed() >= limit {
            return Err(Error::new(format!("waited {limit:?} in vain for {what}")));
        }
        let_pass(Duration::from_millis(15));
    }
}

/// Like [`until`], for a condition.
pub fn until_true(what: &str, limit: Duration, mut probe: impl FnMut() -> bool) -> Result<()> {
    until(what, limit, || probe().then_some(()))
}

/// A person looks at a page before they touch it: for longer than the terminal's guard against double taps, 300 ms.
pub fn look() {
    let_pass(Duration::from_millis(350));
}

/// Lets time pass that is itself what is tried: how long a finger lies, how slow a line is, how long nothing may
/// happen. Never to wait for something: that is [`until`].
#[expect(clippy::disallowed_methods, reason = "the one place where tests sleep")]
pub fn let_pass(time: Duration) {
    thread::sleep(time);
}

/// The wall clock, in milliseconds since the epoch.
#[expect(clippy::disallowed_methods, reason = "the one place where tests read the wall clock")]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
