//! Starting: the journal is opened and checked, what it holds is believed, what was cut off is settled, and only then
//! are people served.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use hall_rules::Catalogue;
use hardware::cards::{MrzLines, ReaderConfig};
use kiosk_journey::{Input, Journey, JourneyConfig, Service};
use kiosk_wire::entry::UnconfirmedReason;
use kiosk_wire::signed::Purpose;
use kiosk_wire::{Fact, FaultCode};

use super::health::Parts;
use super::{Event, Hands, LastTold, Runner, SOFTWARE, TICK, desk};
use crate::cache::{self, Kept};
use crate::clock::Clock;
use crate::config::Config;
use crate::flaw::Flaw;
use crate::hall::{self, Hall};
use crate::identity::Identity;
use crate::journal::{self, Journal, NewEntry, OpenError};
use crate::staff;
use crate::sync::{Courier, Position, Setup};

/// Longest wait for the doors before people are told how things are.
const DOORS_WAIT: Duration = Duration::from_secs(4);
/// How the terminal stands.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// What is wrong with the journal.
    pub(super) trouble: Option<Trouble>,
    /// The disk is full.
    pub(super) full: bool,
    /// Another program holds the journal: it passes, and nobody loses what they typed for it.
    pub(super) locked: bool,
    /// The backend has another history.
    pub(super) forked: bool,
    /// The hall revoked this terminal.
    pub(super) revoked: bool,
    /// The backend knows more than the journal: its next position.
    pub(super) rolled_back: Option<u64>,
    /// The identity's files are damaged.
    pub(super) identity_damage: Option<String>,
}

/// What is wrong with the journal.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It was set aside, or is missing: a technician must act.
    Damaged,
    /// It cannot be used now; tried again by itself.
    Broken(String),
}

impl Runner {
    /// Opens everything. Never fails: what is wrong is shown.
    pub fn boot(
        config: Config,
        clock: Arc<Clock>,
        events: Receiver<Event>,
        sender: Sender<Event>,
        hands: Hands,
    ) -> Self {
        let folder = config.data_dir.clone();
        let sizes = config.compartments();
        let mut standing = Standing::default();
        let identity = Identity::read(&folder).unwrap_or_else(|error| {
            tracing::error!(%error, "the identity cannot be used");
            standing.identity_damage = Some(error.to_string());
            None
        });
        let journey = Journey::new(JourneyConfig {
            hall_name: identity.as_ref().map(|identity| identity.told().hall_name.clone()).unwrap_or_default(),
            scans: config.scanner.is_some(),
            // A reader on a serial line knows ID cards and residence permits only.
            reads_chips: config.cards.iter().any(|card| matches!(card, ReaderConfig::Pcsc(_))),
            staff_place: config.staff_place.clone(),
            ..JourneyConfig::default()
        });
        let mut runner = Self {
            fitted: sizes.keys().copied().collect(),
            parts: Parts::new(&config),
            doors_seen: config.locker.is_none(),
            hall: Hall::default(),
            next_tick: clock.now() + TICK,
            clock,
            config,
            sizes,
            folder,
            events,
            sender,
            hands,
            journey,
            journal: None,
            identity,
            sync: None,
            standing,
            doors: Default::default(),
            looks: Vec::new(),
            roster: None,
            generation: 0,
            armed: Vec::new(),
            waiting: Vec::new(),
            remote: None,
            desk: desk::StaffVisit::default(),
            asked: None,
            mrz_lines: MrzLines::default(),
            catalogue: None,
            postponed: Vec::new(),
            call: None,
            told: LastTold::default(),
        };
        runner.open_journal();
        runner.read_caches();
        runner.start_sync();
        runner
    }

    fn open_journal(&mut self) {
        match Journal::open(&self.folder, SOFTWARE, self.clock.stamp()) {
            Ok(journal) => {
                tracing::info!(journal = %journal.id(), seq = journal.head(), "journal opened");
                self.standing.trouble = None;
                self.journal = Some(journal);
                self.settle_interrupted();
                self.recall_armed();
            }
            Err(error) => {
                tracing::error!(%error, "no journal");
                self.standing.trouble = Some(match error {
                    OpenError::Damaged { .. } | OpenError::Missing(_) | OpenError::Stuck { .. } => Trouble::Damaged,
                    OpenError::Record(journal::RecordError::NoSpace) => {
                        self.standing.full = true;
                        Trouble::Broken(error.to_string())
                    }
                    OpenError::TooNew { .. }
                    | OpenError::Locked(_)
                    | OpenError::File(_)
                    | OpenError::Seal(_)
                    | OpenError::Store(_)
                    | OpenError::Record(_) => Trouble::Broken(error.to_string()),
                });
            }
        }
    }

    /// A journal that failed while in use, or could not be opened, is tried again: nothing is lost by it. One that another
    /// program holds stays open, and is asked whether that has ended.
    pub(super) fn retry_journal(&mut self) {
        if self.standing.locked
            && let Some(journal) = &mut self.journal
        {
            match journal.try_to_write() {
                Ok(()) => {
                    tracing::info!("the journal is free again");
                    self.standing.locked = false;
                }
                Err(journal::RecordError::Locked) => {}
                Err(error) => {
                    self.standing.locked = false;
                    self.standing.trouble = Some(Trouble::Broken(error.to_string()));
                }
            }
        }
        if matches!(self.standing.trouble, Some(Trouble::Broken(_))) && self.journey.door_in_use().is_none() {
            self.journal = None;
            self.open_journal();
            self.start_sync();
        }
    }

    /// What was begun and not ended before the process died: nobody knows about it. Staff look.
    fn settle_interrupted(&mut self) {
        let Some(journal) = &self.journal else { return };
        let why = UnconfirmedReason::Interrupted;
        let deposits = journal.projection().open_deposits().into_iter();
        let loadings = journal.projection().open_loadings().into_iter();
        let interrupted: Vec<NewEntry> = deposits
            .map(|(compartment, submission)| Fact::DepositUnconfirmed { submission, compartment, why })
            .chain(loadings.map(|(compartment, submission)| Fact::LoadVoided {
                submission,
                compartment,
                staff: None,
                maybe_opened: true,
            }))
            .map(NewEntry::from)
            .collect();
        if !interrupted.is_empty()
            && let Err(error) = self.record(interrupted)
        {
            self.standing.trouble = Some(Trouble::Broken(error.to_string()));
        }
    }

    fn recall_armed(&mut self) {
        let (Some(journal), Some(identity)) = (&self.journal, &self.identity) else { return };
        let kept = journal.armed().unwrap_or_else(|error| {
            tracing::error!(%error, "armed directives cannot be read");
            Vec::new()
        });
        self.armed = kept.iter().filter_map(|signed| signed.open(Purpose::Directive, identity.hall()).ok()).collect();
    }

    fn read_caches(&mut self) {
        let Some(identity) = self.identity.clone() else { return };
        let read = |kind| {
            cache::read(&self.folder, kind).unwrap_or_else(|error| {
                tracing::warn!(%error, "what the backend told earlier cannot be read");
                None
            })
        };
        let (roster, settings, catalogue) = (read(Kept::Roster), read(Kept::Settings), read(Kept::Catalogue));
        if let Some(told) = roster {
            match staff::read_roster(&told.body, &identity, None) {
                Ok(roster) => {
                    self.parts.roster_etag = told.etag;
                    self.take_roster(roster);
                }
                Err(error) => tracing::warn!(%error, "the roster at hand is not believed"),
            }
        }
        if let Some(told) = settings {
            match hall::read_settings(&told.body, &identity) {
                Ok(settings) => {
                    self.parts.settings_etag = told.etag;
                    self.take_settings(settings);
                }
                Err(error) => tracing::warn!(%error, "the hall's settings at hand are not believed"),
            }
        }
        if let Some(told) = catalogue {
            match serde_json::from_str::<Catalogue>(&told.body) {
                Ok(catalogue) => {
                    self.parts.catalogue_etag = told.etag;
                    let catalogue = Arc::new(catalogue);
                    self.catalogue = Some(Arc::clone(&catalogue));
                    self.tell(Input::Catalogue(catalogue));
                }
                Err(error) => tracing::warn!(%error, "the catalogue at hand cannot be read"),
            }
        }
    }

    fn start_sync(&mut self) {
        if self.sync.is_some() {
            return;
        }
        let (Some(backend), Some(identity)) = (self.config.backend.clone(), self.identity.clone()) else { return };
        let Some(position) = self.position() else { return };
        let sender = self.sender.clone();
        let setup = Setup {
            backend,
            identity,
            clock: Arc::clone(&self.clock),
            folder: self.folder.clone(),
            position,
            heartbeat: self.heartbeat(),
            roster_etag: self.parts.roster_etag.clone(),
            catalogue_etag: self.parts.catalogue_etag.clone(),
            settings_etag: self.parts.settings_etag.clone(),
        };
        match Courier::spawn(setup, move |news| drop(sender.send(Event::News(news)))) {
            Ok(sync) => self.sync = Some(sync),
            Err(error) => {
                tracing::error!(%error, "nothing can be sent");
                let code = FaultCode::BackendSetup { detail: error.to_string() };
                let flaw = Flaw::new(error.to_string(), "correct `[backend]` in the configuration", code);
                self.parts.backend_is(false, flaw, self.clock.stamp().wall_ms_utc);
            }
        }
    }

    /// Where the journal stands.
    pub(super) fn position(&self) -> Option<Position> {
        let journal = self.journal.as_ref()?;
        Some(Position { journal: journal.id(), head: journal.head(), acknowledged: journal.acknowledged() })
    }

    /// How the terminal stands in the hall.
    pub(super) fn service(&self) -> Service {
        if let Some(detail) = &self.standing.identity_damage {
            return Service::Broken { detail: detail.clone() };
        }
        match &self.standing.trouble {
            Some(Trouble::Damaged) => return Service::JournalDamaged,
            // A full disk is no reason to send everybody away: it is shown as such, staff can still collect.
            Some(Trouble::Broken(detail)) if !self.standing.full => return Service::Broken { detail: detail.clone() },
            Some(Trouble::Broken(_)) | None => {}
        }
        if self.identity.is_none() {
            return Service::NotEnrolled { command: "kiosk enrol --backend https://… --code …".into() };
        }
        if self.standing.forked {
            return Service::JournalForked;
        }
        if self.standing.revoked {
            return Service::Revoked;
        }
        Service::Ready
    }

    /// Tells the journey how the terminal stands, once the doors were looked at.
    pub(super) fn tell_service(&mut self) -> bool {
        let observed = self.doors_seen || self.clock.now() > DOORS_WAIT;
        let service = self.service();
        if self.told.service.as_ref() == Some(&service) || (matches!(service, Service::Ready) && !observed) {
            return false;
        }
        self.told.service = Some(service.clone());
        self.tell(Input::Service(service));
        true
    }

    /// The backend has entries that this journal lacks: its disk was rolled back. A new journal begins in which every
    /// compartment is unknown, once no door is open for anybody.
    pub(super) fn renew_if_rolled_back(&mut self) {
        let Some(next) = self.standing.rolled_back else { return };
        let busy = self.journey.door_in_use().is_some() || self.remote.is_some();
        let depositing = self.journal.as_ref().is_some_and(|journal| !journal.projection().open_deposits().is_empty());
        if busy || depositing {
            return;
        }
        self.journal = None;
        let fitted = self.fitted.iter().copied();
        match journal::renew(&self.folder, SOFTWARE, self.clock.stamp(), fitted, Some(next)) {
            Ok(journal) => {
                tracing::error!(journal = %journal.id(), seq = next, "rolled back: a new journal begins, all compartments are unknown");
                self.journal = Some(journal);
                self.armed.clear();
                self.standing.rolled_back = None;
            }
            Err(error) => {
                tracing::error!(%error, "no new journal");
                self.standing.trouble = Some(Trouble::Broken(error.to_string()));
                self.standing.rolled_back = None;
            }
        }
    }
}

/// How often backend time is kept.
const KEEP_EVERY: Duration = Duration::from_secs(60);

impl Runner {
    /// Keeps backend time, now and then.
    pub(super) fn keep_server_time(&mut self) {
        let now = self.clock.now();
        if self.parts.kept_time_at.is_some_and(|at| now < at + KEEP_EVERY) || self.clock.server_ms().is_none() {
            return;
        }
        if let Err(error) = self.clock.keep(&self.folder) {
            tracing::warn!(%error, "backend time could not be kept");
        }
        self.parts.kept_time_at = Some(now);
    }
}
