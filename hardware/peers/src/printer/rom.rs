//! What a printer has in its ROM: characters as dots. Here they are drawn from a font file.

use std::fs;
use std::path::Path;

use swash::scale::{Render, ScaleContext, Source};
use swash::zeno::{Format, Transform};
use swash::{CacheKey, FontRef, StringId};

/// Dots down of every character; a Chinese one has as many across, a Latin one half as many.
pub(super) const HEIGHT: usize = 24;

/// Black and white, row by row.
pub(super) struct Dots {
    pub(super) width: usize,
    pub(super) height: usize,
    black: Vec<bool>,
}

impl Dots {
    /// White.
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, height, black: vec![false; width * height] }
    }

    /// Blackens a dot; one outside is no dot.
    pub(super) fn blacken(&mut self, x: usize, y: usize) {
        if x < self.width && y < self.height {
            self.black[y * self.width + x] = true;
        }
    }

    pub(super) fn is_black(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.black[y * self.width + x]
    }
}

/// The font that stands for the ROM.
pub(super) struct CharacterRom {
    file: Vec<u8>,
    /// Where the face begins in the file, and by what the context knows it again.
    face: (u32, CacheKey),
    context: ScaleContext,
}

impl CharacterRom {
    /// Reads a font file; of a collection, the face for simplified Chinese where there is one.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let file = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let names_sc = |face: &FontRef<'_>| {
            let mut families = face.localized_strings().filter(|name| name.id() == StringId::Family);
            families.any(|name| name.chars().collect::<String>().ends_with(" SC"))
        };
        let at = |index| FontRef::from_index(&file, index);
        let face = (0..).map_while(at).find(names_sc).or_else(|| at(0));
        let face = face.map(|face| (face.offset, face.key)).ok_or_else(|| format!("{} is no font", path.display()))?;
        Ok(Self { file, face, context: ScaleContext::new() })
    }

    /// A character in a cell so wide. `None`: the font has none.
    pub(super) fn draw(&mut self, character: char, width: usize) -> Option<Dots> {
        let (offset, key) = self.face;
        let face = FontRef { data: &self.file, offset, key };
        let glyph = face.charmap().map(character);
        if glyph == 0 {
            return None;
        }
        let (size, cell) = (dots(HEIGHT), dots(width));
        let advance = face.glyph_metrics(&[]).scale(size).advance_width(glyph);
        let narrower = (cell / advance).min(1.0);
        let mut scaler = self.context.builder(face).size(size).hint(true).build();
        let image = Render::new(&[Source::Outline])
            .format(Format::Alpha)
            .transform(Some(Transform::scale(narrower, 1.0)))
            .render(&mut scaler, glyph)?;
        let mut drawn = Dots::new(width, HEIGHT);
        let columns = usize::try_from(image.placement.width).ok()?.max(1);
        let left = whole((cell - advance * narrower) / 2.0) + i64::from(image.placement.left);
        // The foot of a Chinese character lies an eighth of its height below the base line.
        let top = whole(size * 0.88) - i64::from(image.placement.top);
        for (at, _) in image.data.iter().enumerate().filter(|(_, coverage)| **coverage > 0x60) {
            let place = |start: i64, offset: usize| usize::try_from(start + i64::try_from(offset).ok()?).ok();
            if let (Some(x), Some(y)) = (place(left, at % columns), place(top, at / columns)) {
                drawn.blacken(x, y);
            }
        }
        Some(drawn)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a cell has some tens of dots")]
fn dots(count: usize) -> f32 {
    count as f32
}

#[expect(clippy::cast_possible_truncation, reason = "a cell has some tens of dots")]
fn whole(dots: f32) -> i64 {
    dots.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_fill_their_cells_and_what_is_none_is_said() {
        let mut rom = CharacterRom::open(Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")).unwrap();
        for (character, width) in [('国', 24), ('M', 12)] {
            let cell = rom.draw(character, width).unwrap();
            let black =
                (0..HEIGHT).flat_map(|y| (0..width).map(move |x| (x, y))).filter(|(x, y)| cell.is_black(*x, *y));
            assert!((20..width * 12).contains(&black.count()), "{character}");
        }
        assert!(rom.draw('\u{10FFFF}', 24).is_none());
        assert!(CharacterRom::open(Path::new("/etc/hostname")).err().unwrap().contains("is no font"));
    }
}
