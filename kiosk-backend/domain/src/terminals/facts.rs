//! From a terminal's facts to cases. A fact is never refused: one that cannot be taken is told apart by a [`Code`], and
//! the caller sets its entry aside.

use hall_rules::notice::Form;
use hall_rules::{CaseEvent, CaseState};
use hall_store::cases::{CaseHead, Indexes, NewCase};
use hall_store::event::{Event, EventKind};
use hall_store::kiosks::CompartmentRow;
use hall_store::{self as store, StoreResult, Tx, word_of};
use kiosk_wire::entry::{MoveReason, VoidReason};
use kiosk_wire::kiosk_api::CompartmentState as Box_;
use kiosk_wire::{Code, CompartmentNo, DirectiveId, DirectiveOutcome, Fact, Header, KioskId, StaffId, SubmissionId};

use crate::case::happening::{Happened, Happening};
use crate::case::history::{self, append, standing};
use crate::case::times::{self, When};
use crate::figures::rating;
use crate::ground::audit::{self, Action, Who};
use crate::ground::moment::Moment;

/// What facts need besides the transaction.
pub struct Context {
    /// The terminal.
    pub kiosk: KioskId,
    /// Prefix of its receipt numbers.
    pub receipt_prefix: String,
    /// Keys, calendar, zone and time.
    pub moment: Moment,
}

/// The personal payload of an entry, as far as the case needs it here.
#[derive(Clone, Debug)]
pub enum Payload {
    /// There is none.
    Absent,
    /// It is there, and is not what it should be.
    Unreadable,
    /// A submission, by its indexes.
    Submission(Box<Indexes>),
}

/// Applies one fact, made at `when`. `Some(code)`: it is stored, and a person must look.
pub fn apply(
    tx: &mut Tx<'_>,
    context: &Context,
    entry: i64,
    when: When,
    header: &Header,
    payload: &Payload,
) -> StoreResult<Option<Code>> {
    let at_ms = when.time.earliest();
    let fact = Facts { tx, context, when, at_ms };
    match &header.fact {
        Fact::JournalCreated { .. } | Fact::Started { .. } => Ok(None),
        Fact::SubmissionPrepared { submission, receipt, item, item_version, department } => {
            let new = NewCase {
                id: *submission,
                receipt: &receipt.0,
                kiosk: context.kiosk,
                entry,
                item,
                item_version: *item_version,
                department,
                window: None,
                prepared_ms: at_ms,
                indexes: None,
            };
            fact.prepared(new, payload)
        }
        Fact::DepositIntended { submission, compartment } => {
            fact.door(*submission, *compartment, Happening::DepositIntended)
        }
        Fact::DepositReopened { submission, compartment } => {
            fact.door(*submission, *compartment, Happening::DepositReopened)
        }
        Fact::DepositMoved { submission, from, to, why } => fact.moved(*submission, *from, *to, *why),
        Fact::Deposited { submission, compartment } => fact.deposited(*submission, *compartment, None),
        Fact::DepositUnconfirmed { submission, compartment, why } => {
            fact.deposited(*submission, *compartment, Some(word_of(why)))
        }
        Fact::DepositVoided { submission, why } => fact.voided(*submission, *why),
        Fact::CollectionIntended { submission, compartment, staff, .. } => {
            fact.staff_opened(*submission, *compartment, *staff)
        }
        Fact::CollectionClosed { submission, compartment, staff, opening_seen } => {
            fact.staff_shut(*submission, *compartment, *staff, *opening_seen)
        }
        Fact::EmptinessAffirmed { submission, compartment, staff } => fact.emptied(*submission, *compartment, *staff),
        Fact::DirectiveAnswered { directive, outcome } => fact.answered(*directive, *outcome),
        Fact::StaffRefused { staff, why } => {
            let object = format!("{} {}", word_of(why), staff.map(|id| id.to_string()).unwrap_or_default());
            fact.audit(Action::TerminalRefused, None, object.trim())
        }
        Fact::CompartmentSetAside { compartment, why, submission } => {
            fact.set_aside(*compartment, &word_of(why), *submission)
        }
        Fact::CompartmentReturned { compartment, staff } => fact.returned(*compartment, *staff),
        Fact::DoorForced { compartment } => fact.audit(Action::DoorForced, None, &format!("compartment {compartment}")),
        Fact::RolledBack { backend_next } => fact.rolled_back(*backend_next),
        Fact::TechnicianOpened { compartment, reason } => {
            fact.audit(Action::TechnicianOpened, None, &format!("compartment {compartment}: {reason}"))
        }
        Fact::CorrectionPrepared { submission, .. } => fact.correcting(*submission),
        Fact::LoadIntended { submission, compartment, staff, .. } => fact.loading(*submission, *compartment, *staff),
        Fact::ResultLoaded { submission, compartment, staff } => fact.loaded(*submission, *compartment, *staff),
        Fact::LoadVoided { submission, compartment, staff, maybe_opened } => {
            fact.load_voided(*submission, *compartment, *staff, *maybe_opened)
        }
        Fact::PickupIntended { submission, compartment, .. } => fact.pickup_opened(*submission, *compartment),
        Fact::PickedUp { submission, compartment } => fact.picked_up(*submission, *compartment),
        Fact::PickupAffirmed { submission, compartment } => fact.pickup_affirmed(*submission, *compartment),
        Fact::Rated { submission, level } => fact.rated(*submission, *level),
        Fact::Unknown => Ok(Some(Code::EntryKindUnknown)),
    }
}

/// One fact being applied.
struct Facts<'a, 'c> {
    tx: &'a mut Tx<'c>,
    context: &'a Context,
    when: When,
    at_ms: i64,
}

type Applied = StoreResult<Option<Code>>;

impl Facts<'_, '_> {
    fn prepared(self, new: NewCase<'_>, payload: &Payload) -> Applied {
        let window = store::staff::window_of(self.tx, new.department)?;
        let indexes = match payload {
            Payload::Submission(indexes) => Some(&**indexes),
            Payload::Absent | Payload::Unreadable => None,
        };
        let case = NewCase { window, indexes, ..new };
        let submitted = self.happened(Happening::Case(CaseEvent::Submitted), None, None, None);
        if !history::open(self.tx, &self.context.moment, &case, &submitted)? {
            return match store::cases::head(self.tx, case.id)? {
                Some(head) => self.prepared_again(&head, case.entry),
                // Another case has this number: two submissions were given one.
                None => Ok(Some(Code::KeyReused)),
            };
        }
        times::note(self.tx, &self.when, case.id)?;
        let who = Who::Kiosk(self.context.kiosk);
        audit::write(self.tx, self.context.moment.now_ms, who, Action::CaseOpened, Some(case.id), "")?;
        if indexes.is_none() {
            return Ok(Some(Code::PayloadUnreadable));
        }
        let own = hall_rules::ReceiptNumber::parse(case.receipt)
            .is_ok_and(|number| number.prefix() == self.context.receipt_prefix);
        if !own {
            return Ok(Some(Code::EntryImplausible));
        }
        // The case is open in any event: paper may already be on its way into a box.
        let known = store::catalogue::knows_item(self.tx, case.item, case.item_version)?;
        Ok((!known).then_some(Code::ItemUnknown))
    }

    /// The same submission at another position: the same content is a repetition, other content is not.
    fn prepared_again(self, head: &CaseHead, entry: i64) -> Applied {
        let same = store::journal::same_content(self.tx, head.entry, entry)?;
        Ok((!same).then_some(Code::KeyReused))
    }

    fn door(mut self, id: SubmissionId, no: CompartmentNo, what: Happening) -> Applied {
        if self.own_case(id)?.is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        self.note(id, what, Some(no), None, None)?;
        self.compartment(no, Box_::Reserved, Some(id))?;
        Ok(None)
    }

    fn moved(mut self, id: SubmissionId, from: CompartmentNo, to: CompartmentNo, why: MoveReason) -> Applied {
        if self.own_case(id)?.is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        self.note(id, Happening::DepositMoved, Some(to), None, Some(&word_of(&why)))?;
        let left = match why {
            // Its door was open for this person: something small may lie in it.
            MoveReason::TooSmall => Box_::ToBeConfirmed,
            MoveReason::DoorStuck | MoveReason::FoundSomething => Box_::SetAside,
        };
        self.compartment(from, left, None)?;
        self.compartment(to, Box_::Reserved, Some(id))?;
        Ok(None)
    }

    fn deposited(mut self, id: SubmissionId, no: CompartmentNo, doubt: Option<String>) -> Applied {
        if self.own_case(id)?.is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        let (what, state) = match doubt {
            None => (Happening::Case(CaseEvent::Deposited), Box_::Paper),
            Some(_) => (Happening::Case(CaseEvent::DepositUnconfirmed), Box_::SetAside),
        };
        self.compartment(no, state, Some(id))?;
        if !self.note(id, what, Some(no), None, doubt.as_deref())? {
            // It is in there all the same.
            store::cases::set_place(self.tx, id, Some(no))?;
            return Ok(Some(Code::EntryImplausible));
        }
        Ok(None)
    }

    fn voided(mut self, id: SubmissionId, why: VoidReason) -> Applied {
        let Some(head) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
        let what = if head.state == CaseState::Correction {
            Happening::CorrectionVoided
        } else {
            Happening::Case(CaseEvent::DepositVoided)
        };
        if !self.note(id, what, head.compartment, None, Some(&word_of(&why)))? {
            return Ok(Some(Code::EntryImplausible));
        }
        if let Some(no) = head.compartment
            && let Some(row) = store::kiosks::compartment_of(self.tx, self.context.kiosk, no)?
            && row.case == Some(id)
            && row.state == Box_::Reserved
        {
            self.compartment(no, Box_::Free, None)?;
        }
        Ok(None)
    }

    fn staff_opened(self, id: Option<SubmissionId>, no: CompartmentNo, staff: StaffId) -> Applied {
        let Some(id) = id else { return Ok(None) };
        self.staff_door(id, no, staff, Happening::CollectionOpened, None)
    }

    /// Only now can anyone say that the box is empty.
    fn staff_shut(mut self, id: Option<SubmissionId>, no: CompartmentNo, staff: StaffId, seen: bool) -> Applied {
        // A terminal that was rolled back may not know whose paper it was; we may.
        let id = match id {
            Some(id) => Some(id),
            None => self.case_in(no)?,
        };
        self.compartment(no, Box_::ToBeConfirmed, id)?;
        self.kiosk_changed();
        let Some(id) = id else { return Ok(None) };
        let note = if seen { None } else { Some("opening_not_seen") };
        self.staff_door(id, no, staff, Happening::CollectionClosed, note)
    }

    fn staff_door(
        self,
        id: SubmissionId,
        no: CompartmentNo,
        staff: StaffId,
        what: Happening,
        note: Option<&str>,
    ) -> Applied {
        if self.own_case(id)?.is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        self.note(id, what, Some(no), Some(staff), note)?;
        Ok(None)
    }

    fn emptied(mut self, id: Option<SubmissionId>, no: CompartmentNo, staff: StaffId) -> Applied {
        let id = match id {
            Some(id) => Some(id),
            None => self.case_in(no)?,
        };
        self.compartment(no, Box_::Free, None)?;
        self.kiosk_changed();
        let Some(id) = id else { return Ok(None) };
        let Some(head) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
        let received = standing(self.tx, id)?.row(CaseEvent::Received).is_some();
        if received && head.compartment == Some(no) {
            store::cases::set_received(self.tx, id, staff, self.at_ms)?;
            self.note(id, Happening::Case(CaseEvent::Received), Some(no), Some(staff), None)?;
            store::cases::set_claim(self.tx, id, None)?;
        } else if head.state == CaseState::ResultReady && head.compartment == Some(no) {
            self.note(id, Happening::ResultRecovered, Some(no), Some(staff), None)?;
            store::cases::set_claim(self.tx, id, None)?;
        } else {
            self.note(id, Happening::EmptinessAffirmed, Some(no), Some(staff), None)?;
        }
        Ok(None)
    }

    /// The applicant brings corrections, perhaps to another terminal than at first: from now on this one tells.
    fn correcting(self, id: SubmissionId) -> Applied {
        let Some(head) = store::cases::head(self.tx, id)? else { return Ok(Some(Code::EntryImplausible)) };
        if head.state != CaseState::Correction {
            return Ok(Some(Code::EntryImplausible));
        }
        store::cases::set_kiosk(self.tx, id, self.context.kiosk)?;
        self.note(id, Happening::CorrectionPrepared, None, None, None)?;
        Ok(None)
    }

    fn loading(mut self, id: SubmissionId, no: CompartmentNo, staff: StaffId) -> Applied {
        if store::cases::head(self.tx, id)?.is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        self.compartment(no, Box_::Reserved, Some(id))?;
        if standing(self.tx, id)?.row(CaseEvent::ResultReady).is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        store::cases::set_kiosk(self.tx, id, self.context.kiosk)?;
        self.note(id, Happening::LoadingOpened, Some(no), Some(staff), None)?;
        Ok(None)
    }

    fn loaded(mut self, id: SubmissionId, no: CompartmentNo, staff: StaffId) -> Applied {
        if self.own_case(id)?.is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        self.compartment(no, Box_::Result, Some(id))?;
        let name = store::kiosks::get(self.tx, self.context.kiosk)?.map(|row| row.name).unwrap_or_default();
        let form = Form { delivery: format!("柜子领取：{name}，{no}号柜"), ..Form::default() };
        let what = Happening::Case(CaseEvent::ResultReady);
        if !self.note_form(id, what, no, Some(staff), &form.delivery, &form)? {
            return Ok(Some(Code::EntryImplausible));
        }
        store::cases::set_claim(self.tx, id, None)?;
        Ok(None)
    }

    fn load_voided(
        mut self,
        id: SubmissionId,
        no: CompartmentNo,
        staff: Option<StaffId>,
        maybe_opened: bool,
    ) -> Applied {
        if self.own_case(id)?.is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        let (state, case) = if maybe_opened { (Box_::ToBeConfirmed, Some(id)) } else { (Box_::Free, None) };
        self.compartment(no, state, case)?;
        self.note(id, Happening::LoadingVoided, Some(no), staff, None)?;
        Ok(None)
    }

    fn pickup_opened(self, id: SubmissionId, no: CompartmentNo) -> Applied {
        if self.own_case(id)?.is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        self.note(id, Happening::PickupOpened, Some(no), None, None)?;
        Ok(None)
    }

    fn picked_up(mut self, id: SubmissionId, no: CompartmentNo) -> Applied {
        if self.own_case(id)?.is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        self.compartment(no, Box_::ToBeConfirmed, Some(id))?;
        let form = Form { receiver: "申请人本人（刷证开柜）".to_owned(), ..Form::default() };
        let what = Happening::Case(CaseEvent::Collected);
        if !self.note_form(id, what, no, None, &form.receiver, &form)? {
            return Ok(Some(Code::EntryImplausible));
        }
        Ok(None)
    }

    fn pickup_affirmed(mut self, id: SubmissionId, no: CompartmentNo) -> Applied {
        self.compartment(no, Box_::Free, None)?;
        self.kiosk_changed();
        if self.own_case(id)?.is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        self.note(id, Happening::PickupAffirmed, Some(no), None, None)?;
        Ok(None)
    }

    /// Only the first rating of a case counts; a later one is no mistake of anybody's.
    fn rated(self, id: SubmissionId, level: u8) -> Applied {
        let rateable = store::cases::head(self.tx, id)?.is_some_and(|head| rating::may_rate(head.state));
        if !rateable || !(1..=5).contains(&level) {
            return Ok(Some(Code::EntryImplausible));
        }
        rating::keep(self.tx, &self.context.moment, id, level, Some(self.context.kiosk), self.at_ms)?;
        Ok(None)
    }

    fn answered(self, id: DirectiveId, outcome: DirectiveOutcome) -> Applied {
        let Some(directive) = store::directives::get(self.tx, id)? else { return Ok(Some(Code::EntryImplausible)) };
        if directive.kiosk != self.context.kiosk {
            return Ok(Some(Code::EntryImplausible));
        }
        store::directives::answer(self.tx, id, outcome, self.context.moment.now_ms)?;
        let Some(case) = directive.case else { return Ok(None) };
        let Some(head) = store::cases::head(self.tx, case)? else { return Ok(None) };
        if directive.order != "affirm_empty" {
            let note = word_of(&outcome);
            let staff = Some(directive.staff);
            self.note(case, Happening::CollectionAnswered, directive.compartment, staff, Some(&note))?;
        }
        let kiosk = Some(self.context.kiosk);
        self.tx.announce(Event { case: Some(case), window: head.window, kiosk, kind: EventKind::CaseChanged });
        Ok(None)
    }

    fn set_aside(mut self, no: CompartmentNo, why: &str, id: Option<SubmissionId>) -> Applied {
        let before = self.case_in(no)?;
        self.compartment(no, Box_::SetAside, before)?;
        self.kiosk_changed();
        let Some(id) = id else { return Ok(None) };
        if self.own_case(id)?.is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        self.note(id, Happening::CompartmentSetAside, Some(no), None, Some(why))?;
        Ok(None)
    }

    fn returned(mut self, no: CompartmentNo, staff: StaffId) -> Applied {
        let before = self.case_in(no)?;
        self.compartment(no, Box_::Free, None)?;
        self.kiosk_changed();
        if let Some(id) = before
            && self.own_case(id)?.is_some()
        {
            self.note(id, Happening::ReturnedToService, Some(no), Some(staff), None)?;
        }
        Ok(None)
    }

    fn rolled_back(mut self, backend_next: u64) -> Applied {
        store::kiosks::set_all_aside(self.tx, self.context.kiosk, self.at_ms)?;
        self.kiosk_changed();
        self.audit(Action::RolledBack, None, &format!("the backend had up to {backend_next}"))
    }

    fn audit(self, action: Action, case: Option<SubmissionId>, object: &str) -> Applied {
        audit::write(self.tx, self.context.moment.now_ms, Who::Kiosk(self.context.kiosk), action, case, object)?;
        let kiosk = Some(self.context.kiosk);
        self.tx.announce(Event { case, window: None, kiosk, kind: EventKind::KioskChanged });
        Ok(None)
    }

    /// Whose paper a compartment holds, as far as we know.
    fn case_in(&self, no: CompartmentNo) -> StoreResult<Option<SubmissionId>> {
        Ok(store::kiosks::compartment_of(self.tx, self.context.kiosk, no)?.and_then(|row| row.case))
    }

    /// The case, if it was made at this terminal.
    fn own_case(&self, id: SubmissionId) -> StoreResult<Option<CaseHead>> {
        Ok(store::cases::head(self.tx, id)?.filter(|head| head.kiosk == self.context.kiosk))
    }

    fn note(
        &self,
        id: SubmissionId,
        what: Happening,
        compartment: Option<CompartmentNo>,
        staff: Option<StaffId>,
        note: Option<&str>,
    ) -> StoreResult<bool> {
        self.append(id, &self.happened(what, compartment, staff, note))
    }

    fn happened<'n>(
        &self,
        what: Happening,
        compartment: Option<CompartmentNo>,
        staff: Option<StaffId>,
        note: Option<&'n str>,
    ) -> Happened<'n> {
        let kiosk = Some(self.context.kiosk);
        Happened { what, at_ms: self.at_ms, staff, kiosk, compartment, note, form: None }
    }

    fn append(&self, id: SubmissionId, happened: &Happened<'_>) -> StoreResult<bool> {
        let appended = append(self.tx, &self.context.moment, id, happened)?;
        if appended {
            times::note(self.tx, &self.when, id)?;
        }
        Ok(appended)
    }

    /// As [`Self::note`], with what the terminal filled in for the step.
    fn note_form(
        &self,
        id: SubmissionId,
        what: Happening,
        no: CompartmentNo,
        staff: Option<StaffId>,
        note: &str,
        form: &Form,
    ) -> StoreResult<bool> {
        let (kiosk, compartment) = (Some(self.context.kiosk), Some(no));
        let at_ms = self.at_ms;
        self.append(id, &Happened { what, at_ms, staff, kiosk, compartment, note: Some(note), form: Some(form) })
    }

    fn compartment(&mut self, no: CompartmentNo, state: Box_, case: Option<SubmissionId>) -> StoreResult<()> {
        let row = CompartmentRow { no, state, case, since_ms: self.at_ms };
        store::kiosks::set_compartment(self.tx, self.context.kiosk, &row)
    }

    fn kiosk_changed(&mut self) {
        let kiosk = Some(self.context.kiosk);
        self.tx.announce(Event { case: None, window: None, kiosk, kind: EventKind::KioskChanged });
    }
}
