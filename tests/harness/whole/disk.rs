//! A disk that can be filled: a file system of a few megabytes that only what is started inside it sees.

use std::fs;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;

use crate::supervisor::{Process, Program};
use crate::wait::{PATIENCE, until_true};
use crate::{Context, Error, Result};

/// A small file system in a mount namespace of its own; gone when dropped.
#[derive(Debug)]
pub struct SmallDisk {
    place: PathBuf,
    keeper: Process,
}

impl SmallDisk {
    /// Mounts `bytes` at `place`, an existing folder.
    pub fn mount(place: &Path, bytes: u64, log: &Path) -> Result<Self> {
        let script =
            "mount -t tmpfs -o size=\"$1\",mode=700 tmpfs \"$2\" && touch \"$2/.mounted\" && exec sleep infinity";
        let mut program = Program::new("the small disk", "unshare", log).arg("-m");
        if !Uid::effective().is_root() {
            program = program.arg("-r");
        }
        let mut keeper = program.args(["sh", "-c", script, "disk", &bytes.to_string()]).arg(place).start()?;
        let mark = outside(keeper.pid(), &place.join(".mounted"));
        until_true("the small disk to be mounted", PATIENCE, || !keeper.runs() || mark.exists())
            .context(keeper.tail())?;
        if !keeper.runs() {
            return Err(Error::new(keeper.tail()));
        }
        Ok(Self { place: place.to_owned(), keeper })
    }

    /// The words before a command that is to run inside.
    pub fn enter(&self) -> Vec<String> {
        let mut words: Vec<String> =
            ["nsenter", "-m", "-t", &self.keeper.pid().to_string()].map(str::to_owned).to_vec();
        if !Uid::effective().is_root() {
            words.extend(["-U", "--preserve-credentials"].map(str::to_owned));
        }
        words.push("--".to_owned());
        words
    }

    /// Where a path inside is for those outside (proc(5), `/proc/PID/root`).
    pub fn seen_from_outside(&self, path: &Path) -> PathBuf {
        outside(self.keeper.pid(), path)
    }

    /// Fills it until only `left` bytes are free; called again it makes room or fills up.
    pub fn leave_free(&self, left: u64) -> Result<()> {
        let filler = self.seen_from_outside(&self.place.join("filler"));
        if filler.exists() {
            fs::remove_file(&filler).context(filler.display())?;
        }
        let disk = nix::sys::statvfs::statvfs(&self.seen_from_outside(&self.place)).context("the small disk")?;
        let free = disk.blocks_available() * disk.fragment_size();
        let bytes = usize::try_from(free.saturating_sub(left)).unwrap_or(0);
        fs::write(&filler, vec![0_u8; bytes]).context(filler.display())
    }
}

fn outside(pid: u32, path: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/root{}", path.display()))
}
