//! Forward-only migrations. A migration that was ever shipped is never changed; the next one is added.

use rusqlite::Connection;

use super::{StoreError, StoreResult, sessions};

/// In order; `PRAGMA user_version` counts how many have run.
const ALL: &[&str] = &[include_str!("migrations/0001.sql"), sessions::MIGRATION];

pub(super) fn run(connection: &mut Connection) -> StoreResult<()> {
    let done = version(connection)?;
    if done > ALL.len() {
        return Err(StoreError::Corrupt(format!(
            "the database was written by a newer version (schema {done}, this build knows {}): install that version",
            ALL.len()
        )));
    }
    for (n, sql) in ALL.iter().enumerate().skip(done) {
        let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        // Another process may have migrated while we waited for the lock.
        let done = version(&tx)?;
        if done <= n {
            tx.execute_batch(sql)?;
            tx.pragma_update(None, "user_version", u32::try_from(n + 1).unwrap_or(u32::MAX))?;
        }
        tx.commit()?;
    }
    Ok(())
}

fn version(connection: &Connection) -> StoreResult<usize> {
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(version as usize)
}
