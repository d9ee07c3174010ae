//! What is wrong with a part: in words for whoever stands at the terminal, and as a code for the hall.

use hardware::Fault;
use kiosk_wire::FaultCode;
use kiosk_wire::told::Seconds;

/// What is wrong with a part. The default: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flaw {
    /// What happened, and where.
    pub error: String,
    /// What to do about it; empty when nothing is to be done.
    pub advice: String,
    /// What happened, for readers of another language.
    pub code: Option<FaultCode>,
}

impl Flaw {
    /// What happened, what to do about it, and the code of it.
    pub fn new(error: impl Into<String>, advice: impl Into<String>, code: FaultCode) -> Self {
        Self { error: error.into(), advice: advice.into(), code: Some(code) }
    }
}

impl From<&Fault> for Flaw {
    fn from(fault: &Fault) -> Self {
        Self::new(fault.to_string(), fault.what_to_do(), code(fault))
    }
}

/// A difference of clocks in milliseconds, as the first code if it is ahead and as the second if it is behind.
pub fn off_by(ms: i64, ahead: fn(Seconds) -> FaultCode, behind: fn(Seconds) -> FaultCode) -> FaultCode {
    let by = Seconds(ms.unsigned_abs() / 1_000);
    if ms > 0 { ahead(by) } else { behind(by) }
}

/// What a device's fault is on the wire. A port tells which device is on it, and with it what is to be done.
fn code(fault: &Fault) -> FaultCode {
    use FaultCode as Code;
    match fault.clone() {
        Fault::CardServiceDown => Code::CardServiceDown,
        Fault::CardServiceDenied => Code::CardServiceDenied,
        Fault::NoReader { pattern, connected } => Code::NoReader { pattern, connected },
        Fault::CardService { detail } => Code::CardServiceFailed { detail },
        Fault::ReaderSilent { port } => Code::ReaderSilent { port },
        Fault::ReaderGarbled { port } => Code::ReaderGarbled { port },
        Fault::SecurityModule { port, detail } => Code::SecurityModule { port, detail },
        Fault::PortMissing { port } | Fault::PortLost { port, .. } if fault.is_on_usb_printer() => {
            Code::UsbPrinterMissing { port }
        }
        Fault::PortHeld { port } if fault.is_on_usb_printer() => Code::UsbPrinterHeld { port },
        Fault::PortDenied { port } if fault.is_on_usb_printer() => Code::UsbPrinterDenied { port },
        Fault::PortMissing { port } | Fault::PortDenied { port } if fault.is_on_keyboard() => {
            Code::ScannerMissing { port }
        }
        Fault::PortMissing { port } => Code::PortMissing { port },
        Fault::PortHeld { port } => Code::PortHeld { port },
        Fault::PortDenied { port } => Code::PortDenied { port },
        Fault::PortLost { port, detail } => Code::PortLost { port, detail },
        Fault::BoardsSilent { port, boards } => Code::BoardsSilent { port, boards },
        Fault::BoardsGarbled { port, boards } => Code::BoardsGarbled { port, boards },
        Fault::BoardsRefuse { port, boards } => Code::BoardsRefuse { port, boards },
        Fault::BoardsSmaller { port, boards } => Code::BoardsSmaller { port, boards },
        Fault::PrinterUnreachable { address, detail } => Code::PrinterUnreachable { address, detail },
        Fault::PrinterMute { port } => Code::PrinterMute { port },
        Fault::PrinterGarbled { port, byte } => Code::PrinterGarbled { port, answer: format!("{byte:#04X}") },
        Fault::PrinterSilent { port } => Code::PrinterSilent { port },
        Fault::PrinterStuck { port } => Code::PrinterStuck { port },
        Fault::PaperLow => Code::PaperLow,
        Fault::PaperOut => Code::PaperOut,
        Fault::CoverOpen => Code::CoverOpen,
        Fault::CutterStuck => Code::CutterStuck,
        Fault::PrinterError => Code::PrinterError,
        Fault::ScannerTypes { port } => Code::ScannerTypes { port },
        Fault::ScannerGarbled { port, detail } => Code::ScannerGarbled { port, detail },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_tells_which_device_is_on_it() {
        let missing = |port: &str| {
            let told = Flaw::from(&Fault::PortMissing { port: port.into() });
            serde_json::to_value(told.code).expect("json")["code"].as_str().expect("a code").to_owned()
        };
        assert_eq!(missing("/dev/ttyS0"), "port-missing");
        assert_eq!(missing("/dev/usb/lp0"), "usb-printer-missing");
        assert_eq!(missing("/dev/kiosk-scanner"), "scanner-missing");
    }

    #[test]
    fn clocks_are_ahead_or_behind() {
        let told = |ms| off_by(ms, |by| FaultCode::ClockAhead { by }, |by| FaultCode::ClockBehind { by });
        assert_eq!(told(2_500), FaultCode::ClockAhead { by: Seconds(2) });
        assert_eq!(told(-61_000), FaultCode::ClockBehind { by: Seconds(61) });
    }
}
