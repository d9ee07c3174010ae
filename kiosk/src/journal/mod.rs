//! The terminal's durable record, append-only, and the only truth about its doors.
//!
//! One file, `journal.db`, written by one process and, in it, by one owner. An entry is on the disk
//! (`synchronous=FULL`) when [`Journal::record`] returns; nothing is done in the world before that. The compartments
//! are a projection of the entries, written in the same transaction and rebuilt by [`verify()`].
//!
//! What it does not do: talk to anybody, know the time, or forget a header.

mod open;
mod outbox;
pub mod projection;
mod retention;
mod schema;
mod seal;
mod verify;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use kiosk_wire::entry::chain_hash;
use kiosk_wire::{DirectiveId, Envelope, Fact, Header, JournalId, Personal, Signed, StaffId, Stamp};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use thiserror::Error;

pub use open::{OpenError, renew};
pub use outbox::{Outbox, OutboxError, Unsent, Waiting, find_papers, find_phone, find_results};
pub use projection::{Compartment, Holds, Projection, Refusal};
pub use retention::RETENTION_MS;
pub use seal::{PayloadKey, SealError};
pub use verify::{Finding, Verification, verify};

use crate::files::FileError;

/// The journal of this terminal, open for writing.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    conn: Connection,
    key: PayloadKey,
    id: JournalId,
    generation: u32,
    head: u64,
    head_hash: [u8; 32],
    acknowledged: u64,
    projection: Projection,
    failpoint: Failpoint,
}

/// What an armed directive is sealed for instead of a position: it says itself which one it is. It is sealed because it
/// may name, in marks, who is to have a result.
const ARMED: u64 = 0;

/// Something to write down.
#[derive(Debug)]
pub struct NewEntry {
    /// What happens.
    pub fact: Fact,
    /// The personal part, as the exact text that is hashed.
    pub payload: Option<Personal<String>>,
    /// The directive that an [`kiosk_wire::DirectiveOutcome::Armed`] answer keeps for later.
    pub arms: Option<Signed>,
}

impl From<Fact> for NewEntry {
    fn from(fact: Fact) -> Self {
        Self { fact, payload: None, arms: None }
    }
}

/// Why something could not be written down. Nothing of it was.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The disk is full.
    #[error("the disk that holds the journal is full; make room on it, the kiosk takes no deposits until then")]
    NoSpace,
    /// Another program holds the file locked. The journal itself is sound: the same call goes well when that has ended.
    #[error(
        "another program holds the journal locked (a copy being made, or sqlite3); nothing can be recorded until it ends"
    )]
    Locked,
    /// It is not true of what is known.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The payload could not be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed. It is not known whether the last write is on the disk: the journal must be opened anew.
    #[error("the journal cannot be written: {0}")]
    Broken(#[source] rusqlite::Error),
    /// A value does not fit into the store.
    #[error("an entry cannot be put in words: {0}")]
    Words(#[from] serde_json::Error),
}

impl From<rusqlite::Error> for RecordError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::NoSpace,
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Self::Locked,
            _ => Self::Broken(error),
        }
    }
}

impl Journal {
    /// Opens the journal of a data folder, checks all of it, and replays it. A first start makes one.
    pub fn open(folder: &Path, software: &str, at: Stamp) -> Result<Self, OpenError> {
        open::open(folder, software, at)
    }

    /// Which journal this is.
    pub fn id(&self) -> JournalId {
        self.id
    }

    /// The how-manieth journal of this terminal; part of every receipt number.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Position of the last entry.
    pub fn head(&self) -> u64 {
        self.head
    }

    /// Position up to which the backend has everything.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// What the entries amount to.
    pub fn projection(&self) -> &Projection {
        &self.projection
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        schema::path(&self.folder)
    }

    /// A reader for the thread that sends entries.
    pub fn outbox(&self) -> Result<Outbox, OpenError> {
        Outbox::open(&self.folder)
    }

    /// Writes entries in one transaction; they are on the disk when this returns. Returns the position of the first.
    pub fn record(&mut self, at: Stamp, entries: Vec<NewEntry>) -> Result<u64, RecordError> {
        let first = self.head + 1;
        let mut projection = self.projection.clone();
        let mut sealed = Vec::with_capacity(entries.len());
        let (mut seq, mut prev) = (self.head, self.head_hash);
        for entry in entries {
            if let Some(refusal) = projection.refuses(&entry.fact) {
                return Err(refusal.into());
            }
            seq += 1;
            projection.apply(seq, &entry.fact);
            let row = Row::seal(self.id, seq, prev, at, entry, &self.key)?;
            prev = row.hash;
            sealed.push(row);
        }
        self.failpoint.before_commit();
        let tx = self.conn.transaction()?;
        for row in &sealed {
            row.insert(&tx)?;
        }
        write_compartments(&tx, &self.projection, &projection)?;
        retention::note_settled(&tx, &self.projection, &projection, seq)?;
        tx.commit()?;
        self.failpoint.after_commit();
        (self.head, self.head_hash, self.projection) = (seq, prev, projection);
        Ok(first)
    }

    /// Whether entries could be written now, which is tried without writing any and without waiting: another program may
    /// hold the file.
    pub fn try_to_write(&mut self) -> Result<(), RecordError> {
        self.conn.busy_timeout(std::time::Duration::ZERO)?;
        let tried = self.conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate);
        let tried = tried.and_then(Transaction::rollback);
        self.conn.busy_timeout(schema::BUSY_WAIT)?;
        Ok(tried?)
    }

    /// Takes in that the backend lacks `next` and what follows, said at `at_ms` backend time. Going back is allowed: a
    /// restored backend lacks again what it once had.
    pub fn acknowledge(&mut self, next: u64, at_ms: i64) -> Result<(), RecordError> {
        let through = next.saturating_sub(1).min(self.head);
        if through == self.acknowledged {
            return Ok(());
        }
        self.failpoint.before_ack();
        let tx = self.conn.transaction()?;
        tx.execute("DELETE FROM delivery WHERE through > ?1", [sql(through)])?;
        tx.execute(
            "INSERT INTO delivery (through, at_ms) VALUES (?1, ?2) ON CONFLICT (through) DO NOTHING",
            params![sql(through), at_ms],
        )?;
        tx.commit()?;
        self.acknowledged = through;
        Ok(())
    }

    /// Directives that arm a compartment and wait for their clerk.
    pub fn armed(&self) -> Result<Vec<Signed>, RecordError> {
        let mut statement = self.conn.prepare_cached("SELECT signed FROM armed ORDER BY directive")?;
        let kept = statement.query_map([], |row| row.get::<_, Value>(0))?.collect::<Result<Vec<_>, _>>()?;
        let open = |kept: Value| match kept {
            Value::Blob(sealed) => Ok(serde_json::from_str(self.key.open(self.id, ARMED, &sealed)?.expose())?),
            // Kept by a release that did not seal them.
            Value::Text(text) => Ok(serde_json::from_str(&text)?),
            Value::Null | Value::Integer(_) | Value::Real(_) => Err(RecordError::Seal(SealError::Unreadable)),
        };
        kept.into_iter().map(open).collect()
    }

    /// Wrong PINs in a row of one member of staff under the PIN whose roster text hashes to `pin`.
    pub fn wrong_pins(&self, staff: StaffId, pin: &str) -> Result<u32, RecordError> {
        let found = self
            .conn
            .query_row(
                "SELECT wrong FROM wrong_pin WHERE staff = ?1 AND pin = ?2",
                params![staff.to_string(), pin],
                |row| row.get(0),
            )
            .optional()?;
        Ok(found.unwrap_or(0))
    }

    /// Sets the number of wrong PINs in a row.
    pub fn set_wrong_pins(&mut self, staff: StaffId, pin: &str, wrong: u32) -> Result<(), RecordError> {
        self.conn.execute(
            "INSERT INTO wrong_pin (staff, pin, wrong) VALUES (?1, ?2, ?3)
             ON CONFLICT (staff) DO UPDATE SET pin = excluded.pin, wrong = excluded.wrong",
            params![staff.to_string(), pin, wrong],
        )?;
        Ok(())
    }

    /// Erases payloads whose retention is over; see [`RETENTION_MS`]. Returns how many.
    pub fn erase_expired(&mut self, earliest_ms: i64) -> Result<usize, RecordError> {
        retention::erase_expired(&mut self.conn, earliest_ms)
    }

    /// Limits the size of the file, for tests of a full disk.
    #[cfg(test)]
    fn limit_pages(&self, pages: u32) {
        self.conn.pragma_update(None, "max_page_count", pages).expect("a limit");
    }
}

/// One entry as stored.
struct Row {
    seq: u64,
    prev: [u8; 32],
    hash: [u8; 32],
    header: String,
    payload_hash: Option<String>,
    payload: Option<(u32, Vec<u8>)>,
    answers: Option<(DirectiveId, Option<Vec<u8>>)>,
}

impl Row {
    fn seal(
        journal: JournalId,
        seq: u64,
        prev: [u8; 32],
        at: Stamp,
        entry: NewEntry,
        key: &PayloadKey,
    ) -> Result<Self, RecordError> {
        let answers = if let Fact::DirectiveAnswered { directive, .. } = &entry.fact {
            let text = entry.arms.as_ref().map(serde_json::to_string).transpose()?;
            Some((*directive, text.map(|text| key.seal(journal, ARMED, &text)).transpose()?))
        } else {
            None
        };
        let header = serde_json::to_string(&Header { v: kiosk_wire::VERSION, at, fact: entry.fact })?;
        let text = entry.payload.as_ref().map(|payload| payload.expose().clone());
        let sealed = text.as_deref().map(|text| key.seal(journal, seq, text)).transpose()?;
        let envelope = Envelope::seal(journal, seq, prev, header, text);
        let payload_hash = envelope.payload_hash.as_deref().and_then(hash_of);
        let hash = chain_hash(journal, seq, prev, &envelope.header, payload_hash);
        Ok(Self {
            seq,
            prev,
            hash,
            header: envelope.header.clone(),
            payload_hash: envelope.payload_hash.clone(),
            payload: sealed.map(|bytes| (key.id(), bytes)),
            answers,
        })
    }

    fn insert(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        tx.prepare_cached(
            "INSERT INTO entries (seq, prev, hash, header, payload_hash, payload_key, payload)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            sql(self.seq),
            hex::encode(self.prev),
            hex::encode(self.hash),
            self.header,
            self.payload_hash,
            self.payload.as_ref().map(|(key, _)| key),
            self.payload.as_ref().map(|(_, bytes)| bytes),
        ])?;
        match &self.answers {
            Some((directive, Some(signed))) => {
                tx.execute(
                    "INSERT INTO armed (directive, signed) VALUES (?1, ?2) ON CONFLICT (directive) DO NOTHING",
                    params![directive.to_string(), signed],
                )?;
            }
            Some((directive, None)) => {
                tx.execute("DELETE FROM armed WHERE directive = ?1", [directive.to_string()])?;
            }
            None => {}
        }
        Ok(())
    }
}

fn write_compartments(tx: &Transaction<'_>, old: &Projection, new: &Projection) -> Result<(), RecordError> {
    for (no, compartment) in new.compartments() {
        if old.compartments().get(no) != Some(compartment) {
            tx.prepare_cached(
                "INSERT INTO compartment (no, content) VALUES (?1, ?2)
                 ON CONFLICT (no) DO UPDATE SET content = excluded.content",
            )?
            .execute(params![no.0, serde_json::to_string(compartment)?])?;
        }
    }
    Ok(())
}

fn hash_of(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok().map(|()| hash)
}

/// A position as SQLite stores it. Positions count entries of one terminal and never come near 2⁶³.
fn sql(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// The reverse of [`sql`].
fn unsql(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}

/// Where tests make the process die: `KIOSK_FAILPOINT=before-commit:N` or `after-commit:N` aborts at the N-th
/// transaction of entries, `before-ack:N` when the N-th acknowledgement is in and not yet noted. Only in builds with debug assertions; the released program has no such thing.
#[derive(Debug, Default)]
struct Failpoint {
    #[cfg(debug_assertions)]
    before: Option<u64>,
    #[cfg(debug_assertions)]
    after: Option<u64>,
    #[cfg(debug_assertions)]
    ack: Option<u64>,
    #[cfg(debug_assertions)]
    commits: u64,
    #[cfg(debug_assertions)]
    acks: u64,
}

#[cfg(debug_assertions)]
impl Failpoint {
    fn from_env() -> Self {
        let wanted = std::env::var("KIOSK_FAILPOINT").unwrap_or_default();
        let at = |name: &str| wanted.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')?.parse().ok());
        Self { before: at("before-commit"), after: at("after-commit"), ack: at("before-ack"), commits: 0, acks: 0 }
    }

    fn before_commit(&mut self) {
        self.commits += 1;
        if self.before == Some(self.commits) {
            std::process::abort();
        }
    }

    fn after_commit(&self) {
        if self.after == Some(self.commits) {
            std::process::abort();
        }
    }

    fn before_ack(&mut self) {
        self.acks += 1;
        if self.ack == Some(self.acks) {
            std::process::abort();
        }
    }
}

#[cfg(not(debug_assertions))]
#[expect(clippy::unused_self, reason = "the released program has no failpoints")]
impl Failpoint {
    fn from_env() -> Self {
        Self {}
    }

    fn before_commit(&mut self) {}

    fn after_commit(&self) {}

    fn before_ack(&mut self) {}
}

/// The folder and the file error that both ends of the journal share.
impl From<FileError> for OpenError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}
