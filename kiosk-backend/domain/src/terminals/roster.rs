//! The roster a terminal holds, so that staff can collect while the network is away.

use hall_rules::{Right, Role};
use hall_store::keys::Keys;
use hall_store::{self as store, Connection, StoreResult, meta};
use kiosk_wire::roster::Role as Wire;
use kiosk_wire::signed::Purpose;
use kiosk_wire::{KioskId, Roster, RosterStaff, RosterWindow, Signed};

use crate::ground::hall::Hall;
use crate::ground::refusal::Refusal;

/// How long a terminal may believe a roster without hearing of the backend: a week's outage and a few days to mend it.
pub const BELIEVED_MS: i64 = 10 * 24 * 3_600_000;

/// It is renewed this often while the backend is heard.
const RENEWED_MS: i64 = 6 * 3_600_000;

/// ETag of the present roster: changes with staff, windows and generation, and with time so that it is renewed.
pub fn etag(connection: &Connection, now_ms: i64) -> StoreResult<String> {
    let generation = meta::counter(connection, meta::GENERATION)?;
    let version = meta::counter(connection, meta::ROSTER)?;
    Ok(format!("\"r{generation}.{version}.{}\"", now_ms / RENEWED_MS))
}

/// The signed roster for one terminal, with its ETag.
pub async fn signed(hall: &Hall, kiosk: KioskId) -> Result<(String, Signed), Refusal> {
    let (keys, now_ms) = (hall.keys(), hall.now_ms());
    hall.store()
        .read(move |connection| {
            let roster = make(connection, kiosk, now_ms)?;
            Ok((etag(connection, now_ms)?, seal(&roster, &keys)?))
        })
        .await
}

fn seal(roster: &Roster, keys: &Keys) -> Result<Signed, Refusal> {
    Signed::seal(roster, Purpose::Roster, &keys.hall).map_err(|cause| Refusal::internal(&cause))
}

fn make(connection: &Connection, kiosk: KioskId, now_ms: i64) -> StoreResult<Roster> {
    let windows = store::staff::windows(connection)?;
    let mut staff = Vec::new();
    for row in store::staff::all(connection)? {
        if row.disabled_ms.is_some() || !row.role.may(Right::HandleBoxes) {
            continue;
        }
        let own = store::staff::windows_of(connection, row.id)?;
        staff.push(RosterStaff {
            id: row.id,
            name: row.name,
            windows: own.into_iter().map(|(id, _)| id).collect(),
            // Terminals know two kinds: chiefs also look into a box of which nobody knows whose it is.
            role: if row.role == Role::Chief { Wire::Chief } else { Wire::Clerk },
            card_hash: row.card_hash,
            pin_phc: row.pin_phc,
        });
    }
    Ok(Roster {
        kiosk,
        generation: meta::counter(connection, meta::GENERATION)?,
        version: meta::counter(connection, meta::ROSTER)?,
        issued_ms: now_ms,
        expires_ms: now_ms + BELIEVED_MS,
        windows: windows
            .into_iter()
            .map(|row| RosterWindow { id: row.id, name: row.name, departments: row.departments, phone: row.phone })
            .collect(),
        staff,
    })
}
