//! The fields that the form on paper has and those that the window fills in: keyed in by the window, checked by the
//! item's own rules, each keying kept with who and when.

use std::collections::HashMap;

use hall_rules::case::Party;
use hall_rules::catalogue::{AskedAt, Field};
use hall_rules::field::ValueError;
use hall_rules::{CaseState, Right, ServiceItem, Text};
use hall_store::{self as store, Connection, StoreResult};
use hall_words::Reason;
use kiosk_wire::{Personal, Submission, SubmissionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::command;
use crate::case::happening::{Happened, Happening};
use crate::case::seen::seen_case;
use crate::case::{clocks, history, record};
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::{Acting, Moment};
use crate::ground::refusal::Refusal;
use crate::ground::shared::Shared;

/// The most names of fields that a case's history lists for one keying.
const NAMED: usize = 6;

/// What was keyed in of a field last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Keyed {
    /// The value, in its one form.
    pub value: Personal<String>,
    pub by: String,
    pub at_ms: i64,
}

/// All of a case's fields, to key in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keying {
    /// Number of the case.
    pub receipt: String,
    pub item: Text,
    /// Hand it back: who keyed something meanwhile is told apart by it.
    pub seen: u64,
    /// The fields, each with what was keyed in.
    pub fields: Vec<(Field, Option<Keyed>)>,
    /// Whether the actor may key in now.
    pub may_key: bool,
}

impl Keying {
    /// How many were keyed in.
    pub fn done(&self) -> usize {
        self.fields.iter().filter(|(_, keyed)| keyed.is_some()).count()
    }
}

/// Why nothing was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// These values do not suit their fields.
    Values(Vec<(String, ValueError)>),
    /// Something else.
    Refused(Refusal),
}

impl From<KeyError> for Refusal {
    /// For those who take one answer for all values: it names the first field that is wrong, and how many are.
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Refused(refusal) => refusal,
            KeyError::Values(wrong) => {
                let each: Vec<String> = wrong.iter().map(|(code, cause)| format!("{code}: {cause}")).collect();
                let first = wrong.first().map(|(code, _)| code.clone()).unwrap_or_default();
                Reason::FieldsWrong { count: wrong.len(), each: each.join("; "), first }.into()
            }
        }
    }
}

impl From<Refusal> for KeyError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Those that are keyed in under a case's answers.
fn fields_of(shared: &Shared, item: Option<&ServiceItem>, made: Option<&Submission>) -> Vec<Field> {
    let answers = clocks::answers(made);
    let keyed = |field: &&Field| field.asked_at != AskedAt::Terminal && answers.meet(&field.when);
    item.map(|item| shared.fields(item).filter(keyed).cloned().collect()).unwrap_or_default()
}

/// What holds of each keyed field, and the number of the last event that keyed something.
fn held(connection: &Connection, moment: &Moment, id: SubmissionId) -> StoreResult<(HashMap<String, Keyed>, u64)> {
    let (mut held, mut last) = (HashMap::new(), 0);
    for (field, row) in store::papers::keyed(connection, id)? {
        let context = store::papers::field_context(id, row.n, &field);
        let value = moment.keys.sealer.open(&row.sealed, &context)?;
        last = row.n;
        held.insert(field, Keyed { value, by: row.staff, at_ms: row.at_ms });
    }
    held.retain(|_, keyed| !keyed.value.expose().is_empty());
    Ok((held, last))
}

/// Every keying of a case, oldest first: field, value, who, when. For the archive.
pub(crate) fn history(connection: &Connection, moment: &Moment, id: SubmissionId) -> StoreResult<Vec<(String, Keyed)>> {
    let mut all = Vec::new();
    for (field, row) in store::papers::keyed(connection, id)? {
        let value = moment.keys.sealer.open(&row.sealed, &store::papers::field_context(id, row.n, &field))?;
        all.push((field, Keyed { value, by: row.staff, at_ms: row.at_ms }));
    }
    Ok(all)
}

pub(crate) fn may_key(acting: &Acting, row: &store::cases::CaseRow) -> bool {
    let held = row.held.as_ref().filter(|held| held.until_ms > acting.now_ms);
    has_paper(row.state)
        && held.is_none_or(|held| held.staff == acting.actor.staff.id)
        && acting.actor.may(Right::RevealPersonal)
        && acting.actor.staff.role.parties().contains(&Party::Clerk)
}

/// The form is on the window's desk, and the case is not over.
fn has_paper(state: CaseState) -> bool {
    !state.in_box() && state != CaseState::Submitted && !state.is_final()
}

fn keying(connection: &Connection, acting: &Acting, id: SubmissionId, shared: &Shared) -> Result<Keying, Refusal> {
    let row = seen_case(connection, acting, id)?;
    let made = record::submission_of(connection, &acting.keys, row.entry)?;
    let item = record::item(connection, &row.item, row.item_version)?;
    let (mut held, seen) = held(connection, &acting.moment, id)?;
    let fields = fields_of(shared, item.as_ref(), made.as_ref());
    let fields = fields.into_iter().map(|field| (held.remove(&field.code), field)).map(|(keyed, field)| (field, keyed));
    Ok(Keying {
        fields: fields.collect(),
        seen,
        may_key: may_key(acting, &row),
        item: item.map_or_else(|| Text::zh(row.item.clone()), |item| item.name),
        receipt: row.receipt,
    })
}

/// How many fields there are to key in and how many were; absent when the item has none.
pub(crate) fn counts(
    connection: &Connection,
    acting: &Acting,
    id: SubmissionId,
    shared: &Shared,
) -> Result<Option<(usize, usize)>, Refusal> {
    let keying = keying(connection, acting, id, shared)?;
    Ok((!keying.fields.is_empty()).then(|| (keying.done(), keying.fields.len())))
}

/// The fields with what was keyed in, in full: a look at a person's data, on record.
pub async fn look(hall: &Hall, actor: &Actor, id: SubmissionId) -> Result<Keying, Refusal> {
    actor.must(Right::RevealPersonal)?;
    let acting = Acting::new(hall, actor);
    let shared = hall.shared();
    hall.store()
        .write(move |tx| {
            let keying = keying(tx, &acting, id, &shared)?;
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::FieldsLooked, Some(id), "")?;
            Ok(keying)
        })
        .await
}

/// Keeps what was keyed in, all of it or nothing. What is as before is not kept again; a field left empty that was
/// never keyed in stays open. Returns how many changed.
pub async fn key_in(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: u64,
    values: Vec<(String, Personal<String>)>,
) -> Result<usize, KeyError> {
    actor.must(Right::RevealPersonal)?;
    let acting = Acting::new(hall, actor);
    let shared = hall.shared();
    let known = hall.store().read(move |connection| keying(connection, &acting, id, &shared)).await?;
    let changed = changed(&known, &values)?;
    if changed.is_empty() {
        return Ok(0);
    }
    let count = changed.len();
    command::command(hall, actor, id, None, move |tx, acting, row| {
        if held(tx, &acting.moment, id)?.1 != seen {
            return Err(Reason::FieldsMoved.into());
        }
        if !has_paper(row.state) {
            return Err(Reason::FieldsNotOnDesk.into());
        }
        if !may_key(acting, row) {
            return Err(Reason::KeyingNotYours.into());
        }
        let staff = acting.actor.staff.id;
        let note = named(&changed);
        let happened = Happened {
            what: Happening::FieldsKeyed,
            at_ms: acting.now_ms,
            staff: Some(staff),
            kiosk: None,
            compartment: None,
            note: Some(&note),
            form: None,
        };
        history::append(tx, &acting.moment, id, &happened)?;
        let n = row.version + 1;
        for (field, value) in &changed {
            let context = store::papers::field_context(id, n, &field.code);
            let sealed = acting.keys.sealer.seal(value.expose(), &context)?;
            store::papers::key(tx, id, (n, &field.code), acting.now_ms, staff, &sealed)?;
        }
        let codes: Vec<&str> = changed.iter().map(|(field, _)| field.code.as_str()).collect();
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::FieldsKeyed, Some(id), &codes.join(" "))?;
        Ok(())
    })
    .await?;
    Ok(count)
}

/// Names of the fields for the history: never what was keyed in.
fn named(changed: &[(Field, Personal<String>)]) -> String {
    let mut names: Vec<String> = changed.iter().take(NAMED).map(|(field, _)| field.label.zh.clone()).collect();
    if changed.len() > NAMED {
        names.push(format!("等 {} 项", changed.len()));
    }
    names.join("、")
}

type Changed = Vec<(Field, Personal<String>)>;

fn changed(known: &Keying, values: &[(String, Personal<String>)]) -> Result<Changed, KeyError> {
    let (mut changed, mut wrong) = (Vec::new(), Vec::new());
    for (code, value) in values {
        let Some((field, keyed)) = known.fields.iter().find(|(field, _)| field.code == *code) else {
            return Err(Refusal::from(Reason::NoSuchField { code: format!("{code:?}") }).into());
        };
        if value.expose().trim().is_empty() && keyed.is_none() {
            continue;
        }
        match field.check(value.expose()) {
            Ok(checked) if keyed.as_ref().is_some_and(|keyed| *keyed.value.expose() == checked) => {}
            Ok(checked) => changed.push((field.clone(), Personal::new(checked))),
            Err(cause) => wrong.push((code.clone(), cause)),
        }
    }
    if wrong.is_empty() { Ok(changed) } else { Err(KeyError::Values(wrong)) }
}
