//! Secure messaging, ICAO Doc 9303-11, 9.8, with keys of our own: after BAC, and after chip authentication. What follows
//! PACE is `dmrtd`'s. AES and the checksums are `dmrtd`'s, too.

use des::TdesEde2;
use des::cipher::{Block, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use dmrtd::auth::HashAlgo;
use dmrtd::crypto::aes::{AesCipher, BlockCipherMode, KeyLength};
use dmrtd::crypto::iso9797;
use dmrtd::proto::iso7816::command_apdu::CommandApdu;
use dmrtd::proto::iso7816::response_apdu::{ResponseApdu, StatusWord};
use dmrtd::proto::iso7816::sm::{SecureMessaging, SmError, do8e, do87, do97};
use zeroize::Zeroizing;

use crate::cards::ber::Reader;

/// What two sides encrypt and sign with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suite {
    /// Two-key triple DES in CBC mode, and the retail MAC.
    TripleDes,
    /// AES in CBC mode, and CMAC.
    Aes(KeyLength),
}

/// Keys, and the number of the last message.
pub(super) struct Session {
    suite: Suite,
    encryption: Zeroizing<Vec<u8>>,
    signature: Zeroizing<Vec<u8>>,
    counter: u128,
}

impl Suite {
    /// Bytes of a block.
    pub(super) fn block(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes(_) => 16,
        }
    }

    /// A key: the front of the hash over the secret and four bytes that say what the key is for, 9.7.1.
    fn derive(self, secret: &[u8], purpose: u8) -> Zeroizing<Vec<u8>> {
        let (hash, length) = match self {
            Self::TripleDes | Self::Aes(KeyLength::S128) => (HashAlgo::Sha1, 16),
            Self::Aes(KeyLength::S192) => (HashAlgo::Sha256, 24),
            Self::Aes(KeyLength::S256) => (HashAlgo::Sha256, 32),
        };
        let hashed = Zeroizing::new([secret, &[0, 0, 0, purpose]].concat());
        let mut key = Zeroizing::new(hash.digest(&hashed));
        key.truncate(length);
        key
    }

    /// Keys to encrypt and to sign with.
    pub(super) fn keys(self, secret: &[u8]) -> (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>) {
        (self.derive(secret, 1), self.derive(secret, 2))
    }
}

impl Session {
    /// A session after both sides agreed on `secret`; the first message has the number after `counter`.
    pub(super) fn new(suite: Suite, secret: &[u8], counter: u128) -> Self {
        let (encryption, signature) = suite.keys(secret);
        Self { suite, encryption, signature, counter }
    }

    fn counter(&self) -> Vec<u8> {
        let bytes = self.counter.to_be_bytes();
        bytes[bytes.len() - self.suite.block()..].to_vec()
    }

    fn pad(&self, data: &[u8]) -> Result<Vec<u8>, SmError> {
        iso9797::pad(data, self.suite.block()).map_err(failed)
    }

    /// Eight bytes over the number of the message and `data`.
    fn checksum(&self, data: &[u8]) -> Result<Vec<u8>, SmError> {
        let padded = self.pad(&[&self.counter(), data].concat())?;
        match self.suite {
            Suite::TripleDes => iso9797::mac_alg3(&self.signature, &padded, false).map_err(failed),
            Suite::Aes(keys) => AesCipher::new(keys).calculate_cmac(&padded, &self.signature).map_err(failed),
        }
    }

    /// What CBC mode begins with under AES: the number of the message, encrypted by itself.
    fn start(&self, keys: KeyLength) -> Result<Vec<u8>, SmError> {
        let cipher = AesCipher::new(keys);
        cipher.encrypt(&self.counter(), &self.encryption, None, BlockCipherMode::Ecb, false).map_err(failed)
    }

    fn encrypt(&self, padded: &[u8]) -> Result<Vec<u8>, SmError> {
        match self.suite {
            Suite::TripleDes => triple_des(&self.encryption, padded, Way::Encrypt).ok_or_else(|| failed("no blocks")),
            Suite::Aes(keys) => {
                let (cipher, start) = (AesCipher::new(keys), self.start(keys)?);
                cipher.encrypt(padded, &self.encryption, Some(&start), BlockCipherMode::Cbc, false).map_err(failed)
            }
        }
    }

    fn decrypt(&self, encrypted: &[u8]) -> Result<Vec<u8>, SmError> {
        let padded = match self.suite {
            Suite::TripleDes => {
                triple_des(&self.encryption, encrypted, Way::Decrypt).ok_or_else(|| failed("no blocks"))?
            }
            Suite::Aes(keys) => {
                let (cipher, start) = (AesCipher::new(keys), self.start(keys)?);
                cipher.decrypt(encrypted, &self.encryption, Some(&start), BlockCipherMode::Cbc).map_err(failed)?
            }
        };
        let padded = Zeroizing::new(padded);
        iso9797::unpad(&padded, self.suite.block()).map(<[u8]>::to_vec).map_err(failed)
    }
}

/// Which way a cipher goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Encrypt,
    Decrypt,
}

/// Two-key triple DES in CBC mode that begins with zeros. `None`: the key is no key, or the data are no whole blocks.
pub(super) fn triple_des(key: &[u8], data: &[u8], way: Way) -> Option<Vec<u8>> {
    let cipher = TdesEde2::new_from_slice(key).ok()?;
    let (blocks, []) = data.as_chunks::<8>() else { return None };
    let (mut last, mut done) = ([0; 8], Vec::with_capacity(data.len()));
    for given in blocks {
        let mixed = |block: [u8; 8]| std::array::from_fn::<u8, 8, _>(|at| block[at] ^ last[at]);
        match way {
            Way::Encrypt => {
                let mut block = Block::<TdesEde2>::from(mixed(*given));
                cipher.encrypt_block(&mut block);
                last = block.into();
                done.extend_from_slice(&last);
            }
            Way::Decrypt => {
                let mut block = Block::<TdesEde2>::from(*given);
                cipher.decrypt_block(&mut block);
                done.extend_from_slice(&mixed(block.into()));
                last = *given;
            }
        }
    }
    Some(done)
}

/// Texts of the library say lengths, and nothing of the data.
fn failed(error: impl std::fmt::Display) -> SmError {
    SmError(error.to_string())
}

impl SecureMessaging for Session {
    fn protect(&mut self, command: &CommandApdu) -> Result<CommandApdu, SmError> {
        self.counter = self.counter.wrapping_add(1);
        let mut protected = command.clone();
        protected.cla |= 0x0C;
        let data = match command.data.as_deref() {
            None | Some([]) => Vec::new(),
            Some(data) => do87(&self.encrypt(&self.pad(data)?)?, true),
        };
        let wanted = if command.ne == 0 { Vec::new() } else { do97(command.ne) };
        let sum = self.checksum(&[self.pad(&protected.raw_header())?, data.clone(), wanted.clone()].concat())?;
        protected.data = Some([data, wanted, do8e(&sum)].concat());
        protected.ne = if command.ne > 256 { 65_536 } else { 256 };
        Ok(protected)
    }

    fn unprotect(&mut self, answer: &ResponseApdu) -> Result<ResponseApdu, SmError> {
        let wrong = |what: &str| SmError(what.to_owned());
        let body = answer.data.as_deref().unwrap_or_default();
        if body.is_empty() {
            // Whoever stands between could say this; it is believed only when it is a refusal.
            return match answer.status {
                StatusWord::SUCCESS => Err(wrong("an unprotected answer")),
                _ => Ok(answer.clone()),
            };
        }
        self.counter = self.counter.wrapping_add(1);
        let mut objects = Reader::new(body);
        let (encrypted, bare) = (objects.optional(0x87), objects.optional(0x99));
        let status = bare.and_then(|status| <[u8; 2]>::try_from(status.value).ok());
        let (Some([high, low]), Some(sum)) = (status, objects.take(0x8E)) else {
            return Err(wrong("no status or no checksum"));
        };
        let signed = body.len() - sum.whole.len();
        if !objects.is_empty() || !same(&self.checksum(&body[..signed])?, sum.value) {
            return Err(wrong("another checksum"));
        }
        let data = match encrypted.map(|object| object.value) {
            None => None,
            Some([0x01, encrypted @ ..]) => Some(self.decrypt(encrypted)?),
            Some(_) => return Err(wrong("data padded in another way")),
        };
        Ok(ResponseApdu::new(StatusWord::new(high, low), data))
    }
}

/// Compared without telling by the time it takes where they begin to differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (one, other)| sum | (one ^ other)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards::apdu::script::hex;

    /// ICAO Doc 9303-11, appendix D.4: selecting EF.COM and reading its first four bytes.
    #[test]
    fn the_worked_example_comes_out() {
        let mut session =
            Session::new(Suite::TripleDes, &hex("0036D272F5C350ACAC50C3F572D23600"), 0x8870_2212_0C06_C226);
        let select = CommandApdu::new(0, 0xA4, 0x02, 0x0C, Some(hex("011E")), 0).unwrap();
        let sent = session.protect(&select).unwrap().to_bytes();
        assert_eq!(sent, hex("0CA4020C 15 8709016375432908C044F6 8E08BF8B92D635FF24F8 00"));
        let answer = ResponseApdu::from_bytes(&hex("99029000 8E08FA855A5D4C50A8ED 9000")).unwrap();
        assert_eq!(session.unprotect(&answer).unwrap().status, StatusWord::SUCCESS);
        let read = CommandApdu::new(0, 0xB0, 0, 0, None, 4).unwrap();
        assert_eq!(session.protect(&read).unwrap().to_bytes(), hex("0CB00000 0D 970104 8E08ED6705417E96BA55 00"));
        let answer = hex("8709019FF0EC34F9922651 99029000 8E08AD55CC17140B2DED 9000");
        let answer = session.unprotect(&ResponseApdu::from_bytes(&answer).unwrap()).unwrap();
        assert_eq!(answer.data, Some(hex("60145F01")));
    }

    #[test]
    fn what_nobody_has_signed_is_not_believed() {
        for (answer, believed) in [
            ("9000", false),
            ("6A82", true),
            ("99029000 9000", false),
            ("99029000 8E080000000000000000 9000", false),
            ("8702 0141 99029000 9000", false),
            ("FF 9000", false),
        ] {
            for suite in [Suite::TripleDes, Suite::Aes(KeyLength::S128), Suite::Aes(KeyLength::S256)] {
                let mut session = Session::new(suite, &[7; 16], 0);
                let answer = ResponseApdu::from_bytes(&hex(answer)).unwrap();
                assert_eq!(session.unprotect(&answer).is_ok(), believed, "{answer:?}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_answer_is_taken_without_harm(bytes in proptest::collection::vec(0u8.., 2..300)) {
            if let Ok(answer) = ResponseApdu::from_bytes(&bytes) {
                drop(Session::new(Suite::Aes(KeyLength::S128), &[7; 16], 0).unprotect(&answer));
            }
        }
    }
}
