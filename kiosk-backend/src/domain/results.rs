//! Results by locker: a clerk asks to put one in, the terminal opens a free box when they stand there, and the
//! applicant's card opens it.

use hall_rules::{CaseEvent, CaseState, PersonKey};
use kiosk_wire::{Code, DirectiveOrder, KioskId, ReceiptNumber, ResultHolder, SubmissionId};

use super::audit::{self, Action, Who};
use super::commands::{command, happened, heard_lately, wrong_state};
use super::directives::{self, ARMED_MS, Ask};
use super::views::{Actor, Happening};
use super::{facts, intake, queries};
use crate::app::App;
use crate::problem::Refusal;
use crate::store;

/// Lets the actor put the case's result into a box of `kiosk` when they stand there. Pressing again while it is armed
/// for the same person changes nothing.
pub async fn load(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    kiosk: KioskId,
) -> Result<(), Refusal> {
    let asked = app.clone();
    command(app, actor, id, seen, move |tx, look, row| {
        if facts::standing(tx, id)?.row(CaseEvent::ResultReady).is_none() {
            return Err(wrong_state("The case has no result to hand over now", "Load the page again"));
        }
        if let Some(claim) = row.claim.as_ref().filter(|claim| claim.is_active(look.now_ms)) {
            if claim.staff == look.actor.staff.id {
                return Ok(());
            }
            let title = "Someone else is putting the result in";
            return Err(Refusal::new(Code::AlreadyBeingCollected, title, claim.staff_name.clone()));
        }
        let known = store::kiosks::get(tx, kiosk)?.filter(|row| row.enrolled_ms.is_some() && row.revoked_ms.is_none());
        if known.is_none() {
            let refusal = Refusal::new(Code::InvalidValue, "There is no such terminal in service", "Choose another");
            return Err(refusal.field("kiosk"));
        }
        heard_lately(&asked, tx, look, kiosk)?;
        let made = queries::submission_of(tx, &look.keys, row.entry)?.ok_or_else(|| {
            let title = "What the applicant handed in cannot be read, so no card could open the box";
            Refusal::new(Code::PayloadUnreadable, title, "Hand the result over at the window")
        })?;
        let person = PersonKey::new(intake::family(made.applicant.document), made.applicant.number.expose().as_str());
        let holder = ResultHolder {
            mark: ResultHolder::mark_of(id, person.expose()),
            code_hash: ResultHolder::code_hash_of(id, &look.keys.pickup_code(id)),
        };
        let ask = Ask { kiosk, staff: &look.actor.staff, lasts_ms: ARMED_MS, case: Some(id), compartment: None };
        let keys = look.keys.clone();
        let directive = directives::make(tx, &look.keys, look.now_ms, &ask, |directive| DirectiveOrder::ArmLoading {
            submission: id,
            receipt: ReceiptNumber(row.receipt.clone()),
            item: row.item.clone(),
            department: row.department.clone(),
            holder,
            code_hash: directives::code_hash(directive, &keys.collection_code(directive)),
        })?;
        store::cases::set_claim(tx, id, Some(directive))?;
        happened(tx, look, row, Happening::LoadingArmed, None)?;
        audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::LoadingArmed, Some(id), "")?;
        Ok(())
    })
    .await
}

/// Whether a result waits to be handed over.
pub fn decided(state: CaseState) -> bool {
    matches!(state, CaseState::DecidedGrant | CaseState::DecidedDeny)
}
