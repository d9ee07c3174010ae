//! Personal payloads at rest: XChaCha20-Poly1305 under a key that lies beside the journal, readable by its owner only.
//!
//! This protects a journal file that travels alone (a copy, a backup, an export). It does not protect a stolen disk:
//! the key is on it too. `docs/security.md` says so.

use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use kiosk_wire::{JournalId, Personal};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::files::{self, FileError};

/// Bytes of an XChaCha20-Poly1305 nonce (draft-irtf-cfrg-xchacha-03, section 2).
const NONCE: usize = 24;

/// The payload key of one data folder.
pub struct PayloadKey {
    id: u32,
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for PayloadKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PayloadKey({})", self.id)
    }
}

/// A payload could not be sealed or opened.
#[derive(Debug, Error)]
pub enum SealError {
    /// The key file could not be read or made.
    #[error(transparent)]
    File(#[from] FileError),
    /// The key file is not one.
    #[error(
        "{0}: the key file is damaged; put it back from where the terminal was installed, personal payloads cannot be read without it"
    )]
    KeyFile(String),
    /// The key file is gone although payloads were sealed with it.
    #[error("{0}: the key file is missing; put it back, personal payloads cannot be read without it")]
    KeyMissing(String),
    /// The system gave no random bytes.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// The payload was sealed with another key or changed.
    #[error("the payload was sealed with another key, or changed on the disk")]
    Unreadable,
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    id: u32,
    key: String,
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl PayloadKey {
    /// Reads the key of a data folder.
    pub fn read(folder: &Path) -> Result<Self, SealError> {
        let path = folder.join("journal.key");
        let shown = path.display().to_string();
        let bytes = Zeroizing::new(files::read(&path)?.ok_or_else(|| SealError::KeyMissing(shown.clone()))?);
        let file: KeyFile = serde_json::from_slice(&bytes).map_err(|_| SealError::KeyFile(shown.clone()))?;
        let mut key = Zeroizing::new([0; 32]);
        hex::decode_to_slice(&file.key, key.as_mut()).map_err(|_| SealError::KeyFile(shown.clone()))?;
        let cipher = XChaCha20Poly1305::new_from_slice(key.as_ref()).map_err(|_| SealError::KeyFile(shown))?;
        Ok(Self { id: file.id, cipher })
    }

    /// Reads the key of a data folder, making one where there is none yet.
    pub fn read_or_make(folder: &Path) -> Result<Self, SealError> {
        let path = folder.join("journal.key");
        if files::read(&path)?.is_none() {
            let mut key = Zeroizing::new([0; 32]);
            getrandom::fill(key.as_mut()).map_err(SealError::Random)?;
            let file = KeyFile { id: 1, key: hex::encode(*key) };
            let text = serde_json::to_vec(&file).map(Zeroizing::new).map_err(|_| SealError::Unreadable)?;
            files::create(&path, &text)?;
        }
        Self::read(folder)
    }

    /// Which key; written beside every payload.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Seals a payload for its place in a journal: nonce, then ciphertext with its tag.
    pub fn seal(&self, journal: JournalId, seq: u64, text: &str) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(SealError::Random)?;
        let place = place(journal, seq);
        let payload = Payload { msg: text.as_bytes(), aad: &place };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Unreadable)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`PayloadKey::seal`] made, for the same place.
    pub fn open(&self, journal: JournalId, seq: u64, sealed: &[u8]) -> Result<Personal<String>, SealError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(SealError::Unreadable)?;
        let place = place(journal, seq);
        let payload = Payload { msg: sealed, aad: &place };
        let text = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError::Unreadable)?;
        String::from_utf8(text).map(Personal::new).map_err(|_| SealError::Unreadable)
    }
}

fn place(journal: JournalId, seq: u64) -> Vec<u8> {
    [b"kiosk-payload-v1\0".as_slice(), journal.0.as_bytes(), &seq.to_be_bytes()].concat()
}
