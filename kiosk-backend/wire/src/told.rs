//! Why a terminal calls staff and what is wrong with its parts, as codes: whoever reads is told in their own language.
//!
//! Codes are sent beside the text that terminals of an older release send alone. One that this build does not know, or
//! cannot read, is as good as absent: the text beside it says it.

use schemars::JsonSchema;
use serde::de::{Deserializer, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::ids::CompartmentNo;

/// Why staff are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
#[expect(missing_docs, reason = "a field is named as the sentence names it")]
pub enum StaffCall {
    /// Somebody pressed Help.
    Help,
    /// A door is open for a minute.
    DoorLeftOpen { compartment: CompartmentNo },
    /// Doors were open when the terminal started.
    DoorsOpenAtBoot,
    /// A door did not open.
    DoorStuck { compartment: CompartmentNo },
    /// An applicant found something in a box.
    FoundSomething { compartment: CompartmentNo },
    /// Nobody knows whether paper is in a box.
    Unconfirmed { compartment: CompartmentNo },
    /// The journal cannot be written while paper is in a box that is not on record as deposited.
    RecordFailed,
    /// The lock board does not answer while a door is open.
    LineLost { compartment: CompartmentNo },
    /// A card was left on the reader for a minute.
    CardLeft,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Seconds(pub u64);

/// What is wrong with a device or part, where it is connected, and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "a field is named as the sentence names it")]
pub enum FaultCode {
    /// The smart card service does not answer.
    CardServiceDown,
    /// The smart card service refuses the kiosk's user.
    CardServiceDenied,
    /// No reader is called like the pattern in the configuration.
    NoReader {
        pattern: String,
        connected: String,
    },
    /// The smart card service fails in an unforeseen way.
    CardServiceFailed {
        detail: String,
    },
    /// The reader on a serial line does not answer.
    ReaderSilent {
        port: String,
    },
    /// What the reader on a serial line says cannot be read.
    ReaderGarbled {
        port: String,
    },
    /// The reader's security module is out of order.
    SecurityModule {
        port: String,
        detail: String,
    },
    /// There is no such serial port.
    PortMissing {
        port: String,
    },
    /// Another program holds the serial port.
    PortHeld {
        port: String,
    },
    /// The kiosk's user may not open the serial port.
    PortDenied {
        port: String,
    },
    /// The serial port went away while in use.
    PortLost {
        port: String,
        detail: String,
    },
    /// The printer on USB is not there, or went away.
    UsbPrinterMissing {
        port: String,
    },
    /// Another program holds the printer on USB.
    UsbPrinterHeld {
        port: String,
    },
    /// The kiosk's user may not open the printer on USB.
    UsbPrinterDenied {
        port: String,
    },
    /// The scanner that is a keyboard is not there, or may not be opened.
    ScannerMissing {
        port: String,
    },
    /// Lock boards that do not answer.
    BoardsSilent {
        port: String,
        boards: String,
    },
    /// Lock boards whose answers cannot be read.
    BoardsGarbled {
        port: String,
        boards: String,
    },
    /// Lock boards that cannot tell the state of their locks.
    BoardsRefuse {
        port: String,
        boards: String,
    },
    /// Lock boards with fewer locks than the configuration says.
    BoardsSmaller {
        port: String,
        boards: String,
    },
    /// The printer on the network cannot be reached.
    PrinterUnreachable {
        address: String,
        detail: String,
    },
    /// The printer never answered; it may print all the same.
    PrinterMute {
        port: String,
    },
    /// The printer's answers make no sense; it may print all the same.
    PrinterGarbled {
        port: String,
        answer: String,
    },
    /// The printer answered before and does not any more.
    PrinterSilent {
        port: String,
    },
    /// The printer takes no data.
    PrinterStuck {
        port: String,
    },
    /// The paper soon ends.
    PaperLow,
    /// There is no paper.
    PaperOut,
    /// The printer's cover is open.
    CoverOpen,
    /// The printer's knife is stuck.
    CutterStuck,
    /// The printer reports an error that only a hand ends.
    PrinterError,
    /// A scanner that is a keyboard also types into the screen.
    ScannerTypes {
        port: String,
    },
    /// What a scanner sends is no keyboard's report.
    ScannerGarbled {
        port: String,
        detail: String,
    },
    /// The journal was set aside, or is missing.
    JournalDamaged,
    /// The journal cannot be used now; it is tried again.
    JournalBroken {
        detail: String,
    },
    /// The backend has another history of the journal.
    JournalForked,
    /// Another program holds the journal.
    JournalLocked,
    DiskFull,
    /// The terminal's clock is ahead of the backend's.
    ClockAhead {
        by: Seconds,
    },
    /// The terminal's clock is behind the backend's.
    ClockBehind {
        by: Seconds,
    },
    /// The terminal's clock shows what cannot be.
    ClockImpossible {
        shown: String,
    },
    /// The backend's clock is ahead of what the terminal knows, and is not believed.
    BackendClockAhead {
        by: Seconds,
    },
    /// The backend's clock is behind what the terminal knows, and is not believed.
    BackendClockBehind {
        by: Seconds,
    },
    /// The backend cannot be reached.
    BackendUnreachable {
        detail: String,
    },
    BackendRefused {
        refusal: String,
    },
    /// The backend's certificate is not valid now.
    BackendCertificate {
        detail: String,
    },
    /// The backend's answer cannot be read.
    BackendMisread {
        detail: String,
    },
    /// The configuration of the backend cannot be used.
    BackendSetup {
        detail: String,
    },
}

/// Reads what this build knows; anything else is as good as absent.
pub(crate) fn known<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Read<T> {
        Known(T),
        Newer(IgnoredAny),
    }
    Ok(match Option::deserialize(deserializer)? {
        Some(Read::Known(value)) => Some(value),
        Some(Read::Newer(_)) | None => None,
    })
}
