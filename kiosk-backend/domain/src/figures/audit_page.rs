//! The audit, to be read.

use hall_rules::{CaseEvent, Right};
use hall_store::{self as store, Connection, StoreError, StoreResult};
use kiosk_wire::SubmissionId;
use kiosk_wire::entry::StaffRefusal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::rows::PAGE;
use crate::figures::callbacks::CallOutcome;
use crate::ground::actor::Actor;
use crate::ground::audit::Action;
use crate::ground::hall::Hall;
use crate::ground::refusal::Refusal;

/// What an entry is about, beside its case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Object {
    /// Nothing.
    #[default]
    None,
    /// Somebody was refused at a terminal: why, and who, where the card told.
    Refused(StaffRefusal, Option<String>),
    /// The step of a case.
    Step(CaseEvent),
    /// What a call came to.
    Call(CallOutcome),
    /// A compartment, and why.
    Compartment(u16, String),
    /// How many boxes.
    Boxes(u32),
    /// How many cases were found.
    Found(u32),
    /// Too many wrong passwords.
    Tries,
    /// A reason, or the name of a thing.
    Text(String),
}

/// One audit entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditRow {
    /// Position in the chain.
    pub seq: i64,
    /// When.
    pub at_ms: i64,
    /// Who: a staff name, a terminal's name, or `command line`.
    pub who: String,
    /// What: a word of `hall_words::Action`.
    pub action: String,
    /// About which case: id and number.
    pub case: Option<(SubmissionId, String)>,
    /// Reason or object, never personal.
    pub reason: String,
    /// The same, for pages.
    #[serde(skip)]
    pub object: Object,
    /// From which address.
    pub from: String,
}

/// A page of the audit, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
    let reason = word("object");
    Ok(AuditRow {
        object: object(connection, Action::from_code(&entry.action), &reason)?,
        seq: entry.seq,
        at_ms: entry.at_ms,
        who: who.unwrap_or(entry.actor),
        action: entry.action,
        case,
        reason,
        from: word("from"),
    })
}

/// What the text of an entry says.
fn object(connection: &Connection, action: Option<Action>, text: &str) -> StoreResult<Object> {
    let number = |before: &str, after: &str| text.strip_prefix(before)?.strip_suffix(after)?.parse().ok();
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let read = match action {
        Some(Action::TerminalRefused) => {
            let staff = match rest.parse() {
                Ok(id) => store::staff::get(connection, id)?.map(|row| row.name),
                Err(_) => None,
            };
            serde_json::from_value(first.into()).ok().map(|why| Object::Refused(why, staff))
        }
        Some(Action::CaseStepped) => CaseEvent::from_code(text).map(Object::Step),
        Some(Action::CalledBack) => CallOutcome::from_code(text).map(Object::Call),
        Some(Action::DoorForced | Action::TechnicianOpened | Action::ReturnedToService) => {
            let (no, why) = rest.split_once(": ").unwrap_or((rest, ""));
            no.parse().ok().map(|no| Object::Compartment(no, why.to_owned()))
        }
        Some(Action::RoundBegun) => number("", " boxes").map(Object::Boxes),
        Some(Action::Searched) => number("", " found").map(Object::Found),
        Some(Action::SignInRefused) => (text == "too many tries").then_some(Object::Tries),
        _ => None,
    };
    Ok(read.unwrap_or_else(|| if text.is_empty() { Object::None } else { Object::Text(text.to_owned()) }))
}
