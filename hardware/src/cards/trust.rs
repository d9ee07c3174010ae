//! The certificates of the authorities whose travel documents are believed (CSCA), and where they are read from.

mod anchors;
mod files;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) use anchors::Anchors;
pub use files::{Contents, Listed, Maker};

/// Ends of the names of files that are read in a directory.
const ENDS: [&str; 6] = ["cer", "crt", "der", "pem", "ml", "ldif"];

/// A trust list cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct TrustError {
    /// The directory or file.
    pub path: PathBuf,
    /// What is wrong, and what to do.
    pub what: String,
}

/// What there is to read, and how it looked when it was read: a file that was replaced is another, even where somebody
/// kept its time.
type Stamp = Vec<(PathBuf, [u64; 3], [i64; 4])>;

/// A trust list: a file or a directory of files. Clones are the same list, and so is what they [refresh](Self::refresh).
#[derive(Clone, Debug, Default)]
pub struct TrustList {
    source: Option<Arc<Source>>,
}

#[derive(Debug)]
struct Source {
    path: PathBuf,
    read: Mutex<(Stamp, Arc<Anchors>)>,
}

impl TrustList {
    /// Reads a list: one file, or every `.cer`, `.crt`, `.der`, `.pem`, `.ml` and `.ldif` file of a directory. What is in
    /// them decides how they are read: certificates in DER or PEM, a master list (ICAO Doc 9303-12, 8), or the directory
    /// that ICAO publishes (LDIF). Certificates that cannot be used are told to the log and left out.
    ///
    /// # Errors
    /// [`TrustError`] when something cannot be read, a master list was altered, or no certificate is left.
    pub fn load(path: &Path) -> Result<Self, TrustError> {
        let (stamp, anchors) = (stamp(path)?, read(path)?);
        Ok(Self { source: Some(Arc::new(Source { path: path.to_owned(), read: Mutex::new((stamp, anchors)) })) })
    }

    /// What is in it now, for people: every certificate, also those that cannot be used.
    ///
    /// # Errors
    /// [`TrustError`] when something cannot be read.
    pub fn inspect(path: &Path) -> Result<Vec<Contents>, TrustError> {
        files(path)?.into_iter().map(|file| files::read(&file)).collect()
    }

    /// Reads the files again if they have changed. One that cannot be used then is told of once, and what was read before
    /// counts on.
    pub fn refresh(&self) {
        let Some(source) = &self.source else { return };
        let stamp = match stamp(&source.path) {
            Ok(stamp) => stamp,
            Err(error) => {
                tracing::debug!(%error, "a trust list cannot be looked at; what was read before counts on");
                return;
            }
        };
        let mut held = source.read.lock().unwrap_or_else(PoisonError::into_inner);
        if stamp == held.0 {
            return;
        }
        held.0 = stamp;
        match read(&source.path) {
            Ok(anchors) => held.1 = anchors,
            Err(error) => {
                tracing::error!(%error, "a trust list was replaced by one that cannot be used; the former counts on")
            }
        }
    }

    /// The certificates that were read last.
    pub(super) fn anchors(&self) -> Arc<Anchors> {
        let held = self.source.as_ref().map(|source| source.read.lock().unwrap_or_else(PoisonError::into_inner));
        held.map(|held| Arc::clone(&held.1)).unwrap_or_default()
    }
}

/// Of the same files.
impl PartialEq for TrustList {
    fn eq(&self, other: &Self) -> bool {
        self.source.as_ref().map(|source| &source.path) == other.source.as_ref().map(|source| &source.path)
    }
}

impl Eq for TrustList {}

/// The files of a list, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, TrustError> {
    let fail = |error: std::io::Error| TrustError { path: path.to_owned(), what: error.to_string() };
    if !fs::metadata(path).map_err(fail)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(fail)?.collect::<Result<Vec<_>, _>>().map_err(fail)?;
    let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| ENDS.iter().any(|known| end.eq_ignore_ascii_case(known))));
    files.sort();
    Ok(files)
}

fn stamp(path: &Path) -> Result<Stamp, TrustError> {
    let stamped = |file: PathBuf| {
        let of = fs::metadata(&file).map_err(|error| TrustError { path: file.clone(), what: error.to_string() })?;
        let times = [of.mtime(), of.mtime_nsec(), of.ctime(), of.ctime_nsec()];
        Ok((file, [of.dev(), of.ino(), of.len()], times))
    };
    files(path)?.into_iter().map(stamped).collect()
}

fn read(path: &Path) -> Result<Arc<Anchors>, TrustError> {
    let contents = TrustList::inspect(path)?;
    let mut anchors = Anchors::default();
    let mut unusable = Vec::new();
    for file in &contents {
        if let Some(Maker::Altered) = file.maker {
            return Err(TrustError {
                path: file.path.clone(),
                what: "this master list was altered after it was signed; fetch it again from whoever publishes it"
                    .to_owned(),
            });
        }
        if let Some(Maker::Unverified(why)) = &file.maker {
            tracing::warn!(path = %file.path.display(), why, "who made a master list cannot be verified");
        }
        for listed in &file.listed {
            match &listed.unusable {
                None => anchors.add(&listed.certificate),
                Some(why) if listed.name.is_empty() => unusable.push(format!("{}: {why}", file.path.display())),
                Some(why) => unusable.push(format!("{}: {}: {why}", file.path.display(), listed.name)),
            }
        }
    }
    for certificate in &unusable {
        tracing::warn!(%certificate, "a certificate of a trust list cannot be used");
    }
    if anchors.is_empty() {
        let what = match unusable.first() {
            None => "there is no certificate in it (*.cer, *.crt, *.der, *.pem, *.ml, *.ldif)".to_owned(),
            Some(first) => format!("none of its certificates can be used, the first because of: {first}"),
        };
        return Err(TrustError { path: path.to_owned(), what });
    }
    tracing::info!(path = %path.display(), certificates = anchors.len(), unusable = unusable.len(), "a trust list was read");
    Ok(Arc::new(anchors))
}
