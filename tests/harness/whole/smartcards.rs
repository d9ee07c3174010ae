//! The card reader of a hall: a `pcscd` of our own with the virtual reader of `vsmartcard-vpcd`.
//!
//! `pcscd` always listens at `/run/pcscd`; ours sees a directory of ours there, in a mount namespace of its own.
//! Clients need no namespace: `PCSCLITE_CSOCK_NAME` names the socket in that directory.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;

use crate::supervisor::{Process, Program};
use crate::wait::{PATIENCE, until_true};
use crate::{Context, Result};

/// The reader's name as configured; PC/SC appends two numbers to it.
pub const READER: &str = "Kiosk ID Reader";

/// Where Debian's `vsmartcard-vpcd` puts its driver.
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/// A private PC/SC service with one reader of two slots.
#[derive(Debug)]
pub struct SmartCards {
    directory: PathBuf,
    log: PathBuf,
    port: u16,
    pcscd: Option<Process>,
}

impl SmartCards {
    /// Starts `pcscd` in `directory`, which must exist, logging to `log`.
    pub fn start(directory: &Path, log: &Path) -> Result<Self> {
        let mut cards =
            Self { directory: directory.to_owned(), log: log.to_owned(), port: pair_of_ports()?, pcscd: None };
        for folder in [cards.run_folder(), cards.directory.join("conf")] {
            fs::create_dir_all(&folder).context(folder.display())?;
        }
        let reader = format!(
            "FRIENDLYNAME \"{READER}\"\nDEVICENAME /dev/null:0x{port:04X}\nLIBPATH {DRIVER}\nCHANNELID 0x{port:04X}\n",
            port = cards.port
        );
        fs::write(cards.directory.join("conf/reader.conf"), reader).context("reader.conf")?;
        cards.restart()?;
        Ok(cards)
    }

    /// The TCP port on which a virtual card is put into the first slot.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The value of `PCSCLITE_CSOCK_NAME` for clients.
    pub fn socket(&self) -> PathBuf {
        self.run_folder().join("pcscd.comm")
    }

    /// Starts `pcscd` again after [`SmartCards::kill`]; does nothing while it runs.
    pub fn restart(&mut self) -> Result<()> {
        if self.pcscd.as_mut().is_some_and(Process::runs) {
            return Ok(());
        }
        self.pcscd = None;
        for stale in ["pcscd.comm", "pcscd.pid"] {
            // The first start finds none.
            let _absent = fs::remove_file(self.run_folder().join(stale));
        }
        let script = "mount -t tmpfs tmpfs /run && mkdir /run/pcscd && mount --bind \"$1\" /run/pcscd \
                      && exec setpriv --pdeathsig KILL pcscd --foreground --config \"$2\"";
        let mut program = Program::new("pcscd", "unshare", &self.log).arg("-m");
        if !Uid::effective().is_root() {
            program = program.arg("-r");
        }
        let program =
            program.args(["sh", "-c", script, "pcscd"]).arg(self.run_folder()).arg(self.directory.join("conf"));
        let mut pcscd = program.start()?;
        let (socket, port) = (self.socket(), self.port);
        until_true("pcscd to listen", PATIENCE, || !pcscd.runs() || (socket.exists() && listens(port)))
            .context(pcscd.tail())?;
        if !pcscd.runs() {
            return Err(crate::Error::new(pcscd.tail()));
        }
        self.pcscd = Some(pcscd);
        Ok(())
    }

    /// Kills `pcscd`.
    pub fn kill(&mut self) {
        self.pcscd = None;
    }

    /// Whether `pcscd` runs.
    pub fn runs(&mut self) -> bool {
        self.pcscd.as_mut().is_some_and(Process::runs)
    }

    fn run_folder(&self) -> PathBuf {
        self.directory.join("run")
    }
}

/// Whether something listens on this port. Connecting would be a card's insertion, so the kernel's table is asked.
fn listens(port: u16) -> bool {
    const LISTEN: &str = "0A"; // TCP_LISTEN in the `st` column of proc(5), /proc/net/tcp
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    table.lines().any(|line| {
        let mut columns = line.split_whitespace().skip(1);
        let local = columns.next().is_some_and(|local| local.ends_with(&format!(":{port:04X}")));
        local && columns.nth(1) == Some(LISTEN)
    })
}

/// A port whose successor is free too: each configured reader has two slots on two ports in a row. Below the range
/// from which the kernel hands out ports by itself, so that nobody takes them before `pcscd` does.
fn pair_of_ports() -> Result<u16> {
    for _ in 0..200 {
        let mut random = [0; 2];
        getrandom::fill(&mut random).context("randomness")?;
        let port = 20_000 + u16::from_ne_bytes(random) % 6_000 * 2;
        let free = |port: u16| TcpListener::bind(("0.0.0.0", port));
        if let (Ok(_first), Ok(_second)) = (free(port), free(port + 1)) {
            return Ok(port);
        }
    }
    Err(crate::Error::new("no two free ports in a row for the virtual card reader"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_service_starts_dies_and_starts_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut cards = SmartCards::start(folder.path(), &folder.path().join("pcscd.log")).unwrap();
        assert!(cards.runs());
        cards.kill();
        assert!(!cards.runs());
        cards.restart().unwrap();
        assert!(cards.runs());
    }
}
