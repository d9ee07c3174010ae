//! Data group 11 (ICAO Doc 9303-10, 4.7.11): the name in national characters and the full birth date. States fill its
//! other fields in many ways (packed digits, Latin-1, GBK); only these two are looked at, and one of them that cannot be
//! read is as good as absent. Pure.

use encoding_rs::GBK;

use crate::cards::Secret;
use crate::cards::ber;

/// The data group itself.
const DG11: u32 = 0x6B;
const FULL_NAME: u32 = 0x5F0E;
const FULL_BIRTH_DATE: u32 = 0x5F2B;

/// What is wanted of it.
#[derive(Default)]
pub(super) struct Details {
    /// Name in the letters of its country, words apart by spaces; empty where there is none that can be read.
    pub(super) name: Secret,
    /// YYYYMMDD, with 00 for what is not known.
    pub(super) birth: Option<Secret>,
}

/// Reads the file. `chinese`: the name can only be a Chinese one, as on permits.
pub(super) fn parse(file: &[u8], chinese: bool) -> Details {
    let Some(fields) = ber::inside(file, DG11) else { return Details::default() };
    Details {
        name: fields.find(FULL_NAME).and_then(|field| name(field.value, chinese)).unwrap_or_default(),
        birth: fields.find(FULL_BIRTH_DATE).and_then(|field| birth(field.value)),
    }
}

/// UTF-8, as the standard says; Chinese documents also have GBK. Where both can be read, as 魏维 in GBK is κά in UTF-8, only
/// the document tells which is meant. Any bytes are Latin-1, so that is not tried: the name in Latin letters is known from
/// elsewhere.
fn name(bytes: &[u8], chinese: bool) -> Option<Secret> {
    let gbk = || GBK.decode_without_bom_handling_and_without_replacement(bytes).filter(|text| is_chinese(text));
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if chinese && !is_chinese(text) => gbk().unwrap_or(text.into()),
        Ok(text) => text.into(),
        Err(_) => gbk()?,
    };
    let words: Vec<&str> = text.split(['<', ' ', '\0', '\u{3000}']).filter(|word| !word.is_empty()).collect();
    Some(Secret::new(words.join(" ")))
}

/// Latin-1 read as GBK gives pairs of accented letters that make rare characters, and single letters left over.
fn is_chinese(text: &str) -> bool {
    text.chars().all(|character| matches!(character, '\u{3400}'..='\u{9FFF}' | '·' | '<' | ' ' | '\u{3000}'))
}

/// Eight digits, or the same packed into four bytes.
fn birth(bytes: &[u8]) -> Option<Secret> {
    let digits = match bytes.len() {
        8 => String::from_utf8(bytes.to_vec()).ok()?,
        4 => bytes.iter().map(|byte| format!("{byte:02X}")).collect(),
        _ => return None,
    };
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| Secret::new(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(fields: &[(u32, &[u8])], chinese: bool) -> (String, Option<String>) {
        let fields: Vec<u8> = fields.iter().flat_map(|(tag, value)| ber::object(*tag, value)).collect();
        let details = parse(&ber::object(DG11, &fields), chinese);
        (details.name.expose().to_owned(), details.birth.map(|birth| birth.expose().to_owned()))
    }

    #[test]
    fn one_odd_field_spoils_no_other() {
        let gbk: &[u8] = &[0xCE, 0xBA, 0xCE, 0xAC];
        for (name, chinese, birth, expected) in [
            ("魏<<维".as_bytes(), true, &b"19740812"[..], ("魏 维", Some("19740812"))),
            ("魏<<维".as_bytes(), false, b"19740812", ("魏 维", Some("19740812"))),
            (gbk, true, &[0x19, 0x74, 0x08, 0x12], ("魏维", Some("19740812"))),
            // The same bytes on a Greek passport.
            (gbk, false, b"", ("κά", None)),
            // 张, which is no UTF-8.
            (&[0xD5, 0xC5], false, b"", ("张", None)),
            ("ЭРИКССОН<<АННА".as_bytes(), false, b"19740800", ("ЭРИКССОН АННА", Some("19740800"))),
            // Latin-1: "JÕEORG".
            (b"J\xD5EORG", false, b"1974-8-12", ("", None)),
            (b"\xFF", true, &[0x1A, 0x74, 0x08, 0x12], ("", None)),
            (b"", true, b"", ("", None)),
        ] {
            let fields = [
                (0x5C, &b"\x5F\x0E\x5F\x2B\x5F\x10\x5F\x11"[..]),
                // A personal number in packed digits, a place in Latin-1, an address in GBK.
                (0x5F10, &[0x12, 0x34, 0x99]),
                (0x5F11, b"K\xF6ln"),
                (FULL_NAME, name),
                (0x5F42, gbk),
                (FULL_BIRTH_DATE, birth),
            ];
            let (name, birth) = parsed(&fields, chinese);
            assert_eq!((name.as_str(), birth.as_deref()), expected);
        }
        // Cut off within a field, after the name.
        let mut file = ber::object(FULL_NAME, "魏维".as_bytes());
        file.extend([0x5F, 0x2B, 0x7F, 0x31]);
        assert_eq!(parse(&ber::object(DG11, &file), false).name.expose(), "魏维");
        assert!(parse(b"", true).name.is_empty() && parse(b"\x61\x00", true).name.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(bytes: Vec<u8>) {
            drop(parse(&bytes, true));
            drop(parse(&ber::object(DG11, &bytes), false));
        }
    }
}
