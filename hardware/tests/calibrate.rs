//! Recognising what is on a line and calibrating it, against emulated cabinets over real pseudo terminals.
#![expect(clippy::unwrap_used, reason = "a test that unwraps says where it failed")]

use std::path::Path;
use std::thread;
use std::time::Duration;

use hardware::lockers::calibrate::{CalibrationError, DoorToTry, Patience, walk};
use hardware::lockers::survey::{FoundBoard, Probe, Survey, SurveyError};
use hardware::lockers::{ClosedBit, DoorState, Protocol};
use peers::cabinet::{BoardSpec, BusFaults, Cabinet, CabinetOptions, DoorFaults};
use tempfile::TempDir;

const PATIENCE: Patience = Patience { opening: Duration::from_secs(2), shutting: Duration::from_secs(20) };

fn cabinet(protocol: Protocol, closed_bit: bool, boards: &[(u8, u8)], faults: BusFaults) -> (TempDir, Cabinet) {
    let dir = TempDir::new().unwrap();
    let specs = boards.iter().zip(0..).map(|((address, locks), at)| BoardSpec::new(*address, *locks, 1 + at * 48));
    let mut options = CabinetOptions::new(dir.path().join("locker"), specs.collect());
    (options.family, options.closed_bit) = (peers::family::by_name(protocol.name()).unwrap(), closed_bit);
    options.paced_baud = Some(protocol.baud());
    let cabinet = Cabinet::start(options).unwrap();
    cabinet.set_faults(faults);
    (dir, cabinet)
}

#[test]
fn every_family_is_recognised_with_its_boards_and_its_echo_and_no_door_moves() {
    let lines = [
        (Protocol::Xor24, [(1, 12), (32, 24)], [(1, 16, false), (32, 24, false)]),
        // With one state byte of zero the answer is a copy of the question.
        (Protocol::Xor24, [(2, 8), (3, 48)], [(2, 8, false), (3, 48, false)]),
        (Protocol::KerongCu48, [(0, 48), (9, 24)], [(0, 48, false), (9, 48, false)]),
        (Protocol::KerongCu16, [(0, 12), (14, 16)], [(0, 16, false), (14, 16, false)]),
        (Protocol::Wkly, [(0, 18), (31, 4)], [(0, 18, true), (31, 4, true)]),
    ];
    let missing = Protocol::ALL.into_iter().find(|protocol| lines.iter().all(|line| line.0 != *protocol));
    assert_eq!(missing, None, "a family that no line has");
    let wirings = [(false, true), (true, true), (true, false)];
    // Half of them at a time: a survey waits milliseconds for a byte, and a starved machine cannot keep that for all.
    for some in lines.chunks(3) {
        thread::scope(|scope| {
            for ((protocol, fitted, found), (echo, closed_bit)) in
                some.iter().copied().flat_map(|line| wirings.map(|wiring| (line, wiring)))
            {
                scope.spawn(move || {
                    let faults = BusFaults { echo, ..BusFaults::default() };
                    let (_dir, cabinet) = cabinet(protocol, closed_bit, &fitted, faults);
                    let (survey, mut probe) = Survey::take(cabinet.port(), |_, _| {}).unwrap();
                    let boards = found.map(|(address, locks, exact)| FoundBoard { address, locks, exact }).to_vec();
                    assert_eq!(survey, Survey { protocol, echo, boards });
                    // The line is left in order, and the probe goes on with it.
                    let (address, locks) = fitted[1];
                    let read = (0..5).find_map(|_| probe.read(address, locks).ok());
                    assert_eq!(read, Some(vec![closed_bit; locks.into()]), "{protocol}");
                    assert!(cabinet.counters().unlocks.is_empty() && cabinet.open_doors().is_empty());
                });
            }
        });
    }
}

#[test]
fn a_line_without_boards_is_told_from_one_that_talks_nonsense() {
    let failing = |protocol, faults| {
        let (_dir, cabinet) = cabinet(protocol, true, &[(1, 4)], faults);
        Survey::take(cabinet.port(), |_, _| {}).err().unwrap()
    };
    thread::scope(|scope| {
        for echo in [false, true] {
            scope.spawn(move || {
                let error = failing(Protocol::Xor24, BusFaults { silent: true, echo, ..BusFaults::default() });
                assert!(matches!(error, SurveyError::Nobody { echo: heard, .. } if heard == echo), "{error}");
            });
        }
        scope.spawn(move || {
            let faults = BusFaults { bad_checksum: true, ..BusFaults::default() };
            // More than once: a starved machine may be late with the one answer there is.
            let mut errors = (0..3).map(|_| failing(Protocol::Wkly, faults.clone()));
            let strange = |error: &SurveyError| matches!(error, SurveyError::Unknown { bytes, .. } if bytes.starts_with("57 4B 4C 59"));
            assert!(errors.any(|error| strange(&error)));
        });
    });
    let error = Survey::take(Path::new("/dev/none"), |_, _| {}).err().unwrap();
    assert!(matches!(error, SurveyError::Port(_)), "{error}");
}

#[test]
fn one_door_opened_and_shut_settles_the_closed_bit() {
    thread::scope(|scope| {
        for protocol in Protocol::ALL {
            for (closed_bit, echo) in [(true, false), (false, false), (true, true), (false, true)] {
                scope.spawn(move || {
                    let board = *protocol.addresses().start();
                    let faults = BusFaults { echo, ..BusFaults::default() };
                    let (_dir, cabinet) = cabinet(protocol, closed_bit, &[(board, 8)], faults);
                    let mut probe = Probe::open(cabinet.port(), protocol).unwrap();
                    let door = DoorToTry { board, locks: 8, lock: 3 };
                    let calibrated = walk(&mut probe, door, PATIENCE, |door| {
                        if door == DoorState::Closed {
                            cabinet.shut(3);
                        }
                        Ok(())
                    });
                    let calibrated = calibrated.unwrap();
                    let bit = if closed_bit { ClosedBit::One } else { ClosedBit::Zero };
                    assert_eq!((calibrated.closed_bit, calibrated.unlike), (bit, vec![]), "{protocol}");
                    assert_eq!(cabinet.counters().unlocks, [(3, 1)].into(), "{protocol}");
                });
            }
        }
    });
}

#[test]
fn nothing_moves_before_the_technician_stands_by_and_a_stuck_door_is_told() {
    let (_dir, cabinet) = cabinet(Protocol::KerongCu48, true, &[(0, 48)], BusFaults::default());
    let mut probe = Probe::open(cabinet.port(), Protocol::KerongCu48).unwrap();
    let door = DoorToTry { board: 0, locks: 48, lock: 48 };
    let broken_off = walk(&mut probe, door, PATIENCE, |_| Err(CalibrationError::BrokenOff));
    assert_eq!(broken_off, Err(CalibrationError::BrokenOff));
    assert!(cabinet.counters().unlocks.is_empty());
    cabinet.set_door_faults(48, DoorFaults { stuck: true, ..DoorFaults::default() });
    let stuck = walk(&mut probe, door, PATIENCE, |_| Ok(()));
    assert_eq!(stuck, Err(CalibrationError::NothingChanged { lock: 48 }));
    assert_eq!(cabinet.counters().unlocks, [(48, 1)].into(), "and is not pulsed again");
    cabinet.set_faults(BusFaults { silent: true, ..BusFaults::default() });
    let silent = walk(&mut probe, door, PATIENCE, |_| Ok(()));
    assert!(matches!(silent, Err(CalibrationError::Line(_) | CalibrationError::Restless)), "{silent:?}");
}
