//! Whether a chip is the one that its data were signed for, and no copy of it: active authentication (ICAO Doc 9303-11,
//! 6.1), with a key that signs (DG15), and where that proves nothing, chip authentication ([`agreement`]).

use dmrtd::auth::HashAlgo;
use num_bigint::BigUint;

use super::agreement;
use super::chip::Chip;
use crate::cards::CardError;
use crate::cards::apdu::OK;
use crate::cards::ber;
use crate::cards::signature::curve::{Curve, Point, number};
use crate::cards::signature::key::{PublicKey, recovered};

/// What a chip's answer proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// It has the key that was signed with its data.
    Original,
    /// It has not.
    Copy,
    /// Nothing: it will not answer, or with a kind of key that cannot be judged here.
    None,
}

/// Asks the chip for a proof with the key in its data group 15, or one of those in its data group 14.
///
/// # Errors
/// The line's.
pub(super) fn ask(chip: &mut Chip<'_>, own_key: Option<&[u8]>, keys: Option<&[u8]>) -> Result<Proof, CardError> {
    // A signature leaves the session as it is, an agreement puts another in its place.
    let proof = own_key.map_or(Ok(Proof::None), |file| active(chip, file))?;
    match (proof, keys) {
        (Proof::None, Some(file)) => agreement::ask(chip, file),
        (proof, _) => Ok(proof),
    }
}

fn active(chip: &mut Chip<'_>, file: &[u8]) -> Result<Proof, CardError> {
    let key = ber::inside(file, 0x6F).and_then(|mut fields| fields.next()).map(|info| PublicKey::parse(info.whole));
    let Some(Ok(key)) = key else {
        tracing::warn!("a chip's own key is of an unknown kind");
        return Ok(Proof::None);
    };
    let mut challenge = [0; 8];
    if let Err(error) = getrandom::fill(&mut challenge) {
        tracing::error!(%error, "the system has no random numbers: a chip is not asked to prove itself");
        return Ok(Proof::None);
    }
    let Some(answer) = signed(chip, &key, &challenge)? else { return Ok(Proof::None) };
    if is_signature(&key, &challenge, &answer) {
        return Ok(Proof::Original);
    }
    tracing::warn!("a chip has not the key that was signed with its data: it is a copy");
    Ok(Proof::Copy)
}

/// INTERNAL AUTHENTICATE. An answer that does not fit 256 bytes with its protection is asked for with extended length; a
/// chip that has no such answers may give it in pieces (`61xx`).
fn signed(chip: &mut Chip<'_>, key: &PublicKey, challenge: &[u8]) -> Result<Option<Vec<u8>>, CardError> {
    let long = matches!(key, PublicKey::Rsa { modulus, .. } if modulus.bits() > 1_792);
    for wanted in [65_536, 256].into_iter().skip(usize::from(!long)) {
        match chip.command("proving itself", [0x00, 0x88, 0x00, 0x00], challenge, wanted) {
            Ok(answer) if answer.status == OK => return Ok(Some(answer.data.to_vec())),
            Ok(answer) => {
                tracing::warn!(status = answer.status, wanted, "a chip with a key of its own does not sign with it")
            }
            Err(error) if error.kind() == crate::FailureKind::Line => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "a chip with a key of its own gives no answer that can be read");
                return Ok(None);
            }
        }
    }
    Ok(None)
}

fn is_signature(key: &PublicKey, challenge: &[u8], answer: &[u8]) -> bool {
    match key {
        PublicKey::Rsa { modulus, exponent } => {
            recovered(modulus, exponent, answer).is_some_and(|block| is_recovered(&block, challenge))
        }
        PublicKey::Ec(curve, point) => is_plain(curve, point, challenge, answer),
    }
}

/// ISO/IEC 9796-2, scheme 1: header, a part of the message that only the signature carries, the hash over it and the
/// challenge, trailer.
fn is_recovered(block: &[u8], challenge: &[u8]) -> bool {
    let (hash, rest) = match block {
        [rest @ .., 0xBC] => (HashAlgo::Sha1, rest),
        [rest @ .., 0x33, 0xCC] => (HashAlgo::Sha1, rest),
        [rest @ .., 0x34, 0xCC] => (HashAlgo::Sha256, rest),
        [rest @ .., 0x35, 0xCC] => (HashAlgo::Sha512, rest),
        [rest @ .., 0x36, 0xCC] => (HashAlgo::Sha384, rest),
        [rest @ .., 0x38, 0xCC] => (HashAlgo::Sha224, rest),
        _ => return false,
    };
    let Some((front, sum)) = rest.len().checked_sub(hash.digest_len()).map(|at| rest.split_at(at)) else {
        return false;
    };
    // 6A: the message follows at once. 6B: after bytes BB and a last BA.
    let ours = match front {
        [0x6A, ours @ ..] => ours,
        [0x6B, filled @ ..] => {
            let end = filled.iter().position(|byte| *byte != 0xBB).unwrap_or_default();
            if filled.get(end) != Some(&0xBA) {
                return false;
            }
            &filled[end + 1..]
        }
        _ => return false,
    };
    hash.digest(&[ours, challenge].concat()) == sum
}

/// ECDSA: r and s in full width one after the other (BSI TR-03111, 5.2.1), or as elsewhere (DER). Which hash it is made
/// with is said in DG14 at best, so each is tried; a signature fits one key and one hash.
fn is_plain(curve: &Curve, key: &Point, challenge: &[u8], answer: &[u8]) -> bool {
    let (first, second) = answer.split_at(answer.len() / 2);
    let plain = answer.len().is_multiple_of(2).then(|| (number(first), number(second)));
    let written = ber::inside(answer, ber::SEQUENCE).and_then(|mut fields| {
        Some((number(fields.take(ber::INTEGER)?.value), number(fields.take(ber::INTEGER)?.value)))
    });
    let hashes = [HashAlgo::Sha256, HashAlgo::Sha1, HashAlgo::Sha384, HashAlgo::Sha512, HashAlgo::Sha224];
    let holds =
        |(r, s): (BigUint, BigUint)| hashes.iter().any(|hash| curve.verify(key, &hash.digest(challenge), &r, &s));
    plain.is_some_and(holds) || written.is_some_and(holds)
}
