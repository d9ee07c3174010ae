//! How often one may try: a count for each key within a span of time. No clock, no lock, no disk: time is an argument.

use std::collections::HashMap;

/// How often one key may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Failures within the span; the next try must wait.
    pub most: usize,
    /// How long a failure counts, milliseconds.
    pub span_ms: i64,
    /// How many keys are remembered at most; those that are quiet longest are forgotten first. Only for keys that anybody
    /// can invent: where a key is a thing of ours there are only so many, and none is ever forgotten.
    pub keys: usize,
}

/// What is counted under: digests of whose it is and of where it was tried from, so that nothing that was typed is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// Of something, tried from somewhere; `from` is empty where that makes no difference.
    pub fn new(whose: &str, from: &str) -> Self {
        use sha2::{Digest as _, Sha256};
        let mut key = [0; 32];
        for (half, text) in key.chunks_exact_mut(16).zip([whose, from]) {
            half.copy_from_slice(&Sha256::digest(text)[..16]);
        }
        Self(key)
    }

    /// The part that says whose it is.
    pub fn whose(&self) -> &[u8] {
        &self.0[..16]
    }
}

/// That a key must wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// For how long, milliseconds.
    pub ms: i64,
    /// Whether this is the first try that is turned away since one was let through: to be told once and not each time.
    pub first: bool,
}

impl Wait {
    /// In whole seconds, never none.
    pub fn seconds(self) -> u64 {
        self.ms.unsigned_abs().div_ceil(1000).max(1)
    }
}

/// When one key failed.
#[derive(Clone, Debug, Default)]
struct Tries {
    at: Vec<i64>,
    told: bool,
}

impl Tries {
    /// Forgets those that count no more. One that lies in the future was counted by a clock that was wrong: it counts
    /// from now on, and never longer than a span.
    fn renew(&mut self, span_ms: i64, now_ms: i64) {
        for at in &mut self.at {
            *at = (*at).min(now_ms);
        }
        self.at.retain(|at| now_ms.saturating_sub(*at) < span_ms);
    }

    fn last(&self) -> i64 {
        self.at.last().copied().unwrap_or(i64::MIN)
    }
}

/// Counts failed tries of one kind.
#[derive(Clone, Debug)]
pub struct Limiter {
    rule: Rule,
    tries: HashMap<Key, Tries>,
}

impl Limiter {
    /// Nothing was tried yet.
    pub fn new(rule: Rule) -> Self {
        Self { rule, tries: HashMap::new() }
    }

    /// Counts a try that is about to be made, unless the key must wait. Counted before it is looked at, so that many at
    /// one instant cannot all slip through.
    pub fn count(&mut self, key: Key, now_ms: i64) -> Result<(), Wait> {
        if !self.tries.contains_key(&key) {
            self.make_room(now_ms);
        }
        let Rule { most, span_ms, .. } = self.rule;
        let tries = self.tries.entry(key).or_default();
        tries.renew(span_ms, now_ms);
        if let Some(oldest) = tries.at.len().checked_sub(most).and_then(|n| tries.at.get(n)) {
            let ms = oldest.saturating_add(span_ms).saturating_sub(now_ms);
            let first = !std::mem::replace(&mut tries.told, true);
            return Err(Wait { ms, first });
        }
        tries.told = false;
        tries.at.push(now_ms);
        Ok(())
    }

    /// Takes the last try back: it was a good one, and costs nothing.
    pub fn forgive(&mut self, key: Key) {
        if let Some(tries) = self.tries.get_mut(&key) {
            tries.at.pop();
            if tries.at.is_empty() {
                self.tries.remove(&key);
            }
        }
    }

    /// Forgets all that was tried under the keys that `which` names.
    pub fn forget(&mut self, which: impl Fn(&Key) -> bool) {
        self.tries.retain(|key, _| !which(key));
    }

    /// Puts back a failure that was counted before a restart.
    pub fn restore(&mut self, key: Key, at_ms: i64) {
        let tries = self.tries.entry(key).or_default();
        tries.at.push(at_ms);
        tries.at.sort_unstable();
    }

    /// The most failures that count now under one of the keys that `which` names.
    pub fn most(&self, now_ms: i64, which: impl Fn(&Key) -> bool) -> usize {
        let counts =
            |tries: &Tries| tries.at.iter().filter(|at| now_ms.saturating_sub(**at) < self.rule.span_ms).count();
        self.tries.iter().filter(|(key, _)| which(key)).map(|(_, tries)| counts(tries)).max().unwrap_or(0)
    }

    /// Forgets keys whose failures count no more, and if there are still too many the half that is quiet longest: a
    /// flood costs one pass for many keys, not one for each.
    fn make_room(&mut self, now_ms: i64) {
        if self.tries.len() < self.rule.keys {
            return;
        }
        let span_ms = self.rule.span_ms;
        self.tries.retain(|_, tries| now_ms.saturating_sub(tries.last()) < span_ms);
        if self.tries.len() < self.rule.keys {
            return;
        }
        let mut ages: Vec<(i64, Key)> = self.tries.iter().map(|(key, tries)| (tries.last(), *key)).collect();
        let (quiet, _, _) = ages.select_nth_unstable(self.rule.keys / 2);
        for (_, key) in quiet {
            self.tries.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: Rule = Rule { most: 3, span_ms: 60_000, keys: usize::MAX };

    fn key(n: usize) -> Key {
        Key::new(&n.to_string(), "")
    }

    #[test]
    fn the_third_failure_closes_the_door_for_the_rest_of_the_span() {
        let mut limiter = Limiter::new(RULE);
        for at in [0, 10_000, 20_000] {
            assert_eq!(limiter.count(key(1), at), Ok(()));
        }
        assert_eq!(limiter.count(key(1), 20_000), Err(Wait { ms: 40_000, first: true }));
        assert_eq!(limiter.count(key(1), 20_001), Err(Wait { ms: 39_999, first: false }));
        assert_eq!(limiter.count(key(2), 20_000), Ok(()));
        assert_eq!(limiter.count(key(1), 60_000), Ok(()));
        assert_eq!(limiter.count(key(1), 60_000), Err(Wait { ms: 10_000, first: true }));
    }

    #[test]
    fn a_clock_that_was_ahead_for_a_minute_locks_nobody_out_for_longer_than_a_span() {
        let mut limiter = Limiter::new(RULE);
        let ahead = 20 * 86_400_000;
        for _ in 0..3 {
            assert_eq!(limiter.count(key(1), ahead), Ok(()));
        }
        assert_eq!(limiter.count(key(1), 1000), Err(Wait { ms: 60_000, first: true }));
        assert_eq!(limiter.count(key(1), 61_000), Ok(()));
    }

    #[test]
    fn a_flood_of_invented_keys_stays_bounded_and_is_cheap() {
        let mut limiter = Limiter::new(Rule { keys: 1000, ..RULE });
        for n in 0..10_000 {
            assert_eq!(limiter.count(key(n), i64::try_from(n).expect("small")), Ok(()));
            assert!(limiter.tries.len() <= 1000);
        }
        assert_eq!(limiter.most(10_000, |one| *one == key(9_999)), 1, "the newest are there");
    }

    /// What somebody does with one key, and how much later.
    #[derive(Clone, Copy, Debug)]
    enum Step {
        Wrong,
        Right,
    }

    fn steps() -> impl Strategy<Value = Vec<(Step, i64)>> {
        let step = prop_oneof![Just(Step::Wrong), Just(Step::Right)];
        proptest::collection::vec((step, -30_000_i64..30_000), 1..200)
    }

    proptest! {
        /// Right answers cost nothing: as many as anybody wants are let through until the wrong ones are used up.
        #[test]
        fn right_answers_alone_are_never_turned_away(gaps in proptest::collection::vec(0_i64..1000, 1..300)) {
            let (mut limiter, mut now) = (Limiter::new(RULE), 0);
            for gap in gaps {
                now += gap;
                prop_assert_eq!(limiter.count(key(1), now), Ok(()));
                limiter.forgive(key(1));
            }
            prop_assert!(limiter.tries.is_empty(), "and leave nothing behind");
        }

        /// Whatever is done, no span has more failures than the rule allows while the clock goes forward, and nobody
        /// waits longer than a span even while it does not.
        #[test]
        fn no_span_has_more_failures_than_allowed(steps in steps(), forward in any::<bool>()) {
            let (mut limiter, mut now, mut wrong) = (Limiter::new(RULE), 0_i64, Vec::new());
            for (step, gap) in steps {
                now += if forward { gap.abs() } else { gap };
                match limiter.count(key(1), now) {
                    Ok(()) => match step {
                        Step::Wrong => wrong.push(now),
                        Step::Right => limiter.forgive(key(1)),
                    },
                    Err(wait) => prop_assert!(wait.ms > 0 && wait.ms <= RULE.span_ms, "{wait:?}"),
                }
                if forward {
                    let within = wrong.iter().filter(|at| now - **at < RULE.span_ms).count();
                    prop_assert!(within <= RULE.most, "{within} at {now}");
                }
            }
        }

        /// What others do changes nothing for a key, however many they are.
        #[test]
        fn keys_do_not_touch_each_other(mine in steps(), others in 1_usize..2000) {
            let (mut alone, mut among, mut now) = (Limiter::new(RULE), Limiter::new(RULE), 0_i64);
            for (n, (step, gap)) in mine.into_iter().enumerate() {
                now += gap.abs();
                for other in 0..others / 100 {
                    let _ = among.count(key(1 + n * 20 + other), now);
                }
                prop_assert_eq!(alone.count(key(0), now), among.count(key(0), now));
                if matches!(step, Step::Right) {
                    alone.forgive(key(0));
                    among.forgive(key(0));
                }
            }
        }
    }
}
