//! The catalogue as terminals get it, every item version ever imported, and the calendar.

use rusqlite::{OptionalExtension, params};
use sha2::{Digest as _, Sha256};

use crate::{Connection, StoreResult, meta};

/// The present catalogue: ETag and JSON.
pub fn present(connection: &Connection) -> StoreResult<Option<(String, String)>> {
    let Some(etag) = meta::text(connection, "catalogue_etag")? else { return Ok(None) };
    let body = connection
        .prepare_cached("SELECT body FROM catalogues WHERE etag = $1")?
        .query_row([&etag], |row| row.get(0))
        .optional()?;
    Ok(body.map(|body| (etag, body)))
}

/// ETag of the present catalogue; empty when none was imported.
pub fn present_etag(connection: &Connection) -> StoreResult<String> {
    Ok(meta::text(connection, "catalogue_etag")?.unwrap_or_default())
}

/// Makes a catalogue the present one. Returns whether it is another than before.
pub fn import(connection: &Connection, etag: &str, version: u32, body: &str, now_ms: i64) -> StoreResult<bool> {
    if present_etag(connection)? == etag {
        return Ok(false);
    }
    connection.execute(
        "INSERT INTO catalogues (etag, version, body, imported_ms) VALUES ($1, $2, $3, $4) ON CONFLICT (etag) DO NOTHING",
        params![etag, version, body, now_ms],
    )?;
    meta::set_text(connection, "catalogue_etag", etag)?;
    meta::bump(connection, meta::REVISION)?;
    Ok(true)
}

/// One item version.
pub struct ItemVersion<'a> {
    /// Item code.
    pub code: &'a str,
    pub version: u32,
    /// Department code.
    pub department: &'a str,
    /// The item as JSON.
    pub body: &'a str,
    /// SHA-256 of that.
    pub body_hash: &'a [u8; 32],
}

/// Adds an item version. False when that version exists with other content.
pub fn add_item(connection: &Connection, item: &ItemVersion<'_>, now_ms: i64) -> StoreResult<bool> {
    connection
        .prepare_cached(
            "INSERT INTO item_versions (code, version, department, body, body_hash, imported_ms)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (code, version) DO NOTHING",
        )?
        .execute(params![item.code, item.version, item.department, item.body, item.body_hash, now_ms])?;
    let stored: [u8; 32] = connection
        .prepare_cached("SELECT body_hash FROM item_versions WHERE code = $1 AND version = $2")?
        .query_row(params![item.code, item.version], |row| row.get(0))?;
    Ok(stored == *item.body_hash)
}

/// Whether the catalogue ever had this item version.
pub fn knows_item(connection: &Connection, code: &str, version: u32) -> StoreResult<bool> {
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM item_versions WHERE code = $1 AND version = $2)")?
        .query_row(params![code, version], |row| row.get(0))?)
}

/// One item version as JSON.
pub fn item(connection: &Connection, code: &str, version: u32) -> StoreResult<Option<String>> {
    Ok(connection
        .prepare_cached("SELECT body FROM item_versions WHERE code = $1 AND version = $2")?
        .query_row(params![code, version], |row| row.get(0))
        .optional()?)
}

/// The newest version of each item: code, department and JSON, by code.
pub fn newest_items(connection: &Connection) -> StoreResult<Vec<(String, String, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT v.code, v.department, v.body FROM item_versions v
         WHERE v.version = (SELECT MAX(n.version) FROM item_versions n WHERE n.code = v.code) ORDER BY v.code",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps one year's calendar file.
pub fn import_calendar(connection: &Connection, year: i16, body: &str, now_ms: i64) -> StoreResult<()> {
    connection.execute(
        "INSERT INTO calendars (year, body, imported_ms) VALUES ($1, $2, $3)
         ON CONFLICT (year) DO UPDATE SET body = $2, imported_ms = $3",
        params![year, body, now_ms],
    )?;
    meta::bump(connection, meta::REVISION)?;
    Ok(())
}

/// All calendar files: year and text.
pub fn calendars(connection: &Connection) -> StoreResult<Vec<(i16, String)>> {
    let mut statement = connection.prepare_cached("SELECT year, body FROM calendars ORDER BY year")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A name for the working days as they were imported; empty when none were.
pub fn calendar_etag(connection: &Connection) -> StoreResult<String> {
    let years = calendars(connection)?;
    if years.is_empty() {
        return Ok(String::new());
    }
    let mut hasher = Sha256::new();
    for (year, text) in years {
        hasher.update(year.to_be_bytes());
        hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(text);
    }
    Ok(format!("\"{}\"", hex::encode(hasher.finalize())))
}
