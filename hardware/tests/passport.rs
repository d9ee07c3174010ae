//! Travel documents through a real pcscd: an emulated chip that opens by BAC, its data signed by an authority made here.
#![expect(clippy::wildcard_enum_match_arm, reason = "what a test does not expect, it prints")]
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

mod private_pcscd;

use std::collections::BTreeMap;
use std::fs;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use dmrtd::auth::HashAlgo;
use hardware::cards::{
    Assurance, Authenticity, CardError, CardEvent, CardReader, Date, Document, Identity, MrzKey, MrzLines, PcscConfig,
    ReaderConfig, Secret, Sex, TrustList, ValidTo, mrz,
};
use hardware::emulator::apdus::Card;
use hardware::emulator::card::{CardFaults, CardSlot};
use hardware::emulator::emrtd::Emrtd;
use hardware::emulator::{people, specimen};
use private_pcscd::in_private;
use rcgen::{CertificateParams, DnType, IsCa, Issuer, KeyPair, SigningKey};

const PATIENCE: Duration = Duration::from_secs(30);
/// The specimen of ICAO Doc 9303-4, with an expiry date to come.
const LINES: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F3204153ZE184226B<<<<<16";
const KEY: &str = "L898902C36 7408122 3204153";

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = match body.len() {
        short @ 0..0x80 => vec![u8::try_from(short).unwrap()],
        middle @ 0x80..0x100 => vec![0x81, u8::try_from(middle).unwrap()],
        long => [&[0x82], u16::try_from(long).unwrap().to_be_bytes().as_slice()].concat(),
    };
    [vec![tag], length, body].concat()
}

/// First element of `bytes`: all of it, what is in it, and what is behind it.
fn element(bytes: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let (header, length) = match bytes[1] {
        0x81 => (3, usize::from(bytes[2])),
        0x82 => (4, usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))),
        short => (2, usize::from(short)),
    };
    let (whole, rest) = bytes.split_at(header + length);
    (whole, &whole[header..], rest)
}

const SHA256: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const ECDSA_SHA256: [u8; 8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
const SIGNED_DATA: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
const CONTENT_TYPE: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];
/// id-icao-mrtd-security-ldsSecurityObject, 2.23.136.1.1.1.
const SECURITY_OBJECT: [u8; 6] = [0x67, 0x81, 0x08, 0x01, 0x01, 0x01];

/// An authority and a signer of documents.
struct Authority {
    certificate: Vec<u8>,
    signer: KeyPair,
    signer_certificate: Vec<u8>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().der().to_vec();
        let issuer = Issuer::new(params, key);
        let signer = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Document Signer");
        let signer_certificate = params.signed_by(&signer, &issuer).unwrap().der().to_vec();
        Self { certificate, signer, signer_certificate }
    }

    /// EF.SOD over data groups.
    fn sign(&self, groups: &[(u8, &[u8])]) -> Vec<u8> {
        let oid = |bytes: &[u8]| der(0x06, &[bytes]);
        let sha256 = der(0x30, &[&oid(&SHA256)]);
        let hashes: Vec<Vec<u8>> = groups
            .iter()
            .map(|(number, bytes)| {
                der(0x30, &[&der(0x02, &[&[*number]]), &der(0x04, &[&HashAlgo::Sha256.digest(bytes)])])
            })
            .collect();
        let object = der(0x30, &[&der(0x02, &[&[0]]), &sha256, &der(0x30, &[&hashes.concat()])]);
        let attribute = |kind: &[u8], value: &[u8]| der(0x30, &[&oid(kind), &der(0x31, &[value])]);
        let attributes = [
            attribute(&CONTENT_TYPE, &oid(&SECURITY_OBJECT)),
            attribute(&MESSAGE_DIGEST, &der(0x04, &[&HashAlgo::Sha256.digest(&object)])),
        ]
        .concat();
        let signature = self.signer.sign(&der(0x31, &[&attributes])).unwrap();

        // Issuer and serial number out of the signer's certificate: version, serial, algorithm, issuer.
        let (_, body, _) = element(element(&self.signer_certificate).1);
        let (_, _, rest) = element(body);
        let (serial, _, rest) = element(rest);
        let (_, _, rest) = element(rest);
        let (issuer, _, _) = element(rest);
        let signer = der(
            0x30,
            &[
                &der(0x02, &[&[1]]),
                &der(0x30, &[issuer, serial]),
                &sha256,
                &der(0xA0, &[&attributes]),
                &der(0x30, &[&oid(&ECDSA_SHA256)]),
                &der(0x04, &[&signature]),
            ],
        );
        let content = der(0x30, &[&oid(&SECURITY_OBJECT), &der(0xA0, &[&der(0x04, &[&object])])]);
        let signed = der(
            0x30,
            &[
                &der(0x02, &[&[3]]),
                &der(0x31, &[&sha256]),
                &content,
                &der(0xA0, &[&self.signer_certificate]),
                &der(0x31, &[&signer]),
            ],
        );
        der(0x77, &[&der(0x30, &[&oid(&SIGNED_DATA), &der(0xA0, &[&signed])])])
    }

    /// A passport with machine readable lines and a name in national characters.
    fn passport(&self) -> Emrtd {
        self.altered(|_| {})
    }

    fn altered(&self, change: impl FnOnce(&mut BTreeMap<u8, Vec<u8>>)) -> Emrtd {
        let lines = der(0x61, &[&[0x5F, 0x1F, 0x58], LINES.as_bytes()]);
        let name = "ЭРИКССОН<<АННА";
        let field = [&[0x5F, 0x0E, u8::try_from(name.len()).unwrap()], name.as_bytes()].concat();
        let names = der(0x6B, &[&[0x5C, 0x02, 0x5F, 0x0E], &field]);
        let common = der(0x60, &[b"\x5F\x01\x040107", b"\x5F\x36\x06040000", &[0x5C, 0x02, 0x61, 0x6B]]);
        let signature = self.sign(&[(1, &lines), (11, &names)]);
        let mut files = BTreeMap::from([(0x1E, common), (0x01, lines), (0x0B, names), (0x1D, signature)]);
        change(&mut files);
        Emrtd::new("L898902C3674081223204153", files)
    }
}

struct Bench {
    events: Receiver<CardEvent>,
    slot: CardSlot,
    reader: CardReader,
}

impl Bench {
    fn start(port: u16, trust: TrustList) -> Self {
        let (sender, events) = mpsc::channel();
        let config = PcscConfig { trust, ..PcscConfig::new("Kiosk ID Reader*") };
        let reader = CardReader::spawn(ReaderConfig::Pcsc(config), move |event| drop(sender.send(event)));
        Self { events, slot: CardSlot::start(port), reader }
    }

    fn outcome(&self) -> Result<Box<Identity>, CardError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.events.recv_timeout(deadline.saturating_duration_since(Instant::now())).unwrap() {
                CardEvent::CardRead(identity) => return Ok(identity),
                CardEvent::CardFailed(error) => return Err(error),
                CardEvent::UidOnly(uid) => panic!("{uid:?}"),
                _ => {}
            }
        }
    }

    fn tap(&self, chip: Emrtd, faults: CardFaults) -> Result<Box<Identity>, CardError> {
        self.slot.insert(Card::travel_document(chip), faults);
        let outcome = self.outcome();
        self.slot.remove();
        while !matches!(self.events.recv_timeout(PATIENCE).unwrap(), CardEvent::CardRemoved) {}
        outcome
    }
}

fn trust(authority: &Authority) -> TrustList {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("utopia.cer"), &authority.certificate).unwrap();
    TrustList::load(folder.path()).unwrap()
}

#[test]
fn a_passport_is_read_and_its_signature_judged() {
    in_private("a_passport_is_read_and_its_signature_judged", |mut pcscd| {
        pcscd.start();
        let (utopia, other) = (Authority::new("Utopia CSCA"), Authority::new("Utopia CSCA"));
        let bench = Bench::start(pcscd.port, trust(&utopia));

        // Without what is printed on it, it says what it wants; then it is read where it lies.
        bench.slot.insert(Card::travel_document(utopia.passport()), CardFaults::default());
        assert_eq!(bench.outcome().unwrap_err(), CardError::NeedsMrz);
        bench.reader.set_mrz(Some(MrzKey::parse(KEY).unwrap()));
        let identity = bench.outcome().unwrap();
        assert_eq!(identity.document, Document::TravelDocument);
        assert_eq!(identity.assurance, Assurance::ChipVerified);
        assert_eq!(identity.authenticity, Some(Authenticity::Verified));
        assert_eq!(identity.number.expose(), "L898902C3");
        assert_eq!(identity.name.expose(), "ЭРИКССОН АННА");
        assert_eq!(identity.foreign_name.as_ref().map(Secret::expose), Some("ERIKSSON ANNA MARIA"));
        assert_eq!((identity.sex, identity.birth), (Sex::Female, Date::new(1974, 8, 12)));
        assert_eq!(identity.valid_to, ValidTo::Date(Date::new(2032, 4, 15).unwrap()));
        assert_eq!((identity.issuer.as_deref(), identity.nationality.as_deref()), (Some("UTO"), Some("UTO")));
        bench.slot.remove();

        // An authority of the same name whose key is not in the list.
        let identity = bench.tap(other.passport(), CardFaults::default()).unwrap();
        assert_eq!(identity.assurance, Assurance::ReadOnly);
        assert_eq!(identity.authenticity, Some(Authenticity::Unverified));
        // Data that were changed after they were signed.
        let forged = utopia.altered(|files| {
            let name = files.get_mut(&0x0B).unwrap();
            let last = name.len() - 1;
            name[last] ^= 1;
        });
        let identity = bench.tap(forged, CardFaults::default()).unwrap();
        assert_eq!(identity.assurance, Assurance::ReadOnly);
        assert_eq!(identity.authenticity, Some(Authenticity::Failed));
        // Files that are not as the standard says.
        let broken = utopia.altered(|files| drop(files.insert(0x01, b"\x61\x03abc".to_vec())));
        let error = bench.tap(broken, CardFaults::default()).unwrap_err();
        assert_eq!(error.code(), "card-bad-field", "{error}");

        bench.reader.set_mrz(Some(MrzKey::parse("L898902C<3 6908061 9406236").unwrap()));
        assert_eq!(bench.tap(utopia.passport(), CardFaults::default()).unwrap_err(), CardError::WrongMrz);
    });
}

#[test]
fn a_passport_taken_away_at_any_command_is_told() {
    in_private("a_passport_taken_away_at_any_command_is_told", |mut pcscd| {
        pcscd.start();
        let utopia = Authority::new("Utopia CSCA");
        let bench = Bench::start(pcscd.port, trust(&utopia));
        bench.reader.set_mrz(Some(MrzKey::parse(KEY).unwrap()));
        // Each removal is waited for, so that the service cannot take two cards for one.
        bench.slot.set_absence(Duration::ZERO);
        drop(bench.tap(utopia.passport(), CardFaults::default()).unwrap());
        let commands = bench.slot.counters().commands_this_time;
        for at in 1..=commands {
            let outcome = bench.tap(utopia.passport(), CardFaults { tear_at: Some(at), ..CardFaults::default() });
            assert_eq!(outcome.unwrap_err(), CardError::Torn, "at command {at} of {commands}");
        }
    });
}

/// The deck's passports are as they were made; `BLESS=1` makes them anew.
#[test]
fn the_specimens_are_trusted_unknown_and_forged() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/emulator/specimen");
    if std::env::var_os("BLESS").is_some() {
        let (utopia, other) = (Authority::new("Utopia CSCA"), Authority::new("Another CSCA"));
        fs::write(folder.join("utopia-csca.cer"), &utopia.certificate).unwrap();
        fs::write(folder.join("anna.sod"), utopia.sign(&[(1, &specimen::ANNA.dg1())])).unwrap();
        fs::write(folder.join("peter.sod"), other.sign(&[(1, &specimen::PETER.dg1())])).unwrap();
        return; // what was built still holds the former ones
    }
    in_private("the_specimens_are_trusted_unknown_and_forged", |mut pcscd| {
        pcscd.start();
        let bench = Bench::start(pcscd.port, TrustList::load(&folder).unwrap());
        for (card, name, authenticity) in [
            ("anna-eriksson", "ERIKSSON ANNA MARIA", Authenticity::Verified),
            ("peter-stevenson", "STEVENSON PETER JOHN", Authenticity::Unverified),
            ("forged-passport", "ERIKSSON ANNE MARIA", Authenticity::Failed),
        ] {
            let named = people::by_name(card).unwrap();
            let mut lines = MrzLines::default();
            let scanned: Vec<mrz::Read> = named.lines.unwrap().split('\r').map(|line| lines.take(line)).collect();
            let Some(mrz::Read::Document(Ok(key))) = scanned.last().cloned() else { panic!("{scanned:?}") };
            bench.reader.set_mrz(Some(key));
            bench.slot.insert(named.card, named.faults);
            let identity = bench.outcome().unwrap();
            bench.slot.remove();
            while !matches!(bench.events.recv_timeout(PATIENCE).unwrap(), CardEvent::CardRemoved) {}
            assert_eq!(identity.foreign_name.as_ref().map(Secret::expose), Some(name));
            assert_eq!(identity.authenticity, Some(authenticity), "{card}");
        }
    });
}

#[test]
fn a_key_that_is_forgotten_reads_nothing_anew() {
    in_private("a_key_that_is_forgotten_reads_nothing_anew", |mut pcscd| {
        pcscd.start();
        let utopia = Authority::new("Utopia CSCA");
        let bench = Bench::start(pcscd.port, trust(&utopia));
        bench.slot.insert(Card::travel_document(utopia.passport()), CardFaults::default());
        assert_eq!(bench.outcome().unwrap_err(), CardError::NeedsMrz);
        // Its holder leaves; the document still lies there.
        bench.reader.set_mrz(None);
        bench.slot.remove();
        assert!(matches!(bench.events.recv_timeout(PATIENCE).unwrap(), CardEvent::CardRemoved), "and nothing before");
    });
}

#[test]
fn trust_lists_that_cannot_be_used_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let error = TrustList::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("no certificate"), "{error}");
    fs::write(folder.path().join("a.cer"), "-----BEGIN CERTIFICATE-----").unwrap();
    let error = TrustList::load(folder.path()).unwrap_err().to_string();
    assert!(error.contains("a.cer") && error.contains("outform DER"), "{error}");
    assert!(TrustList::load(&folder.path().join("none")).is_err());
}
