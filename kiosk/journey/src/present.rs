//! From the machine's state to what the screen shows.

use std::time::Duration;

use hall_rules::{Language, mask};
use kiosk_wire::RosterWindow;

use crate::journey::{COUNTDOWN, Journey, SAVING_SHOWN};
use crate::page::{Group, Page};
use crate::session::Wish;
use crate::terms::PartState;
use crate::view::{Foot, Overlay, PersonLine, Screen, Step, View, WindowLine};
use crate::visit::Visit;

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
            staff_place: self.config.staff_place.get(self.language).to_owned(),
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
        // Corrections are handed in without the steps before.
        let steps = self.session.visit().is_some_and(|visit| visit.holder.is_some() && visit.correcting.is_none());
        self.page.traits().step(steps)
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

    /// The window that takes the chosen item's paper. Where nothing is chosen none in particular, unless there is but one.
    pub(crate) fn window(&self) -> Option<WindowLine> {
        let visit = self.session.visit();
        let corrected = visit.and_then(|visit| visit.correcting.as_ref()).map(|case| &case.department);
        match (corrected.or(visit.and_then(Visit::item).map(|item| &item.department)), self.windows.as_slice()) {
            (Some(department), _) => self.window_of(department),
            (None, [only]) => Some(window_line(only, self.language)),
            (None, _) => None,
        }
    }

    pub(crate) fn window_of(&self, department: &String) -> Option<WindowLine> {
        let window = self.windows.iter().find(|window| window.departments.contains(department));
        window.map(|window| window_line(window, self.language))
    }

    /// The box that whoever is here has to do with.
    pub(crate) fn compartment(&self) -> u16 {
        self.session.compartment().map_or(0, |no| no.0)
    }
}

fn window_line(window: &RosterWindow, language: Language) -> WindowLine {
    WindowLine { name: window_name(&window.name, language), phone: window.phone.clone() }
}

/// A window's name. In English its number is said, so that it can be looked for; what else it is called stays as it stands
/// above it.
fn window_name(name: &str, language: Language) -> String {
    let numbered = name.split_once("号窗口").filter(|(number, _)| number.parse::<u16>().is_ok());
    match (language, numbered) {
        (Language::En, Some((number, ""))) => format!("Window {number}"),
        (Language::En, Some((number, rest))) => {
            let rest = rest.trim_start_matches(['（', '(', ' ']).trim_end_matches(['）', ')', ' ']);
            format!("Window {number} ({rest})")
        }
        (Language::En | Language::Zh, _) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_found_by_its_number_in_english() {
        for (name, english) in [
            ("3号窗口", "Window 3"),
            ("5号窗口（文广旅局）", "Window 5 (文广旅局)"),
            ("12号窗口 教育", "Window 12 (教育)"),
            ("综合窗口", "综合窗口"),
            ("东号窗口", "东号窗口"),
        ] {
            assert_eq!(window_name(name, Language::En), english);
            assert_eq!(window_name(name, Language::Zh), name);
        }
    }
}
