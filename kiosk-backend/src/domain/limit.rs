//! How often one may try: a count per key within a window of time, in memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many keys are remembered at most; the oldest are forgotten first.
const KEYS: usize = 10_000;

/// Counts failed tries.
#[derive(Default)]
pub struct Limiter {
    failures: Mutex<HashMap<String, Vec<i64>>>,
}

impl Limiter {
    /// Seconds to wait when `key` failed `most` times within `window_ms`; `None` when it may try.
    pub fn wait_s(&self, key: &str, most: usize, window_ms: i64, now_ms: i64) -> Option<u64> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let recent: Vec<i64> =
            failures.get(key)?.iter().copied().filter(|at| now_ms.saturating_sub(*at) < window_ms).collect();
        let oldest = recent.len().checked_sub(most).and_then(|at| recent.get(at))?;
        let wait_ms = oldest.saturating_add(window_ms).saturating_sub(now_ms);
        Some(wait_ms.unsigned_abs().div_ceil(1000).max(1))
    }

    /// Counts a failed try.
    pub fn failed(&self, key: &str, window_ms: i64, now_ms: i64) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= KEYS {
            failures.retain(|_, times| times.last().is_some_and(|at| now_ms.saturating_sub(*at) < window_ms));
        }
        let times = failures.entry(key.to_owned()).or_default();
        times.retain(|at| now_ms.saturating_sub(*at) < window_ms);
        times.push(now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_failure_closes_the_door_for_the_rest_of_the_window() {
        let limiter = Limiter::default();
        for at in [0, 10_000, 20_000] {
            assert_eq!(limiter.wait_s("a", 3, 60_000, at), None);
            limiter.failed("a", 60_000, at);
        }
        assert_eq!(limiter.wait_s("a", 3, 60_000, 20_000), Some(40));
        assert_eq!(limiter.wait_s("b", 3, 60_000, 20_000), None);
        assert_eq!(limiter.wait_s("a", 3, 60_000, 60_000), None);
    }
}
