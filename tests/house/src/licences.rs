//! Every dependency may be linked by what links it (`docs/licensing.md`).
//!
//! Slint is offered under the GPL here, so that only the crates of the touchscreen may link it and what else is
//! copyleft; all other crates of ours link what `house.toml` allows. What only tests link is not judged.

use std::collections::{BTreeMap, BTreeSet};

use crate::{House, Verdict};

/// Judges what each of our crates links.
pub(crate) fn judge(house: &House) -> Verdict {
    let rules = &house.allowed.licences;
    let packages = house.workspace.packages();
    let next: BTreeMap<&str, Vec<&str>> = house
        .workspace
        .metadata
        .resolve
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node.deps.iter().filter(|d| d.is_linked()).map(|d| d.pkg.as_str()).collect()))
        .collect();
    let mut faults = Vec::new();
    let mut used = BTreeSet::new();
    for member in &house.workspace.members {
        let name = &member.package.name;
        let copyleft = rules.copyleft_crates.contains(name);
        let own = if copyleft { &rules.copyleft } else { &rules.ours };
        if member.package.license.as_ref() != Some(own) {
            faults.push(format!("the licence of {name} is {:?} and must be {own}", member.package.license));
        }
        let mut may = |licence: &str| {
            let one = rules.allowed.iter().find(|allowed| *allowed == licence);
            used.extend(one);
            one.is_some() || copyleft && licence == rules.copyleft
        };
        for id in linked(&member.package.id, &next) {
            let Some(package) = packages.get(id) else { continue };
            let licence = package.license.as_deref().unwrap_or("none");
            if !satisfied(licence, &mut may) {
                faults
                    .push(format!("{name} links {}, whose licence is {licence}: see docs/licensing.md", package.name));
            }
        }
    }
    let unused = rules.allowed.iter().filter(|licence| !used.contains(licence));
    faults.extend(unused.map(|licence| format!("house.toml allows {licence}, which nothing has (any more)")));
    Ok(faults)
}

/// All that is reached from a package.
fn linked<'a>(from: &'a str, next: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        for to in next.get(id).into_iter().flatten() {
            if seen.insert(to) {
                open.push(to);
            }
        }
    }
    seen
}

/// Whether an SPDX expression (`(MIT OR Apache-2.0) AND Unicode-3.0`) can be had with what is allowed.
fn satisfied(expression: &str, may: &mut dyn FnMut(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ").replace(" WITH ", "+WITH+");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let holds = any(&words, &mut at, may);
    holds && at == words.len()
}

fn any(words: &[&str], at: &mut usize, may: &mut dyn FnMut(&str) -> bool) -> bool {
    let mut holds = all(words, at, may);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        holds |= all(words, at, may);
    }
    holds
}

fn all(words: &[&str], at: &mut usize, may: &mut dyn FnMut(&str) -> bool) -> bool {
    let mut holds = one(words, at, may);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        holds &= one(words, at, may);
    }
    holds
}

fn one(words: &[&str], at: &mut usize, may: &mut dyn FnMut(&str) -> bool) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word != "(" {
        return may(&word.replace("+WITH+", " WITH "));
    }
    let holds = any(words, at, may);
    *at += 1; // the closing one
    holds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read() {
        let mut may = |licence: &str| ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].contains(&licence);
        for (expression, holds) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT/GPL-3.0-only", true),
            ("GPL-3.0-only OR Apache-2.0", true),
            ("MIT AND GPL-3.0-only", false),
            ("(GPL-3.0-only OR MIT) AND Apache-2.0", true),
            ("(GPL-3.0-only OR X) AND Apache-2.0", false),
            ("GPL-3.0-only OR Apache-2.0 WITH LLVM-exception", true),
            ("MIT AND", false),
            ("none", false),
        ] {
            assert_eq!(satisfied(expression, &mut may), holds, "{expression}");
        }
    }
}
