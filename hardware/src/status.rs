//! What a device says of itself. No wording for applicants lives here; technicians read these texts.

use std::fmt;

/// The three kinds of failure, which ask for different hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// Nothing, or not enough, came over the wire: a cable, a power supply, a card taken away too early. Try again.
    Line,
    /// The device answered and said no. Trying again changes nothing.
    Refused,
    /// Something came that we cannot make sense of: a wrong setting, a damaged card, an unknown device.
    Misread,
}

/// State of one device as its owner thread sees it. Sent on change only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceStatus {
    /// Being opened for the first time; nothing is known yet.
    Starting,
    /// Works.
    Ready,
    /// Works in part, or worked until a moment ago: the fault says what does not.
    Degraded(Fault),
    /// Does not work. The owner thread keeps trying; no restart is needed once the cause is gone.
    Down(Fault),
}

impl DeviceStatus {
    /// Whether the whole device can be used now.
    pub fn is_ready(&self) -> bool {
        matches!(self, Self::Ready)
    }

    /// A stable name for logs and for JSON: `starting`, `ready`, or the fault's.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Degraded(fault) | Self::Down(fault) => fault.code(),
        }
    }

    /// The fault, when there is one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Starting | Self::Ready => None,
            Self::Degraded(fault) | Self::Down(fault) => Some(fault),
        }
    }
}

impl fmt::Display for DeviceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting => f.write_str("starting"),
            Self::Ready => f.write_str("ready"),
            Self::Degraded(fault) => write!(f, "works in part: {fault}"),
            Self::Down(fault) => write!(f, "down: {fault}"),
        }
    }
}

/// Why a device does not work. `Display` says what happened and where; [`Fault::what_to_do`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// the smart card service (pcscd) does not answer
    #[error("the smart card service (pcscd) does not answer")]
    CardServiceDown,
    /// the smart card service refuses this user
    #[error("the smart card service refuses this user")]
    CardServiceDenied,
    /// no reader is called like the pattern in the configuration
    #[error("no card reader is called {pattern:?}; connected: {connected}")]
    NoReader {
        /// The configured pattern.
        pattern: String,
        /// Names of the readers that are there, or "none".
        connected: String,
    },
    /// the smart card service fails in an unforeseen way
    #[error("the smart card service failed: {detail}")]
    CardService {
        /// The service's own words.
        detail: String,
    },
    /// the reader on a serial line does not answer
    #[error("the card reader on {port} does not answer")]
    ReaderSilent {
        /// The configured path.
        port: String,
    },
    /// what the reader on a serial line says cannot be read
    #[error("the card reader on {port} answers with garbled frames")]
    ReaderGarbled {
        /// The configured path.
        port: String,
    },
    /// the reader's security module is out of order
    #[error("the security module of the card reader on {port} is out of order: {detail}")]
    SecurityModule {
        /// The configured path.
        port: String,
        /// What the module says.
        detail: String,
    },
    /// there is no such port
    #[error("there is no port {port}")]
    PortMissing {
        /// The configured path.
        port: String,
    },
    /// another program holds the port
    #[error("another program holds the port {port}, or it is no serial port")]
    PortHeld {
        /// The configured path.
        port: String,
    },
    /// this user may not open the port
    #[error("this user may not open the port {port}")]
    PortDenied {
        /// The configured path.
        port: String,
    },
    /// the port went away while in use
    #[error("the port {port} went away: {detail}")]
    PortLost {
        /// The configured path.
        port: String,
        /// The system's own words.
        detail: String,
    },
    /// boards on the bus that do not answer
    #[error("lock board {boards} on {port} does not answer")]
    BoardsSilent {
        /// The configured path.
        port: String,
        /// Their addresses, comma separated.
        boards: String,
    },
    /// boards whose answers cannot be read
    #[error("lock board {boards} on {port} answers with garbled frames")]
    BoardsGarbled {
        /// The configured path.
        port: String,
        /// Their addresses, comma separated.
        boards: String,
    },
    /// boards that understand and refuse to tell the state of their locks
    #[error("lock board {boards} on {port} says that it cannot tell the state of its locks")]
    BoardsRefuse {
        /// The configured path.
        port: String,
        /// Their addresses, comma separated.
        boards: String,
    },
    /// boards with fewer locks than the configuration says
    #[error("lock board {boards} on {port} has fewer locks than the configuration says")]
    BoardsSmaller {
        /// The configured path.
        port: String,
        /// Their addresses, comma separated, each with the number of its locks.
        boards: String,
    },
    /// the printer on the network cannot be reached
    #[error("the printer at {address} cannot be reached: {detail}")]
    PrinterUnreachable {
        /// The configured address.
        address: String,
        /// The system's own words.
        detail: String,
    },
    /// the printer never answered; it may print all the same
    #[error("the printer on {port} does not say how it stands; it may print all the same")]
    PrinterMute {
        /// The configured port.
        port: String,
    },
    /// the printer's answers make no sense; it may print all the same
    #[error("the printer on {port} answers what makes no sense ({byte:#04X})")]
    PrinterGarbled {
        /// The configured port.
        port: String,
        /// The last byte it said.
        byte: u8,
    },
    /// the printer answered before and does not any more
    #[error("the printer on {port} answered before and is silent now")]
    PrinterSilent {
        /// The configured port.
        port: String,
    },
    /// the printer takes no data
    #[error("the printer on {port} takes no data")]
    PrinterStuck {
        /// The configured port.
        port: String,
    },
    /// the paper soon ends
    #[error("the printer's paper soon ends")]
    PaperLow,
    /// there is no paper
    #[error("the printer has no paper")]
    PaperOut,
    /// the printer's cover is open
    #[error("the printer's cover is open")]
    CoverOpen,
    /// the printer's knife is stuck
    #[error("the printer's knife is stuck")]
    CutterStuck,
    /// the printer reports an error that only a hand ends
    #[error("the printer reports an error")]
    PrinterError,
    /// a scanner that is a keyboard also types into the screen
    #[error("the scanner on {port} also types into whatever has the focus")]
    ScannerTypes {
        /// The configured path.
        port: String,
    },
    /// what a scanner sends is no keyboard's report
    #[error("the scanner on {port} sends what no keyboard sends ({detail})")]
    ScannerGarbled {
        /// The configured path.
        port: String,
        /// What it sends.
        detail: String,
    },
}

impl Fault {
    /// A stable name for logs and for JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CardServiceDown => "card-service-down",
            Self::CardServiceDenied => "card-service-denied",
            Self::NoReader { .. } => "no-reader",
            Self::CardService { .. } => "card-service-failed",
            Self::ReaderSilent { .. } => "reader-silent",
            Self::ReaderGarbled { .. } => "reader-garbled",
            Self::SecurityModule { .. } => "security-module",
            Self::PortMissing { .. } => "port-missing",
            Self::PortHeld { .. } => "port-held",
            Self::PortDenied { .. } => "port-denied",
            Self::PortLost { .. } => "port-lost",
            Self::BoardsSilent { .. } => "boards-silent",
            Self::BoardsGarbled { .. } => "boards-garbled",
            Self::BoardsRefuse { .. } => "boards-refuse",
            Self::BoardsSmaller { .. } => "boards-smaller",
            Self::PrinterUnreachable { .. } => "printer-unreachable",
            Self::PrinterMute { .. } => "printer-mute",
            Self::PrinterGarbled { .. } => "printer-garbled",
            Self::PrinterSilent { .. } => "printer-silent",
            Self::PrinterStuck { .. } => "printer-stuck",
            Self::PaperLow => "paper-low",
            Self::PaperOut => "paper-out",
            Self::CoverOpen => "cover-open",
            Self::CutterStuck => "cutter-stuck",
            Self::PrinterError => "printer-error",
            Self::ScannerTypes { .. } => "scanner-types",
            Self::ScannerGarbled { .. } => "scanner-garbled",
        }
    }

    /// What a technician does about it.
    pub fn what_to_do(&self) -> &'static str {
        match self {
            Self::CardServiceDown => "systemctl status pcscd; start it without --auto-exit",
            Self::CardServiceDenied => {
                "allow the service user org.debian.pcsc-lite.access_pcsc and .access_card in polkit"
            }
            Self::NoReader { .. } => {
                "check the reader's cable and power; compare `reader` in the configuration with `pcsc_scan -r`"
            }
            Self::CardService { .. } => "journalctl -u pcscd; restart pcscd, then unplug and replug the reader",
            Self::ReaderSilent { .. } => "check the reader's power and cable; compare `baud` with the reader's manual",
            Self::ReaderGarbled { .. } => "compare `baud` with the reader's manual; check the cable and its ground",
            Self::SecurityModule { .. } => {
                "switch the reader off and on; if it says so again, have the reader or its module replaced"
            }
            Self::PortMissing { .. } | Self::PortLost { .. } if self.is_on_usb_printer() => {
                "check the printer's power and cable; lsmod must show usblp (else: modprobe usblp)"
            }
            Self::PortHeld { .. } if self.is_on_usb_printer() => {
                "find the other program with fuser, and stop it; CUPS must not hold this printer"
            }
            Self::PortDenied { .. } if self.is_on_usb_printer() => "add the service user to the group lp",
            Self::PortMissing { .. } | Self::PortDenied { .. } if self.is_on_keyboard() => {
                "check the scanner's cable; its numbers as lsusb tells them must stand in 60-kiosk.rules"
            }
            Self::PortMissing { .. } => "check the adapter's cable; compare `port` with ls /dev/serial/by-path",
            Self::PortHeld { .. } => {
                "find the other program with fuser, and stop it; check that `port` is a serial port"
            }
            Self::PortDenied { .. } => "add the service user to the group dialout",
            Self::PortLost { .. } => "check the adapter's cable and the USB hub's power",
            Self::BoardsSilent { .. } => {
                "check the board's 12 V supply, lines A and B (not swapped), and its DIP address"
            }
            Self::BoardsGarbled { .. } => {
                "check that no two boards have one address, the 120 ohm ends of the bus, and `protocol`"
            }
            Self::BoardsRefuse { .. } => "switch the board off and on; if it still refuses, replace it",
            Self::BoardsSmaller { .. } => "correct `locks` in the configuration to what the board has",
            Self::PrinterUnreachable { .. } => "check the printer's power and network cable; ping its address",
            Self::PrinterMute { .. } => {
                "nothing, if `kiosk printer test` prints: many printers never answer; else check `baud` and the cable"
            }
            Self::PrinterGarbled { .. } => {
                "compare `baud` with the printer's self-test page; check that it speaks ESC/POS"
            }
            Self::PrinterSilent { .. } | Self::PrinterStuck { .. } => {
                "check that the printer is switched on and its cable"
            }
            Self::PaperLow => "bring a new roll of paper",
            Self::PaperOut => "put in a new roll of paper, the coated side towards the head",
            Self::CoverOpen => "shut the printer's cover until it clicks",
            Self::CutterStuck => "open the cover, take out the jammed paper, switch the printer off and on",
            Self::PrinterError => "switch the printer off and on; if it still reports an error, replace it",
            Self::ScannerTypes { .. } => {
                "put its numbers, as lsusb tells them, into both of its lines in 60-kiosk.rules; pull it and put it back"
            }
            Self::ScannerGarbled { .. } => {
                "let it scan \"USB keyboard\" in its manual; or set it to a serial port, and `kind` to \"serial\""
            }
        }
    }

    /// Whether it is about the port of a printer on USB.
    pub fn is_on_usb_printer(&self) -> bool {
        self.port().is_some_and(is_usb_printer)
    }

    /// Whether it is about the port of a scanner that is a keyboard.
    pub fn is_on_keyboard(&self) -> bool {
        self.port().is_some_and(is_keyboard)
    }

    /// The port that cannot be used.
    fn port(&self) -> Option<&str> {
        if let Self::PortMissing { port }
        | Self::PortHeld { port }
        | Self::PortDenied { port }
        | Self::PortLost { port, .. } = self
        {
            Some(port)
        } else {
            None
        }
    }

    /// Whether the device itself says that it cannot work, over a line that works.
    pub fn is_told_by_device(&self) -> bool {
        matches!(self, Self::PaperOut | Self::CoverOpen | Self::CutterStuck | Self::PrinterError)
    }
}

/// Whether a port is what Linux, or our rule for udev, makes for a scanner that is a keyboard.
fn is_keyboard(port: &str) -> bool {
    port.starts_with("/dev/hidraw") || port == "/dev/kiosk-scanner"
}

/// Whether a port is what Linux makes for a printer of the USB printer class.
fn is_usb_printer(port: &str) -> bool {
    port.starts_with("/dev/usb")
}
