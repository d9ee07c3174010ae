//! Which cases somebody sees.

use hall_store::cases::CaseRow;
use hall_store::{self as store, Connection};
use hall_words::Reason;
use kiosk_wire::SubmissionId;

use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// A case the actor may see, or `not-found`.
pub(crate) fn seen_case(connection: &Connection, acting: &Acting, id: SubmissionId) -> Result<CaseRow, Refusal> {
    Ok(store::cases::get(connection, id, acting.actor.staff.id)?
        .filter(|row| acting.actor.sees(row.window.as_ref().map(|(window, _)| *window)))
        .ok_or(Reason::NoSuchCase)?)
}
