//! Questions of staff. Asking changes nothing.

use hall_rules::case::{Need, Standing, Transition};
use hall_rules::catalogue::{Material, Place};
use hall_rules::{CaseEvent, CaseState, Right, ServiceItem, Text, mask};
use kiosk_wire::kiosk_api::{CompartmentState, DoorState, Heartbeat};
use kiosk_wire::{Code, CompartmentNo, KioskId, Submission, SubmissionId};
use rusqlite::Connection;
use std::collections::HashMap;
use std::ops::Deref;

use super::UNSEEN_MS;
use super::clocks::{self, Desk};
use super::views::{
    Actor, AnswerRow, ApplicantView, AuditPage, AuditRow, CaseView, Collecting, CompartmentView, HeldView, InboxRow,
    KioskView, MaterialPlace, MaterialRow, May, NoticeView, SameView, SetAsideRow, StepView, TimelineRow,
};
use super::{joint, notes, times};
use crate::app::App;
use crate::keys::Keys;
use crate::problem::Refusal;
use crate::store::cases::{CaseRow, Claim};
use crate::store::{self, StoreError, StoreResult};

/// Rows of one page.
pub(super) const PAGE: u32 = 50;

/// What every question needs besides the database.
pub(super) struct Look {
    pub(super) actor: Actor,
    pub(super) desk: Desk,
    chiefs_decide: bool,
}

impl Deref for Look {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

impl Look {
    pub(super) fn new(app: &App, actor: &Actor) -> Self {
        Self { actor: actor.clone(), desk: Desk::of(app), chiefs_decide: app.config().chiefs_decide }
    }

    /// Whether the actor may take this step of a case.
    pub(super) fn may_step(&self, row: &Transition) -> bool {
        row.staff_may(self.actor.staff.role, self.chiefs_decide)
    }
}

/// One case. Says `not-found` for a case of another window, as for none.
pub async fn case(app: &App, actor: &Actor, id: SubmissionId) -> Result<CaseView, Refusal> {
    let look = Look::new(app, actor);
    let groups = app.catalogue().map(|(_, body)| body);
    app.store().read(move |connection| read_case(connection, &look, id, groups.as_deref())).await
}

fn read_case(
    connection: &Connection,
    look: &Look,
    id: SubmissionId,
    catalogue: Option<&str>,
) -> Result<CaseView, Refusal> {
    let row = seen_case(connection, look, id)?;
    let submission = submission_of(connection, &look.keys, row.entry)?;
    let item = item_of(connection, &row)?;
    let opened = box_opened(connection, &row)?;
    let timeline = timeline(connection, look, id)?;
    let collecting = row.claim.as_ref().filter(|claim| claim.is_active(look.now_ms));
    let view_row = inbox_row(look, &row, item.as_ref(), submission.as_ref());
    let past = store::case_events::history(connection, id)?;
    let standing = hall_rules::case::derive(past.iter().map(|past| past.event)).standing;
    let all =
        hall_rules::clock::clocks(&past, &clocks::limits(&look.desk, item.as_ref(), submission.as_ref(), row.green));
    Ok(CaseView {
        steps: if view_row.is_others() {
            Vec::new()
        } else {
            let asks = !joint::wanted(item.as_ref(), submission.as_ref()).is_empty();
            let all_in = joint::missing(connection, id)? == 0;
            let disagrees = joint::disagrees(connection, id)?;
            steps(&standing, look, asks, all_in, disagrees)
        },
        corrections: standing.corrections,
        clocks: clocks::views(&look.desk, &all),
        notices: store::notices::of_case(connection, id)?.into_iter().map(notice_view).collect(),
        messages: super::messages::of_case(connection, id)?,
        same_person: same_person(connection, look, id)?,
        item_version: row.item_version,
        version: row.version,
        applicant: submission.as_ref().map(applicant),
        materials: submission.as_ref().map(|made| materials(made, item.as_ref(), catalogue)).unwrap_or_default(),
        answers: submission.as_ref().map(|made| answers(made, item.as_ref(), catalogue)).unwrap_or_default(),
        timeline,
        collecting: collecting.map(|claim| collecting_view(look, claim, opened)),
        doubt: row.doubt.clone(),
        between_ms: times::doubt(connection, id)?,
        received: row.received.clone(),
        terminals: terminals(connection, &row)?,
        pickup_code: pickup_code(look, &row),
        may: may(look, &row, opened),
        row: view_row,
    })
}

/// Open cases of the same item by the same person, as far as the asker may see them.
fn same_person(connection: &Connection, look: &Look, id: SubmissionId) -> StoreResult<Vec<SameView>> {
    let same = store::cases::same_item_of_person(connection, id, look.actor.staff.id)?;
    let seen = |row: &CaseRow| look.actor.sees(row.window.as_ref().map(|(window, _)| *window));
    let view =
        |row: CaseRow| SameView { id: row.id, receipt: row.receipt, state: row.state, deposited_ms: row.deposited_ms };
    Ok(same.into_iter().filter(seen).map(view).collect())
}

/// Terminals in service, the case's own first.
fn terminals(connection: &Connection, row: &CaseRow) -> StoreResult<Vec<(KioskId, String)>> {
    if !super::results::decided(row.state) {
        return Ok(Vec::new());
    }
    let serving = |kiosk: &store::kiosks::KioskRow| kiosk.enrolled_ms.is_some() && kiosk.revoked_ms.is_none();
    let kiosks = store::kiosks::all(connection)?.into_iter().filter(serving);
    let mut terminals: Vec<_> = kiosks.map(|kiosk| (kiosk.id, kiosk.name)).collect();
    terminals.sort_by_key(|(id, name)| (*id != row.kiosk.0, name.clone()));
    Ok(terminals)
}

fn pickup_code(look: &Look, row: &CaseRow) -> Option<String> {
    let in_box = row.state == CaseState::ResultReady && row.compartment.is_some();
    in_box.then(|| look.keys.pickup_code(row.id))
}

/// A case the actor may see, or `not-found`.
pub(super) fn seen_case(connection: &Connection, look: &Look, id: SubmissionId) -> Result<CaseRow, Refusal> {
    store::cases::get(connection, id, look.actor.staff.id)?
        .filter(|row| look.actor.sees(row.window.as_ref().map(|(window, _)| *window)))
        .ok_or_else(|| Refusal::new(Code::NotFound, "There is no such case here", "It may belong to another window"))
}

/// Whether staff opened and shut the box of this case and nobody has affirmed it empty.
pub(super) fn box_opened(connection: &Connection, row: &CaseRow) -> StoreResult<bool> {
    let Some(no) = row.compartment else { return Ok(false) };
    let compartment = store::kiosks::compartment_of(connection, row.kiosk.0, no)?;
    Ok(compartment.is_some_and(|c| c.case == Some(row.id) && c.state == CompartmentState::ToBeConfirmed))
}

/// What the actor may do with a case now.
pub(super) fn may(look: &Look, row: &CaseRow, opened: bool) -> May {
    let in_box = row.state.in_box() && row.compartment.is_some();
    let result = row.state == CaseState::ResultReady && row.compartment.is_some();
    let claim = row.claim.as_ref().filter(|claim| claim.is_active(look.now_ms));
    let mine = claim.is_some_and(|claim| claim.staff == look.actor.staff.id);
    let held = held(look, row);
    let others = held.as_ref().is_some_and(|held| !held.mine);
    // While a colleague holds the case others read it; a chief takes it over first.
    let handles = look.actor.may(Right::HandleBoxes) && !others;
    May {
        // A result that nobody fetches is taken out again by the same way as paper.
        collect: handles && (in_box || result) && claim.is_none(),
        load: handles && super::results::decided(row.state) && claim.is_none(),
        take_over: handles && in_box && claim.is_some() && !mine && look.actor.may(Right::TakeOver),
        cancel: handles && (in_box || result || super::results::decided(row.state)) && mine && !opened,
        affirm: handles && opened && row.compartment.is_some(),
        settle: handles && row.state == CaseState::DepositUnconfirmed,
        open_now: in_box && !others && look.actor.may(Right::OpenFromDesk),
        reveal: look.actor.may(Right::RevealPersonal),
        claim: held.is_none() && !row.state.is_final() && look.actor.may(Right::ClaimCases),
        release: held.is_some_and(|held| held.mine),
        claim_over: others && look.actor.may(Right::TakeOver),
    }
}

/// How the case can go on. What settles a doubtful deposit or the box has buttons of its own.
/// Departments can be asked only where the item names some, and the joint review is done when all are in.
fn steps(standing: &Standing, look: &Look, asks: bool, all_in: bool, disagrees: bool) -> Vec<StepView> {
    let open = |event| (event != CaseEvent::JointStarted || asks) && (event != CaseEvent::JointFinished || all_in);
    let shown = |need: &Need| *need != Need::Opinions && (*need != Need::Disagreement || disagrees);
    let own = |event| matches!(event, CaseEvent::Received | CaseEvent::DepositConfirmed | CaseEvent::DepositVoided);
    let view = |row: &Transition| StepView {
        event: row.event,
        needs: row.needs.iter().copied().filter(shown).collect(),
        notice: row.notice,
        told: row.told.map(|(zh, en)| Text::new(zh, en)),
    };
    standing.rows().filter(|row| look.may_step(row) && !own(row.event) && open(row.event)).map(view).collect()
}

fn notice_view(row: store::notices::NoticeRow) -> NoticeView {
    let (year, number) = row.number;
    let number = hall_rules::notice::number(row.kind, year, number);
    NoticeView { n: row.n, kind: row.kind, number, made_ms: row.made_ms, by: row.by }
}

fn collecting_view(look: &Look, claim: &Claim, opened: bool) -> Collecting {
    let mine = claim.staff == look.actor.staff.id;
    Collecting {
        directive: claim.directive,
        staff: claim.staff,
        staff_name: claim.staff_name.clone(),
        since_ms: claim.issued_ms,
        expires_ms: claim.expires_ms,
        code: (mine && !opened).then(|| look.keys.collection_code(claim.round.unwrap_or(claim.directive))),
        answer: claim.outcome,
        shut: opened,
    }
}

/// A case's history, with the words of its internal notes.
fn timeline(connection: &Connection, look: &Look, id: SubmissionId) -> StoreResult<Vec<TimelineRow>> {
    let mut notes = notes::of_case(connection, &look.desk, id)?;
    let mut rows = Vec::new();
    for (n, mut event) in (1..).zip(store::case_events::events(connection, id)?) {
        if let Some(note) = notes.iter_mut().find(|note| note.n == n) {
            event.note = Some(std::mem::take(&mut note.text));
        }
        rows.extend(timeline_row(event));
    }
    Ok(rows)
}

fn timeline_row(event: store::case_events::EventRow) -> Option<TimelineRow> {
    Some(TimelineRow {
        at_ms: event.at_ms,
        latest_ms: event.latest_ms,
        recorded_ms: event.recorded_ms,
        what: serde_json::from_value(serde_json::Value::String(event.kind)).ok()?,
        staff: event.staff,
        kiosk: event.kiosk,
        compartment: event.compartment,
        note: event.note,
    })
}

pub(super) fn inbox_rows(connection: &Connection, look: &Look, rows: Vec<CaseRow>) -> StoreResult<Vec<InboxRow>> {
    let mut items: HashMap<(String, u32), Option<ServiceItem>> = HashMap::new();
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let key = (row.item.clone(), row.item_version);
        if !items.contains_key(&key) {
            items.insert(key.clone(), item_of(connection, &row)?);
        }
        let item = items.get(&key).and_then(Option::as_ref);
        let submission = submission_of(connection, &look.keys, row.entry)?;
        views.push(inbox_row(look, &row, item, submission.as_ref()));
    }
    Ok(views)
}

fn inbox_row(look: &Look, row: &CaseRow, item: Option<&ServiceItem>, submission: Option<&Submission>) -> InboxRow {
    let waits = row.state.in_box();
    InboxRow {
        id: row.id,
        receipt: row.receipt.clone(),
        item: row.item.clone(),
        item_name: item.map_or_else(|| Text::zh(row.item.clone()), |item| item.name.clone()),
        department: row.department.clone(),
        window: row.window.clone(),
        applicant: submission.map(|made| mask::name(made.applicant.name.expose())).unwrap_or_default(),
        kiosk: row.kiosk.clone(),
        compartment: row.compartment,
        state: row.state,
        deposited_ms: row.deposited_ms,
        due: clocks::due(&look.desk, row),
        collecting: row.claim.as_ref().filter(|c| c.is_active(look.now_ms)).map(|c| c.staff_name.clone()),
        held: held(look, row),
        green: row.green,
        changed_ms: row.changed_ms,
        unread: waits && row.read_version.is_none_or(|seen| seen < row.news_version),
    }
}

/// Who holds the case now.
fn held(look: &Look, row: &CaseRow) -> Option<HeldView> {
    let held = row.held.as_ref().filter(|held| held.until_ms > look.now_ms)?;
    let (since_ms, until_ms) = (held.since_ms, held.until_ms);
    Some(HeldView { name: held.staff_name.clone(), mine: held.staff == look.actor.staff.id, since_ms, until_ms })
}

/// The personal payload of a case; `None` when it is missing or unreadable.
pub(super) fn submission_of(connection: &Connection, keys: &Keys, entry: i64) -> StoreResult<Option<Submission>> {
    let Some((journal, seq, sealed)) = store::journal::payload_of(connection, entry)? else { return Ok(None) };
    let text = keys.sealer.open(&sealed, &store::journal::payload_context(journal, seq))?;
    Ok(serde_json::from_str(text.expose()).ok())
}

fn item_of(connection: &Connection, row: &CaseRow) -> StoreResult<Option<ServiceItem>> {
    item(connection, &row.item, row.item_version)
}

/// An item as it was when a case was made.
pub(super) fn item(connection: &Connection, code: &str, version: u32) -> StoreResult<Option<ServiceItem>> {
    let body = store::catalogue::item(connection, code, version)?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
}

pub(super) fn applicant(made: &Submission) -> ApplicantView {
    ApplicantView {
        name: mask::name(made.applicant.name.expose()),
        document: made.applicant.document,
        number: mask::document_number(made.applicant.number.expose()),
        assurance: made.applicant.assurance,
        signature: made.applicant.signature,
        acting_for: made.acting_for,
        phone: made.phone.as_ref().map(|phone| mask::phone(phone.expose())),
    }
}

/// `item`: the version that the submission was made against, which knows what never goes into a box. General materials
/// stand in the `catalogue` alone.
pub(super) fn materials(made: &Submission, item: Option<&ServiceItem>, catalogue: Option<&str>) -> Vec<MaterialRow> {
    let own = |code: &str| item?.materials.iter().find(|material| material.code == code);
    let general = made.materials.iter().any(|line| !line.brought && own(&line.code).is_none());
    let whole: Option<hall_rules::Catalogue> =
        catalogue.filter(|_| general).and_then(|body| serde_json::from_str(body).ok());
    let shared = |code: &str| whole.as_ref()?.general_materials.iter().find(|material| material.code == code);
    let place = |line: &kiosk_wire::submission::MaterialLine| {
        let known = || own(&line.code).or_else(|| shared(&line.code)).map(Material::place);
        match (line.brought, known()) {
            (true, _) => MaterialPlace::Box,
            (false, Some(Place::Electronic)) => MaterialPlace::Electronic,
            (false, Some(Place::Shown)) => MaterialPlace::Shown,
            (false, Some(Place::Box) | None) => MaterialPlace::NotInBox,
        }
    };
    let row = |line: &kiosk_wire::submission::MaterialLine| MaterialRow {
        name: line.name.clone(),
        originals: line.originals,
        copies: line.copies,
        deferrable: line.deferrable,
        brought: line.brought,
        place: place(line),
        faults: hall_rules::review::faults(line.originals, line.copies),
    };
    made.materials.iter().map(row).collect()
}

pub(super) fn answers(made: &Submission, item: Option<&ServiceItem>, catalogue: Option<&str>) -> Vec<AnswerRow> {
    let situation = |(code, option): (&String, &String)| {
        let known = item.and_then(|item| item.situations.iter().find(|situation| situation.code == *code));
        AnswerRow {
            question: known.map_or_else(|| Text::zh(code.clone()), |situation| situation.question.clone()),
            answer: known.map_or_else(|| Text::zh(option.clone()), |situation| option_label(situation, option)),
        }
    };
    let whole: Option<hall_rules::Catalogue> = match (item, made.answers.is_empty()) {
        (Some(_), false) => catalogue.and_then(|body| serde_json::from_str(body).ok()),
        _ => None,
    };
    let field = |(code, value): (&String, &kiosk_wire::Personal<String>)| {
        let own = item.and_then(|item| item.fields.iter().find(|field| field.code == *code));
        let shared = || whole.as_ref().zip(item).and_then(|(all, item)| all.fields(item).find(|f| f.code == *code));
        let known = own.or_else(shared);
        let option = known.and_then(|field| field.options.iter().find(|option| option.code == *value.expose()));
        AnswerRow {
            question: known.map_or_else(|| Text::zh(code.clone()), |field| field.label.clone()),
            answer: option.map_or_else(|| Text::zh(value.expose().clone()), |option| option.label.clone()),
        }
    };
    made.situations.iter().map(situation).chain(made.answers.iter().map(field)).collect()
}

fn option_label(situation: &hall_rules::catalogue::Situation, answer: &str) -> Text {
    let labels: Vec<Text> = answer
        .split('+')
        .map(|code| situation.option(code).map_or_else(|| Text::zh(code), |choice| choice.label.clone()))
        .collect();
    let join = |of: fn(&Text) -> &str, by: &str| labels.iter().map(of).collect::<Vec<_>>().join(by);
    Text::new(join(|text| &text.zh, "、"), join(|text| text.get(hall_rules::Language::En), ", "))
}

/// The compartments of one terminal: what it last reported, with the cases the journal knows.
pub async fn cabinet(app: &App, actor: &Actor, kiosk: KioskId) -> Result<Vec<CompartmentView>, Refusal> {
    let look = Look::new(app, actor);
    app.store()
        .read(move |connection| {
            let row = store::kiosks::get(connection, kiosk)?.ok_or_else(|| {
                Refusal::new(Code::NotFound, "There is no such terminal", "See the list of terminals")
            })?;
            let mut views: Vec<CompartmentView> = Vec::new();
            for told in heartbeat(row.heartbeat.as_deref()).map(|said| said.compartments).unwrap_or_default() {
                views.push(CompartmentView {
                    no: told.no,
                    size: told.size,
                    state: told.state,
                    door: told.door,
                    since_ms: None,
                    case: None,
                });
            }
            for known in store::kiosks::compartments(connection, kiosk)? {
                add_known(connection, &look, &mut views, known)?;
            }
            views.sort_by_key(|view| view.no);
            Ok(views)
        })
        .await
}

fn add_known(
    connection: &Connection,
    look: &Look,
    views: &mut Vec<CompartmentView>,
    known: store::kiosks::CompartmentRow,
) -> Result<(), Refusal> {
    let at = views.iter().position(|view| view.no == known.no).unwrap_or_else(|| {
        views.push(CompartmentView {
            no: known.no,
            size: String::new(),
            state: known.state,
            door: DoorState::Unknown,
            since_ms: None,
            case: None,
        });
        views.len() - 1
    });
    let Some(view) = views.get_mut(at) else { return Ok(()) };
    if view.state == known.state {
        view.since_ms = Some(known.since_ms);
    }
    if view.state != CompartmentState::Free
        && let Some(id) = known.case
        && let Some((receipt, window)) = store::cases::receipt_and_window(connection, id)?
        && look.actor.sees(window)
    {
        view.case = Some((id, receipt));
    }
    Ok(())
}

fn heartbeat(text: Option<&str>) -> Option<Heartbeat> {
    text.and_then(|text| serde_json::from_str(text).ok())
}

/// All terminals.
pub async fn kiosks(app: &App) -> Result<Vec<KioskView>, Refusal> {
    let asked = app.clone();
    let now = app.now_ms();
    Ok(app
        .store()
        .read(move |connection| {
            let mut views = Vec::new();
            for row in store::kiosks::all(connection)? {
                let said = heartbeat(row.heartbeat.as_deref());
                let journal = said.as_ref().and_then(|said| said.journal);
                let head = journal.map(|id| store::journal::head(connection, id)).transpose()?.flatten();
                let seen_ms = row.seen_ms.max(asked.heard_ms(row.id));
                let lost = seen_ms.is_none_or(|seen| now - seen >= UNSEEN_MS);
                views.push(KioskView {
                    id: row.id,
                    name: row.name,
                    receipt_prefix: row.receipt_prefix,
                    enrolled_ms: row.enrolled_ms,
                    revoked_ms: row.revoked_ms,
                    seen_ms,
                    unseen: lost && row.enrolled_ms.is_some() && row.revoked_ms.is_none(),
                    heartbeat: said,
                    heartbeat_ms: row.seen_ms,
                    journal_next: journal.map(|_| head.map_or(1, |head| head.next)),
                    forked: head.is_some_and(|head| head.forked),
                });
            }
            Ok::<_, StoreError>(views)
        })
        .await?)
}

/// Entries that wait for a person.
pub async fn set_aside(app: &App, actor: &Actor) -> Result<Vec<SetAsideRow>, Refusal> {
    actor.must(Right::SettleEntries)?;
    let rows = app.store().read(|connection| store::journal::all_set_aside(connection, 200)).await?;
    let kind = |header: &str| {
        let header: Option<serde_json::Value> = serde_json::from_str(header).ok();
        header.and_then(|header| header.get("kind")?.as_str().map(str::to_owned)).unwrap_or_default()
    };
    Ok(rows
        .into_iter()
        .map(|row| SetAsideRow {
            kind: kind(&row.header),
            id: row.id,
            kiosk: row.kiosk,
            journal: row.journal,
            seq: row.seq,
            code: row.code,
            received_ms: row.received_ms,
            looked_by: row.looked_by,
        })
        .collect())
}

/// A page of the audit, newest first.
pub async fn audit(app: &App, actor: &Actor, before: Option<i64>) -> Result<AuditPage, Refusal> {
    actor.must(Right::SeeAudit)?;
    Ok(app
        .store()
        .read(move |connection| {
            let (head_seq, head) = store::audit::head(connection)?;
            let entries = store::audit::page(connection, before.unwrap_or(i64::MAX), PAGE)?;
            let next = entries.last().map(|entry| entry.seq).filter(|seq| *seq > 1);
            let rows = entries.into_iter().map(|entry| audit_row(connection, entry)).collect::<StoreResult<_>>()?;
            Ok::<_, StoreError>(AuditPage { rows, next, head: hex::encode(head), head_seq })
        })
        .await?)
}

fn audit_row(connection: &Connection, entry: store::audit::AuditEntry) -> StoreResult<AuditRow> {
    let who = match entry.actor.split_once(':') {
        Some(("staff", id)) => match id.parse() {
            Ok(id) => store::staff::get(connection, id)?.map(|row| row.name),
            Err(_) => None,
        },
        Some(("kiosk", id)) => match id.parse() {
            Ok(id) => store::kiosks::get(connection, id)?.map(|row| row.name),
            Err(_) => None,
        },
        _ => None,
    };
    let detail: serde_json::Value = serde_json::from_str(&entry.detail).unwrap_or_default();
    let word = |key: &str| detail.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let case = match entry.case.map(SubmissionId) {
        Some(id) => store::cases::receipt_and_window(connection, id)?.map(|(receipt, _)| (id, receipt)),
        None => None,
    };
    Ok(AuditRow {
        seq: entry.seq,
        at_ms: entry.at_ms,
        who: who.unwrap_or(entry.actor),
        action: entry.action,
        case,
        reason: word("object"),
        from: word("from"),
    })
}

/// Which compartment a command means, for its messages.
pub(super) fn no_compartment(no: CompartmentNo) -> Refusal {
    Refusal::new(Code::NotFound, format!("The terminal has no compartment {no}"), "See the cabinet's page")
}
