//! How a reader is connected, and what it is.

use std::path::PathBuf;
use std::time::Duration;

use super::{TrustList, glob};

/// How a PC/SC reader hands out resident-ID data. The reader's vendor says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResidentIdAccess {
    /// Pseudo commands `FF B0`: see [`super::sam_block`].
    SamBlock,
    /// Frames of [`super::sdt`] inside a pseudo command: this header (CLA INS P1 P2), their length, the frame, and 00.
    SdtApdu {
        /// CLA, INS, P1, P2.
        header: [u8; 4],
    },
    /// Frames of [`super::sdt`] inside a control code of the reader.
    SdtControl {
        /// Function number, from which PC/SC part 10 makes the control code.
        function: u32,
    },
}

/// One configured reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReaderConfig {
    /// Readers of the smart card service.
    Pcsc(PcscConfig),
    /// A reader of resident ID cards on a serial line, see [`super::sdt`].
    Sdt(SdtConfig),
}

/// Readers of the smart card service (pcscd).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcscConfig {
    /// Pattern over PC/SC reader names; `*` and `?` stand for any run and any one character.
    pub reader: String,
    /// Patterns of readers that this configuration leaves to others. No two configurations of one terminal may take
    /// the same reader: they would take the card from each other.
    pub except: Vec<String>,
    /// How this reader's security module hands out resident-ID data; `None` if it has none.
    pub resident_id: Option<ResidentIdAccess>,
    /// Whose travel documents are believed.
    pub trust: TrustList,
}

impl PcscConfig {
    /// Readers whose names fit `pattern`, without a security module.
    pub fn new(pattern: &str) -> Self {
        Self { reader: pattern.to_owned(), except: Vec::new(), resident_id: None, trust: TrustList::default() }
    }

    /// Whether the reader of that name is meant.
    pub fn takes(&self, name: &str) -> bool {
        glob::matches(&self.reader, name) && !self.except.iter().any(|pattern| glob::matches(pattern, name))
    }
}

/// A reader on a serial line that speaks SDT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdtConfig {
    /// Path of the serial port.
    pub port: PathBuf,
    /// Rate of the line; one of [`SdtConfig::RATES`].
    pub baud: u32,
    /// How often it is asked whether a card is there; modules want 300 ms or more.
    pub find_every: Duration,
}

impl SdtConfig {
    /// The rates that modules know (commands `60 00` to `60 04` of the protocol); the first is how they are delivered.
    pub const RATES: [u32; 5] = [115_200, 57_600, 38_400, 19_200, 9_600];

    /// A reader as it is delivered.
    pub fn new(port: impl Into<PathBuf>) -> Self {
        Self { port: port.into(), baud: Self::RATES[0], find_every: Duration::from_millis(300) }
    }
}
