//! A travel document on the reader: its chip opens with what is printed on it. Number, birth date and expiry date are
//! typed, one a page, or come at once from a scanner that reads machine readable lines.
//!
//! They are a person's: they live in [`DocumentEntry`] until the chip was read or the visit ends, and what the reader
//! was given is taken back then ([`Output::ForgetDocument`], [`Output::Wipe`]).

#![expect(clippy::wildcard_enum_match_arm, reason = "a touch or a scan that a page has no use for does nothing there")]

use std::time::Duration;

use kiosk_wire::Personal;

use crate::document_entry::{DATE_DIGITS, Day, DocumentEntry, LONGEST_NUMBER};
use crate::input::Service;
use crate::journey::Journey;
use crate::output::{Output, Sound};
use crate::page::{Card, Page};
use crate::terms::{DocumentKey, DocumentPart, PartState};
use crate::touch::{Act, Key, Touch};
use crate::typing::type_into;
use crate::view::{DocumentCheckView, DocumentState, DocumentView, Screen};

impl Journey {
    /// A travel document lies there, and nothing was given that could open it.
    pub(crate) fn document_locked(&mut self, now: Duration) {
        match (self.page.clone(), self.page.traits().card) {
            // Laid down again while its holder types, or read just before it was told how.
            (Page::Idle | Page::Reading | Page::CardProblem(_), _) if self.session.document().is_some() => {}
            (Page::Idle | Page::Reading | Page::CardProblem(_), _) => self.ask_for_document(now),
            (_, Card::Guide) if self.leave_guide() => self.ask_for_document(now),
            _ => {} // a visit goes on whatever lies on the reader
        }
    }

    fn ask_for_document(&mut self, now: Duration) {
        self.session.set_document(DocumentEntry::default());
        self.play(Sound::Attention);
        self.show(Page::Document(DocumentPart::Number), now);
    }

    /// What was given does not open the chip.
    pub(crate) fn document_refused(&mut self, now: Duration) {
        let Some(entry) = self.session.document_mut() else {
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
        let entry = self.session.document()?;
        let lacking = DocumentPart::ALL.into_iter().find(|part| entry.check(*part).is_err());
        Some(entry.at.or(lacking).map_or(Page::DocumentCheck, Page::Document))
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
                let number = Personal::from(number.expose().trim_end_matches('<'));
                let (birth, expiry) = (Day::scanned(birth), Day::scanned(expiry));
                // The document that is waited for was shown to the scanner once more.
                let same = |entry: &DocumentEntry| {
                    (&entry.number, &entry.birth.digits, &entry.expiry.digits)
                        == (&number, &birth.digits, &expiry.digits)
                        && entry.given
                        && !entry.refused
                };
                if self.session.document().is_some_and(same) && !matches!(self.page, Page::CardProblem(_)) {
                    return;
                }
                self.session.set_document(DocumentEntry { number, birth, expiry, ..DocumentEntry::default() });
                self.give_document(now);
            }
            None if asked => {
                if let Some(entry) = self.session.document_mut() {
                    (entry.misread, entry.problem) = (true, None);
                }
                self.play(Sound::Attention);
            }
            None => {}
        }
    }

    /// Hands what was given to the reader. What lies there is read now, else what is laid down next.
    fn give_document(&mut self, now: Duration) {
        let Some(entry) = self.session.document_mut() else { return };
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
                if let Some(entry) = self.session.document_mut() {
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
        let Some(entry) = self.session.document_mut() else { return };
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
        let Some(entry) = self.session.document_mut() else { return };
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
        let Some(entry) = self.session.document_mut() else { return };
        (entry.problem, entry.misread) = (None, false);
        match part.before() {
            // What is half changed must not look whole.
            _ if entry.complete => self.take_document_part(part, now),
            Some(before) => self.show(Page::Document(before), now),
            None => self.leave_document(now),
        }
    }

    fn change_document(&mut self, part: DocumentPart, now: Duration) {
        if let Some(entry) = self.session.document_mut() {
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
        let guide = self.session.visit_mut().and_then(|visit| {
            visit.document = None;
            visit.back_to.take()
        });
        match guide {
            Some(page) => {
                self.emit(Output::ForgetDocument);
                self.show(page, now);
            }
            None => self.end(now),
        }
    }

    pub(crate) fn document_screen(&self) -> Option<Screen> {
        match self.page {
            Page::Document(part) => Some(Screen::Document(self.document_view(part))),
            Page::DocumentCheck => Some(Screen::DocumentCheck(self.document_check_view())),
            _ => None,
        }
    }

    fn document_view(&self, part: DocumentPart) -> DocumentView {
        let entry = self.session.document();
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

    fn document_check_view(&self) -> DocumentCheckView {
        let entry = self.session.document();
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
