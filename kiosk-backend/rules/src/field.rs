//! Which fields a terminal asks, and whether a value is well formed.

use std::sync::LazyLock;

use jiff::civil::Date;
use thiserror::Error;

use crate::answers::Answers;
use crate::catalogue::{AskedAt, Catalogue, Field, FieldKind, Mark, ServiceItem, When};
use crate::checks::{self, OrgCodeError, PhoneError};
use crate::folding;
use crate::text::Text;

/// The greatest number of fields a terminal asks for one item, phone, [`crate::answers::ACTING_FOR`] and [`organisation`]
/// apart. The loader refuses a catalogue that asks more.
pub const MAX_AT_TERMINAL: usize = 3;
/// The longest text a field takes, in characters.
pub const MAX_TEXT: usize = 200;
/// The most digits of a number, before and after the point together: it stays exact in every spreadsheet.
pub const MAX_DIGITS: usize = 15;

/// The code of [`organisation`]'s name. No field of a catalogue can have it.
pub const ORGANISATION_NAME: &str = "organisation:name";
/// The code of [`organisation`]'s code.
pub const ORGANISATION_CODE: &str = "organisation:code";

/// What a terminal asks whoever acts for an organisation, whatever the item: its name, and its code, which they may not
/// have or know.
pub fn organisation() -> &'static [Field; 2] {
    static ASKED: LazyLock<[Field; 2]> = LazyLock::new(|| {
        let field = |code: &str, label, kind, required| Field {
            code: code.to_owned(),
            label,
            kind,
            required,
            asked_at: AskedAt::Terminal,
            options: Vec::new(),
            multiple: false,
            when: When::default(),
            mark: Mark::Sourced,
        };
        let name = Text::new("单位名称", "Name of the organisation");
        let code = Text::new("统一社会信用代码", "Unified social credit code");
        [
            field(ORGANISATION_NAME, name, FieldKind::Text, true),
            field(ORGANISATION_CODE, code, FieldKind::OrgCode, false),
        ]
    });
    &ASKED
}

/// Why a value does not suit its field. The first line says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ValueError {
    /// A required field is empty.
    #[error("fill this in")]
    Missing,
    /// A text is too long.
    #[error("at most {MAX_TEXT} characters")]
    TooLong,
    /// A text has control characters or line breaks.
    #[error("no line breaks or control characters")]
    Control,
    /// Not a phone number.
    #[error(transparent)]
    Phone(PhoneError),
    /// Not a date.
    #[error("a date such as 2026-11-23")]
    Date,
    /// Not a number.
    #[error("a number such as 12 or 12.5")]
    Number,
    /// Not one of the options.
    #[error("choose one of the options")]
    Choice,
    /// Not an organisation code.
    #[error(transparent)]
    OrgCode(OrgCodeError),
}

impl Catalogue {
    /// The fields a terminal asks for `item` under these answers, in order. Phone, for whom the applicant acts and which
    /// organisation that is are asked whatever the item, and are not among them.
    pub fn terminal_fields<'a>(&'a self, item: &'a ServiceItem, answers: &Answers) -> Vec<&'a Field> {
        self.fields(item).filter(|field| field.asked_at == AskedAt::Terminal && answers.meet(&field.when)).collect()
    }
}

impl Field {
    /// Checks a value and brings it into its one form: trimmed, phone as digits, date as `YYYY-MM-DD`, codes in
    /// capitals, numbers without separators; in a text only what is not seen goes. An empty value of an optional field is
    /// fine and stays empty.
    pub fn check(&self, value: &str) -> Result<String, ValueError> {
        let value = folding::seen(value);
        let value = value.trim();
        if value.is_empty() {
            return if self.required { Err(ValueError::Missing) } else { Ok(String::new()) };
        }
        match self.kind {
            FieldKind::Text => check_text(value),
            FieldKind::Phone => checks::phone(value).map_err(ValueError::Phone),
            FieldKind::Date => date(&folding::keyed(value)).map(|date| date.to_string()).ok_or(ValueError::Date),
            FieldKind::Number => check_number(&folding::keyed(value)),
            FieldKind::Choice => self.check_choice(value),
            FieldKind::OrgCode => {
                let code = folding::keyed(value).replace([' ', '-'], "").to_ascii_uppercase();
                checks::org_code(&code).map_err(ValueError::OrgCode).map(|()| code)
            }
        }
    }

    fn check_choice(&self, value: &str) -> Result<String, ValueError> {
        if self.options.is_empty() {
            return check_text(value); // the list is on the printed form
        }
        let known = |code: &str| self.options.iter().any(|option| option.code == code);
        let sound = if self.multiple { value.split('+').all(known) } else { known(value) };
        if sound { Ok(value.to_owned()) } else { Err(ValueError::Choice) }
    }
}

fn check_text(value: &str) -> Result<String, ValueError> {
    if value.chars().count() > MAX_TEXT {
        Err(ValueError::TooLong)
    } else if value.chars().any(char::is_control) {
        Err(ValueError::Control)
    } else {
        Ok(value.to_owned())
    }
}

/// A day as people write it: `2026-11-23`, `2026/11/23`, `2026.11.3`, `20261123`, `2026年11月23日`.
fn date(value: &str) -> Option<Date> {
    let value = value.replace(' ', "");
    let parts: Vec<&str> = match value.as_bytes() {
        digits if digits.len() == 8 && digits.iter().all(u8::is_ascii_digit) => {
            vec![&value[..4], &value[4..6], &value[6..]]
        }
        _ => value.trim_end_matches(['日', '号']).split(['-', '/', '.', '年', '月']).collect(),
    };
    let [year, month, day] = parts[..] else { return None };
    if year.len() != 4 || !parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A number without separators of thousands, which must stand where they belong.
fn check_number(value: &str) -> Result<String, ValueError> {
    let (whole, fraction) = value.split_once('.').map_or((value, None), |(whole, fraction)| (whole, Some(fraction)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split([',', ' ', '\'']);
    let first = groups.next().unwrap_or_default();
    let grouped = groups.clone().next().is_none() || (first.len() <= 3 && groups.clone().all(|group| group.len() == 3));
    let sound = digits(first) && groups.all(digits) && grouped && fraction.is_none_or(digits);
    let plain: String = value.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    if sound && plain.trim_matches('.').len() - usize::from(fraction.is_some()) <= MAX_DIGITS {
        Ok(plain)
    } else {
        Err(ValueError::Number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::Choice;

    fn field(kind: FieldKind) -> Field {
        let option = |code: &str| Choice { code: code.into(), label: Text::zh(code), leads_out: None, age: None };
        Field {
            code: "f".into(),
            label: Text::zh("字段"),
            kind,
            required: true,
            asked_at: AskedAt::Terminal,
            options: if kind == FieldKind::Choice { vec![option("a"), option("b")] } else { vec![] },
            multiple: false,
            when: When::default(),
            mark: Mark::Unconfirmed,
        }
    }

    #[test]
    fn each_kind() {
        use FieldKind as K;
        for (kind, value, expected) in [
            (K::Text, " 春晚 ", Ok("春晚")),
            (K::Text, "  ", Err(ValueError::Missing)),
            (K::Text, "a\nb", Err(ValueError::Control)),
            (K::Phone, "138 1234 5678", Ok("13812345678")),
            (K::Phone, "138", Err(ValueError::Phone(PhoneError::TooShort(8)))),
            (K::Date, "2026-02-28", Ok("2026-02-28")),
            (K::Date, "2026-02-30", Err(ValueError::Date)),
            (K::Number, "12.5", Ok("12.5")),
            (K::Number, "1e5", Err(ValueError::Number)),
            (K::Number, "-1", Err(ValueError::Number)),
            (K::Number, "12.", Err(ValueError::Number)),
            (K::Number, "1234567890123456", Err(ValueError::Number)),
            (K::Number, "12,000", Ok("12000")),
            (K::Number, "１２，０００．５０", Ok("12000.50")),
            (K::Number, "1 234 567", Ok("1234567")),
            (K::Number, "12,00", Err(ValueError::Number)),
            (K::Number, "1,2345", Err(ValueError::Number)),
            (K::Number, "3。5", Ok("3.5")),
            (K::Number, "12元", Err(ValueError::Number)),
            (K::Text, "春\u{200B}晚\u{FEFF}", Ok("春晚")),
            (K::Date, "2026/2/8", Ok("2026-02-08")),
            (K::Date, "2026.02.08", Ok("2026-02-08")),
            (K::Date, "20260208", Ok("2026-02-08")),
            (K::Date, "2026年2月8日", Ok("2026-02-08")),
            (K::Date, "２０２６－０２－０８", Ok("2026-02-08")),
            (K::Date, "26-02-08", Err(ValueError::Date)),
            (K::Date, "8/2/2026", Err(ValueError::Date)),
            (K::Phone, "0795-3998888转8001", Ok("07953998888-8001")),
            (K::OrgCode, "９１３３０１００７９９６５５０５８Ｂ", Ok("91330100799655058B")),
            (K::Choice, "a", Ok("a")),
            (K::Choice, "c", Err(ValueError::Choice)),
            (K::Choice, "a+b", Err(ValueError::Choice)),
            (K::OrgCode, "91330100799655058b", Ok("91330100799655058B")),
            (K::OrgCode, "x", Err(ValueError::OrgCode(OrgCodeError::Length))),
        ] {
            assert_eq!(field(kind).check(value), expected.map(str::to_owned), "{kind:?} {value:?}");
        }
        assert_eq!(field(K::Text).check(&"字".repeat(MAX_TEXT + 1)), Err(ValueError::TooLong));
        let mut optional = field(K::Date);
        optional.required = false;
        assert_eq!(optional.check(" "), Ok(String::new()));
        let mut multiple = field(K::Choice);
        multiple.multiple = true;
        assert_eq!(multiple.check("a+b"), Ok("a+b".to_owned()));
    }

    proptest! {
        #[test]
        fn checking_again_changes_nothing(text in ".{0,40}", kind in 0_usize..6) {
            let kinds = [FieldKind::Text, FieldKind::Phone, FieldKind::Date, FieldKind::Number, FieldKind::Choice,
                FieldKind::OrgCode];
            let field = field(kinds[kind]);
            if let Ok(once) = field.check(&text) {
                prop_assert_eq!(field.check(&once), Ok(once));
            }
        }
    }
}
