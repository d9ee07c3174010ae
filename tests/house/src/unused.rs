//! Every dependency is named by the sources it is declared for: a normal one by what ships, one for tests by tests.
//!
//! `house.toml` lists those that are needed and named nowhere.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

use crate::source::Tree;
use crate::workspace::Member;
use crate::{Fault, House, Verdict};

/// Looks for the name of each dependency.
pub(crate) fn judge(house: &House) -> Verdict {
    let mut faults = Vec::new();
    let mut allowed: Vec<_> = house.allowed.unnamed.iter().map(|one| (&one.package, one.dependency.as_str())).collect();
    let mut declared = BTreeSet::new();
    for member in &house.workspace.members {
        let name = &member.package.name;
        let (products, build) = (names(&member.products), names(&member.build));
        let tests = all_names(member, &house.workspace.members)?;
        for dependency in &member.package.dependencies {
            let key = dependency.key();
            declared.insert(key.to_owned());
            let (named, by) = match dependency.kind.as_deref() {
                None => (&products, "nothing that ships"),
                Some("build") => (&build, "no build script"),
                Some(_) => (&tests, "no test"),
            };
            if named.contains(&key.replace('-', "_")) {
                continue;
            }
            if let Some(at) = allowed.iter().position(|one| *one == (name, key)) {
                allowed.remove(at);
            } else {
                faults.push(format!(
                    "{by} of {name} names {key}: take it out of {}",
                    member.package.manifest_path.display()
                ));
            }
        }
    }
    faults.extend(allowed.iter().map(|(package, key)| format!("house.toml allows {key} in {package} for nothing")));
    for key in of_workspace(house)? {
        if !declared.contains(&key) {
            faults.push(format!("no crate has the dependency {key} of the workspace's Cargo.toml"));
        }
    }
    Ok(faults)
}

/// The dependencies that the workspace offers.
fn of_workspace(house: &House) -> Result<Vec<String>, Fault> {
    let file = house.root.join("Cargo.toml");
    let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let table: toml::Table = toml::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))?;
    let offered = table.get("workspace").and_then(|t| t.get("dependencies")).and_then(toml::Value::as_table);
    Ok(offered.map(|offered| offered.keys().cloned().collect()).unwrap_or_default())
}

/// Every identifier of these sources.
fn names(trees: &[Tree]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in trees.iter().flat_map(|tree| &tree.files) {
        collect(file.syntax.to_token_stream(), &mut names);
    }
    names
}

/// Every identifier in any file of a crate, also in what is there for tests.
fn all_names(member: &Member, members: &[Member]) -> Result<BTreeSet<String>, Fault> {
    let mut names = BTreeSet::new();
    for file in member.files(members, &["rs"])? {
        let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        collect(text.parse().map_err(|e| format!("{} is not Rust: {e}", file.display()))?, &mut names);
    }
    Ok(names)
}

fn collect(tokens: TokenStream, names: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                names.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Literal(literal) => {
                // `#[serde(with = "hex::serde")]`
                if let Some((first, _)) = literal.to_string().trim_matches('"').split_once("::") {
                    names.insert(first.to_owned());
                }
            }
            TokenTree::Punct(_) => {}
        }
    }
}
