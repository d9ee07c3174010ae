//! Tells systemd that the terminal lives: only while frames are drawn, the runner's loop goes round, and so does the thread
//! of every device. Otherwise the kiosk is killed and started again; what it was doing is in the journal.
//!
//! The protocol is sd_notify(3): datagrams to the socket named by `NOTIFY_SOCKET`. Without it nothing is done.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use hardware::Pulse;
use kiosk_ui::ScreenHandle;

/// How often life is looked for. The unit's `WatchdogSec` is three times as long.
const PERIOD: Duration = Duration::from_secs(10);
/// How soon the first frame is noticed.
const FIRST: Duration = Duration::from_millis(50);
/// How long a device's thread may take for one turn; see [`Pulse`].
const DEVICE_PATIENCE: Duration = Duration::from_secs(120);
/// What the runner is called among those that are watched.
pub(super) const RUNNER: &str = "runner";

/// Starts watching the screen and whoever is told by `told`, if systemd asked for it.
pub(super) fn start(screen: ScreenHandle, told: Receiver<(String, Pulse)>) {
    let Some((socket, address)) = notify_socket() else { return };
    thread::spawn(move || {
        let say = |text: &str| match socket.send_to_addr(text.as_bytes(), &address) {
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "systemd cannot be told"),
        };
        while screen.frames() == 0 {
            thread::park_timeout(FIRST);
        }
        say("READY=1");
        let begun = Instant::now();
        let mut watch = Watch::new(screen.frames());
        loop {
            drop(screen.want_frame()); // without a loop no frame is drawn, and that is what counts
            thread::park_timeout(PERIOD);
            watch.others.extend(told.try_iter().map(|(name, pulse)| Other::new(name, pulse, begun.elapsed())));
            let dead = watch.look(screen.frames(), begun.elapsed());
            if dead.is_empty() {
                say("WATCHDOG=1");
            } else {
                tracing::error!(?dead, "stands still");
            }
        }
    });
}

/// What must move, as it was when last looked at.
struct Watch {
    frames: u64,
    others: Vec<Other>,
}

/// A thread that must go round.
struct Other {
    name: String,
    pulse: Pulse,
    patience: Duration,
    beats: u64,
    moved_at: Duration,
}

impl Other {
    fn new(name: String, pulse: Pulse, now: Duration) -> Self {
        let patience = if name == RUNNER { PERIOD } else { DEVICE_PATIENCE };
        Self { name, beats: pulse.beats(), pulse, patience, moved_at: now }
    }
}

impl Watch {
    fn new(frames: u64) -> Self {
        Self { frames, others: Vec::new() }
    }

    /// Who has not moved in time.
    fn look(&mut self, frames: u64, now: Duration) -> Vec<&str> {
        let drawn = std::mem::replace(&mut self.frames, frames) != frames;
        for other in &mut self.others {
            let beats = other.pulse.beats();
            if std::mem::replace(&mut other.beats, beats) != beats {
                other.moved_at = now;
            }
        }
        let still = self.others.iter().filter(|other| now.saturating_sub(other.moved_at) >= other.patience);
        (!drawn).then_some("screen").into_iter().chain(still.map(|other| other.name.as_str())).collect()
    }
}

fn notify_socket() -> Option<(UnixDatagram, SocketAddr)> {
    let name = std::env::var("NOTIFY_SOCKET").ok()?;
    let address = match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(&name),
    };
    Some((UnixDatagram::unbound().ok()?, address.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: [&str; 0] = [];

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_screen_that_is_not_drawn_is_dead_whatever_else_moves() {
        let runner = Pulse::default();
        let mut watch = Watch::new(1);
        watch.others.push(Other::new(RUNNER.to_owned(), runner.clone(), at(0)));
        runner.beat();
        assert_eq!(watch.look(2, at(10)), NOBODY);
        runner.beat();
        assert_eq!(watch.look(2, at(20)), ["screen"]);
        runner.beat();
        assert_eq!(watch.look(3, at(30)), NOBODY, "it was only slow");
        assert_eq!(watch.look(4, at(40)), [RUNNER], "nothing is decided any more");
    }

    #[test]
    fn a_device_may_take_its_time_and_no_longer() {
        let printer = Pulse::default();
        let mut watch = Watch::new(0);
        watch.others.push(Other::new("printer".to_owned(), printer.clone(), at(0)));
        assert_eq!(watch.look(1, at(110)), NOBODY, "a long paper");
        printer.beat();
        assert_eq!(watch.look(2, at(120)), NOBODY);
        assert_eq!(watch.look(3, at(240)), ["printer"], "its driver never came back");
    }
}
