//! `hall bench`: the figures, each beside what it is compared with.
//!
//! Nothing here is asserted by a test: a figure belongs to the machine and the hour it was taken on.
#![expect(clippy::print_stdout, reason = "the command's own answers")]

mod consoles;
mod intake;
mod memory;
mod screen;
mod visits;

use std::time::Duration;

use e2e::Result;
use serde::Serialize;

/// One line of the table.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    /// What was measured.
    what: String,
    /// What was found.
    found: String,
    /// What it should reach; empty for a comparison.
    reach: &'static str,
    /// Whether it does.
    reached: Option<bool>,
}

impl Figure {
    fn new(what: impl Into<String>, found: impl Into<String>, reach: &'static str, reached: bool) -> Self {
        Self { what: what.into(), found: found.into(), reach, reached: Some(reached) }
    }

    /// Something that only stands beside a figure.
    fn beside(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { what: what.into(), found: found.into(), reach: "", reached: None }
    }
}

type Measurement = (&'static str, fn() -> Result<Vec<Figure>>);

/// The last takes half an hour and is measured only when it is named.
const ALL: [Measurement; 6] = [
    ("intake", intake::measure),
    ("consoles", consoles::measure),
    ("screen", screen::measure),
    ("visits", visits::measure),
    ("memory", memory::after_a_day),
    ("endurance", memory::after_weeks),
];

/// Measures and prints.
pub(crate) fn run(only: Option<&str>, json: bool) -> Result<()> {
    if cfg!(debug_assertions) && !json {
        println!("This is a debug build: the figures below are not those of the product. Use `make bench`.\n");
    }
    let wanted = |name: &str| only.map_or(name != "endurance", |only| name.contains(only));
    for (name, measure) in ALL.into_iter().filter(|(name, _)| wanted(name)) {
        if !json {
            println!("{name}   (again: hall bench {name})");
        }
        let figures = match measure() {
            Ok(figures) => figures,
            Err(error) => vec![Figure::beside("could not be measured", error.to_string())],
        };
        for figure in &figures {
            print(figure, json);
        }
    }
    Ok(())
}

fn print(figure: &Figure, json: bool) {
    if json {
        println!("{}", serde_json::to_string(figure).unwrap_or_default());
        return;
    }
    let mark = match figure.reached {
        Some(true) => "reached",
        Some(false) => "NOT REACHED",
        None => "",
    };
    println!("  {:<62} {:>26}   {:<26} {mark}", figure.what, figure.found, figure.reach);
}

/// The value below which `percent` of all lie.
fn percentile(values: &mut [Duration], percent: usize) -> Duration {
    values.sort_unstable();
    let at = (values.len() * percent).div_ceil(100).saturating_sub(1);
    values.get(at).copied().unwrap_or_default()
}

fn ms(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

/// Kilobytes of a line of a file of proc(5), such as `VmRSS` of `status` or `Pss` of `smaps_rollup`.
fn memory_kb(pid: u32, file: &str, line: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let found = text.lines().find_map(|candidate| candidate.strip_prefix(line)?.strip_prefix(':'));
    found.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
