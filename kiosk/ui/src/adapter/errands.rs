//! A person's own cases: how they stand, and the result to take out.

use kiosk_journey as journey;
use kiosk_journey::Screen;

use super::shared::{grouped, paging, room, rows, text, window};
use crate::generated as ui;

room! {
    ShowErrands, ErrandsShown, view;
    Screen::Errands(view) => Errands { set_errands: ui::ErrandsData { rows: rows(&view.rows, errand_row), paging: paging(view.paging) } },
    Screen::Errand(view) => Errand { set_errand: errand(view) },
    Screen::AskTaken { compartment } => AskTaken { set_taking: taking(*compartment, None) },
    Screen::PickupFailed { compartment, window } => PickupFailed { set_taking: taking(*compartment, window.as_ref()) },
    Screen::Rate { rated } => Rate { set_rated: rated.unwrap_or_default().into() },
}

fn taking(compartment: u16, line: Option<&journey::WindowLine>) -> ui::TakingData {
    ui::TakingData { compartment: compartment.into(), window: window(line) }
}

fn errand_row(row: &journey::ErrandRow) -> ui::ErrandData {
    let (todo, number, place) = match &row.todo {
        None => (ui::ErrandTodo::None, 0, ""),
        Some(journey::TodoView::PickUp { compartment }) => (ui::ErrandTodo::PickUp, (*compartment).into(), ""),
        Some(journey::TodoView::Correct { missing }) => (ui::ErrandTodo::Correct, (*missing).into(), ""),
        Some(journey::TodoView::PickUpElsewhere { kiosk }) => (ui::ErrandTodo::Elsewhere, 0, kiosk.as_str()),
    };
    ui::ErrandData {
        id: text(&row.id),
        item: text(&row.item),
        organisation: text(&row.organisation),
        receipt: text(&grouped(&row.receipt)),
        state: text(&row.state),
        todo,
        number,
        place: text(place),
    }
}

fn errand(view: &journey::ErrandView) -> ui::ErrandPageData {
    ui::ErrandPageData {
        row: errand_row(&view.row),
        told: text(&view.told),
        due: text(view.due.as_deref().unwrap_or_default()),
        window: window(view.window.as_ref()),
        missing: rows(&view.missing, |line| ui::MissingData {
            name: text(&line.name),
            reason: text(&line.reason),
            originals: line.originals.into(),
            copies: line.copies.into(),
        }),
        paging: paging(view.paging),
        blocked: view.blocked,
    }
}
