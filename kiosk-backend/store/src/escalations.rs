//! What was told to chief and supervisor because its time is soon over or over: once for each clock and level.

use jiff::civil::Date;
use kiosk_wire::{StaffId, SubmissionId};
use rusqlite::params;

use crate::columns::uuid_at;
use crate::{Connection, StoreResult};

/// Clocks of the office that are soon over or over today, without those of the applicant.
const LATE: &str = "c.due_clock IS NOT NULL AND c.soon_date <= $1 AND c.due_date IS NOT NULL
    AND c.due_clock NOT IN ('correction', 'collection')";
/// The same of parts that other departments answer. Each has a clock of its own name.
const LATE_PART: &str = "p.state = 'asked' AND p.soon_date <= $1 AND p.due_date IS NOT NULL";
/// The same of call-backs.
const LATE_CALL: &str = "b.closed_ms IS NULL AND b.soon_date <= $1 AND b.due_date IS NOT NULL";
/// An escalation that nobody has seen and whose clock still runs.
const OPEN: &str = "e.seen_ms IS NULL AND ((c.due_clock = e.clock AND c.due_date = e.due_date)
    OR EXISTS (SELECT 1 FROM joint_parts p WHERE p.case_id = e.case_id AND p.state = 'asked'
        AND 'joint:' || p.department = e.clock AND p.due_date = e.due_date)
    OR EXISTS (SELECT 1 FROM callbacks b WHERE b.case_id = e.case_id AND b.closed_ms IS NULL
        AND e.clock = 'callback' AND b.due_date = e.due_date))";

/// One escalation.
#[derive(Clone, Copy, Debug)]
pub struct Escalation {
    /// Its number.
    pub id: i64,
    pub case: SubmissionId,
    /// Whether the time is over; otherwise it is soon.
    pub over: bool,
    /// When it was written.
    pub made_ms: i64,
}

/// How many are to be written today.
pub fn waiting(connection: &Connection, today: Date) -> StoreResult<u32> {
    let sql = format!(
        "SELECT COUNT(*) FROM cases c WHERE {LATE} AND NOT EXISTS (SELECT 1 FROM escalations e
             WHERE e.case_id = c.id AND e.clock = c.due_clock AND e.due_date = c.due_date
               AND e.level = CASE WHEN c.due_date < $1 THEN 'over' ELSE 'soon' END)"
    );
    let cases: u32 = connection.prepare_cached(&sql)?.query_row([today.to_string()], |row| row.get(0))?;
    let sql = format!(
        "SELECT COUNT(*) FROM joint_parts p WHERE {LATE_PART} AND NOT EXISTS (SELECT 1 FROM escalations e
             WHERE e.case_id = p.case_id AND e.clock = 'joint:' || p.department AND e.due_date = p.due_date
               AND e.level = CASE WHEN p.due_date < $1 THEN 'over' ELSE 'soon' END)"
    );
    let parts: u32 = connection.prepare_cached(&sql)?.query_row([today.to_string()], |row| row.get(0))?;
    let sql = format!(
        "SELECT COUNT(*) FROM callbacks b WHERE {LATE_CALL} AND NOT EXISTS (SELECT 1 FROM escalations e
             WHERE e.case_id = b.case_id AND e.clock = 'callback' AND e.due_date = b.due_date
               AND e.level = CASE WHEN b.due_date < $1 THEN 'over' ELSE 'soon' END)"
    );
    let calls: u32 = connection.prepare_cached(&sql)?.query_row([today.to_string()], |row| row.get(0))?;
    Ok(cases + parts + calls)
}

/// Writes what is not written yet. Returns how many.
pub fn write(connection: &Connection, today: Date, now_ms: i64) -> StoreResult<usize> {
    let sql = format!(
        "INSERT INTO escalations (case_id, clock, due_date, level, made_ms)
         SELECT c.id, c.due_clock, c.due_date, CASE WHEN c.due_date < $1 THEN 'over' ELSE 'soon' END, $2
         FROM cases c WHERE {LATE} ON CONFLICT DO NOTHING"
    );
    let cases = connection.prepare_cached(&sql)?.execute(params![today.to_string(), now_ms])?;
    let sql = format!(
        "INSERT INTO escalations (case_id, clock, due_date, level, made_ms)
         SELECT p.case_id, 'joint:' || p.department, p.due_date,
             CASE WHEN p.due_date < $1 THEN 'over' ELSE 'soon' END, $2
         FROM joint_parts p WHERE {LATE_PART} ON CONFLICT DO NOTHING"
    );
    let parts = connection.prepare_cached(&sql)?.execute(params![today.to_string(), now_ms])?;
    let sql = format!(
        "INSERT INTO escalations (case_id, clock, due_date, level, made_ms)
         SELECT b.case_id, 'callback', b.due_date, CASE WHEN b.due_date < $1 THEN 'over' ELSE 'soon' END, $2
         FROM callbacks b WHERE {LATE_CALL} ON CONFLICT DO NOTHING"
    );
    Ok(cases + parts + connection.prepare_cached(&sql)?.execute(params![today.to_string(), now_ms])?)
}

/// How many are open.
pub fn count(connection: &Connection) -> StoreResult<u32> {
    let sql =
        format!("SELECT COUNT(DISTINCT e.case_id) FROM escalations e JOIN cases c ON c.id = e.case_id WHERE {OPEN}");
    Ok(connection.prepare_cached(&sql)?.query_row([], |row| row.get(0))?)
}

/// The open ones, what is over first; a case whose time went over shows that only.
pub fn open(connection: &Connection, limit: u32) -> StoreResult<Vec<Escalation>> {
    let sql = format!(
        "SELECT MAX(e.id), e.case_id, MAX(e.level = 'over'), MAX(e.made_ms) FROM escalations e
         JOIN cases c ON c.id = e.case_id WHERE {OPEN}
         GROUP BY e.case_id ORDER BY MAX(e.level = 'over') DESC, MIN(e.due_date), e.case_id LIMIT {limit}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Escalation {
            id: row.get(0)?,
            case: SubmissionId(uuid_at(row, 1)?),
            over: row.get(2)?,
            made_ms: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that somebody saw all of a case's. False when there is none to see.
pub fn seen(connection: &Connection, case: SubmissionId, staff: StaffId, now_ms: i64) -> StoreResult<bool> {
    let changed = connection.execute(
        "UPDATE escalations SET seen_ms = $1, seen_by = $2 WHERE case_id = $3 AND seen_ms IS NULL",
        params![now_ms, staff.0.as_bytes(), case.0.as_bytes()],
    )?;
    Ok(changed > 0)
}
