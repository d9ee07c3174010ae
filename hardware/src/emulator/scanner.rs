//! A QR and barcode scanner on a pseudo terminal.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::pty::Pty;

/// A scanner that sends what it is shown, with a carriage return.
pub struct Scanner {
    link: PathBuf,
    pty: Mutex<Option<Pty>>,
}

impl Scanner {
    /// Makes the port: a symbolic link.
    ///
    /// # Errors
    /// When no pseudo terminal can be made or the link cannot be written.
    pub fn start(link: impl Into<PathBuf>) -> io::Result<Self> {
        let link = link.into();
        let pty = Pty::open(&link)?;
        Ok(Self { link, pty: Mutex::new(Some(pty)) })
    }

    /// Path of the serial port.
    pub fn port(&self) -> &Path {
        &self.link
    }

    fn pty(&self) -> MutexGuard<'_, Option<Pty>> {
        self.pty.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody holds a code in front of it.
    ///
    /// # Errors
    /// The cable is out.
    pub fn scan(&self, code: &str) -> io::Result<()> {
        self.send(&[code.as_bytes(), b"\r"].concat())
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// The cable is out.
    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        match self.pty().as_mut() {
            Some(pty) => pty.write(bytes),
            None => Err(io::Error::new(io::ErrorKind::NotConnected, "the scanner's cable is out")),
        }
    }

    /// Takes the cable out.
    ///
    /// # Errors
    /// The link cannot be removed.
    pub fn unplug(&self) -> io::Result<()> {
        self.pty().take().map_or(Ok(()), Pty::unplug)
    }

    /// Puts it back under the same name.
    ///
    /// # Errors
    /// As [`Scanner::start`].
    pub fn replug(&self) -> io::Result<()> {
        let mut pty = self.pty();
        if pty.is_none() {
            *pty = Some(Pty::open(&self.link)?);
        }
        Ok(())
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        if let Err(error) = self.unplug() {
            tracing::debug!(%error, "the link could not be removed");
        }
    }
}
