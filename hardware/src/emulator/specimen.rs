//! Travel documents of the state Utopia (UTO, ICAO Doc 9303-3, section 5), whose citizens nobody is.
//!
//! Their signatures lie beside this file, made with keys that were thrown away. `BLESS=1 cargo nextest run --workspace
//! -E "package(hardware) & test(specimens)"` makes them and the authority's certificate anew; build again afterwards.

use std::collections::BTreeMap;

use super::apdus::Card;
use super::emrtd::Emrtd;

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
/// Signed by an authority that nobody trusts.
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

    /// A chip with these lines and a signature (EF.SOD) over them.
    pub fn chip(&self, signature: &[u8]) -> Emrtd {
        // EF.COM: version, Unicode, and that DG1 is all there is.
        let common =
            [&[0x60, 0x13], b"\x5F\x01\x040107".as_slice(), b"\x5F\x36\x06040000", &[0x5C, 0x01, 0x61]].concat();
        let files = BTreeMap::from([(0x1E, common), (0x01, self.dg1()), (0x1D, signature.to_vec())]);
        let line = self.lines.split('\r').next_back().unwrap_or_default();
        let part = |range: std::ops::Range<usize>| line.get(range).unwrap_or_default();
        Emrtd::new(&[part(0..10), part(13..20), part(21..28)].concat(), files)
    }
}

/// [`ANNA`]'s passport.
pub fn trusted() -> Card {
    Card::travel_document(ANNA.chip(include_bytes!("specimen/anna.sod")))
}

/// [`PETER`]'s passport.
pub fn untrusted() -> Card {
    Card::travel_document(PETER.chip(include_bytes!("specimen/peter.sod")))
}

/// [`ANNA`]'s passport, altered after it was signed.
pub fn forged() -> Card {
    Card::travel_document(FORGED.chip(include_bytes!("specimen/anna.sod")))
}
