//! Years that the working-day calendar lacks, and what hangs on them.

use std::collections::{BTreeMap, HashSet};

use hall_store::{self as store, StoreError};
use kiosk_wire::SubmissionId;

use crate::case::joint::parts;
use crate::figures::callbacks;
use crate::ground::hall::Hall;
use crate::ground::moment::Moment;
use crate::ground::refusal::Refusal;

/// A year without working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarGap {
    pub year: i16,
    /// How many open cases have an end that hangs on it: their own, a department's answer, or a call-back.
    pub cases: usize,
    /// Whether it can be a year of the hall: last year, this one or the next. Any other comes from a clock that was wrong.
    pub plausible: bool,
    /// Whether it is this year.
    pub is_now: bool,
}

/// From this day of a year on the next year's calendar should be there: the State Council announces it in November.
const NEXT_YEAR_WANTED: (i8, i8) = (12, 1);

/// The years that are missing: those that a clock hangs on, the present one, and from December on the next.
pub async fn calendar_gaps(hall: &Hall) -> Result<Vec<CalendarGap>, Refusal> {
    let moment = Moment::of(hall);
    let (calendar, today) = (moment.calendar.clone(), moment.today());
    let mut waiting: BTreeMap<i16, HashSet<SubmissionId>> = BTreeMap::new();
    let hanging = hall.store().read(move |connection| {
        let mut hanging = store::cases::without_end(connection)?;
        hanging.extend(parts::without_end(connection, &moment)?);
        hanging.extend(callbacks::without_end(connection, &moment)?);
        Ok::<_, StoreError>(hanging)
    });
    for (year, case) in hanging.await? {
        waiting.entry(year).or_default().insert(case);
    }
    let this_year = today.year();
    let next = ((today.month(), today.day()) >= NEXT_YEAR_WANTED).then_some(this_year + 1);
    for year in std::iter::once(this_year).chain(next) {
        if !calendar.years().any(|(known, _)| known == year) {
            waiting.entry(year).or_default();
        }
    }
    let gap = |(year, cases): (i16, HashSet<_>)| CalendarGap {
        year,
        cases: cases.len(),
        plausible: (this_year - 1..=this_year + 1).contains(&year),
        is_now: year == this_year,
    };
    Ok(waiting.into_iter().map(gap).collect())
}
