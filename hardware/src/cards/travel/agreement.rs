//! Chip authentication (ICAO Doc 9303-11, 6.2): the chip agrees on new session keys by a key of its own that was signed
//! with its data (DG14). A chip that answers under the new keys has it; most European documents prove themselves so, and
//! have no other proof.

use num_bigint::BigUint;

use dmrtd::crypto::aes::KeyLength;

use super::AGREEMENT_KEYS;
use super::chip::{Chip, MISREAD};
use super::messaging::{Session, Suite};
use super::proof::Proof;
use crate::cards::CardError;
use crate::cards::apdu::OK;
use crate::cards::ber::{self, BIT_STRING, INTEGER, OBJECT_IDENTIFIER, Reader, SEQUENCE, SET};
use crate::cards::signature::curve::{Curve, Point, number, padded};
use crate::cards::signature::key::PublicKey;

/// id-CA, 0.4.0.127.0.7.2.2.3; behind it 1 (DH) or 2 (ECDH), and 1 (triple DES) or 2 to 4 (AES-128, -192, -256).
const CA: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03];
/// id-PK, 0.4.0.127.0.7.2.2.1; behind it 1 (DH) or 2 (ECDH).
const PK: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01];
/// dhKeyAgreement, 1.2.840.113549.1.3.1, of PKCS #3, and dhpublicnumber, 1.2.840.10046.2.1, of X9.42: both begin their
/// parameters with prime and generator.
const DH: [&[u8]; 2] =
    [&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x03, 0x01], &[0x2A, 0x86, 0x48, 0xCE, 0x3E, 0x02, 0x01]];
/// standardizedDomainParameters, 0.4.0.127.0.7.1.2, with a number of [`STANDARDISED`].
const BY_NUMBER: [u8; 7] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x02];
/// ICAO Doc 9303-11, table 6, from 8 on.
const STANDARDISED: [&str; 11] = [
    "P-192",
    "brainpoolP192r1",
    "P-224",
    "brainpoolP224r1",
    "P-256",
    "brainpoolP256r1",
    "brainpoolP320r1",
    "P-384",
    "brainpoolP384r1",
    "brainpoolP512r1",
    "P-521",
];
/// Largest prime that is computed with.
const MOST_BITS: u64 = 8_192;
/// Bytes of our secret number modulo a prime: as strong as any key that follows.
const SECRET: usize = 64;

/// A key of the chip.
enum Key {
    Curve(&'static Curve, Point),
    Numbers { prime: BigUint, generator: BigUint, public: BigUint },
}

/// A way to agree.
struct Offer<'a> {
    key: Key,
    /// Which of several keys.
    identifier: Option<&'a [u8]>,
    suite: Suite,
    /// Name of the protocol.
    protocol: Vec<u8>,
}

/// Agrees on new keys with the key in data group 14, and asks under them for what is known already.
///
/// # Errors
/// The line's.
pub(super) fn ask(chip: &mut Chip<'_>, file: &[u8]) -> Result<Proof, CardError> {
    let Some(offer) = offer(file) else {
        tracing::debug!("a chip has no key that agrees on others, or of an unknown kind");
        return Ok(Proof::None);
    };
    let Some((public, secret)) = offer.key.agree() else { return Ok(Proof::None) };
    match begin(chip, &offer, &public) {
        Ok(()) => {}
        Err(error) if error.kind() == crate::FailureKind::Line => return Err(error),
        Err(error) => {
            tracing::warn!(%error, "a chip does not agree on keys by a key of its own");
            return Ok(Proof::None);
        }
    }
    chip.protect_by(Box::new(Session::new(offer.suite, &secret, 0)));
    match chip.file("proving itself", AGREEMENT_KEYS) {
        Ok(again) if *again == *file => Ok(Proof::Original),
        Err(error) if error.kind() == crate::FailureKind::Line => Err(error),
        // Refused, as a chip does that has agreed on something else: it proves nothing, and may be our own mistake.
        Err(error @ CardError::Refused { .. }) => {
            tracing::warn!(%error, "a chip does not answer under the keys that were agreed on");
            Ok(Proof::None)
        }
        // It says that all is well, and has not the keys.
        Ok(_) | Err(_) => {
            tracing::warn!("a chip has not the key that was signed with its data: it is a copy");
            Ok(Proof::Copy)
        }
    }
}

/// The strongest way that is known here.
fn offer(file: &[u8]) -> Option<Offer<'_>> {
    let mut infos = Reader::new(ber::inside(file, 0x6E)?.take(SET)?.value);
    let (mut keys, mut ways) = (Vec::new(), Vec::new());
    while let Some(info) = infos.take(SEQUENCE) {
        let mut fields = Reader::new(info.value);
        let name = fields.take(OBJECT_IDENTIFIER)?.value;
        if let Some([family]) = name.strip_prefix(&PK) {
            let key = fields.next().and_then(|info| Key::parse(info.whole));
            keys.extend(key.map(|key| (*family, key, fields.optional(INTEGER).map(|number| number.value))));
        } else if let Some([family, cipher]) = name.strip_prefix(&CA) {
            fields.optional(INTEGER);
            ways.push((*cipher, *family, fields.optional(INTEGER).map(|number| number.value)));
        }
    }
    ways.sort_unstable();
    let offers = keys.into_iter().filter_map(|(family, key, identifier)| {
        let fits = |way: &&(u8, u8, Option<&[u8]>)| way.1 == family && (way.2.is_none() || way.2 == identifier);
        // One that is not told is triple DES (ICAO Doc 9303-11, 9.2.5).
        let cipher = ways.iter().rev().find(fits).map_or(1, |way| way.0);
        let suite = match cipher {
            1 => Suite::TripleDes,
            2 => Suite::Aes(KeyLength::S128),
            3 => Suite::Aes(KeyLength::S192),
            4 => Suite::Aes(KeyLength::S256),
            _ => return None,
        };
        Some((cipher, Offer { key, identifier, suite, protocol: [CA.as_slice(), &[family, cipher]].concat() }))
    });
    offers.max_by_key(|(cipher, _)| *cipher).map(|(_, offer)| offer)
}

impl Key {
    /// From a SubjectPublicKeyInfo.
    fn parse(info: &[u8]) -> Option<Self> {
        if let Ok(PublicKey::Ec(curve, point)) = PublicKey::parse(info) {
            return Some(Self::Curve(curve, point));
        }
        let mut fields = ber::inside(info, SEQUENCE)?;
        let mut algorithm = Reader::new(fields.take(SEQUENCE)?.value);
        let name = algorithm.take(OBJECT_IDENTIFIER)?.value;
        let [0, bits @ ..] = fields.take(BIT_STRING)?.value else { return None };
        if name == BY_NUMBER {
            let &[id] = algorithm.take(INTEGER)?.value else { return None };
            let curve = Curve::named(STANDARDISED.get(usize::from(id).checked_sub(8)?)?)?;
            return Some(Self::Curve(curve, curve.point(bits)?));
        }
        if !DH.contains(&name) {
            return None;
        }
        let mut numbers = Reader::new(algorithm.take(SEQUENCE)?.value);
        let (prime, generator) = (number(numbers.take(INTEGER)?.value), number(numbers.take(INTEGER)?.value));
        let public = number(Reader::new(bits).take(INTEGER)?.value);
        // Neither 0 nor 1 nor the last number, whose powers anybody knows.
        let two = BigUint::from(2u8);
        let usable = prime.bits() <= MOST_BITS && prime.bit(0) && prime > two && public >= two && public < &prime - 1u8;
        usable.then_some(Self::Numbers { prime, generator, public })
    }

    /// Our public key, as it is sent, and what it agrees on with the chip's.
    fn agree(&self) -> Option<(Vec<u8>, zeroize::Zeroizing<Vec<u8>>)> {
        let random = |count: usize| {
            let mut bytes = zeroize::Zeroizing::new(vec![0; count]);
            match getrandom::fill(&mut bytes) {
                Ok(()) => Some(bytes),
                Err(error) => {
                    tracing::error!(%error, "the system has no random numbers: a chip is not asked to prove itself");
                    None
                }
            }
        };
        match self {
            Self::Curve(curve, theirs) => {
                let (secret, ours) = curve.key_pair(&random(curve.random_bytes())?)?;
                let shared = curve.times(&secret, theirs)?;
                Some((curve.encode(&ours), zeroize::Zeroizing::new(curve.shared(&shared))))
            }
            Self::Numbers { prime, generator, public } => {
                let width = usize::try_from(prime.bits().div_ceil(8)).ok()?;
                let secret = number(&random(SECRET)?) % (prime - 2u8) + 1u8;
                let shared = zeroize::Zeroizing::new(padded(&public.modpow(&secret, prime), width));
                Some((padded(&generator.modpow(&secret, prime), width), shared))
            }
        }
    }
}

/// Tells the chip our public key: with triple DES in one command (MSE:Set KAT, 6.2.4.1), else after the protocol's name
/// (MSE:Set AT and GENERAL AUTHENTICATE, 6.2.4.2).
fn begin(chip: &mut Chip<'_>, offer: &Offer<'_>, public: &[u8]) -> Result<(), CardError> {
    let step = "agreeing on keys";
    let which = offer.identifier.map(|identifier| ber::object(0x84, identifier)).unwrap_or_default();
    let mut send = |header, data: &[u8], wanted| match chip.command(step, header, data, wanted)? {
        answer if answer.status == OK => Ok(answer),
        answer => Err(CardError::Refused { step, status: answer.status }),
    };
    if offer.suite == Suite::TripleDes {
        let data = [ber::object(0x91, public), which].concat();
        return send([0x00, 0x22, 0x41, 0xA6], &data, 0).map(|_| ());
    }
    send([0x00, 0x22, 0x41, 0xA4], &[ber::object(0x80, &offer.protocol), which].concat(), 0)?;
    let answer = send([0x00, 0x86, 0x00, 0x00], &ber::object(0x7C, &ber::object(0x80, public)), 256)?;
    ber::inside(&answer.data, 0x7C).map(|_| ()).ok_or(MISREAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_whose_powers_anybody_knows_are_none() {
        let key = |public: &[u8]| {
            let integer = |bytes: &[u8]| ber::object(INTEGER, bytes);
            let parameters = ber::object(SEQUENCE, &[integer(&[23]), integer(&[5])].concat());
            let algorithm = ber::object(SEQUENCE, &[ber::object(OBJECT_IDENTIFIER, DH[0]), parameters].concat());
            let bits = ber::object(BIT_STRING, &[&[0], integer(public).as_slice()].concat());
            Key::parse(&ber::object(SEQUENCE, &[algorithm, bits].concat())).is_some()
        };
        for (public, usable) in
            [(&[8][..], true), (&[], false), (&[0], false), (&[1], false), (&[22], false), (&[23], false)]
        {
            assert_eq!(key(public), usable, "{public:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_file_is_taken_without_harm(bytes: Vec<u8>) {
            drop(offer(&bytes).map(|offer| offer.protocol));
            let infos = ber::object(SEQUENCE, &[ber::object(OBJECT_IDENTIFIER, &[PK.as_slice(), &[2]].concat()), bytes].concat());
            let file = ber::object(0x6E, &ber::object(SET, &infos));
            drop(offer(&file).map(|offer| offer.protocol));
        }
    }
}
