//! Signed messages (CMS, RFC 5652), as states write them: with any kind of content, by one signer or several, with the
//! signer's certificate within. Lengths must be definite ([`ber::definite`]). Pure.

use dmrtd::auth::HashAlgo;

use super::certificate::Certificate;
use super::fault::{Fault, Unusable};
use super::key::{self, Scheme};
use super::name::Name;
use crate::cards::ber::{self, CONTEXT_0, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE, SET};

/// id-signedData, 1.2.840.113549.1.7.2.
const SIGNED_DATA: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
/// The attribute messageDigest, 1.2.840.113549.1.9.4.
const MESSAGE_DIGEST: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];
/// The attribute contentType, 1.2.840.113549.1.9.3.
const CONTENT_TYPE: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03];

/// A signed message.
pub(in crate::cards) struct SignedData<'a> {
    /// What kind of content it has: the value of an object identifier.
    pub(in crate::cards) content_type: &'a [u8],
    pub(in crate::cards) content: &'a [u8],
    /// Certificates that came with it; those that cannot be read are left out.
    pub(in crate::cards) certificates: Vec<Certificate<'a>>,
    signers: Vec<Signer<'a>>,
}

struct Signer<'a> {
    certificate: Identifier<'a>,
    digest: Result<HashAlgo, Unusable>,
    /// Attributes that are signed in the content's place, from their tag on.
    attributes: Option<&'a [u8]>,
    scheme: Result<Scheme, Unusable>,
    signature: &'a [u8],
}

/// Which certificate is the signer's.
enum Identifier<'a> {
    IssuerAndSerial(Name, &'a [u8]),
    Key(&'a [u8]),
}

impl<'a> SignedData<'a> {
    /// Reads a message. `None`: it is none.
    pub(in crate::cards) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut info = ber::inside(bytes, SEQUENCE)?;
        if info.take(OBJECT_IDENTIFIER)?.value != SIGNED_DATA {
            return None;
        }
        let mut fields = ber::inside(info.take(CONTEXT_0)?.value, SEQUENCE)?;
        fields.take(INTEGER)?;
        fields.take(SET)?;
        let mut content = Reader::new(fields.take(SEQUENCE)?.value);
        let content_type = content.take(OBJECT_IDENTIFIER)?.value;
        let content = Reader::new(content.take(CONTEXT_0)?.value).take(OCTET_STRING)?.value;
        let mut row = Reader::new(fields.optional(CONTEXT_0).map_or(&[], |object| object.value));
        let certificates =
            std::iter::from_fn(|| row.next()).filter_map(|object| Certificate::parse(object.whole)).collect();
        fields.optional(CONTEXT_0 + 1);
        let mut row = Reader::new(fields.take(SET)?.value);
        let mut signers = Vec::new();
        while !row.is_empty() {
            signers.push(Signer::parse(row.take(SEQUENCE)?.value)?);
        }
        Some(Self { content_type, content, certificates, signers })
    }

    /// The certificate of the first signer whose signature holds.
    ///
    /// # Errors
    /// [`Fault`], of the first signer if none holds.
    pub(in crate::cards) fn verify(&self) -> Result<&Certificate<'a>, Fault> {
        let mut first = None;
        for signer in &self.signers {
            match signer.verify(self) {
                Ok(certificate) => return Ok(certificate),
                Err(fault) => first = first.or(Some(fault)),
            }
        }
        Err(first.unwrap_or(Fault::Malformed))
    }
}

impl<'a> Signer<'a> {
    fn parse(value: &'a [u8]) -> Option<Self> {
        let mut fields = Reader::new(value);
        fields.take(INTEGER)?;
        let identifier = fields.next()?;
        let certificate = match identifier.tag {
            SEQUENCE => {
                let mut pair = Reader::new(identifier.value);
                Identifier::IssuerAndSerial(Name::parse(pair.take(SEQUENCE)?.value)?, pair.take(INTEGER)?.value)
            }
            // subjectKeyIdentifier [0] IMPLICIT.
            0x80 => Identifier::Key(identifier.value),
            _ => return None,
        };
        let digest = key::hash(fields.take(SEQUENCE)?.whole);
        let attributes = fields.optional(CONTEXT_0).map(|object| object.whole);
        let scheme = Scheme::parse(fields.take(SEQUENCE)?.whole, digest.ok());
        let signature = fields.take(OCTET_STRING)?.value;
        Some(Self { certificate, digest, attributes, scheme, signature })
    }

    /// RFC 5652, 5.4 to 5.6.
    fn verify<'s>(&self, data: &'s SignedData<'a>) -> Result<&'s Certificate<'a>, Fault> {
        let certificate = data.certificates.iter().find(|certificate| match &self.certificate {
            Identifier::IssuerAndSerial(issuer, serial) => {
                certificate.issuer == *issuer && certificate.serial == *serial
            }
            Identifier::Key(identifier) => certificate.key_identifier == Some(*identifier),
        });
        let certificate = certificate.ok_or(Fault::NoCertificate)?;
        let (scheme, key) = (self.scheme?, certificate.key.as_ref().map_err(|error| *error)?);
        let holds = match self.attributes {
            None => key.verify(scheme, data.content, self.signature),
            Some(attributes) => {
                let mut fields =
                    Reader::new(attributes).next().map(|object| Reader::new(object.value)).ok_or(Fault::Malformed)?;
                let (mut digest, mut kind) = (None, None);
                while let Some(attribute) = fields.take(SEQUENCE) {
                    let mut pair = Reader::new(attribute.value);
                    let (Some(name), Some(values)) = (pair.take(OBJECT_IDENTIFIER), pair.take(SET)) else {
                        continue;
                    };
                    let value = Reader::new(values.value).next().map(|value| value.value);
                    if name.value == MESSAGE_DIGEST {
                        digest = value;
                    } else if name.value == CONTENT_TYPE {
                        kind = value;
                    }
                }
                // What was signed as something else was not signed as this.
                if digest.is_none() || kind.is_some_and(|kind| kind != data.content_type) {
                    return Err(Fault::Malformed);
                }
                // They are signed as a SET, whatever tag they have here.
                let mut signed = attributes.to_vec();
                signed[0] = 0x31;
                digest == Some(self.digest?.digest(data.content).as_slice())
                    && key.verify(scheme, &signed, self.signature)
            }
        };
        if holds { Ok(certificate) } else { Err(Fault::Altered) }
    }
}
