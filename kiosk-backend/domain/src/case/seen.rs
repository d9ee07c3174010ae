//! Which cases somebody sees.

use hall_store::cases::CaseRow;
use hall_store::{self as store, Connection};
use kiosk_wire::{Code, SubmissionId};

use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// A case the actor may see, or `not-found`.
pub(crate) fn seen_case(connection: &Connection, acting: &Acting, id: SubmissionId) -> Result<CaseRow, Refusal> {
    store::cases::get(connection, id, acting.actor.staff.id)?
        .filter(|row| acting.actor.sees(row.window.as_ref().map(|(window, _)| *window)))
        .ok_or_else(|| Refusal::new(Code::NotFound, "There is no such case here", "It may belong to another window"))
}
