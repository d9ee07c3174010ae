//! The ID token: who the provider says it was, and whether that is to be believed (OpenID Connect Core 1.0, 3.1.3.7).
//!
//! `jsonwebtoken` reads the token and compares its claims; signatures are checked by `ring`, which TLS uses already. Time
//! is ours, an argument: its own would be the system's clock.

use hall_domain::people::city_accounts::is_subject;
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, new_error};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, Validation};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use thiserror::Error;

/// How far the provider's clock may be from ours, milliseconds.
const LEEWAY_MS: i64 = 60_000;
/// What a token may be signed with. `none` and shared secrets are not among them.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// Why a token is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Flaw {
    /// It is no token, or lacks what must be in it.
    #[error("the ID token cannot be read")]
    Unreadable,
    /// It is signed in a way that is not taken, or not at all.
    #[error("the ID token is not signed with RS256, ES256 or EdDSA")]
    Algorithm,
    /// The provider has no such key.
    #[error("the ID token is signed with a key that the provider does not publish")]
    Key,
    /// The signature is wrong.
    #[error("the ID token's signature is wrong")]
    Signature,
    /// It is another provider's.
    #[error("the ID token names another issuer")]
    Issuer,
    /// It is for another client.
    #[error("the ID token is for another client")]
    Audience,
    /// It is over, or not yet to be used: perhaps a clock is wrong.
    #[error("the ID token has expired or is of the future; compare the clocks")]
    Time,
    /// It belongs to another sign-in.
    #[error("the ID token belongs to another sign-in")]
    Nonce,
}

/// What a token must say.
pub struct Expected<'a> {
    /// The provider's issuer.
    pub issuer: &'a str,
    /// Ourselves.
    pub client_id: &'a str,
    /// Of the flow.
    pub nonce: &'a str,
    /// Now, milliseconds since the epoch.
    pub now_ms: i64,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    /// Seconds since the epoch; JSON numbers, perhaps with a fraction.
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    azp: Option<String>,
}

/// Whose token it is: the provider's name of them.
pub fn subject(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<String, Flaw> {
    // Fails only when it was installed before.
    let _ = PROVIDER.install_default();
    let header = jsonwebtoken::decode_header(token).map_err(|cause| flaw(cause.kind()))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Flaw::Algorithm);
    }
    let key = key(keys, header.kid.as_deref(), header.alg.family())?;
    let mut wanted = Validation::new(header.alg);
    wanted.set_issuer(&[expected.issuer]);
    wanted.set_audience(&[expected.client_id]);
    wanted.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    wanted.validate_exp = false; // by our clock, below
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &wanted).map_err(|cause| flaw(cause.kind()))?.claims;
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era fit a double exactly")]
    let at = |ms: i64| ms as f64 / 1000.0;
    if claims.exp <= at(expected.now_ms - LEEWAY_MS)
        || claims.nbf.is_some_and(|nbf| nbf > at(expected.now_ms + LEEWAY_MS))
    {
        return Err(Flaw::Time);
    }
    if claims.nonce != expected.nonce {
        return Err(Flaw::Nonce);
    }
    if claims.azp.is_some_and(|azp| azp != expected.client_id) {
        return Err(Flaw::Audience);
    }
    if is_subject(&claims.sub) { Ok(claims.sub) } else { Err(Flaw::Unreadable) }
}

/// The key a token is signed with: the one it names, or the only one there is of its family.
fn key(keys: &[Jwk], kid: Option<&str>, family: AlgorithmFamily) -> Result<DecodingKey, Flaw> {
    let mut fitting = keys
        .iter()
        .filter(|key| key.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature))
        .filter(|key| kid.is_none() || key.common.key_id.as_deref() == kid)
        .filter_map(|key| DecodingKey::from_jwk(key).ok())
        .filter(|key| key.family() == family);
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Ok(key),
        (None, _) | (Some(_), Some(_)) => Err(Flaw::Key),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the list is open: whatever else it says, the token is unreadable")]
fn flaw(kind: &ErrorKind) -> Flaw {
    match kind {
        ErrorKind::InvalidSignature => Flaw::Signature,
        ErrorKind::InvalidIssuer => Flaw::Issuer,
        ErrorKind::InvalidAudience => Flaw::Audience,
        ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm | ErrorKind::InvalidAlgorithmName => {
            Flaw::Algorithm
        }
        _ => Flaw::Unreadable,
    }
}

/// Checks signatures by `ring`; signs nothing.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    verifier_factory: |algorithm, key| Ok(Box::new(Check { algorithm: *algorithm, key: key.clone() })),
    key_utils: KeyUtils::new_unimplemented(),
};

struct Check {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl JwtVerifier for Check {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl Verifier<Vec<u8>> for Check {
    fn verify(&self, message: &[u8], signed: &Vec<u8>) -> Result<(), signature::Error> {
        let verified = match (self.algorithm, self.key.family(), self.key.kind()) {
            (Algorithm::RS256, AlgorithmFamily::Rsa, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signed)
            }
            (Algorithm::ES256, AlgorithmFamily::Ec, DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signed)
            }
            (Algorithm::EdDSA, AlgorithmFamily::Ed, DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signed)
            }
            _ => return Err(signature::Error::new()),
        };
        verified.map_err(|_| signature::Error::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `openssl genrsa 2048` and `openssl dgst -sha256 -sign`; the key was thrown away.
    const MODULUS: &str = "z-\
        OhnqkuGLkgoVCuUWWT4aMNlVQdx6NQYJ2bk6dJXJNmtoOHOWu2kzEl8XLXBs3995zAn9ORNY7JXqMGeliElGF_ayydBL2SjVgoXU\
        ukx4qFjIBO1FTuI4FBK_86Siz3AXLC1vvrM1Dms1-N99kZ_1BC-X3AFNPQL1jqOo-t5FBdUFWHUQ9G9tFVv-EsFIwyTb7KPxJJre\
        AXQ4NNnSNws6oJGdoE9vZJBlA7sDfi_NQrXYCcJJlXKLHu0pjg3RQ8m9UacnaGL5NIW8keFEXQ1dTYqHoJhvwo3AZxEqNIzbybIf\
        5eqoGoydCWkL9_BfLc8uIerDCfw3IaBzaX38RmGQ";
    const TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsiaGFsbCIsIm90aGVyI\
        l0sImF6cCI6ImhhbGwiLCJleHAiOjIwMDAsInN1YiI6InUtMSIsIm5vbmNlIjoibiJ9.kUAmXt7XAFoBsYMTsXUt6V3ALT7djuNg\
        QBpkSyGbzHQv87EIulzW3ctQyu_wM57WC7eKasPgancV2u3qFSWzo98ldincEfpeJw9zHzSx0EiJJrnfXr4Zx8jtJISNo1zjb4C3\
        P-\
        dASYcOxP7mMsPSh5nQ588vscn8OCtKgnr0PskUd3ivpW89hYiptnT6G_l0ZuRV3RG7iQF7W2TV35sXVxaIgO6pIExWO9NuplXA8k\
        0hnjiAbjCfB1LZq7duMCLO21SdLbhgAPP7GMe7DwaL40VBWAUQSrjBEyx-\
        OsnaGRGEdv3qfswVqEGunjZFOOVuQEdfB0iVIDaGTAHQKc6QTg";

    fn keys(json: serde_json::Value) -> Vec<Jwk> {
        serde_json::from_value(json).expect("keys")
    }

    fn rsa() -> Vec<Jwk> {
        keys(serde_json::json!([{ "kty": "RSA", "kid": "r", "use": "sig", "n": MODULUS, "e": "AQAB" }]))
    }

    const GOOD: Expected<'_> =
        Expected { issuer: "https://id.example", client_id: "hall", nonce: "n", now_ms: 1_999_000 };

    #[test]
    fn a_token_with_an_rsa_signature_is_believed_while_everything_in_it_fits() {
        assert_eq!(subject(TOKEN, &rsa(), &GOOD), Ok("u-1".into()));
        for (expected, flaw) in [
            (Expected { issuer: "https://id.example/", ..GOOD }, Flaw::Issuer),
            (Expected { client_id: "desk", ..GOOD }, Flaw::Audience),
            (Expected { client_id: "other", ..GOOD }, Flaw::Audience),
            (Expected { nonce: "m", ..GOOD }, Flaw::Nonce),
            (Expected { now_ms: 2_060_000, ..GOOD }, Flaw::Time),
        ] {
            assert_eq!(subject(TOKEN, &rsa(), &expected), Err(flaw.clone()), "{flaw}");
        }
        assert!(subject(TOKEN, &rsa(), &Expected { now_ms: 2_059_999, ..GOOD }).is_ok(), "clocks differ a little");
    }

    #[test]
    fn a_token_that_was_touched_or_signed_by_nobody_is_not_believed() {
        let parts: Vec<&str> = TOKEN.split('.').collect();
        let part = |json: &str| {
            use base64::Engine as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json)
        };
        let claims = part(r#"{"iss":"https://id.example","aud":"hall","exp":2000,"sub":"u-2","nonce":"n"}"#);
        let other = keys(serde_json::json!([{ "kty": "RSA", "kid": "other", "n": MODULUS, "e": "AQAB" }]));
        let sealing = keys(serde_json::json!([{ "kty": "RSA", "kid": "r", "use": "enc", "n": MODULUS, "e": "AQAB" }]));
        let shared = keys(serde_json::json!([{ "kty": "oct", "kid": "r", "k": "AAAA" }]));
        for (token, keys, flaw) in [
            (format!("{}.{claims}.{}", parts[0], parts[2]), rsa(), Flaw::Signature),
            (format!("{}.{claims}.", part(r#"{"alg":"none"}"#)), rsa(), Flaw::Unreadable),
            (format!("{}.{claims}.AAAA", part(r#"{"alg":"HS256","kid":"r"}"#)), shared, Flaw::Algorithm),
            (format!("{}.{claims}.{}", part(r#"{"alg":"ES256","kid":"r"}"#), parts[2]), rsa(), Flaw::Key),
            (TOKEN.into(), other, Flaw::Key),
            (TOKEN.into(), sealing, Flaw::Key),
            (TOKEN.into(), [rsa(), rsa()].concat(), Flaw::Key),
            ("a.b".into(), rsa(), Flaw::Unreadable),
        ] {
            assert_eq!(subject(&token, &keys, &GOOD), Err(flaw), "{token}");
        }
    }
}
