//! Making directives: signed once, inside the transaction that makes them necessary.

use hall_store::directives::NewDirective;
use hall_store::keys::Keys;
use hall_store::{self as store, Tx, meta};
use kiosk_wire::signed::Purpose;
use kiosk_wire::{CompartmentNo, Directive, DirectiveId, DirectiveOrder, KioskId, Signed, SubmissionId};
use sha2::{Digest, Sha256};

use crate::ground::actor::Staff;
use crate::ground::refusal::Refusal;

/// How long a compartment stays armed for a clerk: time to walk to the hall.
pub const ARMED_MS: i64 = 15 * 60_000;

/// How long an affirmation may take to reach a terminal that is offline; until then the box is not offered.
pub const AFFIRM_MS: i64 = 7 * 24 * 3_600_000;

/// A door is opened from the desk now or not at all.
pub const OPEN_NOW_MS: i64 = 60_000;

/// What to ask of a terminal.
pub struct Ask<'a> {
    /// Which terminal.
    pub kiosk: KioskId,
    /// Who asks.
    pub staff: &'a Staff,
    /// Void after this long.
    pub lasts_ms: i64,
    /// About which case.
    pub case: Option<SubmissionId>,
    pub compartment: Option<CompartmentNo>,
}

/// Makes, signs and stores a directive.
pub fn make(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now_ms: i64,
    ask: &Ask<'_>,
    order: impl FnOnce(DirectiveId) -> DirectiveOrder,
) -> Result<DirectiveId, Refusal> {
    let id = DirectiveId(uuid::Uuid::now_v7());
    let directive = Directive {
        id,
        kiosk: ask.kiosk,
        generation: meta::counter(tx, meta::GENERATION)?,
        issued_ms: now_ms,
        expires_ms: now_ms + ask.lasts_ms,
        staff: ask.staff.id,
        staff_name: ask.staff.name.clone(),
        order: order(id),
    };
    let signed = Signed::seal(&directive, Purpose::Directive, &keys.hall).map_err(|cause| Refusal::internal(&cause))?;
    let new = NewDirective {
        directive: &directive,
        order: word(&directive.order),
        case: ask.case,
        compartment: ask.compartment,
        signed: &signed,
    };
    store::directives::insert(tx, &keys.sealer, &new)?;
    tx.revise()?;
    Ok(id)
}

fn word(order: &DirectiveOrder) -> &'static str {
    match order {
        DirectiveOrder::ArmCollection { .. } => "arm_collection",
        DirectiveOrder::DisarmCollection { .. } => "disarm_collection",
        DirectiveOrder::AffirmEmpty { .. } => "affirm_empty",
        DirectiveOrder::OpenNow { .. } => "open_now",
        DirectiveOrder::ReturnToService { .. } => "return_to_service",
        DirectiveOrder::ArmLoading { .. } => "arm_loading",
        DirectiveOrder::Unknown => "unknown",
    }
}

/// What the terminal compares a typed code with.
pub fn code_hash(id: DirectiveId, code: &str) -> String {
    hex::encode(Sha256::digest(format!("{id}{code}")))
}
