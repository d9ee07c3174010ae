//! A serial port, with its failures sorted.

use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;

use serialport::{DataBits, FlowControl, Parity, SerialPort, StopBits, TTYPort};

use crate::Fault;

/// An open port: 8N1, no flow control, held exclusively.
pub(crate) struct Line {
    port: TTYPort,
    path: String,
}

impl Line {
    /// Opens the port and throws away what waited in it.
    pub(crate) fn open(path: &Path, baud: u32) -> Result<Self, Fault> {
        let name = path.to_string_lossy().into_owned();
        if !path.exists() {
            return Err(Fault::PortMissing { port: name });
        }
        let builder = serialport::new(name.clone(), baud)
            .data_bits(DataBits::Eight)
            .parity(Parity::None)
            .stop_bits(StopBits::One)
            .flow_control(FlowControl::None)
            .timeout(Duration::from_millis(1));
        match TTYPort::open(&builder) {
            Ok(port) => {
                if let Err(error) = port.clear(serialport::ClearBuffer::All) {
                    tracing::debug!(%error, "the port could not be cleared");
                }
                Ok(Self { port, path: name })
            }
            Err(error) => Err(open_fault(name, &error)),
        }
    }

    /// Goes on at another rate.
    pub(crate) fn set_baud(&mut self, baud: u32) -> Result<(), Fault> {
        self.port.set_baud_rate(baud).map_err(|error| self.lost(&error.into()))
    }

    /// Writes all of `bytes`.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.port.write_all(bytes).map_err(|error| self.lost(&error))
    }

    /// Reads what is there, waiting at most `wait`. `Ok(0)`: nothing came.
    pub(crate) fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, Fault> {
        if wait.is_zero() && self.port.bytes_to_read().map_err(|error| self.lost(&error.into()))? == 0 {
            return Ok(0);
        }
        // A wait of zero would be an endless one to some drivers.
        self.port.set_timeout(wait.max(Duration::from_millis(1))).map_err(|error| self.lost(&error.into()))?;
        match self.port.read(buffer) {
            Ok(0) => Err(self.lost(&ErrorKind::UnexpectedEof.into())),
            Ok(count) => Ok(count),
            Err(error)
                if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted | ErrorKind::WouldBlock) =>
            {
                Ok(0)
            }
            Err(error) => Err(self.lost(&error)),
        }
    }

    fn lost(&self, error: &std::io::Error) -> Fault {
        Fault::PortLost { port: self.path.clone(), detail: error.to_string() }
    }
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
