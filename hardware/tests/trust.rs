//! Trust lists as they are published: certificates, master lists and the directory of ICAO, made by OpenSSL
//! (`openssl/make.sh`).
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

#[expect(dead_code, reason = "other tests need the rest of it")]
mod authority;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use authority::dg1;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hardware::cards::apdu::Transmit;
use hardware::cards::{Authenticity, CardError, Date, Maker, MrzKey, TrustList, Unverified, travel};
use peers::apdus::Card;
use peers::emrtd::Emrtd;
use zeroize::Zeroizing;

/// The specimen whose data group 1 was signed.
const LINES: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F3204153ZE184226B<<<<<16";

fn made(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openssl").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(made(name)).unwrap()
}

/// Judges the document whose signature is in this file by a list.
fn judged(sod: &str, trust: &TrustList) -> Authenticity {
    struct Direct(Card);
    impl Transmit for Direct {
        fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
            Ok(Zeroizing::new(self.0.answer(command)))
        }
    }
    let sod = authority::der(0x77, &[&bytes(&format!("{sod}.sod"))]);
    let files = BTreeMap::from([(0x01, dg1(LINES)), (0x1D, sod)]);
    let mut card = Direct(Card::travel_document(Emrtd::new("L898902C3674081223204153", files)));
    let identity = travel::read(&mut card, MrzKey::parse(authority::KEY).ok().as_ref(), trust, 2026).unwrap().unwrap();
    identity.authenticity.unwrap()
}

const UNKNOWN: Authenticity = Authenticity::Unverified(Unverified::UnknownAuthority);

#[test]
fn a_master_list_says_who_made_it_and_what_is_in_it() {
    for (name, maker) in [
        ("vouched.ml", Maker::Vouched("C=ut, CN=document signer".to_owned())),
        // Of indefinite lengths, by a signer of another authority.
        ("stranger.ml", Maker::Signed("C=ut, CN=document signer".to_owned())),
    ] {
        let [contents] = TrustList::inspect(&made(name)).unwrap().try_into().unwrap();
        assert_eq!(contents.maker, Some(maker), "{name}");
        let listed: Vec<_> =
            contents.listed.iter().map(|one| (one.state.as_str(), one.key.as_str(), one.link)).collect();
        let expected =
            [("UT", "EC P-256", false), ("UT", "EC P-256", false), ("UT", "EC P-256", true), ("UT", "", false)];
        assert_eq!(listed, expected, "{name}");
        let unusable: Vec<_> = contents.listed.iter().filter_map(|one| one.unusable.as_deref()).collect();
        assert_eq!(unusable, ["its key cannot be used: its curve is not known here"], "{name}");
        assert!(contents.listed.iter().all(|one| one.until > Date::new(2040, 1, 1)), "{name}");
        // One that cannot be used spoils no other.
        let list = TrustList::load(&made(name)).unwrap();
        assert_eq!((judged("ber", &list), judged("id-data", &list)), (Authenticity::Verified, UNKNOWN), "{name}");
    }
}

#[test]
fn a_list_that_was_altered_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.ml");
    let whole = bytes("vouched.ml");
    // Within the second certificate.
    let mut altered = whole.clone();
    altered[900] ^= 1;
    fs::write(&file, &altered).unwrap();
    let error = TrustList::load(&file).unwrap_err().to_string();
    assert!(error.contains("list.ml") && error.contains("altered"), "{error}");
    assert_eq!(TrustList::inspect(&file).unwrap()[0].maker, Some(Maker::Altered));
    // Cut off anywhere: an error that names the file, and no panic.
    for cut in (0..whole.len()).step_by(97) {
        fs::write(&file, &whole[..cut]).unwrap();
        let error = TrustList::load(&file).unwrap_err().to_string();
        assert!(error.contains("list.ml"), "{cut}: {error}");
    }
}

/// As the directory of ICAO is published: lines of 76 characters, a space before what goes on.
fn ldif(attribute: &str, value: &[u8]) -> String {
    let line = format!("{attribute}:: {}", STANDARD.encode(value));
    let folded: Vec<&str> = line.as_bytes().chunks(75).map(|part| str::from_utf8(part).unwrap()).collect();
    format!(
        "dn: cn=1,o=ml,c=UT,dc=data,dc=download,dc=pkd,dc=icao,dc=int\nobjectClass: top\n{}\n\n",
        folded.join("\n ")
    )
}

fn pem(certificate: &[u8]) -> String {
    let encoded = STANDARD.encode(certificate);
    let lines: Vec<&str> = encoded.as_bytes().chunks(64).map(|part| str::from_utf8(part).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

#[test]
fn every_kind_of_file_is_read_by_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trust");
    let certificates = pem(&bytes("ber.cer")) + &pem(&bytes("rsa.cer"));
    let directory = format!("version: 1\n\n{}", ldif("CscaMasterListData", &bytes("vouched.ml")));
    let windows = directory.replace('\n', "\r\n") + &ldif("cACertificate;binary", &bytes("rsa.cer"));
    for (name, content, certificates) in [
        ("DER", bytes("ber.cer"), 1),
        ("PEM", certificates.into_bytes(), 2),
        ("master list", bytes("vouched.ml"), 4),
        ("LDIF", directory.into_bytes(), 4),
        ("LDIF with other ends of lines, and a certificate", windows.into_bytes(), 5),
    ] {
        fs::write(&file, content).unwrap();
        assert_eq!(TrustList::inspect(&file).unwrap()[0].listed.len(), certificates, "{name}");
        assert_eq!(judged("ber", &TrustList::load(&file).unwrap()), Authenticity::Verified, "{name}");
    }
    // Signers of documents and of lists are no authorities.
    let signer = ldif("userCertificate;binary", &bytes("ber.cer"));
    fs::write(&file, signer).unwrap();
    assert!(TrustList::load(&file).is_err());
}

#[test]
fn lists_that_cannot_be_used_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let error = TrustList::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("no certificate"), "{error}");
    for (content, wanted) in [
        (&b"-----BEGIN CERTIFICATE-----"[..], "Base64"),
        (b"\x30\x03\x02\x01\x01", "outform DER"),
        (b"\x30\x80", "outform DER"),
        (b"", "no certificate"),
        (b"hello", "no certificate"),
    ] {
        fs::write(folder.path().join("a.cer"), content).unwrap();
        let error = TrustList::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
    assert!(TrustList::load(&folder.path().join("none")).is_err());
    // Beside one that can be used they are told of, and no more.
    fs::write(folder.path().join("b.cer"), bytes("ber.cer")).unwrap();
    assert_eq!(judged("ber", &TrustList::load(folder.path()).unwrap()), Authenticity::Verified);
}

#[test]
fn a_list_is_replaced_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::write(file("csca.cer"), bytes("id-data.cer")).unwrap();
    let list = TrustList::load(folder.path()).unwrap();
    let clone = list.clone();
    let judged = |sod: &str, list: &TrustList| {
        clone.refresh();
        judged(sod, list)
    };
    assert_eq!(judged("ber", &list), UNKNOWN);
    // As long, and of the same time: still another file.
    let time = fs::metadata(file("csca.cer")).unwrap().modified().unwrap();
    fs::write(file("new"), bytes("ber.cer")).unwrap();
    fs::File::options().append(true).open(file("new")).unwrap().set_modified(time).unwrap();
    fs::rename(file("new"), file("csca.cer")).unwrap();
    assert_eq!((judged("ber", &list), judged("ber", &clone)), (Authenticity::Verified, Authenticity::Verified));
    // One that cannot be used: the former one counts on, until there is another.
    for broken in [&b"rubbish"[..], &bytes("vouched.ml")[..500]] {
        fs::write(file("csca.cer"), broken).unwrap();
        assert_eq!(judged("ber", &list), Authenticity::Verified);
    }
    fs::remove_file(file("csca.cer")).unwrap();
    assert_eq!(judged("ber", &list), Authenticity::Verified);
    fs::write(file("csca.ml"), bytes("vouched.ml")).unwrap();
    fs::write(file("rsa.cer"), bytes("rsa.cer")).unwrap();
    assert_eq!((judged("ber", &list), judged("rsa", &list)), (Authenticity::Verified, Authenticity::Verified));
    fs::remove_file(file("rsa.cer")).unwrap();
    assert_eq!(judged("rsa", &list), UNKNOWN);
}

#[test]
fn large_and_hostile_files_come_to_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trust");
    let ten_megabytes = 10 << 20;
    let one = pem(&bytes("ber.cer"));
    fs::write(&file, one.repeat(ten_megabytes / one.len() + 1)).unwrap();
    assert_eq!(judged("ber", &TrustList::load(&file).unwrap()), Authenticity::Verified);
    for content in [
        [0x30, 0x80].repeat(ten_megabytes / 2),
        [0x30, 0x84, 0x00, 0x9F, 0xFF, 0xFA].into_iter().chain([0x30; 6].repeat(ten_megabytes / 6)).collect(),
        b"CscaMasterListData:: MIAwgDCA\n ".repeat(ten_megabytes / 32),
        b"-----BEGIN ".repeat(ten_megabytes / 11),
    ] {
        fs::write(&file, content).unwrap();
        assert!(TrustList::load(&file).is_err());
    }
}
