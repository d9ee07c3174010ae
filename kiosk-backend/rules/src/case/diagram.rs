//! The table as people read it: a Mermaid diagram and a list, for `docs/case.md`.

use std::fmt::Write as _;

use super::table::{TRANSITIONS, Transition};
use super::words::{CaseState, Need, Party};

/// A Mermaid state diagram. Events between the same two states share one arrow; loops are left to the list.
pub fn diagram() -> String {
    let mut out = String::from("stateDiagram-v2\n");
    for state in CaseState::ALL {
        line(&mut out, format_args!("    state \"{}\" as {}", state.words().0, state.code()));
    }
    let mut drawn: Vec<(Option<CaseState>, CaseState)> = Vec::new();
    for row in TRANSITIONS {
        if row.from == Some(row.to) || drawn.contains(&(row.from, row.to)) {
            continue;
        }
        drawn.push((row.from, row.to));
        let same = TRANSITIONS.iter().filter(|other| (other.from, other.to) == (row.from, row.to));
        let words: Vec<&str> = same.map(|other| other.event.words().0).collect();
        let from = row.from.map_or("[*]", CaseState::code);
        line(&mut out, format_args!("    {from} --> {} : {}", row.to.code(), words.join(" / ")));
    }
    for state in CaseState::ALL.iter().filter(|state| state.is_final()) {
        line(&mut out, format_args!("    {} --> [*]", state.code()));
    }
    out
}

/// The rows as a Markdown table.
pub fn steps_as_table() -> String {
    let mut out = String::from("| from | event | to | who | needs | notice | the applicant is told |\n");
    out.push_str("|---|---|---|---|---|---|---|\n");
    for row in TRANSITIONS {
        let from = row.from.map_or("–", |from| from.words().0);
        let event = format!("{} `{}`{}", row.event.words().0, row.event.code(), guard(row));
        let who = join(row.by.iter().map(|party: &Party| party.words().0));
        let needs = join(row.needs.iter().map(|need: &Need| need.words().0));
        let notice = row.notice.map_or("", |notice| notice.words().0);
        let told = row.told.map_or("", |(zh, _)| zh);
        line(
            &mut out,
            format_args!("| {from} | {event} | {} | {who} | {needs} | {notice} | {told} |", row.to.words().0),
        );
    }
    out
}

fn guard(row: &Transition) -> String {
    match row.guard.words() {
        "" => String::new(),
        words => format!("（{words}）"),
    }
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join("、")
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}
