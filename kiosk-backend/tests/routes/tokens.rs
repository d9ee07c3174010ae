//! Keys and tokens of every algorithm that providers use, made by `openssl`, which shares nothing with what checks them.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) const ALGORITHMS: [&str; 11] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];

/// A key, and the algorithm that it signs with.
#[derive(Clone)]
pub(crate) struct Signer {
    alg: &'static str,
    folder: Arc<tempfile::TempDir>,
}

fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let (from, to) = (Stdio::piped(), Stdio::piped());
    let mut child = Command::new("openssl").args(arguments).stdin(from).stdout(to).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "openssl {arguments:?}");
    done.stdout
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The curve of an algorithm, and the length of a coordinate in bytes.
fn curve(alg: &str) -> (&'static str, usize) {
    match alg {
        "ES256" => ("P-256", 32),
        "ES384" => ("P-384", 48),
        _ => ("P-521", 66),
    }
}

impl Signer {
    pub(crate) fn new(alg: &'static str) -> Self {
        let signer = Self { alg, folder: Arc::new(tempfile::tempdir().unwrap()) };
        let curve = format!("ec_paramgen_curve:{}", curve(alg).0);
        let how: &[&str] = match &alg[..2] {
            "RS" | "PS" => &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            "ES" => &["EC", "-pkeyopt", &curve],
            _ => &["ED25519"],
        };
        let (file, begin) = (signer.key_file(), ["genpkey", "-quiet", "-out"]);
        openssl(&[&begin[..], &[file.to_str().unwrap(), "-algorithm"], how].concat(), b"");
        signer
    }

    /// PEM, PKCS#8, for its owner only.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// The public key as bytes: of RSA as PKCS#1 has it, of others the point.
    pub(crate) fn public(&self) -> Vec<u8> {
        let (file, key) = (self.key_file(), "-in");
        let file = file.to_str().unwrap();
        match &self.alg[..2] {
            "RS" | "PS" => openssl(&["rsa", key, file, "-RSAPublicKey_out", "-outform", "DER"], b""),
            kind => {
                let der = openssl(&["pkey", key, file, "-pubout", "-outform", "DER"], b"");
                let length = if kind == "ES" { 1 + 2 * curve(self.alg).1 } else { 32 };
                der[der.len() - length..].to_vec()
            }
        }
    }

    pub(crate) fn jwk(&self) -> Value {
        let file = self.key_file();
        match &self.alg[..2] {
            "RS" | "PS" => {
                let said = openssl(&["rsa", "-in", file.to_str().unwrap(), "-noout", "-modulus"], b"");
                let said = String::from_utf8(said).unwrap();
                let modulus = hex::decode(said.trim().trim_start_matches("Modulus=")).unwrap();
                json!({ "kty": "RSA", "kid": "k", "use": "sig", "n": b64(modulus), "e": "AQAB" })
            }
            "ES" => {
                let ((name, length), point) = (curve(self.alg), self.public());
                let (x, y) = point[1..].split_at(length);
                json!({ "kty": "EC", "crv": name, "kid": "k", "alg": self.alg, "x": b64(x), "y": b64(y) })
            }
            _ => json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k", "alg": "EdDSA", "x": b64(self.public()) }),
        }
    }

    pub(crate) fn token(&self, claims: &Value) -> String {
        let header = json!({ "alg": self.alg, "kid": "k" });
        let message = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        let signature = self.sign(message.as_bytes());
        format!("{message}.{}", b64(signature))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let file = self.key_file();
        let key = file.to_str().unwrap();
        if self.alg.starts_with("Ed") {
            let text = self.folder.path().join("message");
            std::fs::write(&text, message).unwrap();
            return openssl(&["pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", text.to_str().unwrap()], b"");
        }
        let hash = format!("-sha{}", &self.alg[2..]);
        let mut arguments = vec!["dgst", &hash, "-sign", key];
        if self.alg.starts_with("PS") {
            arguments.extend(["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]);
        }
        let signature = openssl(&arguments, message);
        if self.alg.starts_with("ES") { two_numbers(&signature, curve(self.alg).1) } else { signature }
    }
}

/// `SEQUENCE { INTEGER, INTEGER }` as two numbers of that length, one after the other.
fn two_numbers(der: &[u8], length: usize) -> Vec<u8> {
    let mut rest = &der[if der[1] == 0x81 { 3 } else { 2 }..];
    let mut fixed = Vec::new();
    for _ in 0..2 {
        let (number, more) = rest[2..].split_at(rest[1].into());
        let number: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
        fixed.extend(vec![0; length - number.len()]);
        fixed.extend(number);
        rest = more;
    }
    fixed
}
