//! What every terminal must know of its hall: from its configuration, and the working days that were imported.

use hall_store::keys::Keys;
use hall_store::{self as store, Connection, StoreError, StoreResult};
use kiosk_wire::kiosk_api::CalendarYear;
use kiosk_wire::signed::Purpose;
use kiosk_wire::{HallSettings, Signed};
use sha2::{Digest as _, Sha256};

use crate::ground::hall::{Hall, Settings};
use crate::ground::refusal::Refusal;

/// As terminals are told.
fn told(connection: &Connection, hall: &Settings) -> StoreResult<HallSettings> {
    let years = store::catalogue::calendars(connection)?.into_iter();
    Ok(HallSettings {
        time_zone: hall.zone.iana_name().unwrap_or("UTC").to_owned(),
        box_sizes: hall.box_sizes.clone(),
        staff_pin: hall.staff_pin,
        public_url: hall.public_url.as_deref().map(str::to_owned),
        calendar: years.map(|(year, text)| CalendarYear { year, text }).collect(),
    })
}

fn text_of(settings: &HallSettings) -> StoreResult<String> {
    serde_json::to_string(settings).map_err(|cause| StoreError::Corrupt(cause.to_string()))
}

/// ETag of the present settings: changes with what they say.
pub fn etag(connection: &Connection, hall: &Settings) -> StoreResult<String> {
    Ok(format!("\"{}\"", hex::encode(Sha256::digest(text_of(&told(connection, hall)?)?))))
}

/// The signed settings, with their ETag.
pub async fn signed(hall: &Hall) -> Result<(String, Signed), Refusal> {
    let (keys, settings) = (hall.keys(), hall.settings().clone());
    hall.store().read(move |connection| Ok((etag(connection, &settings)?, seal(connection, &settings, &keys)?))).await
}

fn seal(connection: &Connection, settings: &Settings, keys: &Keys) -> Result<Signed, Refusal> {
    Signed::seal(&told(connection, settings)?, Purpose::Settings, &keys.hall).map_err(|cause| Refusal::internal(&cause))
}
