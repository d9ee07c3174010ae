//! Personal columns: encrypted with a key id, and found through keyed blind indexes.
//!
//! ```text
//! sealed = number of the data key (1 byte) ‖ nonce (24 random bytes) ‖ XChaCha20-Poly1305(text, associated data = what and whose it is)
//! index  = first 16 bytes of HMAC-SHA256(index key, name of the index ‖ 0 ‖ normalised value)
//! ```
//! The associated data ties a sealed value to its row: a value moved to another row does not open.
//!
//! There may be several data keys: the newest seals, each opens what it sealed. All who seal share one [`Sealer`], so that
//! a new key is everybody's at once.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use kiosk_wire::Personal;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::StoreError;

/// The number of a data key; the first byte of every value that it sealed.
pub type KeyId = u8;

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

/// The data keys that are here.
pub struct Ring {
    newest: (KeyId, XChaCha20Poly1305),
    older: BTreeMap<KeyId, XChaCha20Poly1305>,
}

impl Ring {
    /// With one key.
    pub fn of(id: KeyId, key: &[u8; 32]) -> Self {
        Self { newest: (id, XChaCha20Poly1305::new(key.into())), older: BTreeMap::new() }
    }

    /// With another key: where its number is the highest, it seals from now on.
    #[must_use]
    pub fn with(mut self, id: KeyId, key: &[u8; 32]) -> Self {
        let mut other = (id, XChaCha20Poly1305::new(key.into()));
        if other.0 > self.newest.0 {
            std::mem::swap(&mut self.newest, &mut other);
        }
        self.older.insert(other.0, other.1);
        self
    }

    /// Their numbers, lowest first.
    pub fn ids(&self) -> Vec<KeyId> {
        self.older.keys().copied().chain([self.newest.0]).collect()
    }

    fn get(&self, id: KeyId) -> Option<&XChaCha20Poly1305> {
        if id == self.newest.0 { Some(&self.newest.1) } else { self.older.get(&id) }
    }
}

/// Seals, opens and indexes.
pub struct Sealer {
    ring: RwLock<Ring>,
    index: Hmac<Sha256>,
}

/// The number of the key that sealed a value.
pub fn key_of(sealed: &[u8]) -> Option<KeyId> {
    sealed.first().copied()
}

impl Sealer {
    /// With these keys.
    pub fn new(ring: Ring, index: &[u8; 32]) -> Self {
        Self {
            ring: RwLock::new(ring),
            index: <Hmac<Sha256> as KeyInit>::new_from_slice(index).unwrap_or_else(|_| unreachable!()),
        }
    }

    fn ring(&self) -> RwLockReadGuard<'_, Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on these are the data keys. Beside a running server this is done by its writer alone, between two
    /// transactions: what it writes later is sealed with the new key ([`Sealer::renewed`]).
    pub fn set_ring(&self, ring: Ring) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
    }

    /// The number of the key that seals.
    pub fn newest(&self) -> KeyId {
        self.ring().newest.0
    }

    /// The numbers of the keys that are here, lowest first.
    pub fn ids(&self) -> Vec<KeyId> {
        self.ring().ids()
    }

    /// The same value sealed with the newest key; `None` where it is already. What comes of it was opened again and is
    /// what it was.
    pub fn renewed(&self, sealed: &[u8], context: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if key_of(sealed) == Some(self.newest()) {
            return Ok(None);
        }
        let bytes = Zeroizing::new(self.open_bytes(sealed, context)?);
        let renewed = self.seal_bytes(&bytes, context)?;
        if Zeroizing::new(self.open_bytes(&renewed, context)?) != bytes {
            return Err(StoreError::Unavailable("a value that was sealed anew opened as another: memory fails".into()));
        }
        Ok(Some(renewed))
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
        let ring = self.ring();
        let (key_id, cipher) = &ring.newest;
        let cipher_text = cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::Unavailable("a personal value could not be encrypted".into()))?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LENGTH + cipher_text.len());
        sealed.push(*key_id);
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
        let (nonce, cipher_text) = rest.split_at_checked(NONCE_LENGTH).ok_or_else(|| unreadable("it is cut short"))?;
        let nonce = <[u8; NONCE_LENGTH]>::try_from(nonce).map_err(|_| unreadable("it is cut short"))?;
        let payload = Payload { msg: cipher_text, aad: context };
        let ring = self.ring();
        let cipher = ring.get(*key_id).ok_or_else(|| {
            unreadable(&format!("it was sealed with data key {key_id}, and keys/personal-{key_id} is not here"))
        })?;
        cipher
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
        Sealer::new(Ring::of(1, &[1; 32]), &[2; 32])
    }

    #[test]
    fn a_sealed_value_opens_in_its_own_row_only() {
        let sealed = sealer().seal("张三", b"row 1").expect("seals");
        assert_eq!(sealer().open(&sealed, b"row 1").expect("opens").expose(), "张三");
        assert!(sealer().open(&sealed, b"row 2").is_err());
        assert!(Sealer::new(Ring::of(1, &[3; 32]), &[2; 32]).open(&sealed, b"row 1").is_err());
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

    #[test]
    fn the_newest_key_seals_and_the_older_ones_open_what_they_sealed() {
        let old = sealer();
        let sealed = old.seal("张三", b"row 1").expect("seals");
        assert_eq!((key_of(&sealed), old.renewed(&sealed, b"row 1").expect("is new")), (Some(1), None));
        // In whichever order they are read.
        for ring in [Ring::of(1, &[1; 32]).with(2, &[9; 32]), Ring::of(2, &[9; 32]).with(1, &[1; 32])] {
            assert_eq!(ring.ids(), [1, 2]);
            old.set_ring(ring);
            let renewed = old.renewed(&sealed, b"row 1").expect("opens").expect("is old");
            assert_eq!((key_of(&renewed), renewed.len()), (Some(2), sealed.len()));
            assert_eq!(old.open(&renewed, b"row 1").expect("opens").expose(), "张三");
            assert_eq!(old.open(&sealed, b"row 1").expect("still opens").expose(), "张三");
            assert!(old.renewed(&sealed, b"row 2").is_err(), "of another row");
            // Its number is not all that tells keys apart: under another the bytes do not open.
            assert!(old.open(&[&[2], &sealed[1..]].concat(), b"row 1").is_err());
        }
        old.set_ring(Ring::of(2, &[9; 32]));
        let lost = old.open(&sealed, b"row 1").expect_err("its key is gone").to_string();
        assert!(lost.contains("data key 1, and keys/personal-1 is not here"), "{lost}");
    }
}
