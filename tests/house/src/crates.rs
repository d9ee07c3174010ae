//! The crates and their arrows are those that `docs/architecture.md` draws.
//!
//! The drawing is a code block whose language is `crates`: a line for each crate, with the crates it links behind an
//! arrow, and those that only its tests link behind `tests:`.
//!
//! ```text
//! kiosk-ui   -> kiosk-journey   tests: hall-rules
//! ```

use std::fmt::Write;

use crate::workspace::Member;
use crate::{House, Verdict};

const FILE: &str = "docs/architecture.md";
const BEGIN: &str = "```crates\n";
const END: &str = "```";

/// Compares what cargo says with the drawing.
pub(crate) fn judge(house: &House) -> Verdict {
    let file = house.root.join(FILE);
    let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let Some((before, rest)) = text.split_once(BEGIN) else {
        return Err(format!("{FILE} has no block ```crates"));
    };
    let Some((drawn, after)) = rest.split_once(END) else {
        return Err(format!("the block ```crates of {FILE} has no end"));
    };
    let real = draw(&house.workspace.members, &house.workspace.names());
    if real == drawn {
        return Ok(Vec::new());
    }
    if house.write {
        let text = format!("{before}{BEGIN}{real}{END}{after}");
        std::fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;
        return Ok(Vec::new());
    }
    let only = |these: &str, those: &str, sign: char| -> String {
        these
            .lines()
            .filter(|line| !those.lines().any(|other| other == *line))
            .map(|line| format!("\n  {sign} {line}"))
            .collect()
    };
    Ok(vec![format!(
        "{FILE} does not draw the crates as they are (- drawn, + real). An arrow is a decision; once it is made, \
         `cargo run -q -p house -- crates --write` draws it.{}{}",
        only(drawn, &real, '-'),
        only(&real, drawn, '+')
    )])
}

fn draw(members: &[Member], names: &[&str]) -> String {
    let width = names.iter().map(|name| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for member in members {
        let ours = |tests: bool| -> Vec<&str> {
            let of_kind = member.package.dependencies.iter().filter(|d| (d.kind.as_deref() == Some("dev")) == tests);
            let mut ours: Vec<&str> = of_kind.map(|d| d.name.as_str()).filter(|name| names.contains(name)).collect();
            ours.sort_unstable();
            ours.dedup();
            ours
        };
        let mut line = format!("{:width$} -> {}", member.package.name, ours(false).join(", "));
        if ours(false).is_empty() {
            line = member.package.name.clone();
        }
        let for_tests = ours(true);
        if !for_tests.is_empty() {
            let _ = write!(line, "   tests: {}", for_tests.join(", "));
        }
        text += &line;
        text.push('\n');
    }
    text
}
