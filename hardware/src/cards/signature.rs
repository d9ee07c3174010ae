//! Passive authentication (ICAO Doc 9303-11, 5.1): whether the data of a travel document are those that an authority
//! signed. Pure.
//!
//! Three outcomes are kept apart. Data are *altered* only when a hash or a signature was computed and is another. What
//! cannot be read here, is made in a way that is not known here, or comes from nobody in the trust list proves nothing,
//! and accuses nobody: states write their files in more ways than any reader knows.

pub(super) mod certificate;
pub(super) mod cms;
pub(super) mod curve;
mod curves;
pub(super) mod fault;
pub(super) mod key;
pub(super) mod name;

use dmrtd::auth::HashAlgo;

use super::ber::{self, INTEGER, OCTET_STRING, Reader, SEQUENCE};
use super::trust::Anchors;
use super::{Authenticity, Unverified};
use cms::SignedData;
use fault::{Fault, Unusable};

/// The file with the signature, EF.SOD (ICAO Doc 9303-10, 4.6.2).
const SOD: u32 = 0x77;
/// Content types under which states sign the hashes of their data: 2.23.136.1.1.1, as the standard says; 1.3.27.1.1.1
/// (Belgium, France, earlier); 1.2.528.1.1006.1.20.1 (Netherlands); id-data, 1.2.840.113549.1.7.1 (China).
const CONTENT_TYPES: [&[u8]; 4] = [
    &[0x67, 0x81, 0x08, 0x01, 0x01, 0x01],
    &[0x2B, 0x1B, 0x01, 0x01, 0x01],
    &[0x2A, 0x84, 0x10, 0x01, 0x87, 0x6E, 0x01, 0x14, 0x01],
    &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01],
];

/// Hashes of data groups, as they were signed (LDSSecurityObject, ICAO Doc 9303-10, 4.6.2.3).
struct Hashes<'a> {
    algorithm: Result<HashAlgo, Unusable>,
    groups: Vec<(u8, &'a [u8])>,
}

impl<'a> Hashes<'a> {
    fn parse(content: &'a [u8]) -> Option<Self> {
        let mut fields = ber::inside(content, SEQUENCE)?;
        fields.take(INTEGER)?;
        let algorithm = key::hash(fields.take(SEQUENCE)?.whole);
        let mut row = Reader::new(fields.take(SEQUENCE)?.value);
        let mut groups = Vec::new();
        while !row.is_empty() {
            let mut group = Reader::new(row.take(SEQUENCE)?.value);
            let &[number] = group.take(INTEGER)?.value else { return None };
            groups.push((number, group.take(OCTET_STRING)?.value));
        }
        Some(Self { algorithm, groups })
    }

    fn has(&self, number: u8, data: &[u8]) -> Result<bool, Unusable> {
        let hash = self.algorithm?.digest(data);
        let mut signed = self.groups.iter().filter(|(group, _)| *group == number).peekable();
        Ok(signed.peek().is_some() && signed.all(|(_, signed)| *signed == hash))
    }
}

/// The data groups that a file EF.SOD has signed, by number; `None` where it cannot be read.
pub(super) fn groups(sod: &[u8]) -> Option<Vec<u8>> {
    let written = ber::definite(message(sod)?)?;
    let signed = SignedData::parse(&written)?;
    Hashes::parse(signed.content).map(|hashes| hashes.groups.iter().map(|(number, _)| *number).collect())
}

/// The message within the file.
fn message(sod: &[u8]) -> Option<&[u8]> {
    match ber::header(sod)? {
        (SOD, _, header) => sod.get(header..),
        // Some leave the outer tag away.
        _ => Some(sod),
    }
}

/// Judges the data groups (number and file) of a document by its EF.SOD.
pub(super) fn judge(sod: &[u8], groups: &[(u8, &[u8])], anchors: &Anchors) -> Authenticity {
    let outcome = message(sod).and_then(ber::definite).ok_or(Fault::Malformed);
    let outcome = outcome.and_then(|written| verify(&written, groups, anchors));
    outcome.unwrap_or_else(|fault| {
        tracing::warn!(%fault, "the signature of a travel document");
        match fault {
            Fault::Altered => Authenticity::Failed,
            Fault::Malformed => Authenticity::Unverified(Unverified::Malformed),
            Fault::NoCertificate => Authenticity::Unverified(Unverified::UnknownAuthority),
            Fault::Unknown(_) => Authenticity::Unverified(Unverified::UnknownKind),
        }
    })
}

fn verify(written: &[u8], groups: &[(u8, &[u8])], anchors: &Anchors) -> Result<Authenticity, Fault> {
    let signed = SignedData::parse(written).ok_or(Fault::Malformed)?;
    if !CONTENT_TYPES.contains(&signed.content_type) {
        return Err(Fault::Malformed);
    }
    let hashes = Hashes::parse(signed.content).ok_or(Fault::Malformed)?;
    for (number, data) in groups {
        if !hashes.has(*number, data)? {
            return Err(Fault::Altered);
        }
    }
    let signer = signed.verify()?;
    if anchors.is_empty() {
        return Ok(Authenticity::Unverified(Unverified::NoList));
    }
    match anchors.sign(signer) {
        Ok(true) => Ok(Authenticity::Verified),
        Ok(false) => Ok(Authenticity::Unverified(Unverified::UnknownAuthority)),
        Err(unusable) => Err(unusable.into()),
    }
}
