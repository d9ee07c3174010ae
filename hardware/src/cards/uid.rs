//! Serial numbers of contactless cards, read with `FF CA 00 00 00` (PC/SC part 3, 3.2.2.1.3).

use std::fmt;

/// A serial number that names one card. It can be copied: it proves nothing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Uid(Vec<u8>);

/// Why a serial number names no card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableUid {
    /// it has no serial number
    #[error("it has no serial number")]
    Missing,
    /// its serial number is all zeros, as a resident ID card's is on a reader without a security module
    #[error("its serial number is all zeros, as a resident ID card's is on a reader without a security module")]
    AllZero,
    /// its serial number is random, and another one each time (phones, travel documents)
    #[error("its serial number is random, and another one each time, as a phone's is")]
    Random,
    /// its serial number has an impossible length
    #[error("its serial number has an impossible length")]
    WrongLength,
}

impl Uid {
    /// Checks a serial number as the reader gave it.
    ///
    /// # Errors
    /// [`UnusableUid`] when it names no card: empty, not 4 to 10 bytes, all zeros, or four bytes beginning with 08,
    /// which ISO 14443-3 (table "coding of uid0") keeps for random numbers.
    pub fn new(bytes: &[u8]) -> Result<Self, UnusableUid> {
        match bytes {
            [] => Err(UnusableUid::Missing),
            _ if bytes.iter().all(|byte| *byte == 0) => Err(UnusableUid::AllZero),
            [0x08, _, _, _] => Err(UnusableUid::Random),
            _ if !(4..=10).contains(&bytes.len()) => Err(UnusableUid::WrongLength),
            _ => Ok(Self(bytes.to_vec())),
        }
    }

    /// The bytes, in the order in which the reader gave them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Upper-case hexadecimal without separators: the form for rosters.
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02X}")).collect()
    }
}

/// Redacted: a staff card's number opens doors together with a PIN.
impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uid({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_name_no_card_are_refused() {
        for (bytes, expected) in [
            (&[][..], Err(UnusableUid::Missing)),
            (&[0, 0, 0, 0], Err(UnusableUid::AllZero)),
            (&[0, 0, 0, 0, 0, 0, 0], Err(UnusableUid::AllZero)),
            (&[0x08, 0x12, 0x34, 0x56], Err(UnusableUid::Random)),
            (&[0x04, 0x12, 0x34], Err(UnusableUid::WrongLength)),
            (&[1; 11], Err(UnusableUid::WrongLength)),
            (&[0x04, 0x12, 0x34, 0x56], Ok("04123456")),
            (&[0x08, 0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC], Ok("0812345678 9ABC")),
        ] {
            let read = Uid::new(bytes).map(|uid| uid.to_hex());
            assert_eq!(read, expected.map(|hex: &str| hex.replace(' ', "")), "{bytes:02X?}");
        }
    }
}
