//! Who has charge of a data folder: one server, for as long as it runs. Commands work beside it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The file that is locked. It stays when the server ends: the lock does not.
const FILE: &str = "serving";

/// Why a server does not take charge.
#[derive(Debug, Error)]
pub enum ChargeError {
    /// Another has it.
    #[error(
        "{folder} is served already, by process {by}. Two servers on one data folder lose each other's uploads: stop that \
         one, or give this one a data_dir of its own"
    )]
    Served {
        folder: PathBuf,
        /// The other's process id, as far as it is known.
        by: String,
    },
    /// The lock cannot be taken.
    #[error("{path}: {cause}")]
    Io {
        /// Which file.
        path: PathBuf,
        cause: std::io::Error,
    },
}

/// Charge of a folder. It ends with the process, however that ends.
#[derive(Debug)]
pub struct Charge {
    _locked: File,
}

impl Charge {
    /// Takes charge of `data_dir`.
    pub fn take(data_dir: &Path) -> Result<Self, ChargeError> {
        let path = data_dir.join(FILE);
        let io = |cause| ChargeError::Io { path: path.clone(), cause };
        hall_domain::ground::hall::make_folder(data_dir).map_err(io)?;
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = open.map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut by = String::new();
                // It is only told.
                let _ = file.read_to_string(&mut by);
                let by = if by.is_empty() { "unknown".to_owned() } else { by };
                return Err(ChargeError::Served { folder: data_dir.to_owned(), by });
            }
            Err(TryLockError::Error(cause)) => return Err(io(cause)),
        }
        let told = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
        told.map_err(io)?;
        Ok(Self { _locked: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_server_at_a_time() {
        let dir = tempfile::tempdir().expect("a folder");
        let data = dir.path().join("data");
        let first = Charge::take(&data).expect("nobody has it");
        let second = Charge::take(&data).expect_err("somebody has it").to_string();
        assert!(second.contains(&std::process::id().to_string()) && second.contains("stop that one"), "{second}");
        drop(first);
        Charge::take(&data).expect("it is free again");
    }
}
