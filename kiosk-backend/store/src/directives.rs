//! Directives: signed once, kept as signed and sealed, since one about a result marks who may have it; answered by a
//! journal entry.

use kiosk_wire::{CompartmentNo, DirectiveId, DirectiveOutcome, KioskId, Signed, StaffId, SubmissionId};
use rusqlite::{OptionalExtension, Row, params};

use crate::columns::{optional_uuid_at, optional_word_at, signed, uuid_at, word_of};
use crate::seal::Sealer;
use crate::{Connection, StoreError, StoreResult};

/// One directive as stored.
#[derive(Clone, Debug)]
pub struct DirectiveRow {
    pub id: DirectiveId,
    /// For which terminal.
    pub kiosk: KioskId,
    /// Made at.
    pub issued_ms: i64,
    /// Void from then on.
    pub expires_ms: i64,
    /// Who asked.
    pub staff: StaffId,
    /// Their name.
    pub staff_name: String,
    /// The order's word, such as `arm_collection`.
    pub order: String,
    pub case: Option<SubmissionId>,
    pub compartment: Option<CompartmentNo>,
    /// The terminal's last answer.
    pub outcome: Option<DirectiveOutcome>,
}

/// A directive to store.
pub struct NewDirective<'a> {
    /// What was signed.
    pub directive: &'a kiosk_wire::Directive,
    /// The order's word.
    pub order: &'a str,
    pub case: Option<SubmissionId>,
    pub compartment: Option<CompartmentNo>,
    /// Text and signature.
    pub signed: &'a Signed,
}

/// Stores a directive.
pub fn insert(connection: &Connection, sealer: &Sealer, new: &NewDirective<'_>) -> StoreResult<()> {
    let directive = new.directive;
    let body = hex::encode(sealer.seal(&new.signed.body, &context(directive.id))?);
    connection
        .prepare_cached(
            "INSERT INTO directives
             (id, kiosk_id, generation, issued_ms, expires_ms, staff_id, order_word, case_id, compartment, body, signature)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )?
        .execute(params![
            directive.id.0.as_bytes(),
            directive.kiosk.0.as_bytes(),
            signed(directive.generation),
            directive.issued_ms,
            directive.expires_ms,
            directive.staff.0.as_bytes(),
            new.order,
            new.case.map(|case| case.0.into_bytes()),
            new.compartment.map(|no| no.0),
            body,
            new.signed.signature
        ])?;
    Ok(())
}

/// One directive.
pub fn get(connection: &Connection, id: DirectiveId) -> StoreResult<Option<DirectiveRow>> {
    Ok(connection
        .prepare_cached(
            "SELECT d.id, d.kiosk_id, d.issued_ms, d.expires_ms, d.staff_id, s.name, d.order_word, d.case_id,
                    d.compartment, d.outcome
             FROM directives d JOIN staff s ON s.id = d.staff_id WHERE d.id = $1",
        )?
        .query_row([id.0.as_bytes()], directive)
        .optional()?)
}

fn directive(row: &Row<'_>) -> rusqlite::Result<DirectiveRow> {
    Ok(DirectiveRow {
        id: DirectiveId(uuid_at(row, 0)?),
        kiosk: KioskId(uuid_at(row, 1)?),
        issued_ms: row.get(2)?,
        expires_ms: row.get(3)?,
        staff: StaffId(uuid_at(row, 4)?),
        staff_name: row.get(5)?,
        order: row.get(6)?,
        case: optional_uuid_at(row, 7)?.map(SubmissionId),
        compartment: row.get::<_, Option<u16>>(8)?.map(CompartmentNo),
        outcome: optional_word_at(row, 9)?,
    })
}

/// The directives that a terminal has neither answered nor missed, oldest first.
pub fn open(connection: &Connection, sealer: &Sealer, kiosk: KioskId, now_ms: i64) -> StoreResult<Vec<Signed>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, body, signature FROM directives
         WHERE kiosk_id = $1 AND expires_ms > $2 AND outcome IS NULL ORDER BY issued_ms, id",
    )?;
    let rows = statement.query_map(params![kiosk.0.as_bytes(), now_ms], |row| {
        Ok((DirectiveId(uuid_at(row, 0)?), row.get::<_, String>(1)?, row.get(2)?))
    })?;
    rows.map(|row| {
        let (id, body, signature) = row?;
        Ok(Signed { body: unsealed(sealer, id, body)?, signature })
    })
    .collect()
}

/// What a directive's text is tied to.
pub fn context(id: DirectiveId) -> Vec<u8> {
    format!("directive {id}").into_bytes()
}

fn unsealed(sealer: &Sealer, id: DirectiveId, body: String) -> StoreResult<String> {
    if body.starts_with('{') {
        return Ok(body); // kept by a release that did not seal them
    }
    let sealed = hex::decode(&body).map_err(|cause| StoreError::Corrupt(format!("directive {id}: {cause}")))?;
    Ok(sealer.open(&sealed, &context(id))?.expose().clone())
}

/// Notes that a directive belongs to the round that `first` began.
pub fn set_round(connection: &Connection, id: DirectiveId, first: DirectiveId) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE directives SET round = $1 WHERE id = $2")?
        .execute(params![first.0.as_bytes(), id.0.as_bytes()])?;
    Ok(())
}

/// Keeps the terminal's answer.
pub fn answer(connection: &Connection, id: DirectiveId, outcome: DirectiveOutcome, now_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE directives SET outcome = $1, answered_ms = $2 WHERE id = $3")?
        .execute(params![word_of(&outcome), now_ms, id.0.as_bytes()])?;
    Ok(())
}
