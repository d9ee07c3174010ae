//! Identity cards through PC/SC.
//!
//! ```no_run
//! use hardware::cards::{CardEvent, CardReader, ReaderConfig, ResidentIdAccess};
//!
//! let config = ReaderConfig {
//!     reader: "Kiosk ID Reader*".to_owned(),
//!     resident_id: Some(ResidentIdAccess::SamBlock),
//! };
//! let reader = CardReader::spawn(config, |event| match event {
//!     CardEvent::CardRead(identity) => drop(identity.number.expose()),
//!     other => drop(other),
//! });
//! reader.shutdown();
//! ```
//!
//! What is tried on a card, in this order; the first that answers decides:
//! 1. the SAM of the reader, where the configuration says how that reader hands out resident-ID data
//!    ([`sam_block`]); only a licensed SAM can open a resident ID card, a generic reader never can;
//! 2. the social security application ([`social`]);
//! 3. the card's serial number ([`uid`]), which names a staff card and proves nothing.

pub mod apdu;
mod date;
mod error;
mod glob;
mod identify;
mod identity;
pub mod number;
mod reader;
pub mod resident;
pub mod sam_block;
mod session;
pub mod social;
#[cfg(test)]
mod tests;
pub mod tlv;
pub mod uid;

pub use date::Date;
pub use error::CardError;
pub use identify::{CardContent, identify};
pub use identity::{Assurance, Document, Identity, Secret, Sex, ValidTo};
pub use reader::{CardReader, ReaderConfig, ResidentIdAccess};
pub use uid::{Uid, UnusableUid};

use crate::DeviceStatus;

/// What a reader's owner thread reports, in the order in which it happened.
///
/// For one card laid on the reader: `CardPresent`, then exactly one of `CardRead`, `UidOnly`, `CardFailed`, then
/// `CardRemoved`. A card that is torn away mid-read gives `CardFailed(CardError::Torn)` and then `CardRemoved`.
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
