//! The time, as far as several clocks that may each be wrong let one know it.
//!
//! A *source* says the time now and then: to a terminal its backend, to the backend its machine's wall clock. A *witness*
//! is another clock that may confirm it: a terminal's wall clock, at the backend the clocks of its terminals. What is
//! believed is an *anchor*: what the source said at one instant, carried on by monotonic time. A statement that departs
//! from the anchor is followed
//!
//! - at once, when it is better supported than the anchor was ([`Rank`]);
//! - after it has stood for [`STAND_MS`], when it is supported as well;
//! - after [`STAND_LONG_MS`], when it is supported worse.
//!
//! So a clock that is wrong for a minute changes nothing, one that was put right is followed, and nothing that was ever
//! believed has to be deleted by hand.

use serde::{Deserialize, Serialize};

/// Two readings of one clock agree within this; a network's delay and a clock's drift between two readings are less.
pub const TOLERANCE_MS: i64 = 30_000;
/// A witness confirms within this: wall clocks that nobody sets drift by minutes.
pub const WITNESS_MS: i64 = 600_000;
/// How long a statement must stand against another as good.
pub const STAND_MS: i64 = 300_000;
/// How long a statement must stand against a better one, and a jump before acts of law follow from it: a day, so that
/// somebody at work has seen it.
pub const STAND_LONG_MS: i64 = 86_400_000;
/// A clock is possible at most this long after the newest time that is known for certain: three years of 365 days,
/// longer than any terminal waits for its next release or its backend.
pub const CEILING_MS: i64 = 3 * 365 * 86_400_000;
/// A build's own clock may have been in another zone: so much earlier is still possible.
const BUILT_SLACK_MS: i64 = 86_400_000;
/// A jump below this moves no legal clock worth a wait: those count days.
const SMALL_JUMP_MS: i64 = 3_600_000;
/// After a restart the time goes on without a doubt when no more than this has passed since it was last kept, or nothing
/// ever was.
const CONTINUED_MS: i64 = 86_400_000;
/// No machine of this product lives longer than this after it was built: ten years. A kept time beyond is none.
const LIFE_MS: i64 = 10 * 366 * 86_400_000;

/// How well a statement is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Before this program was built, or years after anything known.
    Impossible,
    /// Possible, and nobody confirms it.
    Possible,
    /// Another clock agrees.
    Witnessed,
}

/// What is kept over restarts: the time as it was last settled. A lower bound of any later time, unless it was wrong
/// itself; so it yields to what stands against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Kept {
    /// The time.
    pub ms: i64,
    /// How well it was supported.
    pub rank: Rank,
}

/// What was believed at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Anchor {
    ms: i64,
    mono_ms: i64,
    rank: Rank,
    /// Monotonic time at which it was first said: restarted by a jump that matters.
    since_ms: i64,
    /// Goes on from what was kept by an earlier start.
    continued: bool,
    /// The source said it to this start.
    heard: bool,
}

/// A statement that departs from the anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Pending {
    ms: i64,
    mono_ms: i64,
    since_ms: i64,
}

/// What became of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is what was expected, or the first.
    Agreed,
    /// It departs, by so many milliseconds, and is believed from now on.
    Followed(i64),
    /// It departs, by so many milliseconds, and is not believed yet. `true` the first time.
    Held(i64, bool),
}

/// What is wrong with which clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was heard yet, and the wall clock is possible.
    Unknown,
    /// The wall clock agrees with the source.
    Agrees,
    /// The wall clock is off by this: positive when it is ahead.
    WallOff(i64),
    /// The wall clock shows what cannot be: a time before the build, or years after anything known.
    WallImpossible,
    /// The source departs by this from what is believed, and is not followed: positive when it is ahead.
    SourceHeld(i64),
}

/// The model. Small enough to be copied, compared and searched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TrustedTime {
    built_ms: i64,
    kept_ms: i64,
    /// Whether the wall clock agreed when the kept time was kept: it may then be asked before the source is heard.
    wall_agreed: bool,
    /// Nothing was kept: there is nothing that a wrong time could be held against.
    first: bool,
    anchor: Option<Anchor>,
    pending: Option<Pending>,
}

impl TrustedTime {
    /// Of a program built at `built_ms`, which knows what an earlier start kept.
    pub fn new(built_ms: i64, kept: Option<Kept>) -> Self {
        let kept = kept.filter(|kept| kept.ms <= built_ms.saturating_add(LIFE_MS));
        Self {
            built_ms,
            kept_ms: kept.map_or(built_ms, |kept| kept.ms.max(built_ms)),
            wall_agreed: kept.is_some_and(|kept| kept.rank == Rank::Witnessed),
            first: kept.is_none(),
            anchor: None,
            pending: None,
        }
    }

    /// Takes over what an earlier start of the program kept in this boot of the machine, `elapsed_ms` ago.
    pub fn resume(&mut self, kept: Kept, elapsed_ms: i64, mono_ms: i64) {
        let ms = kept.ms.saturating_add(elapsed_ms.max(0));
        if !self.is_possible(ms) {
            return;
        }
        self.anchor = Some(Anchor { ms, mono_ms, rank: kept.rank, since_ms: mono_ms, continued: true, heard: false });
    }

    /// Takes in what the source says, and what a witness shows at the same instant.
    pub fn hear(&mut self, said_ms: i64, witness_ms: Option<i64>, mono_ms: i64) -> Heard {
        let rank = self.rank(said_ms, witness_ms);
        let Some(anchor) = self.anchor else {
            if rank > Rank::Impossible || self.has_stood(said_ms, mono_ms) >= STAND_LONG_MS {
                self.adopt(said_ms, rank, mono_ms, None);
                return Heard::Agreed;
            }
            return Heard::Held(said_ms.saturating_sub(self.floor_ms()), self.hold(said_ms, mono_ms));
        };
        let by = said_ms.saturating_sub(carried(anchor, mono_ms));
        if by.saturating_abs() <= TOLERANCE_MS {
            self.pending = None;
            self.anchor = Some(Anchor { ms: said_ms, mono_ms, rank: anchor.rank.max(rank), heard: true, ..anchor });
            return Heard::Agreed;
        }
        let first = self.hold(said_ms, mono_ms);
        let needed = match rank.cmp(&anchor.rank) {
            std::cmp::Ordering::Greater => 0,
            std::cmp::Ordering::Equal => STAND_MS,
            std::cmp::Ordering::Less => STAND_LONG_MS,
        };
        if self.has_stood(said_ms, mono_ms) < needed {
            return Heard::Held(by, first);
        }
        self.adopt(said_ms, rank, mono_ms, (by.saturating_abs() < SMALL_JUMP_MS).then_some(anchor));
        Heard::Followed(by)
    }

    /// A witness may come later than the statement that it confirms. While the source says what cannot be, the witness is
    /// the best that there is.
    pub fn witness(&mut self, witness_ms: i64, mono_ms: i64) {
        let possible = self.is_possible(witness_ms);
        match &mut self.anchor {
            Some(anchor) if agree(carried(*anchor, mono_ms), witness_ms) => anchor.rank = Rank::Witnessed,
            None if possible => {
                let pending = self.pending;
                self.adopt(witness_ms, Rank::Possible, mono_ms, None);
                self.pending = pending;
            }
            Some(_) | None => {}
        }
    }

    fn rank(&self, said_ms: i64, witness_ms: Option<i64>) -> Rank {
        if !self.is_possible(said_ms) {
            Rank::Impossible
        } else if witness_ms.is_some_and(|witness| agree(said_ms, witness)) {
            Rank::Witnessed
        } else {
            Rank::Possible
        }
    }

    /// Whether a clock may show this at all.
    pub fn is_possible(&self, ms: i64) -> bool {
        let earliest = self.built_ms.saturating_sub(BUILT_SLACK_MS);
        (earliest..=self.floor_ms().saturating_add(CEILING_MS)).contains(&ms)
    }

    fn floor_ms(&self) -> i64 {
        self.kept_ms.max(self.built_ms)
    }

    fn adopt(&mut self, ms: i64, rank: Rank, mono_ms: i64, like: Option<Anchor>) {
        let (since_ms, continued) = match like {
            Some(before) => (before.since_ms, before.continued),
            None => (mono_ms, self.anchor.is_none() && self.continues(ms)),
        };
        self.anchor = Some(Anchor { ms, mono_ms, rank, since_ms, continued, heard: true });
        self.pending = None;
        // A kept time that lies ahead of what is believed now was wrong.
        self.kept_ms = self.kept_ms.min(ms).max(self.built_ms);
    }

    fn continues(&self, ms: i64) -> bool {
        self.first || (0..=CONTINUED_MS).contains(&ms.saturating_sub(self.kept_ms))
    }

    /// Remembers a statement that is not believed. True when it is a new one.
    fn hold(&mut self, ms: i64, mono_ms: i64) -> bool {
        match &mut self.pending {
            Some(pending) if near(pending.ms.saturating_add(mono_ms - pending.mono_ms), ms) => {
                (pending.ms, pending.mono_ms) = (ms, mono_ms);
                false
            }
            _ => {
                self.pending = Some(Pending { ms, mono_ms, since_ms: mono_ms });
                true
            }
        }
    }

    /// How long statements like this one have been made without another between them.
    fn has_stood(&self, ms: i64, mono_ms: i64) -> i64 {
        let same = |pending: &Pending| near(pending.ms.saturating_add(mono_ms - pending.mono_ms), ms);
        self.pending.filter(same).map_or(0, |pending| mono_ms - pending.since_ms)
    }

    /// The time of the source, when one is believed.
    pub fn source_ms(&self, mono_ms: i64) -> Option<i64> {
        self.anchor.map(|anchor| carried(anchor, mono_ms))
    }

    /// The best guess: the source, else a wall clock that is possible, else the newest time known, `mono_ms` since then.
    pub fn best_ms(&self, wall_ms: i64, mono_ms: i64) -> i64 {
        self.source_ms(mono_ms).unwrap_or_else(|| {
            if self.is_possible(wall_ms) { wall_ms } else { self.floor_ms().saturating_add(mono_ms.max(0)) }
        })
    }

    /// It is certainly not earlier than this, to [`TOLERANCE_MS`]. What locks somebody out (an expiry) is judged by it.
    ///
    /// The wall clock counts where nothing was heard in this boot, only if it agreed with the source when that was last
    /// heard: then it was read twice.
    pub fn earliest_ms(&self, wall_ms: i64, mono_ms: i64) -> i64 {
        let floor = self.floor_ms().saturating_add(mono_ms.max(0));
        match self.anchor {
            Some(anchor) if self.is_settled(mono_ms) => carried(anchor, mono_ms),
            Some(_) => floor,
            None if self.wall_agreed && self.is_possible(wall_ms) => wall_ms.max(floor),
            None => floor,
        }
    }

    /// The times that it may be, where a window of time must hold one of them (a certificate's): the best guess first. One
    /// alone while it is settled and the source was heard within [`STAND_MS`]; else a wall clock that is possible too, and
    /// the newest time known. A source that cannot be heard cannot put right what was believed of it.
    pub fn possible_ms(&self, wall_ms: i64, mono_ms: i64) -> [i64; 3] {
        let best = self.best_ms(wall_ms, mono_ms);
        let heard = self.anchor.is_some_and(|anchor| anchor.heard && mono_ms - anchor.mono_ms <= STAND_MS);
        if heard && self.is_settled(mono_ms) {
            return [best; 3];
        }
        let wall = if self.is_possible(wall_ms) { wall_ms } else { best };
        [best, wall, self.floor_ms()]
    }

    /// Whether the time is beyond doubt: acts of law may follow from it, and it may be kept. It is once a witness agrees,
    /// where it goes on from what was kept a short time ago, or once it has stood for [`STAND_LONG_MS`].
    pub fn is_settled(&self, mono_ms: i64) -> bool {
        self.anchor.is_some_and(|anchor| {
            anchor.rank == Rank::Witnessed || anchor.continued || mono_ms - anchor.since_ms >= STAND_LONG_MS
        })
    }

    /// What to keep for the next start.
    pub fn keep(&self, mono_ms: i64) -> Option<Kept> {
        let anchor = self.anchor.filter(|_| self.is_settled(mono_ms))?;
        Some(Kept { ms: carried(anchor, mono_ms), rank: anchor.rank })
    }

    /// By how much the source departs from what is believed, while it is not followed.
    pub fn held_ms(&self, mono_ms: i64) -> Option<i64> {
        let pending = self.pending?;
        let believed = self.source_ms(mono_ms).unwrap_or_else(|| self.floor_ms());
        Some(pending.ms.saturating_add(mono_ms - pending.mono_ms).saturating_sub(believed))
    }

    /// Which clock is wrong, if any. `tolerance_ms`: a wall clock that is off by less is well.
    pub fn verdict(&self, wall_ms: i64, mono_ms: i64, tolerance_ms: i64) -> Verdict {
        if !self.is_possible(wall_ms) {
            return Verdict::WallImpossible;
        }
        if let Some(by) = self.held_ms(mono_ms) {
            return Verdict::SourceHeld(by);
        }
        match self.source_ms(mono_ms).map(|source| wall_ms.saturating_sub(source)) {
            None => Verdict::Unknown,
            Some(by) if by.saturating_abs() > tolerance_ms => Verdict::WallOff(by),
            Some(_) => Verdict::Agrees,
        }
    }
}

fn carried(anchor: Anchor, mono_ms: i64) -> i64 {
    anchor.ms.saturating_add(mono_ms.saturating_sub(anchor.mono_ms))
}

fn near(one: i64, other: i64) -> bool {
    one.saturating_sub(other).saturating_abs() <= TOLERANCE_MS
}

fn agree(one: i64, other: i64) -> bool {
    one.saturating_sub(other).saturating_abs() <= WITNESS_MS
}
