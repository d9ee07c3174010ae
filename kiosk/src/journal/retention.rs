//! How long personal payloads stay.

use kiosk_wire::SubmissionId;
use rusqlite::{Connection, Transaction, params};

use super::{Projection, RecordError, sql};

/// A payload is erased this long after the backend acknowledged it *and* the entry that settled its submission: 35
/// days. A backend restored from any younger backup can still be sent everything.
pub const RETENTION_MS: i64 = 35 * 24 * 3600 * 1000;

/// Notes which submissions the entries up to `seq` have settled: their paper is in no compartment any more.
pub(super) fn note_settled(
    tx: &Transaction<'_>,
    old: &Projection,
    new: &Projection,
    seq: u64,
) -> Result<(), RecordError> {
    let gone = |id: SubmissionId| new.submission(id).is_none();
    for payload in old.submissions().filter(|(id, _)| gone(*id)).map(|(_, known)| known.seq) {
        tx.execute(
            "INSERT INTO settled (seq, settled_by) VALUES (?1, ?2) ON CONFLICT (seq) DO NOTHING",
            params![sql(payload), sql(seq)],
        )?;
    }
    Ok(())
}

/// Erases what is settled, acknowledged and old enough. `earliest_ms`: it is certainly not earlier than this, so
/// that no wrong clock erases anything.
pub(super) fn erase_expired(conn: &mut Connection, earliest_ms: i64) -> Result<usize, RecordError> {
    let before = earliest_ms.saturating_sub(RETENTION_MS);
    let tx = conn.transaction()?;
    let erased = tx.execute(
        "UPDATE entries SET payload = NULL
         WHERE payload IS NOT NULL AND seq IN (
             SELECT settled.seq FROM settled
             WHERE (SELECT min(at_ms) FROM delivery WHERE through >= settled.settled_by) <= ?1)",
        [before],
    )?;
    tx.commit()?;
    Ok(erased)
}
