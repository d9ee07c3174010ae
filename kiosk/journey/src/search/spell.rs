//! How a character may be spelt: all its readings, and the spellings of people who do not tell zh from z, ch from c, sh
//! from s, n from l, f from h before u, or ng from n; and the letters that fingers swap.

use inputx_pinyin::VALID_SYLLABLES;
use pinyin::ToPinyinMulti as _;

/// The longest syllable has this many letters (`zhuang`).
pub(crate) const MAX_SYLLABLE: usize = 6;

/// Syllables that begin with f, with what people say who begin them with h.
const LABIALS: [(&str, &str); 7] =
    [("fa", "hua"), ("fan", "huan"), ("fang", "huang"), ("fei", "hui"), ("fen", "hun"), ("feng", "hong"), ("fu", "hu")];

/// One way to spell a character, in lower-case ASCII; ü is v.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spelling {
    pub(crate) letters: Box<str>,
    /// Not how it is written in books.
    pub(crate) fuzzy: bool,
}

/// All spellings of a character, proper ones first. Letters and digits are spelt as themselves; anything else has none.
pub(crate) fn spellings(character: char) -> Vec<Spelling> {
    if character.is_ascii_alphanumeric() {
        return vec![Spelling { letters: character.to_ascii_lowercase().to_string().into(), fuzzy: false }];
    }
    let mut spellings: Vec<Spelling> = Vec::new();
    let mut add = |letters: String, fuzzy: bool| {
        if !letters.is_empty() && !spellings.iter().any(|known| *known.letters == *letters) {
            spellings.push(Spelling { letters: letters.into(), fuzzy });
        }
    };
    let readings: Vec<String> = readings(character);
    for reading in &readings {
        add(reading.clone(), false);
    }
    for reading in &readings {
        for letters in confused(reading) {
            add(letters, true);
        }
    }
    spellings
}

/// The readings of a character as dictionaries give them, commonest first, without tones.
pub(crate) fn readings(character: char) -> Vec<String> {
    let Some(multi) = character.to_pinyin_multi() else { return Vec::new() };
    let mut readings: Vec<String> = Vec::new();
    for reading in multi {
        let letters = plain(reading.plain());
        if !letters.is_empty() && !readings.contains(&letters) {
            readings.push(letters);
        }
    }
    readings
}

fn plain(reading: &str) -> String {
    reading.chars().filter_map(|c| if c == 'ü' { Some('v') } else { c.is_ascii_lowercase().then_some(c) }).collect()
}

/// The spellings of those who confuse one or two sounds of `reading`.
pub(crate) fn confused(reading: &str) -> Vec<String> {
    let mut initials = vec![reading.to_owned()];
    for (proper, other) in [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l")] {
        if let Some(rest) = reading.strip_prefix(proper) {
            initials.push(format!("{other}{rest}"));
        } else if let Some(rest) = reading.strip_prefix(other) {
            initials.push(format!("{proper}{rest}"));
        }
    }
    for (proper, other) in LABIALS {
        if reading == proper {
            initials.push(other.to_owned());
        } else if reading == other {
            initials.push(proper.to_owned());
        }
    }
    let mut all = initials.clone();
    for spelling in &initials {
        if let Some(rest) = spelling.strip_suffix("ng") {
            all.push(format!("{rest}n"));
        } else if spelling.ends_with('n') {
            all.push(format!("{spelling}g"));
        }
        if let Some(rest) = spelling.strip_suffix('v') {
            all.push(format!("{rest}u")); // lv and nv are typed lu and nu
        }
    }
    all.retain(|spelling| spelling != reading);
    all
}

/// Whether these letters are one syllable of Mandarin.
pub(crate) fn is_syllable(letters: &str) -> bool {
    VALID_SYLLABLES.contains(&letters)
}

/// Whether the letters divide into syllables.
pub(crate) fn is_pronounceable(letters: &str) -> bool {
    let mut reached = vec![false; letters.len() + 1];
    reached[0] = true;
    for end in 1..=letters.len() {
        reached[end] =
            (end.saturating_sub(MAX_SYLLABLE)..end).any(|start| reached[start] && is_syllable(&letters[start..end]));
    }
    reached[letters.len()]
}

/// What may have been meant by letters of which two neighbours were swapped: all that can be said.
pub(crate) fn swapped(query: &[char]) -> Vec<Vec<char>> {
    if !query.iter().all(char::is_ascii_lowercase) {
        return Vec::new();
    }
    let swap = |at: usize| {
        let mut letters = query.to_vec();
        letters.swap(at, at + 1);
        letters
    };
    let different = (0..query.len() - 1).filter(|&at| query[at] != query[at + 1]);
    different.map(swap).filter(|letters| is_pronounceable(&letters.iter().collect::<String>())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(character: char) -> Vec<(String, bool)> {
        spellings(character).into_iter().map(|s| (s.letters.into_string(), s.fuzzy)).collect()
    }

    #[test]
    fn polyphones_and_confusions() {
        let hang = of('行');
        assert_eq!(hang[0], ("xing".to_owned(), false));
        assert!(hang.contains(&("hang".to_owned(), false)));
        assert!(hang.contains(&("xin".to_owned(), true)));
        assert!(of('证').contains(&("zen".to_owned(), true)));
        assert!(of('农').contains(&("long".to_owned(), true)));
        assert!(of('旅').contains(&("lv".to_owned(), false)));
        assert!(of('旅').contains(&("lu".to_owned(), true)));
        assert_eq!(of('A'), [("a".to_owned(), false)]);
        assert_eq!(of('（'), []);
    }
}
