//! The terminal's program; see [`kiosk::cli`].

fn main() -> std::process::ExitCode {
    kiosk::cli::main()
}
