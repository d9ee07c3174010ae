//! Results that went by express.

use kiosk_wire::SubmissionId;
use rusqlite::{OptionalExtension, params};

use crate::columns::signed;
use crate::{Connection, StoreResult};

/// A parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Who carries it.
    pub carrier: String,
    /// Its number there.
    pub tracking: String,
}

/// Keeps the parcel that event `n` of the case tells of.
pub fn add(connection: &Connection, case: SubmissionId, n: u64, parcel: &Parcel) -> StoreResult<()> {
    connection
        .prepare_cached("INSERT INTO parcels (case_id, n, carrier, tracking) VALUES ($1, $2, $3, $4)")?
        .execute(params![case.0.as_bytes(), signed(n), parcel.carrier, parcel.tracking])?;
    Ok(())
}

/// The parcel by which the case's result goes, if the newest word on it is a parcel.
pub fn of_case(connection: &Connection, case: SubmissionId) -> StoreResult<Option<Parcel>> {
    Ok(connection
        .prepare_cached(
            "SELECT carrier, tracking FROM parcels p WHERE case_id = $1 AND n = (SELECT MAX(n) FROM case_events e
                 WHERE e.case_id = p.case_id AND e.kind = 'result_ready')",
        )?
        .query_row([case.0.as_bytes()], |row| Ok(Parcel { carrier: row.get(0)?, tracking: row.get(1)? }))
        .optional()?)
}
