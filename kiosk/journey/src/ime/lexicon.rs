//! Words by the letters that spell them in full, each with what it costs.
//!
//! A cost is the negative logarithm of how often a word is written, in the dictionary's own units: [`NAT`] of them make
//! one factor of e. Costs of words in a row add up.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use hall_rules::Catalogue;
use inputx_pinyin::PinyinDict;

use super::characters;
use super::table::Table;

/// What a factor of e costs, fitted over the dictionary's weights.
pub(super) const NAT: u32 = 4_400;
/// The greatest weight that a corpus gave a word (的).
const HEAVIEST: u64 = 65_535;
/// The dictionary's editors gave some hundreds of words of computing (闭环, 迭代) round weights by hand, from this up.
const BY_HAND: u64 = 40_000;
/// What such a word weighs instead: as much as the common words of its length.
const COMMON: u64 = 36_000;
/// The cost of a place or nation of each tier of [`NAMES`], in tenths of a [`NAT`].
const TIERS: [u32; 5] = [100, 115, 130, 140, 155];
/// The cost of a phrase of the catalogue, and of a part of one.
const PHRASE: u32 = 11 * NAT;
pub(super) const PART: u32 = 12 * NAT;
/// The longest word looked for within a phrase, in characters.
const LONGEST: usize = 6;

/// Words to put before their homophones, by a corpus of written Chinese.
static FIRST: Table = Table::new(include_str!("../../../../assets/pinyin/first.tsv"));
/// Places and nations.
static NAMES: Table = Table::new(include_str!("../../../../assets/pinyin/names.tsv"));

/// A word and its cost. It is personal once somebody typed it: there is no `Debug`.
#[derive(Clone)]
pub(super) struct Word {
    pub(super) cost: u32,
    pub(super) text: String,
    /// It is the name of a place.
    pub(super) place: bool,
}

/// The cost and letters of texts that were looked up before; `None` is no word.
type Spelt = HashMap<String, Option<(u32, String)>>;

/// The dictionary's words, places and nations, and the phrases of a catalogue.
pub(super) struct Lexicon {
    dictionary: PinyinDict,
    phrases: BTreeMap<String, Vec<Word>>,
}

impl Lexicon {
    pub(super) fn of(catalogue: &Catalogue) -> Self {
        let mut lexicon = Self { dictionary: PinyinDict::embedded(), phrases: BTreeMap::new() };
        let mut spelt = Spelt::new();
        for run in super::phrases::texts(catalogue) {
            lexicon.learn(run, &mut spelt);
        }
        lexicon
    }

    /// The words that `letters` spell, cheapest first.
    pub(super) fn words(&self, letters: &str) -> Vec<Word> {
        let mut found = self.dictionary_words(letters);
        found.extend(self.phrases.get(letters).into_iter().flatten().cloned());
        for (tier, name) in NAMES.values(letters).filter_map(|line| line.split_once('\t')) {
            let Some(tenths) = tier.parse().ok().and_then(|tier: usize| TIERS.get(tier)) else { continue };
            let cost = tenths * NAT / 10;
            match found.iter_mut().find(|word| word.text == name) {
                Some(word) => (word.cost, word.place) = (word.cost.min(cost), true),
                None => found.push(Word { cost, text: name.to_owned(), place: true }),
            }
        }
        found.sort_by(|a, b| a.cost.cmp(&b.cost).then_with(|| a.text.cmp(&b.text)));
        found
    }

    /// Whether the letters of any word begin so.
    pub(super) fn begins(&self, beginning: &str) -> bool {
        let mut after = self.phrases.range::<str, _>((Bound::Included(beginning), Bound::Unbounded));
        self.dictionary.prefix_exists(beginning)
            || NAMES.begins(beginning)
            || after.next().is_some_and(|(letters, _)| letters.starts_with(beginning))
    }

    fn dictionary_words(&self, letters: &str) -> Vec<Word> {
        let mut entries = Vec::new();
        self.dictionary.lookup_with_freq_into(letters, &mut entries);
        let mut words: Vec<Word> =
            entries.into_iter().map(|(text, weight)| Word { cost: cost(&text, weight), text, place: false }).collect();
        if let Some(first) = FIRST.values(letters).next() {
            let least = words.iter().filter(|word| is_long(&word.text)).map(|word| word.cost).min().unwrap_or(PART);
            words.iter_mut().filter(|word| word.text == first).for_each(|word| word.cost = least.saturating_sub(1));
        }
        words
    }

    /// Adds a phrase, and each part of it of several words, as its words are read.
    fn learn(&mut self, phrase: &str, spelt: &mut Spelt) {
        let words = self.divide(phrase, spelt);
        for start in 0..words.len() {
            for end in start + 1..=words.len() {
                let whole = end - start == words.len();
                let joins = |at: usize| matches!(words[at].1.as_str(), "和" | "及" | "与" | "或" | "的");
                if !whole && (end - start < 2 || joins(start) || joins(end - 1)) {
                    continue;
                }
                let letters: String = words[start..end].iter().map(|(letters, _)| letters.as_str()).collect();
                let text: String = words[start..end].iter().map(|(_, text)| text.as_str()).collect();
                let known = self.phrases.entry(letters).or_default();
                match known.iter_mut().find(|word| word.text == text) {
                    Some(word) if whole => word.cost = PHRASE,
                    Some(_) => {}
                    None => known.push(Word { cost: if whole { PHRASE } else { PART }, text, place: false }),
                }
            }
        }
    }

    /// Divides a text into words of the dictionary with their letters, by the cheapest way; empty when a character has
    /// no reading.
    fn divide(&self, text: &str, spelt: &mut Spelt) -> Vec<(String, String)> {
        let chars: Vec<char> = text.chars().collect();
        let mut best: Vec<Option<(u32, usize, String)>> = vec![None; chars.len() + 1];
        best[0] = Some((0, 0, String::new()));
        for start in 0..chars.len() {
            let Some((so_far, ..)) = best[start] else { continue };
            for end in start + 1..=chars.len().min(start + LONGEST) {
                let word: String = chars[start..end].iter().collect();
                let spelling = spelt.entry(word).or_insert_with_key(|word| self.spelling(&chars[start..end], word));
                let Some((cost, letters)) = spelling.clone() else { continue };
                let total = so_far + cost + if end - start == 1 { NAT * 4 } else { 0 };
                if best[end].as_ref().is_none_or(|known| total < known.0) {
                    best[end] = Some((total, start, letters));
                }
            }
        }
        let mut words = Vec::new();
        let mut end = chars.len();
        while end > 0 {
            let Some((_, start, letters)) = best[end].take() else { return Vec::new() };
            words.push((letters, chars[start..end].iter().collect()));
            end = start;
        }
        words.reverse();
        words
    }

    /// How the dictionary spells a word; a single character that it does not have, by its first reading.
    fn spelling(&self, chars: &[char], word: &str) -> Option<(u32, String)> {
        let mut spelt = vec![String::new()];
        for &character in chars {
            let readings = characters::readings(character);
            spelt = spelt.iter().flat_map(|head| readings.iter().map(move |r| format!("{head}{r}"))).take(64).collect();
        }
        let known = spelt.iter().filter_map(|letters| {
            let entry = self.dictionary_words(letters).into_iter().find(|known| known.text == word)?;
            Some((entry.cost, letters.clone()))
        });
        let rare = || spelt.first().filter(|_| chars.len() == 1).map(|letters| (PART, letters.clone()));
        known.min().or_else(rare)
    }
}

fn cost(text: &str, weight: u64) -> u32 {
    let by_hand = weight > HEAVIEST || (weight >= BY_HAND && weight.is_multiple_of(1_000));
    let weight = if by_hand && is_long(text) { COMMON } else { weight.min(HEAVIEST) };
    3 * NAT + u32::try_from(HEAVIEST - weight).unwrap_or_default()
}

/// Whether a text has more than one character.
pub(super) fn is_long(text: &str) -> bool {
    text.chars().nth(1).is_some()
}
