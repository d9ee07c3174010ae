//! Claiming cases: while one holds a case, others read it and cannot act. A claim ends by itself when its holder does
//! nothing for a while, so that nobody keeps a case by going to lunch.

use hall_rules::Right;
use kiosk_wire::{Code, SubmissionId};

use super::audit::{self, Action, Who};
use super::commands::{checked_reason, command, wrong_state};
use super::queries::{Look, seen_case};
use super::views::Actor;
use crate::app::App;
use crate::problem::Refusal;
use crate::store::cases::CaseRow;
use crate::store::{self, StoreResult, Tx};

/// How long a claim holds without a press of its holder, milliseconds.
pub const HOLDS_MS: i64 = 15 * 60_000;
/// The most cases of one press: one page of the inbox.
pub const AT_ONCE: usize = 50;

/// What became of each case of one press.
pub type Each = Vec<(SubmissionId, Result<(), Refusal>)>;

/// Refuses while somebody else holds the case.
pub(super) fn mine_or_free(look: &Look, row: &CaseRow) -> Result<(), Refusal> {
    match row.held.as_ref().filter(|held| held.until_ms > look.now_ms && held.staff != look.actor.staff.id) {
        None => Ok(()),
        Some(held) => {
            Err(Refusal::new(Code::CaseClaimed, "Someone else is working on this case", held.staff_name.clone()))
        }
    }
}

/// Renews the actor's own claim, if they hold one.
pub(super) fn renew(tx: &Tx<'_>, look: &Look, row: &CaseRow) -> StoreResult<()> {
    if row.held.as_ref().is_some_and(|held| held.until_ms > look.now_ms && held.staff == look.actor.staff.id) {
        hold(tx, look, row.id)?;
    }
    Ok(())
}

/// Gives the actor the case.
pub(super) fn hold(tx: &Tx<'_>, look: &Look, id: SubmissionId) -> StoreResult<()> {
    store::claims::take(tx, id, look.actor.staff.id, look.now_ms, look.now_ms + HOLDS_MS)
}

/// Claims a case for the actor. Pressing again renews it.
pub async fn claim(app: &App, actor: &Actor, id: SubmissionId, seen: Option<u64>) -> Result<(), Refusal> {
    actor.must(Right::ClaimCases)?;
    command(app, actor, id, seen, |tx, look, row| {
        hold(tx, look, row.id)?;
        Ok(audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::CaseClaimed, Some(row.id), "")?)
    })
    .await
}

/// Gives the actor's claim back.
pub async fn release(app: &App, actor: &Actor, id: SubmissionId, seen: Option<u64>) -> Result<(), Refusal> {
    actor.must(Right::ClaimCases)?;
    command(app, actor, id, seen, |tx, look, row| {
        if row.held.as_ref().is_none_or(|held| held.until_ms <= look.now_ms) {
            return Err(wrong_state("You do not hold this case", "Load the page again"));
        }
        store::claims::release(tx, row.id)?;
        Ok(audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::CaseReleased, Some(row.id), "")?)
    })
    .await
}

/// A chief takes a case from whoever holds it, for a reason that goes on record.
pub async fn take_over(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    reason: &str,
) -> Result<(), Refusal> {
    actor.must(Right::TakeOver)?;
    let reason = checked_reason(reason)?;
    super::commands::command_over(app, actor, id, seen, move |tx, look, row| {
        let from = row.held.as_ref().map(|held| held.staff_name.as_str()).unwrap_or_default();
        let object = format!("from {from}: {reason}");
        hold(tx, look, row.id)?;
        Ok(audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::ClaimTakenOver, Some(row.id), &object)?)
    })
    .await
}

/// Claims several cases; each is judged by itself.
pub async fn claim_all(app: &App, actor: &Actor, ids: &[SubmissionId]) -> Each {
    let mut each = Each::new();
    for id in ids.iter().take(AT_ONCE) {
        each.push((*id, claim(app, actor, *id, None).await));
    }
    each
}

/// Gives several cases back; each is judged by itself.
pub async fn release_all(app: &App, actor: &Actor, ids: &[SubmissionId]) -> Each {
    let mut each = Each::new();
    for id in ids.iter().take(AT_ONCE) {
        each.push((*id, release(app, actor, *id, None).await));
    }
    each
}

/// Sets the actor's own read marks, which are no look: nothing was shown.
pub async fn mark_read(app: &App, actor: &Actor, ids: &[SubmissionId]) -> Result<Each, Refusal> {
    let look = Look::new(app, actor);
    let ids: Vec<SubmissionId> = ids.iter().copied().take(AT_ONCE).collect();
    app.store()
        .write(move |tx| {
            let mut each = Each::new();
            for id in ids {
                let seen = seen_case(tx, &look, id);
                if seen.is_ok() {
                    store::cases::mark_read(tx, id, look.actor.staff.id, look.now_ms)?;
                }
                each.push((id, seen.map(drop)));
            }
            Ok(each)
        })
        .await
}
