//! PACE from the chip's side (ICAO Doc 9303-11, 4.4): ECDH with generic mapping, AES in CBC mode and CMAC, the machine
//! readable lines as password.
//!
//! Only the arithmetic on the curves is libraries' (`p256`, `bp256`, `bp384`).

use bp256::BrainpoolP256r1;
use bp384::BrainpoolP384r1;
use p256::NistP256;
use p256::elliptic_curve::ff::PrimeField;
use p256::elliptic_curve::group::{Curve as _, Group};
use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use p256::elliptic_curve::{
    AffinePoint, CurveArithmetic, FieldBytes, FieldBytesSize, ProjectivePoint, PublicKey, Scalar,
};

use super::ciphers::{KeyLength, Purpose, Suite, sha1};
use super::messaging::Session;

/// id-PACE-ECDH-GM-AES-CBC-CMAC-128, -192 and -256: 0.4.0.127.0.7.2.2.4.2.2 to .4.
fn protocol(keys: KeyLength) -> [u8; 10] {
    let last = match keys {
        KeyLength::S128 => 2,
        KeyLength::S192 => 3,
        KeyLength::S256 => 4,
    };
    [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, last]
}

/// What the chip would draw by chance. Not random: a test's chip need not be. The values are those of the worked
/// example in ICAO Doc 9303-11, appendix G.1, so that its numbers come out.
const NONCE: [u8; 16] =
    [0x3F, 0x00, 0xC4, 0xD3, 0x9D, 0x15, 0x3F, 0x2B, 0x2A, 0x21, 0x4A, 0x07, 0x8D, 0x89, 0x9B, 0x22];
const MAPPING_KEY: [u8; 32] = [
    0x49, 0x8F, 0xF4, 0x97, 0x56, 0xF2, 0xDC, 0x15, 0x87, 0x84, 0x00, 0x41, 0x83, 0x9A, 0x85, 0x98, 0x2B, 0xE7, 0x76,
    0x1D, 0x14, 0x71, 0x5F, 0xB0, 0x91, 0xEF, 0xA7, 0xBC, 0xE9, 0x05, 0x85, 0x60,
];
const EPHEMERAL_KEY: [u8; 32] = [
    0x10, 0x7C, 0xF5, 0x86, 0x96, 0xEF, 0x61, 0x55, 0x05, 0x33, 0x40, 0xFD, 0x63, 0x33, 0x92, 0xBA, 0x81, 0x90, 0x9D,
    0xF7, 0xB9, 0x70, 0x6F, 0x22, 0x6F, 0x32, 0x08, 0x6C, 0x7A, 0xFF, 0x97, 0x4A,
];

const WRONG_PASSWORD: [u8; 2] = [0x63, 0x00];
const NOT_NOW: [u8; 2] = [0x69, 0x85];
const WRONG_DATA: [u8; 2] = [0x6A, 0x80];

/// Curve on which a chip agrees on keys, with its number in ICAO Doc 9303-11, table 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Curve {
    /// NIST P-256.
    P256 = 12,
    /// BrainpoolP256r1.
    BrainpoolP256 = 13,
    /// BrainpoolP384r1.
    BrainpoolP384 = 16,
}

impl Curve {
    /// EF.CardAccess of a chip with this curve: a set of one `PACEInfo`, version 2.
    pub(super) fn card_access(self, keys: KeyLength) -> Vec<u8> {
        let protocol = protocol(keys);
        [&[0x31, 0x14, 0x30, 0x12, 0x06, 0x0A], protocol.as_slice(), &[0x02, 0x01, 0x02, 0x02, 0x01, self as u8]]
            .concat()
    }

    /// Value of its object identifier (RFC 5480, 2.1.1.1; RFC 5639, 3.2).
    pub(super) fn identifier(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07],
            Self::BrainpoolP256 => &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07],
            Self::BrainpoolP384 => &[0x2B, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0B],
        }
    }

    /// Our public key for chip authentication, uncompressed.
    pub(super) fn public(self) -> Option<Vec<u8>> {
        match self {
            Self::P256 => public::<NistP256>(),
            Self::BrainpoolP256 => public::<BrainpoolP256r1>(),
            Self::BrainpoolP384 => public::<BrainpoolP384r1>(),
        }
    }

    /// What that key and the terminal's agree on: the first coordinate of the shared point.
    pub(super) fn shared(self, theirs: &[u8]) -> Option<Vec<u8>> {
        self.agree(&self.public()?, theirs).map(|(_, shared)| shared)
    }

    fn map(self, theirs: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        match self {
            Self::P256 => map::<NistP256>(theirs),
            Self::BrainpoolP256 => map::<BrainpoolP256r1>(theirs),
            Self::BrainpoolP384 => map::<BrainpoolP384r1>(theirs),
        }
    }

    fn agree(self, generator: &[u8], theirs: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        match self {
            Self::P256 => agree::<NistP256>(generator, theirs),
            Self::BrainpoolP256 => agree::<BrainpoolP256r1>(generator, theirs),
            Self::BrainpoolP384 => agree::<BrainpoolP384r1>(generator, theirs),
        }
    }
}

/// How far the terminal got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Progress {
    #[default]
    Nothing,
    Chosen,
    Nonce,
    /// With the mapped generator.
    Mapped(Vec<u8>),
    /// With the terminal's and the chip's public keys, and what they agree on.
    Agreed {
        theirs: Vec<u8>,
        ours: Vec<u8>,
        seed: Vec<u8>,
    },
}

/// One chip's side.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    curve: Curve,
    keys: KeyLength,
    progress: Progress,
}

impl Pace {
    pub(super) fn new(curve: Curve, keys: KeyLength) -> Self {
        Self { curve, keys, progress: Progress::Nothing }
    }

    pub(super) fn reset(&mut self) {
        self.progress = Progress::Nothing;
    }

    /// MSE:Set AT, 4.4.4.1: the one protocol, the lines as password, the one curve.
    pub(super) fn choose(&mut self, sent: &[u8]) -> [u8; 2] {
        let protocol = protocol(self.keys);
        let wanted = [&[0x80, 0x0A], protocol.as_slice(), &[0x83, 0x01, 0x01, 0x84, 0x01, self.curve as u8]].concat();
        // The curve need not be named where there is one only.
        if sent != wanted && sent != &wanted[..wanted.len() - 3] {
            return WRONG_DATA;
        }
        self.progress = Progress::Chosen;
        [0x90, 0x00]
    }

    /// GENERAL AUTHENTICATE, 4.4.4.2, with what is in its `7C`. The answer, and the session after the last step.
    pub(super) fn step(&mut self, password: &[u8], sent: &[u8]) -> (Vec<u8>, Option<Session>) {
        match self.next(password, sent) {
            Ok((answer, session)) => {
                let length = u8::try_from(answer.len()).unwrap_or(u8::MAX);
                ([&[0x7C, length], answer.as_slice(), &[0x90, 0x00]].concat(), session)
            }
            Err(status) => (status.to_vec(), None),
        }
    }

    fn next(&mut self, password: &[u8], sent: &[u8]) -> Result<(Vec<u8>, Option<Session>), [u8; 2]> {
        let suite = Suite::Aes(self.keys);
        match (std::mem::take(&mut self.progress), sent) {
            (Progress::Chosen, []) => {
                let key = suite.derive(&sha1(password), Purpose::Password);
                let nonce = suite.encrypt(&key, &[0; 16], &NONCE).ok_or(WRONG_DATA)?;
                self.progress = Progress::Nonce;
                Ok((object(0x80, &nonce), None))
            }
            (Progress::Nonce, [0x81, _, theirs @ ..]) => {
                let (ours, generator) = self.curve.map(theirs).ok_or(WRONG_DATA)?;
                self.progress = Progress::Mapped(generator);
                Ok((object(0x82, &ours), None))
            }
            (Progress::Mapped(generator), [0x83, _, theirs @ ..]) => {
                let (ours, seed) = self.curve.agree(&generator, theirs).ok_or(WRONG_DATA)?;
                self.progress = Progress::Agreed { theirs: theirs.to_vec(), ours: ours.clone(), seed };
                Ok((object(0x84, &ours), None))
            }
            (Progress::Agreed { theirs, ours, seed }, [0x85, _, token @ ..]) => {
                let (encryption, signature) =
                    (suite.derive(&seed, Purpose::Encryption), suite.derive(&seed, Purpose::Signature));
                if token_over(self.keys, &ours, &signature).ok_or(WRONG_DATA)? != token {
                    return Err(WRONG_PASSWORD);
                }
                let token = token_over(self.keys, &theirs, &signature).ok_or(WRONG_DATA)?;
                Ok((object(0x86, &token), Some(Session::aes(self.keys, encryption, signature))))
            }
            _ => Err(NOT_NOW),
        }
    }
}

fn object(tag: u8, value: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(value.len()).unwrap_or(u8::MAX)], value].concat()
}

/// The checksum by which a side proves that it has the keys, over the other side's public key, 4.4.3.4.
fn token_over(keys: KeyLength, public: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let named = [object(0x06, &protocol(keys)), object(0x86, public)].concat();
    let signed = [&[0x7F], object(0x49, &named).as_slice()].concat();
    Suite::Aes(keys).sign(key, &signed)
}

/// Our public key for the mapping, and the generator that comes of it: nonce × generator + shared point.
fn map<C>(theirs: &[u8]) -> Option<(Vec<u8>, Vec<u8>)>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let private = scalar::<C>(&MAPPING_KEY)?;
    let shared = point::<C>(theirs)? * private;
    let generator = ProjectivePoint::<C>::generator() * scalar::<C>(&NONCE)? + shared;
    Some((bytes::<C>(ProjectivePoint::<C>::generator() * private)?, bytes::<C>(generator)?))
}

/// Our public key on the mapped generator, and the first coordinate of the shared point.
fn agree<C>(generator: &[u8], theirs: &[u8]) -> Option<(Vec<u8>, Vec<u8>)>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let private = scalar::<C>(&EPHEMERAL_KEY)?;
    let shared = bytes::<C>(point::<C>(theirs)? * private)?;
    // 04, then both coordinates.
    let first = shared.get(1..=shared.len() / 2)?.to_vec();
    Some((bytes::<C>(point::<C>(generator)? * private)?, first))
}

fn public<C>() -> Option<Vec<u8>>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    bytes::<C>(ProjectivePoint::<C>::generator() * scalar::<C>(&EPHEMERAL_KEY)?)
}

fn scalar<C: CurveArithmetic>(bytes: &[u8]) -> Option<Scalar<C>> {
    let mut repr = FieldBytes::<C>::default();
    let start = repr.len().checked_sub(bytes.len())?;
    repr[start..].copy_from_slice(bytes);
    Option::from(Scalar::<C>::from_repr(repr))
}

fn point<C>(bytes: &[u8]) -> Option<ProjectivePoint<C>>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    PublicKey::<C>::from_sec1_bytes(bytes).ok().map(|public| public.to_projective())
}

/// Uncompressed. `None` for the point at infinity.
fn bytes<C>(point: ProjectivePoint<C>) -> Option<Vec<u8>>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let public = PublicKey::<C>::from_affine(point.to_affine()).ok()?;
    Some(public.to_sec1_point(false).as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    /// ICAO Doc 9303-11, appendix G.1: the terminal's private keys are given, and every number follows.
    #[test]
    fn the_worked_example_of_the_standard_comes_out() {
        type Brainpool = BrainpoolP256r1;
        let key = |digits: &str| scalar::<Brainpool>(&hex(digits)).unwrap();
        let mapping = key("7F4EF07B 9EA82FD7 8AD689B3 8D0BC78C F21F249D 953BC46F 4C6E1925 9C010F99");
        let ephemeral = key("A73FB703 AC1436A1 8E0CFA5A BB3F7BEC 7A070E7A 6788486B EE230C4A 22762595");
        let mut chip = Pace::new(Curve::BrainpoolP256, KeyLength::S128);
        let password = b"T22000129364081251010318";
        let say = |chip: &mut Pace, sent: &[u8]| {
            let (answer, session) = chip.step(password, sent);
            assert!(answer.ends_with(&[0x90, 0x00]), "{answer:02X?}");
            (answer[4..answer.len() - 2].to_vec(), session)
        };

        let chosen = hex("80 0A 04007F00070202040202 83 01 01 84 01 0D");
        assert_eq!(chip.choose(&chosen), [0x90, 0x00]);
        let (nonce, _) = say(&mut chip, &[]);
        assert_eq!(nonce, hex("95A3A016 522EE98D 01E76CB6 B98B42C3"));

        let generator = ProjectivePoint::<Brainpool>::generator();
        let (theirs, _) = say(&mut chip, &object(0x81, &bytes::<Brainpool>(generator * mapping).unwrap()));
        let shared = point::<Brainpool>(&theirs).unwrap() * mapping;
        let mapped = generator * scalar::<Brainpool>(&NONCE).unwrap() + shared;
        let (theirs, _) = say(&mut chip, &object(0x83, &bytes::<Brainpool>(mapped * ephemeral).unwrap()));
        assert!(theirs.starts_with(&hex("04 9E880F84 2905B8B3 181F7AF7 CAA9F0EF B743847F 44A306D2 D28C1D9E C65DF6DB")));

        let (token, session) = say(&mut chip, &hex("85 08 C2B0BD78D94BA866"));
        assert_eq!(token, hex("3ABB9674BCE93C08"));
        let wanted = Session::aes(
            KeyLength::S128,
            hex("F5F0E35C0D7161EE6724EE513A0D9A7F"),
            hex("FE251C7858B356B24514B3BD5F4297D1"),
        );
        assert_eq!(format!("{:?}", session.unwrap()), format!("{wanted:?}"));
    }

    #[test]
    fn what_comes_out_of_turn_or_makes_no_sense_is_refused() {
        let chosen = hex("80 0A 04007F00070202040202 83 01 01");
        for (name, sent, wanted) in [
            ("nothing was chosen", vec![vec![]], NOT_NOW),
            ("another curve", vec![hex("80 0A 04007F00070202040202 83 01 01 84 01 0D")], WRONG_DATA),
            ("a point beside the curve", vec![chosen.clone(), vec![], object(0x81, &[4; 65])], WRONG_DATA),
            ("the end before the middle", vec![chosen.clone(), vec![], object(0x85, &[0; 8])], NOT_NOW),
        ] {
            let mut chip = Pace::new(Curve::P256, KeyLength::S128);
            let mut last = Vec::new();
            for (at, sent) in sent.iter().enumerate() {
                last = if at == 0 && !sent.is_empty() {
                    chip.choose(sent).to_vec()
                } else {
                    chip.step(b"L898902C3674081223204153", sent).0
                };
            }
            assert_eq!(last, wanted, "{name}");
        }
    }
}
