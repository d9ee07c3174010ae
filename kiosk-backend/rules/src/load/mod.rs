//! Reading catalogue and calendar files: pure, and every flaw has its file, line, field and what to do.
//!
//! The format is described for editors in `docs/catalogue.md`.

mod calendar;
mod flaws;
mod hall;
mod item;
mod parts;
mod reader;

use std::collections::BTreeMap;

pub use flaws::{CatalogueFlaws, Flaw};
use hall::Hall;
use reader::read;

use crate::catalogue::Catalogue;

/// Name of the file that holds departments, themes and general rules.
pub const HALL_FILE: &str = "hall.toml";

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

fn is_hall(path: &str) -> bool {
    path.rsplit(['/', '\\']).next() == Some(HALL_FILE)
}
