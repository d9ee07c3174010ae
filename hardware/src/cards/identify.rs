//! What is tried on a card, and in which order.

use super::apdu::{Transmit, exchange};
use super::sdt_wrapped::{self, Wrapping};
use super::{
    CardError, Identity, MrzKey, ResidentIdAccess, TrustList, Uid, UnusableUid, eid, sam_block, social, travel,
};

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
}

/// As [`identify`]; reads travel documents too.
///
/// # Errors
/// As [`identify`].
pub fn identify_with(card: &mut dyn Transmit, reading: &Reading) -> Result<CardContent, CardError> {
    let (mut module_refused, mut wrapped) = (None, None);
    match reading.access {
        Some(ResidentIdAccess::SamBlock) => match sam_block::read(card)? {
            sam_block::SamAnswer::Person(identity) => return Ok(CardContent::Person(identity)),
            sam_block::SamAnswer::NotOpened(status) => {
                let step = "opening by the reader's security module";
                module_refused = Some(CardError::Refused { step, status });
            }
        },
        Some(ResidentIdAccess::SdtApdu { header }) => wrapped = Some(Wrapping::Apdu(header)),
        Some(ResidentIdAccess::SdtControl { function }) => wrapped = Some(Wrapping::Control(function)),
        None => {}
    }
    if let Some(wrapping) = wrapped {
        match sdt_wrapped::read(card, wrapping)? {
            sdt_wrapped::Answer::Person(identity) => return Ok(CardContent::Person(identity)),
            sdt_wrapped::Answer::NotOpened(error) => module_refused = Some(error),
        }
    }
    if let Some(identity) = social::read(card)? {
        return Ok(CardContent::Person(Box::new(identity)));
    }
    if let Some(identity) = travel::read(card, reading.mrz.as_ref(), &reading.trust)? {
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
