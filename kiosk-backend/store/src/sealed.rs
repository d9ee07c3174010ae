//! Every place of the database that holds sealed values: what is judged at night, and what is sealed anew when the data
//! key was rotated.
//!
//! No hash is over a sealed value: chains of journals and events, notices, the audit and signatures are over what was
//! sealed. So the bytes may change, and nothing that is bound by them does.

use std::collections::BTreeMap;

use kiosk_wire::{DirectiveId, JournalId, StaffId, SubmissionId};
use rusqlite::types::{Type, ValueRef};
use rusqlite::{Row, params};

use crate::columns::{u64_at, uuid_at};
use crate::seal::{KeyId, Sealer};
use crate::{Connection, StoreError, StoreResult};

/// The most rows that are looked at in one transaction, and the bytes after which there are enough: some milliseconds.
const ROWS: u32 = 100;
const BYTES: usize = 256 * 1024;

/// A column that holds sealed values.
pub struct Place {
    pub table: &'static str,
    pub column: &'static str,
    /// In hex, in a column of texts; a release that did not seal them wrote them as they are.
    hex: bool,
    /// The column with the SHA-256 of what was sealed, or `NULL`.
    hash: &'static str,
    /// What says whose the value is.
    whose: &'static str,
    /// What it is tied to, from those columns; the first is the fourth of the row.
    context: fn(&Row<'_>) -> rusqlite::Result<Vec<u8>>,
}

/// All there are. A test looks through the whole database for others.
pub const PLACES: [Place; 8] = [
    Place {
        table: "entries",
        column: "payload",
        hex: false,
        hash: "payload_hash",
        whose: "journal_id, seq",
        context: |row| Ok(crate::journal::payload_context(JournalId(uuid_at(row, 3)?), u64_at(row, 4)?)),
    },
    Place {
        table: "notices",
        column: "body",
        hex: false,
        hash: "hash",
        whose: "case_id, n",
        context: |row| Ok(crate::notices::context(case(row)?, row.get(4)?)),
    },
    Place {
        table: "joint_events",
        column: "body",
        hex: false,
        hash: "NULL",
        whose: "part_id",
        context: |row| Ok(crate::joint::context(uuid_at(row, 3)?)),
    },
    Place {
        table: "case_fields",
        column: "body",
        hex: false,
        hash: "NULL",
        whose: "case_id, n, field",
        context: |row| Ok(crate::papers::field_context(case(row)?, u64_at(row, 4)?, &row.get::<_, String>(5)?)),
    },
    Place {
        table: "case_papers",
        column: "body",
        hex: false,
        hash: "NULL",
        whose: "case_id, n",
        context: |row| Ok(crate::papers::context(case(row)?, u64_at(row, 4)?)),
    },
    Place {
        table: "callback_notes",
        column: "note",
        hex: false,
        hash: "NULL",
        whose: "case_id, n",
        context: |row| Ok(crate::ratings::note_context(case(row)?, row.get(4)?)),
    },
    Place {
        table: "directives",
        column: "body",
        hex: true,
        hash: "NULL",
        whose: "id",
        context: |row| Ok(crate::directives::context(DirectiveId(uuid_at(row, 3)?))),
    },
    Place {
        table: "kept_forms",
        column: "body",
        hex: false,
        hash: "NULL",
        whose: "visit_hash, staff_id",
        context: |row| Ok(crate::kept_forms::context(&row.get(3)?, StaffId(uuid_at(row, 4)?))),
    },
];

fn case(row: &Row<'_>) -> rusqlite::Result<SubmissionId> {
    Ok(SubmissionId(uuid_at(row, 3)?))
}

impl Place {
    /// The rows after one that hold a value, in order: where they are, the value, its hash, whose it is.
    fn rows_after(&self, limit: &str) -> String {
        let Self { table, column, hash, whose, .. } = self;
        format!(
            "SELECT rowid, {column}, {hash}, {whose} FROM {table}
             WHERE rowid > $1 AND {column} IS NOT NULL ORDER BY rowid {limit}"
        )
    }

    /// The value of a row, where it is sealed.
    fn value(&self, row: &Row<'_>) -> rusqlite::Result<Option<Vec<u8>>> {
        let wrong = |cause: Box<dyn std::error::Error + Send + Sync>| {
            rusqlite::Error::FromSqlConversionFailure(1, Type::Text, cause)
        };
        match row.get_ref(1)? {
            ValueRef::Text(text) if self.hex && text.starts_with(b"{") => Ok(None),
            ValueRef::Text(text) if self.hex => hex::decode(text).map(Some).map_err(|cause| wrong(cause.into())),
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
                row.get(1).map(Some)
            }
        }
    }
}

/// One sealed text, what it must be sealed for, and the hash that it must have, where one is kept.
pub struct SealedRow {
    pub table: &'static str,
    /// Sealed.
    pub body: Vec<u8>,
    /// What it is tied to.
    pub context: Vec<u8>,
    /// SHA-256 of the text.
    pub hash: Option<[u8; 32]>,
}

/// Each sealed text beside those of journals, which are read along their chains.
pub fn beside_journals(connection: &Connection, mut each: impl FnMut(SealedRow) -> StoreResult<()>) -> StoreResult<()> {
    for place in PLACES.iter().filter(|place| place.table != "entries") {
        let mut statement = connection.prepare(&place.rows_after(""))?;
        let mut rows = statement.query([i64::MIN])?;
        while let Some(row) = rows.next()? {
            if let Some(body) = place.value(row)? {
                each(SealedRow { table: place.table, body, hash: row.get(2)?, context: (place.context)(row)? })?;
            }
        }
    }
    Ok(())
}

/// How many values are sealed with which key other than this one: by table.
pub fn under_others(connection: &Connection, newest: KeyId) -> StoreResult<BTreeMap<KeyId, Vec<(&'static str, u64)>>> {
    let mut all: BTreeMap<KeyId, Vec<(&'static str, u64)>> = BTreeMap::new();
    for Place { table, column, hex, .. } in &PLACES {
        let (key, sealed) = match hex {
            true => (format!("lower(substr({column}, 1, 2))"), format!("{column} NOT LIKE '{{%'")),
            false => (format!("lower(hex(substr({column}, 1, 1)))"), format!("{column} IS NOT NULL")),
        };
        let sql = format!("SELECT {key}, COUNT(*) FROM {table} WHERE {sealed} AND {key} <> $1 GROUP BY 1 ORDER BY 1");
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([format!("{newest:02x}")])?;
        while let Some(row) = rows.next()? {
            // What is no number at all was sealed with no key: `verify` tells of it.
            let id = KeyId::from_str_radix(&row.get::<_, String>(0)?, 16).unwrap_or(0);
            all.entry(id).or_default().push((table, u64_at(row, 1)?));
        }
    }
    Ok(all)
}

/// What became of some rows of a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renewed {
    /// The row after which to go on; absent at the end. What is added there later is sealed with the newest key.
    pub last: Option<i64>,
    /// How many values were sealed anew.
    pub values: u32,
    /// How many do not open, and stay as they are.
    pub damaged: u32,
}

/// Seals the values of some rows of `PLACES[place]` after `after` anew, with the newest key.
pub fn renew(connection: &Connection, sealer: &Sealer, place: usize, after: i64) -> StoreResult<Renewed> {
    let mut done = Renewed::default();
    let Some(place) = PLACES.get(place) else { return Ok(done) };
    let mut anew = Vec::new();
    let mut statement = connection.prepare_cached(&place.rows_after(&format!("LIMIT {ROWS}")))?;
    let (mut rows, mut looked, mut bytes) = (statement.query([after])?, 0, 0);
    while looked < ROWS && bytes < BYTES {
        let Some(row) = rows.next()? else {
            done.last = None;
            break;
        };
        let at = row.get(0)?;
        done.last = Some(at);
        looked += 1;
        // What cannot be read or opened must not stop the others.
        let (Ok(value), Ok(context)) = (place.value(row), (place.context)(row)) else {
            done.damaged += 1;
            continue;
        };
        let Some(value) = value else { continue };
        bytes += value.len();
        match sealer.renewed(&value, &context) {
            Ok(Some(renewed)) => anew.push((at, renewed)),
            Ok(None) => {}
            Err(StoreError::Corrupt(_)) => done.damaged += 1,
            Err(other) => return Err(other),
        }
    }
    drop(rows);
    let sql = format!("UPDATE {} SET {} = $1 WHERE rowid = $2", place.table, place.column);
    let mut statement = connection.prepare_cached(&sql)?;
    for (at, renewed) in anew {
        done.values += 1;
        match place.hex {
            true => statement.execute(params![hex::encode(renewed), at])?,
            false => statement.execute(params![renewed, at])?,
        };
    }
    Ok(done)
}
