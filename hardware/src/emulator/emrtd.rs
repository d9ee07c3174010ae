//! The chip of a travel document (ICAO Doc 9303 parts 10 and 11) that opens by BAC, by PACE, or by both. What its files
//! say is the caller's.
//!
//! Key derivation and checksums are `dmrtd`'s; the protocol is written here anew, from the card's side.

use std::collections::BTreeMap;

use dmrtd::auth::HashAlgo;
use dmrtd::crypto::iso9797;
use dmrtd::crypto::kdf::DeriveKey;

pub use super::active::ActiveKey;
use super::messaging::{Plain, Session, decrypt, encrypt};
use super::pace::Pace;
pub use super::pace::{Curve, KeyLength};

/// Largest file part in one answer, so that the protected answer still fits a short one.
const MOST: usize = 223;
/// Short file identifier of EF.CardAccess.
const CARD_ACCESS: u8 = 0x1C;

const DONE: [u8; 2] = [0x90, 0x00];
const NOT_ALLOWED: [u8; 2] = [0x69, 0x82];
const NOT_FOUND: [u8; 2] = [0x6A, 0x82];

/// A chip.
#[derive(Clone, Debug)]
pub struct Emrtd {
    /// What the holder of the document knows: number (filled to nine), its check digit, birth, its check digit, expiry,
    /// its check digit.
    secret: Vec<u8>,
    /// By short file identifier.
    files: BTreeMap<u8, Vec<u8>>,
    bac: bool,
    pace: Option<Pace>,
    active: Option<ActiveKey>,
    challenge: Option<[u8; 8]>,
    session: Option<Session>,
    current: Option<u8>,
    /// Whether the application is selected, not the chip's root.
    inside: bool,
}

impl Emrtd {
    /// A chip that opens by BAC with `secret` (24 characters of the machine readable lines) and has these files, by
    /// short file identifier: 1E EF.COM, 01 DG1, 0B DG11, 0F DG15, 1D EF.SOD; 1C is EF.CardAccess, which is no secret.
    pub fn new(secret: &str, files: BTreeMap<u8, Vec<u8>>) -> Self {
        Self {
            secret: secret.as_bytes().to_vec(),
            files,
            bac: true,
            pace: None,
            active: None,
            challenge: None,
            session: None,
            current: None,
            inside: false,
        }
    }

    /// The same, opening by PACE too, with AES-128, as its EF.CardAccess then says.
    #[must_use]
    pub fn with_pace(self, curve: Curve) -> Self {
        self.with_pace_and(curve, KeyLength::S128)
    }

    /// The same, with keys of this length.
    #[must_use]
    pub fn with_pace_and(mut self, curve: Curve, keys: KeyLength) -> Self {
        self.files.entry(CARD_ACCESS).or_insert_with(|| curve.card_access(keys));
        self.pace = Some(Pace::new(curve, keys));
        self
    }

    /// The same, proving by this key that it is no copy. Its DG15 is among the files already, for it is signed.
    #[must_use]
    pub fn with_active(mut self, key: ActiveKey) -> Self {
        self.active = Some(key);
        self
    }

    /// The same, without BAC: its application is not to be seen before PACE.
    #[must_use]
    pub fn without_bac(mut self) -> Self {
        self.bac = false;
        self
    }

    pub(super) fn reset(&mut self) {
        (self.challenge, self.session, self.current, self.inside) = (None, None, None, false);
        self.pace.iter_mut().for_each(Pace::reset);
    }

    /// Answers one command; `None`: it is not for this application.
    pub(super) fn answer(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        match *command {
            [0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01, ..] => {
                self.session = None;
                self.inside = self.bac;
                Some(if self.bac { DONE } else { NOT_ALLOWED }.to_vec())
            }
            [0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00, ..] => {
                (self.session, self.inside) = (None, false);
                Some(DONE.to_vec())
            }
            [0x00, 0x84, 0x00, 0x00, 0x08] if self.bac => {
                // Not random: a test's chip need not be.
                let challenge = [0x46, 0x08, 0xF9, 0x19, 0x88, 0x70, 0x22, 0x12];
                self.challenge = Some(challenge);
                Some([challenge.as_slice(), &DONE].concat())
            }
            [0x00, 0x82, 0x00, 0x00, 0x28, ref sent @ ..] if self.bac && sent.len() >= 40 => {
                Some(self.authenticate(&sent[..40]))
            }
            [0x00, 0x22, 0xC1, 0xA4, length, ref sent @ ..] => {
                let pace = self.pace.as_mut()?;
                Some(pace.choose(sent.get(..usize::from(length))?).to_vec())
            }
            [0x00 | 0x10, 0x86, 0x00, 0x00, _, 0x7C, length, ref sent @ ..] => {
                let (answer, session) = self.pace.as_mut()?.step(&self.secret, sent.get(..usize::from(length))?);
                if session.is_some() {
                    self.session = session;
                }
                Some(answer)
            }
            [0x00, 0xB0, p1, p2, wanted] => Some(self.read_openly([0x00, 0xB0, p1, p2], wanted)),
            [0x0C, instruction, p1, p2, _, ref objects @ ..] => {
                Some(self.protected([0x0C, instruction, p1, p2], objects))
            }
            _ => None,
        }
    }

    /// EF.CardAccess can be read by anyone, from the chip's root; nothing else can.
    fn read_openly(&mut self, header: [u8; 4], wanted: u8) -> Vec<u8> {
        let file = if header[2] & 0x80 == 0 { self.current } else { Some(header[2] & 0x1F) };
        if self.inside || file != Some(CARD_ACCESS) {
            return NOT_ALLOWED.to_vec();
        }
        let (data, status) = self.read(header, wanted);
        [data.as_slice(), &status].concat()
    }

    /// EXTERNAL AUTHENTICATE, ICAO Doc 9303-11, 4.3.
    fn authenticate(&mut self, sent: &[u8]) -> Vec<u8> {
        let digest = HashAlgo::Sha1.digest(&self.secret);
        let seed = &digest[..16];
        let (encrypt, mac) = (DeriveKey::des_ede(seed, false), DeriveKey::iso9797_mac_alg3(seed));
        let (cryptogram, checksum) = sent.split_at(32);
        let right = iso9797::mac_alg3(&mac, cryptogram, true).is_ok_and(|wanted| wanted == checksum);
        let plain = decrypt(&encrypt, cryptogram);
        let (Some(challenge), Some(plain), true) = (self.challenge.take(), plain, right) else {
            return vec![0x63, 0x00];
        };
        let (theirs, rest) = plain.split_at(8);
        if rest[..8] != challenge {
            return vec![0x63, 0x00];
        }
        let ours = [0x0B; 16];
        let body = [challenge.as_slice(), theirs, &ours].concat();
        let Some(body) = self::encrypt(&encrypt, &body) else { return vec![0x6F, 0x00] };
        let Ok(checksum) = iso9797::mac_alg3(&mac, &body, true) else { return vec![0x6F, 0x00] };
        let seed: Vec<u8> = rest[8..].iter().zip(ours).map(|(one, other)| one ^ other).collect();
        let counter = [&challenge[4..], &theirs[4..]].concat().try_into().map_or(0, u64::from_be_bytes);
        let (encrypt, mac) = (DeriveKey::des_ede(&seed, false), DeriveKey::iso9797_mac_alg3(&seed));
        self.session = Some(Session::triple_des(encrypt, mac, counter));
        [body.as_slice(), &checksum, &DONE].concat()
    }

    /// A command under secure messaging, ICAO Doc 9303-11, 9.8.
    fn protected(&mut self, header: [u8; 4], objects: &[u8]) -> Vec<u8> {
        let Some(mut session) = self.session.take() else { return vec![0x69, 0x88] };
        match session.open(header, objects) {
            Ok(plain) => {
                let (data, status) = self.plain(&plain);
                let answer = session.seal(&data, status);
                self.session = Some(session);
                answer
            }
            Err(status) => status.to_vec(),
        }
    }

    fn plain(&mut self, command: &Plain) -> (Vec<u8>, [u8; 2]) {
        match (command.header, &self.active) {
            ([_, 0x88, 0x00, 0x00], Some(key)) => (key.sign(&command.data), DONE),
            ([_, 0x88, ..], _) => (Vec::new(), [0x6D, 0x00]),
            (header, _) => self.read(header, command.wanted),
        }
    }

    fn read(&mut self, [_, instruction, p1, p2]: [u8; 4], wanted: u8) -> (Vec<u8>, [u8; 2]) {
        if instruction == 0xA4 {
            self.inside = true;
            return (Vec::new(), DONE);
        }
        let (file, offset) = if p1 & 0x80 == 0 {
            (self.current, usize::from(u16::from_be_bytes([p1, p2])))
        } else {
            (Some(p1 & 0x1F), usize::from(p2))
        };
        let Some(content) = file.and_then(|file| self.files.get(&file)).filter(|_| instruction == 0xB0) else {
            return (Vec::new(), NOT_FOUND);
        };
        self.current = file;
        let Some(rest) = content.get(offset..) else { return (Vec::new(), [0x6B, 0x00]) };
        let wanted = if wanted == 0 { 256 } else { usize::from(wanted) };
        (rest[..rest.len().min(wanted).min(MOST)].to_vec(), DONE)
    }
}
