//! The hall's server; see [`kiosk_backend::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    kiosk_backend::cli::run()
}
