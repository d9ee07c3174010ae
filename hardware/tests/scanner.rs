//! The scanner's driver against scanners on a real pseudo terminal, and against keyboards behind a pipe of reports.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use hardware::DeviceStatus;
use hardware::scanner::{Link, Scanner, ScannerConfig, ScannerEvent, ScannerHandle};
use peers::scanner::Scanner as Machine;

const PATIENCE: Duration = Duration::from_secs(30);

struct Bench {
    events: Receiver<ScannerEvent>,
    _scanner: ScannerHandle,
}

impl Bench {
    fn start(port: &Path, link: Link) -> Self {
        let config = ScannerConfig { reopen_first: Duration::from_millis(20), ..ScannerConfig::new(port, link) };
        let (sender, events) = channel();
        let scanner = Scanner::spawn(config, move |event| drop(sender.send(event)));
        Self { events, _scanner: scanner }
    }

    fn wait<T>(&self, what: &str, wanted: impl Fn(ScannerEvent) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        while let Ok(event) = self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if let Some(found) = wanted(event) {
                return found;
            }
        }
        panic!("{what} was not told");
    }

    fn state(&self, code: &str) -> DeviceStatus {
        self.wait(code, |event| match event {
            ScannerEvent::State(status) => (status.code() == code).then_some(status),
            ScannerEvent::Scanned(_) => None,
        })
    }

    fn next_code(&self) -> String {
        self.wait("a code", |event| match event {
            ScannerEvent::Scanned(code) => Some(code.expose().to_owned()),
            ScannerEvent::State(_) => None,
        })
    }
}

#[test]
fn codes_arrive_also_after_the_cable_was_out() {
    let dir = tempfile::tempdir().unwrap();
    for (machine, link) in [
        (Machine::serial(dir.path().join("serial")).unwrap(), Link::Serial { baud: 9_600 }),
        (Machine::keyboard(dir.path().join("keyboard")).unwrap(), Link::Keyboard),
    ] {
        let bench = Bench::start(machine.port(), link);
        bench.state("ready");
        for code in [
            "0112345678901",
            "https://hall.example/p/0112345678901?a=~_",
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        ] {
            machine.scan(code).unwrap();
            assert_eq!(bench.next_code(), code, "{link:?}");
        }
        machine.unplug().unwrap();
        bench.state("port-missing");
        machine.replug().unwrap();
        bench.state("ready");
        machine.scan("A-2").unwrap();
        assert_eq!(bench.next_code(), "A-2", "{link:?}");
    }
}

#[test]
fn a_pause_ends_a_code() {
    let dir = tempfile::tempdir().unwrap();
    let machine = Machine::serial(dir.path().join("scanner")).unwrap();
    let bench = Bench::start(machine.port(), Link::Serial { baud: 9_600 });
    bench.state("ready");
    machine.send(b"no-return").unwrap();
    assert_eq!(bench.next_code(), "no-return");
    // A keyboard lets every key go, and sends no more.
    let machine = Machine::keyboard(dir.path().join("keyboard")).unwrap();
    let bench = Bench::start(machine.port(), Link::Keyboard);
    bench.state("ready");
    machine.send(&[0, 0, 0x1E, 0, 0, 0, 0, 0]).unwrap();
    machine.send(&[0; 8]).unwrap();
    assert_eq!(bench.next_code(), "1");
}

#[test]
fn other_reports_than_a_keyboards_are_told_and_the_next_code_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let machine = Machine::keyboard(dir.path().join("scanner")).unwrap();
    let bench = Bench::start(machine.port(), Link::Keyboard);
    bench.state("ready");
    // Of a scanner set to another kind of reports (USB HID Point of Sale Usage Tables 1.02).
    machine.send(&[0x02; 64]).unwrap();
    let told = bench.state("scanner-garbled");
    assert!(matches!(told, DeviceStatus::Degraded(_)), "{told:?}");
    let fault = told.fault().unwrap();
    assert!(fault.to_string().contains("64 bytes") && fault.what_to_do().contains("keyboard"), "{fault}");
    machine.scan("112345").unwrap();
    bench.state("ready");
    assert_eq!(bench.next_code(), "112345");

    // Reports of several kinds: numbered keys, and a key for sound.
    machine.send(&[0x03, 0xE9, 0x00]).unwrap();
    machine.send(&[0x01, 0x02, 0, 0x04, 0, 0, 0, 0, 0]).unwrap();
    machine.send(&[0x01, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    machine.send(&[0x01, 0, 0, 0x28, 0, 0, 0, 0, 0]).unwrap();
    assert_eq!(bench.next_code(), "A");
    // A code with a key that types nothing, here Ctrl-Alt-Delete, is dropped as a whole.
    machine.send(&[0, 0, 0x05, 0, 0, 0, 0, 0]).unwrap();
    machine.send(&[0x05, 0, 0x4C, 0, 0, 0, 0, 0]).unwrap();
    machine.send(&[0, 0, 0x28, 0, 0, 0, 0, 0]).unwrap();
    machine.scan("B").unwrap();
    assert_eq!(bench.next_code(), "B");
}
