//! The way to the printer: a serial port, a device file of the USB printer class, or a TCP connection. The only file of
//! the driver that talks to the operating system.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

use nix::libc::{O_NOCTTY, O_NONBLOCK};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use serialport::{FlowControl, TTYPort};

use crate::Fault;
use crate::port::{file_fault, open_serial};

/// Beginnings of the names that Linux gives to printers of the USB printer class (`usblp`; udev's and devfs' names).
const USB_CLASS: [&str; 2] = ["/dev/usb/lp", "/dev/usblp"];
/// How long a connection over TCP may take to be made.
const CONNECT: Duration = Duration::from_secs(2);

/// Where a printer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A serial port or another device file. Which of them it is, is seen when it is opened.
    Path(PathBuf),
    /// A device file that is only written and read, whatever it is: what `usblp` makes for printers of the USB printer
    /// class.
    Device(PathBuf),
    /// `host:port`; printers listen on 9100.
    Tcp(String),
}

impl FromStr for Address {
    type Err = String;

    /// `/dev/…`, or `tcp:host:port`.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(address) = text.strip_prefix("tcp:") {
            let whole = address
                .rsplit_once(':')
                .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0));
            return if whole {
                Ok(Self::Tcp(address.to_owned()))
            } else {
                Err(format!("`{text}` names no port of a host; write \"tcp:192.0.2.7:9100\""))
            };
        }
        if USB_CLASS.iter().any(|start| text.starts_with(start)) {
            return Ok(Self::Device(PathBuf::from(text)));
        }
        if text.starts_with('/') {
            return Ok(Self::Path(PathBuf::from(text)));
        }
        Err(format!(
            "`{text}` is not a way to a printer; write \"/dev/serial/by-path/…\", \"/dev/usb/lp0\" or \"tcp:host:9100\""
        ))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) | Self::Device(path) => write!(f, "{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

/// How a serial printer says "wait".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// Not at all: what is printed fits its memory.
    #[default]
    None,
    /// XON/XOFF.
    Software,
    /// RTS/CTS; a printer's DTR goes to CTS.
    Hardware,
}

impl From<Flow> for FlowControl {
    fn from(flow: Flow) -> Self {
        match flow {
            Flow::None => Self::None,
            Flow::Software => Self::Software,
            Flow::Hardware => Self::Hardware,
        }
    }
}

enum Channel {
    Serial(TTYPort),
    File(File),
    Tcp(TcpStream),
}

/// An open way, held alone.
pub(super) struct Port {
    channel: Channel,
    name: String,
}

impl Port {
    pub(super) fn open(address: &Address, baud: u32, flow: Flow) -> Result<Self, Fault> {
        let name = address.to_string();
        let channel = match address {
            Address::Tcp(host) => Channel::Tcp(
                connect(host)
                    .map_err(|error| Fault::PrinterUnreachable { address: name.clone(), detail: error.to_string() })?,
            ),
            Address::Path(path) | Address::Device(path) => {
                let file = OpenOptions::new().read(true).write(true).custom_flags(O_NONBLOCK | O_NOCTTY).open(path);
                let file = file.map_err(|error| file_fault(&name, &error))?;
                if matches!(address, Address::Path(_)) && file.is_terminal() {
                    drop(file); // a serial port is held alone
                    Channel::Serial(open_serial(path, baud, flow.into())?)
                } else {
                    Channel::File(file)
                }
            }
        };
        Ok(Self { channel, name })
    }

    /// Writes all of `bytes`; `stall` without a byte being taken is [`Fault::PrinterStuck`].
    pub(super) fn write(&mut self, mut bytes: &[u8], stall: Duration) -> Result<(), Fault> {
        let mut until = Instant::now() + stall;
        while !bytes.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Fault::PrinterStuck { port: self.name.clone() });
            }
            if !self.ready(PollFlags::POLLOUT, left)? {
                continue;
            }
            let written = match &mut self.channel {
                Channel::Serial(port) => port.write(bytes),
                Channel::File(file) => file.write(bytes),
                Channel::Tcp(stream) => stream.write(bytes),
            };
            match written {
                Ok(0) => return Err(self.lost(&ErrorKind::WriteZero.into())),
                Ok(count) => {
                    bytes = bytes.get(count..).unwrap_or_default();
                    until = Instant::now() + stall;
                }
                Err(error) if is_nothing(&error) => {}
                Err(error) => return Err(self.lost(&error)),
            }
        }
        Ok(())
    }

    /// Reads one byte, waiting at most `wait`.
    pub(super) fn read(&mut self, wait: Duration) -> Result<Option<u8>, Fault> {
        if !self.ready(PollFlags::POLLIN, wait)? {
            return Ok(None);
        }
        let mut byte = [0];
        let read = match &mut self.channel {
            Channel::Serial(port) => port.read(&mut byte),
            Channel::File(file) => file.read(&mut byte),
            Channel::Tcp(stream) => stream.read(&mut byte),
        };
        match read {
            // A device file of a printer that has nothing to say reads as ended.
            Ok(0) if matches!(self.channel, Channel::File(_)) => Ok(None),
            Ok(0) => Err(self.lost(&ErrorKind::UnexpectedEof.into())),
            Ok(_) => Ok(Some(byte[0])),
            Err(error) if is_nothing(&error) => Ok(None),
            Err(error) => Err(self.lost(&error)),
        }
    }

    /// Throws away what waits to be read.
    pub(super) fn drain(&mut self) -> Result<(), Fault> {
        // A printer that talks without end is not waited for.
        for _ in 0..4_096 {
            if self.read(Duration::ZERO)?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn ready(&self, what: PollFlags, wait: Duration) -> Result<bool, Fault> {
        let mut fds = [PollFd::new(self.fd(), what)];
        let wait = PollTimeout::try_from(wait).unwrap_or(PollTimeout::MAX);
        match poll(&mut fds, wait) {
            // A hang-up is told by the read or write that follows, with its reason.
            Ok(count) => Ok(count > 0),
            Err(nix::errno::Errno::EINTR) => Ok(false),
            Err(error) => Err(self.lost(&error.into())),
        }
    }

    fn fd(&self) -> BorrowedFd<'_> {
        match &self.channel {
            Channel::Serial(port) => borrow(port),
            Channel::File(file) => file.as_fd(),
            Channel::Tcp(stream) => stream.as_fd(),
        }
    }

    fn lost(&self, error: &io::Error) -> Fault {
        Fault::PortLost { port: self.name.clone(), detail: error.to_string() }
    }
}

#[expect(unsafe_code, reason = "serialport has no AsFd")]
fn borrow(port: &TTYPort) -> BorrowedFd<'_> {
    // SAFETY: the descriptor is open as long as `port` lives, and the result borrows `port`.
    unsafe { BorrowedFd::borrow_raw(port.as_raw_fd()) }
}

fn connect(host: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::new(ErrorKind::NotFound, "the name has no address");
    for address in host.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_nonblocking(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_refused_with_an_example() {
        for (text, expected) in [
            ("/dev/usb/lp0", Ok(Address::Device("/dev/usb/lp0".into()))),
            ("/dev/serial/by-path/x", Ok(Address::Path("/dev/serial/by-path/x".into()))),
            ("/dev/receipts", Ok(Address::Path("/dev/receipts".into()))),
            ("tcp:192.0.2.7:9100", Ok(Address::Tcp("192.0.2.7:9100".into()))),
            ("tcp:[2001:db8::1]:9100", Ok(Address::Tcp("[2001:db8::1]:9100".into()))),
            ("tcp:printer", Err("tcp:192.0.2.7:9100")),
            ("tcp::9100", Err("names no port")),
            ("COM1", Err("/dev/serial/by-path/")),
            ("", Err("not a way")),
        ] {
            match (text.parse::<Address>(), expected) {
                (Ok(address), Ok(expected)) => {
                    assert_eq!(address, expected);
                    assert_eq!(address.to_string(), text);
                }
                (Err(error), Err(words)) => assert!(error.contains(words), "{error}"),
                (got, _) => panic!("{text}: {got:?}"),
            }
        }
    }
}
