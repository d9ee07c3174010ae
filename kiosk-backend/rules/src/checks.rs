//! Is this number possible? Check digits and shapes; whether the number was ever issued is not known here.

use jiff::civil::Date;
use thiserror::Error;

use crate::folding::{EXTENSIONS, keyed};

/// Why a resident ID number (公民身份号码, GB 11643-1999) is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ResidentNumberError {
    /// It is not 17 digits and a digit or X.
    #[error("a resident ID number has 17 digits and then a digit or X")]
    Shape,
    /// Characters 7 to 14 are no date.
    #[error("characters 7 to 14 of the resident ID number are not a date of birth")]
    BirthDate,
    /// The last character does not follow from the others.
    #[error("the last character of the resident ID number does not match the others; compare it with the card")]
    CheckDigit,
}

/// Checks a resident ID number and returns its date of birth. `x` is taken for `X`.
///
/// The check character is ISO 7064 MOD 11-2 (GB 11643-1999, section 5).
pub fn resident_number(number: &str) -> Result<Date, ResidentNumberError> {
    let bytes = number.as_bytes();
    let &[ref digits @ .., last] = bytes else { return Err(ResidentNumberError::Shape) };
    if digits.len() != 17 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(ResidentNumberError::Shape);
    }
    let last = last.to_ascii_uppercase();
    if !last.is_ascii_digit() && last != b'X' {
        return Err(ResidentNumberError::Shape);
    }
    let part = |range: std::ops::Range<usize>| digits[range].iter().fold(0_i16, |n, d| n * 10 + i16::from(d - b'0'));
    let date = i8::try_from(part(10..12))
        .ok()
        .zip(i8::try_from(part(12..14)).ok())
        .and_then(|(month, day)| Date::new(part(6..10), month, day).ok())
        .ok_or(ResidentNumberError::BirthDate)?;
    if last == mod_11_2(digits) { Ok(date) } else { Err(ResidentNumberError::CheckDigit) }
}

/// ISO 7064 MOD 11-2 check character of a run of ASCII digits.
pub fn mod_11_2(digits: &[u8]) -> u8 {
    let sum = digits.iter().fold(0_u32, |p, d| (p + u32::from(d - b'0')) * 2 % 11);
    match (12 - sum) % 11 {
        10 => b'X',
        n => b'0' + u8::try_from(n).unwrap_or(0),
    }
}

/// Why a unified social credit code (统一社会信用代码, GB 32100-2015) is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OrgCodeError {
    /// It does not have 18 characters.
    #[error("a unified social credit code has 18 characters")]
    Length,
    /// It has a character that the standard leaves out (I, O, Z, S, V, or none of the alphabet).
    #[error("a unified social credit code has only digits and capital letters without I, O, S, V and Z")]
    Character,
    /// The last character does not follow from the others.
    #[error(
        "the last character of the unified social credit code does not match the others; compare it with the licence"
    )]
    CheckDigit,
}

/// GB 32100-2015, table 2: the 31 characters by value.
const ORG_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Checks a unified social credit code (GB 32100-2015, section 5: weights are powers of 3 modulo 31).
pub fn org_code(code: &str) -> Result<(), OrgCodeError> {
    if code.chars().count() != 18 {
        return Err(OrgCodeError::Length);
    }
    let mut values = Vec::with_capacity(18);
    for byte in code.bytes() {
        let value = ORG_ALPHABET.iter().position(|&c| c == byte).ok_or(OrgCodeError::Character)?;
        values.push(u32::try_from(value).map_err(|_| OrgCodeError::Character)?);
    }
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight % 31;
        weight = weight * 3 % 31;
    }
    if values[17] == (31 - sum % 31) % 31 { Ok(()) } else { Err(OrgCodeError::CheckDigit) }
}

/// Why a phone number is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PhoneError {
    /// Too few digits yet.
    #[error("a mobile number has 11 digits; {0} are missing")]
    TooShort(u8),
    /// Too many digits.
    #[error("a mobile number has 11 digits; this has more")]
    TooLong,
    /// It does not begin with 13 to 19.
    #[error("a mobile number begins with 13 to 19; a landline needs its area code")]
    Prefix,
    /// It has something other than digits and what separates them, or an extension that is none.
    #[error("a phone number has only digits, and an extension after \"ext\"")]
    Character,
}

/// Whether there is such a day, written `YYYY-MM-DD`.
pub fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<Date>().is_ok()
}

/// Brings a mobile number into its one form, 11 digits: spaces, hyphens, brackets and a leading +86, 86 or 0086 are
/// dropped.
pub fn mobile(input: &str) -> Result<String, PhoneError> {
    mobile_of(&bare(input))
}

/// What was keyed in as a phone number, without what only separates.
fn bare(input: &str) -> String {
    keyed(input).chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/')).collect()
}

fn mobile_of(number: &str) -> Result<String, PhoneError> {
    let country = ["+86", "0086"].iter().find_map(|country| number.strip_prefix(country));
    let short = number.strip_prefix("86").filter(|rest| rest.len() == 11);
    let digits = country.or(short).unwrap_or(number);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(PhoneError::Character);
    }
    let bytes = digits.as_bytes();
    if bytes.first().is_some_and(|&b| b != b'1') || bytes.get(1).is_some_and(|b| !(b'3'..=b'9').contains(b)) {
        return Err(PhoneError::Prefix);
    }
    match bytes.len() {
        11 => Ok(digits.to_owned()),
        n @ ..11 => Err(PhoneError::TooShort(u8::try_from(11 - n).unwrap_or(11))),
        _ => Err(PhoneError::TooLong),
    }
}

/// A mobile number or, where a field asks for any phone, a landline (area code of 0 and two or three digits, then seven
/// or eight digits) or a number of a company (400 or 800 and seven digits), each perhaps with an extension of up to six
/// digits. Returns the digits, and the extension behind a hyphen.
pub fn phone(input: &str) -> Result<String, PhoneError> {
    let text = keyed(input).to_lowercase();
    let marked = EXTENSIONS.iter().find_map(|mark| text.split_once(mark));
    // A hyphen parts an extension only where what stands before it is whole.
    let hyphenated = || text.rsplit_once('-').filter(|(before, _)| any_phone(before).is_ok());
    let Some((before, extension)) = marked.or_else(hyphenated) else { return any_phone(&text) };
    let (number, extension) = (any_phone(before)?, bare(extension));
    let sound = (1..=6).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_digit());
    if sound { Ok(format!("{number}-{extension}")) } else { Err(PhoneError::Character) }
}

/// A whole number without extension: landline, company or mobile.
fn any_phone(text: &str) -> Result<String, PhoneError> {
    let number = bare(text);
    let abroad = number.strip_prefix("+86").filter(|rest| !rest.starts_with('1'));
    let number = abroad.map_or(number.clone(), |rest| format!("0{}", rest.trim_start_matches('0')));
    let landline = number.starts_with('0') && !number.starts_with("00") && (10..=12).contains(&number.len());
    let company = ["400", "800"].iter().any(|prefix| number.starts_with(prefix)) && number.len() == 10;
    let digits = number.bytes().all(|b| b.is_ascii_digit());
    if digits && (landline || company) { Ok(number) } else { mobile_of(&number) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn resident_numbers() {
        // The example of GB 11643-1999 and a made-up one ending in X.
        for good in ["11010519491231002X", "11010519491231002x", "440524188001010014"] {
            assert!(resident_number(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("", ResidentNumberError::Shape),
            ("1101051949123100", ResidentNumberError::Shape),
            ("11010519491231002Y", ResidentNumberError::Shape),
            ("1101O519491231002X", ResidentNumberError::Shape),
            ("１1010519491231002X", ResidentNumberError::Shape),
            ("110105194913310027", ResidentNumberError::BirthDate),
            ("110105194912310021", ResidentNumberError::CheckDigit),
        ] {
            assert_eq!(resident_number(bad), Err(why), "{bad}");
        }
        assert_eq!(resident_number("11010519491231002X").ok(), Date::new(1949, 12, 31).ok());
    }

    #[test]
    fn organisation_codes() {
        // Published codes of Huawei and Alibaba.
        for good in ["914403001922038216", "91330100799655058B"] {
            assert_eq!(org_code(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("91440300192203821", OrgCodeError::Length),
            ("9144030019220382160", OrgCodeError::Length),
            ("91330100799655058b", OrgCodeError::Character),
            ("9133010079965505IB", OrgCodeError::Character),
            ("914403001922038217", OrgCodeError::CheckDigit),
        ] {
            assert_eq!(org_code(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn phones() {
        for (input, form) in [
            ("13812345678", "13812345678"),
            ("138 1234 5678", "13812345678"),
            ("+86 138-1234-5678", "13812345678"),
            ("008613812345678", "13812345678"),
            ("8613812345678", "13812345678"),
            ("（+86）138 1234 5678", "13812345678"),
            ("１３８１２３４５６７８", "13812345678"),
            ("138–1234–5678", "13812345678"),
            ("\u{202D}13812345678\u{202C}", "13812345678"),
        ] {
            assert_eq!(mobile(input).as_deref(), Ok(form), "{input}");
        }
        for (input, why) in [
            ("", PhoneError::TooShort(11)),
            ("138", PhoneError::TooShort(8)),
            ("23812345678", PhoneError::Prefix),
            ("12812345678", PhoneError::Prefix),
            ("138123456789", PhoneError::TooLong),
            ("1381234567a", PhoneError::Character),
        ] {
            assert_eq!(mobile(input), Err(why), "{input}");
        }
        for (input, form) in [
            ("0795-3998888", "07953998888"),
            ("010 12345678", "01012345678"),
            ("（0795）3998888", "07953998888"),
            ("+86 795 3998888", "07953998888"),
            ("0795-3998888转8001", "07953998888-8001"),
            ("0795-3998888-8001", "07953998888-8001"),
            ("0795 3998888 ext. 8001", "07953998888-8001"),
            ("07953998888-8001", "07953998888-8001"),
            ("400-123-4567", "4001234567"),
            ("400 123 4567 转 2", "4001234567-2"),
            ("800-810-8888", "8008108888"),
            ("13812345678", "13812345678"),
        ] {
            assert_eq!(phone(input).as_deref(), Ok(form), "{input}");
        }
        for (input, why) in [
            ("0795-3998888转台", PhoneError::Character),
            ("3998888", PhoneError::Prefix),
            ("400-123-456", PhoneError::Prefix),
            ("1381234", PhoneError::TooShort(4)),
        ] {
            assert_eq!(phone(input), Err(why), "{input}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = (resident_number(&text), org_code(&text), mobile(&text), phone(&text));
        }

        #[test]
        fn one_wrong_digit_of_a_resident_number_is_seen(at in 0_usize..17, other in 0_u8..10) {
            let good = "11010519491231002X";
            let mut bytes = good.as_bytes().to_vec();
            prop_assume!(bytes[at] != b'0' + other);
            bytes[at] = b'0' + other;
            prop_assert!(resident_number(&String::from_utf8_lossy(&bytes)).is_err());
        }

        #[test]
        fn one_wrong_character_of_an_organisation_code_is_seen(at in 0_usize..18, other in 0_usize..31) {
            let mut bytes = b"91330100799655058B".to_vec();
            prop_assume!(bytes[at] != ORG_ALPHABET[other]);
            bytes[at] = ORG_ALPHABET[other];
            prop_assert_eq!(org_code(&String::from_utf8_lossy(&bytes)), Err(OrgCodeError::CheckDigit));
        }
    }
}
