//! The technician's commands, as they are typed, against a lock board beyond the wire.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hardware::lockers::Protocol;
use peers::cabinet::{BoardSpec, BusFaults, Cabinet, CabinetOptions, DoorFaults};
use peers::printer::{Printer, PrinterFaults, PrinterOptions};
use peers::scanner::Scanner;
use serde_json::Value;
use tempfile::TempDir;

struct Terminal {
    folder: TempDir,
    cabinet: Cabinet,
}

impl Terminal {
    fn new() -> Self {
        Self::of(Protocol::Xor24)
    }

    fn of(protocol: Protocol) -> Self {
        let folder = TempDir::new().expect("a folder");
        let link = folder.path().join("tty");
        let address = protocol.addresses().start().max(&1).to_owned();
        let mut options = CabinetOptions::new(&link, vec![BoardSpec::new(address, 4, 1)]);
        options.family = peers::family::by_name(protocol.name()).expect("emulated");
        let cabinet = Cabinet::start(options).expect("a cabinet");
        let text = format!(
            "[kiosk]\ndata_dir = \"{}\"\n[locker]\nprotocol = \"{protocol}\"\nport = \"{}\"\n[[locker.board]]\naddress = \
             {address}\nlocks = 4\nfirst_compartment = 1\nsizes = {{ \"1-2\" = \"A4\", \"3-4\" = \"envelope\" }}\n",
            folder.path().join("data").display(),
            link.display(),
        );
        std::fs::write(folder.path().join("kiosk.toml"), text).expect("written");
        Self { folder, cabinet }
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        run(&self.folder.path().join("kiosk.toml"), arguments)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    fn json(&self) -> Value {
        serde_json::from_str(self.stdout.trim())
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.stdout, self.stderr))
    }
}

fn run(config: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kiosk"));
    let Output { status, stdout, stderr } = command.args(arguments).arg("--config").arg(config).output().expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ended { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

#[test]
fn doors_are_told_and_opened_with_no_backend_and_no_enrolment() {
    let terminal = Terminal::new();
    let told = terminal.run(&["locker", "status", "--json"]);
    assert_eq!(told.code, Some(0), "{}{}", told.stdout, told.stderr);
    let doors = told.json()["compartments"].as_array().expect("a list").clone();
    assert_eq!(doors.len(), 4);
    assert_eq!(doors[2]["size"], "envelope");
    assert!(doors.iter().all(|door| door["door"] == "closed"));

    let opened = terminal.run(&["locker", "open", "3", "--reason", "wiring test", "--json"]);
    assert_eq!(opened.code, Some(0), "{}{}", opened.stdout, opened.stderr);
    assert_eq!(opened.json()["opened"], true);
    let journal = terminal.run(&["journal", "export"]);
    assert!(
        journal.stdout.contains("technician_opened") && journal.stdout.contains("wiring test"),
        "{}",
        journal.stdout
    );
    let status = terminal.run(&["journal", "status", "--json"]).json();
    assert_eq!(status["compartments"]["3"]["holds"]["holds"], "to_be_confirmed");
    assert_eq!(terminal.run(&["journal", "verify"]).code, Some(0));
}

#[test]
fn a_door_that_does_not_open_is_said_to_and_is_an_exit_code() {
    let terminal = Terminal::new();
    terminal.cabinet.set_door_faults(2, DoorFaults { stuck: true, ..DoorFaults::default() });
    let ended = terminal.run(&["locker", "open", "2", "--json"]);
    assert_eq!(ended.code, Some(1), "{}{}", ended.stdout, ended.stderr);
    let ended = terminal.run(&["locker", "open", "9"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("no compartment 9"), "{}", ended.stderr);
    terminal.cabinet.unplug();
    let ended = terminal.run(&["locker", "status"]);
    assert_eq!(ended.code, Some(4));
    assert!(ended.stderr.contains("no port"), "{}", ended.stderr);
}

/// Every family of boards, and every way in which the answer to an unlock goes wrong while the door opens: what was
/// seen beats what was said.
#[test]
fn an_opened_door_is_said_to_be_open_whatever_the_board_answers() {
    let faults = BusFaults::default;
    let cases = [
        ("nothing", faults()),
        ("late", BusFaults { delay_ms: 150, ..faults() }),
        ("a bad checksum", BusFaults { bad_checksum: true, only_unlocks: true, answers: Some(1), ..faults() }),
        ("half a frame", BusFaults { half_frame: true, only_unlocks: true, answers: Some(1), ..faults() }),
        ("no answer", BusFaults { unlock_mute: true, ..faults() }),
        ("babble", BusFaults { babble: true, ..faults() }),
        ("noise", BusFaults { noise: true, ..faults() }),
        ("twice", BusFaults { double: true, ..faults() }),
    ];
    let families = Protocol::ALL.map(|protocol| {
        let cases = cases.clone();
        std::thread::spawn(move || {
            for (name, faults) in cases {
                let terminal = Terminal::of(protocol);
                terminal.cabinet.set_faults(faults);
                let ended = terminal.run(&["locker", "open", "2", "--json"]);
                let told = format!("{protocol} {name}: {}{}", ended.stdout, ended.stderr);
                assert_eq!(terminal.cabinet.open_doors(), [2], "{told}");
                assert_eq!(ended.code, Some(0), "{told}");
                assert_eq!(ended.json()["opened"], true, "{told}");
            }
            // What was not seen to open is not said to have.
            let terminal = Terminal::of(protocol);
            terminal.cabinet.set_faults(BusFaults { refuse: true, ..BusFaults::default() });
            let ended = terminal.run(&["locker", "open", "2", "--json"]);
            assert_eq!(ended.code, Some(1), "{protocol}: {}{}", ended.stdout, ended.stderr);
        })
    });
    families.into_iter().for_each(|family| family.join().expect("holds"));
}

#[test]
fn the_doctor_names_every_part_and_what_to_do() {
    let terminal = Terminal::new();
    let told = terminal.run(&["doctor", "--json"]);
    assert_eq!(told.code, Some(3), "well, but not enrolled: {}{}", told.stdout, told.stderr);
    let told = told.json();
    let state = |part: &str| {
        let parts = told["parts"].as_array().expect("a list");
        parts.iter().find(|told| told["part"] == part).map(|told| told["state"].clone()).unwrap_or_default()
    };
    assert_eq!(state("locker"), "ok");
    assert_eq!(state("reader"), "absent");
    assert_eq!(state("disk"), "ok");
    terminal.cabinet.unplug();
    let told = terminal.run(&["doctor"]);
    assert_eq!(told.code, Some(1));
    assert!(told.stdout.contains("LOST") && told.stdout.contains("->"), "{}", told.stdout);
}

#[test]
fn wrong_files_and_lines_are_named() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("kiosk.toml");
    let ended = run(&path, &["doctor"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("kiosk.toml") && ended.stderr.contains("--config"), "{}", ended.stderr);
    std::fs::write(&path, "[kiosk]\ndata_dri = \"/x\"\n").expect("written");
    let ended = run(&path, &["journal", "status", "--json"]);
    assert_eq!(ended.code, Some(2));
    let error = ended.json()["error"].as_str().unwrap_or_default().to_owned();
    assert!(error.contains("kiosk.toml:2") && error.contains("data_dri"), "{error}");
}

#[test]
fn a_backend_that_is_not_there_is_told_from_an_address_that_is_wrong() {
    let terminal = Terminal::new();
    let ended = terminal.run(&["enrol", "--backend", "http://127.0.0.1:9", "--code", "X"]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    let ended = terminal.run(&["enrol", "--backend", "http://hall.example", "--code", "X"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("https://"), "{}", ended.stderr);
    let ended = terminal.run(&["enrol", "--backend", "http://127.0.0.1:9", "--code", "-"]);
    assert_eq!(ended.code, Some(2), "nothing stands on standard input: {}", ended.stderr);
}

#[test]
fn a_terminal_without_an_identity_is_enrolled_beside_its_running_kiosk() {
    let terminal = Terminal::new();
    let data = terminal.path("data");
    std::fs::create_dir_all(&data).expect("a folder");
    let _running = kiosk::files::lock_folder(&data).expect("a lock").expect("free");
    let enrol =
        |more: &[&str]| terminal.run(&[&["enrol", "--backend", "http://127.0.0.1:9", "--code", "X"], more].concat());
    assert_eq!(enrol(&[]).code, Some(4), "it asks the backend");
    let again = enrol(&["--again"]);
    assert_eq!(again.code, Some(5), "{}", again.stderr);
    assert!(again.stderr.contains("systemctl stop kiosk"), "{}", again.stderr);
}

#[test]
fn a_damaged_journal_is_told_set_aside_and_renewed_only_when_asked() {
    let terminal = Terminal::new();
    assert_eq!(terminal.run(&["locker", "open", "1", "--json"]).code, Some(0));
    terminal.cabinet.shut(1);
    let path = terminal.path("data/journal.db");
    let mut bytes = std::fs::read(&path).expect("a journal");
    bytes[..200].fill(0x5a);
    std::fs::write(&path, bytes).expect("damaged");
    assert_eq!(terminal.run(&["journal", "verify"]).code, Some(1));
    let ended = terminal.run(&["locker", "open", "1"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("set aside as") && ended.stderr.contains("journal renew"), "{}", ended.stderr);
    assert_eq!(terminal.run(&["journal", "renew"]).code, Some(2), "it must be said that staff will look");
    assert_eq!(terminal.run(&["journal", "renew", "--compartments-will-be-checked"]).code, Some(0));
    let status = terminal.run(&["journal", "status", "--json"]).json();
    assert_eq!(status["generation"], 2);
    assert_eq!(status["compartments"]["4"]["set_aside"], "unknown");
}

#[test]
fn a_printer_is_asked_and_tried_with_no_backend_and_no_enrolment() {
    let folder = TempDir::new().expect("a folder");
    let printer = Printer::start(PrinterOptions::new(folder.path().join("lp"))).expect("a printer");
    let config = folder.path().join("kiosk.toml");
    let text = format!(
        "[kiosk]\ndata_dir = \"{}\"\n[printer]\nprotocol = \"escpos\"\nport = \"{}\"\n",
        folder.path().join("data").display(),
        printer.address(),
    );
    std::fs::write(&config, text).expect("written");
    for (faults, state, code) in [
        (PrinterFaults::default(), "ready", 0),
        (PrinterFaults { near_end: true, ..Default::default() }, "paper-low", 1),
        (PrinterFaults { paper_out: true, ..Default::default() }, "paper-out", 1),
    ] {
        printer.set_faults(faults);
        let ended = run(&config, &["printer", "status", "--json"]);
        assert_eq!((ended.json()["state"].as_str(), ended.code), (Some(state), Some(code)), "{}", ended.stderr);
    }
    let ended = run(&config, &["printer", "test"]);
    assert_eq!(ended.code, Some(1), "no paper: {}", ended.stdout);
    printer.set_faults(PrinterFaults::default());
    let ended = run(&config, &["printer", "test", "--json"]);
    assert_eq!((ended.json()["outcome"].as_str(), ended.code), (Some("printed"), Some(0)));
    let page = &printer.pieces()[0];
    assert!(page.text().contains("打印测试") && page.text().contains("[picture"), "{}", page.text());
    if let Some(folder) = std::env::var_os("PAPER_PICTURES") {
        std::fs::write(PathBuf::from(folder).join("test-page.png"), page.png().expect("a picture")).expect("written");
    }
    printer.unplug();
    assert_eq!(run(&config, &["printer", "status"]).code, Some(4), "no answer");
    let doctor = run(&config, &["doctor", "--json"]).json();
    let told = doctor["parts"].as_array().expect("parts").iter().find(|part| part["part"] == "printer").cloned();
    assert_eq!(told.expect("the printer")["state"], "lost");
}

#[test]
fn a_scanner_is_tried_with_the_code_of_the_test_page() {
    let folder = TempDir::new().expect("a folder");
    let config = folder.path().join("kiosk.toml");
    let port = folder.path().join("scanner");
    let text = format!(
        "[kiosk]\ndata_dir = \"{}\"\n[scanner]\nkind = \"keyboard\"\nport = \"{}\"\n",
        folder.path().join("data").display(),
        port.display(),
    );
    std::fs::write(&config, text).expect("written");
    let ended = run(&config, &["scanner", "read", "--wait-s", "1"]);
    assert_eq!(ended.code, Some(4));
    assert!(ended.stderr.contains("there is no port"), "{}", ended.stderr);

    let scanner = Scanner::keyboard(&port).expect("a scanner");
    let read = |arguments: &[&str], code: &str| {
        std::thread::scope(|scope| {
            let ended = scope.spawn(|| run(&config, arguments));
            // Nobody reads until the command has opened it.
            while !ended.is_finished() && scanner.scan(code).is_err() {
                std::thread::yield_now();
            }
            ended.join().expect("runs")
        })
    };
    let ended = read(&["scanner", "read", "--json"], kiosk::papers::TEST_CODE);
    assert_eq!((ended.code, ended.json()["test_page"].as_bool()), (Some(0), Some(true)), "{}", ended.stdout);
    // As a scanner with German layout sends it.
    let ended = read(&["scanner", "read"], &kiosk::papers::TEST_CODE.replace('z', "y"));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("American keyboard layout"), "{}", ended.stderr);
    let ended = read(&["scanner", "read", "--json"], "0112345678901");
    assert_eq!((ended.code, ended.json()["characters"].as_u64()), (Some(0), Some(13)));
    assert!(ended.json()["text"].is_null(), "{}", ended.stdout);
    let ended = read(&["scanner", "read"], "0112345678901");
    assert_eq!(ended.stdout.trim(), "a code of 13 characters");
    assert!(read(&["scanner", "read", "--unmasked"], "0112345678901").stdout.contains("0112345678901"));

    std::fs::write(&config, format!("[kiosk]\ndata_dir = \"{}\"\n", folder.path().display())).expect("written");
    assert_eq!(run(&config, &["scanner", "read"]).code, Some(2), "no scanner is configured");
}
