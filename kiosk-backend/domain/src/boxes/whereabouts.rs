//! Where a result is, and what its applicant does to have it: for messages, the public page and the case's.

use hall_rules::CaseState;
use hall_store::cases::CaseRow;
use hall_store::{self as store, Connection, StoreResult};
use hall_words::case::{Counter, NextStep};
use kiosk_wire::{SubmissionId, WindowId};

/// What the applicant does to have the result, while it waits for them.
pub fn fetch(connection: &Connection, row: &CaseRow) -> StoreResult<Option<NextStep>> {
    if row.state != CaseState::ResultReady {
        return Ok(None);
    }
    if let Some(no) = row.compartment {
        return Ok(Some(NextStep::FromBox { terminal: row.kiosk.1.clone(), no }));
    }
    Ok(Some(match store::parcels::of_case(connection, row.id)? {
        Some(parcel) => NextStep::FromParcel { carrier: parcel.carrier, tracking: parcel.tracking },
        None => NextStep::FromWindow { counter: counter(row.window.as_ref()) },
    }))
}

/// The counter of a case: its window, or where none works it the hall's service desk.
pub fn counter(window: Option<&(WindowId, String)>) -> Counter {
    window.map_or(Counter::ServiceDesk, |(_, name)| Counter::Window { name: name.clone() })
}

/// A case as nobody in particular sees it.
pub fn row(connection: &Connection, id: SubmissionId) -> StoreResult<Option<CaseRow>> {
    store::cases::get(connection, id, kiosk_wire::StaffId(uuid::Uuid::nil()))
}
