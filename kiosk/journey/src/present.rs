//! From the machine's state to what the screen shows.

use std::time::Duration;

use hall_rules::mask;
use kiosk_wire::RosterWindow;

use crate::journey::{COUNTDOWN, Journey, SAVING_SHOWN};
use crate::page::{Group, Page};
use crate::session::{Visit, Wish};
use crate::terms::PartState;
use crate::view::{Foot, Overlay, PersonLine, Screen, Step, View, WindowLine};

/// Steps of a visit: choose, read, fill in, check, deposit.
const STEPS: u8 = 5;

impl Journey {
    /// The view, but for its revision.
    pub(crate) fn present(&self, now: Duration) -> View {
        // A record takes milliseconds: the page before stays until it takes long.
        if self.page == Page::Saving && now < self.entered + SAVING_SHOWN {
            return View { overlay: None, ..self.shown.clone() };
        }
        View {
            revision: 0,
            language: self.language,
            text_size: self.text_size,
            screen: self.screen(),
            overlay: self.overlay(now),
            person: self.person(),
            step: self.step(),
            foot: self.foot(),
            offline: self.health.backend == PartState::Failed,
        }
    }

    fn overlay(&self, now: Duration) -> Option<Overlay> {
        if let Some(since) = self.warned {
            let left = (since + COUNTDOWN).saturating_sub(now);
            let seconds = left.as_millis().div_ceil(1000);
            return Some(Overlay::StillThere { seconds_left: u8::try_from(seconds).unwrap_or(u8::MAX) });
        }
        let help = self.help.map(|received| Overlay::Help { received });
        let other = self.session.visit().and_then(|visit| visit.other.as_ref());
        help.or(other.map(|_| Overlay::AnotherPerson))
    }

    fn person(&self) -> Option<PersonLine> {
        let holder = self.session.visit()?.holder.as_ref()?;
        Some(PersonLine {
            name: mask::name(holder.applicant.name.expose()),
            number: mask::document_number(holder.applicant.number.expose()),
        })
    }

    fn step(&self) -> Option<Step> {
        if self.page == Page::Saving {
            return self.shown.step;
        }
        let signed_in = self.session.visit().is_some_and(|visit| visit.holder.is_some());
        Some(Step { at: self.page.traits().step, of: STEPS }).filter(|step| signed_in && step.at > 0)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are as their row says")]
    fn foot(&self) -> Foot {
        let foot = self.page.traits().foot;
        let back = match self.page {
            // Back from a wish that was touched by mistake.
            Page::Door => self.session.deposit().is_some_and(|deposit| deposit.wish != Wish::Leave),
            Page::NoBox(_) => self.session.visit().is_some_and(|visit| !visit.history.is_empty()),
            _ => foot.back,
        };
        Foot { back, ..foot }
    }

    /// Every room shows its own pages.
    fn screen(&self) -> Screen {
        let screen = match self.page.traits().group {
            Group::Waiting | Group::Home => Some(self.home_screen()),
            Group::Document => self.document_screen(),
            Group::Find => self.find_screen(),
            Group::Choose => self.choose_screen(),
            Group::Ask => self.ask_screen(),
            Group::Deposit => self.deposit_screen(),
            Group::Errands => self.errands_screen(),
            Group::Staff => self.staff_screen(),
        };
        screen.unwrap_or(Screen::Starting)
    }

    /// The window that takes the chosen item's paper, or any.
    pub(crate) fn window(&self) -> Option<WindowLine> {
        match self.session.visit().and_then(Visit::item) {
            Some(item) => self.window_of(&item.department),
            None => self.windows.first().map(window_line),
        }
    }

    pub(crate) fn window_of(&self, department: &String) -> Option<WindowLine> {
        self.windows.iter().find(|window| window.departments.contains(department)).map(window_line)
    }

    /// The box that whoever is here has to do with.
    pub(crate) fn compartment(&self) -> u16 {
        self.session.compartment().map_or(0, |no| no.0)
    }
}

fn window_line(window: &RosterWindow) -> WindowLine {
    WindowLine { name: window.name.clone(), phone: window.phone.clone() }
}
