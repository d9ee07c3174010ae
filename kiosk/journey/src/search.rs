//! Finding an item as one types: pinyin initials, full pinyin, characters, or a mixture, with the last syllable half
//! typed; in English, the beginnings of words.
//!
//! A match starts at a syllable and runs on without gaps. Order: the whole name, then full pinyin or characters, then
//! initials, then what was found by an everyday word (a keyword); within each, properly spelt before confused, earlier
//! position first, then the more used item. What matches nothing is looked for once more with two letters swapped, and
//! then by the longest runs that it has in common with an item (`runs`). Nothing typed here is personal, and nothing is
//! kept.

mod english;
pub(crate) mod matcher;
mod runs;
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
    /// Where each glyph stands.
    places: Vec<Vec<Place>>,
    /// What each glyph is worth that a query has in common with an item.
    worths: Vec<usize>,
    lines: Vec<Line>,
    english: Vec<EnglishLine>,
    ranks: Vec<u32>,
}

/// A place in the lines.
#[derive(Clone, Copy, Debug)]
struct Place {
    line: u32,
    position: u16,
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

/// A name, keyword or plain description of an item.
#[derive(Clone, Debug)]
struct Line {
    item: u32,
    kind: Kind,
    /// Positions in `glyphs`.
    text: Box<[u16]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Name,
    Keyword(Box<str>),
    /// Only looked at by what it has in common with a query that matches nothing.
    Plain,
}

/// An English name, keyword or plain description.
#[derive(Clone, Debug)]
struct EnglishLine {
    item: u32,
    kind: Kind,
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
    EnglishPlain,
    /// Found only by what it has in common.
    Common,
}

impl SearchIndex {
    /// Builds the index.
    pub fn build(catalogue: &Catalogue) -> Self {
        let mut index = Self::default();
        let mut known: HashMap<char, u16> = HashMap::new();
        for (at, item) in (0_u32..).zip(&catalogue.items) {
            index.add(at, Kind::Name, &item.name.zh, &mut known);
            index.add(at, Kind::Plain, &item.plain.zh, &mut known);
            index.add_english(at, Kind::Name, &item.name.en);
            index.add_english(at, Kind::Plain, &item.plain.en);
            for keyword in &item.keywords {
                let kind = Kind::Keyword(keyword.as_str().into());
                if english::is_english(keyword) {
                    index.add_english(at, kind, keyword);
                } else {
                    index.add(at, kind, keyword, &mut known);
                }
            }
            index.ranks.push(if item.usage_rank == 0 { u32::MAX } else { item.usage_rank });
        }
        index.worths = index.places.iter().map(|places| index.worth(places)).collect();
        index
    }

    fn add(&mut self, item: u32, kind: Kind, text: &str, known: &mut HashMap<char, u16>) {
        let text = self.line(text, known);
        let line = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        for (&glyph, position) in text.iter().zip(0_u16..) {
            self.places[usize::from(glyph)].push(Place { line, position });
        }
        self.lines.push(Line { item, kind, text });
    }

    fn add_english(&mut self, item: u32, kind: Kind, text: &str) {
        if !text.is_empty() {
            let text = text.chars().map(|c| c.to_ascii_lowercase()).collect();
            self.english.push(EnglishLine { item, kind, text });
        }
    }

    fn line(&mut self, text: &str, known: &mut HashMap<char, u16>) -> Box<[u16]> {
        text.chars()
            .map(|character| {
                *known.entry(character).or_insert_with(|| {
                    self.glyphs.push(Glyph::new(character.to_ascii_lowercase(), spell::spellings(character)));
                    self.places.push(Vec::new());
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
        self.find(&query, &mut best);
        if best.iter().all(Option::is_none) {
            for query in spell::swapped(&query) {
                self.find(&query, &mut best);
            }
        }
        if best.iter().all(Option::is_none) {
            self.find_common(&query, &mut best);
            self.find_english_words(typed, &mut best);
        }
        let mut candidates: Vec<Candidate<'_>> = best.into_iter().flatten().collect();
        candidates.sort_unstable_by_key(|candidate| candidate.order);
        let total = candidates.len();
        Found { total, hits: candidates.into_iter().take(limit).map(Candidate::into_hit).collect() }
    }

    fn find<'a>(&'a self, query: &[char], best: &mut [Option<Candidate<'a>>]) {
        for (glyph, places) in self.glyphs.iter().zip(&self.places) {
            if glyph.may_start(query[0]) {
                places.iter().for_each(|place| self.match_at(query, *place, best));
            }
        }
        if query.iter().all(char::is_ascii_alphanumeric) {
            for line in &self.english {
                self.match_english(query, line, best);
            }
        }
    }

    fn match_at<'a>(&'a self, query: &[char], place: Place, best: &mut [Option<Candidate<'a>>]) {
        let line = &self.lines[place.line as usize];
        let position = usize::from(place.position);
        let glyph = |at: u16| &self.glyphs[usize::from(at)];
        if line.kind == Kind::Plain {
            return;
        }
        let Some((cost, covered)) = match_start(query, &line.text[position..], &glyph) else { return };
        let whole = covered == line.text.len() && cost.initials == 0;
        let class = match (whole, cost.initials, &line.kind) {
            (true, _, Kind::Name) => Class::WholeName,
            (true, ..) => Class::WholeKeyword,
            (false, 0, Kind::Name) => Class::FullName,
            (false, 0, _) => Class::FullKeyword,
            (false, _, Kind::Name) => Class::NameInitials,
            (false, ..) => Class::KeywordInitials,
        };
        let matched = if let Kind::Keyword(word) = &line.kind { Source::Keyword(word) } else { Source::Name };
        self.offer(best, Order::new(class, cost, position), line.item, matched, position..position + covered);
    }

    fn offer<'a>(
        &self,
        best: &mut [Option<Candidate<'a>>],
        order: Order,
        item: u32,
        source: Source<'a>,
        range: Range<usize>,
    ) {
        let at = item as usize;
        let order = Order { rank: self.ranks[at], item, ..order };
        if best[at].as_ref().is_none_or(|known| order < known.order) {
            best[at] = Some(Candidate { order, source, range });
        }
    }
}

impl Order {
    /// Of a hit on an item that is yet to be told.
    fn new(class: Class, cost: Cost, position: usize) -> Self {
        Self { class, cost, position, rank: 0, item: 0 }
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
    /// What it is, in plain words.
    Plain,
}

impl Candidate<'_> {
    fn into_hit(self) -> Hit {
        let (highlights, english, keyword) = match self.source {
            Source::Name => (vec![self.range], false, None),
            Source::EnglishName => (vec![self.range], true, None),
            Source::Keyword(word) => (Vec::new(), false, Some(word.to_owned())),
            Source::Plain => (Vec::new(), false, None),
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
