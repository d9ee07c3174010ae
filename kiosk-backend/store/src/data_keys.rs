//! The data keys that the database knows: which there were, and which of them nothing needs any more. The keys
//! themselves are files ([`crate::keys`]).

use rusqlite::params;

use crate::seal::KeyId;
use crate::{Connection, StoreResult};

/// One data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataKey {
    pub id: KeyId,
    /// Since when it is known here; 0 of the first.
    pub since_ms: i64,
    /// Since when nothing needs it.
    pub retired_ms: Option<i64>,
}

/// All of them, lowest first.
pub fn all(connection: &Connection) -> StoreResult<Vec<DataKey>> {
    let mut statement = connection.prepare_cached("SELECT id, since_ms, retired_ms FROM data_keys ORDER BY id")?;
    let rows = statement
        .query_map([], |row| Ok(DataKey { id: row.get(0)?, since_ms: row.get(1)?, retired_ms: row.get(2)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes up a key, unless it is known.
pub fn take_up(connection: &Connection, id: KeyId, now_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached("INSERT INTO data_keys (id, since_ms) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")?
        .execute(params![id, now_ms])?;
    Ok(())
}

/// Notes that nothing needs a key any more.
pub fn retire(connection: &Connection, id: KeyId, now_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE data_keys SET retired_ms = $1 WHERE id = $2 AND retired_ms IS NULL")?
        .execute(params![now_ms, id])?;
    Ok(())
}
