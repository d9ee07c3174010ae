//! The scanner's driver against a scanner on a real pseudo terminal.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use hardware::emulator::scanner::Scanner as Machine;
use hardware::scanner::{Scanner, ScannerConfig, ScannerEvent};

const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn codes_arrive_also_after_the_cable_was_out() {
    let dir = tempfile::tempdir().unwrap();
    let machine = Machine::start(dir.path().join("scanner")).unwrap();
    let config = ScannerConfig { reopen_first: Duration::from_millis(20), ..ScannerConfig::new(machine.port()) };
    let (sender, events) = mpsc::channel();
    let _scanner = Scanner::spawn(config, move |event| drop(sender.send(event)));
    let wait = |what: &str, is: &dyn Fn(&ScannerEvent) -> bool| {
        let until = Instant::now() + PATIENCE;
        while let Ok(event) = events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if is(&event) {
                return;
            }
        }
        panic!("{what} was not told");
    };
    let state = |code: &'static str| move |event: &ScannerEvent| matches!(event, ScannerEvent::State(status) if status.code() == code);
    let scanned = |text: &'static str| move |event: &ScannerEvent| matches!(event, ScannerEvent::Scanned(code) if code.expose() == text);

    wait("ready", &state("ready"));
    machine.scan("0112345678901").unwrap();
    wait("a code", &scanned("0112345678901"));
    machine.send(b"no-return").unwrap();
    wait("a code without an end", &scanned("no-return"));
    machine.unplug().unwrap();
    wait("missing", &state("port-missing"));
    machine.replug().unwrap();
    wait("ready again", &state("ready"));
    machine.scan("A-2").unwrap();
    wait("a code after that", &scanned("A-2"));
}
