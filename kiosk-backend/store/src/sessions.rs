//! Browser sessions of staff. A session's token is not stored: only its SHA-256.

use kiosk_wire::StaffId;
use rusqlite::{OptionalExtension, params};
use sha2::{Digest as _, Sha256};

use crate::columns::uuid_at;
use crate::{Connection, StoreResult};

/// SHA-256 of a session's token.
pub type Digest = [u8; 32];

/// A session ends when its owner did nothing for this long: half a working day, since a console stands open to be heard.
pub const IDLE_MS: i64 = 4 * 60 * 60 * 1000;
/// A session ends after this long whatever its owner does: one working day and its evening.
pub const LONGEST_MS: i64 = 12 * 60 * 60 * 1000;
/// What ended is remembered this long: whose it was, so that what its owner had typed is taken after they sign in again.
pub const REMEMBERED_MS: i64 = 24 * 60 * 60 * 1000;

/// One browser that is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    pub staff: StaffId,
    /// Since when, milliseconds since the epoch.
    pub started_ms: i64,
    /// When its owner last did something.
    pub used_ms: i64,
    /// When it ends whatever its owner does.
    pub ends_ms: i64,
    /// Whether the city's provider said who they are, and no password.
    pub by_provider: bool,
}

impl Session {
    /// Whether it still holds.
    pub fn is_open(&self, now_ms: i64) -> bool {
        now_ms < self.ends_ms && now_ms < self.used_ms.saturating_add(IDLE_MS)
    }
}

/// The hash under which a token is kept.
pub fn digest(token: &str) -> Digest {
    Sha256::digest(token.as_bytes()).into()
}

/// Whose open session a token is.
pub fn staff_of(connection: &Connection, token: &str, now_ms: i64) -> StoreResult<Option<StaffId>> {
    Ok(find(connection, &digest(token))?.filter(|session| session.is_open(now_ms)).map(|session| session.staff))
}

/// Starts a session, and forgets those that ended long ago.
pub fn start(connection: &Connection, token: &Digest, session: &Session, address: &str) -> StoreResult<()> {
    connection
        .prepare_cached("DELETE FROM sessions WHERE ends_ms <= $1")?
        .execute([session.started_ms - REMEMBERED_MS])?;
    connection
        .prepare_cached(
            "INSERT INTO sessions (token_hash, staff_id, started_ms, used_ms, ends_ms, address, by_provider)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )?
        .execute(params![
            token.as_slice(),
            session.staff.0.as_bytes().as_slice(),
            session.started_ms,
            session.used_ms,
            session.ends_ms,
            address,
            session.by_provider
        ])?;
    Ok(())
}

/// The session of a token, ended or not.
pub fn find(connection: &Connection, token: &Digest) -> StoreResult<Option<Session>> {
    let mut statement = connection.prepare_cached(
        "SELECT staff_id, started_ms, used_ms, ends_ms, by_provider FROM sessions WHERE token_hash = $1",
    )?;
    let session = statement.query_row([token.as_slice()], |row| {
        Ok(Session {
            staff: StaffId(uuid_at(row, 0)?),
            started_ms: row.get(1)?,
            used_ms: row.get(2)?,
            ends_ms: row.get(3)?,
            by_provider: row.get(4)?,
        })
    });
    Ok(session.optional()?)
}

/// Notes that its owner did something.
pub fn touch(connection: &Connection, token: &Digest, now_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE sessions SET used_ms = $1 WHERE token_hash = $2")?
        .execute(params![now_ms, token.as_slice()])?;
    Ok(())
}

/// Ends a session.
pub fn end(connection: &Connection, token: &Digest, now_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE sessions SET ends_ms = $1 WHERE token_hash = $2 AND ends_ms > $1")?
        .execute(params![now_ms, token.as_slice()])?;
    Ok(())
}

/// Every session that is remembered, ended or not: its key, and whose it is or was.
pub fn remembered(connection: &Connection) -> StoreResult<Vec<(Digest, StaffId)>> {
    let mut statement = connection.prepare_cached("SELECT token_hash, staff_id FROM sessions")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, StaffId(uuid_at(row, 1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One open session, to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The first half of its hash, hex: enough to name it, and of no use to take it.
    pub short: String,
    /// From which address it was opened.
    pub address: String,
    /// Since when.
    pub started_ms: i64,
    /// When its owner last did something.
    pub used_ms: i64,
}

/// How a session is named.
pub fn short(token: &Digest) -> String {
    hex::encode(&token[..16])
}

/// Someone's open sessions, newest first.
pub fn of(connection: &Connection, staff: StaffId, now_ms: i64) -> StoreResult<Vec<Listed>> {
    let mut statement = connection.prepare_cached(
        "SELECT token_hash, address, started_ms, used_ms FROM sessions
         WHERE staff_id = $1 AND ends_ms > $2 AND used_ms > $3 ORDER BY started_ms DESC",
    )?;
    let rows = statement.query_map(params![staff.0.as_bytes(), now_ms, now_ms.saturating_sub(IDLE_MS)], |row| {
        let token: Digest = row.get(0)?;
        Ok(Listed { short: short(&token), address: row.get(1)?, started_ms: row.get(2)?, used_ms: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends one of someone's sessions by its name. False when it had ended.
pub fn end_listed(connection: &Connection, staff: StaffId, short: &[u8; 16], now_ms: i64) -> StoreResult<bool> {
    let gone = connection.execute(
        "UPDATE sessions SET ends_ms = $1 WHERE staff_id = $2 AND SUBSTR(token_hash, 1, 16) = $3 AND ends_ms > $1",
        params![now_ms, staff.0.as_bytes(), short],
    )?;
    Ok(gone > 0)
}

/// Ends all of someone's sessions but `except`.
pub fn end_all(connection: &Connection, staff: StaffId, except: Option<&Digest>, now_ms: i64) -> StoreResult<()> {
    connection.execute(
        "UPDATE sessions SET ends_ms = $1 WHERE staff_id = $2 AND token_hash <> $3 AND ends_ms > $1",
        params![now_ms, staff.0.as_bytes(), except.map_or(&[][..], |token| token.as_slice())],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> Connection {
        let connection = Connection::in_memory();
        crate::migrations::run(&connection).expect("migrates");
        connection
    }

    #[test]
    fn a_session_is_found_by_its_hash_until_it_ends() {
        let connection = database();
        let staff = StaffId(uuid::Uuid::from_u128(1));
        connection
            .execute(
                "INSERT INTO staff (id, name, role, password_phc, added_ms) VALUES ($1, 'x', 'clerk', 'x', 1)",
                [staff.0.as_bytes().as_slice()],
            )
            .expect("staff");
        let session = Session { staff, started_ms: 10, used_ms: 10, ends_ms: 100, by_provider: true };
        start(&connection, &[1; 32], &session, "").expect("starts");
        touch(&connection, &[1; 32], 50).expect("touches");
        assert!(session.is_open(99) && !session.is_open(100), "it ends whatever its owner does");
        assert!(!Session { ends_ms: i64::MAX, ..session }.is_open(10 + IDLE_MS), "it ends when its owner went away");
        assert_eq!(find(&connection, &[1; 32]).expect("finds"), Some(Session { used_ms: 50, ..session }));
        assert_eq!(find(&connection, &[2; 32]).expect("finds"), None);
        start(&connection, &[2; 32], &Session { started_ms: 100, used_ms: 100, ends_ms: 200, ..session }, "")
            .expect("starts");
        assert!(find(&connection, &[1; 32]).expect("finds").is_some(), "whose it was is remembered");
        end(&connection, &[2; 32], 150).expect("ends");
        assert!(!find(&connection, &[2; 32]).expect("finds").expect("is remembered").is_open(150));
        assert_eq!(staff_of(&connection, "token", 150).expect("finds"), None);
        let later = 100 + REMEMBERED_MS;
        start(&connection, &[3; 32], &Session { started_ms: later, used_ms: later, ends_ms: later + 9, ..session }, "")
            .expect("starts");
        assert_eq!(find(&connection, &[1; 32]).expect("finds"), None, "what ended long ago is forgotten");
    }
}
