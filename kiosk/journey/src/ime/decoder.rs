//! The likeliest texts for letters without spaces: the cheapest ways through the words that lie between their ends
//! (Viterbi's algorithm, keeping the best few at every letter).

use std::collections::{BTreeSet, HashMap};

use inputx_pinyin::VALID_SYLLABLES;

use super::lexicon::{Lexicon, NAT, Word, is_long};
use super::people::People;
use crate::search::spell::{MAX_SYLLABLE, is_pronounceable, is_syllable};

/// The most letters that one word has.
const MAX_WORD: usize = 24;
/// Ways kept at each letter.
const KEPT: usize = 10;
/// Words looked at between two letters on the way.
const WORDS: usize = 12;
/// Texts kept for all letters: more than can be turned to.
const MOST: usize = 400;
/// What a character by itself costs more among others: most characters are part of a word.
const LONE: u32 = 35 * NAT / 10;
/// What an ending saves after a name, and what it costs at least.
const ENDING: u32 = 9 * NAT;
const ENDING_LEAST: u32 = 4 * NAT;
/// What each rank in its line costs an ending.
const ENDING_RANK: u32 = NAT / 15;
/// What the ending of a place saves besides when a place is before it.
const OF_A_PLACE: u32 = 2 * NAT;

const ENDINGS: &str = include_str!("../../../../assets/pinyin/endings.txt");

/// A text for the letters. It is personal: there is no `Debug`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reading {
    pub(super) cost: u32,
    pub(super) text: String,
    /// It is one word, not several in a row.
    pub(super) word: bool,
    /// Its last word is the name of a place.
    place: bool,
}

impl Reading {
    /// One word for all letters.
    pub(super) fn of(cost: u32, text: String) -> Self {
        Self { cost, text, word: true, place: false }
    }
}

/// What the letters may stand for.
#[derive(Default)]
pub(super) struct Decoded {
    /// Texts for all letters, likeliest first.
    pub(super) whole: Vec<Reading>,
    /// Texts for them and the rest of a last syllable, likeliest first.
    pub(super) begun: Vec<Reading>,
}

pub(super) struct Decoder {
    endings: HashMap<&'static str, Ending>,
}

struct Ending {
    rank: u32,
    of_place: bool,
}

impl Decoder {
    pub(super) fn load() -> Self {
        let mut endings = HashMap::new();
        let mut of_place = false;
        for line in ENDINGS.lines() {
            if let Some(heading) = line.strip_prefix("# ") {
                of_place = heading == "Places";
            } else {
                endings.extend(line.split(' ').zip(0..).map(|(ending, rank)| (ending, Ending { rank, of_place })));
            }
        }
        Self { endings }
    }

    pub(super) fn decode(&self, letters: &str, lexicon: &Lexicon, people: &People) -> Decoded {
        let length = letters.len();
        let mut ways: Vec<Vec<Reading>> = vec![Vec::new(); length + 1];
        ways[0] = vec![Reading::of(0, String::new())];
        for end in 1..=length {
            let mut found = BTreeSet::new();
            for start in end.saturating_sub(MAX_WORD)..end {
                if ways[start].is_empty() {
                    continue;
                }
                let words = lexicon.words(&letters[start..end]);
                let limit = if start == 0 && end == length { words.len() } else { WORDS };
                self.join(&ways[start], &words, limit, end == length, &mut found);
            }
            if end == length && !is_syllable(letters) {
                let names = people.names(letters).into_iter().take(WORDS * 2);
                found.extend(names.map(|name| Reading::of(name.cost, name.text)));
            }
            let limit = if end == length { usize::MAX } else { KEPT };
            ways[end] = distinct(found, limit);
        }
        let begun = self.begun(letters, &ways, lexicon);
        Decoded { whole: ways.pop().unwrap_or_default(), begun }
    }

    /// Adds each word to each way.
    fn join(&self, ways: &[Reading], words: &[Word], limit: usize, last: bool, found: &mut BTreeSet<Reading>) {
        let most = if last { MOST } else { KEPT * 2 };
        let endings = words.iter().skip(limit).filter(|word| last && self.endings.contains_key(word.text.as_str()));
        for word in words.iter().take(limit).chain(endings) {
            for way in ways {
                let cost = way.cost + self.cost_after(way, word, last);
                if found.len() >= most && found.last().is_some_and(|worst| worst.cost <= cost) {
                    continue;
                }
                let text = format!("{}{}", way.text, word.text);
                found.insert(Reading { cost, text, word: way.text.is_empty(), place: word.place });
                if found.len() > most {
                    found.pop_last();
                }
            }
        }
    }

    fn cost_after(&self, way: &Reading, word: &Word, last: bool) -> u32 {
        let alone = way.text.is_empty() && last;
        let cost = word.cost + if alone || is_long(&word.text) { 0 } else { LONE };
        match self.endings.get(word.text.as_str()) {
            Some(ending) if last && is_long(&way.text) => {
                let saved = if ending.of_place && way.place { OF_A_PLACE } else { 0 };
                cost.min(cost.saturating_sub(ENDING).max(ENDING_LEAST + ending.rank * ENDING_RANK) - saved)
            }
            _ => cost,
        }
    }

    /// The ways to the end when the last syllable is only begun.
    fn begun(&self, letters: &str, ways: &[Vec<Reading>], lexicon: &Lexicon) -> Vec<Reading> {
        let length = letters.len();
        let mut found = BTreeSet::new();
        for last in (length.saturating_sub(MAX_SYLLABLE)..length).rev() {
            let tail = &letters[last..];
            let fits = |syllable: &&&str| syllable.len() > tail.len() && syllable.starts_with(tail);
            for start in (last.saturating_sub(MAX_WORD)..=last).filter(|&start| !ways[start].is_empty()) {
                let head = &letters[start..last];
                if !is_pronounceable(head) || !lexicon.begins(&letters[start..]) {
                    continue;
                }
                for syllable in VALID_SYLLABLES.iter().filter(fits) {
                    let words = lexicon.words(&[head, syllable].concat());
                    self.join(&ways[start], &words, WORDS, true, &mut found);
                }
            }
        }
        distinct(found, KEPT * 2)
    }
}

/// The cheapest of each text, `limit` at most.
fn distinct(found: BTreeSet<Reading>, limit: usize) -> Vec<Reading> {
    let mut kept: Vec<Reading> = Vec::new();
    let mut seen = BTreeSet::new();
    for reading in found {
        if kept.len() >= limit {
            break;
        }
        if seen.insert(reading.text.clone()) {
            kept.push(reading);
        }
    }
    kept
}
