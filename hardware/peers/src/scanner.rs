//! A QR and barcode scanner: on a pseudo terminal, or as a keyboard.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::Mode;

use crate::cable::Pty;

/// How long a report may wait for whoever reads.
const PATIENCE: Duration = Duration::from_secs(5);

/// A scanner that sends what it is shown, and then a carriage return or Enter.
pub struct Scanner {
    path: PathBuf,
    plug: fn(&Path) -> io::Result<Cable>,
    cable: Mutex<Option<Cable>>,
}

/// What ends at the terminal.
enum Cable {
    Serial(Pty),
    Keyboard(Reports),
}

impl Scanner {
    /// Makes a scanner on a serial port: a symbolic link.
    ///
    /// # Errors
    /// When no pseudo terminal can be made or the link cannot be written.
    pub fn serial(link: impl Into<PathBuf>) -> io::Result<Self> {
        Self::start(link.into(), |link| Pty::open(link).map(Cable::Serial))
    }

    /// Makes a scanner that is a keyboard with American layout: a named pipe that hands out a report at each reading, as
    /// Linux does at `/dev/hidrawN`.
    ///
    /// # Errors
    /// When the pipe cannot be made.
    pub fn keyboard(path: impl Into<PathBuf>) -> io::Result<Self> {
        Self::start(path.into(), |path| Reports::open(path).map(Cable::Keyboard))
    }

    fn start(path: PathBuf, plug: fn(&Path) -> io::Result<Cable>) -> io::Result<Self> {
        let cable = plug(&path)?;
        Ok(Self { path, plug, cable: Mutex::new(Some(cable)) })
    }

    /// Path of the device.
    pub fn port(&self) -> &Path {
        &self.path
    }

    fn cable(&self) -> MutexGuard<'_, Option<Cable>> {
        self.cable.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody holds a code in front of it.
    ///
    /// # Errors
    /// The cable is out; nobody reads a keyboard's reports; a character is not on the keyboard.
    pub fn scan(&self, code: &str) -> io::Result<()> {
        match self.cable().as_mut() {
            Some(Cable::Serial(pty)) => pty.write(&[code.as_bytes(), b"\r"].concat()),
            Some(Cable::Keyboard(reports)) => {
                code.chars().try_for_each(|character| reports.press(key(character)?))?;
                reports.press((0, ENTER))
            }
            None => Err(out()),
        }
    }

    /// Sends bytes as they are; a keyboard sends them as one report.
    ///
    /// # Errors
    /// The cable is out, or nobody reads a keyboard's reports.
    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        match self.cable().as_mut() {
            Some(Cable::Serial(pty)) => pty.write(bytes),
            Some(Cable::Keyboard(reports)) => reports.write(bytes),
            None => Err(out()),
        }
    }

    /// Takes the cable out.
    ///
    /// # Errors
    /// The device's name cannot be removed.
    pub fn unplug(&self) -> io::Result<()> {
        match self.cable().take() {
            Some(Cable::Serial(pty)) => pty.unplug(),
            Some(Cable::Keyboard(_)) => fs::remove_file(&self.path),
            None => Ok(()),
        }
    }

    /// Puts it back under the same name.
    ///
    /// # Errors
    /// As [`Scanner::serial`] and [`Scanner::keyboard`].
    pub fn replug(&self) -> io::Result<()> {
        let mut cable = self.cable();
        if cable.is_none() {
            *cable = Some((self.plug)(&self.path)?);
        }
        Ok(())
    }
}

fn out() -> io::Error {
    io::Error::new(ErrorKind::NotConnected, "the scanner's cable is out")
}

impl Drop for Scanner {
    fn drop(&mut self) {
        if let Err(error) = self.unplug() {
            tracing::debug!(%error, "the device's name could not be removed");
        }
    }
}

/// A pipe in packet mode (Linux, pipe(2): `O_DIRECT`): what is written at once is read at once.
struct Reports(File);

impl Reports {
    fn open(path: &Path) -> io::Result<Self> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        nix::unistd::mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?;
        // A pipe can only be opened for writing while somebody reads.
        let open =
            |read: bool| OpenOptions::new().read(read).write(!read).custom_flags(OFlag::O_NONBLOCK.bits()).open(path);
        let reader = open(true)?;
        let writer = open(false)?;
        drop(reader);
        fcntl(&writer, FcntlArg::F_SETFL(OFlag::O_NONBLOCK | OFlag::O_DIRECT))?;
        Ok(Self(writer))
    }

    /// Presses a key, given with the modifiers, and lets it go.
    fn press(&mut self, (modifiers, key): (u8, u8)) -> io::Result<()> {
        self.write(&[modifiers, 0, key, 0, 0, 0, 0, 0])?;
        self.write(&[0; 8])
    }

    fn write(&mut self, report: &[u8]) -> io::Result<()> {
        loop {
            match self.0.write(report) {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let mut fds = [PollFd::new(self.0.as_fd(), PollFlags::POLLOUT)];
                    if poll(&mut fds, PollTimeout::try_from(PATIENCE).unwrap_or(PollTimeout::ZERO))? == 0 {
                        return Err(Errno::ETIMEDOUT.into());
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The key Enter (USB HID Usage Tables 1.12, section 10).
const ENTER: u8 = 0x28;

/// Modifiers and key of a character on a keyboard with American layout.
fn key(character: char) -> io::Result<(u8, u8)> {
    let at = |row: &str, first: u8| {
        let at = row.chars().position(|known| known == character)?;
        u8::try_from(at).ok()?.checked_add(first)
    };
    // Rows from the key of their first character on, without shift and with it.
    let rows = [
        ("abcdefghijklmnopqrstuvwxyz1234567890", "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()", 0x04),
        (" -=[]\\", " _+{}|", 0x2C),
        (";'`,./", ":\"~<>?", 0x33),
    ];
    rows.iter()
        .find_map(|(plain, shifted, first)| {
            at(plain, *first).map(|key| (0x00, key)).or_else(|| at(shifted, *first).map(|key| (0x02, key)))
        })
        .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "a character that is on no key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// USB HID Usage Tables 1.12, section 10; modifiers USB HID 1.11, 8.3.
    #[test]
    fn keys_are_those_of_the_table() {
        for (character, wanted) in [
            ('a', (0x00, 0x04)),
            ('Z', (0x02, 0x1D)),
            ('1', (0x00, 0x1E)),
            ('0', (0x00, 0x27)),
            ('!', (0x02, 0x1E)),
            (' ', (0x00, 0x2C)),
            ('_', (0x02, 0x2D)),
            ('\\', (0x00, 0x31)),
            (';', (0x00, 0x33)),
            ('~', (0x02, 0x35)),
            ('/', (0x00, 0x38)),
        ] {
            assert_eq!(key(character).unwrap(), wanted, "{character}");
        }
        assert!(('!'..='~').all(|character| key(character).is_ok()));
        assert!(key('取').is_err());
    }
}
