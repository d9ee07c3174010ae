//! Where the built programs are.

use std::path::PathBuf;

use crate::{Context, Error, Result};

/// The path of a program of this workspace, in the build folder of the running test or command.
pub fn binary(name: &str) -> Result<PathBuf> {
    let running = std::env::current_exe().context("the running program's path")?;
    let mut folder = running.parent().context("the build folder")?.to_owned();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let path = folder.join(name);
    if path.is_file() {
        return Ok(path);
    }
    let packages = "--workspace";
    Err(Error::new(format!("{} is missing: build it with `cargo build --bins {packages}`", path.display())))
}

/// The folder of the sources, for the catalogue and the like.
pub fn sources() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A loopback port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr().context("no free port")?.port())
}
