//! Finding a case by the number on its receipt, without a card: scanned or typed, and then the last four characters of
//! the document it was made with. What is told is what the public page tells, nothing more.

#![expect(clippy::wildcard_enum_match_arm, reason = "a touch that a page has no use for does nothing there")]

use std::time::Duration;

use hall_rules::receipt::{DIGITS, ReceiptError};
use hall_rules::{Language, ReceiptNumber};
use kiosk_wire::Personal;

use crate::input::{ProgressTold, Service};
use crate::journey::Journey;
use crate::output::{Output, Sound};
use crate::page::Page;
use crate::session::{Find, Session};
use crate::terms::{FindFailure, PartState, said};
use crate::touch::{Act, Touch};
use crate::typing::type_into;
use crate::view::{FindLastFourView, FindNumberView, FindProblem, ProgressView, Screen};

/// Characters that are asked for.
const LAST: usize = 4;
/// How long an answer may take.
pub(crate) const ASKING: Duration = Duration::from_secs(10);

impl Journey {
    /// The idle page's button.
    pub(crate) fn find_case(&mut self, now: Duration) {
        self.session = Session::Find(Box::default());
        self.show_find(Page::FindNumber, now);
    }

    /// A receipt's code, or anything else, was held before the scanner while nobody's card is in use.
    pub(crate) fn find_scanned(&mut self, code: &Personal, now: Duration) {
        let listens = match self.page {
            Page::Idle => self.service == Some(Service::Ready),
            Page::FindNumber | Page::FindFailed(_) | Page::Progress => true,
            Page::FindLastFour => self.session.find().is_some_and(|find| find.asked.is_none()),
            _ => false,
        };
        if !listens {
            return;
        }
        match ReceiptNumber::parse(code.expose()).ok() {
            // The receipt whose characters are being typed: nothing of them is lost.
            Some(receipt)
                if self.page == Page::FindLastFour
                    && self.session.find().is_some_and(|find| find.receipt.as_ref() == Some(&receipt)) =>
            {
                self.active = now;
                self.warned = None;
            }
            Some(receipt) => {
                self.play(Sound::CardRead);
                let digits = Personal::from(receipt.as_str());
                self.session = Session::Find(Box::new(Find { receipt: Some(receipt), digits, ..Find::default() }));
                self.show_find(Page::FindLastFour, now);
            }
            None => {
                self.play(Sound::Attention);
                self.session =
                    Session::Find(Box::new(Find { problem: Some(FindProblem::NotAReceipt), ..Find::default() }));
                self.show_find(Page::FindNumber, now);
            }
        }
    }

    /// Nothing is asked that nobody could answer.
    fn show_find(&mut self, page: Page, now: Duration) {
        let page = if self.health.backend == PartState::Ok { page } else { Page::FindFailed(FindFailure::Offline) };
        self.show(page, now);
    }

    pub(crate) fn touch_find(&mut self, touch: Touch, now: Duration) {
        match (self.page.clone(), touch) {
            (_, Touch::Quit) => self.end(now),
            (Page::FindFailed(_) | Page::Progress, Touch::Next | Touch::Back) | (Page::FindNumber, Touch::Back) => {
                self.end(now);
            }
            (Page::FindNumber, Touch::Key(key)) => {
                if let Some(find) = self.session.find_mut() {
                    find.problem = None;
                    type_into(&mut find.digits, key, DIGITS, |c| c.is_ascii_digit());
                }
            }
            (Page::FindNumber, Touch::Next) => self.take_receipt(now),
            (Page::FindLastFour, Touch::Key(key)) => {
                if let Some(find) = self.session.find_mut().filter(|find| find.asked.is_none()) {
                    find.problem = None;
                    type_into(&mut find.last, key, LAST, |c| c.is_ascii_alphanumeric());
                }
            }
            (Page::FindLastFour, Touch::Act(Act::Letters)) => {
                if let Some(find) = self.session.find_mut() {
                    find.letters = !find.letters;
                }
            }
            (Page::FindLastFour, Touch::Act(Act::SwitchKeyOrder)) => {
                if let Some(find) = self.session.find_mut() {
                    find.keys_abc = !find.keys_abc;
                }
            }
            (Page::FindLastFour, Touch::Next) => self.ask_progress(now),
            (Page::FindLastFour, Touch::Back) => {
                if let Some(find) = self.session.find_mut() {
                    (find.asked, find.problem) = (None, None);
                    find.last.clear();
                }
                self.show(Page::FindNumber, now);
            }
            _ => {}
        }
    }

    fn take_receipt(&mut self, now: Duration) {
        let Some(find) = self.session.find_mut() else { return };
        match ReceiptNumber::parse(find.digits.expose()) {
            Ok(receipt) => {
                find.receipt = Some(receipt);
                self.show_find(Page::FindLastFour, now);
            }
            Err(why) => {
                let short = why == ReceiptError::Shape;
                find.problem = Some(if short { FindProblem::Incomplete } else { FindProblem::WrongNumber });
                self.play(Sound::Attention);
            }
        }
    }

    fn ask_progress(&mut self, now: Duration) {
        let Some(find) = self.session.find_mut().filter(|find| find.asked.is_none()) else { return };
        let Some(receipt) = find.receipt.as_ref().filter(|_| find.last.expose().len() == LAST) else { return };
        let receipt = kiosk_wire::ReceiptNumber(receipt.as_str().to_owned());
        self.questions += 1;
        find.asked = Some((self.questions, now));
        let last_four = std::mem::take(&mut find.last);
        let ask = self.questions;
        self.emit(Output::AskProgress { ask, receipt, last_four });
    }

    pub(crate) fn progress_told(&mut self, ask: u64, answer: ProgressTold, now: Duration) {
        let waits = self.page == Page::FindLastFour;
        let asked = |find: &&mut Find| waits && find.asked.is_some_and(|(asked, _)| asked == ask);
        let Some(find) = self.session.find_mut().filter(asked) else {
            return; // the answer to a former question, or too late
        };
        find.asked = None;
        match answer {
            ProgressTold::Found(progress) => {
                find.progress = Some(*progress);
                self.show(Page::Progress, now);
            }
            ProgressTold::NotFound => {
                find.problem = Some(FindProblem::NotFound);
                self.active = now;
                self.play(Sound::Attention);
            }
            ProgressTold::Failed(why) => self.show(Page::FindFailed(why), now),
        }
    }

    pub(crate) fn find_screen(&self) -> Option<Screen> {
        match self.page {
            Page::FindNumber => Some(Screen::FindNumber(self.find_number_view())),
            Page::FindLastFour => Some(Screen::FindLastFour(self.find_last_four_view())),
            Page::FindFailed(why) => Some(Screen::FindFailed { why }),
            Page::Progress => self.progress_view(self.language).map(Screen::Progress),
            _ => None,
        }
    }

    fn find_number_view(&self) -> FindNumberView {
        let find = self.session.find();
        let typed = find.map(|find| find.digits.expose().as_str()).unwrap_or_default();
        FindNumberView {
            typed: typed.to_owned(),
            whole: typed.len() == DIGITS,
            problem: find.and_then(|find| find.problem),
            scans: self.config.scans,
        }
    }

    fn find_last_four_view(&self) -> FindLastFourView {
        let find = self.session.find();
        let typed = find.map(|find| find.last.expose().as_str()).unwrap_or_default();
        FindLastFourView {
            receipt: find.and_then(|find| find.receipt.as_ref()).map(|r| r.as_str().to_owned()).unwrap_or_default(),
            typed: typed.to_owned(),
            whole: typed.len() == LAST,
            letters: find.is_some_and(|find| find.letters),
            keys_abc: find.is_some_and(|find| find.keys_abc),
            asking: find.is_some_and(|find| find.asked.is_some()),
            refused: find.is_some_and(|find| find.problem == Some(FindProblem::NotFound)),
        }
    }

    fn progress_view(&self, language: Language) -> Option<ProgressView> {
        let progress = self.session.find()?.progress.as_ref()?;
        let words = |text| said(text, language).to_owned();
        Some(ProgressView {
            receipt: progress.receipt.0.clone(),
            state: words(&progress.state),
            told: words(&progress.told),
            due: progress.due.as_ref().map(|due| (words(&due.what), due.day.clone())),
            paused: progress.paused,
            next: progress.next.as_ref().map(words).unwrap_or_default(),
            here: progress.here.map(|no| no.0),
        })
    }
}
