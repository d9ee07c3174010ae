//! English: the beginnings of words, and single words of a query that matches nothing as a whole.

use super::matcher::Cost;
use super::{Candidate, Class, EnglishLine, Kind, Order, SearchIndex, Source};

/// A word of fewer letters says nothing by itself (a, of, to).
const SHORTEST: usize = 3;
/// Words that stand in half of all queries.
const EMPTY_WORDS: [&str; 16] = [
    "and", "apply", "are", "can", "for", "get", "have", "how", "need", "the", "want", "what", "where", "with", "you",
    "your",
];
/// Endings that a word may have in a query and not in the catalogue.
const SUFFIXES: [&str; 4] = ["ing", "es", "s", "ed"];
const NO_COST: Cost = Cost { initials: 0, fuzzy: 0 };

/// Whether a keyword is English.
pub(super) fn is_english(keyword: &str) -> bool {
    keyword.is_ascii() && keyword.chars().filter(char::is_ascii_lowercase).count() >= SHORTEST
}

impl SearchIndex {
    pub(super) fn match_english<'a>(
        &'a self,
        query: &[char],
        line: &'a EnglishLine,
        best: &mut [Option<Candidate<'a>>],
    ) {
        let starts_word = |at: usize| at == 0 || !line.text[at - 1].is_ascii_alphanumeric();
        for start in (0..line.text.len()).filter(|&at| starts_word(at)) {
            let mut left = query;
            let mut end = start;
            for &c in &line.text[start..] {
                match left {
                    [] => break,
                    [first, rest @ ..] if *first == c => left = rest,
                    _ if c.is_ascii_alphanumeric() => break,
                    _ => {} // spaces and hyphens were dropped from the query
                }
                end += 1;
            }
            if left.is_empty() {
                let (class, source) = match &line.kind {
                    Kind::Name => (Class::English, Source::EnglishName),
                    Kind::Keyword(word) => (Class::English, Source::Keyword(word)),
                    Kind::Plain => (Class::EnglishPlain, Source::Plain),
                };
                self.offer(best, Order::new(class, NO_COST, start), line.item, source, start..end);
                return;
            }
        }
    }

    /// Items with most of the words of a query, rare words first.
    pub(super) fn find_english_words<'a>(&'a self, typed: &str, best: &mut [Option<Candidate<'a>>]) {
        let typed = typed.to_ascii_lowercase();
        let words = typed.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| {
            word.len() >= SHORTEST && word.chars().all(|c| c.is_ascii_alphabetic()) && !EMPTY_WORDS.contains(word)
        });
        let mut worth = vec![0_usize; self.ranks.len()];
        for word in words {
            let stem =
                SUFFIXES.iter().find_map(|suffix| word.strip_suffix(suffix)).filter(|stem| stem.len() > SHORTEST);
            let stem: Vec<char> = stem.unwrap_or(word).chars().collect();
            let mut items: Vec<usize> =
                self.english.iter().filter(|line| has_word(line, &stem)).map(|line| line.item as usize).collect();
            items.dedup();
            items.iter().for_each(|&item| worth[item] += 1 + self.ranks.len() / items.len());
        }
        let most = worth.iter().copied().max().unwrap_or(0);
        for (item, &worth) in (0_u32..).zip(&worth) {
            if worth > 0 && worth * 2 >= most {
                self.offer(best, Order::new(Class::Common, NO_COST, most - worth), item, Source::Plain, 0..0);
            }
        }
    }
}

fn has_word(line: &EnglishLine, stem: &[char]) -> bool {
    line.text.split(|c| !c.is_ascii_alphanumeric()).any(|word| word.starts_with(stem))
}
