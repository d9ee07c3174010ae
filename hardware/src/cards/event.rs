//! What is told of a reader and of the cards on it.

use super::{CardError, Identity, Uid};
use crate::DeviceStatus;

/// What a reader's owner thread reports, in the order in which it happened.
///
/// For one card laid on the reader: `CardPresent`, then exactly one of `CardRead`, `UidOnly`, `CardFailed`, then
/// `CardRemoved`. A card that is torn away mid-read gives `CardFailed(CardError::Torn)` and then `CardRemoved`.
///
/// Many readers on a serial line do not see whether a card that they have read was taken away. With them `CardRemoved`
/// comes when the next card is laid down, right before its `CardPresent`.
#[derive(Debug)]
pub enum CardEvent {
    /// The reader's state changed.
    ReaderState(DeviceStatus),
    /// A card is there; reading begins.
    CardPresent,
    /// A person's card was read.
    CardRead(Box<Identity>),
    /// The card holds no identity, but has a serial number of its own: a staff card, if the roster knows it.
    UidOnly(Uid),
    /// The card could not be read, or nothing on it is of use here.
    CardFailed(CardError),
    /// The card is gone.
    CardRemoved,
}
