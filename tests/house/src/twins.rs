//! No two enums of the code that ships have the same variants: whoever adds a word would have to find them all.
//!
//! Only names are compared, not what the variants hold, and not their order. One variant makes no twin.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};

use crate::source::File;
use crate::{House, Verdict};

/// An enum, and where it is.
#[derive(Clone, Debug, PartialEq)]
struct Enum {
    /// Crate, modules and name.
    full: String,
    place: String,
}

/// Compares the twins with what is allowed.
pub(crate) fn judge(house: &House) -> Verdict {
    let mut by_variants: BTreeMap<Vec<String>, Vec<Enum>> = BTreeMap::new();
    for member in house.workspace.members.iter().filter(|member| member.ships) {
        for file in member.products.iter().flat_map(|tree| &tree.files).filter(|file| house.allowed.ships(&file.path)) {
            for (variants, one) in enums(&member.package.name, file) {
                by_variants.entry(variants).or_default().push(one);
            }
        }
    }
    let mut faults = Vec::new();
    let mut allowed: Vec<&Vec<String>> = house.allowed.twins.iter().map(|twins| &twins.enums).collect();
    for (variants, enums) in by_variants {
        if enums.len() < 2 || variants.len() < 2 {
            continue;
        }
        let full: Vec<String> = sorted(enums.iter().map(|one| one.full.clone()));
        if let Some(at) = allowed.iter().position(|enums| sorted(enums.iter().cloned()) == full) {
            allowed.remove(at);
            continue;
        }
        let places: Vec<_> = enums.iter().map(|one| format!("\n  {} ({})", one.full, one.place)).collect();
        faults.push(format!("the same variants ({}) are in{}", variants.join(", "), places.concat()));
    }
    faults.extend(allowed.iter().map(|enums| format!("house.toml allows {enums:?}, which are no twins (any more)")));
    Ok(faults)
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// The enums of a file, by their variants in order.
fn enums(package: &str, file: &File) -> Vec<(Vec<String>, Enum)> {
    struct Collect<'a> {
        package: &'a str,
        file: &'a File,
        found: Vec<(Vec<String>, Enum)>,
    }
    impl<'ast> Visit<'ast> for Collect<'_> {
        fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
            let variants = sorted(item.variants.iter().map(|variant| variant.ident.to_string()));
            let (package, name) = (self.package, &item.ident);
            let within = if self.file.module.is_empty() { String::new() } else { format!("{}::", self.file.module) };
            self.found.push((
                variants,
                Enum {
                    full: format!("{package}::{within}{name}"),
                    place: format!("{}:{}", self.file.path.display(), name.span().start().line),
                },
            ));
            visit::visit_item_enum(self, item);
        }
    }
    let mut collect = Collect { package, file, found: Vec::new() };
    collect.visit_file(&file.syntax);
    collect.found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::Tree;

    #[test]
    fn variants_are_compared_as_a_set_and_tests_have_none() {
        let text = "enum A { X, Y(u8) } enum B { Y, X } #[cfg(test)] enum C { X, Y } enum D { X, #[cfg(test)] Y }";
        let read = |path: &Path| (path == Path::new("lib.rs")).then(|| text.to_owned());
        let tree = Tree::load(Path::new("lib.rs"), &read).expect("a tree");
        let found = enums("p", &tree.files[0]);
        let names: Vec<_> = found.iter().map(|(variants, one)| format!("{} {}", one.full, variants.concat())).collect();
        assert_eq!(names, ["p::A XY", "p::B XY", "p::D X"]);
    }
}
