//! What a question of the store is asked through. What lies below is known to this crate alone, so that another engine is
//! another module and nobody outside writes SQL.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, OpenFlags, Params, Row, Statement, ToSql};

use crate::StoreResult;

/// A connection to the database: hand it to this crate's functions.
pub struct Connection(rusqlite::Connection);

impl Connection {
    /// Opens one with the settings that every connection has.
    pub(crate) fn open(file: &Path) -> StoreResult<Self> {
        let connection = rusqlite::Connection::open(file)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        // So that REPLACE, too, runs the triggers that refuse DELETE.
        connection.pragma_update(None, "recursive_triggers", "ON")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "trusted_schema", "OFF")?;
        connection.pragma_update(None, "cache_size", -4096)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        // A statement is planned once. Without this SQLite plans it again whenever another value is bound to it, in case the
        // value makes another index the better one: a third of the writer's time, as measured over 100,000 cases.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(96);
        Ok(Self(connection))
    }

    /// Opens a copy of a database to look at it; it is not changed.
    pub fn of_copy(file: &Path) -> StoreResult<Self> {
        Ok(Self(rusqlite::Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?))
    }

    #[cfg(test)]
    pub(crate) fn in_memory() -> Self {
        Self(rusqlite::Connection::open_in_memory().expect("opens"))
    }

    /// Copies the database into a new file, while it is in use.
    pub(crate) fn copy_to(&self, file: &Path) -> StoreResult<Self> {
        let mut copy = rusqlite::Connection::open(file)?;
        Backup::new(&self.0, &mut copy)?.run_to_completion(1024, Duration::from_millis(1), None)?;
        Ok(Self(copy))
    }

    pub(crate) fn prepare(&self, sql: &str) -> rusqlite::Result<Statement<'_>> {
        let statement = self.0.prepare(sql)?;
        debug_assert!(in_order(&statement), "values would go astray in: {sql}");
        Ok(statement)
    }

    pub(crate) fn prepare_cached(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        let statement = self.0.prepare_cached(sql)?;
        debug_assert!(in_order(&statement), "values would go astray in: {sql}");
        Ok(statement)
    }

    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.prepare(sql)?.execute(params)
    }

    pub(crate) fn execute_batch(&self, sql: &str) -> rusqlite::Result<()> {
        self.0.execute_batch(sql)
    }

    pub(crate) fn query_row<T, F>(&self, sql: &str, params: impl Params, read: F) -> rusqlite::Result<T>
    where
        F: FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    {
        self.prepare(sql)?.query_row(params, read)
    }

    pub(crate) fn pragma_update(&self, name: &str, value: impl ToSql) -> rusqlite::Result<()> {
        self.0.pragma_update(None, name, value)
    }

    pub(crate) fn last_insert_rowid(&self) -> i64 {
        self.0.last_insert_rowid()
    }

    /// Whether no transaction is open.
    pub(crate) fn is_autocommit(&self) -> bool {
        self.0.is_autocommit()
    }

    /// Begins what is undone when it is dropped and was not committed.
    pub(crate) fn begin(&self, how: Begin) -> StoreResult<Transaction<'_>> {
        self.execute_batch(match how {
            Begin::Reading => "BEGIN",
            Begin::Writing => "BEGIN IMMEDIATE",
        })?;
        Ok(Transaction(self))
    }
}

/// Whether `$1`, `$2` … first stand in this order. To SQLite they are names, which are numbered as they first appear
/// (<https://sqlite.org/lang_expr.html#varparam>); to PostgreSQL they are the numbers.
fn in_order(statement: &Statement<'_>) -> bool {
    (1..=statement.parameter_count()).all(|n| statement.parameter_name(n) == Some(&format!("${n}")))
}

/// What a transaction is for.
#[derive(Clone, Copy)]
pub(crate) enum Begin {
    /// All that is read is of one instant.
    Reading,
    /// Nobody else writes meanwhile.
    Writing,
}

/// An open transaction.
pub(crate) struct Transaction<'c>(&'c Connection);

impl Transaction<'_> {
    pub(crate) fn commit(self) -> StoreResult<()> {
        Ok(self.0.execute_batch("COMMIT")?)
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            // Fails only where the engine has rolled it back already.
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "values would go astray")]
    fn values_cannot_go_astray() {
        let _ = Connection::in_memory().prepare("SELECT $2, $1");
    }
}
