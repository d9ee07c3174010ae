//! From the configuration to the drivers.

use std::time::Duration;

use hardware::lockers::{self, ClosedBit, LockersConfig};
use hardware::printer::PrinterConfig;
use hardware::scanner::ScannerConfig;

use crate::config::{Locker, Printer, Scanner};

/// What the status, the doctor and the heartbeat call the reader of one `[[card]]` section, counted from 0, of `count`:
/// `reader` where there is one, else `reader-1`, `reader-2` and so on.
pub fn reader_name(at: usize, count: usize) -> String {
    if count > 1 { format!("reader-{}", at + 1) } else { "reader".to_owned() }
}

/// The locker.
pub fn lockers(locker: &Locker) -> LockersConfig {
    let closed = if locker.closed_bit == 1 { ClosedBit::One } else { ClosedBit::Zero };
    let board = |board: &crate::config::Board| lockers::Board {
        address: board.address,
        locks: board.locks,
        first_compartment: board.first_compartment,
    };
    let boards = locker.boards.iter().map(board).collect();
    let mut config = LockersConfig::new(&locker.port, closed, boards).with_protocol(locker.protocol);
    config.pulse_s = locker.pulse_s;
    config.poll_interval = Duration::max(locker.poll, Duration::from_millis(50));
    config
}

/// The receipt printer.
pub fn printer(printer: &Printer) -> PrinterConfig {
    let mut config = PrinterConfig::new(printer.address.clone());
    (config.baud, config.flow) = (printer.baud, printer.flow);
    (config.paperwork.width, config.paperwork.rom) = (printer.width, printer.rom);
    if printer.font.is_some() {
        config.paperwork.font.clone_from(&printer.font);
    }
    config
}

/// The scanner.
pub fn scanner(scanner: &Scanner) -> ScannerConfig {
    ScannerConfig::new(&scanner.port, scanner.link)
}
