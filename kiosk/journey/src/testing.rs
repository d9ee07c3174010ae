//! What several unit tests begin with.

use std::path::Path;

use hall_rules::Catalogue;

/// The catalogue that ships.
pub(crate) fn shipped() -> Catalogue {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/catalogue");
    let files: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the catalogue's folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("a text file")))
        .collect();
    Catalogue::from_files(&files).unwrap_or_else(|flaws| panic!("{flaws}"))
}
