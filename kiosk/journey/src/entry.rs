//! The text a person writes with the on-screen keyboard.

use hall_rules::Language;
use kiosk_wire::Personal;

use crate::ime::{Candidate, Composition, Ime};

/// The longest text, in characters: a person at a screen writes a name or an address, not a letter.
const LONGEST: usize = 60;
/// Candidates on the first page, above the keys, and on any with a long one.
const FEW: usize = 6;
/// Candidates of one or two characters on a further page, in the place of the keys.
const MANY: usize = 50;
/// Candidates that can be turned to: the first page, and three more reach every standard character of a syllable.
const CANDIDATES: usize = FEW + 3 * MANY;

/// Text taken so far, letters not yet turned into characters, and what these may stand for.
#[derive(Clone, Default)]
pub(crate) struct TextEntry {
    composition: Composition,
    candidates: Vec<Candidate>,
    /// Where the present page begins.
    start: usize,
}

impl TextEntry {
    /// Starts with a text written before.
    pub(crate) fn start(&mut self, text: &str) {
        *self = Self { composition: Composition::with_text(text), ..Self::default() };
    }

    /// The text, with the letters that were typed last as they are.
    pub(crate) fn whole(&self) -> Personal {
        Personal::new([self.composition.text(), self.composition.letters()].concat())
    }

    pub(crate) fn text(&self) -> &str {
        self.composition.text()
    }

    pub(crate) fn letters(&self) -> &str {
        self.composition.letters()
    }

    /// The present page of candidates.
    pub(crate) fn candidates(&self) -> &[Candidate] {
        &self.candidates[self.start..self.end_of_page(self.start)]
    }

    fn end_of_page(&self, start: usize) -> usize {
        let left = &self.candidates[start..];
        let short = left.iter().take(MANY).take_while(|candidate| candidate.text.chars().nth(2).is_none()).count();
        start + if start > 0 && short > FEW { short } else { left.len().min(FEW) }
    }

    pub(crate) fn type_char(&mut self, c: char, ime: &Ime) {
        if self.composition.text().chars().count() + self.composition.letters().len() < LONGEST {
            self.composition.push(c);
            self.look_up(ime);
        }
    }

    pub(crate) fn backspace(&mut self, ime: &Ime) {
        self.composition.backspace();
        self.look_up(ime);
    }

    /// The first candidate of the page; without one, a space. Who reads English means the letters as they are, and a space.
    pub(crate) fn space(&mut self, language: Language, ime: &Ime) {
        match language {
            Language::Zh if !self.candidates.is_empty() => self.choose(0, ime),
            Language::Zh | Language::En => self.type_char(' ', ime),
        }
    }

    /// The candidate at this place of the page.
    pub(crate) fn choose(&mut self, at: usize, ime: &Ime) {
        if let Some(candidate) = self.candidates().get(at).cloned() {
            self.composition.choose(&candidate);
            self.look_up(ime);
        }
    }

    /// Another page of candidates; after the last one the first again, before the first one still the first.
    pub(crate) fn turn(&mut self, next: bool) {
        let starts =
            || std::iter::successors(Some(0), |&start| Some(self.end_of_page(start)).filter(|&end| end > start));
        let start = if next {
            Some(self.end_of_page(self.start)).filter(|&end| end < self.candidates.len())
        } else {
            starts().take_while(|&start| start < self.start).last()
        };
        self.start = start.unwrap_or(0);
    }

    fn look_up(&mut self, ime: &Ime) {
        self.candidates = ime.candidates(self.composition.letters(), CANDIDATES);
        self.start = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(texts: &[&str]) -> TextEntry {
        let candidates = texts.iter().map(|text| Candidate { text: (*text).to_owned(), letters: 1 }).collect();
        TextEntry { candidates, ..TextEntry::default() }
    }

    fn pages(entry: &mut TextEntry) -> Vec<usize> {
        let mut sizes = vec![entry.candidates().len()];
        entry.turn(true);
        while entry.start > 0 {
            sizes.push(entry.candidates().len());
            entry.turn(true);
        }
        sizes
    }

    #[test]
    fn further_pages_hold_many_short_candidates_or_a_few_long_ones() {
        assert_eq!(pages(&mut entry(&[])), [0]);
        assert_eq!(pages(&mut entry(&["字"; 4])), [4]);
        assert_eq!(pages(&mut entry(&["字"; 140])), [6, 50, 50, 34]);
        assert_eq!(pages(&mut entry(&["许可证"; 14])), [6, 6, 2]);
        let mixed = [["字"; 6].as_slice(), &["中国"; 9], &["许可证"; 7], &["字"; 60]].concat();
        assert_eq!(pages(&mut entry(&mixed)), [6, 9, 6, 6, 50, 5]);
    }

    #[test]
    fn turning_back_goes_page_by_page_to_the_first() {
        let mut entry = entry(&["字"; 140]);
        entry.turn(true);
        entry.turn(true);
        entry.turn(false);
        assert_eq!(entry.start, 6);
        entry.turn(false);
        entry.turn(false);
        assert_eq!(entry.start, 0);
    }
}
