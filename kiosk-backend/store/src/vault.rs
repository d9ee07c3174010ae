//! Attachments on disk: sealed piece by piece in the folder `files` of the data folder, under the SHA-256 of what they
//! hold. No path of the web leads there.
//!
//! ```text
//! file  = "HALLFIL1" ‖ content id (16 random bytes) ‖ piece…
//! piece = length (4 bytes, big endian) ‖ sealed bytes (see `seal`), tied to content id, position, and whether it is the last
//! ```
//! A piece that is missing, moved, changed or of another file does not open. A file is written aside, synced, and only
//! then given its name, so that what a row names is whole. What it holds never changes; when the data key was rotated, a
//! file with the same pieces under the newest key takes its place.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::keys::Keys;
use crate::seal::{KeyId, key_of};
use crate::{StoreError, StoreResult};

const MAGIC: &[u8; 8] = b"HALLFIL1";
/// Bytes of one piece: bounds the memory that an upload or a download takes.
const PIECE: usize = 64 * 1024;
/// The longest sealed piece: key id, nonce and tag are 41 bytes more.
const LONGEST: usize = PIECE + 64;
/// How many of the last bytes are kept for telling what a file is.
const TAIL: usize = 1024;

/// The folder.
#[derive(Clone)]
pub struct Vault {
    folder: PathBuf,
    keys: Arc<Keys>,
}

/// A file that has come whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256 of its content.
    pub sha256: [u8; 32],
    /// Names the sealed content.
    pub content: [u8; 16],
    /// Bytes.
    pub size: u64,
}

fn unavailable(what: &Path) -> impl FnOnce(io::Error) -> StoreError + '_ {
    move |cause| StoreError::Unavailable(format!("{}: {cause}", what.display()))
}

impl Vault {
    /// Opens the folder in `data_dir`, and makes it when absent.
    pub fn open(data_dir: &Path, keys: Arc<Keys>) -> StoreResult<Self> {
        let folder = data_dir.join("files");
        let aside = folder.join("aside");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&aside).map_err(unavailable(&aside))?;
        Ok(Self { folder, keys })
    }

    /// Drops what a crash left half-written. Nobody may be writing: only the one server of the folder knows that, when it
    /// starts.
    pub fn tidy(&self) -> StoreResult<()> {
        let aside = self.folder.join("aside");
        for entry in fs::read_dir(&aside).map_err(unavailable(&aside))? {
            // What cannot be dropped now is dropped at the next start.
            let _ = entry.map(|entry| fs::remove_file(entry.path()));
        }
        Ok(())
    }

    fn path(&self, sha256: &[u8; 32]) -> PathBuf {
        let name = hex::encode(sha256);
        let (shelf, _) = name.split_at(2);
        self.folder.join(shelf).join(&name)
    }

    /// Begins to take a file.
    pub fn begin(&self) -> StoreResult<Incoming> {
        let content = *Uuid::new_v4().as_bytes();
        let sealed = self.aside_of(content, self.keys.sealer.newest())?;
        Ok(Incoming {
            vault: self.clone(),
            sealed,
            hasher: Sha256::new(),
            buffer: Vec::with_capacity(PIECE),
            size: 0,
            head: Vec::new(),
            tail: Vec::new(),
        })
    }

    /// Begins a file aside.
    fn aside_of(&self, content: [u8; 16], under: KeyId) -> StoreResult<Aside> {
        let path = self.folder.join("aside").join(Uuid::new_v4().simple().to_string());
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(unavailable(&path))?;
        let mut aside = Aside { keys: self.keys.clone(), path, file, content, pieces: 0, under };
        let begun = aside.file.write_all(MAGIC).and_then(|()| aside.file.write_all(&content));
        begun.map_err(unavailable(&aside.path))?;
        Ok(aside)
    }

    /// Writes aside what a file holds, sealed with the newest key; and the hash of what it holds.
    fn sealed_anew(&self, path: &Path) -> StoreResult<(Aside, [u8; 32])> {
        let mut old = self.open_file(path)?;
        let mut anew = self.aside_of(old.content, self.keys.sealer.newest())?;
        let mut hasher = Sha256::new();
        while let Some(piece) = old.next() {
            let piece = piece?;
            hasher.update(&piece);
            anew.seal(&piece, old.ended)?;
        }
        anew.sync()?;
        Ok((anew, hasher.finalize().into()))
    }

    /// The files after one, in order, up to so many.
    pub fn after(&self, last: Option<&[u8; 32]>, most: usize) -> StoreResult<Vec<[u8; 32]>> {
        let names = |folder: &Path| -> StoreResult<Vec<String>> {
            let entries = fs::read_dir(folder).map_err(unavailable(folder))?;
            let mut names = Vec::new();
            for entry in entries {
                names.extend(entry.map_err(unavailable(folder))?.file_name().into_string().ok());
            }
            names.sort();
            Ok(names)
        };
        let last = last.map(hex::encode).unwrap_or_default();
        let mut found = Vec::new();
        for shelf in names(&self.folder)? {
            if shelf.len() != 2 || *shelf < *last.get(..2).unwrap_or_default() {
                continue;
            }
            for name in names(&self.folder.join(&shelf))? {
                let mut hash = [0; 32];
                if name > last && hex::decode_to_slice(&name, &mut hash).is_ok() {
                    found.push(hash);
                }
                if found.len() == most {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// The keys that a file needs, without reading what it holds.
    pub fn key_ids(&self, sha256: &[u8; 32]) -> StoreResult<BTreeSet<KeyId>> {
        let mut file = self.open_file(&self.path(sha256))?.file;
        let mut ids = BTreeSet::new();
        let mut head = [0; 5];
        loop {
            match file.read_exact(&mut head) {
                Ok(()) => {}
                Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => return Ok(ids),
                Err(cause) => return Err(unavailable(&self.path(sha256))(cause)),
            }
            let [a, b, c, d, key] = head;
            ids.insert(key);
            let rest = i64::from(u32::from_be_bytes([a, b, c, d])) - 1;
            file.seek_relative(rest).map_err(unavailable(&self.path(sha256)))?;
        }
    }

    /// Seals a file anew with the newest key, aside; `None` where it is already.
    pub fn renew(&self, sha256: &[u8; 32]) -> StoreResult<Option<Renewal>> {
        if self.key_ids(sha256)?.iter().all(|id| *id == self.keys.sealer.newest()) {
            return Ok(None);
        }
        let path = self.path(sha256);
        let (sealed, found) = self.sealed_anew(&path)?;
        if found != *sha256 {
            return Err(StoreError::Corrupt(format!("the attachment {} is not what its name says", path.display())));
        }
        Ok(Some(Renewal { sealed, path }))
    }

    /// Opens a file for reading; `content` is what its row says, and must be what it holds.
    pub fn read(&self, sha256: &[u8; 32], content: [u8; 16]) -> StoreResult<Outgoing> {
        let path = self.path(sha256);
        let outgoing = self.open_file(&path)?;
        if outgoing.content != content {
            return Err(lost(&path, &"it is another file than its row says"));
        }
        Ok(outgoing)
    }

    fn open_file(&self, path: &Path) -> StoreResult<Outgoing> {
        let mut file = BufReader::new(File::open(path).map_err(|cause| lost(path, &cause))?);
        let (mut magic, mut content) = ([0; 8], [0; 16]);
        let read = file.read_exact(&mut magic).and_then(|()| file.read_exact(&mut content));
        read.map_err(|cause| lost(path, &cause))?;
        if magic != *MAGIC {
            return Err(lost(path, &"it is no sealed file"));
        }
        Ok(Outgoing { keys: self.keys.clone(), file, content, pieces: 0, ended: false })
    }

    /// A file that has no name any more: it is gone when it is closed, however that comes.
    pub fn aside(&self) -> StoreResult<File> {
        let path = self.folder.join("aside").join(Uuid::new_v4().simple().to_string());
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(unavailable(&path))?;
        fs::remove_file(&path).map_err(unavailable(&path))?;
        Ok(file)
    }

    /// Whether a content is kept under this hash already.
    pub fn has(&self, sha256: &[u8; 32]) -> bool {
        self.path(sha256).is_file()
    }
}

fn lost(path: &Path, cause: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("the attachment {} cannot be read: {cause}", path.display()))
}

fn context(content: [u8; 16], piece: u32, last: bool) -> Vec<u8> {
    format!("file {} {piece} {last}", hex::encode(content)).into_bytes()
}

/// A file that has no name yet. Dropped before it gets one, it leaves nothing.
struct Aside {
    keys: Arc<Keys>,
    path: PathBuf,
    file: File,
    content: [u8; 16],
    pieces: u32,
    /// The oldest key that any of its pieces is sealed with.
    under: KeyId,
}

impl Aside {
    fn seal(&mut self, piece: &[u8], last: bool) -> StoreResult<()> {
        let sealed = self.keys.sealer.seal_bytes(piece, &context(self.content, self.pieces, last))?;
        self.under = self.under.min(key_of(&sealed).unwrap_or(0));
        let length = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        let written = self.file.write_all(&length.to_be_bytes()).and_then(|()| self.file.write_all(&sealed));
        written.map_err(unavailable(&self.path))?;
        self.pieces += 1;
        Ok(())
    }

    fn sync(&self) -> StoreResult<()> {
        self.file.sync_all().map_err(unavailable(&self.path))
    }

    fn name(&self, path: &Path) -> StoreResult<()> {
        fs::rename(&self.path, path).map_err(unavailable(path))?;
        let shelf = path.parent().unwrap_or(path);
        File::open(shelf).and_then(|folder| folder.sync_all()).map_err(unavailable(shelf))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Gone already when it got its name.
        let _ = fs::remove_file(&self.path);
    }
}

/// A file that was sealed anew and waits to take its own place. Dropped before, it leaves nothing.
pub struct Renewal {
    sealed: Aside,
    path: PathBuf,
}

impl Renewal {
    /// Takes its place. Called by the one writer, as [`Incoming::keep`] is: meanwhile nobody else names files. False where
    /// another content has come there since.
    pub fn take_place(self, vault: &Vault) -> StoreResult<bool> {
        if vault.open_file(&self.path)?.content != self.sealed.content {
            return Ok(false);
        }
        self.sealed.name(&self.path)?;
        Ok(true)
    }
}

/// A file that is coming. Dropped before [`Incoming::keep`], it leaves nothing.
pub struct Incoming {
    vault: Vault,
    sealed: Aside,
    hasher: Sha256,
    buffer: Vec<u8>,
    size: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Incoming {
    /// Takes more bytes.
    pub fn write(&mut self, mut bytes: &[u8]) -> StoreResult<()> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        if self.head.len() < 16 {
            self.head.extend(bytes.iter().take(16 - self.head.len()));
        }
        self.tail.extend(bytes.iter().skip(bytes.len().saturating_sub(TAIL)));
        self.tail.drain(..self.tail.len().saturating_sub(TAIL));
        while !bytes.is_empty() {
            if self.buffer.len() == PIECE {
                self.seal(false)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    fn seal(&mut self, last: bool) -> StoreResult<()> {
        self.sealed.seal(&self.buffer, last)?;
        self.buffer.clear();
        Ok(())
    }

    /// Puts what has come on disk, so that [`Incoming::keep`] has little left to wait for: the one writer calls it.
    pub fn sync(&self) -> StoreResult<()> {
        self.sealed.sync()
    }

    /// How many bytes have come.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The first and the last bytes, by which to tell what it is.
    pub fn ends(&self) -> (&[u8], &[u8]) {
        (&self.head, &self.tail)
    }

    /// The whole has come: keeps it under its hash, on disk. `known` is the content that rows name for the hash, if any
    /// do; then that one stays and this one goes.
    pub fn keep(mut self, known: impl FnOnce(&[u8; 32]) -> StoreResult<Option<[u8; 16]>>) -> StoreResult<Kept> {
        self.seal(true)?;
        let sha256: [u8; 32] = self.hasher.clone().finalize().into();
        let size = self.size;
        if let Some(content) = known(&sha256)?.filter(|_| self.vault.has(&sha256)) {
            return Ok(Kept { sha256, content, size });
        }
        if self.sealed.under != self.vault.keys.sealer.newest() {
            // The data key was rotated while it came.
            self.sealed = self.vault.sealed_anew(&self.sealed.path)?.0;
        }
        let path = self.vault.path(&sha256);
        let shelf = path.parent().unwrap_or(&path);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(shelf).map_err(unavailable(shelf))?;
        self.sealed.sync()?;
        self.sealed.name(&path)?;
        Ok(Kept { sha256, content: self.sealed.content, size })
    }
}

/// A file being read, piece by piece.
pub struct Outgoing {
    keys: Arc<Keys>,
    file: BufReader<File>,
    content: [u8; 16],
    pieces: u32,
    ended: bool,
}

impl Outgoing {
    fn piece(&mut self) -> StoreResult<Vec<u8>> {
        let lost = |cause: io::Error| StoreError::Corrupt(format!("an attachment is cut short: {cause}"));
        let mut length = [0; 4];
        self.file.read_exact(&mut length).map_err(lost)?;
        let length = u32::from_be_bytes(length) as usize;
        if length > LONGEST {
            return Err(StoreError::Corrupt("an attachment has a piece that is too long".into()));
        }
        let mut sealed = vec![0; length];
        self.file.read_exact(&mut sealed).map_err(lost)?;
        let open = |last| self.keys.sealer.open_bytes(&sealed, &context(self.content, self.pieces, last));
        let (bytes, last) = match open(false) {
            Ok(bytes) => (bytes, false),
            Err(_) => (open(true)?, true),
        };
        self.ended = last;
        self.pieces += 1;
        Ok(bytes)
    }

    /// All of it, for an archive; attachments are small enough.
    pub fn whole(self) -> StoreResult<Vec<u8>> {
        let mut all = Vec::new();
        for piece in self {
            all.extend(piece?);
        }
        Ok(all)
    }
}

impl Iterator for Outgoing {
    type Item = StoreResult<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let piece = self.piece();
        self.ended |= piece.is_err();
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(dir: &Path) -> Vault {
        Vault::open(dir, Arc::new(Keys::open(dir, true).expect("keys"))).expect("opens")
    }

    fn take(vault: &Vault, bytes: &[u8]) -> Kept {
        let mut incoming = vault.begin().expect("begins");
        for part in bytes.chunks(7001) {
            incoming.write(part).expect("takes");
        }
        incoming.keep(|_| Ok(None)).expect("keeps")
    }

    #[test]
    fn what_went_in_comes_out_and_nothing_of_it_is_readable_on_disk() {
        let dir = tempfile::tempdir().expect("a folder");
        let vault = vault(dir.path());
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5] {
            let bytes: Vec<u8> = b"personal ".iter().copied().cycle().take(size).collect();
            let kept = take(&vault, &bytes);
            assert_eq!((kept.size, kept.sha256), (size as u64, <[u8; 32]>::from(Sha256::digest(&bytes))));
            assert_eq!(vault.read(&kept.sha256, kept.content).expect("opens").whole().expect("reads"), bytes, "{size}");
            let stored = fs::read(vault.path(&kept.sha256)).expect("is there");
            assert!(size < 9 || !stored.windows(9).any(|part| part == b"personal "), "{size}");
        }
        assert_eq!(fs::read_dir(dir.path().join("files/aside")).expect("a folder").count(), 0);
    }

    #[test]
    fn what_was_changed_moved_cut_or_swapped_does_not_open() {
        let dir = tempfile::tempdir().expect("a folder");
        let vault = vault(dir.path());
        let bytes = vec![7; 2 * PIECE + 9];
        let kept = take(&vault, &bytes);
        let path = vault.path(&kept.sha256);
        let good = fs::read(&path).expect("is there");
        let sealed = PIECE + 41 + 4;
        let mut flipped = good.clone();
        flipped[100] ^= 1;
        let mut swapped = good[..24].to_vec();
        swapped.extend_from_slice(&good[24 + sealed..24 + 2 * sealed]);
        swapped.extend_from_slice(&good[24..24 + sealed]);
        swapped.extend_from_slice(&good[24 + 2 * sealed..]);
        for (what, bad) in [
            ("flipped", flipped),
            ("cut", good[..good.len() - 1].to_vec()),
            ("without its last piece", good[..24 + 2 * sealed].to_vec()),
            ("pieces swapped", swapped),
            ("cut to nothing", good[..10].to_vec()),
        ] {
            fs::write(&path, bad).expect("writes");
            let read = vault.read(&kept.sha256, kept.content).and_then(Outgoing::whole);
            assert!(matches!(read, Err(StoreError::Corrupt(_))), "{what}");
        }
        let other = take(&vault, b"another");
        fs::copy(vault.path(&other.sha256), &path).expect("copies");
        assert!(vault.read(&kept.sha256, kept.content).is_err(), "another file under this name");
    }

    #[test]
    fn opening_the_folder_again_takes_nothing_from_whoever_is_writing_and_tidying_does() {
        let dir = tempfile::tempdir().expect("a folder");
        let serving = vault(dir.path());
        let mut incoming = serving.begin().expect("begins");
        incoming.write(b"first half, ").expect("takes");
        let beside = vault(dir.path());
        incoming.write(b"second half").expect("takes");
        let kept = incoming.keep(|_| Ok(None)).expect("keeps");
        let read = beside.read(&kept.sha256, kept.content).expect("opens").whole().expect("reads");
        assert_eq!(read, b"first half, second half");
        let aside = dir.path().join("files/aside");
        fs::write(aside.join("of-a-crash"), b"half").expect("writes");
        beside.tidy().expect("tidies");
        assert_eq!(fs::read_dir(aside).expect("a folder").count(), 0);
    }

    #[test]
    fn a_file_that_is_given_up_leaves_nothing_and_the_same_file_is_kept_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let vault = vault(dir.path());
        let mut incoming = vault.begin().expect("begins");
        incoming.write(b"half").expect("takes");
        drop(incoming);
        assert_eq!(fs::read_dir(dir.path().join("files/aside")).expect("a folder").count(), 0);
        let first = take(&vault, b"same");
        let mut again = vault.begin().expect("begins");
        again.write(b"same").expect("takes");
        assert_eq!(again.keep(|_| Ok(Some(first.content))).expect("keeps"), first);
        assert_eq!(vault.read(&first.sha256, first.content).expect("opens").whole().expect("reads"), b"same");
    }

    fn rotated(vault: &Vault) {
        vault.keys.make(2).expect("a key");
        vault.keys.sealer.set_ring(vault.keys.read_again().expect("keys"));
    }

    #[test]
    fn a_file_is_sealed_anew_and_holds_what_it_held() {
        let dir = tempfile::tempdir().expect("a folder");
        let vault = vault(dir.path());
        let files: Vec<(Vec<u8>, Kept)> = [0, 1, PIECE, 2 * PIECE + 9]
            .map(|size| vec![b'x'; size])
            .map(|bytes| (bytes.clone(), take(&vault, &bytes)))
            .into();
        let mut all: Vec<[u8; 32]> = files.iter().map(|(_, kept)| kept.sha256).collect();
        all.sort_unstable();
        let one_by_one = std::iter::successors(vault.after(None, 1).expect("lists").pop(), |last| {
            vault.after(Some(last), 1).expect("lists").pop()
        });
        assert_eq!((one_by_one.collect::<Vec<_>>(), vault.after(None, 9).expect("lists")), (all.clone(), all));
        assert!(files.iter().all(|(_, kept)| vault.renew(&kept.sha256).expect("reads").is_none()), "all are new");
        rotated(&vault);
        for (bytes, kept) in &files {
            let before = fs::read(vault.path(&kept.sha256)).expect("is there");
            let reading = vault.read(&kept.sha256, kept.content).expect("opens");
            drop(vault.renew(&kept.sha256).expect("seals"));
            assert_eq!(fs::read(vault.path(&kept.sha256)).expect("is there"), before, "given up, it changed nothing");
            assert_eq!(vault.key_ids(&kept.sha256).expect("reads"), [1].into());
            assert!(vault.renew(&kept.sha256).expect("seals").expect("is old").take_place(&vault).expect("moves"));
            let after = fs::read(vault.path(&kept.sha256)).expect("is there");
            assert_eq!((after.len(), vault.key_ids(&kept.sha256).expect("reads")), (before.len(), [2].into()));
            assert_eq!(reading.whole().expect("whoever reads meanwhile reads on"), *bytes);
            assert_eq!(vault.read(&kept.sha256, kept.content).expect("opens").whole().expect("reads"), *bytes);
        }
        assert_eq!(fs::read_dir(dir.path().join("files/aside")).expect("a folder").count(), 0);
    }

    #[test]
    fn a_file_that_came_while_the_key_was_rotated_is_sealed_with_the_new_one() {
        let dir = tempfile::tempdir().expect("a folder");
        let vault = vault(dir.path());
        let bytes = vec![7; 2 * PIECE + 9];
        let mut incoming = vault.begin().expect("begins");
        incoming.write(&bytes).expect("takes");
        rotated(&vault);
        incoming.write(b"more").expect("takes");
        let kept = incoming.keep(|_| Ok(None)).expect("keeps");
        assert_eq!(vault.key_ids(&kept.sha256).expect("reads"), [2].into());
        let whole = vault.read(&kept.sha256, kept.content).expect("opens").whole().expect("reads");
        assert_eq!(whole, [&bytes[..], b"more"].concat());
        assert_eq!(fs::read_dir(dir.path().join("files/aside")).expect("a folder").count(), 0);
    }

    #[test]
    fn a_damaged_file_stays_and_another_content_is_not_written_over() {
        let dir = tempfile::tempdir().expect("a folder");
        let vault = vault(dir.path());
        let kept = take(&vault, b"one");
        let other = take(&vault, b"another");
        rotated(&vault);
        let renewal = vault.renew(&kept.sha256).expect("seals").expect("is old");
        fs::copy(vault.path(&other.sha256), vault.path(&kept.sha256)).expect("another content comes there");
        assert!(!renewal.take_place(&vault).expect("looks"));
        assert!(matches!(vault.renew(&kept.sha256), Err(StoreError::Corrupt(_))), "not what its name says");
        fs::write(vault.path(&kept.sha256), b"short").expect("writes");
        assert!(matches!(vault.renew(&kept.sha256), Err(StoreError::Corrupt(_))));
        assert_eq!(fs::read(vault.path(&kept.sha256)).expect("is there"), b"short");
        assert_eq!(fs::read_dir(dir.path().join("files/aside")).expect("a folder").count(), 0);
    }
}
