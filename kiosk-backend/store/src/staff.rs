//! Staff and windows.

use hall_rules::Role;
use kiosk_wire::{StaffId, WindowId};
use rusqlite::{OptionalExtension, Row, params};

use crate::columns::{uuid_at, word_at, word_of};
use crate::{Connection, StoreResult, meta};

/// One member of staff as stored.
#[derive(Clone)]
pub struct StaffRow {
    pub id: StaffId,
    pub name: String,
    pub role: Role,
    /// Argon2id PHC string of the password.
    pub password_phc: String,
    /// Until when the password works, where it is a one-time code.
    pub code_until_ms: Option<i64>,
    /// SHA-256 of the card's UID, hex.
    pub card_hash: Option<String>,
    /// Argon2id PHC string of the PIN.
    pub pin_phc: Option<String>,
    /// When the account was closed.
    pub disabled_ms: Option<i64>,
}

const COLUMNS: &str = "id, name, role, password_phc, card_hash, pin_phc, disabled_ms, code_until_ms";

fn staff(row: &Row<'_>) -> rusqlite::Result<StaffRow> {
    Ok(StaffRow {
        id: StaffId(uuid_at(row, 0)?),
        name: row.get(1)?,
        role: word_at(row, 2)?,
        password_phc: row.get(3)?,
        card_hash: row.get(4)?,
        pin_phc: row.get(5)?,
        disabled_ms: row.get(6)?,
        code_until_ms: row.get(7)?,
    })
}

/// Adds someone. The roster changes.
pub fn add(connection: &Connection, new: &StaffRow, windows: &[WindowId], now_ms: i64) -> StoreResult<()> {
    connection.execute(
        "INSERT INTO staff (id, name, role, password_phc, card_hash, pin_phc, added_ms, code_until_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            new.id.0.as_bytes(),
            new.name,
            word_of(&new.role),
            new.password_phc,
            new.card_hash,
            new.pin_phc,
            now_ms,
            new.code_until_ms
        ],
    )?;
    for window in windows {
        connection.execute(
            "INSERT INTO staff_windows (staff_id, window_id) VALUES ($1, $2)",
            params![new.id.0.as_bytes(), window.0.as_bytes()],
        )?;
    }
    roster_changed(connection)
}

/// Sets a password; with `code_until_ms` it is a one-time code that works until then.
pub fn set_password(
    connection: &Connection,
    id: StaffId,
    password_phc: &str,
    code_until_ms: Option<i64>,
) -> StoreResult<()> {
    connection.execute(
        "UPDATE staff SET password_phc = $1, code_until_ms = $2 WHERE id = $3",
        params![password_phc, code_until_ms, id.0.as_bytes()],
    )?;
    Ok(())
}

/// Closes an account. False when there is none or it was closed before. The roster changes.
pub fn disable(connection: &Connection, name: &str, now_ms: i64) -> StoreResult<bool> {
    let changed = connection
        .execute("UPDATE staff SET disabled_ms = $1 WHERE name = $2 AND disabled_ms IS NULL", params![now_ms, name])?;
    roster_changed(connection)?;
    Ok(changed > 0)
}

/// Gives an account this card and PIN in place of what it had, or takes its card away. False when there is no such open
/// account.
pub fn set_card(connection: &Connection, name: &str, card: Option<(&str, &str)>) -> StoreResult<bool> {
    let (hash, pin) = card.unzip();
    let changed = connection.execute(
        "UPDATE staff SET card_hash = $1, pin_phc = $2 WHERE name = $3 AND disabled_ms IS NULL",
        params![hash, pin, name],
    )?;
    roster_changed(connection)?;
    Ok(changed > 0)
}

/// Someone by name.
pub fn by_name(connection: &Connection, name: &str) -> StoreResult<Option<StaffRow>> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM staff WHERE name = $1"))?
        .query_row([name], staff)
        .optional()?)
}

/// Someone by id.
pub fn get(connection: &Connection, id: StaffId) -> StoreResult<Option<StaffRow>> {
    Ok(connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM staff WHERE id = $1"))?
        .query_row([id.0.as_bytes()], staff)
        .optional()?)
}

/// Someone by card.
pub fn by_card(connection: &Connection, card_hash: &str) -> StoreResult<Option<StaffRow>> {
    Ok(connection
        .query_row(&format!("SELECT {COLUMNS} FROM staff WHERE card_hash = $1"), [card_hash], staff)
        .optional()?)
}

/// Everyone, by name.
pub fn all(connection: &Connection) -> StoreResult<Vec<StaffRow>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM staff ORDER BY name"))?;
    let rows = statement.query_map([], staff)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The windows of one person: id and name, by name.
pub fn windows_of(connection: &Connection, id: StaffId) -> StoreResult<Vec<(WindowId, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT w.id, w.name FROM staff_windows sw JOIN windows w ON w.id = sw.window_id
         WHERE sw.staff_id = $1 ORDER BY w.name",
    )?;
    let rows = statement.query_map([id.0.as_bytes()], |row| Ok((WindowId(uuid_at(row, 0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One window as stored.
#[derive(Clone, Debug)]
pub struct WindowRow {
    pub id: WindowId,
    pub name: String,
    /// Phone number applicants may call.
    pub phone: Option<String>,
    pub departments: Vec<String>,
}

/// Adds a window, gives it departments and the cases of those departments that had none. The roster changes.
pub fn add_window(connection: &Connection, new: &WindowRow, now_ms: i64) -> StoreResult<()> {
    connection.execute(
        "INSERT INTO windows (id, name, phone, added_ms) VALUES ($1, $2, $3, $4)",
        params![new.id.0.as_bytes(), new.name, new.phone, now_ms],
    )?;
    for department in &new.departments {
        connection.execute(
            "INSERT INTO window_departments (department, window_id) VALUES ($1, $2)",
            params![department, new.id.0.as_bytes()],
        )?;
        connection.execute(
            "UPDATE cases SET window_id = $1 WHERE department = $2 AND window_id IS NULL",
            params![new.id.0.as_bytes(), department],
        )?;
    }
    roster_changed(connection)
}

/// All windows, by name.
pub fn windows(connection: &Connection) -> StoreResult<Vec<WindowRow>> {
    let mut statement = connection.prepare_cached("SELECT id, name, phone FROM windows ORDER BY name")?;
    let rows = statement.query_map([], |row| {
        Ok(WindowRow { id: WindowId(uuid_at(row, 0)?), name: row.get(1)?, phone: row.get(2)?, departments: Vec::new() })
    })?;
    let mut windows: Vec<WindowRow> = rows.collect::<Result<_, _>>()?;
    let mut statement = connection
        .prepare_cached("SELECT department FROM window_departments WHERE window_id = $1 ORDER BY department")?;
    for window in &mut windows {
        let rows = statement.query_map([window.id.0.as_bytes()], |row| row.get(0))?;
        window.departments = rows.collect::<Result<_, _>>()?;
    }
    Ok(windows)
}

/// The window that works a department's cases.
pub fn window_of(connection: &Connection, department: &str) -> StoreResult<Option<WindowId>> {
    Ok(connection
        .prepare_cached("SELECT window_id FROM window_departments WHERE department = $1")?
        .query_row([department], |row| uuid_at(row, 0).map(WindowId))
        .optional()?)
}

fn roster_changed(connection: &Connection) -> StoreResult<()> {
    meta::bump(connection, meta::ROSTER)?;
    meta::bump(connection, meta::REVISION)?;
    Ok(())
}
