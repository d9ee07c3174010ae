//! The words of the console's pages, Chinese first.
//!
//! A page says both languages where the words stand (`lang.t("收件箱", "Inbox")`), so that neither can be missing and
//! a reviewer sees them side by side. Only words chosen by a value live here.

use std::fmt::Write as _;

use hall_domain::case::messages::write::LOUD_HOURS;
use hall_rules::{Language, Text};
use hall_words::Said;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// The language of a page, and how a page says things in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lang(Language);

impl Lang {
    /// Simplified Chinese, the default.
    pub(crate) const ZH: Self = Self(Language::Zh);
    /// English.
    pub(crate) const EN: Self = Self(Language::En);

    /// The one of two wordings that this language wants.
    pub(crate) fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match *self {
            Self::ZH => zh,
            Self::EN => en,
        }
    }

    /// A text of the catalogue or the rules.
    pub(crate) fn text<'a>(&self, text: &'a Text) -> &'a str {
        text.get(self.language())
    }

    /// What stands in the catalogue of words.
    pub(crate) fn said(&self, what: &impl Said) -> String {
        what.said(self.language())
    }

    /// As the rules and the catalogue of words call it.
    pub(crate) fn language(&self) -> Language {
        self.0
    }

    /// As in the `lang` attribute and in the cookie.
    pub(crate) fn tag(&self) -> &'static str {
        match *self {
            Self::ZH => "zh-CN",
            Self::EN => "en",
        }
    }

    /// Reads a tag; anything unknown is Chinese.
    pub(crate) fn from_tag(tag: &str) -> Self {
        if tag == "en" { Self::EN } else { Self::ZH }
    }
}

/// The present and how to say it: what a page needs to turn instants into words.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    /// Milliseconds since the epoch.
    pub(super) now_ms: i64,
    /// The hall's zone.
    pub(super) zone: TimeZone,
    /// The page's language.
    pub(super) lang: Lang,
}

impl Clock {
    fn zoned(&self, ms: i64) -> ZonedDateTime {
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(self.zone.clone())
    }

    /// Whether it is an hour at which no message goes to an applicant.
    pub(super) fn is_quiet(&self) -> bool {
        !LOUD_HOURS.contains(&self.zoned(self.now_ms).hour())
    }

    /// An instant as people say it: today's without the date, this year's without the year.
    pub(super) fn when(&self, ms: &i64) -> String {
        let (then, now) = (self.zoned(*ms), self.zoned(self.now_ms));
        let time = then.strftime("%H:%M");
        if then.date() == now.date() {
            return self.lang.t("今天 ", "today ").to_owned() + &time.to_string();
        }
        if now.date().yesterday().is_ok_and(|day| day == then.date()) {
            return self.lang.t("昨天 ", "yesterday ").to_owned() + &time.to_string();
        }
        match (self.lang, then.year() == now.year()) {
            (Lang::ZH, true) => then.strftime("%-m月%-d日 %H:%M").to_string(),
            (Lang::ZH, false) => then.strftime("%Y年%-m月%-d日 %H:%M").to_string(),
            (Lang::EN, true) => then.strftime("%-d %b, %H:%M").to_string(),
            (Lang::EN, false) => then.strftime("%-d %b %Y, %H:%M").to_string(),
        }
    }

    /// An instant to the second, for audit and tool tips.
    pub(super) fn exact(&self, ms: &i64) -> String {
        self.zoned(*ms).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// The time of day.
    pub(super) fn time(&self, ms: &i64) -> String {
        self.zoned(*ms).strftime("%H:%M").to_string()
    }

    /// How long ago, in the largest unit that fits: a lapse is not a legal clock, so plain hours and days will do.
    pub(super) fn lapse(&self, ms: &i64) -> String {
        self.span(self.now_ms.saturating_sub(*ms) / 1000)
    }

    /// A length of time in seconds.
    pub(super) fn span(&self, seconds: i64) -> String {
        let seconds = seconds.max(0);
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        match self.lang {
            Lang::ZH if seconds < 60 => format!("{seconds} 秒"),
            Lang::ZH if minutes < 60 => format!("{minutes} 分钟"),
            Lang::ZH if hours < 24 => format!("{hours} 小时"),
            Lang::ZH => format!("{days} 天"),
            Lang::EN if seconds < 60 => format!("{seconds} s"),
            Lang::EN if minutes < 60 => format!("{minutes} min"),
            Lang::EN if hours < 24 => format!("{hours} h"),
            Lang::EN => format!("{days} d"),
        }
    }

    /// A civil date, such as 11月30日 (周一).
    pub(super) fn day(&self, date: &jiff::civil::Date) -> String {
        use jiff::civil::Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        match self.lang {
            Lang::ZH => {
                let weekday = match date.weekday() {
                    Monday => "一",
                    Tuesday => "二",
                    Wednesday => "三",
                    Thursday => "四",
                    Friday => "五",
                    Saturday => "六",
                    Sunday => "日",
                };
                format!("{}月{}日 周{weekday}", date.month(), date.day())
            }
            Lang::EN => date.strftime("%a %-d %b").to_string(),
        }
    }
}

/// A receipt number in groups of four, as it is printed and read aloud.
pub(crate) fn grouped(number: &str) -> String {
    let mut out = String::with_capacity(number.len() + number.len() / 4);
    for (at, digit) in number.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A byte count people can read.
pub(super) fn bytes(count: &u64) -> String {
    let mut text = String::new();
    let (unit, name) = if *count >= 1 << 30 { (1u64 << 30, "GB") } else { (1 << 20, "MB") };
    // One decimal, computed in integers: write! to a String cannot fail.
    let tenths = count.saturating_mul(10) / unit;
    let _ = write!(text, "{}.{} {name}", tenths / 10, tenths % 10);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(lang: Lang) -> Clock {
        // 2026-11-23 15:00 in Shanghai
        Clock { now_ms: 1_795_417_200_000, zone: TimeZone::fixed(jiff::tz::offset(8)), lang }
    }

    #[test]
    fn nobody_is_told_at_night() {
        let at = |hours: i64| {
            let mut clock = clock(Lang::ZH);
            clock.now_ms += hours * 3_600_000;
            clock.is_quiet()
        };
        assert_eq!([-8, -7, 5, 6].map(at), [true, false, false, true], "7, 8, 20 and 21 o'clock");
    }

    #[test]
    fn instants_are_said_as_people_say_them() {
        let zh = clock(Lang::ZH);
        let now = zh.now_ms;
        assert_eq!(zh.when(&(now - 3_600_000)), "今天 14:00");
        assert_eq!(zh.when(&(now - 86_400_000)), "昨天 15:00");
        assert_eq!(zh.when(&(now - 3 * 86_400_000)), "11月20日 15:00");
        assert_eq!(clock(Lang::EN).when(&(now - 3 * 86_400_000)), "20 Nov, 15:00");
        assert_eq!(zh.exact(&now), "2026-11-23 15:00:00");
        assert_eq!(zh.lapse(&(now - 59_000)), "59 秒");
        assert_eq!(zh.lapse(&(now - 7_300_000)), "2 小时");
        assert_eq!(zh.lapse(&(now + 5_000)), "0 秒", "a clock ahead of ours never makes a negative age");
        assert_eq!(zh.day(&jiff::civil::date(2026, 11, 30)), "11月30日 周一");
    }

    #[test]
    fn receipts_are_grouped_and_bytes_readable() {
        assert_eq!(grouped("1010000127"), "1010 0001 27");
        assert_eq!(bytes(&21_474_836_480), "20.0 GB");
    }
}
