//! One question a page.

use kiosk_journey as journey;
use kiosk_journey::{CheckLabel, FieldInput, Screen};
use slint::{ModelRc, SharedString};

use super::shared::{count, option, paging, room, rows, text};
use crate::generated as ui;

room! {
    ShowAnswering, AnsweringShown, view;
    Screen::Phone(view) => Phone { set_phone: phone(view) },
    Screen::Field(view) => Field { set_field: field(view) },
    Screen::Text(view) => Text { set_text: text_page(view) },
    Screen::Check(view) => Check { set_check: ui::CheckData { fixed: rows(&view.fixed, check_row), rows: rows(&view.rows, check_row), paging: paging(view.paging) } },
    Screen::BoxSize(view) => BoxSize { set_box_sizes: rows(&view.sizes, box_size) },
}

fn box_size(size: &journey::BoxSizeRow) -> ui::BoxSizeData {
    ui::BoxSizeData { id: text(&size.id), free: size.free.into(), chosen: size.chosen }
}

fn phone(view: &journey::PhoneView) -> ui::PhoneData {
    let (check, to_go) = match view.check {
        journey::PhoneCheck::Empty => (ui::PhoneCheck::Empty, 11),
        journey::PhoneCheck::Incomplete(to_go) => (ui::PhoneCheck::Incomplete, to_go),
        journey::PhoneCheck::WrongStart => (ui::PhoneCheck::WrongStart, 0),
        journey::PhoneCheck::Good => (ui::PhoneCheck::Good, 0),
    };
    ui::PhoneData {
        known: text(view.known.as_deref().unwrap_or_default()),
        typed: text(&view.typed),
        check,
        to_go: to_go.into(),
    }
}

fn problem(problem: Option<journey::FieldProblem>) -> ui::FieldProblem {
    match problem {
        None => ui::FieldProblem::None,
        Some(journey::FieldProblem::Empty) => ui::FieldProblem::Empty,
        Some(journey::FieldProblem::Incomplete) => ui::FieldProblem::Incomplete,
        Some(journey::FieldProblem::Impossible) => ui::FieldProblem::Impossible,
    }
}

fn field(view: &journey::FieldView) -> ui::FieldData {
    let typed = |kind, typed: &str| (kind, text(typed), ModelRc::default(), false);
    let (kind, typed, options, multiple) = match &view.input {
        FieldInput::Options { rows: options, multiple } => {
            (ui::FieldKind::Options, SharedString::new(), rows(options, option), *multiple)
        }
        FieldInput::Date(date) => typed(ui::FieldKind::Date, date),
        FieldInput::Number(number) => typed(ui::FieldKind::Number, number),
        FieldInput::Phone(phone) => typed(ui::FieldKind::Phone, phone),
        FieldInput::OrgCode(code) => typed(ui::FieldKind::OrgCode, code),
    };
    ui::FieldData {
        label: text(&view.label),
        kind,
        typed,
        options,
        multiple,
        optional: view.optional,
        problem: problem(view.problem),
    }
}

fn text_page(view: &journey::TextView) -> ui::TextData {
    ui::TextData {
        label: text(&view.label),
        text: text(&view.text),
        letters: text(&view.letters),
        candidates: rows(&view.candidates, |candidate| text(candidate)),
        keys_abc: view.keys_abc,
        optional: view.optional,
        problem: problem(view.problem),
    }
}

fn check_row(row: &journey::CheckRow) -> ui::CheckRowData {
    let (kind, label) = match &row.label {
        CheckLabel::Applicant => (ui::CheckKind::Applicant, ""),
        CheckLabel::Item => (ui::CheckKind::Item, ""),
        CheckLabel::ActingFor => (ui::CheckKind::ActingFor, ""),
        CheckLabel::Materials(_) => (ui::CheckKind::Materials, ""),
        CheckLabel::Phone => (ui::CheckKind::Phone, ""),
        CheckLabel::BoxSize => (ui::CheckKind::BoxSize, ""),
        CheckLabel::Words(words) => (ui::CheckKind::Words, words.as_str()),
    };
    ui::CheckRowData {
        id: text(row.id.as_deref().unwrap_or_default()),
        kind,
        label: text(label),
        value: text(&row.value),
        count: if let CheckLabel::Materials(materials) = row.label {
            count(materials)
        } else {
            ui::CountData::default()
        },
    }
}
