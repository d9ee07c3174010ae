//! Internal notes (内部备注), and mandates (委托书) that the window checked: sealed, insert-only, for staff only.

use hall_rules::case::Party;
use hall_rules::{Right, mask};
use hall_store::papers::PaperKind;
use hall_store::{self as store, Connection, StoreError, StoreResult, Tx};
use hall_words::Reason;
use kiosk_wire::SubmissionId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::command;
use crate::case::happening::{Happened, Happening};
use crate::case::history;
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::{Acting, Moment};
use crate::ground::refusal::Refusal;

/// The longest note, in characters.
const LONGEST: usize = 500;

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Number of the case's event.
    pub n: u64,
    /// What it says.
    pub text: String,
    /// Who wrote it.
    pub by: String,
    pub at_ms: i64,
}

/// The notes of a case, oldest first.
pub(crate) fn of_case(connection: &Connection, moment: &Moment, id: SubmissionId) -> StoreResult<Vec<Note>> {
    let open = |row: store::papers::PaperRow| {
        let text = moment.keys.sealer.open(&row.sealed, &store::papers::context(id, row.n))?;
        Ok(Note { n: row.n, text: text.expose().clone(), by: row.staff, at_ms: row.at_ms })
    };
    store::papers::of_case(connection, id, PaperKind::Note)?.into_iter().map(open).collect()
}

/// Adds a note. Whoever works on the case may; also while a colleague holds it, and after its end until it is archived.
pub async fn add(hall: &Hall, actor: &Actor, id: SubmissionId, seen: Option<u64>, text: &str) -> Result<(), Refusal> {
    actor.must(Right::TakeSteps)?;
    let text = several_lines(text)?;
    command::command_over(hall, actor, id, seen, true, move |tx, acting, row| {
        if row.state.is_final() {
            return Err(Reason::NotesClosed.into());
        }
        keep(tx, acting, id, row.version + 1, (Happening::NoteAdded, PaperKind::Note), &text)?;
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::NoteAdded, Some(id), "")?;
        Ok(())
    })
    .await
}

/// Checks a text of several lines.
fn several_lines(text: &str) -> Result<String, Refusal> {
    let text = text.trim().replace("\r\n", "\n");
    let fits = !text.is_empty() && text.chars().count() <= LONGEST;
    if fits && !text.chars().any(|c| c.is_control() && c != '\n') {
        return Ok(text);
    }
    Err(Reason::NoteLong { longest: LONGEST }.into())
}

fn keep(
    tx: &Tx<'_>,
    acting: &Acting,
    id: SubmissionId,
    n: u64,
    (what, kind): (Happening, PaperKind),
    text: &str,
) -> StoreResult<()> {
    let staff = acting.actor.staff.id;
    let (at_ms, staff_of) = (acting.now_ms, Some(staff));
    let happened = Happened { what, at_ms, staff: staff_of, kiosk: None, compartment: None, note: None, form: None };
    history::append(tx, &acting.moment, id, &happened)?;
    let sealed = acting.keys.sealer.seal(text, &store::papers::context(id, n))?;
    store::papers::insert(tx, id, (n, kind), at_ms, staff, &sealed)
}

/// What a mandate says, as it was checked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// On whose behalf the applicant acts: a person's or an organisation's name.
    pub principal: String,
    /// Number of the principal's document, or the organisation's code; may be empty.
    pub number: String,
    pub scope: String,
    /// The attachment that shows it, by its number in the case's history.
    pub file: Option<u64>,
}

impl std::fmt::Debug for Mandate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It names a person.
        f.debug_struct("Mandate").field("file", &self.file).finish_non_exhaustive()
    }
}

/// A mandate as pages show it: masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MandateView {
    /// Principal, masked.
    pub principal: String,
    /// Number, masked.
    pub number: String,
    pub scope: String,
    /// The attachment that shows it.
    pub file: Option<u64>,
    /// Who checked it.
    pub by: String,
    pub at_ms: i64,
}

/// Every mandate of a case in full, oldest first, with who checked it and when; the last holds.
pub(crate) fn mandates(
    connection: &Connection,
    moment: &Moment,
    id: SubmissionId,
) -> StoreResult<Vec<(Mandate, String, i64)>> {
    let open = |row: store::papers::PaperRow| {
        let text = moment.keys.sealer.open(&row.sealed, &store::papers::context(id, row.n))?;
        let mandate = serde_json::from_str(text.expose()).map_err(|cause| StoreError::Corrupt(cause.to_string()))?;
        Ok((mandate, row.staff, row.at_ms))
    };
    store::papers::of_case(connection, id, PaperKind::Mandate)?.into_iter().map(open).collect()
}

/// The mandate that holds.
pub(crate) fn mandate(connection: &Connection, moment: &Moment, id: SubmissionId) -> StoreResult<Option<MandateView>> {
    Ok(mandates(connection, moment, id)?.pop().map(|(mandate, by, at_ms)| MandateView {
        principal: mask::name(&mandate.principal),
        number: mask::document_number(&mandate.number),
        scope: mandate.scope,
        file: mandate.file,
        by,
        at_ms,
    }))
}

/// Records that the actor checked the mandate of whoever handles the case for another (代办).
pub async fn check_mandate(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    mandate: Mandate,
) -> Result<(), Refusal> {
    actor.must(Right::TakeSteps)?;
    let mandate = Mandate {
        principal: one_line(&mandate.principal, 1, 60, "principal")?,
        number: one_line(&mandate.number, 0, 40, "principal-number")?,
        scope: one_line(&mandate.scope, 1, 200, "scope")?,
        file: mandate.file,
    };
    command::command(hall, actor, id, seen, move |tx, acting, row| {
        if !acting.actor.staff.role.parties().contains(&Party::Clerk) {
            return Err(Reason::MandateNotYours.into());
        }
        if row.state.is_final() {
            return Err(Reason::NotesClosed.into());
        }
        if let Some(n) = mandate.file
            && store::papers::file(tx, id, n)?.is_none()
        {
            return Err(Reason::MandateFile.into());
        }
        let text = serde_json::to_string(&mandate).map_err(|cause| Refusal::internal(&cause))?;
        keep(tx, acting, id, row.version + 1, (Happening::MandateChecked, PaperKind::Mandate), &text)?;
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::MandateChecked, Some(id), "")?;
        Ok(())
    })
    .await
}

fn one_line(text: &str, shortest: usize, longest: usize, field: &'static str) -> Result<String, Refusal> {
    let text = text.trim();
    let length = text.chars().count();
    if (shortest..=longest).contains(&length) && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(Reason::MandateLine { shortest, longest, field }.into())
}
