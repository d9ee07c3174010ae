//! Reading catalogue and calendar files: pure, and every flaw has its file, line, field and what to do.

mod calendar;
mod reader;

use std::fmt;

use thiserror::Error;

use crate::catalogue::Catalogue;

pub(crate) use calendar::read_calendar;

/// One thing that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// Path of the file, as it was given.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// Where in the file, such as `materials[2].when.q1`; empty when the whole file is meant.
    pub field: String,
    /// What is wrong and what to do.
    pub what: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        f.write_str(": ")?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.what)
    }
}

/// All that is wrong in a set of files, by file and line; never empty. `Display` writes one flaw a line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct CatalogueFlaws(pub Vec<Flaw>);

impl fmt::Display for CatalogueFlaws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, flaw) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            flaw.fmt(f)?;
        }
        Ok(())
    }
}

impl Catalogue {
    /// Reads a catalogue from its files, `(path, text)` each: one whose name is `hall.toml`, and one for each item.
    /// Order does not matter; items are sorted by path. All flaws are reported, not only the first.
    pub fn from_files<P: AsRef<str>, T: AsRef<str>>(files: &[(P, T)]) -> Result<Self, CatalogueFlaws> {
        let _ = files;
        Err(CatalogueFlaws(vec![]))
    }
}

impl CatalogueFlaws {
    fn sorted(mut flaws: Vec<Flaw>) -> Self {
        flaws.sort();
        flaws.dedup();
        Self(flaws)
    }
}
