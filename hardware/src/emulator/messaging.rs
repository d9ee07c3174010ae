//! Secure messaging from the chip's side (ICAO Doc 9303-11, 9.8): triple DES after BAC, AES after PACE.
//!
//! The primitives are `des`'s and `dmrtd`'s; which bytes they are applied to is written here anew.

use des::TdesEde2;
use des::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use dmrtd::crypto::aes::{AesCipher, BlockCipherMode, KeyLength};
use dmrtd::crypto::iso9797;

/// Secure messaging data objects are wrong.
const WRONG_OBJECTS: [u8; 2] = [0x69, 0x88];
/// The chip itself failed.
const FAILED: [u8; 2] = [0x6F, 0x00];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cipher {
    TripleDes,
    Aes(KeyLength),
}

/// Keys and counter of an opened chip.
#[derive(Clone, Debug)]
pub(super) struct Session {
    cipher: Cipher,
    encrypt: Vec<u8>,
    mac: Vec<u8>,
    counter: u128,
}

/// A command that was protected as it should be.
pub(super) struct Plain {
    /// Class, instruction and parameters.
    pub(super) header: [u8; 4],
    /// How many bytes are wanted; 0 stands for 256.
    pub(super) wanted: u8,
    /// What was sent, decrypted.
    pub(super) data: Vec<u8>,
}

impl Session {
    /// After BAC: two-key triple DES, and a counter made of both challenges.
    pub(super) fn triple_des(encrypt: Vec<u8>, mac: Vec<u8>, counter: u64) -> Self {
        Self { cipher: Cipher::TripleDes, encrypt, mac, counter: counter.into() }
    }

    /// After PACE: AES, and a counter that begins at nothing.
    pub(super) fn aes(keys: KeyLength, encrypt: Vec<u8>, mac: Vec<u8>) -> Self {
        Self { cipher: Cipher::Aes(keys), encrypt, mac, counter: 0 }
    }

    /// Checks a command. Errors are the answer to give; the session is over then.
    pub(super) fn open(&mut self, header: [u8; 4], objects: &[u8]) -> Result<Plain, [u8; 2]> {
        self.counter = self.counter.wrapping_add(1);
        // 8E, its length 08, the checksum, and Le at the end.
        let end = objects.len().checked_sub(11).filter(|end| objects[*end..].starts_with(&[0x8E, 0x08]));
        let end = end.ok_or(WRONG_OBJECTS)?;
        let sum = self.checksum(&[&self.padded(&header), &objects[..end]].concat()).ok_or(FAILED)?;
        if sum != objects[end + 2..end + 10] {
            return Err(WRONG_OBJECTS);
        }
        let wanted = objects[..end].windows(3).find(|object| object[..2] == [0x97, 0x01]).map_or(0, |object| object[2]);
        let data = match objects[..end] {
            [0x87, length, 0x01, ref rest @ ..] if (1..0x80).contains(&length) => {
                let encrypted = rest.get(..usize::from(length) - 1).ok_or(WRONG_OBJECTS)?;
                self.decrypted(encrypted).ok_or(WRONG_OBJECTS)?
            }
            _ => Vec::new(),
        };
        Ok(Plain { header, wanted, data })
    }

    /// The protected answer.
    pub(super) fn seal(&mut self, data: &[u8], status: [u8; 2]) -> Vec<u8> {
        self.counter = self.counter.wrapping_add(1);
        self.sealed(data, status).unwrap_or_else(|| FAILED.to_vec())
    }

    fn sealed(&self, data: &[u8], status: [u8; 2]) -> Option<Vec<u8>> {
        let mut answer = Vec::new();
        if !data.is_empty() {
            let encrypted = self.encrypted(&self.padded(data))?;
            let length = encrypted.len() + 1;
            answer.push(0x87);
            if length > 0x7F {
                answer.push(0x81);
            }
            answer.push(u8::try_from(length).ok()?);
            answer.push(0x01);
            answer.extend(encrypted);
        }
        answer.extend([0x99, 0x02, status[0], status[1]]);
        let sum = self.checksum(&answer)?;
        answer.extend([0x8E, 0x08]);
        answer.extend(sum);
        answer.extend(status);
        Some(answer)
    }

    fn block(&self) -> usize {
        match self.cipher {
            Cipher::TripleDes => 8,
            Cipher::Aes(_) => 16,
        }
    }

    /// As long as a block, as 9.8.6 and 9.8.7 ask.
    fn counter(&self) -> Vec<u8> {
        let bytes = self.counter.to_be_bytes();
        bytes[bytes.len() - self.block()..].to_vec()
    }

    fn padded(&self, data: &[u8]) -> Vec<u8> {
        iso9797::pad(data, self.block()).unwrap_or_default()
    }

    /// Eight bytes over the counter and `data`.
    fn checksum(&self, data: &[u8]) -> Option<Vec<u8>> {
        let signed = self.padded(&[self.counter().as_slice(), data].concat());
        match self.cipher {
            Cipher::TripleDes => iso9797::mac_alg3(&self.mac, &signed, false).ok().map(|sum| sum.to_vec()),
            Cipher::Aes(keys) => AesCipher::new(keys).calculate_cmac(&signed, &self.mac).ok(),
        }
    }

    fn encrypted(&self, plain: &[u8]) -> Option<Vec<u8>> {
        match self.cipher {
            Cipher::TripleDes => encrypt(&self.encrypt, plain),
            Cipher::Aes(keys) => {
                let aes = AesCipher::new(keys);
                aes.encrypt(plain, &self.encrypt, Some(&self.start(&aes)?), BlockCipherMode::Cbc, false).ok()
            }
        }
    }

    /// Without its padding.
    fn decrypted(&self, encrypted: &[u8]) -> Option<Vec<u8>> {
        let padded = match self.cipher {
            Cipher::TripleDes => decrypt(&self.encrypt, encrypted)?,
            Cipher::Aes(keys) => {
                let aes = AesCipher::new(keys);
                aes.decrypt(encrypted, &self.encrypt, Some(&self.start(&aes)?), BlockCipherMode::Cbc).ok()?
            }
        };
        iso9797::unpad(&padded, self.block()).ok().map(<[u8]>::to_vec)
    }

    /// What AES in CBC mode begins with, 9.8.6.1.
    fn start(&self, aes: &AesCipher) -> Option<Vec<u8>> {
        aes.encrypt(&self.counter(), &self.encrypt, None, BlockCipherMode::Ecb, false).ok()
    }
}

/// Triple DES with two keys in CBC mode, beginning with zeros.
pub(super) fn encrypt(key: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
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

pub(super) fn decrypt(key: &[u8], encrypted: &[u8]) -> Option<Vec<u8>> {
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
