//! The rules of this house, proved over the repository: `house [rule…] [--write] [--root FOLDER]`.
//!
//! | rule | what it proves |
//! |---|---|
//! | `circles` | no files import each other in a circle of more than two ([`circles`] defines it) |
//! | `twins` | no two enums have the same variants |
//! | `crates` | the crates and their arrows are those of `docs/architecture.md` |
//! | `decisions` | the decisions have one form, and their index is true |
//! | `docs` | what is public is documented, and no doc only repeats a name |
//! | `unused` | every dependency is used where it is declared |
//! | `licences` | every dependency may be linked by what links it |
//! | `bans` | a crate's own `clippy.toml` has all that the workspace's has |
//! | `words` | what people read calls one thing by one word |
//!
//! Without a rule it proves all. `--write` mends what a program can mend: the index and the drawing of the crates. Two
//! more words only tell: `lines` counts shipping code, `arrows WORD` lists what the files whose path contains the word
//! import, and who imports them.
//!
//! `house.toml` beside this program holds what is allowed, each with its reason. An entry that is not true any more is a
//! fault too.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the command line")]
#![expect(clippy::wildcard_enum_match_arm, reason = "the kinds of Rust's syntax are many, and a rule is about few")]

mod allowed;
mod bans;
mod circles;
mod crates;
mod decisions;
mod docs;
mod licences;
mod lines;
mod source;
mod twins;
mod unused;
mod words;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use allowed::Allowed;
use workspace::Workspace;

/// A sentence for whoever runs this: what is wrong, where, and what to do.
type Fault = String;

/// What a rule finds, or why it could not look.
type Verdict = Result<Vec<Fault>, Fault>;

/// What the rules are proved over.
struct House {
    root: PathBuf,
    workspace: Workspace,
    allowed: Allowed,
    /// Mend what a program can mend.
    write: bool,
}

/// Finds what is wrong.
type Rule = fn(&House) -> Verdict;

/// Every rule by its name.
const RULES: [(&str, Rule); 9] = [
    ("circles", circles::judge),
    ("twins", twins::judge),
    ("crates", crates::judge),
    ("decisions", decisions::judge),
    ("docs", docs::judge),
    ("unused", unused::judge),
    ("licences", licences::judge),
    ("bans", bans::judge),
    ("words", words::judge),
];

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("house: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut words: Vec<String>) -> Result<bool, Fault> {
    let write = take(&mut words, "--write").is_some();
    let root = match take(&mut words, "--root") {
        Some(at) if at < words.len() => PathBuf::from(words.remove(at)),
        Some(_) => return Err("--root wants a folder".into()),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../.."),
    };
    let root = root.canonicalize().map_err(|e| format!("{}: {e}", root.display()))?;
    let allowed = Allowed::read(&root)?;
    let workspace = Workspace::read(&root, &allowed)?;
    let house = House { root, workspace, allowed, write };
    match words.first().map(String::as_str) {
        Some("lines") => lines::print(&house).map(|()| true),
        Some("arrows") => circles::print(&house, words.get(1).map_or("", String::as_str)).map(|()| true),
        _ => prove(&house, &words),
    }
}

/// Takes a flag out of the words and says where it was.
fn take(words: &mut Vec<String>, flag: &str) -> Option<usize> {
    let at = words.iter().position(|word| word == flag)?;
    words.remove(at);
    Some(at)
}

fn prove(house: &House, named: &[String]) -> Result<bool, Fault> {
    if let Some(unknown) = named.iter().find(|name| RULES.iter().all(|(rule, _)| rule != name)) {
        let known: Vec<_> = RULES.iter().map(|(rule, _)| *rule).collect();
        return Err(format!("no rule is called {unknown}; there are {}, lines and arrows", known.join(", ")));
    }
    let mut whole = true;
    for (rule, judge) in RULES {
        if !named.is_empty() && !named.iter().any(|name| name == rule) {
            continue;
        }
        let faults = judge(house).map_err(|fault| format!("{rule}: {fault}"))?;
        for fault in &faults {
            println!("{rule}: {fault}");
        }
        whole &= faults.is_empty();
    }
    Ok(whole)
}
