//! `kiosk locker`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use clap::Subcommand;
use hardware::lockers::{DoorState, LockerEvent, Lockers, LockersHandle};
use hardware::{DeviceStatus, Fault};
use kiosk_wire::{CompartmentNo, Fact};
use serde_json::{Value, json};

use super::calibrate::Calibrate;
use super::output::{Exit, Failure, say, say_json};
use crate::clock::Clock;
use crate::config::Config;
use crate::devices;
use crate::files;
use crate::journal::Journal;
use crate::runner::SOFTWARE;

/// How long the board may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(6);
/// How long a door may take to be seen open.
const OPENING: Duration = Duration::from_secs(5);

#[derive(Debug, Subcommand)]
pub(super) enum Locker {
    /// Say of every door whether it is open or closed.
    Status,
    /// Open a door. The opening is written into the journal first; the compartment serves again when staff affirmed
    /// that it is empty.
    Open {
        /// Number of the compartment, as painted on its door.
        compartment: u16,
        /// Why; kept in the journal.
        #[arg(long, default_value = "opened by a technician")]
        reason: String,
    },
    /// Say every change of a door, until interrupted.
    Watch,
    /// Find out which lock boards are on a serial line, and which state of their contacts means "closed". Opens one
    /// door, after asking; that opening is written into the journal first. Prints the section for the configuration.
    Calibrate(Calibrate),
}

impl Locker {
    pub(super) fn run(self, config: &Config, path: &Path, json: bool) -> Result<Exit, Failure> {
        files::make_folder(&config.data_dir)?;
        let _lock = files::lock_folder(&config.data_dir)?.ok_or_else(|| {
            Failure::new(Exit::InUse, "the kiosk is running and owns the locker: stop it first (systemctl stop kiosk)")
        })?;
        let opened = || Line::open(config);
        match self {
            Self::Status => status(&opened()?, config, json),
            Self::Open { compartment, reason } => open(&opened()?, config, compartment, &reason, json),
            Self::Watch => watch(&opened()?, json),
            Self::Calibrate(calibrate) => calibrate.run(config, path, json),
        }
    }
}

/// The locker and what it reports.
struct Line {
    handle: LockersHandle,
    events: Receiver<LockerEvent>,
}

impl Line {
    fn open(config: &Config) -> Result<Self, Failure> {
        let locker = config.locker.as_ref().ok_or_else(|| {
            Failure::new(Exit::Usage, "there is no [locker] in the configuration; add what is fitted")
        })?;
        let (sender, events) = channel();
        let handle = Lockers::spawn(devices::lockers(locker), move |event| drop(sender.send(event)))
            .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
        Ok(Self { handle, events })
    }

    /// The next event before `deadline`.
    fn next(&self, deadline: Instant) -> Option<LockerEvent> {
        self.events.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
    }

    /// Watches a door after its unlock was sent, until it is seen open and the board's answer is known, or time is over.
    /// A door that was open before shows nothing: there only the answer is waited for.
    fn watch_door(&self, compartment: u16, was_open: bool) -> (DoorState, Answer) {
        let mut seen = if was_open { DoorState::Open } else { DoorState::Unknown };
        let mut answer = Answer::None;
        let deadline = Instant::now() + OPENING;
        while matches!(answer, Answer::None) || seen != DoorState::Open {
            match self.next(deadline) {
                // Once seen open it has opened, also when the line is lost afterwards.
                Some(LockerEvent::Door { compartment: no, state }) if no == compartment => {
                    seen = if seen == DoorState::Open { seen } else { state };
                }
                Some(LockerEvent::UnlockAcked { .. }) => answer = Answer::Acknowledged,
                Some(LockerEvent::UnlockRefused { .. }) => answer = Answer::Refused,
                Some(LockerEvent::UnlockFailed { error, .. }) => answer = Answer::Failed(error.to_string()),
                Some(
                    LockerEvent::Door { .. }
                    | LockerEvent::BusState(_)
                    | LockerEvent::Snapshot(_)
                    | LockerEvent::UnlockSent { .. },
                ) => {}
                None => break,
            }
        }
        (seen, answer)
    }

    /// Every door as first observed, and the bus's state.
    fn doors(&self) -> Result<(BTreeMap<u16, DoorState>, DeviceStatus), Failure> {
        let deadline = Instant::now() + PATIENCE;
        let mut bus = DeviceStatus::Starting;
        loop {
            match self.next(deadline) {
                Some(LockerEvent::Snapshot(doors)) => return Ok((doors.into_iter().collect(), bus)),
                Some(LockerEvent::BusState(DeviceStatus::Down(fault))) => return Err(down(&fault)),
                Some(LockerEvent::BusState(status)) => bus = status,
                Some(
                    LockerEvent::Door { .. }
                    | LockerEvent::UnlockSent { .. }
                    | LockerEvent::UnlockAcked { .. }
                    | LockerEvent::UnlockRefused { .. }
                    | LockerEvent::UnlockFailed { .. },
                ) => {}
                None => {
                    let text = format!("the lock boards did not answer within {} s: {bus}", PATIENCE.as_secs());
                    return Err(Failure::new(Exit::NoAnswer, text));
                }
            }
        }
    }
}

fn down(fault: &Fault) -> Failure {
    Failure::new(Exit::NoAnswer, format!("{fault}; {}", fault.what_to_do()))
}

fn word(state: DoorState) -> &'static str {
    match state {
        DoorState::Closed => "closed",
        DoorState::Open => "open",
        DoorState::Unknown => "unknown",
    }
}

fn status(line: &Line, config: &Config, json: bool) -> Result<Exit, Failure> {
    let (doors, bus) = line.doors()?;
    let sizes = config.compartments();
    let size = |no: u16| sizes.get(&CompartmentNo(no)).map_or("", String::as_str);
    if json {
        let list: Vec<Value> = doors
            .iter()
            .map(|(no, state)| json!({ "compartment": no, "size": size(*no), "door": word(*state) }))
            .collect();
        say_json(&json!({ "bus": bus.to_string(), "compartments": list }))?;
    } else {
        say(format!("lock boards: {bus}"));
        doors.iter().for_each(|(no, state)| say(format!("{no:>4}  {:<10} {}", size(*no), word(*state))));
    }
    let blind = doors.values().any(|state| *state == DoorState::Unknown);
    Ok(if blind { Exit::Wrong } else { Exit::Well })
}

fn open(line: &Line, config: &Config, compartment: u16, reason: &str, json: bool) -> Result<Exit, Failure> {
    if !line.handle.compartments().contains(&compartment) {
        return Err(Failure::new(Exit::Usage, format!("there is no compartment {compartment} in the configuration")));
    }
    let (doors, _) = line.doors()?;
    let clock = Clock::start();
    let mut journal = Journal::open(&config.data_dir, SOFTWARE, clock.stamp())?;
    let fact = Fact::TechnicianOpened { compartment: CompartmentNo(compartment), reason: reason.to_owned() };
    journal.record(clock.stamp(), vec![fact.into()])?;
    line.handle.open(compartment).map_err(|error| Failure::new(Exit::Wrong, error.to_string()))?;
    let was_open = doors.get(&compartment) == Some(&DoorState::Open);
    let (seen, answer) = line.watch_door(compartment, was_open);
    let opened = seen == DoorState::Open;
    if let (false, Answer::Failed(error)) = (opened, &answer) {
        return Err(Failure::new(Exit::NoAnswer, error.clone()));
    }
    if json {
        let acknowledged = matches!(answer, Answer::Acknowledged);
        let value = json!({
            "compartment": compartment, "acknowledged": acknowledged, "answer": answer.to_string(),
            "door": word(seen), "opened": opened,
        });
        say_json(&value)?;
    } else if opened && was_open {
        say(format!("compartment {compartment} was open already; the unlock was sent all the same"));
    } else if opened && matches!(answer, Answer::Acknowledged) {
        say(format!("compartment {compartment} is open"));
    } else if opened {
        say(format!("compartment {compartment} is open; of the unlock: {answer}"));
    } else {
        say(format!(
            "compartment {compartment} was not seen to open ({answer}); check its latch, its wiring and `closed_bit`"
        ));
    }
    Ok(if opened { Exit::Well } else { Exit::Wrong })
}

/// What the board said to an unlock. A door that was seen open is open, whatever that was.
enum Answer {
    Acknowledged,
    Refused,
    Failed(String),
    None,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Acknowledged => f.write_str("the board acknowledged it"),
            Self::Refused => f.write_str("the board says that the lock did not let go"),
            Self::Failed(error) => f.write_str(error),
            Self::None => f.write_str("the board has not answered it"),
        }
    }
}

fn watch(line: &Line, json: bool) -> Result<Exit, Failure> {
    loop {
        match line.events.recv_timeout(Duration::from_secs(3600)) {
            Ok(LockerEvent::Door { compartment, state }) => tell(compartment, state, json)?,
            Ok(LockerEvent::Snapshot(doors)) => {
                for (compartment, state) in doors {
                    tell(compartment, state, json)?;
                }
            }
            Ok(LockerEvent::BusState(status)) if json => say_json(&json!({ "bus": status.to_string() }))?,
            Ok(LockerEvent::BusState(status)) => say(format!("lock boards: {status}")),
            Ok(
                LockerEvent::UnlockSent { .. }
                | LockerEvent::UnlockAcked { .. }
                | LockerEvent::UnlockRefused { .. }
                | LockerEvent::UnlockFailed { .. },
            )
            | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(Exit::Wrong),
        }
    }
}

fn tell(compartment: u16, state: DoorState, json: bool) -> Result<(), Failure> {
    if json {
        return say_json(&json!({ "compartment": compartment, "door": word(state) }));
    }
    say(format!("{compartment:>4}  {}", word(state)));
    Ok(())
}
