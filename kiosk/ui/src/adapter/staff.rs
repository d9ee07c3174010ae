//! For staff at the terminal; and the pad on which an applicant types a pick-up code.

use kiosk_journey as journey;
use kiosk_journey::Screen;

use super::shared::{grouped, paging, room, rows, text};
use crate::generated as ui;

room! {
    ShowStaff, StaffShown, view;
    Screen::StaffPin(view) => Pad { set_pad: pad(view, ui::PadAsks::Pin) },
    Screen::StaffCode(view) => Pad { set_pad: pad(view, ui::PadAsks::OneTimeCode) },
    Screen::PickupCode(view) => Pad { set_pad: pad(view, ui::PadAsks::PickupCode) },
    Screen::StaffBoxes(view) => Boxes { set_staff_boxes: staff_boxes(view) },
    Screen::StaffAffirm { compartment, receipt, opening_seen, loading } => Affirm { set_affirm: affirm(*compartment, receipt.as_deref(), *opening_seen, *loading) },
    Screen::StaffRefused { why } => Refused { set_refusal: refusal(Some(*why)) },
}

fn affirm(compartment: u16, receipt: Option<&str>, opening_seen: bool, loading: bool) -> ui::AffirmData {
    let receipt = text(&receipt.map(grouped).unwrap_or_default());
    ui::AffirmData { compartment: compartment.into(), receipt, opening_seen, loading }
}

fn refusal(why: Option<journey::StaffRefusal>) -> ui::Refusal {
    match why {
        None => ui::Refusal::None,
        Some(journey::StaffRefusal::UnknownCard) => ui::Refusal::UnknownCard,
        Some(journey::StaffRefusal::WrongPin) => ui::Refusal::WrongPin,
        Some(journey::StaffRefusal::Locked) => ui::Refusal::Locked,
        Some(journey::StaffRefusal::WrongCode) => ui::Refusal::WrongCode,
        Some(journey::StaffRefusal::RosterExpired) => ui::Refusal::RosterExpired,
    }
}

fn pad(view: &journey::StaffPadView, asks: ui::PadAsks) -> ui::PadData {
    ui::PadData {
        asks,
        name: text(&view.name),
        typed: view.typed.into(),
        of: view.of.into(),
        checking: view.checking,
        refused: refusal(view.refused),
        tries_left: view.tries_left.map_or(-1, i32::from),
    }
}

fn staff_boxes(view: &journey::StaffBoxesView) -> ui::StaffBoxesData {
    ui::StaffBoxesData {
        name: text(&view.name),
        rows: rows(&view.rows, |row| ui::StaffBoxData {
            id: text(&row.id),
            compartment: row.compartment.into(),
            receipt: text(&row.receipt.as_deref().map(grouped).unwrap_or_default()),
            reason: match row.kind {
                journey::StaffDoorKind::Armed => ui::BoxReason::Armed,
                journey::StaffDoorKind::Load => ui::BoxReason::Load,
                journey::StaffDoorKind::LoadNoRoom => ui::BoxReason::LoadNoRoom,
                journey::StaffDoorKind::Result => ui::BoxReason::Result,
                journey::StaffDoorKind::Paper => ui::BoxReason::Paper,
                journey::StaffDoorKind::ToBeConfirmed => ui::BoxReason::ToBeConfirmed,
                journey::StaffDoorKind::SetAside => ui::BoxReason::SetAside,
            },
        }),
        paging: paging(view.paging),
        stuck: view.stuck.unwrap_or_default().into(),
        record_failed: view.record_failed,
    }
}
