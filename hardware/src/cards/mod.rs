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
mod ber;
mod config;
mod date;
pub mod eid;
mod error;
mod event;
mod glob;
mod identify;
mod identity;
pub mod mrz;
pub mod number;
mod reader;
pub mod resident;
pub mod sam_block;
pub mod sdt;
mod sdt_status;
pub mod sdt_wrapped;
mod serial;
mod session;
mod shared;
mod signature;
pub mod social;
#[cfg(test)]
mod tests;
pub mod tlv;
pub mod travel;
mod trust;
pub mod uid;
mod watch;

pub use config::{PcscConfig, ReaderConfig, ResidentIdAccess, SdtConfig};
pub use date::Date;
pub use error::CardError;
pub use event::CardEvent;
pub use identify::{CardContent, Reading, identify, identify_with};
pub use identity::{Assurance, Authenticity, Document, Identity, Secret, Sex, Unverified, ValidTo};
pub use mrz::{MrzError, MrzKey, MrzLines};
pub use reader::CardReader;
pub use trust::{Contents, Listed, Maker, TrustError, TrustList};
pub use uid::{Uid, UnusableUid};
