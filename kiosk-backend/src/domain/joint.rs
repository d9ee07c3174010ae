//! Joint handling (并联审批): parts of a case that other departments answer, all at the same time.
//!
//! The lead starts it by the case's own step; each department sees its part in its inbox, reads the case's materials,
//! and says 同意 or 不同意. When all are in, or were recalled, the lead finishes it. What happened to a part is in its own
//! insert-only events, and in short in the case's.

use hall_rules::case::Party;
use hall_rules::catalogue::Department;
use hall_rules::clock::{ClockKind, Light};
use hall_rules::joint::{PartEvent, PartState};
use hall_rules::{CaseEvent, CaseState, Right, ServiceItem, Text, joint};
use jiff::Timestamp;
use kiosk_wire::{Code, SubmissionId, WindowId};
use rusqlite::Connection;
use serde::Serialize;
use uuid::Uuid;

use super::audit::{self, Action, Who};
use super::clocks::{self, Desk};
use super::commands::{self, checked_reason, wrong_state};
use super::facts::{self, Happened};
use super::files::{self, FileView};
use super::queries::{self, Look, PAGE};
use super::views::{Actor, AnswerRow, ApplicantView, Due, Happening, MaterialRow};
use crate::app::App;
use crate::event::{Event, EventKind};
use crate::problem::Refusal;
use crate::store::joint::{NewPart, PartRow};
use crate::store::{self, StoreError, StoreResult, Tx};

/// One part, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartView {
    /// Id.
    pub id: Uuid,
    /// The department.
    pub department: Text,
    /// Name of its window; absent where the hall has none for it.
    pub window: Option<String>,
    /// Working days for the answer.
    pub days: u16,
    /// State.
    pub state: PartState,
    /// How its clock stands while it runs.
    pub due: Due,
    /// When it was asked.
    pub asked_ms: i64,
    /// When it was answered or recalled.
    pub ended_ms: Option<i64>,
    /// Who answered or recalled it.
    pub by: Option<String>,
    /// The opinion, or why it was recalled.
    pub said: String,
    /// Whether it belongs to the latest round.
    pub latest: bool,
}

/// A part that waits for an answer of the actor's windows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The part.
    pub part: PartView,
    /// Number of the case.
    pub receipt: String,
    /// Its item.
    pub item: Text,
    /// The window that leads.
    pub lead: Option<String>,
}

/// A page of what waits for an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// What ends first on top.
    pub rows: Vec<Asked>,
    /// Hand back as `after` for the next page; absent on the last.
    pub next: Option<u32>,
}

/// A part with what the department may know of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartCase {
    /// The part.
    pub part: PartView,
    /// The case.
    pub case: SubmissionId,
    /// Number, item, lead.
    pub receipt: String,
    /// Its item.
    pub item: Text,
    /// The window that leads.
    pub lead: Option<String>,
    /// The applicant, masked.
    pub applicant: Option<ApplicantView>,
    /// Materials.
    pub materials: Vec<MaterialRow>,
    /// Answers given at the terminal.
    pub answers: Vec<AnswerRow>,
    /// Attachments.
    pub files: Vec<FileView>,
    /// Whether the actor may answer it.
    pub may_answer: bool,
}

/// Names of departments, read once from the present catalogue: it is large.
struct Names(Vec<Department>);

impl Names {
    fn of(catalogue: Option<&str>) -> Self {
        #[derive(serde::Deserialize)]
        struct Hall {
            departments: Vec<Department>,
        }
        let hall: Option<Hall> = catalogue.and_then(|body| serde_json::from_str(body).ok());
        Self(hall.map(|hall| hall.departments).unwrap_or_default())
    }

    fn name(&self, code: &str) -> Text {
        let known = self.0.iter().find(|known| known.code == code);
        known.map_or_else(|| Text::zh(code), |known| known.name.clone())
    }
}

fn view(connection: &Connection, desk: &Desk, names: &Names, row: &PartRow, latest: bool) -> StoreResult<PartView> {
    let last = store::joint::events(connection, row.id)?.pop().filter(|_| row.state.is_in());
    let sealed = last.as_ref().and_then(|event| event.sealed.as_deref());
    let said = sealed.map(|sealed| desk.keys.sealer.open(sealed, &store::joint::context(row.id))).transpose()?;
    let due = if row.state.is_in() {
        Due::None
    } else {
        clocks::running(desk, ClockKind::Joint, row.due_date.as_deref(), row.soon_date.as_deref())
    };
    Ok(PartView {
        id: row.id,
        department: names.name(&row.department),
        window: row.window.as_ref().map(|(_, name)| name.clone()),
        days: row.days,
        state: row.state,
        due,
        asked_ms: row.asked_ms,
        ended_ms: row.answered_ms,
        by: last.and_then(|event| event.staff),
        said: said.map(|text| text.expose().clone()).unwrap_or_default(),
        latest,
    })
}

/// The parts of a case, oldest round first.
pub(super) fn of_case(
    connection: &Connection,
    desk: &Desk,
    catalogue: Option<&str>,
    case: SubmissionId,
) -> StoreResult<Vec<PartView>> {
    let rows = store::joint::of_case(connection, case)?;
    let Some(last) = rows.last().map(|row| row.round) else { return Ok(Vec::new()) };
    let names = Names::of(catalogue);
    rows.iter().map(|row| view(connection, desk, &names, row, row.round == last)).collect()
}

fn latest(connection: &Connection, case: SubmissionId) -> StoreResult<Vec<PartRow>> {
    let mut rows = store::joint::of_case(connection, case)?;
    let last = rows.last().map(|row| row.round);
    rows.retain(|row| Some(row.round) == last);
    Ok(rows)
}

/// Whether a part of the latest round was answered with 不同意.
pub(super) fn disagrees(connection: &Connection, case: SubmissionId) -> StoreResult<bool> {
    Ok(latest(connection, case)?.iter().any(|row| row.state == PartState::Disagreed))
}

/// How many departments have not answered.
pub(super) fn missing(connection: &Connection, case: SubmissionId) -> StoreResult<usize> {
    Ok(store::joint::of_case(connection, case)?.iter().filter(|row| !row.state.is_in()).count())
}

/// Parts of a case that are soon late or late: department and clock.
pub(super) fn late(
    connection: &Connection,
    desk: &Desk,
    catalogue: Option<&str>,
    case: SubmissionId,
) -> StoreResult<Vec<(Text, Due)>> {
    let all = of_case(connection, desk, catalogue, case)?;
    let warns = |due: &Due| matches!(due, Due::Running { light: Light::Yellow | Light::Red, .. });
    Ok(all.into_iter().filter(|part| warns(&part.due)).map(|part| (part.department, part.due)).collect())
}

/// The departments that an item wants asked of a case, with their working days.
pub(super) fn wanted(item: Option<&ServiceItem>, made: Option<&kiosk_wire::Submission>) -> Vec<(String, u16)> {
    let Some(item) = item else { return Vec::new() };
    item.assisting_for(&clocks::answers(made)).into_iter().map(|one| (one.department.clone(), one.days)).collect()
}

/// The same by name.
pub(super) fn named(catalogue: Option<&str>, wanted: Vec<(String, u16)>) -> Vec<(Text, u16)> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let names = Names::of(catalogue);
    wanted.into_iter().map(|(code, days)| (names.name(&code), days)).collect()
}

/// The same for a stored case.
pub(super) fn wanted_of(connection: &Connection, desk: &Desk, id: SubmissionId) -> StoreResult<Vec<(String, u16)>> {
    let Some(head) = store::cases::head(connection, id)? else { return Ok(Vec::new()) };
    let Some((code, version)) = store::cases::item_of(connection, id)? else { return Ok(Vec::new()) };
    let made = queries::submission_of(connection, &desk.keys, head.entry)?;
    Ok(wanted(queries::item(connection, &code, version)?.as_ref(), made.as_ref()))
}

/// What a step of the case does to its parts: makes them when the joint review starts, and asks no more when it was
/// left with answers missing.
pub(super) fn follow(
    tx: &Tx<'_>,
    desk: &Desk,
    id: SubmissionId,
    version: u64,
    (event, from): (CaseEvent, Option<CaseState>),
    happened: &Happened<'_>,
) -> StoreResult<()> {
    if event == CaseEvent::JointStarted {
        for (department, days) in wanted_of(tx, desk, id)? {
            let window = store::staff::window_of(tx, &department)?;
            let part = Uuid::now_v7();
            let new = NewPart {
                id: part,
                case: id,
                round: version,
                department: &department,
                window,
                days,
                asked_ms: happened.at_ms,
            };
            store::joint::insert(tx, &new, happened.staff)?;
            settle(tx, desk, part, happened.at_ms, days)?;
        }
    } else if from == Some(CaseState::JointReview) && event == CaseEvent::Withdrawn {
        for row in store::joint::of_case(tx, id)?.iter().filter(|row| !row.state.is_in()) {
            end(tx, desk, row, PartEvent::Recalled, happened.staff, event.words().0)?;
        }
    }
    Ok(())
}

/// Computes a part's last day; a year that the calendar lacks leaves it open.
fn settle(tx: &Connection, desk: &Desk, id: Uuid, asked_ms: i64, days: u16) -> StoreResult<()> {
    let asked = Timestamp::from_millisecond(asked_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    match joint::clock(asked, days).read(&desk.calendar, &desk.zone) {
        Ok(Some(read)) => store::joint::set_clock(tx, id, Some((&read.due.to_string(), &read.soon.to_string()))),
        Ok(None) => store::joint::set_clock(tx, id, None),
        Err(cause) => {
            tracing::error!(cause = %cause, "the clock of a part has no end");
            store::joint::set_clock(tx, id, None)
        }
    }
}

/// Open parts whose end hangs on a year that the calendar lacks: the year, and the case.
pub(super) fn without_end(connection: &Connection, desk: &Desk) -> StoreResult<Vec<(i16, SubmissionId)>> {
    let year = |row: &PartRow| {
        let asked = Timestamp::from_millisecond(row.asked_ms).ok()?;
        Some((clocks::lacks(desk, &joint::clock(asked, row.days))?, row.case))
    };
    let open = store::joint::open_without_end(connection)?;
    Ok(open.iter().filter_map(year).collect())
}

/// Computes the clocks of all open parts again: another calendar moves them.
pub fn settle_all(tx: &Connection, desk: &Desk) -> StoreResult<()> {
    for row in store::joint::open(tx)? {
        settle(tx, desk, row.id, row.asked_ms, row.days)?;
    }
    Ok(())
}

fn end(
    tx: &Connection,
    desk: &Desk,
    row: &PartRow,
    event: PartEvent,
    staff: Option<kiosk_wire::StaffId>,
    said: &str,
) -> StoreResult<bool> {
    let Some(state) = PartState::after(Some(row.state), event) else { return Ok(false) };
    let sealed = desk.keys.sealer.seal(said, &store::joint::context(row.id))?;
    store::joint::end(tx, row, (event, state), desk.now_ms, staff, Some(&sealed))?;
    Ok(true)
}

/// Whose windows answer a part: the department's own, and a chief's where the hall has no window for it.
fn answers_for(actor: &Actor, window: Option<WindowId>) -> bool {
    let post = actor.staff.role.parties().iter().any(|party| matches!(party, Party::Clerk | Party::Approver));
    let own = |window| actor.staff.windows.iter().any(|(id, _)| *id == window);
    post && window.map_or_else(|| actor.may(Right::SeeEveryWindow), own)
}

fn sees(actor: &Actor, row: &PartRow) -> bool {
    actor.may(Right::SeeCases)
        && (actor.may(Right::SeeEveryWindow) || answers_for(actor, row.window.as_ref().map(|(id, _)| *id)))
}

/// Whether the actor may read a case because their department was asked about it and has not been told to stop.
pub(super) fn was_asked(connection: &Connection, actor: &Actor, case: SubmissionId) -> StoreResult<bool> {
    let parts = store::joint::of_case(connection, case)?;
    Ok(parts.iter().any(|row| row.state != PartState::Recalled && sees(actor, row)))
}

fn seen_part(connection: &Connection, actor: &Actor, id: Uuid) -> Result<PartRow, Refusal> {
    store::joint::get(connection, id)?.filter(|row| sees(actor, row)).ok_or_else(|| {
        Refusal::new(
            Code::NotFound,
            "There is no such question to a department here",
            "It may belong to another window",
        )
    })
}

/// Whose answers these are: the actor's own windows', and, for chiefs, those of departments that have none here.
fn whose(actor: &Actor) -> (Vec<WindowId>, bool) {
    (actor.staff.windows.iter().map(|(id, _)| *id).collect(), answers_for(actor, None))
}

/// How many wait for an answer of the actor's own windows, up to [`store::cases::MOST_COUNTED`].
pub(super) fn count_waiting(connection: &Connection, actor: &Actor) -> StoreResult<u32> {
    let (windows, orphans) = whose(actor);
    store::joint::count_waiting(connection, &windows, orphans)
}

/// What waits for an answer of the actor's own windows, what ends first on top.
pub async fn waiting(app: &App, actor: &Actor, after: Option<u32>) -> Result<Waiting, Refusal> {
    actor.must(Right::SeeCases)?;
    let look = Look::new(app, actor);
    let catalogue = app.catalogue().map(|(_, body)| body);
    let offset = after.unwrap_or(0);
    Ok(app
        .store()
        .read(move |connection| {
            let (windows, orphans) = whose(&look.actor);
            let mut rows = store::joint::waiting(connection, &windows, orphans, offset, PAGE + 1)?;
            let more = rows.len() > PAGE as usize;
            rows.truncate(PAGE as usize);
            let departments = Names::of(catalogue.as_deref().filter(|_| !rows.is_empty()));
            let mut asked = Vec::new();
            for row in rows {
                let (receipt, item, lead) = headline(connection, row.case)?;
                let part = view(connection, &look.desk, &departments, &row, true)?;
                asked.push(Asked { part, receipt, item, lead });
            }
            Ok::<_, StoreError>(Waiting { rows: asked, next: more.then_some(offset + PAGE) })
        })
        .await?)
}

/// Number, item and leading window of a case.
fn headline(connection: &Connection, case: SubmissionId) -> StoreResult<(String, Text, Option<String>)> {
    let (receipt, window) = store::cases::receipt_and_window(connection, case)?.unwrap_or_default();
    let (code, version) = store::cases::item_of(connection, case)?.unwrap_or_default();
    let item = queries::item(connection, &code, version)?.map_or_else(|| Text::zh(code), |item| item.name);
    let lead = match window {
        Some(id) => store::staff::windows(connection)?.into_iter().find(|row| row.id == id).map(|row| row.name),
        None => None,
    };
    Ok((receipt, item, lead))
}

/// Opens a part: what its department may know of the case. The look is on record.
pub async fn look(app: &App, actor: &Actor, id: Uuid) -> Result<PartCase, Refusal> {
    let look = Look::new(app, actor);
    let catalogue = app.catalogue().map(|(_, body)| body);
    app.store()
        .write(move |tx| {
            let row = seen_part(tx, &look.actor, id)?;
            let (receipt, item, lead) = headline(tx, row.case)?;
            let head = store::cases::head(tx, row.case)?;
            let made = match head {
                Some(head) => queries::submission_of(tx, &look.keys, head.entry)?,
                None => None,
            };
            let (code, version) = store::cases::item_of(tx, row.case)?.unwrap_or_default();
            let known = queries::item(tx, &code, version)?;
            let who = Who::Staff(&look.actor);
            audit::write(tx, look.now_ms, who, Action::PartLooked, Some(row.case), &row.department)?;
            let window = row.window.as_ref().map(|(id, _)| *id);
            Ok(PartCase {
                part: view(tx, &look.desk, &Names::of(catalogue.as_deref()), &row, true)?,
                case: row.case,
                receipt,
                item,
                lead,
                applicant: made.as_ref().map(queries::applicant),
                materials: made
                    .as_ref()
                    .map(|made| queries::materials(made, known.as_ref(), catalogue.as_deref()))
                    .unwrap_or_default(),
                answers: made
                    .as_ref()
                    .map(|made| queries::answers(made, known.as_ref(), catalogue.as_deref()))
                    .unwrap_or_default(),
                files: files::of_case(tx, &look.desk, row.case)?,
                may_answer: !row.state.is_in() && answers_for(&look.actor, window),
            })
        })
        .await
}

/// The department answers, once. Who does not agree says why.
pub async fn answer(app: &App, actor: &Actor, id: Uuid, agrees: bool, opinion: &str) -> Result<(), Refusal> {
    actor.must(Right::TakeSteps)?;
    let opinion = if agrees && opinion.trim().is_empty() { String::new() } else { checked_opinion(opinion)? };
    let look = Look::new(app, actor);
    let catalogue = app.catalogue().map(|(_, body)| body);
    app.store()
        .write(move |tx| {
            let row = seen_part(tx, &look.actor, id)?;
            if !answers_for(&look.actor, row.window.as_ref().map(|(id, _)| *id)) {
                let title = "The answer is for the department that was asked";
                return Err(Refusal::new(Code::Forbidden, title, "Ask a colleague of that department's window"));
            }
            let event = if agrees { PartEvent::Agreed } else { PartEvent::Disagreed };
            if !end(tx, &look.desk, &row, event, Some(look.actor.staff.id), &opinion)? {
                let title = "This was answered or recalled already";
                return Err(wrong_state(title, "Load the page again to see what was said"));
            }
            let said = format!("{}：{}", Names::of(catalogue.as_deref()).name(&row.department).zh, event.words().0);
            tell(tx, &look.desk, &row, Happening::PartAnswered, Some(look.actor.staff.id), &said)?;
            let object = format!("{} {}", row.department, event.code());
            audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::PartAnswered, Some(row.case), &object)?;
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
    let title = format!("An opinion has 1 to {LONGEST} characters");
    Err(Refusal::new(Code::InvalidValue, title, "Who does not agree says why; the decision must deal with it")
        .field("opinion"))
}

/// The lead needs no answer of this department any more, for a reason that it reads.
pub async fn recall(
    app: &App,
    actor: &Actor,
    case: SubmissionId,
    seen: Option<u64>,
    id: Uuid,
    reason: &str,
) -> Result<(), Refusal> {
    actor.must(Right::TakeSteps)?;
    let reason = checked_reason(reason)?;
    let catalogue = app.catalogue().map(|(_, body)| body);
    commands::command(app, actor, case, seen, move |tx, look, row| {
        if !look.actor.staff.role.parties().contains(&Party::Clerk) {
            let title = "Only the window that leads takes a question back";
            return Err(Refusal::new(Code::Forbidden, title, "Ask a clerk of the case's window"));
        }
        let part = store::joint::get(tx, id)?.filter(|part| part.case == row.id).ok_or_else(|| {
            Refusal::new(Code::NotFound, "The case has no such question to a department", "Load the page again")
        })?;
        if !end(tx, &look.desk, &part, PartEvent::Recalled, Some(look.actor.staff.id), &reason)? {
            return Err(wrong_state("The department has answered, or was recalled already", "Load the page again"));
        }
        let said = format!("{}：{reason}", Names::of(catalogue.as_deref()).name(&part.department).zh);
        tell(tx, &look.desk, &part, Happening::PartRecalled, Some(look.actor.staff.id), &said)?;
        let object = format!("{} {reason}", part.department);
        audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::PartRecalled, Some(row.id), &object)?;
        Ok(())
    })
    .await
}

/// Notes on the case what happened to a part, and tells both windows.
fn tell(
    tx: &mut Tx<'_>,
    desk: &Desk,
    part: &PartRow,
    what: Happening,
    staff: Option<kiosk_wire::StaffId>,
    note: &str,
) -> StoreResult<()> {
    let happened =
        Happened { what, at_ms: desk.now_ms, staff, kiosk: None, compartment: None, note: Some(note), form: None };
    facts::append(tx, desk, part.case, &happened)?;
    let lead = store::cases::head(tx, part.case)?.and_then(|head| head.window);
    for window in [lead, part.window.as_ref().map(|(id, _)| *id)] {
        tx.announce(Event { case: Some(part.case), window, kiosk: None, kind: EventKind::CaseChanged });
    }
    Ok(())
}

/// Tells the windows whose departments are asked, or are asked no more, that the case's step changed that.
pub(super) fn announce(tx: &mut Tx<'_>, case: SubmissionId) -> StoreResult<()> {
    for part in latest(tx, case)? {
        let window = part.window.as_ref().map(|(id, _)| *id);
        tx.announce(Event { case: Some(case), window, kiosk: None, kind: EventKind::CaseChanged });
    }
    Ok(())
}

/// Where the hall's rule counts silence as agreed: ends the parts whose time passed. Off unless the hall says so.
pub async fn tick(app: &App) -> Result<(), Refusal> {
    if !app.config().joint_silence_agrees {
        return Ok(());
    }
    let desk = Desk::of(app);
    let today = desk.today().to_string();
    let silent = move |rows: Vec<PartRow>| -> Vec<PartRow> {
        rows.into_iter().filter(|row| row.due_date.as_ref().is_some_and(|due| *due < today)).collect()
    };
    let over = silent(app.store().read(store::joint::open).await?);
    if over.is_empty() {
        return Ok(());
    }
    let catalogue = app.catalogue().map(|(_, body)| body);
    app.store()
        .write(move |tx| {
            for row in over {
                // Somebody may have answered since.
                let Some(row) = store::joint::get(tx, row.id)? else { continue };
                if end(tx, &desk, &row, PartEvent::DeemedAgreed, None, "")? {
                    let words = PartEvent::DeemedAgreed.words().0;
                    let said = format!("{}：{words}", Names::of(catalogue.as_deref()).name(&row.department).zh);
                    tell(tx, &desk, &row, Happening::PartAnswered, None, &said)?;
                }
            }
            Ok(())
        })
        .await
}
