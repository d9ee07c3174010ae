//! Waiting on conditions. No test sleeps for a while and hopes.

use std::thread;
use std::time::{Duration, Instant};

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
        thread::sleep(Duration::from_millis(15));
    }
}

/// Like [`until`], for a condition.
pub fn until_true(what: &str, limit: Duration, mut probe: impl FnMut() -> bool) -> Result<()> {
    until(what, limit, || probe().then_some(()))
}
