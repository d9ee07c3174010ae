//! Identity cards of other countries that give personal data without a secret.

/// A card.
#[derive(Clone, Debug)]
pub enum Eid {
    /// Estonia: files `50 01` and following, in order.
    Estonia {
        /// What stands in them.
        files: Vec<String>,
        /// The one that is selected, from 1.
        selected: usize,
    },
    /// Belgium: the identity file.
    Belgium {
        /// Fields of tag, length and value, and zeros behind them.
        file: Vec<u8>,
        /// Whether it is selected.
        selected: bool,
    },
}

impl Eid {
    /// The Estonian specimen.
    pub fn estonia() -> Self {
        let files = ["JÕEORG", "JAAK-KRISTJAN", "M", "EST", "08.01.1980 EST", "38001085718", "AS0000001", "12.12.2030"];
        Self::Estonia { files: files.map(str::to_owned).to_vec(), selected: 0 }
    }

    /// A Belgian card of somebody born in 1985.
    pub fn belgium() -> Self {
        let fields: [(u8, &str); 8] = [
            (1, "000000000001"),
            (3, "01.02.2021"),
            (4, "01.02.2031"),
            (6, "85073003328"),
            (7, "SPECIMEN"),
            (8, "Élise Marie"),
            (12, "30 JUL  1985"),
            (13, "F"),
        ];
        let mut file = Vec::new();
        for (tag, value) in fields {
            file.extend([tag, u8::try_from(value.len()).unwrap_or(0)]);
            file.extend(value.as_bytes());
        }
        file.resize(400, 0);
        Self::Belgium { file, selected: false }
    }

    pub(super) fn reset(&mut self) {
        match self {
            Self::Estonia { selected, .. } => *selected = 0,
            Self::Belgium { selected, .. } => *selected = false,
        }
    }

    /// Answers one command; `None`: it is not for this card.
    pub(super) fn answer(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        const DONE: [u8; 2] = [0x90, 0x00];
        const NOT_FOUND: [u8; 2] = [0x6A, 0x82];
        Some(match (self, command) {
            (Self::Estonia { .. }, [0x00, 0xA4, 0x04, 0x00, 0x10, 0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, ..]) => {
                DONE.to_vec()
            }
            (Self::Estonia { .. }, [0x00, 0xA4, 0x00, 0x0C] | [0x00, 0xA4, 0x01, 0x0C, 0x02, 0x50, 0x00]) => {
                DONE.to_vec()
            }
            (Self::Estonia { files, selected }, [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x50, number]) => {
                *selected = usize::from(*number);
                if (1..=files.len()).contains(selected) { DONE.to_vec() } else { NOT_FOUND.to_vec() }
            }
            (Self::Estonia { files, selected }, [0x00, 0xB0, 0x00, 0x00, ..]) => {
                let file = selected.checked_sub(1).and_then(|at| files.get(at))?;
                [file.as_bytes(), &DONE].concat()
            }
            (Self::Belgium { selected, .. }, [0x00, 0xA4, 0x08, 0x0C, 0x06, 0x3F, 0x00, 0xDF, 0x01, 0x40, 0x31]) => {
                *selected = true;
                DONE.to_vec()
            }
            (Self::Belgium { file, selected: true }, [0x00, 0xB0, high, low, length]) => {
                match file.get(usize::from(u16::from_be_bytes([*high, *low]))..) {
                    Some(rest) if !rest.is_empty() => [&rest[..rest.len().min(usize::from(*length))], &DONE].concat(),
                    Some(_) | None => vec![0x6B, 0x00],
                }
            }
            _ => return None,
        })
    }
}
