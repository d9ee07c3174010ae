//! The terminal's clocks: one monotonic, one on the wall, and what was heard of the backend's, as far as each may be
//! believed ([`hall_rules::time::trusted`]).
//!
//! Timers never use the wall clock. It is written beside every entry as a claim, and is a witness of what the backend
//! says.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hall_rules::time::trusted::Heard;
use hall_rules::time::{Kept, Rank, TrustedTime, Verdict};
use kiosk_wire::kiosk_api::DeviceState;
use kiosk_wire::{FaultCode, Stamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::files::{self, FileError};
use crate::flaw::{Flaw, off_by};

/// A terminal clock that is off by more than this is reported, in milliseconds.
const OFF_MS: i64 = 60_000;

/// The clocks of one start of the process. Shared by all threads.
#[derive(Debug)]
pub struct Clock {
    boot_id: Uuid,
    started: Instant,
    trusted: Mutex<TrustedTime>,
    /// Time that a test let pass, and by how much it turned the wall clock.
    #[cfg(test)]
    turned: Mutex<(Duration, i64)>,
}

impl Clock {
    /// The clocks of a process that starts now.
    #[expect(clippy::disallowed_methods, reason = "the one monotonic clock of the terminal")]
    pub fn start() -> Self {
        Self {
            boot_id: Uuid::now_v7(),
            started: Instant::now(),
            trusted: Mutex::new(TrustedTime::new(built_ms(), None)),
            #[cfg(test)]
            turned: Mutex::default(),
        }
    }

    /// The same, knowing what an earlier start kept in the data folder.
    pub fn recalling(folder: &Path) -> Self {
        let clock = Self::start();
        clock.recall(folder);
        clock
    }

    /// Monotonic time since the start. The only time the journey sees.
    #[cfg(not(test))]
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Monotonic time since the start, and what a test let pass.
    #[cfg(test)]
    pub fn now(&self) -> Duration {
        self.started.elapsed() + self.turned.lock().expect("a clock").0
    }

    /// Lets time pass in a test.
    #[cfg(test)]
    pub(crate) fn pass(&self, time: Duration) {
        self.turned.lock().expect("a clock").0 += time;
    }

    /// Turns the wall clock in a test.
    #[cfg(test)]
    pub(crate) fn turn(&self, by_ms: i64) {
        self.turned.lock().expect("a clock").1 += by_ms;
    }

    #[cfg(not(test))]
    fn wall_ms(&self) -> i64 {
        wall_ms()
    }

    #[cfg(test)]
    fn wall_ms(&self) -> i64 {
        let (passed, by_ms) = *self.turned.lock().expect("a clock");
        wall_ms() + i64::try_from(passed.as_millis()).expect("a short time") + by_ms
    }

    fn mono_ms(&self) -> i64 {
        i64::try_from(self.now().as_millis()).unwrap_or(i64::MAX)
    }

    fn with<T>(&self, ask: impl FnOnce(&mut TrustedTime, i64, i64) -> T) -> T {
        let mut trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        ask(&mut trusted, self.wall_ms(), self.mono_ms())
    }

    /// Takes in the backend's time, in milliseconds since the epoch.
    pub fn hear(&self, server_ms: i64) {
        match self.with(|trusted, wall_ms, mono_ms| trusted.hear(server_ms, Some(wall_ms), mono_ms)) {
            Heard::Held(by, true) => {
                tracing::warn!(by_s = by / 1000, "the backend's clock jumped, or is far from ours: not believed yet");
            }
            Heard::Followed(by) => tracing::warn!(by_s = by / 1000, "the backend's clock is followed after a jump"),
            Heard::Held(_, false) | Heard::Agreed => {}
        }
    }

    /// Backend time now: what was last believed of it plus monotonic time since. `None` until a backend was heard in this
    /// boot of the machine.
    pub fn server_ms(&self) -> Option<i64> {
        self.with(|trusted, _, mono_ms| trusted.source_ms(mono_ms))
    }

    /// It is certainly not earlier than this, milliseconds since the epoch: by it everything expires that would lock
    /// somebody out.
    pub fn earliest_ms(&self) -> i64 {
        self.with(|trusted, wall_ms, mono_ms| trusted.earliest_ms(wall_ms, mono_ms))
    }

    /// The best estimate of the true time, milliseconds since the epoch.
    pub fn best_ms(&self) -> i64 {
        self.with(|trusted, wall_ms, mono_ms| trusted.best_ms(wall_ms, mono_ms))
    }

    /// The times by which a certificate may be judged: one that is valid at none of them is not valid.
    pub fn possible_ms(&self) -> [i64; 3] {
        self.with(|trusted, wall_ms, mono_ms| trusted.possible_ms(wall_ms, mono_ms))
    }

    /// How the clock is, what is wrong, and what to do: the same on the terminals' page and for `kiosk doctor`.
    pub fn report(&self) -> (DeviceState, Flaw) {
        self.with(|trusted, wall_ms, mono_ms| told(trusted.verdict(wall_ms, mono_ms, OFF_MS), wall_ms))
    }

    /// A stamp for a journal entry.
    pub fn stamp(&self) -> Stamp {
        self.with(|trusted, wall_ms_utc, mono_ms| Stamp {
            wall_ms_utc,
            boot_id: self.boot_id,
            mono_ms: mono_ms.unsigned_abs(),
            server_offset_ms: trusted.source_ms(mono_ms).map(|server| server.saturating_sub(wall_ms_utc)),
        })
    }

    fn recall(&self, folder: &Path) {
        let Ok(Some(bytes)) = files::read(&folder.join(KEPT)) else { return };
        let Ok(file) = serde_json::from_slice::<KeptFile>(&bytes) else { return };
        let kept = Kept { ms: file.server_ms, rank: file.rank };
        self.with(|trusted, _, mono_ms| {
            *trusted = TrustedTime::new(built_ms(), Some(kept));
            let (Some(boot), Some(now)) = (machine_boot(), boottime_ms()) else { return };
            if file.machine_boot == boot && now >= file.boottime_ms {
                trusted.resume(kept, now - file.boottime_ms, mono_ms);
            }
        });
    }

    /// Keeps the time in the data folder, once it is beyond doubt.
    ///
    /// # Errors
    /// When the file cannot be replaced.
    pub fn keep(&self, folder: &Path) -> Result<(), FileError> {
        let kept = self.with(|trusted, _, mono_ms| trusted.keep(mono_ms));
        let (Some(kept), Some(machine_boot), Some(boottime_ms)) = (kept, machine_boot(), boottime_ms()) else {
            return Ok(());
        };
        let file = KeptFile { machine_boot, boottime_ms, server_ms: kept.ms, rank: kept.rank };
        let Ok(text) = serde_json::to_vec(&file) else { return Ok(()) };
        files::replace(&folder.join(KEPT), &text)
    }
}

fn told(verdict: Verdict, wall_ms: i64) -> (DeviceState, Flaw) {
    const ADVICE: &str = "timedatectl; check the battery of the clock and the network time service";
    let span = |ms: i64| match ms.unsigned_abs() / 1_000 {
        seconds if seconds < 7_200 => format!("{seconds} s"),
        seconds if seconds < 172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    };
    let way = |ms: i64| if ms > 0 { "ahead of" } else { "behind" };
    let (state, error, advice, code) = match verdict {
        Verdict::Unknown => return (DeviceState::Starting, Flaw::default()),
        Verdict::Agrees => return (DeviceState::Ok, Flaw::default()),
        Verdict::WallOff(by) => (
            DeviceState::Degraded,
            format!("it is {} {} the backend's", span(by), way(by)),
            ADVICE,
            off_by(by, |by| FaultCode::ClockAhead { by }, |by| FaultCode::ClockBehind { by }),
        ),
        Verdict::WallImpossible => {
            let shown =
                jiff::Timestamp::from_millisecond(wall_ms).map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
            let shown = shown.unwrap_or_else(|_| "no date at all".into());
            let error = format!("it shows {shown}, which cannot be");
            (DeviceState::Fault, error, ADVICE, FaultCode::ClockImpossible { shown })
        }
        Verdict::SourceHeld(by) => (
            DeviceState::Degraded,
            format!("the backend's clock is {} {} what this terminal knows, and is not believed", span(by), way(by)),
            "check the clock of the backend's machine, then timedatectl here",
            off_by(by, |by| FaultCode::BackendClockAhead { by }, |by| FaultCode::BackendClockBehind { by }),
        ),
    };
    (state, Flaw::new(error, advice, code))
}

/// The time that no certificate, card or roster is judged before: the build of this program.
#[cfg(not(test))]
fn built_ms() -> i64 {
    env!("KIOSK_BUILT_S").parse::<i64>().map_or(0, |seconds| seconds.saturating_mul(1000))
}

/// A build that lies before the times that tests play in: 2026-01-01.
#[cfg(test)]
fn built_ms() -> i64 {
    1_767_225_600_000
}

/// The wall clock, milliseconds since the epoch; negative before 1970.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
pub fn wall_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

/// Backend time as it was kept, and in which boot of the machine, so that a restart of the process still knows it.
#[derive(Serialize, Deserialize)]
struct KeptFile {
    /// `/proc/sys/kernel/random/boot_id`.
    machine_boot: String,
    /// Milliseconds since the machine started (`/proc/uptime`).
    boottime_ms: i64,
    /// Backend time then.
    server_ms: i64,
    /// How well it was supported; older releases did not say.
    #[serde(default = "possible")]
    rank: Rank,
}

fn possible() -> Rank {
    Rank::Possible
}

const KEPT: &str = "server-time.json";

fn machine_boot() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|text| text.trim().to_owned())
}

fn boottime_ms() -> Option<i64> {
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let (whole, part) = uptime.split_whitespace().next()?.split_once('.')?;
    Some(whole.parse::<i64>().ok()? * 1_000 + part.parse::<i64>().ok()? * 10)
}
