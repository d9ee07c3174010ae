//! The chip of a travel document (ICAO Doc 9303 parts 10 and 11) that opens by BAC. What its files say is the caller's.
//!
//! Key derivation and checksums are `dmrtd`'s; the protocol is written here anew, from the card's side.

use std::collections::BTreeMap;

use des::TdesEde2;
use des::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use dmrtd::auth::HashAlgo;
use dmrtd::crypto::iso9797;
use dmrtd::crypto::kdf::DeriveKey;

/// Largest file part in one answer, so that the protected answer still fits a short one.
const MOST: usize = 223;

/// A chip.
#[derive(Clone, Debug)]
pub struct Emrtd {
    /// What the holder of the document knows: number (filled to nine), its check digit, birth, its check digit, expiry,
    /// its check digit.
    secret: Vec<u8>,
    /// By short file identifier.
    files: BTreeMap<u8, Vec<u8>>,
    challenge: Option<[u8; 8]>,
    session: Option<Session>,
    current: Option<u8>,
}

#[derive(Clone, Debug)]
struct Session {
    encrypt: Vec<u8>,
    mac: Vec<u8>,
    counter: u64,
}

impl Emrtd {
    /// A chip that opens with `secret` (24 characters of the machine readable lines) and has these files, by short file
    /// identifier: 1E EF.COM, 01 DG1, 0B DG11, 1D EF.SOD.
    pub fn new(secret: &str, files: BTreeMap<u8, Vec<u8>>) -> Self {
        Self { secret: secret.as_bytes().to_vec(), files, challenge: None, session: None, current: None }
    }

    pub(super) fn reset(&mut self) {
        (self.challenge, self.session, self.current) = (None, None, None);
    }

    /// Answers one command; `None`: it is not for this application.
    pub(super) fn answer(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        match *command {
            [0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01, ..] => {
                self.session = None;
                Some(vec![0x90, 0x00])
            }
            [0x00, 0x84, 0x00, 0x00, 0x08] => {
                // Not random: a test's chip need not be.
                let challenge = [0x46, 0x08, 0xF9, 0x19, 0x88, 0x70, 0x22, 0x12];
                self.challenge = Some(challenge);
                Some([challenge.as_slice(), &[0x90, 0x00]].concat())
            }
            [0x00, 0x82, 0x00, 0x00, 0x28, ref sent @ ..] if sent.len() >= 40 => Some(self.authenticate(&sent[..40])),
            [0x00, 0xB0, ..] => Some(vec![0x69, 0x82]),
            [0x0C, instruction, p1, p2, _, ref objects @ ..] => {
                Some(self.protected([0x0C, instruction, p1, p2], objects))
            }
            _ => None,
        }
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
        self.session = Some(Session { encrypt, mac, counter });
        [body.as_slice(), &checksum, &[0x90, 0x00]].concat()
    }

    /// A command under secure messaging, ICAO Doc 9303-11, 9.8.
    fn protected(&mut self, header: [u8; 4], objects: &[u8]) -> Vec<u8> {
        let Some(mut session) = self.session.take() else { return vec![0x69, 0x88] };
        session.counter = session.counter.wrapping_add(1);
        // 8E, its length 08, the checksum, and Le at the end.
        let Some(end) = objects.len().checked_sub(11).filter(|end| objects[*end..].starts_with(&[0x8E, 0x08])) else {
            return vec![0x69, 0x88];
        };
        let signed = padded(&[session.counter.to_be_bytes().as_slice(), &padded(&header), &objects[..end]].concat());
        let right = iso9797::mac_alg3(&session.mac, &signed, false).is_ok_and(|sum| sum == objects[end + 2..end + 10]);
        if !right {
            return vec![0x69, 0x88];
        }
        let wanted = objects[..end].windows(3).find(|object| object[..2] == [0x97, 0x01]).map_or(0, |object| object[2]);
        let (data, status) = self.read(header, wanted);
        session.counter = session.counter.wrapping_add(1);
        let encrypted = encrypt(&session.encrypt, &padded(&data));
        let Some(encrypted) = encrypted.filter(|_| !data.is_empty()) else {
            return self.sealed(session, Vec::new(), status);
        };
        let length = encrypted.len() + 1;
        let mut object = vec![0x87];
        if length > 0x7F {
            object.push(0x81);
        }
        object.push(u8::try_from(length).unwrap_or(u8::MAX));
        object.push(0x01);
        object.extend(encrypted);
        self.sealed(session, object, status)
    }

    fn sealed(&mut self, session: Session, mut answer: Vec<u8>, status: [u8; 2]) -> Vec<u8> {
        answer.extend([0x99, 0x02, status[0], status[1]]);
        let signed = padded(&[session.counter.to_be_bytes().as_slice(), &answer].concat());
        let Ok(sum) = iso9797::mac_alg3(&session.mac, &signed, false) else { return vec![0x6F, 0x00] };
        answer.extend([0x8E, 0x08]);
        answer.extend(sum);
        answer.extend(status);
        self.session = Some(session);
        answer
    }

    fn read(&mut self, [_, instruction, p1, p2]: [u8; 4], wanted: u8) -> (Vec<u8>, [u8; 2]) {
        if instruction == 0xA4 {
            return (Vec::new(), [0x90, 0x00]);
        }
        let (file, offset) = if p1 & 0x80 == 0 {
            (self.current, usize::from(u16::from_be_bytes([p1, p2])))
        } else {
            (Some(p1 & 0x1F), usize::from(p2))
        };
        let Some(content) = file.and_then(|file| self.files.get(&file)).filter(|_| instruction == 0xB0) else {
            return (Vec::new(), [0x6A, 0x82]);
        };
        self.current = file;
        let Some(rest) = content.get(offset..) else { return (Vec::new(), [0x6B, 0x00]) };
        let wanted = if wanted == 0 { 256 } else { usize::from(wanted) };
        (rest[..rest.len().min(wanted).min(MOST)].to_vec(), [0x90, 0x00])
    }
}

/// Triple DES with two keys in CBC mode, beginning with zeros.
fn encrypt(key: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let cipher = TdesEde2::new_from_slice(key.get(..16)?).ok()?;
    let (mut last, mut encrypted) = ([0; 8], Vec::new());
    for chunk in plain.chunks(8) {
        let mixed: Vec<u8> = chunk.iter().zip(last).map(|(byte, before)| byte ^ before).collect();
        let mut block = Block::<TdesEde2>::try_from(mixed.as_slice()).ok()?;
        cipher.encrypt_block(&mut block);
        last.copy_from_slice(&block);
        encrypted.extend_from_slice(&block);
    }
    Some(encrypted)
}

fn decrypt(key: &[u8], encrypted: &[u8]) -> Option<Vec<u8>> {
    let cipher = TdesEde2::new_from_slice(key.get(..16)?).ok()?;
    let (mut last, mut plain) = ([0; 8], Vec::new());
    for chunk in encrypted.chunks(8) {
        let mut block = Block::<TdesEde2>::try_from(chunk).ok()?;
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(last).map(|(byte, before)| byte ^ before));
        last.copy_from_slice(chunk);
    }
    Some(plain)
}

fn padded(data: &[u8]) -> Vec<u8> {
    iso9797::pad(data, 8).unwrap_or_default()
}
