//! Who this terminal is: its key, and what the hall told it at enrolment.

use std::fmt;
use std::path::Path;

use ed25519_dalek::{SigningKey, VerifyingKey};
use kiosk_wire::kiosk_api::EnrolAnswer;
use kiosk_wire::signed::{Purpose, TokenClaims};
use kiosk_wire::{KioskId, Signed};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::files::{self, FileError};

/// The terminal's identity, from `identity.json` and `kiosk.key`.
#[derive(Clone)]
pub struct Identity {
    told: EnrolAnswer,
    hall: VerifyingKey,
    key: SigningKey,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("kiosk", &self.told.kiosk).finish_non_exhaustive()
    }
}

/// The identity cannot be used.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file holds something else.
    #[error("{file}: {what}; enrol this terminal anew (`kiosk enrol`)")]
    Damaged {
        file: &'static str,
        /// What is wrong.
        what: String,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

const IDENTITY: &str = "identity.json";
const KEY: &str = "kiosk.key";

impl Identity {
    /// Reads it; `None` when this terminal was never enrolled.
    pub fn read(folder: &Path) -> Result<Option<Self>, IdentityError> {
        let Some(bytes) = files::read(&folder.join(IDENTITY))? else { return Ok(None) };
        let told: EnrolAnswer = serde_json::from_slice(&bytes)
            .map_err(|error| IdentityError::Damaged { file: IDENTITY, what: error.to_string() })?;
        let key = read_key(folder)?.ok_or(IdentityError::Damaged { file: KEY, what: "it is missing".into() })?;
        Self::new(told, key).map(Some)
    }

    /// Puts together what was told and the key that it was told for.
    pub fn new(told: EnrolAnswer, key: SigningKey) -> Result<Self, IdentityError> {
        let damaged = |what: &str| IdentityError::Damaged { file: IDENTITY, what: what.into() };
        let mut hall = [0; 32];
        hex::decode_to_slice(&told.hall_key, &mut hall).map_err(|_| damaged("`hall_key` must be 64 hex digits"))?;
        let hall = VerifyingKey::from_bytes(&hall).map_err(|_| damaged("`hall_key` is not an Ed25519 key"))?;
        Ok(Self { told, hall, key })
    }

    /// Writes what the hall told.
    pub fn store(&self, folder: &Path) -> Result<(), IdentityError> {
        let text = serde_json::to_vec_pretty(&self.told)
            .map_err(|error| IdentityError::Damaged { file: IDENTITY, what: error.to_string() })?;
        Ok(files::replace(&folder.join(IDENTITY), &text)?)
    }

    /// This terminal's id.
    pub fn kiosk(&self) -> KioskId {
        self.told.kiosk
    }

    /// All that the hall told.
    pub fn told(&self) -> &EnrolAnswer {
        &self.told
    }

    /// The key that signs rosters and directives.
    pub fn hall(&self) -> &VerifyingKey {
        &self.hall
    }

    /// A token for `Authorization: Bearer`, good from `now_ms` (backend time as known) for the longest allowed time.
    pub fn token(&self, now_ms: i64) -> Option<String> {
        let claims = TokenClaims {
            kiosk: self.told.kiosk,
            audience: self.told.audience.clone(),
            issued_ms: now_ms,
            expires_ms: now_ms.saturating_add(TokenClaims::LONGEST_MS),
        };
        Signed::seal(&claims, Purpose::Token, &self.key).ok()?.to_token().ok()
    }
}

/// Reads the terminal's key, making one where there is none. A key that exists is used again, so that an enrolment
/// that was cut off can be repeated.
pub fn read_or_make_key(folder: &Path) -> Result<SigningKey, IdentityError> {
    if let Some(key) = read_key(folder)? {
        return Ok(key);
    }
    files::make_folder(folder)?;
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(secret.as_mut()).map_err(IdentityError::Random)?;
    let text = Zeroizing::new(hex::encode(*secret));
    files::create(&folder.join(KEY), text.as_bytes())?;
    Ok(SigningKey::from_bytes(&secret))
}

fn read_key(folder: &Path) -> Result<Option<SigningKey>, IdentityError> {
    let Some(bytes) = files::read(&folder.join(KEY))?.map(Zeroizing::new) else { return Ok(None) };
    let mut secret = Zeroizing::new([0; 32]);
    hex::decode_to_slice(bytes.trim_ascii(), secret.as_mut())
        .map_err(|_| IdentityError::Damaged { file: KEY, what: "it must hold 64 hex digits".into() })?;
    Ok(Some(SigningKey::from_bytes(&secret)))
}
