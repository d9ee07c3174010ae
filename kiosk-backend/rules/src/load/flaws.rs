//! What is wrong in files.

use std::fmt;

use thiserror::Error;

use crate::text::{Language, Text};

/// One thing that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// Path of the file, as it was given.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// Where in the file, such as `material[2].when.q1`, counted from 0; empty when the whole file is meant.
    pub field: String,
    /// What is wrong and what to do. Flaws of calendars are in both languages, which a page shows; those of catalogues,
    /// which a command reads, say the same in English twice.
    pub what: Text,
}

impl Flaw {
    /// A flaw of a whole file.
    pub(super) fn whole(file: &str, what: impl Into<Said>) -> Self {
        Self { file: file.to_owned(), line: 0, field: String::new(), what: what.into().0 }
    }
}

/// What a flaw says.
pub(super) struct Said(pub(super) Text);

impl From<Text> for Said {
    fn from(text: Text) -> Self {
        Self(text)
    }
}

impl From<String> for Said {
    fn from(english: String) -> Self {
        Self(Text::new(english.clone(), english))
    }
}

impl From<&str> for Said {
    fn from(english: &str) -> Self {
        Self::from(english.to_owned())
    }
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
        f.write_str(self.what.get(Language::En))
    }
}

/// All that is wrong in a set of files, by file and line; never empty. `Display` writes one flaw a line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct CatalogueFlaws(pub Vec<Flaw>);

impl CatalogueFlaws {
    pub(super) fn sorted(mut flaws: Vec<Flaw>) -> Self {
        flaws.sort();
        flaws.dedup();
        Self(flaws)
    }
}

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
