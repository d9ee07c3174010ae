//! Identity cards of other countries whose personal data can be read without a secret: Estonia (cards since 2018) and
//! Belgium. Nothing of what is read is verified, so it is [`Assurance::ReadOnly`].
//!
//! Sources: two public implementations for each card (those of RIA/OpenEID and arniki; two readers of the Belgian card).

use zeroize::Zeroizing;

use super::apdu::{Transmit, exchange};
use super::{Assurance, CardError, Date, Document, Identity, Secret, Sex, ValidTo};

/// The Estonian card's application.
pub const ESTONIA: [u8; 16] =
    [0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x08, 0x00, 0x07, 0x00, 0x00, 0xFE, 0x00, 0x00, 0x01, 0x00];
/// Directory of the Estonian card's personal data; its files are `50 01` to `50 0F`.
const ESTONIA_PERSONAL: [u8; 2] = [0x50, 0x00];
/// Files of the Estonian card.
mod estonia {
    pub(super) const SURNAME: u8 = 1;
    pub(super) const FIRST_NAME: u8 = 2;
    pub(super) const SEX: u8 = 3;
    pub(super) const CITIZENSHIP: u8 = 4;
    pub(super) const CODE: u8 = 6;
    pub(super) const EXPIRY: u8 = 8;
}
/// Path of the Belgian card's identity file.
pub const BELGIUM_IDENTITY: [u8; 6] = [0x3F, 0x00, 0xDF, 0x01, 0x40, 0x31];
/// Fields of that file: one byte of tag, one of length.
mod belgium {
    pub(super) const VALID_FROM: u8 = 3;
    pub(super) const VALID_TO: u8 = 4;
    pub(super) const NUMBER: u8 = 6;
    pub(super) const SURNAME: u8 = 7;
    pub(super) const FIRST_NAMES: u8 = 8;
    pub(super) const SEX: u8 = 13;
}
/// Bytes asked for at once, below what any reader limits.
const CHUNK: u8 = 0xF8;
/// Longest file that is read.
const LONGEST: usize = 4096;

/// Reads one of these cards. `Ok(None)`: it is none of them.
///
/// # Errors
/// [`CardError`]: the line's; a refusal of a file; a misread.
pub fn read(card: &mut dyn Transmit) -> Result<Option<Identity>, CardError> {
    let select = [&[0x00, 0xA4, 0x04, 0x00, 0x10], ESTONIA.as_slice()].concat();
    if exchange(card, "the Estonian application", &select)?.is_ok() {
        return read_estonia(card).map(Some);
    }
    let select = [&[0x00, 0xA4, 0x08, 0x0C, 0x06], BELGIUM_IDENTITY.as_slice()].concat();
    if exchange(card, "the Belgian identity file", &select)?.is_ok() {
        return belgian(&read_file(card, "the Belgian identity file")?).map(Some);
    }
    Ok(None)
}

fn read_estonia(card: &mut dyn Transmit) -> Result<Identity, CardError> {
    let step = "the Estonian personal data";
    for select in
        [vec![0x00, 0xA4, 0x00, 0x0C], [&[0x00, 0xA4, 0x01, 0x0C, 0x02], ESTONIA_PERSONAL.as_slice()].concat()]
    {
        let answer = exchange(card, step, &select)?;
        if !answer.is_ok() {
            return Err(CardError::Refused { step, status: answer.status() });
        }
    }
    let mut file = |number: u8| -> Result<Secret, CardError> {
        let answer = exchange(card, step, &[0x00, 0xA4, 0x02, 0x0C, 0x02, ESTONIA_PERSONAL[0], number])?;
        if !answer.is_ok() {
            return Err(CardError::Refused { step, status: answer.status() });
        }
        let answer = exchange(card, step, &[0x00, 0xB0, 0x00, 0x00, 0x00])?;
        if !answer.is_ok() {
            return Err(CardError::Refused { step, status: answer.status() });
        }
        text("name", answer.data())
    };
    let (surname, first) = (file(estonia::SURNAME)?, file(estonia::FIRST_NAME)?);
    let (sex, citizenship) = (file(estonia::SEX)?, file(estonia::CITIZENSHIP)?);
    let (code, expiry) = (file(estonia::CODE)?, file(estonia::EXPIRY)?);
    Ok(Identity {
        document: Document::EstonianId,
        sex: match sex.expose() {
            "M" => Sex::Male,
            "N" | "F" => Sex::Female,
            _ => Sex::Unknown,
        },
        birth: Some(estonian_birth(code.expose())?),
        nationality: (!citizenship.is_empty()).then(|| citizenship.expose().to_owned()),
        valid_to: ValidTo::Date(day_first("last day of validity", expiry.expose())?),
        ..foreign(code, &surname, &first)?
    })
}

/// The personal code is one digit of century and sex, YYMMDD, three digits, and a check digit (EVS 585).
fn estonian_birth(code: &str) -> Result<Date, CardError> {
    let bad = CardError::BadField { field: "personal code", why: "it is not eleven digits with a day in them" };
    let digits: Vec<u32> = code.chars().filter_map(|digit| digit.to_digit(10)).collect();
    if digits.len() != 11 || code.len() != 11 {
        return Err(bad);
    }
    let sum =
        |from: u32| (0..10).zip(digits.iter()).map(|(at, digit)| ((at + from - 1) % 9 + 1) * digit).sum::<u32>() % 11;
    let check = match (sum(1), sum(3)) {
        (10, 10) => 0,
        (10, second) => second,
        (first, _) => first,
    };
    if digits.last() != Some(&check) {
        return Err(CardError::CheckDigit);
    }
    let century = match digits[0] {
        1 | 2 => "18",
        3 | 4 => "19",
        5 | 6 => "20",
        _ => return Err(bad),
    };
    Date::parse(&Zeroizing::new(format!("{century}{}", &code[1..7]))).ok_or(bad)
}

/// Reads the Belgian identity file as it was read.
///
/// # Errors
/// [`CardError`] of kind misread.
pub fn belgian(file: &[u8]) -> Result<Identity, CardError> {
    let mut fields: [&[u8]; 20] = [&[]; 20];
    let mut rest = file;
    // The file is filled up with zeros behind its last field.
    while let [tag, length, more @ ..] = rest
        && *tag != 0
    {
        let Some((value, behind)) = more.split_at_checked(usize::from(*length)) else {
            return Err(CardError::BadField { field: "identity file", why: "a field is longer than the file" });
        };
        if let Some(field) = fields.get_mut(usize::from(*tag)) {
            *field = value;
        }
        rest = behind;
    }
    let field = |name, tag: u8| text(name, fields[usize::from(tag)]);
    let number = field("national number", belgium::NUMBER)?;
    let (surname, first) = (field("name", belgium::SURNAME)?, field("name", belgium::FIRST_NAMES)?);
    Ok(Identity {
        document: Document::BelgianId,
        sex: match field("sex", belgium::SEX)?.expose() {
            "M" => Sex::Male,
            "F" | "V" | "W" => Sex::Female,
            _ => Sex::Unknown,
        },
        birth: Some(belgian_birth(number.expose())?),
        valid_from: Some(day_first("first day of validity", field("date", belgium::VALID_FROM)?.expose())?),
        valid_to: ValidTo::Date(day_first("last day of validity", field("date", belgium::VALID_TO)?.expose())?),
        ..foreign(number, &surname, &first)?
    })
}

/// The national number is YYMMDD, three digits, and 97 less the rest of the nine by 97; for those born since 2000 a 2 is
/// put before the nine.
fn belgian_birth(number: &str) -> Result<Date, CardError> {
    let bad = CardError::BadField { field: "national number", why: "it is not eleven digits with a day in them" };
    if number.len() != 11 || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(bad);
    }
    let (Ok(nine), Ok(check)) = (number[..9].parse::<u64>(), number[9..].parse::<u64>()) else { return Err(bad) };
    let century = if 97 - nine % 97 == check {
        "19"
    } else if 97 - (2_000_000_000 + nine) % 97 == check {
        "20"
    } else {
        return Err(CardError::CheckDigit);
    };
    Date::parse(&Zeroizing::new(format!("{century}{}", &number[..6]))).ok_or(bad)
}

/// What both cards have in common.
fn foreign(number: Secret, surname: &Secret, first: &Secret) -> Result<Identity, CardError> {
    let name = format!("{} {}", surname.expose(), first.expose());
    if name.trim().is_empty() {
        return Err(CardError::BadField { field: "name", why: "it is empty" });
    }
    Ok(Identity {
        document: Document::EstonianId,
        assurance: Assurance::ReadOnly,
        authenticity: None,
        name: Secret::new(String::new()),
        foreign_name: Some(Secret::new(name.trim().to_owned())),
        number,
        sex: Sex::Unknown,
        ethnicity: None,
        birth: None,
        address: None,
        issuer: None,
        valid_from: None,
        valid_to: ValidTo::NotSaid,
        permit_number: None,
        nationality: None,
    })
}

/// `DD.MM.YYYY` or `DD MM YYYY`.
fn day_first(field: &'static str, text: &str) -> Result<Date, CardError> {
    let mut parts = text.split(['.', ' ']).filter(|part| !part.is_empty()).map(str::parse::<u16>);
    let date = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Ok(day)), Some(Ok(month)), Some(Ok(year)), None) => {
            u8::try_from(day).ok().zip(u8::try_from(month).ok()).and_then(|(day, month)| Date::new(year, month, day))
        }
        _ => None,
    };
    date.ok_or(CardError::BadField { field, why: "there is no such day" })
}

fn text(field: &'static str, bytes: &[u8]) -> Result<Secret, CardError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Secret::new(text.trim_matches([' ', '\0']).to_owned())),
        Err(_) => Err(CardError::BadField { field, why: "it is not UTF-8" }),
    }
}

/// READ BINARY of the selected file, to its end.
fn read_file(card: &mut dyn Transmit, step: &'static str) -> Result<Zeroizing<Vec<u8>>, CardError> {
    let mut file = Zeroizing::new(Vec::with_capacity(LONGEST));
    while file.len() < LONGEST {
        let [high, low] = u16::try_from(file.len()).unwrap_or(u16::MAX).to_be_bytes();
        let answer = exchange(card, step, &[0x00, 0xB0, high, low, CHUNK])?;
        match (answer.status(), answer.data().len()) {
            // The offset is behind the end.
            (0x6B00 | 0x6A86, _) => break,
            (0x9000 | 0x6282, 0) => break,
            (0x9000 | 0x6282, length) => {
                let room = LONGEST - file.len();
                file.extend_from_slice(&answer.data()[..length.min(room)]);
                if length < usize::from(CHUNK) {
                    break;
                }
            }
            (status, _) => return Err(CardError::Refused { step, status }),
        }
    }
    Ok(file)
}
