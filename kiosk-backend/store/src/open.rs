//! The database as it is opened: one writer, a few readers.

use std::path::Path;

use crate::connection::Connection;
use crate::readers::Readers;
use crate::writer::{Announcements, Turn, Tx, Writer};
use crate::{StoreError, StoreResult, meta, migrations};

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
        let connection = Connection::open(&data_dir.join(DATABASE))?;
        if migrations::version(&connection)? == 0 {
            let what = "hall.db holds no hall: put the last backup back (docs/operations.md, Restore)";
            return Err(StoreError::Corrupt(what.into()));
        }
        Self::begin(data_dir, connection)
    }

    /// Makes the database of a new hall in `data_dir`.
    pub fn found(data_dir: &Path) -> StoreResult<Self> {
        Self::begin(data_dir, Connection::open(&data_dir.join(DATABASE))?)
    }

    fn begin(data_dir: &Path, connection: Connection) -> StoreResult<Self> {
        migrations::run(&connection)?;
        // A transaction over very many cases stays in memory; readers need less.
        connection.pragma_update("cache_size", -WRITER_CACHE_KIB)?;
        connection.pragma_update("wal_autocheckpoint", CHECKPOINT_PAGES)?;
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
        self.writer.submit(Turn::Shared, work).wait().await
    }

    /// As [`Store::write`], for work that writes hundreds of rows: it shares its transaction with nothing.
    pub async fn write_alone<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.writer.submit(Turn::Alone, work).wait().await
    }

    /// As [`Store::write_alone`], for work that nobody waits for: whatever else is to be written goes first.
    pub async fn write_patiently<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.writer.submit(Turn::Patient, work).wait().await
    }

    /// Hands `work` to the writer and waits for nothing; what fails goes to the log.
    pub fn write_soon(&self, work: impl FnOnce(&mut Tx<'_>) -> StoreResult<()> + Send + 'static) {
        let logged = |cause: StoreError| tracing::error!(cause = %cause, "something was not kept");
        drop(self.writer.submit(Turn::Shared, move |tx| work(tx).inspect_err(|cause| logged(cause.clone()))));
    }

    /// As [`Store::write`], for a thread that may block: commands and tests.
    pub fn write_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.writer.submit(Turn::Shared, work).wait_blocking()
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

    #[cfg(test)]
    pub(crate) fn submit<T, E, F>(&self, turn: Turn, work: F) -> crate::writer::WriteAnswer<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.writer.submit(turn, work)
    }

    /// What the writer announces after its commits.
    pub fn announcements(&self) -> &Announcements {
        self.writer.announcements()
    }
}
