//! A serial port, with its failures sorted.

use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;

use serialport::{FlowControl, SerialPort, TTYPort};

use crate::Fault;
use crate::port::open_serial;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// Nothing came in time.
    Silent,
    /// So many bytes came, and no answer among them.
    Garbled(usize),
    /// The port is gone.
    Lost(Fault),
}

/// An open port: 8N1, no flow control, held exclusively.
pub(crate) struct Line {
    port: TTYPort,
    path: String,
}

impl Line {
    /// Opens the port and throws away what waited in it.
    pub(crate) fn open(path: &Path, baud: u32) -> Result<Self, Fault> {
        let port = open_serial(path, baud, FlowControl::None)?;
        Ok(Self { port, path: path.to_string_lossy().into_owned() })
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
