//! Jobs: written in the transaction that makes them necessary, claimed by lease, retried, given up only into sight.

use rusqlite::params;

use crate::{Connection, StoreResult};

/// One claimed job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Number.
    pub id: i64,
    /// Its key: the receiver sees it and can tell a repetition.
    pub key: String,
    /// For whom: `webhook:NAME`, or `sms`.
    pub target: String,
    /// What is sent.
    pub body: String,
    /// How often it was tried before.
    pub tries: u32,
}

/// Writes a job unless one with this key exists.
pub fn add(connection: &Connection, key: &str, target: &str, body: &str, now_ms: i64) -> StoreResult<()> {
    add_for(connection, key, target, body, now_ms, now_ms)
}

/// As [`add`], to be done from `due_ms` on.
pub fn add_for(
    connection: &Connection,
    key: &str,
    target: &str,
    body: &str,
    now_ms: i64,
    due_ms: i64,
) -> StoreResult<()> {
    connection
        .prepare_cached(
            "INSERT INTO jobs (job_key, target, body, made_ms, due_ms) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (job_key) DO NOTHING",
        )?
        .execute(params![key, target, body, now_ms, due_ms])?;
    Ok(())
}

/// Claims up to `limit` jobs that are due, until `until_ms`.
pub fn claim(connection: &Connection, now_ms: i64, until_ms: i64, limit: u32) -> StoreResult<Vec<Job>> {
    let mut statement = connection.prepare_cached(
        "UPDATE jobs SET claimed_until_ms = $1, tries = tries + 1 WHERE id IN (
             SELECT id FROM jobs
             WHERE done_ms IS NULL AND failed_ms IS NULL AND due_ms <= $2
               AND (claimed_until_ms IS NULL OR claimed_until_ms <= $2)
             ORDER BY due_ms LIMIT $3)
         RETURNING id, job_key, target, body, tries",
    )?;
    let rows = statement.query_map(params![until_ms, now_ms, limit], |row| {
        Ok(Job { id: row.get(0)?, key: row.get(1)?, target: row.get(2)?, body: row.get(3)?, tries: row.get(4)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Marks a job done.
pub fn done(connection: &Connection, id: i64, now_ms: i64) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE jobs SET done_ms = $1, claimed_until_ms = NULL, last_error = NULL WHERE id = $2")?
        .execute(params![now_ms, id])?;
    Ok(())
}

/// Puts a job off until `due_ms`.
pub fn put_off(connection: &Connection, id: i64, due_ms: i64, error: &str) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE jobs SET due_ms = $1, claimed_until_ms = NULL, last_error = $2 WHERE id = $3")?
        .execute(params![due_ms, error, id])?;
    Ok(())
}

/// Gives a job up, until a person retries it.
pub fn give_up(connection: &Connection, id: i64, now_ms: i64, error: &str) -> StoreResult<()> {
    connection
        .prepare_cached("UPDATE jobs SET failed_ms = $1, claimed_until_ms = NULL, last_error = $2 WHERE id = $3")?
        .execute(params![now_ms, error, id])?;
    Ok(())
}

/// Retries all that were given up, with the counter at zero: limits are for machines, not for people. What waits for its
/// next try does not wait longer.
pub fn retry_all(connection: &Connection, now_ms: i64) -> StoreResult<usize> {
    let again = connection
        .execute("UPDATE jobs SET failed_ms = NULL, tries = 0, due_ms = $1 WHERE failed_ms IS NOT NULL", [now_ms])?;
    Ok(again + hasten(connection, now_ms)?)
}

/// Lets what failed and waits for its next try wait no longer than until then: something may have been mended.
pub fn hasten(connection: &Connection, due_ms: i64) -> StoreResult<usize> {
    Ok(connection.execute(
        "UPDATE jobs SET due_ms = $1
         WHERE done_ms IS NULL AND failed_ms IS NULL AND last_error IS NOT NULL AND due_ms > $1",
        [due_ms],
    )?)
}

/// Jobs of one target that failed for one cause and are not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// For whom: `webhook:NAME`, or `sms`.
    pub target: String,
    /// Why the last try failed.
    pub cause: String,
    /// How many.
    pub count: u32,
    /// How often the most tried of them was tried.
    pub tries: u32,
    /// Whether they were given up, and wait for a person.
    pub given_up: bool,
}

/// What failed and is not done: what was given up first, then what concerns the most.
pub fn stuck(connection: &Connection) -> StoreResult<Vec<Stuck>> {
    let mut statement = connection.prepare_cached(
        "SELECT target, last_error, COUNT(*), MAX(tries), 1 AS given_up FROM jobs
         WHERE failed_ms IS NOT NULL GROUP BY target, last_error
         UNION ALL
         SELECT target, last_error, COUNT(*), MAX(tries), 0 FROM jobs
         WHERE done_ms IS NULL AND failed_ms IS NULL AND due_ms > 0 AND last_error IS NOT NULL
         GROUP BY target, last_error
         ORDER BY 5 DESC, 3 DESC",
    )?;
    let rows = statement.query_map([], |row| {
        let cause: Option<String> = row.get(1)?;
        let given_up: i64 = row.get(4)?;
        Ok(Stuck {
            target: row.get(0)?,
            cause: cause.unwrap_or_default(),
            count: row.get(2)?,
            tries: row.get(3)?,
            given_up: given_up != 0,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the next job is due, if any waits.
pub fn next_due(connection: &Connection) -> StoreResult<Option<i64>> {
    Ok(connection
        .prepare_cached(
            "SELECT MIN(MAX(due_ms, COALESCE(claimed_until_ms, 0))) FROM jobs WHERE done_ms IS NULL AND failed_ms IS NULL",
        )?
        .query_row([], |row| row.get(0))?)
}

/// How many wait, and how many were given up.
pub fn depth(connection: &Connection) -> StoreResult<(u32, u32)> {
    Ok(connection.query_row(
        "SELECT COALESCE(SUM(done_ms IS NULL AND failed_ms IS NULL), 0), COALESCE(SUM(failed_ms IS NOT NULL), 0) FROM jobs",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}
