//! Events of cases whose time nobody knows yet.

use hall_rules::time::journal::Anchor;
use kiosk_wire::{JournalId, SubmissionId};
use rusqlite::params;
use uuid::Uuid;

use crate::columns::{optional_uuid_at, signed, u64_at, uuid_at};
use crate::{Connection, StoreResult};

/// One event whose time is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untimed {
    pub case: SubmissionId,
    /// Which of its events.
    pub n: u64,
    /// Monotonic time of the terminal's start.
    pub mono_ms: u64,
    /// It happened not before this.
    pub earliest_ms: i64,
    /// And not after this.
    pub latest_ms: i64,
}

/// Notes that the time of a case's event is not known, in this start of this journal's terminal.
pub fn add(connection: &Connection, journal: JournalId, boot: u128, event: &Untimed) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO untimed (case_id, n, journal_id, boot, mono_ms, latest_ms) VALUES ($1, $2, $3, $4, $5, $6)",
        )?
        .execute(params![
            event.case.0.as_bytes(),
            signed(event.n),
            journal.0.as_bytes(),
            boot.to_be_bytes(),
            signed(event.mono_ms),
            event.latest_ms
        ])?;
    Ok(())
}

const SELECT: &str = "SELECT u.case_id, u.n, u.mono_ms, e.at_ms, u.latest_ms
    FROM untimed u JOIN case_events e ON e.case_id = u.case_id AND e.n = u.n";

fn rows(connection: &Connection, sql: &str, parameters: impl rusqlite::Params) -> StoreResult<Vec<Untimed>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, |row| {
        Ok(Untimed {
            case: SubmissionId(uuid_at(row, 0)?),
            n: u64_at(row, 1)?,
            mono_ms: u64_at(row, 2)?,
            earliest_ms: row.get(3)?,
            latest_ms: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The events of one start, case by case in their order.
pub fn of_start(connection: &Connection, journal: JournalId, boot: u128) -> StoreResult<Vec<Untimed>> {
    let sql = format!("{SELECT} WHERE u.journal_id = $1 AND u.boot = $2 ORDER BY u.case_id, u.n");
    rows(connection, &sql, params![journal.0.as_bytes(), boot.to_be_bytes()])
}

/// The events of one case, in their order.
pub fn of_case(connection: &Connection, case: SubmissionId) -> StoreResult<Vec<Untimed>> {
    rows(connection, &format!("{SELECT} WHERE u.case_id = $1 ORDER BY u.n"), [case.0.as_bytes()])
}

/// Forgets that the times of a case's events in one start are not known: they are now.
pub fn settle(connection: &Connection, journal: JournalId, boot: u128, case: SubmissionId) -> StoreResult<()> {
    connection
        .prepare_cached("DELETE FROM untimed WHERE journal_id = $1 AND boot = $2 AND case_id = $3")?
        .execute(params![journal.0.as_bytes(), boot.to_be_bytes(), case.0.as_bytes()])?;
    Ok(())
}

/// An anchor out of three columns, absent when the first is.
pub(crate) fn anchor_at(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Option<Anchor>> {
    let Some(boot) = optional_uuid_at(row, at)? else { return Ok(None) };
    Ok(Some(Anchor { boot: boot.as_u128(), mono_ms: u64_at(row, at + 1)?, ms: row.get(at + 2)? }))
}

/// The first of an anchor's columns.
pub(crate) fn boot_bytes(anchor: Option<Anchor>) -> Option<[u8; 16]> {
    anchor.map(|anchor| *Uuid::from_u128(anchor.boot).as_bytes())
}
