//! When the entries of a terminal's journal happened.
//!
//! An entry's stamp has three clocks. Monotonic time since the start of the program is exact and says nothing of the
//! day. The wall clock says the day and may say any. What the terminal knew of the backend's clock is right if it knew
//! it. One reading that is right tells the time of every entry of that start, before and after it. Until there is one,
//! an entry happened after the entry before it and before it was received: both bounds are kept, and a person is told.

/// No terminal sends anything older, in milliseconds: a year.
const OLDEST_MS: i64 = 365 * 86_400_000;

/// A stamp, as the rules need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamped {
    /// Which start of the terminal's program.
    pub boot: u128,
    /// Milliseconds since that start.
    pub mono_ms: u64,
    /// The terminal's wall clock corrected by what it knew of the backend's; absent where it knew nothing.
    pub told_ms: Option<i64>,
}

/// One reading that tells the time of a whole start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Anchor {
    /// Which start of the terminal's program.
    pub boot: u128,
    /// Monotonic time of the reading.
    pub mono_ms: u64,
    /// The time then.
    pub ms: i64,
}

impl Anchor {
    /// The time at another monotonic time of the same start.
    pub fn at(self, mono_ms: u64) -> i64 {
        let since = i128::from(mono_ms) - i128::from(self.mono_ms);
        let ms = i128::from(self.ms) + since;
        i64::try_from(ms).unwrap_or(if ms < 0 { i64::MIN } else { i64::MAX })
    }
}

/// When something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventTime {
    /// At this instant.
    Known(i64),
    /// Not before `earliest` and not after `latest`.
    Between {
        /// The entry before it, or when the terminal was made known.
        earliest: i64,
        /// When it was received.
        latest: i64,
    },
}

impl EventTime {
    /// The instant from which a clock runs that cannot hurt the applicant: the earliest.
    pub fn earliest(self) -> i64 {
        match self {
            Self::Known(ms) | Self::Between { earliest: ms, .. } => ms,
        }
    }
}

/// What is known of the time of one journal, up to its newest entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JournalTime {
    /// The newest entry was not made before this.
    pub last_ms: i64,
    /// Its start and monotonic time; absent before the first.
    pub last: Option<(u128, u64)>,
    /// What an entry told of the newest entry's start.
    pub told: Option<Anchor>,
    /// When the terminal last spoke to the backend, by the backend's own clock: says more than what it believed itself.
    pub live: Option<Anchor>,
}

impl JournalTime {
    /// Of a journal without entries, of a terminal that is known since `since_ms`.
    pub fn since(since_ms: i64) -> Self {
        Self { last_ms: since_ms, last: None, told: None, live: None }
    }

    /// What tells the time of a start, if anything does.
    pub fn anchor(&self, boot: u128) -> Option<Anchor> {
        [self.live, self.told].into_iter().flatten().find(|anchor| anchor.boot == boot)
    }

    /// Takes the next entry, received at `received_ms`, and says when it happened. Where [`Self::anchor`] knows its start
    /// now and did not before, earlier entries of that start are known as well.
    pub fn take(&mut self, stamp: Stamped, received_ms: i64) -> EventTime {
        let lower = self.lower(stamp).min(received_ms);
        // A newest entry that lies ahead was dated by a clock that was put right since: it binds nobody.
        let bound = if self.last_ms > received_ms { received_ms.saturating_sub(OLDEST_MS) } else { lower };
        if let Some(told) = told(stamp, bound, received_ms) {
            self.told = Some(told);
        }
        self.last = Some((stamp.boot, stamp.mono_ms));
        match self.anchor(stamp.boot) {
            Some(anchor) => {
                // The line takes time, and two clocks drift: small departures are none.
                self.last_ms = anchor.at(stamp.mono_ms).clamp(bound, received_ms);
                EventTime::Known(self.last_ms)
            }
            None => {
                self.last_ms = lower;
                EventTime::Between { earliest: self.last_ms, latest: received_ms }
            }
        }
    }

    /// Not before the newest entry; in the same start, exactly as long after it as its monotonic clock says.
    fn lower(&self, stamp: Stamped) -> i64 {
        match self.last {
            Some((boot, mono_ms)) if boot == stamp.boot => {
                Anchor { boot, mono_ms, ms: self.last_ms }.at(stamp.mono_ms).max(self.last_ms)
            }
            _ => self.last_ms,
        }
    }
}

/// What an entry says of its own start, unless that cannot be.
fn told(stamp: Stamped, bound: i64, received_ms: i64) -> Option<Anchor> {
    let ms = stamp.told_ms?;
    let slack = super::trusted::TOLERANCE_MS;
    let possible = bound.saturating_sub(slack)..=received_ms.saturating_add(slack);
    possible.contains(&ms).then_some(Anchor { boot: stamp.boot, mono_ms: stamp.mono_ms, ms })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;
    /// 2026-11-29 02:09:55 UTC.
    const NOW: i64 = 1_795_975_795_000;

    fn stamp(boot: u128, mono_ms: u64, told_ms: Option<i64>) -> Stamped {
        Stamped { boot, mono_ms, told_ms }
    }

    #[test]
    fn an_entry_that_knows_tells_the_time_of_those_before_it() {
        let mut time = JournalTime::since(NOW - 30 * DAY);
        let late = NOW + 600_000;
        let shut = time.take(stamp(7, 17_000, None), late);
        assert_eq!(shut, EventTime::Between { earliest: NOW - 30 * DAY, latest: NOW + 600_000 });
        assert_eq!(time.anchor(7), None);
        let later = time.take(stamp(7, 222_000, Some(NOW + 205_000)), late);
        assert_eq!(later, EventTime::Known(NOW + 205_000));
        assert_eq!(time.anchor(7).map(|anchor| anchor.at(17_000)), Some(NOW));
    }

    #[test]
    fn what_cannot_be_tells_nothing() {
        for told in
            [180_000, 946_684_800_000, NOW - 9 * DAY, NOW + 20 * DAY, 2_272_147_200_000, -5000, i64::MAX, i64::MIN]
        {
            let mut time = JournalTime { last: Some((1, 5_000)), ..JournalTime::since(NOW - DAY) };
            let happened = time.take(stamp(2, 17_000, Some(told)), NOW);
            assert_eq!(happened, EventTime::Between { earliest: NOW - DAY, latest: NOW }, "{told}");
        }
    }

    #[test]
    fn when_it_spoke_to_us_goes_before_what_the_terminal_believed() {
        let live = Some(Anchor { boot: 7, mono_ms: 60_000, ms: NOW });
        let mut time = JournalTime { live, ..JournalTime::since(NOW - 30 * DAY) };
        assert_eq!(time.take(stamp(7, 17_000, Some(NOW - 9 * DAY)), NOW), EventTime::Known(NOW - 43_000));
        // Of an earlier start it tells nothing.
        let mut time = JournalTime { live, ..JournalTime::since(NOW - 30 * DAY) };
        assert!(matches!(time.take(stamp(6, 17_000, None), NOW), EventTime::Between { .. }));
        assert_eq!(time.take(stamp(7, 5_000, None), NOW), EventTime::Known(NOW - 55_000));
    }

    #[test]
    fn a_bound_that_lies_ahead_binds_nobody() {
        let mut time = JournalTime { last: Some((1, 5_000)), ..JournalTime::since(NOW + 20 * DAY) };
        assert_eq!(time.take(stamp(2, 17_000, Some(NOW - 3 * DAY)), NOW), EventTime::Known(NOW - 3 * DAY));
        let mut time = JournalTime::since(NOW + 20 * DAY);
        assert_eq!(time.take(stamp(2, 1, Some(180_000)), NOW), EventTime::Between { earliest: NOW, latest: NOW });
    }

    /// An entry as it truly happened: how long after the one before, in a new start or not, what the wall clock said, and
    /// whether the terminal knew the backend's time.
    type Truth = (u32, bool, i64, bool);

    proptest! {
        /// Whatever wall clocks say: no entry lies after its receipt or before the one before it, and the truth lies
        /// within the bounds; one that is known is right to the tolerance.
        #[test]
        fn the_truth_lies_within_the_bounds(
            truths in prop::collection::vec((0_u32..100_000_000, any::<bool>(), any::<i64>(), any::<bool>()), 1..40),
            delay in 0_u32..2_000_000_000,
            speaks in any::<bool>(),
        ) {
            let (mut now, mut boot, mut mono, mut entries) = (NOW, 0_u128, 0_u64, Vec::new());
            for (after, restart, wall, knows) in &truths as &Vec<Truth> {
                now += i64::from(*after);
                if *restart { (boot, mono) = (boot + 1, 0) } else { mono += u64::from(*after) }
                // What a terminal believes when it knows nothing is what its wall clock says.
                let told = if *knows { Some(now) } else { Some(*wall).filter(|_| wall % 2 == 0) };
                entries.push((now, *knows, stamp(boot, mono, told)));
            }
            let receipt = now + i64::from(delay);
            let live = speaks.then(|| Anchor { boot, mono_ms: mono + u64::from(delay), ms: receipt });
            let (mut time, mut before) = (JournalTime { live, ..JournalTime::since(NOW) }, NOW);
            for (truth, knows, stamp) in entries {
                // A wall clock that happens to be possible is believed for its start: not what is tried here.
                let stamp = Stamped { told_ms: stamp.told_ms.filter(|_| knows), ..stamp };
                match time.take(stamp, receipt) {
                    EventTime::Known(ms) => prop_assert_eq!(ms, truth),
                    EventTime::Between { earliest, latest } => {
                        prop_assert!(!knows);
                        prop_assert!(earliest <= truth && truth <= latest);
                    }
                }
                prop_assert!(before <= time.last_ms && time.last_ms <= receipt);
                before = time.last_ms;
            }
        }

        /// Nothing that a terminal can write makes an instant outside the bounds, or an overflow.
        #[test]
        fn nonsense_stays_within_the_bounds(
            stamps in prop::collection::vec((0_u128..3, any::<u64>(), any::<Option<i64>>()), 1..20),
            spoke in any::<Option<(u8, u64, i64)>>(),
        ) {
            let live = spoke.map(|(boot, mono_ms, ms)| Anchor { boot: u128::from(boot % 3), mono_ms, ms });
            let (mut time, mut before) = (JournalTime { live, ..JournalTime::since(NOW - DAY) }, NOW - DAY);
            for (boot, mono, told) in stamps {
                let earliest = time.take(stamp(boot, mono, told), NOW).earliest();
                prop_assert!(before <= earliest && earliest <= NOW);
                before = earliest;
            }
        }
    }
}
