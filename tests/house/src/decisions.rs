//! The decisions have one form, and `docs/decisions/README.md` lists them.
//!
//! ```text
//! # 0102 The title
//!
//! **Status.** accepted, 2026-11-30
//!
//! **Asked.** … **Weighed.** … **Chosen.** … **Cost.** … **Would change our mind.** …
//! ```
//!
//! `Asked` and `Chosen` must be there. A status is `accepted`, `superseded by 0102` or `amended by 0102`.

use std::path::Path;

use crate::{Fault, House, Verdict};

const FOLDER: &str = "docs/decisions";
/// The index begins behind this line.
const MARK: &str = "<!-- Below: written by `cargo run -q -p house -- decisions --write`. -->\n";

/// What the head of a decision says.
#[derive(Debug, PartialEq)]
struct Head {
    number: String,
    title: String,
    status: String,
    date: String,
}

/// Judges each decision and the index.
pub(crate) fn judge(house: &House) -> Verdict {
    let folder = house.root.join(FOLDER);
    let readme = folder.join("README.md");
    let mut faults = Vec::new();
    let mut index = String::from("| | decision | status | |\n|---|---|---|---|\n");
    for name in names(&folder)? {
        let text = read(&folder.join(&name))?;
        match head(&name, &text) {
            Ok(head) => {
                let Head { number, title, status, date } = head;
                index += &format!("| [{number}]({name}) | {title} | {status} | {date} |\n");
            }
            Err(fault) => faults.push(format!("{FOLDER}/{name} {fault}")),
        }
    }
    let old = read(&readme)?;
    let Some(at) = old.find(MARK) else {
        return Err(format!("{FOLDER}/README.md lacks the line {MARK}below which the index stands"));
    };
    let new = format!("{}\n{index}", &old[..at + MARK.len()]);
    if new != old && faults.is_empty() {
        if house.write {
            std::fs::write(&readme, new).map_err(|e| format!("{}: {e}", readme.display()))?;
        } else {
            faults.push(format!(
                "the index in {FOLDER}/README.md is not what the decisions say: \
                 `cargo run -q -p house -- decisions --write`"
            ));
        }
    }
    Ok(faults)
}

fn read(path: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The files of decisions, in order.
fn names(folder: &Path) -> Result<Vec<String>, Fault> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "README.md")
        .collect();
    names.sort();
    Ok(names)
}

/// Reads the head of a decision, or says what is wrong with it.
fn head(name: &str, text: &str) -> Result<Head, Fault> {
    let number = name.split('-').next().unwrap_or_default();
    if number.len() != 4 || !number.chars().all(|c| c.is_ascii_digit()) {
        return Err("is not named NNNN-what-it-says.md".into());
    }
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let title = lines.next().and_then(|line| line.strip_prefix(&format!("# {number} ")));
    let title = title.ok_or_else(|| format!("does not begin with `# {number} ` and a title"))?;
    let status = lines.next().and_then(|line| line.strip_prefix("**Status.** ")).and_then(|line| line.split_once(", "));
    let (status, date) = status.ok_or("lacks `**Status.** accepted, YYYY-MM-DD` below its title")?;
    let known = status == "accepted"
        || ["superseded by ", "amended by "].iter().any(|begin| {
            status
                .strip_prefix(begin)
                .is_some_and(|by| by.split(" and ").all(|by| by.len() == 4 && by.parse::<u16>().is_ok()))
        });
    if !known {
        return Err(format!("has the status `{status}`; there are accepted, superseded by NNNN, amended by NNNN"));
    }
    let date_form: String = date.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    if date_form != "0000-00-00" {
        return Err(format!("has `{date}` for a date"));
    }
    for part in ["**Asked.**", "**Chosen.**"] {
        if !text.lines().any(|line| line.starts_with(part)) {
            return Err(format!("lacks a paragraph that begins with {part}"));
        }
    }
    Ok(Head { number: number.into(), title: title.into(), status: status.into(), date: date.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        head("0007-x.md", text).expect_err("a fault")
    }

    #[test]
    fn a_head_is_read_and_what_is_wrong_is_said() {
        let good = "# 0007 A title\n\n**Status.** superseded by 0008, 2026-11-30\n\n**Asked.** a\n\n**Chosen.** b\n";
        let head = head("0007-x.md", good).expect("a head");
        assert_eq!(
            (head.title.as_str(), head.status.as_str(), head.date.as_str()),
            ("A title", "superseded by 0008", "2026-11-30")
        );
        assert!(fault(&good.replace("0007 A", "0008 A")).contains("does not begin with"));
        assert!(fault(&good.replace("**Status.**", "Status")).contains("lacks `**Status.**"));
        assert!(fault(&good.replace("superseded by 0008", "open")).contains("has the status"));
        assert!(fault(&good.replace("2026-11-30", "soon")).contains("for a date"));
        assert!(fault(&good.replace("**Chosen.**", "Chosen")).contains("**Chosen.**"));
        assert!(super::head("seven.md", good).expect_err("no number").contains("NNNN"));
    }
}
