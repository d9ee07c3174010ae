//! The server's clock, in one place: what the machine's clock says, as far as it may be believed
//! ([`hall_rules::time::trusted`]), and turned by tests.
//!
//! The machine's clock is the source, monotonic time carries it on, and the clocks of the terminals are its witnesses. So
//! a clock that is wrong for a minute is not followed, and no act of law follows from a jump before a witness agrees or
//! a day has passed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hall_rules::time::trusted::{Heard, TrustedTime};
use hall_rules::time::{Kept, Rank};

/// A witness is asked no longer than this after it spoke, in milliseconds: four heartbeats.
const WITNESS_LASTS_MS: i64 = 60_000;

/// Tells the time in milliseconds since the Unix epoch, UTC. A handle: its copies are the same clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    hands: Hands,
    trusted: TrustedTime,
    /// What a terminal's clock showed, and our monotonic time then.
    witness: Option<(i64, i64)>,
}

/// What the time is read off.
#[derive(Debug)]
enum Hands {
    /// The machine's clocks.
    System(Instant),
    /// Clocks of a test, which stand until they are moved.
    Standing { wall_ms: i64, mono_ms: i64 },
}

/// Why the time is not beyond doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The machine's clock departs by so many milliseconds from what is believed: positive when it is ahead.
    Departs(i64),
    /// It jumped, or had gone on without us, and is believed for lack of a better one; nobody has confirmed it.
    Unconfirmed,
}

impl Clock {
    /// The system's clock.
    #[expect(clippy::disallowed_methods, reason = "the one monotonic clock of the server's domain")]
    pub fn system() -> Self {
        Self::of(Hands::System(Instant::now()), built_ms())
    }

    /// A clock that stands at `now_ms` until [`Clock::advance`] moves it. For tests.
    pub fn standing_at(now_ms: i64) -> Self {
        Self::of(Hands::Standing { wall_ms: now_ms, mono_ms: 0 }, now_ms)
    }

    fn of(hands: Hands, built_ms: i64) -> Self {
        Self(Arc::new(Mutex::new(Inner { hands, trusted: TrustedTime::new(built_ms, None), witness: None })))
    }

    /// Takes in what an earlier start kept; before the first reading.
    pub fn recall(&self, kept: Kept) {
        self.with(|inner| {
            let built_ms = if matches!(inner.hands, Hands::System(_)) { built_ms() } else { kept.ms };
            inner.trusted = TrustedTime::new(built_ms, Some(Kept { rank: Rank::Possible, ..kept }));
        });
    }

    /// Now.
    pub fn now_ms(&self) -> i64 {
        self.with(Inner::read).0
    }

    /// Why acts of law must wait, if they must.
    pub fn doubt(&self) -> Option<Doubt> {
        self.with(|inner| {
            let (_, mono_ms) = inner.read();
            match inner.trusted.held_ms(mono_ms) {
                Some(by) => Some(Doubt::Departs(by)),
                None if inner.trusted.is_settled(mono_ms) => None,
                None => Some(Doubt::Unconfirmed),
            }
        })
    }

    /// What to keep for the next start.
    pub fn keep(&self) -> Option<Kept> {
        self.with(|inner| {
            let (_, mono_ms) = inner.read();
            inner.trusted.keep(mono_ms)
        })
    }

    /// Takes in what a terminal's clock shows.
    pub fn witness(&self, wall_ms: i64) {
        self.with(|inner| {
            let (_, mono_ms) = inner.read();
            inner.witness = Some((wall_ms, mono_ms));
            inner.trusted.witness(wall_ms, mono_ms);
        });
    }

    /// Lets time pass on a standing clock; the system's clock cannot be moved.
    pub fn advance(&self, by_ms: i64) {
        self.turn(by_ms, by_ms);
    }

    /// Turns the wall clock of a standing clock alone, as a person or a battery does.
    pub fn jump(&self, by_ms: i64) {
        self.turn(by_ms, 0);
    }

    fn turn(&self, wall_by_ms: i64, mono_by_ms: i64) {
        self.with(|inner| {
            inner.read();
            if let Hands::Standing { wall_ms, mono_ms } = &mut inner.hands {
                *wall_ms += wall_by_ms;
                *mono_ms += mono_by_ms;
            }
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    /// Now, and monotonic time.
    fn read(&mut self) -> (i64, i64) {
        let (wall_ms, mono_ms) = match &self.hands {
            Hands::System(started) => (wall_ms(), i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX)),
            Hands::Standing { wall_ms, mono_ms } => (*wall_ms, *mono_ms),
        };
        let witness = self.witness.filter(|(_, at)| mono_ms - at <= WITNESS_LASTS_MS);
        let shown = witness.map(|(ms, at)| ms.saturating_add(mono_ms - at));
        match self.trusted.hear(wall_ms, shown, mono_ms) {
            Heard::Held(by, true) => {
                tracing::error!(
                    by_s = by / 1000,
                    "the machine's clock jumped and is not believed: check its time service"
                );
            }
            Heard::Followed(by) => {
                tracing::warn!(by_s = by / 1000, "the machine's clock is believed again after a jump");
            }
            Heard::Held(_, false) | Heard::Agreed => {}
        }
        (self.trusted.best_ms(wall_ms, mono_ms), mono_ms)
    }
}

/// When this program was built: it is never earlier.
fn built_ms() -> i64 {
    env!("BACKEND_BUILT_S").parse::<i64>().map_or(0, |seconds| seconds.saturating_mul(1000))
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
fn wall_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;
    const NOW: i64 = 1_795_975_795_000;

    #[test]
    fn a_minute_in_another_month_does_not_move_the_clock() {
        let clock = Clock::standing_at(NOW);
        assert_eq!((clock.now_ms(), clock.doubt()), (NOW, None));
        clock.jump(20 * DAY);
        clock.advance(63_000);
        assert_eq!((clock.now_ms(), clock.doubt()), (NOW + 63_000, Some(Doubt::Departs(20 * DAY))));
        clock.jump(-20 * DAY);
        assert_eq!((clock.now_ms(), clock.doubt()), (NOW + 63_000, None));
    }

    #[test]
    fn a_jump_that_stands_is_followed_and_doubted_until_a_terminal_agrees() {
        let clock = Clock::standing_at(NOW);
        clock.jump(20 * DAY);
        clock.now_ms();
        clock.advance(300_000);
        assert_eq!((clock.now_ms(), clock.doubt()), (NOW + 20 * DAY + 300_000, Some(Doubt::Unconfirmed)));
        assert_eq!(clock.keep(), None);
        clock.witness(NOW + 300_000);
        assert_eq!(clock.doubt(), Some(Doubt::Unconfirmed), "the terminals say otherwise");
        clock.witness(NOW + 20 * DAY + 290_000);
        assert_eq!(clock.doubt(), None);
        assert!(clock.keep().is_some());
    }

    #[test]
    fn a_clock_that_is_wrong_from_the_start_is_put_right_at_once() {
        let clock = Clock::standing_at(NOW + 20 * DAY);
        clock.recall(Kept { ms: NOW, rank: Rank::Witnessed });
        assert_eq!(clock.doubt(), Some(Doubt::Unconfirmed));
        clock.witness(NOW);
        clock.jump(-20 * DAY);
        assert_eq!((clock.now_ms(), clock.doubt()), (NOW, None));
    }

    #[test]
    fn years_ahead_at_the_start_are_no_time() {
        let clock = Clock::standing_at(NOW + 15 * 365 * DAY);
        clock.recall(Kept { ms: NOW, rank: Rank::Possible });
        clock.advance(1_000);
        assert_eq!(clock.now_ms(), NOW + 1_000);
        assert!(matches!(clock.doubt(), Some(Doubt::Departs(_))));
        // A terminal knows better by how long the server was off.
        clock.witness(NOW + 90_000);
        assert_eq!(clock.now_ms(), NOW + 90_000);
        assert!(matches!(clock.doubt(), Some(Doubt::Departs(_))));
    }
}
