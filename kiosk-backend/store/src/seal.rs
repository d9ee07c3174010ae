//! Personal columns: encrypted with a key id, and found through keyed blind indexes.
//!
//! ```text
//! sealed = key id (1 byte) ‖ nonce (24 random bytes) ‖ XChaCha20-Poly1305(text, associated data = what and whose it is)
//! index  = first 16 bytes of HMAC-SHA256(index key, name of the index ‖ 0 ‖ normalised value)
//! ```
//! The associated data ties a sealed value to its row: a value moved to another row does not open.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use kiosk_wire::Personal;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::StoreError;

/// Which key sealed a value; the first byte of every sealed value.
const KEY_ID: u8 = 1;
const NONCE_LENGTH: usize = 24;

/// A blind index: equal values have equal indexes, and nothing else can be told from one without the key.
pub type BlindIndex = [u8; 16];

/// The values that can be looked for. There are no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexOf {
    /// Document family and number.
    PersonKey,
    /// The last four characters of the number.
    LastFour,
    /// The full name.
    Name,
    /// Initials of the name, lower case.
    Initials,
    /// A word of the name, where it has several.
    NameWord,
    /// The phone number.
    Phone,
    /// The name of the organisation, and that name without place and legal form.
    Organisation,
    /// Its unified social credit code.
    OrganisationCode,
}

impl IndexOf {
    fn domain(self) -> &'static [u8] {
        match self {
            Self::PersonKey => b"person-key\0",
            Self::LastFour => b"last-four\0",
            Self::Name => b"name\0",
            Self::Initials => b"name-initials\0",
            Self::NameWord => b"name-word\0",
            Self::Phone => b"phone\0",
            Self::Organisation => b"organisation\0",
            Self::OrganisationCode => b"organisation-code\0",
        }
    }
}

/// Seals, opens and indexes.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    index: Hmac<Sha256>,
}

impl Sealer {
    /// With these keys.
    pub fn new(personal: &[u8; 32], index: &[u8; 32]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(personal.into()),
            index: <Hmac<Sha256> as KeyInit>::new_from_slice(index).unwrap_or_else(|_| unreachable!()),
        }
    }

    /// Encrypts `text` for the place that `context` names.
    pub fn seal(&self, text: &str, context: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.seal_bytes(text.as_bytes(), context)
    }

    /// As [`Sealer::seal`], for bytes.
    pub fn seal_bytes(&self, bytes: &[u8], context: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_LENGTH];
        getrandom::fill(&mut nonce).map_err(|cause| StoreError::Unavailable(cause.to_string()))?;
        let payload = Payload { msg: bytes, aad: context };
        let cipher_text = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::Unavailable("a personal value could not be encrypted".into()))?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LENGTH + cipher_text.len());
        sealed.push(KEY_ID);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&cipher_text);
        Ok(sealed)
    }

    /// Decrypts what [`Sealer::seal`] made for the same context.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Personal<String>, StoreError> {
        let bytes = Zeroizing::new(self.open_bytes(sealed, context)?);
        let text = std::str::from_utf8(&bytes);
        let text = text.map_err(|_| StoreError::Corrupt("a personal value does not open: it is not text".into()))?;
        Ok(Personal::new(text.to_owned()))
    }

    /// Decrypts what [`Sealer::seal_bytes`] made for the same context.
    pub fn open_bytes(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, StoreError> {
        let unreadable = |why: &str| StoreError::Corrupt(format!("a personal value does not open: {why}"));
        let (key_id, rest) = sealed.split_first().ok_or_else(|| unreadable("it is empty"))?;
        if *key_id != KEY_ID {
            return Err(unreadable(&format!("it was sealed with key {key_id}, which is not here")));
        }
        let (nonce, cipher_text) = rest.split_at_checked(NONCE_LENGTH).ok_or_else(|| unreadable("it is cut short"))?;
        let nonce = <[u8; NONCE_LENGTH]>::try_from(nonce).map_err(|_| unreadable("it is cut short"))?;
        let payload = Payload { msg: cipher_text, aad: context };
        self.cipher
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| unreadable("wrong key, changed bytes, or it belongs to another row"))
    }

    /// The blind index of a value. Spaces at the ends and the case of letters do not matter.
    pub fn index(&self, of: IndexOf, value: &str) -> BlindIndex {
        let mut mac = self.index.clone();
        mac.update(of.domain());
        mac.update(Zeroizing::new(value.trim().to_uppercase()).as_bytes());
        let full = mac.finalize().into_bytes();
        let mut short = [0; 16];
        short.copy_from_slice(&full[..16]);
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer() -> Sealer {
        Sealer::new(&[1; 32], &[2; 32])
    }

    #[test]
    fn a_sealed_value_opens_in_its_own_row_only() {
        let sealed = sealer().seal("张三", b"row 1").expect("seals");
        assert_eq!(sealer().open(&sealed, b"row 1").expect("opens").expose(), "张三");
        assert!(sealer().open(&sealed, b"row 2").is_err());
        assert!(Sealer::new(&[3; 32], &[2; 32]).open(&sealed, b"row 1").is_err());
        for cut in 0..sealed.len() {
            assert!(sealer().open(&sealed[..cut], b"row 1").is_err());
        }
    }

    #[test]
    fn equal_values_seal_differently_and_index_equally() {
        let (a, b) = (sealer().seal("x", b"").expect("seals"), sealer().seal("x", b"").expect("seals"));
        assert_ne!(a, b);
        assert_eq!(sealer().index(IndexOf::LastFour, "002x"), sealer().index(IndexOf::LastFour, " 002X"));
        assert_ne!(sealer().index(IndexOf::LastFour, "1234"), sealer().index(IndexOf::Phone, "1234"));
    }
}
