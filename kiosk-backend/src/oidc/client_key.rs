//! Our own key, where the provider wants to be shown that we have it rather than told a secret (`private_key_jwt`,
//! OpenID Connect Core 1.0, 9; RFC 7523).

use std::path::Path;

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;

use super::jws::part;
use crate::notify::sms::{GatewayError, secret_text};

/// How long what we signed may be shown, seconds: it is shown at once, and clocks differ.
const LASTS_S: i64 = 120;

/// A key of ours.
pub(super) struct ClientKey {
    /// By which name the provider knows it.
    id: Option<String>,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    /// And its algorithm.
    Ec(EcdsaKeyPair, &'static str),
    Ed(Ed25519KeyPair),
}

impl ClientKey {
    /// Reads a key in PEM, PKCS#8 (`-----BEGIN PRIVATE KEY-----`), that only its owner may read.
    pub(super) fn open(path: &Path, id: Option<String>) -> Result<Self, GatewayError> {
        let key = "oidc.client_key_file";
        let text = secret_text(key, path)?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).ok();
        let pair = der.as_ref().and_then(|der| Pair::read(der.secret_pkcs8_der()));
        let cause = "is no key of RSA (2048 bits or more), P-256, P-384 or Ed25519 in PKCS#8: `openssl genpkey` makes \
                     one, `openssl pkcs8 -topk8 -nocrypt` writes another one so";
        let bad = || GatewayError::Secret { key, path: path.display().to_string(), cause: cause.to_owned() };
        Ok(Self { id, pair: pair.ok_or_else(bad)? })
    }

    /// What proves to `audience` that we are this client; `taken` are the algorithms that the provider says it takes,
    /// `id` is different each time. `None`: it cannot be signed.
    pub(super) fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        taken: &[String],
        id: &str,
        now_ms: i64,
    ) -> Option<String> {
        let algorithm = self.pair.algorithm(taken);
        let mut header = json!({ "alg": algorithm, "typ": "JWT" });
        if let Some(id) = &self.id {
            header["kid"] = json!(id);
        }
        let now = now_ms / 1000;
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience, "jti": id, "iat": now, "exp": now + LASTS_S,
        });
        let signed = format!("{}.{}", part(header.to_string()), part(claims.to_string()));
        let signature = self.pair.sign(algorithm, signed.as_bytes())?;
        Some(format!("{signed}.{}", part(signature)))
    }
}

impl Pair {
    fn read(pkcs8: &[u8]) -> Option<Self> {
        let random = SystemRandom::new();
        let ec = |curve, name| EcdsaKeyPair::from_pkcs8(curve, pkcs8, &random).ok().map(|pair| Self::Ec(pair, name));
        RsaKeyPair::from_pkcs8(pkcs8)
            .ok()
            .map(Self::Rsa)
            .or_else(|| ec(&ECDSA_P256_SHA256_FIXED_SIGNING, "ES256"))
            .or_else(|| ec(&ECDSA_P384_SHA384_FIXED_SIGNING, "ES384"))
            .or_else(|| Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).ok().map(Self::Ed))
    }

    /// What it signs with: the newer one of two where the provider takes it, else the one that all take.
    fn algorithm(&self, taken: &[String]) -> &'static str {
        let first = |newer: &'static str, usual: &'static str| {
            if taken.iter().any(|one| one == newer) { newer } else { usual }
        };
        match self {
            Self::Rsa(_) => first("PS256", "RS256"),
            Self::Ec(_, name) => name,
            Self::Ed(_) => first("Ed25519", "EdDSA"),
        }
    }

    fn sign(&self, algorithm: &str, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let padding: &'static dyn ring::signature::RsaEncoding =
                    if algorithm == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &random, message, &mut signature).ok()?;
                Some(signature)
            }
            Self::Ec(pair, _) => Some(pair.sign(&random, message).ok()?.as_ref().to_vec()),
            Self::Ed(pair) => Some(pair.sign(message).as_ref().to_vec()),
        }
    }
}
