//! The audit: insert-only, each row chained to the one before, so that a change or a gap shows.
//!
//! ```text
//! hash = SHA-256("hall-audit-v1\0" ‖ prev ‖ seq ‖ at_ms ‖ len(actor) ‖ actor ‖ len(action) ‖ action ‖ case id or 16 zeros ‖ len(detail) ‖ detail)
//! ```
//! Numbers are 8 bytes, big endian.

use rusqlite::{OptionalExtension, Row, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::columns::optional_uuid_at;
use crate::{Connection, StoreError, StoreResult};

/// One row as it is chained.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// Position.
    pub seq: i64,
    pub at_ms: i64,
    /// Who: `staff:ID`, `kiosk:ID` or `command line`.
    pub actor: String,
    pub action: String,
    /// About which case.
    pub case: Option<Uuid>,
    /// JSON: reason, address, object. Never personal.
    pub detail: String,
    /// Hash of the row before.
    pub prev: [u8; 32],
    /// Hash of this row.
    pub hash: [u8; 32],
}

/// Appends a row.
pub fn append(
    connection: &Connection,
    at_ms: i64,
    actor: &str,
    action: &str,
    case: Option<Uuid>,
    detail: &str,
) -> StoreResult<()> {
    let (last, prev) = head(connection)?;
    let seq = last + 1;
    let hash = chain(&prev, seq, at_ms, actor, action, case, detail);
    // With FAIL in place of ABORT the statement keeps no journal of its own; an error ends the transaction anyway.
    connection
        .prepare_cached(
            "INSERT OR FAIL INTO audit (seq, at_ms, actor, action, case_id, detail, prev, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )?
        .execute(params![seq, at_ms, actor, action, case.map(Uuid::into_bytes), detail, prev, hash])?;
    Ok(())
}

/// The rows about a case, oldest first.
pub fn of_case(connection: &Connection, case: Uuid) -> StoreResult<Vec<AuditEntry>> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, at_ms, actor, action, case_id, detail, prev, hash FROM audit WHERE case_id = $1 ORDER BY seq",
    )?;
    let rows = statement.query_map([case.into_bytes()], entry)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Position and hash of the newest row; 0 and zeros before the first.
pub fn head(connection: &Connection) -> StoreResult<(i64, [u8; 32])> {
    let newest = connection
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(newest.unwrap_or((0, [0; 32])))
}

/// Up to `limit` rows older than `before`, newest first.
pub fn page(connection: &Connection, before: i64, limit: u32) -> StoreResult<Vec<AuditEntry>> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, at_ms, actor, action, case_id, detail, prev, hash FROM audit
         WHERE seq < $1 ORDER BY seq DESC LIMIT $2",
    )?;
    let rows = statement.query_map(params![before, limit], entry)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Recomputes the whole chain. Returns how many rows there are, or says where it breaks.
pub fn verify(connection: &Connection) -> StoreResult<i64> {
    let mut statement =
        connection.prepare("SELECT seq, at_ms, actor, action, case_id, detail, prev, hash FROM audit ORDER BY seq")?;
    let (mut seq, mut prev) = (0, [0; 32]);
    for row in statement.query_map([], entry)? {
        let row = row?;
        let hash = chain(&row.prev, row.seq, row.at_ms, &row.actor, &row.action, row.case, &row.detail);
        if row.seq != seq + 1 || row.prev != prev || row.hash != hash {
            return Err(StoreError::Corrupt(format!("the audit chain breaks at entry {}", seq + 1)));
        }
        (seq, prev) = (row.seq, row.hash);
    }
    Ok(seq)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    Ok(AuditEntry {
        seq: row.get(0)?,
        at_ms: row.get(1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        case: optional_uuid_at(row, 4)?,
        detail: row.get(5)?,
        prev: row.get(6)?,
        hash: row.get(7)?,
    })
}

fn chain(
    prev: &[u8; 32],
    seq: i64,
    at_ms: i64,
    actor: &str,
    action: &str,
    case: Option<Uuid>,
    detail: &str,
) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"hall-audit-v1\0");
    hasher.update(prev);
    hasher.update(seq.to_be_bytes());
    hasher.update(at_ms.to_be_bytes());
    for text in [actor, action] {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    hasher.update(case.unwrap_or_default().as_bytes());
    hasher.update((detail.len() as u64).to_be_bytes());
    hasher.update(detail);
    hasher.finalize().into()
}
