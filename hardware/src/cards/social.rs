//! Social security cards (社会保障卡, LD/T 32): the files that can be read without a PIN.
//!
//! Sources: four public implementations that agree on the names, files and records used here. The card proves nothing
//! of itself to us, so what it says is [`Assurance::ReadOnly`].

use encoding_rs::GBK;

use super::apdu::{Response, Transmit, exchange, read_record, select_file, select_name};
use super::tlv::value_of;
use super::{Assurance, CardError, Date, Document, Identity, Secret, Sex, ValidTo, number};

/// `sx1.sh.社会保障` in GBK: the name of the application.
pub const APPLICATION: [u8; 15] =
    [0x73, 0x78, 0x31, 0x2E, 0x73, 0x68, 0x2E, 0xC9, 0xE7, 0xBB, 0xE1, 0xB1, 0xA3, 0xD5, 0xCF];
/// File of card data.
pub const EF_CARD: u16 = 0xEF05;
/// File of the holder's data.
pub const EF_HOLDER: u16 = 0xEF06;
/// Records of [`EF_CARD`].
pub mod card_record {
    /// Last day of validity, 4 bytes BCD.
    pub const VALID_TO: u8 = 0x06;
    /// First day, 4 bytes BCD.
    pub const ISSUED: u8 = 0x05;
}
/// Records of [`EF_HOLDER`].
pub mod holder_record {
    /// Resident number, 18 ASCII.
    pub const NUMBER: u8 = 0x08;
    /// Name, 30 bytes GBK, filled with zeros or spaces.
    pub const NAME: u8 = 0x09;
    /// Sex, one ASCII digit.
    pub const SEX: u8 = 0x0A;
    /// Ethnicity, one byte BCD.
    pub const ETHNICITY: u8 = 0x0B;
    /// Birth date, 4 bytes BCD.
    pub const BIRTH: u8 = 0x0D;
}

/// Reads the holder of a social security card. `Ok(None)`: the card has no such application.
///
/// # Errors
/// [`CardError`]: the line's; a refusal of a file or of number and name; a misread of a field.
pub fn read(card: &mut dyn Transmit) -> Result<Option<Identity>, CardError> {
    if !exchange(card, "the social security application", &select_name(&APPLICATION))?.is_ok() {
        return Ok(None);
    }
    let (valid_from, valid_to) = read_validity(card)?;
    select(card, "the holder's file", EF_HOLDER)?;
    let number = read_number(card)?;
    let name = read_name(card)?;
    let sex = match optional(card, holder_record::SEX)?.as_ref().and_then(|value| value.first()) {
        Some(b'1') => Sex::Male,
        Some(b'2') => Sex::Female,
        Some(_) | None => Sex::Unknown,
    };
    let ethnicity = optional(card, holder_record::ETHNICITY)?.and_then(|value| value.first().copied());
    let birth = match optional(card, holder_record::BIRTH)? {
        Some(value) => bcd_date("birth date", &value)?,
        None => None,
    };
    Ok(Some(Identity {
        document: Document::SocialSecurityCard,
        assurance: Assurance::ReadOnly,
        authenticity: None,
        name,
        foreign_name: None,
        birth: birth.or_else(|| number::birth(number.expose())),
        number,
        sex,
        ethnicity: ethnicity.and_then(bcd).filter(|code| matches!(code, 1..=56 | 97 | 98)),
        address: None,
        issuer: None,
        valid_from,
        valid_to,
        permit_number: None,
        nationality: None,
    }))
}

fn read_validity(card: &mut dyn Transmit) -> Result<(Option<Date>, ValidTo), CardError> {
    select(card, "the card's file", EF_CARD)?;
    let first = match optional(card, card_record::ISSUED)? {
        Some(value) => bcd_date("first day of validity", &value)?,
        None => None,
    };
    let last = match optional(card, card_record::VALID_TO)? {
        Some(value) => bcd_date("last day of validity", &value)?,
        None => None,
    };
    Ok((first, last.map_or(ValidTo::NotSaid, ValidTo::Date)))
}

fn read_number(card: &mut dyn Transmit) -> Result<Secret, CardError> {
    let value = mandatory(card, "the resident number", "document number", holder_record::NUMBER)?;
    let number = Secret::new(String::from_utf8_lossy(&value).trim_matches([' ', '\0']).to_uppercase());
    let bytes = number.expose().as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return Err(CardError::BadField { field: "document number", why: "it is not eighteen digits" });
    }
    if number::is_valid(number.expose()) { Ok(number) } else { Err(CardError::CheckDigit) }
}

fn read_name(card: &mut dyn Transmit) -> Result<Secret, CardError> {
    let value = mandatory(card, "the holder's name", "name", holder_record::NAME)?;
    let (decoded, _, _) = GBK.decode(&value);
    let decoded = zeroize::Zeroizing::new(decoded.into_owned());
    let name = Secret::new(decoded.trim_matches([' ', '\0', '\u{3000}']).to_owned());
    if name.is_empty() { Err(CardError::BadField { field: "name", why: "it is empty" }) } else { Ok(name) }
}

/// Some cards want P1 = 02, some 00.
fn select(card: &mut dyn Transmit, step: &'static str, file: u16) -> Result<(), CardError> {
    let mut status = 0;
    for p1 in [0x02, 0x00] {
        let response = exchange(card, step, &select_file(p1, file))?;
        if response.is_ok() {
            return Ok(());
        }
        status = response.status();
    }
    Err(CardError::Refused { step, status })
}

/// Some cards want P2 = 00, some 04.
fn record(card: &mut dyn Transmit, step: &'static str, record: u8) -> Result<Response, CardError> {
    let response = exchange(card, step, &read_record(record, 0x00))?;
    if response.is_ok() { Ok(response) } else { exchange(card, step, &read_record(record, 0x04)) }
}

type Value = zeroize::Zeroizing<Vec<u8>>;

fn mandatory(card: &mut dyn Transmit, step: &'static str, field: &'static str, tag: u8) -> Result<Value, CardError> {
    let response = record(card, step, tag)?;
    if !response.is_ok() {
        return Err(CardError::Refused { step, status: response.status() });
    }
    match value_of(response.data(), tag) {
        Ok(value) => Ok(zeroize::Zeroizing::new(value.to_vec())),
        Err(_) => Err(CardError::BadField { field, why: "its record is not a tag, a length and that many bytes" }),
    }
}

/// A record that may be missing or broken without harm.
fn optional(card: &mut dyn Transmit, tag: u8) -> Result<Option<Value>, CardError> {
    let response = record(card, "an optional record", tag)?;
    let value = response.is_ok().then(|| value_of(response.data(), tag).ok()).flatten();
    Ok(value.map(|value| zeroize::Zeroizing::new(value.to_vec())))
}

fn bcd(byte: u8) -> Option<u8> {
    let (high, low) = (byte >> 4, byte & 0x0F);
    (high < 10 && low < 10).then_some(high * 10 + low)
}

/// `Ok(None)` for bytes that are all 00 or all FF: not personalised.
fn bcd_date(field: &'static str, value: &[u8]) -> Result<Option<Date>, CardError> {
    if value.iter().all(|byte| *byte == 0x00) || value.iter().all(|byte| *byte == 0xFF) {
        return Ok(None);
    }
    let bad = CardError::BadField { field, why: "there is no such day" };
    let [century, year, month, day] = *value else { return Err(bad) };
    let (Some(century), Some(year), Some(month), Some(day)) = (bcd(century), bcd(year), bcd(month), bcd(day)) else {
        return Err(bad);
    };
    Date::new(u16::from(century) * 100 + u16::from(year), month, day).map(Some).ok_or(bad)
}
