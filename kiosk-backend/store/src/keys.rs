//! The hall's secrets: files of 32 random bytes in the data folder, readable for the owner only.
//!
//! They are not in the database, so that a copy of the database alone tells nobody's name.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use hmac::{Hmac, KeyInit, Mac};
use kiosk_wire::{DirectiveId, StaffId, SubmissionId};
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::seal::Sealer;

/// All keys of one hall.
pub struct Keys {
    /// Signs rosters and directives.
    pub hall: SigningKey,
    /// Encrypts personal columns and makes blind indexes.
    pub sealer: Sealer,
    codes: Zeroizing<[u8; 32]>,
}

/// Why the keys cannot be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// A key file cannot be read or made.
    #[error("{path}: {cause}")]
    Io {
        /// Which file.
        path: PathBuf,
        cause: io::Error,
    },
    /// A key file has the wrong length.
    #[error("{0}: must be exactly 32 bytes; restore it from where you keep the keys")]
    WrongLength(PathBuf),
    /// Others can read a key file.
    #[error("{0}: others may read it; run `chmod 600` on it and consider the key known")]
    TooOpen(PathBuf),
    /// The database is there but a key is not.
    #[error("{0} is missing although the database exists; restore it from where you keep the keys")]
    Missing(PathBuf),
}

impl Keys {
    /// Opens the keys in `data_dir`. They are made only when there is no database yet: a new key beside an old
    /// database would make all it holds unreadable.
    pub fn open(data_dir: &Path, may_make: bool) -> Result<Self, KeyError> {
        let folder = data_dir.join("keys");
        fs::create_dir_all(&folder).map_err(|cause| KeyError::Io { path: folder.clone(), cause })?;
        let _ = fs::set_permissions(&folder, fs::Permissions::from_mode(0o700));
        let key = |name: &str| load(&folder.join(name), may_make);
        Ok(Self {
            hall: SigningKey::from_bytes(&*key("hall-signing")?),
            sealer: Sealer::new(&*key("personal-1")?, &*key("index-1")?),
            codes: key("codes-1")?,
        })
    }

    /// The one-time code of a collection: six digits that follow from the directive, so that nobody needs to keep it.
    pub fn collection_code(&self, directive: DirectiveId) -> String {
        self.code(b"collect-code\0", directive.0.as_bytes())
    }

    /// The code by which an applicant takes the result of a case out of its box: six digits, the same until then.
    pub fn pickup_code(&self, case: SubmissionId) -> String {
        self.code(b"pickup-code\0", case.0.as_bytes())
    }

    /// The mark of an account in a browser in which it signed in.
    pub fn browser_mark(&self, browser: &[u8; 16], who: StaffId) -> [u8; 16] {
        let bytes = self.mac(&[b"known-browser\0", browser, who.0.as_bytes()]);
        std::array::from_fn(|n| bytes[n])
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&*self.codes).unwrap_or_else(|_| unreachable!());
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    fn code(&self, what: &[u8], whose: &[u8; 16]) -> String {
        let bytes = self.mac(&[what, whose]);
        let number = bytes.iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        format!("{:06}", number % 1_000_000)
    }
}

fn load(path: &Path, may_make: bool) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let io = |cause| KeyError::Io { path: path.to_owned(), cause };
    match fs::read(path) {
        Ok(bytes) => {
            let bytes = Zeroizing::new(bytes);
            let mode = fs::metadata(path).map_err(io)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(KeyError::TooOpen(path.to_owned()));
            }
            let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| KeyError::WrongLength(path.to_owned()))?;
            Ok(Zeroizing::new(key))
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound && may_make => {
            let mut key = Zeroizing::new([0; 32]);
            getrandom::fill(&mut *key).map_err(|cause| io(io::Error::other(cause.to_string())))?;
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
            file.write_all(&*key).and_then(|()| file.sync_all()).map_err(io)?;
            Ok(key)
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Err(KeyError::Missing(path.to_owned())),
        Err(cause) => Err(io(cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_private_and_stay_the_same() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = Keys::open(dir.path(), true).expect("makes them");
        let again = Keys::open(dir.path(), false).expect("finds them");
        assert_eq!(first.hall.verifying_key(), again.hall.verifying_key());
        let id = DirectiveId(uuid::Uuid::from_u128(7));
        let code = first.collection_code(id);
        assert_eq!(code, again.collection_code(id));
        assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
    }

    #[test]
    fn a_missing_short_or_open_key_is_named() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(matches!(Keys::open(dir.path(), false), Err(KeyError::Missing(_))));
        Keys::open(dir.path(), true).expect("makes them");
        let file = dir.path().join("keys/personal-1");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("chmod");
        assert!(matches!(Keys::open(dir.path(), false), Err(KeyError::TooOpen(path)) if path == file));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("chmod");
        fs::write(&file, b"short").expect("writes");
        assert!(matches!(Keys::open(dir.path(), false), Err(KeyError::WrongLength(path)) if path == file));
    }
}
