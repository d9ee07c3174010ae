//! The hall: what requests and jobs share, opened from its folder.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::{fs, io};

use ed25519_dalek::VerifyingKey;
use hall_rules::Calendar;
use hall_store::event::Event;
use hall_store::keys::{KeyError, Keys};
use hall_store::vault::Vault;
use hall_store::{Store, StoreError};
use ipnet::IpNet;
use jiff::tz::TimeZone;
use kiosk_wire::{KioskId, PinLimits};
use thiserror::Error;
use tokio::sync::{broadcast, watch};

use crate::ground::clock::Clock;
use crate::ground::rotation::{self, RotationError};
use crate::ground::shared::Shared;
use crate::ground::tries::Tries;

/// A terminal not heard of for this long is shown in red, and is not asked to open doors.
pub const UNSEEN_MS: i64 = 60_000;

/// Why the hall does not open.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The data folder cannot be made or read.
    #[error("data_dir {path}: {cause}")]
    DataDir {
        /// Which folder.
        path: String,
        cause: io::Error,
    },
    /// What is left of a hall has no database.
    #[error(
        "{0} holds keys, files or a marker of a hall but no hall.db, or an empty one. This is not a new hall: put the last \
         backup back as hall.db (docs/operations.md, Restore). Only if a new hall shall begin here, move everything else \
         out of the folder first; keep the keys, without them no backup can be read"
    )]
    NoHall(PathBuf),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The table of what can happen to a case is not sound.
    #[error("the table of case states is not sound: {0}")]
    Table(hall_rules::case::Flaw),
    /// The database cannot be used.
    #[error("the database in data_dir cannot be used: {0}")]
    Store(#[from] StoreError),
    /// The database and the data keys are not of one another.
    #[error(transparent)]
    Rotation(#[from] RotationError),
}

/// Makes the data folder, for its owner only.
pub fn make_folder(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
}

/// Whether there is a database that holds anything.
fn has_hall(dir: &Path) -> io::Result<bool> {
    match fs::metadata(dir.join(hall_store::DATABASE)) {
        Ok(found) => Ok(found.len() > 0),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(cause),
    }
}

/// Whether a hall begins in a folder, or is there.
enum Founding {
    /// Nothing was here, or only what a first start left that did not come to its end.
    New,
    /// A hall is here, or what is left of one.
    Old,
}

impl Founding {
    /// There while a hall is made: a first start that broke off may be repeated.
    const MARK: &str = "founding";
    /// What a hall leaves in its folder.
    const TRACES: [&str; 4] = [hall_store::DATABASE, "keys", "files", hall_store::meta::MARKER];

    fn begin(dir: &Path) -> io::Result<Self> {
        let mark = dir.join(Self::MARK);
        if mark.exists() {
            return Ok(Self::New);
        }
        for trace in Self::TRACES.map(|trace| dir.join(trace)) {
            // A folder that somebody made beforehand is no trace.
            if trace.is_file() || (trace.is_dir() && fs::read_dir(&trace)?.next().is_some()) {
                return Ok(Self::Old);
            }
        }
        fs::File::create(mark)?.sync_all()?;
        Ok(Self::New)
    }

    fn end(&self, dir: &Path) -> io::Result<()> {
        match self {
            Self::New => fs::remove_file(dir.join(Self::MARK)),
            Self::Old => Ok(()),
        }
    }
}

/// How many checked tokens are remembered.
const TOKENS: usize = 4096;

/// What a token check needs of a terminal.
#[derive(Clone, Debug)]
pub struct KnownKiosk {
    pub key: VerifyingKey,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Prefix of its receipt numbers.
    pub receipt_prefix: String,
}

/// What the hall was configured to be, as far as what may happen depends on it.
#[derive(Clone, Debug)]
pub struct Settings {
    pub name: String,
    /// Its time zone: working days end at its midnight.
    pub zone: TimeZone,
    /// Size classes of compartments, smallest first.
    pub box_sizes: Vec<String>,
    /// PINs of staff cards.
    pub staff_pin: PinLimits,
    /// Whether chiefs may also decide.
    pub chiefs_decide: bool,
    /// Whether a department's silence counts as agreed.
    pub joint_silence_agrees: bool,
    /// The green channel's share of the promised days, in per cent.
    pub green_channel_percent: u8,
    /// Networks in which strangers' wrong passwords lock nobody out.
    pub hall_networks: Vec<IpNet>,
    /// Working days for a call-back.
    pub callback_days: u16,
    /// After how many days a case whose result was handed over is archived by itself; 0: never.
    pub archive_after_days: u16,
    /// After how many working days a result that nobody fetched is reminded of.
    pub remind_after_days: Vec<u16>,
    /// Where the public finds the hall, without a slash at its end.
    pub public_url: Option<Arc<str>>,
    /// Names of the webhooks.
    pub hooks: Arc<[String]>,
    /// Whether applicants are sent messages.
    pub sends_messages: bool,
    /// Issuer of the city's accounts, where staff may sign in with those.
    pub issuer: Option<String>,
}

/// The hall: everything that requests and jobs share, behind one cheap handle.
#[derive(Clone)]
pub struct Hall(Arc<Inner>);

struct Inner {
    settings: Arc<Settings>,
    clock: Clock,
    keys: Arc<Keys>,
    store: Store,
    vault: Vault,
    audience: String,
    memory: RwLock<Memory>,
    tries: Tries,
}

/// What is kept in memory because every request asks for it; read again whenever the revision changes.
#[derive(Default)]
struct Memory {
    kiosks: HashMap<KioskId, KnownKiosk>,
    heard_ms: HashMap<KioskId, i64>,
    tokens: HashMap<String, (KioskId, i64)>,
    calendar: Arc<Calendar>,
    catalogue: Option<(Arc<str>, Arc<str>)>,
    shared: Arc<Shared>,
}

impl Hall {
    /// Opens keys and database in the folder `dir`, and makes them when there are none yet.
    pub fn open(settings: Settings, dir: &Path, clock: Clock) -> Result<Self, OpenError> {
        if let Some(flaw) = hall_rules::case::check(hall_rules::case::TRANSITIONS).first() {
            return Err(OpenError::Table(*flaw));
        }
        let io = |cause| OpenError::DataDir { path: dir.display().to_string(), cause };
        make_folder(dir).map_err(io)?;
        let founding = Founding::begin(dir).map_err(io)?;
        let (keys, store) = match &founding {
            Founding::Old if !has_hall(dir).map_err(io)? => return Err(OpenError::NoHall(dir.to_owned())),
            Founding::Old => (Keys::open(dir, false)?, Store::open(dir)?),
            Founding::New => (Keys::open(dir, true)?, Store::found(dir)?),
        };
        let keys = Arc::new(keys);
        if let Some(kept) = store.read_blocking(hall_store::meta::kept_time)? {
            clock.recall(kept);
        }
        rotation::settle(&store, &keys, clock.now_ms())?;
        let vault = Vault::open(dir, keys.clone())?;
        let audience = audience(&store)?;
        let tries = store.read_blocking(|connection| Tries::open(connection, clock.now_ms()))?;
        let memory = RwLock::default();
        let hall =
            Self(Arc::new(Inner { settings: Arc::new(settings), clock, keys, store, vault, audience, memory, tries }));
        hall.reload()?;
        founding.end(dir).map_err(io)?;
        Ok(hall)
    }

    /// Drops what a crash left half-written. For the one server that has charge of the folder: what lies aside may be an
    /// upload of it.
    pub fn tidy(&self) -> Result<(), StoreError> {
        self.vault().tidy()
    }

    /// Now, milliseconds since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.0.clock.now_ms()
    }

    /// The clock itself.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What it was configured to be.
    pub fn settings(&self) -> &Arc<Settings> {
        &self.0.settings
    }

    /// Its time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.0.settings.zone
    }

    /// The hall's keys.
    pub fn keys(&self) -> Arc<Keys> {
        self.0.keys.clone()
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Where attachments lie.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// What terminals must name as audience.
    pub fn audience(&self) -> &str {
        &self.0.audience
    }

    /// Listens to what changes. A listener that falls behind gets `Lagged`: look at everything again.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.store().announcements().events.subscribe()
    }

    /// Changes whenever terminals have something new to fetch.
    pub fn revised(&self) -> watch::Receiver<u64> {
        self.store().announcements().revised.subscribe()
    }

    /// Every counter against guessing.
    pub fn tries(&self) -> &Tries {
        &self.0.tries
    }

    /// What is known of a terminal.
    pub fn kiosk(&self, id: KioskId) -> Option<KnownKiosk> {
        self.memory().kiosks.get(&id).cloned()
    }

    /// Notes that a terminal was heard of.
    pub fn heard(&self, id: KioskId) {
        let now = self.now_ms();
        self.0.memory.write().unwrap_or_else(PoisonError::into_inner).heard_ms.insert(id, now);
    }

    /// The terminal of a token that was checked before and has not expired.
    pub fn checked_token(&self, token: &str, now_ms: i64) -> Option<KioskId> {
        let memory = self.memory();
        memory.tokens.get(token).filter(|(_, expires_ms)| *expires_ms > now_ms).map(|(kiosk, _)| *kiosk)
    }

    /// Remembers that a token was checked: verifying a signature costs more than all else of a small request.
    pub fn remember_token(&self, token: &str, kiosk: KioskId, expires_ms: i64, now_ms: i64) {
        let mut memory = self.0.memory.write().unwrap_or_else(PoisonError::into_inner);
        if memory.tokens.len() >= TOKENS {
            memory.tokens.retain(|_, (_, expires_ms)| *expires_ms > now_ms);
        }
        if memory.tokens.len() < TOKENS {
            memory.tokens.insert(token.to_owned(), (kiosk, expires_ms));
        }
    }

    /// When a terminal was last heard of since this process started.
    pub fn heard_ms(&self, id: KioskId) -> Option<i64> {
        self.memory().heard_ms.get(&id).copied()
    }

    /// The working-day calendar.
    pub fn calendar(&self) -> Arc<Calendar> {
        self.memory().calendar.clone()
    }

    /// The present catalogue: ETag and JSON.
    pub fn catalogue(&self) -> Option<(Arc<str>, Arc<str>)> {
        self.memory().catalogue.clone()
    }

    /// What the items of the present catalogue have in common; nothing while there is none.
    pub(crate) fn shared(&self) -> Arc<Shared> {
        self.memory().shared.clone()
    }

    /// Reads again what is kept in memory.
    pub fn reload(&self) -> Result<(), StoreError> {
        let (kiosks, calendars, catalogue) = self.store().read_blocking(|connection| {
            Ok::<_, StoreError>((
                hall_store::kiosks::all(connection)?,
                hall_store::catalogue::calendars(connection)?,
                hall_store::catalogue::present(connection)?,
            ))
        })?;
        let kiosks = kiosks.into_iter().filter_map(|row| {
            let key = VerifyingKey::from_bytes(&row.public_key?).ok()?;
            let known = KnownKiosk { key, revoked: row.revoked_ms.is_some(), receipt_prefix: row.receipt_prefix };
            Some((row.id, known))
        });
        let files: Vec<_> = calendars.into_iter().map(|(year, text)| (format!("calendar {year}"), text)).collect();
        let calendar = Calendar::from_files(&files)
            .inspect_err(|flaws| tracing::error!(cause = %flaws, "a stored calendar cannot be read"))
            .unwrap_or_default();
        let shared = catalogue.as_ref().map(|(_, body)| Shared::of(body)).unwrap_or_default();
        let mut memory = self.0.memory.write().unwrap_or_else(PoisonError::into_inner);
        memory.tokens.clear();
        memory.kiosks = kiosks.collect();
        memory.calendar = Arc::new(calendar);
        memory.shared = Arc::new(shared);
        memory.catalogue = catalogue.map(|(etag, body)| (etag.into(), body.into()));
        Ok(())
    }

    fn memory(&self) -> std::sync::RwLockReadGuard<'_, Memory> {
        self.0.memory.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The hall's id: made with the database, told at enrolment, named in tokens.
fn audience(store: &Store) -> Result<String, StoreError> {
    store.write_blocking(|tx| {
        if let Some(audience) = hall_store::meta::text(tx, "audience")? {
            return Ok(audience);
        }
        let audience = format!("hall-{}", uuid::Uuid::now_v7().simple());
        hall_store::meta::set_text(tx, "audience", &audience)?;
        Ok(audience)
    })
}
