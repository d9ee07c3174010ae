//! What was posted after its session had ended, until its owner has signed in again. Sealed, and for an hour.

use kiosk_wire::StaffId;
use rusqlite::{OptionalExtension, params};

use crate::columns::uuid_at;
use crate::sessions::Digest;
use crate::{Connection, StoreResult};

/// A form that waits for its owner.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Whose it is.
    pub staff: StaffId,
    /// Sealed: address and fields.
    pub body: Vec<u8>,
}

/// Keeps a form for whoever signs in behind this cookie, in place of what was kept there; forgets what is too old.
pub fn keep(connection: &Connection, visit: &Digest, kept: &Kept, now_ms: i64, until_ms: i64) -> StoreResult<()> {
    connection.prepare_cached("DELETE FROM kept_forms WHERE until_ms <= $1")?.execute([now_ms])?;
    connection
        .prepare_cached(
            "INSERT INTO kept_forms (visit_hash, staff_id, body, until_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (visit_hash) DO UPDATE SET staff_id = $2, body = $3, until_ms = $4",
        )?
        .execute(params![visit.as_slice(), kept.staff.0.as_bytes(), kept.body, until_ms])?;
    Ok(())
}

/// What is kept behind a cookie.
pub fn find(connection: &Connection, visit: &Digest, now_ms: i64) -> StoreResult<Option<Kept>> {
    Ok(connection
        .prepare_cached("SELECT staff_id, body FROM kept_forms WHERE visit_hash = $1 AND until_ms > $2")?
        .query_row(params![visit.as_slice(), now_ms], |row| {
            Ok(Kept { staff: StaffId(uuid_at(row, 0)?), body: row.get(1)? })
        })
        .optional()?)
}

/// Forgets it.
pub fn forget(connection: &Connection, visit: &Digest) -> StoreResult<()> {
    connection.prepare_cached("DELETE FROM kept_forms WHERE visit_hash = $1")?.execute([visit.as_slice()])?;
    Ok(())
}

/// What a form is sealed for.
pub fn context(visit: &Digest, staff: StaffId) -> Vec<u8> {
    format!("kept-form {} {staff}", hex::encode(visit)).into_bytes()
}
