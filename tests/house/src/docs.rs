//! What is public is documented, and no doc only repeats a name.
//!
//! Items, methods and modules must say what they are. A field or variant need not where its name says it; where it has
//! a doc, that must say more than the name: `/// Which.` and `/// The name.` on `name` are filler.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, Visibility};

use crate::source::{File, attributes};
use crate::{House, Verdict};

/// Words that say nothing by themselves.
const EMPTY: [&str; 24] = [
    "a", "an", "and", "are", "for", "from", "has", "how", "in", "is", "it", "its", "of", "on", "that", "the", "this", "to", "what",
    "when", "where", "which", "who", "why",
];

/// Judges the docs of all crates that are not left for later.
pub(crate) fn judge(house: &House) -> Verdict {
    let later = &house.allowed.house.docs_later;
    let mut faults = BTreeSet::new();
    for tree in house.workspace.members.iter().flat_map(|member| &member.products) {
        for (at, file) in tree.files.iter().enumerate() {
            if !later.iter().any(|folder| file.path.starts_with(folder)) {
                faults.extend(faults_of(file, at == 0));
            }
        }
    }
    let mut faults: Vec<String> = faults.into_iter().map(|(path, line, what)| format!("{path}:{line} {what}")).collect();
    let files: Vec<_> = house.workspace.members.iter().flat_map(|m| &m.products).flat_map(|tree| &tree.files).collect();
    for folder in later {
        if !files.iter().any(|file| file.path.starts_with(folder)) {
            faults.push(format!("house.toml leaves {} for later, and it is not there", folder.display()));
        }
    }
    Ok(faults)
}

/// What is wrong in one file, with its path and line.
fn faults_of(file: &File, root: bool) -> Vec<(String, usize, String)> {
    let mut judge = Judge { faults: Vec::new() };
    if root && doc(&file.syntax.attrs).is_none() {
        judge.faults.push((1, "lacks a doc that says what this crate is for".into()));
    }
    judge.visit_file(&file.syntax);
    let path = file.path.display().to_string();
    judge.faults.into_iter().map(|(line, what)| (path.clone(), line, what)).collect()
}

struct Judge {
    faults: Vec<(usize, String)>,
}

impl Judge {
    fn want(&mut self, visibility: &Visibility, attributes: &[Attribute], name: &syn::Ident) {
        if matches!(visibility, Visibility::Public(_)) && doc(attributes).is_none() {
            self.faults.push((name.span().start().line, format!("{name} is public and has no doc")));
        }
    }

    fn no_filler(&mut self, attributes: &[Attribute], name: &syn::Ident) {
        if let Some(text) = doc(attributes)
            && is_filler(&text, &name.to_string())
        {
            self.faults.push((name.span().start().line, format!("the doc of {name} says no more than its name: {}", text.trim())));
        }
    }
}

impl<'ast> Visit<'ast> for Judge {
    fn visit_item(&mut self, item: &'ast Item) {
        let named = match item {
            Item::Const(one) => Some((&one.vis, &one.ident)),
            Item::Enum(one) => Some((&one.vis, &one.ident)),
            Item::Fn(one) => Some((&one.vis, &one.sig.ident)),
            Item::Static(one) => Some((&one.vis, &one.ident)),
            Item::Struct(one) => Some((&one.vis, &one.ident)),
            Item::Trait(one) => Some((&one.vis, &one.ident)),
            Item::Type(one) => Some((&one.vis, &one.ident)),
            Item::Union(one) => Some((&one.vis, &one.ident)),
            Item::Mod(one) if one.content.is_some() => Some((&one.vis, &one.ident)),
            _ => None, // the file of a module documents it
        };
        if let Some((visibility, name)) = named {
            self.want(visibility, attributes(item), name);
        }
        visit::visit_item(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        for inner in &item.items {
            if let syn::TraitItem::Fn(one) = inner {
                self.want(&item.vis, &one.attrs, &one.sig.ident);
            }
        }
        visit::visit_item_trait(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if item.trait_.is_none() {
            for inner in &item.items {
                match inner {
                    syn::ImplItem::Fn(one) => self.want(&one.vis, &one.attrs, &one.sig.ident),
                    syn::ImplItem::Const(one) => self.want(&one.vis, &one.attrs, &one.ident),
                    _ => {}
                }
            }
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(name) = &field.ident {
            self.no_filler(&field.attrs, name);
        }
        visit::visit_field(self, field);
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.no_filler(&variant.attrs, &variant.ident);
        visit::visit_variant(self, variant);
    }
}

/// The text of a doc.
fn doc(attributes: &[Attribute]) -> Option<String> {
    let lines: Vec<String> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .map(|attribute| match &attribute.meta {
            Meta::NameValue(syn::MetaNameValue { value: Expr::Lit(ExprLit { lit: Lit::Str(text), .. }), .. }) => text.value(),
            _ => "hidden".into(),
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join(" "))
}

/// Whether a doc says no more than a name.
fn is_filler(doc: &str, name: &str) -> bool {
    let mut spaced = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            spaced.push(' ');
        }
        spaced.extend(c.to_lowercase());
    }
    let singular = |word: &str| word.strip_suffix('s').unwrap_or(word).to_owned();
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| singular(&word.to_lowercase())).collect()
    };
    let known: BTreeSet<String> = words(&spaced).into_iter().chain(EMPTY.iter().map(|word| singular(word))).collect();
    let said = words(doc);
    !said.is_empty() && said.iter().all(|word| known.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filler_says_no_more_than_the_name() {
        for (doc, name) in [("Which.", "id"), ("The name.", "name"), ("Its files.", "file"), ("When it is due.", "due_at"), ("Why.", "Reason")] {
            assert!(is_filler(doc, name), "{doc} {name}");
        }
        for (doc, name) in [("What people call it.", "name"), ("In milliseconds.", "at"), ("来访", "visit"), ("`81 AA`", "push")] {
            assert!(!is_filler(doc, name), "{doc} {name}");
        }
    }
}
