//! `hall demo`: a hall to play with.
#![expect(clippy::print_stdout, reason = "the command's own answers")]

use std::fs;
use std::io::Write as _;
use std::path::Path;

use e2e::hall::{Hall, OTHERS, Readers, STAFF};
use e2e::{Context as _, Result};

use crate::eye::Eye;
use crate::page;
use crate::situation::Bench;
use crate::work;

/// Starts it, says where it is, and waits for Ctrl-C.
pub(crate) fn run(folder: &Path, fresh: bool, port: u16) -> Result<()> {
    if fresh && folder.exists() {
        fs::remove_dir_all(folder).context(folder.display())?;
    }
    fs::create_dir_all(folder).context(folder.display())?;
    let folder = folder.canonicalize().context(folder.display())?;
    println!("Starting the hall …");
    let hall = Hall::builder().folder(&folder).readers(Readers::Both).messages().every_role().start()?;
    let runtime = tokio::runtime::Runtime::new().context("a runtime")?;
    runtime.block_on(work::begin(&hall.backend, &folder))?;
    let eye = Eye::open(hall.display.name())?;
    let console = hall.backend.url("/");
    let bench = Bench::new(hall)?;
    let (address, serving) = runtime.block_on(page::open(eye, bench.clone(), port))?;
    runtime.spawn(serving);

    println!("\n  The bench (kiosk, cards, locker)   {address}");
    println!("  The staff console                  {console}\n");
    for member in STAFF.iter().chain(&OTHERS) {
        let pin = member.card.map_or("–", |(_, pin)| pin);
        println!(
            "    {:<8} {:<13}  password {:<22}  PIN at the kiosk {pin}",
            member.name, member.role, member.password
        );
    }
    println!("\nEverything is kept in {}. Ctrl-C ends it all.", folder.display());
    // Whoever waits for these lines through a pipe gets them now.
    std::io::stdout().flush().context("standard output")?;

    runtime.block_on(ended())?;
    println!("\nEnding the hall …");
    bench.end();
    Ok(())
}

/// Waits for Ctrl-C or the like.
async fn ended() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("signals")?;
    let mut hang_up = signal(SignalKind::hangup()).context("signals")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("signals"),
        _ = terminate.recv() => Ok(()),
        _ = hang_up.recv() => Ok(()),
    }
}
