//! From the machine's state to what the screen shows.

use std::time::Duration;

use hall_rules::catalogue::Place;
use hall_rules::mask;

use crate::journey::{COUNTDOWN, Journey, SAVING_SHOWN};
use crate::staff::{CODE_DIGITS, PIN_DIGITS};
use crate::visit::{Deposit, Page, Wish};
use crate::{
    DoneView, DoorPhase, DoorPurpose, DoorView, Errand, ErrandRow, ErrandView, ErrandsView, Foot, IdleView, Language,
    MaterialCount, MissingLine, OutOfServiceReason, Overlay, PartState, PersonLine, Qr, Screen, Service, StaffBoxRow,
    StaffBoxesView, StaffPadView, Step, TextSize, TodoView, View, WindowLine,
};

/// Cases of a person on a page.
const ERRANDS: usize = 4;
/// Materials to be corrected on a page; one less in large text.
const MISSING: usize = 5;
/// Boxes of staff on a page.
const STAFF_ROWS: usize = 4;
/// Steps of a visit: choose, read, fill in, check, deposit.
const STEPS: u8 = 5;

/// What is shown before anything is known.
pub(crate) fn first_view() -> View {
    View {
        revision: 0,
        language: Language::Zh,
        text_size: TextSize::Normal,
        screen: Screen::Starting,
        overlay: None,
        person: None,
        step: None,
        foot: Foot::default(),
        offline: false,
    }
}

impl Journey {
    /// The view, but for its revision.
    pub(crate) fn present(&self, now: Duration) -> View {
        // A record takes milliseconds: the page before stays until it takes long.
        if self.page == Page::Saving && now < self.entered + SAVING_SHOWN {
            return View { overlay: None, ..self.shown.clone() };
        }
        View {
            revision: 0,
            language: self.language,
            text_size: self.text_size,
            screen: self.screen(),
            overlay: self.overlay(now),
            person: self.person(),
            step: self.step(),
            foot: self.foot(),
            offline: self.health.backend == PartState::Failed,
        }
    }

    fn overlay(&self, now: Duration) -> Option<Overlay> {
        if let Some(since) = self.warned {
            let left = (since + COUNTDOWN).saturating_sub(now);
            let seconds = left.as_millis().div_ceil(1000);
            return Some(Overlay::StillThere { seconds_left: u8::try_from(seconds).unwrap_or(u8::MAX) });
        }
        let help = self.help.map(|received| Overlay::Help { received });
        help.or_else(|| self.other.as_ref().map(|_| Overlay::AnotherPerson))
    }

    fn person(&self) -> Option<PersonLine> {
        let holder = self.visit.as_ref()?.holder.as_ref()?;
        Some(PersonLine {
            name: mask::name(holder.identity.name.expose()),
            number: mask::document_number(holder.identity.number.expose()),
        })
    }

    fn step(&self) -> Option<Step> {
        let signed_in = self.visit.as_ref().is_some_and(|visit| visit.holder.is_some());
        let at = match &self.page {
            Page::Choose { .. } | Page::Search { .. } => 1,
            Page::Guide { .. } | Page::Situation(_) | Page::Materials { .. } => 2,
            Page::Phone | Page::Field(_) => 3,
            Page::Check { .. } | Page::BoxSize => 4,
            Page::Door | Page::AskPaperIn => 5,
            Page::Saving => return self.shown.step,
            Page::Starting
            | Page::Closed
            | Page::ShutDoors(_)
            | Page::Idle
            | Page::Reading
            | Page::CardProblem(_)
            | Page::Document(_)
            | Page::DocumentCheck
            | Page::FindNumber
            | Page::FindLastFour
            | Page::FindFailed(_)
            | Page::Progress
            | Page::NotHere { .. }
            | Page::Missing { .. }
            | Page::NoBox(_)
            | Page::RecordFailed { .. }
            | Page::NotDeposited
            | Page::Done
            | Page::Errands { .. }
            | Page::Errand { .. }
            | Page::PickupCode
            | Page::PickupDoor
            | Page::AskTaken { .. }
            | Page::PickupFailed
            | Page::Rate { .. }
            | Page::StaffPin
            | Page::StaffCode
            | Page::StaffBoxes { .. }
            | Page::StaffDoor
            | Page::StaffAffirm { .. }
            | Page::StaffRefused(_) => return None,
        };
        signed_in.then_some(Step { at, of: STEPS })
    }

    fn foot(&self) -> Foot {
        let both = Foot { back: true, quit: true };
        let back = Foot { back: true, quit: false };
        let quit = Foot { back: false, quit: true };
        match &self.page {
            Page::Starting
            | Page::Closed
            | Page::ShutDoors(_)
            | Page::Idle
            | Page::Reading
            | Page::Saving
            | Page::AskPaperIn
            | Page::RecordFailed { paper_in: true }
            | Page::PickupDoor
            | Page::AskTaken { .. }
            | Page::StaffDoor => Foot::default(),
            Page::Door => match self.deposit.as_ref().map(|deposit| deposit.wish) {
                Some(Wish::Bigger | Wish::Other) => back,
                Some(Wish::Leave) | None => Foot::default(),
            },
            Page::NotDeposited
            | Page::Done
            | Page::Errands { .. }
            | Page::PickupFailed
            | Page::Rate { .. }
            | Page::StaffRefused(_)
            | Page::FindFailed(_)
            | Page::Progress
            | Page::RecordFailed { paper_in: false } => quit,
            Page::NoBox(_) => {
                let can_go_back = self.visit.as_ref().is_some_and(|visit| !visit.history.is_empty());
                Foot { back: can_go_back, quit: true }
            }
            Page::CardProblem(_)
            | Page::Document(_)
            | Page::DocumentCheck
            | Page::FindNumber
            | Page::FindLastFour
            | Page::Choose { .. }
            | Page::Search { .. }
            | Page::Guide { .. }
            | Page::Situation(_)
            | Page::NotHere { .. }
            | Page::Materials { .. }
            | Page::Missing { .. }
            | Page::Phone
            | Page::Field(_)
            | Page::Check { .. }
            | Page::BoxSize
            | Page::Errand { .. }
            | Page::PickupCode
            | Page::StaffPin
            | Page::StaffCode
            | Page::StaffBoxes { .. }
            | Page::StaffAffirm { .. } => both,
        }
    }

    fn screen(&self) -> Screen {
        match &self.page {
            Page::Starting => Screen::Starting,
            Page::Closed => self.closed_screen(),
            Page::ShutDoors(doors) => {
                let open = self.cabinet.open_doors();
                let still: Vec<u16> = doors.iter().copied().filter(|door| open.contains(door)).collect();
                Screen::ShutDoors { doors: if still.is_empty() { doors.clone() } else { still } }
            }
            Page::Idle => Screen::Idle(self.idle()),
            Page::Reading => Screen::ReadingCard { travel_document: self.document.is_some() },
            Page::CardProblem(problem) => Screen::CardProblem { problem: *problem },
            Page::Document(part) => Screen::Document(self.document_view(*part)),
            Page::DocumentCheck => Screen::DocumentCheck(self.document_check_view()),
            Page::FindNumber => Screen::FindNumber(self.find_number_view()),
            Page::FindLastFour => Screen::FindLastFour(self.find_last_four_view()),
            Page::FindFailed(why) => Screen::FindFailed { why: *why },
            Page::Progress => self.progress_view(self.language).map_or(Screen::Starting, Screen::Progress),
            Page::NoBox(why) => Screen::NoBox { why: *why, window: self.window() },
            Page::BoxSize => Screen::BoxSize(crate::BoxSizeView {
                sizes: self.cabinet.size_rows(self.chosen_size().as_deref().unwrap_or_default()),
            }),
            Page::Saving => Screen::Saving,
            Page::Door => Screen::Door(self.door()),
            Page::AskPaperIn => Screen::AskPaperIn { compartment: self.compartment() },
            Page::RecordFailed { paper_in } => {
                Screen::RecordFailed { paper_in: paper_in.then(|| self.compartment()), window: self.window() }
            }
            Page::NotDeposited => Screen::NotDeposited { window: self.window() },
            Page::Done => self.deposit.as_ref().map_or(Screen::Saving, |deposit| Screen::Done(self.done_view(deposit))),
            Page::Errands { page } => Screen::Errands(self.errands_view(*page)),
            Page::Errand { id, page } => {
                let view = self.errand(*id).map(|errand| self.errand_view(errand, *page));
                view.map_or(Screen::Saving, Screen::Errand)
            }
            Page::PickupCode => Screen::PickupCode(self.pickup_pad()),
            Page::PickupDoor => Screen::PickupDoor(self.door()),
            Page::AskTaken { .. } => Screen::AskTaken { compartment: self.pickup_box() },
            Page::PickupFailed => Screen::PickupFailed { compartment: self.pickup_box(), window: self.window() },
            Page::Rate { rated } => Screen::Rate { rated: *rated },
            Page::StaffPin => Screen::StaffPin(self.pad(PIN_DIGITS)),
            Page::StaffCode => Screen::StaffCode(self.pad(CODE_DIGITS)),
            Page::StaffBoxes { page } => Screen::StaffBoxes(self.boxes(*page)),
            Page::StaffDoor => Screen::StaffDoor(self.door()),
            Page::StaffAffirm { opening_seen } => {
                let door = self.staff.as_ref().and_then(|staff| staff.current.as_ref());
                Screen::StaffAffirm {
                    compartment: door.map_or(0, |door| door.compartment),
                    receipt: door.and_then(|door| door.receipt.clone()),
                    opening_seen: *opening_seen,
                    loading: self.loading().is_some(),
                }
            }
            Page::StaffRefused(why) => Screen::StaffRefused { why: *why },
            Page::Choose { .. }
            | Page::Search { .. }
            | Page::Guide { .. }
            | Page::Situation(_)
            | Page::NotHere { .. }
            | Page::Materials { .. }
            | Page::Missing { .. }
            | Page::Phone
            | Page::Field(_)
            | Page::Check { .. } => self.visit.as_ref().map_or(Screen::Starting, |visit| self.visit_screen(visit)),
        }
    }

    fn closed_screen(&self) -> Screen {
        let out = |why| Screen::OutOfService { why, detail: String::new() };
        match &self.service {
            None | Some(Service::Ready) => Screen::Starting,
            Some(Service::NotEnrolled { command }) => Screen::NotEnrolled { command: command.clone() },
            Some(Service::Revoked) => out(OutOfServiceReason::Revoked),
            Some(Service::JournalForked) => out(OutOfServiceReason::JournalForked),
            Some(Service::JournalDamaged) => out(OutOfServiceReason::JournalDamaged),
            Some(Service::Broken { detail }) => {
                Screen::OutOfService { why: OutOfServiceReason::Broken, detail: detail.clone() }
            }
        }
    }

    fn idle(&self) -> IdleView {
        let parts = [self.health.reader, self.health.locker, self.health.journal];
        IdleView {
            hall_name: self.config.hall_name.clone(),
            reads_cards: self.health.reader == PartState::Ok,
            starting: parts.contains(&PartState::Starting),
            no_deposit: self.no_deposit(),
            free_boxes: self.cabinet.free(),
            waiting: self.health.waiting,
            waiting_since: self.health.waiting_since.clone().filter(|_| self.health.waiting > 0),
            open_doors: self.cabinet.open_doors(),
            card_left: self.card_left.is_some(),
            has_guide: self.offer.is_some(),
            finds: self.health.backend == PartState::Ok,
            paper: self.health.printer,
        }
    }

    /// The window that takes the chosen item's paper, or any.
    fn window(&self) -> Option<WindowLine> {
        let department = self.visit.as_ref().and_then(|visit| visit.item()).map(|item| &item.department);
        let of_department =
            |department: &String| self.windows.iter().find(|window| window.departments.contains(department));
        let window = match department {
            Some(department) => of_department(department)?,
            None => self.windows.first()?,
        };
        Some(WindowLine { name: window.name.clone(), phone: window.phone.clone() })
    }

    pub(crate) fn item_window(&self) -> Option<WindowLine> {
        self.window()
    }

    fn compartment(&self) -> u16 {
        self.deposit.as_ref().map_or(0, |deposit| deposit.compartment)
    }

    fn door(&self) -> DoorView {
        let deposit = self.deposit.as_ref();
        DoorView {
            compartment: self.watch().map_or(0, |watch| watch.compartment),
            purpose: self.purpose(),
            phase: self.phase(),
            instead_of: deposit.and_then(|deposit| deposit.instead_of),
            can_bigger: self.can_bigger(),
            can_found: self.can_found(),
            can_say_in: self.can_say_in(),
            cabinet: self.cabinet.cells(),
        }
    }

    fn purpose(&self) -> DoorPurpose {
        if self.deposit.is_some() {
            DoorPurpose::Deposit
        } else if self.pickup.is_some() {
            DoorPurpose::PickUp
        } else if self.loading().is_some() {
            DoorPurpose::Load
        } else {
            DoorPurpose::Collect
        }
    }

    fn phase(&self) -> DoorPhase {
        let Some(watch) = self.watch() else { return DoorPhase::Opening { attempt: 1 } };
        let wish = self.deposit.as_ref().map_or(Wish::Leave, |deposit| deposit.wish);
        match (watch.is_open(), watch.urgency(), wish) {
            (false, ..) => DoorPhase::Opening { attempt: watch.attempt },
            (true, ..) if watch.is_unseen() => DoorPhase::NotSeen,
            (true, (_, true), _) => DoorPhase::StaffCalled,
            (true, (true, false), Wish::Leave) => DoorPhase::Reminder,
            (true, _, Wish::Bigger) => DoorPhase::ShutForBigger,
            (true, _, Wish::Other) => DoorPhase::ShutForOther,
            (true, (false, false), Wish::Leave) => DoorPhase::Open,
        }
    }

    pub(crate) fn done_view(&self, deposit: &Deposit) -> DoneView {
        let receipt = deposit.receipt.as_ref();
        let number = receipt.map(|receipt| receipt.number.clone()).unwrap_or_default();
        let visit = self.visit.as_ref();
        let correcting = visit.and_then(|visit| visit.correcting.as_ref());
        let name =
            correcting.map(|errand| &errand.item_name).or(visit.and_then(|visit| visit.item()).map(|item| &item.name));
        let item = name.map(|name| name.get(self.language).to_owned());
        let count = |visit: &crate::visit::Visit| match visit.correcting.as_ref().and_then(|e| e.todo.as_ref()) {
            Some(crate::Todo::Correct { missing }) => MaterialCount::of(missing.iter().map(|_| Place::Box)),
            _ => visit.material_count(),
        };
        DoneView {
            qr: Qr::of(&number, self.public_url.as_deref()),
            receipt: number,
            compartment: deposit.compartment,
            item: item.unwrap_or_default(),
            materials: visit.map(count).unwrap_or_default(),
            made_at: receipt.map(|receipt| receipt.made_at.clone()).unwrap_or_default(),
            answer_by: receipt.and_then(|receipt| receipt.answer_by.clone()),
            window: self.window(),
            has_phone: correcting.is_some() || visit.is_some_and(|visit| visit.phone_given().is_some()),
            offline: self.health.backend != PartState::Ok,
            unconfirmed: deposit.unconfirmed,
            can_reopen: self.can_reopen(),
            reopen_failed: deposit.reopen_failed,
            paper: self.paper,
            seconds: u8::try_from(self.config.done_stays.as_secs()).unwrap_or(u8::MAX),
        }
    }

    fn pad(&self, of: u8) -> StaffPadView {
        let staff = self.staff.as_ref();
        StaffPadView {
            name: staff.map(|staff| staff.name.clone()).unwrap_or_default(),
            typed: staff.map_or(0, |staff| u8::try_from(staff.digits.expose().len()).unwrap_or(u8::MAX)),
            of,
            checking: staff.is_some_and(|staff| staff.checking.is_some()),
            refused: staff.and_then(|staff| staff.refused),
            tries_left: staff.and_then(|staff| staff.tries_left),
        }
    }

    fn boxes(&self, page: usize) -> StaffBoxesView {
        let staff = self.staff.as_ref();
        let doors = staff.map(|staff| staff.doors.as_slice()).unwrap_or_default();
        let (doors, paging) = crate::layout::page_of(doors, page, STAFF_ROWS);
        let rows = doors.iter().map(|door| StaffBoxRow {
            id: door.compartment.to_string(),
            compartment: door.compartment,
            receipt: door.receipt.clone(),
            kind: door.kind,
        });
        StaffBoxesView {
            name: staff.map(|staff| staff.name.clone()).unwrap_or_default(),
            rows: rows.collect(),
            paging,
            stuck: staff.and_then(|staff| staff.stuck),
            record_failed: staff.is_some_and(|staff| staff.record_failed),
        }
    }

    fn pickup_box(&self) -> u16 {
        self.pickup.as_ref().map_or(0, |pickup| pickup.compartment)
    }

    fn errands_view(&self, page: usize) -> ErrandsView {
        let errands = self.visit.as_ref().map(|visit| visit.errands.as_slice()).unwrap_or_default();
        let (errands, paging) = crate::layout::page_of(errands, page, ERRANDS);
        ErrandsView { rows: errands.iter().map(|errand| self.errand_row(errand)).collect(), paging }
    }

    fn errand_row(&self, errand: &Errand) -> ErrandRow {
        ErrandRow {
            id: errand.submission.to_string(),
            item: errand.item_name.get(self.language).to_owned(),
            receipt: errand.receipt.clone(),
            state: errand.state.get(self.language).to_owned(),
            todo: errand.todo.as_ref().map(todo_view),
        }
    }

    fn errand_view(&self, errand: &Errand, page: usize) -> ErrandView {
        let missing = match &errand.todo {
            Some(crate::Todo::Correct { missing }) => missing.as_slice(),
            Some(crate::Todo::PickUp { .. } | crate::Todo::PickUpElsewhere { .. }) | None => &[],
        };
        let line = |line: &crate::MissingMaterial| MissingLine {
            name: line.name.get(self.language).to_owned(),
            reason: line.reason.clone(),
            originals: line.originals,
            copies: line.copies,
        };
        let per_page = match self.text_size {
            TextSize::Normal => MISSING,
            TextSize::Large => MISSING - 1,
        };
        let (missing, paging) = crate::layout::page_of(missing, page, per_page);
        ErrandView {
            row: self.errand_row(errand),
            told: errand.told.get(self.language).to_owned(),
            due: errand.due.clone(),
            missing: missing.iter().map(line).collect(),
            paging,
            blocked: self.errand_blocked(errand.todo.as_ref()).is_some(),
            window: self.window_of(&errand.department),
        }
    }

    pub(crate) fn window_of(&self, department: &String) -> Option<WindowLine> {
        let window = self.windows.iter().find(|window| window.departments.contains(department))?;
        Some(WindowLine { name: window.name.clone(), phone: window.phone.clone() })
    }
}

fn todo_view(todo: &crate::Todo) -> TodoView {
    match todo {
        crate::Todo::PickUp { compartment } => TodoView::PickUp { compartment: *compartment },
        crate::Todo::Correct { missing } => {
            TodoView::Correct { missing: u16::try_from(missing.len()).unwrap_or(u16::MAX) }
        }
        crate::Todo::PickUpElsewhere { kiosk } => TodoView::PickUpElsewhere { kiosk: kiosk.clone() },
    }
}
