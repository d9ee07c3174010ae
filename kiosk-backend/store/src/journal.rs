//! Journals of terminals, entry by entry, as they were sent.

use hall_rules::time::JournalTime;
use hall_rules::time::journal::Anchor;
use kiosk_wire::{Code, JournalId, KioskId, StaffId};
use rusqlite::{OptionalExtension, params};

use crate::columns::{optional_uuid_at, optional_word_at, signed, u64_at, uuid_at, word_at, word_of};
use crate::untimed::{anchor_at, boot_bytes};
use crate::{Connection, StoreResult};

/// What is known of one journal.
#[derive(Clone, Copy, Debug)]
pub struct JournalHead {
    /// Whose it is.
    pub kiosk: KioskId,
    /// The position we lack next.
    pub next: u64,
    /// Hash of the entry before that; zeros before the first.
    pub head: [u8; 32],
    /// Whether another entry was ever offered for a stored position.
    pub forked: bool,
    /// What tells the time of its entries.
    pub time: JournalTime,
}

/// Reads what is known of a journal.
pub fn head(connection: &Connection, journal: JournalId) -> StoreResult<Option<JournalHead>> {
    Ok(connection
        .prepare_cached(
            "SELECT j.kiosk_id, j.next_seq, j.head, j.forked_ms IS NOT NULL, COALESCE(j.last_ms, k.added_ms),
                 j.last_boot, j.last_mono_ms, j.told_boot, j.told_mono_ms, j.told_ms,
                 j.live_boot, j.live_mono_ms, j.live_ms
             FROM journals j JOIN kiosks k ON k.id = j.kiosk_id WHERE j.id = $1",
        )?
        .query_row([journal.0.as_bytes()], |row| {
            let last = match optional_uuid_at(row, 5)? {
                Some(boot) => Some((boot.as_u128(), u64_at(row, 6)?)),
                None => None,
            };
            let time = JournalTime { last_ms: row.get(4)?, last, told: anchor_at(row, 7)?, live: anchor_at(row, 10)? };
            Ok(JournalHead {
                kiosk: KioskId(uuid_at(row, 0)?),
                next: u64_at(row, 1)?,
                head: row.get(2)?,
                forked: row.get(3)?,
                time,
            })
        })
        .optional()?)
}

/// Begins a journal.
pub fn begin(connection: &Connection, journal: JournalId, kiosk: KioskId, now_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO journals (id, kiosk_id, next_seq, head, first_seen_ms) VALUES ($1, $2, 1, $3, $4)",
        )?
        .execute(params![journal.0.as_bytes(), kiosk.0.as_bytes(), [0_u8; 32], now_ms])?;
    Ok(())
}

/// Moves a journal's head, with what its newest entries told of their time.
pub fn advance(connection: &Connection, journal: JournalId, head: &JournalHead) -> StoreResult<()> {
    let JournalTime { last_ms, last, told, live } = head.time;
    connection
        .prepare_cached(
            "UPDATE journals SET next_seq = $1, head = $2, last_ms = $3, last_boot = $4, last_mono_ms = $5,
                 told_boot = $6, told_mono_ms = $7, told_ms = $8,
                 live_boot = $9, live_mono_ms = $10, live_ms = $11 WHERE id = $12",
        )?
        .execute(params![
            signed(head.next),
            head.head,
            last_ms,
            last.map(|(boot, _)| boot.to_be_bytes()),
            last.map(|(_, mono_ms)| signed(mono_ms)),
            boot_bytes(told),
            told.map(|told| signed(told.mono_ms)),
            told.map(|told| told.ms),
            boot_bytes(live),
            live.map(|live| signed(live.mono_ms)),
            live.map(|live| live.ms),
            journal.0.as_bytes()
        ])?;
    Ok(())
}

/// Notes when the terminal that writes a journal last spoke to us.
pub fn spoke(connection: &Connection, journal: JournalId, live: Anchor) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE journals SET live_boot = $1, live_mono_ms = $2, live_ms = $3 WHERE id = $4")?
        .execute(params![boot_bytes(Some(live)), signed(live.mono_ms), live.ms, journal.0.as_bytes()])?;
    Ok(())
}

/// Notes that a journal forked, once.
pub fn mark_forked(connection: &Connection, journal: JournalId, seq: u64, now_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE journals SET forked_ms = $1, forked_seq = $2 WHERE id = $3 AND forked_ms IS NULL")?
        .execute(params![now_ms, signed(seq), journal.0.as_bytes()])?;
    Ok(())
}

/// Whether the terminal's present journal forked.
pub fn is_forked(connection: &Connection, kiosk: KioskId, journal: JournalId) -> StoreResult<bool> {
    Ok(head(connection, journal)?.is_some_and(|head| head.kiosk == kiosk && head.forked))
}

/// An entry that is stored already: its hash and why it was set aside.
pub fn stored(connection: &Connection, journal: JournalId, seq: u64) -> StoreResult<Option<([u8; 32], Option<Code>)>> {
    Ok(connection
        .prepare_cached("SELECT hash, set_aside FROM entries WHERE journal_id = $1 AND seq = $2")?
        .query_row(params![journal.0.as_bytes(), signed(seq)], |row| Ok((row.get(0)?, optional_word_at(row, 1)?)))
        .optional()?)
}

/// An entry to store.
pub struct NewEntry<'a> {
    /// Position.
    pub seq: u64,
    pub hash: &'a [u8; 32],
    /// Exact header text.
    pub header: &'a str,
    /// Hash of the payload, if there ever was one.
    pub payload_hash: Option<&'a [u8]>,
    /// The payload, sealed.
    pub payload: Option<&'a [u8]>,
}

/// Stores an entry; returns its number.
pub fn insert(connection: &Connection, journal: JournalId, entry: &NewEntry<'_>, now_ms: i64) -> StoreResult<i64> {
    connection
        .prepare_cached(
            "INSERT INTO entries (journal_id, seq, hash, header, payload_hash, payload, received_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )?
        .execute(params![
            journal.0.as_bytes(),
            signed(entry.seq),
            entry.hash,
            entry.header,
            entry.payload_hash,
            entry.payload,
            now_ms
        ])?;
    Ok(connection.last_insert_rowid())
}

/// Sets a stored entry aside.
pub fn set_aside(connection: &Connection, entry: i64, code: Code) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE entries SET set_aside = $1 WHERE id = $2")?
        .execute(params![word_of(&code), entry])?;
    Ok(())
}

/// An entry that was set aside.
#[derive(Clone, Debug)]
pub struct SetAside {
    /// Number of the entry.
    pub id: i64,
    /// Terminal and its name.
    pub kiosk: (KioskId, String),
    pub journal: JournalId,
    /// Position.
    pub seq: u64,
    /// Header text.
    pub header: String,
    pub code: Code,
    /// When it came.
    pub received_ms: i64,
    /// Who looked at it: name.
    pub looked_by: Option<String>,
}

/// Entries set aside, newest first, those nobody looked at before the others.
pub fn all_set_aside(connection: &Connection, limit: u32) -> StoreResult<Vec<SetAside>> {
    let mut statement = connection.prepare_cached(
        "SELECT e.id, k.id, k.name, e.journal_id, e.seq, e.header, e.set_aside, e.received_ms, s.name
         FROM entries e
         JOIN journals j ON j.id = e.journal_id
         JOIN kiosks k ON k.id = j.kiosk_id
         LEFT JOIN staff s ON s.id = e.looked_by
         WHERE e.set_aside IS NOT NULL
         ORDER BY e.looked_ms IS NOT NULL, e.id DESC LIMIT $1",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok(SetAside {
            id: row.get(0)?,
            kiosk: (KioskId(uuid_at(row, 1)?), row.get(2)?),
            journal: JournalId(uuid_at(row, 3)?),
            seq: u64_at(row, 4)?,
            header: row.get(5)?,
            code: word_at(row, 6)?,
            received_ms: row.get(7)?,
            looked_by: row.get(8)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many set-aside entries nobody looked at.
pub fn count_set_aside(connection: &Connection) -> StoreResult<u32> {
    Ok(connection
        .prepare_cached("SELECT COUNT(*) FROM entries WHERE set_aside IS NOT NULL AND looked_ms IS NULL")?
        .query_row([], |row| row.get(0))?)
}

/// Notes that someone looked at a set-aside entry. False when there is no such entry.
pub fn looked_at(connection: &Connection, entry: i64, staff: StaffId, now_ms: i64) -> StoreResult<bool> {
    let changed = connection
        .prepare_cached("UPDATE entries SET looked_ms = $1, looked_by = $2 WHERE id = $3 AND set_aside IS NOT NULL")?
        .execute(params![now_ms, staff.0.as_bytes(), entry])?;
    Ok(changed > 0)
}

/// The journal that holds an entry, with position and sealed payload.
pub fn payload_of(connection: &Connection, entry: i64) -> StoreResult<Option<(JournalId, u64, Vec<u8>)>> {
    Ok(connection
        .prepare_cached("SELECT journal_id, seq, payload FROM entries WHERE id = $1 AND payload IS NOT NULL")?
        .query_row([entry], |row| {
            let journal = optional_uuid_at(row, 0)?.unwrap_or_default();
            Ok((JournalId(journal), u64_at(row, 1)?, row.get(2)?))
        })
        .optional()?)
}

/// What a sealed payload is tied to.
pub fn payload_context(journal: JournalId, seq: u64) -> Vec<u8> {
    [b"entry-payload\0".as_slice(), journal.0.as_bytes(), &seq.to_be_bytes()].concat()
}

/// Whether two entries carry the same header fact and payload. Headers differ in their stamps, so payload hashes speak
/// for both: they are salted, and a submission never has two.
pub fn same_content(connection: &Connection, one: i64, other: i64) -> StoreResult<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT a.payload_hash IS NOT NULL AND a.payload_hash = b.payload_hash
             FROM entries a, entries b WHERE a.id = $1 AND b.id = $2",
        )?
        .query_row(params![one, other], |row| row.get(0))?)
}
