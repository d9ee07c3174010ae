//! The driver of a reader on a serial line against an emulated one, over a real pseudo terminal, with every fault.
#![expect(clippy::wildcard_enum_match_arm, reason = "what a test does not expect, it prints")]
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

mod heard;

use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use hardware::cards::sdt::Status;
use hardware::cards::{CardError, CardEvent, CardReader, Document, Identity, ReaderConfig, SdtConfig};
use hardware::{DeviceStatus, FailureKind, Fault};
use heard::PATIENCE;
use peers::card::CardFaults;
use peers::people::{self, LI_JIANGUO};
use peers::sam::{Lengths, SamFaults, SamOptions, SamReader, Says, Step};
use tempfile::TempDir;

struct Bench {
    events: Receiver<CardEvent>,
    sam: SamReader,
    _reader: CardReader,
    _dir: TempDir,
}

impl Bench {
    fn start(change: impl FnOnce(&mut SamOptions)) -> Self {
        let dir = TempDir::new().unwrap();
        let mut options = SamOptions::new(dir.path().join("reader"));
        change(&mut options);
        let sam = SamReader::start(options).unwrap();
        let (sender, events) = mpsc::channel();
        // Quicker than any real module is asked, so that the tests are.
        let config = SdtConfig { find_every: Duration::from_millis(60), ..SdtConfig::new(sam.port()) };
        let config = ReaderConfig::Sdt(config);
        let reader = CardReader::spawn(config, move |event| drop(sender.send(event)));
        Self { events, sam, _reader: reader, _dir: dir }
    }

    fn ready() -> Self {
        let bench = Self::start(|_| {});
        bench.wait_ready();
        bench
    }

    fn wait(&self, wanted: impl Fn(&CardEvent) -> bool) -> Vec<CardEvent> {
        heard::wait("the serial reader", &self.events, wanted)
    }

    fn wait_ready(&self) -> Vec<CardEvent> {
        self.wait(|event| matches!(event, CardEvent::ReaderState(DeviceStatus::Ready)))
    }

    fn wait_down(&self) -> Fault {
        match self.wait(|event| matches!(event, CardEvent::ReaderState(DeviceStatus::Down(_)))).pop() {
            Some(CardEvent::ReaderState(DeviceStatus::Down(fault))) => fault,
            other => panic!("{other:?}"),
        }
    }

    /// What becomes of the card that lies there. With `before`, the card before it is told to be gone first.
    fn outcome(&self, before: bool) -> CardEvent {
        let mut events = self.wait(|event| matches!(event, CardEvent::CardRead(_) | CardEvent::CardFailed(_)));
        let outcome = events.pop().unwrap();
        let expected = if before { "[CardRemoved, CardPresent]" } else { "[CardPresent]" };
        assert_eq!(format!("{events:?}"), expected);
        outcome
    }

    fn identity(&self, before: bool) -> Box<Identity> {
        match self.outcome(before) {
            CardEvent::CardRead(identity) => identity,
            other => panic!("{other:?}"),
        }
    }

    fn error(&self, before: bool) -> CardError {
        match self.outcome(before) {
            CardEvent::CardFailed(error) => error,
            other => panic!("{other:?}"),
        }
    }

    fn insert(&self, faults: CardFaults) {
        self.sam.insert(people::by_name("li-jianguo").unwrap().card, None, faults);
    }

    /// As a hand does it: the card lies there for a moment more, and then nothing does for most of a second.
    fn lift(&self) {
        self.asked(3);
        self.sam.remove();
        self.asked(900 / 60);
    }

    /// After a failure a short lift is enough.
    fn lift_briefly(&self) {
        self.sam.remove();
        self.asked(2);
    }

    /// Waits for so many more questions of the driver's.
    fn asked(&self, more: u64) {
        assert!(self.sam.wait_requests(self.sam.state().counters.requests + more, PATIENCE));
    }
}

#[test]
fn cards_one_after_the_other_in_every_form_of_answer() {
    for (lengths, finds_again) in [(Lengths::Two, false), (Lengths::Three, true), (Lengths::Fingerprints, false)] {
        let bench = Bench::start(|options| (options.lengths, options.finds_again) = (lengths, finds_again));
        bench.wait_ready();
        for (turn, (name, document, number)) in [
            ("wang-xiuying", Document::ResidentId, "11010519491231002X"),
            ("chan-tai-man", Document::HongKongMacauTaiwanPermit, "810000199003070015"),
            ("sato-hanako", Document::ForeignerPermit, "932682198501010017"),
            ("john-smith", Document::ForeignerPermitOld, "USA110070070417"),
        ]
        .into_iter()
        .enumerate()
        {
            bench.sam.insert_named(name).unwrap();
            let identity = bench.identity(turn > 0 && !finds_again);
            assert_eq!((identity.document, identity.number.expose()), (document, number), "{name}");
            bench.lift();
            if finds_again {
                bench.wait(|event| matches!(event, CardEvent::CardRemoved));
            }
        }
        assert_eq!(bench.sam.state().counters.reads, 4, "each card was read once");
    }
}

#[test]
fn the_newest_address_replaces_the_printed_one() {
    let bench = Bench::ready();
    let card = people::by_name("li-jianguo").unwrap().card;
    bench.sam.insert(card.clone(), None, CardFaults::default());
    assert_eq!(bench.identity(false).address.as_ref().unwrap().expose(), LI_JIANGUO.address);
    bench.lift();
    bench.sam.insert(card, Some("合肥市庐阳区新址路1号"), CardFaults::default());
    assert_eq!(bench.identity(true).address.as_ref().unwrap().expose(), "合肥市庐阳区新址路1号");
}

#[test]
fn a_card_that_stays_is_read_once() {
    for finds_again in [false, true] {
        let bench = Bench::start(|options| options.finds_again = finds_again);
        bench.wait_ready();
        bench.insert(CardFaults::default());
        drop(bench.identity(false));
        bench.asked(6);
        let more: Vec<_> = bench.events.try_iter().collect();
        assert!(more.is_empty(), "{more:?}");
    }
}

#[test]
fn every_status_at_every_step_is_told_in_words() {
    let bench = Bench::ready();
    let mut before = false;
    for (to, step) in [
        (Step::Select, "taking up the card"),
        (Step::Read, "reading the card's text"),
        (Step::Address, "newest address"),
    ] {
        for status in [0x10, 0x31, 0x41, 0x66] {
            bench.sam.set_faults(SamFaults { says: Some(Says { to, status }), ..SamFaults::default() });
            bench.insert(CardFaults::default());
            let error = bench.error(before);
            assert!(matches!(error, CardError::Module { status: told, .. } if told == Status(status)), "{error}");
            assert!(error.to_string().contains(step), "{error}");
            bench.lift_briefly();
            before = true;
        }
    }
    // "No such item", and what old modules say, mean that there is no newer address.
    for status in [0x91, 0x21, 0x23] {
        let faults = SamFaults { says: Some(Says { to: Step::Address, status }), ..SamFaults::default() };
        bench.sam.set_faults(faults);
        bench.insert(CardFaults::default());
        assert!(bench.identity(true).address.is_some());
        bench.lift();
    }
}

#[test]
fn a_card_taken_away_at_any_command_is_told_and_read_when_it_is_back() {
    let bench = Bench::ready();
    for at in 2..=4 {
        bench.insert(CardFaults { tear_at: Some(at), ..CardFaults::default() });
        let error = bench.error(at > 2);
        assert_eq!((error.code(), error.kind()), ("card-module", FailureKind::Line), "command {at}: {error}");
        assert!(bench.sam.wait_gone(PATIENCE));
        // At once, as people do.
        bench.lift_briefly();
        bench.insert(CardFaults::default());
        drop(bench.identity(true));
        bench.lift();
    }
    // Gone before it was found: nothing happened.
    bench.insert(CardFaults { tear_at: Some(1), ..CardFaults::default() });
    assert!(bench.sam.wait_gone(PATIENCE));
    bench.insert(CardFaults::default());
    drop(bench.identity(true));
}

#[test]
fn damaged_data_is_told_as_what_it_is() {
    let bench = Bench::ready();
    let mut before = false;
    for (name, code) in [
        ("garbage", "card-bad-field"),
        ("forged-length", "card-bad-field"),
        ("short", "card-wrong-length"),
        ("long", "card-wrong-length"),
        ("check-digit", "card-check-digit"),
        ("bad-date", "card-bad-field"),
    ] {
        bench.sam.insert_named(name).unwrap();
        let error = bench.error(before);
        assert_eq!((error.code(), error.kind()), (code, FailureKind::Misread), "{name}: {error}");
        bench.lift_briefly();
        before = true;
    }
}

#[test]
fn faults_of_the_line_do_not_lose_a_card() {
    let bench = Bench::start(|options| options.paced_baud = Some(115_200));
    bench.wait_ready();
    let fault = SamFaults::default;
    let mut before = false;
    for (name, faults) in [
        ("slow", SamFaults { delay_ms: 300, ..fault() }),
        ("noise", SamFaults { noise: true, ..fault() }),
        ("echo", SamFaults { echo: true, ..fault() }),
        ("one byte at a time", SamFaults { split_ms: 1, ..fault() }),
        ("one wrong checksum", SamFaults { bad_checksum: true, at: Some(Step::Read), answers: Some(1), ..fault() }),
        ("one half frame", SamFaults { half_frame: true, at: Some(Step::Read), answers: Some(1), ..fault() }),
        ("one silence", SamFaults { silent: true, at: Some(Step::Select), answers: Some(1), ..fault() }),
        ("two garbled finds", SamFaults { bad_checksum: true, at: Some(Step::Find), answers: Some(2), ..fault() }),
        // The late answer to the first question must not be taken for that to the second.
        ("one very late answer", SamFaults { delay_ms: 1300, at: Some(Step::Select), answers: Some(1), ..fault() }),
    ] {
        bench.sam.set_faults(faults);
        bench.insert(CardFaults::default());
        assert_eq!(bench.identity(before).number.expose(), LI_JIANGUO.number, "{name}");
        bench.sam.set_faults(fault());
        bench.lift();
        before = true;
    }
}

#[test]
fn a_line_that_garbles_every_read_is_told() {
    let bench = Bench::ready();
    bench.sam.set_faults(SamFaults { half_frame: true, at: Some(Step::Read), ..SamFaults::default() });
    bench.insert(CardFaults::default());
    let error = bench.error(false);
    assert_eq!((error.code(), error.kind()), ("reader-failed", FailureKind::Line), "{error}");
    assert!(error.to_string().contains("bytes came that are no answer"), "{error}");
}

#[test]
fn a_reader_that_does_not_work_is_down_and_comes_back_by_itself() {
    let bench = Bench::ready();
    let mute = |status| SamFaults { says: Some(Says { to: Step::Status, status }), ..SamFaults::default() };
    for (name, faults, code) in [
        ("silent", SamFaults { silent: true, ..SamFaults::default() }, "reader-silent"),
        ("garbled", SamFaults { bad_checksum: true, ..SamFaults::default() }, "reader-garbled"),
        (
            "broken",
            SamFaults { says: Some(Says { to: Step::Find, status: 0x60 }), ..SamFaults::default() },
            "security-module",
        ),
    ] {
        bench.sam.set_faults(faults);
        let fault = bench.wait_down();
        assert_eq!(fault.code(), code, "{name}: {fault}");
        bench.sam.set_faults(mute(0x66));
        let fault = bench.wait_down();
        assert!(fault.to_string().contains("not authorised"), "{name}: {fault}");
        bench.sam.set_faults(SamFaults::default());
        bench.wait_ready();
    }
    bench.insert(CardFaults::default());
    drop(bench.identity(false));
}

#[test]
fn a_cable_may_come_out_at_any_command_and_go_back() {
    let bench = Bench::ready();
    for at in [Step::Find, Step::Select, Step::Read, Step::Address] {
        bench.sam.set_faults(SamFaults { unplug_at: Some(at), ..SamFaults::default() });
        bench.insert(CardFaults::default());
        if at != Step::Find {
            let error = bench.error(false);
            assert!(matches!(error, CardError::ReaderFailed { .. }), "{at:?}: {error}");
        }
        let fault = bench.wait_down();
        assert!(matches!(fault, Fault::PortLost { .. } | Fault::PortMissing { .. }), "{at:?}: {fault}");
        bench.sam.remove();
        bench.insert(CardFaults::default());
        bench.sam.replug();
        bench.wait_ready();
        // The card that lies there is read now.
        drop(bench.identity(false));
        bench.sam.unplug();
        let events = bench.wait(|event| matches!(event, CardEvent::ReaderState(DeviceStatus::Down(_))));
        assert!(matches!(events.first(), Some(CardEvent::CardRemoved)), "{events:?}");
        bench.sam.remove();
        bench.sam.replug();
        bench.wait_ready();
    }
}

#[test]
fn a_port_has_one_owner() {
    let bench = Bench::ready();
    let (sender, events) = mpsc::channel();
    let other = ReaderConfig::Sdt(SdtConfig::new(bench.sam.port()));
    let other = CardReader::spawn(other, move |event| drop(sender.send(event)));
    let told = events.iter().find_map(|event| match event {
        CardEvent::ReaderState(DeviceStatus::Down(fault)) => Some(fault),
        _ => None,
    });
    assert!(matches!(told, Some(Fault::PortHeld { .. })), "{told:?}");
    other.shutdown();
    bench.insert(CardFaults::default());
    drop(bench.identity(false));
}
