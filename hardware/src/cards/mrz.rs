//! What opens the chip of a travel document: document number, birth date and expiry date, as the machine readable
//! lines printed on it give them (ICAO Doc 9303 parts 3 to 6), each with its check digit. Pure.

use zeroize::Zeroizing;

use super::Secret;

pub(super) mod data;
mod lines;
pub(super) mod permit;

pub use lines::{MrzLines, Read};
use permit::Permit;

/// Why text is no such key. Nothing of the text is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MrzError {
    /// neither three parts nor the lines of a document
    #[error(
        "it is neither number, birth and expiry, each with its check digit, nor the two lines of 44 or 36 or the three \
         lines of 30 characters of a document, nor the one line of a permit"
    )]
    Shape,
    /// a character that no machine readable line has
    #[error("it has a character that is not A to Z, 0 to 9 or <")]
    Character,
    /// a check digit that does not fit
    #[error("the check digit of the {0} does not fit: look for 0 and O, 1 and I, 8 and B")]
    CheckDigit(&'static str),
    /// a date that does not exist
    #[error("the {0} is no day")]
    Date(&'static str),
}

/// The key. Its parts are wiped from memory when dropped, and no `Debug` shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MrzKey {
    number: Secret,
    birth: Secret,
    expiry: Secret,
}

impl MrzKey {
    /// Reads `L898902C<3 6908061 9406236` (number, birth, expiry, each with its check digit behind it; spaces, commas or
    /// slashes between them), or the lines of the whole document.
    ///
    /// # Errors
    /// [`MrzError`].
    pub fn parse(text: &str) -> Result<Self, MrzError> {
        let between = |byte: u8| matches!(byte, b' ' | b',' | b'/' | b'\n' | b'\r' | b'\t');
        let text = Zeroizing::new(text.to_ascii_uppercase());
        if !text.bytes().all(|byte| value(byte).is_some() || between(byte)) {
            return Err(MrzError::Character);
        }
        let parts: Vec<&str> =
            text.split(|c| u8::try_from(c).is_ok_and(between)).filter(|part| !part.is_empty()).collect();
        match *parts.as_slice() {
            [line, ..] if parts.iter().all(|part| part.len() == permit::LINE) && Permit::of(line).is_some() => {
                let permit = Permit::of(line).filter(|permit| permit.lines() == parts.len()).ok_or(MrzError::Shape)?;
                let fields = permit.fields(line)?;
                Self::from_fields(fields.number, fields.birth, fields.expiry)
            }
            [upper, lower] if (upper.len(), lower.len()) == (44, 44) => {
                Self::from_fields(&lower[..10], &lower[13..20], &lower[21..28])
            }
            [upper, lower] if (upper.len(), lower.len()) == (36, 36) => {
                Self::from_fields(&whole_number(&lower[..10], &lower[28..35]), &lower[13..20], &lower[21..28])
            }
            [first, second, _] if parts.iter().all(|line| line.len() == 30) => {
                Self::from_fields(&whole_number(&first[5..15], &first[15..]), &second[..7], &second[8..15])
            }
            [number, birth, expiry] => Self::from_fields(number, birth, expiry),
            _ => Err(MrzError::Shape),
        }
    }

    /// From three fields that end with their check digits, as a pad asks for them.
    ///
    /// # Errors
    /// [`MrzError`].
    pub fn from_fields(number: &str, birth: &str, expiry: &str) -> Result<Self, MrzError> {
        let number = checked("document number", number)?;
        if number.is_empty() || number.len() > 22 {
            return Err(MrzError::Shape);
        }
        let (birth, expiry) = (date("birth date", birth)?, date("expiry date", expiry)?);
        let secret = |text: &str| Secret::new(text.to_owned());
        // The filling belongs to the number as far as nine characters; the cipher's key is made of it.
        Ok(Self { number: Secret::new(format!("{number:<<9}")), birth: secret(birth), expiry: secret(expiry) })
    }

    /// From what is printed for people to read: the number, and both dates as YYMMDD, with 00 or `<<` for what is not
    /// known of them. Their check digits are made here, so a slip in them shows only when the chip refuses the key.
    ///
    /// # Errors
    /// [`MrzError`].
    pub fn from_printed(number: &str, birth: &str, expiry: &str) -> Result<Self, MrzError> {
        let with_digit = |field: &str| {
            let field = Zeroizing::new(field.to_ascii_uppercase());
            let digit = check_digit(&field).ok_or(MrzError::Character)?;
            Ok(Zeroizing::new(format!("{}{digit}", *field)))
        };
        let date = |field: &str| match *field.as_bytes() {
            [_, _, b'0', b'0', _, _] => format!("{}<<<<", field.get(..2).unwrap_or_default()),
            [_, _, _, _, b'0', b'0'] => format!("{}<<", field.get(..4).unwrap_or_default()),
            _ => field.to_owned(),
        };
        let (birth, expiry) = (Zeroizing::new(date(birth)), Zeroizing::new(date(expiry)));
        Self::from_fields(&with_digit(number)?, &with_digit(&birth)?, &with_digit(&expiry)?)
    }

    /// What the keys of the chip are derived from: number, birth and expiry, each with its check digit (ICAO Doc 9303-11,
    /// 9.7.2, "MRZ information").
    pub(super) fn information(&self) -> Zeroizing<String> {
        let mut all = Zeroizing::new(String::with_capacity(40));
        for part in [&self.number, &self.birth, &self.expiry] {
            all.push_str(part.expose());
            all.extend(check_digit(part.expose()));
        }
        all
    }

    /// Document number, at least nine characters, filled with `<`.
    pub fn number(&self) -> &str {
        self.number.expose()
    }

    /// Birth date, YYMMDD, with `<` for what is not known of it.
    pub fn birth(&self) -> &str {
        self.birth.expose()
    }

    /// Expiry date, YYMMDD; `<<<<<<` for a document without end.
    pub fn expiry(&self) -> &str {
        self.expiry.expose()
    }
}

/// A number with its check digit. One of more than nine characters has a filler in the digit's place and goes on in the
/// field of optional data, up to the next filler (ICAO Doc 9303 parts 5 and 6, 4.2.2; passports have no such numbers).
fn whole_number(field: &str, optional: &str) -> Zeroizing<String> {
    match (field.strip_suffix('<'), optional.split('<').next()) {
        (Some(front), Some(rest)) if !rest.is_empty() => Zeroizing::new(format!("{front}{rest}")),
        _ => Zeroizing::new(field.to_owned()),
    }
}

/// Value of a character for check digits, ICAO Doc 9303-3, 4.9.
fn value(byte: u8) -> Option<u32> {
    VALUES.get(usize::from(byte)).filter(|value| **value != NO_VALUE).map(|value| u32::from(*value))
}

const NO_VALUE: u8 = u8::MAX;
/// In a table, because no processor can guess whether the next one is a letter or a digit.
const VALUES: [u8; 256] = {
    let characters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut values = [NO_VALUE; 256];
    let mut n: u8 = 0;
    while (n as usize) < characters.len() {
        values[characters[n as usize] as usize] = n;
        n += 1;
    }
    values[b'<' as usize] = 0;
    values
};

/// Check digit of a field, ICAO Doc 9303-3, 4.9: weights 7, 3, 1 and so on, modulo 10. `None`: a character that no
/// machine readable line has.
pub fn check_digit(field: &str) -> Option<char> {
    let weighted = field.bytes().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| Some(value(byte)? * weight));
    char::from_digit(weighted.sum::<Option<u32>>()? % 10, 10)
}

/// The field without the check digit behind it and without what fills it up: that counts nothing, so it need not be
/// typed.
fn checked<'a>(name: &'static str, field: &'a str) -> Result<&'a str, MrzError> {
    split_checked(name, field).map(|body| body.trim_end_matches('<'))
}

fn split_checked<'a>(name: &'static str, field: &'a str) -> Result<&'a str, MrzError> {
    let at = field.len().checked_sub(1).filter(|at| field.is_char_boundary(*at)).ok_or(MrzError::Shape)?;
    let (body, digit) = field.split_at(at);
    match check_digit(body) {
        None => Err(MrzError::Character),
        Some(wanted) if digit.starts_with(wanted) => Ok(body),
        // Of nothing, the digit may be left out too (ICAO Doc 9303-4, 4.2.2.2, for optional data).
        Some('0') if digit == "<" && body.bytes().all(|byte| byte == b'<') => Ok(body),
        Some(_) => Err(MrzError::CheckDigit(name)),
    }
}

/// Six characters of a date, YYMMDD, and their check digit. From the end on, parts may be unknown (ICAO Doc 9303-3, 4.8).
fn date<'a>(name: &'static str, field: &'a str) -> Result<&'a str, MrzError> {
    if field.len() != 7 {
        return Err(MrzError::Shape);
    }
    let body = split_checked(name, field)?;
    // The century is not said; 2000 was a leap year, so that every date that can be meant exists in it.
    let known = body.trim_end_matches('<');
    let full = Zeroizing::new(match known.len() {
        0 => "20000101".to_owned(),
        2 => format!("20{known}0101"),
        4 => format!("20{known}01"),
        _ => format!("20{known}"),
    });
    super::Date::parse(&full).map(|_| body).ok_or(MrzError::Date(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specimens of ICAO Doc 9303 parts 4, 5 and 6.
    const TD3: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
    /// Made up, with their check digits.
    const CT: &str = "CT12345678<80003204153F7408122\nMOLKMOKM<<<<<<<<<<BA1234567897\nYANGBEN<<ZHENGJIAN<<<<<<<<<<<<";
    const CR: &str = "CRH1234567830003204153F7408122\nMOLKMOKM<<<<<<<<<<BA1234563<42\nYANGBEN<<ZHENGJIAN<<<<<<<<<<<<";
    const TD1: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";

    #[test]
    fn keys_are_read_from_fields_and_from_lines() {
        // ICAO Doc 9303-11, appendix D.2: a number of more than nine characters on either small format.
        let long = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<";
        let long_td2 = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8";
        let and_more = "I<UTOD23145890<7349<ZE184226<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<";
        for (text, number, birth, expiry) in [
            ("L898902C<3 6908061 9406236", "L898902C<", "690806", "940623"),
            ("l898902c3/6908061/9406236", "L898902C<", "690806", "940623"),
            (TD3, "L898902C3", "740812", "120415"),
            (TD2, "D23145890", "740812", "120415"),
            (TD1, "D23145890", "740812", "120415"),
            (long, "D23145890734", "340712", "950712"),
            (long_td2, "D23145890734", "340712", "950712"),
            (and_more, "D23145890734", "340712", "950712"),
            // Permits: one line, three lines, three parts.
            ("CSC123456788<3204153<7408122<0", "C12345678", "740812", "320415"),
            ("CDT123456787<3204153<7408122<2", "T12345678", "740812", "320415"),
            (CT, "12345678<", "740812", "320415"),
            (CR, "H12345678", "740812", "320415"),
            ("12345678<8 7408122 3204153", "12345678<", "740812", "320415"),
        ] {
            let key = MrzKey::parse(text).unwrap();
            assert_eq!((key.number(), key.birth(), key.expiry()), (number, birth, expiry), "{text}");
        }
    }

    #[test]
    fn what_is_printed_for_people_makes_the_same_key() {
        let printed = MrzKey::from_printed("l898902c3", "740812", "120415").unwrap();
        assert_eq!(printed, MrzKey::parse(TD3).unwrap());
        for (number, birth, error) in [
            ("", "740812", MrzError::Shape),
            ("L-8", "740812", MrzError::Character),
            ("L8", "741312", MrzError::Date("birth date")),
            ("L8", "7408", MrzError::Shape),
        ] {
            assert_eq!(MrzKey::from_printed(number, birth, "120415"), Err(error), "{number} {birth}");
        }
    }

    #[test]
    fn parts_of_a_date_may_be_unknown_from_its_end_on() {
        // ICAO Doc 9303-3, 4.8: check digits over what stands there.
        for (birth, expiry) in [("7408<<", "320415"), ("74<<<<", "480415"), ("<<<<<<", "<<<<<<"), ("740812", "991231")]
        {
            let with_digit = |field: &str| format!("{field}{}", check_digit(field).unwrap());
            let key = MrzKey::from_fields("L898902C36", &with_digit(birth), &with_digit(expiry)).unwrap();
            assert_eq!((key.birth(), key.expiry()), (birth, expiry));
            assert_eq!(MrzKey::from_printed("L898902C3", birth, expiry).unwrap(), key);
            assert_eq!(*key.information(), format!("L898902C36{}{}", with_digit(birth), with_digit(expiry)));
        }
        let printed = |birth: &str| MrzKey::from_printed("L898902C3", birth, "320415").unwrap();
        assert_eq!((printed("740800").birth(), printed("740000").birth()), ("7408<<", "74<<<<"));
        for birth in ["7413<<", "74<<12", "7<<<<<", "<<0812", "740<<<"] {
            let read = MrzKey::from_printed("L898902C3", birth, "320415");
            assert_eq!(read, Err(MrzError::Date("birth date")), "{birth}");
        }
        assert!(MrzKey::parse("L898902C<3 <<<<<<< 9406236").is_ok(), "no digit of nothing");
    }

    #[test]
    fn wrong_keys_say_what_is_wrong() {
        for (text, error) in [
            ("L898902C<4 6908061 9406236", MrzError::CheckDigit("document number")),
            ("L898902C<3 6908062 9406236", MrzError::CheckDigit("birth date")),
            ("L898902C<3 6908061 9406235", MrzError::CheckDigit("expiry date")),
            ("L898902C<3 6913012 9406236", MrzError::Date("birth date")),
            ("L898902C<3 690806 9406236", MrzError::Shape),
            ("L8989Ü2C<3 6908061 9406236", MrzError::Character),
            ("", MrzError::Shape),
            ("<0 6908061 9406236", MrzError::Shape),
            ("CSC123456788<3204153<7408122<1", MrzError::CheckDigit("line")),
            ("CT12345678<80003204153F7408122", MrzError::Shape),
        ] {
            assert_eq!(MrzKey::parse(text), Err(error), "{text}");
        }
        assert!(!format!("{:?}", MrzKey::parse(TD3)).contains("L898"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken_without_harm(text: String) {
            drop(MrzKey::parse(&text));
        }
    }
}
