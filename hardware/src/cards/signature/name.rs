//! Names of authorities, compared as RFC 5280, 7.1 says: letters of either case, runs of spaces, and the kind of string
//! tell nothing. One in twelve authorities writes its name in two ways. Pure.

use std::fmt::Write as _;

use crate::cards::ber::{OBJECT_IDENTIFIER, Reader, SEQUENCE, SET};

/// Attributes whose values are shown, with their usual letters (RFC 4519, 2): C, O, OU, CN.
const SHOWN: [(&[u8], &str); 4] =
    [(&[0x55, 4, 6], "C"), (&[0x55, 4, 10], "O"), (&[0x55, 4, 11], "OU"), (&[0x55, 4, 3], "CN")];

/// A name. Two are equal when the standard says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cards) struct Name {
    /// Each attribute of each relative name, in the order of the names.
    canonical: Vec<Vec<(Vec<u8>, Vec<u8>)>>,
}

impl Name {
    /// From the value of a Name. `None`: it is none.
    pub(in crate::cards) fn parse(value: &[u8]) -> Option<Self> {
        let (mut relatives, mut canonical) = (Reader::new(value), Vec::new());
        while !relatives.is_empty() {
            let mut attributes = Reader::new(relatives.take(SET)?.value);
            let mut set = Vec::new();
            while !attributes.is_empty() {
                let mut attribute = Reader::new(attributes.take(SEQUENCE)?.value);
                let kind = attribute.take(OBJECT_IDENTIFIER)?.value.to_vec();
                let value = attribute.next()?;
                set.push((
                    kind,
                    text(value.tag, value.value).map_or_else(|| value.whole.to_vec(), |text| folded(&text)),
                ));
            }
            set.sort();
            canonical.push(set);
        }
        Some(Self { canonical })
    }

    /// The state, two letters in upper case; empty where the name has none.
    pub(in crate::cards) fn state(&self) -> String {
        self.attribute(SHOWN[0].0).unwrap_or_default().to_uppercase()
    }

    fn attribute(&self, wanted: &[u8]) -> Option<String> {
        let all = self.canonical.iter().flatten();
        all.filter(|(kind, _)| kind == wanted).map(|(_, value)| String::from_utf8_lossy(value).into_owned()).next()
    }
}

/// For people, such as `C=de, O=bund, CN=csca-germany`; in small letters, as names are compared.
impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        for (kind, letters) in SHOWN {
            if let Some(value) = self.attribute(kind) {
                // Nothing that could move a terminal's cursor.
                let value: String = value.chars().filter(|character| !character.is_control()).collect();
                write!(text, "{}{letters}={value}", if text.is_empty() { "" } else { ", " })?;
            }
        }
        f.write_str(&text)
    }
}

/// The text of a string; `None`: it is of no kind that is compared as text.
fn text(tag: u32, value: &[u8]) -> Option<String> {
    match tag {
        // UTF8, Numeric, Printable, IA5, Visible.
        0x0C | 0x12 | 0x13 | 0x16 | 0x1A => std::str::from_utf8(value).ok().map(str::to_owned),
        // Teletex, which everybody fills with Latin-1.
        0x14 => Some(value.iter().map(|byte| char::from(*byte)).collect()),
        // Universal, four bytes a character; BMP, two.
        0x1C => value.as_chunks::<4>().0.iter().map(|four| char::from_u32(u32::from_be_bytes(*four))).collect(),
        0x1E => {
            let units: Vec<u16> = value.as_chunks::<2>().0.iter().map(|two| u16::from_be_bytes(*two)).collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

/// Small letters, and one space where there is any. Of the preparation of RFC 4518, what compatibility forms would add is
/// left out: no authority's name has any.
fn folded(text: &str) -> Vec<u8> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards::ber;

    fn name(attributes: &[(u8, u32, &[u8])]) -> Name {
        let relative = |(kind, tag, value): &(u8, u32, &[u8])| {
            let pair = [ber::object(OBJECT_IDENTIFIER, &[0x55, 4, *kind]), ber::object(*tag, value)].concat();
            ber::object(SET, &ber::object(SEQUENCE, &pair))
        };
        Name::parse(&attributes.iter().flat_map(relative).collect::<Vec<u8>>()).unwrap()
    }

    #[test]
    fn names_are_equal_however_they_are_written() {
        let plain = name(&[(6, 0x13, b"UT"), (10, 0x0C, "Außenamt Utopia".as_bytes()), (3, 0x13, b"Utopia CSCA")]);
        for other in [
            name(&[(6, 0x0C, b"ut"), (10, 0x14, b"au\xDFenamt  utopia "), (3, 0x0C, b" UTOPIA  csca")]),
            name(&[(6, 0x13, b"UT"), (10, 0x1E, &bmp("AUßENAMT Utopia")), (3, 0x16, b"Utopia CSCA")]),
        ] {
            assert_eq!(plain, other);
        }
        for other in [
            name(&[(6, 0x13, b"UT"), (3, 0x13, b"Utopia CSCA")]),
            name(&[(6, 0x13, b"UT"), (10, 0x0C, "Außenamt Utopia".as_bytes()), (3, 0x13, b"UtopiaCSCA")]),
            name(&[(3, 0x13, b"Utopia CSCA"), (10, 0x0C, "Außenamt Utopia".as_bytes()), (6, 0x13, b"UT")]),
            // A kind of value that is no text is compared byte by byte.
            name(&[(6, 0x04, b"UT"), (10, 0x0C, "Außenamt Utopia".as_bytes()), (3, 0x13, b"Utopia CSCA")]),
        ] {
            assert_ne!(plain, other);
        }
        assert_eq!(
            (plain.to_string().as_str(), plain.state().as_str()),
            ("C=ut, O=außenamt utopia, CN=utopia csca", "UT")
        );
        assert_eq!(Name::parse(b"\x31\x02\x30\x05"), None);
    }

    fn bmp(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(bytes: Vec<u8>) {
            drop(Name::parse(&bytes));
            drop(Name::parse(&ber::object(SET, &ber::object(SEQUENCE, &bytes))));
        }
    }
}
