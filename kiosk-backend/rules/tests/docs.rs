//! What the documents say of a case is drawn from the table itself. `UPDATE_DOCS=1 cargo test -p hall-rules --test docs`
//! writes it anew.

use std::fs;
use std::path::Path;

use hall_rules::case;

#[test]
fn the_diagram_and_the_list_are_those_of_the_table() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/case.md");
    let found = fs::read_to_string(&file).expect("docs/case.md");
    let drawn = format!("```mermaid\n{}```", case::diagram());
    let fresh = between(&between(&found, "diagram", &drawn), "steps", case::steps_as_table().trim_end());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &fresh).expect("writes docs/case.md");
    }
    assert!(
        fresh == found || std::env::var_os("UPDATE_DOCS").is_some(),
        "docs/case.md is stale: UPDATE_DOCS=1 cargo test -p hall-rules --test docs"
    );
}

/// The text with what stands between its two markers replaced.
fn between(text: &str, name: &str, new: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: begin -->"), format!("<!-- {name}: end -->"));
    let (before, rest) = text.split_once(&begin).expect("a marker where it begins");
    let (_, after) = rest.split_once(&end).expect("a marker where it ends");
    format!("{before}{begin}\n{new}\n{end}{after}")
}
