//! How long to wait before trying again: doubling, capped, never two terminals at one instant.

use std::time::Duration;

/// First wait.
const FIRST: Duration = Duration::from_millis(500);
/// Longest wait.
pub const LONGEST: Duration = Duration::from_secs(30);

/// The waits of one row of failures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// After a success the next wait is short again.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// After a failure: how long to wait. `jitter` is a random number; the wait is between half and all of the step.
    pub fn failed(&mut self, jitter: u32) -> Duration {
        let step = FIRST.saturating_mul(2_u32.saturating_pow(self.failures.min(16))).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        step / 2 + (step / 2).mul_f64(f64::from(jitter) / f64::from(u32::MAX))
    }

    /// [`Backoff::failed`] with a random number of the system.
    pub fn wait(&mut self) -> Duration {
        self.failed(getrandom::u32().unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_start_anew() {
        let mut backoff = Backoff::default();
        let steps: Vec<_> = (0..9).map(|_| backoff.failed(u32::MAX).as_millis()).collect();
        assert_eq!(steps, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        backoff.succeeded();
        assert_eq!(backoff.failed(0), Duration::from_millis(250));
        for _ in 0..1_000 {
            assert!(backoff.wait() <= LONGEST);
        }
    }
}
