//! Travel documents with a chip (ICAO Doc 9303 part 10 and 11): passports, and permits made like them. The protocols are
//! `dmrtd`'s; this file decides in which order they are tried and what their outcome is worth.
//!
//! The chip opens with what is printed on the document ([`MrzKey`]): by PACE where it says that it can and we can too,
//! else by BAC.
//! Then the machine readable lines (DG1), the name in national characters (DG11, where there is one) and the signature
//! (SOD) are read. No picture is read. The signature is checked against a [`TrustList`].
//!
//! What that proves: an authority in the list has signed these data. A chip that was copied whole passes. So a chip that
//! has a key of its own, signed with its data (DG15), is asked to sign a number made for it (active authentication); one
//! that cannot is a copy. A chip without such a key stays [`Assurance::ReadOnly`], however well its data are signed: it
//! may be one. Revocation lists and the certificates' dates are not looked at.

use std::cell::{Cell, RefCell};

use chrono::{Datelike, NaiveDate};
use dmrtd::auth::active::{self, ActiveAuthError};
use dmrtd::auth::passive::{self, DataGroup, PassiveAuthError};
use dmrtd::com::{TransceiveError, Transceiver};
use dmrtd::lds::asn1_object_identifiers::{CipherAlgorithm, MappingType};
use dmrtd::lds::df1::efdg11::EfDG11;
use dmrtd::lds::df1::efdg15::EfDG15;
use dmrtd::lds::ef::ElementaryFile;
use dmrtd::lds::efcard_access::EfCardAccess;
use dmrtd::lds::mrz::Mrz;
use dmrtd::passport::{Passport, PassportError};
use dmrtd::proto::dba_key::DBAKey;

use super::apdu::{Transmit, exchange};
use super::mrz::MrzKey;
use super::{
    Assurance, Authenticity, CardError, Date, Document, Identity, Secret, Sex, TrustList, Unverified, ValidTo,
};
use crate::FailureKind;

/// SELECT of the application, ICAO Doc 9303-10, 3.2.
pub const SELECT: [u8; 12] = [0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
/// The tag by which EF.COM announces DG11.
const DG11_TAG: u32 = 0x6B;
/// The tag by which it announces DG15.
const DG15_TAG: u32 = 0x6F;

/// Status word "security status not satisfied": what a chip without BAC says to [`SELECT`] before PACE.
const NOT_ALLOWED: u16 = 0x6982;
/// Instruction MANAGE SECURITY ENVIRONMENT, with which PACE begins.
const MANAGE_SECURITY: u8 = 0x22;

/// Reads the holder of a travel document. `Ok(None)`: the card is none.
///
/// # Errors
/// [`CardError`]: the line's; [`CardError::NeedsMrz`] without a key and [`CardError::WrongMrz`] with another
/// document's; a refusal of a file; a misread.
pub fn read(card: &mut dyn Transmit, key: Option<&MrzKey>, trust: &TrustList) -> Result<Option<Identity>, CardError> {
    let selected = exchange(card, "the travel document application", &SELECT)?;
    if !selected.is_ok() && selected.status() != NOT_ALLOWED {
        return Ok(None);
    }
    let line = Line { card: RefCell::new(card), failed: RefCell::new(None), status: Cell::new(0), asked: Cell::new(0) };
    let mut chip = Passport::new(&line);
    let told = |step, _: PassportError| line.told(step);

    // Chips without PACE have no such file; one that cannot be understood is as good as none.
    let access = chip.read_ef_card_access().ok();
    line.lost()?;
    if !selected.is_ok() && access.is_none() {
        return Ok(None);
    }
    let key = key.ok_or(CardError::NeedsMrz)?;
    open(&mut chip, &line, key, access.as_ref(), selected.is_ok())?;

    let common = chip.read_ef_com().map_err(|error| told("reading its table of contents", error))?;
    let lines = chip.read_ef_dg1().map_err(|error| told("reading its machine readable lines", error))?;
    let announced = |wanted: u32| common.dg_tags().iter().any(|tag| tag.value() == wanted);
    let names = if announced(DG11_TAG) {
        Some(chip.read_ef_dg11().map_err(|error| told("reading its additional data", error))?)
    } else {
        None
    };
    // A key that cannot be understood proves nothing, and is no reason to refuse the document.
    let own_key = if announced(DG15_TAG) { chip.read_ef_dg15().ok() } else { None };
    line.lost()?;
    let signature = match chip.read_ef_sod() {
        Ok(signature) => Some(signature),
        Err(_) if line.has_no_such_file() => None,
        Err(error) => return Err(told("reading its signature", error)),
    };

    let mut groups = vec![DataGroup { number: 1, bytes: lines.to_bytes() }];
    groups.extend(names.as_ref().map(|names| DataGroup { number: 11, bytes: names.to_bytes() }));
    groups.extend(own_key.as_ref().map(|key| DataGroup { number: 15, bytes: key.to_bytes() }));
    // Data that nobody ever signed are as good as altered ones: the document is read, and vouches for nothing.
    let mut authenticity =
        signature.map_or(Authenticity::Failed, |signature| judge(signature.to_bytes(), &groups, trust));
    let mut assurance = Assurance::ReadOnly;
    if let (Authenticity::Verified, Some(key)) = (authenticity, &own_key) {
        match prove(&mut chip, &line, key)? {
            Proof::Original => assurance = Assurance::ChipVerified,
            Proof::Copy => authenticity = Authenticity::Copied,
            Proof::None => {}
        }
    }
    identity(lines.mrz(), names.as_ref(), authenticity, assurance).map(Some)
}

/// What a chip's answer to a challenge proves.
enum Proof {
    /// It has the key that was signed with its data.
    Original,
    /// It has not.
    Copy,
    /// Nothing: it will not answer, or with a kind of key that cannot be judged here.
    None,
}

/// Active authentication, ICAO Doc 9303-11, 6.1.
fn prove(chip: &mut Passport<&Line<'_>>, line: &Line<'_>, key: &EfDG15) -> Result<Proof, CardError> {
    use ActiveAuthError as E;
    let mut challenge = [0; 8];
    if let Err(error) = getrandom::fill(&mut challenge) {
        tracing::error!(%error, "the system has no random numbers: a chip is not asked to prove itself");
        return Ok(Proof::None);
    }
    let Ok(answer) = chip.active_authenticate(&challenge) else {
        line.lost()?;
        tracing::warn!(status = line.status.get(), "a chip with a key of its own does not sign with it");
        return Ok(Proof::None);
    };
    match active::verify(key.aa_public_key(), &challenge, &answer) {
        Ok(()) => Ok(Proof::Original),
        Err(error @ (E::Failed | E::MalformedSignature)) => {
            tracing::warn!(%error, "a chip has not the key that was signed with its data: it is a copy");
            Ok(Proof::Copy)
        }
        Err(error @ (E::BadPublicKey | E::UnsupportedCurve | E::UnsupportedHash(_) | E::BadChallenge(_))) => {
            tracing::warn!(%error, "a chip's key is of an unknown kind");
            Ok(Proof::None)
        }
    }
}

fn judge(signature: &[u8], groups: &[DataGroup<'_>], trust: &TrustList) -> Authenticity {
    use PassiveAuthError as E;
    match passive::verify(signature, groups, trust.anchors()) {
        Ok(proof) if proof.is_authentic() => Authenticity::Verified,
        Ok(_) if trust.anchors().is_empty() => Authenticity::Unverified(Unverified::NoList),
        Ok(_) => Authenticity::Unverified(Unverified::UnknownAuthority),
        // A certificate signed in a way that `dmrtd` does not know is "malformed" to it.
        Err(error @ (E::UnsupportedHash | E::UnsupportedKey | E::MalformedCertificate)) => {
            tracing::warn!(%error, "a travel document's signature is of an unknown kind");
            Authenticity::Unverified(Unverified::UnknownKind)
        }
        Err(
            error @ (E::MalformedSod
            | E::MalformedSecurityObject
            | E::NoSigner
            | E::DataGroupHashMismatch(_)
            | E::BadDocumentSignature
            | E::BadSignedAttributes
            | E::NoDataGroups),
        ) => {
            tracing::warn!(%error, "a travel document's signature does not hold");
            Authenticity::Failed
        }
    }
}

/// Opens the chip: by PACE where it offers a kind of PACE that `dmrtd` speaks, else, or where it then will not begin,
/// by BAC if it `has_bac`.
fn open(
    chip: &mut Passport<&Line<'_>>,
    line: &Line<'_>,
    key: &MrzKey,
    access: Option<&EfCardAccess>,
    has_bac: bool,
) -> Result<(), CardError> {
    if let Some(access) = access.filter(|access| can_run(access)) {
        if chip.start_session_pace(dba_key(key, true)?, access).is_ok() {
            return Ok(());
        }
        let error = line.told("opening by PACE");
        let not_begun = line.asked.get() == MANAGE_SECURITY && error.kind() == FailureKind::Refused;
        if !(not_begun && has_bac) {
            return Err(wrong_key(error));
        }
        tracing::info!(%error, "a chip that announces PACE refuses to begin it; trying BAC");
    }
    if !has_bac {
        return Err(CardError::BadField {
            field: "chip",
            why: "it opens only by a kind of PACE that is not supported",
        });
    }
    chip.start_session(dba_key(key, false)?).map_err(|_| wrong_key(line.told("opening by BAC")))
}

/// ECDH or DH with generic mapping and AES, over parameters that `dmrtd` has. Triple DES, integrated mapping and chip
/// authentication mapping are not among them.
fn can_run(access: &EfCardAccess) -> bool {
    access.pace_info().is_some_and(|info| {
        info.is_pace_domain_parameter_supported
            && info.protocol.cipher_algorithm == CipherAlgorithm::Aes
            && info.protocol.mapping_type == MappingType::Gm
    })
}

fn wrong_key(error: CardError) -> CardError {
    if matches!(error, CardError::Refused { status, .. } if is_wrong_key(status)) { CardError::WrongMrz } else { error }
}

/// Whether a chip says that the key is wrong: verification failed (also with the tries that are left), security status
/// not satisfied, secure messaging objects wrong.
fn is_wrong_key(status: u16) -> bool {
    matches!(status, 0x6300 | 0x63C0..=0x63CF | 0x6982 | 0x6988)
}

fn identity(
    mrz: &Mrz,
    names: Option<&EfDG11>,
    authenticity: Authenticity,
    assurance: Assurance,
) -> Result<Identity, CardError> {
    let date = |field, date: NaiveDate| {
        let year = u16::try_from(date.year()).ok();
        let date = year.zip(u8::try_from(date.month()).ok()).zip(u8::try_from(date.day()).ok());
        date.and_then(|((year, month), day)| Date::new(year, month, day))
            .ok_or(CardError::BadField { field, why: "there is no such day" })
    };
    let latin = format!("{} {}", mrz.last_name, mrz.first_name);
    let number = mrz.document_number().trim_matches('<').to_owned();
    if number.is_empty() {
        return Err(CardError::BadField { field: "document number", why: "it is empty" });
    }
    let national = names.and_then(|names| names.name_of_holder.as_deref()).unwrap_or_default();
    let national = national.replace("<<", " ").replace('<', " ");
    Ok(Identity {
        document: Document::TravelDocument,
        assurance,
        authenticity: Some(authenticity),
        name: Secret::new(national.trim().to_owned()),
        foreign_name: Some(Secret::new(latin.trim().to_owned())),
        number: Secret::new(number),
        sex: match mrz.gender.as_str() {
            "M" => Sex::Male,
            "F" => Sex::Female,
            _ => Sex::Unknown,
        },
        ethnicity: None,
        birth: Some(date("birth date", mrz.date_of_birth)?),
        address: None,
        issuer: Some(mrz.country.trim_matches('<').to_owned()),
        valid_from: None,
        valid_to: ValidTo::Date(date("last day of validity", mrz.date_of_expiry)?),
        permit_number: None,
        nationality: Some(mrz.nationality.trim_matches('<').to_owned()),
    })
}

fn dba_key(key: &MrzKey, pace: bool) -> Result<DBAKey, CardError> {
    let bad = CardError::BadField { field: "key", why: "it is not made of dates and a number" };
    // The century is not part of the key.
    let day = |text: &str| NaiveDate::parse_from_str(&format!("20{text}"), "%Y%m%d").ok();
    let (Some(birth), Some(expiry)) = (day(key.birth()), day(key.expiry())) else { return Err(bad) };
    DBAKey::new(key.number(), birth, expiry, pace).map_err(|_| bad)
}

/// The card behind `dmrtd`'s interface, which keeps of an error only its text.
struct Line<'a> {
    card: RefCell<&'a mut dyn Transmit>,
    failed: RefCell<Option<CardError>>,
    /// Last status word.
    status: Cell<u16>,
    /// Last instruction.
    asked: Cell<u8>,
}

impl Transceiver for &Line<'_> {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        self.asked.set(command.get(1).copied().unwrap_or_default());
        match exchange(&mut **self.card.borrow_mut(), "a command to the chip", command) {
            Ok(answer) => {
                self.status.set(answer.status());
                Ok([answer.data(), &answer.status().to_be_bytes()].concat())
            }
            Err(error) => {
                *self.failed.borrow_mut() = Some(error);
                Err(TransceiveError::new("the line failed"))
            }
        }
    }
}

impl Line<'_> {
    /// The line's own failure, if that is why something went wrong.
    fn lost(&self) -> Result<(), CardError> {
        self.failed.borrow().clone().map_or(Ok(()), Err)
    }

    /// Whether the last answer was that there is no such file: ISO 7816-4, file or referenced data not found.
    fn has_no_such_file(&self) -> bool {
        self.failed.borrow().is_none() && matches!(self.status.get(), 0x6A82 | 0x6A88)
    }

    fn told(&self, step: &'static str) -> CardError {
        match (self.lost(), self.status.get()) {
            (Err(lost), _) => lost,
            // The library's own words are not passed on: they may quote the document.
            (Ok(()), 0x9000) => {
                CardError::BadField { field: "travel document", why: "a file or an answer is not as the standard says" }
            }
            (Ok(()), status) => CardError::Refused { step, status },
        }
    }
}
