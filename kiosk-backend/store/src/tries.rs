//! Wrong tries that outlive a restart. Only digests are kept: what somebody typed into a name field may have been a
//! password.

use rusqlite::params;

use crate::{Connection, StoreResult};

/// Keeps one wrong try, and forgets those that count no more.
pub fn add(connection: &Connection, kind: &str, key: &[u8; 32], at_ms: i64, until_ms: i64) -> StoreResult<()> {
    connection.prepare_cached("DELETE FROM tries WHERE until_ms <= $1")?.execute([at_ms])?;
    connection
        .prepare_cached("INSERT INTO tries (kind, try_key, at_ms, until_ms) VALUES ($1, $2, $3, $4)")?
        .execute(params![kind, key.as_slice(), at_ms, until_ms])?;
    Ok(())
}

/// Those that count still: kind, key, when.
pub fn live(connection: &Connection, now_ms: i64) -> StoreResult<Vec<(String, [u8; 32], i64)>> {
    let mut statement =
        connection.prepare_cached("SELECT kind, try_key, at_ms FROM tries WHERE until_ms > $1 ORDER BY at_ms")?;
    let rows = statement.query_map([now_ms], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets those whose keys begin so.
pub fn forget(connection: &Connection, whose: &[u8]) -> StoreResult<()> {
    connection.execute("DELETE FROM tries WHERE SUBSTR(try_key, 1, 16) = $1", [whose])?;
    Ok(())
}
