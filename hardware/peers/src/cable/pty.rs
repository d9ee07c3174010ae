//! A pseudo terminal whose slave has a name of our choosing.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};

/// What the master heard.
pub(crate) enum Heard {
    /// So many bytes.
    Bytes(usize),
    Nothing,
    /// Nobody has the slave open.
    NobodyThere,
}

/// The emulator's end. The slave is not held open: a program that dies leaves a hang-up, as a cable would.
pub(crate) struct Pty {
    master: PtyMaster,
    link: PathBuf,
}

impl Pty {
    /// Opens a pair and points `link` at the slave.
    pub(crate) fn open(link: &Path) -> io::Result<Self> {
        if fs::symlink_metadata(link).is_ok_and(|found| !found.is_symlink()) {
            return Err(io::Error::new(ErrorKind::AlreadyExists, "there is something of that name that is no link"));
        }
        let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let slave = ptsname_r(&master)?;
        raw(Path::new(&slave))?;
        // A rename replaces an old link without a moment in which there is none.
        let fresh = link.with_extension("new");
        remove(&fresh)?;
        std::os::unix::fs::symlink(&slave, &fresh)?;
        fs::rename(&fresh, link)?;
        Ok(Self { master, link: link.to_owned() })
    }

    /// Waits for bytes.
    pub(crate) fn read(&mut self, buffer: &mut [u8], wait: Duration) -> io::Result<Heard> {
        let timeout = PollTimeout::try_from(wait).unwrap_or(PollTimeout::ZERO);
        let mut fds = [PollFd::new(self.master.as_fd(), PollFlags::POLLIN)];
        let ready = poll(&mut fds, timeout)?;
        let events = fds[0].revents().unwrap_or(PollFlags::empty());
        if ready == 0 {
            return Ok(Heard::Nothing);
        }
        if !events.contains(PollFlags::POLLIN) {
            return Ok(Heard::NobodyThere);
        }
        match self.master.read(buffer) {
            Ok(count) => Ok(Heard::Bytes(count)),
            Err(error) if error.raw_os_error() == Some(nix::libc::EIO) => Ok(Heard::NobodyThere),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(Heard::Nothing),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.master.write_all(bytes)
    }

    /// The name of the slave.
    pub(crate) fn link(&self) -> &Path {
        &self.link
    }

    /// Takes the cable out: the name is gone, and whoever has the slave open gets an error.
    pub(crate) fn unplug(self) -> io::Result<()> {
        remove(&self.link)
    }
}

fn raw(slave: &Path) -> io::Result<()> {
    // Without a terminal of its own, a process would else get this one, and its children be stopped at touching it.
    let flags = OFlag::O_NOCTTY.bits();
    let slave = fs::OpenOptions::new().read(true).write(true).custom_flags(flags).open(slave)?;
    let mut settings = tcgetattr(&slave)?;
    cfmakeraw(&mut settings);
    tcsetattr(&slave, SetArg::TCSANOW, &settings)?;
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
