//! `hall`: a whole hall on this machine, with no hardware.

mod check;
mod demo;
mod eye;
mod figures;
mod page;
mod situation;
mod work;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A whole hall on this machine, with no hardware: the programs as shipped, emulated devices on the far side of every
/// wire, and a page to play with them.
#[derive(Debug, Parser)]
#[command(name = "hall", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a hall and a page to play with it. Ends with Ctrl-C, and everything it started with it.
    Demo {
        /// Start, play one visit, end. Exit code 0 when all of it worked.
        #[arg(long)]
        check: bool,
        /// Where the hall keeps its data. What was deposited is still there next time.
        #[arg(long, default_value = ".demo", value_name = "DIR")]
        folder: PathBuf,
        /// Throw away what an earlier demonstration left there.
        #[arg(long)]
        fresh: bool,
        /// Port of the page; 0 takes a free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Measure, and print each figure beside what it is compared with. Wants a release build: `make bench`.
    Bench {
        /// Only the figures whose name contains this.
        #[arg(value_name = "NAME")]
        only: Option<String>,
        /// Also as JSON, one object a line.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Demo { check: true, .. } => check::run(),
        Command::Demo { check: false, folder, fresh, port } => demo::run(&folder, fresh, port),
        Command::Bench { only, json } => figures::run(only.as_deref(), json),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the command's own answer")]
            {
                eprintln!("hall: {error}");
            }
            ExitCode::FAILURE
        }
    }
}
