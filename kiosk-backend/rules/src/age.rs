//! Ages in full years (周岁): what an answer says of one, and whose it can be.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::person::DocumentFamily;

/// From one age to another, both within: `80-89`, or `100+` without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Ages {
    pub from: u8,
    /// The last of them; `None` when there is none.
    pub to: Option<u8>,
}

/// What cannot be read as [`Ages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("ages are written \"80-89\" or \"100+\"")]
pub struct NoAges;

impl Ages {
    /// Whether somebody of this age is meant.
    pub fn hold(self, age: u8) -> bool {
        self.from <= age && self.to.is_none_or(|to| age <= to)
    }

    /// From the youngest to the oldest of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { from: self.from.min(other.from), to: self.to.zip(other.to).map(|(a, b)| a.max(b)) }
    }
}

impl FromStr for Ages {
    type Err = NoAges;

    fn from_str(text: &str) -> Result<Self, NoAges> {
        let age = |digits: &str| {
            let sound = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            sound.then(|| digits.parse().ok()).flatten().ok_or(NoAges)
        };
        if let Some(from) = text.strip_suffix('+') {
            return Ok(Self { from: age(from)?, to: None });
        }
        let (from, to) = text.split_once('-').ok_or(NoAges)?;
        let (from, to) = (age(from)?, age(to)?);
        if from <= to { Ok(Self { from, to: Some(to) }) } else { Err(NoAges) }
    }
}

impl fmt::Display for Ages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(to) => write!(f, "{}-{to}", self.from),
            None => write!(f, "{}+", self.from),
        }
    }
}

impl TryFrom<String> for Ages {
    type Error = NoAges;

    fn try_from(text: String) -> Result<Self, NoAges> {
        text.parse()
    }
}

impl From<Ages> for String {
    fn from(ages: Ages) -> Self {
        ages.to_string()
    }
}

/// Full years from a birth date, `YYYY-MM-DD`, to today. `None` when the date is not whole, or not of somebody alive.
pub fn full_years(born: &str, today: Date) -> Option<u8> {
    let born: Date = (born.len() == 10).then(|| born.parse().ok()).flatten()?;
    let had = (today.month(), today.day()) >= (born.month(), born.day());
    let years = i32::from(today.year()) - i32::from(born.year()) - i32::from(!had);
    u8::try_from(years).ok().filter(|years| *years <= OLDEST)
}

/// The same for a card's holder. A travel document tells two digits of the year of birth: of a child by them nobody knows
/// whether they are a hundred years older.
pub fn of_holder(document: DocumentFamily, born: &str, today: Date) -> Option<u8> {
    let years = full_years(born, today)?;
    let certain = document != DocumentFamily::TravelDocument || years > OLDEST - 100;
    certain.then_some(years)
}

/// Nobody whose age was ever proven became older.
const OLDEST: u8 = 122;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_as_they_are_written() {
        for (text, from, to) in
            [("80-89", 80, Some(89)), ("100+", 100, None), ("0-15", 0, Some(15)), ("16-16", 16, Some(16))]
        {
            let ages: Ages = text.parse().expect("ages");
            assert_eq!((ages, ages.to_string().as_str()), (Ages { from, to }, text));
        }
        for text in ["", "80", "89-80", "-5", "80-", "+", "80+89", "80-256", "+80", "80 - 89", "80–89"] {
            assert_eq!(text.parse::<Ages>(), Err(NoAges), "{text}");
        }
    }

    #[test]
    fn an_end_is_within() {
        let eighties = Ages { from: 80, to: Some(89) };
        assert_eq!([79, 80, 89, 90].map(|age| eighties.hold(age)), [false, true, true, false]);
        assert_eq!(eighties.and(Ages { from: 100, to: None }), Ages { from: 80, to: None });
        assert_eq!(eighties.and(Ages { from: 0, to: Some(15) }), Ages { from: 0, to: Some(89) });
    }

    #[test]
    fn two_digits_of_a_year_are_of_two_centuries() {
        use DocumentFamily::{ResidentNumber, TravelDocument};
        let on = |document, born| of_holder(document, born, Date::constant(2026, 11, 30));
        assert_eq!(on(ResidentNumber, "2016-01-02"), Some(10));
        assert_eq!(on(TravelDocument, "2016-01-02"), None, "or of 1916");
        assert_eq!(on(TravelDocument, "1980-01-02"), Some(46));
    }

    #[test]
    fn years_are_full_on_the_birthday() {
        let on = |born, year, month, day| full_years(born, Date::new(year, month, day).expect("a day"));
        assert_eq!(on("1946-11-30", 2026, 11, 29), Some(79));
        assert_eq!(on("1946-11-30", 2026, 11, 30), Some(80));
        assert_eq!(on("2024-02-29", 2026, 2, 28), Some(1));
        assert_eq!(on("2024-02-29", 2026, 3, 1), Some(2));
        assert_eq!(on("2026-11-30", 2026, 11, 30), Some(0));
        for unknown in ["", "1946", "1946-00-00", "1946-11", "1946-02-30", "2027-01-01", "1890-01-01", "19461130"] {
            assert_eq!(on(unknown, 2026, 11, 30), None, "{unknown}");
        }
    }
}
