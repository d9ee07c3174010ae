//! What somebody may do with the box of a case now.

use hall_rules::{CaseState, Right};
use hall_store::cases::CaseRow;
use hall_store::{self as store, Connection, StoreResult};
use kiosk_wire::kiosk_api::CompartmentState;
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::rows::held;
use crate::ground::moment::Acting;

/// What the asker may do with a case now; a page offers exactly these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct May {
    /// Arm the box for themself.
    pub collect: bool,
    /// Put the result into a box.
    pub load: bool,
    /// Take over from the one who is collecting (chiefs).
    pub take_over: bool,
    /// Cancel their own arming.
    pub cancel: bool,
    /// Affirm the box empty (已取出).
    pub affirm: bool,
    /// Confirm or void an unconfirmed deposit.
    pub settle: bool,
    /// Open the door from the desk (chiefs, with a reason).
    pub open_now: bool,
    /// Have the applicant's phone and number shown in full.
    pub reveal: bool,
    /// Claim it, or renew the claim.
    pub claim: bool,
    /// Give the claim back.
    pub release: bool,
    /// Take it from whoever holds it (chiefs).
    pub claim_over: bool,
}

/// What the actor may do with a case now.
pub(crate) fn may(acting: &Acting, row: &CaseRow, opened: bool) -> May {
    let in_box = row.state.in_box() && row.compartment.is_some();
    let result = row.state == CaseState::ResultReady && row.compartment.is_some();
    let claim = row.claim.as_ref().filter(|claim| claim.is_active(acting.now_ms));
    let mine = claim.is_some_and(|claim| claim.staff == acting.actor.staff.id);
    let held = held(acting, row);
    let others = held.as_ref().is_some_and(|held| !held.mine);
    // While a colleague holds the case others read it; a chief takes it over first.
    let handles = acting.actor.may(Right::HandleBoxes) && !others;
    May {
        // A result that nobody fetches is taken out again by the same way as paper.
        collect: handles && (in_box || result) && claim.is_none(),
        load: handles && decided(row.state) && claim.is_none(),
        take_over: handles && in_box && claim.is_some() && !mine && acting.actor.may(Right::TakeOver),
        cancel: handles && (in_box || result || decided(row.state)) && mine && !opened,
        affirm: handles && opened && row.compartment.is_some(),
        settle: handles && row.state == CaseState::DepositUnconfirmed,
        open_now: in_box && !others && acting.actor.may(Right::OpenFromDesk),
        reveal: acting.actor.may(Right::RevealPersonal),
        claim: held.is_none() && !row.state.is_final() && acting.actor.may(Right::ClaimCases),
        release: held.is_some_and(|held| held.mine),
        claim_over: others && acting.actor.may(Right::TakeOver),
    }
}

/// Whether staff opened and shut the box of this case and nobody has affirmed it empty.
pub(crate) fn box_opened(connection: &Connection, row: &CaseRow) -> StoreResult<bool> {
    let Some(no) = row.compartment else { return Ok(false) };
    let compartment = store::kiosks::compartment_of(connection, row.kiosk.0, no)?;
    Ok(compartment.is_some_and(|c| c.case == Some(row.id) && c.state == CompartmentState::ToBeConfirmed))
}

/// Whether a result waits to be handed over.
pub fn decided(state: CaseState) -> bool {
    matches!(state, CaseState::DecidedGrant | CaseState::DecidedDeny)
}
