//! What every terminal must know of its hall: from its configuration, and the working days that were imported.

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

/// Their ETag: changes with what they say.
fn tag(told: &HallSettings) -> StoreResult<String> {
    let text = serde_json::to_string(told).map_err(|cause| StoreError::Corrupt(cause.to_string()))?;
    Ok(format!("\"{}\"", hex::encode(Sha256::digest(text))))
}

/// ETag of the present settings.
pub fn etag(connection: &Connection, hall: &Settings) -> StoreResult<String> {
    tag(&told(connection, hall)?)
}

/// The signed settings, with their ETag.
pub async fn signed(hall: &Hall) -> Result<(String, Signed), Refusal> {
    let (keys, settings) = (hall.keys(), hall.settings().clone());
    hall.store()
        .read(move |connection| {
            let told = told(connection, &settings)?;
            let signed = Signed::seal(&told, Purpose::Settings, &keys.hall);
            Ok((tag(&told)?, signed.map_err(|cause| Refusal::internal(&cause))?))
        })
        .await
}
