//! The 256 bytes of text inside resident ID cards and the permits made like them: UTF-16LE in fixed fields, filled
//! with spaces. Layouts as three public implementations agree on them (yzfuture SDK, Johann356/readinfo, a C# reader);
//! offsets below are those of docs/hardware.md.
//!
//! Rare characters may be surrogate pairs or in the Private Use Area. Both are kept; a half pair becomes U+FFFD. No
//! card is refused for them.

use encoding_rs::UTF_16LE;
use zeroize::Zeroizing;

use super::{Assurance, CardError, Date, Document, Identity, Secret, Sex, ValidTo, number};

/// Length of the text.
pub const TEXT: usize = 256;
/// Where the layout's letter stands.
const MARKER: usize = 248;

/// Reads one block and checks it: layout, number with its check digit, dates.
///
/// # Errors
/// [`CardError`] of kind misread; it names the field, never its content.
pub fn parse(text: &[u8; TEXT]) -> Result<Identity, CardError> {
    match text[MARKER..MARKER + 2] {
        [b' ', 0] => resident(text),
        [b'J', 0] => hong_kong_macau_taiwan(text),
        [b'I', 0] => foreigner_old(text),
        [b'Y', 0] => foreigner(text),
        _ => Err(CardError::BadField { field: "layout letter", why: "it is none of blank, J, I and Y" }),
    }
}

/// An address that stands alone, written like the one in the text. `None`: there is none in it.
pub fn address(bytes: &[u8]) -> Option<Secret> {
    let address = field(bytes, 0, bytes.len()).secret();
    (!address.is_empty()).then_some(address)
}

fn resident(text: &[u8; TEXT]) -> Result<Identity, CardError> {
    Ok(Identity {
        document: Document::ResidentId,
        assurance: Assurance::SamVerified,
        authenticity: None,
        name: name(text, 0, 30)?,
        foreign_name: None,
        number: checked_number(text)?,
        sex: sex(text, 30),
        ethnicity: ethnicity(&field(text, 32, 4)),
        birth: Some(date("birth date", &field(text, 36, 16))?),
        address: personal(text, 52, 70),
        issuer: public(text, 158, 30),
        valid_from: Some(date("first day of validity", &field(text, 188, 16))?),
        valid_to: valid_to(text, 204)?,
        permit_number: None,
        nationality: None,
    })
}

fn hong_kong_macau_taiwan(text: &[u8; TEXT]) -> Result<Identity, CardError> {
    let identity = resident(text)?;
    Ok(Identity {
        document: Document::HongKongMacauTaiwanPermit,
        ethnicity: None,
        permit_number: personal(text, 220, 18),
        ..identity
    })
}

fn foreigner(text: &[u8; TEXT]) -> Result<Identity, CardError> {
    let number = checked_number(text)?;
    if !number.expose().starts_with('9') {
        return Err(CardError::BadField { field: "document number", why: "it does not begin with 9 on layout Y" });
    }
    let latin = Secret::new(format!("{}{}", field(text, 52, 70).as_str(), field(text, 220, 22).as_str()));
    let chinese = field(text, 0, 30).secret();
    if chinese.is_empty() && latin.expose().trim().is_empty() {
        return Err(CardError::BadField { field: "name", why: "it is empty" });
    }
    Ok(Identity {
        document: Document::ForeignerPermit,
        assurance: Assurance::SamVerified,
        authenticity: None,
        name: chinese,
        foreign_name: Some(Secret::new(latin.expose().trim().to_owned())),
        number,
        sex: sex(text, 30),
        ethnicity: None,
        birth: Some(date("birth date", &field(text, 36, 16))?),
        address: None,
        issuer: None,
        valid_from: Some(date("first day of validity", &field(text, 188, 16))?),
        valid_to: valid_to(text, 204)?,
        permit_number: None,
        nationality: nationality(text, 242)?,
    })
}

fn foreigner_old(text: &[u8; TEXT]) -> Result<Identity, CardError> {
    let number = field(text, 122, 30).secret();
    let bytes = number.expose().as_bytes();
    let shaped =
        bytes.len() == 15 && bytes[..3].iter().all(u8::is_ascii_uppercase) && bytes[3..].iter().all(u8::is_ascii_digit);
    if !shaped {
        return Err(CardError::BadField { field: "document number", why: "it is not three letters and twelve digits" });
    }
    let latin = field(text, 0, 120).secret();
    if latin.is_empty() {
        return Err(CardError::BadField { field: "name", why: "it is empty" });
    }
    Ok(Identity {
        document: Document::ForeignerPermitOld,
        assurance: Assurance::SamVerified,
        authenticity: None,
        name: field(text, 158, 30).secret(),
        foreign_name: Some(latin),
        number,
        sex: sex(text, 120),
        ethnicity: None,
        birth: Some(date("birth date", &field(text, 220, 16))?),
        address: None,
        issuer: public(text, 240, 8),
        valid_from: Some(date("first day of validity", &field(text, 188, 16))?),
        valid_to: valid_to(text, 204)?,
        permit_number: None,
        nationality: nationality(text, 152)?,
    })
}

/// A decoded field, wiped when dropped.
struct Field(Zeroizing<String>);

impl Field {
    fn as_str(&self) -> &str {
        &self.0
    }

    fn trimmed(&self) -> &str {
        self.as_str().trim_matches(is_filling)
    }

    /// Trimmed where it is: a copy would be one more to wipe.
    fn secret(mut self) -> Secret {
        let mut text = std::mem::take(&mut *self.0);
        text.truncate(text.trim_end_matches(is_filling).len());
        text.drain(..text.len() - text.trim_start_matches(is_filling).len());
        Secret::new(text)
    }
}

fn is_filling(letter: char) -> bool {
    letter == '\0' || letter.is_whitespace()
}

/// UTF-16LE; half a pair of surrogates becomes U+FFFD.
fn field(text: &[u8], offset: usize, length: usize) -> Field {
    let units = &text[offset..offset + length / 2 * 2];
    let mut decoder = UTF_16LE.new_decoder_without_bom_handling();
    // Reserved at its largest, so that no half-built copy of the text is left behind on the heap.
    let longest = decoder.max_utf8_buffer_length(units.len()).unwrap_or(units.len() * 3);
    let mut decoded = Zeroizing::new(String::with_capacity(longest));
    // All of it fits.
    let _ = decoder.decode_to_string(units, &mut decoded, true);
    Field(decoded)
}

fn name(text: &[u8; TEXT], offset: usize, length: usize) -> Result<Secret, CardError> {
    let name = field(text, offset, length).secret();
    if name.is_empty() { Err(CardError::BadField { field: "name", why: "it is empty" }) } else { Ok(name) }
}

fn checked_number(text: &[u8; TEXT]) -> Result<Secret, CardError> {
    let number = Secret::new(field(text, 122, 36).trimmed().to_uppercase());
    let bytes = number.expose().as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return Err(CardError::BadField { field: "document number", why: "it is not eighteen digits" });
    }
    if number::is_valid(number.expose()) { Ok(number) } else { Err(CardError::CheckDigit) }
}

fn sex(text: &[u8; TEXT], offset: usize) -> Sex {
    match text[offset] {
        b'1' => Sex::Male,
        b'2' => Sex::Female,
        _ => Sex::Unknown,
    }
}

/// GB/T 3304: 01 to 56; 97 (others) and 98 (naturalised) as they are. Anything else is not said.
fn ethnicity(field: &Field) -> Option<u8> {
    let code = field.trimmed().parse().ok()?;
    matches!(code, 1..=56 | 97 | 98).then_some(code)
}

fn date(name: &'static str, field: &Field) -> Result<Date, CardError> {
    Date::parse(field.trimmed()).ok_or(CardError::BadField { field: name, why: "there is no such day" })
}

fn valid_to(text: &[u8; TEXT], offset: usize) -> Result<ValidTo, CardError> {
    let last = field(text, offset, 16);
    match last.trimmed() {
        "长期" => Ok(ValidTo::LongTerm),
        _ => date("last day of validity", &last).map(ValidTo::Date),
    }
}

fn nationality(text: &[u8; TEXT], offset: usize) -> Result<Option<String>, CardError> {
    let field = field(text, offset, 6);
    let code = field.trimmed();
    match code.as_bytes() {
        [] => Ok(None),
        [a, b, c] if [a, b, c].iter().all(|letter| letter.is_ascii_uppercase()) => Ok(Some(code.to_owned())),
        _ => Err(CardError::BadField { field: "nationality", why: "it is not three letters" }),
    }
}

fn personal(text: &[u8; TEXT], offset: usize, length: usize) -> Option<Secret> {
    let value = field(text, offset, length).secret();
    (!value.is_empty()).then_some(value)
}

fn public(text: &[u8; TEXT], offset: usize, length: usize) -> Option<String> {
    let field = field(text, offset, length);
    let value = field.trimmed();
    (!value.is_empty()).then(|| value.to_owned())
}
