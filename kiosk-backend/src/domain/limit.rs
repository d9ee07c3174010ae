//! How often one may try: a count per key within a window of time, in memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many keys are remembered at most; the oldest are forgotten first.
const KEYS: usize = 10_000;

/// Counts failed tries.
#[derive(Default)]
pub struct Limiter {
    failures: Mutex<HashMap<String, Tries>>,
}

/// When one key tried, and how long that counts.
#[derive(Default)]
struct Tries {
    window_ms: i64,
    at: Vec<i64>,
}

impl Tries {
    /// Forgets those that count no more.
    fn renew(&mut self, window_ms: i64, now_ms: i64) {
        self.window_ms = window_ms;
        self.at.retain(|at| now_ms.saturating_sub(*at) < window_ms);
    }
}

impl Limiter {
    /// Seconds to wait when `key` failed `most` times within `window_ms`; `None` when it may try.
    pub fn wait_s(&self, key: &str, most: usize, window_ms: i64, now_ms: i64) -> Option<u64> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let recent: Vec<i64> =
            failures.get(key)?.at.iter().copied().filter(|at| now_ms.saturating_sub(*at) < window_ms).collect();
        let oldest = recent.len().checked_sub(most).and_then(|at| recent.get(at))?;
        let wait_ms = oldest.saturating_add(window_ms).saturating_sub(now_ms);
        Some(wait_ms.unsigned_abs().div_ceil(1000).max(1))
    }

    /// Counts a try that is about to be made, unless `key` must wait: then for how many seconds.
    pub fn count(&self, key: &str, most: usize, window_ms: i64, now_ms: i64) -> Option<u64> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut failures, now_ms);
        let tries = failures.entry(key.to_owned()).or_default();
        tries.renew(window_ms, now_ms);
        if tries.at.len() >= most {
            let wait_ms = tries.at.first().map_or(0, |oldest| oldest.saturating_add(window_ms).saturating_sub(now_ms));
            return Some(wait_ms.unsigned_abs().div_ceil(1000).max(1));
        }
        tries.at.push(now_ms);
        None
    }

    /// Takes the last try back: it was a good one.
    pub fn forgive(&self, key: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tries) = failures.get_mut(key) {
            tries.at.pop();
        }
    }

    /// Counts a failed try.
    pub fn failed(&self, key: &str, window_ms: i64, now_ms: i64) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut failures, now_ms);
        let tries = failures.entry(key.to_owned()).or_default();
        tries.renew(window_ms, now_ms);
        tries.at.push(now_ms);
    }
}

/// Forgets keys whose window is over, and if there are still too many the one that is quiet longest.
fn make_room(failures: &mut HashMap<String, Tries>, now_ms: i64) {
    if failures.len() < KEYS {
        return;
    }
    let last = |tries: &Tries| tries.at.last().copied().unwrap_or(i64::MIN);
    failures.retain(|_, tries| now_ms.saturating_sub(last(tries)) < tries.window_ms);
    let quiet = failures.iter().min_by_key(|(_, tries)| last(tries)).map(|(key, _)| key.clone());
    if failures.len() >= KEYS
        && let Some(key) = quiet
    {
        failures.remove(&key);
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

    #[test]
    fn tries_are_counted_before_they_are_made_and_a_good_one_is_taken_back() {
        let limiter = Limiter::default();
        assert_eq!(limiter.count("a", 2, 60_000, 0), None);
        limiter.forgive("a");
        assert_eq!(limiter.count("a", 2, 60_000, 1000), None);
        assert_eq!(limiter.count("a", 2, 60_000, 2000), None);
        assert_eq!(limiter.count("a", 2, 60_000, 3000), Some(58));
        assert_eq!(limiter.count("a", 2, 60_000, 61_000), None);
    }

    #[test]
    fn a_flood_of_keys_forgets_the_quiet_ones_and_stays_bounded() {
        let limiter = Limiter::default();
        limiter.failed("long", i64::MAX, 5);
        for n in 0..2 * KEYS {
            limiter.failed(&n.to_string(), 1000, 10 + i64::try_from(n).expect("small"));
        }
        assert!(limiter.failures.lock().expect("whole").len() <= KEYS);
        assert!(limiter.wait_s("long", 1, i64::MAX, 30_000).is_some(), "its window is not over");
    }
}
