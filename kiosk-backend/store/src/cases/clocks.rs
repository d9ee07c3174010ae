//! The clock that a case's row shows, and what it is computed from.

use hall_rules::CaseState;
use hall_rules::clock::{ClockKind, Past};
use kiosk_wire::SubmissionId;
use rusqlite::{OptionalExtension, Row, params};

use crate::case_history::{History, history_columns};
use crate::columns::{uuid_at, word_of};
use crate::{Connection, StoreResult};

/// What a case's limits hang on.
#[derive(Clone, Debug)]
pub struct LimitedBy {
    /// Code and version of its item.
    pub item: (String, u32),
    /// The entry with its answers.
    pub entry: i64,
    /// Whether a chief put it into the green channel.
    pub green: bool,
}

/// What a case's limits hang on.
pub fn limited_by(connection: &Connection, id: SubmissionId) -> StoreResult<Option<LimitedBy>> {
    Ok(connection
        .prepare_cached("SELECT item, item_version, entry_id, green_ms IS NOT NULL FROM cases WHERE id = $1")?
        .query_row([id.0.as_bytes()], |row| limited_at(row, 0))
        .optional()?)
}

fn limited_at(row: &Row<'_>, first: usize) -> rusqlite::Result<LimitedBy> {
    let item = (row.get(first)?, row.get(first + 1)?);
    Ok(LimitedBy { item, entry: row.get(first + 2)?, green: row.get(first + 3)? })
}

/// A case as its clock is computed anew.
#[derive(Debug)]
pub struct Clocked {
    /// What moved it, oldest first.
    pub past: Vec<Past>,
    /// What its limits hang on.
    pub limited_by: LimitedBy,
    /// Where its row lies.
    pub row: i64,
}

/// Reads all of it at once: a hall has very many cases when its calendar changes.
pub fn clocked(connection: &Connection, id: SubmissionId) -> StoreResult<Option<Clocked>> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        history_columns!(),
        ", c.item, c.item_version, c.entry_id, c.green_ms IS NOT NULL, c.rowid
         FROM cases c JOIN case_events e ON e.case_id = c.id WHERE c.id = $1 ORDER BY e.n"
    ))?;
    let (mut history, mut of_row) = (History::default(), None);
    let mut rows = statement.query([id.0.as_bytes()])?;
    while let Some(row) = rows.next()? {
        history.read(row)?;
        if of_row.is_none() {
            of_row = Some((limited_at(row, 5)?, row.get(9)?));
        }
    }
    Ok(of_row.map(|(limited_by, row)| Clocked { past: history.past, limited_by, row }))
}

/// Sets the clock that a list shows for the case of this row, where it is another one now.
pub fn show(connection: &Connection, row: i64, shown: &Shown) -> StoreResult<()> {
    let (clock, due, soon, lacks) = shown.columns();
    connection
        .prepare_cached(
            "UPDATE cases SET due_clock = $1, due_date = $2, soon_date = $3, due_lacks = $4 WHERE rowid = $5 AND
                 (due_clock IS DISTINCT FROM $1 OR due_date IS DISTINCT FROM $2 OR soon_date IS DISTINCT FROM $3
                  OR due_lacks IS DISTINCT FROM $4)",
        )?
        .execute(params![clock, due, soon, lacks, row])?;
    Ok(())
}

/// Open cases of an older release, whose clock lacks the day from which it is soon, or has no end and does not say which
/// year that hangs on.
pub fn without_warning(connection: &Connection) -> StoreResult<Vec<SubmissionId>> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM cases WHERE due_clock IS NOT NULL AND soon_date IS NULL AND due_lacks IS NULL ORDER BY id",
    )?;
    let rows = statement.query_map([], |row| Ok(SubmissionId(uuid_at(row, 0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Open cases: all whose clock runs. For a calendar that was imported anew.
pub fn with_clock(connection: &Connection) -> StoreResult<Vec<SubmissionId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM cases WHERE due_clock IS NOT NULL ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok(SubmissionId(uuid_at(row, 0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A clock runs and its end cannot be told. What has no last day has no day from which it is soon: the index of clocks
/// begins with that.
pub(super) const WITHOUT_END: &str = "due_clock IS NOT NULL AND soon_date IS NULL AND due_date IS NULL";

/// Open cases whose clock has no end, and the year that it hangs on.
pub fn without_end(connection: &Connection) -> StoreResult<Vec<(i16, SubmissionId)>> {
    let sql = format!("SELECT due_lacks, id FROM cases WHERE {WITHOUT_END} AND due_lacks IS NOT NULL");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, SubmissionId(uuid_at(row, 1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Cases that silence accepts: the window has the paper, and the last day of the five is before `today`.
pub fn accepted_by_silence(connection: &Connection, today: &str) -> StoreResult<Vec<SubmissionId>> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM cases WHERE due_clock = 'acceptance' AND soon_date <= $1 AND due_date < $1
             AND state IN ('received', 'pre_review')",
    )?;
    let rows = statement.query_map([today], |row| Ok(SubmissionId(uuid_at(row, 0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Cases in a state to which nothing has happened since, oldest first in the order of lists.
pub fn unchanged_since(
    connection: &Connection,
    state: CaseState,
    ms: i64,
    most: u32,
) -> StoreResult<Vec<SubmissionId>> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM cases WHERE state = $1 AND changed_ms < $2 LIMIT $3")?;
    let rows = statement.query_map(params![word_of(&state), ms, most], |row| Ok(SubmissionId(uuid_at(row, 0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The clock that a list shows, its last day and from when it is soon, both `YYYY-MM-DD`.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Which one; absent when none runs.
    pub clock: Option<ClockKind>,
    /// Absent while the calendar lacks a year.
    pub due_and_soon: Option<(String, String)>,
    /// That year.
    pub lacks: Option<i16>,
}

impl Shown {
    pub(super) fn columns(&self) -> (Option<&'static str>, Option<&str>, Option<&str>, Option<i16>) {
        let days = self.due_and_soon.as_ref().map(|(due, soon)| (due.as_str(), soon.as_str()));
        let (due, soon) = days.unzip();
        (self.clock.map(ClockKind::code), due, soon, self.lacks)
    }
}
