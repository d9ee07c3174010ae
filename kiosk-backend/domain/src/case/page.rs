//! One case, as its page shows it. Asking changes nothing.

use hall_rules::case::{Need, NoticeKind, Standing, Transition};
use hall_rules::{CaseEvent, CaseState, Text};
use hall_store::cases::{CaseRow, Claim};
use hall_store::{self as store, Connection, StoreResult};
use kiosk_wire::{CompartmentNo, DirectiveId, DirectiveOutcome, KioskId, StaffId, SubmissionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::boxes::may::{self, May, box_opened};
use crate::case::clocks::{self, ClockView};
use crate::case::happening::Happening;
use crate::case::joint::parts;
use crate::case::messages::write::{self, MessageView};
use crate::case::record::{
    AnswerRow, ApplicantView, MaterialRow, answers, applicant, item_of, materials, submission_of,
};
use crate::case::rows::{InboxRow, inbox_row};
use crate::case::seen::seen_case;
use crate::case::{notes, times};
use crate::ground::actor::Actor;
use crate::ground::hall::Hall;
use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;
use crate::ground::shared::Shared;

/// One step that the asker can take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepView {
    /// What would happen.
    pub event: CaseEvent,
    /// What must be filled in.
    pub needs: Vec<Need>,
    /// The notice it makes.
    pub notice: Option<NoticeKind>,
    /// What the applicant is told.
    pub told: Option<Text>,
}

/// One notice of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NoticeView {
    /// Position within the case.
    pub n: u32,
    pub kind: NoticeKind,
    /// Its number as printed.
    pub number: String,
    /// When it was made.
    pub made_ms: i64,
    /// Who made it.
    pub by: Option<String>,
}

/// Someone is on the way to a box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Collecting {
    /// The directive that armed it.
    pub directive: DirectiveId,
    pub staff: StaffId,
    /// Their name.
    pub staff_name: String,
    pub since_ms: i64,
    /// Void from then on.
    pub expires_ms: i64,
    /// The one-time code, six digits, only for the one who asked and until it expires.
    pub code: Option<String>,
    /// What the terminal has answered so far.
    pub answer: Option<DirectiveOutcome>,
    /// The door was opened for staff and is shut again: only 已取出 is missing.
    pub shut: bool,
}

/// One line of a case's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TimelineRow {
    /// When it happened; where that is not known, not before this.
    pub at_ms: i64,
    /// Where it is not known when it happened: not after this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_ms: Option<i64>,
    /// When the backend learnt of it.
    pub recorded_ms: i64,
    pub what: Happening,
    /// Which member of staff did it.
    pub staff: Option<String>,
    /// At which terminal.
    pub kiosk: Option<String>,
    pub compartment: Option<CompartmentNo>,
    /// A reason or an outcome, in a word.
    pub note: Option<String>,
}

/// One case, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaseView {
    /// What its inbox row shows.
    pub row: InboxRow,
    /// Item version it was made against.
    pub item_version: u32,
    /// Grows with every event: hand it back with a command, so that a stale page is told (`stale-page`).
    pub version: u64,
    /// The applicant; absent when the personal payload was unreadable.
    pub applicant: Option<ApplicantView>,
    pub materials: Vec<MaterialRow>,
    /// Situation and field answers.
    pub answers: Vec<AnswerRow>,
    /// History, oldest first.
    pub timeline: Vec<TimelineRow>,
    /// Who is on the way.
    pub collecting: Option<Collecting>,
    /// Why nobody knows whether the paper is in, while that is so: a word of [`kiosk_wire::entry::UnconfirmedReason`].
    pub doubt: Option<String>,
    /// Between which instants something of it happened at the terminal, while the terminal's clock is not known: its
    /// clocks begin at the first, and nothing is accepted by silence before the second would do so as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between_ms: Option<(i64, i64)>,
    /// Who took the paper and when.
    pub received: Option<(String, i64)>,
    /// Terminals whose boxes can take the result, its own first.
    pub terminals: Vec<(KioskId, String)>,
    /// The code by which the applicant opens the box of the result with a card that could be a copy; while it is there.
    pub pickup_code: Option<String>,
    /// What the asker may do with its box.
    pub may: May,
    /// How the case can go on, by the asker; the usual way first.
    pub steps: Vec<StepView>,
    /// How often corrections were asked for.
    pub corrections: u16,
    pub clocks: Vec<ClockView>,
    /// Its notices, oldest first.
    pub notices: Vec<NoticeView>,
    /// Its messages to the applicant, oldest first.
    pub messages: Vec<MessageView>,
    /// Open cases of the same item by the same person, newest first, as far as the asker may see them.
    pub same_person: Vec<SameView>,
}

/// Another open case of the same item by the same person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SameView {
    /// The case.
    pub id: SubmissionId,
    /// Its number.
    pub receipt: String,
    pub state: CaseState,
    /// When its paper came.
    pub deposited_ms: Option<i64>,
}

/// One case. Says `not-found` for a case of another window, as for none.
pub async fn case(hall: &Hall, actor: &Actor, id: SubmissionId) -> Result<CaseView, Refusal> {
    let acting = Acting::new(hall, actor);
    let shared = hall.shared();
    hall.store().read(move |connection| read_case(connection, &acting, id, &shared)).await
}

fn read_case(connection: &Connection, acting: &Acting, id: SubmissionId, shared: &Shared) -> Result<CaseView, Refusal> {
    let row = seen_case(connection, acting, id)?;
    let submission = submission_of(connection, &acting.keys, row.entry)?;
    let item = item_of(connection, &row)?;
    let opened = box_opened(connection, &row)?;
    let timeline = timeline(connection, acting, id)?;
    let collecting = row.claim.as_ref().filter(|claim| claim.is_active(acting.now_ms));
    let view_row = inbox_row(acting, &row, item.as_ref(), submission.as_ref());
    let past = store::case_events::history(connection, id)?;
    let standing = hall_rules::case::derive(past.iter().map(|past| past.event)).standing;
    let all = hall_rules::clock::clocks(
        &past,
        &clocks::limits(&acting.moment, item.as_ref(), submission.as_ref(), row.green),
    );
    Ok(CaseView {
        steps: if view_row.is_others() {
            Vec::new()
        } else {
            let asks = !parts::wanted(item.as_ref(), submission.as_ref()).is_empty();
            let all_in = parts::missing(connection, id)? == 0;
            let disagrees = parts::disagrees(connection, id)?;
            steps(&standing, acting, asks, all_in, disagrees)
        },
        corrections: standing.corrections,
        clocks: clocks::views(&acting.moment, &all),
        notices: store::notices::of_case(connection, id)?.into_iter().map(notice_view).collect(),
        messages: write::of_case(connection, id)?,
        same_person: same_person(connection, acting, id)?,
        item_version: row.item_version,
        version: row.version,
        applicant: submission.as_ref().map(applicant),
        materials: submission.as_ref().map(|made| materials(made, item.as_ref(), shared)).unwrap_or_default(),
        answers: submission.as_ref().map(|made| answers(made, item.as_ref(), shared)).unwrap_or_default(),
        timeline,
        collecting: collecting.map(|claim| collecting_view(acting, claim, opened)),
        doubt: row.doubt.clone(),
        between_ms: times::doubt(connection, id)?,
        received: row.received.clone(),
        terminals: terminals(connection, &row)?,
        pickup_code: pickup_code(acting, &row),
        may: may::may(acting, &row, opened),
        row: view_row,
    })
}

/// Open cases of the same item by the same person, as far as the asker may see them.
fn same_person(connection: &Connection, acting: &Acting, id: SubmissionId) -> StoreResult<Vec<SameView>> {
    let same = store::cases::same_item_of_person(connection, id, acting.actor.staff.id)?;
    let seen = |row: &CaseRow| acting.actor.sees(row.window.as_ref().map(|(window, _)| *window));
    let view =
        |row: CaseRow| SameView { id: row.id, receipt: row.receipt, state: row.state, deposited_ms: row.deposited_ms };
    Ok(same.into_iter().filter(seen).map(view).collect())
}

/// Terminals in service, the case's own first.
fn terminals(connection: &Connection, row: &CaseRow) -> StoreResult<Vec<(KioskId, String)>> {
    if !may::decided(row.state) {
        return Ok(Vec::new());
    }
    let serving = |kiosk: &store::kiosks::KioskRow| kiosk.enrolled_ms.is_some() && kiosk.revoked_ms.is_none();
    let kiosks = store::kiosks::all(connection)?.into_iter().filter(serving);
    let mut terminals: Vec<_> = kiosks.map(|kiosk| (kiosk.id, kiosk.name)).collect();
    terminals.sort_by_key(|(id, name)| (*id != row.kiosk.0, name.clone()));
    Ok(terminals)
}

fn pickup_code(acting: &Acting, row: &CaseRow) -> Option<String> {
    let in_box = row.state == CaseState::ResultReady && row.compartment.is_some();
    in_box.then(|| acting.keys.pickup_code(row.id))
}

/// How the case can go on. What settles a doubtful deposit or the box has buttons of its own.
/// Departments can be asked only where the item names some, and the joint review is done when all are in.
fn steps(standing: &Standing, acting: &Acting, asks: bool, all_in: bool, disagrees: bool) -> Vec<StepView> {
    let open = |event| (event != CaseEvent::JointStarted || asks) && (event != CaseEvent::JointFinished || all_in);
    let shown = |need: &Need| *need != Need::Opinions && (*need != Need::Disagreement || disagrees);
    let own = |event| matches!(event, CaseEvent::Received | CaseEvent::DepositConfirmed | CaseEvent::DepositVoided);
    let view = |row: &Transition| StepView {
        event: row.event,
        needs: row.needs.iter().copied().filter(shown).collect(),
        notice: row.notice,
        told: row.told.map(|(zh, en)| Text::new(zh, en)),
    };
    let may = |row: &&Transition| acting.may_step(row) && !own(row.event) && open(row.event);
    let here: Vec<&Transition> = standing.rows().filter(may).collect();
    let (begun, then) = standing.implied().unzip();
    let begins = begun.is_some_and(|event| here.iter().any(|row| row.event == event));
    let further = then.iter().flat_map(Standing::rows).filter(may).filter(|_| begins);
    let further: Vec<&Transition> = further.filter(|row| here.iter().all(|own| own.event != row.event)).collect();
    // What is ticked comes before what only says that ticking has begun.
    let (first, last) = if standing.state == Some(CaseState::Received) { (further, here) } else { (here, further) };
    first.into_iter().chain(last).map(view).collect()
}

fn notice_view(row: store::notices::NoticeRow) -> NoticeView {
    let (year, number) = row.number;
    let number = hall_rules::notice::number(row.kind, year, number);
    NoticeView { n: row.n, kind: row.kind, number, made_ms: row.made_ms, by: row.by }
}

fn collecting_view(acting: &Acting, claim: &Claim, opened: bool) -> Collecting {
    let mine = claim.staff == acting.actor.staff.id;
    Collecting {
        directive: claim.directive,
        staff: claim.staff,
        staff_name: claim.staff_name.clone(),
        since_ms: claim.issued_ms,
        expires_ms: claim.expires_ms,
        code: (mine && !opened).then(|| acting.keys.collection_code(claim.round.unwrap_or(claim.directive))),
        answer: claim.outcome,
        shut: opened,
    }
}

/// A case's history, with the words of its internal notes.
fn timeline(connection: &Connection, acting: &Acting, id: SubmissionId) -> StoreResult<Vec<TimelineRow>> {
    let mut notes = notes::of_case(connection, &acting.moment, id)?;
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
