//! Waiting for what a driver tells.

use std::fmt::Debug;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// Far above anything that happens; only a hang reaches it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Every event up to and including the first that `wanted` accepts. `who` is told if it never comes.
pub(crate) fn wait<E: Debug>(who: &str, events: &Receiver<E>, wanted: impl Fn(&E) -> bool) -> Vec<E> {
    let deadline = Instant::now() + PATIENCE;
    let mut seen = Vec::new();
    loop {
        match events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(event) => {
                seen.push(event);
                if seen.last().is_some_and(&wanted) {
                    return seen;
                }
            }
            Err(error) => panic!("{who}: {error}; saw only {seen:#?}"),
        }
    }
}
