//! Working days, from files that an administrator imports. Nothing is computed from a rule: the State Council announces
//! each year's holidays and make-up working days, and a year that was not imported is an error, never a guess.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use thiserror::Error;

/// 行政许可法 art. 32: an office that does not say within five working days what is missing has accepted the case.
pub const ACCEPTANCE_DAYS: u16 = 5;

/// The working days of some years.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i16, Year>,
}

/// One year's announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    /// Where it was announced.
    pub source: String,
    /// Days off, weekends among them.
    pub holidays: BTreeSet<Date>,
    /// Saturdays and Sundays that are worked (调休上班).
    pub makeup_workdays: BTreeSet<Date>,
}

/// Why a day cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// A year was not imported.
    #[error(
        "the working days of {0} are not known; import calendar/{0}.toml once the State Council has announced them"
    )]
    UnknownYear(i16),
    /// A day beyond the years that can be written.
    #[error("a day beyond the year 9999")]
    OutOfRange,
}

impl Calendar {
    /// These years.
    pub(crate) fn of(years: BTreeMap<i16, Year>) -> Self {
        Self { years }
    }

    /// The years that are known.
    pub fn years(&self) -> impl Iterator<Item = (i16, &Year)> {
        self.years.iter().map(|(&number, year)| (number, year))
    }

    /// Whether people work on `day`.
    pub fn is_working_day(&self, day: Date) -> Result<bool, CalendarError> {
        let year = self.years.get(&day.year()).ok_or(CalendarError::UnknownYear(day.year()))?;
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        Ok(if weekend { year.makeup_workdays.contains(&day) } else { !year.holidays.contains(&day) })
    }

    /// Whether people work on `day` as far as one can know: in a year that is not known, Mondays to Fridays. Never for a
    /// limit; good enough for whether somebody is reminded today.
    pub fn is_presumed_working_day(&self, day: Date) -> bool {
        let weekday = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.is_working_day(day).unwrap_or(weekday)
    }

    /// The first working day on or after `day`.
    pub fn working_day_from(&self, mut day: Date) -> Result<Date, CalendarError> {
        while !self.is_working_day(day)? {
            day = next(day)?;
        }
        Ok(day)
    }

    /// The `count`th working day after `day`. `day` itself does not count (民法典 art. 201).
    pub fn add_working_days(&self, day: Date, count: u16) -> Result<Date, CalendarError> {
        let mut day = day;
        for _ in 0..count {
            day = self.working_day_from(next(day)?)?;
        }
        Ok(day)
    }

    /// The last day of a limit of `count` calendar days after `day`; one that ends on a day off ends on the next
    /// working day (民法典 art. 203).
    pub fn add_calendar_days(&self, day: Date, count: u16) -> Result<Date, CalendarError> {
        let end = day.checked_add(i64::from(count).days()).map_err(|_| CalendarError::OutOfRange)?;
        self.working_day_from(end)
    }

    /// How many working days lie after `from` up to and with `to`; negative when `to` is earlier.
    pub fn working_days_between(&self, from: Date, to: Date) -> Result<i32, CalendarError> {
        let (mut day, end, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let mut count = 0;
        while day < end {
            day = next(day)?;
            count += i32::from(self.is_working_day(day)?);
        }
        Ok(count * sign)
    }

    /// As [`Calendar::working_days_between`], with days of unknown years presumed; 0 when `to` is not later.
    pub fn presumed_working_days_between(&self, from: Date, to: Date) -> u16 {
        let days = from.series(1.day()).skip(1).take_while(|day| *day <= to);
        u16::try_from(days.filter(|day| self.is_presumed_working_day(*day)).count()).unwrap_or(u16::MAX)
    }

    /// The last day on which the office can say what is missing, for paper whose box was shut at `shut`.
    pub fn acceptance_deadline(&self, shut: Timestamp, zone: &TimeZone) -> Result<Date, CalendarError> {
        self.add_working_days(zone.to_datetime(shut).date(), ACCEPTANCE_DAYS)
    }
}

fn next(day: Date) -> Result<Date, CalendarError> {
    day.tomorrow().map_err(|_| CalendarError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn calendar() -> Calendar {
        let text = include_str!("../../../assets/calendar/2026.toml");
        Calendar::from_files(&[("assets/calendar/2026.toml", text)]).unwrap()
    }

    #[test]
    fn days_of_2026() {
        let calendar = calendar();
        for (day, works) in [
            (date(2026, 1, 1), false),
            (date(2026, 1, 3), false),
            (date(2026, 1, 4), true), // Sunday, worked
            (date(2026, 2, 14), true),
            (date(2026, 2, 16), false),
            (date(2026, 2, 24), true),
            (date(2026, 9, 20), true),
            (date(2026, 10, 7), false),
            (date(2026, 10, 10), true),
            (date(2026, 11, 23), true),
            (date(2026, 11, 28), false),
        ] {
            assert_eq!(calendar.is_working_day(day), Ok(works), "{day}");
        }
    }

    #[test]
    fn limits() {
        let calendar = calendar();
        for (from, count, to) in [
            (date(2026, 11, 23), 5, date(2026, 11, 30)),
            (date(2026, 11, 23), 0, date(2026, 11, 23)),
            (date(2026, 2, 13), 5, date(2026, 2, 27)), // the Saturday before the holiday is worked
            (date(2026, 9, 30), 3, date(2026, 10, 10)),
            (date(2026, 11, 28), 1, date(2026, 11, 30)), // from a Saturday
        ] {
            assert_eq!(calendar.add_working_days(from, count), Ok(to), "{from} + {count}");
        }
        assert_eq!(calendar.add_calendar_days(date(2026, 9, 16), 15), Ok(date(2026, 10, 8)));
        assert_eq!(calendar.working_days_between(date(2026, 11, 23), date(2026, 11, 30)), Ok(5));
        assert_eq!(calendar.working_days_between(date(2026, 11, 30), date(2026, 11, 23)), Ok(-5));
    }

    #[test]
    fn the_clock_starts_on_the_day_in_the_hall() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let late: Timestamp = "2026-11-22T16:30:00Z".parse().unwrap(); // 00:30 on Monday the 23rd in the hall
        assert_eq!(calendar().acceptance_deadline(late, &zone), Ok(date(2026, 11, 30)));
    }

    #[test]
    fn an_unknown_year_is_an_error() {
        let calendar = calendar();
        assert_eq!(calendar.is_working_day(date(2027, 1, 4)), Err(CalendarError::UnknownYear(2027)));
        assert_eq!(calendar.add_working_days(date(2026, 12, 30), 5), Err(CalendarError::UnknownYear(2027)));
    }

    #[test]
    fn whether_somebody_is_reminded_in_an_unknown_year_is_presumed() {
        let calendar = calendar();
        for (day, works) in [
            (date(2026, 10, 7), false), // known to be off
            (date(2026, 10, 10), true), // a Saturday, known to be worked
            (date(2027, 1, 4), true),
            (date(2027, 1, 9), false),
        ] {
            assert_eq!(calendar.is_presumed_working_day(day), works, "{day}");
        }
        assert_eq!(calendar.presumed_working_days_between(date(2026, 12, 30), date(2027, 1, 5)), 4);
        assert_eq!(calendar.presumed_working_days_between(date(2027, 1, 5), date(2026, 12, 30)), 0);
        assert_eq!(calendar.presumed_working_days_between(date(2026, 9, 30), date(2026, 10, 10)), 3);
    }

    proptest! {
        #[test]
        fn adding_and_counting_agree(offset in 0_i64..300, count in 0_u16..20) {
            let calendar = calendar();
            let from = date(2026, 1, 1).checked_add(offset.days()).unwrap();
            let to = calendar.add_working_days(from, count).unwrap();
            prop_assert_eq!(calendar.working_days_between(from, to), Ok(i32::from(count)));
            prop_assert!(count == 0 || calendar.is_working_day(to).unwrap());
        }
    }
}
