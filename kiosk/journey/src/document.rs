//! A travel document on the reader: its chip opens with what is printed on it. Number, birth date and expiry date are
//! typed, one a page, or come at once from a scanner that reads machine readable lines.
//!
//! They are a person's: they live in [`DocumentEntry`] until the chip was read or the visit ends, and what the reader
//! was given is taken back then ([`Output::ForgetDocument`], [`Output::Wipe`]).

#![expect(clippy::wildcard_enum_match_arm, reason = "a touch or a scan that a page has no use for does nothing there")]

use std::time::Duration;

use hall_rules::checks;

use crate::ask::{dashed, type_into};
use crate::journey::Journey;
use crate::visit::{Page, Visit};
use crate::{
    Act, DocumentCheckView, DocumentKey, DocumentPart, DocumentProblem, DocumentState, DocumentView, Key, Output,
    PartState, Personal, Service, Sound, Touch,
};

/// The longest document number: nine characters, and on small documents what goes on in the optional data without its
/// check digit and end sign, ICAO Doc 9303-5, 4.2.2.
const LONGEST_NUMBER: usize = 22;
/// Digits of a typed date: year, month, day.
const DATE_DIGITS: usize = 8;
/// Digits of a scanned date: machine readable lines leave the century out, ICAO Doc 9303-3, 4.8.
const SCANNED_DIGITS: usize = 6;

/// What was given so far.
#[derive(Default)]
pub(crate) struct DocumentEntry {
    number: Personal,
    birth: Day,
    expiry: Day,
    problem: Option<DocumentProblem>,
    /// The part that is being typed.
    at: Option<DocumentPart>,
    /// The chip did not open with it.
    refused: bool,
    /// The reader has it: a document that lies there, or will, is read with it.
    given: bool,
    /// All three were there once: each page leads back to the page that shows all.
    complete: bool,
    /// A scanner's lines did not hold together.
    misread: bool,
    keys_abc: bool,
}

/// A date: eight digits that were typed, or the six of a machine readable line.
#[derive(Default)]
struct Day {
    digits: Personal,
    scanned: bool,
}

impl Day {
    fn scanned(digits: Personal) -> Self {
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
        Personal::new(digits.get(digits.len().saturating_sub(SCANNED_DIGITS)..).unwrap_or_default())
    }
}

impl DocumentEntry {
    /// What is wrong with a part.
    fn check(&self, part: DocumentPart) -> Result<(), DocumentProblem> {
        match part {
            DocumentPart::Number if self.number.expose().bytes().any(|byte| byte.is_ascii_alphanumeric()) => Ok(()),
            DocumentPart::Number => Err(DocumentProblem::Empty),
            DocumentPart::Birth => self.birth.check(),
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
    fn shown(&self, part: DocumentPart) -> String {
        match part {
            DocumentPart::Number => self.number.expose().to_owned(),
            DocumentPart::Birth => self.birth.shown(),
            DocumentPart::Expiry => self.expiry.shown(),
        }
    }

    fn day(&mut self, part: DocumentPart) -> Option<&mut Day> {
        match part {
            DocumentPart::Number => None,
            DocumentPart::Birth => Some(&mut self.birth),
            DocumentPart::Expiry => Some(&mut self.expiry),
        }
    }

    fn key(&self) -> DocumentKey {
        DocumentKey { number: self.number.clone(), birth: self.birth.key(), expiry: self.expiry.key() }
    }
}

impl Journey {
    /// A travel document lies there, and nothing was given that could open it.
    pub(crate) fn document_locked(&mut self, now: Duration) {
        let reading = self.visit.as_ref().is_some_and(Visit::is_reading);
        match &self.page {
            // Laid down again while its holder types, or read just before it was told how.
            Page::Idle | Page::Reading | Page::CardProblem(_) if self.document.is_some() => {}
            Page::Idle | Page::Reading | Page::CardProblem(_) => self.ask_for_document(now),
            Page::Choose { .. } | Page::Search { .. } | Page::Guide { .. } if reading => {
                self.back_to = Some(self.page.clone());
                self.ask_for_document(now);
            }
            _ => {} // a visit goes on whatever lies on the reader
        }
    }

    fn ask_for_document(&mut self, now: Duration) {
        self.find = None;
        self.document = Some(DocumentEntry::default());
        self.play(Sound::Attention);
        self.show(Page::Document(DocumentPart::Number), now);
    }

    /// What was given does not open the chip.
    pub(crate) fn document_refused(&mut self, now: Duration) {
        let Some(entry) = &mut self.document else {
            // Left over from somebody else: it must not be tried on this document.
            self.emit(Output::ForgetDocument);
            return self.document_locked(now);
        };
        if !entry.given {
            return; // laid down again while its holder corrects
        }
        (entry.given, entry.refused, entry.complete) = (false, true, true);
        self.play(Sound::Attention);
        self.show(Page::DocumentCheck, now);
    }

    /// The document was taken away, or its chip fell silent, before all was read.
    pub(crate) fn document_lost(&mut self, now: Duration) {
        self.play(Sound::Attention);
        if let Some(page) = self.document_page() {
            self.show(page, now);
        }
    }

    /// Where to go on with what was given: at the part that was being typed, or lacks; else where all are compared.
    pub(crate) fn document_page(&self) -> Option<Page> {
        let entry = self.document.as_ref()?;
        let lacking = DocumentPart::ALL.into_iter().find(|part| entry.check(*part).is_err());
        Some(entry.at.or(lacking).map_or(Page::DocumentCheck, Page::Document))
    }

    /// Whether a document that is laid down now is read with what was given.
    pub(crate) fn document_is_given(&self) -> bool {
        self.document.as_ref().is_some_and(|entry| entry.given)
    }

    /// A scanner read machine readable lines: `None` when they do not hold together.
    pub(crate) fn document_scanned(&mut self, key: Option<DocumentKey>, now: Duration) {
        let asked = match self.page {
            Page::Document(_) | Page::DocumentCheck => true,
            Page::Reading | Page::CardProblem(_) => false,
            Page::Idle | Page::FindNumber | Page::FindFailed(_) if self.service == Some(Service::Ready) => {
                if self.health.reader != PartState::Ok {
                    return;
                }
                false
            }
            _ => return,
        };
        self.active = now;
        self.warned = None;
        match key {
            Some(DocumentKey { number, birth, expiry }) => {
                self.find = None;
                let number = Personal::new(number.expose().trim_end_matches('<'));
                let (birth, expiry) = (Day::scanned(birth), Day::scanned(expiry));
                // The document that is waited for was shown to the scanner once more.
                let same = |entry: &DocumentEntry| {
                    (&entry.number, &entry.birth.digits, &entry.expiry.digits)
                        == (&number, &birth.digits, &expiry.digits)
                        && entry.given
                        && !entry.refused
                };
                if self.document.as_ref().is_some_and(same) && !matches!(self.page, Page::CardProblem(_)) {
                    return;
                }
                self.document = Some(DocumentEntry { number, birth, expiry, ..DocumentEntry::default() });
                self.give_document(now);
            }
            None if asked => {
                if let Some(entry) = &mut self.document {
                    (entry.misread, entry.problem) = (true, None);
                }
                self.play(Sound::Attention);
            }
            None => {}
        }
    }

    /// Hands what was given to the reader. What lies there is read now, else what is laid down next.
    fn give_document(&mut self, now: Duration) {
        let Some(entry) = &mut self.document else { return };
        (entry.given, entry.refused, entry.misread, entry.complete) = (true, false, false, true);
        entry.at = None;
        let key = entry.key();
        self.emit(Output::UnlockDocument(key));
        self.show(if self.card_present { Page::Reading } else { Page::DocumentCheck }, now);
    }

    pub(crate) fn touch_document(&mut self, touch: Touch, now: Duration) {
        match (self.page.clone(), touch) {
            (_, Touch::Quit) => self.end(now),
            (Page::Document(part), Touch::Key(key)) => self.document_key(part, key),
            (Page::Document(part), Touch::Next) => self.take_document_part(part, now),
            (Page::Document(part), Touch::Back) => self.document_back(part, now),
            (Page::Document(_), Touch::Act(Act::SwitchKeyOrder)) => {
                if let Some(entry) = &mut self.document {
                    entry.keys_abc = !entry.keys_abc;
                }
            }
            (Page::DocumentCheck, Touch::Next) if self.card_present => self.give_document(now),
            (Page::DocumentCheck, Touch::Back) => self.leave_document(now),
            (Page::DocumentCheck, Touch::Act(Act::Change(part))) => {
                if let Some(part) = DocumentPart::from_code(&part) {
                    self.change_document(part, now);
                }
            }
            _ => {}
        }
    }

    fn document_key(&mut self, part: DocumentPart, key: Key) {
        let Some(entry) = &mut self.document else { return };
        (entry.problem, entry.misread, entry.at) = (None, false, Some(part));
        let changed = match entry.day(part) {
            Some(day) => type_into(&mut day.digits, key, DATE_DIGITS, |c| c.is_ascii_digit()),
            // ICAO Doc 9303-3, 4.3: capital letters, digits and the filler.
            None => type_into(&mut entry.number, key, LONGEST_NUMBER, |c| c.is_ascii_alphanumeric() || c == '<'),
        };
        if changed {
            (entry.refused, entry.given) = (false, false);
        }
    }

    fn take_document_part(&mut self, part: DocumentPart, now: Duration) {
        let Some(entry) = &mut self.document else { return };
        if let Err(why) = entry.check(part) {
            entry.problem = Some(why);
            return self.play(Sound::Attention);
        }
        entry.at = None;
        match part.next() {
            _ if entry.complete => self.show(Page::DocumentCheck, now),
            Some(next) => self.show(Page::Document(next), now),
            None => self.give_document(now),
        }
    }

    fn document_back(&mut self, part: DocumentPart, now: Duration) {
        let Some(entry) = &mut self.document else { return };
        (entry.problem, entry.misread) = (None, false);
        match part.before() {
            // What is half changed must not look whole.
            _ if entry.complete => self.take_document_part(part, now),
            Some(before) => self.show(Page::Document(before), now),
            None => self.leave_document(now),
        }
    }

    fn change_document(&mut self, part: DocumentPart, now: Duration) {
        if let Some(entry) = &mut self.document {
            entry.misread = false;
            // The century of a scanned date is not known: it is typed as a whole.
            if let Some(day) = entry.day(part).filter(|day| day.scanned) {
                *day = Day::default();
            }
        }
        self.show(Page::Document(part), now);
    }

    /// Back to the guide that was being read, or home.
    fn leave_document(&mut self, now: Duration) {
        match self.back_to.take() {
            Some(page) => {
                self.document = None;
                self.emit(Output::ForgetDocument);
                self.show(page, now);
            }
            None => self.end(now),
        }
    }

    pub(crate) fn document_view(&self, part: DocumentPart) -> DocumentView {
        let entry = self.document.as_ref();
        DocumentView {
            part,
            typed: entry.map(|entry| entry.shown(part)).unwrap_or_default(),
            problem: entry.and_then(|entry| entry.problem),
            misread: entry.is_some_and(|entry| entry.misread),
            card_there: self.card_present,
            changing: entry.is_some_and(|entry| entry.complete),
            keys_abc: entry.is_some_and(|entry| entry.keys_abc),
        }
    }

    pub(crate) fn document_check_view(&self) -> DocumentCheckView {
        let entry = self.document.as_ref();
        let shown = |part| entry.map(|entry| entry.shown(part)).unwrap_or_default();
        DocumentCheckView {
            number: shown(DocumentPart::Number),
            birth: shown(DocumentPart::Birth),
            expiry: shown(DocumentPart::Expiry),
            state: match entry {
                Some(entry) if entry.misread => DocumentState::Misread,
                Some(entry) if entry.refused => DocumentState::Refused,
                Some(_) | None => DocumentState::Given,
            },
            card_there: self.card_present,
        }
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
