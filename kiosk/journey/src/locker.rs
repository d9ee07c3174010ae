//! What the pages at a door show, and what is said once the paper is in.

#![expect(clippy::wildcard_enum_match_arm, reason = "only the pages of a deposit are shown here")]

use hall_rules::catalogue::Place;
use kiosk_wire::kiosk_api::Todo;

use crate::journey::Journey;
use crate::page::Page;
use crate::qr::Qr;
use crate::session::{Deposit, Wish};
use crate::terms::{PartState, said, shown_name};
use crate::view::{DoneView, DoorPhase, DoorPurpose, DoorView, MaterialCount, Screen};
use crate::visit::Visit;

/// Whether who hands in corrections left a number with what they handed in before, as far as this terminal knows.
fn was_reachable(visit: &Visit) -> bool {
    visit.correcting.is_some() && visit.known_phone.is_some()
}

impl Journey {
    pub(crate) fn deposit_screen(&self) -> Option<Screen> {
        Some(match &self.page {
            Page::Door => Screen::Door(self.door()),
            Page::AskPaperIn => Screen::AskPaperIn { compartment: self.compartment() },
            Page::RecordFailed { paper_in } => {
                Screen::RecordFailed { paper_in: paper_in.then(|| self.compartment()), window: self.window() }
            }
            Page::NotDeposited => Screen::NotDeposited { window: self.window() },
            Page::Done => Screen::Done(self.done_view(self.session.deposit()?)),
            _ => return None,
        })
    }

    pub(crate) fn door(&self) -> DoorView {
        let deposit = self.session.deposit();
        DoorView {
            compartment: self.session.watch().map_or(0, |watch| watch.compartment.0),
            purpose: self.purpose(),
            phase: self.phase(),
            instead_of: deposit.and_then(|deposit| deposit.instead_of).map(|no| no.0),
            can_bigger: self.can_bigger(),
            no_larger: self.no_larger(),
            can_found: self.can_found(),
            can_say_in: self.can_say_in(),
            cabinet: self.cabinet.cells(),
        }
    }

    fn purpose(&self) -> DoorPurpose {
        if self.session.deposit().is_some() {
            DoorPurpose::Deposit
        } else if self.session.pickup().is_some() {
            DoorPurpose::PickUp
        } else if self.loading().is_some() {
            DoorPurpose::Load
        } else {
            DoorPurpose::Collect
        }
    }

    fn phase(&self) -> DoorPhase {
        let Some(watch) = self.session.watch() else { return DoorPhase::Opening { attempt: 1 } };
        let wish = self.session.deposit().map_or(Wish::Leave, |deposit| deposit.wish);
        match (watch.is_open(), watch.urgency(), wish) {
            (false, ..) => DoorPhase::Opening { attempt: watch.attempt },
            (true, ..) if watch.is_unseen() => DoorPhase::NotSeen,
            // What was wished is done first, however long the door stands open: else it is shut on the paper.
            (true, _, Wish::Bigger) => DoorPhase::ShutForBigger,
            (true, _, Wish::Other) => DoorPhase::ShutForOther,
            (true, (_, true), Wish::Leave) => DoorPhase::StaffCalled,
            (true, (true, false), Wish::Leave) => DoorPhase::Reminder,
            (true, (false, false), Wish::Leave) => DoorPhase::Open,
        }
    }

    pub(crate) fn done_view(&self, deposit: &Deposit) -> DoneView {
        let receipt = deposit.receipt.as_ref();
        let number = receipt.map(|receipt| receipt.number.0.clone()).unwrap_or_default();
        let visit = self.session.visit();
        let correcting = visit.and_then(|visit| visit.correcting.as_ref());
        let item = visit.and_then(Visit::item).map(|item| item.name.get(self.language));
        let item = correcting.map(|case| said(&case.item_name, self.language)).or(item);
        let count = |visit: &Visit| match correcting.and_then(|case| case.todo.as_ref()) {
            Some(Todo::Correct { missing }) => MaterialCount::of(missing.iter().map(|_| Place::Box)),
            _ => visit.material_count(),
        };
        DoneView {
            qr: Qr::of(&number, self.hall.public_url.as_deref()),
            receipt: number,
            compartment: deposit.compartment.0,
            item: item.unwrap_or_default().to_owned(),
            organisation: shown_name(visit.and_then(Visit::organisation).as_ref()),
            materials: visit.map(count).unwrap_or_default(),
            made_at: receipt.map(|receipt| receipt.made_at.clone()).unwrap_or_default(),
            answer_by: receipt.and_then(|receipt| receipt.answer_by.clone()),
            window: self.window(),
            has_phone: visit.is_some_and(|visit| visit.phone_given().is_some() || was_reachable(visit)),
            offline: self.health.backend != PartState::Ok,
            unconfirmed: deposit.unconfirmed,
            can_reopen: self.can_reopen(),
            reopen_failed: deposit.reopen_failed,
            paper: self.paper,
        }
    }
}
