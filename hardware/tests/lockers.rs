//! The locker driver against an emulated cabinet, over a real pseudo terminal, with every fault.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

mod heard;

use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use hardware::lockers::{
    Board, ClosedBit, DoorState, LockerEvent, Lockers, LockersConfig, LockersHandle, OpenError, UnlockError,
};
use hardware::{DeviceStatus, Fault};
use heard::PATIENCE;
use peers::cabinet::{BoardSpec, BusFaults, Cabinet, CabinetOptions, DoorFaults};
use tempfile::TempDir;

struct Bench {
    handle: LockersHandle,
    events: Receiver<LockerEvent>,
    cabinet: Cabinet,
    _dir: TempDir,
}

struct Build {
    boards: Vec<(u8, u8, u16)>,
    closed_bit: bool,
    driver_closed_bit: ClosedBit,
    faults: BusFaults,
    paced_baud: Option<u32>,
}

impl Default for Build {
    fn default() -> Self {
        Self {
            boards: vec![(1, 24, 1)],
            closed_bit: true,
            driver_closed_bit: ClosedBit::One,
            faults: BusFaults::default(),
            paced_baud: None,
        }
    }
}

impl Build {
    fn cabinet(&self, dir: &TempDir) -> Cabinet {
        let boards = self.boards.iter().map(|(address, locks, first)| BoardSpec::new(*address, *locks, *first));
        let mut options = CabinetOptions::new(dir.path().join("locker"), boards.collect());
        options.closed_bit = self.closed_bit;
        options.paced_baud = self.paced_baud;
        Cabinet::start(options).unwrap()
    }

    fn config(&self, dir: &TempDir) -> LockersConfig {
        let boards = self.boards.iter().map(|(address, locks, first)| Board {
            address: *address,
            locks: *locks,
            first_compartment: *first,
        });
        let mut config = LockersConfig::new(dir.path().join("locker"), self.driver_closed_bit, boards.collect());
        // Twice the usual, so that a busy machine is not taken for a silent board.
        config.reply_timeout = Duration::from_secs(1);
        config
    }

    fn start(self) -> Bench {
        let dir = TempDir::new().unwrap();
        let cabinet = self.cabinet(&dir);
        cabinet.set_faults(self.faults.clone());
        let (handle, events) = spawn(self.config(&dir));
        Bench { handle, events, cabinet, _dir: dir }
    }

    /// Starts, and waits until every board has answered.
    fn ready(self) -> Bench {
        let bench = self.start();
        bench.wait(|event| *event == LockerEvent::BusState(DeviceStatus::Ready));
        bench.wait(|event| matches!(event, LockerEvent::Snapshot(_)));
        bench
    }
}

fn spawn(config: LockersConfig) -> (LockersHandle, Receiver<LockerEvent>) {
    let (sender, events) = mpsc::channel();
    let handle = Lockers::spawn(config, move |event| drop(sender.send(event))).unwrap();
    (handle, events)
}

impl Bench {
    /// Every event up to and including the first that `wanted` accepts.
    fn wait(&self, wanted: impl Fn(&LockerEvent) -> bool) -> Vec<LockerEvent> {
        heard::wait("the boards", &self.events, wanted)
    }

    /// Asks to open and returns the events up to the outcome.
    fn open(&self, compartment: u16) -> Vec<LockerEvent> {
        self.handle.open(compartment).unwrap();
        self.wait(|event| {
            matches!(
                event,
                LockerEvent::UnlockAcked { .. } | LockerEvent::UnlockRefused { .. } | LockerEvent::UnlockFailed { .. }
            )
        })
    }

    fn wait_door(&self, compartment: u16, state: DoorState) -> Vec<LockerEvent> {
        self.wait(|event| *event == LockerEvent::Door { compartment, state })
    }

    fn snapshot(&self) -> Vec<(u16, DoorState)> {
        self.handle.snapshot().unwrap();
        match self.wait(|event| matches!(event, LockerEvent::Snapshot(_))).pop() {
            Some(LockerEvent::Snapshot(doors)) => doors,
            other => panic!("{other:?}"),
        }
    }

    /// Waits until the boards were read twice more, so that whatever there was to see was seen.
    fn wait_polls(&self) {
        let before = self.cabinet.counters().reads;
        assert!(self.cabinet.wait_until(PATIENCE, |cabinet| cabinet.counters().reads >= before + 2));
    }

    fn unlocks(&self, compartment: u16) -> u64 {
        self.cabinet.counters().unlocks.get(&compartment).copied().unwrap_or(0)
    }
}

#[test]
fn a_door_is_commanded_acknowledged_seen_open_and_seen_shut() {
    let bench = Build::default().ready();
    assert!(bench.snapshot().iter().all(|(_, state)| *state == DoorState::Closed));
    let events = bench.open(7);
    assert_eq!(events, [LockerEvent::UnlockSent { compartment: 7 }, LockerEvent::UnlockAcked { compartment: 7 }]);
    assert_eq!(bench.wait_door(7, DoorState::Open).len(), 1, "no other door changed");
    bench.cabinet.shut(7);
    bench.wait_door(7, DoorState::Closed);
    assert_eq!(bench.cabinet.counters().unlocks, [(7, 1)].into());
}

#[test]
fn a_door_prised_open_is_seen() {
    let bench = Build::default().ready();
    bench.cabinet.force_open(24);
    bench.wait_door(24, DoorState::Open);
    assert!(bench.snapshot().contains(&(24, DoorState::Open)));
    assert!(bench.cabinet.counters().unlocks.is_empty());
}

#[test]
fn answers_that_are_late_split_doubled_or_behind_noise_are_understood() {
    for faults in [
        BusFaults { delay_ms: 200, ..BusFaults::default() },
        BusFaults { split_ms: 10, ..BusFaults::default() },
        BusFaults { double: true, ..BusFaults::default() },
        BusFaults { noise: true, ..BusFaults::default() },
        BusFaults { echo: true, ..BusFaults::default() },
        BusFaults { echo: true, noise: true, double: true, ..BusFaults::default() },
        BusFaults { push: true, ..BusFaults::default() },
    ] {
        let bench = Build { faults: faults.clone(), ..Build::default() }.ready();
        let events = bench.open(3);
        assert_eq!(events.last(), Some(&LockerEvent::UnlockAcked { compartment: 3 }), "{faults:?}: {events:?}");
        bench.wait_door(3, DoorState::Open);
        bench.cabinet.shut(3);
        bench.wait_door(3, DoorState::Closed);
        assert_eq!(bench.unlocks(3), 1, "{faults:?}");
    }
}

#[test]
fn an_unlock_without_a_readable_answer_is_told_and_never_repeated() {
    let garbled = |error: &UnlockError| matches!(error, UnlockError::Garbled { board: 1, .. });
    let unanswered = |error: &UnlockError| matches!(error, UnlockError::NoAnswer { board: 1, timeout_ms: 1000 });
    type Wanted<'a> = &'a dyn Fn(&UnlockError) -> bool;
    let cases: [(BusFaults, Wanted<'_>, bool); 5] = [
        (BusFaults { bad_checksum: true, ..BusFaults::default() }, &garbled, true),
        (BusFaults { half_frame: true, ..BusFaults::default() }, &garbled, true),
        (BusFaults { mute: true, ..BusFaults::default() }, &unanswered, true),
        (BusFaults { delay_ms: 3000, ..BusFaults::default() }, &unanswered, true),
        (BusFaults { silent: true, ..BusFaults::default() }, &unanswered, false),
    ];
    for (faults, wanted, opens) in cases {
        let bench = Build::default().ready();
        bench.cabinet.set_faults(faults.clone());
        let events = bench.open(5);
        let Some(LockerEvent::UnlockFailed { compartment: 5, error }) = events.last() else {
            panic!("{faults:?}: {events:?}")
        };
        assert!(wanted(error) && error.may_have_opened(), "{faults:?}: {error:?}");
        assert!(events.contains(&LockerEvent::UnlockSent { compartment: 5 }), "{faults:?}: {events:?}");
        assert_eq!(bench.cabinet.is_open(5), opens, "{faults:?}");
        bench.cabinet.set_faults(BusFaults::default());
        if opens {
            bench.wait_door(5, DoorState::Open);
        } else {
            bench.wait_polls();
        }
        assert_eq!(bench.unlocks(5), u64::from(opens), "{faults:?}");
    }
}

#[test]
fn a_stuck_door_is_refused_and_not_seen_open() {
    for echo in [false, true] {
        // With an echo the refusal is byte for byte what was sent: it must come from the second copy.
        let bench = Build { faults: BusFaults { echo, ..BusFaults::default() }, ..Build::default() }.ready();
        bench.cabinet.set_door_faults(9, DoorFaults { stuck: true, ..DoorFaults::default() });
        let events = bench.open(9);
        assert_eq!(events.last(), Some(&LockerEvent::UnlockRefused { compartment: 9 }), "echo {echo}: {events:?}");
        bench.wait_polls();
        assert!(bench.snapshot().contains(&(9, DoorState::Closed)), "echo {echo}");
        assert_eq!(bench.unlocks(9), 1, "echo {echo}");
    }
}

#[test]
fn an_echo_alone_is_no_answer() {
    let bench = Build { faults: BusFaults { echo: true, ..BusFaults::default() }, ..Build::default() }.ready();
    bench.cabinet.set_faults(BusFaults { echo: true, mute: true, ..BusFaults::default() });
    let events = bench.open(2);
    let Some(LockerEvent::UnlockFailed { error, .. }) = events.last() else { panic!("{events:?}") };
    assert!(matches!(error, UnlockError::NoAnswer { .. }), "{error:?}");
}

#[test]
fn an_echo_that_begins_later_is_noticed() {
    // With this wiring the echo of an unlock is byte for byte "it is open".
    let bench = Build { closed_bit: false, driver_closed_bit: ClosedBit::Zero, ..Build::default() }.ready();
    bench.cabinet.set_faults(BusFaults { echo: true, ..BusFaults::default() });
    bench.wait_polls();
    bench.cabinet.set_faults(BusFaults { echo: true, silent: true, ..BusFaults::default() });
    let events = bench.open(2);
    let Some(LockerEvent::UnlockFailed { error, .. }) = events.last() else { panic!("{events:?}") };
    assert!(matches!(error, UnlockError::NoAnswer { .. }), "{error:?}");
}

#[test]
fn a_door_that_opens_and_shuts_between_polls_is_acknowledged_and_never_seen_open() {
    let bench = Build::default().ready();
    bench.cabinet.set_door_faults(4, DoorFaults { blink: true, ..DoorFaults::default() });
    let events = bench.open(4);
    assert_eq!(events.last(), Some(&LockerEvent::UnlockAcked { compartment: 4 }));
    bench.wait_polls();
    assert!(bench.snapshot().contains(&(4, DoorState::Closed)));
}

#[test]
fn a_bouncing_contact_is_no_closed_door() {
    let bench = Build::default().ready();
    bench.cabinet.set_door_faults(4, DoorFaults { bounce: true, ..DoorFaults::default() });
    bench.open(4);
    bench.wait_door(4, DoorState::Open);
    for _ in 0..2 {
        bench.wait_polls();
    }
    assert!(bench.events.try_iter().next().is_none(), "nothing changed meanwhile");
    bench.cabinet.shut(4);
    bench.wait_door(4, DoorState::Closed);
}

#[test]
fn the_other_wiring_is_a_setting() {
    let bench = Build { closed_bit: false, driver_closed_bit: ClosedBit::Zero, ..Build::default() }.ready();
    assert!(bench.snapshot().iter().all(|(_, state)| *state == DoorState::Closed));
    assert_eq!(bench.open(1).last(), Some(&LockerEvent::UnlockAcked { compartment: 1 }));
    bench.wait_door(1, DoorState::Open);
}

#[test]
fn the_wrong_wiring_shows_every_door_open() {
    let bench = Build { faults: BusFaults { inverted: true, ..BusFaults::default() }, ..Build::default() }.ready();
    assert!(bench.snapshot().iter().all(|(_, state)| *state == DoorState::Open));
    // A command always actuates, whatever the sensors say.
    bench.open(6);
    assert_eq!(bench.unlocks(6), 1);
}

#[test]
fn a_lost_port_is_told_and_comes_back_under_its_name() {
    let bench = Build::default().ready();
    for _ in 0..2 {
        bench.cabinet.unplug();
        let events = bench.wait_door(24, DoorState::Unknown);
        assert!(
            events
                .iter()
                .any(|event| matches!(event, LockerEvent::BusState(DeviceStatus::Down(Fault::PortLost { .. })))),
            "{events:?}"
        );
        let events = bench.open(7);
        let Some(LockerEvent::UnlockFailed { error, .. }) = events.last() else { panic!("{events:?}") };
        assert!(matches!(error, UnlockError::NotSent(_)) && !error.may_have_opened(), "{error:?}");
        assert!(!events.contains(&LockerEvent::UnlockSent { compartment: 7 }), "{events:?}");
        bench.cabinet.replug();
        bench.wait(|event| *event == LockerEvent::BusState(DeviceStatus::Ready));
        bench.wait(|event| matches!(event, LockerEvent::Snapshot(_)));
    }
    assert_eq!(bench.unlocks(7), 0, "a command for a dead port is never carried out later");
    assert_eq!(bench.open(7).last(), Some(&LockerEvent::UnlockAcked { compartment: 7 }));
}

#[test]
fn a_port_torn_out_in_the_middle_of_an_unlock_may_have_opened_the_door() {
    let bench = Build::default().ready();
    bench.cabinet.set_faults(BusFaults { unplug_at_unlock: true, ..BusFaults::default() });
    let events = bench.open(8);
    assert!(events.contains(&LockerEvent::UnlockSent { compartment: 8 }), "{events:?}");
    let Some(LockerEvent::UnlockFailed { error, .. }) = events.last() else { panic!("{events:?}") };
    assert!(matches!(error, UnlockError::PortLost(_)) && error.may_have_opened(), "{error:?}");
    bench.cabinet.replug();
    bench.wait_door(8, DoorState::Open);
    assert_eq!(bench.unlocks(8), 1);
}

#[test]
fn a_silent_board_does_not_take_the_others_with_it() {
    let bench = Build { boards: vec![(1, 24, 1), (2, 16, 25)], ..Build::default() }.ready();
    bench.cabinet.set_faults(BusFaults { silent: true, boards: vec![2], ..BusFaults::default() });
    let events = bench.wait(|event| matches!(event, LockerEvent::BusState(_)));
    let Some(LockerEvent::BusState(DeviceStatus::Degraded(fault))) = events.last() else { panic!("{events:?}") };
    assert!(matches!(fault, Fault::BoardsSilent { boards, .. } if boards == "2"), "{fault}");
    let doors = bench.snapshot();
    assert!(doors.contains(&(24, DoorState::Closed)) && doors.contains(&(25, DoorState::Unknown)), "{doors:?}");
    assert_eq!(bench.open(24).last(), Some(&LockerEvent::UnlockAcked { compartment: 24 }));
    bench.cabinet.set_faults(BusFaults::default());
    bench.wait(|event| *event == LockerEvent::BusState(DeviceStatus::Ready));
    assert_eq!(bench.open(40).last(), Some(&LockerEvent::UnlockAcked { compartment: 40 }));
}

#[test]
fn garbled_boards_are_told_from_silent_ones() {
    let bench = Build { faults: BusFaults { bad_checksum: true, ..BusFaults::default() }, ..Build::default() }.start();
    let events = bench.wait(|event| matches!(event, LockerEvent::BusState(DeviceStatus::Down(_))));
    assert!(
        matches!(events.last(), Some(LockerEvent::BusState(DeviceStatus::Down(Fault::BoardsGarbled { .. })))),
        "{events:?}"
    );
    bench.cabinet.set_faults(BusFaults::default());
    bench.wait(|event| *event == LockerEvent::BusState(DeviceStatus::Ready));
}

#[test]
fn a_port_that_is_not_there_yet_is_waited_for() {
    let dir = TempDir::new().unwrap();
    let build = Build::default();
    let (handle, events) = spawn(build.config(&dir));
    let missing =
        |event: &LockerEvent| matches!(event, LockerEvent::BusState(DeviceStatus::Down(Fault::PortMissing { .. })));
    assert!(events.iter().any(|event| missing(&event)));
    let bench = Bench { handle, events, cabinet: build.cabinet(&dir), _dir: dir };
    bench.wait(|event| *event == LockerEvent::BusState(DeviceStatus::Ready));
}

#[test]
fn a_port_has_one_owner_and_can_be_taken_over() {
    let dir = TempDir::new().unwrap();
    let build = Build::default();
    let cabinet = build.cabinet(&dir);
    let (first, events) = spawn(build.config(&dir));
    let ready = |event: LockerEvent| event == LockerEvent::BusState(DeviceStatus::Ready);
    assert!(events.iter().any(ready));
    let (second, others) = spawn(build.config(&dir));
    let held = |event: LockerEvent| matches!(event, LockerEvent::BusState(DeviceStatus::Down(Fault::PortHeld { .. })));
    assert!(others.iter().any(held));
    first.shutdown();
    assert!(others.iter().any(ready));
    second.open(1).unwrap();
    assert!(cabinet.wait_open(1, PATIENCE));
}

#[test]
fn a_real_baud_rate_changes_nothing() {
    let bench = Build { paced_baud: Some(9600), boards: vec![(1, 48, 1), (2, 8, 49)], ..Build::default() }.ready();
    for compartment in [1, 48, 49, 56] {
        assert_eq!(bench.open(compartment).last(), Some(&LockerEvent::UnlockAcked { compartment }));
        bench.wait_door(compartment, DoorState::Open);
    }
    let open = bench.snapshot().into_iter().filter(|(_, state)| *state == DoorState::Open);
    assert_eq!(open.map(|(number, _)| number).collect::<Vec<_>>(), [1, 48, 49, 56]);
}

#[test]
fn commands_are_done_one_after_the_other() {
    let bench = Build::default().ready();
    for compartment in [3, 1, 2, 3] {
        bench.handle.open(compartment).unwrap();
    }
    let outcome = |event: &LockerEvent| matches!(event, LockerEvent::UnlockAcked { .. });
    let mut acked = Vec::new();
    while acked.len() < 4 {
        let Some(LockerEvent::UnlockAcked { compartment }) = bench.wait(outcome).pop() else { panic!("{acked:?}") };
        acked.push(compartment);
    }
    assert_eq!(acked, [3, 1, 2, 3], "the second pulse on a lock waits until its solenoid is cool");
    assert_eq!(bench.unlocks(3), 2);
    assert_eq!(bench.handle.open(25), Err(OpenError::NoSuchCompartment(25)));
}

#[test]
fn an_emulated_port_takes_nobodys_place() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("locker");
    std::fs::write(&path, "precious").unwrap();
    assert!(Cabinet::start(CabinetOptions::new(&path, vec![BoardSpec::new(1, 24, 1)])).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}
