//! The paper goes into a box, and what can go wrong there.

use kiosk_journey as journey;
use kiosk_journey::Screen;

use super::qr;
use super::shared::{count, grouped, paper, room, rows, text, window};
use crate::generated as ui;

room! {
    ShowLocker, LockerShown, view;
    Screen::Saving { opens } => Saving { set_opens: *opens },
    Screen::Door(view) | Screen::StaffDoor(view) | Screen::PickupDoor(view) => Door { set_door: door(view) },
    Screen::AskPaperIn { compartment } => AskPaperIn { set_trouble: trouble(Some(*compartment), None) },
    Screen::RecordFailed { paper_in, window } => RecordFailed { set_trouble: trouble(*paper_in, window.as_ref()) },
    Screen::NotDeposited { window } => NotDeposited { set_trouble: trouble(None, window.as_ref()) },
    Screen::Done(view) => Done { set_done: done(view) },
}

fn trouble(paper_in: Option<u16>, line: Option<&journey::WindowLine>) -> ui::PaperData {
    ui::PaperData { paper_in: paper_in.unwrap_or_default().into(), window: window(line) }
}

fn door(view: &journey::DoorView) -> ui::DoorData {
    ui::DoorData {
        compartment: view.compartment.into(),
        phase: match view.phase {
            journey::DoorPhase::Opening { attempt: 0 | 1 } => ui::DoorPhase::Opening,
            journey::DoorPhase::Opening { .. } => ui::DoorPhase::OpeningAgain,
            journey::DoorPhase::Open => ui::DoorPhase::Open,
            journey::DoorPhase::Reminder => ui::DoorPhase::Reminder,
            journey::DoorPhase::StaffCalled => ui::DoorPhase::StaffCalled,
            journey::DoorPhase::ShutForBigger => ui::DoorPhase::ShutForBigger,
            journey::DoorPhase::ShutForOther => ui::DoorPhase::ShutForOther,
            journey::DoorPhase::NotSeen => ui::DoorPhase::NotSeen,
        },
        instead_of: view.instead_of.unwrap_or_default().into(),
        can_bigger: view.can_bigger,
        no_larger: view.no_larger,
        can_found: view.can_found,
        can_say_in: view.can_say_in,
        cells: rows(&view.cabinet, |cell| i32::from(cell.no)),
        r#use: match view.purpose {
            journey::DoorPurpose::Deposit => ui::DoorUse::Deposit,
            journey::DoorPurpose::Collect => ui::DoorUse::Collect,
            journey::DoorPurpose::Load => ui::DoorUse::Load,
            journey::DoorPurpose::PickUp => ui::DoorUse::PickUp,
        },
    }
}

fn done(view: &journey::DoneView) -> ui::DoneData {
    ui::DoneData {
        receipt: text(&grouped(&view.receipt)),
        qr: qr::picture(view.qr.text()),
        qr_leads: view.qr.leads(),
        compartment: view.compartment.into(),
        item: text(&view.item),
        organisation: text(&view.organisation),
        materials: count(view.materials),
        made_at: text(&view.made_at),
        answer_by: text(view.answer_by.as_deref().unwrap_or_default()),
        window: window(view.window.as_ref()),
        has_phone: view.has_phone,
        offline: view.offline,
        unconfirmed: view.unconfirmed.is_some(),
        can_reopen: view.can_reopen,
        reopen_failed: view.reopen_failed,
        paper: paper(view.paper),
    }
}
