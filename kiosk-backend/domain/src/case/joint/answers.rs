//! What a department that was asked sees and says, and how the lead takes a question back.

use hall_rules::case::Party;
use hall_rules::joint::PartEvent;
use hall_rules::{Right, Text};
use hall_store::joint::PartRow;
use hall_store::{self as store, Connection, StoreError, StoreResult, Tx};
use hall_words::Reason;
use kiosk_wire::{SubmissionId, WindowId};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::case::command::{self, checked_reason};
use crate::case::files::{self, FileView};
use crate::case::happening::{Happened, Happening};
use crate::case::history;
use crate::case::joint::parts::{self, PartView, answers_for, end, sees, view};
use crate::case::record::{self, AnswerRow, ApplicantView, MaterialRow};
use crate::case::rows::PAGE;
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::{Acting, Moment};
use crate::ground::refusal::Refusal;

/// A part that waits for an answer of the actor's windows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WaitingPart {
    pub part: PartView,
    /// Number of the case.
    pub receipt: String,
    pub item: Text,
    /// The window that leads.
    pub lead: Option<String>,
}

/// A page of what waits for an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Waiting {
    /// What ends first on top.
    pub rows: Vec<WaitingPart>,
    /// Hand back as `after` for the next page; absent on the last.
    pub next: Option<u32>,
}

/// A part with what the department may know of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PartCase {
    pub part: PartView,
    pub case: SubmissionId,
    /// Number, item, lead.
    pub receipt: String,
    pub item: Text,
    /// The window that leads.
    pub lead: Option<String>,
    /// The applicant, masked.
    pub applicant: Option<ApplicantView>,
    pub materials: Vec<MaterialRow>,
    /// Answers given at the terminal.
    pub answers: Vec<AnswerRow>,
    /// Attachments.
    pub files: Vec<FileView>,
    /// Whether the actor may answer it.
    pub may_answer: bool,
}

fn seen_part(connection: &Connection, actor: &Actor, id: Uuid) -> Result<PartRow, Refusal> {
    Ok(store::joint::get(connection, id)?.filter(|row| sees(actor, row)).ok_or(Reason::NoSuchPart)?)
}

/// Whose answers these are: the actor's own windows', and, for chiefs, those of departments that have none here.
fn whose(actor: &Actor) -> (Vec<WindowId>, bool) {
    (actor.staff.windows.iter().map(|(id, _)| *id).collect(), answers_for(actor, None))
}

/// How many wait for an answer of the actor's own windows, up to [`store::cases::MOST_COUNTED`].
pub(crate) fn count_waiting(connection: &Connection, actor: &Actor) -> StoreResult<u32> {
    let (windows, orphans) = whose(actor);
    store::joint::count_waiting(connection, &windows, orphans)
}

/// What waits for an answer of the actor's own windows, what ends first on top.
pub async fn waiting(hall: &Hall, actor: &Actor, after: Option<u32>) -> Result<Waiting, Refusal> {
    actor.must(Right::SeeCases)?;
    let acting = Acting::new(hall, actor);
    let shared = hall.shared();
    let offset = after.unwrap_or(0);
    Ok(hall
        .store()
        .read(move |connection| {
            let (windows, orphans) = whose(&acting.actor);
            let mut rows = store::joint::waiting(connection, &windows, orphans, offset, PAGE + 1)?;
            let more = rows.len() > PAGE as usize;
            rows.truncate(PAGE as usize);
            let mut asked = Vec::new();
            for row in rows {
                let (receipt, item, lead) = headline(connection, row.case)?;
                let part = view(connection, &acting.moment, &shared, &row, true)?;
                asked.push(WaitingPart { part, receipt, item, lead });
            }
            Ok::<_, StoreError>(Waiting { rows: asked, next: more.then_some(offset + PAGE) })
        })
        .await?)
}

/// Number, item and leading window of a case.
fn headline(connection: &Connection, case: SubmissionId) -> StoreResult<(String, Text, Option<String>)> {
    let (receipt, window) = store::cases::receipt_and_window(connection, case)?.unwrap_or_default();
    let (code, version) = store::cases::item_of(connection, case)?.unwrap_or_default();
    let item = record::item(connection, &code, version)?.map_or_else(|| Text::zh(code), |item| item.name);
    let lead = match window {
        Some(id) => store::staff::windows(connection)?.into_iter().find(|row| row.id == id).map(|row| row.name),
        None => None,
    };
    Ok((receipt, item, lead))
}

/// Opens a part: what its department may know of the case. The look is on record.
pub async fn look(hall: &Hall, actor: &Actor, id: Uuid) -> Result<PartCase, Refusal> {
    let acting = Acting::new(hall, actor);
    let shared = hall.shared();
    hall.store()
        .write(move |tx| {
            let row = seen_part(tx, &acting.actor, id)?;
            let (receipt, item, lead) = headline(tx, row.case)?;
            let head = store::cases::head(tx, row.case)?;
            let made = match head {
                Some(head) => record::submission_of(tx, &acting.keys, head.entry)?,
                None => None,
            };
            let (code, version) = store::cases::item_of(tx, row.case)?.unwrap_or_default();
            let known = record::item(tx, &code, version)?;
            let who = Who::Staff(&acting.actor);
            audit::write(tx, acting.now_ms, who, Action::PartLooked, Some(row.case), &row.department)?;
            let window = row.window.as_ref().map(|(id, _)| *id);
            Ok(PartCase {
                part: view(tx, &acting.moment, &shared, &row, true)?,
                case: row.case,
                receipt,
                item,
                lead,
                applicant: made.as_ref().map(record::applicant),
                materials: made
                    .as_ref()
                    .map(|made| record::materials(made, known.as_ref(), &shared))
                    .unwrap_or_default(),
                answers: made.as_ref().map(|made| record::answers(made, known.as_ref(), &shared)).unwrap_or_default(),
                files: files::of_case(tx, &acting.moment, row.case)?,
                may_answer: !row.state.is_in() && answers_for(&acting.actor, window),
            })
        })
        .await
}

/// The department answers, once. Who does not agree says why.
pub async fn answer(hall: &Hall, actor: &Actor, id: Uuid, agrees: bool, opinion: &str) -> Result<(), Refusal> {
    actor.must(Right::TakeSteps)?;
    let opinion = if agrees && opinion.trim().is_empty() { String::new() } else { checked_opinion(opinion)? };
    let acting = Acting::new(hall, actor);
    let shared = hall.shared();
    hall.store()
        .write(move |tx| {
            let row = seen_part(tx, &acting.actor, id)?;
            if !answers_for(&acting.actor, row.window.as_ref().map(|(id, _)| *id)) {
                return Err(Reason::PartOfOthers.into());
            }
            let event = if agrees { PartEvent::Agreed } else { PartEvent::Disagreed };
            if !end(tx, &acting.moment, &row, event, Some(acting.actor.staff.id), &opinion)? {
                return Err(Reason::PartAnswered.into());
            }
            let said = format!("{}：{}", shared.department(&row.department).zh, event.words().0);
            tell(tx, &acting.moment, &row, Happening::PartAnswered, Some(acting.actor.staff.id), &said)?;
            let object = format!("{} {}", row.department, event.code());
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::PartAnswered, Some(row.case), &object)?;
            Ok(())
        })
        .await
}

fn checked_opinion(opinion: &str) -> Result<String, Refusal> {
    const LONGEST: usize = 500;
    let opinion = opinion.trim().replace("\r\n", "\n");
    let fits = !opinion.is_empty() && opinion.chars().count() <= LONGEST;
    if fits && !opinion.chars().any(|c| c.is_control() && c != '\n') {
        return Ok(opinion);
    }
    Err(Reason::OpinionShape { longest: LONGEST }.into())
}

/// The lead needs no answer of this department any more, for a reason that it reads.
pub async fn recall(
    hall: &Hall,
    actor: &Actor,
    case: SubmissionId,
    seen: Option<u64>,
    id: Uuid,
    reason: &str,
) -> Result<(), Refusal> {
    actor.must(Right::TakeSteps)?;
    let reason = checked_reason(reason)?;
    let shared = hall.shared();
    command::command(hall, actor, case, seen, move |tx, acting, row| {
        if !acting.actor.staff.role.parties().contains(&Party::Clerk) {
            return Err(Reason::NotTheLead.into());
        }
        let part = store::joint::get(tx, id)?.filter(|part| part.case == row.id).ok_or(Reason::NoPartOfCase)?;
        if !end(tx, &acting.moment, &part, PartEvent::Recalled, Some(acting.actor.staff.id), &reason)? {
            return Err(Reason::PartOver.into());
        }
        let said = format!("{}：{reason}", shared.department(&part.department).zh);
        tell(tx, &acting.moment, &part, Happening::PartRecalled, Some(acting.actor.staff.id), &said)?;
        let object = format!("{} {reason}", part.department);
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::PartRecalled, Some(row.id), &object)?;
        Ok(())
    })
    .await
}

/// Notes on the case what happened to a part, and tells the window that was asked; the lead hears of every event.
fn tell(
    tx: &mut Tx<'_>,
    moment: &Moment,
    part: &PartRow,
    what: Happening,
    staff: Option<kiosk_wire::StaffId>,
    note: &str,
) -> StoreResult<()> {
    let happened =
        Happened { what, at_ms: moment.now_ms, staff, kiosk: None, compartment: None, note: Some(note), form: None };
    history::append(tx, moment, part.case, &happened)?;
    parts::announce(tx, part);
    Ok(())
}

/// Where the hall's rule counts silence as agreed: ends the parts whose time passed. Off unless the hall says so.
pub async fn tick(hall: &Hall) -> Result<(), Refusal> {
    if !hall.settings().joint_silence_agrees {
        return Ok(());
    }
    let moment = Moment::of(hall);
    let today = moment.today().to_string();
    let silent = move |rows: Vec<PartRow>| -> Vec<PartRow> {
        rows.into_iter().filter(|row| row.due_date.as_ref().is_some_and(|due| *due < today)).collect()
    };
    let over = silent(hall.store().read(store::joint::open).await?);
    if over.is_empty() {
        return Ok(());
    }
    let shared = hall.shared();
    hall.store()
        .write(move |tx| {
            for row in over {
                // Somebody may have answered since.
                let Some(row) = store::joint::get(tx, row.id)? else { continue };
                if end(tx, &moment, &row, PartEvent::DeemedAgreed, None, "")? {
                    let words = PartEvent::DeemedAgreed.words().0;
                    let said = format!("{}：{words}", shared.department(&row.department).zh);
                    tell(tx, &moment, &row, Happening::PartAnswered, None, &said)?;
                }
            }
            Ok(())
        })
        .await
}
