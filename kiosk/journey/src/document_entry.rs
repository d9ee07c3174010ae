//! What was given to open the chip of a travel document: number, birth date and expiry date.

use hall_rules::checks;
use kiosk_wire::Personal;

use crate::terms::{DocumentKey, DocumentPart};
use crate::typing::dashed;
use crate::view::DocumentProblem;

/// The longest document number: nine characters, and on small documents what goes on in the optional data without its
/// check digit and end sign, ICAO Doc 9303-5, 4.2.2.
pub(crate) const LONGEST_NUMBER: usize = 22;
/// Digits of a typed date: year, month, day.
pub(crate) const DATE_DIGITS: usize = 8;
/// Digits of a scanned date: machine readable lines leave the century out, ICAO Doc 9303-3, 4.8.
const SCANNED_DIGITS: usize = 6;

/// What was given so far.
#[derive(Clone, Default)]
pub(crate) struct DocumentEntry {
    pub(crate) number: Personal,
    pub(crate) birth: Day,
    pub(crate) expiry: Day,
    pub(crate) problem: Option<DocumentProblem>,
    /// The part that is being typed.
    pub(crate) at: Option<DocumentPart>,
    /// The chip did not open with it.
    pub(crate) refused: bool,
    /// The reader has it: a document that lies there, or will, is read with it.
    pub(crate) given: bool,
    /// All three were there once: each page leads back to the page that shows all.
    pub(crate) complete: bool,
    /// A scanner's lines did not hold together.
    pub(crate) misread: bool,
    pub(crate) keys_abc: bool,
}

/// A date: eight digits that were typed, or the six of a machine readable line.
#[derive(Clone, Default)]
pub(crate) struct Day {
    pub(crate) digits: Personal,
    pub(crate) scanned: bool,
}

impl Day {
    pub(crate) fn scanned(digits: Personal) -> Self {
        Self { digits, scanned: true }
    }

    fn check(&self) -> Result<(), DocumentProblem> {
        let digits = self.digits.expose();
        match digits.len() {
            _ if self.scanned => Ok(()),
            0 => Err(DocumentProblem::Empty),
            short if short < DATE_DIGITS => Err(DocumentProblem::Incomplete),
            _ if !(digits.starts_with("19") || digits.starts_with("20")) => Err(DocumentProblem::NoSuchDay),
            _ if checks::is_day(&dashed(digits)) => Ok(()),
            _ => Err(DocumentProblem::NoSuchDay),
        }
    }

    /// As [`Day::check`]; of a birth date the day, or month and day, may be unknown, which 00 stands for (the machine
    /// readable lines have `<<` there, ICAO Doc 9303-3, 4.8).
    fn check_birth(&self) -> Result<(), DocumentProblem> {
        let digits = self.digits.expose();
        let year = digits.strip_suffix("0000").map(|year| Personal::new(format!("{year}0101")));
        let known = year.or_else(|| digits.strip_suffix("00").map(|month| Personal::new(format!("{month}01"))));
        match known {
            Some(digits) if !self.scanned => Self { digits, scanned: false }.check(),
            _ => self.check(),
        }
    }

    /// As the screen shows it.
    fn shown(&self) -> String {
        match self.digits.expose().as_bytes() {
            [a, b, c, d, e, f] if self.scanned => [*a, *b, b'-', *c, *d, b'-', *e, *f].map(char::from).iter().collect(),
            _ => dashed(self.digits.expose()),
        }
    }

    /// YYMMDD.
    fn key(&self) -> Personal {
        let digits = self.digits.expose();
        Personal::from(digits.get(digits.len().saturating_sub(SCANNED_DIGITS)..).unwrap_or_default())
    }
}

impl DocumentEntry {
    /// What is wrong with a part.
    pub(crate) fn check(&self, part: DocumentPart) -> Result<(), DocumentProblem> {
        match part {
            DocumentPart::Number if self.number.expose().bytes().any(|byte| byte.is_ascii_alphanumeric()) => Ok(()),
            DocumentPart::Number => Err(DocumentProblem::Empty),
            DocumentPart::Birth => self.birth.check_birth(),
            DocumentPart::Expiry => {
                self.expiry.check()?;
                // Digits in this order compare as the days do.
                let both_typed = !self.expiry.scanned && !self.birth.scanned;
                let before = both_typed && self.expiry.digits.expose() <= self.birth.digits.expose();
                if before { Err(DocumentProblem::BeforeBirth) } else { Ok(()) }
            }
        }
    }

    /// As the screen shows a part.
    pub(crate) fn shown(&self, part: DocumentPart) -> String {
        match part {
            DocumentPart::Number => self.number.expose().to_owned(),
            DocumentPart::Birth => self.birth.shown(),
            DocumentPart::Expiry => self.expiry.shown(),
        }
    }

    pub(crate) fn day(&mut self, part: DocumentPart) -> Option<&mut Day> {
        match part {
            DocumentPart::Number => None,
            DocumentPart::Birth => Some(&mut self.birth),
            DocumentPart::Expiry => Some(&mut self.expiry),
        }
    }

    pub(crate) fn key(&self) -> DocumentKey {
        DocumentKey { number: self.number.clone(), birth: self.birth.key(), expiry: self.expiry.key() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(number: &str, birth: &str, expiry: &str) -> DocumentEntry {
        let day = |digits: &str| Day { digits: digits.into(), scanned: false };
        DocumentEntry { number: number.into(), birth: day(birth), expiry: day(expiry), ..DocumentEntry::default() }
    }

    fn scanned() -> DocumentEntry {
        let day = |digits: &str| Day::scanned(digits.into());
        DocumentEntry { number: "L898902C3".into(), birth: day("740812"), expiry: day("320415"), ..Default::default() }
    }

    #[test]
    fn parts_say_what_is_wrong_with_them() {
        use DocumentPart as P;
        use DocumentProblem as Why;
        for (entry, part, outcome) in [
            (typed("L898902C3", "", ""), P::Number, Ok(())),
            (typed("", "", ""), P::Number, Err(Why::Empty)),
            (typed("<<", "", ""), P::Number, Err(Why::Empty)),
            (typed("A<1", "", ""), P::Number, Ok(())),
            (typed("", "19740812", ""), P::Birth, Ok(())),
            (typed("", "", ""), P::Birth, Err(Why::Empty)),
            (typed("", "1974081", ""), P::Birth, Err(Why::Incomplete)),
            (typed("", "740812", ""), P::Birth, Err(Why::Incomplete)),
            (typed("", "19740231", ""), P::Birth, Err(Why::NoSuchDay)),
            (typed("", "09740812", ""), P::Birth, Err(Why::NoSuchDay)),
            (typed("", "20240229", ""), P::Birth, Ok(())),
            (typed("", "19740800", ""), P::Birth, Ok(())),
            (typed("", "19740000", ""), P::Birth, Ok(())),
            (typed("", "19741300", ""), P::Birth, Err(Why::NoSuchDay)),
            (typed("", "19740012", ""), P::Birth, Err(Why::NoSuchDay)),
            (typed("", "197400", ""), P::Birth, Err(Why::Incomplete)),
            (typed("", "19740812", "20320400"), P::Expiry, Err(Why::NoSuchDay)),
            (typed("", "20230229", ""), P::Birth, Err(Why::NoSuchDay)),
            (typed("", "19740812", "20320415"), P::Expiry, Ok(())),
            (typed("", "19740812", "19740811"), P::Expiry, Err(Why::BeforeBirth)),
            (typed("", "19740812", "20321304"), P::Expiry, Err(Why::NoSuchDay)),
            (scanned(), P::Birth, Ok(())),
            (scanned(), P::Expiry, Ok(())),
        ] {
            assert_eq!(entry.check(part), outcome, "{part:?}");
        }
    }

    #[test]
    fn the_key_leaves_the_century_out() {
        for entry in [typed("L898902C3", "19740812", "20320415"), scanned()] {
            let key = entry.key();
            let key = [key.number.expose(), key.birth.expose(), key.expiry.expose()];
            assert_eq!(key, ["L898902C3", "740812", "320415"]);
        }
    }

    #[test]
    fn dates_are_shown_as_they_came() {
        assert_eq!(scanned().shown(DocumentPart::Birth), "74-08-12");
        assert_eq!(typed("", "197408", "").shown(DocumentPart::Birth), "1974-08");
        assert_eq!(typed("", "19740812", "").shown(DocumentPart::Birth), "1974-08-12");
    }
}
