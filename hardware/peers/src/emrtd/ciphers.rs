//! How the chip derives keys, hides data and signs it, by the standards' text: ICAO Doc 9303-11, 9.7 (keys) and 9.8.6,
//! 9.8.7 (what they are used for); ISO/IEC 9797-1 (padding method 2, MAC algorithm 3); NIST SP 800-38B (CMAC).
//!
//! Only the block ciphers and hashes themselves are libraries'.

use aes::{Aes128, Aes192, Aes256};
use cmac::{Cmac, Mac};
use des::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2};
use sha1::{Digest, Sha1};
use sha2::Sha256;

/// How long the keys of AES are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyLength {
    /// 128 bits.
    S128,
    /// 192 bits.
    S192,
    /// 256 bits.
    S256,
}

/// What two sides that have opened a chip encrypt and sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suite {
    /// Two-key triple DES in CBC mode, and the retail MAC.
    TripleDes,
    /// AES in CBC mode, and CMAC.
    Aes(KeyLength),
}

/// What a key is for: the counter behind the secret it is derived from, 9.7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Purpose {
    Encryption = 1,
    Signature = 2,
    /// The key that PACE hides its nonce with.
    Password = 3,
}

/// SHA-1.
pub(super) fn sha1(data: &[u8]) -> Vec<u8> {
    Sha1::digest(data).to_vec()
}

impl Suite {
    /// Bytes of a block.
    pub(super) fn block(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes(_) => 16,
        }
    }

    /// A key: the front of the hash of `secret` and the purpose's four bytes, 9.7.1.1 to 9.7.1.4.
    pub(super) fn derive(self, secret: &[u8], purpose: Purpose) -> Vec<u8> {
        let hashed = [secret, &[0, 0, 0, purpose as u8]].concat();
        let (hash, length) = match self {
            Self::TripleDes | Self::Aes(KeyLength::S128) => (sha1(&hashed), 16),
            Self::Aes(KeyLength::S192) => (Sha256::digest(&hashed).to_vec(), 24),
            Self::Aes(KeyLength::S256) => (Sha256::digest(&hashed).to_vec(), 32),
        };
        let key = hash.into_iter().take(length);
        match self {
            // The last bit of each byte makes the number of set bits odd.
            Self::TripleDes => key.map(|byte| byte & 0xFE | u8::from((byte >> 1).count_ones() % 2 == 0)).collect(),
            Self::Aes(_) => key.collect(),
        }
    }

    /// Encrypts whole blocks in CBC mode, beginning with `start`. `None`: the key or the length is no such.
    pub(super) fn encrypt(self, key: &[u8], start: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::TripleDes => chained::<TdesEde2>(key, start, plain),
            Self::Aes(KeyLength::S128) => chained::<Aes128>(key, start, plain),
            Self::Aes(KeyLength::S192) => chained::<Aes192>(key, start, plain),
            Self::Aes(KeyLength::S256) => chained::<Aes256>(key, start, plain),
        }
    }

    /// Decrypts what [`Suite::encrypt`] made.
    pub(super) fn decrypt(self, key: &[u8], start: &[u8], encrypted: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::TripleDes => unchained::<TdesEde2>(key, start, encrypted),
            Self::Aes(KeyLength::S128) => unchained::<Aes128>(key, start, encrypted),
            Self::Aes(KeyLength::S192) => unchained::<Aes192>(key, start, encrypted),
            Self::Aes(KeyLength::S256) => unchained::<Aes256>(key, start, encrypted),
        }
    }

    /// Eight bytes of checksum. With triple DES the data must be padded.
    pub(super) fn sign(self, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::TripleDes => retail_mac(key, data),
            Self::Aes(KeyLength::S128) => cmac::<Cmac<Aes128>>(key, data),
            Self::Aes(KeyLength::S192) => cmac::<Cmac<Aes192>>(key, data),
            Self::Aes(KeyLength::S256) => cmac::<Cmac<Aes256>>(key, data),
        }
    }
}

/// `80`, and zeros up to a whole number of blocks (ISO/IEC 9797-1, method 2).
pub(super) fn pad(data: &[u8], block: usize) -> Vec<u8> {
    let mut padded = [data, &[0x80]].concat();
    padded.resize(padded.len().next_multiple_of(block), 0);
    padded
}

/// Without that. `None`: it is not padded so.
pub(super) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    (padded[end] == 0x80).then(|| &padded[..end])
}

fn mixed(one: &[u8], other: &[u8]) -> Vec<u8> {
    one.iter().zip(other).map(|(one, other)| one ^ other).collect()
}

fn chained<C: BlockCipherEncrypt + KeyInit>(key: &[u8], start: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let cipher = C::new_from_slice(key).ok()?;
    let (mut last, mut encrypted) = (start.to_vec(), Vec::new());
    for chunk in plain.chunks(C::block_size()) {
        let mut block = Block::<C>::try_from(mixed(chunk, &last).as_slice()).ok()?;
        cipher.encrypt_block(&mut block);
        last = block.to_vec();
        encrypted.extend_from_slice(&last);
    }
    Some(encrypted)
}

fn unchained<C: BlockCipherDecrypt + KeyInit>(key: &[u8], start: &[u8], encrypted: &[u8]) -> Option<Vec<u8>> {
    let cipher = C::new_from_slice(key).ok()?;
    let (mut last, mut plain) = (start, Vec::new());
    for chunk in encrypted.chunks(C::block_size()) {
        let mut block = Block::<C>::try_from(chunk).ok()?;
        cipher.decrypt_block(&mut block);
        plain.extend(mixed(&block, last));
        last = chunk;
    }
    Some(plain)
}

/// ISO/IEC 9797-1, algorithm 3: DES in CBC mode under the first half of the key; its end goes through the second half
/// backwards and through the first once more.
fn retail_mac(key: &[u8], padded: &[u8]) -> Option<Vec<u8>> {
    let (first, second) = key.split_at_checked(8)?;
    let chain = chained::<Des>(first, &[0; 8], padded)?;
    let end = chain.last_chunk::<8>()?;
    chained::<Des>(first, &[0; 8], &unchained::<Des>(second, &[0; 8], end)?)
}

fn cmac<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let mut mac = <M as KeyInit>::new_from_slice(key).ok()?;
    mac.update(data);
    mac.finalize().into_bytes().get(..8).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    #[test]
    fn keys_and_checksums_of_the_worked_example_for_bac() {
        // ICAO Doc 9303-11, appendix D.1 and D.3.
        let seed = sha1(b"L898902C<369080619406236");
        assert_eq!(seed[..16], hex("239AB9CB282DAF66231DC5A4DF6BFBAE"));
        let encryption = Suite::TripleDes.derive(&seed[..16], Purpose::Encryption);
        let signature = Suite::TripleDes.derive(&seed[..16], Purpose::Signature);
        assert_eq!(encryption, hex("AB94FDECF2674FDFB9B391F85D7F76F2"));
        assert_eq!(signature, hex("7962D9ECE03D1ACD4C76089DCE131543"));
        let plain = hex("781723860C06C226 4608F91988702212 0B795240CB7049B01C19B33E32804F0B");
        let hidden = hex("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2");
        assert_eq!(Suite::TripleDes.encrypt(&encryption, &[0; 8], &plain), Some(hidden.clone()));
        assert_eq!(Suite::TripleDes.decrypt(&encryption, &[0; 8], &hidden), Some(plain));
        assert_eq!(Suite::TripleDes.sign(&signature, &pad(&hidden, 8)), Some(hex("5F1448EEA8AD90A7")));
    }

    #[test]
    fn aes_and_cmac_are_those_of_the_standards() {
        // FIPS 197, appendix C: one block, which CBC mode with zeros in front leaves as it is.
        let plain = hex("00112233445566778899AABBCCDDEEFF");
        let key: Vec<u8> = (0..32).collect();
        for (keys, length, hidden) in [
            (KeyLength::S128, 16, "69C4E0D86A7B0430D8CDB78070B4C55A"),
            (KeyLength::S192, 24, "DDA97CA4864CDFE06EAF70A0EC0D7191"),
            (KeyLength::S256, 32, "8EA2B7CA516745BFEAFC49904B496089"),
        ] {
            assert_eq!(Suite::Aes(keys).encrypt(&key[..length], &[0; 16], &plain), Some(hex(hidden)), "{keys:?}");
            assert_eq!(
                Suite::Aes(keys).decrypt(&key[..length], &[0; 16], &hex(hidden)),
                Some(plain.clone()),
                "{keys:?}"
            );
        }
        // NIST SP 800-38B, appendix D.1, examples 1 and 2: the front half.
        let key = hex("2B7E151628AED2A6ABF7158809CF4F3C");
        let suite = Suite::Aes(KeyLength::S128);
        assert_eq!(suite.sign(&key, &[]), Some(hex("BB1D6929E9593728")));
        assert_eq!(suite.sign(&key, &hex("6BC1BEE22E409F96E93D7E117393172A")), Some(hex("070A16B46B4D4144")));
    }

    #[test]
    fn what_was_padded_comes_back() {
        for data in [&b""[..], b"1234567", b"12345678", &[0x80, 0x00]] {
            let padded = pad(data, 8);
            assert_eq!((padded.len() % 8, unpad(&padded)), (0, Some(data)));
        }
        assert_eq!(unpad(&[0x00, 0x81, 0x00]), None);
        assert_eq!(unpad(&[0; 8]), None);
    }
}
