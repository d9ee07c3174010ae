//! What happened to cases: insert-only, and the only truth about their states.

use hall_rules::clock::Past;
use kiosk_wire::{CompartmentNo, KioskId, StaffId, SubmissionId};
use rusqlite::params;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::case_history::{History, TIME_SETTLED, history_columns, settle};
use crate::cases::{Change, NewCase, Window};
use crate::columns::{optional_uuid_at, signed, u64_at};
use crate::{Connection, StoreError, StoreResult};

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
    pub compartment: Option<CompartmentNo>,
    /// A reason or an outcome.
    pub note: Option<&'a str>,
    /// Days that were filled in.
    pub days: Option<u16>,
}

/// One event as it is hashed: all that its row says, in this order.
#[derive(Serialize)]
struct Record<'a> {
    n: u64,
    kind: &'a str,
    at_ms: i64,
    recorded_ms: i64,
    staff: Option<StaffId>,
    kiosk: Option<KioskId>,
    compartment: Option<CompartmentNo>,
    note: Option<&'a str>,
    days: Option<u16>,
}

/// The hash of an event: over its predecessor's (zeros at the beginning), the case, and the event as JSON.
pub fn link(prev: &[u8; 32], case: SubmissionId, record: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"hall-case-event-v1\0");
    hasher.update(prev);
    hasher.update(case.0.as_bytes());
    hasher.update(record);
    hasher.finalize().into()
}

fn json(record: &Record<'_>) -> StoreResult<String> {
    serde_json::to_string(record).map_err(|cause| StoreError::Corrupt(cause.to_string()))
}

/// Where a case's next event goes: number and hash of its newest one, 0 and zeros before the first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tip {
    /// How many events there are.
    pub n: u64,
    hash: [u8; 32],
}

/// Appends the event after `tip` and counts it in the case's row, with what it changes there. `None`, and nothing
/// is written, when there is no such case.
pub fn append(
    connection: &Connection,
    id: SubmissionId,
    tip: Tip,
    change: &Change<'_>,
    event: &NewEvent<'_>,
    now_ms: i64,
) -> StoreResult<Option<Window>> {
    let Some(window) = crate::cases::change(connection, id, tip.n + 1, change, now_ms)? else { return Ok(None) };
    write(connection, id, tip, event, now_ms)?;
    Ok(Some(window))
}

/// Opens a case with its first event. False, and nothing is written, when its number or id is taken.
pub fn open(connection: &Connection, new: &NewCase<'_>, event: &NewEvent<'_>, now_ms: i64) -> StoreResult<bool> {
    let opened = crate::cases::insert(connection, new, now_ms)?;
    if opened {
        write(connection, new.id, Tip::default(), event, now_ms)?;
    }
    Ok(opened)
}

fn write(connection: &Connection, id: SubmissionId, tip: Tip, event: &NewEvent<'_>, now_ms: i64) -> StoreResult<()> {
    let n = tip.n + 1;
    let record = Record {
        n,
        kind: event.kind,
        at_ms: event.at_ms,
        recorded_ms: now_ms,
        staff: event.staff,
        kiosk: event.kiosk,
        compartment: event.compartment,
        note: event.note,
        days: event.days,
    };
    let hash = link(&tip.hash, id, &json(&record)?);
    connection
        .prepare_cached(
            "INSERT INTO case_events (case_id, n, kind, at_ms, recorded_ms, staff_id, kiosk_id, compartment, note,
                 days, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )?
        .execute(params![
            id.0.as_bytes(),
            signed(n),
            event.kind,
            event.at_ms,
            now_ms,
            event.staff.map(|staff| staff.0.into_bytes()),
            event.kiosk.map(|kiosk| kiosk.0.into_bytes()),
            event.compartment.map(|no| no.0),
            event.note,
            event.days,
            hash
        ])?;
    Ok(())
}

/// One event as stored, with names.
#[derive(Clone, Debug)]
pub struct EventRow {
    pub kind: String,
    /// When it happened; where that is not known, not before this.
    pub at_ms: i64,
    /// Where it is not known when it happened: not after this.
    pub latest_ms: Option<i64>,
    /// When we learnt of it.
    pub recorded_ms: i64,
    /// Name of the member of staff.
    pub staff: Option<String>,
    /// Name of the terminal.
    pub kiosk: Option<String>,
    pub compartment: Option<CompartmentNo>,
    /// Reason or outcome.
    pub note: Option<String>,
}

/// A case's events, oldest first.
pub fn events(connection: &Connection, id: SubmissionId) -> StoreResult<Vec<EventRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT e.kind, e.at_ms, e.recorded_ms, s.name, k.name, e.compartment, e.note, u.latest_ms
         FROM case_events e
         LEFT JOIN staff s ON s.id = e.staff_id
         LEFT JOIN kiosks k ON k.id = e.kiosk_id
         LEFT JOIN untimed u ON u.case_id = e.case_id AND u.n = e.n
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
            latest_ms: row.get(7)?,
        })
    })?;
    let mut events: Vec<EventRow> = rows.collect::<Result<_, _>>()?;
    settle(&mut events, |event| (&event.kind, &event.note, &mut event.at_ms));
    for event in events.iter_mut().filter(|event| event.kind == TIME_SETTLED) {
        // For programs, not for people: the events themselves have the times.
        event.note = None;
    }
    Ok(events)
}

/// A case's events as they are hashed, oldest first, each with its hash; absent of events from before the chain.
pub fn records(connection: &Connection, id: SubmissionId) -> StoreResult<Vec<(String, Option<[u8; 32]>)>> {
    let mut statement = connection.prepare_cached(
        "SELECT n, kind, at_ms, recorded_ms, staff_id, kiosk_id, compartment, note, days, hash
         FROM case_events WHERE case_id = $1 ORDER BY n",
    )?;
    let (mut rows, mut records) = (statement.query([id.0.as_bytes()])?, Vec::new());
    while let Some(row) = rows.next()? {
        let (kind, note): (String, Option<String>) = (row.get(1)?, row.get(7)?);
        let record = Record {
            n: u64_at(row, 0)?,
            kind: &kind,
            at_ms: row.get(2)?,
            recorded_ms: row.get(3)?,
            staff: optional_uuid_at(row, 4)?.map(StaffId),
            kiosk: optional_uuid_at(row, 5)?.map(KioskId),
            compartment: row.get::<_, Option<u16>>(6)?.map(CompartmentNo),
            note: note.as_deref(),
            days: row.get(8)?,
        };
        records.push((json(&record)?, row.get(9)?));
    }
    Ok(records)
}

/// What moved the case's state, oldest first: what its standing and its clocks are derived from.
pub fn history(connection: &Connection, id: SubmissionId) -> StoreResult<Vec<Past>> {
    Ok(history_and_tip(connection, id)?.0.past)
}

/// As [`history`], and where the next event goes.
pub fn history_and_tip(connection: &Connection, id: SubmissionId) -> StoreResult<(History, Tip)> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        history_columns!(),
        ", e.hash FROM case_events e WHERE e.case_id = $1 ORDER BY e.n"
    ))?;
    let (mut history, mut tip) = (History::default(), Tip::default());
    let mut rows = statement.query([id.0.as_bytes()])?;
    while let Some(row) = rows.next()? {
        // An event from before the chain has no hash: the chain begins after it.
        tip = Tip { n: history.read(row)?, hash: row.get::<_, Option<_>>(5)?.unwrap_or_default() };
    }
    Ok((history, tip))
}
