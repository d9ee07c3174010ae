//! The audit, to be read.

use hall_rules::Right;
use hall_store::{self as store, Connection, StoreError, StoreResult};
use kiosk_wire::SubmissionId;
use serde::Serialize;

use crate::case::rows::PAGE;
use crate::ground::actor::Actor;
use crate::ground::hall::Hall;
use crate::ground::refusal::Refusal;

/// One audit entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    /// Position in the chain.
    pub seq: i64,
    /// When.
    pub at_ms: i64,
    /// Who: a staff name, a terminal's name, or `command line`.
    pub who: String,
    /// What: a word of [`audit::Action`].
    pub action: String,
    /// About which case: id and number.
    pub case: Option<(SubmissionId, String)>,
    /// Reason or object, never personal.
    pub reason: String,
    /// From which address.
    pub from: String,
}

/// A page of the audit, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditPage {
    /// The rows.
    pub rows: Vec<AuditRow>,
    /// Hand back as `before` for older ones.
    pub next: Option<i64>,
    /// Hash of the newest entry of all, hex: the head of the chain.
    pub head: String,
    /// Position of the newest entry of all.
    pub head_seq: i64,
}

/// A page of the audit, newest first.
pub async fn audit(hall: &Hall, actor: &Actor, before: Option<i64>) -> Result<AuditPage, Refusal> {
    actor.must(Right::SeeAudit)?;
    Ok(hall
        .store()
        .read(move |connection| {
            let (head_seq, head) = store::audit::head(connection)?;
            let entries = store::audit::page(connection, before.unwrap_or(i64::MAX), PAGE)?;
            let next = entries.last().map(|entry| entry.seq).filter(|seq| *seq > 1);
            let rows = entries.into_iter().map(|entry| audit_row(connection, entry)).collect::<StoreResult<_>>()?;
            Ok::<_, StoreError>(AuditPage { rows, next, head: hex::encode(head), head_seq })
        })
        .await?)
}

fn audit_row(connection: &Connection, entry: store::audit::AuditEntry) -> StoreResult<AuditRow> {
    let who = match entry.actor.split_once(':') {
        Some(("staff", id)) => match id.parse() {
            Ok(id) => store::staff::get(connection, id)?.map(|row| row.name),
            Err(_) => None,
        },
        Some(("kiosk", id)) => match id.parse() {
            Ok(id) => store::kiosks::get(connection, id)?.map(|row| row.name),
            Err(_) => None,
        },
        _ => None,
    };
    let detail: serde_json::Value = serde_json::from_str(&entry.detail).unwrap_or_default();
    let word = |key: &str| detail.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let case = match entry.case.map(SubmissionId) {
        Some(id) => store::cases::receipt_and_window(connection, id)?.map(|(receipt, _)| (id, receipt)),
        None => None,
    };
    Ok(AuditRow {
        seq: entry.seq,
        at_ms: entry.at_ms,
        who: who.unwrap_or(entry.actor),
        action: entry.action,
        case,
        reason: word("object"),
        from: word("from"),
    })
}
