//! What the documents say of a case is drawn from the table itself. `UPDATE_DOCS=1 cargo test -p hall-rules --test docs`
//! writes it anew.

use std::fs;
use std::path::Path;

use hall_rules::{case, role};

#[test]
fn the_diagram_and_the_list_are_those_of_the_table() {
    let drawn = format!("```mermaid\n{}```", case::diagram());
    is_fresh("case.md", |found| {
        between(&between(found, "diagram", &drawn), "steps", case::steps_as_table().trim_end())
    });
}

#[test]
fn the_list_of_rights_is_that_of_the_table() {
    is_fresh("staff.md", |found| between(found, "rights", &role::rights_as_table()));
}

fn is_fresh(name: &str, draw: impl FnOnce(&str) -> String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    let found = fs::read_to_string(&file).expect(name);
    let fresh = draw(&found);
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    if update {
        fs::write(&file, &fresh).expect(name);
    }
    assert!(fresh == found || update, "docs/{name} is stale: UPDATE_DOCS=1 cargo test -p hall-rules --test docs");
}

/// The text with what stands between its two markers replaced.
fn between(text: &str, name: &str, new: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: begin -->"), format!("<!-- {name}: end -->"));
    let (before, rest) = text.split_once(&begin).expect("a marker where it begins");
    let (_, after) = rest.split_once(&end).expect("a marker where it ends");
    format!("{before}{begin}\n{new}\n{end}{after}")
}
