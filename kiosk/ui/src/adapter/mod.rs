//! From the journey's view to what the pages read, and from a finger back to the journey's touch.
//!
//! One struct a page is filled and set whole; the page that was left is emptied, so that nothing of a person stays in
//! a property nobody sees.

mod answering;
mod card;
mod choosing;
mod errands;
mod finding;
mod item;
mod locker;
mod outside;
mod qr;
mod shared;
mod staff;

use kiosk_journey::{Act, Key, Language, Overlay, Screen, TextSize, Touch, Turn, View};
use slint::{ComponentHandle, SharedString};

use crate::generated::{Action, App, OverlayKind, Session, ShowOverlay, Theme};

/// Shows the page if it is one of the room's, and says so.
type Show = fn(&App, &View) -> bool;
/// Empties what the room's pages show.
type Empty = fn(&App);

/// The rooms, one for each file in `slint/pages`.
const ROOMS: [(Show, Empty); 9] = [
    (outside::show, outside::empty),
    (card::show, card::empty),
    (finding::show, finding::empty),
    (choosing::show, choosing::empty),
    (item::show, item::empty),
    (answering::show, answering::empty),
    (locker::show, locker::empty),
    (errands::show, errands::empty),
    (staff::show, staff::empty),
];

/// What is on the screen now.
#[derive(Default)]
pub(crate) struct Drawn {
    view: Option<View>,
}

impl Drawn {
    /// Brings the screen to `view`, touching only what differs.
    pub(crate) fn show(&mut self, app: &App, view: &View) {
        let before = self.view.as_ref();
        if before.is_none_or(|before| before.language != view.language) {
            select_language(view.language);
        }
        if before.is_none_or(|before| frame(before) != frame(view)) {
            show_frame(app, view);
        }
        let anew = before.is_none_or(|before| (before.text_size, before.language) != (view.text_size, view.language));
        if anew || before.is_none_or(|before| before.screen != view.screen) {
            if before.is_none_or(|before| before.screen.name() != view.screen.name()) {
                ROOMS.iter().for_each(|(_, empty)| empty(app));
            }
            if let Screen::Idle(idle) = &view.screen {
                let session = app.global::<Session>();
                session.set_hall(idle.hall_name.as_str().into());
                session.set_reads_chips(idle.reads_chips);
            }
            let shown = ROOMS.iter().filter(|(show, _)| show(app, view)).count();
            debug_assert_eq!(shown, 1, "the page {} belongs to one room", view.screen.name());
        }
        if before.is_none_or(|before| before.overlay != view.overlay) {
            show_overlay(app, view.overlay.as_ref());
        }
        self.view = Some(view.clone());
    }
}

/// The parts of a view that stand on every page.
fn frame(view: &View) -> impl PartialEq + '_ {
    let place = view.staff_place.as_str();
    (view.language, view.text_size, &view.person, view.step, view.foot, view.offline, place, view.screen.name())
}

fn select_language(language: Language) {
    // "" is the language of the sources. Both are bundled, so there is nothing that could fail and nothing to do if
    // it did: the page then stays in the former language.
    let _ = slint::select_bundled_translation(match language {
        Language::Zh => "",
        Language::En => "en",
    });
}

fn show_frame(app: &App, view: &View) {
    app.global::<Theme>().set_large(view.text_size == TextSize::Large);
    let session = app.global::<Session>();
    session.set_english(view.language == Language::En);
    // The last page of a deposit has its own words where the others say who stands there, and whether the hall is heard.
    let whole = matches!(view.screen, Screen::Done(_));
    session.set_person(match &view.person {
        Some(person) if !whole => slint::format!("{}  {}", person.name, person.number),
        _ => SharedString::new(),
    });
    let (at, of) = view.step.map_or((0, 0), |step| (step.at, step.of));
    session.set_step(at.into());
    session.set_steps(of.into());
    session.set_can_back(view.foot.back);
    session.set_can_quit(view.foot.quit);
    session.set_offline(view.offline && !whole);
    session.set_staff_place(view.staff_place.as_str().into());
    // Where nobody is served there may be no server that hears a call: the page says where a person is instead.
    session.set_can_help(!matches!(view.screen, Screen::NotEnrolled { .. } | Screen::OutOfService { .. }));
}

fn show_overlay(app: &App, overlay: Option<&Overlay>) {
    let show = app.global::<ShowOverlay>();
    show.set_overlay(match overlay {
        None => OverlayKind::None,
        Some(Overlay::StillThere { seconds_left }) => {
            show.set_seconds_left((*seconds_left).into());
            OverlayKind::StillThere
        }
        Some(Overlay::Help { received }) => {
            show.set_help_received(*received);
            OverlayKind::Help
        }
        Some(Overlay::AnotherPerson) => OverlayKind::AnotherPerson,
    });
}

/// What a finger meant. `None` when what it touched is not on the screen any more.
pub(crate) fn touch(drawn: &Drawn, action: Action, number: i32, text: &str) -> Option<Touch> {
    let act = |act| Some(Touch::Act(act));
    match action {
        Action::Next => Some(Touch::Next),
        Action::Back => Some(Touch::Back),
        Action::Quit => Some(Touch::Quit),
        Action::Help => Some(Touch::Help),
        Action::StillHere => Some(Touch::StillHere),
        Action::Dismiss => Some(Touch::Dismiss),
        Action::Language => Some(Touch::Language(match drawn.view.as_ref()?.language {
            Language::Zh => Language::En,
            Language::En => Language::Zh,
        })),
        Action::TextSize => Some(Touch::TextSize(match drawn.view.as_ref()?.text_size {
            TextSize::Normal => TextSize::Large,
            TextSize::Large => TextSize::Normal,
        })),
        Action::Choose => Some(Touch::Choose(text.to_owned())),
        Action::PreviousPage => Some(Touch::Turn(Turn::Previous)),
        Action::NextPage => Some(Touch::Turn(Turn::Next)),
        Action::Letter => text.chars().next().map(|letter| Touch::Key(Key::Char(letter.to_ascii_lowercase()))),
        Action::Erase => Some(Touch::Key(Key::Delete)),
        Action::Clear => Some(Touch::Key(Key::Clear)),
        Action::Space => Some(Touch::Key(Key::Space)),
        Action::Candidate => u8::try_from(number).ok().map(|place| Touch::Key(Key::Candidate(place))),
        Action::BrowseGuide => act(Act::BrowseGuide),
        Action::FindCase => act(Act::FindCase),
        Action::Letters => act(Act::Letters),
        Action::StaffDoor => act(Act::StaffDoor),
        Action::ByTheme => act(Act::ByTheme),
        Action::ByDepartment => act(Act::ByDepartment),
        Action::Search => act(Act::Search),
        Action::SwitchKeyOrder => act(Act::SwitchKeyOrder),
        Action::SomethingMissing => act(Act::SomethingMissing),
        Action::Skip => act(Act::Skip),
        Action::OtherNumber => act(Act::OtherNumber),
        Action::Change => act(Act::Change(text.to_owned())),
        Action::BiggerBox => act(Act::BiggerBox),
        Action::FoundSomething => act(Act::FoundSomething),
        Action::PaperIsIn => act(Act::PaperIsIn),
        Action::PaperIsNotIn => act(Act::PaperIsNotIn),
        Action::OpenAgain => act(Act::OpenAgain),
        Action::AffirmEmpty => act(Act::AffirmEmpty),
        Action::NotEmpty => act(Act::NotEmpty),
        Action::MyErrands => act(Act::MyErrands),
        Action::TakenOut => act(Act::TakenOut),
        Action::NotTakenOut => act(Act::NotTakenOut),
        Action::AffirmLoaded => act(Act::AffirmLoaded),
        Action::NotLoaded => act(Act::NotLoaded),
        Action::SwapPerson => act(Act::SwapPerson),
        Action::KeepPerson => act(Act::KeepPerson),
    }
}
