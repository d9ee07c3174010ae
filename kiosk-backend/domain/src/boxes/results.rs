//! Results by locker: a clerk asks to put one in, the terminal opens a free box when they stand there, and the
//! applicant's card opens it.

use hall_rules::{CaseEvent, PersonKey};
use hall_store as store;
use hall_words::Reason;
use kiosk_wire::{DirectiveOrder, KioskId, ReceiptNumber, ResultHolder, SubmissionId};

use crate::boxes::collection::heard_lately;
use crate::boxes::directives::{self, ARMED_MS, Ask};
use crate::case::command::{command, happened};
use crate::case::happening::Happening;
use crate::case::{history, record};
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::refusal::Refusal;

/// Lets the actor put the case's result into a box of `kiosk` when they stand there. Pressing again while it is armed
/// for the same person changes nothing.
pub async fn load(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    kiosk: KioskId,
) -> Result<(), Refusal> {
    let asked = hall.clone();
    command(hall, actor, id, seen, move |tx, acting, row| {
        if history::standing(tx, id)?.row(CaseEvent::ResultReady).is_none() {
            return Err(Reason::NoResultNow.into());
        }
        if let Some(claim) = row.claim.as_ref().filter(|claim| claim.is_active(acting.now_ms)) {
            if claim.staff == acting.actor.staff.id {
                return Ok(());
            }
            return Err(Reason::BeingLoaded { name: claim.staff_name.clone() }.into());
        }
        let known = store::kiosks::get(tx, kiosk)?.filter(|row| row.enrolled_ms.is_some() && row.revoked_ms.is_none());
        if known.is_none() {
            return Err(Reason::KioskOutOfService.into());
        }
        heard_lately(&asked, tx, acting, kiosk)?;
        let made = record::submission_of(tx, &acting.keys, row.entry)?.ok_or(Reason::HolderUnreadable)?;
        let person = PersonKey::new(made.applicant.document, made.applicant.number.expose().as_str());
        let holder = ResultHolder {
            mark: ResultHolder::mark_of(id, person.expose()),
            code_hash: ResultHolder::code_hash_of(id, &acting.keys.pickup_code(id)),
        };
        let ask = Ask { kiosk, staff: &acting.actor.staff, lasts_ms: ARMED_MS, case: Some(id), compartment: None };
        let keys = acting.keys.clone();
        let directive =
            directives::make(tx, &acting.keys, acting.now_ms, &ask, |directive| DirectiveOrder::ArmLoading {
                submission: id,
                receipt: ReceiptNumber(row.receipt.clone()),
                item: row.item.clone(),
                department: row.department.clone(),
                holder,
                code_hash: directives::code_hash(directive, &keys.collection_code(directive)),
            })?;
        store::cases::set_claim(tx, id, Some(directive))?;
        happened(tx, acting, row, Happening::LoadingArmed, None)?;
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::LoadingArmed, Some(id), "")?;
        Ok(())
    })
    .await
}
