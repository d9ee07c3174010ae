//! No files import each other in a circle of more than two.
//!
//! # What an arrow is
//! Within one crate, an arrow leads from a file to each file that *defines* something it names: in a `use`, in a path
//! (`crate::a::f()`, `super::X`, `a::b::Y`), among the arguments of a macro or in an attribute. A re-export is looked
//! through: `super::X` leads to where `X` is defined, not to the parent that hands it on. Naming a module alone is no
//! arrow, what is then taken from it is; `use a::*` is one. What is there for tests only is not looked at.
//!
//! # What a circle is
//! Files that can all be reached from each other along arrows. It is too large when it has more than two *units*; a
//! unit is one file, or a parent (`x.rs`, `x/mod.rs`) together with one of its direct children.
//!
//! A parent and its child that import each other are no circle, however many children do: a parent shows and drives its
//! children (its *face*), and holds what they have in common (its *ground*). So a parent has two places in the graph:
//!
//! - the arrows of its direct children to it lead to its ground, all others to its face;
//! - its arrows to its direct children, and to what it only hands on, leave from its face; all others from its ground;
//! - its face stands on its ground.
//!
//! Nothing else is forgiven. Three siblings in a circle are three units, with or without their parent; a circle that
//! leaves a room through a child and comes back to the parent is counted with both, as one unit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use crate::source::{Found, Tree};
use crate::workspace::Member;
use crate::{Fault, House, Verdict};

/// Units of a circle that nobody minds.
const MOST: usize = 2;

/// The imports of a crate.
#[derive(Default)]
struct Graph {
    files: Vec<PathBuf>,
    parents: Vec<Option<usize>>,
    /// Why, by where it begins and ends.
    arrows: BTreeMap<(usize, usize), Arrow>,
}

/// Why one file needs another.
struct Arrow {
    /// The names, each with the line of its first use.
    names: BTreeMap<String, usize>,
    /// All of them are only handed on.
    handed_on: bool,
}

/// Files that reach each other.
struct Circle {
    files: BTreeSet<usize>,
    units: usize,
}

/// Looks for circles in every crate.
pub(crate) fn judge(house: &House) -> Verdict {
    let mut faults = Vec::new();
    for member in &house.workspace.members {
        let graph = Graph::of_member(member);
        faults.extend(graph.circles().iter().map(|circle| graph.tell(&member.package.name, circle)));
    }
    Ok(faults)
}

/// Lists the arrows of the files whose path contains a word, and those to them.
pub(crate) fn print(house: &House, word: &str) -> Result<(), Fault> {
    for member in &house.workspace.members {
        let graph = Graph::of_member(member);
        for (&(from, to), arrow) in &graph.arrows {
            if [from, to].iter().any(|&file| graph.files[file].to_string_lossy().contains(word)) {
                println!("{}", graph.line(from, to, arrow));
            }
        }
    }
    Ok(())
}

impl Graph {
    fn of_member(member: &Member) -> Self {
        let mut graph = Self::default();
        member.products.iter().for_each(|tree| graph.add(tree));
        graph
    }

    fn add(&mut self, tree: &Tree) {
        let places: Vec<usize> = tree.files.iter().map(|file| self.place(&file.path)).collect();
        for (file, place) in tree.files.iter().zip(&places) {
            self.parents[*place] = file.parent.map(|parent| places[parent]);
        }
        for (at, module) in tree.modules.iter().enumerate() {
            let from = places[module.file];
            for mention in &module.mentions {
                for found in tree.resolve(at, &mention.path) {
                    let (target, name) = match found {
                        Found::Item { module, name } => (module, name),
                        Found::Module(module) if mention.glob => (module, "*".to_owned()),
                        Found::Module(_) => continue,
                    };
                    let to = places[tree.modules[target].file];
                    if from != to {
                        let new = || Arrow { names: BTreeMap::new(), handed_on: true };
                        let arrow = self.arrows.entry((from, to)).or_insert_with(new);
                        arrow.names.entry(name).or_insert(mention.line);
                        arrow.handed_on &= mention.handed_on;
                    }
                }
            }
        }
    }

    fn place(&mut self, path: &PathBuf) -> usize {
        self.files.iter().position(|known| known == path).unwrap_or_else(|| {
            self.files.push(path.clone());
            self.parents.push(None);
            self.files.len() - 1
        })
    }

    /// The circles that are too large, largest first.
    fn circles(&self) -> Vec<Circle> {
        let mut circles: Vec<Circle> = components(&self.roles())
            .into_iter()
            .map(|places| places.into_iter().map(|place| place / 2).collect::<BTreeSet<usize>>())
            .map(|files| Circle { units: self.units(&files), files })
            .filter(|circle| circle.units > MOST)
            .collect();
        circles.sort_by(|a, b| b.units.cmp(&a.units).then_with(|| a.files.cmp(&b.files)));
        circles
    }

    /// The graph in which a parent is twice: file `n` has its face at `2n` and its ground at `2n + 1`.
    fn roles(&self) -> Vec<Vec<usize>> {
        let mut next = vec![Vec::new(); self.files.len() * 2];
        for file in 0..self.files.len() {
            next[2 * file].push(2 * file + 1);
            if !self.parents.contains(&Some(file)) {
                next[2 * file + 1].push(2 * file); // no children: both are one
            }
        }
        for (&(from, to), arrow) in &self.arrows {
            let shows = self.parents[to] == Some(from) || arrow.handed_on;
            let stands_on = self.parents[from] == Some(to);
            next[2 * from + usize::from(!shows)].push(2 * to + usize::from(stands_on));
        }
        next
    }

    /// How many units files are: each parent takes at most one child with it, the deepest first.
    fn units(&self, files: &BTreeSet<usize>) -> usize {
        let depth = |mut file: usize| {
            let mut depth = 0;
            while let Some(parent) = self.parents[file] {
                (file, depth) = (parent, depth + 1);
            }
            depth
        };
        let mut deepest_first: Vec<usize> = files.iter().copied().collect();
        deepest_first.sort_by_key(|&file| std::cmp::Reverse(depth(file)));
        let mut paired = BTreeSet::new();
        for file in deepest_first {
            if let Some(parent) = self.parents[file]
                && files.contains(&parent)
                && !paired.contains(&file)
                && !paired.contains(&parent)
            {
                paired.extend([file, parent]);
            }
        }
        files.len() - paired.len() / 2
    }

    fn tell(&self, name: &str, circle: &Circle) -> Fault {
        let mut text = format!("{} files of {name} import each other, {} units:", circle.files.len(), circle.units);
        for (&(from, to), arrow) in &self.arrows {
            if circle.files.contains(&from) && circle.files.contains(&to) {
                let _ = write!(text, "\n  {}", self.line(from, to, arrow));
            }
        }
        text
    }

    fn line(&self, from: usize, to: usize, arrow: &Arrow) -> String {
        let names: Vec<_> = arrow.names.iter().map(|(name, line)| format!("{name}:{line}")).collect();
        let on = if arrow.handed_on { " (handed on)" } else { "" };
        format!("{} -> {}{on}  {}", self.files[from].display(), self.files[to].display(), names.join(" "))
    }
}

/// The strongly connected components of a graph, by Tarjan.
fn components(next: &[Vec<usize>]) -> Vec<Vec<usize>> {
    struct Walk<'a> {
        next: &'a [Vec<usize>],
        number: Vec<Option<usize>>,
        low: Vec<usize>,
        stack: Vec<usize>,
        count: usize,
        found: Vec<Vec<usize>>,
    }
    impl Walk<'_> {
        fn visit(&mut self, at: usize) {
            (self.number[at], self.low[at]) = (Some(self.count), self.count);
            self.count += 1;
            self.stack.push(at);
            for &to in &self.next[at] {
                match self.number[to] {
                    None => {
                        self.visit(to);
                        self.low[at] = self.low[at].min(self.low[to]);
                    }
                    Some(number) if self.stack.contains(&to) => self.low[at] = self.low[at].min(number),
                    Some(_) => {}
                }
            }
            if self.number[at] == Some(self.low[at]) {
                let from = self.stack.iter().position(|&place| place == at).unwrap_or(0);
                let component = self.stack.split_off(from);
                self.found.push(component);
            }
        }
    }
    let size = next.len();
    let mut walk =
        Walk { next, number: vec![None; size], low: vec![0; size], stack: Vec::new(), count: 0, found: Vec::new() };
    for at in 0..size {
        if walk.number[at].is_none() {
            walk.visit(at);
        }
    }
    walk.found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A crate of these files.
    fn graph(files: &[(&str, &str)]) -> Graph {
        let read =
            |path: &Path| files.iter().find(|(name, _)| Path::new(name) == path).map(|(_, text)| (*text).to_owned());
        let mut graph = Graph::default();
        graph.add(&Tree::load(Path::new("lib.rs"), &read).expect("a tree"));
        graph
    }

    /// The files and units of each circle.
    fn circles(files: &[(&str, &str)]) -> Vec<(Vec<String>, usize)> {
        let graph = graph(files);
        let names =
            |circle: &Circle| circle.files.iter().map(|&file| graph.files[file].display().to_string()).collect();
        graph.circles().iter().map(|circle| (names(circle), circle.units)).collect()
    }

    fn arrows(files: &[(&str, &str)]) -> Vec<String> {
        let graph = graph(files);
        graph
            .arrows
            .keys()
            .map(|&(from, to)| format!("{} {}", graph.files[from].display(), graph.files[to].display()))
            .collect()
    }

    #[test]
    fn three_files_are_a_circle_and_two_are_not() {
        let two = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "pub struct A; use crate::b::B;"),
            ("b.rs", "pub struct B; use crate::a::A;"),
        ];
        assert_eq!(circles(&two), []);
        let three = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "pub struct A; use crate::b::B;"),
            ("b.rs", "pub struct B; fn f() -> super::c::C { super::c::C }"),
            ("c.rs", "pub struct C; fn f() { println!(\"{}\", crate::a::A) }"),
        ];
        assert_eq!(circles(&three), [(vec!["a.rs".into(), "b.rs".into(), "c.rs".into()], 3)]);
    }

    #[test]
    fn two_pairs_with_a_file_in_common_are_a_circle_of_three() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "pub struct A; use crate::b::B;"),
            ("b.rs", "pub struct B; use crate::{a::A, c::C};"),
            ("c.rs", "pub struct C; use crate::b::B;"),
        ];
        assert_eq!(circles(&files)[0].1, 3);
    }

    #[test]
    fn a_parent_and_any_number_of_children_are_no_circle() {
        let files = [
            ("lib.rs", "mod room; use room::Room;"),
            ("room.rs", "mod a; mod b; mod c; pub struct Room; fn f() { a::f(); b::f(); c::f() }"),
            ("room/a.rs", "use super::Room; pub fn f() {} use super::b;fn g() { b::f() }"),
            ("room/b.rs", "use super::Room; pub fn f() {}"),
            ("room/c.rs", "use super::Room; pub fn f() {}"),
        ];
        assert_eq!(circles(&files), []);
    }

    #[test]
    fn a_parent_does_not_hide_a_circle_of_its_children() {
        let files = [
            ("lib.rs", "mod room;"),
            ("room/mod.rs", "mod a; mod b; mod c; pub struct Room; fn f() { a::f(); b::f(); c::f() }"),
            ("room/a.rs", "use super::Room; pub fn f() { super::b::f() }"),
            ("room/b.rs", "use super::Room; pub fn f() { super::c::f() }"),
            ("room/c.rs", "use super::Room; pub fn f() { super::a::f() }"),
        ];
        assert_eq!(circles(&files)[0], (vec!["room/a.rs".into(), "room/b.rs".into(), "room/c.rs".into()], 3));
    }

    #[test]
    fn a_circle_that_leaves_through_a_child_counts_child_and_parent_once() {
        let through = |y: &'static str| {
            [
                ("lib.rs", "mod room; mod x; mod y;"),
                ("room.rs", "mod a; pub struct Room; fn f() { a::f() }"),
                ("room/a.rs", "use super::Room; pub fn f() { crate::x::f() }"),
                ("x.rs", "pub fn f() { crate::y::f() }"),
                ("y.rs", y),
            ]
        };
        assert_eq!(circles(&through("pub fn f() {} use crate::room::Room;"))[0].1, 3);
        assert_eq!(circles(&through("pub fn f() {}")), []);
        let pair = [
            ("lib.rs", "mod room; mod x;"),
            ("room.rs", "mod a; pub struct Room; fn f() { a::f() }"),
            ("room/a.rs", "use super::Room; pub fn f() { crate::x::f() }"),
            ("x.rs", "pub fn f() {} use crate::room::Room;"),
        ];
        assert_eq!(circles(&pair), []);
    }

    #[test]
    fn what_a_parent_needs_its_children_need() {
        let files = [
            ("lib.rs", "mod room; mod x; mod y;"),
            ("room.rs", "mod a; pub struct Room(crate::x::X);"),
            ("room/a.rs", "use super::Room; pub fn f() {}"),
            ("x.rs", "pub struct X(crate::y::Y);"),
            ("y.rs", "pub struct Y; fn f() { crate::room::a::f() }"),
        ];
        assert_eq!(circles(&files)[0].1, 3);
    }

    #[test]
    fn a_re_export_is_looked_through() {
        let files = [
            ("lib.rs", "mod room; pub use room::A;"),
            ("room.rs", "mod a; mod b; pub use a::A;"),
            ("room/a.rs", "pub struct A;"),
            ("room/b.rs", "use super::A; fn f(_: crate::A) {}"),
        ];
        assert_eq!(arrows(&files), ["lib.rs room/a.rs", "room.rs room/a.rs", "room/b.rs room/a.rs"]);
    }

    #[test]
    fn globs_macros_attributes_and_paths_of_files_are_read() {
        let files = [
            ("lib.rs", "mod a; mod b; #[path = \"elsewhere/c.rs\"] mod c; mod d { pub mod e; }"),
            ("a.rs", "use crate::b::*; struct A { #[serde(with = \"crate::c\", default = \"crate::c::one\")] x: B }"),
            ("b.rs", "pub struct B; fn f() { vec![crate::d::e::E] }"),
            ("elsewhere/c.rs", "pub fn one() {} mod below;"),
            ("elsewhere/below.rs", "use super::one;"),
            ("d/e.rs", "pub struct E;"),
        ];
        assert_eq!(
            arrows(&files),
            ["a.rs b.rs", "a.rs elsewhere/c.rs", "b.rs d/e.rs", "elsewhere/below.rs elsewhere/c.rs"]
        );
    }

    #[test]
    fn tests_are_not_looked_at() {
        let files = [
            ("lib.rs", "mod a; #[cfg(test)] mod b; #[cfg(all(test, unix))] mod c;"),
            (
                "a.rs",
                "impl A { #[cfg(test)] fn f() { crate::b::f() } #[cfg(not(test))] fn f() {} } #[test] fn t() { crate::b::f() }",
            ),
        ];
        assert_eq!(arrows(&files), Vec::<String>::new());
    }

    #[test]
    fn a_missing_file_is_told() {
        let read = |path: &Path| (path == Path::new("lib.rs")).then(|| "mod a;".to_owned());
        let fault = Tree::load(Path::new("lib.rs"), &read).err().expect("no file");
        assert_eq!(fault, "lib.rs declares mod a, and there is neither a.rs nor a/mod.rs");
    }
}
