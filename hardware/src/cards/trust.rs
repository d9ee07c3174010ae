//! The certificates of the authorities whose travel documents are believed (CSCA).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dmrtd::auth::passive::TrustAnchor;

/// Ends of the names of files that are taken for certificates.
const ENDS: [&str; 3] = ["cer", "crt", "der"];

/// A trust list cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct TrustError {
    /// The directory or file.
    pub path: PathBuf,
    /// What is wrong, and what to do.
    pub what: String,
}

/// A directory of certificates, read once.
#[derive(Clone, Debug, Default)]
pub struct TrustList {
    folder: PathBuf,
    anchors: Arc<[TrustAnchor]>,
}

impl TrustList {
    /// Reads every `.cer`, `.crt` and `.der` file of `folder`: one certificate each, DER.
    ///
    /// # Errors
    /// [`TrustError`] when the directory cannot be read, has no certificate, or has one that cannot be used.
    pub fn load(folder: &Path) -> Result<Self, TrustError> {
        let fail = |path: &Path, what: String| TrustError { path: path.to_owned(), what };
        let entries = fs::read_dir(folder).map_err(|error| fail(folder, error.to_string()))?;
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|file| {
            file.extension().is_some_and(|end| ENDS.iter().any(|known| end.eq_ignore_ascii_case(known)))
        });
        files.sort();
        let anchor = |file: &PathBuf| {
            let bytes = fs::read(file).map_err(|error| fail(file, error.to_string()))?;
            TrustAnchor::from_certificate(&bytes).map_err(|error| {
                fail(file, format!("{error}; it must be one certificate in DER: openssl x509 -in FILE -outform DER"))
            })
        };
        let anchors: Vec<_> = files.iter().map(anchor).collect::<Result<_, _>>()?;
        if anchors.is_empty() {
            return Err(fail(folder, "there is no certificate in it (*.cer, *.crt, *.der)".to_owned()));
        }
        Ok(Self { folder: folder.to_owned(), anchors: anchors.into() })
    }

    /// The certificates.
    pub(super) fn anchors(&self) -> &[TrustAnchor] {
        &self.anchors
    }
}

/// Of the same directory.
impl PartialEq for TrustList {
    fn eq(&self, other: &Self) -> bool {
        self.folder == other.folder && self.anchors.len() == other.anchors.len()
    }
}

impl Eq for TrustList {}
