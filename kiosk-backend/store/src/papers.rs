//! Sealed texts that belong to one event of a case: keyed fields, notes, mandates, names of files. Insert-only.

use kiosk_wire::{StaffId, SubmissionId};
use rusqlite::{OptionalExtension, params};

use crate::columns::{signed, u64_at};
use crate::{Connection, StoreResult};

/// What a sealed text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperKind {
    /// An internal note.
    Note,
    /// A mandate that was checked.
    Mandate,
    /// The name of an attachment.
    File,
}

impl PaperKind {
    fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Mandate => "mandate",
            Self::File => "file",
        }
    }
}

/// Who wrote what, when; the text is sealed.
#[derive(Clone, Debug)]
pub struct PaperRow {
    /// Number of the case's event.
    pub n: u64,
    pub at_ms: i64,
    /// Name of who did it.
    pub staff: String,
    /// The text, sealed.
    pub sealed: Vec<u8>,
}

/// What a sealed text is tied to.
pub fn context(case: SubmissionId, n: u64) -> Vec<u8> {
    format!("case paper {case} {n}").into_bytes()
}

/// What a keyed field is tied to.
pub fn field_context(case: SubmissionId, n: u64, field: &str) -> Vec<u8> {
    format!("case field {case} {n} {field}").into_bytes()
}

/// Keeps the text of event `n`.
pub fn insert(
    connection: &Connection,
    case: SubmissionId,
    (n, kind): (u64, PaperKind),
    at_ms: i64,
    staff: StaffId,
    sealed: &[u8],
) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO case_papers (case_id, n, kind, at_ms, staff_id, body) VALUES ($1, $2, $3, $4, $5, $6)",
        )?
        .execute(params![case.0.as_bytes(), signed(n), kind.word(), at_ms, staff.0.as_bytes(), sealed])?;
    Ok(())
}

/// The texts of a kind, oldest first.
pub fn of_case(connection: &Connection, case: SubmissionId, kind: PaperKind) -> StoreResult<Vec<PaperRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT p.n, p.at_ms, s.name, p.body FROM case_papers p JOIN staff s ON s.id = p.staff_id
         WHERE p.case_id = $1 AND p.kind = $2 ORDER BY p.n",
    )?;
    let rows = statement.query_map(params![case.0.as_bytes(), kind.word()], |row| {
        Ok(PaperRow { n: u64_at(row, 0)?, at_ms: row.get(1)?, staff: row.get(2)?, sealed: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps what was keyed in of a field with event `n`.
pub fn key(
    connection: &Connection,
    case: SubmissionId,
    (n, field): (u64, &str),
    at_ms: i64,
    staff: StaffId,
    sealed: &[u8],
) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO case_fields (case_id, n, field, at_ms, staff_id, body) VALUES ($1, $2, $3, $4, $5, $6)",
        )?
        .execute(params![case.0.as_bytes(), signed(n), field, at_ms, staff.0.as_bytes(), sealed])?;
    Ok(())
}

/// All keyings of a case, oldest first: field and what was keyed. The last of a field holds.
pub fn keyed(connection: &Connection, case: SubmissionId) -> StoreResult<Vec<(String, PaperRow)>> {
    let mut statement = connection.prepare_cached(
        "SELECT f.field, f.n, f.at_ms, s.name, f.body FROM case_fields f JOIN staff s ON s.id = f.staff_id
         WHERE f.case_id = $1 ORDER BY f.n, f.field",
    )?;
    let rows = statement.query_map([case.0.as_bytes()], |row| {
        Ok((row.get(0)?, PaperRow { n: u64_at(row, 1)?, at_ms: row.get(2)?, staff: row.get(3)?, sealed: row.get(4)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One attachment as stored.
#[derive(Clone, Debug)]
pub struct FileRow {
    /// Number of the case's event.
    pub n: u64,
    /// SHA-256 of its content.
    pub sha256: [u8; 32],
    /// Names the sealed content.
    pub content: [u8; 16],
    /// `pdf`, `png` or `jpeg`.
    pub kind: String,
    /// Bytes.
    pub size: u64,
}

/// Keeps an attachment with event `row.n`.
pub fn add_file(connection: &Connection, case: SubmissionId, row: &FileRow) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO case_files (case_id, n, sha256, content, kind, size) VALUES ($1, $2, $3, $4, $5, $6)",
        )?
        .execute(params![case.0.as_bytes(), signed(row.n), row.sha256, row.content, row.kind, signed(row.size)])?;
    Ok(())
}

/// The attachments of a case, oldest first.
pub fn files(connection: &Connection, case: SubmissionId) -> StoreResult<Vec<FileRow>> {
    let mut statement = connection
        .prepare_cached("SELECT n, sha256, content, kind, size FROM case_files WHERE case_id = $1 ORDER BY n")?;
    let rows = statement.query_map([case.0.as_bytes()], |row| {
        Ok(FileRow {
            n: u64_at(row, 0)?,
            sha256: row.get(1)?,
            content: row.get(2)?,
            kind: row.get(3)?,
            size: u64_at(row, 4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One attachment.
pub fn file(connection: &Connection, case: SubmissionId, n: u64) -> StoreResult<Option<FileRow>> {
    Ok(files(connection, case)?.into_iter().find(|row| row.n == n))
}

/// The content already kept under a hash, if any case has it.
pub fn content_of(connection: &Connection, sha256: &[u8; 32]) -> StoreResult<Option<[u8; 16]>> {
    Ok(connection
        .prepare_cached("SELECT content FROM case_files WHERE sha256 = $1 LIMIT 1")?
        .query_row([sha256], |row| row.get(0))
        .optional()?)
}
