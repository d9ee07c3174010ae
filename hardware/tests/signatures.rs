//! Signatures as states write them, made by OpenSSL (`openssl/make.sh`): what proves nothing here is told apart from what
//! was altered.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

#[expect(dead_code, reason = "other tests need the rest of it")]
mod authority;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use authority::{Authority, der, dg1};
use hardware::cards::apdu::Transmit;
use hardware::cards::{Assurance, Authenticity, CardError, MrzKey, TrustList, Unverified, travel};
use peers::apdus::Card;
use peers::emrtd::Emrtd;
use zeroize::Zeroizing;

/// The specimen whose data group 1 was signed.
const LINES: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F3204153ZE184226B<<<<<16";

fn made(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openssl").join(name)
}

fn sod(name: &str) -> Vec<u8> {
    fs::read(made(&format!("{name}.sod"))).unwrap()
}

fn list(name: &str) -> TrustList {
    TrustList::load(&made(&format!("{name}.cer"))).unwrap()
}

struct Direct(Card);

impl Transmit for Direct {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
        Ok(Zeroizing::new(self.0.answer(command)))
    }
}

/// Reads a document with this data group 1 and this file EF.SOD.
fn judged(lines: &str, sod: &[u8], trust: &TrustList) -> Authenticity {
    let files = BTreeMap::from([(0x01, dg1(lines)), (0x1D, sod.to_vec())]);
    let mut card = Direct(Card::travel_document(Emrtd::new("L898902C3674081223204153", files)));
    let identity = travel::read(&mut card, MrzKey::parse(authority::KEY).ok().as_ref(), trust, 2026).unwrap().unwrap();
    assert_eq!(identity.assurance, Assurance::ReadOnly, "a chip that was not asked for a proof");
    identity.authenticity.unwrap()
}

fn wrapped(message: &[u8]) -> Vec<u8> {
    der(0x77, &[message])
}

const VERIFIED: Authenticity = Authenticity::Verified;
const fn unverified(why: Unverified) -> Authenticity {
    Authenticity::Unverified(why)
}

#[test]
fn signatures_of_every_kind_that_openssl_makes() {
    let altered = LINES.replace("ANNA", "ANNE");
    for (name, expected) in [
        ("id-data", VERIFIED),
        ("ber", VERIFIED),
        ("ber-id-data", VERIFIED),
        ("belgium", VERIFIED),
        ("netherlands", VERIFIED),
        ("key-identifier", VERIFIED),
        ("no-attributes", VERIFIED),
        ("rsa", VERIFIED),
        ("rsa-pss", VERIFIED),
        ("explicit", VERIFIED),
        ("p192", VERIFIED),
        ("p224", VERIFIED),
        ("p521", VERIFIED),
        ("brainpool224", VERIFIED),
        ("brainpool320", VERIFIED),
        ("brainpool512", VERIFIED),
        ("strings", VERIFIED),
        ("other-content", unverified(Unverified::Malformed)),
        ("no-certificate", unverified(Unverified::UnknownAuthority)),
        ("unknown-curve", unverified(Unverified::UnknownKind)),
    ] {
        let message = sod(name);
        assert_eq!(judged(LINES, &wrapped(&message), &list(name)), expected, "{name}");
        if message[1] != 0x80 {
            assert_eq!(judged(LINES, &message, &list(name)), expected, "{name}, without its outer tag");
        }
        if expected != VERIFIED {
            continue;
        }
        let stranger = if name == "id-data" { "ber" } else { "id-data" };
        let unknown = unverified(Unverified::UnknownAuthority);
        assert_eq!(judged(LINES, &wrapped(&message), &list(stranger)), unknown, "{name}, another authority");
        let unlisted = unverified(Unverified::NoList);
        assert_eq!(judged(LINES, &wrapped(&message), &TrustList::default()), unlisted, "{name}");
        assert_eq!(judged(&altered, &wrapped(&message), &list(name)), Authenticity::Failed, "{name}, other data");
        // The last bytes are the signature's, or what ends indefinite lengths.
        let ends = message.iter().rev().take_while(|byte| **byte == 0).count();
        let mut forged = message.clone();
        let last = message.len() - ends - 1;
        forged[last] ^= 1;
        assert_eq!(judged(LINES, &wrapped(&forged), &list(name)), Authenticity::Failed, "{name}, another signature");
    }
}

#[test]
fn names_in_other_letters_are_the_same_name() {
    let mut utopia = Authority::new("Utopia CSCA");
    let written = utopia.certificate.clone();
    // Neither certificate has a key identifier: only names lead from one to the other.
    let other = |bytes: &[u8]| {
        let at = |wanted: &[u8]| bytes.windows(wanted.len()).position(|part| part == wanted).unwrap();
        let from = at(b"\x0C\x0BUtopia CSCA");
        [&bytes[..from], b"\x13\x0BUTOPIA csca", &bytes[from + 13..]].concat()
    };
    utopia.certificate = other(&other(&written));
    assert_ne!(utopia.certificate, written);
    let judged_by = |utopia: &Authority| judged(LINES, &utopia.sign(&[(1, &dg1(LINES))]), &utopia.trusted());
    assert_eq!(judged_by(&utopia), VERIFIED);
    // And the signature names the signer's issuer so, where the signer's certificate does not.
    utopia.issuer = other(&utopia.issuer);
    assert_eq!(judged_by(&utopia), VERIFIED);
}

#[test]
fn what_cannot_be_read_accuses_nobody() {
    let malformed = unverified(Unverified::Malformed);
    let list = list("ber");
    let (ber, der_written) = (sod("ber"), sod("belgium"));
    let deep = [[0x30, 0x80].repeat(4_000), vec![0; 8_000]].concat();
    for (name, file) in [
        ("nothing", vec![0x77, 0x00]),
        ("text", wrapped(b"EF.SOD")),
        ("an integer", wrapped(&[0x02, 0x01, 0x00])),
        ("objects in objects", wrapped(&deep)),
        ("a length of four billion", wrapped(&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF])),
        ("a length of none", vec![0x77, 0x80, 0x30, 0x00]),
        ("a file of a gigabyte", vec![0x77, 0x84, 0x40, 0x00, 0x00, 0x00, 0x30, 0x00]),
        ("no end of its lengths", wrapped(&ber[..ber.len() - 2])),
    ] {
        assert_eq!(judged(LINES, &file, &list), malformed, "{name}");
    }
    for message in [ber, der_written] {
        for cut in (0..message.len()).step_by(41) {
            let judgement = judged(LINES, &wrapped(&message[..cut]), &list);
            assert_eq!(judgement, malformed, "cut off at {cut}");
        }
        // Whatever byte is another, the document is read.
        for at in (0..message.len()).step_by(7) {
            let mut other = message.clone();
            other[at] ^= 0x10;
            judged(LINES, &wrapped(&other), &list);
        }
    }
}
