//! What is to be on the paper. It says nothing of bytes, and knows nothing of what the paper is for.

/// How wide the paper is. 203 dots an inch, eight a millimetre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// 58 mm of paper: 48 mm are printed on.
    Mm58,
    /// 80 mm of paper: 72 mm are printed on.
    #[default]
    Mm80,
}

impl Width {
    /// Half-width characters of a line in [`Size::Normal`]; a Chinese character takes two.
    pub fn columns(self) -> usize {
        match self {
            Self::Mm58 => 32,
            Self::Mm80 => 48,
        }
    }

    /// Dots of a line: twelve for each half-width character.
    pub fn dots(self) -> usize {
        self.columns() * CELL_WIDTH
    }
}

/// Dots of a half-width character across (font A of ESC/POS printers).
pub(crate) const CELL_WIDTH: usize = 12;
/// Dots of a character down.
pub(crate) const CELL_HEIGHT: usize = 24;

/// How large characters are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 3 mm high, 8.5 pt: for what need not be read in a hurry.
    #[default]
    Normal,
    /// Twice as high: for reading.
    Tall,
    /// Twice as high and twice as wide.
    Double,
    /// Four times as high and wide: a number to be seen from afar.
    Huge,
}

impl Size {
    /// How often a dot is repeated across and down.
    pub fn scale(self) -> (usize, usize) {
        match self {
            Self::Normal => (1, 1),
            Self::Tall => (1, 2),
            Self::Double => (2, 2),
            Self::Huge => (4, 4),
        }
    }
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Centre,
}

/// A paragraph: it is broken where the paper ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The words. Control characters are left out.
    pub text: String,
    /// How large.
    pub size: Size,
    pub bold: bool,
    pub align: Align,
    /// Columns by which every line but the first is indented.
    pub hang: usize,
}

/// A part of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Text(Text),
    /// A line across the paper.
    Rule,
    /// A QR code in the middle.
    Qr {
        /// What it says: ASCII.
        data: String,
        /// Dots of a module's side, 1 to 16; 6 is read easily by a phone.
        module: u8,
    },
    /// So many empty lines.
    Feed(u8),
    /// The paper is cut, after being moved so far that nothing printed is lost.
    Cut,
}

/// A paper, from top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Its parts, in order.
    pub blocks: Vec<Block>,
}

impl Document {
    /// An empty paper.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part.
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// Adds a paragraph at the left edge.
    #[must_use]
    pub fn line(self, size: Size, text: impl Into<String>) -> Self {
        self.with(Block::Text(Text { text: text.into(), size, ..Text::default() }))
    }

    /// Adds a bold paragraph in the middle.
    #[must_use]
    pub fn heading(self, size: Size, text: impl Into<String>) -> Self {
        self.with(Block::Text(Text { text: text.into(), size, bold: true, align: Align::Centre, hang: 0 }))
    }
}
