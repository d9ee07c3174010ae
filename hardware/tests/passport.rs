//! Travel documents through a real pcscd: an emulated chip that opens by BAC or PACE, its data signed by an authority
//! made here.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

#[expect(dead_code, reason = "other tests need the rest of it")]
mod authority;
mod bench;
mod private_pcscd;

use std::fs;
use std::time::Duration;

use authority::{Authority, KEY, Scheme, der, own_key};
use bench::{Bench, PATIENCE};
use hardware::cards::apdu::Transmit;
use hardware::cards::{
    Assurance, Authenticity, CardError, CardEvent, Date, Document, Identity, MrzKey, MrzLines, Secret, Sex, TrustList,
    Unverified, ValidTo, mrz, travel,
};
use peers::apdus::Card;
use peers::card::CardFaults;
use peers::emrtd::{ActiveKey, Curve, Emrtd, KeyLength};
use peers::{people, specimen};
use private_pcscd::in_private;
use zeroize::Zeroizing;

#[test]
fn a_passport_is_read_and_its_signature_judged() {
    in_private("a_passport_is_read_and_its_signature_judged", |mut pcscd| {
        pcscd.start();
        let (utopia, other) = (Authority::new("Utopia CSCA"), Authority::new("Utopia CSCA"));
        let bench = Bench::start(pcscd.port, utopia.trusted());

        // Without what is printed on it, it says what it wants; then it is read where it lies.
        bench.slot.insert(Card::travel_document(utopia.passport()), CardFaults::default());
        assert_eq!(bench.outcome().unwrap_err(), CardError::NeedsMrz);
        bench.reader.set_mrz(Some(MrzKey::parse(KEY).unwrap()), 2026);
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
        assert_eq!(identity.authenticity, Some(Authenticity::Unverified(Unverified::UnknownAuthority)));
        // Data that were changed after they were signed.
        let forged = utopia.altered(|files| {
            let name = files.get_mut(&0x0B).unwrap();
            let last = name.len() - 1;
            name[last] ^= 1;
        });
        // And data that nobody ever signed: no refusal, and nothing to rely on.
        let unsigned = utopia.altered(|files| drop(files.remove(&0x1D)));
        for chip in [forged, unsigned] {
            let identity = bench.tap(chip, CardFaults::default()).unwrap();
            assert_eq!(identity.assurance, Assurance::ReadOnly);
            assert_eq!(identity.authenticity, Some(Authenticity::Failed));
        }
        // Files that are not as the standard says.
        let broken = utopia.altered(|files| drop(files.insert(0x01, b"\x61\x03abc".to_vec())));
        let error = bench.tap(broken, CardFaults::default()).unwrap_err();
        assert_eq!(error.code(), "card-bad-field", "{error}");

        bench.reader.set_mrz(Some(MrzKey::parse("L898902C<3 6908061 9406236").unwrap()), 2026);
        assert_eq!(bench.tap(utopia.passport(), CardFaults::default()).unwrap_err(), CardError::WrongMrz);
    });
}

#[test]
fn a_passport_taken_away_at_any_command_is_told() {
    in_private("a_passport_taken_away_at_any_command_is_told", |mut pcscd| {
        pcscd.start();
        let utopia = Authority::new("Utopia CSCA");
        let bench = Bench::start(pcscd.port, utopia.trusted());
        bench.reader.set_mrz(Some(MrzKey::parse(KEY).unwrap()), 2026);
        // Each removal is waited for, so that the service cannot take two cards for one.
        bench.slot.set_absence(Duration::ZERO);
        for chip in [utopia.passport(), utopia.passport().with_pace(Curve::P256).without_bac()] {
            drop(bench.tap(chip.clone(), CardFaults::default()).unwrap());
            let commands = bench.slot.counters().commands_this_time;
            for at in 1..=commands {
                let outcome = bench.tap(chip.clone(), CardFaults { tear_at: Some(at), ..CardFaults::default() });
                assert_eq!(outcome.unwrap_err(), CardError::Torn, "at command {at} of {commands}");
            }
        }
    });
}

/// The deck's passports are as they were made; `BLESS=1` makes them anew.
#[test]
fn the_specimens_are_trusted_unknown_and_forged() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/src/specimen");
    if std::env::var_os("BLESS").is_some() {
        let (utopia, other) = (Authority::new("Utopia CSCA"), Authority::new("Another CSCA"));
        fs::write(folder.join("utopia-csca.cer"), &utopia.certificate).unwrap();
        fs::write(
            folder.join("anna.sod"),
            utopia.sign(&[(1, &specimen::ANNA.dg1()), (15, &specimen::Specimen::dg15())]),
        )
        .unwrap();
        fs::write(folder.join("peter.sod"), other.sign(&[(1, &specimen::PETER.dg1())])).unwrap();
        return; // what was built still holds the former ones
    }
    in_private("the_specimens_are_trusted_unknown_and_forged", |mut pcscd| {
        pcscd.start();
        let bench = Bench::start(pcscd.port, TrustList::load(&folder).unwrap());
        for (card, name, authenticity) in [
            ("anna-eriksson", "ERIKSSON ANNA MARIA", Authenticity::Verified),
            ("copied-passport", "ERIKSSON ANNA MARIA", Authenticity::Copied),
            ("peter-stevenson", "STEVENSON PETER JOHN", Authenticity::Unverified(Unverified::UnknownAuthority)),
            ("forged-passport", "ERIKSSON ANNE MARIA", Authenticity::Failed),
        ] {
            let named = people::by_name(card).unwrap();
            let mut lines = MrzLines::default();
            let scanned: Vec<mrz::Read> = named.lines.unwrap().split('\r').map(|line| lines.take(line)).collect();
            let Some(mrz::Read::Document(Ok(key))) = scanned.last().cloned() else { panic!("{scanned:?}") };
            bench.reader.set_mrz(Some(key), 2026);
            bench.slot.insert(named.card, named.faults);
            let identity = bench.outcome().unwrap();
            bench.slot.remove();
            while !matches!(bench.events.recv_timeout(PATIENCE).unwrap(), CardEvent::CardRemoved) {}
            assert_eq!(identity.foreign_name.as_ref().map(Secret::expose), Some(name));
            assert_eq!(identity.authenticity, Some(authenticity), "{card}");
            assert_eq!(identity.assurance == Assurance::ChipVerified, authenticity == Authenticity::Verified, "{card}");
        }
    });
}

#[test]
fn a_key_that_is_forgotten_reads_nothing_anew() {
    in_private("a_key_that_is_forgotten_reads_nothing_anew", |mut pcscd| {
        pcscd.start();
        let utopia = Authority::new("Utopia CSCA");
        let bench = Bench::start(pcscd.port, utopia.trusted());
        bench.slot.insert(Card::travel_document(utopia.passport()), CardFaults::default());
        assert_eq!(bench.outcome().unwrap_err(), CardError::NeedsMrz);
        // Its holder leaves; the document still lies there.
        bench.reader.set_mrz(None, 2026);
        bench.slot.remove();
        assert!(matches!(bench.events.recv_timeout(PATIENCE).unwrap(), CardEvent::CardRemoved), "and nothing before");
    });
}

/// A chip without a reader in between, and what it was asked.
struct Direct {
    card: Card,
    asked: Vec<u8>,
}

impl Transmit for Direct {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
        self.asked.push(command[1]);
        Ok(Zeroizing::new(self.card.answer(command)))
    }
}

impl Direct {
    fn new(chip: Emrtd) -> Self {
        Self { card: Card::travel_document(chip), asked: Vec::new() }
    }

    fn read(&mut self, key: &str, trust: &TrustList) -> Result<Option<Identity>, CardError> {
        travel::read(self, Some(&MrzKey::parse(key).unwrap()), trust, 2026)
    }
}

/// Instructions that only one of the two ways has: GENERAL AUTHENTICATE, EXTERNAL AUTHENTICATE.
const PACE: u8 = 0x86;
const BAC: u8 = 0x82;

#[test]
fn a_chip_is_opened_by_the_best_way_that_both_sides_have() {
    let utopia = Authority::new("Utopia CSCA");
    let trust = utopia.trusted();
    let announcing = |access: Vec<u8>| utopia.altered(|files| drop(files.insert(0x1C, access)));
    // EF.CardAccess with this kind of PACE (the last two bytes of its name) over these parameters.
    let access = |kind: [u8; 2], parameters: u8| {
        let name = [&[0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04], kind.as_slice()].concat();
        let info = [der(0x06, &[&name]), der(0x02, &[&[2]]), der(0x02, &[&[parameters]])].concat();
        der(0x31, &[&der(0x30, &[&info])])
    };
    for (name, chip, ways) in [
        ("BAC only", utopia.passport(), [false, true]),
        ("both", utopia.passport().with_pace(Curve::P256), [true, false]),
        ("PACE on P-256 only", utopia.passport().with_pace(Curve::P256).without_bac(), [true, false]),
        ("PACE on Brainpool only", utopia.passport().with_pace(Curve::BrainpoolP256).without_bac(), [true, false]),
        ("PACE with AES-192", utopia.passport().with_pace_and(Curve::P256, KeyLength::S192), [true, false]),
        (
            "PACE on the larger Brainpool with AES-256",
            utopia.passport().with_pace_and(Curve::BrainpoolP384, KeyLength::S256).without_bac(),
            [true, false],
        ),
        ("PACE with triple DES", announcing(access([2, 1], 12)), [false, true]),
        ("PACE with integrated mapping", announcing(access([4, 2], 12)), [false, true]),
        ("PACE on brainpoolP320r1", announcing(access([2, 2], 14)), [false, true]),
        ("PACE that is announced and refused", announcing(access([2, 2], 12)), [false, true]),
        ("nonsense in EF.CardAccess", announcing(vec![0x31, 0x03, 1, 2, 3]), [false, true]),
    ] {
        let mut direct = Direct::new(chip);
        let identity = direct.read(KEY, &trust).unwrap().unwrap();
        assert_eq!(identity.authenticity, Some(Authenticity::Verified), "{name}");
        assert_eq!([PACE, BAC].map(|way| direct.asked.contains(&way)), ways, "{name}");
    }
    // Nothing that both have.
    let strange = announcing(access([4, 2], 12)).without_bac();
    let error = Direct::new(strange).read(KEY, &trust).unwrap_err();
    assert!(error.to_string().contains("a kind of PACE that is not supported"), "{error}");
    // A card that is no travel document and will not say what is on it.
    assert_eq!(Direct::new(utopia.passport().without_bac()).read(KEY, &trust), Ok(None));
}

#[test]
fn a_chip_does_not_open_with_the_lines_of_another() {
    let utopia = Authority::new("Utopia CSCA");
    for chip in [
        utopia.passport(),
        utopia.passport().with_pace(Curve::P256),
        utopia.passport().with_pace(Curve::BrainpoolP256).without_bac(),
    ] {
        let mut direct = Direct::new(chip);
        let outcome = direct.read("L898902C<3 6908061 9406236", &TrustList::default());
        assert_eq!(outcome.unwrap_err(), CardError::WrongMrz);
        // A wrong password is no reason to try the other way with it.
        assert!(!(direct.asked.contains(&PACE) && direct.asked.contains(&BAC)), "{:02X?}", direct.asked);
        assert_eq!(travel::read(&mut direct, None, &TrustList::default(), 2026).unwrap_err(), CardError::NeedsMrz);
    }
}

#[test]
fn signatures_of_each_kind_are_judged() {
    let stranger = Authority::new("Utopia CSCA");
    for scheme in Scheme::ALL {
        let utopia = Authority::signing("Utopia CSCA", scheme);
        let judged = |chip: Emrtd, trust: &TrustList| {
            let identity = Direct::new(chip).read(KEY, trust).unwrap().unwrap();
            let proven = identity.authenticity == Some(Authenticity::Verified);
            assert_eq!(identity.assurance == Assurance::ChipVerified, proven, "{scheme:?}");
            identity.authenticity.unwrap()
        };
        let known = scheme != Scheme::EcdsaUnknown;
        let or_unknown = |judgement| {
            if known { judgement } else { Authenticity::Unverified(Unverified::UnknownKind) }
        };
        let forged = utopia.altered(|files| *files.get_mut(&0x1D).unwrap().last_mut().unwrap() ^= 1);
        let altered = utopia.altered(|files| *files.get_mut(&0x0B).unwrap().last_mut().unwrap() ^= 1);
        let list = utopia.trusted();
        assert_eq!(judged(utopia.passport(), &list), or_unknown(Authenticity::Verified), "{scheme:?}");
        assert_eq!(judged(forged, &list), or_unknown(Authenticity::Failed), "{scheme:?}, another signature");
        assert_eq!(judged(altered, &list), Authenticity::Failed, "{scheme:?}, other data, whoever signed");
        let unknown = or_unknown(Authenticity::Unverified(Unverified::UnknownAuthority));
        assert_eq!(judged(utopia.passport(), &stranger.trusted()), unknown, "{scheme:?}, another authority");
        let unlisted = or_unknown(Authenticity::Unverified(Unverified::NoList));
        assert_eq!(judged(utopia.passport(), &TrustList::default()), unlisted, "{scheme:?}, no list");
    }
}

/// An RSA key of 1,024 bits, made for this: modulus and private exponent.
const MODULUS: &str = "EFFD0F7ACDEB48A750C1D6CC4676C1CBEC3526BAC7A9CB30981B22AFAC04E27B7B9C514BA4AE41438599BE85CAB6FA72\
     86542E401E0EA51E0CB8B3C10A71D1B9D4C661D803D2D8589EC2B0609D0A676F0327F075424EDFCFC7ACF37F1E03DE8A\
     1140E2B5A43E3887066771D8552E0FAD79215AD19BEF59B387D6ECC45C409199";
const PRIVATE: &str = "65E53A9757AB189401D3EB919C317C234B4D5DFE5C1C19ABAE498736B380F7709A914A6B25A6DF0AFE44C3022789FD58\
     76F47316C22C51AB2A9799AAD2F674A6F1BC80B025B345325C416EC611098AB94E36D45804C899EDA76256051051E7AD\
     C5B3F7E705D349A52D64C3A318FE9388B1BE4C2660A0B43538FEF2730FDF9A29";

/// Such a key as a chip's own.
fn own_rsa_key() -> ActiveKey {
    let bytes = |digits: &str| -> Vec<u8> {
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    };
    ActiveKey::rsa(&bytes(MODULUS), &bytes(PRIVATE))
}

/// What a chip proves of itself by the key that is signed with its data.
#[test]
fn a_chip_that_was_copied_whole_is_told_from_its_original() {
    let utopia = Authority::new("Utopia CSCA");
    let trust = utopia.trusted();
    let another = || ActiveKey::p256(&[0x44; 32]).unwrap();
    let another_rsa = || {
        // The same modulus with another private exponent: what it signs fits nothing.
        let modulus = own_rsa_key().dg15();
        ActiveKey::rsa(&modulus[modulus.len() - 133..modulus.len() - 5], &[0x05])
    };
    let p256 = || utopia.made(&own_key().dg15(), |_| {});
    let rsa = || utopia.made(&own_rsa_key().dg15(), |_| {});
    // On a curve that nobody knows.
    let on_a_curve = der(0x6F, &[&der(0x30, &[&der(0x30, &[&[0x06, 0x01, 0x2A]]), &der(0x03, &[&[0], &[4; 97]])])]);
    // Whoever copies can leave out what would give them away; nobody signs the table of contents.
    let silent = || utopia.altered(|files| *files.get_mut(&0x1E).unwrap().last_mut().unwrap() = 0x6B);
    let keyless = utopia.made(&own_key().dg15(), |files| drop(files.remove(&0x0F)));
    let (verified, only) = (Authenticity::Verified, Assurance::ReadOnly);
    for (name, chip, wanted) in [
        ("the original", p256().with_active(own_key()), (verified, Assurance::ChipVerified)),
        ("the original, RSA", rsa().with_active(own_rsa_key()), (verified, Assurance::ChipVerified)),
        ("a copy", p256().with_active(another()), (Authenticity::Copied, only)),
        ("a copy, RSA", rsa().with_active(another_rsa()), (Authenticity::Copied, only)),
        ("a copy with a key of another kind", p256().with_active(own_rsa_key()), (Authenticity::Copied, only)),
        ("a copy that will not sign", p256(), (verified, only)),
        ("an original whose contents do not speak of its key", silent(), (verified, Assurance::ChipVerified)),
        ("a copy that does not speak of its key", silent().with_active(another()), (Authenticity::Copied, only)),
        ("a copy without the file of its key", keyless, (verified, only)),
        ("a key of an unknown kind", utopia.made(&on_a_curve, |_| {}).with_active(own_key()), (verified, only)),
        ("a key that is none", utopia.made(b"\x6F\x02ab", |_| {}).with_active(own_key()), (verified, only)),
        (
            "a copy with a key that nobody signed",
            utopia.altered(|files| drop(files.insert(0x0F, another().dg15()))).with_active(another()),
            (Authenticity::Failed, only),
        ),
    ] {
        for chip in [chip.clone(), chip.with_pace(Curve::P256).without_bac()] {
            let identity = Direct::new(chip).read(KEY, &trust).unwrap().unwrap();
            assert_eq!((identity.authenticity.unwrap(), identity.assurance), wanted, "{name}");
        }
    }
    // Where nothing is trusted, the chip is not asked.
    let mut direct = Direct::new(utopia.passport());
    let identity = direct.read(KEY, &TrustList::default()).unwrap().unwrap();
    assert_eq!(identity.authenticity, Some(Authenticity::Unverified(Unverified::NoList)));
    assert!(!direct.asked.contains(&0x88), "{:02X?}", direct.asked);
}
