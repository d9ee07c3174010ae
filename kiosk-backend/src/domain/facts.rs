//! From a terminal's facts to cases. A fact is never refused: one that cannot be taken is told apart by a [`Code`], and
//! the caller sets its entry aside.

use std::sync::Arc;

use hall_rules::case::{Need, Standing};
use hall_rules::clock::Past;
use hall_rules::notice::Form;
use hall_rules::{CaseEvent, CaseState};
use jiff::Timestamp;
use kiosk_wire::entry::{MoveReason, VoidReason};
use kiosk_wire::kiosk_api::CompartmentState as Box_;
use kiosk_wire::{Code, CompartmentNo, DirectiveId, DirectiveOutcome, Fact, Header, KioskId, StaffId, SubmissionId};
use serde_json::json;

use super::audit::{self, Action, Who};
use super::clocks::{self, Desk};
use super::ratings::{self, Via};
use super::times::{self, When};
use super::views::Happening;
use super::{joint, messages, notices};
use crate::event::{Event, EventKind};
use crate::store::case_events::NewEvent;
use crate::store::cases::{CaseHead, Change, Indexes, NewCase};
use crate::store::kiosks::CompartmentRow;
use crate::store::parcels::Parcel;
use crate::store::{self, StoreResult, Tx, word_of};

/// What facts need besides the transaction.
pub struct Context {
    /// The terminal.
    pub kiosk: KioskId,
    /// Prefix of its receipt numbers.
    pub receipt_prefix: String,
    /// Names of the webhooks.
    pub hooks: Arc<[String]>,
    /// Keys, calendar, zone and time.
    pub desk: Desk,
}

/// The personal payload of an entry, as far as the case needs it here.
#[derive(Clone, Copy, Debug)]
pub enum Payload {
    /// There is none.
    Absent,
    /// It is there, and is not what it should be.
    Unreadable,
    /// A submission, by its indexes.
    Submission(Indexes),
}

/// Something that happened to a case.
pub struct Happened<'a> {
    /// What.
    pub what: Happening,
    /// When.
    pub at_ms: i64,
    /// Who of the staff.
    pub staff: Option<StaffId>,
    /// At which terminal.
    pub kiosk: Option<KioskId>,
    /// Which compartment.
    pub compartment: Option<CompartmentNo>,
    /// Reason or outcome.
    pub note: Option<&'a str>,
    /// What was filled in for it.
    pub form: Option<&'a Form>,
}

/// Appends what happened to a case's history, moves its state by the rules' table, makes the notice that the table
/// wants and computes its clocks anew. False when the table does not foresee it; then nothing was written.
pub fn append(tx: &Tx<'_>, desk: &Desk, id: SubmissionId, happened: &Happened<'_>) -> StoreResult<bool> {
    let (history, tip) = store::case_events::history_and_tip(tx, id)?;
    let mut past = history.past;
    let mut row = None;
    if let Happening::Case(event) = happened.what {
        row = hall_rules::case::derive(past.iter().map(|past| past.event)).standing.row(event);
        if row.is_none() {
            return Ok(false);
        }
    }
    let days =
        happened.form.filter(|_| row.is_some_and(|row| row.needs.contains(&Need::Days))).and_then(|form| form.days);
    let event = NewEvent {
        kind: &word_of(&happened.what),
        at_ms: happened.at_ms,
        staff: happened.staff,
        kiosk: happened.kiosk,
        compartment: happened.compartment,
        note: happened.note,
        days,
    };
    let n = tip.n + 1;
    let Some(row) = row else {
        let appended = store::case_events::append(tx, id, tip, &told(happened), &event, desk.now_ms)?;
        if appended {
            messages::tell(tx, desk, id, happened.what, n)?;
        }
        return Ok(appended);
    };
    past.push(Past { event: row.event, at: Timestamp::from_millisecond(happened.at_ms).unwrap_or_default(), days });
    let shown = clocks::shown(tx, desk, id, &past)?;
    let change = match (row.event, happened.compartment) {
        (CaseEvent::Deposited | CaseEvent::DepositUnconfirmed, Some(place)) => {
            Change::Deposit { state: row.to, shown: &shown, place, at_ms: happened.at_ms, doubt: happened.note }
        }
        // The row was opened in this state, and no clock runs yet.
        (CaseEvent::Submitted, _) => Change::None,
        _ => Change::State(row.to, &shown),
    };
    if !store::case_events::append(tx, id, tip, &change, &event, desk.now_ms)? {
        return Ok(false);
    }
    if let Some(kind) = row.notice {
        let blank = Form::default();
        let step = (row.event, happened.form.unwrap_or(&blank), happened.staff);
        notices::make(tx, desk, id, kind, &past, step)?;
    }
    joint::follow(tx, desk, id, n, (row.event, row.from), happened)?;
    if row.event == CaseEvent::ResultReady && happened.compartment.is_none() {
        // Not the box that the papers once came in.
        store::cases::set_place(tx, id, None)?;
    }
    if let Some(express) = happened.form.and_then(|form| form.express.as_ref()) {
        let parcel = Parcel { carrier: express.carrier.clone(), tracking: express.tracking.clone() };
        store::parcels::add(tx, id, n, &parcel)?;
    }
    messages::tell(tx, desk, id, happened.what, n)?;
    Ok(true)
}

/// What an event that leaves the state as it is changes in the case's row: where paper or result is or may be.
fn told(happened: &Happened<'_>) -> Change<'static> {
    use Happening as H;
    match happened.what {
        H::DepositIntended | H::DepositReopened | H::DepositMoved | H::LoadingOpened => {
            Change::Place(happened.compartment)
        }
        H::LoadingVoided | H::PickupAffirmed | H::ResultRecovered => Change::Place(None),
        H::CollectionArmed
        | H::CollectionAnswered
        | H::CollectionCancelled
        | H::CollectionOpened
        | H::CollectionClosed
        | H::EmptinessAffirmed
        | H::CorrectionPrepared
        | H::CorrectionVoided
        | H::LoadingArmed
        | H::PickupOpened
        | H::Rated
        | H::OpenedFromDesk
        | H::CompartmentSetAside
        | H::ReturnedToService
        | H::PartAnswered
        | H::PartRecalled
        | H::FieldsKeyed
        | H::NoteAdded
        | H::FileAttached
        | H::MandateChecked
        | H::GreenSet
        | H::GreenEnded
        | H::TimeSettled
        | H::Case(_) => Change::None,
    }
}

/// A case's standing, from all that happened.
pub fn standing(tx: &Tx<'_>, id: SubmissionId) -> StoreResult<Standing> {
    let past = store::case_events::history(tx, id)?;
    Ok(hall_rules::case::derive(past.iter().map(|past| past.event)).standing)
}

/// Applies one fact, made at `when`. `Some(code)`: it is stored, and a person must look.
pub fn apply(
    tx: &mut Tx<'_>,
    context: &Context,
    entry: i64,
    when: When,
    header: &Header,
    payload: Payload,
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
    fn prepared(self, new: NewCase<'_>, payload: Payload) -> Applied {
        if let Some(head) = store::cases::head(self.tx, new.id)? {
            return self.prepared_again(&head, new.entry);
        }
        let window = store::staff::window_of(self.tx, new.department)?;
        let indexes = match &payload {
            Payload::Submission(indexes) => Some(indexes),
            Payload::Absent | Payload::Unreadable => None,
        };
        let case = NewCase { window, indexes, ..new };
        if !store::cases::insert(self.tx, &case, self.context.desk.now_ms)? {
            // Another case has this number: two submissions were given one.
            return Ok(Some(Code::KeyReused));
        }
        self.note(case.id, Happening::Case(CaseEvent::Submitted), None, None, None)?;
        let who = Who::Kiosk(self.context.kiosk);
        audit::write(self.tx, self.context.desk.now_ms, who, Action::CaseOpened, Some(case.id), "")?;
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
        let Some(_) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
        self.note(id, what, Some(no), None, None)?;
        self.compartment(no, Box_::Reserved, Some(id))?;
        self.changed(id, None);
        Ok(None)
    }

    fn moved(mut self, id: SubmissionId, from: CompartmentNo, to: CompartmentNo, why: MoveReason) -> Applied {
        let Some(_) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
        self.note(id, Happening::DepositMoved, Some(to), None, Some(&word_of(&why)))?;
        let left = match why {
            // Its door was open for this person: something small may lie in it.
            MoveReason::TooSmall => Box_::ToBeConfirmed,
            MoveReason::DoorStuck | MoveReason::FoundSomething => Box_::SetAside,
        };
        self.compartment(from, left, None)?;
        self.compartment(to, Box_::Reserved, Some(id))?;
        self.changed(id, None);
        Ok(None)
    }

    fn deposited(mut self, id: SubmissionId, no: CompartmentNo, doubt: Option<String>) -> Applied {
        let Some(head) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
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
        self.tell(id, &head, what)?;
        let kind = EventKind::NewDeposit;
        self.tx.announce(Event { case: Some(id), window: head.window, kiosk: Some(self.context.kiosk), kind });
        Ok(None)
    }

    /// Writes the jobs that tell others; ids only.
    fn tell(&mut self, id: SubmissionId, head: &CaseHead, what: Happening) -> StoreResult<()> {
        for hook in self.context.hooks.iter() {
            let key = format!("{id}.{}.{hook}", head.version + 1);
            let body = json!({
                "id": key, "event": format!("case.{}", word_of(&what)), "case": id, "window": head.window,
                "kiosk": self.context.kiosk, "at_ms": self.at_ms,
            });
            store::jobs::add(self.tx, &key, &format!("webhook:{hook}"), &body.to_string(), self.context.desk.now_ms)?;
            self.tx.wake_jobs();
        }
        Ok(())
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
        self.changed(id, head.window);
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
        mut self,
        id: SubmissionId,
        no: CompartmentNo,
        staff: StaffId,
        what: Happening,
        note: Option<&str>,
    ) -> Applied {
        let Some(head) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
        self.note(id, what, Some(no), Some(staff), note)?;
        self.changed(id, head.window);
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
        self.changed(id, head.window);
        Ok(None)
    }

    /// The applicant brings corrections, perhaps to another terminal than at first: from now on this one tells.
    fn correcting(mut self, id: SubmissionId) -> Applied {
        let Some(head) = store::cases::head(self.tx, id)? else { return Ok(Some(Code::EntryImplausible)) };
        if head.state != CaseState::Correction {
            return Ok(Some(Code::EntryImplausible));
        }
        store::cases::set_kiosk(self.tx, id, self.context.kiosk)?;
        self.note(id, Happening::CorrectionPrepared, None, None, None)?;
        self.changed(id, None);
        Ok(None)
    }

    fn loading(mut self, id: SubmissionId, no: CompartmentNo, staff: StaffId) -> Applied {
        let Some(head) = store::cases::head(self.tx, id)? else { return Ok(Some(Code::EntryImplausible)) };
        self.compartment(no, Box_::Reserved, Some(id))?;
        if standing(self.tx, id)?.row(CaseEvent::ResultReady).is_none() {
            return Ok(Some(Code::EntryImplausible));
        }
        store::cases::set_kiosk(self.tx, id, self.context.kiosk)?;
        self.note(id, Happening::LoadingOpened, Some(no), Some(staff), None)?;
        self.changed(id, head.window);
        Ok(None)
    }

    fn loaded(mut self, id: SubmissionId, no: CompartmentNo, staff: StaffId) -> Applied {
        let Some(head) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
        self.compartment(no, Box_::Result, Some(id))?;
        let name = store::kiosks::get(self.tx, self.context.kiosk)?.map(|row| row.name).unwrap_or_default();
        let form = Form { delivery: format!("出件柜领取：{name}，{no}号柜"), ..Form::default() };
        let what = Happening::Case(CaseEvent::ResultReady);
        if !self.note_form(id, what, no, Some(staff), &form.delivery, &form)? {
            return Ok(Some(Code::EntryImplausible));
        }
        store::cases::set_claim(self.tx, id, None)?;
        self.tell(id, &head, what)?;
        self.changed(id, head.window);
        Ok(None)
    }

    fn load_voided(
        mut self,
        id: SubmissionId,
        no: CompartmentNo,
        staff: Option<StaffId>,
        maybe_opened: bool,
    ) -> Applied {
        let Some(head) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
        let (state, case) = if maybe_opened { (Box_::ToBeConfirmed, Some(id)) } else { (Box_::Free, None) };
        self.compartment(no, state, case)?;
        self.note(id, Happening::LoadingVoided, Some(no), staff, None)?;
        self.changed(id, head.window);
        Ok(None)
    }

    fn pickup_opened(mut self, id: SubmissionId, no: CompartmentNo) -> Applied {
        let Some(head) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
        self.note(id, Happening::PickupOpened, Some(no), None, None)?;
        self.changed(id, head.window);
        Ok(None)
    }

    fn picked_up(mut self, id: SubmissionId, no: CompartmentNo) -> Applied {
        let Some(head) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
        self.compartment(no, Box_::ToBeConfirmed, Some(id))?;
        let form = Form { receiver: "申请人本人（刷证开柜）".to_owned(), ..Form::default() };
        let what = Happening::Case(CaseEvent::Collected);
        if !self.note_form(id, what, no, None, &form.receiver, &form)? {
            return Ok(Some(Code::EntryImplausible));
        }
        self.tell(id, &head, what)?;
        self.changed(id, head.window);
        Ok(None)
    }

    fn pickup_affirmed(mut self, id: SubmissionId, no: CompartmentNo) -> Applied {
        self.compartment(no, Box_::Free, None)?;
        self.kiosk_changed();
        let Some(head) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
        self.note(id, Happening::PickupAffirmed, Some(no), None, None)?;
        self.changed(id, head.window);
        Ok(None)
    }

    /// Only the first rating of a case counts; a later one is no mistake of anybody's.
    fn rated(mut self, id: SubmissionId, level: u8) -> Applied {
        let rateable = store::cases::head(self.tx, id)?.is_some_and(|head| ratings::may_rate(head.state));
        if !rateable || !(1..=5).contains(&level) {
            return Ok(Some(Code::EntryImplausible));
        }
        let via = Via::Terminal(self.context.kiosk);
        ratings::keep(self.tx, &self.context.desk, id, level, via, self.at_ms)?;
        self.changed(id, None);
        Ok(None)
    }

    fn answered(mut self, id: DirectiveId, outcome: DirectiveOutcome) -> Applied {
        let Some(directive) = store::directives::get(self.tx, id)? else { return Ok(Some(Code::EntryImplausible)) };
        if directive.kiosk != self.context.kiosk {
            return Ok(Some(Code::EntryImplausible));
        }
        store::directives::answer(self.tx, id, outcome, self.context.desk.now_ms)?;
        let Some(case) = directive.case else { return Ok(None) };
        let Some(head) = store::cases::head(self.tx, case)? else { return Ok(None) };
        if directive.order != "affirm_empty" {
            let note = word_of(&outcome);
            let staff = Some(directive.staff);
            self.note(case, Happening::CollectionAnswered, directive.compartment, staff, Some(&note))?;
        }
        self.changed(case, head.window);
        Ok(None)
    }

    fn set_aside(mut self, no: CompartmentNo, why: &str, id: Option<SubmissionId>) -> Applied {
        let before = self.case_in(no)?;
        self.compartment(no, Box_::SetAside, before)?;
        self.kiosk_changed();
        let Some(id) = id else { return Ok(None) };
        let Some(head) = self.own_case(id)? else { return Ok(Some(Code::EntryImplausible)) };
        self.note(id, Happening::CompartmentSetAside, Some(no), None, Some(why))?;
        self.changed(id, head.window);
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
            self.changed(id, None);
        }
        Ok(None)
    }

    fn rolled_back(mut self, backend_next: u64) -> Applied {
        store::kiosks::set_all_aside(self.tx, self.context.kiosk, self.at_ms)?;
        self.kiosk_changed();
        self.audit(Action::RolledBack, None, &format!("the backend had up to {backend_next}"))
    }

    fn audit(self, action: Action, case: Option<SubmissionId>, object: &str) -> Applied {
        audit::write(self.tx, self.context.desk.now_ms, Who::Kiosk(self.context.kiosk), action, case, object)?;
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
        let kiosk = Some(self.context.kiosk);
        self.append(id, &Happened { what, at_ms: self.at_ms, staff, kiosk, compartment, note, form: None })
    }

    fn append(&self, id: SubmissionId, happened: &Happened<'_>) -> StoreResult<bool> {
        let appended = append(self.tx, &self.context.desk, id, happened)?;
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

    fn changed(&mut self, id: SubmissionId, window: Option<kiosk_wire::WindowId>) {
        let kiosk = Some(self.context.kiosk);
        self.tx.announce(Event { case: Some(id), window, kiosk, kind: EventKind::CaseChanged });
    }

    fn kiosk_changed(&mut self) {
        let kiosk = Some(self.context.kiosk);
        self.tx.announce(Event { case: None, window: None, kiosk, kind: EventKind::KioskChanged });
    }
}
