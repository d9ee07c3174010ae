//! Enrolment of terminals: a code for a person to carry, a key for the terminal to keep.

use ed25519_dalek::VerifyingKey;
use kiosk_wire::kiosk_api::{EnrolAnswer, EnrolRequest};
use kiosk_wire::{Code, KioskId};
use sha2::{Digest, Sha256};

use super::audit::{self, Action, Who};
use super::limit::Key;
use super::tries::Kind;
use crate::app::App;
use crate::origin::Origin;
use crate::problem::Refusal;
use crate::store::{self, StoreError};

/// How long a code works.
pub const CODE_MS: i64 = 24 * 3_600_000;
/// Letters and digits that are not mistaken for one another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code: 60 bits.
const CODE_LENGTH: usize = 12;

/// A terminal that waits for its enrolment.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Added {
    /// Its id.
    pub kiosk: KioskId,
    /// Its name.
    pub name: String,
    /// Prefix of its receipt numbers.
    pub receipt_prefix: String,
    /// The one-time code.
    pub code: String,
    /// Until when it works.
    pub expires_ms: i64,
}

/// Adds a terminal and makes its code.
pub fn add(app: &App, name: &str) -> Result<Added, Refusal> {
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
        let title = "A terminal's name has 1 to 64 characters";
        return Err(Refusal::new(Code::InvalidValue, title, "Give another").field("name"));
    }
    let code = new_code()?;
    let (kiosk, now_ms, hash) = (KioskId(uuid::Uuid::now_v7()), app.now_ms(), hash(&code));
    app.store().write_blocking(move |tx| {
        if store::kiosks::all(tx)?.iter().any(|row| row.name == name) {
            let title = format!("There is a terminal named {name:?} already");
            let advice = "Give another name; a terminal that is enrolled anew is a new terminal";
            return Err(Refusal::new(Code::InvalidValue, title, advice).field("name"));
        }
        let expires_ms = now_ms + CODE_MS;
        let receipt_prefix = store::kiosks::add(tx, kiosk, &name, &hash, expires_ms, now_ms)?;
        audit::write(tx, now_ms, Who::CommandLine, Action::KioskAdded, None, &name)?;
        Ok(Added { kiosk, name, receipt_prefix, code: in_groups(&code), expires_ms })
    })
}

/// Revokes a terminal by name or id.
pub fn revoke(app: &App, name: &str) -> Result<(), Refusal> {
    let (name, now_ms) = (name.trim().to_owned(), app.now_ms());
    app.store().write_blocking(move |tx| {
        let row = store::kiosks::all(tx)?.into_iter().find(|row| row.name == name || row.id.to_string() == name);
        let revoked = match &row {
            Some(row) => store::kiosks::revoke(tx, row.id, now_ms)?,
            None => false,
        };
        if !revoked {
            let title = format!("No terminal {name:?} is there to revoke");
            return Err(Refusal::new(Code::NotFound, title, "See `kiosk-backend kiosk list`"));
        }
        audit::write(tx, now_ms, Who::CommandLine, Action::KioskRevoked, None, &name)?;
        tx.revise()?;
        Ok(())
    })
}

/// Trades a code for an identity. The same code with the same key gets the same answer until it expires, since an
/// answer may be lost; with another key it is refused. A right code is taken whatever others tried, even from the same
/// address: with 60 bits nobody guesses one, and what is counted only slows whoever tries.
pub async fn enrol(app: &App, from: Origin, request: EnrolRequest) -> Result<EnrolAnswer, Refusal> {
    let now_ms = app.now_ms();
    let key = public_key(&request.public_key)?;
    let hash = hash(&normal(&request.code));
    let software: String = request.software.chars().filter(|c| !c.is_control()).take(64).collect();
    // Looked at by a reader first: whoever tries codes keeps the writer from nothing.
    let known = app.store().read(move |connection| store::kiosks::by_code(connection, &hash));
    if known.await.map_err(|cause: StoreError| Refusal::from(cause))?.is_none() {
        return Err(wrong(app, from, now_ms));
    }
    let enrolled = app
        .store()
        .write(move |tx| {
            let Some(row) = store::kiosks::by_code(tx, &hash)? else { return Err(refused()) };
            let open = row.revoked_ms.is_none() && row.code_expires_ms.is_some_and(|expires| expires > now_ms);
            match row.public_key {
                Some(known) if open && known == key => {}
                None if open => {
                    store::kiosks::enrol(tx, row.id, &key, &software, now_ms)?;
                    audit::write(tx, now_ms, Who::Kiosk(row.id), Action::KioskEnrolled, None, &row.name)?;
                    tx.revise()?;
                }
                _ => return Err(refused()),
            }
            Ok(row)
        })
        .await;
    let row = match enrolled {
        Err(refusal) if refusal.code() == Code::EnrolmentCodeRefused => return Err(wrong(app, from, now_ms)),
        other => other?,
    };
    app.reload()?;
    Ok(EnrolAnswer {
        kiosk: row.id,
        name: row.name,
        receipt_prefix: row.receipt_prefix,
        hall_key: hex::encode(app.keys().hall.verifying_key().as_bytes()),
        audience: app.audience().to_owned(),
        hall_name: app.hall_name().to_owned(),
        server_ms: now_ms,
    })
}

/// Counts a wrong code.
fn wrong(app: &App, from: Origin, now_ms: i64) -> Refusal {
    let Err(wait) = app.tries().count(&[(Kind::EnrolFrom, Key::new("", &from.line()))], now_ms) else {
        return refused();
    };
    let seconds = wait.seconds();
    let advice = format!("Compare it with what `kiosk-backend kiosk add` printed, and wait {seconds} seconds");
    Refusal::new(Code::TooManyTries, "Too many codes were wrong", advice).retry_after_s(seconds)
}

fn refused() -> Refusal {
    Refusal::new(
        Code::EnrolmentCodeRefused,
        "The enrolment code is unknown, used or expired",
        "Make a new one with `kiosk-backend kiosk add NAME`",
    )
    .field("code")
}

fn public_key(text: &str) -> Result<[u8; 32], Refusal> {
    let bad = || {
        let title = "The public key is not an Ed25519 key: 32 bytes in hex";
        Refusal::new(Code::InvalidValue, title, "Run `kiosk enrol` again").field("public_key")
    };
    let mut key = [0; 32];
    hex::decode_to_slice(text, &mut key).map_err(|_| bad())?;
    let parsed = VerifyingKey::from_bytes(&key).map_err(|_| bad())?;
    if parsed.is_weak() { Err(bad()) } else { Ok(key) }
}

pub(super) fn new_code() -> Result<String, Refusal> {
    let mut bytes = [0; CODE_LENGTH];
    getrandom::fill(&mut bytes).map_err(|cause| Refusal::internal(&cause))?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect())
}

pub(super) fn in_groups(code: &str) -> String {
    code.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect::<Vec<_>>().join("-")
}

/// A code as a person typed it: case, spaces and hyphens do not matter, and look-alikes are what they look like.
pub(super) fn normal(code: &str) -> String {
    code.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// Codes are random enough for a plain hash.
fn hash(code: &str) -> [u8; 32] {
    Sha256::digest(normal(code)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_meant() {
        let code = new_code().expect("random bytes");
        let shown = in_groups(&code);
        assert_eq!(shown.len(), 14);
        assert_eq!(hash(&shown.to_lowercase()), hash(&code));
        assert_eq!(normal("oIl- 1"), "0111");
    }
}
