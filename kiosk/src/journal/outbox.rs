//! Reading what the backend lacks, beside the one who writes.

use std::collections::BTreeMap;
use std::path::Path;

use kiosk_wire::submission::DocumentFamily;
use kiosk_wire::{CompartmentNo, Envelope, JournalId, Personal, ResultHolder, Submission, SubmissionId};
use rusqlite::{Connection, params};
use serde::de::DeserializeOwned;

use super::seal::PayloadKey;
use super::verify::envelope;
use super::{Compartment, OpenError, SealError, open, schema, sql, unsql};

/// A reader of one journal for the thread that sends.
#[derive(Debug)]
pub struct Outbox {
    conn: Connection,
    key: PayloadKey,
    journal: JournalId,
}

/// What waits to be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsent {
    pub entries: u64,
    /// Deposits among them: closed doors, confirmed or not.
    pub deposits: u32,
    /// Wall clock of the oldest of them, milliseconds since the epoch.
    pub oldest_ms: Option<i64>,
}

/// The outbox could not be read.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The store failed.
    #[error("the journal cannot be read: {0}")]
    Store(#[from] rusqlite::Error),
    /// A compartment cannot be read.
    #[error("a stored compartment cannot be read: {0}")]
    Words(#[from] serde_json::Error),
    /// A payload cannot be opened.
    #[error("entry {seq}: {source}")]
    Seal { seq: u64, source: SealError },
}

impl Outbox {
    /// Opens the journal of a data folder for reading.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let conn = schema::reader(&schema::path(folder)).map_err(OpenError::Store)?;
        let (journal, _) = open::identity(&conn)
            .map_err(OpenError::Store)?
            .ok_or(OpenError::Store(rusqlite::Error::QueryReturnedNoRows))?;
        Ok(Self { conn, key: PayloadKey::read(folder)?, journal })
    }

    /// Which journal.
    pub fn journal(&self) -> JournalId {
        self.journal
    }

    /// Entries from `from` on, at most `most` of them and about `bytes` in all, at least one if there is one. The same
    /// bytes for the same position, always.
    pub fn entries(&self, from: u64, most: usize, bytes: usize) -> Result<Vec<Envelope>, OutboxError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT seq, prev, hash, header, payload_hash, payload FROM entries WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
        )?;
        let mut rows = statement.query(params![sql(from), i64::try_from(most).unwrap_or(i64::MAX)])?;
        let (mut entries, mut sum) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let (mut entry, sealed) = envelope(row)?;
            if let Some(sealed) = sealed {
                let seq = entry.seq;
                let opened = self.key.open(self.journal, seq, &sealed);
                entry.payload = Some(opened.map_err(|source| OutboxError::Seal { seq, source })?);
            }
            sum += weight(&entry);
            if sum > bytes && !entries.is_empty() {
                break;
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// Position up to which the backend has everything.
    pub fn acknowledged(&self) -> Result<u64, OutboxError> {
        let found = self.conn.query_row("SELECT coalesce(max(through), 0) FROM delivery", [], |row| row.get(0))?;
        Ok(unsql(found))
    }

    /// Every compartment that was ever used.
    pub fn compartments(&self) -> Result<BTreeMap<CompartmentNo, Compartment>, OutboxError> {
        let mut statement = self.conn.prepare_cached("SELECT no, content FROM compartment ORDER BY no")?;
        let rows = statement.query_map([], |row| Ok((CompartmentNo(row.get(0)?), row.get::<_, String>(1)?)))?;
        let mut compartments = BTreeMap::new();
        for row in rows {
            let (no, text) = row?;
            compartments.insert(no, serde_json::from_str(&text)?);
        }
        Ok(compartments)
    }

    /// What waits behind position `acknowledged`.
    pub fn unsent(&self, acknowledged: u64) -> Result<Unsent, OutboxError> {
        let unsent = self.conn.query_row(
            "SELECT count(*),
                    count(*) FILTER (WHERE json_extract(header, '$.kind') IN ('deposited', 'deposit_unconfirmed')),
                    min(json_extract(header, '$.at.wall_ms_utc'))
             FROM entries WHERE seq > ?1",
            [sql(acknowledged)],
            |row| Ok(Unsent { entries: unsql(row.get(0)?), deposits: row.get(1)?, oldest_ms: row.get(2)? }),
        )?;
        Ok(unsent)
    }
}

/// About how many bytes an entry takes in a request: its texts, doubled for quoting, and its hashes.
fn weight(entry: &Envelope) -> usize {
    let payload = entry.payload.as_ref().map_or(0, |text| text.expose().len());
    400 + entry.header.len() * 5 / 4 + payload * 5 / 4
}

/// The phone number that this person left with the newest of their submissions whose payload is still here. Opens the
/// journal for itself: it decrypts what it looks through, so it is not for the loop.
pub fn find_phone(folder: &Path, family: DocumentFamily, number: &str) -> Option<Personal<String>> {
    let outbox = Outbox::open(folder).ok()?;
    let mut statement = outbox
        .conn
        .prepare("SELECT seq, payload FROM entries WHERE payload IS NOT NULL ORDER BY seq DESC LIMIT ?1")
        .ok()?;
    let mut rows = statement.query([LOOK_BACK]).ok()?;
    while let Ok(Some(row)) = rows.next() {
        let (seq, sealed): (i64, Vec<u8>) = (row.get(0).ok()?, row.get(1).ok()?);
        let Ok(text) = outbox.key.open(outbox.journal, unsql(seq), &sealed) else { continue };
        let Ok(submission) = serde_json::from_str::<Submission>(text.expose()) else { continue };
        let applicant = &submission.applicant;
        if applicant.document == family && applicant.number.expose() == number && submission.phone.is_some() {
            return submission.phone;
        }
    }
    None
}

/// Which of these submissions, whose paper lies here, this person made. As [`find_phone`], not for the loop.
pub fn find_papers(folder: &Path, held: &[SubmissionId], family: DocumentFamily, number: &str) -> Vec<SubmissionId> {
    let theirs = |submission: &&SubmissionId| {
        let made: Option<Submission> = payload_of(folder, "submission_prepared", **submission);
        made.is_some_and(|made| made.applicant.document == family && made.applicant.number.expose() == number)
    };
    held.iter().filter(theirs).copied().collect()
}

/// A result that lies here for the person who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose.
    pub submission: SubmissionId,
    pub compartment: CompartmentNo,
    /// How it is known to be theirs.
    pub holder: ResultHolder,
}

/// Which of these results belong to this person. As [`find_phone`], not for the loop.
pub fn find_results(folder: &Path, held: &[(CompartmentNo, SubmissionId)], person_key: &str) -> Vec<Waiting> {
    let find = |(compartment, submission): &(CompartmentNo, SubmissionId)| {
        let holder: ResultHolder = payload_of(folder, "result_loaded", *submission)?;
        let theirs = holder.mark == ResultHolder::mark_of(*submission, person_key);
        theirs.then_some(Waiting { submission: *submission, compartment: *compartment, holder })
    };
    held.iter().filter_map(find).collect()
}

/// The newest payload of a kind of entry about this submission.
fn payload_of<T: DeserializeOwned>(folder: &Path, kind: &str, submission: SubmissionId) -> Option<T> {
    let outbox = Outbox::open(folder).ok()?;
    let (seq, sealed): (i64, Vec<u8>) = outbox
        .conn
        .query_row(
            "SELECT seq, payload FROM entries
             WHERE json_extract(header, '$.kind') = ?1 AND json_extract(header, '$.submission') = ?2
               AND payload IS NOT NULL
             ORDER BY seq DESC LIMIT 1",
            [kind, &submission.to_string()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .ok()?;
    let text = outbox.key.open(outbox.journal, unsql(seq), &sealed).ok()?;
    serde_json::from_str(text.expose()).ok()
}

/// How many submissions are looked through for a phone number.
const LOOK_BACK: i64 = 2_000;
