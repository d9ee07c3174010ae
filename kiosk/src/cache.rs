//! What the backend last told, kept for when it is away: one line with its ETag, then the body as it came.

use std::path::Path;

use crate::files::{self, FileError};

/// Something the backend told, with the name it gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged {
    pub etag: String,
    pub body: String,
}

/// Things that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The signed roster.
    Roster,
    Catalogue,
    /// The signed settings of the hall.
    Settings,
}

impl Kept {
    /// The word for it: the last part of its path at the backend, where it has one.
    pub fn word(self) -> &'static str {
        match self {
            Self::Roster => "roster",
            Self::Catalogue => "catalogue",
            Self::Settings => "settings",
        }
    }

    fn file(self) -> String {
        format!("{}.cache", self.word())
    }
}

/// Reads what is kept; `None` when nothing is, or it is not readable text (it will be fetched again).
pub fn read(folder: &Path, kind: Kept) -> Result<Option<Tagged>, FileError> {
    let Some(bytes) = files::read(&folder.join(kind.file()))? else { return Ok(None) };
    let told = String::from_utf8(bytes).ok();
    Ok(told
        .as_deref()
        .and_then(|text| text.split_once('\n'))
        .map(|(etag, body)| Tagged { etag: etag.to_owned(), body: body.to_owned() }))
}

/// Keeps it.
pub fn write(folder: &Path, kind: Kept, told: &Tagged) -> Result<(), FileError> {
    files::replace(&folder.join(kind.file()), format!("{}\n{}", told.etag, told.body).as_bytes())
}
