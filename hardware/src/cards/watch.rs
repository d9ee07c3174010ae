//! The watch over PC/SC readers, and the short-lived threads that read one card each.
//!
//! The owner thread only watches. A card is read on a thread and a context of its own, so that a card that never
//! answers holds up nobody: after [`READ_LIMIT`] it is reported mute and the watch goes on.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::Duration;

use pcsc::{Context, PNP_NOTIFICATION, ReaderState, Scope, State};

use super::shared::{BACK_OFF, Shared};
use super::{CardContent, CardError, CardEvent, PcscConfig, Reading, session};
use crate::{DeviceStatus, Fault};

/// Longest time one card may take. A resident ID card takes about two seconds.
pub(super) const READ_LIMIT: Duration = Duration::from_secs(10);
/// The watch looks around at least this often, whatever the service says.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// A reader that is being unplugged is unknown for a while; wait so long before looking again.
const SETTLE: Duration = Duration::from_millis(100);

/// Service and reader are both gone, or only cards changed.
enum Ended {
    Stopped,
    ServiceLost(pcsc::Error),
}

/// What the owner thread knows of one reader that has a card.
struct Seen {
    /// The service counts insertions and removals; a jump means that another card came while we were busy.
    event_count: u32,
    /// A travel document that could not be opened yet.
    wants_mrz: bool,
}

pub(super) struct Watch<S> {
    config: PcscConfig,
    sink: S,
    shared: Arc<Shared>,
    status: Option<DeviceStatus>,
    present: BTreeMap<CString, Seen>,
}

impl<S: FnMut(CardEvent)> Watch<S> {
    pub(super) fn new(config: PcscConfig, sink: S, shared: Arc<Shared>) -> Self {
        Self { config, sink, shared, status: None, present: BTreeMap::new() }
    }

    pub(super) fn run(mut self) {
        self.report(DeviceStatus::Starting);
        let mut wait = BACK_OFF.0;
        while !self.shared.stopped() {
            self.shared.pulse.beat();
            match Context::establish(Scope::User) {
                Ok(context) => {
                    *self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.clone());
                    let ended = self.watch(&context);
                    *self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner) = None;
                    self.forget_cards();
                    match ended {
                        Ended::Stopped => return,
                        Ended::ServiceLost(error) => self.report(DeviceStatus::Down(service_fault(error))),
                    }
                    wait = BACK_OFF.0;
                }
                Err(error) => {
                    self.report(DeviceStatus::Down(service_fault(error)));
                    wait = (wait * 2).min(BACK_OFF.1);
                }
            }
            self.shared.pause(wait);
        }
    }

    fn report(&mut self, status: DeviceStatus) {
        if self.status.as_ref() == Some(&status) {
            return;
        }
        tracing::info!(code = status.code(), "card reader {:?}: {status}", self.config.reader);
        self.status = Some(status.clone());
        (self.sink)(CardEvent::ReaderState(status));
    }

    fn forget_cards(&mut self) {
        for _ in std::mem::take(&mut self.present) {
            (self.sink)(CardEvent::CardRemoved);
        }
    }

    /// Watches until the service fails. The list of readers is made anew on every turn.
    fn watch(&mut self, context: &Context) -> Ended {
        let mut known: Vec<ReaderState> = Vec::new();
        loop {
            if self.shared.stopped() {
                return Ended::Stopped;
            }
            self.shared.pulse.beat();
            match self.refresh(context, &mut known) {
                Ok(()) => {}
                Err(error) => return Ended::ServiceLost(error),
            }
            match context.get_status_change(HEARTBEAT, &mut known) {
                Ok(()) => {}
                Err(pcsc::Error::Timeout | pcsc::Error::Cancelled) => {
                    // Here, while nobody waits: a long list has many files to look at.
                    self.config.trust.refresh();
                    self.read_waiting_documents();
                    continue;
                }
                Err(pcsc::Error::UnknownReader) => {
                    self.shared.pause(SETTLE);
                    continue;
                }
                Err(error) => return Ended::ServiceLost(error),
            }
            for state in &mut known {
                if state.name() != PNP_NOTIFICATION() {
                    self.notice(state);
                }
                state.sync_current_state();
            }
            if known
                .iter()
                .any(|state| state.name() != PNP_NOTIFICATION() && state.event_state().contains(State::UNKNOWN))
            {
                self.shared.pause(SETTLE);
            }
        }
    }

    /// Brings `known` up to date with the readers that are there.
    fn refresh(&mut self, context: &Context, known: &mut Vec<ReaderState>) -> Result<(), pcsc::Error> {
        let all = match context.list_readers_owned() {
            Ok(names) => names,
            Err(pcsc::Error::NoReadersAvailable) => Vec::new(),
            Err(error) => return Err(error),
        };
        let wanted: Vec<&CString> = all.iter().filter(|name| self.config.takes(&name.to_string_lossy())).collect();
        known.retain(|state| {
            state.name() == PNP_NOTIFICATION()
                || (wanted.iter().any(|name| name.as_c_str() == state.name())
                    && !state.event_state().contains(State::UNKNOWN))
        });
        for name in &wanted {
            if !known.iter().any(|state| state.name() == name.as_c_str()) {
                known.push(ReaderState::new((*name).clone(), State::UNAWARE));
            }
        }
        if !known.iter().any(|state| state.name() == PNP_NOTIFICATION()) {
            known.push(ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE));
        }
        let gone: Vec<CString> = self.present.keys().filter(|name| !wanted.contains(name)).cloned().collect();
        for name in gone {
            self.present.remove(&name);
            (self.sink)(CardEvent::CardRemoved);
        }
        if wanted.is_empty() {
            let connected = all.iter().map(|name| name.to_string_lossy()).collect::<Vec<_>>().join(", ");
            let connected = if connected.is_empty() { "none".to_owned() } else { connected };
            self.report(DeviceStatus::Down(Fault::NoReader { pattern: self.config.reader.clone(), connected }));
        } else {
            self.report(DeviceStatus::Ready);
        }
        Ok(())
    }

    /// Draws conclusions from one reader's state.
    fn notice(&mut self, state: &ReaderState) {
        let name = state.name().to_owned();
        let event = state.event_state();
        let here = event.contains(State::PRESENT);
        let before = self.present.get(&name).map(|seen| seen.event_count);
        let same_card = before == Some(state.event_count());
        if before.is_some() && !(here && same_card) {
            self.present.remove(&name);
            (self.sink)(CardEvent::CardRemoved);
        }
        if !here || same_card {
            return;
        }
        self.present.insert(name.clone(), Seen { event_count: state.event_count(), wants_mrz: false });
        (self.sink)(CardEvent::CardPresent);
        let outcome = if event.contains(State::MUTE) { Err(CardError::Mute) } else { self.read(name.clone()) };
        self.tell(&name, outcome);
    }

    /// Reads the travel documents anew that lie there, if what opens them was said since.
    fn read_waiting_documents(&mut self) {
        let news = std::mem::take(&mut self.shared.mrz.lock().unwrap_or_else(PoisonError::into_inner).news);
        if !news {
            return;
        }
        let waiting: Vec<CString> =
            self.present.iter().filter(|(_, seen)| seen.wants_mrz).map(|(name, _)| name.clone()).collect();
        for name in waiting {
            (self.sink)(CardEvent::CardPresent);
            let outcome = self.read(name.clone());
            self.tell(&name, outcome);
        }
    }

    fn tell(&mut self, name: &CString, outcome: Result<CardContent, CardError>) {
        if let Some(seen) = self.present.get_mut(name) {
            seen.wants_mrz = matches!(outcome, Err(CardError::NeedsMrz | CardError::WrongMrz));
        }
        (self.sink)(match outcome {
            Ok(CardContent::Person(identity)) => CardEvent::CardRead(identity),
            Ok(CardContent::Serial(uid)) => CardEvent::UidOnly(uid),
            Err(error) => {
                tracing::info!(code = error.code(), "a card could not be read: {error}");
                CardEvent::CardFailed(error)
            }
        });
    }

    /// Reads the card on a thread of its own, for at most [`READ_LIMIT`].
    fn read(&self, reader: CString) -> Result<CardContent, CardError> {
        let (answer, outcome) = mpsc::channel();
        let (mrz, year) = {
            let opening = self.shared.mrz.lock().unwrap_or_else(PoisonError::into_inner);
            (opening.key.clone(), opening.year)
        };
        let reading = Reading { access: self.config.resident_id, mrz, trust: self.config.trust.clone(), year };
        thread::spawn(move || {
            if answer.send(session::read_card(&reader, &reading)).is_err() {
                tracing::debug!("a card answered after it had been given up");
            }
        });
        let mut left = READ_LIMIT;
        let step = Duration::from_millis(100);
        loop {
            match outcome.recv_timeout(step) {
                Ok(outcome) => return outcome,
                Err(RecvTimeoutError::Timeout) if left > step && !self.shared.stopped() => left -= step,
                Err(RecvTimeoutError::Timeout) => return Err(CardError::Mute),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(CardError::ReaderFailed { detail: "the reading thread ended early".to_owned() });
                }
            }
        }
    }
}

fn service_fault(error: pcsc::Error) -> Fault {
    if error == pcsc::Error::SecurityViolation {
        return Fault::CardServiceDenied;
    }
    // A service that is not there, was stopped, or broke off: `CommError` is how a waiter hears that it was killed.
    if matches!(error, pcsc::Error::NoService | pcsc::Error::ServiceStopped | pcsc::Error::CommError) {
        return Fault::CardServiceDown;
    }
    Fault::CardService { detail: error.to_string() }
}
