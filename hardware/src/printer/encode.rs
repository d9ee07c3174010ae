//! From a document to bytes. Pure but for the font file that a lacking character makes it read.
//!
//! Source of the commands: Epson, *ESC/POS Application Programming Guide*; of those beginning with `FS`: the manuals of
//! SPRT, Toshiba B-EP and Xprinter, which agree.

use std::path::PathBuf;

use super::document::{Align, Block, CELL_HEIGHT, CELL_WIDTH, Document, Size, Text, Width};
use super::glyphs::{Bitmap, Glyphs};
use super::layout::{self, columns};
use super::rom::Rom;

/// `ESC @`: as after switching on.
const INITIALISE: [u8; 2] = [0x1B, 0x40];
/// `FS &`: pairs of bytes from 0x81 on are Chinese characters. Printers for China begin so; others must be told.
const CHINESE: [u8; 2] = [0x1C, 0x26];
/// `GS V 66 0`: on to the knife, and a cut that leaves a bridge, so that the slip does not fall on the floor.
const CUT: [u8; 4] = [0x1D, 0x56, 0x42, 0x00];
/// Forgets what was received and not printed: `DLE DC4 8` with its fixed parameters. No byte of it prints anything on
/// a printer that does not know it.
pub(super) const FORGET: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];
/// Stands for a character that neither ROM nor font has: the sign 〓 that printers of books use for it.
const LACKING: char = '〓';

/// What a printer can do.
#[derive(Clone, Debug)]
pub struct Paperwork {
    /// Width of the paper.
    pub width: Width,
    pub rom: Rom,
    /// The font that draws what the ROM lacks.
    pub font: Option<PathBuf>,
}

/// A document in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    pub bytes: Vec<u8>,
    /// Lines that were drawn, since the ROM lacks a character of theirs.
    pub drawn: usize,
    /// Characters that were replaced by 〓, since the font lacks them too.
    pub lacking: usize,
    /// Why the font was of no use, where one was needed.
    pub font_error: Option<String>,
}

/// Writes a document in ESC/POS.
pub fn encode(document: &Document, paperwork: &Paperwork) -> Encoded {
    let out = Encoded { bytes: INITIALISE.to_vec(), drawn: 0, lacking: 0, font_error: None };
    let mut writer = Writer { paperwork, glyphs: None, out };
    writer.put(&CHINESE);
    for block in &document.blocks {
        writer.block(block);
    }
    writer.out
}

struct Writer<'a> {
    paperwork: &'a Paperwork,
    /// Opened when first needed: a collection of Chinese fonts is some 20 MB.
    glyphs: Option<Option<Glyphs>>,
    out: Encoded,
}

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) {
        self.out.bytes.extend_from_slice(bytes);
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Text(text) => self.text(text),
            Block::Rule => self.text(&Text { text: "-".repeat(self.paperwork.width.columns()), ..Text::default() }),
            Block::Qr { data, module } => self.qr(data, *module),
            Block::Feed(lines) => self.put(&[0x1B, 0x64, *lines]), // ESC d n
            Block::Cut => self.put(&CUT),
        }
    }

    fn text(&mut self, text: &Text) {
        let (across, down) = text.size.scale();
        let clean: String = text.text.chars().filter(|character| !character.is_control()).collect();
        let text = Text { text: clean, ..text.clone() };
        self.put(&[0x1B, 0x61, u8::from(text.align == Align::Centre)]); // ESC a n
        self.put(&[0x1B, 0x45, u8::from(text.bold)]); // ESC E n
        let size = |times: usize| u8::try_from(times.saturating_sub(1) & 7).unwrap_or_default();
        self.put(&[0x1D, 0x21, size(across) << 4 | size(down)]); // GS ! n
        // FS ! n: bit 2 twice as wide, bit 3 twice as high, for Chinese characters alone.
        self.put(&[0x1C, 0x21, u8::from(across == 2) << 2 | u8::from(down == 2) << 3]);
        for line in layout::lines(&text, self.paperwork.width) {
            match self.in_rom(&line, text.size) {
                Some(bytes) => {
                    self.put(&bytes);
                    self.put(b"\n");
                }
                None => self.drawn(&line, &text),
            }
        }
    }

    /// Chinese characters can be doubled at most, on every printer.
    fn in_rom(&self, line: &str, size: Size) -> Option<Vec<u8>> {
        (size != Size::Huge || line.is_ascii()).then(|| self.paperwork.rom.encode_all(line)).flatten()
    }

    /// A line of dots: `GS v 0`.
    fn drawn(&mut self, line: &str, text: &Text) {
        let (across, down) = text.size.scale();
        let Some(glyphs) = self.glyphs() else { return self.replaced(line, text) };
        let lacking = line.chars().filter(|character| !glyphs.has(*character)).count();
        let picture = {
            let mut picture = Bitmap::new(layout::width(line) * CELL_WIDTH * across, CELL_HEIGHT * down);
            let mut x = 0;
            for character in line.chars() {
                let cell = columns(character) * CELL_WIDTH;
                let drawn =
                    glyphs.draw(character, cell, CELL_HEIGHT).or_else(|| glyphs.draw(LACKING, cell, CELL_HEIGHT));
                if let Some(drawn) = drawn {
                    picture.lay(&drawn, x, 0, (across, down));
                    if text.bold {
                        picture.lay(&drawn, x + 1, 0, (across, down));
                    }
                }
                x += cell * across;
            }
            picture
        };
        self.out.drawn += 1;
        self.out.lacking += lacking;
        let row = picture.width.div_ceil(8);
        let [low, high, ..] = u32::try_from(row).unwrap_or_default().to_le_bytes();
        let [rows_low, rows_high, ..] = u32::try_from(picture.height).unwrap_or_default().to_le_bytes();
        self.put(&[0x1D, 0x76, 0x30, 0x00, low, high, rows_low, rows_high]);
        let dots = (0..picture.height).flat_map(|y| (0..row).map(move |x| (x, y)));
        let bytes = dots.map(|(x, y)| (0..8).fold(0, |byte, bit| byte << 1 | u8::from(picture.get(x * 8 + bit, y))));
        self.put(&harmless(bytes.collect()));
    }

    /// Without a font: what the ROM has, and 〓 for the rest.
    fn replaced(&mut self, line: &str, text: &Text) {
        let rom = self.paperwork.rom;
        let stand_in = rom.encode(LACKING).map_or_else(|| b"?".to_vec(), |bytes| bytes.as_slice().to_vec());
        for character in line.chars() {
            match rom.encode(character).filter(|bytes| text.size != Size::Huge || bytes.as_slice().len() == 1) {
                Some(bytes) => self.put(bytes.as_slice()),
                None => {
                    self.put(&stand_in);
                    self.out.lacking += 1;
                }
            }
        }
        self.put(b"\n");
    }

    fn glyphs(&mut self) -> Option<&mut Glyphs> {
        if self.glyphs.is_none() {
            let opened = match &self.paperwork.font {
                None => Err("no font is configured".to_owned()),
                Some(path) => Glyphs::open(path),
            };
            self.glyphs = Some(match opened {
                Ok(glyphs) => Some(glyphs),
                Err(error) => {
                    self.out.font_error = Some(error);
                    None
                }
            });
        }
        self.glyphs.as_mut()?.as_mut()
    }

    /// `GS ( k`, functions 165, 167, 169, 180, 181: model 2, module size, error correction M (15 %), store, print.
    fn qr(&mut self, data: &str, module: u8) {
        self.put(&[0x1B, 0x61, 0x01]);
        self.put(&[0x1D, 0x28, 0x6B, 0x04, 0x00, 0x31, 0x41, 0x32, 0x00]);
        self.put(&[0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x43, module.clamp(1, 16)]);
        self.put(&[0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x45, 0x31]);
        let data: Vec<u8> = data.bytes().filter(u8::is_ascii_graphic).take(LONGEST_QR).collect();
        let [low, high, ..] = u32::try_from(data.len() + 3).unwrap_or_default().to_le_bytes();
        self.put(&[0x1D, 0x28, 0x6B, low, high, 0x31, 0x50, 0x30]);
        self.put(&data);
        self.put(&[0x1D, 0x28, 0x6B, 0x03, 0x00, 0x31, 0x51, 0x30]);
        self.put(b"\n");
    }
}

/// Printers take real-time commands out of pictures as well (Epson, same guide, DLE EOT, notes). Where dots look like
/// the beginning of one, one dot is blackened.
fn harmless(mut bytes: Vec<u8>) -> Vec<u8> {
    for at in 1..bytes.len() {
        if bytes[at - 1] == 0x10 && matches!(bytes[at], 0x04 | 0x05 | 0x14) {
            bytes[at - 1] = 0x11;
        }
    }
    bytes
}

/// Longest text of a QR code: 58 mm of paper hold no larger one.
const LONGEST_QR: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    fn paperwork(font: Option<&str>) -> Paperwork {
        Paperwork { width: Width::Mm58, rom: Rom::Gbk, font: font.map(PathBuf::from) }
    }

    fn bytes(document: Document) -> Vec<u8> {
        encode(&document, &paperwork(None)).bytes
    }

    #[test]
    fn commands_are_those_of_the_manuals() {
        let prologue = [0x1B, 0x40, 0x1C, 0x26];
        for (document, expected) in [
            (Document::new(), vec![]),
            (
                Document::new().line(Size::Normal, "取A"),
                [&[0x1B, 0x61, 0, 0x1B, 0x45, 0, 0x1D, 0x21, 0, 0x1C, 0x21, 0, 0xC8, 0xA1][..], b"A\n"].concat(),
            ),
            (
                Document::new().heading(Size::Double, "A"),
                [&[0x1B, 0x61, 1, 0x1B, 0x45, 1, 0x1D, 0x21, 0x11, 0x1C, 0x21, 0x0C][..], b"A\n"].concat(),
            ),
            (
                Document::new().line(Size::Huge, "12"),
                [&[0x1B, 0x61, 0, 0x1B, 0x45, 0, 0x1D, 0x21, 0x33, 0x1C, 0x21, 0][..], b"12\n"].concat(),
            ),
            (Document::new().with(Block::Feed(3)).with(Block::Cut), vec![0x1B, 0x64, 3, 0x1D, 0x56, 0x42, 0]),
            (
                Document::new().with(Block::Qr { data: "12".into(), module: 6 }),
                [
                    &[
                        0x1B, 0x61, 1, 0x1D, 0x28, 0x6B, 4, 0, 0x31, 0x41, 0x32, 0, 0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x43,
                        6,
                    ][..],
                    &[0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x45, 0x31, 0x1D, 0x28, 0x6B, 5, 0, 0x31, 0x50, 0x30, b'1', b'2'],
                    &[0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x51, 0x30, b'\n'],
                ]
                .concat(),
            ),
        ] {
            assert_eq!(bytes(document), [&prologue[..], &expected].concat());
        }
    }

    #[test]
    fn a_text_cannot_command_the_printer() {
        let bytes = bytes(Document::new().line(Size::Normal, "a\u{1b}@\u{10}\u{14}b\n"));
        assert!(bytes.ends_with(b"a@b\n"), "{bytes:02X?}");
    }

    #[test]
    fn a_picture_cannot_command_the_printer() {
        assert_eq!(harmless(vec![0x10, 0x04, 0x10, 0x10, 0x14, 0x10]), [0x11, 0x04, 0x10, 0x11, 0x14, 0x10]);
        assert_eq!(harmless(vec![]), Vec::<u8>::new());
    }

    #[test]
    fn a_line_with_a_lacking_character_is_drawn_or_its_lack_is_shown() {
        let document = Document::new().line(Size::Tall, "𠮷氏");
        let drawn = encode(&document, &paperwork(Some("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")));
        assert_eq!((drawn.drawn, drawn.lacking, drawn.font_error), (1, 0, None));
        let raster = [0x1D, 0x76, 0x30, 0, 6, 0, 48, 0];
        let at = drawn.bytes.windows(8).position(|window| window == raster).expect("a raster image");
        assert_eq!(drawn.bytes.len(), at + 8 + 6 * 48);
        let without = encode(&document, &paperwork(None));
        assert_eq!((without.drawn, without.lacking), (0, 1));
        assert_eq!(without.font_error.as_deref(), Some("no font is configured"));
        assert!(without.bytes.ends_with(&[0xA1, 0xFE, 0xCA, 0xCF, b'\n']));
    }
}
