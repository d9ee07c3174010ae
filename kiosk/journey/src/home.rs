//! Between visits: cards, the idle page, service, help, and the clock of a visit nobody attends to any more.

#![expect(clippy::wildcard_enum_match_arm, reason = "a touch or card that a page has no use for does nothing there")]

use std::time::Duration;

use uuid::Uuid;

use crate::find::ASKING;
use crate::journey::{
    CHECKING, COUNTDOWN, GUARD, Held, Journey, LEFT_BEHIND, PROBLEM_SHOWN, READING, SAVING_SHOWN, SETTLING, SHUT_DOORS,
};
use crate::visit::{Holder, Level, Page, Purpose, StaffVisit, Visit};
use crate::{
    Act, CardProblem, ChooseBy, DoorState, FindFailure, Identity, Language, NoDeposit, Output, PartState, Personal,
    Service, Sound, StaffCall, TextSize, Touch,
};

/// Idle limit of list pages.
const IDLE_LIST: Duration = Duration::from_secs(60);
/// Idle limit of reading and form pages.
const IDLE_FORM: Duration = Duration::from_secs(90);

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
            self.record(Purpose::Note, vec![note]);
        }
        self.visit = None;
        self.deposit = None;
        self.staff = None;
        self.pickup = None;
        self.other = None;
        self.back_to = None;
        self.document = None;
        self.find = None;
        self.help = None;
        self.paper = crate::Paper::None;
        self.language = Language::Zh;
        self.text_size = TextSize::Normal;
        self.card_left = self.card_present.then_some(now);
        self.emit(Output::Wipe);
        self.show(self.home(), now);
    }

    pub(crate) fn service_changed(&mut self, service: Service, now: Duration) {
        self.service = Some(service);
        let busy = self.deposit.is_some()
            || self.staff.is_some()
            || self.pickup.is_some()
            || matches!(self.page, Page::ShutDoors(_));
        if busy {
            return; // what was begun is brought to its end first
        }
        if self.visit.is_some() && self.home() != Page::Idle {
            self.end(now);
        } else if self.document.is_some() || self.find.is_some() {
            if self.home() != Page::Idle {
                self.end(now);
            }
        } else if self.visit.is_none() {
            self.show(self.home(), now);
        }
    }

    pub(crate) fn open_doors_at_boot(&mut self, doors: Vec<u16>, now: Duration) {
        let busy = self.staff.is_some() || self.document.is_some() || self.find.is_some();
        if !doors.is_empty() && self.visit.is_none() && !busy {
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
        let reads = match &self.page {
            Page::Idle | Page::CardProblem(_) => true,
            Page::FindNumber | Page::FindLastFour | Page::FindFailed(_) | Page::Progress => true,
            Page::Document(_) | Page::DocumentCheck => self.document_is_given(),
            Page::Starting
            | Page::Closed
            | Page::ShutDoors(_)
            | Page::Reading
            | Page::Saving
            | Page::Door
            | Page::AskPaperIn
            | Page::RecordFailed { .. }
            | Page::NotDeposited
            | Page::Done
            | Page::PickupDoor
            | Page::AskTaken { .. }
            | Page::PickupFailed
            | Page::Rate { .. }
            | Page::StaffPin
            | Page::StaffCode
            | Page::StaffBoxes { .. }
            | Page::StaffDoor
            | Page::StaffAffirm { .. }
            | Page::StaffRefused(_) => false,
            Page::Choose { .. }
            | Page::Search { .. }
            | Page::Guide { .. }
            | Page::Situation(_)
            | Page::NotHere { .. }
            | Page::Materials { .. }
            | Page::Missing { .. }
            | Page::NoBox(_)
            | Page::Phone
            | Page::Field(_)
            | Page::Check { .. }
            | Page::BoxSize
            | Page::Errands { .. }
            | Page::Errand { .. }
            | Page::PickupCode => self.visit.as_ref().is_some_and(Visit::is_reading),
        };
        if reads {
            if self.visit.is_some() && self.back_to.is_none() {
                self.back_to = Some(self.page.clone());
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
        let reading = self.visit.as_ref().is_some_and(Visit::is_reading);
        match self.page {
            // What was typed is not lost by it.
            Page::Reading if problem == CardProblem::TakenTooSoon && self.document.is_some() => self.document_lost(now),
            Page::Document(_) | Page::DocumentCheck if problem == CardProblem::TakenTooSoon => {}
            Page::Document(_) | Page::DocumentCheck => self.show_problem(problem, now),
            Page::FindNumber | Page::FindLastFour | Page::FindFailed(_) | Page::Progress => {
                self.show_problem(problem, now);
            }
            Page::Idle | Page::Reading | Page::CardProblem(_) => self.show_problem(problem, now),
            Page::Choose { .. } | Page::Search { .. } | Page::Guide { .. } if reading => {
                self.back_to = Some(self.page.clone());
                self.show_problem(problem, now);
            }
            _ => {} // a visit goes on whatever lies on the reader
        }
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
        match self.back_to.take() {
            Some(page) => self.show(page, now),
            None => self.end(now),
        }
    }

    pub(crate) fn card_read(&mut self, identity: Box<Identity>, submission: Uuid, now: Duration) {
        self.card_present = true;
        self.card_left = None;
        match &self.page {
            Page::Starting
            | Page::Closed
            | Page::Saving
            | Page::Door
            | Page::AskPaperIn
            | Page::RecordFailed { .. }
            | Page::PickupDoor
            | Page::AskTaken { .. }
            | Page::StaffPin
            | Page::StaffCode
            | Page::StaffBoxes { .. }
            | Page::StaffDoor
            | Page::StaffAffirm { .. } => {}
            // What the former person did is safe or void: the next one may begin.
            Page::Done | Page::NotDeposited | Page::PickupFailed | Page::Rate { .. } | Page::StaffRefused(_) => {
                self.end(now);
                self.begin(*identity, submission, now);
            }
            Page::Idle | Page::ShutDoors(_) => self.begin(*identity, submission, now),
            Page::Reading
            | Page::CardProblem(_)
            | Page::Document(_)
            | Page::DocumentCheck
            | Page::FindNumber
            | Page::FindLastFour
            | Page::FindFailed(_)
            | Page::Progress
            | Page::Choose { .. }
            | Page::Search { .. }
            | Page::Guide { .. }
            | Page::Situation(_)
            | Page::NotHere { .. }
            | Page::Materials { .. }
            | Page::Missing { .. }
            | Page::NoBox(_)
            | Page::Phone
            | Page::Field(_)
            | Page::Check { .. }
            | Page::BoxSize
            | Page::Errands { .. }
            | Page::Errand { .. }
            | Page::PickupCode => self.card_read_in_visit(identity, submission, now),
        }
    }

    fn card_read_in_visit(&mut self, identity: Box<Identity>, submission: Uuid, now: Duration) {
        match self.visit.as_ref().map(|visit| visit.holder.as_ref()) {
            None | Some(None) => self.begin(*identity, submission, now),
            Some(Some(holder)) if holder.identity.is_same_person(&identity) => {}
            Some(Some(_)) => {
                self.other = Some((identity, submission));
                self.turn_to(now, GUARD);
                self.active = now;
                self.warned = None;
                self.play(Sound::Attention);
            }
        }
    }

    /// A person's visit begins, perhaps at the item whose guide they were reading.
    fn begin(&mut self, identity: Identity, submission: Uuid, now: Duration) {
        let Some(offer) = self.offer.clone() else {
            return self.show(Page::NoBox(NoDeposit::NoCatalogue), now);
        };
        self.play(Sound::CardRead);
        self.emit(Output::LookUpPerson {
            visit: submission,
            document: identity.document,
            number: identity.number.clone(),
        });
        self.find = None;
        if self.document.take().is_some() {
            self.emit(Output::ForgetDocument);
        }
        let visit = self.visit.get_or_insert_with(|| Visit::new(offer, None));
        visit.holder = Some(Holder { identity, submission });
        let reading = self.back_to.take().unwrap_or_else(|| self.page.clone());
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
            _ => self.show(Page::Choose { by: ChooseBy::Theme, level: Level::Top, page: 0 }, now),
        }
    }

    /// Another person's card was read in the middle of a visit: whose visit shall it be?
    pub(crate) fn answer_other(&mut self, touch: &Touch, now: Duration) {
        match touch {
            Touch::Act(Act::SwapPerson) => {
                if let Some((identity, submission)) = self.other.take() {
                    self.end(now);
                    self.begin(*identity, submission, now);
                    self.turn_to(now, SETTLING);
                }
            }
            Touch::Act(Act::KeepPerson) | Touch::Back => {
                self.other = None;
                self.turn_to(now, SETTLING);
            }
            Touch::Quit => self.end(now),
            _ => {}
        }
    }

    pub(crate) fn known_phone(&mut self, visit: Uuid, phone: Personal) {
        if let Some(ours) = &mut self.visit
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
                    self.visit = Some(Visit::new(offer, None));
                    self.show(Page::Choose { by: ChooseBy::Theme, level: Level::Top, page: 0 }, now);
                }
            }
            Touch::Act(Act::FindCase) if self.page == Page::Idle => self.find_case(now),
            Touch::Act(Act::StaffDoor) if self.serves_staff() => {
                self.staff = Some(StaffVisit::default());
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
    pub(crate) fn door_seen(&mut self, compartment: u16, state: DoorState, now: Duration) {
        self.cabinet.seen(compartment, state);
        if let Page::ShutDoors(doors) = &self.page {
            let open = self.cabinet.open_doors();
            if !doors.iter().any(|door| open.contains(door)) {
                self.show(self.home(), now);
            }
        }
        if let Some(watch) = self.watch_mut()
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
                return self.find.as_ref().and_then(|find| find.asked).map(|(_, since)| since + ASKING);
            }
            Page::ShutDoors(_) => SHUT_DOORS,
            Page::Saving => {
                return Some(self.entered + SAVING_SHOWN).filter(|_| self.shown.screen != crate::Screen::Saving);
            }
            Page::Done => return self.deposit.as_ref().map(|deposit| deposit.ends_at),
            Page::Rate { .. } => self.config.done_stays,
            Page::PickupCode => {
                return self.pickup.as_ref().and_then(|pickup| pickup.checking).map(|since| since + CHECKING);
            }
            Page::StaffPin | Page::StaffCode => {
                return self.staff.as_ref().and_then(|staff| staff.checking).map(|since| since + CHECKING);
            }
            Page::Idle | Page::Closed => {
                let changed =
                    self.language != Language::Zh || self.text_size != TextSize::Normal || self.help.is_some();
                return changed.then_some(self.active + LEFT_BEHIND);
            }
            Page::Starting
            | Page::Document(_)
            | Page::DocumentCheck
            | Page::FindNumber
            | Page::Progress
            | Page::Choose { .. }
            | Page::Search { .. }
            | Page::Guide { .. }
            | Page::Situation(_)
            | Page::NotHere { .. }
            | Page::Materials { .. }
            | Page::Missing { .. }
            | Page::NoBox(_)
            | Page::Phone
            | Page::Field(_)
            | Page::Check { .. }
            | Page::BoxSize
            | Page::Door
            | Page::AskPaperIn
            | Page::RecordFailed { .. }
            | Page::NotDeposited
            | Page::Errands { .. }
            | Page::Errand { .. }
            | Page::PickupDoor
            | Page::AskTaken { .. }
            | Page::PickupFailed
            | Page::StaffBoxes { .. }
            | Page::StaffDoor
            | Page::StaffAffirm { .. } => return None,
        };
        Some(self.entered + until)
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
                if let Some(pickup) = &mut self.pickup {
                    pickup.checking = None;
                }
            }
            Page::StaffPin | Page::StaffCode => {
                if let Some(staff) = &mut self.staff {
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

    /// After how long without a touch the page asks whether anyone is there.
    fn idle_limit(&self) -> Option<Duration> {
        match &self.page {
            Page::Starting
            | Page::Closed
            | Page::ShutDoors(_)
            | Page::Idle
            | Page::Reading
            | Page::CardProblem(_)
            | Page::FindFailed(_)
            | Page::Saving
            | Page::Door
            | Page::RecordFailed { paper_in: true }
            | Page::Done
            | Page::PickupDoor
            | Page::Rate { .. }
            | Page::StaffDoor
            | Page::StaffRefused(_) => None,
            Page::Choose { .. }
            | Page::Situation(_)
            | Page::NoBox(_)
            | Page::BoxSize
            | Page::AskPaperIn
            | Page::NotDeposited
            | Page::RecordFailed { paper_in: false }
            | Page::PickupCode
            | Page::AskTaken { .. }
            | Page::PickupFailed
            | Page::StaffPin
            | Page::StaffCode
            | Page::StaffBoxes { .. }
            | Page::StaffAffirm { .. } => Some(IDLE_LIST),
            Page::Document(_)
            | Page::DocumentCheck
            | Page::FindNumber
            | Page::FindLastFour
            | Page::Progress
            | Page::Search { .. }
            | Page::Guide { .. }
            | Page::NotHere { .. }
            | Page::Materials { .. }
            | Page::Missing { .. }
            | Page::Phone
            | Page::Field(_)
            | Page::Errands { .. }
            | Page::Errand { .. }
            | Page::Check { .. } => Some(IDLE_FORM),
        }
    }

    /// When the idle clock wants to be woken: to warn, each second of the countdown, to end.
    pub(crate) fn idle_timeout(&self) -> Option<Duration> {
        let limit = self.idle_limit()?;
        Some(match self.warned {
            None => self.active + limit,
            Some(since) => since + Duration::from_secs(u64::from(COUNTDOWN.as_secs() as u8 - self.shown_seconds()) + 1),
        })
    }

    /// The second that the countdown shows.
    fn shown_seconds(&self) -> u8 {
        match self.shown.overlay {
            Some(crate::Overlay::StillThere { seconds_left }) => seconds_left,
            _ => 30,
        }
    }

    pub(crate) fn tick_idle(&mut self, now: Duration) {
        let Some(limit) = self.idle_limit() else { return };
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
            Page::AskPaperIn => self.unconfirmed(crate::UnconfirmedReason::OpeningNotSeen, now),
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
            self.record(pending.purpose, pending.drafts);
        }
    }
}
