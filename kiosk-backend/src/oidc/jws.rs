//! Signatures of tokens (JWS, RFC 7515): whose key signed one, by any of the algorithms that providers use.
//!
//! `ring` checks them, which TLS uses already; for P-521, which it does not know, `p521`, which travel documents use.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p521::ecdsa::signature::Verifier as _;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, EcdsaVerificationAlgorithm, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;

use super::id_token::Flaw;

/// How an algorithm signs, and with which keys.
#[derive(Clone, Copy)]
enum Scheme {
    Rsa(&'static RsaParameters),
    /// A curve by its name in keys, the length of a coordinate in bytes, and the algorithm.
    Curve(&'static str, usize, &'static EcdsaVerificationAlgorithm),
    P521,
    Ed25519,
}

/// The algorithms that are taken (RFC 7518, 3.1; RFC 8037, 3.1; RFC 9864, 2.2). `none` and shared secrets are not among
/// them.
const ALGORITHMS: [(&str, Scheme); 11] = [
    ("RS256", Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA256)),
    ("RS384", Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA384)),
    ("RS512", Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA512)),
    ("PS256", Scheme::Rsa(&RSA_PSS_2048_8192_SHA256)),
    ("PS384", Scheme::Rsa(&RSA_PSS_2048_8192_SHA384)),
    ("PS512", Scheme::Rsa(&RSA_PSS_2048_8192_SHA512)),
    ("ES256", Scheme::Curve("P-256", 32, &ECDSA_P256_SHA256_FIXED)),
    ("ES384", Scheme::Curve("P-384", 48, &ECDSA_P384_SHA384_FIXED)),
    ("ES512", Scheme::P521),
    ("EdDSA", Scheme::Ed25519),
    ("Ed25519", Scheme::Ed25519),
];

/// Length of a coordinate on P-521, bytes (RFC 7518, 6.2.1.2).
const P521_COORDINATE: usize = 66;

/// A public key of the provider (RFC 7517, 4; RFC 7518, 6; RFC 8037, 2).
#[derive(Clone, Deserialize)]
pub struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The first part of a token (RFC 7515, 4.1).
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood, of which we understand none (RFC 7515, 4.1.11).
    crit: Option<Vec<String>>,
}

/// What a token says, once its signature was made with one of these keys.
pub(super) fn payload(token: &str, keys: &[Jwk]) -> Result<Vec<u8>, Flaw> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Flaw::Unreadable)?;
    let (header, payload) = signed.split_once('.').ok_or(Flaw::Unreadable)?;
    let header: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| Flaw::Unreadable)?;
    if header.crit.is_some() {
        return Err(Flaw::Unreadable);
    }
    let scheme = ALGORITHMS.iter().find(|(name, _)| *name == header.alg).map(|(_, scheme)| *scheme);
    let scheme = scheme.ok_or(Flaw::Algorithm)?;
    let (signature, payload) = (bytes(signature)?, bytes(payload)?);
    // While a provider changes its keys, several may fit a token that names none.
    let mut fitting = keys.iter().filter(|key| key.fits(&header, scheme)).peekable();
    if fitting.peek().is_none() {
        return Err(Flaw::Key);
    }
    if fitting.any(|key| key.made(scheme, signed.as_bytes(), &signature)) {
        return Ok(payload);
    }
    Err(Flaw::Signature)
}

impl Jwk {
    /// Whether a token may be signed with this key: its family, its use, its algorithm and its name.
    fn fits(&self, header: &Header, scheme: Scheme) -> bool {
        let (family, curve) = match scheme {
            Scheme::Rsa(_) => ("RSA", None),
            Scheme::Curve(curve, ..) => ("EC", Some(curve)),
            Scheme::P521 => ("EC", Some("P-521")),
            Scheme::Ed25519 => ("OKP", Some("Ed25519")),
        };
        // Ed25519 has two names.
        let same = |one: &str| one == header.alg || (curve == Some("Ed25519") && ["EdDSA", "Ed25519"].contains(&one));
        self.kty == family
            && (curve.is_none() || self.crv.as_deref() == curve)
            && self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self.alg.as_deref().is_none_or(same)
            && (header.kid.is_none() || self.kid == header.kid)
    }

    /// Whether a signature was made with it. A key that cannot be read made none.
    fn made(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        let part = |text: &Option<String>| bytes(text.as_deref().unwrap_or_default()).ok();
        match scheme {
            Scheme::Rsa(algorithm) => {
                let (Some(n), Some(e)) = (part(&self.n), part(&self.e)) else { return false };
                // A number may begin with zeroes that are none of it.
                let n = n.iter().position(|byte| *byte != 0).map_or(&[][..], |at| &n[at..]);
                RsaPublicKeyComponents { n, e: e.as_slice() }.verify(algorithm, message, signature).is_ok()
            }
            Scheme::Curve(_, length, algorithm) => self
                .point(length)
                .is_some_and(|point| UnparsedPublicKey::new(algorithm, point).verify(message, signature).is_ok()),
            Scheme::P521 => self.point(P521_COORDINATE).is_some_and(|point| {
                let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(&point);
                let signature = p521::ecdsa::Signature::from_slice(signature);
                key.is_ok_and(|key| signature.is_ok_and(|signature| key.verify(message, &signature).is_ok()))
            }),
            Scheme::Ed25519 => part(&self.x)
                .is_some_and(|point| UnparsedPublicKey::new(&ED25519, point).verify(message, signature).is_ok()),
        }
    }

    /// A point of a curve, uncompressed (SEC 1, 2.3.3).
    fn point(&self, length: usize) -> Option<Vec<u8>> {
        let coordinate = |text: &Option<String>| {
            let bytes = bytes(text.as_deref()?).ok()?;
            // Some cut the zeroes off that RFC 7518, 6.2.1.2 wants.
            let lacking = length.checked_sub(bytes.len())?;
            Some([vec![0; lacking], bytes].concat())
        };
        Some([vec![4], coordinate(&self.x)?, coordinate(&self.y)?].concat())
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, Flaw> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Flaw::Unreadable)
}

/// A part of a token.
pub(super) fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
