//! The ID token: who the provider says it was, and whether that is to be believed (OpenID Connect Core 1.0, 3.1.3.7).
//!
//! Time is ours, an argument.

use hall_domain::people::city_accounts::is_subject;
use serde::Deserialize;
use thiserror::Error;

use super::jws::{self, Jwk};

/// How far the provider's clock may be from ours, milliseconds.
const LEEWAY_MS: i64 = 60_000;

/// Why a token is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Flaw {
    /// It is no token, or lacks what must be in it.
    #[error("the ID token cannot be read")]
    Unreadable,
    /// It is signed in a way that is not taken, or not at all.
    #[error(
        "the ID token is signed in a way that is not taken: RS, PS and ES of 256, 384 and 512, EdDSA and Ed25519 are"
    )]
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
    /// The provider was told to ask who is here, and did not.
    #[error("the provider did not ask anew who it is, though it was told to (prompt=login)")]
    Stale,
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
    /// Since when somebody must have proved to the provider who they are, where it says when they did.
    pub asked_since_ms: Option<i64>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    /// Seconds since the epoch; JSON numbers, perhaps with a fraction. So are the others.
    exp: f64,
    nbf: Option<f64>,
    auth_time: Option<f64>,
    nonce: Option<String>,
    azp: Option<String>,
}

/// One or several (RFC 7519, 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn has(&self, client_id: &str) -> bool {
        match self {
            Self::One(one) => one == client_id,
            Self::Many(all) => all.iter().any(|one| one == client_id),
        }
    }
}

/// Whose token it is: the provider's name of them.
pub fn subject(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<String, Flaw> {
    let payload = jws::payload(token, keys)?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| Flaw::Unreadable)?;
    if claims.iss != expected.issuer {
        return Err(Flaw::Issuer);
    }
    if !claims.aud.has(expected.client_id) || claims.azp.is_some_and(|azp| azp != expected.client_id) {
        return Err(Flaw::Audience);
    }
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era fit a double exactly")]
    let at = |ms: i64| ms as f64 / 1000.0;
    if claims.exp <= at(expected.now_ms - LEEWAY_MS)
        || claims.nbf.is_some_and(|nbf| nbf > at(expected.now_ms + LEEWAY_MS))
    {
        return Err(Flaw::Time);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(Flaw::Nonce);
    }
    if let (Some(since), Some(asked)) = (expected.asked_since_ms, claims.auth_time)
        && asked < at(since - LEEWAY_MS)
    {
        return Err(Flaw::Stale);
    }
    if is_subject(&claims.sub) { Ok(claims.sub) } else { Err(Flaw::Unreadable) }
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

    const GOOD: Expected<'_> = Expected {
        issuer: "https://id.example",
        client_id: "hall",
        nonce: "n",
        now_ms: 1_999_000,
        asked_since_ms: None,
    };

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
        assert!(subject(TOKEN, &[rsa(), rsa()].concat(), &GOOD).is_ok(), "while keys change there may be several");
    }

    #[test]
    fn a_token_that_was_touched_or_signed_by_nobody_is_not_believed() {
        let parts: Vec<&str> = TOKEN.split('.').collect();
        let part = |json: &str| jws::part(json);
        let claims = part(r#"{"iss":"https://id.example","aud":"hall","exp":2000,"sub":"u-2","nonce":"n"}"#);
        let other = keys(serde_json::json!([{ "kty": "RSA", "kid": "other", "n": MODULUS, "e": "AQAB" }]));
        let sealing = keys(serde_json::json!([{ "kty": "RSA", "kid": "r", "use": "enc", "n": MODULUS, "e": "AQAB" }]));
        let shared = keys(serde_json::json!([{ "kty": "oct", "kid": "r", "k": "AAAA" }]));
        for (token, keys, flaw) in [
            (format!("{}.{claims}.{}", parts[0], parts[2]), rsa(), Flaw::Signature),
            (format!("{}.{claims}.", part(r#"{"alg":"none"}"#)), rsa(), Flaw::Algorithm),
            (format!("{}.{claims}.AAAA", part(r#"{"alg":"HS256","kid":"r"}"#)), shared, Flaw::Algorithm),
            (format!("{}.{claims}.{}", part(r#"{"alg":"ES256","kid":"r"}"#), parts[2]), rsa(), Flaw::Key),
            (TOKEN.into(), other, Flaw::Key),
            (TOKEN.into(), sealing, Flaw::Key),
            (
                format!("{}.{claims}.AAAA", part(r#"{"alg":"RS256","crit":["b64"],"b64":false}"#)),
                rsa(),
                Flaw::Unreadable,
            ),
            (format!("{TOKEN}.x.y"), rsa(), Flaw::Unreadable),
            ("a.b".into(), rsa(), Flaw::Unreadable),
        ] {
            assert_eq!(subject(&token, &keys, &GOOD), Err(flaw), "{token}");
        }
    }
}
