//! `hall bench`: the figures.

use e2e::{Error, Result};

pub(crate) fn run(_only: Option<&str>, _json: bool) -> Result<()> {
    Err(Error::new("no figure is measured yet"))
}
