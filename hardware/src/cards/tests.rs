//! Parsers against emulated cards, without a reader in between.

use peers::apdus::{Card, Social};
use peers::emrtd::Emrtd;
use peers::people::{self, LI_JIANGUO};
use peers::text::{self, Resident};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::apdu::Transmit;
use super::apdu::script::Script;
use super::*;
use crate::FailureKind;

impl Transmit for Card {
    fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
        Ok(Zeroizing::new(self.answer(command)))
    }
}

const SAM: Option<ResidentIdAccess> = Some(ResidentIdAccess::SamBlock);

fn person(name: &str, access: Option<ResidentIdAccess>) -> Identity {
    match identify(&mut people::by_name(name).unwrap().card, access) {
        Ok(CardContent::Person(identity)) => *identity,
        other => panic!("{name}: {other:?}"),
    }
}

fn error(name: &str, access: Option<ResidentIdAccess>) -> CardError {
    identify(&mut people::by_name(name).unwrap().card, access).unwrap_err()
}

#[test]
fn a_resident_id_card() {
    let identity = person("li-jianguo", SAM);
    assert_eq!(identity.document, Document::ResidentId);
    assert_eq!(identity.assurance, Assurance::SamVerified);
    assert_eq!(identity.name.expose(), "李建国");
    assert_eq!(identity.number.expose(), "34052419800101001X");
    assert_eq!((identity.sex, identity.ethnicity), (Sex::Male, Some(11)));
    assert_eq!(identity.birth, Date::new(1980, 1, 1));
    assert_eq!(identity.address.as_ref().map(Secret::expose), Some(LI_JIANGUO.address));
    assert_eq!(identity.issuer.as_deref(), Some("庐江县公安局"));
    assert_eq!(identity.valid_from, Date::new(2017, 3, 1));
    assert_eq!(identity.valid_to, ValidTo::Date(Date::new(2037, 3, 1).unwrap()));
    assert_eq!(person("wang-xiuying", SAM).valid_to, ValidTo::LongTerm);
}

const SDT: Option<ResidentIdAccess> = Some(ResidentIdAccess::SdtApdu { header: [0xFF, 0x58, 0x00, 0x00] });

#[test]
fn a_module_that_hears_sdt_in_a_pseudo_command() {
    assert_eq!(person("li-jianguo", SDT).number.expose(), LI_JIANGUO.number);
    assert_eq!(person("john-smith", SDT).document, Document::ForeignerPermitOld);
    // Other cards are not the module's.
    assert_eq!(person("li-jianguo-social", SDT).document, Document::SocialSecurityCard);
    assert!(matches!(identify(&mut people::by_name("clerk").unwrap().card, SDT), Ok(CardContent::Serial(_))));
    // The profile is not this reader's.
    let wrong = Some(ResidentIdAccess::SdtApdu { header: [0xFF, 0x59, 0x00, 0x00] });
    let error = error("li-jianguo", wrong);
    assert_eq!(error, CardError::Refused { step: "finding a card", status: 0x6D00 });
    // The module says that there is no card that it knows, and the serial number is that of a resident ID card.
    let error = identify(&mut Card::serial(&[0; 4]), SDT).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the reader's security module, asked for finding a card, says: there is no card (status 80)"
    );
}

#[test]
fn a_module_that_hears_sdt_in_a_control_code() {
    /// What vpcd cannot do: control codes. Everything else is refused.
    struct Controlled(Card);
    impl Transmit for Controlled {
        fn transmit(&mut self, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
            Ok(Zeroizing::new(vec![0x6D, 0x00]))
        }
        fn control(&mut self, function: u32, frame: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
            assert_eq!((function, &frame[..5]), (3500, &sdt::PREAMBLE[..]));
            let mut answer = self.0.answer(&sdt_wrapped::command([0xFF, 0x58, 0, 0], frame));
            while let [.., 0x61, more] = answer[..] {
                answer.truncate(answer.len() - 2);
                answer.extend(self.0.answer(&apdu::get_response(more)));
            }
            answer.truncate(answer.len() - 2);
            Ok(Zeroizing::new(answer))
        }
    }
    let access = Some(ResidentIdAccess::SdtControl { function: 3500 });
    let mut card = Controlled(people::by_name("wang-xiuying").unwrap().card);
    assert!(matches!(identify(&mut card, access), Ok(CardContent::Person(_))));
    // A reader without such a code says so.
    let error = error("wang-xiuying", access);
    assert!(matches!(error, CardError::ReaderFailed { .. }), "{error}");
}

#[test]
fn rare_characters_are_kept() {
    assert_eq!(person("rare-name", SAM).name.expose(), "𠮷田\u{E863}华");
    let mut block = text::resident(&LI_JIANGUO);
    block[0..2].copy_from_slice(&[0x42, 0xD8]); // half of a surrogate pair
    let parsed = resident::parse(&block).unwrap();
    assert_eq!(parsed.name.expose(), "\u{FFFD}建国");
}

#[test]
fn the_three_permits() {
    let permit = person("chan-tai-man", SAM);
    assert_eq!(permit.document, Document::HongKongMacauTaiwanPermit);
    assert_eq!((permit.name.expose(), permit.number.expose()), ("陳大文", "810000199003070015"));
    assert_eq!(permit.permit_number.as_ref().map(Secret::expose), Some("H12345678"));
    assert_eq!(permit.ethnicity, None);

    let permit = person("sato-hanako", SAM);
    assert_eq!(permit.document, Document::ForeignerPermit);
    assert_eq!(permit.foreign_name.as_ref().map(Secret::expose), Some("SATO HANAKO OF THE VERY LONG FAMILY NAME LINE"));
    assert_eq!((permit.name.expose(), permit.number.expose()), ("佐藤花子", "932682198501010017"));
    assert_eq!(permit.nationality.as_deref(), Some("JPN"));

    let permit = person("john-smith", SAM);
    assert_eq!(permit.document, Document::ForeignerPermitOld);
    assert_eq!(permit.foreign_name.as_ref().map(Secret::expose), Some("SMITH, JOHN"));
    assert_eq!((permit.name.expose(), permit.number.expose()), ("史密斯", "USA110070070417"));
    assert_eq!(permit.birth, Date::new(1970, 7, 4));
}

#[test]
fn a_social_security_card() {
    for access in [None, SAM] {
        let identity = person("li-jianguo-social", access);
        assert_eq!(identity.document, Document::SocialSecurityCard);
        assert_eq!(identity.assurance, Assurance::ReadOnly);
        assert_eq!((identity.name.expose(), identity.number.expose()), ("李建国", "34052419800101001X"));
        assert_eq!((identity.sex, identity.ethnicity), (Sex::Male, Some(11)));
        assert_eq!(identity.birth, Date::new(1980, 1, 1));
        assert_eq!(identity.valid_to, ValidTo::Date(Date::new(2049, 5, 20).unwrap()));
    }
}

#[test]
fn a_social_security_card_that_wants_other_parameters() {
    // P1 = 00 to select, P2 = 04 to read, records of the holder's file only.
    let script = vec![
        ("00A404000F 7378312E73682E C9E7BBE1B1A3D5CF", "9000"),
        ("00A4000002 EF05", "9000"),
        ("00A4000002 EF06", "9000"),
        ("00B2080400", "08 12 31 31 30 31 30 35 31 39 34 39 31 32 33 31 30 30 32 58 9000"),
        ("00B2090400", "09 06 CD F5 D0 E3 D3 A2 9000"),
    ];
    let identity = social::read(&mut Script(script)).unwrap().unwrap();
    assert_eq!((identity.name.expose(), identity.number.expose()), ("王秀英", "11010519491231002X"));
    assert_eq!((identity.sex, identity.valid_to), (Sex::Unknown, ValidTo::NotSaid));
    assert_eq!(identity.birth, Date::new(1949, 12, 31), "taken from the number");
}

#[test]
fn a_social_security_card_that_was_never_filled_in() {
    let social = Social { number: "0".repeat(18), name: String::new(), sex: '0', ..Social::default() };
    let error = social::read(&mut Card::social(social)).unwrap_err();
    assert_eq!(error, CardError::CheckDigit);
}

#[test]
fn what_cannot_be_read_says_why() {
    for (name, access, code, kind) in [
        ("check-digit", SAM, "card-check-digit", FailureKind::Misread),
        ("bad-date", SAM, "card-bad-field", FailureKind::Misread),
        ("blank", SAM, "card-not-usable", FailureKind::Refused),
        ("phone", SAM, "card-not-usable", FailureKind::Refused),
        // A resident ID card on a reader that has no module, or is not configured to ask it.
        ("li-jianguo", None, "card-not-usable", FailureKind::Refused),
    ] {
        let error = error(name, access);
        assert_eq!((error.code(), error.kind()), (code, kind), "{name}: {error}");
        assert!(!error.what_to_do().is_empty());
    }
    // The module is there and did not open it.
    let mut unopened = Card::serial(&[0; 4]);
    let error = identify(&mut unopened, SAM).unwrap_err();
    assert_eq!(error, CardError::Refused { step: "opening by the reader's security module", status: 0x6300 });
}

/// The documents of ICAO Doc 9303-11, appendix D.2, whose number has more than nine characters.
#[test]
fn a_small_travel_document_with_a_long_number_is_opened_by_its_lines() {
    for (lines, dg1) in [
        ("I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\rD23145890<UTO3407127M95071227349<<<8", [0x61, 0x4B, 0x5F, 0x1F, 0x48]),
        (
            "I<UTOD23145890<7349<<<<<<<<<<<\r3407127M9507122UTO<<<<<<<<<<<2\rSTEVENSON<<PETER<JOHN<<<<<<<<<",
            [0x61, 0x5D, 0x5F, 0x1F, 0x5A],
        ),
    ] {
        let data = [dg1.as_slice(), lines.replace('\r', "").as_bytes()].concat();
        let common =
            [&[0x60, 0x13][..], b"\x5F\x01\x040107".as_slice(), b"\x5F\x36\x06040000", &[0x5C, 0x01, 0x61]].concat();
        // As the chip has it: number, its check digit, and the dates with theirs.
        let chip = Emrtd::new("D23145890734934071279507122", [(0x1E, common), (0x01, data)].into());
        let (mut gathered, mut read) = (MrzLines::default(), mrz::Read::Other);
        for line in lines.split('\r') {
            read = gathered.take(line);
        }
        let mrz::Read::Document(Ok(key)) = read else { panic!("{lines}: {read:?}") };
        let reading = Reading { mrz: Some(key), ..Reading::default() };
        match identify_with(&mut Card::travel_document(chip), &reading) {
            Ok(CardContent::Person(identity)) => assert_eq!(identity.number.expose(), "D23145890734"),
            other => panic!("{lines}: {other:?}"),
        }
    }
}

#[test]
fn identity_cards_of_other_countries() {
    let identity = person("joeorg", None);
    assert_eq!((identity.document, identity.assurance), (Document::EstonianId, Assurance::ReadOnly));
    assert_eq!(identity.foreign_name.as_ref().map(Secret::expose), Some("JÕEORG JAAK-KRISTJAN"));
    assert_eq!((identity.number.expose(), identity.sex), ("38001085718", Sex::Male));
    assert_eq!(identity.birth, Date::new(1980, 1, 8));
    assert_eq!(identity.valid_to, ValidTo::Date(Date::new(2030, 12, 12).unwrap()));
    assert_eq!(identity.nationality.as_deref(), Some("EST"));

    let identity = person("specimen", None);
    assert_eq!((identity.document, identity.assurance), (Document::BelgianId, Assurance::ReadOnly));
    assert_eq!(identity.foreign_name.as_ref().map(Secret::expose), Some("SPECIMEN Élise Marie"));
    assert_eq!((identity.number.expose(), identity.sex), ("85073003328", Sex::Female));
    assert_eq!(identity.birth, Date::new(1985, 7, 30));
    assert_eq!(identity.valid_from, Date::new(2021, 2, 1));
}

#[test]
fn foreign_numbers_are_checked() {
    let field = |tag: u8, value: &str| [&[tag, u8::try_from(value.len()).unwrap()], value.as_bytes()].concat();
    let file = |number: &str, until: &str| {
        let fields = [(3, "01.02.2021"), (4, until), (6, number), (7, "A"), (8, "B")];
        eid::belgian(&fields.map(|(tag, value)| field(tag, value)).concat()).map(|identity| identity.birth)
    };
    assert_eq!(file("85073003328", "01.02.2031"), Ok(Date::new(1985, 7, 30)));
    assert_eq!(file("00012556777", "01.02.2031"), Ok(Date::new(2000, 1, 25)), "born since 2000");
    assert_eq!(file("85073003329", "01.02.2031"), Err(CardError::CheckDigit));
    assert_eq!(file("8507300332", "01.02.2031").map_err(|error| error.code()), Err("card-bad-field"));
    assert_eq!(file("85073003328", "31.02.2031").map_err(|error| error.code()), Err("card-bad-field"));
    assert_eq!(eid::belgian(&[6, 11, b'8']).map_err(|error| error.code()), Err("card-bad-field"));
    let mut card = Card::foreign(peers::eid::Eid::Estonia {
        files: ["A", "B", "M", "EST", "", "38001085719", "", "12.12.2030"].map(str::to_owned).to_vec(),
        selected: 0,
    });
    assert_eq!(identify(&mut card, None).unwrap_err(), CardError::CheckDigit);
}

#[test]
fn staff_cards_have_a_number_and_no_person() {
    match identify(&mut people::by_name("clerk").unwrap().card, SAM) {
        Ok(CardContent::Serial(uid)) => assert_eq!(uid.to_hex(), people::CLERK_UID),
        other => panic!("{other:?}"),
    }
}

#[test]
fn fields_that_are_impossible() {
    let with = |change: fn(&mut Resident<'static>)| {
        let mut card = LI_JIANGUO;
        change(&mut card);
        resident::parse(&text::resident(&card)).unwrap_err().to_string()
    };
    assert!(with(|card| card.name = "").contains("name is unreadable: it is empty"));
    assert!(with(|card| card.number = "3405241980010100").contains("document number"));
    assert!(with(|card| card.birth = "2月").contains("birth date"));
    assert!(with(|card| card.valid_from = "").contains("first day of validity"));
    assert!(with(|card| card.valid_to = "永远").contains("last day of validity"));
    let mut block = text::resident(&LI_JIANGUO);
    text::put(&mut block, 248, 2, "Z");
    assert!(resident::parse(&block).unwrap_err().to_string().contains("layout letter"));
}

#[test]
fn sam_blocks_of_wrong_lengths() {
    for (name, script) in [
        ("empty first block", vec![("FFB0000000", "9000")]),
        ("short first block", vec![("FFB0000000", "01 00 04 00 31 00 9000")]),
    ] {
        let outcome = identify(&mut Script(script), SAM);
        assert!(matches!(outcome, Err(CardError::WrongLength { .. })), "{name}: {outcome:?}");
    }
    let first: &str = Box::leak(format!("FFFF0400{}9000", "2000".repeat(126)).into_boxed_str());
    let outcome = identify(&mut Script(vec![("FFB0000000", first)]), SAM);
    assert!(matches!(outcome, Err(CardError::BadField { field: "length header", .. })), "{outcome:?}");
    let first: &str = Box::leak(format!("01000400{}9000", "2000".repeat(126)).into_boxed_str());
    let outcome = identify(&mut Script(vec![("FFB0000000", first)]), SAM);
    assert!(matches!(outcome, Err(CardError::Refused { status: 0x6D00, .. })), "{outcome:?}");
}

#[test]
fn expiry_is_inclusive() {
    let identity = person("expired", SAM);
    assert!(!identity.expired_on(Date::new(2015, 3, 1).unwrap()));
    assert!(identity.expired_on(Date::new(2015, 3, 2).unwrap()));
    assert!(identity.not_yet_valid_on(Date::new(2005, 2, 28).unwrap()));
    assert!(!person("wang-xiuying", SAM).expired_on(Date::new(2999, 1, 1).unwrap()));
}

#[test]
fn nothing_of_a_person_is_in_debug_texts() {
    for name in ["li-jianguo", "sato-hanako", "li-jianguo-social"] {
        let identity = person(name, SAM);
        let debug = format!("{identity:?} {:?} {:?}", identity.birth, CardEvent::CardRead(Box::new(identity.clone())));
        for secret in [identity.name.expose(), identity.number.expose(), "1980", "1985", "安徽"] {
            assert!(!debug.contains(secret), "{debug}");
        }
    }
}

proptest! {
    #[test]
    fn any_block_is_taken_without_harm(bytes in proptest::collection::vec(any::<u8>(), 256), letter in "[ JIYQ]") {
        let mut block: [u8; 256] = bytes.try_into().unwrap();
        block[248..250].copy_from_slice(&[letter.as_bytes()[0], 0]);
        drop(resident::parse(&block));
    }

    #[test]
    fn names_survive(name in "\\PC{1,7}") {
        prop_assume!(!name.trim().is_empty());
        let block = text::resident(&Resident { name: &name, ..LI_JIANGUO });
        let parsed = resident::parse(&block).unwrap();
        prop_assert_eq!(parsed.name.expose(), name.trim());
    }

    #[test]
    fn any_answers_are_taken_without_harm(answers: Vec<Vec<u8>>) {
        struct Random(Vec<Vec<u8>>);
        impl Transmit for Random {
            fn transmit(&mut self, _: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardError> {
                self.0.pop().map(Zeroizing::new).ok_or(CardError::Torn)
            }
        }
        drop(identify(&mut Random(answers), SAM));
    }
}
