//! Machine readable lines of the four permits between the Mainland and Hong Kong, Macau and Taiwan. They are no TD1, though
//! their lines are as long, and no specification of them is published: the layouts are those that public readers use, two
//! of them for the outbound permits and one for the inbound ones; sample cards agree. Positions count from 0. Pure.

use encoding_rs::GBK;

use super::{MrzError, check_digit, checked, date};

/// Characters of a line.
pub(super) const LINE: usize = 30;

/// Which permit a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cards) enum Permit {
    /// 往来港澳通行证 (`CS`) and 往来台湾通行证 (`CD`): one line is printed. Number 2, check digit 11, filler 12, expiry
    /// 13, check digit 19, filler 20, birth 21, check digit 27, filler 28, check digit 29 over all three with theirs.
    Outbound,
    /// 回乡证 (`CR`) and 台胞证 (`CT`): three lines. Number 2, check digit 11, times renewed 12, check digit 14, expiry 15,
    /// check digit 21, sex 22, birth 23, check digit 29.
    Inbound,
}

/// Number, birth date and expiry date of a permit, each with its check digit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::cards) struct Fields<'a> {
    pub(in crate::cards) number: &'a str,
    pub(in crate::cards) birth: &'a str,
    pub(in crate::cards) expiry: &'a str,
}

impl Permit {
    /// The permit that this line is the first of. `None`: it is a line of another document.
    pub(in crate::cards) fn of(line: &str) -> Option<Self> {
        let bytes = line.as_bytes();
        if !line.is_ascii() || bytes.len() < LINE {
            return None;
        }
        // A TD1 has its issuing state at 2 to 4, and no digit in it; a permit's number has one there.
        let numbered = bytes[2..5].iter().any(u8::is_ascii_digit);
        match &bytes[..2] {
            b"CS" | b"CD" if numbered && [12, 20, 28].iter().all(|at| bytes[*at] == b'<') => Some(Self::Outbound),
            b"CR" | b"CT" if numbered => Some(Self::Inbound),
            _ => None,
        }
    }

    /// How many lines are printed.
    pub(super) fn lines(self) -> usize {
        match self {
            Self::Outbound => 1,
            Self::Inbound => 3,
        }
    }

    /// What its first line says, in ASCII and at least [`LINE`] long, as [`Permit::of`] asks.
    ///
    /// # Errors
    /// [`MrzError`]: a check digit does not fit, or a date is no day.
    pub(in crate::cards) fn fields(self, line: &str) -> Result<Fields<'_>, MrzError> {
        let part = |from: usize, to: usize| line.get(from..to).ok_or(MrzError::Shape);
        let fields = match self {
            Self::Outbound => Fields { number: part(2, 12)?, birth: part(21, 28)?, expiry: part(13, 20)? },
            Self::Inbound => Fields { number: part(2, 12)?, birth: part(23, 30)?, expiry: part(15, 22)? },
        };
        checked("document number", fields.number)?;
        date("birth date", fields.birth)?;
        date("expiry date", fields.expiry)?;
        if self == Self::Outbound {
            let all = zeroize::Zeroizing::new([fields.number, fields.expiry, fields.birth].concat());
            if check_digit(&all).ok_or(MrzError::Character)? != char::from(line.as_bytes()[29]) {
                return Err(MrzError::CheckDigit("line"));
            }
        } else {
            checked("times renewed", part(12, 15)?)?;
        }
        Ok(fields)
    }
}

/// A Chinese name as these lines write it: each byte of GBK as two letters, A for 0 to P for 15. `None`: it is not written
/// so. A half character at its end was cut off by the field's end and is left out.
pub(in crate::cards) fn coded_name(field: &str) -> Option<String> {
    let half = |letter: &u8| matches!(letter, b'A'..=b'P').then(|| letter - b'A');
    let letters = field.trim_end_matches('<').as_bytes();
    let bytes: Option<Vec<u8>> =
        letters.chunks_exact(2).map(|pair| Some(half(&pair[0])? << 4 | half(&pair[1])?)).collect();
    let mut bytes = zeroize::Zeroizing::new(bytes?);
    let whole = whole_characters(&bytes);
    bytes.truncate(whole);
    let name = GBK.decode_without_bom_handling_and_without_replacement(&bytes)?;
    (!name.is_empty()).then(|| name.into_owned())
}

/// How many of these bytes are whole characters of GBK: one below 80, else two.
fn whole_characters(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(first) = bytes.get(at) {
        let next = at + if *first < 0x80 { 1 } else { 2 };
        if next > bytes.len() {
            break;
        }
        at = next;
    }
    at
}

/// First two digits of the year of birth, from the letter that inbound permits have for it.
pub(in crate::cards) fn century(letter: u8) -> Option<u16> {
    match letter {
        b'A' => Some(18),
        b'B' => Some(19),
        b'C' => Some(20),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made up; every check digit fits.
    const INBOUND: &str = "CT12345678<80003204153F7408122";

    #[test]
    fn permits_are_told_from_other_documents() {
        for (line, permit) in [
            (INBOUND, Some(Permit::Inbound)),
            ("CRH1234567830003204153F7408122", Some(Permit::Inbound)),
            // Of permanent residents who are no Chinese citizens the number begins with two letters.
            ("CRHA123456770003204153F7408122", Some(Permit::Inbound)),
            ("CSC123456788<3204153<7408122<0", Some(Permit::Outbound)),
            // A TD1 with the same first letters.
            ("CTUTOD231458907<<<<<<<<<<<<<<<", None),
            ("CDD<<12345678<4<<<<<<<<<<<<<<<", None),
            ("I<UTOD231458907<<<<<<<<<<<<<<<", None),
            ("CT1234", None),
            ("", None),
        ] {
            assert_eq!(Permit::of(line), permit, "{line}");
        }
    }

    #[test]
    fn a_slip_in_any_field_is_seen() {
        let read = |line: &str| Permit::of(line).unwrap().fields(line).map(|fields| fields.number.to_owned());
        assert_eq!(read(INBOUND), Ok("12345678<8".to_owned()));
        for (from, to, wrong) in [
            ("12345678", "12345679", "document number"),
            ("8000", "8010", "times renewed"),
            ("320415", "320416", "expiry date"),
            ("740812", "740813", "birth date"),
        ] {
            assert_eq!(read(&INBOUND.replacen(from, to, 1)), Err(MrzError::CheckDigit(wrong)));
        }
        let outbound = outbound("C12345678");
        assert_eq!(read(&outbound), Ok(outbound[2..12].to_owned()));
        let last = outbound.as_bytes()[29];
        let other = format!("{}{}", &outbound[..29], char::from(b'0' + (last - b'0' + 1) % 10));
        assert_eq!(read(&other), Err(MrzError::CheckDigit("line")));
    }

    pub(super) fn outbound(number: &str) -> String {
        let with_digit = |field: &str| format!("{field}{}", check_digit(field).unwrap());
        let (number, expiry, birth) = (with_digit(number), with_digit("320415"), with_digit("740812"));
        let all = check_digit(&format!("{number}{expiry}{birth}")).unwrap();
        format!("CS{number}<{expiry}<{birth}<{all}")
    }

    #[test]
    fn coded_names() {
        for (field, name) in [
            ("MOLK", Some("魏")),
            ("MOLKMOKM<<<<<<<<<<", Some("魏维")),
            // 证件样本, as published samples have it, the field's end within its fourth character.
            ("NGKELMP<NB", None),
            ("NGKELMPO", Some("证件")),
            ("NGKELMPONB", Some("证件")),
            ("YANGBEN", None),
            ("<<<<", None),
            ("", None),
        ] {
            assert_eq!(coded_name(field).as_deref(), name, "{field}");
        }
        assert_eq!([b'A', b'B', b'C', b'<', b'1'].map(century), [Some(18), Some(19), Some(20), None, None]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken_without_harm(text: String) {
            drop(coded_name(&text));
            if let Some(permit) = Permit::of(&text) {
                drop(permit.fields(&text).map(|fields| fields.number.to_owned()));
            }
        }

        #[test]
        fn names_survive_their_coding(name in "[\u{4E00}-\u{9FA5}]{1,4}") {
            let (bytes, _, lost) = GBK.encode(&name);
            let letters = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| char::from(b'A' + half));
            if !lost {
                proptest::prop_assert_eq!(coded_name(&letters.collect::<String>()), Some(name));
            }
        }
    }
}
