//! Opening a journal: all of it is checked before anything is believed, and nothing damaged is ever replaced silently.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use kiosk_wire::entry::SetAsideReason;
use kiosk_wire::{CompartmentNo, Fact, JournalId, Stamp};
use rusqlite::{Connection, params};
use thiserror::Error;
use uuid::Uuid;

use super::seal::{PayloadKey, SealError};
use super::verify;
use super::{Failpoint, Journal, NewEntry, RecordError, schema, unsql};
use crate::files::{self, FileError};

/// Why there is no journal to work with. The terminal is out of service until someone acted.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The journal failed its check and lies aside under another name.
    #[error(
        "the journal failed its check ({why}); it was set aside as {}. Keep that file. When its compartments were \
         looked into, run `kiosk journal renew`", aside.display()
    )]
    Damaged {
        /// What is wrong with it.
        why: String,
        /// Where it lies now.
        aside: PathBuf,
    },
    /// There was a journal here and it is gone.
    #[error(
        "{} is missing although this terminal has had a journal. Put it back, or, when the compartments were looked \
         into, run `kiosk journal renew`", .0.display()
    )]
    Missing(PathBuf),
    /// The journal was written by a newer program.
    #[error("the journal has table version {found}, this program knows {known}: install the newer program again")]
    TooNew {
        /// Version in the file.
        found: i32,
        /// Version of this program.
        known: i32,
    },
    /// A file of the data folder could not be used.
    #[error(transparent)]
    File(FileError),
    /// The payload key could not be used.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Another program holds the file locked. Nothing is wrong with it.
    #[error(
        "another program holds {} locked (a copy being made, or sqlite3; `fuser -v` on the file names it); the kiosk \
         goes on by itself when that ends", .0.display()
    )]
    Locked(PathBuf),
    /// The store cannot be used now; the file itself is not in doubt.
    #[error("the journal cannot be opened: {0}")]
    Store(#[source] rusqlite::Error),
    /// The first entries could not be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The system gave no way to set a damaged journal aside.
    #[error("the journal failed its check ({why}) and cannot be set aside: {source}")]
    Stuck {
        /// What is wrong with it.
        why: String,
        /// Why it cannot be moved.
        source: FileError,
    },
}

impl OpenError {
    /// A lock of another program is told as what it is, wherever opening met it.
    pub(super) fn or_locked(self, folder: &Path) -> Self {
        let locked = match &self {
            Self::Store(error) => matches!(
                error.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
            ),
            Self::Record(error) => matches!(error, RecordError::Locked),
            Self::Damaged { .. }
            | Self::Missing(_)
            | Self::TooNew { .. }
            | Self::File(_)
            | Self::Seal(_)
            | Self::Locked(_)
            | Self::Stuck { .. } => false,
        };
        if locked { Self::Locked(schema::path(folder)) } else { self }
    }
}

/// See [`Journal::open`].
pub(super) fn open(folder: &Path, software: &str, at: Stamp) -> Result<Journal, OpenError> {
    open_or_make(folder, software, at).map_err(|error| error.or_locked(folder))
}

fn open_or_make(folder: &Path, software: &str, at: Stamp) -> Result<Journal, OpenError> {
    files::make_folder(folder)?;
    let path = schema::path(folder);
    let exists = fs::metadata(&path).is_ok_and(|meta| meta.len() > 0);
    if exists {
        return open_existing(folder, software, at);
    }
    let first_was_interrupted = generation(folder)? == 1 && draft(folder).exists();
    if generation(folder)? > 0 && !first_was_interrupted {
        return Err(OpenError::Missing(path));
    }
    create(folder, software, at, Vec::new())
}

/// Sets the present journal aside, if there is one, and starts a new one in which every one of `compartments` is
/// unknown until staff looked. `rolled_back` is the backend's next position when that is the cause.
pub fn renew(
    folder: &Path,
    software: &str,
    at: Stamp,
    compartments: impl IntoIterator<Item = CompartmentNo>,
    rolled_back: Option<u64>,
) -> Result<Journal, OpenError> {
    if schema::path(folder).exists() {
        set_aside(folder, "replaced", at)?;
    }
    let unknown =
        |compartment| Fact::CompartmentSetAside { compartment, why: SetAsideReason::Unknown, submission: None }.into();
    let learnt = rolled_back.map(|backend_next| Fact::RolledBack { backend_next }.into());
    let facts = learnt.into_iter().chain(compartments.into_iter().map(unknown)).collect();
    create(folder, software, at, facts)
}

fn open_existing(folder: &Path, software: &str, at: Stamp) -> Result<Journal, OpenError> {
    match check(folder) {
        Ok(Ok(mut journal)) => {
            journal.record(at, vec![Fact::Started { software: software.to_owned() }.into()])?;
            Ok(journal)
        }
        Ok(Err(damage)) => {
            let aside =
                set_aside(folder, "damaged", at).map_err(|source| OpenError::Stuck { why: damage.clone(), source })?;
            Err(OpenError::Damaged { why: damage, aside })
        }
        Err(error) => Err(error),
    }
}

/// Opens and checks. The inner error is damage to the file; the outer one is everything else.
fn check(folder: &Path) -> Result<Result<Journal, String>, OpenError> {
    let path = schema::path(folder);
    let conn = match schema::writer(&path) {
        Ok(conn) => conn,
        Err(error) => return damage_or(error),
    };
    let found: i32 = match conn.pragma_query_value(None, "user_version", |row| row.get(0)) {
        Ok(found) => found,
        Err(error) => return damage_or(error),
    };
    if found > schema::VERSION {
        return Err(OpenError::TooNew { found, known: schema::VERSION });
    }
    if found < schema::VERSION {
        return Ok(Err("it has no tables".into()));
    }
    match quick_check(&conn) {
        Ok(None) => {}
        Ok(Some(what)) => return Ok(Err(what)),
        Err(error) => return damage_or(error),
    }
    let (id, generation) = match identity(&conn) {
        Ok(Some(identity)) => identity,
        Ok(None) => return Ok(Err("it does not say which journal it is".into())),
        Err(error) => return damage_or(error),
    };
    let replay = match verify::replay(&conn, id, None) {
        Ok(replay) => replay,
        Err(verify::ReplayError::Damage(finding)) => return Ok(Err(finding.to_string())),
        Err(verify::ReplayError::Store(error)) => return damage_or(error),
    };
    let key = PayloadKey::read(folder)?;
    let acknowledged = conn
        .query_row("SELECT coalesce(max(through), 0) FROM delivery", [], |row| row.get(0).map(unsql))
        .map_err(OpenError::Store)?;
    let mut journal = Journal {
        folder: folder.to_owned(),
        conn,
        key,
        id,
        generation,
        head: replay.head,
        head_hash: replay.head_hash,
        acknowledged,
        projection: replay.projection,
        failpoint: Failpoint::from_env(),
    };
    journal.refresh_compartments()?;
    Ok(Ok(journal))
}

impl Journal {
    /// The stored compartments follow from the entries; a build that counts differently writes them anew.
    fn refresh_compartments(&mut self) -> Result<(), OpenError> {
        let findings = verify::compare_compartments(&self.conn, &self.projection).map_err(OpenError::Store)?;
        if findings.is_empty() {
            return Ok(());
        }
        for finding in &findings {
            tracing::warn!(journal = %self.id, "{finding}; it is written anew from the entries");
        }
        let tx = self.conn.transaction().map_err(OpenError::Store)?;
        tx.execute("DELETE FROM compartment", []).map_err(OpenError::Store)?;
        super::write_compartments(&tx, &super::Projection::default(), &self.projection)?;
        tx.commit().map_err(OpenError::Store)
    }
}

fn quick_check(conn: &Connection) -> rusqlite::Result<Option<String>> {
    let said: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok((said != "ok").then_some(said))
}

/// Which journal, and the how-manieth.
pub(super) fn identity(conn: &Connection) -> rusqlite::Result<Option<(JournalId, u32)>> {
    use rusqlite::OptionalExtension as _;
    let meta = |name: &str| {
        conn.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get::<_, String>(0)).optional()
    };
    let id = meta("journal")?.and_then(|text| text.parse().ok());
    let generation = meta("generation")?.and_then(|text| text.parse().ok());
    Ok(id.zip(generation))
}

/// Errors that say "this file is not sound" are damage; a full disk, a lock or a missing right is not.
fn damage_or(error: rusqlite::Error) -> Result<Result<Journal, String>, OpenError> {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => Ok(Err(error.to_string())),
        _ if matches!(error, rusqlite::Error::SqliteFailure(_, Some(ref text)) if text.starts_with("no such table")) => {
            Ok(Err(error.to_string()))
        }
        _ => Err(OpenError::Store(error)),
    }
}

/// Renames the journal with its companions, so that SQLite will never put a stranger's log into it.
fn set_aside(folder: &Path, why: &str, at: Stamp) -> Result<PathBuf, FileError> {
    let path = schema::path(folder);
    let aside = free_name(folder, why, at);
    for suffix in ["-wal", "-shm", ""] {
        let (from, to) = (with_suffix(&path, suffix), with_suffix(&aside, suffix));
        if from.exists() {
            fs::rename(&from, &to).map_err(FileError::at(&from, "set the file aside"))?;
        }
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(FileError::at(folder, "sync the folder"))?;
    Ok(aside)
}

fn free_name(folder: &Path, why: &str, at: Stamp) -> PathBuf {
    let name = format!("journal.{why}-{}.db", at.best_ms_utc());
    let path = folder.join(&name);
    if path.exists() { folder.join(format!("journal.{why}-{}.db", Uuid::now_v7())) } else { path }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// How many journals this data folder has had.
fn generation(folder: &Path) -> Result<u32, OpenError> {
    let path = folder.join("journal.generation");
    let bytes = files::read(&path)?.unwrap_or_else(|| b"0".to_vec());
    let text = String::from_utf8_lossy(&bytes);
    text.trim().parse().map_err(|_| {
        let source = std::io::Error::new(std::io::ErrorKind::InvalidData, "it must hold one number");
        OpenError::File(FileError { path, action: "read the file", source })
    })
}

/// Makes a journal. The generation is used up first: a number is never given out twice, whatever happens in between.
/// The file gets its name when its first entries are in it.
fn create(folder: &Path, software: &str, at: Stamp, facts: Vec<NewEntry>) -> Result<Journal, OpenError> {
    let key = PayloadKey::read_or_make(folder)?;
    let draft = draft(folder);
    for suffix in ["", "-wal", "-shm"] {
        let stale = with_suffix(&draft, suffix);
        if stale.exists() {
            fs::remove_file(&stale).map_err(FileError::at(&stale, "remove the file"))?;
        }
    }
    let id = JournalId(Uuid::now_v7());
    let generation = generation(folder)? + 1;
    make_tables(&draft, id, generation).map_err(OpenError::Store)?;
    files::replace(&folder.join("journal.generation"), generation.to_string().as_bytes())?;
    let mut journal = Journal {
        folder: folder.to_owned(),
        conn: schema::writer(&draft).map_err(OpenError::Store)?,
        key,
        id,
        generation,
        head: 0,
        head_hash: [0; 32],
        acknowledged: 0,
        projection: super::Projection::default(),
        failpoint: Failpoint::default(),
    };
    let created = Fact::JournalCreated { software: software.to_owned() }.into();
    journal.record(at, std::iter::once(created).chain(facts).collect())?;
    let drafted = std::mem::replace(&mut journal.conn, Connection::open_in_memory().map_err(OpenError::Store)?);
    drafted.close().map_err(|(_, error)| OpenError::Store(error))?;
    let path = schema::path(folder);
    fs::rename(&draft, &path).map_err(FileError::at(&path, "create the journal"))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(FileError::at(folder, "sync the folder"))?;
    journal.conn = schema::writer(&path).map_err(OpenError::Store)?;
    journal.failpoint = Failpoint::from_env();
    Ok(journal)
}

fn draft(folder: &Path) -> PathBuf {
    folder.join("journal.draft.db")
}

fn make_tables(path: &Path, id: JournalId, generation: u32) -> rusqlite::Result<()> {
    let mut conn = schema::writer(path)?;
    let tx = conn.transaction()?;
    tx.execute_batch(schema::TABLES)?;
    let mut insert = tx.prepare("INSERT INTO meta (name, value) VALUES (?1, ?2)")?;
    insert.execute(params!["journal", id.to_string()])?;
    insert.execute(params!["generation", generation.to_string()])?;
    drop(insert);
    tx.pragma_update(None, "user_version", schema::VERSION)?;
    tx.commit()?;
    conn.close().map_err(|(_, error)| error)
}
