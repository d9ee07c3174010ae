//! The terminals, and what each last said of itself.

use hall_store::{self as store, StoreError};
use kiosk_wire::KioskId;
use kiosk_wire::kiosk_api::Heartbeat;
use schemars::JsonSchema;
use serde::Serialize;

use crate::ground::hall::{Hall, UNSEEN_MS};
use crate::ground::refusal::Refusal;

/// One terminal.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KioskView {
    pub id: KioskId,
    pub name: String,
    /// Prefix of its receipt numbers.
    pub receipt_prefix: String,
    /// When it was enrolled.
    pub enrolled_ms: Option<i64>,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
    /// When it was last heard of.
    pub seen_ms: Option<i64>,
    /// Not heard of for [`crate::ground::hall::UNSEEN_MS`] although enrolled and not revoked.
    pub unseen: bool,
    /// What it last said of itself.
    pub heartbeat: Option<Heartbeat>,
    /// Our clock when it said that, to compare with its own.
    pub heartbeat_ms: Option<i64>,
    /// The next position we lack of the journal it writes.
    pub journal_next: Option<u64>,
    /// A journal of it forked: it takes no deposits until it is enrolled anew.
    pub forked: bool,
}

/// All terminals.
pub async fn kiosks(hall: &Hall) -> Result<Vec<KioskView>, Refusal> {
    let asked = hall.clone();
    let now = hall.now_ms();
    Ok(hall
        .store()
        .read(move |connection| {
            let mut views = Vec::new();
            for row in store::kiosks::all(connection)? {
                let said = heartbeat(row.heartbeat.as_deref());
                let journal = said.as_ref().and_then(|said| said.journal);
                let head = journal.map(|id| store::journal::head(connection, id)).transpose()?.flatten();
                let seen_ms = row.seen_ms.max(asked.heard_ms(row.id));
                let lost = seen_ms.is_none_or(|seen| now - seen >= UNSEEN_MS);
                views.push(KioskView {
                    id: row.id,
                    name: row.name,
                    receipt_prefix: row.receipt_prefix,
                    enrolled_ms: row.enrolled_ms,
                    revoked_ms: row.revoked_ms,
                    seen_ms,
                    unseen: lost && row.enrolled_ms.is_some() && row.revoked_ms.is_none(),
                    heartbeat: said,
                    heartbeat_ms: row.seen_ms,
                    journal_next: journal.map(|_| head.map_or(1, |head| head.next)),
                    forked: head.is_some_and(|head| head.forked),
                });
            }
            Ok::<_, StoreError>(views)
        })
        .await?)
}

pub(crate) fn heartbeat(text: Option<&str>) -> Option<Heartbeat> {
    text.and_then(|text| serde_json::from_str(text).ok())
}
