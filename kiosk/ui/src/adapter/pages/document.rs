//! The pages of a travel document.

use kiosk_journey as journey;

use super::text;
use crate::generated as ui;

pub(super) fn part(view: &journey::DocumentView) -> ui::DocumentData {
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

pub(super) fn check(view: &journey::DocumentCheckView) -> ui::DocumentCheckData {
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
