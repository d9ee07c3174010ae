//! Travel documents with a chip (ICAO Doc 9303 part 10 and 11): passports, and permits made like them, among them the four
//! between the Mainland and Hong Kong, Macau and Taiwan.
//!
//! The chip opens with what is printed on the document ([`MrzKey`]): by PACE where it says that it can and we can too,
//! else by BAC. Then the signature (SOD) is read, and of what it has signed the machine readable lines (DG1), the name in
//! national characters (DG11) and the chip's own keys (DG14, DG15). No picture is read. The signature is checked against a
//! [`TrustList`].
//!
//! What that proves: an authority in the list has signed these data. A chip that was copied whole passes. So a chip that
//! has a key of its own, signed with its data, is asked to prove that it has it (`proof`); one that cannot is a copy. A
//! chip without such a key stays [`Assurance::ReadOnly`], however well its data are signed: it may be one. Revocation lists
//! and the certificates' dates are not looked at.

mod agreement;
mod chip;
mod details;
mod messaging;
mod opening;
mod proof;

use dmrtd::lds::efcard_access::EfCardAccess;
use zeroize::Zeroizing;

use super::apdu::{OK, Transmit, exchange};
use super::ber;
use super::mrz::MrzKey;
use super::mrz::data::MrzData;
use super::signature;
use super::{Assurance, Authenticity, CardError, Document, Identity, MrzError, Secret, TrustList};
use chip::{Chip, MISREAD};
use details::Details;
use proof::Proof;

/// SELECT of the application, ICAO Doc 9303-10, 3.2.
pub const SELECT: [u8; 12] = [0x00, 0xA4, 0x04, 0x0C, 0x07, 0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
/// SELECT of the chip's root.
const SELECT_ROOT: [u8; 7] = [0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00];
/// Short identifiers of files, ICAO Doc 9303-10, 3.11 and 4.
const CARD_ACCESS: u8 = 0x1C;
const COMMON: u8 = 0x1E;
const SOD: u8 = 0x1D;
/// Data groups that are read; their numbers are their short identifiers.
const LINES: u8 = 1;
const DETAILS: u8 = 11;
const AGREEMENT_KEYS: u8 = 14;
const OWN_KEY: u8 = 15;
/// Tags by which EF.COM announces data groups 11, 14 and 15, ICAO Doc 9303-10, 4.6.1.
const ANNOUNCED: [(u8, u8); 3] = [(0x6B, DETAILS), (0x6E, AGREEMENT_KEYS), (0x6F, OWN_KEY)];

/// Status word "security status not satisfied": what a chip without BAC says to [`SELECT`] before PACE.
const NOT_ALLOWED: u16 = 0x6982;
/// Status words "file not found" and "referenced data not found" (ISO 7816-4, 5.6).
const NOT_FOUND: [u16; 2] = [0x6A82, 0x6A88];

/// Reads the holder of a travel document. `Ok(None)`: the card is none. `year` is the present one: a birth date of two digits
/// is of the century that makes it no later.
///
/// # Errors
/// [`CardError`]: the line's; [`CardError::NeedsMrz`] without a key and [`CardError::WrongMrz`] with another
/// document's; a refusal of a file; a misread.
pub fn read(
    card: &mut dyn Transmit,
    key: Option<&MrzKey>,
    trust: &TrustList,
    year: u16,
) -> Result<Option<Identity>, CardError> {
    let selected = exchange(card, "the travel document application", &SELECT)?;
    if !selected.is_ok() && selected.status() != NOT_ALLOWED {
        return Ok(None);
    }
    // Chips without PACE have no such file; one that cannot be understood is as good as none.
    let mut chip = Chip::new(card);
    chip.command("the chip's root", [0x00, 0xA4, 0x00, 0x0C], &SELECT_ROOT[5..], 0)?;
    let access = chip.optional_file("what the chip can", CARD_ACCESS)?;
    let access = access.and_then(|file| EfCardAccess::from_bytes(file.to_vec()).ok());
    if !selected.is_ok() && access.is_none() {
        return Ok(None);
    }
    let key = key.ok_or(CardError::NeedsMrz)?;
    // Before BAC the application must be selected openly, after PACE under its protection.
    let by_pace = opening::open(&mut chip, key, access.as_ref(), selected.is_ok())?;
    if by_pace {
        select(&mut chip)?;
    }

    let sod = match chip.file("reading its signature", SOD) {
        Ok(file) => Some(file),
        Err(CardError::Refused { status, .. }) if NOT_FOUND.contains(&status) => None,
        // Signed by somebody, in a way that cannot be read: no reason to refuse the document, and none to trust it.
        Err(MISREAD) => Some(Zeroizing::default()),
        Err(error) => return Err(error),
    };
    let files = read_groups(&mut chip, sod.as_ref().map(|sod| sod.as_slice()))?;
    let lines = chip_lines(files.get(LINES).ok_or(MISREAD)?)?;
    // Only permits name no state.
    let chinese = lines.issuer.is_none();
    let details = files.get(DETAILS).map(|file| details::parse(file, chinese)).unwrap_or_default();

    // Data that nobody ever signed are as good as altered ones: the document is read, and vouches for nothing.
    let signed: Vec<(u8, &[u8])> = files.0.iter().map(|(number, file)| (*number, file.as_slice())).collect();
    let anchors = trust.anchors();
    let mut authenticity = sod.as_ref().map_or(Authenticity::Failed, |sod| signature::judge(sod, &signed, &anchors));
    let mut assurance = Assurance::ReadOnly;
    if authenticity == Authenticity::Verified {
        match proof::ask(&mut chip, files.get(OWN_KEY), files.get(AGREEMENT_KEYS))? {
            Proof::Original => assurance = Assurance::ChipVerified,
            Proof::Copy => authenticity = Authenticity::Copied,
            Proof::None => {}
        }
    }
    Ok(Some(identity(lines, details, authenticity, assurance, year)))
}

fn select(chip: &mut Chip<'_>) -> Result<(), CardError> {
    let step = "selecting its application";
    match chip.command(step, [0x00, 0xA4, 0x04, 0x0C], &SELECT[5..], 0)?.status {
        OK => Ok(()),
        status => Err(CardError::Refused { step, status }),
    }
}

/// Data groups by number.
struct Files(Vec<(u8, Zeroizing<Vec<u8>>)>);

impl Files {
    fn get(&self, number: u8) -> Option<&[u8]> {
        self.0.iter().find(|(group, _)| *group == number).map(|(_, file)| file.as_slice())
    }
}

/// Reads the data groups that are wanted: those that were signed. Where the signature cannot be read, the table of contents
/// (EF.COM), which nobody signs, says what there is.
fn read_groups(chip: &mut Chip<'_>, sod: Option<&[u8]>) -> Result<Files, CardError> {
    let groups = match sod.and_then(signature::groups) {
        Some(groups) => groups,
        None => announced(chip)?,
    };
    let mut files = vec![(LINES, chip.file("reading its machine readable lines", LINES)?)];
    for number in [DETAILS, AGREEMENT_KEYS, OWN_KEY] {
        if groups.contains(&number) {
            // Without it the document is as good as one that never had it.
            files.extend(chip.optional_file("reading a data group", number)?.map(|file| (number, file)));
        }
    }
    Ok(Files(files))
}

/// EF.COM, ICAO Doc 9303-10, 4.6.1: 60 { 5F01, 5F36, 5C with the tags of data groups }.
fn announced(chip: &mut Chip<'_>) -> Result<Vec<u8>, CardError> {
    let file = chip.optional_file("reading its table of contents", COMMON)?;
    let tags = file.as_ref().and_then(|file| ber::inside(file, 0x60)?.find(0x5C)).map_or(&[][..], |tags| tags.value);
    Ok(ANNOUNCED.iter().filter(|(tag, _)| tags.contains(tag)).map(|(_, number)| *number).collect())
}

/// Data group 1, ICAO Doc 9303-10, 4.7.1: 61 { 5F1F with the lines }.
fn chip_lines(file: &[u8]) -> Result<MrzData, CardError> {
    let lines = ber::inside(file, 0x61).and_then(|fields| fields.find(0x5F1F)).ok_or(MISREAD)?;
    MrzData::parse(lines.value).map_err(|error| CardError::BadField {
        field: "machine readable lines",
        why: match error {
            MrzError::Shape => "they are those of no document that is known",
            MrzError::Character => "they have a character that no such line has",
            MrzError::CheckDigit(_) => "a check digit does not fit",
            MrzError::Date(_) => "there is no such day",
        },
    })
}

fn identity(lines: MrzData, details: Details, authenticity: Authenticity, assurance: Assurance, year: u16) -> Identity {
    let birth = lines.birth.day(details.birth.as_ref().map(Secret::expose), year);
    Identity {
        document: Document::TravelDocument,
        assurance,
        authenticity: Some(authenticity),
        name: if details.name.is_empty() { lines.chinese_name.unwrap_or_default() } else { details.name },
        foreign_name: Some(lines.latin_name),
        number: lines.number,
        sex: lines.sex,
        ethnicity: None,
        birth,
        address: None,
        issuer: lines.issuer,
        valid_from: None,
        valid_to: lines.valid_to,
        permit_number: None,
        nationality: lines.nationality,
    }
}
