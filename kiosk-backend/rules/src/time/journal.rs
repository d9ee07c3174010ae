//! When the entries of a terminal's journal happened.
//!
//! An entry's stamp has three clocks. Monotonic time since the start of the program is exact and says nothing of the
//! day. The wall clock says the day and may say any. What the terminal knew of the backend's clock is right if it knew
//! it. One reading that is right tells the time of every entry of that start, before and after it. Until there is one,
//! an entry happened after the entry before it and before it was received: both bounds are kept, and a person is told.

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

/// The moment at which a push arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Received {
    /// The backend's time.
    pub ms: i64,
    /// Whether that is beyond doubt.
    pub settled: bool,
    /// Which start of the terminal's program sent it, and its monotonic time then: says more than any wall clock.
    pub sent: Option<(u128, u64)>,
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

/// One reading that tells the time of a whole start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Anchor {
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

/// What is known of the time of one journal, up to its newest entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JournalTime {
    /// The newest entry was not made before this.
    pub last_ms: i64,
    /// Its start and monotonic time; absent before the first.
    pub last: Option<(u128, u64)>,
    /// What tells the time of that start.
    pub anchor: Option<Anchor>,
}

impl JournalTime {
    /// Of a journal without entries, of a terminal that is known since `since_ms`.
    pub fn since(since_ms: i64) -> Self {
        Self { last_ms: since_ms, last: None, anchor: None }
    }

    /// Takes the next entry, and says when it happened. Where [`Self::anchor`] is there now and was not before, entries
    /// of this start whose time was not known are known as well.
    pub fn take(&mut self, stamp: Stamped, received: Received) -> EventTime {
        let lower = self.lower(stamp).min(received.ms);
        if self.last.is_none_or(|(boot, _)| boot != stamp.boot) {
            self.anchor = None;
        }
        self.anchor = self.reading(stamp, received, lower).or(self.anchor);
        self.last = Some((stamp.boot, stamp.mono_ms));
        match self.anchor {
            Some(anchor) => {
                // Received later than it was answered, and by another clock: small departures are none.
                self.last_ms = anchor.at(stamp.mono_ms).clamp(lower, received.ms);
                EventTime::Known(self.last_ms)
            }
            None => {
                self.last_ms = lower;
                EventTime::Between { earliest: lower, latest: received.ms }
            }
        }
    }

    /// Not before the newest entry; in the same start, exactly as long after it as its monotonic clock says.
    fn lower(&self, stamp: Stamped) -> i64 {
        match self.last {
            Some((boot, mono_ms)) if boot == stamp.boot => {
                Anchor { mono_ms, ms: self.last_ms }.at(stamp.mono_ms).max(self.last_ms)
            }
            _ => self.last_ms,
        }
    }

    /// What this entry tells of its start: the sender's own clock before what it knew of ours, and nothing that cannot be.
    fn reading(&self, stamp: Stamped, received: Received, lower: i64) -> Option<Anchor> {
        if let Some((boot, mono_ms)) = received.sent
            && boot == stamp.boot
            && mono_ms >= stamp.mono_ms
        {
            return received.settled.then_some(Anchor { mono_ms, ms: received.ms });
        }
        let ms = stamp.told_ms?;
        let slack = super::trusted::TOLERANCE_MS;
        let possible = lower.saturating_sub(slack)..=received.ms.saturating_add(slack);
        possible.contains(&ms).then_some(Anchor { mono_ms: stamp.mono_ms, ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;
    /// 2026-11-29 02:09:55 UTC.
    const NOW: i64 = 1_795_975_795_000;

    fn received(ms: i64) -> Received {
        Received { ms, settled: true, sent: None }
    }

    fn stamp(boot: u128, mono_ms: u64, told_ms: Option<i64>) -> Stamped {
        Stamped { boot, mono_ms, told_ms }
    }

    #[test]
    fn an_entry_that_knows_tells_the_time_of_those_before_it() {
        let mut time = JournalTime::since(NOW - 30 * DAY);
        let late = received(NOW + 600_000);
        let shut = time.take(stamp(7, 17_000, None), late);
        assert_eq!(shut, EventTime::Between { earliest: NOW - 30 * DAY, latest: NOW + 600_000 });
        assert_eq!(time.anchor, None);
        let later = time.take(stamp(7, 222_000, Some(NOW + 205_000)), late);
        assert_eq!(later, EventTime::Known(NOW + 205_000));
        assert_eq!(time.anchor.map(|anchor| anchor.at(17_000)), Some(NOW));
    }

    #[test]
    fn what_cannot_be_tells_nothing() {
        for told in
            [180_000, 946_684_800_000, NOW - 9 * DAY, NOW + 20 * DAY, 2_272_147_200_000, -5000, i64::MAX, i64::MIN]
        {
            let mut time = JournalTime { last_ms: NOW - DAY, last: Some((1, 5_000)), anchor: None };
            let happened = time.take(stamp(2, 17_000, Some(told)), received(NOW));
            assert_eq!(happened, EventTime::Between { earliest: NOW - DAY, latest: NOW }, "{told}");
        }
    }

    #[test]
    fn the_time_of_sending_goes_before_what_the_terminal_believed() {
        let mut time = JournalTime::since(NOW - 30 * DAY);
        let sent = Received { ms: NOW, settled: true, sent: Some((7, 60_000)) };
        assert_eq!(time.take(stamp(7, 17_000, Some(NOW - 9 * DAY)), sent), EventTime::Known(NOW - 43_000));
        // Of an earlier start it tells nothing.
        let mut time = JournalTime::since(NOW - 30 * DAY);
        assert!(matches!(time.take(stamp(6, 17_000, None), sent), EventTime::Between { .. }));
    }

    #[test]
    fn a_backend_that_doubts_its_own_clock_dates_nothing() {
        let mut time = JournalTime::since(NOW - 30 * DAY);
        let unsure = Received { ms: NOW + 20 * DAY, settled: false, sent: Some((7, 60_000)) };
        assert!(matches!(time.take(stamp(7, 17_000, None), unsure), EventTime::Between { .. }));
        let sure = Received { ms: NOW, settled: true, sent: Some((7, 90_000)) };
        assert_eq!(time.take(stamp(7, 80_000, None), sure), EventTime::Known(NOW - 10_000));
        assert_eq!(time.anchor.map(|anchor| anchor.at(17_000)), Some(NOW - 73_000));
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
            sends in any::<bool>(),
        ) {
            let (mut now, mut boot, mut mono, mut entries) = (NOW, 0_u128, 0_u64, Vec::new());
            for (after, restart, wall, knows) in &truths as &Vec<Truth> {
                now += i64::from(*after);
                if *restart { (boot, mono) = (boot + 1, 0) } else { mono += u64::from(*after) }
                // What a terminal believes when it knows nothing is what its wall clock says.
                let told = if *knows { Some(now) } else { Some(*wall).filter(|_| wall % 2 == 0) };
                entries.push((now, *knows, stamp(boot, mono, told)));
            }
            let receipt = Received {
                ms: now + i64::from(delay),
                settled: true,
                sent: sends.then(|| (boot, mono + u64::from(delay))),
            };
            let (mut time, mut before) = (JournalTime::since(NOW), NOW);
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
                prop_assert!(before <= time.last_ms && time.last_ms <= receipt.ms);
                before = time.last_ms;
            }
        }

        /// Nothing that a terminal can write makes an instant outside the bounds, or an overflow.
        #[test]
        fn nonsense_stays_within_the_bounds(
            stamps in prop::collection::vec((0_u128..3, any::<u64>(), any::<Option<i64>>()), 1..20),
            sent in any::<Option<(u8, u64)>>(),
        ) {
            let receipt = Received { ms: NOW, settled: true, sent: sent.map(|(boot, mono)| (u128::from(boot % 3), mono)) };
            let (mut time, mut before) = (JournalTime::since(NOW - DAY), NOW - DAY);
            for (boot, mono, told) in stamps {
                let earliest = time.take(stamp(boot, mono, told), receipt).earliest();
                prop_assert!(before <= earliest && earliest <= NOW);
                before = earliest;
            }
        }
    }
}
