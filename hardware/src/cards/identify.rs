//! What is tried on a card, and in which order.

use super::apdu::{Transmit, exchange};
use super::sam_block::{self, SamAnswer};
use super::sdt_wrapped::{self, Wrapping};
use super::{CardError, Identity, MrzKey, ResidentIdAccess, TrustList, Uid, UnusableUid, eid, social, travel};

/// PC/SC part 3, 3.2.2.1.3: the reader answers with the card's serial number.
const GET_UID: [u8; 5] = [0xFF, 0xCA, 0x00, 0x00, 0x00];

/// What a card turned out to be.
#[derive(Debug)]
pub enum CardContent {
    /// A person's card.
    Person(Box<Identity>),
    /// Only a serial number.
    Serial(Uid),
}

/// Reads one card: the reader's security module if `access` says how to ask it, then the social security application,
/// then travel documents, then the identity cards of other countries, then the serial number.
///
/// # Errors
/// [`CardError`] of the first step that the card took up and did not finish, or [`CardError::NotUsable`] when it took
/// up none.
pub fn identify(card: &mut dyn Transmit, access: Option<ResidentIdAccess>) -> Result<CardContent, CardError> {
    identify_with(card, &Reading { access, ..Reading::default() })
}

/// What can be known before a card is read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// How the reader's security module is asked, if it has one.
    pub access: Option<ResidentIdAccess>,
    /// What opens the chip of a travel document.
    pub mrz: Option<MrzKey>,
    /// Whose travel documents are believed.
    pub trust: TrustList,
    /// The present year: it decides on the century of a birth date of two digits.
    pub year: u16,
}

/// As [`identify`]; reads travel documents too.
///
/// # Errors
/// As [`identify`].
pub fn identify_with(card: &mut dyn Transmit, reading: &Reading) -> Result<CardContent, CardError> {
    let asked = match reading.access {
        Some(ResidentIdAccess::SamBlock) => Some(sam_block::read(card)?),
        Some(ResidentIdAccess::SdtApdu { header }) => Some(sdt_wrapped::read(card, Wrapping::Apdu(header))?),
        Some(ResidentIdAccess::SdtControl { function }) => Some(sdt_wrapped::read(card, Wrapping::Control(function))?),
        None => None,
    };
    let module_refused = match asked {
        Some(SamAnswer::Person(identity)) => return Ok(CardContent::Person(identity)),
        Some(SamAnswer::NotOpened(error)) => Some(error),
        None => None,
    };
    if let Some(identity) = social::read(card)? {
        return Ok(CardContent::Person(Box::new(identity)));
    }
    if let Some(identity) = travel::read(card, reading.mrz.as_ref(), &reading.trust, reading.year)? {
        return Ok(CardContent::Person(Box::new(identity)));
    }
    if let Some(identity) = eid::read(card)? {
        return Ok(CardContent::Person(Box::new(identity)));
    }
    let answer = exchange(card, "the serial number", &GET_UID)?;
    let serial = if answer.is_ok() { Uid::new(answer.data()) } else { Err(UnusableUid::Missing) };
    match (serial, module_refused) {
        (Ok(uid), _) => Ok(CardContent::Serial(uid)),
        // All zeros is what a resident ID card has for a serial number: it was one, and the module did not open it.
        (Err(UnusableUid::AllZero), Some(error)) => Err(error),
        (Err(why), _) => Err(CardError::NotUsable { why }),
    }
}
