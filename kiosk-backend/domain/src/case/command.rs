//! Commands of staff about one case: checked against the present, refused with a reason, done in one transaction with their
//! audit.

use hall_store::cases::CaseRow;
use hall_store::event::{Event, EventKind};
use hall_store::{self as store, Tx};
use hall_words::Reason;
use kiosk_wire::{Code, SubmissionId};

use crate::case::happening::{Happened, Happening};
use crate::case::seen::seen_case;
use crate::case::{history, holding};
use crate::ground::actor::Actor;
use crate::ground::hall::Hall;
use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// Longest reason, in characters.
const REASON: usize = 200;

/// Runs `work` on a case the actor may see, if it is still as their page showed it; marks it read for them and tells
/// the others.
pub(crate) async fn command<F>(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    work: F,
) -> Result<(), Refusal>
where
    F: FnOnce(&mut Tx<'_>, &Acting, &CaseRow) -> Result<(), Refusal> + Send + 'static,
{
    command_over(hall, actor, id, seen, false, work).await
}

/// As [`command`]; with `over` also while somebody else holds the case: for those who may take it over.
pub(crate) async fn command_over<F>(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    over: bool,
    work: F,
) -> Result<(), Refusal>
where
    F: FnOnce(&mut Tx<'_>, &Acting, &CaseRow) -> Result<(), Refusal> + Send + 'static,
{
    let acting = Acting::new(hall, actor);
    hall.store()
        .write(move |tx| {
            let row = seen_case(tx, &acting, id)?;
            if !over {
                holding::mine_or_free(&acting, &row)?;
            }
            holding::renew(tx, &acting, &row)?;
            work(tx, &acting, &row).map_err(|refusal| {
                // An old page explains a wrong state better than the state does.
                let stale = seen.is_some_and(|seen| seen != row.version) && refusal.code() == Code::WrongState;
                if stale { Reason::CaseMoved { why: Box::new(refusal.reason) }.into() } else { refusal }
            })?;
            store::cases::mark_read(tx, id, acting.actor.staff.id, acting.now_ms)?;
            let window = row.window.as_ref().map(|(window, _)| *window);
            tx.announce(Event { case: Some(id), window, kiosk: Some(row.kiosk.0), kind: EventKind::CaseChanged });
            Ok(())
        })
        .await
}

pub(crate) fn happened(
    tx: &Tx<'_>,
    acting: &Acting,
    row: &CaseRow,
    what: Happening,
    note: Option<&str>,
) -> Result<(), Refusal> {
    let event = Happened {
        what,
        at_ms: acting.now_ms,
        staff: Some(acting.actor.staff.id),
        kiosk: None,
        compartment: row.compartment,
        note,
        form: None,
    };
    if history::append(tx, &acting.moment, row.id, &event)? {
        return Ok(());
    }
    Err(Reason::NotNow.into())
}

pub(crate) fn checked_reason(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON || reason.chars().any(char::is_control) {
        return Err(Reason::ReasonMissing { longest: REASON }.into());
    }
    Ok(reason.to_owned())
}
