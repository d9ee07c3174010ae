//! What is public is documented, and no doc only repeats a name.
//!
//! Items, methods and modules must say what they are. A field or variant need not where its name says it; where it has
//! a doc, that must say more than the name: `/// Which.` and `/// The name.` on `name` are filler, and `--write` deletes
//! it.

use std::collections::BTreeSet;
use std::path::Path;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, Visibility};

use crate::source::{File, attributes};
use crate::{Fault, House, Verdict};

/// Words that say nothing by themselves.
const EMPTY: [&str; 24] = [
    "a", "an", "and", "are", "for", "from", "has", "how", "in", "is", "it", "its", "of", "on", "that", "the", "this",
    "to", "what", "when", "where", "which", "who", "why",
];

/// Judges the docs of all crates.
pub(crate) fn judge(house: &House) -> Verdict {
    let files: Vec<(&File, bool)> = house
        .workspace
        .members
        .iter()
        .flat_map(|member| &member.products)
        .flat_map(|tree| tree.files.iter().enumerate().map(|(at, file)| (file, at == 0)))
        .collect();
    let mut faults = BTreeSet::new();
    for (file, root) in &files {
        let mut judged = Judge::of(file, *root);
        if house.write && !judged.filler.is_empty() {
            delete(&house.root.join(&file.path), &judged.filler.iter().map(|(line, _)| *line).collect())?;
            judged.filler.clear();
        }
        for (line, what) in judged.missing.into_iter().chain(judged.filler) {
            faults.insert(format!("{}:{line} {what}", file.path.display()));
        }
    }
    Ok(faults.into_iter().collect())
}

/// Deletes lines of a file that hold a doc and nothing else.
fn delete(file: &Path, lines: &BTreeSet<usize>) -> Result<(), Fault> {
    let wrong = |e| format!("{}: {e}", file.display());
    let text = std::fs::read_to_string(file).map_err(wrong)?;
    let is_doc = |at: usize, line: &str| lines.contains(&(at + 1)) && line.trim_start().starts_with("///");
    let kept: Vec<&str> =
        text.split('\n').enumerate().filter(|(at, line)| !is_doc(*at, line)).map(|(_, line)| line).collect();
    std::fs::write(file, kept.join("\n")).map_err(wrong)
}

/// What is wrong in one file, by lines.
#[derive(Default)]
struct Judge {
    missing: Vec<(usize, String)>,
    /// At the line of the doc.
    filler: Vec<(usize, String)>,
}

impl Judge {
    fn of(file: &File, root: bool) -> Self {
        let mut judge = Self::default();
        if root && doc(&file.syntax.attrs).is_none() {
            judge.missing.push((1, "lacks a doc that says what this crate is for".into()));
        }
        judge.visit_file(&file.syntax);
        judge
    }

    fn want(&mut self, visibility: &Visibility, attributes: &[Attribute], name: &syn::Ident) {
        if matches!(visibility, Visibility::Public(_)) && doc(attributes).is_none() {
            self.missing.push((name.span().start().line, format!("{name} is public and has no doc")));
        }
    }

    fn no_filler(&mut self, attributes: &[Attribute], name: &syn::Ident) {
        let Some(text) = doc(attributes).filter(|text| is_filler(text, &name.to_string())) else { return };
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
            let what = format!("the doc of {name} says no more than its name: {}", text.trim());
            self.filler.push((attribute.span().start().line, what));
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
            Meta::NameValue(syn::MetaNameValue { value: Expr::Lit(ExprLit { lit: Lit::Str(text), .. }), .. }) => {
                text.value()
            }
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
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| singular(&word.to_lowercase()))
            .collect()
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
        for (doc, name) in [
            ("Which.", "id"),
            ("The name.", "name"),
            ("Its files.", "file"),
            ("When it is due.", "due_at"),
            ("Why.", "Reason"),
        ] {
            assert!(is_filler(doc, name), "{doc} {name}");
        }
        for (doc, name) in
            [("What people call it.", "name"), ("In milliseconds.", "at"), ("来访", "visit"), ("`81 AA`", "push")]
        {
            assert!(!is_filler(doc, name), "{doc} {name}");
        }
    }
}
