//! One word for one thing, wherever a person reads it: on screens, pages and papers, in refusals, and in the manuals.
//! `[[words]]` of `house.toml` says which word is not written, and which is.

use std::path::{Path, PathBuf};

use crate::{Fault, House, Verdict};

/// Where people read.
const READ: [&str; 9] = [
    "README.md",
    "assets/catalogue",
    "docs",
    "kiosk/src",
    "kiosk/ui/lang",
    "kiosk/ui/slint",
    "kiosk-backend/src",
    "kiosk-backend/templates",
    "kiosk-backend/words",
];
/// What was decided stays as it was written, and so does what changed.
const LEFT: [&str; 2] = ["docs/decisions", "docs/pictures"];
const KINDS: [&str; 6] = ["html", "md", "po", "rs", "slint", "toml"];

/// Looks for them, line by line.
pub(crate) fn judge(house: &House) -> Verdict {
    let mut files = Vec::new();
    for place in READ {
        collect(&house.root.join(place), &house.root, &mut files)?;
    }
    let mut faults = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|cause| format!("{}: {cause}", file.display()))?;
        let name = file.strip_prefix(&house.root).unwrap_or(&file);
        for (line, text) in (1..).zip(text.lines()) {
            faults.extend(house.allowed.words.iter().filter(|word| text.contains(&word.not)).map(|word| {
                format!("{}:{line} says “{}”; here it is called “{}”", name.display(), word.not, word.say)
            }));
        }
    }
    Ok(faults)
}

fn collect(place: &Path, root: &Path, files: &mut Vec<PathBuf>) -> Result<(), Fault> {
    if LEFT.iter().any(|left| place == root.join(left)) {
        return Ok(());
    }
    if place.is_file() {
        let kind = place.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        files.extend(Some(place.to_owned()).filter(|_| KINDS.contains(&kind)));
        return Ok(());
    }
    let wrong = |cause: std::io::Error| format!("{}: {cause}", place.display());
    let mut inside: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(place).map_err(wrong)? {
        inside.push(entry.map_err(wrong)?.path());
    }
    inside.sort();
    inside.iter().try_for_each(|path| collect(path, root, files))
}
