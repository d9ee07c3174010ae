//! The five-day clock: it starts when the door is shut, however late we hear of it, and counts the city's working days.

use hall_rules::Calendar;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::views::Due;

/// The last day of the clock that began at `shut_ms`; `None` when a year is missing from the calendar.
pub fn last_day(calendar: &Calendar, zone: &TimeZone, shut_ms: i64) -> Option<Date> {
    let shut = Timestamp::from_millisecond(shut_ms).ok()?;
    calendar.acceptance_deadline(shut, zone).ok()
}

/// What a page says of the clock now.
pub fn due(calendar: &Calendar, zone: &TimeZone, last_day: Option<&str>, now_ms: i64) -> Due {
    let Some(last) = last_day.and_then(|text| text.parse::<Date>().ok()) else { return Due::CalendarMissing };
    let Ok(now) = Timestamp::from_millisecond(now_ms) else { return Due::CalendarMissing };
    match calendar.working_days_between(now.to_zoned_datetime(zone.clone()).date(), last) {
        Ok(days_left) => Due::Running { due: last, days_left },
        Err(_) => Due::CalendarMissing,
    }
}
