//! Tells systemd that the terminal lives: only while both the screen's loop and the runner's do. A frozen kiosk is
//! killed and started again; what it was doing is in the journal.
//!
//! The protocol is sd_notify(3): datagrams to the socket named by `NOTIFY_SOCKET`. Without it nothing is done.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use kiosk_ui::ScreenHandle;

/// How often life is looked for. The unit's `WatchdogSec` is three times as long.
const PERIOD: Duration = Duration::from_secs(10);

/// Grows while the runner lives.
pub(super) type Pulse = Arc<AtomicU64>;

/// Starts watching, if systemd asked for it.
pub(super) fn start(screen: ScreenHandle, runner: Pulse) {
    let Some((socket, address)) = notify_socket() else { return };
    thread::spawn(move || {
        let say = |text: &str| match socket.send_to_addr(text.as_bytes(), &address) {
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "systemd cannot be told"),
        };
        say("READY=1");
        let mut before = (0, 0);
        loop {
            thread::park_timeout(PERIOD);
            let now = (screen.ticks(), runner.load(Ordering::Relaxed));
            if now.0 != before.0 && now.1 != before.1 {
                say("WATCHDOG=1");
            } else {
                tracing::error!(screen = now.0 != before.0, runner = now.1 != before.1, "a loop stands still");
            }
            before = now;
        }
    });
}

fn notify_socket() -> Option<(UnixDatagram, SocketAddr)> {
    let name = std::env::var("NOTIFY_SOCKET").ok()?;
    let address = match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(&name),
    };
    Some((UnixDatagram::unbound().ok()?, address.ok()?))
}
