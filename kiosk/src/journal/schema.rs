//! The tables, and how a connection is set up.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// Version of the tables, in SQLite's `user_version`.
pub(super) const VERSION: i32 = 1;

/// `entries` is append-only; triggers hold that against our own mistakes too. Only a payload may go, its hash stays.
pub(super) const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    header TEXT NOT NULL,
    payload_hash TEXT,
    payload_key INTEGER,
    payload BLOB
);
CREATE TABLE compartment (no INTEGER PRIMARY KEY, content TEXT NOT NULL);
CREATE TABLE delivery (through INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL);
CREATE TABLE settled (seq INTEGER PRIMARY KEY, settled_by INTEGER NOT NULL);
CREATE TABLE armed (directive TEXT PRIMARY KEY, signed TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE wrong_pin (staff TEXT PRIMARY KEY, pin TEXT NOT NULL, wrong INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER entry_is_kept BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
CREATE TRIGGER entry_is_fixed BEFORE UPDATE OF seq, prev, hash, header, payload_hash ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER payload_only_goes BEFORE UPDATE OF payload ON entries WHEN NEW.payload IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'payloads are never changed'); END;
";

/// The file of a data folder.
pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("journal.db")
}

/// How long to wait for another program that holds the file: a copy ends its own locks in less, and the screen stands
/// still meanwhile.
pub(super) const BUSY_WAIT: Duration = Duration::from_secs(2);

/// Opens for writing. `synchronous=FULL` makes each commit wait for the disk (sqlite.org/pragma.html#pragma_synchronous);
/// `secure_delete` overwrites erased payloads.
pub(super) fn writer(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open(path)?;
    conn.busy_timeout(BUSY_WAIT)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "secure_delete", true)?;
    Ok(conn)
}

/// Opens for reading beside a writer.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_WAIT)?;
    Ok(conn)
}
