//! What is allowed, each with its reason.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Fault;

const FILE: &str = "tests/house/house.toml";

/// What is allowed.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct Allowed {
    /// Folders of code that no hall gets.
    not_shipped: Vec<PathBuf>,
    /// Enums that may have the same variants.
    pub(crate) twins: Vec<Twins>,
    /// Dependencies that no source names.
    pub(crate) unnamed: Vec<Unnamed>,
    pub(crate) licences: Licences,
    /// Words that are not written where people read.
    pub(crate) words: Vec<Word>,
}

/// Enums that may have the same variants, by crate, modules and name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Twins {
    pub(crate) enums: Vec<String>,
    /// For whoever reads the file; without it the file is refused.
    #[serde(rename = "reason")]
    _reason: String,
}

/// A dependency that is needed though no source names it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Unnamed {
    #[serde(rename = "crate")]
    pub(crate) package: String,
    pub(crate) dependency: String,
    #[serde(rename = "reason")]
    _reason: String,
}

/// A word beside the one that is written for the same thing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Word {
    pub(crate) not: String,
    pub(crate) say: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct Licences {
    /// Of what anything here may link.
    pub(crate) allowed: Vec<String>,
    /// Of what only the crates in `copyleft_crates` may link, and of those crates themselves.
    pub(crate) copyleft: String,
    pub(crate) copyleft_crates: Vec<String>,
    /// Of all other crates of ours.
    pub(crate) ours: String,
}

impl Allowed {
    /// Reads the file.
    pub(crate) fn read(root: &Path) -> Result<Self, Fault> {
        let file = root.join(FILE);
        let wrong = |cause: &dyn std::fmt::Display| format!("{}: {cause}", file.display());
        let text = std::fs::read_to_string(&file).map_err(|cause| wrong(&cause))?;
        toml::from_str(&text).map_err(|cause| wrong(&cause))
    }

    /// Whether a hall gets what lies in a folder.
    pub(crate) fn ships(&self, path: &Path) -> bool {
        !self.not_shipped.iter().any(|folder| path.starts_with(folder))
    }
}
