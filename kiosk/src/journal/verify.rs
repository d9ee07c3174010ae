//! Proving a journal: the chain of hashes, every payload, and the compartments that follow from the entries.

use std::path::Path;

use kiosk_wire::{CompartmentNo, Envelope, Fact, Header, JournalId};
use rusqlite::{Connection, Row};
use serde::Serialize;
use thiserror::Error;

use super::projection::{Compartment, Projection};
use super::seal::PayloadKey;
use super::{OpenError, open, schema, unsql};

/// Something in a journal that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// A position is missing.
    #[error("entry {expected} is missing (found {found})")]
    Gap {
        /// The position that should be there.
        expected: u64,
        /// The one that is.
        found: u64,
    },
    /// An entry does not follow from the one before.
    #[error("entry {seq} does not follow from the entry before")]
    Chain { seq: u64 },
    /// An entry does not match its hash.
    #[error("entry {seq}: {what}")]
    Entry {
        seq: u64,
        /// What is wrong.
        what: String,
    },
    /// A stored compartment does not follow from the entries.
    #[error("compartment {compartment} is stored as something that does not follow from the entries")]
    Compartment { compartment: CompartmentNo },
}

/// What `kiosk journal verify` found.
#[derive(Debug, Serialize)]
pub struct Verification {
    pub journal: JournalId,
    /// The how-manieth of this terminal.
    pub generation: u32,
    /// How many entries.
    pub head: u64,
    /// How many payloads are held (the others were erased after their retention, or never were).
    pub payloads: u64,
    /// What is wrong; empty when all is well.
    pub findings: Vec<Finding>,
}

/// Checks the journal of a data folder, beside a kiosk that may be running.
pub fn verify(folder: &Path) -> Result<Verification, OpenError> {
    let path = schema::path(folder);
    if !path.exists() {
        return Err(OpenError::Missing(path));
    }
    let mut conn = schema::reader(&path).map_err(OpenError::Store)?;
    let tx = conn.transaction().map_err(OpenError::Store)?;
    let (journal, generation) =
        open::identity(&tx).map_err(OpenError::Store)?.ok_or(OpenError::Store(rusqlite::Error::QueryReturnedNoRows))?;
    let key = PayloadKey::read(folder)?;
    let mut verification = Verification { journal, generation, head: 0, payloads: 0, findings: Vec::new() };
    match replay(&tx, journal, Some(&key)) {
        Ok(replay) => {
            verification.head = replay.head;
            verification.payloads = replay.payloads;
            verification.findings = compare_compartments(&tx, &replay.projection).map_err(OpenError::Store)?;
        }
        Err(ReplayError::Damage(finding)) => verification.findings.push(finding),
        Err(ReplayError::Store(error)) => return Err(OpenError::Store(error)),
    }
    Ok(verification)
}

pub(super) struct Replay {
    pub(super) head: u64,
    pub(super) head_hash: [u8; 32],
    pub(super) payloads: u64,
    pub(super) projection: Projection,
}

#[derive(Debug, Error)]
pub(super) enum ReplayError {
    #[error(transparent)]
    Damage(#[from] Finding),
    #[error(transparent)]
    Store(#[from] rusqlite::Error),
}

/// Walks all entries. With a key the payloads are opened and checked too.
pub(super) fn replay(conn: &Connection, journal: JournalId, key: Option<&PayloadKey>) -> Result<Replay, ReplayError> {
    let mut replay = Replay { head: 0, head_hash: [0; 32], payloads: 0, projection: Projection::default() };
    let mut statement = conn.prepare(SELECT_ALL)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (mut envelope, sealed) = envelope(row)?;
        let seq = envelope.seq;
        if seq != replay.head + 1 {
            return Err(Finding::Gap { expected: replay.head + 1, found: seq }.into());
        }
        if envelope.prev != hex::encode(replay.head_hash) {
            return Err(Finding::Chain { seq }.into());
        }
        let wrong = |what: String| Finding::Entry { seq, what };
        if let Some(sealed) = sealed {
            replay.payloads += 1;
            if let Some(key) = key {
                envelope.payload = Some(key.open(journal, seq, &sealed).map_err(|error| wrong(error.to_string()))?);
            }
        }
        replay.head_hash = envelope.check(journal).map_err(|error| wrong(error.to_string()))?;
        let header: Header = serde_json::from_str(&envelope.header).map_err(|error| wrong(error.to_string()))?;
        if header.fact == Fact::Unknown {
            return Err(wrong("its kind is not known to this program: install the newer program again".into()).into());
        }
        replay.projection.apply(seq, &header.fact);
        replay.head = seq;
    }
    Ok(replay)
}

/// The columns that [`envelope`] reads.
pub(super) const SELECT_ALL: &str = "SELECT seq, prev, hash, header, payload_hash, payload FROM entries ORDER BY seq";

/// An entry as it is sent, with its payload still sealed beside it.
pub(super) fn envelope(row: &Row<'_>) -> rusqlite::Result<(Envelope, Option<Vec<u8>>)> {
    let envelope = Envelope {
        seq: unsql(row.get(0)?),
        prev: row.get(1)?,
        hash: row.get(2)?,
        header: row.get(3)?,
        payload_hash: row.get(4)?,
        payload: None,
    };
    Ok((envelope, row.get(5)?))
}

/// Compares the stored compartments with what follows from the entries.
pub(super) fn compare_compartments(conn: &Connection, projection: &Projection) -> rusqlite::Result<Vec<Finding>> {
    let mut stored = std::collections::BTreeMap::new();
    let mut statement = conn.prepare("SELECT no, content FROM compartment ORDER BY no")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text: String = row.get(1)?;
        stored.insert(CompartmentNo(row.get(0)?), serde_json::from_str::<Compartment>(&text).ok());
    }
    let all = stored.keys().chain(projection.compartments().keys()).copied().collect::<std::collections::BTreeSet<_>>();
    let differs = |no: &CompartmentNo| {
        stored.get(no).cloned().flatten() != projection.compartments().get(no).cloned()
            || stored.get(no).is_some_and(Option::is_none)
    };
    Ok(all.into_iter().filter(differs).map(|compartment| Finding::Compartment { compartment }).collect())
}
