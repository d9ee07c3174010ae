//! The catalogue's own phrases: what they are, and which of them letters abbreviate or spell as they sound to many.

use std::collections::{BTreeSet, HashMap};

use hall_rules::Catalogue;

use super::lexicon::is_long;
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
        let joined = |c: char| matches!(c, '和' | '及' | '与' | '或' | '的');
        for run in texts(catalogue).flat_map(|text| text.split(joined)).filter(|run| is_long(run)) {
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

    /// The beginnings of phrases that `letters` spell in full as many people say them, whole phrases first; then those they
    /// abbreviate. True for the former.
    pub(super) fn matching(&self, letters: &[char]) -> Vec<(bool, String)> {
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
        let mut texts: Vec<(bool, String)> = Vec::new();
        for (initials, .., text) in found {
            if !texts.iter().any(|(_, known)| *known == text) {
                texts.push((initials == 0, text));
            }
        }
        texts
    }
}

/// The names of items and departments, keywords and materials: runs of Chinese characters of two and more.
pub(super) fn texts(catalogue: &Catalogue) -> impl Iterator<Item = &str> {
    let items = catalogue.items.iter().flat_map(|item| {
        let materials = item.materials.iter().map(|material| &material.name.zh);
        std::iter::once(&item.name.zh).chain(&item.keywords).chain(materials)
    });
    let departments = catalogue.departments.iter().map(|department| &department.name.zh);
    let runs = items.chain(departments).flat_map(|text| text.split(|c: char| !is_ideograph(c)));
    runs.filter(|run| is_long(run))
}

/// CJK unified ideographs with their extensions.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}
