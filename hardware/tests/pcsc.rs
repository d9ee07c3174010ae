//! The card thread through a real pcscd with the virtual reader vpcd.
//!
//! Each test runs in a process of its own with a pcscd of its own: the client library finds its service through
//! `PCSCLITE_CSOCK_NAME`, which must be set before the first use, and pcscd's fixed `/run/pcscd` is a private
//! directory inside a private mount namespace. Where that is refused, the system's path is used, one test at a time.
#![expect(clippy::wildcard_enum_match_arm, reason = "what a test does not expect, it prints")]
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

mod heard;
mod private_pcscd;

use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use hardware::cards::{
    CardError, CardEvent, CardReader, Document, PcscConfig, ReaderConfig, ResidentIdAccess, SdtConfig,
};
use hardware::{DeviceStatus, Fault};
use heard::PATIENCE;
use peers::apdus::Card;
use peers::card::{CardFaults, CardSlot};
use peers::people;
use peers::sam::{SamOptions, SamReader};
use private_pcscd::{Pcscd, in_private};

struct Bench {
    events: Receiver<CardEvent>,
    slot: CardSlot,
    pcscd: Pcscd,
    _reader: CardReader,
}

impl Bench {
    fn start(pcscd: Pcscd) -> Self {
        let (reader, events) = reader("Kiosk ID Reader*");
        Self { events, slot: CardSlot::start(pcscd.port), pcscd, _reader: reader }
    }

    fn ready(mut pcscd: Pcscd) -> Self {
        pcscd.start();
        let bench = Self::start(pcscd);
        bench.wait(|event| matches!(event, CardEvent::ReaderState(DeviceStatus::Ready)));
        bench
    }

    fn wait(&self, wanted: impl Fn(&CardEvent) -> bool) -> Vec<CardEvent> {
        heard::wait("the reader", &self.events, wanted)
    }

    /// Events from laying a card down to what became of it.
    fn outcome(&self) -> CardEvent {
        let mut events = self
            .wait(|event| matches!(event, CardEvent::CardRead(_) | CardEvent::UidOnly(_) | CardEvent::CardFailed(_)));
        assert!(matches!(events.first(), Some(CardEvent::CardPresent)), "{events:?}");
        assert_eq!(events.len(), 2, "{events:?}");
        events.pop().unwrap()
    }

    fn tap(&self, name: &str) -> CardEvent {
        self.slot.insert_named(name).unwrap();
        let outcome = self.outcome();
        self.slot.remove();
        self.wait(|event| matches!(event, CardEvent::CardRemoved));
        outcome
    }
}

fn reader(pattern: &str) -> (CardReader, Receiver<CardEvent>) {
    let (sender, events) = mpsc::channel();
    let config = PcscConfig { resident_id: Some(ResidentIdAccess::SamBlock), ..PcscConfig::new(pattern) };
    (CardReader::spawn(ReaderConfig::Pcsc(config), move |event| drop(sender.send(event))), events)
}

#[test]
fn every_card_of_the_deck() {
    in_private("every_card_of_the_deck", |pcscd| {
        let bench = Bench::ready(pcscd);
        for (name, document, number) in [
            ("wang-xiuying", Document::ResidentId, "11010519491231002X"),
            ("rare-name", Document::ResidentId, "34052419800101001X"),
            ("li-jianguo-social", Document::SocialSecurityCard, "34052419800101001X"),
            ("chan-tai-man", Document::HongKongMacauTaiwanPermit, "810000199003070015"),
            ("sato-hanako", Document::ForeignerPermit, "932682198501010017"),
            ("john-smith", Document::ForeignerPermitOld, "USA110070070417"),
            ("slow", Document::ResidentId, "34052419800101001X"),
        ] {
            match bench.tap(name) {
                CardEvent::CardRead(identity) => {
                    assert_eq!((identity.document, identity.number.expose()), (document, number), "{name}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
        match bench.tap("clerk") {
            CardEvent::UidOnly(uid) => assert_eq!(uid.to_hex(), people::CLERK_UID),
            other => panic!("{other:?}"),
        }
        for (name, code) in [
            ("check-digit", "card-check-digit"),
            ("garbage", "card-bad-field"),
            ("forged-length", "card-bad-field"),
            ("short", "card-wrong-length"),
            ("long", "card-wrong-length"),
            ("phone", "card-not-usable"),
            ("blank", "card-not-usable"),
        ] {
            match bench.tap(name) {
                CardEvent::CardFailed(error) => assert_eq!(error.code(), code, "{name}: {error}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    });
}

#[test]
fn a_torn_card_is_told_and_the_next_is_read() {
    in_private("a_torn_card_is_told_and_the_next_is_read", |pcscd| {
        let bench = Bench::ready(pcscd);
        for at in 1..=2 {
            let card = people::by_name("li-jianguo").unwrap().card;
            bench.slot.insert(card, CardFaults { tear_at: Some(at), ..CardFaults::default() });
            let outcome = bench.outcome();
            assert!(matches!(outcome, CardEvent::CardFailed(CardError::Torn)), "at command {at}: {outcome:?}");
            bench.wait(|event| matches!(event, CardEvent::CardRemoved));
            let next = bench.tap("wang-xiuying");
            assert!(matches!(next, CardEvent::CardRead(_)), "after command {at}: {next:?}");
        }
    });
}

/// Takes a card away at each of the commands that reading it takes. Travel documents are in `passport.rs`.
fn torn_at_each_command(mut pcscd: Pcscd, name: &str, resident_id: Option<ResidentIdAccess>) {
    pcscd.start();
    let (sender, events) = mpsc::channel();
    let config = PcscConfig { resident_id, ..PcscConfig::new("Kiosk ID Reader*") };
    let reader = CardReader::spawn(ReaderConfig::Pcsc(config), move |event| drop(sender.send(event)));
    let bench = Bench { events, slot: CardSlot::start(pcscd.port), pcscd, _reader: reader };
    bench.wait(|event| matches!(event, CardEvent::ReaderState(DeviceStatus::Ready)));
    // Each removal is waited for, so that the service cannot take two cards for one.
    bench.slot.set_absence(Duration::ZERO);
    let outcome = bench.tap(name);
    assert!(matches!(outcome, CardEvent::CardRead(_) | CardEvent::UidOnly(_)), "{outcome:?}");
    let commands = bench.slot.counters().commands_this_time;
    assert!(commands > 0);
    for at in 1..=commands {
        let card = people::by_name(name).unwrap().card;
        bench.slot.insert(card, CardFaults { tear_at: Some(at), ..CardFaults::default() });
        let outcome = bench.outcome();
        assert!(matches!(outcome, CardEvent::CardFailed(CardError::Torn)), "{at} of {commands}: {outcome:?}");
        bench.wait(|event| matches!(event, CardEvent::CardRemoved));
    }
}

/// One test for each kind of card, so that they run beside each other.
macro_rules! torn_at_each_command {
    ($($test:ident: $card:literal, $access:expr;)*) => {
        $(
            #[test]
            fn $test() {
                in_private(stringify!($test), |pcscd| torn_at_each_command(pcscd, $card, $access));
            }
        )*
    };
}

torn_at_each_command! {
    a_resident_id_card_by_blocks_torn_at_each_command: "li-jianguo", Some(ResidentIdAccess::SamBlock);
    a_resident_id_card_by_sdt_torn_at_each_command:
        "li-jianguo", Some(ResidentIdAccess::SdtApdu { header: [0xFF, 0x58, 0x00, 0x00] });
    a_social_security_card_torn_at_each_command: "li-jianguo-social", None;
    an_estonian_card_torn_at_each_command: "joeorg", None;
    a_belgian_card_torn_at_each_command: "specimen", None;
    a_staff_card_torn_at_each_command: "clerk", None;
}

#[test]
fn a_card_that_is_torn_away_and_laid_down_again_at_once_is_read() {
    in_private("a_card_that_is_torn_away_and_laid_down_again_at_once_is_read", |pcscd| {
        let bench = Bench::ready(pcscd);
        bench.slot.set_absence(Duration::ZERO);
        for _ in 0..3 {
            bench.slot.insert_named("torn").unwrap();
            assert!(bench.slot.wait_gone(PATIENCE));
            // Within the service's polling time: it may take both for one card.
            bench.slot.insert_named("wang-xiuying").unwrap();
            bench.wait(|event| matches!(event, CardEvent::CardRead(_)));
            bench.slot.remove();
            bench.wait(|event| matches!(event, CardEvent::CardRemoved));
        }
    });
}

#[test]
fn a_mute_card_holds_up_nobody() {
    in_private("a_mute_card_holds_up_nobody", |pcscd| {
        let bench = Bench::ready(pcscd);
        let outcome = bench.tap("mute");
        assert!(matches!(outcome, CardEvent::CardFailed(CardError::Mute)), "{outcome:?}");
        let next = bench.tap("wang-xiuying");
        assert!(matches!(next, CardEvent::CardRead(_)), "{next:?}");
    });
}

#[test]
fn the_service_may_die_in_the_middle_of_a_card_and_come_back() {
    in_private("the_service_may_die_in_the_middle_of_a_card_and_come_back", |pcscd| {
        let mut bench = Bench::ready(pcscd);
        for _ in 0..2 {
            let card = people::by_name("li-jianguo").unwrap().card;
            bench.slot.insert(card, CardFaults { delay_ms: 300, ..CardFaults::default() });
            assert!(bench.slot.wait_commands(1, PATIENCE));
            bench.pcscd.kill();
            let outcome = bench.outcome();
            assert!(
                matches!(outcome, CardEvent::CardFailed(CardError::ReaderFailed { .. } | CardError::Torn)),
                "{outcome:?}"
            );
            let events = bench.wait(|event| matches!(event, CardEvent::ReaderState(DeviceStatus::Down(_))));
            assert!(events.iter().any(|event| matches!(event, CardEvent::CardRemoved)), "{events:?}");
            bench.pcscd.start();
            bench.wait(|event| matches!(event, CardEvent::ReaderState(DeviceStatus::Ready)));
            // The card still lies there: it is read now.
            let outcome = bench.outcome();
            assert!(matches!(outcome, CardEvent::CardRead(_)), "{outcome:?}");
            bench.slot.remove();
            bench.wait(|event| matches!(event, CardEvent::CardRemoved));
        }
    });
}

#[test]
fn a_service_or_a_reader_that_is_not_there_is_named() {
    in_private("a_service_or_a_reader_that_is_not_there_is_named", |pcscd| {
        let mut bench = Bench::start(pcscd);
        bench.wait(|event| matches!(event, CardEvent::ReaderState(DeviceStatus::Down(Fault::CardServiceDown))));
        bench.pcscd.start();
        bench.wait(|event| matches!(event, CardEvent::ReaderState(DeviceStatus::Ready)));
        let (other, events) = reader("Another*");
        let told = events.iter().find_map(|event| match event {
            CardEvent::ReaderState(DeviceStatus::Down(fault)) => Some(fault),
            _ => None,
        });
        let Some(Fault::NoReader { pattern, connected }) = told else { panic!("{told:?}") };
        assert_eq!(pattern, "Another*");
        assert!(connected.contains("Kiosk ID Reader 00 00"), "{connected}");
        other.shutdown();
    });
}

#[test]
fn a_card_that_another_program_holds_is_told() {
    in_private("a_card_that_another_program_holds_is_told", |mut pcscd| {
        pcscd.start();
        let slot = CardSlot::start(pcscd.port);
        slot.insert(Card::serial(&[4, 1, 2, 3]), CardFaults::default());
        let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
        let mut state = [pcsc::ReaderState::new(c"Kiosk ID Reader 00 00", pcsc::State::EMPTY)];
        let deadline = Instant::now() + PATIENCE;
        while !state[0].event_state().contains(pcsc::State::PRESENT) {
            assert!(Instant::now() < deadline, "the card was never seen");
            assert_ne!(context.get_status_change(PATIENCE, &mut state), Err(pcsc::Error::NoService));
            state[0].sync_current_state();
        }
        let name = c"Kiosk ID Reader 00 00";
        let held = context.connect(name, pcsc::ShareMode::Exclusive, pcsc::Protocols::ANY).unwrap();
        let bench = Bench::start(pcscd);
        bench.wait(|event| matches!(event, CardEvent::CardFailed(CardError::ReaderHeld)));
        drop(held);
    });
}

#[test]
fn a_card_laid_on_another_is_read() {
    in_private("a_card_laid_on_another_is_read", |pcscd| {
        let bench = Bench::ready(pcscd);
        for name in ["wang-xiuying", "li-jianguo", "clerk"] {
            bench.slot.insert_named(name).unwrap();
            bench.wait(|event| matches!(event, CardEvent::CardRead(_) | CardEvent::UidOnly(_)));
        }
    });
}

#[test]
fn cards_one_after_the_other() {
    in_private("cards_one_after_the_other", |pcscd| {
        let bench = Bench::ready(pcscd);
        for _ in 0..5 {
            for name in ["wang-xiuying", "li-jianguo"] {
                let outcome = bench.tap(name);
                assert!(matches!(outcome, CardEvent::CardRead(_)), "{name}: {outcome:?}");
            }
        }
    });
}

#[test]
fn sdt_in_a_pseudo_command_and_two_readers_at_once() {
    in_private("sdt_in_a_pseudo_command_and_two_readers_at_once", |mut pcscd| {
        pcscd.start();
        let (sender, events) = mpsc::channel();
        let dir = tempfile::tempdir().unwrap();
        let sam = SamReader::start(SamOptions::new(dir.path().join("reader"))).unwrap();
        let access = ResidentIdAccess::SdtApdu { header: [0xFF, 0x58, 0x00, 0x00] };
        // The second slot is another reader, with a profile of its own; the third reader is on a serial line.
        let first = PcscConfig { resident_id: Some(access), ..PcscConfig::new("* 00") };
        let rest = PcscConfig { except: vec!["* 00".to_owned()], ..PcscConfig::new("*") };
        let configs =
            [ReaderConfig::Pcsc(first), ReaderConfig::Pcsc(rest), ReaderConfig::Sdt(SdtConfig::new(sam.port()))];
        let _readers: Vec<CardReader> = configs
            .into_iter()
            .enumerate()
            .map(|(index, config)| {
                let sender = sender.clone();
                CardReader::spawn(config, move |event| drop(sender.send((index, event))))
            })
            .collect();
        let outcome = |wanted: usize| {
            let deadline = Instant::now() + PATIENCE;
            loop {
                let left = deadline.saturating_duration_since(Instant::now());
                let (index, event) = events.recv_timeout(left).unwrap();
                if matches!(event, CardEvent::CardRead(_) | CardEvent::CardFailed(_)) {
                    assert_eq!(index, wanted, "{event:?}");
                    return event;
                }
            }
        };
        let slots = [CardSlot::start(pcscd.port), CardSlot::start(pcscd.port + 1)];
        for turn in 0..2 {
            slots[0].insert_named("li-jianguo").unwrap();
            assert!(matches!(outcome(0), CardEvent::CardRead(identity) if identity.document == Document::ResidentId));
            slots[1].insert_named("li-jianguo-social").unwrap();
            assert!(
                matches!(outcome(1), CardEvent::CardRead(identity) if identity.document == Document::SocialSecurityCard)
            );
            sam.insert_named("wang-xiuying").unwrap();
            assert!(matches!(outcome(2), CardEvent::CardRead(_)));
            slots.iter().for_each(CardSlot::remove);
            sam.remove();
            let asked = sam.state().counters.requests;
            assert!(sam.wait_requests(asked + 5, PATIENCE), "turn {turn}");
        }
        // The second slot has no module: a resident ID card is of no use there.
        slots[1].insert_named("li-jianguo").unwrap();
        assert!(matches!(outcome(1), CardEvent::CardFailed(CardError::NotUsable { .. })));
    });
}
