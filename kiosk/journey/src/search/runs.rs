//! What a query that matches nothing has in common with the items: runs of characters or whole syllables, each worth as
//! much as its characters are rare in the catalogue, the best that do not overlap added up.

use std::collections::BTreeMap;

use super::matcher::{Cost, Glyph};
use super::{Candidate, Class, Kind, Order, Place, SearchIndex, Source, spell};

/// A run of this many characters or more says something by itself.
const SHORTEST: usize = 2;
/// The worth of a character that only one item has, in a catalogue of any size.
const RAREST: usize = 1_000;
/// Items worth less than this share of the best are not shown, in percent.
const SHOWN: usize = 60;

/// Something that the query and a line have in common.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Where it ends in the query.
    end: usize,
    /// Characters of the line.
    length: usize,
    worth: usize,
    place: Place,
}

/// For each glyph, where it may end that begins at a place of the query, and whether it is spelt in a confused way.
type Steps = Vec<Vec<(usize, bool)>>;

impl SearchIndex {
    pub(super) fn find_common<'a>(&'a self, query: &[char], best: &mut [Option<Candidate<'a>>]) {
        let starts = starts(query);
        let steps: Vec<Steps> =
            (0..query.len()).map(|start| if starts[start] { self.steps(query, start) } else { Steps::new() }).collect();
        // By item, then by where they start in the query.
        let mut runs: BTreeMap<u32, Vec<(usize, Run)>> = BTreeMap::new();
        for (start, glyphs) in steps.iter().enumerate() {
            for (glyph, _) in glyphs.iter().enumerate().filter(|(_, ends)| !ends.is_empty()) {
                for &place in &self.places[glyph] {
                    let Some(run) = self.longest(&steps, start, place) else { continue };
                    let alone = query[start].is_ascii_alphanumeric() || self.worths[glyph] * 2 < RAREST;
                    if run.length >= SHORTEST || !alone {
                        runs.entry(self.lines[place.line as usize].item).or_default().push((start, run));
                    }
                }
            }
        }
        let found: Vec<(u32, usize, Run)> = runs
            .into_iter()
            .filter_map(|(item, runs)| best_together(&runs, query.len()).map(|(worth, run)| (item, worth, run)))
            .collect();
        let most = found.iter().map(|(_, worth, _)| *worth).max().unwrap_or(0);
        for (item, worth, run) in found.into_iter().filter(|(_, worth, _)| worth * 100 >= most * SHOWN) {
            let position = usize::from(run.place.position);
            let (source, range) = match &self.lines[run.place.line as usize].kind {
                Kind::Name => (Source::Name, position..position + run.length),
                Kind::Keyword(word) => (Source::Keyword(word), 0..0),
                Kind::Plain => (Source::Plain, 0..0),
            };
            let order = Order::new(Class::Common, Cost { initials: 0, fuzzy: 0 }, most - worth);
            self.offer(best, order, item, source, range);
        }
    }

    fn steps(&self, query: &[char], start: usize) -> Steps {
        let left = &query[start..];
        let ends = |glyph: &Glyph| -> Vec<(usize, bool)> {
            if glyph.character == left[0] {
                return vec![(start + 1, false)];
            }
            let spelt = glyph.spellings.iter().filter(|spelling| {
                let mut letters = spelling.letters.chars();
                left.len() >= spelling.letters.len()
                    && left.iter().all(|typed| letters.next().is_none_or(|c| c == *typed))
            });
            spelt.map(|spelling| (start + spelling.letters.len(), spelling.fuzzy)).collect()
        };
        let glyphs = self.glyphs.iter();
        glyphs.map(|glyph| if glyph.may_start(left[0]) { ends(glyph) } else { Vec::new() }).collect()
    }

    /// What a character is worth that stands in these places.
    pub(super) fn worth(&self, places: &[Place]) -> usize {
        let mut items: Vec<u32> = places.iter().map(|place| self.lines[place.line as usize].item).collect();
        items.dedup();
        // The logarithm of the share of items that have it, against that of one item's.
        let (with, all) = (items.len().max(1), self.ranks.len().max(2));
        RAREST - RAREST * bits(with) / bits(all)
    }

    /// The longest run from a place in the query and in a line.
    fn longest(&self, steps: &[Steps], start: usize, place: Place) -> Option<Run> {
        let line = &self.lines[place.line as usize];
        let glyph = *line.text.get(usize::from(place.position))?;
        let ends = steps.get(start)?.get(usize::from(glyph))?;
        let next = Place { position: place.position.saturating_add(1), ..place };
        let runs = ends.iter().map(|&(end, fuzzy)| {
            let worth = (self.worths[usize::from(glyph)] + RAREST / 10) / if fuzzy { 2 } else { 1 };
            match self.longest(steps, end, next) {
                Some(rest) => Run { length: rest.length + 1, worth: rest.worth + worth, place, ..rest },
                None => Run { end, length: 1, worth, place },
            }
        });
        runs.max_by_key(|run| (run.worth, run.end))
    }
}

/// Sixteen times the binary logarithm, straight between whole ones.
fn bits(n: usize) -> usize {
    let whole = n.ilog2();
    whole as usize * 16 + ((n * 16) >> whole) - 16
}

/// The worth of the best runs that do not overlap in the query, and the best of them by itself. Runs are in order of
/// their starts.
fn best_together(runs: &[(usize, Run)], length: usize) -> Option<(usize, Run)> {
    let mut worth = vec![0; length + 1];
    let mut at = length;
    for (start, run) in runs.iter().rev() {
        while at > *start {
            at -= 1;
            worth[at] = worth[at + 1];
        }
        worth[at] = worth[at].max(run.worth + worth[run.end]);
    }
    let best = runs.iter().map(|(_, run)| *run).max_by_key(|run| run.worth)?;
    Some((worth[at], best))
}

/// Where in the query a character or syllable may begin; anywhere when it does not divide into them.
fn starts(query: &[char]) -> Vec<bool> {
    let mut starts = vec![false; query.len() + 1];
    starts[0] = true;
    for at in 0..query.len() {
        if !starts[at] {
            continue;
        }
        if !query[at].is_ascii_lowercase() {
            starts[at + 1] = true;
        }
        for end in at + 1..=query.len().min(at + spell::MAX_SYLLABLE) {
            let letters: String = query[at..end].iter().collect();
            if spell::is_syllable(&letters) {
                starts[end] = true;
            }
        }
    }
    starts
}
