//! Results that wait for their applicants.

use kiosk_wire::{SubmissionId, WindowId};

use crate::columns::{optional_uuid_at, u64_at, uuid_at};
use crate::{Connection, StoreResult};

/// A result that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose.
    pub case: SubmissionId,
    /// The event by which it was ready.
    pub n: u64,
    /// When we learnt of it, and the applicant from us. A terminal may not know when it was; this is never earlier.
    pub since_ms: i64,
    /// How many reminders of it were written.
    pub reminders: usize,
}

/// Results at a window or in a box; a parcel is on its way without anybody's doing.
pub fn waiting(connection: &Connection) -> StoreResult<Vec<Waiting>> {
    let mut statement = connection.prepare_cached(
        "SELECT c.id, e.n, e.recorded_ms, (SELECT COUNT(*) FROM messages m WHERE m.case_id = c.id
                 AND m.event LIKE 'reminder.' || e.n || '.%')
         FROM cases c JOIN case_events e ON e.case_id = c.id AND e.kind = 'result_ready'
         WHERE c.state = 'result_ready'
           AND e.n = (SELECT MAX(n) FROM case_events l WHERE l.case_id = c.id AND l.kind = 'result_ready')
           AND NOT EXISTS (SELECT 1 FROM parcels p WHERE p.case_id = c.id AND p.n = e.n)",
    )?;
    let rows = statement.query_map([], |row| {
        let reminders: i64 = row.get(3)?;
        Ok(Waiting {
            case: SubmissionId(uuid_at(row, 0)?),
            n: u64_at(row, 1)?,
            since_ms: row.get(2)?,
            reminders: usize::try_from(reminders).unwrap_or(0),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Of a case: its result is in a box and its last day was before `$1`.
const OVER: &str = "due_clock = 'collection' AND soon_date <= $1 AND due_date < $1 AND state = 'result_ready'
    AND compartment IS NOT NULL";

/// Results in boxes whose time is over before `today`, oldest first.
pub fn over(connection: &Connection, today: &str, limit: u32) -> StoreResult<Vec<SubmissionId>> {
    let sql = format!("SELECT id FROM cases WHERE {OVER} ORDER BY due_date, id LIMIT {limit}");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([today], |row| Ok(SubmissionId(uuid_at(row, 0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The window of each result that [`over`] lists.
pub fn windows_over(connection: &Connection, today: &str) -> StoreResult<Vec<Option<WindowId>>> {
    let mut statement = connection.prepare_cached(&format!("SELECT window_id FROM cases WHERE {OVER}"))?;
    let rows = statement.query_map([today], |row| Ok(optional_uuid_at(row, 0)?.map(WindowId)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
