//! Public keys, and whether a signature is one of theirs. Pure.

use dmrtd::auth::HashAlgo;
use num_bigint::BigUint;

use super::curve::{Curve, Point, number, padded};
use super::fault::Unusable;
use crate::cards::ber::{
    self, BIT_STRING, CONTEXT_0, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Object, Reader, SEQUENCE,
};

/// Object identifiers: those of algorithms begin so.
const PKCS_1: [u8; 8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];
const ECDSA: [u8; 6] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04];
const EC_PUBLIC_KEY: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
/// 2.16.840.1.101.3.4.2, the hashes of FIPS 180.
const SHA_2: [u8; 8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
const SHA_1: [u8; 5] = [0x2B, 0x0E, 0x03, 0x02, 0x1A];
/// Largest modulus that is computed with: far above any in use (6,144), and quick still.
const MOST_BITS: u64 = 16_384;

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cards) enum Scheme {
    /// RSASSA-PKCS1-v1_5, RFC 8017, 8.2.
    Pkcs1(HashAlgo),
    /// RSASSA-PSS, RFC 8017, 8.1: the hash, that of the mask, and bytes of salt.
    Pss(HashAlgo, HashAlgo, usize),
    Ecdsa(HashAlgo),
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cards) enum PublicKey {
    Rsa { modulus: BigUint, exponent: BigUint },
    Ec(&'static Curve, Point),
}

impl Scheme {
    /// From an AlgorithmIdentifier. `digest` is the hash that the signer names apart from it, which counts where the
    /// algorithm names none (RFC 5652, 5.3).
    pub(in crate::cards) fn parse(algorithm: &[u8], digest: Option<HashAlgo>) -> Result<Self, Unusable> {
        let mut fields = ber::inside(algorithm, SEQUENCE).ok_or(Unusable::Malformed)?;
        let name = fields.take(OBJECT_IDENTIFIER).ok_or(Unusable::Malformed)?.value;
        let unknown = Unusable::Algorithm;
        if let Some(kind) = name.strip_prefix(&PKCS_1) {
            return match kind {
                [1] => digest.map(Self::Pkcs1).ok_or(unknown),
                [5] => Ok(Self::Pkcs1(HashAlgo::Sha1)),
                [10] => Self::pss(fields.next()),
                [11] => Ok(Self::Pkcs1(HashAlgo::Sha256)),
                [12] => Ok(Self::Pkcs1(HashAlgo::Sha384)),
                [13] => Ok(Self::Pkcs1(HashAlgo::Sha512)),
                [14] => Ok(Self::Pkcs1(HashAlgo::Sha224)),
                _ => Err(unknown),
            };
        }
        match name.strip_prefix(&ECDSA) {
            Some([1]) => Ok(Self::Ecdsa(HashAlgo::Sha1)),
            Some([3, 1]) => Ok(Self::Ecdsa(HashAlgo::Sha224)),
            Some([3, 2]) => Ok(Self::Ecdsa(HashAlgo::Sha256)),
            Some([3, 3]) => Ok(Self::Ecdsa(HashAlgo::Sha384)),
            Some([3, 4]) => Ok(Self::Ecdsa(HashAlgo::Sha512)),
            // The key's own name instead of an algorithm's.
            _ if name == EC_PUBLIC_KEY => digest.map(Self::Ecdsa).ok_or(unknown),
            _ => Err(unknown),
        }
    }

    /// RSASSA-PSS-params, RFC 8017, A.2.3: each field has a default.
    fn pss(parameters: Option<Object<'_>>) -> Result<Self, Unusable> {
        let mut fields =
            Reader::new(parameters.filter(|object| object.tag == SEQUENCE).map_or(&[], |object| object.value));
        let (mut of_message, mut of_mask, mut salt) = (HashAlgo::Sha1, HashAlgo::Sha1, 20);
        if let Some(field) = fields.optional(CONTEXT_0) {
            of_message = hash(field.value)?;
        }
        if let Some(field) = fields.optional(CONTEXT_0 + 1) {
            let mut mask = ber::inside(field.value, SEQUENCE).ok_or(Unusable::Malformed)?;
            let name = mask.take(OBJECT_IDENTIFIER).ok_or(Unusable::Malformed)?.value;
            if name.strip_prefix(&PKCS_1) != Some(&[8]) {
                return Err(Unusable::Algorithm);
            }
            of_mask = hash(mask.next().ok_or(Unusable::Malformed)?.whole)?;
        }
        if let Some(field) = fields.optional(CONTEXT_0 + 2) {
            let length = Reader::new(field.value).take(INTEGER).ok_or(Unusable::Malformed)?;
            salt = usize::try_from(number(length.value)).map_err(|_| Unusable::Malformed)?;
        }
        Ok(Self::Pss(of_message, of_mask, salt))
    }
}

/// The hash of an AlgorithmIdentifier.
pub(in crate::cards) fn hash(algorithm: &[u8]) -> Result<HashAlgo, Unusable> {
    let mut fields = ber::inside(algorithm, SEQUENCE).ok_or(Unusable::Malformed)?;
    let name = fields.take(OBJECT_IDENTIFIER).ok_or(Unusable::Malformed)?.value;
    match name.strip_prefix(&SHA_2) {
        Some([1]) => Ok(HashAlgo::Sha256),
        Some([2]) => Ok(HashAlgo::Sha384),
        Some([3]) => Ok(HashAlgo::Sha512),
        Some([4]) => Ok(HashAlgo::Sha224),
        _ if name == SHA_1 => Ok(HashAlgo::Sha1),
        _ => Err(Unusable::Algorithm),
    }
}

/// Its AlgorithmIdentifier's name, the reverse of [`hash`].
fn hash_name(hash: HashAlgo) -> Vec<u8> {
    let last = match hash {
        HashAlgo::Sha1 => return SHA_1.to_vec(),
        HashAlgo::Sha256 => 1,
        HashAlgo::Sha384 => 2,
        HashAlgo::Sha512 => 3,
        HashAlgo::Sha224 => 4,
    };
    [SHA_2.as_slice(), &[last]].concat()
}

impl PublicKey {
    /// From a SubjectPublicKeyInfo.
    pub(in crate::cards) fn parse(info: &[u8]) -> Result<Self, Unusable> {
        let malformed = Unusable::Malformed;
        let mut fields = ber::inside(info, SEQUENCE).ok_or(malformed)?;
        let mut algorithm = Reader::new(fields.take(SEQUENCE).ok_or(malformed)?.value);
        let name = algorithm.take(OBJECT_IDENTIFIER).ok_or(malformed)?.value;
        let [0, bits @ ..] = fields.take(BIT_STRING).ok_or(malformed)?.value else { return Err(malformed) };
        if name == EC_PUBLIC_KEY {
            let parameters = algorithm.next().ok_or(malformed)?.whole;
            let curve = Curve::from_parameters(parameters).ok_or(Unusable::Curve)?;
            return Ok(Self::Ec(curve, curve.point(bits).ok_or(malformed)?));
        }
        // rsaEncryption, or a key that signs by PSS only.
        if !matches!(name.strip_prefix(&PKCS_1), Some([1 | 10])) {
            return Err(Unusable::Algorithm);
        }
        let mut numbers = ber::inside(bits, SEQUENCE).ok_or(malformed)?;
        let modulus = number(numbers.take(INTEGER).ok_or(malformed)?.value);
        let exponent = number(numbers.take(INTEGER).ok_or(malformed)?.value);
        // An exponent of 1 would make every block its own signature.
        if modulus.bits() > MOST_BITS
            || !modulus.bit(0)
            || exponent.bits() < 2
            || exponent.bits() > 64
            || !exponent.bit(0)
        {
            return Err(malformed);
        }
        Ok(Self::Rsa { modulus, exponent })
    }

    /// What kind of key it is, for people: `RSA-2048`, `EC P-256`.
    pub(in crate::cards) fn kind(&self) -> String {
        match self {
            Self::Rsa { modulus, .. } => format!("RSA-{}", modulus.bits()),
            Self::Ec(curve, _) => format!("EC {}", curve.name),
        }
    }

    /// Whether this is the key's signature over `message`. One of another kind than the key's is none.
    pub(in crate::cards) fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        match (self, scheme) {
            (Self::Rsa { modulus, exponent }, Scheme::Pkcs1(hash)) => recovered(modulus, exponent, signature)
                .is_some_and(|block| {
                    [true, false].iter().any(|null| block == pkcs1(hash, message, block.len(), *null))
                }),
            (Self::Rsa { modulus, exponent }, Scheme::Pss(hash, mask, salt)) => recovered(modulus, exponent, signature)
                .is_some_and(|block| pss(hash, mask, salt, &block, modulus.bits(), message).is_some()),
            (Self::Ec(curve, point), Scheme::Ecdsa(hash)) => {
                let numbers = ber::inside(signature, SEQUENCE).and_then(|mut numbers| {
                    Some((number(numbers.take(INTEGER)?.value), number(numbers.take(INTEGER)?.value)))
                });
                numbers.is_some_and(|(r, s)| curve.verify(point, &hash.digest(message), &r, &s))
            }
            (Self::Rsa { .. }, Scheme::Ecdsa(_)) | (Self::Ec(..), Scheme::Pkcs1(_) | Scheme::Pss(..)) => false,
        }
    }
}

/// What an RSA signature was made of: signature ^ exponent, as long as the modulus. `None`: it is none.
pub(in crate::cards) fn recovered(modulus: &BigUint, exponent: &BigUint, signature: &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(modulus.bits().div_ceil(8)).ok()?;
    let signature = number(signature);
    (signature < *modulus).then(|| padded(&signature.modpow(exponent, modulus), length))
}

/// The block that RFC 8017, 9.2 makes. The hash's parameters are NULL; some signers leave them out.
fn pkcs1(hash: HashAlgo, message: &[u8], length: usize, null: bool) -> Vec<u8> {
    let name = ber::object(OBJECT_IDENTIFIER, &hash_name(hash));
    let parameters: &[u8] = if null { &[0x05, 0x00] } else { &[] };
    let algorithm = ber::object(SEQUENCE, &[&name, parameters].concat());
    let info = ber::object(SEQUENCE, &[algorithm, ber::object(OCTET_STRING, &hash.digest(message))].concat());
    let filling = vec![0xFF; length.saturating_sub(info.len() + 3)];
    [&[0x00, 0x01], filling.as_slice(), &[0x00], &info].concat()
}

/// RFC 8017, 9.1.2. `Some`: it holds.
fn pss(hash: HashAlgo, mask: HashAlgo, salt: usize, block: &[u8], bits: u64, message: &[u8]) -> Option<()> {
    // One bit less than the modulus has; where that ends a byte, the block has a byte more, of zeros.
    let unused = u32::try_from((8 - (bits - 1) % 8) % 8).ok()?;
    let block = if (bits - 1).is_multiple_of(8) { block.strip_prefix(&[0])? } else { block };
    let (body, trailer) = block.split_at(block.len().checked_sub(1)?);
    let (masked, sum) = body.split_at(body.len().checked_sub(hash.digest_len())?);
    if trailer != [0xBC] || masked.first()?.leading_zeros() < unused {
        return None;
    }
    let mut plain: Vec<u8> =
        masked.iter().zip(generated(mask, sum, masked.len())).map(|(byte, mask)| byte ^ mask).collect();
    *plain.first_mut()? &= 0xFF >> unused;
    let (zeros, salt) = plain.split_at(plain.len().checked_sub(salt)?);
    let (one, zeros) = zeros.split_last()?;
    if *one != 1 || zeros.iter().any(|byte| *byte != 0) {
        return None;
    }
    (hash.digest(&[&[0; 8], hash.digest(message).as_slice(), salt].concat()) == sum).then_some(())
}

/// MGF1, RFC 8017, B.2.1.
fn generated(hash: HashAlgo, seed: &[u8], length: usize) -> Vec<u8> {
    let blocks = (0u32..).map(|count| hash.digest(&[seed, &count.to_be_bytes()].concat()));
    blocks.flatten().take(length).collect()
}
