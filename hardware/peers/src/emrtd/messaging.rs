//! Secure messaging from the chip's side (ICAO Doc 9303-11, 9.8): triple DES after BAC, AES after PACE.

use super::ciphers::{KeyLength, Suite, pad, unpad};

/// Secure messaging data objects are wrong.
const WRONG_OBJECTS: [u8; 2] = [0x69, 0x88];
/// The chip itself failed.
const FAILED: [u8; 2] = [0x6F, 0x00];

/// Keys and counter of an opened chip.
#[derive(Clone, Debug)]
pub(super) struct Session {
    suite: Suite,
    encryption: Vec<u8>,
    signature: Vec<u8>,
    counter: u128,
}

/// A command that was protected as it should be.
pub(super) struct Plain {
    /// Class, instruction and parameters.
    pub(super) header: [u8; 4],
    /// How many bytes are wanted.
    pub(super) wanted: usize,
    /// What was sent, decrypted.
    pub(super) data: Vec<u8>,
}

impl Session {
    /// After BAC: two-key triple DES, and a counter made of both challenges.
    pub(super) fn triple_des(encryption: Vec<u8>, signature: Vec<u8>, counter: u64) -> Self {
        Self { suite: Suite::TripleDes, encryption, signature, counter: counter.into() }
    }

    /// After chip authentication: a counter that begins at nothing, with either suite.
    pub(super) fn anew(suite: Suite, encryption: Vec<u8>, signature: Vec<u8>) -> Self {
        Self { suite, encryption, signature, counter: 0 }
    }

    /// After PACE: AES, and a counter that begins at nothing.
    pub(super) fn aes(keys: KeyLength, encryption: Vec<u8>, signature: Vec<u8>) -> Self {
        Self { suite: Suite::Aes(keys), encryption, signature, counter: 0 }
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
        let (mut wanted, mut data, mut rest) = (256, Vec::new(), &objects[..end]);
        while let Some((tag, value, behind)) = split(rest) {
            match (tag, value) {
                (0x97, [0]) => wanted = 256,
                (0x97, [few]) => wanted = usize::from(*few),
                (0x97, [0, 0]) => wanted = 65_536,
                (0x87, [0x01, encrypted @ ..]) => data = self.decrypted(encrypted).ok_or(WRONG_OBJECTS)?,
                _ => return Err(WRONG_OBJECTS),
            }
            rest = behind;
        }
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
            let encrypted = self.suite.encrypt(&self.encryption, &self.start()?, &self.padded(data))?;
            answer.push(0x87);
            match u16::try_from(encrypted.len() + 1).ok()?.to_be_bytes() {
                [0, low @ ..0x80] => answer.push(low),
                [0, low] => answer.extend([0x81, low]),
                long => answer.extend([&[0x82], long.as_slice()].concat()),
            }
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

    /// As long as a block, as 9.8.6 and 9.8.7 ask.
    fn counter(&self) -> Vec<u8> {
        let bytes = self.counter.to_be_bytes();
        bytes[bytes.len() - self.suite.block()..].to_vec()
    }

    fn padded(&self, data: &[u8]) -> Vec<u8> {
        pad(data, self.suite.block())
    }

    /// Eight bytes over the counter and `data`.
    fn checksum(&self, data: &[u8]) -> Option<Vec<u8>> {
        self.suite.sign(&self.signature, &self.padded(&[self.counter().as_slice(), data].concat()))
    }

    /// Without its padding.
    fn decrypted(&self, encrypted: &[u8]) -> Option<Vec<u8>> {
        let padded = self.suite.decrypt(&self.encryption, &self.start()?, encrypted)?;
        unpad(&padded).map(<[u8]>::to_vec)
    }

    /// What CBC mode begins with: zeros, or with AES the counter, encrypted by itself (9.8.6.1).
    fn start(&self) -> Option<Vec<u8>> {
        let zeros = vec![0; self.suite.block()];
        match self.suite {
            Suite::TripleDes => Some(zeros),
            Suite::Aes(_) => self.suite.encrypt(&self.encryption, &zeros, &self.counter()),
        }
    }
}

/// The first object, by its tag of one byte, and what is behind it.
pub(super) fn split(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (length, value) = match *bytes {
        [_, short, ref value @ ..] if short < 0x80 => (usize::from(short), value),
        [_, 0x81, length, ref value @ ..] => (usize::from(length), value),
        [_, 0x82, high, low, ref value @ ..] => (usize::from(u16::from_be_bytes([high, low])), value),
        _ => return None,
    };
    let (value, behind) = value.split_at_checked(length)?;
    Some((bytes[0], value, behind))
}
