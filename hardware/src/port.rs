//! Opening a port or another device file, with the failures sorted.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use serialport::{DataBits, FlowControl, Parity, SerialPort, StopBits, TTYPort};

use crate::Fault;

/// Opens a port with eight data bits, no parity and one stop bit, held exclusively, and throws away what waited in it.
pub(crate) fn open_serial(path: &Path, baud: u32, flow: FlowControl) -> Result<TTYPort, Fault> {
    let name = path.to_string_lossy().into_owned();
    if !path.exists() {
        return Err(Fault::PortMissing { port: name });
    }
    let builder = serialport::new(name.clone(), baud)
        .data_bits(DataBits::Eight)
        .parity(Parity::None)
        .stop_bits(StopBits::One)
        .flow_control(flow)
        .timeout(Duration::from_millis(1));
    let port = TTYPort::open(&builder).map_err(|error| open_fault(name, &error))?;
    if let Err(error) = port.clear(serialport::ClearBuffer::All) {
        tracing::debug!(%error, "the port could not be cleared");
    }
    Ok(port)
}

fn open_fault(port: String, error: &serialport::Error) -> Fault {
    match error.kind {
        serialport::ErrorKind::Io(ErrorKind::NotFound) => Fault::PortMissing { port },
        serialport::ErrorKind::Io(ErrorKind::PermissionDenied) => Fault::PortDenied { port },
        // Also what the crate says when another program holds the port.
        serialport::ErrorKind::NoDevice => Fault::PortHeld { port },
        serialport::ErrorKind::InvalidInput | serialport::ErrorKind::Unknown | serialport::ErrorKind::Io(_) => {
            Fault::PortLost { port, detail: error.to_string() }
        }
    }
}

/// Why a device file that is no serial port could not be opened.
pub(crate) fn file_fault(name: &str, error: &io::Error) -> Fault {
    let port = name.to_owned();
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds are told in the system's words")]
    match error.kind() {
        ErrorKind::NotFound => Fault::PortMissing { port },
        ErrorKind::PermissionDenied => Fault::PortDenied { port },
        ErrorKind::ResourceBusy => Fault::PortHeld { port },
        _ => Fault::PortLost { port, detail: error.to_string() },
    }
}
