//! Counters and names of the whole database, and how a restored backup is noticed.
//!
//! The writer counts an *epoch* up with each commit, in the database and then in a small file beside it. A database that
//! is behind the file was put back from a copy, however young that was; and one that `backup` made says so itself, also
//! where there is no such file. Either begins a new *generation*: everything that was promised in the old one
//! (directives, claims) is void.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use hall_rules::time::{Kept, Rank};
use rusqlite::{OptionalExtension, params};

use crate::columns::signed;
use crate::connection::{Begin, Connection};
use crate::{StoreError, StoreResult};

/// Which run of the data this is; a restored backup starts the next.
pub const GENERATION: &str = "generation";
/// Counts commits.
pub const EPOCH: &str = "epoch";
/// Counts what terminals may fetch: directives, roster, catalogue.
pub const REVISION: &str = "revision";
/// Counts changes of staff and windows.
pub const ROSTER: &str = "roster";

/// The file that says how far the database was written.
pub const MARKER: &str = "generation-marker";

/// The text that says that a database is a copy.
const COPY: &str = "copy";

/// Reads a counter.
pub fn counter(connection: &Connection, name: &str) -> StoreResult<u64> {
    let value: i64 =
        connection.prepare_cached("SELECT value FROM counters WHERE name = $1")?.query_row([name], |row| row.get(0))?;
    Ok(value.unsigned_abs())
}

/// Counts up and returns the new value.
pub fn bump(connection: &Connection, name: &str) -> StoreResult<u64> {
    let value: i64 = connection
        .prepare_cached("UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value")?
        .query_row([name], |row| row.get(0))?;
    Ok(value.unsigned_abs())
}

/// Reads a named text.
pub fn text(connection: &Connection, name: &str) -> StoreResult<Option<String>> {
    Ok(connection
        .prepare_cached("SELECT value FROM texts WHERE name = $1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// Writes a named text.
pub fn set_text(connection: &Connection, name: &str, value: &str) -> StoreResult<()> {
    connection
        .prepare_cached("INSERT INTO texts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2")?
        .execute(params![name, value])?;
    Ok(())
}

const KEPT_TIME: &str = "kept-time";

/// The time as it was last beyond doubt; of a hall that an older release ran, when it last wrote anything down.
pub fn kept_time(connection: &Connection) -> StoreResult<Option<Kept>> {
    if let Some(kept) = text(connection, KEPT_TIME)?.and_then(|text| serde_json::from_str(&text).ok()) {
        return Ok(Some(kept));
    }
    let newest = connection.query_row("SELECT at_ms FROM audit ORDER BY seq DESC LIMIT 1", [], |row| row.get(0));
    Ok(newest.optional()?.map(|ms| Kept { ms, rank: Rank::Possible }))
}

/// Keeps the time.
pub fn keep_time(connection: &Connection, kept: Kept) -> StoreResult<()> {
    set_text(connection, KEPT_TIME, &serde_json::to_string(&kept).unwrap_or_default())
}

/// Starts a new generation: open directives and claims are void.
pub fn begin_generation(connection: &Connection) -> StoreResult<u64> {
    let generation = bump(connection, GENERATION)?;
    bump(connection, REVISION)?;
    connection.execute(
        "UPDATE directives SET outcome = 'old_generation' WHERE outcome IS NULL AND generation < $1",
        [signed(generation)],
    )?;
    connection.execute("UPDATE cases SET claim_directive = NULL WHERE claim_directive IS NOT NULL", [])?;
    Ok(generation)
}

/// Compares the database with the marker beside it. Returns the new generation when it was restored.
pub(crate) fn settle_generation(connection: &Connection, data_dir: &Path) -> StoreResult<Option<u64>> {
    let epoch = counter(connection, EPOCH)?;
    let marker = fs::read_to_string(data_dir.join(MARKER)).ok().and_then(|text| text.trim().parse::<u64>().ok());
    let behind = match marker {
        Some(marker) => marker > epoch,
        None => epoch > 0,
    };
    if !behind && text(connection, COPY)?.is_none() {
        return Ok(None);
    }
    let writing = connection.begin(Begin::Writing)?;
    connection.execute("DELETE FROM texts WHERE name = $1", [COPY])?;
    let generation = begin_generation(connection)?;
    let epoch = marker.unwrap_or(epoch).max(epoch) + 1;
    connection.execute("UPDATE counters SET value = $1 WHERE name = $2", params![signed(epoch), EPOCH])?;
    writing.commit()?;
    Marker::beside(data_dir).write(epoch);
    Ok(Some(generation))
}

/// The marker beside the database. One that is behind or missing is safe: at worst a generation begins that need not.
pub(crate) struct Marker {
    path: PathBuf,
    file: Option<File>,
    failing: bool,
}

impl Marker {
    /// The marker in `data_dir`.
    pub(crate) fn beside(data_dir: &Path) -> Self {
        Self { path: data_dir.join(MARKER), file: None, failing: false }
    }

    /// Renews it, in place: with each commit there is no time for more.
    pub(crate) fn write(&mut self, epoch: u64) {
        // Of one length, so that no rest of a longer number stays behind.
        let text = format!("{epoch:020}\n");
        let done = self.open().and_then(|file| file.write_all_at(text.as_bytes(), 0));
        if let Err(cause) = &done
            && !self.failing
        {
            tracing::warn!(cause = %cause, "the generation marker could not be written");
        }
        self.failing = done.is_err();
    }

    fn open(&mut self) -> std::io::Result<&File> {
        match &mut self.file {
            Some(file) => Ok(file),
            none => {
                let file = File::options().write(true).create(true).truncate(false).open(&self.path)?;
                Ok(none.insert(file))
            }
        }
    }
}

/// A copy of the database as it is now, while it is in use.
pub fn backup(connection: &Connection, to: &Path) -> StoreResult<()> {
    if to.exists() {
        return Err(StoreError::Unavailable(format!("{} exists already; give another name", to.display())));
    }
    let target = connection.copy_to(to)?;
    // One file, complete in itself, that says what it is.
    target.pragma_update("journal_mode", "DELETE")?;
    set_text(&target, COPY, "backup")
}
