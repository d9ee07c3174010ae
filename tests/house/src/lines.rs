//! Counts the lines of shipping code: with code on them, without tests, peers and what is generated.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{Fault, House};

/// What ships beside Rust.
const OTHERS: [&str; 5] = ["slint", "sql", "html", "css", "js"];

/// Prints a line for each crate, and the sum.
pub(crate) fn print(house: &House) -> Result<(), Fault> {
    let mut sum: BTreeMap<&str, usize> = BTreeMap::new();
    println!("{:16}{:>8}{}", "crate", "rs", OTHERS.map(|kind| format!("{kind:>8}")).concat());
    for member in house.workspace.members.iter().filter(|member| member.ships) {
        let files = member.products.iter().chain(&member.build).flat_map(|tree| &tree.files);
        let rust: BTreeMap<&Path, usize> = files
            .filter(|file| house.allowed.ships(&file.path))
            .map(|file| (file.path.as_path(), file.lines.len()))
            .collect();
        let mut counts = BTreeMap::from([("rs", rust.values().sum::<usize>())]);
        for path in member.files(&house.workspace.members, &OTHERS)? {
            let within = path.strip_prefix(&house.root).unwrap_or(&path);
            let aside = within.iter().any(|part| ["tests", "examples", "fuzz"].iter().any(|name| part == *name));
            if let Some(kind) = OTHERS.iter().find(|kind| path.extension().is_some_and(|e| e == **kind))
                && !aside
                && house.allowed.ships(within)
            {
                let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                *counts.entry(kind).or_default() += text.lines().filter(|line| !line.trim().is_empty()).count();
            }
        }
        let shown =
            |counts: &BTreeMap<&str, usize>, kind| format!("{:>8}", counts.get(kind).copied().unwrap_or_default());
        println!(
            "{:16}{}{}",
            member.package.name,
            shown(&counts, "rs"),
            OTHERS.map(|kind| shown(&counts, kind)).concat()
        );
        for (kind, count) in counts {
            *sum.entry(kind).or_default() += count;
        }
    }
    let all = |kind| format!("{:>8}", sum.get(kind).copied().unwrap_or_default());
    println!("{:16}{}{}", "all", all("rs"), OTHERS.map(all).concat());
    Ok(())
}
