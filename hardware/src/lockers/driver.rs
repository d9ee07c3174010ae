//! The thread that owns a serial port.

use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;

use super::bus::{Bus, Command};
use super::{ConfigError, ItemState, LockerEvent, LockersConfig, OpenError};
use crate::Pulse;

/// Starts the owner thread of a cabinet.
#[derive(Debug)]
pub struct Lockers;

impl Lockers {
    /// Starts the thread that owns the port of `config`. It calls `sink` for each [`LockerEvent`], never holds a lock
    /// while doing so, and opens the port again for ever when it is lost.
    ///
    /// # Errors
    /// [`ConfigError`] when the cabinet's description cannot work. A missing port is no error here: it is reported as
    /// [`LockerEvent::BusState`] and healed when the port appears.
    pub fn spawn(
        config: LockersConfig,
        sink: impl FnMut(LockerEvent) + Send + 'static,
    ) -> Result<LockersHandle, ConfigError> {
        Self::spawn_with_items(config, sink, |_, _| {})
    }

    /// As [`Lockers::spawn`], and calls `items` with a compartment whenever what lies in it changed. Both are called
    /// from one thread, in the order in which things were seen. Boards without such sensors never make it call.
    ///
    /// # Errors
    /// As [`Lockers::spawn`].
    pub fn spawn_with_items(
        config: LockersConfig,
        sink: impl FnMut(LockerEvent) + Send + 'static,
        items: impl FnMut(u16, ItemState) + Send + 'static,
    ) -> Result<LockersHandle, ConfigError> {
        config.validate()?;
        let (commands, inbox) = mpsc::channel();
        let compartments = config
            .boards
            .iter()
            .flat_map(|board| (1..=board.locks).filter_map(|lock| board.compartment(lock)))
            .collect();
        let pulse = Pulse::default();
        let beating = pulse.clone();
        let thread = std::thread::spawn(move || Bus::new(config, sink, items, inbox).run(&beating));
        Ok(LockersHandle { commands, compartments, pulse, thread: Some(thread) })
    }
}

/// Talks to the owner thread. Dropping it shuts the thread down.
#[derive(Debug)]
pub struct LockersHandle {
    commands: Sender<Command>,
    compartments: Vec<u16>,
    pulse: Pulse,
    thread: Option<JoinHandle<()>>,
}

impl LockersHandle {
    /// Asks to unlock `compartment`. Returns at once; what comes of it is told as events. The command waits for at
    /// most the one exchange that is on the bus.
    ///
    /// # Errors
    /// [`OpenError`] when nothing was queued.
    pub fn open(&self, compartment: u16) -> Result<(), OpenError> {
        if !self.compartments.contains(&compartment) {
            return Err(OpenError::NoSuchCompartment(compartment));
        }
        self.commands.send(Command::Open(compartment)).map_err(|_| OpenError::ShutDown)
    }

    /// Asks for a [`LockerEvent::Snapshot`] of what was last observed.
    ///
    /// # Errors
    /// [`OpenError::ShutDown`].
    pub fn snapshot(&self) -> Result<(), OpenError> {
        self.commands.send(Command::Snapshot).map_err(|_| OpenError::ShutDown)
    }

    /// Every compartment of the configuration, in its order.
    pub fn compartments(&self) -> &[u16] {
        &self.compartments
    }

    /// Of the owner thread.
    pub fn pulse(&self) -> Pulse {
        self.pulse.clone()
    }

    /// Ends the thread and waits for it; unlocks that were not sent yet are reported as failed. Takes no longer than
    /// one exchange on the bus.
    pub fn shutdown(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if self.commands.send(Command::Shutdown).is_err() {
            tracing::debug!("the locker thread had already ended");
        }
        if thread.join().is_err() {
            tracing::error!("the locker thread ended by a panic");
        }
    }
}

impl Drop for LockersHandle {
    fn drop(&mut self) {
        self.end();
    }
}
