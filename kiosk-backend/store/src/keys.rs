//! The hall's secrets: files of 32 random bytes in the data folder, readable for the owner only.
//!
//! They are not in the database, so that a copy of the database alone tells nobody's name.
//!
//! Data keys are `personal-1`, `personal-2` …: the highest seals. One that nothing needs any more lies in `retired`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use hmac::{Hmac, KeyInit, Mac};
use kiosk_wire::{DirectiveId, StaffId, SubmissionId};
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::seal::{KeyId, Ring, Sealer};

/// All keys of one hall.
pub struct Keys {
    /// Signs rosters and directives.
    pub hall: SigningKey,
    /// Encrypts personal columns and makes blind indexes.
    pub sealer: Sealer,
    codes: Zeroizing<[u8; 32]>,
    folder: PathBuf,
}

/// Where keys go that nothing needs any more.
const RETIRED: &str = "retired";

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
    /// The database holds values that a data key sealed, and the key is not here.
    #[error(
        "{path} is missing, and what is stored here was sealed with it: put it back from where you keep the keys{}",
        if *.retired { ". A key of this name lies in keys/retired" } else { "" }
    )]
    Needed {
        /// Which file.
        path: PathBuf,
        /// Whether there is one among the retired.
        retired: bool,
    },
    /// Two keys of one number.
    #[error("{0} is there already and is another key: move it elsewhere, and keep it")]
    Another(PathBuf),
}

impl Keys {
    /// Opens the keys in `data_dir`. They are made only when there is no database yet: a new key beside an old
    /// database would make all it holds unreadable.
    pub fn open(data_dir: &Path, may_make: bool) -> Result<Self, KeyError> {
        let folder = data_dir.join("keys");
        fs::create_dir_all(&folder).map_err(|cause| KeyError::Io { path: folder.clone(), cause })?;
        let _ = fs::set_permissions(&folder, fs::Permissions::from_mode(0o700));
        let key = |name: &str| load(&folder.join(name), may_make);
        if data_keys(&folder)?.is_empty() {
            key(&data_key(1))?;
        }
        Ok(Self {
            hall: SigningKey::from_bytes(&*key("hall-signing")?),
            sealer: Sealer::new(ring(&folder)?, &*key("index-1")?),
            codes: key("codes-1")?,
            folder,
        })
    }

    /// The data keys that lie in the folder now.
    pub fn read_again(&self) -> Result<Ring, KeyError> {
        ring(&self.folder)
    }

    /// Says which of these data keys lacks, if any does.
    pub fn needs(&self, ids: &[KeyId], here: &[KeyId]) -> Result<(), KeyError> {
        match ids.iter().find(|id| !here.contains(id)) {
            None => Ok(()),
            Some(id) => Err(KeyError::Needed {
                path: self.folder.join(data_key(*id)),
                retired: self.folder.join(RETIRED).join(data_key(*id)).exists(),
            }),
        }
    }

    /// Makes a data key. One that is there already was made by somebody who did not come to the end: it is taken.
    pub fn make(&self, id: KeyId) -> Result<(), KeyError> {
        load(&self.folder.join(data_key(id)), true).map(drop)
    }

    /// Moves a data key to the retired ones; where it lies then. Nothing to do where that was done before.
    pub fn put_away(&self, id: KeyId) -> Result<PathBuf, KeyError> {
        let (from, away) = (self.folder.join(data_key(id)), self.folder.join(RETIRED));
        let to = away.join(data_key(id));
        if !from.exists() {
            return Ok(to);
        }
        let io = |path: &Path| {
            let path = path.to_owned();
            move |cause| KeyError::Io { path, cause }
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&away).map_err(io(&away))?;
        belongs_with(&away, &self.folder).map_err(io(&away))?;
        if to.exists() && *load(&to, false)? != *load(&from, false)? {
            return Err(KeyError::Another(to));
        }
        fs::rename(&from, &to).map_err(io(&from))?;
        [&away, &self.folder].into_iter().try_for_each(|folder| sync(folder).map_err(io(folder)))?;
        Ok(to)
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

fn data_key(id: KeyId) -> String {
    format!("personal-{id}")
}

/// The numbers of the data keys in a folder.
fn data_keys(folder: &Path) -> Result<Vec<KeyId>, KeyError> {
    let io = |cause| KeyError::Io { path: folder.to_owned(), cause };
    let mut ids = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let name = entry.map_err(io)?.file_name();
        let id = name.to_str().and_then(|name| name.strip_prefix("personal-")?.parse().ok());
        // Written otherwise (`personal-02`), it is no key of ours.
        ids.extend(id.filter(|id| *id > 0 && name.to_str() == Some(&data_key(*id))));
    }
    Ok(ids)
}

fn ring(folder: &Path) -> Result<Ring, KeyError> {
    let mut ring = None;
    for id in data_keys(folder)? {
        let key = load(&folder.join(data_key(id)), false)?;
        ring = Some(match ring {
            None => Ring::of(id, &key),
            Some(ring) => Ring::with(ring, id, &key),
        });
    }
    ring.ok_or_else(|| KeyError::Missing(folder.join(data_key(1))))
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
            write(path, &key).map_err(io)?;
            Ok(key)
        }
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Err(KeyError::Missing(path.to_owned())),
        Err(cause) => Err(io(cause)),
    }
}

/// Written aside, and named when it is whole: a key that broke off has no name.
fn write(path: &Path, key: &[u8; 32]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    let aside = path.with_added_extension("new");
    // Of one that broke off.
    let _ = fs::remove_file(&aside);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    let written = file
        .write_all(key)
        .and_then(|()| file.sync_all())
        .and_then(|()| belongs_with(&aside, folder))
        .and_then(|()| fs::rename(&aside, path));
    if written.is_err() {
        let _ = fs::remove_file(&aside);
    }
    written?;
    sync(folder)
}

/// Gives what root made to whoever has the folder: the server must be able to read it.
fn belongs_with(path: &Path, folder: &Path) -> io::Result<()> {
    let (made, with) = (fs::metadata(path)?, fs::metadata(folder)?);
    if (made.uid(), made.gid()) == (with.uid(), with.gid()) {
        return Ok(());
    }
    chown(path, Some(with.uid()), Some(with.gid()))
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
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

    #[test]
    fn data_keys_are_made_whole_and_put_away() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("keys");
        let keys = Keys::open(dir.path(), true).expect("makes them");
        // Half of one that broke off, and what only looks like one.
        fs::write(folder.join("personal-2.new"), b"half").expect("writes");
        for name in ["personal-02", "personal-x", "personal-0", "personal-256"] {
            fs::write(folder.join(name), b"").expect("writes");
        }
        assert_eq!(Keys::open(dir.path(), false).expect("opens").sealer.ids(), [1]);
        keys.make(2).expect("makes it");
        let made = fs::read(folder.join("personal-2")).expect("is there");
        assert_eq!(fs::metadata(folder.join("personal-2")).expect("is there").permissions().mode() & 0o777, 0o600);
        keys.make(2).expect("takes it");
        assert_eq!(fs::read(folder.join("personal-2")).expect("is there"), made);
        assert_eq!(keys.read_again().expect("reads").ids(), [1, 2]);
        let first = fs::read(folder.join("personal-1")).expect("is there");
        let away = keys.put_away(1).expect("moves it");
        assert_eq!(
            (fs::read(&away).expect("is there"), keys.put_away(1).expect("is done")),
            (first.clone(), away.clone())
        );
        let opened = Keys::open(dir.path(), false).expect("opens without it");
        assert_eq!(opened.sealer.ids(), [2]);
        let told = opened.needs(&[1, 2], &[2]).expect_err("is needed").to_string();
        assert!(told.contains("personal-1 is missing") && told.contains("lies in keys/retired"), "{told}");
        // Put back, it is put away again; another of its number is not written over.
        fs::copy(&away, folder.join("personal-1")).expect("copies");
        keys.put_away(1).expect("is the same");
        keys.make(1).expect("another");
        assert!(matches!(keys.put_away(1), Err(KeyError::Another(path)) if path == away));
        assert_eq!(fs::read(&away).expect("is there"), first);
    }

    #[test]
    fn a_key_that_cannot_be_written_is_told_and_leaves_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let keys = Keys::open(dir.path(), true).expect("makes them");
        let aside = dir.path().join("keys/personal-2.new");
        fs::create_dir(&aside).expect("something in its way");
        let told = keys.make(2).expect_err("cannot be written").to_string();
        assert!(told.contains("keys/personal-2: File exists"), "{told}");
        assert_eq!(keys.read_again().expect("reads").ids(), [1]);
        fs::remove_dir(&aside).expect("out of the way");
        keys.make(2).expect("makes it");
        assert_eq!(keys.read_again().expect("reads").ids(), [1, 2]);
    }
}
