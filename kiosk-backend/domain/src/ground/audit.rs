//! What is written into the audit, and by whom.

use hall_store::{self as store, Connection, StoreResult};
pub use hall_words::Action;
use kiosk_wire::{KioskId, SubmissionId};
use serde_json::json;

use crate::ground::actor::Actor;

/// Who did it.
#[derive(Clone, Copy, Debug)]
pub enum Who<'a> {
    /// A member of staff.
    Staff(&'a Actor),
    /// A terminal.
    Kiosk(KioskId),
    /// Someone at the server's command line.
    CommandLine,
    /// Nobody known, such as a refused sign-in: from this address.
    Unknown(&'a str),
}

/// Appends to the audit. `object` is a reason or the name of a thing, never personal.
pub fn write(
    connection: &Connection,
    now_ms: i64,
    who: Who<'_>,
    action: Action,
    case: Option<SubmissionId>,
    object: &str,
) -> StoreResult<()> {
    let (actor, from) = match who {
        Who::Staff(actor) => (format!("staff:{}", actor.staff.id), actor.from.as_str()),
        Who::Kiosk(id) => (format!("kiosk:{id}"), ""),
        Who::CommandLine => ("command line".to_owned(), ""),
        Who::Unknown(from) => ("unknown".to_owned(), from),
    };
    let mut detail = serde_json::Map::new();
    for (key, value) in [("object", object), ("from", from)] {
        if !value.is_empty() {
            detail.insert(key.into(), json!(value));
        }
    }
    let detail = serde_json::Value::Object(detail).to_string();
    store::audit::append(connection, now_ms, &actor, action.code(), case.map(|case| case.0), &detail)
}
