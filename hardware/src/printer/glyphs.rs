//! Characters as dots, drawn from a font file, for what a printer's ROM lacks.

use std::fs;
use std::path::Path;

use swash::scale::image::Content;
use swash::scale::{Render, ScaleContext, Source};
use swash::zeno::{Format, Transform};
use swash::{CacheKey, FontRef, StringId};

/// Coverage from which on a dot is black, of 255: a little under half, so that thin strokes survive at 24 dots.
const BLACK_FROM: u8 = 104;
/// Height of a character's square above the base line, in hundredths: where Noto Sans CJK has the foot of its ideographs.
const ASCENT: f32 = 0.88;

/// Black and white dots, row by row from the top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bitmap {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) dots: Vec<bool>,
}

impl Bitmap {
    /// White.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, height, dots: vec![false; width * height] }
    }

    /// Whether a dot is black; what lies outside is white.
    pub(crate) fn get(&self, x: usize, y: usize) -> bool {
        x < self.width && self.dots.get(y * self.width + x).copied().unwrap_or(false)
    }

    /// Blackens a dot; what lies outside is dropped.
    pub(crate) fn set(&mut self, x: usize, y: usize) {
        if x < self.width
            && let Some(dot) = self.dots.get_mut(y * self.width + x)
        {
            *dot = true;
        }
    }

    /// Blackens what is black in `other`, laid down with its upper left corner at `x`, `y`, each dot `across` × `down`.
    pub(crate) fn lay(&mut self, other: &Self, x: usize, y: usize, (across, down): (usize, usize)) {
        for row in 0..other.height * down {
            for column in 0..other.width * across {
                if other.get(column / across, row / down) {
                    self.set(x + column, y + row);
                }
            }
        }
    }
}

/// A font in memory.
pub(crate) struct Glyphs {
    data: Vec<u8>,
    offset: u32,
    key: CacheKey,
    context: ScaleContext,
}

impl Glyphs {
    /// Reads a font file. Of a collection that face is taken whose family is for simplified Chinese (`… SC`), else the
    /// first.
    ///
    /// # Errors
    /// In words: the file cannot be read, or is no font.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let data = fs::read(path).map_err(|error| format!("the font {} cannot be read: {error}", path.display()))?;
        let faces = |index| FontRef::from_index(&data, index);
        let simplified = (0..).map_while(faces).find(|face| {
            face.localized_strings()
                .any(|name| name.id() == StringId::Family && name.chars().collect::<String>().ends_with(" SC"))
        });
        let Some(face) = simplified.or_else(|| faces(0)) else {
            return Err(format!("{} is no font (TrueType or OpenType)", path.display()));
        };
        let (offset, key) = (face.offset, face.key);
        Ok(Self { data, offset, key, context: ScaleContext::new() })
    }

    /// Whether the font has the character.
    pub(crate) fn has(&self, character: char) -> bool {
        self.face().charmap().map(character) != 0
    }

    /// Draws a character into a cell of `width` × `height` dots, centred across. `None`: the font lacks it.
    pub(crate) fn draw(&mut self, character: char, width: usize, height: usize) -> Option<Bitmap> {
        let face = FontRef { data: &self.data, offset: self.offset, key: self.key };
        let glyph = face.charmap().map(character);
        if glyph == 0 {
            return None;
        }
        let size = cells(height);
        // Letters of a proportional font that are wider than their cell are squeezed into it.
        let advance = face.glyph_metrics(&[]).scale(size).advance_width(glyph);
        let squeeze = if advance > cells(width) { cells(width) / advance } else { 1.0 };
        let mut scaler = self.context.builder(face).size(size).hint(true).build();
        let mut render = Render::new(&[Source::Outline]);
        let image =
            render.format(Format::Alpha).transform(Some(Transform::scale(squeeze, 1.0))).render(&mut scaler, glyph)?;
        let mut cell = Bitmap::new(width, height);
        if image.content != Content::Mask {
            return Some(cell);
        }
        let left = ((cells(width) - advance * squeeze) / 2.0).round() + place(image.placement.left);
        let top = (size * ASCENT).round() - place(image.placement.top);
        let columns = usize::try_from(image.placement.width).unwrap_or_default().max(1);
        for (index, coverage) in image.data.iter().enumerate() {
            let (x, y) = (left + cells(index % columns), top + cells(index / columns));
            if *coverage >= BLACK_FROM && x >= 0.0 && y >= 0.0 {
                cell.set(whole(x), whole(y));
            }
        }
        Some(cell)
    }

    fn face(&self) -> FontRef<'_> {
        FontRef { data: &self.data, offset: self.offset, key: self.key }
    }
}

/// Dots as the rasteriser reckons; a cell has at most some hundred.
#[expect(clippy::cast_precision_loss, reason = "cells are a few hundred dots wide")]
fn cells(dots: usize) -> f32 {
    dots as f32
}

#[expect(clippy::cast_precision_loss, reason = "cells are a few hundred dots wide")]
fn place(dots: i32) -> f32 {
    dots as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked not to be negative; cells are small"
)]
fn whole(dots: f32) -> usize {
    dots as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_character_fills_its_cell_and_stays_inside() {
        let mut glyphs = Glyphs::open(Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")).unwrap();
        for (character, width) in [('𠮷', 24), ('国', 24), ('M', 12), ('8', 12)] {
            let cell = glyphs.draw(character, width, 24).unwrap();
            let black = cell.dots.iter().filter(|dot| **dot).count();
            assert!((20..width * 24 / 2).contains(&black), "{character}: {black} black dots");
            let column = |x: usize| (0..24).any(|y| cell.get(x, y));
            assert!((0..width / 2).any(column) && (width / 2..width).any(column), "{character} is cut off");
        }
        assert!(!glyphs.has('\u{10FFFF}'));
        assert_eq!(glyphs.draw('\u{10FFFF}', 24, 24), None);
    }

    #[test]
    fn what_is_no_font_is_said_to_be_none() {
        for (path, words) in [("/nowhere.ttf", "cannot be read"), ("/etc/hostname", "is no font")] {
            let error = Glyphs::open(Path::new(path)).err().unwrap();
            assert!(error.contains(words) && error.contains(path), "{error}");
        }
    }
}
