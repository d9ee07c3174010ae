//! Receipt numbers: the only numbers people see, made by a terminal without asking anyone.
//!
//! Fourteen digits: kiosk prefix (3, given at enrolment, never reused), journal generation (2), sequence (7), and two
//! check digits, ISO 7064 MOD 97-10. That scheme finds every single wrong digit, every swap of two neighbours, and
//! nearly all other slips, with digits alone, so a number can be read out over the phone and typed on a keypad.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::folding::keyed;

/// How many digits a receipt number has.
pub const DIGITS: usize = 14;
/// The greatest journal generation.
pub const MAX_GENERATION: u8 = 99;
/// The greatest sequence.
pub const MAX_SEQUENCE: u32 = 9_999_999;

/// A well-formed receipt number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReceiptNumber(String);

/// Why a receipt number cannot be made or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReceiptError {
    /// The prefix is not three digits.
    #[error("a receipt prefix has three digits")]
    Prefix,
    /// The generation needs more than two digits.
    #[error("this terminal has had {MAX_GENERATION} journals; enrol it anew to get another receipt prefix")]
    Generation,
    /// The sequence is 0 or needs more than seven digits.
    #[error("a receipt sequence runs from 1 to {MAX_SEQUENCE}; start a new journal")]
    Sequence,
    /// Not fourteen digits.
    #[error("a receipt number has {DIGITS} digits")]
    Shape,
    /// The check digits do not follow from the others.
    #[error("the receipt number's check digits do not match; compare it with the receipt")]
    CheckDigits,
}

impl ReceiptNumber {
    /// Makes the number of submission `sequence` (from 1) in journal `generation` of the terminal with `prefix`.
    pub fn make(prefix: &str, generation: u8, sequence: u32) -> Result<Self, ReceiptError> {
        if prefix.len() != 3 || !prefix.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ReceiptError::Prefix);
        }
        if generation > MAX_GENERATION {
            return Err(ReceiptError::Generation);
        }
        if sequence == 0 || sequence > MAX_SEQUENCE {
            return Err(ReceiptError::Sequence);
        }
        let body = format!("{prefix}{generation:02}{sequence:07}");
        // ISO 7064, MOD 97-10: the whole number is 1 modulo 97.
        let check = 98 - modulo_97(&body) * 100 % 97;
        Ok(Self(format!("{body}{check:02}")))
    }

    /// Reads a number as a person typed it, or as it was scanned or copied: alone, behind a label, in a link to its page,
    /// or behind the symbology identifier that scanners can be set to send (`]Q1`: ISO/IEC 15424). Width, spaces and
    /// dashes do not matter.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        let text = keyed(text);
        let text = text.trim().strip_prefix(']').and_then(|rest| rest.get(2..)).unwrap_or(&text);
        // What is written between its groups, and nothing that could part two numbers.
        let parts = text.split(|c: char| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '.' | ',' | '·' | '_' | '~'));
        let digits = parts.map(|part| part.chars().filter(char::is_ascii_digit).collect::<String>());
        let read = digits.filter(|digits| digits.len() == DIGITS).map(Self::checked);
        read.reduce(|first, next| first.or(next)).unwrap_or(Err(ReceiptError::Shape))
    }

    /// Fourteen digits, if their check digits are right.
    fn checked(digits: String) -> Result<Self, ReceiptError> {
        // Check digits run from 02 to 98; 00 and 01 would be second spellings of 97 and 98.
        if modulo_97(&digits) != 1 || matches!(&digits[DIGITS - 2..], "00" | "01" | "99") {
            return Err(ReceiptError::CheckDigits);
        }
        Ok(Self(digits))
    }

    /// The fourteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In groups for reading aloud: `101 01 0000001 86` is easier said as `1010 1000 0001 86`.
    pub fn grouped(&self) -> String {
        format!("{} {} {} {}", &self.0[..4], &self.0[4..8], &self.0[8..12], &self.0[12..])
    }

    /// Prefix of the terminal that made it.
    pub fn prefix(&self) -> &str {
        &self.0[..3]
    }

    /// Generation of the journal that made it.
    pub fn generation(&self) -> u8 {
        self.0[3..5].parse().unwrap_or(0)
    }

    /// Its sequence within that journal.
    pub fn sequence(&self) -> u32 {
        self.0[5..12].parse().unwrap_or(0)
    }
}

fn modulo_97(digits: &str) -> u32 {
    digits.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97)
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ReceiptNumber {
    type Err = ReceiptError;
    fn from_str(text: &str) -> Result<Self, ReceiptError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for ReceiptNumber {
    type Error = ReceiptError;
    fn try_from(text: String) -> Result<Self, ReceiptError> {
        Self::parse(&text)
    }
}

impl From<ReceiptNumber> for String {
    fn from(number: ReceiptNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_of_the_standard() {
        // ISO 7064's own example for MOD 97-10: 794 has check digits 44.
        assert_eq!(modulo_97("79444"), 1);
        assert_eq!(98 - modulo_97("794") * 100 % 97, 44);
    }

    #[test]
    fn bad_parts_are_named() {
        assert_eq!(ReceiptNumber::make("1a1", 1, 1), Err(ReceiptError::Prefix));
        assert_eq!(ReceiptNumber::make("１", 1, 1), Err(ReceiptError::Prefix));
        assert_eq!(ReceiptNumber::make("101", 100, 1), Err(ReceiptError::Generation));
        assert_eq!(ReceiptNumber::make("101", 1, 0), Err(ReceiptError::Sequence));
        assert_eq!(ReceiptNumber::make("101", 1, 10_000_000), Err(ReceiptError::Sequence));
        assert_eq!(ReceiptNumber::parse("123"), Err(ReceiptError::Shape));
        assert_eq!(ReceiptNumber::parse("10101000000142"), Err(ReceiptError::CheckDigits));
        assert_eq!(ReceiptNumber::parse("1010100000014 and 1"), Err(ReceiptError::Shape));
        assert_eq!(ReceiptNumber::parse("https://hall.example/p/10101000000142"), Err(ReceiptError::CheckDigits));
    }

    #[test]
    fn a_number_is_read_however_it_is_written() {
        for text in [
            "10101000000141",
            " 1010 1000 0001 41 ",
            "１０１０１００００００１４１",
            "1010–1000–0001–41",
            "1010—1000—0001—41",
            "1010·1000·0001·41",
            "1010.1000.0001.41",
            "收件编号：10101000000141",
            "No. 10101000000141。",
            "]Q110101000000141",
            "]C010101000000141",
            "https://hall.example/p/10101000000141",
            "https://hall.example/p/10101000000141/",
            "http://10.0.0.7:8443/p/10101000000141?lang=en#top",
            "https://hall.example/progress?receipt=10101000000141&from=paper",
            "\u{202D}10101000000141\u{202C}\r\n",
        ] {
            assert_eq!(ReceiptNumber::parse(text).as_ref().map(ReceiptNumber::as_str), Ok("10101000000141"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read(prefix in "[0-9]{3}", generation in 0_u8..=99, sequence in 1_u32..=MAX_SEQUENCE) {
            let number = ReceiptNumber::make(&prefix, generation, sequence).unwrap();
            prop_assert_eq!(number.as_str().len(), DIGITS);
            prop_assert_eq!(ReceiptNumber::parse(&number.grouped()), Ok(number.clone()));
            prop_assert_eq!(number.prefix(), prefix);
            prop_assert_eq!((number.generation(), number.sequence()), (generation, sequence));
        }

        #[test]
        fn one_wrong_digit_or_swap_is_seen(sequence in 1_u32..=MAX_SEQUENCE, at in 0_usize..DIGITS, other in 0_u8..10) {
            let good = ReceiptNumber::make("101", 1, sequence).unwrap().0;
            let mut wrong = good.clone().into_bytes();
            wrong[at] = b'0' + other;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert!(wrong == good || ReceiptNumber::parse(&wrong).is_err());
            let mut swapped = good.clone().into_bytes();
            swapped.swap(at, (at + 1).min(DIGITS - 1));
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert!(swapped == good || ReceiptNumber::parse(&swapped).is_err());
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = ReceiptNumber::parse(&text);
        }
    }
}
