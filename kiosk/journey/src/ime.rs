//! Pinyin input for the few fields that ask for text.
//!
//! Candidates: texts for all letters, likeliest first; words whose last syllable is only begun; then shorter words and
//! single characters for the beginning of what was typed, rare characters last. Sounds that people confuse (zh/z, ch/c,
//! sh/s, n/l, ng/n) are found after the proper ones. The same letters always give the same candidates: nothing is learnt
//! from anyone.
//!
//! The engine is weighed in `docs/decisions/0020-pinyin-engine.md` and `0111-a-lattice-over-the-dictionary.md`. Loading
//! makes the tables of the catalogue's phrases and of rare characters, a few megabytes; load when the first text field
//! is shown, not before.

mod characters;
mod decoder;
mod lexicon;
mod people;
mod phrases;
mod table;

use std::collections::BTreeMap;
use std::fmt;

use hall_rules::Catalogue;
use inputx_pinyin::segment;

use crate::search::spell::{self, MAX_SYLLABLE, is_pronounceable};
use characters::is_syllable;
use decoder::{Decoded, Decoder, Reading};
use lexicon::{Lexicon, NAT, is_long};
use people::People;
use phrases::Phrases;

/// The most letters that one composition holds.
pub const MAX_LETTERS: usize = 30;
/// Texts for all letters that come before those whose last syllable is only begun.
const WHOLE: usize = 12;
/// The latter that come before shorter words.
const BEGUN: usize = 6;
/// What it costs that a text is spelt as many people say it.
const CONFUSED: u32 = 5 * NAT;

/// A pinyin engine for one catalogue.
pub struct Ime {
    lexicon: Lexicon,
    people: People,
    decoder: Decoder,
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
        Self {
            lexicon: Lexicon::of(catalogue),
            people: People::load(),
            decoder: Decoder::load(),
            phrases: Phrases::of(catalogue),
            characters,
        }
    }

    /// What `letters` may stand for, best first, `limit` at most. Letters are a to z; v is ü.
    pub fn candidates(&self, letters: &str, limit: usize) -> Vec<Candidate> {
        let letters: String = letters.chars().filter(char::is_ascii_lowercase).take(MAX_LETTERS).collect();
        let mut list = List { candidates: Vec::new(), limit };
        if letters.is_empty() {
            return list.candidates;
        }
        let all = letters.len();
        let mut decoded = self.decoder.decode(&letters, &self.lexicon, &self.people);
        if is_syllable(&letters) {
            self.one_syllable(&letters, decoded, &mut list);
        } else {
            let abbreviated = self.add_confused(&letters, &mut decoded.whole);
            let (first, rest) = decoded.whole.split_at(decoded.whole.len().min(WHOLE));
            list.extend(all, first.iter().map(text));
            list.extend(all, decoded.begun.iter().take(BEGUN).map(text));
            list.extend(all, abbreviated);
            list.extend(all, rest.iter().filter(|reading| reading.word).map(text));
        }
        self.beginnings(&letters, &mut list);
        list.candidates
    }

    /// Characters that people use before any other; words among them only by how common they are.
    fn one_syllable(&self, syllable: &str, decoded: Decoded, list: &mut List) {
        let standard = characters::standard(syllable);
        let words = decoded.whole.into_iter().filter(|reading| reading.word);
        let (proper, rare): (Vec<Reading>, Vec<Reading>) =
            words.partition(|reading| is_long(&reading.text) || standard.contains(&reading.text));
        list.extend(syllable.len(), proper.iter().map(text));
        list.extend(syllable.len(), standard.chars().map(String::from));
        list.extend(syllable.len(), decoded.begun.iter().map(text));
        list.extend(syllable.len(), rare.iter().map(text));
    }

    /// Adds what people mean who confuse sounds, when no word is spelt so. What the letters only abbreviate is told when
    /// they spell nothing at all.
    fn add_confused(&self, letters: &str, whole: &mut Vec<Reading>) -> Vec<String> {
        if !self.lexicon.words(letters).is_empty() {
            return Vec::new();
        }
        let spelt_nothing = whole.is_empty();
        let typed: Vec<char> = letters.chars().collect();
        let (spelt, abbreviated): (Vec<_>, Vec<_>) =
            self.phrases.matching(&typed).into_iter().partition(|(spelt, _)| *spelt);
        whole.extend(spelt.into_iter().map(|(_, text)| Reading::of(lexicon::PART + CONFUSED, text)));
        let syllables = segment(letters).into_iter().next().map(|best| best.syllables).unwrap_or_default();
        for at in 0..syllables.len() {
            for confused in spell::confused(&syllables[at]) {
                let other = [&syllables[..at], &[confused], &syllables[at + 1..]].concat().concat();
                let words = self.lexicon.words(&other).into_iter();
                whole.extend(words.map(|word| Reading::of(word.cost + CONFUSED, word.text)));
            }
        }
        whole.sort();
        if spelt_nothing { abbreviated.into_iter().map(|(_, text)| text).collect() } else { Vec::new() }
    }

    /// Words and characters for the first of the letters, longest first.
    fn beginnings(&self, letters: &str, list: &mut List) {
        for end in (1..letters.len()).rev() {
            let head = &letters[..end];
            let words = self.lexicon.words(head);
            if is_syllable(head) {
                let whole = words.into_iter().map(|word| Reading::of(word.cost, word.text));
                self.one_syllable(head, Decoded { whole: whole.collect(), begun: Vec::new() }, list);
            } else {
                list.extend(end, words.into_iter().map(|word| word.text));
            }
        }
        if let Some(end) = first_syllable(letters) {
            for confused in spell::confused(&letters[..end]) {
                list.extend(end, self.lexicon.words(&confused).into_iter().map(|word| word.text));
            }
            let rare = self.characters.get(&letters[..end]).into_iter().flatten();
            list.extend(end, rare.map(char::to_string));
        }
    }
}

fn text(reading: &Reading) -> String {
    reading.text.clone()
}

/// End of the longest syllable at the start of `letters` that leaves something pronounceable, or else of the longest.
fn first_syllable(letters: &str) -> Option<usize> {
    let ends = || (1..=letters.len().min(MAX_SYLLABLE)).rev().filter(|&end| is_syllable(&letters[..end]));
    ends().find(|&end| is_pronounceable(&letters[end..])).or_else(|| ends().next())
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
