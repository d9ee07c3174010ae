//! Nobody's visit: starting, out of service, waiting for someone.

use kiosk_journey as journey;
use kiosk_journey::{Language, Screen};
use slint::SharedString;

use super::shared::{no_deposit, room, text};
use crate::generated as ui;

room! {
    ShowOutside, OutsideShown, view;
    Screen::Starting => Starting {},
    Screen::NotEnrolled { command } => NotEnrolled { set_trouble: trouble(command, None, "") },
    Screen::OutOfService { why, detail } => OutOfService { set_trouble: trouble(detail, Some(*why), "") },
    Screen::ShutDoors { doors } => ShutDoors { set_trouble: trouble("", None, &list(doors, view.language)) },
    Screen::Idle(idle) => Idle { set_idle: idle_data(idle, view.language) },
}

fn trouble(detail: &str, why: Option<journey::OutOfServiceReason>, doors: &str) -> ui::TroubleData {
    ui::TroubleData { detail: detail.into(), outage: why.map(outage).unwrap_or_default(), doors: doors.into() }
}

/// "3、7" or "3, 7".
fn list(doors: &[u16], language: Language) -> SharedString {
    let mark = match language {
        Language::Zh => "、",
        Language::En => ", ",
    };
    doors.iter().map(u16::to_string).collect::<Vec<_>>().join(mark).into()
}

fn outage(why: journey::OutOfServiceReason) -> ui::Outage {
    match why {
        journey::OutOfServiceReason::Revoked => ui::Outage::Revoked,
        journey::OutOfServiceReason::JournalForked => ui::Outage::JournalForked,
        journey::OutOfServiceReason::JournalDamaged => ui::Outage::JournalDamaged,
        journey::OutOfServiceReason::Broken => ui::Outage::Broken,
    }
}

fn idle_data(view: &journey::IdleView, language: Language) -> ui::IdleData {
    ui::IdleData {
        reads_cards: view.reads_cards,
        starting: view.starting,
        no_deposit: no_deposit(view.no_deposit),
        free_boxes: view.free_boxes.into(),
        waiting: i32::try_from(view.waiting).unwrap_or(i32::MAX),
        waiting_since: text(view.waiting_since.as_deref().unwrap_or_default()),
        open_doors: list(&view.open_doors, language),
        card_left: view.card_left,
        has_guide: view.has_guide,
        finds: view.finds,
        paper_down: view.paper == journey::PartState::Failed,
    }
}
