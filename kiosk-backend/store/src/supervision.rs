//! What supervisors count: how many cases are late, given back or corrected again, and what happened in a time.

use jiff::civil::Date;
use kiosk_wire::{SubmissionId, WindowId};
use rusqlite::params;

use crate::columns::{optional_uuid_at, uuid_at, word_at};
use crate::{Connection, StoreResult};

/// What is counted of one window and one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The window; absent where no window has the department.
    pub window: Option<WindowId>,
    pub window_name: String,
    /// Item code.
    pub item: String,
    /// The newest version of it among these cases.
    pub item_version: u32,
    /// Not ended.
    pub open: u32,
    /// Whose time is soon over.
    pub soon: u32,
    /// Whose time is over.
    pub over: u32,
    /// Given back without a decision on the matter, in the time asked for.
    pub returned: u32,
    /// For which corrections were asked more than once, in the time asked for.
    pub again: u32,
}

const RETURNED: &str = "'refused', 'not_taken', 'withdrawn', 'correction_lapsed', 'deferred_lapsed'";
/// States in which nothing is open any more.
pub(crate) const ENDED: &str =
    "'submitted', 'voided', 'archived', 'not_taken', 'refused', 'lapsed', 'withdrawn', 'recalled',
        'revoked', 'collected'";

/// Counts by window and item; what was given back or corrected again since `since_ms`.
pub fn tallies(connection: &Connection, today: Date, since_ms: i64) -> StoreResult<Vec<Tally>> {
    let sql = format!(
        "SELECT c.window_id, COALESCE(w.name, ''), c.item, MAX(c.item_version),
             SUM(c.state NOT IN ({ENDED})),
             SUM(c.due_clock NOT IN ('correction', 'collection') AND c.soon_date <= $1 AND c.due_date >= $1),
             SUM(c.due_clock NOT IN ('correction', 'collection') AND c.due_date < $1),
             SUM(EXISTS (SELECT 1 FROM case_events e WHERE e.case_id = c.id AND e.at_ms >= $2 AND e.kind IN ({RETURNED}))
                 AND c.changed_ms >= $2),
             SUM(EXISTS (SELECT 1 FROM case_events e WHERE e.case_id = c.id AND e.at_ms >= $2
                 AND e.kind = 'correction_asked_again') AND c.changed_ms >= $2)
         FROM cases c LEFT JOIN windows w ON w.id = c.window_id
         WHERE c.changed_ms >= $2 OR c.due_clock IS NOT NULL OR c.state NOT IN ({ENDED})
         GROUP BY c.window_id, c.item ORDER BY w.name, c.item"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let count = |row: &rusqlite::Row<'_>, n| Ok::<u32, rusqlite::Error>(row.get::<_, Option<u32>>(n)?.unwrap_or(0));
    let rows = statement.query_map(params![today.to_string(), since_ms], |row| {
        Ok(Tally {
            window: optional_uuid_at(row, 0)?.map(WindowId),
            window_name: row.get(1)?,
            item: row.get(2)?,
            item_version: row.get(3)?,
            open: count(row, 4)?,
            soon: count(row, 5)?,
            over: count(row, 6)?,
            returned: count(row, 7)?,
            again: count(row, 8)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When paper came first, of each case since `since_ms`.
pub fn came(connection: &Connection, since_ms: i64) -> StoreResult<Vec<i64>> {
    let mut statement = connection.prepare_cached("SELECT deposited_ms FROM cases WHERE deposited_ms >= $1")?;
    let rows = statement.query_map([since_ms], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When cases were decided, since `since_ms`.
pub fn decided(connection: &Connection, since_ms: i64) -> StoreResult<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT at_ms FROM case_events WHERE kind IN ('granted', 'denied', 'refused', 'not_taken') AND at_ms >= $1",
    )?;
    let rows = statement.query_map([since_ms], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One case to be measured.
#[derive(Clone, Debug)]
pub struct Measured {
    pub id: SubmissionId,
    /// Its number.
    pub receipt: String,
    /// The entry of its payload.
    pub entry: i64,
    /// Item code.
    pub item: String,
    pub item_version: u32,
    /// The window's name.
    pub window: String,
    pub state: hall_rules::CaseState,
    /// When paper came first.
    pub deposited_ms: i64,
}

/// Cases whose paper came since `since_ms`, newest first.
pub fn since(connection: &Connection, since_ms: i64, limit: u32) -> StoreResult<Vec<Measured>> {
    let mut statement = connection.prepare_cached(
        "SELECT c.id, c.receipt, c.entry_id, c.item, c.item_version, COALESCE(w.name, ''), c.state, c.deposited_ms
         FROM cases c LEFT JOIN windows w ON w.id = c.window_id
         WHERE c.deposited_ms >= $1 ORDER BY c.deposited_ms DESC LIMIT $2",
    )?;
    let rows = statement.query_map(params![since_ms, limit], |row| {
        Ok(Measured {
            id: SubmissionId(uuid_at(row, 0)?),
            receipt: row.get(1)?,
            entry: row.get(2)?,
            item: row.get(3)?,
            item_version: row.get(4)?,
            window: row.get(5)?,
            state: word_at(row, 6)?,
            deposited_ms: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
