//! Identity cards, through PC/SC and on readers of resident ID cards with a serial line.
//!
//! ```no_run
//! use hardware::cards::{CardEvent, CardReader, PcscConfig, ReaderConfig, ResidentIdAccess};
//!
//! let config = PcscConfig {
//!     resident_id: Some(ResidentIdAccess::SamBlock),
//!     ..PcscConfig::new("Kiosk ID Reader*")
//! };
//! let reader = CardReader::spawn(ReaderConfig::Pcsc(config), |event| match event {
//!     CardEvent::CardRead(identity) => drop(identity.number.expose()),
//!     other => drop(other),
//! });
//! reader.shutdown();
//! ```
//!
//! What is tried on a card through PC/SC, in this order; the first that answers decides:
//! 1. the SAM of the reader, where the configuration says how that reader hands out resident-ID data
//!    ([`sam_block`], [`sdt_wrapped`]); only a licensed SAM can open a resident ID card, a generic reader never can;
//! 2. the social security application ([`social`]);
//! 3. the chip of a travel document ([`travel`]), which opens with what is printed on it ([`MrzKey`]);
//! 4. the identity cards of other countries ([`eid`]);
//! 5. the card's serial number ([`uid`]), which names a staff card and proves nothing.
//!
//! A reader on a serial line ([`sdt`]) reads resident ID cards and the permits made like them, and nothing else.

pub mod apdu;
mod date;
pub mod eid;
mod error;
mod glob;
mod identify;
mod identity;
pub mod mrz;
pub mod number;
mod reader;
pub mod resident;
pub mod sam_block;
pub mod sdt;
pub mod sdt_wrapped;
mod serial;
mod session;
pub mod social;
#[cfg(test)]
mod tests;
pub mod tlv;
pub mod travel;
mod trust;
pub mod uid;
mod watch;

pub use date::Date;
pub use error::CardError;
pub use identify::{CardContent, Reading, identify, identify_with};
pub use identity::{Assurance, Authenticity, Document, Identity, Secret, Sex, Unverified, ValidTo};
pub use mrz::{MrzError, MrzKey, MrzLines};
pub use reader::{CardReader, PcscConfig, ReaderConfig, ResidentIdAccess, SdtConfig};
pub use trust::{TrustError, TrustList};
pub use uid::{Uid, UnusableUid};

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
