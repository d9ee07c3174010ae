//! The terminal's program; see [`kiosk::cli`].

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// Wipes whatever is freed. A person's name passes through buffers of many libraries on its way to the hall (JSON, HTTP,
/// TLS, text on the screen), and none of them wipes its own: `docs/decisions/0056-what-is-freed-is-wiped.md`.
#[global_allocator]
static MEMORY: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> std::process::ExitCode {
    kiosk::cli::main()
}
