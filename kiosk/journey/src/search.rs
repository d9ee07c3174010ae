//! Finding an item as one types: pinyin initials, full pinyin, characters, or a mixture, with the last syllable half
//! typed; in English, the beginnings of words.
//!
//! A match starts at a syllable and runs on without gaps. Order: the whole name, then full pinyin or characters, then
//! initials, then what was found by an everyday word (a keyword); within each, properly spelt before confused, earlier
//! position first, then the more used item. Nothing typed here is personal, and nothing is kept.

pub(crate) mod matcher;
pub(crate) mod spell;

use std::collections::HashMap;
use std::ops::Range;

use hall_rules::Catalogue;

use matcher::{Cost, Glyph, match_start};

/// The longest query that is looked at, in characters; the rest is ignored.
const MAX_QUERY: usize = 32;

/// An index over a catalogue's items. Built once for a catalogue.
#[derive(Clone, Debug, Default)]
pub struct SearchIndex {
    glyphs: Vec<Glyph>,
    lines: Vec<Line>,
    english: Vec<EnglishLine>,
    ranks: Vec<u32>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many items match.
    pub total: usize,
    /// The best of them.
    pub hits: Vec<Hit>,
}

/// One item that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its position in [`Catalogue::items`].
    pub item: usize,
    /// Which characters (not bytes) of its name matched; empty when a keyword did.
    pub highlights: Vec<Range<usize>>,
    /// Whether it was the English name.
    pub english: bool,
    /// The everyday word that matched, when it was not the name.
    pub keyword: Option<String>,
}

/// A name or keyword of an item.
#[derive(Clone, Debug)]
struct Line {
    item: u32,
    /// `None` is the name.
    keyword: Option<Box<str>>,
    /// Positions in `glyphs`.
    text: Box<[u16]>,
}

/// An English name.
#[derive(Clone, Debug)]
struct EnglishLine {
    item: u32,
    /// Lower-case characters.
    text: Box<[char]>,
}

/// How a hit is ordered; smaller is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    class: Class,
    cost: Cost,
    position: usize,
    rank: u32,
    item: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    WholeName,
    WholeKeyword,
    FullName,
    FullKeyword,
    NameInitials,
    KeywordInitials,
    English,
}

impl SearchIndex {
    /// Builds the index.
    pub fn build(catalogue: &Catalogue) -> Self {
        let mut index = Self::default();
        let mut known: HashMap<char, u16> = HashMap::new();
        for (at, item) in (0_u32..).zip(&catalogue.items) {
            let text = index.line(&item.name.zh, &mut known);
            index.lines.push(Line { item: at, keyword: None, text });
            for keyword in &item.keywords {
                let text = index.line(keyword, &mut known);
                index.lines.push(Line { item: at, keyword: Some(keyword.as_str().into()), text });
            }
            if !item.name.en.is_empty() {
                let text = item.name.en.chars().map(|c| c.to_ascii_lowercase()).collect();
                index.english.push(EnglishLine { item: at, text });
            }
            index.ranks.push(if item.usage_rank == 0 { u32::MAX } else { item.usage_rank });
        }
        index
    }

    fn line(&mut self, text: &str, known: &mut HashMap<char, u16>) -> Box<[u16]> {
        text.chars()
            .map(|character| {
                *known.entry(character).or_insert_with(|| {
                    self.glyphs.push(Glyph::new(character.to_ascii_lowercase(), spell::spellings(character)));
                    // A text of more than 65,535 different characters would share its last glyph; Unicode's Chinese
                    // characters in use are far fewer.
                    u16::try_from(self.glyphs.len() - 1).unwrap_or(u16::MAX)
                })
            })
            .collect()
    }

    /// The items that match `typed`, best first, `limit` at most. An empty query finds nothing.
    pub fn query(&self, typed: &str, limit: usize) -> Found {
        let query = normalise(typed);
        if query.is_empty() {
            return Found::default();
        }
        let mut best: Vec<Option<Candidate<'_>>> = vec![None; self.ranks.len()];
        for line in &self.lines {
            self.match_line(&query, line, &mut best);
        }
        if query.iter().all(char::is_ascii_alphanumeric) {
            for line in &self.english {
                self.match_english(&query, line, &mut best);
            }
        }
        let mut candidates: Vec<Candidate<'_>> = best.into_iter().flatten().collect();
        candidates.sort_unstable_by_key(|candidate| candidate.order);
        let total = candidates.len();
        Found { total, hits: candidates.into_iter().take(limit).map(Candidate::into_hit).collect() }
    }

    fn match_line<'a>(&'a self, query: &[char], line: &'a Line, best: &mut [Option<Candidate<'a>>]) {
        let glyph = |at: u16| &self.glyphs[usize::from(at)];
        for position in 0..line.text.len() {
            if !glyph(line.text[position]).may_start(query[0]) {
                continue;
            }
            let Some((cost, covered)) = match_start(query, &line.text[position..], &glyph) else { continue };
            let whole = covered == line.text.len() && cost.initials == 0;
            let class = match (whole, cost.initials, &line.keyword) {
                (true, _, None) => Class::WholeName,
                (true, _, Some(_)) => Class::WholeKeyword,
                (false, 0, None) => Class::FullName,
                (false, 0, Some(_)) => Class::FullKeyword,
                (false, _, None) => Class::NameInitials,
                (false, _, Some(_)) => Class::KeywordInitials,
            };
            let matched = line.keyword.as_deref().map_or(Source::Name, Source::Keyword);
            self.offer(best, class, cost, line.item, matched, position..position + covered);
        }
    }

    fn match_english<'a>(&'a self, query: &[char], line: &'a EnglishLine, best: &mut [Option<Candidate<'a>>]) {
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
                let cost = Cost { initials: 0, fuzzy: 0 };
                self.offer(best, Class::English, cost, line.item, Source::EnglishName, start..end);
                return;
            }
        }
    }

    fn offer<'a>(
        &self,
        best: &mut [Option<Candidate<'a>>],
        class: Class,
        cost: Cost,
        item: u32,
        source: Source<'a>,
        range: Range<usize>,
    ) {
        let at = item as usize;
        let order = Order { class, cost, position: range.start, rank: self.ranks[at], item };
        if best[at].as_ref().is_none_or(|known| order < known.order) {
            best[at] = Some(Candidate { order, source, range });
        }
    }
}

#[derive(Clone, Debug)]
struct Candidate<'a> {
    order: Order,
    source: Source<'a>,
    range: Range<usize>,
}

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Name,
    EnglishName,
    Keyword(&'a str),
}

impl Candidate<'_> {
    fn into_hit(self) -> Hit {
        let (highlights, english, keyword) = match self.source {
            Source::Name => (vec![self.range], false, None),
            Source::EnglishName => (vec![self.range], true, None),
            Source::Keyword(word) => (Vec::new(), false, Some(word.to_owned())),
        };
        Hit { item: self.order.item as usize, highlights, english, keyword }
    }
}

/// Lower case, full-width letters as ASCII ones, ü as v, and nothing but letters, digits and Chinese characters.
fn normalise(typed: &str) -> Vec<char> {
    let half_width = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        'ü' | 'Ü' => 'v',
        _ => c.to_ascii_lowercase(),
    };
    typed.chars().map(half_width).filter(|c| c.is_alphanumeric()).take(MAX_QUERY).collect()
}

#[cfg(test)]
mod tests;
