//! Reading catalogue and calendar files: pure, and every flaw has its file, line, field and what to do.
//!
//! The format is described for editors in `docs/catalogue.md`.

mod calendar;
mod hall;
mod item;
mod parts;
mod reader;

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use crate::catalogue::Catalogue;
use crate::text::{Language, Text};

use hall::Hall;
use reader::{File, Table};

/// Name of the file that holds departments, themes and general rules.
pub const HALL_FILE: &str = "hall.toml";

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
    fn whole(file: &str, what: impl Into<Said>) -> Self {
        Self { file: file.to_owned(), line: 0, field: String::new(), what: what.into().0 }
    }
}

/// What a flaw says.
struct Said(Text);

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
    fn sorted(mut flaws: Vec<Flaw>) -> Self {
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

impl Catalogue {
    /// Reads a catalogue from its files, `(path, text)` each: one whose name is [`HALL_FILE`], and one for each item.
    /// Items are sorted by path. All flaws are reported, not only the first.
    pub fn from_files<P: AsRef<str>, T: AsRef<str>>(files: &[(P, T)]) -> Result<Self, CatalogueFlaws> {
        let mut files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_ref(), text.as_ref())).collect();
        files.sort_unstable();
        let (halls, items): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| is_hall(path));
        let mut flaws = Vec::new();
        let hall = match halls.as_slice() {
            [] => {
                let what = "this file is missing; it names departments, themes and general rules";
                return Err(CatalogueFlaws(vec![Flaw::whole(HALL_FILE, what)]));
            }
            [(path, text), rest @ ..] => {
                for (other, _) in rest {
                    flaws.push(Flaw::whole(other, format!("{path} is there already; keep one of the two")));
                }
                read(path, text, &mut flaws, hall::read).unwrap_or_default()
            }
        };
        let mut catalogue = read_items(hall, &items, &mut flaws);
        if items.is_empty() {
            let what = "there are no item files beside it; a catalogue needs at least one item";
            flaws.push(Flaw::whole(halls[0].0, what));
        }
        catalogue.items.shrink_to_fit();
        if flaws.is_empty() { Ok(catalogue) } else { Err(CatalogueFlaws::sorted(flaws)) }
    }
}

fn read_items(hall: Hall, files: &[(&str, &str)], flaws: &mut Vec<Flaw>) -> Catalogue {
    let mut items = Vec::with_capacity(files.len());
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for &(path, text) in files {
        let item = read(path, text, flaws, |table| {
            let item = item::read(table, &hall);
            if let Some(first) = seen.get(&item.code) {
                table.flaw("code", format!("\"{}\" is the code of {first} too; give this item another", item.code));
            } else if !item.code.is_empty() {
                seen.insert(item.code.clone(), path);
            }
            item
        });
        items.extend(item);
    }
    Catalogue { items, ..hall.0 }
}

/// Parses one file and reads it with `reader`; `None` when it is not TOML at all.
fn read<T>(path: &str, text: &str, flaws: &mut Vec<Flaw>, reader: impl FnOnce(&Table<'_>) -> T) -> Option<T> {
    let file = File::new(path, text);
    let root = file.parse(text);
    let found = if file.has_flaws() {
        None
    } else {
        let table = Table::root(&file, &root);
        let found = reader(&table);
        table.end();
        Some(found)
    };
    flaws.extend(file.into_flaws());
    found
}

fn is_hall(path: &str) -> bool {
    path.rsplit(['/', '\\']).next() == Some(HALL_FILE)
}
