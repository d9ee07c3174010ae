//! The items that ship, page by page from the guide to the check page: nothing in them is too long for the screen.

mod common;
#[path = "../../journey/tests/journey/terminal.rs"]
mod terminal;

use common::{Bench, rules};
use kiosk_journey::{Act, FieldInput, Language, Screen, TextSize, Touch, Turn};
use terminal::{CATALOGUE, Terminal};

/// One touch onwards; `false` when the visit has come to the locker or to an end.
fn go_on(terminal: &mut Terminal) -> bool {
    let screen = terminal.view().screen;
    if let Some(paging) = screen.paging()
        && paging.page < paging.pages
        && !matches!(screen, Screen::Choose(_) | Screen::Search(_))
    {
        terminal.touch(Touch::Turn(Turn::Next));
        return true;
    }
    match screen {
        Screen::Guide(_) | Screen::Materials(_) => terminal.next(),
        Screen::Situation(question) => {
            let option = question.options.last().expect("an option").id.clone();
            terminal.choose(&option);
            if question.multiple {
                terminal.next();
            }
        }
        Screen::Phone(_) => terminal.act(Act::Skip),
        Screen::Field(field) => match field.input {
            _ if field.optional => terminal.act(Act::Skip),
            FieldInput::Options { rows, multiple } => {
                terminal.choose(&rows[0].id);
                if multiple {
                    terminal.next();
                }
            }
            FieldInput::Date(_) => {
                terminal.type_text("20270301");
                terminal.next();
            }
            FieldInput::Number(_) => {
                terminal.type_text("12");
                terminal.next();
            }
            FieldInput::Phone(_) => {
                terminal.type_text("13812345678");
                terminal.next();
            }
            FieldInput::OrgCode(_) => return false,
        },
        Screen::Text(text) if text.optional => terminal.act(Act::Skip),
        Screen::Check(_)
        | Screen::Text(_)
        | Screen::Starting
        | Screen::NotEnrolled { .. }
        | Screen::OutOfService { .. }
        | Screen::ShutDoors { .. }
        | Screen::Idle(_)
        | Screen::ReadingCard
        | Screen::CardProblem { .. }
        | Screen::Choose(_)
        | Screen::Search(_)
        | Screen::NotHere { .. }
        | Screen::Missing(_)
        | Screen::NoBox { .. }
        | Screen::BoxSize(_)
        | Screen::Saving
        | Screen::Door(_)
        | Screen::AskPaperIn { .. }
        | Screen::RecordFailed { .. }
        | Screen::NotDeposited { .. }
        | Screen::Done(_)
        | Screen::StaffPin(_)
        | Screen::StaffCode(_)
        | Screen::StaffBoxes(_)
        | Screen::StaffDoor(_)
        | Screen::StaffAffirm { .. }
        | Screen::StaffRefused { .. } => return false,
    }
    true
}

fn look_at_every_item(language: Language, size: TextSize) {
    let bench = Bench::new();
    let mut broken = Vec::new();
    for item in &CATALOGUE.items {
        let mut terminal = Terminal::new();
        terminal.zhang();
        terminal.touch(Touch::Language(language));
        terminal.touch(Touch::TextSize(size));
        terminal.browse_to(&item.code);
        for _ in 0..60 {
            let view = terminal.view();
            bench.show(&view);
            let found = rules::targets(&bench, false).into_iter().chain(rules::texts(&bench));
            broken.extend(found.map(|what| format!("{} {}: {what}", item.code, view.screen.name())));
            if !go_on(&mut terminal) {
                break;
            }
        }
        assert_eq!(terminal.view().language, language, "{}", item.code);
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn in_chinese() {
    look_at_every_item(Language::Zh, TextSize::Normal);
}

#[test]
fn in_large_chinese() {
    look_at_every_item(Language::Zh, TextSize::Large);
}

#[test]
fn in_english() {
    look_at_every_item(Language::En, TextSize::Normal);
}
