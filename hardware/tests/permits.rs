//! Permits between the Mainland and Hong Kong, Macau and Taiwan through a real pcscd, and documents whose dates or names
//! are written in unusual ways. Layouts as public readers have them; nobody has published a specification.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

#[expect(dead_code, reason = "other tests need the rest of it")]
mod authority;
mod bench;
mod private_pcscd;

use authority::{Authority, dg1, dg11};
use bench::Bench;
use hardware::cards::{Authenticity, CardError, Date, Identity, MrzKey, MrzLines, Secret, Sex, ValidTo, mrz};
use peers::apdus::Card;
use peers::card::CardFaults;
use peers::emrtd::Emrtd;
use private_pcscd::in_private;

/// ICAO Doc 9303-3, 4.9: weights 7, 3 and 1; letters from 10 on, the filler 0.
fn with_digit(field: &str) -> String {
    let value = |character: char| character.to_digit(36).unwrap_or_default();
    let sum: u32 =
        field.chars().map(value).zip([7, 3, 1].into_iter().cycle()).map(|(value, weight)| value * weight).sum();
    format!("{field}{}", sum % 10)
}

/// What opens the chip: number, birth and expiry, each with its check digit.
fn secret(number: &str, birth: &str, expiry: &str) -> String {
    [number, birth, expiry].map(with_digit).concat()
}

/// What a scanner makes of printed lines.
fn scanned(lines: &[&str]) -> MrzKey {
    let mut gathered = MrzLines::default();
    let read = lines.iter().map(|line| gathered.take(line)).last();
    let Some(mrz::Read::Document(Ok(key))) = read else { panic!("{lines:?}: {read:?}") };
    key
}

/// A permit: the lines that are printed, those on the chip, its name in DG11 if it has one, number, and Chinese name.
type Permit = (&'static [&'static str], &'static str, Option<&'static [u8]>, &'static str, &'static str);

/// Made up; every check digit fits. 魏维 is CE BA CE AC in GBK, which UTF-8 would take for Greek.
const PERMITS: [Permit; 5] = [
    (
        &["CSC123456788<3204153<7408122<0"],
        "CSC123456788<3204153<7408122<0MOLKMOKM<<<<YANGBEN<<ZHENGJIANF<<<<<<<BJS<<<<<<<<<<<<<<<<<<<",
        None,
        "C12345678",
        "魏维",
    ),
    (
        &["CDT123456787<3204153<7408122<2"],
        "CDT123456787<3204153<7408122<2MOLKMOKM<<<<YANGBEN<<ZHENGJIANF<<<<<<<BJS<<<<<<<<<<<<<<<<<<<",
        Some(&[0xCE, 0xBA, 0xCE, 0xAC]),
        "T12345678",
        "魏维",
    ),
    (
        &["CRH1234567830003204153F7408122", "MOLKMOKM<<<<<<<<<<BA1234563<42", "YANGBEN<<ZHENGJIAN<<<<<<<<<<<<"],
        "CRH1234567830003204153F7408122MOLKMOKM<<<<<<<<<<BA1234563<42YANGBEN<<ZHENGJIAN<<<<<<<<<<<<",
        // Of more characters than the lines have room for.
        Some("魏维维维维维".as_bytes()),
        "H12345678",
        "魏维维维维维",
    ),
    (
        &["CT12345678<80003204153F7408122", "MOLKMOKM<<<<<<<<<<BA1234567897", "YANGBEN<<ZHENGJIAN<<<<<<<<<<<<"],
        "CT12345678<80003204153F7408122MOLKMOKM<<<<<<<<<<BA1234567897YANGBEN<<ZHENGJIAN<<<<<<<<<<<<",
        None,
        "12345678",
        "魏维",
    ),
    // DG11 with a name that nobody can read.
    (
        &["CT12345678<80003204153F7408122MOLKMOKM<<<<<<<<<<BA1234567897YANGBEN<<ZHENGJIAN<<<<<<<<<<<<"],
        "CT12345678<80003204153F7408122MOLKMOKM<<<<<<<<<<BA1234567897YANGBEN<<ZHENGJIAN<<<<<<<<<<<<",
        Some(b"\xFF\xFF"),
        "12345678",
        "魏维",
    ),
];

#[test]
fn permits_of_all_four_kinds_are_read() {
    in_private("permits_of_all_four_kinds_are_read", |mut pcscd| {
        pcscd.start();
        let immigration = Authority::new("Immigration CSCA");
        let bench = Bench::start(pcscd.port, immigration.trusted());
        for (printed, lines, name, number, chinese) in PERMITS {
            let mut groups = vec![(1, dg1(lines))];
            groups.extend(name.map(|name| (11, dg11(&[(0x0E, name)]))));
            let chip = Emrtd::new(&secret(&format!("{number:<<9}"), "740812", "320415"), immigration.files(&groups));

            // Scanned, typed with check digits, and typed as it is printed for people.
            let typed = [number, "740812", "320415"].map(with_digit).join(" ");
            for key in [
                scanned(printed),
                MrzKey::parse(&typed).unwrap(),
                MrzKey::from_printed(number, "740812", "320415").unwrap(),
            ] {
                bench.reader.set_mrz(Some(key), 2026);
                let identity = bench.tap(chip.clone(), CardFaults::default()).unwrap();
                assert_eq!(identity.authenticity, Some(Authenticity::Verified), "{lines}");
                assert_eq!((identity.number.expose(), identity.name.expose()), (number, chinese), "{lines}");
                assert_eq!(identity.foreign_name.as_ref().map(Secret::expose), Some("YANGBEN ZHENGJIAN"));
                assert_eq!((identity.sex, identity.birth), (Sex::Female, Date::new(1974, 8, 12)));
                assert_eq!(identity.valid_to, ValidTo::Date(Date::new(2032, 4, 15).unwrap()));
                assert_eq!((identity.issuer.as_deref(), identity.nationality.as_deref()), (None, None));
            }
        }
        // The lines of another permit.
        bench.reader.set_mrz(Some(MrzKey::from_printed("C12345679", "740812", "320415").unwrap()), 2026);
        let (_, lines, ..) = PERMITS[0];
        let chip = Emrtd::new(&secret("C12345678", "740812", "320415"), immigration.files(&[(1, dg1(lines))]));
        assert_eq!(bench.tap(chip, CardFaults::default()).unwrap_err(), CardError::WrongMrz);
    });
}

/// Without a reader in between.
fn read(chip: Emrtd, key: &MrzKey, authority: &Authority) -> Result<Identity, CardError> {
    struct Direct(Card);
    impl hardware::cards::apdu::Transmit for Direct {
        fn transmit(&mut self, command: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, CardError> {
            Ok(zeroize::Zeroizing::new(self.0.answer(command)))
        }
    }
    let mut card = Direct(Card::travel_document(chip));
    hardware::cards::travel::read(&mut card, Some(key), &authority.trusted(), 2026).map(Option::unwrap)
}

#[test]
fn dates_that_are_not_wholly_known() {
    let utopia = Authority::new("Utopia CSCA");
    for (birth, expiry, full, day, until) in [
        ("7408<<", "320415", None, None, ValidTo::Date(Date::new(2032, 4, 15).unwrap())),
        ("74<<<<", "480415", Some("19740000"), None, ValidTo::Date(Date::new(2048, 4, 15).unwrap())),
        ("<<<<<<", "<<<<<<", Some("00000000"), None, ValidTo::LongTerm),
        ("740812", "950415", Some("19740812"), Date::new(1974, 8, 12), ValidTo::Date(Date::new(2095, 4, 15).unwrap())),
        // A child, and somebody a hundred years older, of whom only DG11 tells.
        ("240101", "320415", None, Date::new(2024, 1, 1), ValidTo::Date(Date::new(2032, 4, 15).unwrap())),
        ("240101", "320415", Some("19240101"), Date::new(1924, 1, 1), ValidTo::Date(Date::new(2032, 4, 15).unwrap())),
    ] {
        let second =
            format!("{}UTO{}F{}<<<<<<<<<<<<<<00", with_digit("L898902C3"), with_digit(birth), with_digit(expiry));
        let first = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
        let mut groups = vec![(1, dg1(&format!("{first}{second}")))];
        groups.extend(full.map(|full| (11, dg11(&[(0x10, &[0x12, 0x34]), (0x2B, full.as_bytes())]))));
        for chip in [
            Emrtd::new(&secret("L898902C3", birth, expiry), utopia.files(&groups)),
            Emrtd::new(&secret("L898902C3", birth, expiry), utopia.files(&groups))
                .with_pace(peers::emrtd::Curve::P256)
                .without_bac(),
        ] {
            let identity = read(chip, &scanned(&[first, &second]), &utopia).unwrap();
            assert_eq!(identity.authenticity, Some(Authenticity::Verified), "{birth} {expiry}");
            assert_eq!((identity.birth, identity.valid_to), (day, until), "{birth} {expiry}");
        }
    }
}

#[test]
fn an_odd_field_does_not_spoil_the_document() {
    let utopia = Authority::new("Utopia CSCA");
    let lines = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F3204153ZE184226B<<<<<16";
    let key = MrzKey::from_printed("L898902C3", "740812", "320415").unwrap();
    for (name, fields, expected) in [
        ("packed digits", dg11(&[(0x10, &[0x12, 0x34, 0x99]), (0x0E, b"ERIKSSON<<ANNA")]), "ERIKSSON ANNA"),
        ("Latin-1", dg11(&[(0x11, b"K\xF6ln"), (0x0E, b"ERIKSSON<<ANNA")]), "ERIKSSON ANNA"),
        ("GBK", dg11(&[(0x42, &[0xB1, 0xB1, 0xBE, 0xA9]), (0x0E, "ЭРИКССОН".as_bytes())]), "ЭРИКССОН"),
        ("a name that is no text", dg11(&[(0x0E, b"\xFF\xFE\xFF")]), ""),
        ("no fields", vec![0x6B, 0x00], ""),
        ("a field that is cut off", vec![0x6B, 0x04, 0x5F, 0x0E, 0x7F, 0x41], ""),
    ] {
        let files = utopia.files(&[(1, dg1(lines)), (11, fields)]);
        let identity = read(Emrtd::new(&secret("L898902C3", "740812", "320415"), files), &key, &utopia).unwrap();
        assert_eq!(identity.authenticity, Some(Authenticity::Verified), "{name}");
        assert_eq!(identity.name.expose(), expected, "{name}");
        assert_eq!(identity.foreign_name.as_ref().map(Secret::expose), Some("ERIKSSON ANNA MARIA"), "{name}");
    }
    // A file that is longer than any file: as good as none, and no endless reading.
    let mut files = utopia.files(&[(1, dg1(lines)), (11, dg11(&[(0x0E, b"A")]))]);
    files.insert(0x0B, vec![0x6B, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 0x5F, 0x0E]);
    let identity = read(Emrtd::new(&secret("L898902C3", "740812", "320415"), files), &key, &utopia).unwrap();
    assert_eq!((identity.name.expose(), identity.authenticity), ("", Some(Authenticity::Verified)));
}
