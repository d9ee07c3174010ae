//! The catalogue's own words: they come before the dictionary's, which mis-ranks them.

use std::collections::{BTreeSet, HashMap};

use hall_rules::Catalogue;

use crate::search::matcher::{Glyph, match_start};
use crate::search::spell;

/// The fewest letters for which initials alone bring up a phrase.
const MIN_INITIALS: usize = 3;

/// Phrases of a catalogue.
#[derive(Debug)]
pub(super) struct Phrases {
    glyphs: Vec<Glyph>,
    phrases: Vec<Box<[u16]>>,
}

impl Phrases {
    pub(super) fn of(catalogue: &Catalogue) -> Self {
        let mut phrases = Self { glyphs: Vec::new(), phrases: Vec::new() };
        let mut known = HashMap::new();
        let mut seen = BTreeSet::new();
        let materials = catalogue.items.iter().flat_map(|item| item.materials.iter().map(|material| &material.name.zh));
        let texts = catalogue.items.iter().flat_map(|item| std::iter::once(&item.name.zh).chain(&item.keywords));
        let departments = catalogue.departments.iter().map(|department| &department.name.zh);
        for run in texts.chain(departments).chain(materials).flat_map(|text| runs(text)) {
            if seen.insert(run) {
                phrases.add(run, &mut known);
            }
        }
        phrases
    }

    fn add(&mut self, run: &str, known: &mut HashMap<char, u16>) {
        let glyphs = run.chars().map(|character| {
            *known.entry(character).or_insert_with(|| {
                self.glyphs.push(Glyph::new(character, spell::spellings(character)));
                u16::try_from(self.glyphs.len() - 1).unwrap_or(u16::MAX)
            })
        });
        let glyphs = glyphs.collect();
        self.phrases.push(glyphs);
    }

    /// The beginnings of phrases that `letters` spell in full, whole phrases first; then those they abbreviate.
    pub(super) fn matching(&self, letters: &[char]) -> Vec<String> {
        let glyph = |at: u16| &self.glyphs[usize::from(at)];
        let mut found: Vec<(u8, u8, bool, usize, String)> = Vec::new();
        for (at, phrase) in self.phrases.iter().enumerate() {
            let Some((cost, covered)) = match_start(letters, phrase, &glyph) else { continue };
            let spelt = cost.initials == 0;
            if covered < 2 || (!spelt && (letters.len() < MIN_INITIALS || cost.fuzzy > 0)) {
                continue;
            }
            let text = phrase[..covered].iter().map(|&at| glyph(at).character).collect();
            found.push((cost.initials, cost.fuzzy, covered < phrase.len(), at, text));
        }
        found.sort();
        let mut texts: Vec<String> = Vec::new();
        for (.., text) in found {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }
}

/// Runs of Chinese characters of two and more, split where a name joins several.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !('\u{3400}'..='\u{9fff}').contains(&c) || matches!(c, '和' | '及' | '与' | '或' | '的'))
        .filter(|run| run.chars().nth(1).is_some())
}
