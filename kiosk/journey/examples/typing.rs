//! Prints how fast search and pinyin input are, and how well four initials narrow a catalogue.
//!
//! ```text
//! cargo run --release -p kiosk-journey --example typing -- assets/catalogue
//! ```
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "figures for the command line, measured")]

use std::error::Error;
use std::time::{Duration, Instant};

use hall_rules::Catalogue;
use hall_rules::generate::generate;
use kiosk_journey::ime::Ime;
use kiosk_journey::search::SearchIndex;
use pinyin::ToPinyin as _;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder of the catalogue's files")?;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        files.push((path.display().to_string(), std::fs::read_to_string(&path)?));
    }
    let shipped = Catalogue::from_files(&files)?;
    for catalogue in [&shipped, &generate(2_340)] {
        figures_of_search(catalogue);
    }
    figures_of_input(&shipped);
    what_is_found(&shipped);
    Ok(())
}

fn figures_of_search(catalogue: &Catalogue) {
    let started = Instant::now();
    let index = SearchIndex::build(catalogue);
    println!("{} items: index built in {:.1} ms", catalogue.items.len(), ms(started.elapsed()));
    let mut times = Vec::new();
    let mut reached = [0; 3];
    // Every tenth of a large catalogue says as much as all.
    let step = if catalogue.items.len() > 500 { 10 } else { 1 };
    for (at, item) in catalogue.items.iter().enumerate().step_by(step) {
        let syllables: Vec<&str> = item.name.zh.chars().filter_map(|c| c.to_pinyin()).map(|p| p.plain()).collect();
        let initials: String = syllables.iter().filter_map(|syllable| syllable.chars().next()).take(8).collect();
        let full: String = syllables.concat().replace('ü', "v").chars().take(12).collect();
        for typed in [&initials, &full] {
            for length in 1..=typed.len() {
                let started = Instant::now();
                let found = index.query(&typed[..length], 5);
                times.push(started.elapsed());
                for (slot, count) in (3..=5).enumerate() {
                    if typed == &initials && length == count.min(typed.len()) {
                        reached[slot] += usize::from(found.hits.iter().any(|hit| hit.item == at));
                    }
                }
            }
        }
    }
    println!("  search keystroke over {} queries: {} (p99 should be ≤ 5 ms)", times.len(), spread(times));
    let mut times = Vec::new();
    for (phrase, _) in cases(include_str!("../tests/cases/search.tsv")) {
        let letters: String = phrase.chars().filter_map(|c| c.to_pinyin()).map(|p| p.plain()).collect();
        for typed in [phrase.to_owned(), letters.clone(), letters + "ma"] {
            let started = Instant::now();
            let found = index.query(&typed, 5);
            times.push(started.elapsed());
            drop(found);
        }
    }
    println!("  everyday phrases, which mostly match nothing as a whole: {}", spread(times));
    let share = reached.map(|n| 100.0 * n as f64 / catalogue.items.len().div_ceil(step) as f64);
    println!("  among the first five after 3, 4, 5 initials: {:.1} %, {:.1} %, {:.1} %", share[0], share[1], share[2]);
}

fn figures_of_input(catalogue: &Catalogue) {
    let (started, before) = (Instant::now(), memory_kb());
    let ime = Ime::load(catalogue);
    println!("pinyin engine loaded in {:.1} ms", ms(started.elapsed()));
    let mut times = Vec::new();
    for item in &catalogue.items {
        let letters: String = item.name.zh.chars().filter_map(|c| c.to_pinyin()).map(|p| p.plain()).collect();
        let letters = letters.replace('ü', "v");
        for length in 1..=letters.len().min(24) {
            let started = Instant::now();
            let candidates = ime.candidates(&letters[..length], 60);
            times.push(started.elapsed());
            drop(candidates);
        }
    }
    println!("  pinyin key over {} compositions: {}", times.len(), spread(times));
    println!("  memory (PSS) grew by {} kB from before loading to after these compositions", memory_kb() - before);
    for letters in ["yingyexingyanchu", "yyxyc", "xingfu", "xingfuyanglaoyuan", "zhangsan", "sh", "shiyan", "nv"] {
        let texts: Vec<String> = ime.candidates(letters, 8).into_iter().map(|candidate| candidate.text).collect();
        println!("  {letters}: {}", texts.join(" "));
    }
}

/// How often what people mean comes first and soon, over the cases of the tests.
fn what_is_found(catalogue: &Catalogue) {
    let ime = Ime::load(catalogue);
    let typed = cases(include_str!("../tests/cases/typing.tsv"));
    let places = typed.iter().map(|(letters, text)| {
        ime.candidates(letters, 60).iter().position(|candidate| candidate.text == *text).filter(|&at| at < 5)
    });
    let places: Vec<Option<usize>> = places.collect();
    println!("  pinyin of {} words: {}", typed.len(), shares(&places));
    let index = SearchIndex::build(catalogue);
    let phrases = cases(include_str!("../tests/cases/search.tsv"));
    let places = phrases.iter().map(|(phrase, numbers)| {
        let wanted = |item: usize| numbers.split(',').any(|number| number.parse() == Ok(item + 1));
        index.query(phrase, 3).hits.iter().position(|hit| wanted(hit.item))
    });
    let places: Vec<Option<usize>> = places.collect();
    println!("search for {} everyday phrases: {}", phrases.len(), shares(&places));
}

fn cases(text: &'static str) -> Vec<(&'static str, &'static str)> {
    text.lines().filter_map(|line| line.split_once('\t')).collect()
}

fn shares(places: &[Option<usize>]) -> String {
    let share = |count: usize| 100.0 * count as f64 / places.len() as f64;
    let first = places.iter().filter(|place| **place == Some(0)).count();
    format!("{:.1} % first, {:.1} % among the first", share(first), share(places.iter().flatten().count()))
}

/// Proportional set size of this process; 0 where the kernel does not tell.
fn memory_kb() -> i64 {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).map_or(0.0, |time| ms(*time));
    let max = times.last().map_or(0.0, |time| ms(*time));
    format!("p50 {:.2} ms, p99 {:.2} ms, worst {max:.2} ms", at(0.5), at(0.99))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
