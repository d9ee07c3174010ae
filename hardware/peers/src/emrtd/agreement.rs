//! Chip authentication from the chip's side (ICAO Doc 9303-11, 6.2): a key that agrees on new session keys, which no copy of
//! the files can do.

use num_bigint::BigUint;

use super::active::object;
use super::ciphers::{KeyLength, Purpose, Suite};
use super::messaging::{Session, split};
use super::pace::Curve;

/// id-CA and id-PK, 0.4.0.127.0.7.2.2.3 and .1; behind them 1 (DH) or 2 (ECDH), and the ciphers of the former.
const CA: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03];
const PK: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01];
/// SubjectPublicKeyInfo's algorithms: id-ecPublicKey, dhKeyAgreement (PKCS #3), standardizedDomainParameters.
const EC: [u8; 7] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
const DH: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x03, 0x01];
const STANDARDISED: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x02, 0x00];

/// How the curve of a key is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// By its own name.
    Name,
    /// By its number in ICAO Doc 9303-11, table 6.
    Number,
}

/// A chip's key, and what it encrypts with afterwards.
#[derive(Clone, Debug)]
pub struct AgreementKey {
    group: Group,
    suite: Suite,
}

#[derive(Clone, Debug)]
enum Group {
    Curve(Curve, Told),
    /// Modulus, generator, private number.
    Numbers(BigUint, BigUint, BigUint),
}

impl AgreementKey {
    /// On a curve; `None`: with triple DES.
    pub fn curve(curve: Curve, told: Told, keys: Option<KeyLength>) -> Self {
        Self { group: Group::Curve(curve, told), suite: keys.map_or(Suite::TripleDes, Suite::Aes) }
    }

    /// Modulo a prime, big-endian numbers; `None`: with triple DES.
    pub fn numbers(modulus: &[u8], generator: &[u8], private: &[u8], keys: Option<KeyLength>) -> Self {
        let [modulus, generator, private] = [modulus, generator, private].map(BigUint::from_bytes_be);
        Self { group: Group::Numbers(modulus, generator, private), suite: keys.map_or(Suite::TripleDes, Suite::Aes) }
    }

    fn family(&self) -> u8 {
        if matches!(self.group, Group::Curve(..)) { 2 } else { 1 }
    }

    /// The name of the protocol, id-CA-…
    fn protocol(&self) -> Vec<u8> {
        let cipher = match self.suite {
            Suite::TripleDes => 1,
            Suite::Aes(KeyLength::S128) => 2,
            Suite::Aes(KeyLength::S192) => 3,
            Suite::Aes(KeyLength::S256) => 4,
        };
        [CA.as_slice(), &[self.family(), cipher]].concat()
    }

    /// Data group 14: ChipAuthenticationInfo and ChipAuthenticationPublicKeyInfo, tag 6E (ICAO Doc 9303-10, 4.7.14, and
    /// 9303-11, 9.2.5 and 9.2.6). Chips with triple DES may leave the former out (`brief`).
    pub fn dg14(&self, brief: bool) -> Vec<u8> {
        let sequence = |parts: &[Vec<u8>]| object(0x30, &parts.concat());
        let bits = |bytes: &[u8]| object(0x03, &[&[0], bytes].concat());
        let number = |number: &BigUint| object(0x02, &[&[0], number.to_bytes_be().as_slice()].concat());
        let key = match &self.group {
            Group::Curve(curve, told) => {
                let algorithm = match told {
                    Told::Name => sequence(&[object(0x06, &EC), object(0x06, curve.identifier())]),
                    Told::Number => sequence(&[object(0x06, &STANDARDISED[..7]), object(0x02, &[*curve as u8])]),
                };
                sequence(&[algorithm, bits(&curve.public().unwrap_or_default())])
            }
            Group::Numbers(p, g, private) => {
                let algorithm = sequence(&[object(0x06, &DH), sequence(&[number(p), number(g)])]);
                sequence(&[algorithm, bits(&number(&g.modpow(private, p)))])
            }
        };
        let info = sequence(&[object(0x06, &self.protocol()), object(0x02, &[1])]);
        let key = sequence(&[object(0x06, &[PK.as_slice(), &[self.family()]].concat()), key]);
        object(0x6E, &object(0x31, &[if brief { Vec::new() } else { info }, key].concat()))
    }

    fn session(&self, theirs: &[u8]) -> Option<Session> {
        let secret = match &self.group {
            Group::Curve(curve, _) => curve.shared(theirs)?,
            Group::Numbers(p, _, private) => {
                let shared = BigUint::from_bytes_be(theirs).modpow(private, p).to_bytes_be();
                [vec![0; p.to_bytes_be().len() - shared.len()], shared].concat()
            }
        };
        let keys = [Purpose::Encryption, Purpose::Signature].map(|purpose| self.suite.derive(&secret, purpose));
        let [encryption, signature] = keys;
        Some(Session::anew(self.suite, encryption, signature))
    }

    /// MSE:Set KAT, 6.2.4.1: with triple DES all of it is one command, with the terminal's key under 91.
    pub(super) fn set_key(&self, sent: &[u8]) -> Option<Session> {
        let (0x91, theirs, []) = split(sent)? else { return None };
        (self.suite == Suite::TripleDes).then(|| self.session(theirs))?
    }

    /// MSE:Set AT, 6.2.4.2: the protocol under 80.
    pub(super) fn accepts(&self, sent: &[u8]) -> bool {
        self.suite != Suite::TripleDes && sent == object(0x80, &self.protocol())
    }

    /// GENERAL AUTHENTICATE, 6.2.4.2: the terminal's key under 80, within 7C.
    pub(super) fn agree(&self, sent: &[u8]) -> Option<Session> {
        let (0x7C, inner, []) = split(sent)? else { return None };
        let (0x80, theirs, []) = split(inner)? else { return None };
        self.session(theirs)
    }
}
