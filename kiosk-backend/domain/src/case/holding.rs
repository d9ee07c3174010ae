//! Holding a case: while one does, others read it and cannot act. It ends by itself when its holder does nothing for a
//! while, so that nobody keeps a case by going to lunch.

use hall_store::cases::CaseRow;
use hall_store::{self as store, StoreResult, Tx};
use hall_words::Reason;
use kiosk_wire::SubmissionId;

use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// How long a claim holds without a press of its holder, milliseconds.
pub const HOLDS_MS: i64 = 15 * 60_000;

/// Refuses while somebody else holds the case.
pub(crate) fn mine_or_free(acting: &Acting, row: &CaseRow) -> Result<(), Refusal> {
    match row.held.as_ref().filter(|held| held.until_ms > acting.now_ms && held.staff != acting.actor.staff.id) {
        None => Ok(()),
        Some(held) => Err(Reason::CaseClaimed { name: held.staff_name.clone() }.into()),
    }
}

/// Renews the actor's own claim, if they hold one.
pub(crate) fn renew(tx: &Tx<'_>, acting: &Acting, row: &CaseRow) -> StoreResult<()> {
    if row.held.as_ref().is_some_and(|held| held.until_ms > acting.now_ms && held.staff == acting.actor.staff.id) {
        hold(tx, acting, row.id)?;
    }
    Ok(())
}

/// Gives the actor the case.
pub(crate) fn hold(tx: &Tx<'_>, acting: &Acting, id: SubmissionId) -> StoreResult<()> {
    store::claims::take(tx, id, acting.actor.staff.id, acting.now_ms, acting.now_ms + HOLDS_MS)
}
