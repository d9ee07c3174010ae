//! An authority that issues travel documents, for tests and figures: certificates and signatures with every algorithm
//! that is told apart, made by hand from DER, so that nothing here shares code with what is tested.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

use std::collections::BTreeMap;

use bp256::Scalar;
use bp256::elliptic_curve::ff::PrimeField;
use bp256::elliptic_curve::group::Group;
use bp256::elliptic_curve::sec1::ToSec1Point;
use bp256::r1::ProjectivePoint;
use dmrtd::auth::HashAlgo;
use hardware::cards::TrustList;
use peers::emrtd::{ActiveKey, Emrtd};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};

/// The specimen of ICAO Doc 9303-4, with an expiry date to come.
const LINES: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F3204153ZE184226B<<<<<16";
/// What opens its chip, as a person types it.
pub(crate) const KEY: &str = "L898902C36 7408122 3204153";
/// The same, as the chip has it.
const SECRET: &str = "L898902C3674081223204153";

/// The chip's own key: ECDSA on P-256.
pub(crate) fn own_key() -> ActiveKey {
    ActiveKey::p256(&[0x33; 32]).unwrap()
}

pub(crate) fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = match body.len() {
        short @ 0..0x80 => vec![u8::try_from(short).unwrap()],
        middle @ 0x80..0x100 => vec![0x81, u8::try_from(middle).unwrap()],
        long => [&[0x82], u16::try_from(long).unwrap().to_be_bytes().as_slice()].concat(),
    };
    [vec![tag], length, body].concat()
}

fn oid(bytes: &[u8]) -> Vec<u8> {
    der(0x06, &[bytes])
}

const NULL: [u8; 2] = [0x05, 0x00];
const SHA256: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const SHA384: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
const SIGNED_DATA: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
const CONTENT_TYPE: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];
/// id-icao-mrtd-security-ldsSecurityObject, 2.23.136.1.1.1.
const SECURITY_OBJECT: [u8; 6] = [0x67, 0x81, 0x08, 0x01, 0x01, 0x01];
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];

/// Kind of signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    EcdsaP256,
    EcdsaP384,
    EcdsaBrainpool256,
    RsaPkcs1,
    RsaPss,
    /// ECDSA on secp256k1, which no state uses. Its bytes are not made, for nobody looks at them.
    EcdsaUnknown,
}

impl Scheme {
    pub(crate) const ALL: [Self; 6] =
        [Self::EcdsaP256, Self::EcdsaP384, Self::EcdsaBrainpool256, Self::RsaPkcs1, Self::RsaPss, Self::EcdsaUnknown];

    fn hash(self) -> HashAlgo {
        if self == Self::EcdsaP384 { HashAlgo::Sha384 } else { HashAlgo::Sha256 }
    }

    fn hash_name(self) -> Vec<u8> {
        der(0x30, &[&oid(if self == Self::EcdsaP384 { &SHA384 } else { &SHA256 })])
    }

    /// AlgorithmIdentifier of its signatures.
    fn algorithm(self) -> Vec<u8> {
        match self {
            Self::EcdsaP256 | Self::EcdsaBrainpool256 | Self::EcdsaUnknown => {
                der(0x30, &[&oid(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02])])
            }
            Self::EcdsaP384 => der(0x30, &[&oid(&[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03])]),
            Self::RsaPkcs1 => der(0x30, &[&oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B]), &NULL]),
            Self::RsaPss => {
                let sha256 = der(0x30, &[&oid(&SHA256), &NULL]);
                let mask = der(0x30, &[&oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x08]), &sha256]);
                let salt = der(0x02, &[&[32]]);
                let parts = [der(0xA0, &[&sha256]), der(0xA1, &[&mask]), der(0xA2, &[&salt])].concat();
                der(0x30, &[&oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A]), &der(0x30, &[&parts])])
            }
        }
    }
}

/// A private key.
enum Key {
    Ec(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
    Brainpool(Scalar),
    None,
}

impl Key {
    /// `rsa` is what an RSA key is read from; the others are made.
    fn new(scheme: Scheme, rsa: &[u8]) -> Self {
        let random = SystemRandom::new();
        let ec = |algorithm| {
            let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
            Self::Ec(Box::new(EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random).unwrap()))
        };
        match scheme {
            Scheme::EcdsaP256 => ec(&ECDSA_P256_SHA256_ASN1_SIGNING),
            Scheme::EcdsaP384 => ec(&ECDSA_P384_SHA384_ASN1_SIGNING),
            Scheme::RsaPkcs1 | Scheme::RsaPss => Self::Rsa(Box::new(RsaKeyPair::from_pkcs8(rsa).unwrap())),
            Scheme::EcdsaBrainpool256 => {
                let mut bytes = [0; 32];
                ring::rand::SecureRandom::fill(&random, &mut bytes[1..]).unwrap();
                Self::Brainpool(Scalar::from_repr(bytes.into()).unwrap())
            }
            Scheme::EcdsaUnknown => Self::None,
        }
    }

    fn sign(&self, scheme: Scheme, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let padding: &'static dyn ring::signature::RsaEncoding =
                    if scheme == Scheme::RsaPss { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &random, message, &mut signature).unwrap();
                signature
            }
            Self::Brainpool(private) => brainpool_signature(private, &HashAlgo::Sha256.digest(message)),
            Self::None => der(0x30, &[&der(0x02, &[&[1]]), &der(0x02, &[&[1]])]),
        }
    }

    /// SubjectPublicKeyInfo.
    fn public(&self) -> Vec<u8> {
        const EC: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
        let bits = |bytes: &[u8]| der(0x03, &[&[0], bytes]);
        let on = |curve: &[u8], point: &[u8]| der(0x30, &[&der(0x30, &[&oid(&EC), &oid(curve)]), &bits(point)]);
        match self {
            Self::Ec(pair) => {
                let point = pair.public_key().as_ref();
                let p256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
                on(if point.len() == 65 { p256 } else { &[0x2B, 0x81, 0x04, 0x00, 0x22] }, point)
            }
            Self::Brainpool(private) => {
                let point = (ProjectivePoint::generator() * private).to_affine().to_sec1_point(false);
                on(&[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07], point.as_bytes())
            }
            Self::Rsa(pair) => {
                let rsa = oid(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]);
                der(0x30, &[&der(0x30, &[&rsa, &NULL]), &bits(pair.public_key().as_ref())])
            }
            Self::None => on(&[0x2B, 0x81, 0x04, 0x00, 0x0A], &[4; 65]),
        }
    }
}

/// ECDSA by the book, for `ring` has no Brainpool curves. Its number that must be used once is always the same: what
/// is signed here need not be kept from anybody.
fn brainpool_signature(private: &Scalar, digest: &[u8]) -> Vec<u8> {
    let once = Scalar::from(7_919u64);
    let point = (ProjectivePoint::generator() * once).to_affine().to_sec1_point(false);
    let r = reduced(&point.as_bytes()[1..33]);
    let s = once.invert().unwrap() * (reduced(digest) + r * private);
    let integer = |value: Scalar| {
        let bytes = value.to_repr().to_vec();
        let start = bytes.iter().position(|byte| *byte != 0).unwrap();
        let sign: &[u8] = if bytes[start] & 0x80 == 0 { &[] } else { &[0] };
        der(0x02, &[sign, &bytes[start..]])
    };
    der(0x30, &[&integer(r), &integer(s)])
}

/// A number that may be larger than the order of the curve: byte by byte.
fn reduced(bytes: &[u8]) -> Scalar {
    bytes.iter().fold(Scalar::ZERO, |sum, byte| sum * Scalar::from(256u64) + Scalar::from(u64::from(*byte)))
}

fn name(common: &str) -> Vec<u8> {
    der(0x30, &[&der(0x31, &[&der(0x30, &[&oid(&COMMON_NAME), &der(0x0C, &[common.as_bytes()])])])])
}

/// An authority and a signer of documents.
pub(crate) struct Authority {
    /// Its own certificate, DER.
    pub(crate) certificate: Vec<u8>,
    scheme: Scheme,
    signer: Key,
    signer_certificate: Vec<u8>,
    /// As what is signed names it.
    pub(crate) issuer: Vec<u8>,
}

impl Authority {
    pub(crate) fn new(common: &str) -> Self {
        Self::signing(common, Scheme::EcdsaP256)
    }

    /// The authority signs the signer as the signer signs documents; where no such signature can be made, by P-256.
    pub(crate) fn signing(common: &str, scheme: Scheme) -> Self {
        let above = if scheme == Scheme::EcdsaUnknown { Scheme::EcdsaP256 } else { scheme };
        let own = Key::new(above, include_bytes!("authority.pk8"));
        let signer = Key::new(scheme, include_bytes!("signer.pk8"));
        let issuer = name(common);
        let certificate = |serial: u8, subject: &[u8], public: &[u8]| {
            let validity = der(0x30, &[&der(0x17, &[b"200101000000Z"]), &der(0x17, &[b"491231235959Z"])]);
            let parts = [&der(0xA0, &[&der(0x02, &[&[2]])]), &der(0x02, &[&[serial]]), &above.algorithm(), &issuer];
            let body = der(0x30, &[&parts.map(Vec::as_slice).concat(), &validity, subject, public]);
            let signature = own.sign(above, &body);
            der(0x30, &[&body, &above.algorithm(), &der(0x03, &[&[0], &signature])])
        };
        Self {
            certificate: certificate(1, &issuer, &own.public()),
            signer_certificate: certificate(2, &name("Document Signer"), &signer.public()),
            scheme,
            signer,
            issuer,
        }
    }

    /// EF.SOD over data groups.
    pub(crate) fn sign(&self, groups: &[(u8, &[u8])]) -> Vec<u8> {
        let (hash, hash_name) = (self.scheme.hash(), self.scheme.hash_name());
        let hashes: Vec<Vec<u8>> = groups
            .iter()
            .map(|(number, bytes)| der(0x30, &[&der(0x02, &[&[*number]]), &der(0x04, &[&hash.digest(bytes)])]))
            .collect();
        let object = der(0x30, &[&der(0x02, &[&[0]]), &hash_name, &der(0x30, &[&hashes.concat()])]);
        let attribute = |kind: &[u8], value: &[u8]| der(0x30, &[&oid(kind), &der(0x31, &[value])]);
        let attributes = [
            attribute(&CONTENT_TYPE, &oid(&SECURITY_OBJECT)),
            attribute(&MESSAGE_DIGEST, &der(0x04, &[&hash.digest(&object)])),
        ]
        .concat();
        let signature = self.signer.sign(self.scheme, &der(0x31, &[&attributes]));
        let signer = der(
            0x30,
            &[
                &der(0x02, &[&[1]]),
                &der(0x30, &[&self.issuer, &der(0x02, &[&[2]])]),
                &hash_name,
                &der(0xA0, &[&attributes]),
                &self.scheme.algorithm(),
                &der(0x04, &[&signature]),
            ],
        );
        let content = der(0x30, &[&oid(&SECURITY_OBJECT), &der(0xA0, &[&der(0x04, &[&object])])]);
        let signed = der(
            0x30,
            &[
                &der(0x02, &[&[3]]),
                &der(0x31, &[&hash_name]),
                &content,
                &der(0xA0, &[&self.signer_certificate]),
                &der(0x31, &[&signer]),
            ],
        );
        der(0x77, &[&der(0x30, &[&oid(&SIGNED_DATA), &der(0xA0, &[&signed])])])
    }

    /// A list with this authority only.
    pub(crate) fn trusted(&self) -> TrustList {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("utopia.cer"), &self.certificate).unwrap();
        TrustList::load(folder.path()).unwrap()
    }

    /// A list of so many authorities, one file each, with this one among them.
    pub(crate) fn trusted_among(&self, count: usize) -> TrustList {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("utopia.cer"), &self.certificate).unwrap();
        for other in 1..count {
            let other_authority = Self::new(&format!("CSCA {other}"));
            std::fs::write(folder.path().join(format!("{other}.cer")), &other_authority.certificate).unwrap();
        }
        TrustList::load(&folder.keep()).unwrap()
    }

    /// A passport with machine readable lines, a name in national characters and a key of its own. It opens by BAC.
    pub(crate) fn passport(&self) -> Emrtd {
        self.altered(|_| {})
    }

    /// The same, with files that somebody changed after they were signed.
    pub(crate) fn altered(&self, change: impl FnOnce(&mut BTreeMap<u8, Vec<u8>>)) -> Emrtd {
        self.made(&own_key().dg15(), change).with_active(own_key())
    }

    /// One with this key in its DG15; the chip has none yet.
    pub(crate) fn made(&self, dg15: &[u8], change: impl FnOnce(&mut BTreeMap<u8, Vec<u8>>)) -> Emrtd {
        let name = "ЭРИКССОН<<АННА";
        let mut files = self.files(&[(1, dg1(LINES)), (11, dg11(&[(0x0E, name.as_bytes())])), (15, dg15.to_vec())]);
        change(&mut files);
        Emrtd::new(SECRET, files)
    }

    /// Data groups by number, EF.COM, and EF.SOD over them.
    pub(crate) fn files(&self, groups: &[(u8, Vec<u8>)]) -> BTreeMap<u8, Vec<u8>> {
        let tags: Vec<u8> = groups.iter().map(|(_, file)| file[0]).collect();
        let common = der(0x60, &[b"\x5F\x01\x040107", b"\x5F\x36\x06040000", &der(0x5C, &[&tags])]);
        let signed: Vec<(u8, &[u8])> = groups.iter().map(|(number, file)| (*number, file.as_slice())).collect();
        let mut files = BTreeMap::from([(0x1E, common), (0x1D, self.sign(&signed))]);
        files.extend(groups.iter().cloned());
        files
    }
}

/// Data group 1 with these lines, run together.
pub(crate) fn dg1(lines: &str) -> Vec<u8> {
    der(0x61, &[&[0x5F], &der(0x1F, &[lines.as_bytes()])])
}

/// Data group 11 with these fields, by the second byte of their tags.
pub(crate) fn dg11(fields: &[(u8, &[u8])]) -> Vec<u8> {
    let tags: Vec<u8> = fields.iter().flat_map(|(tag, _)| [0x5F, *tag]).collect();
    let fields: Vec<u8> = fields.iter().flat_map(|(tag, value)| [vec![0x5F], der(*tag, &[value])].concat()).collect();
    der(0x6B, &[&der(0x5C, &[&tags]), &fields])
}
