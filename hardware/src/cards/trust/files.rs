//! Files of certificates as they are published: certificates in DER or PEM; master lists, which are signed (ICAO Doc
//! 9303-12, 8 and annex E); the directory of ICAO, an LDIF file (RFC 2849) with either in it.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::TrustError;
use crate::cards::Date;
use crate::cards::ber::{self, INTEGER, Reader, SEQUENCE, SET};
use crate::cards::signature::certificate::Certificate;
use crate::cards::signature::cms::SignedData;
use crate::cards::signature::fault::Fault;

/// id-icao-cscaMasterList, 2.23.136.1.1.2: content of a master list.
const MASTER_LIST: [u8; 6] = [0x67, 0x81, 0x08, 0x01, 0x01, 0x02];
/// Longest file that is read; the directory of ICAO has some 30 MB.
const LONGEST: u64 = 256 << 20;

/// What one file has, or one master list within it.
#[derive(Clone, Debug)]
pub struct Contents {
    /// The file.
    pub path: PathBuf,
    /// Who signed the list; `None` where nobody does: single certificates.
    pub maker: Option<Maker>,
    /// Its certificates, in their order.
    pub listed: Vec<Listed>,
}

/// Who made a master list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maker {
    /// The signature holds, by this signer, and a certificate of the list itself signed the signer's.
    Vouched(String),
    /// The signature holds, by this signer, whose own authority is not in the list.
    Signed(String),
    /// The signature cannot be verified here, for this reason.
    Unverified(String),
    /// The signature does not hold: the list was altered.
    Altered,
}

/// A certificate of a list.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// As it is written in the list; empty where there is none.
    pub certificate: Vec<u8>,
    /// State of its authority, two letters; empty where it names none.
    pub state: String,
    /// Whose it is.
    pub name: String,
    /// Its key: `RSA-4096`, `EC brainpoolP256r1`; empty where it cannot be read.
    pub key: String,
    /// Last day on which it signs; what it has signed until then stays signed.
    pub until: Option<Date>,
    /// Whether it hands over from an older key to a newer one: another key than its own has signed it.
    pub link: bool,
    /// Why it cannot be used; `None`: it can.
    pub unusable: Option<String>,
}

/// Reads a file. Certificates that cannot be used are among what it gives.
pub(super) fn read(path: &Path) -> Result<Contents, TrustError> {
    let fail = |what: String| TrustError { path: path.to_owned(), what };
    let long = fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
    if long > LONGEST {
        return Err(fail(format!("it has {long} bytes; lists of certificates have at most {LONGEST}")));
    }
    let bytes = fs::read(path).map_err(|error| fail(error.to_string()))?;
    let (maker, listed) = contents(&bytes);
    Ok(Contents { path: path.to_owned(), maker, listed })
}

/// What there is in a file of any of the kinds.
pub(super) fn contents(bytes: &[u8]) -> (Option<Maker>, Vec<Listed>) {
    if bytes.first() == Some(&0x30) {
        return object(bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    let parts = if text.contains("-----BEGIN ") { pem(&text) } else { ldif(&text) };
    let (mut maker, mut listed) = (None, Vec::new());
    for part in parts {
        let (of_part, found) = part.map_or_else(|| (None, vec![Listed::broken(BASE64)]), |part| object(&part));
        maker = worse(maker, of_part);
        listed.extend(found);
    }
    (maker, listed)
}

const BASE64: &str = "it is not written in Base64";
const NO_CERTIFICATE: &str = "it is neither a certificate nor a master list; a certificate in another form becomes one by \
                              openssl x509 -in FILE -outform DER";

/// Of several lists in one file, the one that is to be told of.
fn worse(one: Option<Maker>, other: Option<Maker>) -> Option<Maker> {
    let weight = |maker: &Maker| match maker {
        Maker::Vouched(_) => 0,
        Maker::Signed(_) => 1,
        Maker::Unverified(_) => 2,
        Maker::Altered => 3,
    };
    one.into_iter().chain(other).max_by_key(weight)
}

/// A certificate or a master list.
fn object(bytes: &[u8]) -> (Option<Maker>, Vec<Listed>) {
    if let Some(written) = ber::definite(bytes)
        && let Some(signed) = SignedData::parse(&written)
    {
        return master_list(&signed);
    }
    (None, vec![Listed::read(bytes)])
}

/// CscaMasterList: SEQUENCE { version, SET OF Certificate }.
fn master_list(signed: &SignedData<'_>) -> (Option<Maker>, Vec<Listed>) {
    let mut listed = Vec::new();
    let list = ber::inside(signed.content, SEQUENCE).filter(|_| signed.content_type == MASTER_LIST);
    let row = list.and_then(|mut fields| {
        fields.take(INTEGER)?;
        fields.take(SET)
    });
    let Some(row) = row else { return (None, vec![Listed::broken("it is signed, and no master list")]) };
    let mut row = Reader::new(row.value);
    while let Some(certificate) = row.next() {
        listed.push(Listed::read(certificate.whole));
    }
    if !row.is_empty() {
        listed.push(Listed::broken("the list is cut off"));
    }
    let maker = match signed.verify() {
        Ok(signer) => {
            let mut anchors = super::Anchors::default();
            listed
                .iter()
                .filter(|listed| listed.unusable.is_none())
                .for_each(|listed| anchors.add(&listed.certificate));
            let name = signer.subject.to_string();
            if anchors.sign(signer) == Ok(true) { Maker::Vouched(name) } else { Maker::Signed(name) }
        }
        Err(Fault::Altered) => Maker::Altered,
        Err(fault @ (Fault::Malformed | Fault::NoCertificate | Fault::Unknown(_))) => {
            Maker::Unverified(fault.to_string())
        }
    };
    (Some(maker), listed)
}

/// Every block between BEGIN and END; what is no Base64 is `None`.
fn pem(text: &str) -> Vec<Option<Vec<u8>>> {
    let blocks = text.split("-----BEGIN ").skip(1).map(|block| {
        let body = block.split_once("-----").map_or("", |(_, body)| body);
        let body = body.split_once("-----END ").map_or("-", |(body, _)| body);
        decoded(body)
    });
    blocks.collect()
}

/// Attributes of RFC 2849 whose values are certificates of authorities or master lists. Certificates of document signers,
/// which the directory has besides, come with each document.
fn ldif(text: &str) -> Vec<Option<Vec<u8>>> {
    // A line that begins with a space goes on from the one before.
    let unfolded = text.replace("\r\n", "\n").replace("\n ", "");
    let values = unfolded.lines().filter_map(|line| {
        let (attribute, value) = line.split_once("::")?;
        let kind = attribute.split(';').next().unwrap_or_default();
        let wanted = ["cACertificate", "cscaMasterListData", "pkdMasterListContent"];
        wanted.iter().any(|wanted| kind.eq_ignore_ascii_case(wanted)).then(|| decoded(value))
    });
    values.collect()
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.split_whitespace().collect::<String>()).ok()
}

impl Listed {
    fn broken(why: &str) -> Self {
        Self { unusable: Some(why.to_owned()), ..Self::default() }
    }

    fn read(bytes: &[u8]) -> Self {
        let Some(certificate) = Certificate::parse(bytes) else { return Self::broken(NO_CERTIFICATE) };
        let unusable = match &certificate.key {
            Err(why) => Some(format!("its key cannot be used: {why}")),
            Ok(_) if !certificate.is_authority => {
                Some("it is not an authority's: it may not sign certificates".to_owned())
            }
            Ok(_) => None,
        };
        let foreign = certificate.authority_key_identifier.is_some_and(|key| Some(key) != certificate.key_identifier);
        Self {
            certificate: bytes.to_vec(),
            state: certificate.subject.state(),
            name: certificate.subject.to_string(),
            key: certificate.key.as_ref().map(|key| key.kind()).unwrap_or_default(),
            until: certificate.until,
            link: foreign || certificate.issuer != certificate.subject,
            unusable,
        }
    }
}
