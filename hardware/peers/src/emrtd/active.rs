//! Active authentication from the chip's side (ICAO Doc 9303-11, 6.1): a key that no copy of the files has.

use bp256::Scalar;
use bp256::r1::ProjectivePoint;
use num_bigint::BigUint;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::ff::PrimeField;
use p256::elliptic_curve::group::Group;
use p256::elliptic_curve::sec1::ToSec1Point;
use sha2::{Digest, Sha256};

use super::ciphers::sha1;
use super::pace::Curve;

/// SubjectPublicKeyInfo of a key on P-256, up to its point: SEQUENCE, the names id-ecPublicKey and prime256v1, BIT STRING.
const ON_P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE,
    0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// id-ecPublicKey.
const EC: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
/// AlgorithmIdentifier of RSA: rsaEncryption, NULL.
const RSA: [u8; 15] = [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00];
/// The usual public exponent, 65537, as DER.
const EXPONENT: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// A chip's private key.
#[derive(Clone, Debug)]
pub struct ActiveKey(Kind);

#[derive(Clone, Debug)]
enum Kind {
    P256(SigningKey),
    Brainpool(Scalar),
    Rsa { modulus: BigUint, private: BigUint },
}

impl ActiveKey {
    /// ECDSA on P-256 with SHA-256. `None`: these bytes are no key.
    pub fn p256(private: &[u8; 32]) -> Option<Self> {
        SigningKey::from_slice(private).ok().map(|key| Self(Kind::P256(key)))
    }

    /// ECDSA on brainpoolP256r1 with SHA-256, as Hong Kong has it. `None`: these bytes are no key.
    pub fn brainpool(private: &[u8; 32]) -> Option<Self> {
        Option::from(Scalar::from_repr((*private).into())).map(|key| Self(Kind::Brainpool(key)))
    }

    /// RSA with SHA-1 by ISO/IEC 9796-2, signature scheme 1. Public exponent 65537; big-endian numbers.
    pub fn rsa(modulus: &[u8], private: &[u8]) -> Self {
        Self(Kind::Rsa { modulus: BigUint::from_bytes_be(modulus), private: BigUint::from_bytes_be(private) })
    }

    /// Data group 15: the public key, tag 6F (ICAO Doc 9303-10, 4.7.15).
    pub fn dg15(&self) -> Vec<u8> {
        let public = match &self.0 {
            Kind::P256(key) => [ON_P256.as_slice(), key.verifying_key().to_sec1_point(false).as_bytes()].concat(),
            Kind::Brainpool(key) => {
                let point = (ProjectivePoint::generator() * key).to_affine().to_sec1_point(false);
                let names = [object(0x06, &EC), object(0x06, Curve::BrainpoolP256.identifier())].concat();
                let bits = object(0x03, &[&[0], point.as_bytes()].concat());
                object(0x30, &[object(0x30, &names), bits].concat())
            }
            Kind::Rsa { modulus, .. } => {
                // A number that begins with a bit would be negative.
                let modulus = object(0x02, &[&[0], modulus.to_bytes_be().as_slice()].concat());
                let key = object(0x30, &[modulus.as_slice(), &EXPONENT].concat());
                object(0x30, &[RSA.as_slice(), &object(0x03, &[&[0], key.as_slice()].concat())].concat())
            }
        };
        object(0x6F, &public)
    }

    /// INTERNAL AUTHENTICATE, 6.1.2: the signature over the terminal's challenge.
    pub(super) fn sign(&self, challenge: &[u8]) -> Vec<u8> {
        match &self.0 {
            Kind::P256(key) => {
                let signature: Signature = key.sign(challenge);
                signature.to_bytes().to_vec()
            }
            Kind::Brainpool(key) => brainpool_signature(key, &Sha256::digest(challenge)),
            Kind::Rsa { modulus, private } => {
                let length = modulus.to_bytes_be().len();
                // Header, a part of the message that only the signature carries, the hash, trailer.
                let ours = vec![0x5A; length.saturating_sub(22)];
                let hash = sha1(&[ours.as_slice(), challenge].concat());
                let block = [&[0x6A], ours.as_slice(), &hash, &[0xBC]].concat();
                let signature = BigUint::from_bytes_be(&block).modpow(private, modulus).to_bytes_be();
                [vec![0; length - signature.len()], signature].concat()
            }
        }
    }
}

/// ECDSA by the book (FIPS 186-4, 6.4), r and s one after the other. Its number that must be used once is always the
/// same: a test's key need not be kept from anybody.
fn brainpool_signature(private: &Scalar, digest: &[u8]) -> Vec<u8> {
    // Bytes that may be a larger number than the order.
    let reduced = |bytes: &[u8]| {
        bytes.iter().fold(Scalar::ZERO, |sum, byte| sum * Scalar::from(256u64) + Scalar::from(u64::from(*byte)))
    };
    let once = Scalar::from(7_919u64);
    let point = (ProjectivePoint::generator() * once).to_affine().to_sec1_point(false);
    let r = reduced(&point.as_bytes()[1..33]);
    let inverse: Scalar = Option::from(once.invert()).unwrap_or(Scalar::ZERO);
    let s = inverse * (reduced(digest) + r * private);
    [r.to_repr(), s.to_repr()].concat()
}

/// DER, up to 65,535 bytes.
pub(super) fn object(tag: u8, value: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes();
    let length: &[u8] = match (high, low) {
        (0, 0..0x80) => &[low],
        (0, _) => &[0x81, low],
        _ => &[0x82, high, low],
    };
    [&[tag], length, value].concat()
}
