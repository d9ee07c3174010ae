//! The machine readable lines as a chip has them (data group 1): who the document belongs to. ICAO Doc 9303 parts 4 to 6,
//! and the layouts of [`super::permit`]. Pure.

use super::permit::{self, Permit};
use super::{MrzError, MrzKey, whole_number};
use crate::cards::{Date, Secret, Sex, ValidTo};

/// What the lines say.
pub(in crate::cards) struct MrzData {
    /// Number of the document, without what fills it up.
    pub(in crate::cards) number: Secret,
    /// Name in Latin letters.
    pub(in crate::cards) latin_name: Secret,
    /// Name in Chinese, where the lines have it.
    pub(in crate::cards) chinese_name: Option<Secret>,
    pub(in crate::cards) sex: Sex,
    pub(in crate::cards) birth: Birth,
    pub(in crate::cards) valid_to: ValidTo,
    /// Issuing state; permits name none.
    pub(in crate::cards) issuer: Option<String>,
    /// Nationality; permits name none.
    pub(in crate::cards) nationality: Option<String>,
}

/// A birth date as the lines have it: YYMMDD without its century, and perhaps not whole.
pub(in crate::cards) struct Birth {
    written: Secret,
    /// First two digits of the year, where the lines have them.
    century: Option<u16>,
}

impl Birth {
    /// The day, if all of it is known. What the document says elsewhere (`full`, YYYYMMDD, DG11) decides on the century if
    /// it agrees with the rest; else the lines; else it is the last such day that is not after `year`, the present one.
    pub(in crate::cards) fn day(&self, full: Option<&str>, year: u16) -> Option<Date> {
        let written = self.written.expose();
        let in_century = |century: u16| Date::parse(&format!("{century:02}{written}"));
        full.filter(|full| full.ends_with(written))
            .and_then(Date::parse)
            .or_else(|| self.century.and_then(in_century))
            .or_else(|| in_century(year / 100).filter(|date| date.year() <= year))
            .or_else(|| in_century((year / 100).checked_sub(1)?))
    }
}

impl MrzData {
    /// Reads the 88, 72 or 90 characters of a document.
    ///
    /// # Errors
    /// [`MrzError`].
    pub(in crate::cards) fn parse(bytes: &[u8]) -> Result<Self, MrzError> {
        // Some chips fill up with spaces.
        let text: String = bytes.iter().map(|byte| if *byte == b' ' { '<' } else { char::from(*byte) }).collect();
        let text = zeroize::Zeroizing::new(text);
        if !text.bytes().all(|byte| super::value(byte).is_some()) {
            return Err(MrzError::Character);
        }
        match (text.len(), Permit::of(&text)) {
            (90, Some(permit)) => Self::permit(permit, &text),
            (90, None) => {
                let [number, optional, birth, expiry] = [&text[5..15], &text[15..30], &text[30..37], &text[38..45]];
                let fields =
                    Fields { number: &whole_number(number, optional), birth, expiry, sex: text.as_bytes()[37] };
                Self::icao(&fields, &text[60..90], &text[2..5], &text[45..48])
            }
            (72, _) => {
                let [number, optional, birth, expiry] = [&text[36..46], &text[64..71], &text[49..56], &text[57..64]];
                let fields =
                    Fields { number: &whole_number(number, optional), birth, expiry, sex: text.as_bytes()[56] };
                Self::icao(&fields, &text[5..36], &text[2..5], &text[46..49])
            }
            (88, _) => {
                let [number, birth, expiry] = [&text[44..54], &text[57..64], &text[65..72]];
                let fields = Fields { number, birth, expiry, sex: text.as_bytes()[64] };
                Self::icao(&fields, &text[5..44], &text[2..5], &text[54..57])
            }
            _ => Err(MrzError::Shape),
        }
    }

    fn icao(fields: &Fields<'_>, names: &str, issuer: &str, nationality: &str) -> Result<Self, MrzError> {
        let state = |code: &str| Some(code.trim_matches('<').to_owned());
        fields.with(names, None, None, state(issuer), state(nationality))
    }

    fn permit(permit: Permit, text: &str) -> Result<Self, MrzError> {
        let (first, rest) = text.split_at(permit::LINE);
        let permit::Fields { number, birth, expiry } = permit.fields(first)?;
        let rest_bytes = rest.as_bytes();
        // Outbound: the line that is printed, then name (12), Pinyin (18), sex. Inbound: name (18), century of birth in the
        // second line; Pinyin in the third, whose last four characters are the place of issue on 台胞证.
        let (sex, chinese, latin, century) = match permit {
            Permit::Outbound => (rest_bytes[30], &rest[..12], &rest[12..30], None),
            Permit::Inbound => {
                let end = if first.starts_with("CT") { 56 } else { 60 };
                (first.as_bytes()[22], &rest[..18], &rest[30..end], permit::century(rest_bytes[18]))
            }
        };
        let chinese = permit::coded_name(chinese).map(Secret::new);
        Fields { number, birth, expiry, sex }.with(latin, chinese, century, None, None)
    }
}

/// Fields that every layout has; the first three with their check digits.
struct Fields<'a> {
    number: &'a str,
    birth: &'a str,
    expiry: &'a str,
    sex: u8,
}

impl Fields<'_> {
    fn with(
        &self,
        latin: &str,
        chinese_name: Option<Secret>,
        century: Option<u16>,
        issuer: Option<String>,
        nationality: Option<String>,
    ) -> Result<MrzData, MrzError> {
        let key = MrzKey::from_fields(self.number, self.birth, self.expiry)?;
        // Chips that keep such data are of this century: an expiry date is of no other.
        let valid_to = match Date::parse(&zeroize::Zeroizing::new(format!("20{}", key.expiry()))) {
            Some(day) => ValidTo::Date(day),
            None if key.expiry() == "<<<<<<" => ValidTo::LongTerm,
            None => ValidTo::NotSaid,
        };
        let mut words = zeroize::Zeroizing::new(String::with_capacity(latin.len()));
        for word in latin.split('<').filter(|word| !word.is_empty()) {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
        }
        Ok(MrzData {
            number: Secret::new(key.number().trim_end_matches('<').to_owned()),
            latin_name: Secret::new(words.to_string()),
            chinese_name,
            sex: match self.sex {
                b'M' => Sex::Male,
                b'F' => Sex::Female,
                _ => Sex::Unknown,
            },
            birth: Birth { written: Secret::new(key.birth().to_owned()), century },
            valid_to,
            issuer,
            nationality,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: u16 = 2026;

    fn parsed(text: &str) -> Result<MrzData, MrzError> {
        MrzData::parse(text.as_bytes())
    }

    fn day(text: &str) -> Option<Date> {
        Date::parse(text)
    }

    #[test]
    fn documents_of_every_layout() {
        const ANNA: &str = "ERIKSSON ANNA MARIA";
        for (text, number, latin, chinese, issuer) in [
            (
                "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10",
                "L898902C3",
                ANNA,
                None,
                Some("UTO"),
            ),
            (
                "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6",
                "D23145890",
                ANNA,
                None,
                Some("UTO"),
            ),
            (
                "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
                "D23145890",
                ANNA,
                None,
                Some("UTO"),
            ),
            (
                "CSC123456788<3204153<7408122<0MOLKMOKM<<<<YANGBEN<<ZHENGJIANF<<<<<<<BJS<<<<<<<<<<<<<<<<<<<",
                "C12345678",
                "YANGBEN ZHENGJIAN",
                Some("魏维"),
                None,
            ),
            (
                "CDT123456787<3204153<7408122<2MOLKMOKM<<<<YANGBEN<<ZHENGJIANF<<<<<<<BJS<<<<<<<<<<<<<<<<<<<",
                "T12345678",
                "YANGBEN ZHENGJIAN",
                Some("魏维"),
                None,
            ),
            (
                "CT12345678<80003204153F7408122MOLKMOKM<<<<<<<<<<BA1234567897YANGBEN<<ZHENGJIAN<<<<<<<<1234",
                "12345678",
                "YANGBEN ZHENGJIAN",
                Some("魏维"),
                None,
            ),
            (
                "CRH1234567830003204153F7408122<<<<<<<<<<<<<<<<<<BA1234563<42YANGBEN<<ZHENGJIAN<<<<<<<<<<<<",
                "H12345678",
                "YANGBEN ZHENGJIAN",
                None,
                None,
            ),
        ] {
            let data = parsed(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((data.number.expose(), data.latin_name.expose()), (number, latin), "{text}");
            assert_eq!(data.chinese_name.as_ref().map(Secret::expose), chinese, "{text}");
            assert_eq!((data.issuer.as_deref(), data.nationality.as_deref()), (issuer, issuer), "{text}");
            assert_eq!((data.sex, data.birth.day(None, YEAR)), (Sex::Female, day("19740812")), "{text}");
            let end = if issuer.is_some() { "20120415" } else { "20320415" };
            assert_eq!(data.valid_to, ValidTo::Date(day(end).unwrap()), "{text}");
        }
    }

    #[test]
    fn long_numbers_go_on_in_the_optional_data() {
        for text in [
            "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<D23145890<UTO3407127M95071227349<<<8",
            "I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<JOHN<<<<<<<<<",
        ] {
            let data = parsed(text).unwrap();
            assert_eq!((data.number.expose(), data.sex), ("D23145890734", Sex::Male));
            assert_eq!(data.valid_to, ValidTo::Date(day("20950712").unwrap()), "more than 20 years ahead");
        }
    }

    #[test]
    fn what_is_not_known_of_a_date_is_not_made_up() {
        let with = |birth: &str, expiry: &str| {
            let digit = |field: &str| format!("{field}{}", super::super::check_digit(field).unwrap());
            let (birth, expiry) = (digit(birth), digit(expiry));
            parsed(&format!(
                "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO{birth}F{expiry}ZE184226B<<<<<10"
            ))
            .unwrap()
        };
        for birth in ["7408<<", "74<<<<", "<<<<<<"] {
            let data = with(birth, "<<<<<<");
            assert_eq!((data.birth.day(None, YEAR), data.valid_to), (None, ValidTo::LongTerm), "{birth}");
            assert_eq!(data.birth.day(Some("19740800"), YEAR), None, "{birth}");
        }
        // DG11 says the century, where it agrees.
        for (birth, full, expected) in [
            ("240101", None, "20240101"),
            ("240101", Some("19240101"), "19240101"),
            ("240101", Some("19240102"), "20240101"),
            ("240101", Some("1924"), "20240101"),
            ("270101", None, "19270101"),
        ] {
            assert_eq!(with(birth, "460101").birth.day(full, YEAR), day(expected), "{birth} {full:?}");
        }
        assert_eq!(with("740812", "460415").valid_to, ValidTo::Date(day("20460415").unwrap()));
        assert_eq!(with("740812", "991231").valid_to, ValidTo::Date(day("20991231").unwrap()));
    }

    #[test]
    fn wrong_lines_say_what_is_wrong() {
        let td3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10";
        assert_eq!(parsed(&td3[..87]).err(), Some(MrzError::Shape));
        assert_eq!(parsed(&td3.replace("C36", "C37")).err(), Some(MrzError::CheckDigit("document number")));
        assert_eq!(parsed(&td3.replace("7408122", "7408123")).err(), Some(MrzError::CheckDigit("birth date")));
        assert_eq!(parsed(&td3.replace('E', "e")).err(), Some(MrzError::Character));
        assert!(parsed(&td3.replace('<', " ")).is_ok(), "filled up with spaces");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken_without_harm(mut bytes in proptest::collection::vec(0u8.., 0..100), at in 0usize..4) {
            drop(MrzData::parse(&bytes));
            bytes.resize([88, 72, 90, 90][at], b'<');
            drop(MrzData::parse(&bytes));
        }

        #[test]
        fn any_lines_are_taken_without_harm(text in "(C[SDRT][0-9A-Z]{9})?[0-9A-Z<]{90}") {
            drop(MrzData::parse(&text.as_bytes()[..90]));
        }
    }
}
