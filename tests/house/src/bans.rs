//! A crate's own `clippy.toml` begins with all of the workspace's: clippy reads the nearest one only, so that a crate
//! with one of its own would escape what is banned everywhere.

use std::path::Path;

use crate::{House, Verdict};

const NAME: &str = "clippy.toml";

/// Compares them.
pub(crate) fn judge(house: &House) -> Verdict {
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()));
    let all = read(&house.root.join(NAME))?;
    let mut faults = Vec::new();
    for member in &house.workspace.members {
        let own = member.package.manifest_path.with_file_name(NAME);
        if own.exists() && !read(&own)?.starts_with(&all) {
            faults.push(format!("{} must begin with all of the workspace's {NAME}", own.display()));
        }
    }
    Ok(faults)
}
