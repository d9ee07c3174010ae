//! Messages to applicants: one for each event and channel, whatever is retried; and what became of them.

use kiosk_wire::SubmissionId;
use rusqlite::{OptionalExtension, Row, params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::columns::{uuid_at, word_at, word_of};
use crate::{Connection, StoreResult};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// It waits to be sent, or to be tried again.
    Queued,
    /// It is handed to the gateway now. Found so later, nobody knows whether the gateway has it.
    Sending,
    /// The gateway has taken it.
    Sent,
    /// It reached the phone.
    Delivered,
    /// It did not, and trying again by itself would not help.
    Failed,
    /// Nobody knows; a report may still tell.
    Unknown,
    /// The applicant gave no number.
    NoPhone,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// Number.
    pub id: i64,
    /// About which case.
    pub case: SubmissionId,
    /// What it tells: a word of the domain's kinds.
    pub kind: String,
    /// Random; with the round it is what the gateway knows it by.
    pub mark: String,
    /// How often it was sent by a person's wish, the first time included.
    pub round: u32,
    /// What became of it.
    pub state: MessageState,
    /// What its template is filled with.
    pub said: String,
    /// When it was written.
    pub made_ms: i64,
    /// When its state last changed.
    pub changed_ms: i64,
    /// What went wrong, without anything personal.
    pub cause: Option<String>,
}

/// A message to write.
pub struct NewMessage<'a> {
    /// About which case.
    pub case: SubmissionId,
    /// What it tells of, once within the case.
    pub event: &'a str,
    /// `sms`.
    pub channel: &'a str,
    pub kind: &'a str,
    /// Random.
    pub mark: &'a str,
    /// Where it begins.
    pub state: MessageState,
    /// What its template is filled with.
    pub said: &'a str,
}

const SELECT: &str = "SELECT id, case_id, kind, mark, round, state, said, made_ms, changed_ms, cause FROM messages";

fn message(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    Ok(MessageRow {
        id: row.get(0)?,
        case: SubmissionId(uuid_at(row, 1)?),
        kind: row.get(2)?,
        mark: row.get(3)?,
        round: row.get(4)?,
        state: word_at(row, 5)?,
        said: row.get(6)?,
        made_ms: row.get(7)?,
        changed_ms: row.get(8)?,
        cause: row.get(9)?,
    })
}

/// Writes a message unless this event was told by this channel already; its number if it is new.
pub fn add(connection: &Connection, new: &NewMessage<'_>, now_ms: i64) -> StoreResult<Option<i64>> {
    Ok(connection
        .prepare_cached(
            "INSERT INTO messages (case_id, event, channel, kind, mark, state, said, made_ms, changed_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT DO NOTHING RETURNING id",
        )?
        .query_row(
            params![
                new.case.0.as_bytes(),
                new.event,
                new.channel,
                new.kind,
                new.mark,
                word_of(&new.state),
                new.said,
                now_ms
            ],
            |row| row.get(0),
        )
        .optional()?)
}

/// One message.
pub fn get(connection: &Connection, id: i64) -> StoreResult<Option<MessageRow>> {
    Ok(connection.prepare_cached(&format!("{SELECT} WHERE id = $1"))?.query_row([id], message).optional()?)
}

/// The message that a gateway's report means, by its mark or else by the gateway's own number.
pub fn reported(connection: &Connection, mark: &str, gateway_id: &str) -> StoreResult<Option<MessageRow>> {
    let sql = format!("{SELECT} WHERE mark = $1 OR (gateway_id IS NOT NULL AND gateway_id = $2) LIMIT 1");
    Ok(connection.prepare_cached(&sql)?.query_row(params![mark, gateway_id], message).optional()?)
}

/// A case's messages, oldest first.
pub fn of_case(connection: &Connection, case: SubmissionId) -> StoreResult<Vec<MessageRow>> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE case_id = $1 ORDER BY id"))?;
    let rows = statement.query_map([case.0.as_bytes()], message)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Moves a message on if it is still as it was seen. False: something else happened to it meanwhile.
pub fn moved(
    connection: &Connection,
    seen: &MessageRow,
    state: MessageState,
    cause: Option<&str>,
    now_ms: i64,
) -> StoreResult<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE messages SET state = $1, cause = $2, changed_ms = $3 WHERE id = $4 AND round = $5 AND state = $6",
        )?
        .execute(params![word_of(&state), cause, now_ms, seen.id, seen.round, word_of(&seen.state)])?;
    Ok(changed > 0)
}

/// Keeps the number by which the gateway knows it.
pub fn set_gateway_id(connection: &Connection, id: i64, gateway_id: &str) -> StoreResult<()> {
    connection.prepare_cached("UPDATE messages SET gateway_id = $1 WHERE id = $2")?.execute(params![gateway_id, id])?;
    Ok(())
}

/// Begins the next round of a message, as its asker saw it. False: somebody was faster.
pub fn again(connection: &Connection, seen: &MessageRow, now_ms: i64) -> StoreResult<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE messages SET state = 'queued', round = round + 1, cause = NULL, gateway_id = NULL, changed_ms = $1
             WHERE id = $2 AND round = $3",
        )?
        .execute(params![now_ms, seen.id, seen.round])?;
    Ok(changed > 0)
}
