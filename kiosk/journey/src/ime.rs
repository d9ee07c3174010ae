//! Pinyin input for the few fields that ask for text.
//!
//! Candidates: the catalogue's own words, then words of the dictionary, then what the dictionary composes, then shorter
//! words and single characters for the beginning of what was typed, rare characters last. Sounds that people confuse
//! (zh/z, ch/c, sh/s, n/l, ng/n) are found after the proper ones. The same letters always give the same candidates:
//! nothing is learnt from anyone.
//!
//! The engine is weighed in `docs/decisions/0020-pinyin-engine.md`. Loading makes the tables of the catalogue's words
//! and of rare characters, a few megabytes; load when the first text field is shown, not before.

mod phrases;

use std::collections::BTreeMap;
use std::fmt;

use hall_rules::Catalogue;
use inputx_pinyin::{PinyinDict, VALID_SYLLABLES, segment};

use crate::search::spell;
use phrases::Phrases;

/// The most letters that one composition holds.
pub const MAX_LETTERS: usize = 30;
/// The longest syllable has this many letters (`zhuang`).
const MAX_SYLLABLE: usize = 6;

/// A pinyin engine for one catalogue.
pub struct Ime {
    dictionary: PinyinDict,
    phrases: Phrases,
    /// Every character by its reading; code point order within a reading.
    characters: BTreeMap<String, Vec<char>>,
}

/// Something to choose.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it puts into the text.
    pub text: String,
    /// How many of the letters it stands for; the rest stay to be chosen.
    pub letters: usize,
}

/// What applicants type is personal.
impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").field("letters", &self.letters).finish_non_exhaustive()
    }
}

impl fmt::Debug for Ime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ime").finish_non_exhaustive()
    }
}

impl Ime {
    /// Loads the engine with the words of `catalogue`.
    pub fn load(catalogue: &Catalogue) -> Self {
        let mut characters: BTreeMap<String, Vec<char>> = BTreeMap::new();
        // CJK Unified Ideographs, then Extension A: rare characters of names come last.
        for character in ('\u{4e00}'..='\u{9fff}').chain('\u{3400}'..='\u{4dbf}') {
            for reading in spell::readings(character) {
                characters.entry(reading).or_default().push(character);
            }
        }
        Self { dictionary: PinyinDict::embedded(), phrases: Phrases::of(catalogue), characters }
    }

    /// What `letters` may stand for, best first, `limit` at most. Letters are a to z; v is ü.
    pub fn candidates(&self, letters: &str, limit: usize) -> Vec<Candidate> {
        let letters: String = letters.chars().filter(char::is_ascii_lowercase).take(MAX_LETTERS).collect();
        let mut list = List { candidates: Vec::new(), limit };
        if letters.is_empty() {
            return list.candidates;
        }
        let all = letters.len();
        let typed: Vec<char> = letters.chars().collect();
        list.extend(all, self.phrases.matching(&typed));
        list.extend(all, self.words(&letters));
        list.extend(all, self.half_typed(&letters));
        if segment(&letters).first().is_some_and(|best| best.len() > 1) && list.is_empty_for(all) {
            list.extend(all, self.dictionary.best_composition(&letters).map(|(_, text)| text));
        }
        for end in self.beginnings(&letters) {
            list.extend(end, self.words(&letters[..end]));
        }
        if let Some(end) = first_syllable(&letters) {
            for confused in spell::confused(&letters[..end]) {
                list.extend(end, self.words(&confused));
            }
            let rare = self.characters.get(&letters[..end]).into_iter().flatten();
            list.extend(end, rare.map(char::to_string));
        }
        list.candidates
    }

    /// Dictionary words spelt exactly so, and those of people who confuse sounds.
    fn words(&self, letters: &str) -> Vec<String> {
        let mut words = self.dictionary.lookup(letters);
        if words.is_empty() {
            let syllables = segment(letters).into_iter().next().map(|best| best.syllables).unwrap_or_default();
            for at in 0..syllables.len() {
                for confused in spell::confused(&syllables[at]) {
                    let other = [&syllables[..at], &[confused], &syllables[at + 1..]].concat().concat();
                    words.extend(self.dictionary.lookup(&other));
                }
            }
        }
        words
    }

    /// Words whose last syllable is only begun, commonest first.
    fn half_typed(&self, letters: &str) -> Vec<String> {
        let mut found: Vec<(u64, String)> = Vec::new();
        let mut words = Vec::new();
        for start in (0..letters.len()).rev().take(MAX_SYLLABLE) {
            let (head, tail) = letters.split_at(start);
            if !head.is_empty() && segment(head).is_empty() {
                continue;
            }
            let fits = |syllable: &&&str| syllable.len() > tail.len() && syllable.starts_with(tail);
            for syllable in VALID_SYLLABLES.iter().filter(fits) {
                self.dictionary.lookup_with_freq_into(&format!("{head}{syllable}"), &mut words);
                found.extend(words.drain(..).take(20).map(|(word, frequency)| (frequency, word)));
            }
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        found.into_iter().map(|(_, word)| word).collect()
    }

    /// Ends of the proper beginnings of `letters` that divide into syllables, longest first.
    fn beginnings(&self, letters: &str) -> impl Iterator<Item = usize> {
        (1..letters.len()).rev().filter(|&end| !segment(&letters[..end]).is_empty())
    }
}

/// End of the longest syllable at the start of `letters` that leaves something pronounceable.
fn first_syllable(letters: &str) -> Option<usize> {
    let whole = segment(letters).first().and_then(|best| best.syllables.first()).map(String::len);
    whole
        .or_else(|| (1..=letters.len().min(MAX_SYLLABLE)).rev().find(|&end| VALID_SYLLABLES.contains(&&letters[..end])))
}

/// Candidates without repetition.
struct List {
    candidates: Vec<Candidate>,
    limit: usize,
}

impl List {
    fn extend(&mut self, letters: usize, texts: impl IntoIterator<Item = String>) {
        for text in texts {
            if self.candidates.len() >= self.limit {
                return;
            }
            if !self.candidates.iter().any(|known| known.text == text) {
                self.candidates.push(Candidate { text, letters });
            }
        }
    }

    fn is_empty_for(&self, letters: usize) -> bool {
        !self.candidates.iter().any(|candidate| candidate.letters == letters)
    }
}

/// Letters being typed and the text chosen so far. It is personal: `Debug` hides it, and it is wiped when dropped.
#[derive(Clone, Default, PartialEq, Eq, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct Composition {
    text: String,
    letters: String,
}

impl fmt::Debug for Composition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Composition").field("letters", &self.letters.len()).finish_non_exhaustive()
    }
}

impl Composition {
    /// Begins with a text that is there already.
    pub fn with_text(text: impl Into<String>) -> Self {
        Self { text: text.into(), letters: String::new() }
    }

    /// The text chosen so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The letters not yet chosen for.
    pub fn letters(&self) -> &str {
        &self.letters
    }

    /// Whether nothing was typed or chosen.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.letters.is_empty()
    }

    /// Adds a key. Letters go to the letters, ü as v; anything else first takes the letters as they are and then goes
    /// into the text.
    pub fn push(&mut self, key: char) {
        let key = if matches!(key, 'ü' | 'Ü') { 'v' } else { key.to_ascii_lowercase() };
        if key.is_ascii_lowercase() {
            if self.letters.len() < MAX_LETTERS {
                self.letters.push(key);
            }
        } else if !key.is_control() {
            self.keep_letters();
            self.text.push(key);
        }
    }

    /// Takes back the last letter, or the last character of the text. False when there was nothing.
    pub fn backspace(&mut self) -> bool {
        self.letters.pop().or_else(|| self.text.pop()).is_some()
    }

    /// Puts a candidate for the first letters into the text.
    pub fn choose(&mut self, candidate: &Candidate) {
        self.text.push_str(&candidate.text);
        self.letters.drain(..candidate.letters.min(self.letters.len()));
    }

    /// Takes the letters as they are into the text, for names in Latin letters.
    pub fn keep_letters(&mut self) {
        self.text.push_str(&self.letters);
        self.letters.clear();
    }
}

#[cfg(test)]
mod tests;
