//! Between visits: cards, the idle page, service, help, and the clock of a visit nobody attends to any more.

#![expect(clippy::wildcard_enum_match_arm, reason = "a touch or card that a page has no use for does nothing there")]

use std::time::Duration;

use hall_rules::Language;
use kiosk_wire::entry::UnconfirmedReason;
use kiosk_wire::kiosk_api::DoorState;
use kiosk_wire::{CompartmentNo, Personal, StaffCall, SubmissionId};

use crate::find::ASKING;
use crate::input::Service;
use crate::journey::{
    CHECKING, COUNTDOWN, GUARD, Held, Journey, LEFT_BEHIND, PHOTOGRAPHED, PROBLEM_SHOWN, READING, SAVING_SHOWN,
    SETTLING, SHUT_DOORS,
};
use crate::output::{Output, Sound};
use crate::page::{Card, Page};
use crate::session::{Doing, Purpose, Session};
use crate::terms::{CardProblem, FindFailure, PartState, PrintState};
use crate::touch::{Act, Touch};
use crate::view::{IdleView, NoDeposit, OutOfServiceReason, Overlay, Screen, TextSize};
use crate::visit::{Holder, Visit};

impl Journey {
    /// The page to be on when nobody is here.
    pub(crate) fn home(&self) -> Page {
        match &self.service {
            None => Page::Starting,
            Some(Service::Ready) => Page::Idle,
            Some(
                Service::NotEnrolled { .. }
                | Service::Revoked
                | Service::JournalForked
                | Service::JournalDamaged
                | Service::Broken { .. },
            ) => Page::Closed,
        }
    }

    /// Ends whatever visit there is: everything personal goes, settings return to their defaults.
    pub(crate) fn end(&mut self, now: Duration) {
        if let Some(note) = self.unfinished_loading() {
            self.record(Purpose::Note, [note]);
        }
        self.session = Session::Nobody;
        self.help = None;
        self.paper = PrintState::None;
        self.language = Language::Zh;
        self.text_size = TextSize::Normal;
        self.card_left = self.card_present.then_some(now);
        self.emit(Output::Wipe);
        self.show(self.home(), now);
    }

    pub(crate) fn service_changed(&mut self, service: Service, now: Duration) {
        self.service = Some(service);
        match &self.session {
            Session::Nobody if matches!(self.page, Page::ShutDoors(_)) => {}
            Session::Nobody => self.show(self.home(), now),
            // What was begun is brought to its end first.
            Session::Staff(_) => {}
            Session::Visit(visit) if !matches!(visit.doing, Doing::Asking) => {}
            Session::Visit(_) | Session::Find(_) | Session::Document(_) => {
                if self.home() != Page::Idle {
                    self.end(now);
                }
            }
        }
    }

    pub(crate) fn open_doors_at_boot(&mut self, doors: Vec<CompartmentNo>, now: Duration) {
        if !doors.is_empty() && matches!(self.session, Session::Nobody) {
            self.emit(Output::CallStaff(StaffCall::DoorsOpenAtBoot));
            self.play(Sound::Attention);
            self.show(Page::ShutDoors(doors), now);
        }
    }

    /// Why nothing can be deposited now.
    pub(crate) fn no_deposit(&self) -> Option<NoDeposit> {
        if self.health.journal != PartState::Ok {
            Some(NoDeposit::CannotRecord)
        } else if self.health.locker != PartState::Ok {
            Some(NoDeposit::LockerDown)
        } else if self.offer.is_none() {
            Some(NoDeposit::NoCatalogue)
        } else if self.cabinet.free() == 0 {
            Some(NoDeposit::Full)
        } else {
            None
        }
    }

    pub(crate) fn card_present(&mut self, now: Duration) {
        self.card_present = true;
        self.card_left = None;
        // What lies on the reader is not before the scanner any more.
        if matches!(self.held, Some((Held::Lines(_), _))) {
            self.held = None;
        }
        let reads = match self.page.traits().card {
            Card::Begins => true,
            Card::Document => self.session.document().is_some_and(|entry| entry.given),
            Card::Guide => self.session.visit().is_some_and(Visit::is_reading),
            Card::Nothing | Card::Staff | Card::Read | Card::Visit | Card::Next => false,
        };
        if reads {
            if let Some(visit) = self.session.visit_mut() {
                visit.back_to.get_or_insert_with(|| self.page.clone());
            }
            self.show(Page::Reading, now);
        }
    }

    pub(crate) fn card_removed(&mut self, now: Duration) {
        self.card_present = false;
        self.card_left = None;
        if self.page == Page::Reading {
            self.card_failed(CardProblem::TakenTooSoon, now);
        }
    }

    pub(crate) fn card_failed(&mut self, problem: CardProblem, now: Duration) {
        let soon = problem == CardProblem::TakenTooSoon;
        match (self.page.clone(), self.page.traits().card) {
            // What was typed is not lost by it.
            (Page::Reading, _) if soon && self.session.document().is_some() => self.document_lost(now),
            (_, Card::Document) if soon => {}
            (Page::Reading, _) | (_, Card::Begins | Card::Document) => self.show_problem(problem, now),
            (_, Card::Guide) if self.leave_guide() => self.show_problem(problem, now),
            _ => {} // a visit goes on whatever lies on the reader
        }
    }

    /// Marks the page of the guide to come back to. Only who reads it without a card leaves it for one.
    pub(crate) fn leave_guide(&mut self) -> bool {
        let reading = self.session.visit_mut().filter(|visit| visit.is_reading());
        reading.map(|visit| visit.back_to = Some(self.page.clone())).is_some()
    }

    fn show_problem(&mut self, problem: CardProblem, now: Duration) {
        self.play(Sound::Attention);
        self.show(Page::CardProblem(problem), now);
    }

    /// From a card problem back to what was typed for a travel document, to the guide, or home.
    pub(crate) fn leave_problem(&mut self, now: Duration) {
        if let Some(page) = self.document_page() {
            return self.show(page, now);
        }
        match self.session.visit_mut().and_then(|visit| visit.back_to.take()) {
            Some(page) => self.show(page, now),
            None => self.end(now),
        }
    }

    pub(crate) fn card_read(&mut self, holder: Holder, now: Duration) {
        self.card_present = true;
        self.card_left = None;
        match self.page.traits().card {
            Card::Nothing | Card::Staff => {}
            Card::Next => {
                self.end(now);
                self.begin(holder, now);
            }
            Card::Begins | Card::Read | Card::Document | Card::Guide | Card::Visit => {
                self.card_read_in_visit(holder, now);
            }
        }
    }

    fn card_read_in_visit(&mut self, holder: Holder, now: Duration) {
        match self.session.visit_mut().map(|visit| (visit.holder.as_ref(), &mut visit.other)) {
            None | Some((None, _)) => self.begin(holder, now),
            Some((Some(ours), _)) if ours.applicant.is_same_person(&holder.applicant) => {}
            Some((Some(_), other)) => {
                *other = Some(holder);
                self.turn_to(now, GUARD);
                self.active = now;
                self.warned = None;
                self.play(Sound::Attention);
            }
        }
    }

    /// A person's visit begins, perhaps at the item whose guide they were reading.
    fn begin(&mut self, holder: Holder, now: Duration) {
        let Some(offer) = self.offer.clone() else {
            return self.show(Page::NoBox(NoDeposit::NoCatalogue), now);
        };
        self.play(Sound::CardRead);
        let Holder { applicant, submission, .. } = &holder;
        let (document, number) = (applicant.document, applicant.number.clone());
        self.emit(Output::LookUpPerson { visit: *submission, document, number });
        if self.session.document().is_some() {
            self.emit(Output::ForgetDocument);
        }
        let mut visit = match std::mem::take(&mut self.session) {
            Session::Visit(visit) => visit,
            Session::Nobody | Session::Find(_) | Session::Document(_) | Session::Staff(_) => {
                Box::new(Visit::new(offer, None))
            }
        };
        visit.holder = Some(holder);
        visit.document = None;
        let reading = visit.back_to.take().unwrap_or_else(|| self.page.clone());
        self.session = Session::Visit(visit);
        if let Some(why) = self.no_deposit() {
            self.show(Page::NoBox(why), now);
            return;
        }
        match reading {
            Page::Guide { .. } => {
                self.show(reading, now);
                self.proceed(now);
            }
            Page::Choose { .. } | Page::Search { .. } => self.show(reading, now),
            _ => self.show(Page::choosing(), now),
        }
    }

    /// Another person's card was read in the middle of a visit: whose visit shall it be?
    pub(crate) fn answer_other(&mut self, touch: &Touch, now: Duration) {
        match touch {
            Touch::Act(Act::SwapPerson) => {
                if let Some(other) = self.session.visit_mut().and_then(|visit| visit.other.take()) {
                    self.end(now);
                    self.begin(other, now);
                    self.turn_to(now, SETTLING);
                }
            }
            Touch::Act(Act::KeepPerson) | Touch::Back => {
                if let Some(visit) = self.session.visit_mut() {
                    visit.other = None;
                }
                self.turn_to(now, SETTLING);
            }
            Touch::Quit => self.end(now),
            _ => {}
        }
    }

    pub(crate) fn known_phone(&mut self, visit: SubmissionId, phone: Personal) {
        if let Some(ours) = self.session.visit_mut()
            && ours.holder.as_ref().is_some_and(|holder| holder.submission == visit)
        {
            // Somebody who is typing already is not interrupted.
            ours.other_number |= !ours.phone.expose().is_empty();
            ours.known_phone = Some(phone);
        }
    }

    pub(crate) fn call_help(&mut self, now: Duration) {
        self.help = Some(false);
        self.turn_to(now, GUARD);
        self.emit(Output::CallStaff(StaffCall::Help));
    }

    pub(crate) fn touch_home(&mut self, touch: Touch, now: Duration) {
        match touch {
            Touch::Act(Act::BrowseGuide) if self.page == Page::Idle => {
                if let Some(offer) = self.offer.clone() {
                    self.session = Session::Visit(Box::new(Visit::new(offer, None)));
                    self.show(Page::choosing(), now);
                }
            }
            Touch::Act(Act::FindCase) if self.page == Page::Idle => self.find_case(now),
            Touch::Act(Act::StaffDoor) if self.serves_staff() => {
                self.session = Session::Staff(Box::default());
                self.show(Page::StaffCode, now);
            }
            Touch::Next | Touch::Back | Touch::Quit if matches!(self.page, Page::CardProblem(_)) => {
                self.leave_problem(now);
            }
            _ => {}
        }
    }

    /// Whether staff may open boxes here. A revoked or forked terminal still gives back what it holds.
    pub(crate) fn serves_staff(&self) -> bool {
        match &self.service {
            Some(Service::Ready | Service::Revoked | Service::JournalForked) => true,
            None | Some(Service::NotEnrolled { .. } | Service::JournalDamaged | Service::Broken { .. }) => false,
        }
    }

    /// A door's sensor, for the pages that wait for doors.
    pub(crate) fn door_seen(&mut self, compartment: CompartmentNo, state: DoorState, now: Duration) {
        self.cabinet.seen(compartment, state);
        if let Page::ShutDoors(doors) = &self.page {
            let open = self.cabinet.open_doors();
            if !doors.iter().any(|door| open.contains(door)) {
                self.show(self.home(), now);
            }
        }
        if let Some(watch) = self.session.watch_mut()
            && watch.compartment == compartment
            && let Some(finding) = watch.seen(state, now)
        {
            self.door_found(finding, now);
        }
    }

    /// When the page itself wants to be woken.
    pub(crate) fn page_timeout(&self) -> Option<Duration> {
        let until = match &self.page {
            Page::Reading => READING,
            Page::CardProblem(_) | Page::StaffRefused(_) | Page::FindFailed(_) => PROBLEM_SHOWN,
            Page::FindLastFour => {
                return self.session.find().and_then(|find| find.asked).map(|(_, since)| since + ASKING);
            }
            Page::ShutDoors(_) => SHUT_DOORS,
            Page::Saving => {
                return Some(self.entered + SAVING_SHOWN)
                    .filter(|_| !matches!(self.shown.screen, Screen::Saving { .. }));
            }
            Page::Done => return Some(self.active + self.done_stays()),
            Page::Rate { .. } => return Some(self.active + self.config.done_stays),
            Page::PickupCode => {
                return self.session.pickup().and_then(|pickup| pickup.checking).map(|since| since + CHECKING);
            }
            Page::StaffPin | Page::StaffCode => {
                return self.session.staff().and_then(|staff| staff.checking).map(|since| since + CHECKING);
            }
            Page::Idle | Page::Closed => {
                let changed =
                    self.language != Language::Zh || self.text_size != TextSize::Normal || self.help.is_some();
                return changed.then_some(self.active + LEFT_BEHIND);
            }
            _ => return None,
        };
        Some(self.entered + until)
    }

    /// How long the last page stays after a touch: longer where it is to be photographed, since no paper says the number.
    fn done_stays(&self) -> Duration {
        match self.paper {
            PrintState::Printing | PrintState::Printed => self.config.done_stays,
            PrintState::Failed | PrintState::None => self.config.done_stays * PHOTOGRAPHED,
        }
    }

    pub(crate) fn tick_page(&mut self, now: Duration) {
        if self.page_timeout().is_none_or(|at| now < at) {
            return;
        }
        match &self.page {
            Page::Reading => self.show_problem(CardProblem::NoAnswer, now),
            Page::CardProblem(_) => self.leave_problem(now),
            Page::ShutDoors(_) => self.show(self.home(), now),
            Page::StaffRefused(_) | Page::FindFailed(_) | Page::Done | Page::Rate { .. } => self.end(now),
            Page::FindLastFour => self.show(Page::FindFailed(FindFailure::NoAnswer), now),
            Page::PickupCode => {
                if let Some(pickup) = self.session.pickup_mut() {
                    pickup.checking = None;
                }
            }
            Page::StaffPin | Page::StaffCode => {
                if let Some(staff) = self.session.staff_mut() {
                    staff.checking = None;
                }
            }
            Page::Idle | Page::Closed => {
                self.language = Language::Zh;
                self.text_size = TextSize::Normal;
                self.help = None;
            }
            _ => {} // only to be drawn anew
        }
    }

    /// When the idle clock wants to be woken: to warn, each second of the countdown, to end.
    pub(crate) fn idle_timeout(&self) -> Option<Duration> {
        let limit = self.page.traits().idle?;
        Some(match self.warned {
            None => self.active + limit,
            Some(since) => since + Duration::from_secs(u64::from(COUNTDOWN.as_secs() as u8 - self.shown_seconds()) + 1),
        })
    }

    /// The second that the countdown shows.
    fn shown_seconds(&self) -> u8 {
        match self.shown.overlay {
            Some(Overlay::StillThere { seconds_left }) => seconds_left,
            _ => 30,
        }
    }

    pub(crate) fn tick_idle(&mut self, now: Duration) {
        let Some(limit) = self.page.traits().idle else { return };
        match self.warned {
            None if now >= self.active + limit => {
                self.help = None;
                self.warned = Some(now);
                self.play(Sound::StillThere);
            }
            Some(since) if now >= since + COUNTDOWN => self.abandoned(now),
            None | Some(_) => {}
        }
    }

    /// Nobody answered.
    fn abandoned(&mut self, now: Duration) {
        match self.page {
            Page::AskPaperIn => self.unconfirmed(UnconfirmedReason::OpeningNotSeen, now),
            Page::RecordFailed { .. } => self.leave_unrecorded(now),
            _ => self.end(now),
        }
    }

    /// Records that wait to be tried again.
    pub(crate) fn tick_records(&mut self, now: Duration) {
        let (due, later): (Vec<_>, Vec<_>) = self.again.drain(..).partition(|(at, _)| now >= *at);
        self.again = later;
        for (_, pending) in due {
            if pending.purpose != Purpose::Note {
                self.warned = None;
            }
            self.record(pending.purpose, pending.entries);
        }
    }

    pub(crate) fn home_screen(&self) -> Screen {
        match &self.page {
            Page::Closed => self.closed_screen(),
            Page::ShutDoors(doors) => {
                let open = self.cabinet.open_doors();
                let still = doors.iter().any(|door| open.contains(door));
                let shown = doors.iter().filter(|door| !still || open.contains(door));
                Screen::ShutDoors { doors: shown.map(|door| door.0).collect() }
            }
            Page::Idle => Screen::Idle(self.idle()),
            Page::Reading => Screen::ReadingCard { travel_document: self.session.document().is_some() },
            Page::CardProblem(problem) => Screen::CardProblem { problem: *problem },
            Page::Saving => Screen::Saving { opens: self.pending.values().any(|pending| pending.purpose.opens()) },
            _ => Screen::Starting,
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
            reads_chips: self.config.reads_chips,
            starting: parts.contains(&PartState::Starting),
            no_deposit: self.no_deposit(),
            free_boxes: self.cabinet.free(),
            waiting: self.health.waiting,
            waiting_since: self.health.waiting_since.clone().filter(|_| self.health.waiting > 0),
            open_doors: self.cabinet.open_doors().iter().map(|door| door.0).collect(),
            card_left: self.card_left.is_some(),
            has_guide: self.offer.is_some(),
            finds: self.health.backend == PartState::Ok,
            paper: self.health.printer,
        }
    }
}
