//! Every family of boards × wiring of the contacts × echo × faults, each over a real pseudo terminal at the family's
//! rate. What holds for all of them: an unlock goes out once, has one outcome, and the door is seen as it is.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

mod heard;

use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use hardware::DeviceStatus;
use hardware::lockers::{
    Board, ClosedBit, DoorState, ItemState, LockerEvent, Lockers, LockersConfig, LockersHandle, Protocol, UnlockAnswer,
    UnlockError,
};
use heard::PATIENCE;
use peers::cabinet::{BoardSpec, BusFaults, Cabinet, CabinetOptions, DoorFaults};
use tempfile::TempDir;

/// The compartment of the second board's third lock.
const DOOR: u16 = 15;

/// How an unlock may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Acked,
    Refused,
    NoAnswer,
    Garbled,
    Lost,
}

/// One way in which things go wrong during an unlock.
struct Case {
    name: &'static str,
    bus: BusFaults,
    door: DoorFaults,
    /// Faults from the start, not only from the unlock on.
    always: bool,
    /// By family: answers with the contact, with a word, not at all.
    ends: [End; 3],
    opens: bool,
}

fn case(name: &'static str, bus: BusFaults, ends: [End; 3]) -> Case {
    Case { name, bus, door: DoorFaults::default(), always: false, ends, opens: true }
}

fn cases() -> Vec<Case> {
    use End::{Acked, Garbled, Lost, NoAnswer, Refused};
    let bus = BusFaults::default;
    let stuck = DoorFaults { stuck: true, ..DoorFaults::default() };
    let steady = |case: Case| Case { always: true, ..case };
    vec![
        steady(case("nothing", bus(), [Acked; 3])),
        steady(case("late answers", BusFaults { delay_ms: 150, ..bus() }, [Acked; 3])),
        steady(case("answers in pieces", BusFaults { split_ms: 3, ..bus() }, [Acked; 3])),
        steady(case("noise in front", BusFaults { noise: true, ..bus() }, [Acked; 3])),
        steady(case("doubled answers", BusFaults { double: true, ..bus() }, [Acked; 3])),
        steady(case("pushes", BusFaults { push: true, ..bus() }, [Acked; 3])),
        // The unlock's own answer, where it has one, and not that to the poll which may come before it.
        case(
            "one bad checksum",
            BusFaults { bad_checksum: true, answers: Some(1), only_unlocks: true, ..bus() },
            [Garbled, Garbled, Acked],
        ),
        case("bad checksums", BusFaults { bad_checksum: true, ..bus() }, [Garbled; 3]),
        case("half frames", BusFaults { half_frame: true, ..bus() }, [Garbled; 3]),
        case("no answers", BusFaults { mute: true, ..bus() }, [NoAnswer; 3]),
        case("no answer to the unlock", BusFaults { unlock_mute: true, ..bus() }, [NoAnswer, Acked, Acked]),
        case("babble after the unlock", BusFaults { babble: true, ..bus() }, [Garbled, Garbled, Acked]),
        Case { opens: false, ..case("no power", BusFaults { silent: true, ..bus() }, [NoAnswer; 3]) },
        Case { opens: false, ..case("refusal", BusFaults { refuse: true, ..bus() }, [Refused; 3]) },
        Case { opens: false, door: stuck, ..case("a stuck door", bus(), [Refused; 3]) },
        case("a cable torn out", BusFaults { unplug_at_unlock: true, ..bus() }, [Lost; 3]),
    ]
}

struct Bench {
    handle: LockersHandle,
    events: Receiver<LockerEvent>,
    items: Receiver<(u16, ItemState)>,
    cabinet: Cabinet,
    doors: usize,
    name: String,
    _dir: TempDir,
}

impl Bench {
    fn start(protocol: Protocol, closed_bit: bool, inverted: bool, faults: BusFaults, name: String) -> Self {
        let dir = TempDir::new().unwrap();
        let address = *protocol.addresses().start();
        let locks = protocol.most_locks().min(12);
        let boards = [(address, locks, 1), (address + 1, locks, 13)];
        let specs = boards.map(|(address, locks, first)| BoardSpec::new(address, locks, first));
        let mut options = CabinetOptions::new(dir.path().join("locker"), specs.to_vec());
        options.family = peers::family::by_name(protocol.name()).unwrap();
        options.closed_bit = closed_bit;
        options.turn_around = Duration::from_millis(20);
        options.paced_baud = Some(protocol.baud());
        let cabinet = Cabinet::start(options).unwrap();
        cabinet.set_faults(faults);
        let boards =
            boards.map(|(address, locks, first_compartment)| Board { address, locks, first_compartment }).to_vec();
        let bit = if closed_bit != inverted { ClosedBit::One } else { ClosedBit::Zero };
        let mut config = LockersConfig::new(cabinet.port(), bit, boards).with_protocol(protocol);
        // Twice the usual, so that a busy machine is not taken for a silent board.
        config.reply_timeout = Duration::from_secs(1);
        config.confirm_for = Duration::from_secs(2);
        let ((sink, events), (news, items)) = (mpsc::channel(), mpsc::channel());
        let handle = Lockers::spawn_with_items(
            config,
            move |event| drop(sink.send(event)),
            move |compartment, item| news.send((compartment, item)).unwrap_or_default(),
        );
        Self { handle: handle.unwrap(), events, items, cabinet, doors: usize::from(locks) * 2, name, _dir: dir }
    }

    fn wait(&self, wanted: impl Fn(&LockerEvent) -> bool) -> Vec<LockerEvent> {
        heard::wait(&self.name, &self.events, wanted)
    }

    fn ready(&self) {
        self.wait(|event| *event == LockerEvent::BusState(DeviceStatus::Ready));
        let snapshot = self.wait(|event| matches!(event, LockerEvent::Snapshot(_))).pop();
        let Some(LockerEvent::Snapshot(doors)) = snapshot else { panic!("{}: {snapshot:?}", self.name) };
        assert!(
            doors.len() == self.doors && doors.iter().all(|(_, state)| *state == DoorState::Closed),
            "{}",
            self.name
        );
    }

    /// Opens [`DOOR`] and says how that ended.
    fn open(&self) -> End {
        self.handle.open(DOOR).unwrap();
        let outcome = |event: &LockerEvent| match event {
            LockerEvent::UnlockAcked { compartment: DOOR } => Some(End::Acked),
            LockerEvent::UnlockRefused { compartment: DOOR } => Some(End::Refused),
            LockerEvent::UnlockFailed { compartment: DOOR, error } => {
                assert!(error.may_have_opened(), "{}: {error}", self.name);
                Some(match error {
                    UnlockError::NoAnswer { .. } => End::NoAnswer,
                    UnlockError::Garbled { .. } => End::Garbled,
                    UnlockError::PortLost(_) => End::Lost,
                    UnlockError::NotSent(_) => panic!("{}: {error}", self.name),
                })
            }
            LockerEvent::BusState(_)
            | LockerEvent::Door { .. }
            | LockerEvent::Snapshot(_)
            | LockerEvent::UnlockSent { .. }
            | LockerEvent::UnlockAcked { .. }
            | LockerEvent::UnlockRefused { .. }
            | LockerEvent::UnlockFailed { .. } => None,
        };
        let events = self.wait(|event| outcome(event).is_some());
        let sent = events.iter().filter(|event| **event == LockerEvent::UnlockSent { compartment: DOOR }).count();
        assert_eq!(sent, 1, "{}: {events:?}", self.name);
        let opened = events.contains(&LockerEvent::Door { compartment: DOOR, state: DoorState::Open });
        let end = events.last().and_then(outcome).unwrap();
        assert!(!opened || end == End::Garbled, "{}: observed before it was acknowledged: {events:?}", self.name);
        end
    }

    fn play(&self, case: &Case, protocol: Protocol, echo: bool, inverted: bool) {
        self.ready();
        if !case.always {
            self.cabinet.set_faults(BusFaults { echo, inverted, ..case.bus.clone() });
            self.cabinet.set_door_faults(DOOR, case.door.clone());
        }
        let end = self.open();
        let [contact, sometimes, never] = case.ends;
        let wanted = match protocol.unlock_answer() {
            UnlockAnswer::Contact => contact,
            UnlockAnswer::Sometimes => sometimes,
            UnlockAnswer::Never => never,
        };
        // An echo that a starved machine delivers late is heard, and is no frame.
        let late_echo = echo && (end, wanted) == (End::Garbled, End::NoAnswer);
        assert!(end == wanted || late_echo, "{}: {end:?}, not {wanted:?}", self.name);
        assert_eq!(self.cabinet.is_open(DOOR), case.opens, "{}", self.name);
        // The cause goes away, and the door is seen as it is.
        self.cabinet.set_faults(BusFaults { echo, inverted, ..BusFaults::default() });
        self.cabinet.replug();
        if case.opens {
            self.cabinet.shut(DOOR);
            self.seen(DoorState::Closed);
            self.cabinet.force_open(DOOR);
            self.seen(DoorState::Open);
        }
        let pulsed = !["no power", "refusal"].contains(&case.name);
        let unlocks = self.cabinet.counters().unlocks;
        assert_eq!(unlocks.get(&DOOR).copied().unwrap_or(0), u64::from(pulsed), "{}: {unlocks:?}", self.name);
    }

    /// Waits until the driver says so of [`DOOR`], in an event or in a snapshot.
    fn seen(&self, wanted: DoorState) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.handle.snapshot().unwrap();
            let events = self.wait(|event| matches!(event, LockerEvent::Snapshot(_)));
            let Some(LockerEvent::Snapshot(doors)) = events.last() else { panic!("{}: {events:?}", self.name) };
            if doors.contains(&(DOOR, wanted)) {
                return;
            }
            assert!(Instant::now() < deadline, "{}: never {wanted:?}", self.name);
            let reads = self.cabinet.counters().reads;
            self.cabinet.wait_until(PATIENCE, |cabinet| cabinet.counters().reads > reads);
        }
    }
}

/// All faults of one family, wiring and echo, side by side.
fn matrix(protocol: Protocol) {
    let all = cases();
    thread::scope(|scope| {
        for case in &all {
            for (closed_bit, inverted, echo) in [
                (true, false, false),
                (true, false, true),
                (false, false, false),
                (false, false, true),
                (true, true, true),
            ] {
                scope.spawn(move || {
                    let name =
                        format!("{protocol}, closed {closed_bit}, inverted {inverted}, echo {echo}: {}", case.name);
                    let first = if case.always { case.bus.clone() } else { BusFaults::default() };
                    let first = BusFaults { echo, inverted, ..first };
                    Bench::start(protocol, closed_bit, inverted, first, name).play(case, protocol, echo, inverted);
                });
            }
        }
    });
}

#[test]
fn every_family_of_boards() {
    Protocol::ALL.into_iter().for_each(matrix);
}

#[test]
fn xor24_boards_of_every_width() {
    for locks in [8, 12, 16, 18, 24, 32, 48] {
        let dir = TempDir::new().unwrap();
        let mut options = CabinetOptions::new(dir.path().join("locker"), vec![BoardSpec::new(1, locks, 1)]);
        options.paced_baud = Some(9600);
        let cabinet = Cabinet::start(options).unwrap();
        let config =
            LockersConfig::new(cabinet.port(), ClosedBit::One, vec![Board { address: 1, locks, first_compartment: 1 }]);
        let config = LockersConfig { reply_timeout: Duration::from_secs(1), pulse_s: Some(1), ..config };
        let (sink, events) = mpsc::channel();
        let handle = Lockers::spawn(config, move |event| drop(sink.send(event))).unwrap();
        for door in [1, u16::from(locks)] {
            handle.open(door).unwrap();
            let opened = LockerEvent::Door { compartment: door, state: DoorState::Open };
            assert!(
                std::iter::from_fn(|| events.recv_timeout(PATIENCE).ok()).any(|event| event == opened),
                "{locks} locks, door {door}"
            );
        }
        assert_eq!(cabinet.open_doors(), [1, u16::from(locks)], "{locks} locks");
    }
}

#[test]
fn the_supply_is_spared() {
    for protocol in Protocol::ALL {
        let bench = Bench::start(protocol, true, false, BusFaults::default(), protocol.to_string());
        bench.ready();
        for door in [1, 13, 2, 14, 3] {
            bench.handle.open(door).unwrap();
        }
        for _ in 0..5 {
            bench.wait(|event| matches!(event, LockerEvent::UnlockAcked { .. }));
        }
        let counters = bench.cabinet.counters();
        assert_eq!((counters.unlocks.len(), counters.most_solenoids), (5, 2), "{protocol}");
    }
}

#[test]
fn items_are_seen_where_the_board_knows_them() {
    for protocol in Protocol::ALL {
        let bench = Bench::start(protocol, true, false, BusFaults::default(), protocol.to_string());
        bench.ready();
        bench.cabinet.set_item(DOOR, true);
        bench.cabinet.force_open(DOOR);
        bench.seen(DoorState::Open);
        if !protocol.knows_items() {
            assert!(bench.items.try_iter().next().is_none(), "{protocol}");
            continue;
        }
        let news = |wanted| bench.items.iter().find(|(compartment, item)| (*compartment, *item) == wanted);
        assert!(news((DOOR, ItemState::Absent)).is_some() && news((DOOR, ItemState::Present)).is_some());
        bench.cabinet.set_item(DOOR, false);
        assert!(news((DOOR, ItemState::Absent)).is_some());
        bench.cabinet.unplug();
        assert!(news((DOOR, ItemState::Unknown)).is_some());
    }
}
