//! A real pcscd with an emulated card.
#![expect(clippy::wildcard_enum_match_arm, reason = "what a test does not expect, it prints")]
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use hardware::cards::{CardError, CardEvent, CardReader, Identity, PcscConfig, ReaderConfig, TrustList};
use peers::apdus::Card;
use peers::card::{CardFaults, CardSlot};
use peers::emrtd::Emrtd;

/// Far above anything that happens.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A reader, and the slot that cards are laid into.
pub(crate) struct Bench {
    pub(crate) events: Receiver<CardEvent>,
    pub(crate) slot: CardSlot,
    pub(crate) reader: CardReader,
}

impl Bench {
    /// The reader of the virtual slot on `port`.
    pub(crate) fn start(port: u16, trust: TrustList) -> Self {
        let (sender, events) = mpsc::channel();
        let config = PcscConfig { trust, ..PcscConfig::new("Kiosk ID Reader*") };
        let reader = CardReader::spawn(ReaderConfig::Pcsc(config), move |event| drop(sender.send(event)));
        Self { events, slot: CardSlot::start(port), reader }
    }

    /// What comes of the next card.
    pub(crate) fn outcome(&self) -> Result<Box<Identity>, CardError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.events.recv_timeout(deadline.saturating_duration_since(Instant::now())).unwrap() {
                CardEvent::CardRead(identity) => return Ok(identity),
                CardEvent::CardFailed(error) => return Err(error),
                CardEvent::UidOnly(uid) => panic!("{uid:?}"),
                _ => {}
            }
        }
    }

    /// Lays a chip down, waits for what comes of it, and takes it away.
    pub(crate) fn tap(&self, chip: Emrtd, faults: CardFaults) -> Result<Box<Identity>, CardError> {
        self.slot.insert(Card::travel_document(chip), faults);
        let outcome = self.outcome();
        self.slot.remove();
        while !matches!(self.events.recv_timeout(PATIENCE).unwrap(), CardEvent::CardRemoved) {}
        outcome
    }
}
