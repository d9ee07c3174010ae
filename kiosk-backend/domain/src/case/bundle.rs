//! The archive of one case: a `.zip` that explains itself and proves that it is whole.
//!
//! ```text
//! README.txt          what this is, in Chinese and English
//! case.json           who applied for what, answers, keyed fields, notes, mandates, answers of departments, clocks
//! events.json         every event, each with its hash and its predecessor's
//! audit.json          who looked at or did what
//! notices/NN-….html   each notice as it was made, for paper; the same as .json
//! files/…             attachments
//! manifest.json       SHA-256 and size of each of the above
//! manifest.sig.json   Ed25519 signature of the manifest by the hall's key
//! ```
//! Entries are stored, not compressed: any tool reads them in fifty years. The signed text is
//! `"hall-case-bundle-v1\0" ‖ manifest.json`; a changed, missing, added or doubled file shows, and
//! so does a changed event, and every byte of the .zip that an unpacker could show and the manifest does not know.

mod layout;

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, Write};

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hall_rules::{CaseEvent, CaseState};
use hall_store::case_events::link;
use kiosk_wire::SubmissionId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const DOMAIN: &[u8] = b"hall-case-bundle-v1\0";

const MANIFEST: &str = "manifest.json";

const SIGNATURE: &str = "manifest.sig.json";

/// Name of the file with the events.
pub const EVENTS: &str = "events.json";

/// Name of the file with the case.
pub const CASE: &str = "case.json";

/// The largest file that is read while verifying, bytes: more than any attachment.
const LARGEST: u64 = 64 << 20;

/// Why a bundle was not written or cannot be judged.
#[derive(Debug, Error)]
pub enum BundleError {
    /// The disk or the pipe.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Not a zip.
    #[error("this is no .zip, or it is cut short: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// Something could not be put into JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// What belongs into it could not be read.
    #[error("{0}")]
    Store(#[from] hall_store::StoreError),
}

/// What the manifest says of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Path within the bundle.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// The manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `hall-case-bundle`.
    pub format: String,
    /// Grows when the layout changes.
    pub version: u32,
    pub case: SubmissionId,
    /// Its number.
    pub receipt: String,
    pub hall: String,
    /// When it was exported, milliseconds since the epoch.
    pub exported_ms: i64,
    /// Every other file but the signature.
    pub files: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Signed {
    algorithm: String,
    public_key: String,
    signature: String,
}

/// One event as the bundle holds it: the exact text that was hashed, and names for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundledEvent {
    /// What was hashed: JSON.
    pub record: String,
    /// Who, by name.
    pub staff: Option<String>,
    /// At which terminal, by name.
    pub kiosk: Option<String>,
    /// Hash, hex; absent of events from before the chain.
    pub hash: Option<String>,
}

/// Writes a bundle.
pub struct Writer<W: Write + Seek> {
    zip: ZipWriter<W>,
    entries: Vec<Entry>,
}

impl<W: Write + Seek> Writer<W> {
    /// Begins.
    pub fn new(out: W) -> Self {
        Self { zip: ZipWriter::new(out), entries: Vec::new() }
    }

    /// Adds a file.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), BundleError> {
        self.add_pieces(path, std::iter::once(Ok(bytes.to_vec())))
    }

    /// Adds a file that comes in pieces.
    pub fn add_pieces(
        &mut self,
        path: &str,
        pieces: impl Iterator<Item = Result<Vec<u8>, hall_store::StoreError>>,
    ) -> Result<(), BundleError> {
        self.zip.start_file(path, options())?;
        let (mut hasher, mut size) = (Sha256::new(), 0);
        for piece in pieces {
            let piece = piece?;
            hasher.update(&piece);
            size += piece.len() as u64;
            self.zip.write_all(&piece)?;
        }
        self.entries.push(Entry { path: path.to_owned(), size, sha256: hex::encode(hasher.finalize()) });
        Ok(())
    }

    /// Adds the manifest and its signature, and ends.
    pub fn finish(mut self, mut manifest: Manifest, key: &SigningKey) -> Result<W, BundleError> {
        manifest.files = std::mem::take(&mut self.entries);
        let text = serde_json::to_vec_pretty(&manifest)?;
        let signature = key.sign(&signed_text(&text));
        self.zip.start_file(MANIFEST, options())?;
        self.zip.write_all(&text)?;
        let signed = Signed {
            algorithm: "Ed25519".into(),
            public_key: hex::encode(key.verifying_key().as_bytes()),
            signature: hex::encode(signature.to_bytes()),
        };
        self.zip.start_file(SIGNATURE, options())?;
        self.zip.write_all(&serde_json::to_vec_pretty(&signed)?)?;
        Ok(self.zip.finish()?)
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored)
}

fn signed_text(manifest: &[u8]) -> Vec<u8> {
    [DOMAIN, manifest].concat()
}

/// What was found of a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The case's number, as the manifest says it.
    pub receipt: String,
    /// The key that signed it, hex.
    pub signed_by: String,
    /// How many files are whole.
    pub whole: usize,
    /// How many events the chain covers.
    pub events: usize,
    /// Everything that is not as it should be, in words; empty when the bundle is whole.
    pub flaws: Vec<String>,
}

/// Judges a bundle; `key` is the hall's key as known from elsewhere. Without it the bundle's own key is believed, and
/// the report names it for comparing.
pub fn verify<R: Read + Seek>(mut bundle: R, key: Option<&VerifyingKey>) -> Result<Report, BundleError> {
    let mut report = Report::default();
    report.flaws.extend(layout::flaws(&mut bundle)?);
    let mut zip = ZipArchive::new(bundle)?;
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at)?;
        let (name, mut bytes) = (entry.name()?.into_owned(), Vec::new());
        // What cannot be read is as good as missing; which one is said below.
        let read = (&mut entry).take(LARGEST).read_to_end(&mut bytes);
        files.insert(name, read.map(|_| bytes).map_err(|cause| cause.to_string()));
    }
    let manifest = files.remove(MANIFEST);
    let signature = files.remove(SIGNATURE);
    let (Some(Ok(manifest)), Some(Ok(signature))) = (manifest, signature) else {
        report.flaws.push(format!("{MANIFEST} or {SIGNATURE} is missing or unreadable: nothing is proved"));
        return Ok(report);
    };
    check_signature(&mut report, &manifest, &signature, key);
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&manifest) else {
        report.flaws.push(format!("{MANIFEST} is not what it should be"));
        return Ok(report);
    };
    report.receipt.clone_from(&manifest.receipt);
    for entry in &manifest.files {
        check_file(&mut report, entry, files.get(&entry.path));
    }
    for name in files.keys().filter(|name| !manifest.files.iter().any(|entry| entry.path == **name)) {
        report.flaws.push(format!("{name}: the manifest does not know this file"));
    }
    let part = |name: &str| files.get(name).and_then(|bytes| bytes.as_ref().ok()).map(Vec::as_slice);
    check_events(&mut report, manifest.case, part(EVENTS), part(CASE));
    Ok(report)
}

fn check_signature(report: &mut Report, manifest: &[u8], signature: &[u8], key: Option<&VerifyingKey>) {
    let flaw = |report: &mut Report, what: &str| report.flaws.push(format!("{SIGNATURE}: {what}"));
    let Ok(signed) = serde_json::from_slice::<Signed>(signature) else {
        return flaw(report, "it is not what it should be");
    };
    report.signed_by.clone_from(&signed.public_key);
    let named = bytes::<32>(&signed.public_key).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
    let (Some(named), Some(signature)) = (named, bytes::<64>(&signed.signature)) else {
        return flaw(report, "key or signature cannot be read");
    };
    if key.is_some_and(|key| *key != named) {
        flaw(report, "another key than the hall's signed this");
    }
    if named.verify_strict(&signed_text(manifest), &Signature::from_bytes(&signature)).is_err() {
        flaw(report, "the signature does not match the manifest");
    }
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok())
}

fn check_file(report: &mut Report, entry: &Entry, found: Option<&Result<Vec<u8>, String>>) {
    let path = &entry.path;
    match found {
        None => report.flaws.push(format!("{path}: missing")),
        Some(Err(cause)) => report.flaws.push(format!("{path}: cannot be read ({cause})")),
        Some(Ok(bytes)) if hex::encode(Sha256::digest(bytes)) != entry.sha256 => {
            report.flaws.push(format!("{path}: changed"));
        }
        Some(Ok(_)) => report.whole += 1,
    }
}

#[derive(Deserialize)]
struct BundledKind {
    kind: String,
}

#[derive(Deserialize)]
struct Stated {
    state: CaseState,
}

/// Checks the chain, and that the state follows from the events.
fn check_events(report: &mut Report, case: SubmissionId, events: Option<&[u8]>, stated: Option<&[u8]>) {
    let Some(events) = events.and_then(|bytes| serde_json::from_slice::<Vec<BundledEvent>>(bytes).ok()) else {
        return report.flaws.push(format!("{EVENTS}: cannot be read"));
    };
    let mut prev = None;
    for (at, event) in events.iter().enumerate() {
        let hash = link(&prev.unwrap_or_default(), case, &event.record);
        match event.hash.as_deref() {
            None if prev.is_none() => continue,
            Some(said) if *said == hex::encode(hash) => report.events += 1,
            None | Some(_) => report.flaws.push(format!("{EVENTS}: the chain breaks at event {}", at + 1)),
        }
        prev = event.hash.as_deref().and_then(bytes::<32>).or(Some(hash));
    }
    let kinds = events.iter().filter_map(|event| serde_json::from_str::<BundledKind>(&event.record).ok());
    let derived = hall_rules::case::derive(kinds.filter_map(|one| CaseEvent::from_code(&one.kind))).standing.state;
    let stated = stated.and_then(|bytes| serde_json::from_slice::<Stated>(bytes).ok()).map(|case| case.state);
    if derived.is_none() || derived != stated {
        report.flaws.push(format!("{CASE}: its state does not follow from the events"));
    }
}
