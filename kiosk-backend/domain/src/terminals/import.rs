//! Importing catalogue and calendar files: checked whole, then taken whole.

use std::fs;
use std::path::Path;

use hall_rules::load::CatalogueFlaws;
use hall_rules::{Calendar, Catalogue, Right};
use hall_store as store;
use hall_store::catalogue::ItemVersion;
use hall_store::event::{Event, EventKind};
use hall_words::Reason;
use sha2::{Digest, Sha256};

use crate::case::clocks;
use crate::case::joint::parts;
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::Moment;
use crate::ground::refusal::Refusal;

/// What an import came to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// Version of the catalogue.
    pub version: u32,
    /// How many items it has.
    pub items: usize,
    /// ETag terminals see.
    pub etag: String,
    /// Whether it differs from the one before.
    pub changed: bool,
}

/// Imports all `.toml` files of a folder.
pub fn catalogue_folder(hall: &Hall, folder: &Path) -> Result<Imported, Refusal> {
    let files = toml_files(folder)?;
    let flawed = |flaws: CatalogueFlaws| Reason::CatalogueFlawed { flaws: flaws.to_string() };
    let catalogue = Catalogue::from_files(&files).map_err(flawed)?;
    catalogue_value(hall, &catalogue)
}

/// Takes a checked catalogue.
pub fn catalogue_value(hall: &Hall, catalogue: &Catalogue) -> Result<Imported, Refusal> {
    let body = json(catalogue)?;
    let etag = format!("\"c{}\"", hex::encode(&Sha256::digest(&body)[..12]));
    let version = catalogue.version;
    let mut items = Vec::with_capacity(catalogue.items.len());
    for item in &catalogue.items {
        let body = json(item)?;
        let hash: [u8; 32] = Sha256::digest(&body).into();
        items.push((item.code.clone(), item.version, item.department.clone(), body, hash));
    }
    let (now_ms, count) = (hall.now_ms(), items.len());
    let imported = hall.store().write_blocking(move |tx| {
        let mut changed_in_place = Vec::new();
        for (code, version, department, body, body_hash) in &items {
            let item = ItemVersion { code, version: *version, department, body, body_hash };
            if !store::catalogue::add_item(tx, &item, now_ms)? {
                changed_in_place.push(format!("{code} version {version}"));
            }
        }
        if !changed_in_place.is_empty() {
            return Err(Refusal::from(Reason::CatalogueUnversioned { items: changed_in_place.join(", ") }));
        }
        let changed = store::catalogue::import(tx, &etag, version, &body, now_ms)?;
        if changed {
            let object = format!("version {version}, {count} items");
            audit::write(tx, now_ms, Who::CommandLine, Action::CatalogueImported, None, &object)?;
            tx.revise()?;
        }
        Ok(Imported { version, items: count, etag, changed })
    })?;
    hall.reload()?;
    Ok(imported)
}

/// Imports one year's calendar file, and ends the clocks that waited for it.
pub fn calendar_file(hall: &Hall, file: &Path) -> Result<Vec<i16>, Refusal> {
    calendar_text(hall, None, &file.display().to_string(), read(file)?)
}

/// The same of a text that the console's page was given.
pub async fn calendar_typed(hall: &Hall, actor: &Actor, text: String) -> Result<Vec<i16>, Refusal> {
    actor.must(Right::ImportCalendar)?;
    let (hall, actor) = (hall.clone(), actor.clone());
    let imported = tokio::task::spawn_blocking(move || calendar_text(&hall, Some(actor), "calendar", text));
    imported.await.map_err(|cause| Refusal::internal(&cause))?
}

fn calendar_text(hall: &Hall, actor: Option<Actor>, name: &str, text: String) -> Result<Vec<i16>, Refusal> {
    let flawed = |flaws: CatalogueFlaws| Reason::CalendarFlawed { flaws: flaws.to_string() };
    let calendar = Calendar::from_files(&[(name, text.as_str())]).map_err(flawed)?;
    let years: Vec<i16> = calendar.years().map(|(year, _)| year).collect();
    let (now_ms, imported) = (hall.now_ms(), years.clone());
    hall.store().write_blocking(move |tx| {
        let who = actor.as_ref().map_or(Who::CommandLine, Who::Staff);
        for year in &imported {
            store::catalogue::import_calendar(tx, *year, &text, now_ms)?;
            // With the hash of the text, so that the chain of the audit speaks for it.
            let object = format!("{year} sha256:{}", hex::encode(Sha256::digest(&text)));
            audit::write(tx, now_ms, who, Action::CalendarImported, None, &object)?;
        }
        tx.revise()?;
        tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
        Ok::<_, Refusal>(())
    })?;
    hall.reload()?;
    settle_clocks(hall)?;
    Ok(years)
}

/// Another calendar moves the ends of all clocks.
fn settle_clocks(hall: &Hall) -> Result<(), Refusal> {
    let moment = Moment::of(hall);
    hall.store().write_blocking(move |tx| {
        let open = store::cases::with_clock(tx)?;
        clocks::settle_all(tx, &moment, &open)?;
        parts::settle_all(tx, &moment)?;
        Ok(())
    })
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|cause| Refusal::internal(&cause))
}

fn toml_files(folder: &Path) -> Result<Vec<(String, String)>, Refusal> {
    let unreadable = |cause: std::io::Error| Reason::FolderUnreadable {
        folder: folder.display().to_string(),
        cause: cause.to_string(),
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(Reason::FolderEmpty { folder: folder.display().to_string() }.into());
    }
    paths.sort();
    paths.iter().map(|path| Ok((path.display().to_string(), read(path)?))).collect()
}

fn read(path: &Path) -> Result<String, Refusal> {
    fs::read_to_string(path)
        .map_err(|cause| Reason::FileUnreadable { file: path.display().to_string(), cause: cause.to_string() }.into())
}
