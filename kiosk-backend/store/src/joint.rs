//! Parts of cases that other departments answer (会办). Their events are insert-only; what a part's row says of its state
//! is for lists.

use hall_rules::joint::{PartEvent, PartState};
use kiosk_wire::{StaffId, SubmissionId, WindowId};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params, params_from_iter};
use uuid::Uuid;

use crate::cases::MOST_COUNTED;
use crate::columns::{optional_uuid_at, signed, u64_at, uuid_at, word_at};
use crate::{Connection, StoreResult};

/// One part as stored, with the names that every list shows.
#[derive(Clone, Debug)]
pub struct PartRow {
    pub id: Uuid,
    pub case: SubmissionId,
    /// Number of the case's event that asked.
    pub round: u64,
    /// Code of the department.
    pub department: String,
    /// Its window: id and name; absent where the hall has none for it.
    pub window: Option<(WindowId, String)>,
    /// Working days for the answer.
    pub days: u16,
    pub state: PartState,
    /// When it was asked.
    pub asked_ms: i64,
    /// When it was answered or recalled.
    pub answered_ms: Option<i64>,
    /// Last day, `YYYY-MM-DD`; absent while the calendar lacks a year.
    pub due_date: Option<String>,
    pub soon_date: Option<String>,
}

const SELECT: &str = "SELECT p.id, p.case_id, p.round, p.department, p.window_id, w.name, p.days, p.state, p.asked_ms,
        p.answered_ms, p.due_date, p.soon_date
    FROM joint_parts p LEFT JOIN windows w ON w.id = p.window_id";

fn part(row: &Row<'_>) -> rusqlite::Result<PartRow> {
    let name: Option<String> = row.get(5)?;
    Ok(PartRow {
        id: uuid_at(row, 0)?,
        case: SubmissionId(uuid_at(row, 1)?),
        round: u64_at(row, 2)?,
        department: row.get(3)?,
        window: optional_uuid_at(row, 4)?.map(WindowId).zip(name),
        days: row.get(6)?,
        state: word_at(row, 7)?,
        asked_ms: row.get(8)?,
        answered_ms: row.get(9)?,
        due_date: row.get(10)?,
        soon_date: row.get(11)?,
    })
}

/// A part to make.
pub struct NewPart<'a> {
    pub id: Uuid,
    pub case: SubmissionId,
    /// Number of the case's event that asks.
    pub round: u64,
    /// Code of the department.
    pub department: &'a str,
    pub window: Option<WindowId>,
    /// Working days for the answer.
    pub days: u16,
    /// Now.
    pub asked_ms: i64,
}

/// Makes a part, asked by `staff`.
pub fn insert(connection: &Connection, new: &NewPart<'_>, staff: Option<StaffId>) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO joint_parts (id, case_id, round, department, window_id, days, state, asked_ms)
             VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7)",
        )?
        .execute(params![
            new.id.as_bytes(),
            new.case.0.as_bytes(),
            signed(new.round),
            new.department,
            new.window.map(|window| window.0.into_bytes()),
            new.days,
            new.asked_ms,
        ])?;
    event(connection, new.id, 1, PartEvent::Asked, new.asked_ms, staff, None)
}

/// Appends an event that ends a part, and notes what it amounts to.
pub fn end(
    connection: &Connection,
    row: &PartRow,
    (what, state): (PartEvent, PartState),
    at_ms: i64,
    staff: Option<StaffId>,
    sealed: Option<&[u8]>,
) -> StoreResult<()> {
    let n: u64 = connection
        .prepare_cached("SELECT COUNT(*) + 1 FROM joint_events WHERE part_id = $1")?
        .query_row([row.id.as_bytes()], |row| u64_at(row, 0))?;
    event(connection, row.id, n, what, at_ms, staff, sealed)?;
    connection
        .prepare_cached("UPDATE joint_parts SET state = $1, answered_ms = $2 WHERE id = $3")?
        .execute(params![state.code(), at_ms, row.id.as_bytes()])?;
    Ok(())
}

fn event(
    connection: &Connection,
    id: Uuid,
    n: u64,
    what: PartEvent,
    at_ms: i64,
    staff: Option<StaffId>,
    sealed: Option<&[u8]>,
) -> StoreResult<()> {
    let staff = staff.map(|staff| staff.0.into_bytes());
    connection
        .prepare_cached(
            "INSERT INTO joint_events (part_id, n, kind, at_ms, staff_id, body) VALUES ($1, $2, $3, $4, $5, $6)",
        )?
        .execute(params![id.as_bytes(), signed(n), what.code(), at_ms, staff, sealed])?;
    Ok(())
}

/// What happened to a part.
#[derive(Clone, Debug)]
pub struct PartEventRow {
    pub what: PartEvent,
    pub at_ms: i64,
    /// Name of who did it; absent when the hall's rule did.
    pub staff: Option<String>,
    /// Opinion or reason, sealed.
    pub sealed: Option<Vec<u8>>,
}

/// A part's events, oldest first.
pub fn events(connection: &Connection, id: Uuid) -> StoreResult<Vec<PartEventRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT e.kind, e.at_ms, s.name, e.body FROM joint_events e LEFT JOIN staff s ON s.id = e.staff_id
         WHERE e.part_id = $1 ORDER BY e.n",
    )?;
    let rows = statement.query_map([id.as_bytes()], |row| {
        Ok(PartEventRow { what: word_at(row, 0)?, at_ms: row.get(1)?, staff: row.get(2)?, sealed: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a part's sealed texts are tied to.
pub fn context(id: Uuid) -> Vec<u8> {
    format!("joint part {id}").into_bytes()
}

/// Sets the last day, and from when it is soon.
pub fn set_clock(connection: &Connection, id: Uuid, due_and_soon: Option<(&str, &str)>) -> StoreResult<()> {
    let (due, soon) = due_and_soon.unzip();
    connection
        .prepare_cached("UPDATE joint_parts SET due_date = $1, soon_date = $2 WHERE id = $3")?
        .execute(params![due, soon, id.as_bytes()])?;
    Ok(())
}

/// One part.
pub fn get(connection: &Connection, id: Uuid) -> StoreResult<Option<PartRow>> {
    Ok(connection.prepare_cached(&format!("{SELECT} WHERE p.id = $1"))?.query_row([id.as_bytes()], part).optional()?)
}

/// The parts of a case, oldest round first.
pub fn of_case(connection: &Connection, case: SubmissionId) -> StoreResult<Vec<PartRow>> {
    let sql = format!("{SELECT} WHERE p.case_id = $1 ORDER BY p.round, p.department");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([case.0.as_bytes()], part)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Parts that wait for an answer of these windows, what ends first on top. With `orphans` also those of departments that
/// have no window here.
pub fn waiting(
    connection: &Connection,
    windows: &[WindowId],
    orphans: bool,
    offset: u32,
    limit: u32,
) -> StoreResult<Vec<PartRow>> {
    let (condition, values) = whose(windows, orphans);
    let sql = format!(
        "{SELECT} WHERE {condition} ORDER BY p.due_date IS NULL, p.due_date, p.asked_ms, p.id
         LIMIT {limit} OFFSET {offset}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), part)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many of those there are, up to [`MOST_COUNTED`]. Parts that wait are few, and their index has nothing else.
pub fn count_waiting(connection: &Connection, windows: &[WindowId], orphans: bool) -> StoreResult<u32> {
    let (condition, values) = whose(windows, orphans);
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM joint_parts p WHERE {condition} LIMIT {MOST_COUNTED})");
    Ok(connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
}

fn whose(windows: &[WindowId], orphans: bool) -> (String, Vec<Value>) {
    let places: Vec<String> = (1..=windows.len()).map(|n| format!("${n}")).collect();
    let orphans = if orphans { "OR p.window_id IS NULL" } else { "" };
    let condition = format!("p.state = 'asked' AND (p.window_id IN ({}) {orphans})", places.join(", "));
    (condition, windows.iter().map(|window| Value::Blob(window.0.as_bytes().to_vec())).collect())
}

/// All parts that wait for an answer.
pub fn open(connection: &Connection) -> StoreResult<Vec<PartRow>> {
    asked(connection, "")
}

/// Those whose last day is not known.
pub fn open_without_end(connection: &Connection) -> StoreResult<Vec<PartRow>> {
    asked(connection, "AND p.due_date IS NULL")
}

fn asked(connection: &Connection, and: &str) -> StoreResult<Vec<PartRow>> {
    let sql = format!("{SELECT} WHERE p.state = 'asked' {and} ORDER BY p.id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], part)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
