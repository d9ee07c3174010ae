//! Resident-ID data as some PC/SC readers with a built-in security module hand it out: pseudo command
//! `FF B0 <block> 00 00`, blocks 0 to 5, over one stream of `text length | photo length | text | photo`.
//!
//! Source: one public implementation (`PCSC_GetIDCard` in Johann356/readinfo); the chosen vendor's manual decides.
//! The photo's blocks are not read: no free decoder for it exists, and nothing here needs it.

use zeroize::Zeroizing;

use super::apdu::{Transmit, exchange};
use super::{CardError, Identity, resident};

/// Bytes in a full block.
const BLOCK: usize = 256;
/// Both lengths in front of the text, big-endian: 256 bytes of text, 1024 of photo.
const HEADER: [u8; 4] = [0x01, 0x00, 0x04, 0x00];

/// What a security module says of the card on its reader.
#[derive(Debug)]
pub enum SamAnswer {
    /// A resident ID card, or one of the permits made like it.
    Person(Box<Identity>),
    /// The module found no card that it can open, and says so. Most likely it is another kind of card.
    NotOpened(CardError),
}

/// Command for block `number`.
pub fn read_block(number: u8) -> [u8; 5] {
    [0xFF, 0xB0, number, 0x00, 0x00]
}

/// Asks the reader's module for the text.
///
/// # Errors
/// [`CardError`]: the line's; a refusal of the second block; a misread of lengths or of the text.
pub fn read(card: &mut dyn Transmit) -> Result<SamAnswer, CardError> {
    let step = "the first block of the resident ID text";
    let first = exchange(card, step, &read_block(0))?;
    if !first.is_ok() {
        let step = "opening by the reader's security module";
        return Ok(SamAnswer::NotOpened(CardError::Refused { step, status: first.status() }));
    }
    let Some((header, head)) = first.data().split_first_chunk::<4>().filter(|_| first.data().len() == BLOCK) else {
        return Err(CardError::WrongLength { step, expected: BLOCK.to_string(), got: first.data().len() });
    };
    if *header != HEADER {
        return Err(CardError::BadField { field: "length header", why: "it does not announce 256 and 1024 bytes" });
    }
    let step = "the second block of the resident ID text";
    let second = exchange(card, step, &read_block(1))?;
    if !second.is_ok() {
        return Err(CardError::Refused { step, status: second.status() });
    }
    let Some(tail) = second.data().first_chunk::<4>().filter(|_| second.data().len() <= BLOCK) else {
        return Err(CardError::WrongLength { step, expected: format!("4 to {BLOCK}"), got: second.data().len() });
    };
    let mut text = Zeroizing::new([0; resident::TEXT]);
    let (start, end) = text.split_at_mut(head.len());
    start.copy_from_slice(head);
    end.copy_from_slice(tail);
    Ok(SamAnswer::Person(Box::new(resident::parse(&text)?)))
}
