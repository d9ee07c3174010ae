//! How chips prove that they are no copies: active authentication on the curve of Hong Kong and with answers that are
//! longer than a short one, and chip authentication of every kind that documents have.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

#[expect(dead_code, reason = "other tests need the rest of it")]
mod authority;
mod bench;
mod private_pcscd;

use authority::{Authority, KEY, dg1};
use bench::Bench;
use hardware::cards::apdu::Transmit;
use hardware::cards::{Assurance, Authenticity, CardError, MrzKey, travel};
use peers::apdus::Card;
use peers::card::CardFaults;
use peers::emrtd::{ActiveKey, AgreementKey, Curve, Emrtd, KeyLength, Told};
use private_pcscd::in_private;
use zeroize::Zeroizing;

const LINES: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F3204153ZE184226B<<<<<16";
const SECRET: &str = "L898902C3674081223204153";
const ORIGINAL: (Authenticity, Assurance) = (Authenticity::Verified, Assurance::ChipVerified);
const NOTHING: (Authenticity, Assurance) = (Authenticity::Verified, Assurance::ReadOnly);
const COPY: (Authenticity, Assurance) = (Authenticity::Copied, Assurance::ReadOnly);

/// `openssl genrsa 2048`, thrown away: modulus and private exponent.
const MODULUS: &str = "B21FD2A39A5218A9DADE1323E437031E0EA9EE57FFEF320F98BFA473BC2907842AF45F9093687AB61C582579332CB8A311DA609D\
     F8119C40DAD30EB90435FA9098B89BD050034D65E1B8A73D84AF8209D282A8C0CA889C393C28179D69D400E43EE6018195062C2F\
     0829E2E35A9AE400EE599BA3EEF28B587C41697270C2674BBFE984C14FBB16B448D62E662A98D336A8845129BFC39341A9049BCA\
     BB66C9F8FA8BA251501460C0ADDA93F90EB046899A4188B50BBB7D9E1377A4FF36C6A307C9E512D266BE5AEA22EB206C1E7B0D8F\
     B5CB78D4BE1725680F3F3E0D6DFF7BA25F215222BEE765868C259F187A15866CF84BF2B24196A2D7C496D903BD9CAAA3";
const PRIVATE: &str = "4C5EEE8E2CC55443C74E7E005E81E3B9486A3D81C77F0404C1E631195A2C71478EAF362623BDA11761B1BD6768B49CF975D71EA3\
     BC4FB8A1E9F0A2185BA0D52C97FE56F80AC64FB2060488D80C82BF8B7C917ECF22474E4C0FE9D4AE2E48B2952A0EADC8A45F8024\
     2E28DF59C16835A7DC89D8FC819FC6750AD974DF974F12C025811F723285E3EB1E63829D63CFF708C3B7F04EACF1E4774D98C420\
     BEC530517ABD5ECA69EF91250C957096B68223F9A0024B98C9D6EA159D081FB77EE690EF7C2F9B68F9F18611FB5E17A2E8938709\
     787FA0BE410E12EF62F125E6FC5F8E5A757699DD79064B3BBF3D6543FA85ACEBF9A6E5FBA18A07EDB1E085B1844F0E31";
/// Primes of RFC 2409, 6.2 (1,024 bits) and RFC 3526, 3 (2,048 bits); their generator is 2.
const PRIME_1024: &str = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3\
     CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5\
     AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF";
const PRIME_2048: &str = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3\
     CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5\
     AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356\
     208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28F\
     B5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF";

fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// A chip that, once it was asked to agree on keys, says that all is well and nothing else; if it pretends.
struct Direct {
    card: Card,
    pretends: bool,
    agreed: bool,
    longest: usize,
}

impl Direct {
    fn new(chip: Emrtd) -> Self {
        Self { card: Card::travel_document(chip), pretends: false, agreed: false, longest: 0 }
    }

    fn read(&mut self, authority: &Authority) -> (Authenticity, Assurance) {
        let key = MrzKey::parse(KEY).unwrap();
        let identity = travel::read(self, Some(&key), &authority.trusted(), 2026).unwrap().unwrap();
        (identity.authenticity.unwrap(), identity.assurance)
    }
}

impl Transmit for Direct {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
        if self.pretends && self.agreed {
            return Ok(Zeroizing::new(vec![0x90, 0x00]));
        }
        self.agreed |= command[..4] == [0x0C, 0x86, 0x00, 0x00] || command[..4] == [0x0C, 0x22, 0x41, 0xA6];
        let answer = self.card.answer(command);
        self.longest = self.longest.max(answer.len());
        Ok(Zeroizing::new(answer))
    }
}

/// A document with these data groups, opened by BAC and by PACE.
fn both(authority: &Authority, groups: &[(u8, Vec<u8>)]) -> [Emrtd; 2] {
    let chip = Emrtd::new(SECRET, authority.files(&[&[(1, dg1(LINES))], groups].concat()));
    [chip.clone(), chip.with_pace(Curve::P256).without_bac()]
}

#[test]
fn signatures_on_the_curve_of_hong_kong_and_long_ones() {
    let utopia = Authority::new("Utopia CSCA");
    let brainpool = |byte| ActiveKey::brainpool(&[byte; 32]).unwrap();
    let rsa = |private: &str| ActiveKey::rsa(&bytes(MODULUS), &bytes(private));
    for (name, signed, key, expected) in [
        ("brainpoolP256r1", brainpool(0x33), brainpool(0x33), ORIGINAL),
        ("a copy of it", brainpool(0x33), brainpool(0x44), COPY),
        ("RSA-2048", rsa(PRIVATE), rsa(PRIVATE), ORIGINAL),
        ("a copy of RSA-2048", rsa(PRIVATE), rsa("05"), COPY),
    ] {
        for chip in both(&utopia, &[(15, signed.dg15())]) {
            let chip = chip.with_active(key.clone());
            let mut extended = Direct::new(chip.clone());
            assert_eq!(extended.read(&utopia), expected, "{name}");
            let mut in_pieces = Direct::new(chip.in_pieces());
            assert_eq!(in_pieces.read(&utopia), expected, "{name}, in pieces");
            assert!(in_pieces.longest <= 258, "{name}");
            assert_eq!(extended.longest > 258, name.ends_with("RSA-2048"), "{name}");
        }
    }
}

/// Commands and answers of more than 256 bytes, through a real pcscd.
#[test]
fn long_commands_and_answers_pass_the_readers_service() {
    in_private("long_commands_and_answers_pass_the_readers_service", |mut pcscd| {
        pcscd.start();
        let utopia = Authority::new("Utopia CSCA");
        let bench = Bench::start(pcscd.port, utopia.trusted());
        bench.reader.set_mrz(MrzKey::parse(KEY).ok(), 2026);
        let signing = ActiveKey::rsa(&bytes(MODULUS), &bytes(PRIVATE));
        let agreeing = AgreementKey::numbers(&bytes(PRIME_2048), &[2], &[0x5A; 32], Some(KeyLength::S256));
        for chip in both(&utopia, &[(15, signing.dg15())])
            .map(|chip| chip.with_active(signing.clone()))
            .into_iter()
            .chain(both(&utopia, &[(14, agreeing.dg14(false))]).map(|chip| chip.with_agreement(agreeing.clone())))
        {
            for chip in [chip.clone(), chip.in_pieces()] {
                let identity = bench.tap(chip, CardFaults::default()).unwrap();
                assert_eq!((identity.authenticity.unwrap(), identity.assurance), ORIGINAL);
            }
        }
    });
}

#[test]
fn keys_are_agreed_on_in_every_way() {
    use KeyLength::{S128, S192, S256};
    let utopia = Authority::new("Utopia CSCA");
    let numbers = |prime: &str, keys| AgreementKey::numbers(&bytes(prime), &[2], &[0x5A; 32], keys);
    let mut keys = vec![
        ("1,024 bits, triple DES".to_owned(), numbers(PRIME_1024, None)),
        ("1,024 bits, AES".to_owned(), numbers(PRIME_1024, Some(S128))),
        ("2,048 bits, AES".to_owned(), numbers(PRIME_2048, Some(S256))),
        ("2,048 bits, triple DES".to_owned(), numbers(PRIME_2048, None)),
    ];
    for curve in [Curve::P256, Curve::BrainpoolP256, Curve::BrainpoolP384] {
        for cipher in [None, Some(S128), Some(S192), Some(S256)] {
            for told in [Told::Name, Told::Number] {
                keys.push((format!("{curve:?} {cipher:?} {told:?}"), AgreementKey::curve(curve, told, cipher)));
            }
        }
    }
    for (name, key) in keys {
        for chip in both(&utopia, &[(14, key.dg14(false))]) {
            assert_eq!(Direct::new(chip.clone().with_agreement(key.clone())).read(&utopia), ORIGINAL, "{name}");
            let mut pretender = Direct { pretends: true, ..Direct::new(chip.with_agreement(key.clone())) };
            assert_eq!(pretender.read(&utopia), COPY, "{name}, a pretender");
        }
    }
}

#[test]
fn what_proves_nothing_accuses_nobody() {
    let utopia = Authority::new("Utopia CSCA");
    let key = AgreementKey::curve(Curve::BrainpoolP256, Told::Name, Some(KeyLength::S128));
    let brief = AgreementKey::curve(Curve::P256, Told::Name, None);
    let other = AgreementKey::curve(Curve::P256, Told::Name, Some(KeyLength::S128));
    let numbers = |private: u8| AgreementKey::numbers(&bytes(PRIME_1024), &[2], &[private; 32], Some(KeyLength::S128));
    let active = ActiveKey::p256(&[0x33; 32]).unwrap();
    for (name, groups, chip_key, expected) in [
        ("triple DES that is not told", vec![(14, brief.dg14(true))], Some(brief.clone()), ORIGINAL),
        ("copied files on a chip without a key", vec![(14, key.dg14(false))], None, NOTHING),
        ("copied files on a chip with another kind of key", vec![(14, key.dg14(false))], Some(other), NOTHING),
        (
            "copied files on a chip with another key",
            vec![(14, numbers(0x5A).dg14(false))],
            Some(numbers(0x5B)),
            NOTHING,
        ),
        ("no infos", vec![(14, b"\x6E\x02\x31\x00".to_vec())], Some(key.clone()), NOTHING),
        ("nonsense", vec![(14, b"\x6E\x03abc".to_vec())], Some(key.clone()), NOTHING),
        // A key that signs and is not asked, or refuses: then the other one is.
        ("both, and no signature", vec![(14, key.dg14(false)), (15, active.dg15())], Some(key.clone()), ORIGINAL),
    ] {
        for chip in both(&utopia, &groups) {
            let chip = chip_key.iter().cloned().fold(chip, Emrtd::with_agreement);
            assert_eq!(Direct::new(chip).read(&utopia), expected, "{name}");
        }
    }
    // Changed after it was signed: not even asked.
    let mut files = utopia.files(&[(1, dg1(LINES)), (14, key.dg14(false))]);
    files.insert(0x0E, brief.dg14(false));
    let mut direct = Direct::new(Emrtd::new(SECRET, files).with_agreement(brief));
    assert_eq!((direct.read(&utopia), direct.agreed), ((Authenticity::Failed, Assurance::ReadOnly), false));
}
