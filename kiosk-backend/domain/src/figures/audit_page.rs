//! The audit, to be read.

use std::str::FromStr;

use hall_rules::joint::PartEvent;
use hall_rules::{CaseEvent, Right, Text};
use hall_store::{self as store, Connection, StoreError, StoreResult};
use hall_words::audit::{Export, Object};
use hall_words::case::{CallOutcome, MessageKind, RevealReason};
use kiosk_wire::SubmissionId;
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::record;
use crate::case::rows::PAGE;
use crate::ground::actor::Actor;
use crate::ground::audit::Action;
use crate::ground::hall::Hall;
use crate::ground::refusal::Refusal;
use crate::ground::shared::Shared;

/// One audit entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditRow {
    /// Position in the chain.
    pub seq: i64,
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
    pub object: Option<Object>,
    /// From which address.
    pub from: String,
}

/// A page of the audit, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditPage {
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
    let shared = hall.shared();
    Ok(hall
        .store()
        .read(move |connection| {
            let names = Names { connection, shared: &shared };
            let (head_seq, head) = store::audit::head(connection)?;
            let entries = store::audit::page(connection, before.unwrap_or(i64::MAX), PAGE)?;
            let next = entries.last().map(|entry| entry.seq).filter(|seq| *seq > 1);
            let rows = entries.into_iter().map(|entry| names.row(entry)).collect::<StoreResult<_>>()?;
            Ok::<_, StoreError>(AuditPage { rows, next, head: hex::encode(head), head_seq })
        })
        .await?)
}

/// Where the names stand of what the audit keeps by id or code.
struct Names<'a> {
    connection: &'a Connection,
    shared: &'a Shared,
}

impl Names<'_> {
    fn row(&self, entry: store::audit::AuditEntry) -> StoreResult<AuditRow> {
        let who = match entry.actor.split_once(':') {
            Some(("staff", id)) => self.staff(id)?,
            Some(("kiosk", id)) => match id.parse() {
                Ok(id) => store::kiosks::get(self.connection, id)?.map(|row| row.name),
                Err(_) => None,
            },
            _ => None,
        };
        let detail: serde_json::Value = serde_json::from_str(&entry.detail).unwrap_or_default();
        let word = |key: &str| detail.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let case = entry.case.map(SubmissionId);
        let receipt = match case {
            Some(id) => store::cases::receipt_and_window(self.connection, id)?.map(|(receipt, _)| (id, receipt)),
            None => None,
        };
        let reason = word("object");
        let read = match Action::from_code(&entry.action) {
            Some(action) => self.object(action, case, &reason)?,
            None => None,
        };
        Ok(AuditRow {
            // What an older release wrote otherwise is told as it stands.
            object: read.or_else(|| Some(Object::Text { text: reason.clone() }).filter(|_| !reason.is_empty())),
            seq: entry.seq,
            at_ms: entry.at_ms,
            who: who.unwrap_or(entry.actor),
            action: entry.action,
            case: receipt,
            reason,
            from: word("from"),
        })
    }

    /// What the text of an entry says. Every action is named: whoever adds one says what it is about.
    fn object(&self, action: Action, case: Option<SubmissionId>, text: &str) -> StoreResult<Option<Object>> {
        use Action as A;
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        Ok(match action {
            A::TerminalRefused => self.refused(first, rest)?,
            A::CaseStepped => CaseEvent::from_code(text).map(|event| Object::Step { event }),
            A::CalledBack => CallOutcome::from_code(text).map(|outcome| Object::Call { outcome }),
            A::MessageRepeated => message(first, rest),
            A::DoorForced | A::TechnicianOpened | A::ReturnedToService => compartment(text),
            A::RoundBegun => number(text, "", " boxes").map(|count| Object::Boxes { count }),
            A::Searched => number(text, "", " found").map(|count| Object::Found { count }),
            A::CollectTakenOver | A::ClaimTakenOver => taken_from(text),
            A::FieldsKeyed => self.fields(case, text)?,
            A::FileAttached => attachment(first, rest),
            A::FileRead => text.parse().ok().map(|n| Object::Attachment { n }),
            A::NoticeRead => text.parse().ok().map(|n| Object::Notice { n }),
            A::PartLooked => Some(Object::Department { name: self.department(text) }),
            A::PartAnswered => {
                PartEvent::from_code(rest).map(|event| Object::Answer { name: self.department(first), event })
            }
            A::PartRecalled => Some(Object::DepartmentFor { name: self.department(first), reason: rest.to_owned() }),
            A::NumberRevealed => RevealReason::from_code(text).map(|reason| Object::Reveal { reason }),
            A::Exported => exported(first, rest),
            A::SetAsideLooked => number(text, "entry ", "").map(|number| Object::Entry { number }),
            A::SignedIn => (text == "oidc").then_some(Object::Provider),
            A::SignInRefused => sign_in_refused(text),
            A::RolledBack => number(text, "the backend had up to ", "").map(|had| Object::Rollback { had }),
            A::JournalForked => forked(text),
            A::CatalogueImported => imported(text),
            A::CalendarImported => year(first, rest),
            A::Restored => number(text, "generation ", "").map(|generation| Object::Generation { generation }),
            A::KeyRotated | A::KeyRetired => number(text, "key ", "").map(|number| Object::DataKey { number }),
            // A name or a reason in somebody's own words, or nothing.
            A::CaseOpened
            | A::CaseLooked
            | A::PhoneRevealed
            | A::CollectArmed
            | A::CollectCancelled
            | A::LoadingArmed
            | A::EmptinessAffirmed
            | A::DepositConfirmed
            | A::DepositVoided
            | A::CaseClaimed
            | A::CaseReleased
            | A::EscalationSeen
            | A::FieldsLooked
            | A::NoteAdded
            | A::MandateChecked
            | A::GreenSet
            | A::GreenEnded
            | A::CaseExported
            | A::OpenedNow
            | A::KioskAdded
            | A::KioskEnrolled
            | A::KioskRevoked
            | A::StaffAdded
            | A::StaffDisabled
            | A::StaffCardSet
            | A::StaffCardTaken
            | A::PasswordChanged
            | A::PasswordReset
            | A::SubjectSet
            | A::AccountUnlocked
            | A::SessionEnded
            | A::WindowAdded => None,
        })
    }

    fn staff(&self, id: &str) -> StoreResult<Option<String>> {
        match id.parse() {
            Ok(id) => Ok(store::staff::get(self.connection, id)?.map(|row| row.name)),
            Err(_) => Ok(None),
        }
    }

    fn refused(&self, why: &str, staff: &str) -> StoreResult<Option<Object>> {
        let Ok(why) = serde_json::from_value(why.into()) else { return Ok(None) };
        Ok(Some(match self.staff(staff)? {
            Some(name) => Object::RefusedOf { why, name },
            None => Object::Refused { why },
        }))
    }

    fn department(&self, code: &str) -> Text {
        self.shared.department(code)
    }

    fn fields(&self, case: Option<SubmissionId>, codes: &str) -> StoreResult<Option<Object>> {
        let Some(case) = case else { return Ok(None) };
        let item = match store::cases::item_of(self.connection, case)? {
            Some((code, version)) => record::item(self.connection, &code, version)?,
            None => None,
        };
        let name = |code: &str| {
            let known = item.as_ref().and_then(|item| self.shared.fields(item).find(|field| field.code == code));
            known.map_or_else(|| Text::zh(code), |field| field.label.clone())
        };
        Ok(Some(Object::Fields { names: codes.split(' ').map(name).collect() }))
    }
}

fn number<T: FromStr>(text: &str, before: &str, after: &str) -> Option<T> {
    text.strip_prefix(before)?.strip_suffix(after)?.parse().ok()
}

fn message(kind: &str, round: &str) -> Option<Object> {
    Some(Object::Message { kind: MessageKind::from_code(kind)?, round: round.parse().ok()? })
}

fn compartment(text: &str) -> Option<Object> {
    let rest = text.strip_prefix("compartment ")?;
    Some(match rest.split_once(": ") {
        Some((no, reason)) => Object::BoxFor { no: no.parse().ok()?, reason: reason.to_owned() },
        None => Object::Box { no: rest.parse().ok()? },
    })
}

fn taken_from(text: &str) -> Option<Object> {
    let rest = text.strip_prefix("from ")?;
    Some(match rest.split_once(": ") {
        Some((name, reason)) => Object::TakenFromFor { name: name.to_owned(), reason: reason.to_owned() },
        None => Object::TakenFrom { name: rest.to_owned() },
    })
}

fn attachment(n: &str, sum: &str) -> Option<Object> {
    Some(Object::AttachmentSum { n: n.parse().ok()?, sum: sum.to_owned() })
}

fn exported(table: &str, span: &str) -> Option<Object> {
    Some(Object::Export { export: Export::from_code(table)?, days: number(span, "of ", " days")? })
}

fn sign_in_refused(text: &str) -> Option<Object> {
    match text {
        "too many tries" => Some(Object::Tries),
        "oidc: closed" => Some(Object::ProviderClosed),
        "oidc: subject" => Some(Object::ProviderSubject),
        "oidc: token" => Some(Object::ProviderToken),
        _ => None,
    }
}

fn forked(text: &str) -> Option<Object> {
    let (journal, seq) = text.strip_prefix("journal ")?.split_once(" at ")?;
    Some(Object::Fork { journal: journal.to_owned(), seq: seq.parse().ok()? })
}

fn imported(text: &str) -> Option<Object> {
    let (version, count) = text.split_once(", ")?;
    Some(Object::Catalogue { version: number(version, "version ", "")?, count: number(count, "", " items")? })
}

fn year(year: &str, sum: &str) -> Option<Object> {
    Some(Object::Calendar { year: year.parse().ok()?, sum: sum.strip_prefix("sha256:")?.to_owned() })
}
