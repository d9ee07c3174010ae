//! Each person's own saved views of the inbox.

use kiosk_wire::StaffId;
use rusqlite::params;

use crate::{Connection, StoreResult};

/// One saved view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Its number.
    pub id: i64,
    pub name: String,
    /// What it filters by, as the query of the inbox's address.
    pub query: String,
}

/// Someone's views, by name.
pub fn of(connection: &Connection, staff: StaffId) -> StoreResult<Vec<SavedView>> {
    let mut statement =
        connection.prepare_cached("SELECT id, name, query FROM saved_views WHERE staff_id = $1 ORDER BY name")?;
    let rows = statement.query_map([staff.0.as_bytes()], |row| {
        Ok(SavedView { id: row.get(0)?, name: row.get(1)?, query: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Saves a view; one of the same name is replaced.
pub fn save(connection: &Connection, staff: StaffId, name: &str, query: &str) -> StoreResult<()> {
    connection.execute(
        "INSERT INTO saved_views (staff_id, name, query) VALUES ($1, $2, $3)
         ON CONFLICT (staff_id, name) DO UPDATE SET query = excluded.query",
        params![staff.0.as_bytes(), name, query],
    )?;
    Ok(())
}

/// Forgets someone's own view. False when they have none of this number.
pub fn forget(connection: &Connection, staff: StaffId, id: i64) -> StoreResult<bool> {
    let gone = connection
        .execute("DELETE FROM saved_views WHERE id = $1 AND staff_id = $2", params![id, staff.0.as_bytes()])?;
    Ok(gone > 0)
}
