//! What happened to cases: insert-only, and the only truth about their states.

use hall_rules::clock::Past;
use hall_rules::{CaseEvent, CaseState};
use jiff::Timestamp;
use kiosk_wire::{CompartmentNo, KioskId, StaffId, SubmissionId};
use rusqlite::{Connection, params};

use super::{StoreResult, signed, word_of};

/// One event to append.
pub struct NewEvent<'a> {
    /// What: a word of the domain's `Happening`.
    pub kind: &'a str,
    /// When it happened.
    pub at_ms: i64,
    /// Which member of staff.
    pub staff: Option<StaffId>,
    /// At which terminal.
    pub kiosk: Option<KioskId>,
    /// Which compartment.
    pub compartment: Option<CompartmentNo>,
    /// A reason or an outcome.
    pub note: Option<&'a str>,
    /// Days that were filled in.
    pub days: Option<u16>,
}

/// Appends event number `version` and moves the case to `state`.
pub fn append(
    connection: &Connection,
    id: SubmissionId,
    version: u64,
    state: CaseState,
    event: &NewEvent<'_>,
    now_ms: i64,
) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO case_events (case_id, n, kind, at_ms, recorded_ms, staff_id, kiosk_id, compartment, note,
                 days)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )?
        .execute(params![
            id.0.as_bytes(),
            signed(version),
            event.kind,
            event.at_ms,
            now_ms,
            event.staff.map(|staff| staff.0.into_bytes()),
            event.kiosk.map(|kiosk| kiosk.0.into_bytes()),
            event.compartment.map(|no| no.0),
            event.note,
            event.days
        ])?;
    connection
        .prepare_cached("UPDATE cases SET state = $1, version = $2, changed_ms = $3 WHERE id = $4")?
        .execute(params![word_of(&state), signed(version), now_ms, id.0.as_bytes()])?;
    Ok(())
}

/// One event as stored, with names.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// What.
    pub kind: String,
    /// When it happened.
    pub at_ms: i64,
    /// When we learnt of it.
    pub recorded_ms: i64,
    /// Name of the member of staff.
    pub staff: Option<String>,
    /// Name of the terminal.
    pub kiosk: Option<String>,
    /// Which compartment.
    pub compartment: Option<CompartmentNo>,
    /// Reason or outcome.
    pub note: Option<String>,
}

/// A case's events, oldest first.
pub fn events(connection: &Connection, id: SubmissionId) -> StoreResult<Vec<EventRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT e.kind, e.at_ms, e.recorded_ms, s.name, k.name, e.compartment, e.note
         FROM case_events e
         LEFT JOIN staff s ON s.id = e.staff_id
         LEFT JOIN kiosks k ON k.id = e.kiosk_id
         WHERE e.case_id = $1 ORDER BY e.n",
    )?;
    let rows = statement.query_map([id.0.as_bytes()], |row| {
        Ok(EventRow {
            kind: row.get(0)?,
            at_ms: row.get(1)?,
            recorded_ms: row.get(2)?,
            staff: row.get(3)?,
            kiosk: row.get(4)?,
            compartment: row.get::<_, Option<u16>>(5)?.map(CompartmentNo),
            note: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What moved the case's state, oldest first: what its standing and its clocks are derived from.
pub fn history(connection: &Connection, id: SubmissionId) -> StoreResult<Vec<Past>> {
    let mut statement =
        connection.prepare_cached("SELECT kind, at_ms, days FROM case_events WHERE case_id = $1 ORDER BY n")?;
    let mut past = Vec::new();
    let mut rows = statement.query([id.0.as_bytes()])?;
    while let Some(row) = rows.next()? {
        let kind: String = row.get(0)?;
        let at = Timestamp::from_millisecond(row.get(1)?).unwrap_or(Timestamp::UNIX_EPOCH);
        // Others only tell: who is on the way, which door was opened.
        past.extend(CaseEvent::from_code(&kind).map(|event| (event, at, row.get(2))));
    }
    past.into_iter().map(|(event, at, days)| Ok(Past { event, at, days: days? })).collect()
}
