//! The wall clock under a program, turned from outside while it runs: libfaketime between the program and its C library.
//! Monotonic time goes on as it is, as it does under a machine's real clock.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Context, Error, Result};

/// Debian's package `libfaketime`, without the directory of the machine's architecture.
const LIBRARY: &str = "faketime/libfaketime.so.1";

/// A wall clock that can be turned.
#[derive(Clone, Debug)]
pub struct WallClock {
    library: PathBuf,
    file: PathBuf,
}

impl WallClock {
    /// One that is right, and told by `file` how far it is turned.
    pub fn right(file: &Path) -> Result<Self> {
        let libraries = fs::read_dir("/usr/lib").context("/usr/lib")?;
        let mut found = libraries.flatten().map(|entry| entry.path().join(LIBRARY)).filter(|path| path.exists());
        let library = found.next().ok_or_else(|| Error::new("libfaketime is not installed: make install-test"))?;
        let clock = Self { library, file: file.to_owned() };
        clock.turn_days(0)?;
        Ok(clock)
    }

    /// Turns it so many days from what is right.
    pub fn turn_days(&self, days: i64) -> Result<()> {
        let fresh = self.file.with_extension("new");
        fs::write(&fresh, format!("{days:+}d\n")).context(fresh.display())?;
        fs::rename(&fresh, &self.file).context(self.file.display())
    }

    /// What a program needs in its environment to have this clock.
    pub fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("LD_PRELOAD", self.library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }
}
