//! `kiosk`: the commands of the terminal.

mod calibrate;
mod card;
mod doctor;
mod enrol;
mod journal;
mod locker;
mod output;
mod printer;
#[cfg(feature = "screen")]
mod run;
mod scanner;
mod screen;
mod trust;
#[cfg(feature = "screen")]
mod watchdog;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{self, Config};
use output::{Exit, Failure};

/// The hall terminal.
///
/// Exit codes: 0 all is well; 1 it was done and something is wrong (a part is down, a door did not open, the journal
/// fails its check); 2 the command line or the configuration is wrong; 3 this terminal is not enrolled; 4 the device
/// or the backend does not answer; 5 another process works with this data folder.
#[derive(Debug, Parser)]
#[command(name = "kiosk", version, max_term_width = 100)]
struct Arguments {
    /// What is fitted on this terminal and where it reports to.
    #[arg(long, global = true, value_name = "FILE", default_value = "/etc/kiosk/kiosk.toml", env = "KIOSK_CONFIG")]
    config: PathBuf,
    /// Answer in JSON on stdout, for scripts.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve people: the screen, the devices, the journal and the way to the backend, until SIGTERM.
    #[cfg(feature = "screen")]
    Run(run::Run),
    /// Give this terminal its identity, with the one-time code of `kiosk-backend kiosk add`.
    Enrol(enrol::Enrol),
    /// Say of reader, locker, journal, clock, disk and backend: state, since when, what to do. Works beside a running
    /// kiosk: what the kiosk holds for itself is then asked of its own reports.
    Doctor,
    /// Look into the journal, the terminal's durable record.
    #[command(subcommand)]
    Journal(journal::Journal),
    /// Look at the doors and open them by hand. Needs neither backend nor enrolment; the kiosk must not be running.
    #[command(subcommand)]
    Locker(locker::Locker),
    /// Read cards. Needs neither backend nor enrolment.
    #[command(subcommand)]
    Card(card::Card),
    /// Look at the receipt printer and print a test page. Needs neither backend nor enrolment; the kiosk must not be
    /// running.
    #[command(subcommand)]
    Printer(printer::Printer),
    /// Look at what the scanner reads. Needs neither backend nor enrolment; the kiosk must not be running.
    #[command(subcommand)]
    Scanner(scanner::Scanner),
    /// Tell the system how the screen hangs.
    #[command(subcommand)]
    Screen(screen::Screen),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Whatever is made is for this user only.
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o077));
    let json = arguments.json;
    match dispatch(arguments) {
        Ok(exit) => exit.into(),
        Err(failure) => failure.tell(json),
    }
}

fn dispatch(arguments: Arguments) -> Result<Exit, Failure> {
    let Arguments { config, json, command } = arguments;
    let load = || -> Result<Config, Failure> { Ok(config::load(&config)?) };
    match command {
        #[cfg(feature = "screen")]
        Command::Run(run) => run.run(load()?),
        Command::Enrol(enrol) => enrol.run(&load()?, json),
        Command::Doctor => doctor::run(&load()?, json),
        Command::Journal(journal) => journal.run(&load()?, json),
        Command::Locker(locker) => locker.run(&load()?, &config, json),
        Command::Card(card) => card.run(load, json),
        Command::Printer(printer) => printer.run(&load()?, json),
        Command::Scanner(scanner) => scanner.run(&load()?, json),
        Command::Screen(screen) => screen.run(&load()?),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }
}
