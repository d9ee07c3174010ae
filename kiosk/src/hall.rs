//! What the hall told its terminals of itself, and what holds until it did.

use hall_rules::Calendar;
use hall_rules::load::CatalogueFlaws;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use kiosk_wire::signed::{Purpose, SignedError};
use kiosk_wire::{HallSettings, Signed};

use crate::identity::Identity;

/// The offset of the built-in zone, where the machine has no zone data. China has one zone and no summer time.
const OFFSET: Offset = jiff::tz::offset(8);
/// Working days as announced, built in. A year that neither these nor the hall's have gives no deadline on the receipt;
/// the window tells it.
const CALENDAR: &[(&str, &str)] =
    &[("calendar/2026.toml", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/calendar/2026.toml")))];

/// The hall as a terminal counts by it.
#[derive(Debug)]
pub struct Hall {
    /// As they were told.
    pub settings: HallSettings,
    zone: TimeZone,
    calendar: Calendar,
}

impl Default for Hall {
    fn default() -> Self {
        let settings = HallSettings::default();
        let zone = TimeZone::get(&settings.time_zone).unwrap_or_else(|_| TimeZone::fixed(OFFSET));
        Self { calendar: Calendar::from_files(CALENDAR).unwrap_or_default(), zone, settings }
    }
}

impl Hall {
    /// Takes what it told. What cannot be used is said in the log, and stays as it was.
    pub fn hear(&mut self, mut settings: HallSettings) {
        if !settings.staff_pin.are_sound() {
            tracing::warn!(limits = ?settings.staff_pin, "the hall's limits of PINs are none");
            settings.staff_pin = self.settings.staff_pin;
        }
        match TimeZone::get(&settings.time_zone) {
            Ok(zone) => self.zone = zone,
            Err(error) => tracing::warn!(%error, "this machine does not know the hall's time zone"),
        }
        match calendar(&settings) {
            Ok(calendar) => self.calendar = calendar,
            Err(error) => tracing::warn!(%error, "the hall's working days cannot be read"),
        }
        self.settings = settings;
    }

    /// The day at an instant.
    pub fn day(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }

    /// The year at an instant; 0 where `ms` since the epoch is no time.
    pub fn year(&self, ms: i64) -> u16 {
        let day = Timestamp::from_millisecond(ms).map(|at| self.day(at)).ok();
        day.and_then(|day| u16::try_from(day.year()).ok()).unwrap_or_default()
    }

    /// Civil time, `YYYY-MM-DD HH:MM`; empty where `ms` since the epoch is no time.
    pub fn civil(&self, ms: i64) -> String {
        Timestamp::from_millisecond(ms)
            .map(|at| at.to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string())
            .unwrap_or_default()
    }

    /// The last day on which the office answers whether it accepts what was handed in at this time, where that is known.
    pub fn answer_by(&self, ms: i64) -> Option<Date> {
        let at = Timestamp::from_millisecond(ms).ok()?;
        self.calendar.acceptance_deadline(at, &self.zone).ok()
    }
}

/// The hall's working days, and those that are built in for years that it has not.
fn calendar(settings: &HallSettings) -> Result<Calendar, CatalogueFlaws> {
    let has = |name: &str| settings.calendar.iter().any(|year| name.ends_with(&format!("/{}.toml", year.year)));
    let built_in = CALENDAR.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let mut files: Vec<(String, String)> = built_in.filter(|(name, _)| !has(name)).collect();
    files.extend(settings.calendar.iter().map(|year| (format!("calendar/{}.toml", year.year), year.text.clone())));
    Calendar::from_files(&files)
}

/// Checks the text of signed settings.
///
/// # Errors
/// When this terminal's hall did not sign it, or it is none.
pub fn read_settings(text: &str, identity: &Identity) -> Result<HallSettings, SignedError> {
    let signed: Signed = serde_json::from_str(text)?;
    signed.open(Purpose::Settings, identity.hall())
}

#[cfg(test)]
mod tests {
    use kiosk_wire::PinLimits;
    use kiosk_wire::kiosk_api::CalendarYear;

    use super::*;

    /// Tuesday 1 December 2026, 23:30 in Yichun.
    const LATE: i64 = 1_796_139_000_000;

    fn told(settings: HallSettings) -> Hall {
        let mut hall = Hall::default();
        hall.hear(settings);
        hall
    }

    #[test]
    fn days_end_at_the_halls_midnight() {
        assert_eq!(Hall::default().civil(LATE), "2026-12-01 23:30");
        let zone = |name: &str| HallSettings { time_zone: name.into(), ..HallSettings::default() };
        let mut hall = told(zone("Asia/Urumqi"));
        assert_eq!(hall.civil(LATE), "2026-12-01 21:30");
        hall.hear(zone("Mars/Olympus"));
        assert_eq!(hall.civil(LATE), "2026-12-01 21:30");
    }

    #[test]
    fn a_year_that_the_hall_told_goes_before_the_built_in_one_and_nonsense_takes_nothing_away() {
        let with = |text: String| HallSettings {
            calendar: vec![CalendarYear { year: 2026, text }],
            ..HallSettings::default()
        };
        let answer = |hall: &Hall| hall.answer_by(LATE).map(|day| day.to_string());
        assert_eq!(answer(&Hall::default()).as_deref(), Some("2026-12-08"));
        let off = "\n[[holiday]]\nname = \"one more\"\nfrom = 2026-12-02\nto = 2026-12-02\nmakeup_workdays = []\n";
        let mut hall = told(with(CALENDAR[0].1.to_owned() + off));
        assert_eq!(answer(&hall).as_deref(), Some("2026-12-09"));
        hall.hear(with("year = ".into()));
        assert_eq!(answer(&hall).as_deref(), Some("2026-12-09"));
    }

    #[test]
    fn limits_that_are_none_do_not_hold() {
        let limits = |least, most, tries| {
            let staff_pin = PinLimits { least, most, tries };
            told(HallSettings { staff_pin, ..HallSettings::default() }).settings.staff_pin
        };
        assert_eq!(limits(6, 6, 3), PinLimits { least: 6, most: 6, tries: 3 });
        assert_eq!([limits(0, 8, 5), limits(9, 8, 5), limits(4, 8, 0)], [PinLimits::default(); 3]);
    }
}
