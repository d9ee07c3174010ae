//! Journal entries that wait for a person.

use hall_rules::Right;
use hall_store as store;
use hall_store::event::{Event, EventKind};
use hall_words::Reason;
use kiosk_wire::{Code, JournalId, KioskId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// One journal entry that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SetAsideRow {
    /// Our number of it.
    pub id: i64,
    /// The terminal.
    pub kiosk: (KioskId, String),
    pub journal: JournalId,
    /// Position.
    pub seq: u64,
    /// The kind it names; empty when unreadable.
    pub kind: String,
    /// Why it was set aside.
    pub code: Code,
    /// When it came.
    pub received_ms: i64,
    /// Who has looked at it.
    pub looked_by: Option<String>,
}

/// Entries that wait for a person.
pub async fn set_aside(hall: &Hall, actor: &Actor) -> Result<Vec<SetAsideRow>, Refusal> {
    actor.must(Right::SettleEntries)?;
    let rows = hall.store().read(|connection| store::journal::all_set_aside(connection, 200)).await?;
    let kind = |header: &str| {
        let header: Option<serde_json::Value> = serde_json::from_str(header).ok();
        header.and_then(|header| header.get("kind")?.as_str().map(str::to_owned)).unwrap_or_default()
    };
    Ok(rows
        .into_iter()
        .map(|row| SetAsideRow {
            kind: kind(&row.header),
            id: row.id,
            kiosk: row.kiosk,
            journal: row.journal,
            seq: row.seq,
            code: row.code,
            received_ms: row.received_ms,
            looked_by: row.looked_by,
        })
        .collect())
}

/// The actor looked at an entry that was set aside.
pub async fn looked_at(hall: &Hall, actor: &Actor, entry: i64) -> Result<(), Refusal> {
    actor.must(Right::SettleEntries)?;
    let acting = Acting::new(hall, actor);
    hall.store()
        .write(move |tx| {
            if !store::journal::looked_at(tx, entry, acting.actor.staff.id, acting.now_ms)? {
                return Err(Reason::NoSuchEntry.into());
            }
            let object = format!("entry {entry}");
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::SetAsideLooked, None, &object)?;
            tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
            Ok(())
        })
        .await
}
