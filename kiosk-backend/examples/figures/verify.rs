//! How long the whole database takes against its own hashes and rules, and the most memory of the process meanwhile.

use std::fs;
use std::time::Instant;

use hall_domain::figures::verify;

use test_hall::Office;

use super::{MANY, Result, ms};

/// The most memory since the last reset, MiB; of Linux.
fn peak_mib() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

#[expect(clippy::print_stdout, reason = "it is what the figures are for")]
pub(crate) fn print(hall: &Office) -> Result<()> {
    fs::write("/proc/self/clear_refs", "5")?;
    let began = Instant::now();
    let found = verify::and_keep_blocking(&hall.app)?;
    let took = ms(began.elapsed()) / 1000.0;
    if found.count > 0 || found.cases != u64::from(MANY) {
        return Err(format!("not as it should be: {found:?}").into());
    }
    println!("verify of {MANY} cases: {took:.1} s, {:.0} MiB at most   reach: <= 20 s, <= 80 MB", peak_mib()?);
    Ok(())
}
