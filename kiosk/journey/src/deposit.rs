//! From "hand in" to "you may leave". Every door is opened in reply to a record, and only there.

use std::time::Duration;

use hall_rules::catalogue::SizeHint;
use kiosk_wire::entry::{MoveReason, SetAsideReason, UnconfirmedReason, VoidReason};
use kiosk_wire::{CompartmentNo, Fact, StaffCall};

use crate::door::{DoorWatch, Finding};
use crate::handed_in::prepared;
use crate::input::{Receipt, RecordFailure, UnlockOutcome};
use crate::journey::{Journey, RECORD_AGAIN};
use crate::output::{Entry, Output, Sound};
use crate::page::Page;
use crate::session::{Deposit, Doing, Pending, Purpose, Wish};
use crate::terms::{PrintState, Ticket};
use crate::touch::{Act, Touch};
use crate::view::NoDeposit;

/// How many boxes are tried before the applicant is sent to the window.
const BOXES_TRIED: usize = 3;
/// How often a deposit may be opened again after its end.
const REOPENINGS: u8 = 3;

impl Journey {
    /// The applicant checked everything: choose a box and put all of it on record.
    pub(crate) fn hand_in(&mut self, now: Duration) {
        if let Some(why) = self.no_deposit() {
            return self.forward(Page::NoBox(why), now);
        }
        let Some(compartment) = self.box_for(&[]) else {
            return self.forward(Page::NoBox(NoDeposit::Full), now);
        };
        self.prepare(compartment, Vec::new(), now);
    }

    /// The box that suits the chosen item and size.
    fn box_for(&self, without: &[CompartmentNo]) -> Option<CompartmentNo> {
        self.cabinet.pick(&self.chosen_size()?, without)
    }

    /// The size chosen, or the one that suits the item.
    pub(crate) fn chosen_size(&self) -> Option<String> {
        let visit = self.session.visit()?;
        // Corrections of an item that is no longer on offer are a few sheets.
        let hint = visit.item().map(|item| item.size_hint).or(visit.correcting.as_ref().map(|_| SizeHint::A4));
        visit.size.clone().or_else(|| self.cabinet.size_for(hint?).map(str::to_owned))
    }

    fn prepare(&mut self, compartment: CompartmentNo, tried: Vec<CompartmentNo>, now: Duration) {
        let Some(visit) = self.session.visit_mut() else { return };
        let Some((submission, prepared)) = prepared(visit) else { return };
        visit.doing = Doing::Deposit(Box::new(Deposit {
            submission,
            compartment,
            tried,
            instead_of: None,
            receipt: None,
            watch: None,
            wish: Wish::Leave,
            reopened: 0,
            reopen_failed: false,
            unconfirmed: None,
        }));
        self.record(Purpose::Prepare, [prepared, Fact::DepositIntended { submission, compartment }.into()]);
        self.show(Page::Saving, now);
    }

    pub(crate) fn recorded(&mut self, ticket: Ticket, receipt: Option<Receipt>, now: Duration) {
        let Some(pending) = self.pending.remove(&ticket) else { return };
        match pending.purpose {
            Purpose::Note => {}
            Purpose::StaffIntent | Purpose::StaffClosed { .. } | Purpose::StaffAffirm => {
                self.staff_recorded(pending.purpose, now);
            }
            Purpose::PickupIntent | Purpose::PickedUp | Purpose::PickupAffirm => {
                self.pickup_recorded(&pending.purpose, now);
            }
            Purpose::Prepare
            | Purpose::Deposited
            | Purpose::Unconfirmed(_)
            | Purpose::Move { .. }
            | Purpose::Void
            | Purpose::Reopen => self.deposit_recorded(pending.purpose, receipt, now),
        }
    }

    fn deposit_recorded(&mut self, purpose: Purpose, receipt: Option<Receipt>, now: Duration) {
        let Some(deposit) = self.session.deposit_mut() else { return };
        match purpose {
            Purpose::Prepare => {
                deposit.receipt = receipt;
                self.open_door(now);
            }
            Purpose::Move { to, stuck } => {
                deposit.instead_of = stuck.then_some(deposit.compartment);
                deposit.tried.push(deposit.compartment);
                deposit.compartment = to;
                self.open_door(now);
            }
            Purpose::Reopen => self.open_door(now),
            Purpose::Deposited => self.done(None, now),
            Purpose::Unconfirmed(why) => self.done(Some(why), now),
            Purpose::Void => self.show(Page::NotDeposited, now),
            Purpose::StaffIntent
            | Purpose::StaffClosed { .. }
            | Purpose::StaffAffirm
            | Purpose::PickupIntent
            | Purpose::PickedUp
            | Purpose::PickupAffirm
            | Purpose::Note => {}
        }
    }

    /// Sends the first pulse to the deposit's door, which is on record by now.
    fn open_door(&mut self, now: Duration) {
        let Some(deposit) = self.session.deposit_mut() else { return };
        deposit.wish = Wish::Leave;
        deposit.watch = Some(DoorWatch::new(deposit.compartment, now));
        let compartment = deposit.compartment;
        self.emit(Output::OpenDoor { compartment });
        self.show(Page::Door, now);
    }

    fn done(&mut self, unconfirmed: Option<UnconfirmedReason>, now: Duration) {
        let Some(deposit) = self.session.deposit_mut() else { return };
        deposit.unconfirmed = unconfirmed;
        let printed = matches!(self.paper, PrintState::Printing | PrintState::Printed) && deposit.reopened > 0;
        if !(printed && unconfirmed.is_none()) {
            self.print_receipt();
        }
        self.play(if unconfirmed.is_some() { Sound::Attention } else { Sound::Done });
        self.show(Page::Done, now);
    }

    pub(crate) fn record_failed(&mut self, ticket: Ticket, why: RecordFailure, now: Duration) {
        let Some(pending) = self.pending.remove(&ticket) else { return };
        match pending.purpose {
            Purpose::Note => self.again.push((now + RECORD_AGAIN, pending)),
            Purpose::StaffIntent | Purpose::StaffClosed { .. } | Purpose::StaffAffirm => {
                self.staff_record_failed(pending, now);
            }
            Purpose::PickupIntent | Purpose::PickedUp | Purpose::PickupAffirm => {
                self.pickup_record_failed(pending, now);
            }
            Purpose::Prepare => self.prepare_failed(why, now),
            Purpose::Reopen => {
                if let Some(deposit) = self.session.deposit_mut() {
                    deposit.reopen_failed = true;
                }
                self.show(Page::Done, now);
            }
            Purpose::Move { to, stuck } => self.move_failed(pending.entries, to, stuck, why, now),
            Purpose::Deposited | Purpose::Unconfirmed(_) | Purpose::Void => {
                let paper_in = pending.purpose != Purpose::Void;
                self.keep_trying(pending, paper_in, now);
            }
        }
    }

    /// Nothing of this submission is on disk: the applicant still holds all paper.
    fn prepare_failed(&mut self, why: RecordFailure, now: Duration) {
        let Some(visit) = self.session.visit_mut() else { return };
        let Doing::Deposit(deposit) = std::mem::take(&mut visit.doing) else { return };
        let mut tried = deposit.tried;
        tried.push(deposit.compartment);
        match why {
            RecordFailure::CompartmentTaken if tried.len() <= BOXES_TRIED => match self.box_for(&tried) {
                Some(next) => self.prepare(next, tried, now),
                None => self.show(Page::NoBox(NoDeposit::Full), now),
            },
            RecordFailure::CompartmentTaken
            | RecordFailure::DiskFull
            | RecordFailure::Broken
            | RecordFailure::NotAllowed => self.show(Page::RecordFailed { paper_in: false }, now),
        }
    }

    /// The applicant holds the paper, the next box is not on record.
    fn move_failed(&mut self, entries: Vec<Entry>, to: CompartmentNo, stuck: bool, why: RecordFailure, now: Duration) {
        let next = match why {
            RecordFailure::CompartmentTaken => {
                if let Some(deposit) = self.session.deposit_mut() {
                    deposit.tried.push(to);
                }
                self.next_box()
            }
            RecordFailure::DiskFull | RecordFailure::Broken | RecordFailure::NotAllowed => {
                return self.keep_trying(Pending { purpose: Purpose::Move { to, stuck }, entries }, false, now);
            }
        };
        let mut entries = entries;
        let moved = entries.last_mut().map(|entry| &mut entry.fact);
        if let (Some(next), Some(Fact::DepositMoved { to, .. })) = (next, moved) {
            *to = next;
            self.record(Purpose::Move { to: next, stuck }, entries);
        } else {
            entries.pop();
            self.void(entries, if stuck { VoidReason::NoDoorOpened } else { VoidReason::TakenBack }, now);
        }
    }

    fn keep_trying(&mut self, pending: Pending, paper_in: bool, now: Duration) {
        let first = !matches!(self.page, Page::RecordFailed { .. });
        self.again.push((now + RECORD_AGAIN, pending));
        if first {
            self.emit(Output::CallStaff(StaffCall::RecordFailed));
            self.play(Sound::Attention);
            self.show(Page::RecordFailed { paper_in }, now);
        }
    }

    pub(crate) fn unlock_done(&mut self, compartment: CompartmentNo, outcome: UnlockOutcome, now: Duration) {
        if let Some(watch) = self.session.watch_mut()
            && watch.compartment == compartment
        {
            watch.unlock(outcome, now);
        }
    }

    pub(crate) fn tick_door(&mut self, now: Duration) {
        if let Some(finding) = self.session.watch_mut().and_then(|watch| watch.tick(now)) {
            self.door_found(finding, now);
        }
    }

    /// The watch over the open door found something.
    pub(crate) fn door_found(&mut self, finding: Finding, now: Duration) {
        let Some(compartment) = self.session.watch().map(|watch| watch.compartment) else { return };
        self.active = now;
        match finding {
            Finding::PulseAgain => self.emit(Output::OpenDoor { compartment }),
            Finding::Opened => self.play(Sound::DoorOpen),
            Finding::Reminder => self.play(Sound::DoorLeftOpen),
            Finding::CallStaff => {
                self.play(Sound::DoorLeftOpen);
                self.emit(Output::CallStaff(StaffCall::DoorLeftOpen { compartment }));
            }
            Finding::OutOfSight => {
                self.play(Sound::Attention);
                self.emit(Output::CallStaff(StaffCall::LineLost { compartment }));
            }
            Finding::Closed | Finding::Stuck | Finding::NeverSent | Finding::MaybeMissed | Finding::LineLost => {
                if self.session.deposit().is_some() {
                    self.deposit_door_over(finding, now);
                } else if self.session.pickup().is_some() {
                    self.pickup_door_over(finding, now);
                } else {
                    self.staff_door_over(finding, now);
                }
            }
        }
    }

    fn deposit_door_over(&mut self, finding: Finding, now: Duration) {
        let Some(deposit) = self.session.deposit_mut() else { return };
        deposit.watch = None;
        let (compartment, reopened) = (deposit.compartment, deposit.reopened > 0);
        match finding {
            Finding::Closed => self.closed(now),
            Finding::LineLost => self.unconfirmed(UnconfirmedReason::LineLost, now),
            // The paper of the first opening is in it, whatever the second one did.
            Finding::Stuck | Finding::NeverSent | Finding::MaybeMissed if reopened => {
                deposit.reopen_failed = true;
                self.emit(Output::CallStaff(StaffCall::DoorStuck { compartment }));
                self.unconfirmed(UnconfirmedReason::OpeningNotSeen, now);
            }
            Finding::MaybeMissed => self.show(Page::AskPaperIn, now),
            Finding::Stuck => self.another_box_for_stuck(now),
            Finding::NeverSent => self.void(Vec::new(), VoidReason::NoDoorOpened, now),
            Finding::PulseAgain | Finding::Opened | Finding::OutOfSight | Finding::Reminder | Finding::CallStaff => {}
        }
    }

    /// The door was seen open and then closed.
    fn closed(&mut self, now: Duration) {
        let Some(deposit) = self.session.deposit() else { return };
        let (submission, from) = (deposit.submission, deposit.compartment);
        let why = SetAsideReason::FoundSomething;
        let found = Fact::CompartmentSetAside { compartment: from, why, submission: Some(submission) };
        match deposit.wish {
            Wish::Leave => {
                self.record(Purpose::Deposited, [Fact::Deposited { submission, compartment: from }]);
                self.show(Page::Saving, now);
            }
            Wish::Bigger => match self.cabinet.pick_larger(from, &deposit.tried) {
                Some(to) => self.move_to(to, MoveReason::TooSmall, Vec::new(), now),
                None => self.void(Vec::new(), VoidReason::TakenBack, now),
            },
            Wish::Other => {
                self.emit(Output::CallStaff(StaffCall::FoundSomething { compartment: from }));
                match self.next_box() {
                    Some(to) => self.move_to(to, MoveReason::FoundSomething, vec![found.into()], now),
                    None => self.void(vec![found.into()], VoidReason::TakenBack, now),
                }
            }
        }
    }

    /// Another free box for the present deposit.
    fn next_box(&self) -> Option<CompartmentNo> {
        let deposit = self.session.deposit()?;
        let mut without = deposit.tried.clone();
        without.push(deposit.compartment);
        if without.len() > BOXES_TRIED {
            return None;
        }
        let size = self.cabinet.size_of(deposit.compartment).map(str::to_owned).or_else(|| self.chosen_size())?;
        self.cabinet.pick(&size, &without)
    }

    fn another_box_for_stuck(&mut self, now: Duration) {
        let Some(deposit) = self.session.deposit() else { return };
        let (submission, compartment) = (deposit.submission, deposit.compartment);
        let aside =
            Fact::CompartmentSetAside { compartment, why: SetAsideReason::DoorStuck, submission: Some(submission) };
        self.emit(Output::CallStaff(StaffCall::DoorStuck { compartment }));
        match self.next_box() {
            Some(to) => self.move_to(to, MoveReason::DoorStuck, vec![aside.into()], now),
            None => self.void(vec![aside.into()], VoidReason::NoDoorOpened, now),
        }
    }

    fn move_to(&mut self, to: CompartmentNo, why: MoveReason, mut entries: Vec<Entry>, now: Duration) {
        let Some(deposit) = self.session.deposit() else { return };
        let submission = deposit.submission;
        entries.push(Fact::DepositMoved { submission, from: deposit.compartment, to, why }.into());
        self.record(Purpose::Move { to, stuck: why == MoveReason::DoorStuck }, entries);
        self.show(Page::Saving, now);
    }

    fn void(&mut self, mut entries: Vec<Entry>, why: VoidReason, now: Duration) {
        let Some(deposit) = self.session.deposit() else { return };
        entries.push(Fact::DepositVoided { submission: deposit.submission, why }.into());
        self.record(Purpose::Void, entries);
        self.show(Page::Saving, now);
    }

    /// The paper may be in, and nobody can tell: staff will look.
    pub(crate) fn unconfirmed(&mut self, why: UnconfirmedReason, now: Duration) {
        let Some(deposit) = self.session.deposit_mut() else { return };
        deposit.watch = None;
        let (submission, compartment) = (deposit.submission, deposit.compartment);
        self.emit(Output::CallStaff(StaffCall::Unconfirmed { compartment }));
        self.record(Purpose::Unconfirmed(why), [Fact::DepositUnconfirmed { submission, compartment, why }]);
        self.show(Page::Saving, now);
    }

    pub(crate) fn touch_deposit(&mut self, touch: &Touch, now: Duration) {
        match (&self.page, touch) {
            (Page::Done | Page::NotDeposited, Touch::Next | Touch::Quit) => self.end(now),
            (Page::RecordFailed { paper_in: false }, Touch::Next | Touch::Quit) => self.leave_unrecorded(now),
            (Page::Done, Touch::Act(Act::OpenAgain)) => self.open_again(now),
            (Page::AskPaperIn, Touch::Act(Act::PaperIsIn)) => self.unconfirmed(UnconfirmedReason::OpeningNotSeen, now),
            (Page::AskPaperIn, Touch::Act(Act::PaperIsNotIn)) => self.another_box_for_stuck(now),
            (Page::Door, Touch::Act(Act::PaperIsIn)) if self.can_say_in() => {
                let opened = self.session.watch().is_some_and(DoorWatch::is_open);
                let why = if opened { UnconfirmedReason::LineLost } else { UnconfirmedReason::OpeningNotSeen };
                self.unconfirmed(why, now);
            }
            (Page::Door, Touch::Act(Act::BiggerBox)) if self.can_bigger() => self.wish(Wish::Bigger),
            (Page::Door, Touch::Act(Act::FoundSomething)) if self.can_found() => self.wish(Wish::Other),
            // Touched by mistake: the first door is still open.
            (Page::Door, Touch::Back) => self.wish(Wish::Leave),
            _ => {}
        }
    }

    /// A visit is left while its record is repeated: the record goes on alone, ending the submission.
    pub(crate) fn leave_unrecorded(&mut self, now: Duration) {
        if self.pending.values().any(|pending| pending.purpose != Purpose::Note) {
            self.warned = self.warned.map(|_| now); // its answer is on the way and decides what is left to do
            return;
        }
        for (_, pending) in &mut self.again {
            if let (Purpose::Move { .. }, Some(last)) = (&pending.purpose, pending.entries.last_mut())
                && let Fact::DepositMoved { submission, .. } = last.fact
            {
                *last = Fact::DepositVoided { submission, why: VoidReason::TakenBack }.into();
            }
            pending.purpose = Purpose::Note;
        }
        self.end(now);
    }

    fn open_again(&mut self, now: Duration) {
        if !self.can_reopen() {
            return;
        }
        let Some(deposit) = self.session.deposit_mut() else { return };
        deposit.reopened += 1;
        let (submission, compartment) = (deposit.submission, deposit.compartment);
        self.record(Purpose::Reopen, [Fact::DepositReopened { submission, compartment }]);
        self.show(Page::Saving, now);
    }

    fn wish(&mut self, wish: Wish) {
        if let Some(deposit) = self.session.deposit_mut() {
            deposit.wish = wish;
        }
    }

    pub(crate) fn can_reopen(&self) -> bool {
        self.session.deposit().is_some_and(|deposit| {
            deposit.unconfirmed.is_none() && !deposit.reopen_failed && deposit.reopened < REOPENINGS
        })
    }

    pub(crate) fn can_bigger(&self) -> bool {
        self.larger().is_some_and(|larger| larger.is_some())
    }

    pub(crate) fn no_larger(&self) -> bool {
        self.larger().is_some_and(|larger| larger.is_none())
    }

    /// At an open door with paper to go in: the larger box that could be had instead.
    fn larger(&self) -> Option<Option<CompartmentNo>> {
        let deposit = self.open_deposit().filter(|deposit| deposit.wish == Wish::Leave)?;
        Some(self.cabinet.pick_larger(deposit.compartment, &deposit.tried))
    }

    pub(crate) fn can_found(&self) -> bool {
        self.open_deposit().is_some_and(|deposit| deposit.wish == Wish::Leave && deposit.reopened == 0)
    }

    /// While no opening was seen, the applicant may know better than the sensor.
    pub(crate) fn can_say_in(&self) -> bool {
        let watch = self.session.watch().filter(|_| self.session.deposit().is_some());
        watch.is_some_and(|watch| !watch.is_open() || watch.is_unseen())
    }

    fn open_deposit(&self) -> Option<&Deposit> {
        self.session.deposit().filter(|deposit| deposit.watch.as_ref().is_some_and(DoorWatch::is_open))
    }
}
