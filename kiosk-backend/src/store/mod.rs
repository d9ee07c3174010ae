//! The only SQL of the backend: one SQLite file, one writer that commits in groups, a few readers.
//!
//! Queries keep to what SQLite and PostgreSQL share (`$n` in ascending first appearance, `ON CONFLICT`, `RETURNING`,
//! integers for time), so that the other engine stays possible; migrations may differ.

pub mod audit;
pub mod case_events;
pub mod cases;
pub mod catalogue;
pub mod claims;
pub mod directives;
pub mod escalations;
mod failpoint;
pub mod jobs;
pub mod joint;
pub mod journal;
pub mod kept_forms;
pub mod kiosks;
pub mod messages;
pub mod meta;
mod migrations;
pub mod notices;
pub mod oidc;
pub mod papers;
pub mod parcels;
pub mod ratings;
mod readers;
pub mod saved_views;
pub mod seal;
pub mod sessions;
pub mod staff;
pub mod supervision;
pub mod tries;
pub mod uncollected;
pub mod untimed;
pub mod vault;
pub mod verify;
mod writer;

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::Type;
use thiserror::Error;
use uuid::Uuid;

use readers::Readers;
pub use writer::{Tx, WriteAnswer, Writer};

/// Why the store did not do it.
#[derive(Clone, Debug, Error)]
pub enum StoreError {
    /// It takes no writes now: disk full, locked by someone, closed.
    #[error("the store does not take writes: {0}")]
    Unavailable(String),
    /// A statement failed: our mistake.
    #[error("a statement failed: {0}")]
    Sql(String),
    /// Stored data is not what it should be.
    #[error("stored data is damaged: {0}")]
    Corrupt(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as E;
        match error.sqlite_error_code() {
            Some(
                E::DiskFull | E::DatabaseBusy | E::DatabaseLocked | E::ReadOnly | E::CannotOpen | E::SystemIoFailure,
            ) => Self::Unavailable(error.to_string()),
            Some(E::DatabaseCorrupt | E::NotADatabase) => Self::Corrupt(error.to_string()),
            _ => Self::Sql(error.to_string()),
        }
    }
}

/// What a store function returns.
pub type StoreResult<T> = Result<T, StoreError>;

/// The opened store. Cheap to share behind the application's handle.
pub struct Store {
    writer: Writer,
    readers: Readers,
}

/// Name of the database file within the data folder.
pub const DATABASE: &str = "hall.db";

/// Pages of the log after which they are copied into the database: 16 MiB, four times SQLite's own figure. A page that
/// is written again and again, as the end of each table is, is copied a quarter as often.
const CHECKPOINT_PAGES: i32 = 4000;
/// Pages that the writer keeps in memory, in KiB.
const WRITER_CACHE_KIB: i32 = 16 * 1024;

impl Store {
    /// Opens and migrates the database in `data_dir`. One that holds no hall is refused: it was cut off or put in place of
    /// another.
    pub fn open(data_dir: &Path) -> StoreResult<Self> {
        let connection = connect(&data_dir.join(DATABASE))?;
        if migrations::version(&connection)? == 0 {
            let what = "hall.db holds no hall: put the last backup back (docs/operations.md, Restore)";
            return Err(StoreError::Corrupt(what.into()));
        }
        Self::begin(data_dir, connection)
    }

    /// Makes the database of a new hall in `data_dir`.
    pub fn found(data_dir: &Path) -> StoreResult<Self> {
        Self::begin(data_dir, connect(&data_dir.join(DATABASE))?)
    }

    fn begin(data_dir: &Path, mut connection: Connection) -> StoreResult<Self> {
        migrations::run(&mut connection)?;
        // A transaction over very many cases stays in memory; readers need less.
        connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        let restored = meta::settle_generation(&connection, data_dir)?;
        if let Some(generation) = restored {
            tracing::warn!(generation, "the database was restored from a backup: a new generation begins");
        }
        let readers = Readers::new(&data_dir.join(DATABASE));
        Ok(Self { writer: Writer::start(connection, data_dir)?, readers })
    }

    /// Hands `work` to the writer and answers after its commit. Either all of it is on disk or nothing.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.writer.submit(work).wait().await
    }

    /// Hands `work` to the writer and waits for nothing; what fails goes to the log.
    pub fn write_soon(&self, work: impl FnOnce(&mut Tx<'_>) -> StoreResult<()> + Send + 'static) {
        let logged = |cause: StoreError| tracing::error!(cause = %cause, "something was not kept");
        drop(self.writer.submit(move |tx| work(tx).inspect_err(|cause| logged(cause.clone()))));
    }

    /// As [`Store::write`], for a thread that may block: commands and tests.
    pub fn write_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.writer.submit(work).wait_blocking()
    }

    /// Runs `work` on a reader; it sees the last commit.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let readers = self.readers.clone();
        match tokio::task::spawn_blocking(move || readers.with(work)).await {
            Ok(result) => result,
            Err(cause) => Err(StoreError::Unavailable(format!("a reader stopped: {cause}")).into()),
        }
    }

    /// As [`Store::read`], on this thread.
    pub fn read_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: FnOnce(&Connection) -> Result<T, E>,
    {
        self.readers.with(work)
    }

    /// What the writer announces after its commits.
    pub fn announcements(&self) -> &writer::Announcements {
        self.writer.announcements()
    }
}

/// Opens one connection with the settings that every connection has.
fn connect(file: &Path) -> StoreResult<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "cache_size", -4096)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // A statement is planned once. Without this SQLite plans it again whenever another value is bound to it, in case the
    // value makes another index the better one: a third of the writer's time, as measured over 100,000 cases.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(96);
    Ok(connection)
}

/// Reads a UUID column.
pub(crate) fn uuid_at(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

/// Reads a UUID column that may be empty.
pub(crate) fn optional_uuid_at(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<Uuid>> {
    Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(Uuid::from_bytes))
}

/// Reads an unsigned number that is stored as a signed one.
pub(crate) fn u64_at(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// Reads a text column as one word of an enum that serde knows.
pub(crate) fn word_at<T: serde::de::DeserializeOwned>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_value(serde_json::Value::String(text))
        .map_err(|cause| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(cause)))
}

/// Reads a text column as one word of an enum, or nothing.
pub(crate) fn optional_word_at<T: serde::de::DeserializeOwned>(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    match row.get::<_, Option<String>>(column)? {
        Some(_) => word_at(row, column).map(Some),
        None => Ok(None),
    }
}

/// The word that serde writes for a unit variant.
pub(crate) fn word_of<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// A number for a column: SQLite's integers are signed.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
