//! Terminals: enrolment, revocation, what they last said, their compartments.

use kiosk_wire::kiosk_api::CompartmentState;
use kiosk_wire::{CompartmentNo, KioskId, SubmissionId};
use rusqlite::{OptionalExtension, Row, params};

use crate::columns::{optional_uuid_at, uuid_at, word_at, word_of};
use crate::{Connection, StoreResult, meta};

/// One terminal as stored.
#[derive(Clone, Debug)]
pub struct KioskRow {
    pub id: KioskId,
    pub name: String,
    /// Prefix of its receipt numbers.
    pub receipt_prefix: String,
    /// Its public key, once enrolled.
    pub public_key: Option<[u8; 32]>,
    /// Until when its enrolment code works.
    pub code_expires_ms: Option<i64>,
    /// When it was enrolled.
    pub enrolled_ms: Option<i64>,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
    /// When its last heartbeat came.
    pub seen_ms: Option<i64>,
    /// That heartbeat, JSON.
    pub heartbeat: Option<String>,
}

const COLUMNS: &str =
    "id, name, receipt_prefix, public_key, code_expires_ms, enrolled_ms, revoked_ms, seen_ms, heartbeat";

fn kiosk(row: &Row<'_>) -> rusqlite::Result<KioskRow> {
    Ok(KioskRow {
        id: KioskId(uuid_at(row, 0)?),
        name: row.get(1)?,
        receipt_prefix: row.get(2)?,
        public_key: row.get(3)?,
        code_expires_ms: row.get(4)?,
        enrolled_ms: row.get(5)?,
        revoked_ms: row.get(6)?,
        seen_ms: row.get(7)?,
        heartbeat: row.get(8)?,
    })
}

/// Adds a terminal that waits for its enrolment. Returns its receipt prefix, which was never used before.
pub fn add(
    connection: &Connection,
    id: KioskId,
    name: &str,
    code_hash: &[u8; 32],
    code_expires_ms: i64,
    now_ms: i64,
) -> StoreResult<String> {
    let prefix = format!("{:03}", 100 + meta::bump(connection, "prefix")?);
    connection.execute(
        "INSERT INTO kiosks (id, name, receipt_prefix, code_hash, code_expires_ms, added_ms)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![id.0.as_bytes(), name, prefix, code_hash, code_expires_ms, now_ms],
    )?;
    Ok(prefix)
}

/// The terminal that waits for, or was enrolled with, this code.
pub fn by_code(connection: &Connection, code_hash: &[u8; 32]) -> StoreResult<Option<KioskRow>> {
    Ok(connection
        .query_row(&format!("SELECT {COLUMNS} FROM kiosks WHERE code_hash = $1"), [code_hash], kiosk)
        .optional()?)
}

/// Registers a terminal's key.
pub fn enrol(connection: &Connection, id: KioskId, key: &[u8; 32], software: &str, now_ms: i64) -> StoreResult<()> {
    connection.execute(
        "UPDATE kiosks SET public_key = $1, software = $2, enrolled_ms = $3 WHERE id = $4",
        params![key, software, now_ms, id.0.as_bytes()],
    )?;
    Ok(())
}

/// Revokes a terminal. False when it is not there or was revoked before.
pub fn revoke(connection: &Connection, id: KioskId, now_ms: i64) -> StoreResult<bool> {
    let changed = connection.execute(
        "UPDATE kiosks SET revoked_ms = $1, code_expires_ms = 0 WHERE id = $2 AND revoked_ms IS NULL",
        params![now_ms, id.0.as_bytes()],
    )?;
    Ok(changed > 0)
}

/// All terminals, by name.
pub fn all(connection: &Connection) -> StoreResult<Vec<KioskRow>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM kiosks ORDER BY name"))?;
    let rows = statement.query_map([], kiosk)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One terminal.
pub fn get(connection: &Connection, id: KioskId) -> StoreResult<Option<KioskRow>> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM kiosks WHERE id = $1"))?
        .query_row([id.0.as_bytes()], kiosk)
        .optional()?)
}

/// Keeps what a terminal said of itself.
pub fn heard(connection: &Connection, id: KioskId, heartbeat: &str, software: &str, now_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE kiosks SET seen_ms = $1, heartbeat = $2, software = $3 WHERE id = $4")?
        .execute(params![now_ms, heartbeat, software, id.0.as_bytes()])?;
    Ok(())
}

/// What the journal says of one compartment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompartmentRow {
    /// Number.
    pub no: CompartmentNo,
    /// What may be in it.
    pub state: CompartmentState,
    /// Whose.
    pub case: Option<SubmissionId>,
    pub since_ms: i64,
}

fn compartment(row: &Row<'_>) -> rusqlite::Result<CompartmentRow> {
    Ok(CompartmentRow {
        no: CompartmentNo(row.get(0)?),
        state: word_at(row, 1)?,
        case: optional_uuid_at(row, 2)?.map(SubmissionId),
        since_ms: row.get(3)?,
    })
}

/// Sets what the journal says of a compartment.
pub fn set_compartment(connection: &Connection, kiosk: KioskId, row: &CompartmentRow) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO compartments (kiosk_id, no, state, case_id, since_ms) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (kiosk_id, no) DO UPDATE SET state = $3, case_id = $4, since_ms = $5",
        )?
        .execute(params![
            kiosk.0.as_bytes(),
            row.no.0,
            word_of(&row.state),
            row.case.map(|case| case.0.into_bytes()),
            row.since_ms
        ])?;
    Ok(())
}

/// Sets all compartments of a terminal aside: nobody knows what is in them.
pub fn set_all_aside(connection: &Connection, kiosk: KioskId, since_ms: i64) -> StoreResult<()> {
    connection.execute(
        "UPDATE compartments SET state = 'set_aside', since_ms = $1 WHERE kiosk_id = $2",
        params![since_ms, kiosk.0.as_bytes()],
    )?;
    Ok(())
}

/// One compartment.
pub fn compartment_of(
    connection: &Connection,
    kiosk: KioskId,
    no: CompartmentNo,
) -> StoreResult<Option<CompartmentRow>> {
    Ok(connection
        .prepare_cached("SELECT no, state, case_id, since_ms FROM compartments WHERE kiosk_id = $1 AND no = $2")?
        .query_row(params![kiosk.0.as_bytes(), no.0], compartment)
        .optional()?)
}

/// All compartments that the journal ever named.
pub fn compartments(connection: &Connection, kiosk: KioskId) -> StoreResult<Vec<CompartmentRow>> {
    let mut statement = connection
        .prepare_cached("SELECT no, state, case_id, since_ms FROM compartments WHERE kiosk_id = $1 ORDER BY no")?;
    let rows = statement.query_map([kiosk.0.as_bytes()], compartment)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
