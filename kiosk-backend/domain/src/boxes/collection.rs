//! Taking paper out of a box: arming it, affirming it empty, settling a doubtful deposit, opening it from the desk.

use hall_rules::{CaseEvent, CaseState, Right};
use hall_store::cases::CaseRow;
use hall_store::{self as store, Tx};
use hall_words::Reason;
use kiosk_wire::{CompartmentNo, DirectiveId, DirectiveOrder, KioskId, SubmissionId};

use crate::boxes::directives::{self, AFFIRM_MS, ARMED_MS, Ask, OPEN_NOW_MS};
use crate::boxes::may::{box_opened, may};
use crate::case::command::{checked_reason, command, command_over, happened};
use crate::case::happening::Happening;
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::{Hall, UNSEEN_MS};
use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// Arms the case's compartment for the actor: it opens when they stand at the terminal. With `take_over`, a chief takes
/// it from whoever holds it. Pressing again while it is armed for the same person changes nothing.
pub async fn collect(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    take_over: bool,
) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    let asked = hall.clone();
    let over = take_over && actor.may(Right::TakeOver);
    command_over(hall, actor, id, seen, over, move |tx, acting, row| {
        if over {
            store::claims::release(tx, row.id)?;
        }
        let claim = row.claim.clone().filter(|claim| claim.is_active(acting.now_ms));
        if let Some(claim) = &claim {
            if claim.staff == acting.actor.staff.id {
                return Ok(());
            }
            if !over {
                return Err(Reason::BeingCollected { name: claim.staff_name.clone() }.into());
            }
        }
        let (kiosk, _) = place(row)?;
        heard_lately(&asked, tx, acting, kiosk)?;
        if let Some(claim) = claim {
            disarm(tx, acting, row, claim.directive, claim.expires_ms)?;
            let object = format!("from {}", claim.staff_name);
            audit::write(
                tx,
                acting.now_ms,
                Who::Staff(&acting.actor),
                Action::CollectTakenOver,
                Some(row.id),
                &object,
            )?;
        }
        arm(tx, acting, row, ARMED_MS, None).map(drop)
    })
    .await
}

/// Arms a case's box for the actor. `round` is the first directive of a round, whose code this one shares.
pub(crate) fn arm(
    tx: &mut Tx<'_>,
    acting: &Acting,
    row: &CaseRow,
    lasts_ms: i64,
    round: Option<DirectiveId>,
) -> Result<DirectiveId, Refusal> {
    let (_, no) = place(row)?;
    let ask = ask(acting, row, lasts_ms);
    let keys = acting.keys.clone();
    let directive = directives::make(tx, &acting.keys, acting.now_ms, &ask, |directive| {
        let code_hash = directives::code_hash(directive, &keys.collection_code(round.unwrap_or(directive)));
        DirectiveOrder::ArmCollection { submission: row.id, compartment: no, code_hash }
    })?;
    store::cases::set_claim(tx, row.id, Some(directive))?;
    happened(tx, acting, row, Happening::CollectionArmed, None)?;
    audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::CollectArmed, Some(row.id), "")?;
    Ok(directive)
}

/// The actor changed their mind.
pub async fn cancel_collect(hall: &Hall, actor: &Actor, id: SubmissionId, seen: Option<u64>) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    command(hall, actor, id, seen, |tx, acting, row| {
        let claim = row.claim.clone().filter(|claim| claim.is_active(acting.now_ms));
        let Some(claim) = claim.filter(|claim| claim.staff == acting.actor.staff.id) else {
            return Err(Reason::NotCollecting.into());
        };
        if box_opened(tx, row)? {
            return Err(Reason::BoxOpened.into());
        }
        disarm(tx, acting, row, claim.directive, claim.expires_ms)?;
        store::cases::set_claim(tx, row.id, None)?;
        happened(tx, acting, row, Happening::CollectionCancelled, None)?;
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::CollectCancelled, Some(row.id), "")?;
        Ok(())
    })
    .await
}

/// The actor has the paper and says the box is empty (已取出): the case is received, and the terminal may offer the box
/// again.
pub async fn affirm_empty(hall: &Hall, actor: &Actor, id: SubmissionId, seen: Option<u64>) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    command(hall, actor, id, seen, |tx, acting, row| {
        let opened = box_opened(tx, row)?;
        if !may(acting, row, opened).affirm {
            let awaited = row.state.in_box() || row.state == CaseState::ResultReady;
            return Err(if awaited { Reason::DoorNotReported } else { Reason::EmptiedAlready }.into());
        }
        let (_, no) = place(row)?;
        let ask = ask(acting, row, AFFIRM_MS);
        directives::make(tx, &acting.keys, acting.now_ms, &ask, |_| DirectiveOrder::AffirmEmpty {
            submission: Some(row.id),
            compartment: no,
        })?;
        if row.state.in_box() {
            store::cases::set_received(tx, row.id, acting.actor.staff.id, acting.now_ms)?;
            happened(tx, acting, row, Happening::Case(CaseEvent::Received), None)?;
        }
        store::cases::set_claim(tx, row.id, None)?;
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::EmptinessAffirmed, Some(row.id), "")?;
        Ok(())
    })
    .await
}

/// Staff looked: the paper is there.
pub async fn confirm_deposit(hall: &Hall, actor: &Actor, id: SubmissionId, seen: Option<u64>) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    command(hall, actor, id, seen, |tx, acting, row| {
        settle(row)?;
        store::cases::clear_doubt(tx, row.id)?;
        happened(tx, acting, row, Happening::Case(CaseEvent::DepositConfirmed), None)?;
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::DepositConfirmed, Some(row.id), "")?;
        Ok(())
    })
    .await
}

/// Staff looked: nothing is there, for a reason that goes on record.
pub async fn void_deposit(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    reason: &str,
) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    let reason = checked_reason(reason)?;
    command(hall, actor, id, seen, move |tx, acting, row| {
        settle(row)?;
        store::cases::clear_doubt(tx, row.id)?;
        store::cases::set_claim(tx, row.id, None)?;
        happened(tx, acting, row, Happening::Case(CaseEvent::DepositVoided), Some(&reason))?;
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::DepositVoided, Some(row.id), &reason)?;
        Ok(())
    })
    .await
}

/// A chief opens the door from the desk, for a reason that goes on record.
pub async fn open_now(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    reason: &str,
) -> Result<(), Refusal> {
    actor.must(Right::OpenFromDesk)?;
    let reason = checked_reason(reason)?;
    let asked = hall.clone();
    command(hall, actor, id, seen, move |tx, acting, row| {
        let (kiosk, no) = place(row)?;
        if !may(acting, row, false).open_now {
            return Err(Reason::NoPaperInBox.into());
        }
        heard_lately(&asked, tx, acting, kiosk)?;
        let ask = ask(acting, row, OPEN_NOW_MS);
        directives::make(tx, &acting.keys, acting.now_ms, &ask, |_| DirectiveOrder::OpenNow {
            submission: Some(row.id),
            compartment: no,
            reason: reason.clone(),
        })?;
        happened(tx, acting, row, Happening::OpenedFromDesk, Some(&reason))?;
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::OpenedNow, Some(row.id), &reason)?;
        Ok(())
    })
    .await
}

fn ask<'a>(acting: &'a Acting, row: &CaseRow, lasts_ms: i64) -> Ask<'a> {
    Ask { kiosk: row.kiosk.0, staff: &acting.actor.staff, lasts_ms, case: Some(row.id), compartment: row.compartment }
}

pub(crate) fn disarm(
    tx: &mut Tx<'_>,
    acting: &Acting,
    row: &CaseRow,
    armed_by: DirectiveId,
    expires_ms: i64,
) -> Result<(), Refusal> {
    let ask = ask(acting, row, expires_ms - acting.now_ms);
    directives::make(tx, &acting.keys, acting.now_ms, &ask, |_| DirectiveOrder::DisarmCollection { armed_by })?;
    Ok(())
}

fn settle(row: &CaseRow) -> Result<(), Refusal> {
    if row.state == CaseState::DepositUnconfirmed {
        return Ok(());
    }
    Err(Reason::NotInDoubt.into())
}

fn place(row: &CaseRow) -> Result<(KioskId, CompartmentNo), Refusal> {
    Ok(row
        .compartment
        .filter(|_| !matches!(row.state, CaseState::Submitted | CaseState::Voided))
        .map(|no| (row.kiosk.0, no))
        .ok_or(Reason::NoPaperInBox)?)
}

pub(crate) fn heard_lately(hall: &Hall, tx: &Tx<'_>, acting: &Acting, kiosk: KioskId) -> Result<(), Refusal> {
    let stored = store::kiosks::get(tx, kiosk)?.and_then(|row| row.seen_ms);
    if stored.max(hall.heard_ms(kiosk)).is_some_and(|seen| acting.now_ms - seen < UNSEEN_MS) {
        return Ok(());
    }
    Err(Reason::KioskSilent.into())
}
