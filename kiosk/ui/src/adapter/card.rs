//! The card is read, or could not be; a travel document wants to be opened first.

use kiosk_journey as journey;
use kiosk_journey::Screen;

use super::shared::{room, text};
use crate::generated as ui;

room! {
    ShowCard, CardShown, view;
    Screen::ReadingCard { travel_document } => Reading { set_reading_document: *travel_document },
    Screen::CardProblem { problem } => Problem { set_trouble: trouble(*problem) },
    Screen::Document(view) => Document { set_document: part(view) },
    Screen::DocumentCheck(view) => DocumentCheck { set_document_check: check(view) },
}

fn trouble(problem: journey::CardProblem) -> ui::CardTrouble {
    match problem {
        journey::CardProblem::TakenTooSoon => ui::CardTrouble::TakenTooSoon,
        journey::CardProblem::UnknownCard => ui::CardTrouble::UnknownCard,
        journey::CardProblem::Expired => ui::CardTrouble::Expired,
        journey::CardProblem::WrongCheckDigit => ui::CardTrouble::WrongCheckDigit,
        journey::CardProblem::NoAnswer => ui::CardTrouble::NoAnswer,
        journey::CardProblem::Unreadable => ui::CardTrouble::Unreadable,
        journey::CardProblem::ReaderLost => ui::CardTrouble::ReaderLost,
    }
}

fn part(view: &journey::DocumentView) -> ui::DocumentData {
    ui::DocumentData {
        part: match view.part {
            journey::DocumentPart::Number => ui::DocumentPart::Number,
            journey::DocumentPart::Birth => ui::DocumentPart::Birth,
            journey::DocumentPart::Expiry => ui::DocumentPart::Expiry,
        },
        typed: text(&view.typed),
        problem: match view.problem {
            None => ui::DocumentProblem::None,
            Some(journey::DocumentProblem::Empty) => ui::DocumentProblem::Empty,
            Some(journey::DocumentProblem::Incomplete) => ui::DocumentProblem::Incomplete,
            Some(journey::DocumentProblem::NoSuchDay) => ui::DocumentProblem::NoSuchDay,
            Some(journey::DocumentProblem::BeforeBirth) => ui::DocumentProblem::BeforeBirth,
        },
        misread: view.misread,
        card_there: view.card_there,
        changing: view.changing,
        keys_abc: view.keys_abc,
    }
}

fn check(view: &journey::DocumentCheckView) -> ui::DocumentCheckData {
    ui::DocumentCheckData {
        number: text(&view.number),
        birth: text(&view.birth),
        expiry: text(&view.expiry),
        state: match view.state {
            journey::DocumentState::Given => ui::DocumentState::Given,
            journey::DocumentState::Refused => ui::DocumentState::Refused,
            journey::DocumentState::Misread => ui::DocumentState::Misread,
        },
        card_there: view.card_there,
    }
}
