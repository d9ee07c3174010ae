//! What is allowed, each with its reason (`house.toml`), and what is known to be broken (`broken.toml`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Fault;

/// Where both files lie.
const FOLDER: &str = "tests/house";

/// What `broken.toml` says of itself.
const HEAD: &str = "Known to be broken while the house is rebuilt: it may only shrink. `cargo run -q -p house -- --write` writes it anew.";

/// `house.toml`, and `broken.toml` while there is one.
pub(crate) struct Allowed {
    pub(crate) house: HouseToml,
    pub(crate) broken: Option<Broken>,
    file: PathBuf,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct HouseToml {
    /// Folders of code that no hall gets.
    not_shipped: Vec<PathBuf>,
    /// Folders where docs may still be filler.
    pub(crate) filler_later: Vec<PathBuf>,
    /// Enums that may have the same variants.
    pub(crate) twins: Vec<Twins>,
    /// Dependencies that no source names.
    pub(crate) unnamed: Vec<Unnamed>,
    pub(crate) licences: Licences,
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

/// What is known to be broken. Coarse, so that whoever moves a file need not touch it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Broken {
    /// The units of each circle, by crate, largest first.
    pub(crate) circles: BTreeMap<String, Vec<usize>>,
    /// Each group of twins: crate and name of its enums.
    pub(crate) twins: Vec<Vec<String>>,
}

impl Allowed {
    /// Reads both files.
    pub(crate) fn read(root: &Path) -> Result<Self, Fault> {
        let folder = root.join(FOLDER);
        let house = read(&folder.join("house.toml"))?.unwrap_or_default();
        let file = folder.join("broken.toml");
        Ok(Self { house, broken: read(&file)?, file })
    }

    /// Whether a hall gets what lies in a folder.
    pub(crate) fn ships(&self, path: &Path) -> bool {
        !self.house.not_shipped.iter().any(|folder| path.starts_with(folder))
    }

    /// Changes the list of what is broken. There is none to change when the file was deleted.
    pub(crate) fn rewrite(&self, change: impl FnOnce(&mut Broken)) -> Result<(), Fault> {
        let Some(mut broken) = read::<Broken>(&self.file)? else { return Ok(()) };
        change(&mut broken);
        let mut text = format!("# {HEAD}\n\ntwins = [\n");
        for group in &broken.twins {
            text += &format!("    {group:?},\n");
        }
        text += "]\n\n[circles]\n";
        for (name, units) in &broken.circles {
            text += &format!("{name} = {units:?}\n");
        }
        std::fs::write(&self.file, text).map_err(|e| format!("{}: {e}", self.file.display()))
    }
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, Fault> {
    if !file.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    toml::from_str(&text).map(Some).map_err(|e| format!("{}: {e}", file.display()))
}
