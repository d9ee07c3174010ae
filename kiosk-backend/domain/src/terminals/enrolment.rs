//! Enrolment of terminals: a code for a person to carry, a key for the terminal to keep.

use ed25519_dalek::VerifyingKey;
use hall_store::{self as store, StoreError};
use hall_words::Reason;
use kiosk_wire::kiosk_api::{EnrolAnswer, EnrolRequest};
use kiosk_wire::{Code, KioskId};
use sha2::{Digest, Sha256};

use crate::ground::audit::{self, Action, Who};
use crate::ground::codes::{in_groups, new_code, normal};
use crate::ground::hall::Hall;
use crate::ground::limit::Key;
use crate::ground::origin::Origin;
use crate::ground::refusal::Refusal;
use crate::ground::tries::Attempt;

/// How long a code works.
pub const CODE_MS: i64 = 24 * 3_600_000;

/// A terminal that waits for its enrolment.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Added {
    /// Its id.
    pub kiosk: KioskId,
    pub name: String,
    /// Prefix of its receipt numbers.
    pub receipt_prefix: String,
    /// The one-time code.
    pub code: String,
    /// Until when it works.
    pub expires_ms: i64,
}

/// Adds a terminal and makes its code.
pub fn add(hall: &Hall, name: &str) -> Result<Added, Refusal> {
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
        return Err(Reason::KioskName.into());
    }
    let code = new_code()?;
    let (kiosk, now_ms, hash) = (KioskId(uuid::Uuid::now_v7()), hall.now_ms(), hash(&code));
    hall.store().write_blocking(move |tx| {
        if store::kiosks::all(tx)?.iter().any(|row| row.name == name) {
            return Err(Reason::KioskNameTaken { name: format!("{name:?}") }.into());
        }
        let expires_ms = now_ms + CODE_MS;
        let receipt_prefix = store::kiosks::add(tx, kiosk, &name, &hash, expires_ms, now_ms)?;
        audit::write(tx, now_ms, Who::CommandLine, Action::KioskAdded, None, &name)?;
        Ok(Added { kiosk, name, receipt_prefix, code: in_groups(&code), expires_ms })
    })
}

/// Revokes a terminal by name or id.
pub fn revoke(hall: &Hall, name: &str) -> Result<(), Refusal> {
    let (name, now_ms) = (name.trim().to_owned(), hall.now_ms());
    hall.store().write_blocking(move |tx| {
        let row = store::kiosks::all(tx)?.into_iter().find(|row| row.name == name || row.id.to_string() == name);
        let revoked = match &row {
            Some(row) => store::kiosks::revoke(tx, row.id, now_ms)?,
            None => false,
        };
        if !revoked {
            return Err(Reason::NoKioskToRevoke { name: format!("{name:?}") }.into());
        }
        audit::write(tx, now_ms, Who::CommandLine, Action::KioskRevoked, None, &name)?;
        tx.revise()?;
        Ok(())
    })
}

/// Trades a code for an identity. The same code with the same key gets the same answer until it expires, since an
/// answer may be lost; with another key it is refused. A right code is taken whatever others tried, even from the same
/// address: with 60 bits nobody guesses one, and what is counted only slows whoever tries.
pub async fn enrol(hall: &Hall, from: Origin, request: EnrolRequest) -> Result<EnrolAnswer, Refusal> {
    let now_ms = hall.now_ms();
    let key = public_key(&request.public_key)?;
    let hash = hash(&normal(&request.code));
    let software: String = request.software.chars().filter(|c| !c.is_control()).take(64).collect();
    // Looked at by a reader first: whoever tries codes keeps the writer from nothing.
    let known = hall.store().read(move |connection| store::kiosks::by_code(connection, &hash));
    if known.await.map_err(|cause: StoreError| Refusal::from(cause))?.is_none() {
        return Err(wrong(hall, from, now_ms));
    }
    let enrolled = hall
        .store()
        .write(move |tx| {
            let Some(row) = store::kiosks::by_code(tx, &hash)? else {
                return Err(Refusal::from(Reason::EnrolmentCode));
            };
            let open = row.revoked_ms.is_none() && row.code_expires_ms.is_some_and(|expires| expires > now_ms);
            match row.public_key {
                Some(known) if open && known == key => {}
                None if open => {
                    store::kiosks::enrol(tx, row.id, &key, &software, now_ms)?;
                    audit::write(tx, now_ms, Who::Kiosk(row.id), Action::KioskEnrolled, None, &row.name)?;
                    tx.revise()?;
                }
                _ => return Err(Reason::EnrolmentCode.into()),
            }
            Ok(row)
        })
        .await;
    let row = match enrolled {
        Err(refusal) if refusal.code() == Code::EnrolmentCodeRefused => return Err(wrong(hall, from, now_ms)),
        other => other?,
    };
    hall.reload()?;
    Ok(EnrolAnswer {
        kiosk: row.id,
        name: row.name,
        receipt_prefix: row.receipt_prefix,
        hall_key: hex::encode(hall.keys().hall.verifying_key().as_bytes()),
        audience: hall.audience().to_owned(),
        hall_name: hall.settings().name.to_owned(),
        server_ms: now_ms,
    })
}

/// Counts a wrong code.
fn wrong(hall: &Hall, from: Origin, now_ms: i64) -> Refusal {
    let Err(wait) = hall.tries().count(&[(Attempt::EnrolFrom, Key::new("", &from.line()))], now_ms) else {
        return Reason::EnrolmentCode.into();
    };
    Reason::EnrolmentTries { seconds: wait.seconds() }.into()
}

fn public_key(text: &str) -> Result<[u8; 32], Refusal> {
    let mut key = [0; 32];
    hex::decode_to_slice(text, &mut key).map_err(|_| Reason::PublicKey)?;
    let parsed = VerifyingKey::from_bytes(&key).map_err(|_| Reason::PublicKey)?;
    if parsed.is_weak() { Err(Reason::PublicKey.into()) } else { Ok(key) }
}

/// Codes are random enough for a plain hash.
fn hash(code: &str) -> [u8; 32] {
    Sha256::digest(normal(code)).into()
}
