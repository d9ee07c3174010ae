//! Does a query match a run of characters that starts here?

use super::spell::Spelling;

/// A character with its spellings.
#[derive(Clone, Debug)]
pub(crate) struct Glyph {
    pub(crate) character: char,
    pub(crate) spellings: Vec<Spelling>,
    /// Bit `n` is set when a spelling begins with the `n`th letter of the alphabet, bit 26 when with a digit.
    pub(crate) first_letters: u32,
}

impl Glyph {
    pub(crate) fn new(character: char, spellings: Vec<Spelling>) -> Self {
        let first_letters = spellings.iter().filter_map(|s| s.letters.chars().next()).fold(0, |set, c| set | letter(c));
        Self { character, spellings, first_letters }
    }

    /// Whether `first` may begin a match here; cheap, and right for most that cannot.
    pub(crate) fn may_start(&self, first: char) -> bool {
        self.character == first || self.first_letters & letter(first) != 0
    }
}

fn letter(c: char) -> u32 {
    match c {
        'a'..='z' => 1 << (u32::from(c) - u32::from('a')),
        '0'..='9' => 1 << 26,
        _ => 0,
    }
}

/// How well a query matched: fewer is better, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cost {
    /// Characters of which only the initial was typed.
    pub(crate) initials: u8,
    /// Characters spelt in a confused way.
    pub(crate) fuzzy: u8,
}

/// The best match of all of `query` with characters from the start of `glyphs`: its cost and how many characters it
/// covers. `at` looks a glyph up.
pub(crate) fn match_start<'g>(query: &[char], glyphs: &[u16], at: &impl Fn(u16) -> &'g Glyph) -> Option<(Cost, usize)> {
    walk(query, glyphs, at, Cost { initials: 0, fuzzy: 0 }, 0)
}

fn walk<'g>(
    query: &[char],
    glyphs: &[u16],
    at: &impl Fn(u16) -> &'g Glyph,
    cost: Cost,
    covered: usize,
) -> Option<(Cost, usize)> {
    let Some(&first) = query.first() else { return (covered > 0).then_some((cost, covered)) };
    let glyph = at(*glyphs.get(covered)?);
    if glyph.character == first {
        return walk(&query[1..], glyphs, at, cost, covered + 1);
    }
    if covered > 0 && !glyph.character.is_alphanumeric() {
        return walk(query, glyphs, at, cost, covered + 1); // nobody types a name's brackets and commas
    }
    if !glyph.may_start(first) {
        return None;
    }
    let mut best: Option<(Cost, usize)> = None;
    for spelling in &glyph.spellings {
        let fuzzy = Cost { fuzzy: cost.fuzzy + u8::from(spelling.fuzzy), ..cost };
        let letters = spelling.letters.len();
        let common = common_prefix(query, &spelling.letters);
        let found = if common == letters {
            walk(&query[letters..], glyphs, at, fuzzy, covered + 1)
        } else if common == query.len() && (common > 1 || (covered > 0 && cost.initials == 0)) {
            Some((fuzzy, covered + 1)) // the last syllable is half typed
        } else {
            None
        };
        best = better(best, found);
        for initial in initials(&spelling.letters).into_iter().filter(|&n| n < letters && n <= common) {
            let short = Cost { initials: cost.initials + 1, ..fuzzy };
            best = better(best, walk(&query[initial..], glyphs, at, short, covered + 1));
        }
    }
    best
}

/// Lengths of what counts as the initial of a syllable: `z` and `zh` of `zheng`.
fn initials(letters: &str) -> [usize; 2] {
    if letters.as_bytes().get(1) == Some(&b'h') { [1, 2] } else { [1, usize::MAX] }
}

fn common_prefix(query: &[char], letters: &str) -> usize {
    query.iter().zip(letters.chars()).take_while(|(a, b)| **a == *b).count()
}

fn better(a: Option<(Cost, usize)>, b: Option<(Cost, usize)>) -> Option<(Cost, usize)> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.0 < a.0 { b } else { a }),
        (a, b) => a.or(b),
    }
}
