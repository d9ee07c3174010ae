//! What the whole database is judged by: its rows as they are hashed, sealed or derived, one by one, so that a hall of
//! any size is read in the memory of one case.

use hall_rules::CaseState;
use kiosk_wire::{JournalId, SubmissionId};
use rusqlite::{OptionalExtension, Row};
use uuid::Uuid;

use crate::columns::{u64_at, uuid_at, word_at};
use crate::connection::{Begin, Connection};
use crate::seal::BlindIndex;
use crate::{StoreError, StoreResult};

/// The most flaws of the file itself that are told.
const MOST_OF_FILE: u32 = 50;

/// Looks at everything as it was at one moment, whatever is written meanwhile. A reader of the store has its moment
/// already.
pub fn at_one_moment<T>(connection: &Connection, look: impl FnOnce(&Connection) -> StoreResult<T>) -> StoreResult<T> {
    if !connection.is_autocommit() {
        return look(connection);
    }
    let moment = connection.begin(Begin::Reading)?;
    let seen = look(connection);
    drop(moment);
    seen
}

/// What SQLite itself finds: pages, indexes against their tables, types and checks of columns, references.
pub fn file(connection: &Connection) -> StoreResult<Vec<String>> {
    let mut flaws = Vec::new();
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({MOST_OF_FILE})"))?;
    for told in statement.query_map([], |row| row.get::<_, String>(0))? {
        let told = told?;
        if told != "ok" {
            flaws.push(told);
        }
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    for told in statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(2)?)))? {
        let (table, to) = told?;
        flaws.push(format!("a row of {table} refers to one of {to} that is not there"));
    }
    Ok(flaws)
}

/// One journal.
pub struct JournalRow {
    pub id: JournalId,
    /// The position that comes next.
    pub next: u64,
    /// Hash of the newest entry.
    pub head: [u8; 32],
}

/// All journals.
pub fn journals(connection: &Connection) -> StoreResult<Vec<JournalRow>> {
    let mut statement = connection.prepare("SELECT id, next_seq, head FROM journals ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(JournalRow { id: JournalId(uuid_at(row, 0)?), next: u64_at(row, 1)?, head: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One entry as it was hashed.
pub struct EntryRow {
    /// Position.
    pub seq: u64,
    pub hash: [u8; 32],
    /// Header text.
    pub header: String,
    pub payload_hash: Option<[u8; 32]>,
    /// The payload, sealed.
    pub payload: Option<Vec<u8>>,
}

/// Each entry of a journal, in order.
pub fn entries(
    connection: &Connection,
    journal: JournalId,
    mut each: impl FnMut(EntryRow) -> StoreResult<()>,
) -> StoreResult<()> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, hash, header, payload_hash, payload FROM entries WHERE journal_id = $1 ORDER BY seq",
    )?;
    let mut rows = statement.query([journal.0.as_bytes()])?;
    while let Some(row) = rows.next()? {
        each(EntryRow {
            seq: u64_at(row, 0)?,
            hash: row.get(1)?,
            header: row.get(2)?,
            payload_hash: row.get(3)?,
            payload: row.get(4)?,
        })?;
    }
    Ok(())
}

/// A case's row, as far as it follows from what is hashed.
pub struct CaseRow {
    pub id: SubmissionId,
    /// Number.
    pub receipt: String,
    /// Item and its version.
    pub item: (String, u32),
    pub state: CaseState,
    /// How many events there are.
    pub version: u64,
    /// Number of the last event that was news to the window.
    pub news_version: u64,
    /// When it last changed.
    pub changed_ms: i64,
    /// When its paper first came.
    pub deposited_ms: Option<i64>,
    /// Clock, last day, and from when it is soon.
    pub clock: (Option<String>, Option<String>, Option<String>, Option<i16>),
    /// Person, last four, name and phone.
    pub indexes: [Option<BlindIndex>; 4],
    /// Whether it is in the green channel.
    pub green: bool,
    /// Why nobody knows whether the paper is in.
    pub doubt: Option<String>,
    /// Of the entry that made it: journal, position, header and sealed payload.
    pub made_by: (JournalId, u64, String, Option<Vec<u8>>),
}

fn case(row: &Row<'_>) -> rusqlite::Result<CaseRow> {
    Ok(CaseRow {
        id: SubmissionId(uuid_at(row, 0)?),
        receipt: row.get(1)?,
        item: (row.get(2)?, row.get(3)?),
        state: word_at(row, 4)?,
        version: u64_at(row, 5)?,
        news_version: u64_at(row, 6)?,
        changed_ms: row.get(7)?,
        deposited_ms: row.get(8)?,
        clock: (row.get(9)?, row.get(10)?, row.get(11)?, row.get(12)?),
        indexes: [row.get(13)?, row.get(14)?, row.get(15)?, row.get(16)?],
        green: row.get(17)?,
        doubt: row.get(18)?,
        made_by: (JournalId(uuid_at(row, 19)?), u64_at(row, 20)?, row.get(21)?, row.get(22)?),
    })
}

/// Each case. One whose row cannot even be read is told by its position and goes on.
pub fn cases(
    connection: &Connection,
    mut each: impl FnMut(Result<CaseRow, StoreError>) -> StoreResult<()>,
) -> StoreResult<()> {
    let mut statement = connection.prepare(
        "SELECT c.id, c.receipt, c.item, c.item_version, c.state, c.version, c.news_version, c.changed_ms,
             c.deposited_ms, c.due_clock, c.due_date, c.soon_date, c.due_lacks, c.person_index, c.last4_index,
             c.name_index, c.phone_index, c.green_ms IS NOT NULL, c.doubt, e.journal_id, e.seq, e.header, e.payload
         FROM cases c JOIN entries e ON e.id = c.entry_id ORDER BY c.rowid",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(case(row).map_err(StoreError::from))?;
    }
    Ok(())
}

/// Cases whose entry or events are missing altogether, and events whose case is.
pub fn orphans(connection: &Connection) -> StoreResult<u64> {
    Ok(connection.query_row(
        "SELECT (SELECT COUNT(*) FROM cases c WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = c.entry_id))
              + (SELECT COUNT(*) FROM entries e WHERE NOT EXISTS (SELECT 1 FROM journals j WHERE j.id = e.journal_id))
              + (SELECT COUNT(*) FROM case_events e WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = e.case_id))",
        [],
        |row| u64_at(row, 0),
    )?)
}

/// Kinds and years whose notices are not numbered from 1 without a gap up to the last that was given.
pub fn numbers_with_gaps(connection: &Connection) -> StoreResult<Vec<(String, i64)>> {
    let mut statement = connection.prepare(
        "SELECT COALESCE(n.kind, l.kind), COALESCE(n.year, l.year)
         FROM (SELECT kind, year, COUNT(*) AS many, MIN(number) AS first, MAX(number) AS newest
               FROM notices GROUP BY kind, year) n
         FULL JOIN notice_numbers l ON l.kind = n.kind AND l.year = n.year
         WHERE n.many IS NOT n.newest OR n.first IS NOT 1 OR l.last IS NOT n.newest",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Texts that are kept with what names them: catalogues with their ETag, items with their hash.
pub fn named_texts(
    connection: &Connection,
    mut each: impl FnMut(&'static str, String, String) -> StoreResult<()>,
) -> StoreResult<()> {
    for (table, sql) in [
        ("catalogues", "SELECT etag, body FROM catalogues"),
        ("item_versions", "SELECT lower(hex(body_hash)), body FROM item_versions"),
    ] {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(table, row.get(0)?, row.get(1)?)?;
        }
    }
    Ok(())
}

/// The hash of the text of a year's calendar that the audit names last.
pub fn calendar_of_audit(connection: &Connection, year: i16) -> StoreResult<Option<String>> {
    let object: Option<String> = connection
        .query_row(
            "SELECT json_extract(detail, '$.object') FROM audit WHERE action = 'calendar_imported'
                 AND (json_extract(detail, '$.object') = $1 OR json_extract(detail, '$.object') LIKE $1 || ' %')
             ORDER BY seq DESC LIMIT 1",
            [year.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(object.and_then(|object| object.split_once(" sha256:").map(|(_, hash)| hash.to_owned())))
}

/// Who and when of a case's papers, against the events that they belong to: how many do not agree.
pub fn papers_beside_events(connection: &Connection) -> StoreResult<u64> {
    Ok(connection.query_row(
        "SELECT (SELECT COUNT(*) FROM case_papers p WHERE NOT EXISTS (SELECT 1 FROM case_events e
                     WHERE e.case_id = p.case_id AND e.n = p.n AND e.staff_id = p.staff_id AND e.at_ms = p.at_ms))
              + (SELECT COUNT(*) FROM case_fields f WHERE NOT EXISTS (SELECT 1 FROM case_events e
                     WHERE e.case_id = f.case_id AND e.n = f.n AND e.staff_id = f.staff_id AND e.at_ms = f.at_ms))
              + (SELECT COUNT(*) FROM notices o WHERE NOT EXISTS (SELECT 1 FROM case_events e
                     WHERE e.case_id = o.case_id AND e.recorded_ms = o.made_ms AND e.staff_id IS o.made_by))
              + (SELECT COUNT(*) FROM case_files f WHERE NOT EXISTS (SELECT 1 FROM case_papers p
                     WHERE p.case_id = f.case_id AND p.n = f.n AND p.kind = 'file'))",
        [],
        |row| u64_at(row, 0),
    )?)
}

/// A case's events, oldest first: what the rest of the row follows from.
pub struct Moved {
    /// Number.
    pub n: u64,
    pub kind: String,
    /// When, as is known by now.
    pub at_ms: i64,
    /// When it was written.
    pub recorded_ms: i64,
    /// Reason or outcome.
    pub note: Option<String>,
    /// Days that were filled in.
    pub days: Option<u16>,
}

/// The same for one case.
pub fn moved(connection: &Connection, id: SubmissionId) -> StoreResult<Vec<Moved>> {
    let mut statement = connection.prepare_cached(
        "SELECT n, kind, at_ms, recorded_ms, note, days FROM case_events WHERE case_id = $1 ORDER BY n",
    )?;
    let rows = statement.query_map([id.0.as_bytes()], |row| {
        Ok(Moved {
            n: u64_at(row, 0)?,
            kind: row.get(1)?,
            at_ms: row.get(2)?,
            recorded_ms: row.get(3)?,
            note: row.get(4)?,
            days: row.get(5)?,
        })
    })?;
    let mut events: Vec<Moved> = rows.collect::<Result<_, _>>()?;
    crate::case_history::settle(&mut events, |event| (&event.kind, &event.note, &mut event.at_ms));
    Ok(events)
}

/// State of each part of a joint review, and the kinds of its events, oldest first, joined by blanks.
pub fn parts(connection: &Connection) -> StoreResult<Vec<(Uuid, String, String)>> {
    let mut statement = connection.prepare(
        "SELECT p.id, p.state, COALESCE((SELECT group_concat(e.kind, ' ' ORDER BY e.n) FROM joint_events e
             WHERE e.part_id = p.id), '') FROM joint_parts p",
    )?;
    let rows = statement.query_map([], |row| Ok((uuid_at(row, 0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
