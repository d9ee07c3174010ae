//! Ratings, once for each case, and the call-backs that bad ones open. Both are insert-only but for a call-back's end.

use hall_rules::clock::Reading;
use jiff::civil::Date;
use kiosk_wire::{StaffId, SubmissionId};
use rusqlite::{OptionalExtension, params};

use crate::columns::uuid_at;
use crate::{Connection, StoreResult};

/// A call-back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    pub case: SubmissionId,
    /// The rating, 1 or 2.
    pub level: u8,
    /// When it was opened.
    pub made_ms: i64,
    /// The last day, `YYYY-MM-DD`; absent while the calendar lacks a year.
    pub due_date: Option<String>,
    pub soon_date: Option<String>,
    /// When it was ended.
    pub closed_ms: Option<i64>,
}

/// What somebody wrote about a call-back; the words are sealed.
#[derive(Clone, Debug)]
pub struct NoteRow {
    /// Position.
    pub n: u32,
    pub at_ms: i64,
    pub staff: String,
    /// A word of the domain's outcomes.
    pub outcome: String,
    /// Sealed.
    pub note: Vec<u8>,
}

/// Keeps a rating. False: the case has one.
pub fn add(
    connection: &Connection,
    case: SubmissionId,
    level: u8,
    via: &str,
    at_ms: i64,
    now_ms: i64,
) -> StoreResult<bool> {
    let added = connection
        .prepare_cached(
            "INSERT INTO ratings (case_id, level, via, at_ms, recorded_ms) SELECT $1, $2, $3, $4, $5
             WHERE NOT EXISTS (SELECT 1 FROM ratings WHERE case_id = $1)",
        )?
        .execute(params![case.0.as_bytes(), level, via, at_ms, now_ms])?;
    Ok(added > 0)
}

/// The rating of a case.
pub fn of_case(connection: &Connection, case: SubmissionId) -> StoreResult<Option<u8>> {
    Ok(connection
        .prepare_cached("SELECT level FROM ratings WHERE case_id = $1")?
        .query_row([case.0.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// How many ratings of each level there were since then, from 1 to 5.
pub fn counts(connection: &Connection, since_ms: i64) -> StoreResult<[u32; 5]> {
    let mut counts = [0; 5];
    let mut statement =
        connection.prepare_cached("SELECT level, COUNT(*) FROM ratings WHERE recorded_ms >= $1 GROUP BY level")?;
    let mut rows = statement.query([since_ms])?;
    while let Some(row) = rows.next()? {
        let level: u8 = row.get(0)?;
        if let Some(count) = level.checked_sub(1).and_then(|at| counts.get_mut(usize::from(at))) {
            *count = row.get(1)?;
        }
    }
    Ok(counts)
}

/// Opens a call-back.
pub fn open(connection: &Connection, case: SubmissionId, clock: Option<Reading>, now_ms: i64) -> StoreResult<()> {
    let (due, soon) = clock.map(|clock| (clock.due.to_string(), clock.soon.to_string())).unzip();
    connection
        .prepare_cached(
            "INSERT INTO callbacks (case_id, made_ms, due_date, soon_date) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![case.0.as_bytes(), now_ms, due, soon])?;
    Ok(())
}

const SELECT: &str = "SELECT b.case_id, r.level, b.made_ms, b.due_date, b.soon_date, b.closed_ms
    FROM callbacks b JOIN ratings r ON r.case_id = b.case_id";

fn callback(row: &rusqlite::Row<'_>) -> rusqlite::Result<Callback> {
    Ok(Callback {
        case: SubmissionId(uuid_at(row, 0)?),
        level: row.get(1)?,
        made_ms: row.get(2)?,
        due_date: row.get(3)?,
        soon_date: row.get(4)?,
        closed_ms: row.get(5)?,
    })
}

/// One call-back.
pub fn callback_of(connection: &Connection, case: SubmissionId) -> StoreResult<Option<Callback>> {
    let sql = format!("{SELECT} WHERE b.case_id = $1");
    Ok(connection.prepare_cached(&sql)?.query_row([case.0.as_bytes()], callback).optional()?)
}

/// The open ones, what is due first first; then those that ended, newest first.
pub fn callbacks(connection: &Connection, limit: u32) -> StoreResult<Vec<Callback>> {
    let sql = format!(
        "{SELECT} ORDER BY b.closed_ms IS NOT NULL,
             CASE WHEN b.closed_ms IS NULL THEN COALESCE(b.due_date, '9999-12-31') END, b.closed_ms DESC
         LIMIT {limit}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], callback)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many are open.
pub fn count_open(connection: &Connection) -> StoreResult<u32> {
    Ok(connection
        .prepare_cached("SELECT COUNT(*) FROM callbacks WHERE closed_ms IS NULL")?
        .query_row([], |row| row.get(0))?)
}

/// How many of those opened since then there are, how many of them ended, and how many in time.
pub fn tally(connection: &Connection, since_ms: i64) -> StoreResult<(u32, u32, u32)> {
    Ok(connection
        .prepare_cached(
            "SELECT COUNT(*), COALESCE(SUM(closed_ms IS NOT NULL), 0),
                 COALESCE(SUM(closed_ms IS NOT NULL AND (due_date IS NULL OR closed_date <= due_date)), 0)
             FROM callbacks WHERE made_ms >= $1",
        )?
        .query_row([since_ms], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
}

/// Open ones whose clock was not computed: case and when they were opened.
pub fn without_clock(connection: &Connection) -> StoreResult<Vec<(SubmissionId, i64)>> {
    let mut statement = connection
        .prepare_cached("SELECT case_id, made_ms FROM callbacks WHERE closed_ms IS NULL AND soon_date IS NULL")?;
    let rows = statement.query_map([], |row| Ok((SubmissionId(uuid_at(row, 0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Sets the clock; a last day that was told stays.
pub fn set_clock(connection: &Connection, case: SubmissionId, clock: Reading) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE callbacks SET due_date = COALESCE(due_date, $1), soon_date = $2 WHERE case_id = $3")?
        .execute(params![clock.due.to_string(), clock.soon.to_string(), case.0.as_bytes()])?;
    Ok(())
}

/// How many notes a call-back has.
pub fn notes_of(connection: &Connection, case: SubmissionId) -> StoreResult<Vec<NoteRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT n.n, n.at_ms, s.name, n.outcome, n.note FROM callback_notes n JOIN staff s ON s.id = n.staff_id
         WHERE n.case_id = $1 ORDER BY n.n",
    )?;
    let rows = statement.query_map([case.0.as_bytes()], |row| {
        Ok(NoteRow { n: row.get(0)?, at_ms: row.get(1)?, staff: row.get(2)?, outcome: row.get(3)?, note: row.get(4)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Appends a note.
pub fn add_note(
    connection: &Connection,
    case: SubmissionId,
    n: u32,
    (staff, outcome, sealed): (StaffId, &str, &[u8]),
    now_ms: i64,
) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO callback_notes (case_id, n, at_ms, staff_id, outcome, note) VALUES ($1, $2, $3, $4, $5, $6)",
        )?
        .execute(params![case.0.as_bytes(), n, now_ms, staff.0.as_bytes(), outcome, sealed])?;
    Ok(())
}

/// Ends a call-back.
pub fn close(connection: &Connection, case: SubmissionId, today: Date, now_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE callbacks SET closed_ms = $1, closed_date = $2 WHERE case_id = $3")?
        .execute(params![now_ms, today.to_string(), case.0.as_bytes()])?;
    Ok(())
}

/// What a note is sealed for.
pub fn note_context(case: SubmissionId, n: u32) -> Vec<u8> {
    format!("callback-note {case} {n}").into_bytes()
}
