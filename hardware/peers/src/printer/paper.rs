//! The paper of an emulated printer: dots to look at, and lines to read.

use std::path::PathBuf;

use qrcodegen::{QrCode, QrCodeEcc};

use super::escpos::Told;
use super::rom::{CharacterRom, Dots, HEIGHT};

/// Dots of a half-width character across, and of any character down.
const CELL: (usize, usize) = (HEIGHT / 2, HEIGHT);
/// Dots between two lines.
const LEADING: usize = 6;
/// Dots of white around the paper in a picture.
const MARGIN: usize = 24;

/// A piece of paper, cut off or still in the printer.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    lines: Vec<String>,
    width: usize,
    dots: Vec<bool>,
}

impl Piece {
    /// What it says, line by line. Pictures are `[picture 48x48]`, QR codes `[QR 0112…]`.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// What it says, as one text.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// Whether nothing is on it.
    pub fn is_blank(&self) -> bool {
        self.lines.is_empty()
    }

    /// How it looks: a PNG, one dot a pixel (203 dots an inch).
    ///
    /// # Errors
    /// What the encoder says.
    pub fn png(&self) -> Result<Vec<u8>, String> {
        let rows = self.dots.len().checked_div(self.width).unwrap_or_default();
        let (width, height) = (self.width + 2 * MARGIN, rows + 2 * MARGIN);
        let mut pixels = vec![0xFF; width * height];
        for (index, _) in self.dots.iter().enumerate().filter(|(_, dot)| **dot) {
            let (x, y) = (index % self.width, index / self.width);
            pixels[(y + MARGIN) * width + x + MARGIN] = 0x18;
        }
        let size = |dots: usize| u32::try_from(dots).map_err(|error| error.to_string());
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, size(width)?, size(height)?);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
        writer.write_image_data(&pixels).map_err(|error| error.to_string())?;
        writer.finish().map_err(|error| error.to_string())?;
        Ok(png)
    }

    fn grow(&mut self, rows: usize) -> usize {
        let at = self.dots.len() / self.width;
        self.dots.resize(self.dots.len() + rows * self.width, false);
        at
    }

    fn lay(&mut self, picture: &Dots, x: usize, y: usize, (across, down): (usize, usize)) {
        for row in 0..picture.height * down {
            for column in 0..picture.width * across {
                let (x, y) = (x + column, y + row);
                if x < self.width && picture.is_black(column / across, row / down) {
                    self.dots[y * self.width + x] = true;
                }
            }
        }
    }
}

/// Head, paper and knife.
pub(super) struct Press {
    width: usize,
    font: Option<PathBuf>,
    rom: Option<Option<CharacterRom>>,
    pub(super) chinese: bool,
    align: u8,
    bold: bool,
    size: (usize, usize),
    chinese_size: (usize, usize),
    line: Vec<(char, (usize, usize), bool)>,
    module: u8,
    qr: Vec<u8>,
    /// What hangs out of the printer.
    pub(super) paper: Piece,
}

impl Press {
    pub(super) fn new(width: usize, font: Option<PathBuf>) -> Self {
        Self {
            width,
            font,
            rom: None,
            chinese: true,
            align: 0,
            bold: false,
            size: (1, 1),
            chinese_size: (1, 1),
            line: Vec::new(),
            module: 3,
            qr: Vec::new(),
            paper: Piece { width, ..Piece::default() },
        }
    }

    /// Forgets the line that was begun.
    pub(super) fn forget(&mut self) {
        self.line.clear();
    }

    /// Does what it was told; a cut gives the piece.
    pub(super) fn take(&mut self, told: Told) -> Option<Piece> {
        match told {
            Told::Char(character) => self.char(character),
            Told::LineFeed => self.feed_line(),
            Told::Initialise => {
                let rom = self.rom.take();
                let paper = std::mem::take(&mut self.paper);
                *self = Self { rom, paper, ..Self::new(self.width, self.font.take()) };
            }
            Told::Align(how) => self.align = how,
            Told::Bold(bold) => self.bold = bold,
            Told::Size(across, down) => (self.size, self.chinese_size) = ((across, down), (across, down)),
            Told::ChineseSize(wide, high) => self.chinese_size = (1 + usize::from(wide), 1 + usize::from(high)),
            Told::Chinese(chinese) => self.chinese = chinese,
            Told::Feed(lines) => {
                self.feed_line();
                self.paper.grow(usize::from(lines) * (CELL.1 + LEADING));
            }
            Told::Cut => {
                self.feed_line();
                self.paper.grow(2 * CELL.1);
                return Some(std::mem::replace(&mut self.paper, Piece { width: self.width, ..Piece::default() }));
            }
            Told::QrModule(module) => self.module = module,
            Told::QrStore(data) => self.qr = data,
            Told::QrPrint => self.print_qr(),
            Told::Raster { row, data } => self.print_raster(row, &data),
            Told::QrOther | Told::AskInTurn => {}
        }
        None
    }

    fn char(&mut self, character: char) {
        let size = if character.is_ascii() { self.size } else { self.chinese_size };
        let width: usize = self.line.iter().map(|(character, size, _)| cell(*character) * size.0).sum();
        if width + cell(character) * size.0 > self.width {
            self.feed_line();
        }
        self.line.push((character, size, self.bold));
    }

    fn feed_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return;
        }
        let width: usize = line.iter().map(|(character, size, _)| cell(*character) * size.0).sum();
        let down = line.iter().map(|(_, size, _)| size.1).max().unwrap_or(1);
        let top = self.paper.grow(CELL.1 * down + LEADING);
        let mut x = self.left(width);
        for (character, size, bold) in &line {
            let drawn = self.glyph(*character);
            // Characters of a line stand on one base line.
            let y = top + CELL.1 * (down - size.1);
            self.paper.lay(&drawn, x, y, *size);
            if *bold {
                self.paper.lay(&drawn, x + 1, y, *size);
            }
            x += cell(*character) * size.0;
        }
        self.paper.lines.push(line.iter().map(|(character, ..)| *character).collect());
    }

    fn left(&self, width: usize) -> usize {
        let free = self.width.saturating_sub(width);
        match self.align {
            1 | 0x31 => free / 2,
            2 | 0x32 => free,
            _ => 0,
        }
    }

    /// A character; a frame where there is no font to draw it.
    fn glyph(&mut self, character: char) -> Dots {
        let font = self.font.clone();
        let open = || {
            CharacterRom::open(&font?)
                .inspect_err(|error| tracing::warn!(error, "emulated paper shows frames for characters"))
                .ok()
        };
        let rom = self.rom.get_or_insert_with(open);
        let drawn = rom.as_mut().and_then(|rom| rom.draw(character, cell(character)));
        drawn.unwrap_or_else(|| {
            let mut frame = Dots::new(cell(character), CELL.1);
            for x in 2..cell(character) - 2 {
                frame.blacken(x, 3);
                frame.blacken(x, CELL.1 - 4);
            }
            frame
        })
    }

    fn print_qr(&mut self) {
        let text = String::from_utf8_lossy(&self.qr).into_owned();
        let module = usize::from(self.module.max(1));
        let Ok(code) = QrCode::encode_text(&text, QrCodeEcc::Medium) else { return };
        let side = usize::try_from(code.size()).unwrap_or_default();
        let top = self.paper.grow(side * module + LEADING);
        let left = self.left(side * module);
        let mut picture = Dots::new(side, side);
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                picture.blacken(usize::try_from(x).unwrap_or_default(), usize::try_from(y).unwrap_or_default());
            }
        }
        self.paper.lay(&picture, left, top, (module, module));
        self.paper.lines.push(format!("[QR {text}]"));
    }

    fn print_raster(&mut self, row: usize, data: &[u8]) {
        let rows = data.len().checked_div(row).unwrap_or_default();
        let mut picture = Dots::new(row * 8, rows);
        for (index, byte) in data.iter().enumerate() {
            for bit in (0..8).filter(|bit| byte & (0x80 >> bit) != 0) {
                picture.blacken(index % row * 8 + bit, index / row);
            }
        }
        let top = self.paper.grow(rows + LEADING);
        let left = self.left(row * 8);
        self.paper.lay(&picture, left, top, (1, 1));
        self.paper.lines.push(format!("[picture {}x{rows}]", row * 8));
    }
}

fn cell(character: char) -> usize {
    if character.is_ascii() { CELL.0 } else { 2 * CELL.0 }
}
