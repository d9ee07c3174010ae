//! Claims of cases: who works on one now, until when. A claim that nobody renews ends by itself.

use kiosk_wire::{StaffId, SubmissionId};
use rusqlite::params;

use crate::{Connection, StoreResult};

/// Claims a case for someone, or renews their claim; since when stays when it was theirs already.
pub fn take(
    connection: &Connection,
    case: SubmissionId,
    staff: StaffId,
    now_ms: i64,
    until_ms: i64,
) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO case_claims (case_id, staff_id, since_ms, until_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (case_id) DO UPDATE SET until_ms = excluded.until_ms, staff_id = excluded.staff_id,
                 since_ms = CASE WHEN case_claims.staff_id = excluded.staff_id AND case_claims.until_ms > $3
                     THEN case_claims.since_ms ELSE excluded.since_ms END",
        )?
        .execute(params![case.0.as_bytes(), staff.0.as_bytes(), now_ms, until_ms])?;
    Ok(())
}

/// Ends the claim of a case.
pub fn release(connection: &Connection, case: SubmissionId) -> StoreResult<()> {
    connection.prepare_cached("DELETE FROM case_claims WHERE case_id = $1")?.execute([case.0.as_bytes()])?;
    Ok(())
}
