//! The text a person writes with the on-screen keyboard.

use kiosk_wire::Personal;

use crate::ime::{Candidate, Composition, Ime};

/// The longest text, in characters: a person at a screen writes a name or an address, not a letter.
const LONGEST: usize = 60;
/// Candidates in a row.
pub(crate) const IN_A_ROW: usize = 6;
/// Candidates that can be turned to.
const CANDIDATES: usize = 60;

/// Text taken so far, letters not yet turned into characters, and what these may stand for.
#[derive(Clone, Default)]
pub(crate) struct TextEntry {
    composition: Composition,
    candidates: Vec<Candidate>,
    row: usize,
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

    /// The present row of candidates.
    pub(crate) fn candidates(&self) -> impl Iterator<Item = &Candidate> {
        self.candidates.iter().skip(self.row * IN_A_ROW).take(IN_A_ROW)
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

    /// The first candidate of the row; without one, a space.
    pub(crate) fn space(&mut self, ime: &Ime) {
        if self.candidates.is_empty() { self.type_char(' ', ime) } else { self.choose(0, ime) }
    }

    /// The candidate at this place of the row.
    pub(crate) fn choose(&mut self, at: usize, ime: &Ime) {
        if let Some(candidate) = self.candidates.get(self.row * IN_A_ROW + at) {
            self.composition.choose(candidate);
            self.look_up(ime);
        }
    }

    /// Another row of candidates; after the last one the first again.
    pub(crate) fn turn(&mut self, next: bool) {
        let rows = self.candidates.len().div_ceil(IN_A_ROW).max(1);
        self.row = if next { (self.row + 1) % rows } else { (self.row + rows - 1) % rows };
    }

    fn look_up(&mut self, ime: &Ime) {
        self.candidates = ime.candidates(self.composition.letters(), CANDIDATES);
        self.row = 0;
    }
}
