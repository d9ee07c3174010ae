//! Claiming cases, giving them back, taking them over.

use hall_rules::Right;
use hall_store as store;
use hall_words::Reason;
use kiosk_wire::SubmissionId;

use crate::case::command::{self, checked_reason};
use crate::case::holding::hold;
use crate::case::seen::seen_case;
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// The most cases of one press: one page of the inbox.
pub const AT_ONCE: usize = 50;

/// What became of each case of one press.
pub type Each = Vec<(SubmissionId, Result<(), Refusal>)>;

/// Claims a case for the actor. Pressing again renews it.
pub async fn claim(hall: &Hall, actor: &Actor, id: SubmissionId, seen: Option<u64>) -> Result<(), Refusal> {
    actor.must(Right::ClaimCases)?;
    command::command(hall, actor, id, seen, |tx, acting, row| {
        hold(tx, acting, row.id)?;
        Ok(audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::CaseClaimed, Some(row.id), "")?)
    })
    .await
}

/// Gives the actor's claim back.
pub async fn release(hall: &Hall, actor: &Actor, id: SubmissionId, seen: Option<u64>) -> Result<(), Refusal> {
    actor.must(Right::ClaimCases)?;
    command::command(hall, actor, id, seen, |tx, acting, row| {
        if row.held.as_ref().is_none_or(|held| held.until_ms <= acting.now_ms) {
            return Err(Reason::NotHeld.into());
        }
        store::claims::release(tx, row.id)?;
        Ok(audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::CaseReleased, Some(row.id), "")?)
    })
    .await
}

/// A chief takes a case from whoever holds it, for a reason that goes on record.
pub async fn take_over(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    reason: &str,
) -> Result<(), Refusal> {
    actor.must(Right::TakeOver)?;
    let reason = checked_reason(reason)?;
    command::command_over(hall, actor, id, seen, true, move |tx, acting, row| {
        let from = row.held.as_ref().map(|held| held.staff_name.as_str()).unwrap_or_default();
        let object = format!("from {from}: {reason}");
        hold(tx, acting, row.id)?;
        Ok(audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::ClaimTakenOver, Some(row.id), &object)?)
    })
    .await
}

/// Claims several cases; each is judged by itself.
pub async fn claim_all(hall: &Hall, actor: &Actor, ids: &[SubmissionId]) -> Each {
    let mut each = Each::new();
    for id in ids.iter().take(AT_ONCE) {
        each.push((*id, claim(hall, actor, *id, None).await));
    }
    each
}

/// Gives several cases back; each is judged by itself.
pub async fn release_all(hall: &Hall, actor: &Actor, ids: &[SubmissionId]) -> Each {
    let mut each = Each::new();
    for id in ids.iter().take(AT_ONCE) {
        each.push((*id, release(hall, actor, *id, None).await));
    }
    each
}

/// Sets the actor's own read marks, which are no look: nothing was shown.
pub async fn mark_read(hall: &Hall, actor: &Actor, ids: &[SubmissionId]) -> Result<Each, Refusal> {
    let acting = Acting::new(hall, actor);
    let ids: Vec<SubmissionId> = ids.iter().copied().take(AT_ONCE).collect();
    hall.store()
        .write(move |tx| {
            let mut each = Each::new();
            for id in ids {
                let seen = seen_case(tx, &acting, id);
                if seen.is_ok() {
                    store::cases::mark_read(tx, id, acting.actor.staff.id, acting.now_ms)?;
                }
                each.push((id, seen.map(drop)));
            }
            Ok(each)
        })
        .await
}
