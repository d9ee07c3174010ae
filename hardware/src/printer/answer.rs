//! What a printer says of itself: the bytes it answers. Pure.
//!
//! Source: Epson, *ESC/POS Application Programming Guide*, commands DLE EOT and GS r; vendors of compatible printers
//! print the same tables. The fixed bits keep the kinds of answers apart, also from XON (`11`) and XOFF (`13`).

/// Asks in real time for one kind of status: `DLE EOT n`.
pub const fn ask(kind: StatusQuery) -> [u8; 3] {
    [0x10, 0x04, kind as u8]
}

/// Asks for the paper's status in its turn, after all that was sent before is printed: `GS r 1`.
pub const ASK_IN_TURN: [u8; 3] = [0x1D, 0x72, 0x01];

/// What `DLE EOT` can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusQuery {
    /// Why it is off line.
    Offline = 2,
    Error = 3,
    Paper = 4,
}

/// Whether a byte can be an answer to `DLE EOT`: bits 1 and 4 are set, bits 0 and 7 are not.
pub fn is_real_time(byte: u8) -> bool {
    byte & 0b1001_0011 == 0b0001_0010
}

/// Whether a byte can be an answer to `GS r`: bits 4 and 7 are clear.
pub fn is_in_turn(byte: u8) -> bool {
    byte & 0b1001_0000 == 0
}

/// The roll of paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PaperRoll {
    /// There is enough.
    Enough,
    /// It soon ends.
    NearEnd,
    /// There is none.
    Out,
    /// Never said, or not understood.
    #[default]
    Unknown,
}

/// What is known of a printer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Condition {
    pub paper: PaperRoll,
    pub cover_open: bool,
    /// The cutter is stuck.
    pub cutter: bool,
    /// Another error that only a hand at the printer ends.
    pub error: bool,
}

impl Condition {
    /// Takes an answer to `DLE EOT`.
    pub fn take(&mut self, kind: StatusQuery, byte: u8) {
        match kind {
            StatusQuery::Paper if byte & 0b0110_0000 != 0 => self.paper = PaperRoll::Out,
            StatusQuery::Paper if byte & 0b0000_1100 != 0 => self.paper = PaperRoll::NearEnd,
            StatusQuery::Paper => self.paper = PaperRoll::Enough,
            StatusQuery::Offline => {
                self.cover_open = byte & 0b0000_0100 != 0;
                self.error = byte & 0b0100_0000 != 0;
                self.cutter = false;
                if byte & 0b0010_0000 != 0 {
                    self.paper = PaperRoll::Out;
                }
            }
            StatusQuery::Error => self.cutter = byte & 0b0000_1000 != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn answers_mean_what_the_table_says() {
        for (kind, byte, expected) in [
            (StatusQuery::Paper, 0x12, Condition { paper: PaperRoll::Enough, ..Condition::default() }),
            (StatusQuery::Paper, 0x1E, Condition { paper: PaperRoll::NearEnd, ..Condition::default() }),
            (StatusQuery::Paper, 0x72, Condition { paper: PaperRoll::Out, ..Condition::default() }),
            (StatusQuery::Paper, 0x7E, Condition { paper: PaperRoll::Out, ..Condition::default() }),
            (StatusQuery::Offline, 0x12, Condition::default()),
            (StatusQuery::Offline, 0x16, Condition { cover_open: true, ..Condition::default() }),
            (StatusQuery::Offline, 0x32, Condition { paper: PaperRoll::Out, ..Condition::default() }),
            (StatusQuery::Offline, 0x52, Condition { error: true, ..Condition::default() }),
            (StatusQuery::Error, 0x1A, Condition { cutter: true, ..Condition::default() }),
        ] {
            let mut condition = Condition::default();
            condition.take(kind, byte);
            assert_eq!(condition, expected, "{kind:?} {byte:02X}");
        }
        assert!(!is_real_time(0x11) && !is_real_time(0x13) && !is_real_time(0xFF));
    }

    proptest! {
        #[test]
        fn a_byte_is_one_kind_of_answer_at_most(byte: u8) {
            prop_assert!(!(is_real_time(byte) && is_in_turn(byte)));
        }
    }
}
