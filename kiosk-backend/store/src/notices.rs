//! Notices: numbered per kind and year without gaps, sealed, insert-only.

use hall_rules::case::NoticeKind;
use kiosk_wire::{StaffId, SubmissionId};
use rusqlite::{OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use crate::columns::word_at;
use crate::{Connection, StoreResult};

/// The next number of a kind in a year. Called by the writer only, within the transaction that makes the notice: one
/// that fails takes its number back with it.
pub fn next_number(connection: &Connection, kind: NoticeKind, year: i16) -> StoreResult<u32> {
    Ok(connection
        .prepare_cached(
            "INSERT INTO notice_numbers (kind, year, last) VALUES ($1, $2, 1)
             ON CONFLICT (kind, year) DO UPDATE SET last = last + 1 RETURNING last",
        )?
        .query_row(params![kind.code(), year], |row| row.get(0))?)
}

/// One notice to keep.
pub struct NewNotice<'a> {
    pub case: SubmissionId,
    /// Kind, year and number.
    pub number: (NoticeKind, i16, u32),
    pub made_ms: i64,
    /// By whom; absent when the law did it.
    pub by: Option<StaffId>,
    pub text: &'a str,
    /// The same, sealed.
    pub sealed: &'a [u8],
}

/// Position of the next notice within a case, from 1.
pub fn next_position(connection: &Connection, case: SubmissionId) -> StoreResult<u32> {
    Ok(connection
        .prepare_cached("SELECT COUNT(*) + 1 FROM notices WHERE case_id = $1")?
        .query_row([case.0.as_bytes()], |row| row.get(0))?)
}

/// Keeps it at position `n`.
pub fn insert(connection: &Connection, n: u32, new: &NewNotice<'_>) -> StoreResult<()> {
    let (kind, year, number) = new.number;
    connection
        .prepare_cached(
            "INSERT INTO notices (kind, year, number, case_id, n, made_ms, made_by, body, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )?
        .execute(params![
            kind.code(),
            year,
            number,
            new.case.0.as_bytes(),
            n,
            new.made_ms,
            new.by.map(|by| by.0.into_bytes()),
            new.sealed,
            Sha256::digest(new.text).as_slice(),
        ])?;
    Ok(())
}

/// One notice as stored.
#[derive(Clone, Debug)]
pub struct NoticeRow {
    /// Position within the case.
    pub n: u32,
    pub kind: NoticeKind,
    /// Year and number.
    pub number: (i16, u32),
    /// When it was made.
    pub made_ms: i64,
    /// Name of who made it.
    pub by: Option<String>,
}

fn notice(row: &Row<'_>) -> rusqlite::Result<NoticeRow> {
    Ok(NoticeRow {
        n: row.get(0)?,
        kind: word_at(row, 1)?,
        number: (row.get(2)?, row.get(3)?),
        made_ms: row.get(4)?,
        by: row.get(5)?,
    })
}

/// The notices of a case, oldest first.
pub fn of_case(connection: &Connection, case: SubmissionId) -> StoreResult<Vec<NoticeRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT o.n, o.kind, o.year, o.number, o.made_ms, s.name FROM notices o
         LEFT JOIN staff s ON s.id = o.made_by WHERE o.case_id = $1 ORDER BY o.n",
    )?;
    let rows = statement.query_map([case.0.as_bytes()], notice)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The sealed text of one notice, and the hash it must have.
pub fn sealed(connection: &Connection, case: SubmissionId, n: u32) -> StoreResult<Option<(Vec<u8>, Vec<u8>)>> {
    Ok(connection
        .prepare_cached("SELECT body, hash FROM notices WHERE case_id = $1 AND n = $2")?
        .query_row(params![case.0.as_bytes(), n], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// What a sealed text is tied to.
pub fn context(case: SubmissionId, n: u32) -> Vec<u8> {
    format!("notice {case} {n}").into_bytes()
}
