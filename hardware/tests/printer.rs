//! The printer's driver against a printer on a real pseudo terminal and on real TCP.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use hardware::printer::{
    Address, Block, Document, PrintOutcome, Printer, PrinterConfig, PrinterEvent, PrinterHandle, Rom, Size, Width,
};
use hardware::{DeviceStatus, Fault};
use peers::printer::{Printer as Machine, PrinterFaults, PrinterOptions, Way};

/// Long enough for a starved machine; conditions end the waiting.
const PATIENCE: Duration = Duration::from_secs(30);

struct Bench {
    machine: Machine,
    printer: PrinterHandle,
    events: Receiver<PrinterEvent>,
    _dir: tempfile::TempDir,
}

fn bench(change: impl FnOnce(&mut PrinterConfig, &mut PrinterOptions), faults: PrinterFaults) -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let mut options = PrinterOptions::new(dir.path().join("printer"));
    let mut config = PrinterConfig::new("/dev/null".parse().unwrap());
    config.poll_interval = Duration::from_millis(100);
    config.reopen_first = Duration::from_millis(20);
    config.reopen_max = Duration::from_millis(100);
    config.answer_timeout = Duration::from_millis(500);
    change(&mut config, &mut options);
    let machine = Machine::start(options).unwrap();
    machine.set_faults(faults);
    config.address = machine.address().parse().unwrap();
    let (sender, events) = mpsc::channel();
    let printer = Printer::spawn(config, move |event| drop(sender.send(event)));
    Bench { machine, printer, events, _dir: dir }
}

impl Bench {
    fn await_state(&self, what: &str, mut is: impl FnMut(&DeviceStatus) -> bool) {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(PrinterEvent::State(status)) if is(&status) => return,
                Ok(_) => {}
                Err(error) => panic!("{what}: {error}"),
            }
        }
    }

    fn await_code(&self, code: &str) {
        self.await_state(code, |status| status.code() == code);
    }

    fn outcome(&self) -> PrintOutcome {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(PrinterEvent::Done { job: 1, outcome }) => return outcome,
                Ok(_) => {}
                Err(error) => panic!("no outcome: {error}"),
            }
        }
    }

    fn print(&self, document: Document) -> PrintOutcome {
        self.printer.print(1, document).unwrap();
        self.outcome()
    }
}

fn receipt() -> Document {
    Document::new()
        .heading(Size::Double, "材料收件凭条")
        .with(Block::Rule)
        .line(Size::Tall, "事项：营业性演出审批")
        .heading(Size::Huge, "12")
        .line(Size::Tall, "申请人：𠮷**")
        .with(Block::Qr { data: "0112345678901".into(), module: 6 })
        .with(Block::Feed(1))
        .with(Block::Cut)
}

#[test]
fn a_paper_comes_out_as_it_was_written_on_each_way() {
    let loopback: SocketAddr = "127.0.0.1:0".parse().unwrap();
    for (name, way) in [("serial", None), ("tcp", Some(Way::Tcp(loopback)))] {
        let bench = bench(|_, options| options.way = way.unwrap_or(options.way.clone()), PrinterFaults::default());
        bench.await_code("ready");
        assert_eq!(bench.print(receipt()), PrintOutcome::Printed, "{name}");
        let pieces = bench.machine.pieces();
        assert_eq!(
            pieces[0].lines(),
            ["材料收件凭条", &"-".repeat(48), "事项：营业性演出审批", "12", "[picture 144x48]", "[QR 0112345678901]",],
            "{name}"
        );
        assert_eq!(bench.machine.counters().strange_bytes, 0, "{name}");
        let png = pieces[0].png().unwrap();
        if let Some(folder) = std::env::var_os("PAPER_PICTURES") {
            std::fs::write(PathBuf::from(folder).join(format!("hardware-{name}.png")), png).unwrap();
        }
    }
}

#[test]
fn narrow_paper_breaks_lines_earlier() {
    let narrow = |config: &mut PrinterConfig, options: &mut PrinterOptions| {
        config.paperwork.width = Width::Mm58;
        options.dots = Width::Mm58.dots();
    };
    let bench = bench(narrow, PrinterFaults::default());
    let paper = Document::new().line(Size::Normal, "一二三四五六七八九十一二三四五六七八").with(Block::Cut);
    assert_eq!(bench.print(paper), PrintOutcome::Printed);
    assert_eq!(bench.machine.pieces()[0].lines(), ["一二三四五六七八九十一二三四五六", "七八"]);
}

#[test]
fn a_printer_without_chinese_characters_gets_pictures() {
    let bench = bench(|config, _| config.paperwork.rom = Rom::Ascii, PrinterFaults::default());
    let paper = Document::new().line(Size::Normal, "12 号柜").line(Size::Normal, "12").with(Block::Cut);
    assert_eq!(bench.print(paper), PrintOutcome::Printed);
    assert_eq!(bench.machine.pieces()[0].lines(), ["[picture 88x24]", "12"]);
}

#[test]
fn what_the_printer_says_of_itself_is_told_and_keeps_papers_from_being_begun() {
    for (faults, code, prints) in [
        (PrinterFaults::default(), "ready", Some(PrintOutcome::Printed)),
        (PrinterFaults { near_end: true, ..Default::default() }, "paper-low", Some(PrintOutcome::Printed)),
        (PrinterFaults { mute: true, ..Default::default() }, "printer-mute", Some(PrintOutcome::Sent)),
        (PrinterFaults { garbage: true, ..Default::default() }, "printer-garbled", Some(PrintOutcome::Sent)),
        (PrinterFaults { paper_out: true, ..Default::default() }, "paper-out", None),
        (PrinterFaults { cover_open: true, ..Default::default() }, "cover-open", None),
        (PrinterFaults { cutter_stuck: true, ..Default::default() }, "cutter-stuck", None),
    ] {
        let bench = bench(|_, _| {}, faults);
        bench.await_code(code);
        match (bench.print(receipt()), prints) {
            (PrintOutcome::Failed(fault), None) => assert_eq!(fault.code(), code),
            (outcome, expected) => assert_eq!(Some(outcome), expected, "{code}"),
        }
        // What came out, or did not, stays so when all is well again.
        let whole = |pieces: &[peers::printer::Piece]| pieces.len();
        if prints_nothing(code) {
            bench.machine.set_faults(PrinterFaults::default());
            bench.await_code("ready");
            assert_eq!(whole(&bench.machine.pieces()), 0, "{code}");
        } else {
            assert!(bench.machine.wait_until(PATIENCE, |pieces, _| whole(pieces) == 1), "{code}");
        }
    }
}

fn prints_nothing(code: &str) -> bool {
    matches!(code, "paper-out" | "cover-open" | "cutter-stuck")
}

#[test]
fn paper_that_ends_in_the_middle_fails_and_is_not_finished_for_the_next_person() {
    let bench = bench(|_, _| {}, PrinterFaults { paper_ends_after: Some(2), ..Default::default() });
    bench.await_code("ready");
    assert_eq!(bench.print(receipt()), PrintOutcome::Failed(Fault::PaperOut));
    bench.machine.set_faults(PrinterFaults::default());
    bench.await_code("ready");
    assert_eq!(bench.print(Document::new().line(Size::Normal, "next").with(Block::Cut)), PrintOutcome::Printed);
    let text = bench.machine.pieces()[0].text();
    assert!(text.ends_with("next") && !text.contains("QR"), "{text}");
}

#[test]
fn a_cable_pulled_in_the_middle_fails_and_its_return_heals() {
    let loopback: SocketAddr = "127.0.0.1:0".parse().unwrap();
    for way in [None, Some(Way::Tcp(loopback))] {
        let faults = PrinterFaults { unplug_after: Some(2), line_ms: 20, ..Default::default() };
        let bench = bench(|_, options| options.way = way.unwrap_or(options.way.clone()), faults);
        bench.await_code("ready");
        assert!(matches!(bench.print(receipt()), PrintOutcome::Failed(Fault::PortLost { .. })));
        bench.await_state("missing", |status| matches!(status.code(), "port-missing" | "printer-unreachable"));
        let PrintOutcome::Failed(fault) = bench.print(receipt()) else { panic!("printed without a cable") };
        assert!(matches!(fault.code(), "port-missing" | "printer-unreachable"), "{fault}");
        bench.machine.set_faults(PrinterFaults::default());
        bench.machine.replug();
        bench.await_code("ready");
        assert_eq!(bench.print(receipt()), PrintOutcome::Printed);
        assert_eq!(bench.machine.pieces().len(), 1, "the papers that failed are not printed later");
    }
}

/// A device file such as `usblp` makes: the driver opens, writes and reads it, and sets up nothing. Here a pseudo terminal
/// stands at its path.
#[test]
fn a_device_file_is_written_and_asked_pulled_and_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lp0");
    let machine = Machine::start(PrinterOptions::new(&path)).unwrap();
    let mut config = PrinterConfig::new(Address::Device(path.clone()));
    config.poll_interval = Duration::from_millis(100);
    (config.reopen_first, config.reopen_max) = (Duration::from_millis(20), Duration::from_millis(100));
    let (sender, events) = mpsc::channel();
    let printer = Printer::spawn(config, move |event| drop(sender.send(event)));
    let bench = Bench { machine, printer, events, _dir: dir };

    bench.await_code("ready");
    assert_eq!(bench.print(receipt()), PrintOutcome::Printed);
    let pieces = bench.machine.pieces();
    assert_eq!(pieces[0].lines().len(), 6, "{}", pieces[0].text());
    assert_eq!(bench.machine.counters().strange_bytes, 0);
    for (faults, code) in [
        (PrinterFaults { cover_open: true, ..Default::default() }, "cover-open"),
        (PrinterFaults { paper_out: true, ..Default::default() }, "paper-out"),
        (PrinterFaults::default(), "ready"),
    ] {
        bench.machine.set_faults(faults);
        bench.await_code(code);
    }

    bench.machine.unplug();
    bench.await_code("port-missing");
    assert!(matches!(bench.print(receipt()), PrintOutcome::Failed(Fault::PortMissing { .. })));
    bench.machine.replug();
    bench.await_code("ready");
    // In the middle of a paper.
    bench.machine.set_faults(PrinterFaults { unplug_after: Some(2), line_ms: 20, ..Default::default() });
    assert!(matches!(bench.print(receipt()), PrintOutcome::Failed(Fault::PortLost { .. })));
    bench.machine.set_faults(PrinterFaults::default());
    bench.machine.replug();
    bench.await_code("ready");
    assert_eq!(bench.print(receipt()), PrintOutcome::Printed);
    assert_eq!(bench.machine.pieces().len(), 2, "the papers that failed are not printed later");
}

#[test]
fn a_printer_that_is_switched_off_is_told_apart_from_one_that_never_answers() {
    let bench = bench(|_, _| {}, PrinterFaults::default());
    bench.await_code("ready");
    bench.machine.set_faults(PrinterFaults { silent: true, ..Default::default() });
    bench.await_code("printer-silent");
    bench.machine.set_faults(PrinterFaults::default());
    bench.await_code("ready");
}

#[test]
fn a_printer_that_does_not_answer_in_turn_has_been_sent_the_paper() {
    let bench = bench(
        |config, _| config.print_timeout = Duration::from_millis(300),
        PrinterFaults { no_turns: true, ..Default::default() },
    );
    bench.await_code("ready");
    assert_eq!(bench.print(receipt()), PrintOutcome::Sent);
    assert_eq!(bench.print(receipt()), PrintOutcome::Sent);
    assert!(bench.machine.wait_until(PATIENCE, |pieces, _| pieces.len() == 2));
}

#[test]
fn a_slow_printer_is_waited_for() {
    let bench = bench(|_, _| {}, PrinterFaults { line_ms: 150, ..Default::default() });
    assert_eq!(bench.print(receipt()), PrintOutcome::Printed);
    assert_eq!(bench.machine.pieces().len(), 1);
}
