//! Joint handling (并联审批): parts of a case that other departments answer, all at the same time.
//!
//! The lead starts it by the case's own step; each department sees its part in its inbox, reads the case's materials,
//! and says 同意 or 不同意. When all are in, or were recalled, the lead finishes it. What happened to a part is in its own
//! insert-only events, and in short in the case's.

use hall_rules::case::Party;
use hall_rules::clock::{ClockKind, Light};
use hall_rules::joint::{self, PartEvent, PartState};
use hall_rules::{CaseEvent, CaseState, Right, ServiceItem, Text};
use hall_store::event::{Event, EventKind};
use hall_store::joint::{NewPart, PartRow};
use hall_store::{self as store, Connection, StoreResult, Tx};
use jiff::Timestamp;
use kiosk_wire::{SubmissionId, WindowId};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::case::clocks::{self, Due};
use crate::case::happening::Happened;
use crate::case::record;
use crate::ground::actor::Actor;
use crate::ground::moment::Moment;
use crate::ground::shared::Shared;

/// One part, as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PartView {
    pub id: Uuid,
    pub department: Text,
    /// Name of its window; absent where the hall has none for it.
    pub window: Option<String>,
    /// Working days for the answer.
    pub days: u16,
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

pub(crate) fn view(
    connection: &Connection,
    moment: &Moment,
    shared: &Shared,
    row: &PartRow,
    latest: bool,
) -> StoreResult<PartView> {
    let last = store::joint::events(connection, row.id)?.pop().filter(|_| row.state.is_in());
    let sealed = last.as_ref().and_then(|event| event.sealed.as_deref());
    let said = sealed.map(|sealed| moment.keys.sealer.open(sealed, &store::joint::context(row.id))).transpose()?;
    let due = if row.state.is_in() {
        Due::None
    } else {
        clocks::running(moment, ClockKind::Joint, row.due_date.as_deref(), row.soon_date.as_deref())
    };
    Ok(PartView {
        id: row.id,
        department: shared.department(&row.department),
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
pub(crate) fn of_case(
    connection: &Connection,
    moment: &Moment,
    shared: &Shared,
    case: SubmissionId,
) -> StoreResult<Vec<PartView>> {
    let rows = store::joint::of_case(connection, case)?;
    let Some(last) = rows.last().map(|row| row.round) else { return Ok(Vec::new()) };
    rows.iter().map(|row| view(connection, moment, shared, row, row.round == last)).collect()
}

fn latest(connection: &Connection, case: SubmissionId) -> StoreResult<Vec<PartRow>> {
    let mut rows = store::joint::of_case(connection, case)?;
    let last = rows.last().map(|row| row.round);
    rows.retain(|row| Some(row.round) == last);
    Ok(rows)
}

/// Whether a part of the latest round was answered with 不同意.
pub(crate) fn disagrees(connection: &Connection, case: SubmissionId) -> StoreResult<bool> {
    Ok(latest(connection, case)?.iter().any(|row| row.state == PartState::Disagreed))
}

/// How many departments have not answered.
pub(crate) fn missing(connection: &Connection, case: SubmissionId) -> StoreResult<usize> {
    Ok(store::joint::of_case(connection, case)?.iter().filter(|row| !row.state.is_in()).count())
}

/// Parts of a case that are soon late or late: department and clock.
pub(crate) fn late(
    connection: &Connection,
    moment: &Moment,
    shared: &Shared,
    case: SubmissionId,
) -> StoreResult<Vec<(Text, Due)>> {
    let all = of_case(connection, moment, shared, case)?;
    let warns = |due: &Due| matches!(due, Due::Running { light: Light::Yellow | Light::Red, .. });
    Ok(all.into_iter().filter(|part| warns(&part.due)).map(|part| (part.department, part.due)).collect())
}

/// The departments that an item wants asked of a case, with their working days.
pub(crate) fn wanted(item: Option<&ServiceItem>, made: Option<&kiosk_wire::Submission>) -> Vec<(String, u16)> {
    let Some(item) = item else { return Vec::new() };
    item.assisting_for(&clocks::answers(made)).into_iter().map(|one| (one.department.clone(), one.days)).collect()
}

/// The same by name.
pub(crate) fn named(shared: &Shared, wanted: Vec<(String, u16)>) -> Vec<(Text, u16)> {
    wanted.into_iter().map(|(code, days)| (shared.department(&code), days)).collect()
}

/// The same for a stored case.
pub(crate) fn wanted_of(connection: &Connection, moment: &Moment, id: SubmissionId) -> StoreResult<Vec<(String, u16)>> {
    let Some(head) = store::cases::head(connection, id)? else { return Ok(Vec::new()) };
    let Some((code, version)) = store::cases::item_of(connection, id)? else { return Ok(Vec::new()) };
    let made = record::submission_of(connection, &moment.keys, head.entry)?;
    Ok(wanted(record::item(connection, &code, version)?.as_ref(), made.as_ref()))
}

/// What a step of the case does to its parts: makes them when the joint review starts, and asks no more when it was
/// left with answers missing.
pub(crate) fn follow(
    tx: &Tx<'_>,
    moment: &Moment,
    id: SubmissionId,
    version: u64,
    (event, from): (CaseEvent, Option<CaseState>),
    happened: &Happened<'_>,
) -> StoreResult<()> {
    if event == CaseEvent::JointStarted {
        for (department, days) in wanted_of(tx, moment, id)? {
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
            settle(tx, moment, part, happened.at_ms, days)?;
        }
    } else if from == Some(CaseState::JointReview) && event == CaseEvent::Withdrawn {
        for row in store::joint::of_case(tx, id)?.iter().filter(|row| !row.state.is_in()) {
            end(tx, moment, row, PartEvent::Recalled, happened.staff, event.words().0)?;
        }
    }
    Ok(())
}

/// Tells the windows whose departments are asked, or are asked no more, that the case's step changed that.
pub(crate) fn announce_all(tx: &Tx<'_>, case: SubmissionId) -> StoreResult<()> {
    latest(tx, case)?.iter().for_each(|part| announce(tx, part));
    Ok(())
}

/// Tells the window whose department was asked.
pub(crate) fn announce(tx: &Tx<'_>, part: &PartRow) {
    let window = part.window.as_ref().map(|(id, _)| *id);
    tx.announce(Event { case: Some(part.case), window, kiosk: None, kind: EventKind::CaseChanged });
}

/// Computes a part's last day; a year that the calendar lacks leaves it open.
fn settle(tx: &Connection, moment: &Moment, id: Uuid, asked_ms: i64, days: u16) -> StoreResult<()> {
    let asked = Timestamp::from_millisecond(asked_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    match joint::clock(asked, days).read(&moment.calendar, &moment.zone) {
        Ok(Some(read)) => store::joint::set_clock(tx, id, Some((&read.due.to_string(), &read.soon.to_string()))),
        Ok(None) => store::joint::set_clock(tx, id, None),
        Err(cause) => {
            tracing::error!(cause = %cause, "the clock of a part has no end");
            store::joint::set_clock(tx, id, None)
        }
    }
}

/// Open parts whose end hangs on a year that the calendar lacks: the year, and the case.
pub(crate) fn without_end(connection: &Connection, moment: &Moment) -> StoreResult<Vec<(i16, SubmissionId)>> {
    let year = |row: &PartRow| {
        let asked = Timestamp::from_millisecond(row.asked_ms).ok()?;
        Some((clocks::lacks(moment, &joint::clock(asked, row.days))?, row.case))
    };
    let open = store::joint::open_without_end(connection)?;
    Ok(open.iter().filter_map(year).collect())
}

/// Computes the clocks of all open parts again: another calendar moves them.
pub fn settle_all(tx: &Connection, moment: &Moment) -> StoreResult<()> {
    for row in store::joint::open(tx)? {
        settle(tx, moment, row.id, row.asked_ms, row.days)?;
    }
    Ok(())
}

pub(crate) fn end(
    tx: &Connection,
    moment: &Moment,
    row: &PartRow,
    event: PartEvent,
    staff: Option<kiosk_wire::StaffId>,
    said: &str,
) -> StoreResult<bool> {
    let Some(state) = PartState::after(Some(row.state), event) else { return Ok(false) };
    let sealed = moment.keys.sealer.seal(said, &store::joint::context(row.id))?;
    store::joint::end(tx, row, (event, state), moment.now_ms, staff, Some(&sealed))?;
    Ok(true)
}

/// Whose windows answer a part: the department's own, and a chief's where the hall has no window for it.
pub(crate) fn answers_for(actor: &Actor, window: Option<WindowId>) -> bool {
    let post = actor.staff.role.parties().iter().any(|party| matches!(party, Party::Clerk | Party::Approver));
    let own = |window| actor.staff.windows.iter().any(|(id, _)| *id == window);
    post && window.map_or_else(|| actor.may(Right::SeeEveryWindow), own)
}

pub(crate) fn sees(actor: &Actor, row: &PartRow) -> bool {
    actor.may(Right::SeeCases)
        && (actor.may(Right::SeeEveryWindow) || answers_for(actor, row.window.as_ref().map(|(id, _)| *id)))
}

/// Whether the actor may read a case because their department was asked about it and has not been told to stop.
pub(crate) fn was_asked(connection: &Connection, actor: &Actor, case: SubmissionId) -> StoreResult<bool> {
    let parts = store::joint::of_case(connection, case)?;
    Ok(parts.iter().any(|row| row.state != PartState::Recalled && sees(actor, row)))
}
