//! Travel documents of the state Utopia (UTO, ICAO Doc 9303-3, section 5), whose citizens nobody is.
//!
//! Their signatures lie beside this file, made with keys that were thrown away. `BLESS=1 cargo nextest run --workspace
//! -E "package(hardware) & test(specimens)"` makes them and the authority's certificate anew; build again afterwards.

use std::collections::BTreeMap;

use crate::apdus::Card;
use crate::emrtd::{ActiveKey, Emrtd};

/// The certificate of the authority that signed [`ANNA`]'s passport, DER: what a trust list must hold for it.
pub const AUTHORITY: &[u8] = include_bytes!("specimen/utopia-csca.cer");

/// What is printed on a passport in machine readable lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Specimen {
    /// The two lines, 44 characters each, with a carriage return between them, as a scanner sends them.
    pub lines: &'static str,
}

/// The specimen of ICAO Doc 9303-4, appendix B, with an expiry date to come.
pub const ANNA: Specimen =
    Specimen { lines: "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\rL898902C36UTO7408122F3204153ZE184226B<<<<<16" };
/// The key of [`ANNA`]'s chip, and one that somebody else made. Secret of nobody.
const OWN: [u8; 32] = [0x11; 32];
const ANOTHER: [u8; 32] = [0x22; 32];
/// Signed by an authority that nobody trusts; without a key of its own.
pub const PETER: Specimen =
    Specimen { lines: "P<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<<<<<<<<<\rD231458907UTO6908061M3406234<<<<<<<<<<<<<<<6" };
/// [`ANNA`]'s with another name, and her signature.
const FORGED: Specimen =
    Specimen { lines: "P<UTOERIKSSON<<ANNE<MARIA<<<<<<<<<<<<<<<<<<<\rL898902C36UTO7408122F3204153ZE184226B<<<<<16" };

impl Specimen {
    /// Data group 1: the lines, tags 61 and 5F1F (ICAO Doc 9303-10, 4.7.1).
    pub fn dg1(&self) -> Vec<u8> {
        let lines: String = self.lines.split('\r').collect();
        [&[0x61, 0x5B, 0x5F, 0x1F, 0x58], lines.as_bytes()].concat()
    }

    /// Data group 15 of [`ANNA`]'s chip: its public key.
    pub fn dg15() -> Vec<u8> {
        ActiveKey::p256(&OWN).map(|key| key.dg15()).unwrap_or_default()
    }

    /// A chip with these lines and a signature (EF.SOD) over them, and over `dg15` where there is one.
    fn chip(&self, dg15: Option<Vec<u8>>, signature: &[u8]) -> Emrtd {
        // EF.COM: version, Unicode, and which data groups there are.
        let groups: &[u8] = if dg15.is_some() { &[0x5C, 0x02, 0x61, 0x6F] } else { &[0x5C, 0x01, 0x61] };
        let body = [b"\x5F\x01\x040107".as_slice(), b"\x5F\x36\x06040000", groups].concat();
        let common = [&[0x60, u8::try_from(body.len()).unwrap_or_default()], body.as_slice()].concat();
        let mut files = BTreeMap::from([(0x1E, common), (0x01, self.dg1()), (0x1D, signature.to_vec())]);
        files.extend(dg15.map(|key| (0x0F, key)));
        let line = self.lines.split('\r').next_back().unwrap_or_default();
        let part = |range: std::ops::Range<usize>| line.get(range).unwrap_or_default();
        Emrtd::new(&[part(0..10), part(13..20), part(21..28)].concat(), files)
    }
}

/// [`ANNA`]'s passport.
pub fn trusted() -> Card {
    annas(ANNA, &OWN)
}

/// Her chip's files on another chip, which cannot have its key.
pub fn copied() -> Card {
    annas(ANNA, &ANOTHER)
}

fn annas(lines: Specimen, key: &[u8; 32]) -> Card {
    let chip = lines.chip(Some(Specimen::dg15()), include_bytes!("specimen/anna.sod"));
    Card::travel_document(ActiveKey::p256(key).into_iter().fold(chip, Emrtd::with_active))
}

/// [`PETER`]'s passport.
pub fn untrusted() -> Card {
    Card::travel_document(PETER.chip(None, include_bytes!("specimen/peter.sod")))
}

/// [`ANNA`]'s passport, altered after it was signed.
pub fn forged() -> Card {
    annas(FORGED, &OWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ICAO Doc 9303-3, 4.9: weights 7, 3 and 1; letters from 10 on, the filler 0.
    fn check_digit(text: &str) -> Option<char> {
        let value = |character: char| if character == '<' { Some(0) } else { character.to_digit(36) };
        let values = text.chars().map(value).zip([7, 3, 1].into_iter().cycle());
        let sum = values.map(|(value, weight)| value.map(|value| value * weight)).sum::<Option<u32>>()?;
        char::from_digit(sum % 10, 10)
    }

    #[test]
    fn check_digits_are_those_of_the_standard() {
        // Its own examples, 4.9 and appendix A: a date, a number, and the second line of the specimen.
        assert_eq!((check_digit("520727"), check_digit("AB2134<<<")), (Some('3'), Some('5')));
        let line = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
        for line in [line, second(ANNA), second(PETER), second(FORGED)] {
            let part = |from: usize, to: usize| line[from..to].to_owned();
            let whole = part(0, 10) + &part(13, 20) + &part(21, 43);
            for (fields, digit) in [(part(0, 9), 9), (part(13, 19), 19), (part(21, 27), 27), (whole, 43)] {
                assert_eq!(check_digit(&fields), line[digit..].chars().next(), "{line}: {fields}");
            }
        }
    }

    fn second(specimen: Specimen) -> &'static str {
        specimen.lines.split('\r').next_back().unwrap()
    }
}
