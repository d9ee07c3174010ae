//! Emulated cards, card readers, lock boards, printers and scanners for a terminal without devices.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use peers::cabinet::{BoardSpec, BusFaults, Cabinet, CabinetOptions};
use peers::card::CardSlot;
use peers::control::{Rig, serve};
use peers::family::{self, Family};
use peers::printer::{Printer, PrinterOptions, Way};
use peers::sam::{SamOptions, SamReader};
use peers::scanner::Scanner;

/// Emulated identity cards (for pcscd's virtual reader vpcd), readers of resident ID cards, lock boards, a receipt
/// printer and a scanner (on pseudo terminals).
///
/// Steered by one JSON object a line over the control port, for instance:
///   echo '{"do":"insert","card":"wang-xiuying"}' | nc -N 127.0.0.1 35900
/// `{"do":"deck"}` lists the cards, `{"do":"state"}` shows everything. All commands: docs/hardware.md.
#[derive(Parser)]
#[command(version, verbatim_doc_comment)]
struct Arguments {
    /// TCP port of a vpcd slot; give it once for each slot. Debian's default reader has 35963 and 35964
    #[arg(long = "card-slot", value_name = "PORT")]
    card_slots: Vec<u16>,
    /// Path to give to the serial port of a reader of resident ID cards; give it once for each reader
    #[arg(long = "sam", value_name = "PATH")]
    sams: Vec<PathBuf>,
    /// Path to give to the lock boards' serial port; without it there is no cabinet
    #[arg(long, value_name = "PATH")]
    locker: Option<PathBuf>,
    #[arg(long, value_name = "FAMILY", default_value = family::FAMILIES[0].name, value_parser = family::by_name)]
    #[arg(help = format!("Family of the lock boards: one of {}", family::names()))]
    protocol: Family,
    /// A lock board; give it once for each board
    #[arg(long = "board", value_name = "ADDRESS:LOCKS:FIRST_COMPARTMENT", default_value = "1:24:1", value_parser = board)]
    boards: Vec<BoardSpec>,
    /// State bit of a closed door: 1 or 0
    #[arg(long, value_name = "BIT", default_value_t = 1, value_parser = clap::value_parser!(u8).range(0..=1))]
    closed_bit: u8,
    /// Let bytes take as long as on a real line of this rate
    #[arg(long, value_name = "BAUD")]
    paced_baud: Option<u32>,
    /// Time from a request to its answer, milliseconds
    #[arg(long, value_name = "MS", default_value_t = 30)]
    turn_around_ms: u64,
    /// Time that a solenoid is powered by one unlock, milliseconds
    #[arg(long, value_name = "MS", default_value_t = 300)]
    pulse_ms: u64,
    /// A fault of the bus from the start, as JSON: '{"echo":true}'; the control port changes it
    #[arg(long, value_name = "JSON", value_parser = faults)]
    bus_faults: Option<BusFaults>,
    /// Path to give to a printer's serial port, or tcp:ADDRESS:PORT; without it there is no printer
    #[arg(long, value_name = "PATH", value_parser = way)]
    printer: Option<Way>,
    /// Width of the printer's paper, millimetres: 58 or 80
    #[arg(long, value_name = "MM", default_value_t = 80, value_parser = clap::value_parser!(u8).range(58..=80))]
    paper_mm: u8,
    /// Path to give to a scanner's serial port, or to the reports of one that is a keyboard; without it there is none
    #[arg(long, value_name = "[keyboard:]PATH")]
    scanner: Option<String>,
    /// Loopback port for commands; 0 takes a free one and prints it
    #[arg(long, value_name = "PORT", default_value_t = 35900)]
    control: u16,
}

fn board(text: &str) -> Result<BoardSpec, String> {
    let explain = || format!("{text:?} is not ADDRESS:LOCKS:FIRST_COMPARTMENT, such as 1:24:1");
    let mut parts = text.split(':');
    let (Some(address), Some(locks), Some(first), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(explain());
    };
    Ok(BoardSpec::new(
        address.parse().map_err(|_| explain())?,
        locks.parse().map_err(|_| explain())?,
        first.parse().map_err(|_| explain())?,
    ))
}

fn way(text: &str) -> Result<Way, String> {
    match text.strip_prefix("tcp:") {
        Some(address) => address.parse().map(Way::Tcp).map_err(|error| format!("{address}: {error}")),
        None => Ok(Way::Pty(PathBuf::from(text))),
    }
}

fn faults(text: &str) -> Result<BusFaults, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a command's output")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match run(&arguments, |line| println!("{line}")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hw-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments, print: impl Fn(&str)) -> Result<(), String> {
    let cabinet = match &arguments.locker {
        Some(link) => {
            let options = CabinetOptions {
                family: arguments.protocol,
                closed_bit: arguments.closed_bit == 1,
                turn_around: Duration::from_millis(arguments.turn_around_ms),
                paced_baud: arguments.paced_baud,
                pulse: Duration::from_millis(arguments.pulse_ms),
                ..CabinetOptions::new(link, arguments.boards.clone())
            };
            let cabinet = Cabinet::start(options).map_err(|error| format!("--locker {}: {error}", link.display()))?;
            arguments.bus_faults.iter().for_each(|faults| cabinet.set_faults(faults.clone()));
            print(&format!("locker {}", cabinet.port().display()));
            Some(cabinet)
        }
        None => None,
    };
    let slots = arguments.card_slots.iter().map(|port| {
        print(&format!("card slot {port}"));
        CardSlot::start(*port)
    });
    let slots = slots.collect();
    let sams = arguments.sams.iter().map(|link| {
        print(&format!("sam {}", link.display()));
        SamReader::start(SamOptions::new(link)).map_err(|error| format!("--sam {}: {error}", link.display()))
    });
    let printer = match &arguments.printer {
        Some(way) => {
            let dots = if arguments.paper_mm < 80 { 384 } else { 576 };
            let options = PrinterOptions { dots, ..PrinterOptions::on(way.clone()) };
            let printer = Printer::start(options).map_err(|error| format!("--printer: {error}"))?;
            print(&format!("printer {}", printer.address()));
            Some(printer)
        }
        None => None,
    };
    let scanner = match &arguments.scanner {
        Some(way) => {
            let scanner = match way.strip_prefix("keyboard:") {
                Some(path) => Scanner::keyboard(path),
                None => Scanner::serial(way),
            };
            let scanner = scanner.map_err(|error| format!("--scanner {way}: {error}"))?;
            print(&format!("scanner {}", scanner.port().display()));
            Some(scanner)
        }
        None => None,
    };
    let rig = Arc::new(Rig { slots, sams: sams.collect::<Result<_, _>>()?, cabinet, printer, scanner });
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.control));
    let listener = TcpListener::bind(address).map_err(|error| format!("--control {}: {error}", arguments.control))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    print(&format!("control {address}"));
    serve(&listener, &rig).map_err(|error| error.to_string())
}
