//! One way to sign: an Ed25519 signature (RFC 8032) over a domain string and the exact bytes that were made.
//!
//! Rosters, settings and directives are signed by the hall's key, request tokens by a terminal's. What was signed travels as the
//! text that was signed, so nobody has to agree on a canonical form.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::KioskId;

/// What a signature is for. A text signed for one use never verifies for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A [`crate::Roster`].
    Roster,
    /// A [`crate::Directive`].
    Directive,
    /// [`crate::HallSettings`].
    Settings,
    /// A [`TokenClaims`].
    Token,
}

impl Purpose {
    fn domain(self) -> &'static [u8] {
        match self {
            Self::Roster => b"hall-roster-v1\0",
            Self::Directive => b"hall-directive-v1\0",
            Self::Settings => b"hall-settings-v1\0",
            Self::Token => b"kiosk-token-v1\0",
        }
    }
}

/// A JSON text and the signature over it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The exact JSON text that was signed.
    pub body: String,
    /// The signature, 64 bytes in hex.
    pub signature: String,
}

/// Why something signed is not believed.
#[derive(Debug, Error)]
pub enum SignedError {
    /// The signature is not 64 bytes of hex, or the token not two base64url parts.
    #[error("the signature is malformed: it must be 64 bytes")]
    Malformed,
    /// The signature does not belong to this text, purpose and key.
    #[error("the signature does not match the text: it was changed on the way, or made with another key")]
    Mismatch,
    /// The text verified but is not what it should be.
    #[error("the signed text is not valid: {0}")]
    Body(#[from] serde_json::Error),
}

impl Signed {
    /// Signs `value` for `purpose`.
    pub fn seal<T: Serialize>(value: &T, purpose: Purpose, key: &SigningKey) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_string(value)?;
        let signature = key.sign(&message(purpose, &body));
        Ok(Self { body, signature: hex::encode(signature.to_bytes()) })
    }

    /// Checks the signature, then reads the text.
    pub fn open<T: DeserializeOwned>(&self, purpose: Purpose, key: &VerifyingKey) -> Result<T, SignedError> {
        let bytes = hex::decode(&self.signature).map_err(|_| SignedError::Malformed)?;
        let signature = Signature::from_slice(&bytes).map_err(|_| SignedError::Malformed)?;
        key.verify(&message(purpose, &self.body), &signature).map_err(|_| SignedError::Mismatch)?;
        Ok(serde_json::from_str(&self.body)?)
    }

    /// One printable word for an HTTP header: `base64url(body) "." base64url(signature)`.
    pub fn to_token(&self) -> Result<String, SignedError> {
        let signature = hex::decode(&self.signature).map_err(|_| SignedError::Malformed)?;
        Ok(format!("{}.{}", URL_SAFE_NO_PAD.encode(&self.body), URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The reverse of [`Signed::to_token`]; verifies nothing.
    pub fn from_token(token: &str) -> Result<Self, SignedError> {
        let (body, signature) = token.split_once('.').ok_or(SignedError::Malformed)?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| SignedError::Malformed)?;
        let body = String::from_utf8(body).map_err(|_| SignedError::Malformed)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| SignedError::Malformed)?;
        Ok(Self { body, signature: hex::encode(signature) })
    }
}

fn message(purpose: Purpose, body: &str) -> Vec<u8> {
    [purpose.domain(), body.as_bytes()].concat()
}

/// What a terminal says of itself in `Authorization: Bearer …`, signed with its own key, reusable until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenClaims {
    /// Who signs.
    pub kiosk: KioskId,
    /// For whom: the hall's id, told at enrolment.
    pub audience: String,
    /// Signed at, backend time as the terminal knows it, milliseconds since the epoch.
    pub issued_ms: i64,
    /// Not to be believed from then on; at most [`TokenClaims::LONGEST_MS`] after `issued_ms`.
    pub expires_ms: i64,
}

impl TokenClaims {
    /// The longest a token may live: ten minutes.
    pub const LONGEST_MS: i64 = 600_000;
    /// How far the two clocks may differ before a token is refused with `token-clock`: two minutes.
    pub const LEEWAY_MS: i64 = 120_000;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    #[test]
    fn what_was_sealed_opens_and_survives_the_header_form() {
        let signed = Signed::seal(&vec![1, 2, 3], Purpose::Roster, &key()).expect("seals");
        let again = Signed::from_token(&signed.to_token().expect("encodes")).expect("decodes");
        assert_eq!(signed, again);
        assert_eq!(again.open::<Vec<u8>>(Purpose::Roster, &key().verifying_key()).expect("opens"), [1, 2, 3]);
    }

    #[test]
    fn another_text_purpose_or_key_is_refused() {
        let signed = Signed::seal(&1, Purpose::Roster, &key()).expect("seals");
        let changed = Signed { body: "2".into(), ..signed.clone() };
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert!(matches!(changed.open::<u8>(Purpose::Roster, &key().verifying_key()), Err(SignedError::Mismatch)));
        assert!(matches!(signed.open::<u8>(Purpose::Token, &key().verifying_key()), Err(SignedError::Mismatch)));
        assert!(matches!(signed.open::<u8>(Purpose::Roster, &other), Err(SignedError::Mismatch)));
        let short = Signed { signature: "00".into(), ..signed };
        assert!(matches!(short.open::<u8>(Purpose::Roster, &key().verifying_key()), Err(SignedError::Malformed)));
    }
}
