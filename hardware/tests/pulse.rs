//! A device's thread goes round whatever becomes of the device, and its pulse stands still when the thread does.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use hardware::Pulse;
use hardware::cards::{CardReader, ReaderConfig, SdtConfig};
use hardware::lockers::{Board, ClosedBit, Lockers, LockersConfig};
use hardware::printer::{Address, Printer, PrinterConfig};
use hardware::scanner::{Link, Scanner, ScannerConfig};
use peers::scanner::Scanner as Machine;

const PATIENCE: Duration = Duration::from_secs(30);
const SOON: Duration = Duration::from_millis(20);

/// Waits for three more turns.
fn goes_round(what: &str, pulse: &Pulse) {
    let (before, until) = (pulse.beats(), Instant::now() + PATIENCE);
    while pulse.beats() < before + 3 {
        assert!(Instant::now() < until, "{what} stands still");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

#[test]
fn without_its_device_a_thread_goes_round() {
    let dir = tempfile::tempdir().unwrap();
    let port = dir.path().join("nowhere");
    let board = Board { address: 1, locks: 4, first_compartment: 1 };
    let reader = CardReader::spawn(ReaderConfig::Sdt(SdtConfig::new(&port)), |_| {});
    let mut boards = LockersConfig::new(&port, ClosedBit::One, vec![board]);
    (boards.reopen_first, boards.reopen_max) = (SOON, SOON);
    let locker = Lockers::spawn(boards, |_| {}).unwrap();
    let printer = PrinterConfig::new(Address::Path(port.clone()));
    let printer = Printer::spawn(PrinterConfig { reopen_first: SOON, reopen_max: SOON, ..printer }, |_| {});
    let scanner = ScannerConfig::new(&port, Link::Serial { baud: 9_600 });
    let scanner = Scanner::spawn(ScannerConfig { reopen_first: SOON, reopen_max: SOON, ..scanner }, |_| {});
    goes_round("the reader", &reader.pulse());
    goes_round("the locker", &locker.pulse());
    goes_round("the printer", &printer.pulse());
    goes_round("the scanner", &scanner.pulse());
}

#[test]
fn with_its_device_a_thread_goes_round_until_something_holds_it() {
    let dir = tempfile::tempdir().unwrap();
    let machine = Machine::serial(dir.path().join("serial")).unwrap();
    let ((held, holds), (free, freed)) = (channel(), channel::<()>());
    let sink = move |event| {
        if matches!(event, hardware::scanner::ScannerEvent::Scanned(_)) {
            held.send(()).unwrap();
            assert!(freed.recv().is_err(), "nothing is sent");
        }
    };
    let scanner = Scanner::spawn(ScannerConfig::new(machine.port(), Link::Serial { baud: 9_600 }), sink);
    let pulse = scanner.pulse();
    goes_round("the scanner", &pulse);
    machine.scan("10101000000186").unwrap();
    holds.recv_timeout(PATIENCE).expect("a code");
    let before = pulse.beats();
    let other = Machine::serial(dir.path().join("other")).unwrap();
    let free_one = Scanner::spawn(ScannerConfig::new(other.port(), Link::Serial { baud: 9_600 }), |_| {});
    goes_round("another", &free_one.pulse());
    assert_eq!(pulse.beats(), before, "it counts turns that it does not make");
    drop(free);
    goes_round("the scanner", &pulse);
}
