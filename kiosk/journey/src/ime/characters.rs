//! The characters that a person may be asked for: those of the Table of Standard Characters (通用规范汉字表, State Council
//! 2013), by the syllables that its dictionary gives them.

use super::table::Table;
use crate::search::spell;

/// 8,105 characters and 〇; within a syllable in the table's order, common ones first. `assets/pinyin/README.md`.
static STANDARD: Table = Table::new(include_str!("../../../../assets/pinyin/characters.tsv"));

/// The standard characters of a syllable.
pub(super) fn standard(syllable: &str) -> &'static str {
    STANDARD.values(syllable).next().unwrap_or_default()
}

/// Whether these letters are one syllable of Mandarin, or of the few that only exclamations have (`hng`).
pub(super) fn is_syllable(letters: &str) -> bool {
    spell::is_syllable(letters) || !standard(letters).is_empty()
}

/// The readings of a character that its dictionary gives; those of larger ones where it has none.
pub(super) fn readings(character: char) -> Vec<String> {
    let all = spell::readings(character);
    let proper: Vec<String> = all.iter().filter(|reading| standard(reading).contains(character)).cloned().collect();
    if proper.is_empty() { all } else { proper }
}
