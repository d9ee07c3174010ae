//! Who staff are at the city's provider of accounts, and which sign-ins came back from it.

use kiosk_wire::StaffId;
use rusqlite::{OptionalExtension, params};

use crate::columns::uuid_at;
use crate::sessions::Digest;
use crate::{Connection, StoreResult};

/// Who somebody is at the provider.
pub fn subject_of(connection: &Connection, id: StaffId, issuer: &str) -> StoreResult<Option<String>> {
    Ok(connection
        .prepare_cached("SELECT oidc_subject FROM staff WHERE id = $1 AND oidc_issuer = $2")?
        .query_row(params![id.0.as_bytes(), issuer], |row| row.get(0))
        .optional()?
        .flatten())
}

/// Whose account belongs to somebody at the provider, closed or not.
pub fn staff_of(connection: &Connection, issuer: &str, subject: &str) -> StoreResult<Option<StaffId>> {
    Ok(connection
        .prepare_cached("SELECT id FROM staff WHERE oidc_issuer = $1 AND oidc_subject = $2")?
        .query_row([issuer, subject], |row| uuid_at(row, 0).map(StaffId))
        .optional()?)
}

/// Says who somebody is at the provider, or with `None` that they are nobody there.
pub fn set_subject(connection: &Connection, id: StaffId, issuer: &str, subject: Option<&str>) -> StoreResult<()> {
    connection.execute(
        "UPDATE staff SET oidc_issuer = $1, oidc_subject = $2 WHERE id = $3",
        params![subject.map(|_| issuer), subject, id.0.as_bytes()],
    )?;
    Ok(())
}

/// Takes a sign-in that came back; false when it came back before.
pub fn take_flow(connection: &Connection, flow: &Digest, now_ms: i64, ends_ms: i64) -> StoreResult<bool> {
    connection.prepare_cached("DELETE FROM oidc_flows WHERE ends_ms <= $1")?.execute([now_ms])?;
    let new = connection
        .prepare_cached(
            "INSERT INTO oidc_flows (flow_hash, ends_ms) VALUES ($1, $2) ON CONFLICT (flow_hash) DO NOTHING",
        )?
        .execute(params![flow.as_slice(), ends_ms])?;
    Ok(new > 0)
}
