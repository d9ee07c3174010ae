//! The sources of a crate, without what is compiled for tests only: its files, its modules, and what a name in one of
//! them means.
//!
//! It reads as a compiler does, as far as imports are concerned: modules by their `mod` declarations (with `#[path]`),
//! names by `use` trees, globs and re-exports. It does not expand macros: what one makes is taken to lie in the module
//! that is named, and paths among a macro's arguments are read as they stand. Methods are not looked up: whoever calls
//! one imports nothing for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Item, Meta, UseTree, Visibility};

use crate::Fault;

/// A library or program: what lies below one root file.
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
    /// The first is the root.
    pub(crate) modules: Vec<Module>,
}

/// One file.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) syntax: syn::File,
    /// The file that declares it.
    pub(crate) parent: Option<usize>,
    /// `a::b` within its crate; empty for the root.
    pub(crate) module: String,
    /// Lines with code on them: no comment, no blank, nothing that was left out.
    pub(crate) lines: BTreeSet<usize>,
}

/// One module, in a file of its own or not.
#[derive(Default)]
pub(crate) struct Module {
    pub(crate) file: usize,
    parent: Option<usize>,
    names: BTreeMap<String, Vec<Meaning>>,
    globs: Vec<Vec<String>>,
    pub(crate) mentions: Vec<Mention>,
}

/// What a name in a module stands for.
enum Meaning {
    /// Something that is defined in a module: this one, or one whose macro is exported.
    Defined(usize),
    Module(usize),
    /// What this path stands for.
    Import(Vec<String>),
}

/// A path somewhere in the code.
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
    /// Everything in it, `path::*`.
    pub(crate) glob: bool,
    /// Only handed on to others, `pub use`.
    pub(crate) handed_on: bool,
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    Module(usize),
    Item { module: usize, name: String },
}

impl Tree {
    /// Reads a root file and all that it declares. Paths are told as they are asked for.
    pub(crate) fn load(root: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Result<Self, Fault> {
        let mut loader = Loader { tree: Self { files: Vec::new(), modules: Vec::new() }, read };
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        loader.file(root, None, "", None, folder)?;
        Ok(loader.tree)
    }

    /// What a path that stands in a module leads to: one thing, several under one name, or nothing of this crate.
    pub(crate) fn resolve(&self, at: usize, path: &[String]) -> Vec<Found> {
        self.find(at, path, &mut Vec::new())
    }

    fn find(&self, at: usize, path: &[String], open: &mut Vec<(usize, String)>) -> Vec<Found> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        match first.as_str() {
            "crate" => self.descend(0, rest, open),
            "self" | "super" => self.descend(at, path, open),
            name => {
                let found = self.named(at, name, open);
                self.go_on(found, rest, open)
            }
        }
    }

    /// Follows a path from within a module that was named.
    fn descend(&self, at: usize, path: &[String], open: &mut Vec<(usize, String)>) -> Vec<Found> {
        let Some((first, rest)) = path.split_first() else { return vec![Found::Module(at)] };
        match first.as_str() {
            "self" => self.descend(at, rest, open),
            "super" => self.descend(self.modules[at].parent.unwrap_or(at), rest, open),
            name => {
                let found = self.named(at, name, open);
                if found.is_empty() {
                    return vec![Found::Item { module: at, name: name.to_owned() }]; // of another crate, or a macro made it
                }
                self.go_on(found, rest, open)
            }
        }
    }

    fn go_on(&self, found: Vec<Found>, rest: &[String], open: &mut Vec<(usize, String)>) -> Vec<Found> {
        let mut all = Vec::new();
        for one in found {
            match one {
                Found::Module(module) => all.extend(self.descend(module, rest, open)),
                item @ Found::Item { .. } => all.push(item),
            }
        }
        all
    }

    /// What a single name means in a module. `open` are the questions that wait for this answer: none is asked twice.
    fn named(&self, at: usize, name: &str, open: &mut Vec<(usize, String)>) -> Vec<Found> {
        let question = (at, name.to_owned());
        if open.contains(&question) {
            return Vec::new();
        }
        open.push(question);
        let module = &self.modules[at];
        let mut found = Vec::new();
        if let Some(meanings) = module.names.get(name) {
            for meaning in meanings {
                match meaning {
                    Meaning::Defined(by) => found.push(Found::Item { module: *by, name: name.to_owned() }),
                    Meaning::Module(module) => found.push(Found::Module(*module)),
                    Meaning::Import(path) => found.extend(self.find(at, path, open)),
                }
            }
        } else {
            for glob in &module.globs {
                for target in self.find(at, glob, open) {
                    if let Found::Module(target) = target {
                        found.extend(self.named(target, name, open));
                    }
                }
            }
        }
        open.pop();
        found
    }
}

/// Reads files and declares modules.
struct Loader<'a> {
    tree: Tree,
    read: &'a dyn Fn(&Path) -> Option<String>,
}

impl Loader<'_> {
    /// Reads a file that is a module. The modules it declares are looked for in `folder`.
    fn file(
        &mut self,
        path: &Path,
        parent: Option<usize>,
        name: &str,
        above: Option<usize>,
        folder: PathBuf,
    ) -> Result<usize, Fault> {
        let text = (self.read)(path).ok_or_else(|| format!("{} cannot be read", path.display()))?;
        let wrong = |e: &dyn std::fmt::Display| format!("{} is not Rust: {e}", path.display());
        let tokens: TokenStream = text.parse().map_err(|e| wrong(&e))?;
        let mut lines = BTreeSet::new();
        lines_of(tokens.clone(), &mut lines);
        let mut syntax: syn::File = syn::parse2(tokens).map_err(|e| wrong(&e))?;
        WithoutTests { left_out: &mut lines }.visit_file_mut(&mut syntax);
        let file = self.tree.files.len();
        let items = std::mem::take(&mut syntax.items);
        let module = name.to_owned();
        self.tree.files.push(File { path: path.to_owned(), syntax, parent: above, module, lines });
        let beside = path.parent().unwrap_or(Path::new("")).to_owned();
        let module = self.module(file, parent, name, &items, &folder, &beside)?;
        self.tree.files[file].syntax.items = items;
        Ok(module)
    }

    /// Takes the items of a module, in a file of its own or not.
    fn module(
        &mut self,
        file: usize,
        parent: Option<usize>,
        name: &str,
        items: &[Item],
        folder: &Path,
        beside: &Path,
    ) -> Result<usize, Fault> {
        let at = self.tree.modules.len();
        self.tree.modules.push(Module { file, parent, ..Module::default() });
        let mut reader = Reader { at, module: Module { file, parent, ..Module::default() }, exported: Vec::new() };
        for item in items {
            if let Item::Mod(declared) = item {
                let child_name = declared.ident.to_string();
                let full = if name.is_empty() { child_name.clone() } else { format!("{name}::{child_name}") };
                let given = declared.attrs.iter().find_map(path_attribute);
                let child = if let Some((_, items)) = &declared.content {
                    let below = folder.join(given.as_deref().unwrap_or(&child_name));
                    self.module(file, Some(at), &full, items, &below, &below)?
                } else if let Some(given) = given {
                    let path = tidy(&beside.join(given));
                    let below = path.parent().unwrap_or(Path::new("")).to_owned();
                    self.file(&path, Some(at), &full, Some(file), below)?
                } else {
                    let (path, below) = self.declared(folder, &child_name, file)?;
                    self.file(&path, Some(at), &full, Some(file), below)?
                };
                reader.module.names.entry(child_name).or_default().push(Meaning::Module(child));
                declared.attrs.iter().for_each(|attribute| reader.visit_attribute(attribute));
            } else {
                reader.visit_item(item);
            }
        }
        for name in reader.exported {
            self.tree.modules[0].names.entry(name).or_default().push(Meaning::Defined(at));
        }
        let read = reader.module;
        let module = &mut self.tree.modules[at];
        for (name, meanings) in read.names {
            module.names.entry(name).or_default().extend(meanings);
        }
        (module.globs, module.mentions) = (read.globs, read.mentions);
        Ok(at)
    }

    /// Where `mod name;` finds its file, and where that one's children lie.
    fn declared(&self, folder: &Path, name: &str, by: usize) -> Result<(PathBuf, PathBuf), Fault> {
        let below = folder.join(name);
        [folder.join(format!("{name}.rs")), below.join("mod.rs")]
            .into_iter()
            .find(|path| (self.read)(path).is_some())
            .map(|path| (path, below))
            .ok_or_else(|| {
                let by = self.tree.files[by].path.display();
                format!("{by} declares mod {name}, and there is neither {name}.rs nor {name}/mod.rs")
            })
    }
}

/// Takes the names and mentions of a module's items.
struct Reader {
    at: usize,
    module: Module,
    /// Macros that `#[macro_export]` puts into the root.
    exported: Vec<String>,
}

impl Reader {
    fn define(&mut self, name: &syn::Ident) {
        self.module.names.entry(name.to_string()).or_default().push(Meaning::Defined(self.at));
    }

    fn mention(&mut self, path: Vec<String>, line: usize) {
        self.module.mentions.push(Mention { path, line, glob: false, handed_on: false });
    }

    fn import(&mut self, tree: &UseTree, before: &[String], handed_on: bool) {
        let line = tree.span().start().line;
        let mut path = before.to_vec();
        match tree {
            UseTree::Path(one) => {
                path.push(one.ident.to_string());
                self.import(&one.tree, &path, handed_on);
            }
            UseTree::Name(one) if one.ident == "self" => {
                let name = path.last().cloned().unwrap_or_default();
                self.take(name, path, line, handed_on);
            }
            UseTree::Name(one) => {
                path.push(one.ident.to_string());
                self.take(one.ident.to_string(), path, line, handed_on);
            }
            UseTree::Rename(one) => {
                if one.ident != "self" {
                    path.push(one.ident.to_string());
                }
                self.take(one.rename.to_string(), path, line, handed_on);
            }
            UseTree::Glob(_) => {
                self.module.mentions.push(Mention { path: path.clone(), line, glob: true, handed_on });
                self.module.globs.push(path);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, &path, handed_on)),
        }
    }

    fn take(&mut self, name: String, path: Vec<String>, line: usize, handed_on: bool) {
        self.module.mentions.push(Mention { path: path.clone(), line, glob: false, handed_on });
        self.module.names.entry(name).or_default().push(Meaning::Import(path));
    }

    /// Mentions every path among tokens, and in the strings of an attribute.
    fn scan(&mut self, tokens: TokenStream, strings: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, c| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(first) => {
                    let of_another = at > 0 && (is(at - 1, '.') || is(at - 1, ':') && at > 1 && is(at - 2, ':'));
                    let mut path = vec![first.to_string()];
                    while is(at + 1, ':') && is(at + 2, ':') {
                        let Some(TokenTree::Ident(next)) = tokens.get(at + 3) else { break };
                        path.push(next.to_string());
                        at += 3;
                    }
                    if !of_another {
                        self.mention(path, first.span().start().line);
                    }
                }
                TokenTree::Group(group) => self.scan(group.stream(), strings),
                TokenTree::Literal(literal) if strings => {
                    let text = literal.to_string();
                    if let Ok(path) = syn::parse_str::<syn::Path>(text.trim_matches('"')) {
                        self.mention(segments(&path), literal.span().start().line);
                    }
                }
                TokenTree::Literal(_) | TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Const(one) => self.define(&one.ident),
            Item::Enum(one) => self.define(&one.ident),
            Item::Fn(one) => self.define(&one.sig.ident),
            Item::Static(one) => self.define(&one.ident),
            Item::Struct(one) => self.define(&one.ident),
            Item::Trait(one) => self.define(&one.ident),
            Item::TraitAlias(one) => self.define(&one.ident),
            Item::Type(one) => self.define(&one.ident),
            Item::Union(one) => self.define(&one.ident),
            Item::Macro(one) => {
                if let Some(name) = &one.ident {
                    self.define(name);
                    if one.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) {
                        self.exported.push(name.to_string());
                    }
                }
            }
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            self.import(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.mention(segments(path), path.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, one: &'ast syn::Macro) {
        self.visit_path(&one.path);
        self.scan(one.tokens.clone(), false);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if !attribute.path().is_ident("doc") {
            self.scan(attribute.meta.to_token_stream(), true);
        }
    }
}

fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

fn path_attribute(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(given) = &attribute.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &given.value else { return None };
    given.path.is_ident("path").then(|| text.value())
}

/// The same path without `..`.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path {
        if part == ".." {
            tidy.pop();
        } else {
            tidy.push(part);
        }
    }
    tidy
}

/// The lines on which tokens stand. Docs are no code.
fn lines_of(tokens: TokenStream, lines: &mut BTreeSet<usize>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let TokenTree::Punct(punct) = &token
            && punct.as_char() == '#'
        {
            if matches!(tokens.peek(), Some(TokenTree::Punct(bang)) if bang.as_char() == '!') {
                tokens.next();
            }
            if matches!(tokens.peek(), Some(TokenTree::Group(group)) if is_doc(group)) {
                tokens.next();
                continue;
            }
        }
        let span = token.span();
        if let TokenTree::Group(group) = &token {
            if group.delimiter() != Delimiter::None {
                lines.extend([group.span_open().start().line, group.span_close().end().line]);
            }
            lines_of(group.stream(), lines);
        } else {
            lines.extend(span.start().line..=span.end().line);
        }
    }
}

fn is_doc(group: &proc_macro2::Group) -> bool {
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc")
}

/// Takes out whatever is compiled for tests only.
struct WithoutTests<'a> {
    left_out: &'a mut BTreeSet<usize>,
}

impl WithoutTests<'_> {
    fn keeps(&mut self, attributes: &[Attribute], node: &impl ToTokens) -> bool {
        let for_tests = attributes.iter().any(is_for_tests);
        if for_tests {
            let span = node.span();
            for line in span.start().line..=span.end().line {
                self.left_out.remove(&line);
            }
        }
        !for_tests
    }
}

impl VisitMut for WithoutTests<'_> {
    fn visit_file_mut(&mut self, file: &mut syn::File) {
        file.items.retain(|item| self.keeps(attributes(item), item));
        visit_mut::visit_file_mut(self, file);
    }

    fn visit_item_mod_mut(&mut self, item: &mut syn::ItemMod) {
        if let Some((_, items)) = &mut item.content {
            items.retain(|item| self.keeps(attributes(item), item));
        }
        visit_mut::visit_item_mod_mut(self, item);
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        item.items.retain(|item| match item {
            syn::ImplItem::Fn(one) => self.keeps(&one.attrs, one),
            syn::ImplItem::Const(one) => self.keeps(&one.attrs, one),
            _ => true,
        });
        visit_mut::visit_item_impl_mut(self, item);
    }

    fn visit_item_trait_mut(&mut self, item: &mut syn::ItemTrait) {
        item.items.retain(|item| match item {
            syn::TraitItem::Fn(one) => self.keeps(&one.attrs, one),
            _ => true,
        });
        visit_mut::visit_item_trait_mut(self, item);
    }

    fn visit_item_enum_mut(&mut self, item: &mut syn::ItemEnum) {
        let kept = item.variants.clone().into_iter().filter(|variant| self.keeps(&variant.attrs, variant));
        item.variants = kept.collect();
        visit_mut::visit_item_enum_mut(self, item);
    }

    fn visit_fields_named_mut(&mut self, fields: &mut syn::FieldsNamed) {
        fields.named = fields.named.clone().into_iter().filter(|field| self.keeps(&field.attrs, field)).collect();
        visit_mut::visit_fields_named_mut(self, fields);
    }

    fn visit_expr_struct_mut(&mut self, made: &mut syn::ExprStruct) {
        made.fields = made.fields.clone().into_iter().filter(|field| self.keeps(&field.attrs, field)).collect();
        visit_mut::visit_expr_struct_mut(self, made);
    }

    fn visit_expr_match_mut(&mut self, item: &mut syn::ExprMatch) {
        item.arms.retain(|arm| self.keeps(&arm.attrs, arm));
        visit_mut::visit_expr_match_mut(self, item);
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.retain(|statement| match statement {
            syn::Stmt::Local(one) => self.keeps(&one.attrs, one),
            syn::Stmt::Item(one) => self.keeps(attributes(one), one),
            syn::Stmt::Expr(syn::Expr::Block(one), _) => self.keeps(&one.attrs, one),
            _ => true,
        });
        visit_mut::visit_block_mut(self, block);
    }
}

/// The attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(one) => &one.attrs,
        Item::Enum(one) => &one.attrs,
        Item::ExternCrate(one) => &one.attrs,
        Item::Fn(one) => &one.attrs,
        Item::Impl(one) => &one.attrs,
        Item::Macro(one) => &one.attrs,
        Item::Mod(one) => &one.attrs,
        Item::Static(one) => &one.attrs,
        Item::Struct(one) => &one.attrs,
        Item::Trait(one) => &one.attrs,
        Item::Type(one) => &one.attrs,
        Item::Union(one) => &one.attrs,
        Item::Use(one) => &one.attrs,
        _ => &[],
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    if attribute.path().is_ident("test") {
        return true;
    }
    let Meta::List(list) = &attribute.meta else { return false };
    attribute.path().is_ident("cfg") && list.parse_args::<Meta>().is_ok_and(|condition| needs_tests(&condition))
}

/// Whether a condition holds in tests only.
fn needs_tests(condition: &Meta) -> bool {
    use syn::{Token, punctuated::Punctuated};
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::NameValue(_) => false,
        Meta::List(list) => {
            let Ok(parts) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else { return false };
            if list.path.is_ident("all") {
                parts.iter().any(needs_tests)
            } else {
                list.path.is_ident("any") && parts.iter().all(needs_tests)
            }
        }
    }
}
