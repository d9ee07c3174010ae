//! Certificates (X.509, RFC 5280), as far as signatures on travel documents need them: who, whose key, signed by whom.
//! Pure.

use super::fault::Unusable;
use super::key::{PublicKey, Scheme};
use super::name::Name;
use crate::cards::Date;
use crate::cards::ber::{
    self, BIT_STRING, CONTEXT_0, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Object, Reader, SEQUENCE,
};

/// subjectKeyIdentifier, authorityKeyIdentifier, basicConstraints: 2.5.29.14, .35, .19.
const SUBJECT_KEY: [u8; 3] = [0x55, 0x1D, 14];
const AUTHORITY_KEY: [u8; 3] = [0x55, 0x1D, 35];
const BASIC_CONSTRAINTS: [u8; 3] = [0x55, 0x1D, 19];

/// A certificate.
#[derive(Clone, Debug)]
pub(in crate::cards) struct Certificate<'a> {
    /// What was signed.
    body: &'a [u8],
    pub(in crate::cards) serial: &'a [u8],
    pub(in crate::cards) issuer: Name,
    pub(in crate::cards) subject: Name,
    pub(in crate::cards) key_identifier: Option<&'a [u8]>,
    /// Of the key that signed it.
    pub(in crate::cards) authority_key_identifier: Option<&'a [u8]>,
    /// Last day on which it signs.
    pub(in crate::cards) until: Option<Date>,
    /// Whether it may sign certificates.
    pub(in crate::cards) is_authority: bool,
    pub(in crate::cards) key: Result<PublicKey, Unusable>,
    scheme: Result<Scheme, Unusable>,
    signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads one. `None`: it is none. A key or an algorithm that is not known is told in its field.
    pub(in crate::cards) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut outer = ber::inside(bytes, SEQUENCE)?;
        let body = outer.take(SEQUENCE)?;
        let algorithm = outer.take(SEQUENCE)?;
        let [0, signature @ ..] = outer.take(BIT_STRING)?.value else { return None };
        let mut fields = Reader::new(body.value);
        fields.optional(CONTEXT_0);
        let serial = fields.take(INTEGER)?.value;
        fields.take(SEQUENCE)?;
        let issuer = Name::parse(fields.take(SEQUENCE)?.value)?;
        let mut validity = Reader::new(fields.take(SEQUENCE)?.value);
        validity.next()?;
        let until = validity.next().and_then(day);
        let subject = Name::parse(fields.take(SEQUENCE)?.value)?;
        let key = PublicKey::parse(fields.take(SEQUENCE)?.whole);
        let extensions = fields.find(CONTEXT_0 + 3).and_then(|object| ber::inside(object.value, SEQUENCE));
        let mut certificate = Self {
            body: body.whole,
            serial,
            is_authority: issuer == subject,
            issuer,
            subject,
            key_identifier: None,
            authority_key_identifier: None,
            until,
            key,
            scheme: Scheme::parse(algorithm.whole, None),
            signature,
        };
        certificate.read_extensions(extensions.unwrap_or(Reader::new(&[])));
        Some(certificate)
    }

    fn read_extensions(&mut self, mut extensions: Reader<'a>) {
        while let Some(extension) = extensions.take(SEQUENCE) {
            let mut fields = Reader::new(extension.value);
            let (Some(name), Some(value)) = (fields.take(OBJECT_IDENTIFIER), fields.find(OCTET_STRING)) else {
                continue;
            };
            if name.value == SUBJECT_KEY {
                self.key_identifier = Reader::new(value.value).take(OCTET_STRING).map(|key| key.value);
            } else if name.value == AUTHORITY_KEY {
                // keyIdentifier [0] IMPLICIT.
                let key = ber::inside(value.value, SEQUENCE).and_then(|fields| fields.find(0x80));
                self.authority_key_identifier = key.map(|key| key.value);
            } else if name.value == BASIC_CONSTRAINTS {
                // cA BOOLEAN, TRUE.
                let yes = ber::inside(value.value, SEQUENCE).and_then(|mut fields| fields.take(0x01));
                self.is_authority |= yes.is_some_and(|yes| yes.value != [0]);
            }
        }
    }

    /// Whether this key signed the certificate. An error: it cannot be said.
    pub(in crate::cards) fn is_signed_by(&self, key: &PublicKey) -> Result<bool, Unusable> {
        Ok(key.verify(self.scheme?, self.body, self.signature))
    }
}

/// The day of a UTCTime (of the years 1950 to 2049) or a GeneralizedTime, RFC 5280, 4.1.2.5.
fn day(time: Object<'_>) -> Option<Date> {
    let text = std::str::from_utf8(time.value).ok()?;
    match time.tag {
        0x17 => {
            let century = if *text.as_bytes().first()? < b'5' { "20" } else { "19" };
            Date::parse(&format!("{century}{}", text.get(..6)?))
        }
        0x18 => Date::parse(text.get(..8)?),
        _ => None,
    }
}
