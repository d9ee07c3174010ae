//! The chip of a travel document (ICAO Doc 9303 parts 10 and 11) that opens by BAC, by PACE, or by both. What its files
//! say is the caller's.
//!
//! Which bytes are derived, hidden and signed is written here from the standard; only ciphers, hashes and curves are
//! libraries'.

mod active;
mod agreement;
mod ciphers;
mod messaging;
mod pace;

use std::collections::BTreeMap;

pub use active::ActiveKey;
pub use agreement::{AgreementKey, Told};
pub use ciphers::KeyLength;
use ciphers::{Purpose, Suite, pad, sha1};
use messaging::{Plain, Session};
pub use pace::Curve;
use pace::Pace;

/// Largest file part in one answer, so that the protected answer still fits a short one.
const MOST: usize = 223;
/// Short file identifier of EF.CardAccess.
const CARD_ACCESS: u8 = 0x1C;

const DONE: [u8; 2] = [0x90, 0x00];
const NOT_ALLOWED: [u8; 2] = [0x69, 0x82];
const NOT_FOUND: [u8; 2] = [0x6A, 0x82];
const WRONG_KEY: [u8; 2] = [0x63, 0x00];
const WRONG_LENGTH: [u8; 2] = [0x67, 0x00];
const WRONG_DATA: [u8; 2] = [0x6A, 0x80];
/// Longest answer to a command without extended length, with its status word.
const SHORT: usize = 258;

/// What the chip would draw by chance: its challenge, and its half of the keys. Not random: a test's chip need not be.
/// The values are those of the worked example in ICAO Doc 9303-11, appendix D, so that its numbers come out.
const CHALLENGE: [u8; 8] = [0x46, 0x08, 0xF9, 0x19, 0x88, 0x70, 0x22, 0x12];
const OUR_HALF: [u8; 16] =
    [0x0B, 0x4F, 0x80, 0x32, 0x3E, 0xB3, 0x19, 0x1C, 0xB0, 0x49, 0x70, 0xCB, 0x40, 0x52, 0x79, 0x0B];

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
    agreement: Option<AgreementKey>,
    /// Whether answers of more than 256 bytes come in pieces instead of with extended length.
    in_pieces: bool,
    /// What is left of an answer in pieces.
    waiting: Vec<u8>,
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
            agreement: None,
            in_pieces: false,
            waiting: Vec::new(),
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

    /// The same, proving that it is no copy by agreeing on new keys. Its DG14 is among the files already.
    #[must_use]
    pub fn with_agreement(mut self, key: AgreementKey) -> Self {
        self.agreement = Some(key);
        self
    }

    /// The same, without extended length: a long answer comes in pieces, for which GET RESPONSE asks (ISO 7816-4, 5.3.4).
    #[must_use]
    pub fn in_pieces(mut self) -> Self {
        self.in_pieces = true;
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
        self.waiting.clear();
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
                self.challenge = Some(CHALLENGE);
                Some([CHALLENGE.as_slice(), &DONE].concat())
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
            [0x00, 0xC0, 0x00, 0x00, wanted] if !self.waiting.is_empty() => Some(self.next_piece(wanted)),
            // With extended length: 00, two bytes of length, the objects, two bytes of what is wanted.
            [0x0C, instruction, p1, p2, 0x00, high, low, ref sent @ ..] => {
                let objects = sent.get(..usize::from(u16::from_be_bytes([high, low])))?;
                Some(self.protected([0x0C, instruction, p1, p2], &[objects, &[0]].concat()))
            }
            [0x0C, instruction, p1, p2, _, ref objects @ ..] => {
                let answer = self.protected([0x0C, instruction, p1, p2], objects);
                match answer.len() {
                    ..=SHORT => Some(answer),
                    _ if self.in_pieces => {
                        self.waiting = answer;
                        Some(self.next_piece(0))
                    }
                    _ => Some(WRONG_LENGTH.to_vec()),
                }
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
        let (data, status) = self.read(header, if wanted == 0 { 256 } else { wanted.into() });
        [data.as_slice(), &status].concat()
    }

    /// EXTERNAL AUTHENTICATE, ICAO Doc 9303-11, 4.3.
    fn authenticate(&mut self, sent: &[u8]) -> Vec<u8> {
        self.agree(sent).unwrap_or_else(|| WRONG_KEY.to_vec())
    }

    /// `None`: what was sent was not made with this document's key, or not for the last challenge.
    fn agree(&mut self, sent: &[u8]) -> Option<Vec<u8>> {
        let suite = Suite::TripleDes;
        let keys = |seed: &[u8]| (suite.derive(seed, Purpose::Encryption), suite.derive(seed, Purpose::Signature));
        let challenge = self.challenge.take()?;
        let (encryption, signature) = keys(&sha1(&self.secret)[..16]);
        let (hidden, sum) = sent.split_at_checked(32)?;
        if suite.sign(&signature, &pad(hidden, suite.block()))? != sum {
            return None;
        }
        let plain = suite.decrypt(&encryption, &[0; 8], hidden)?;
        let (theirs, behind) = plain.split_at_checked(8)?;
        let (ours, half) = behind.split_at_checked(8)?;
        if ours != challenge {
            return None;
        }
        let answer = suite.encrypt(&encryption, &[0; 8], &[challenge.as_slice(), theirs, &OUR_HALF].concat())?;
        let sum = suite.sign(&signature, &pad(&answer, suite.block()))?;
        let seed: Vec<u8> = half.iter().zip(OUR_HALF).map(|(one, other)| one ^ other).collect();
        let (encryption, signature) = keys(&seed);
        let counter = [&challenge[4..], &theirs[4..]].concat().try_into().map(u64::from_be_bytes).ok()?;
        self.session = Some(Session::triple_des(encryption, signature, counter));
        Some([answer.as_slice(), &sum, &DONE].concat())
    }

    /// As much of a long answer as is wanted, and how much is left: `61xx`.
    fn next_piece(&mut self, wanted: u8) -> Vec<u8> {
        let wanted = if wanted == 0 { 256 } else { usize::from(wanted) };
        // The status word at its end is the last piece's.
        let left = self.waiting.len().saturating_sub(2);
        if left <= wanted {
            return std::mem::take(&mut self.waiting);
        }
        let piece: Vec<u8> = self.waiting.drain(..wanted).collect();
        let more = u8::try_from(left - wanted).unwrap_or_default();
        [piece.as_slice(), &[0x61, more]].concat()
    }

    /// A command under secure messaging, ICAO Doc 9303-11, 9.8.
    fn protected(&mut self, header: [u8; 4], objects: &[u8]) -> Vec<u8> {
        let Some(mut session) = self.session.take() else { return vec![0x69, 0x88] };
        match session.open(header, objects) {
            Ok(plain) => {
                let (data, status, next) = self.plain(&plain);
                let answer = session.seal(&data, status);
                self.session = Some(next.unwrap_or(session));
                answer
            }
            Err(status) => status.to_vec(),
        }
    }

    /// The answer, and a session that takes the place of the present one after it.
    fn plain(&mut self, command: &Plain) -> (Vec<u8>, [u8; 2], Option<Session>) {
        let answered = |(data, status)| (data, status, None);
        let agreed = |session: Option<Session>, data: &[u8]| match session {
            Some(session) => (data.to_vec(), DONE, Some(session)),
            None => (Vec::new(), WRONG_DATA, None),
        };
        match (command.header, &self.active, &self.agreement) {
            ([_, 0x88, 0x00, 0x00], Some(_), _) if self.in_pieces && command.wanted > 256 => {
                answered((Vec::new(), WRONG_LENGTH))
            }
            ([_, 0x88, 0x00, 0x00], Some(key), _) => answered((key.sign(&command.data), DONE)),
            ([_, 0x88, ..], ..) => answered((Vec::new(), [0x6D, 0x00])),
            ([_, 0x22, 0x41, 0xA6], _, Some(key)) => agreed(key.set_key(&command.data), &[]),
            ([_, 0x22, 0x41, 0xA4], _, Some(key)) => {
                answered((Vec::new(), if key.accepts(&command.data) { DONE } else { WRONG_DATA }))
            }
            ([_, 0x86, 0x00, 0x00], _, Some(key)) => agreed(key.agree(&command.data), &[0x7C, 0x00]),
            ([_, 0x22 | 0x86, ..], _, None) => answered((Vec::new(), [0x6D, 0x00])),
            ([_, 0xA4, 0x02, 0x0C], ..) => answered((Vec::new(), self.select(&command.data))),
            (header, ..) => answered(self.read(header, command.wanted)),
        }
    }

    /// SELECT of a file of the application by its two bytes (ICAO Doc 9303-10, 3.6.2): `01` and the short identifier.
    fn select(&mut self, identifier: &[u8]) -> [u8; 2] {
        match identifier {
            [0x01, file] if self.files.contains_key(file) => {
                self.current = Some(*file);
                DONE
            }
            _ => NOT_FOUND,
        }
    }

    fn read(&mut self, [_, instruction, p1, p2]: [u8; 4], wanted: usize) -> (Vec<u8>, [u8; 2]) {
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
        (rest[..rest.len().min(wanted).min(MOST)].to_vec(), DONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    /// ICAO Doc 9303-11, appendix D.3 and D.4: every byte of the example, from the challenge to the end of EF.COM.
    #[test]
    fn the_worked_example_for_bac_comes_out() {
        let common = hex("60 14 5F01 04 30313036 5F36 06 303430303030 5C 02 6175");
        let mut chip = Emrtd::new("L898902C<369080619406236", BTreeMap::from([(0x1E, common)]));
        for (command, answer) in [
            ("00A4040C 07 A0000002471001", "9000"),
            ("0084000008", "4608F91988702212 9000"),
            (
                "00820000 28 72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2 5F1448EEA8AD90A7 28",
                "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F 2F2D235D074D7449 9000",
            ),
            ("0CA4020C 15 8709016375432908C044F6 8E08BF8B92D635FF24F8 00", "99029000 8E08FA855A5D4C50A8ED 9000"),
            ("0CB00000 0D 970104 8E08ED6705417E96BA55 00", "8709019FF0EC34F9922651 99029000 8E08AD55CC17140B2DED 9000"),
            (
                "0CB00004 0D 970112 8E082EA28A70F3C7B535 00",
                "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A 99029000 8E08C8B2787EAEA07D74 9000",
            ),
        ] {
            assert_eq!(chip.answer(&hex(command)), Some(hex(answer)), "{command}");
        }
        // Another checksum, and the session is over.
        assert_eq!(chip.answer(&hex("0CB00004 0D 970112 8E080000000000000000 00")), Some(hex("6988")));
    }

    #[test]
    fn another_documents_lines_do_not_open_it() {
        let mut chip = Emrtd::new("D23145890734081252206236", BTreeMap::new());
        let sent = "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2 5F1448EEA8AD90A7 28";
        chip.answer(&hex("0084000008"));
        assert_eq!(chip.answer(&hex(&format!("00820000 28 {sent}"))), Some(hex("6300")));
    }
}
