//! The whole database against its own hashes and rules. Whatever is believed elsewhere is computed here again: chains of
//! journals, events and audit, sealed texts, and every projection from the events that it stands for.

use hall_rules::case::derive;
use hall_rules::clock::Past;
use hall_rules::joint::{PartEvent, PartState};
use hall_rules::{Calendar, CaseEvent};
use hall_store::event::{Event, EventKind};
use hall_store::verify::{CaseRow, Moved};
use hall_store::{self as store, Connection, StoreResult, verify as rows};
use jiff::Timestamp;
use kiosk_wire::entry::chain_hash;
use kiosk_wire::{Fact, Header, Submission, SubmissionId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::case::{clocks, index};
use crate::ground::hall::Hall;
use crate::ground::moment::Moment;
use crate::ground::refusal::Refusal;

/// The most flaws that are written down; more is a broken disk, and the count says so.
const MOST: usize = 100;

/// Under which name the last result is kept.
const KEPT: &str = "verified";

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// When it began, milliseconds since the epoch.
    pub at_ms: i64,
    /// How many cases were looked at.
    pub cases: u64,
    /// How many events of cases.
    pub events: u64,
    /// How many entries of terminals' journals.
    pub entries: u64,
    /// How many entries of the audit.
    pub audit: i64,
    /// How many flaws there are in all.
    pub count: u64,
    /// The first of them, in words: where, and what does not agree. Nothing personal.
    pub flaws: Vec<String>,
}

impl Verified {
    fn flaw(&mut self, what: impl Into<String>) {
        self.count += 1;
        if self.flaws.len() < MOST {
            self.flaws.push(what.into());
        }
    }
}

/// Looks at everything, as it is at one moment.
pub fn all(connection: &Connection, moment: &Moment) -> StoreResult<Verified> {
    rows::at_one_moment(connection, |at_once| {
        let mut found = Verified { at_ms: moment.now_ms, ..Verified::default() };
        for (name, look) in PARTS {
            // A part that cannot be read to its end is a flaw like any other: the next is looked at all the same.
            if let Err(cause) = look(at_once, moment, &mut found) {
                found.flaw(format!("{name}: {cause}"));
            }
        }
        Ok(found)
    })
}

type Part = fn(&Connection, &Moment, &mut Verified) -> StoreResult<()>;

const PARTS: [(&str, Part); 7] = [
    ("the file", file),
    ("the audit", audit),
    ("journals", journals),
    ("cases", cases),
    ("sealed texts", sealed),
    ("parts of joint reviews", parts),
    ("catalogues and calendars", texts),
];

fn file(connection: &Connection, _: &Moment, found: &mut Verified) -> StoreResult<()> {
    for flaw in rows::file(connection)? {
        found.flaw(format!("the file: {flaw}"));
    }
    match rows::orphans(connection)? {
        0 => Ok(()),
        many => {
            found.flaw(format!("{many} rows belong to a case, entry or journal that is not there"));
            Ok(())
        }
    }
}

fn audit(connection: &Connection, _: &Moment, found: &mut Verified) -> StoreResult<()> {
    found.audit = store::audit::verify(connection)?;
    Ok(())
}

fn journals(connection: &Connection, moment: &Moment, found: &mut Verified) -> StoreResult<()> {
    for journal in rows::journals(connection)? {
        let (mut next, mut prev) = (1, [0; 32]);
        rows::entries(connection, journal.id, |entry| {
            found.entries += 1;
            let at = || format!("journal {}, entry {}", journal.id, entry.seq);
            if entry.seq != next {
                found.flaw(format!("{}: the entry before it is missing", at()));
            }
            if chain_hash(journal.id, entry.seq, prev, &entry.header, entry.payload_hash) != entry.hash {
                found.flaw(format!("{}: it is not what its hash says", at()));
            }
            if let Some(sealed) = &entry.payload {
                let context = store::journal::payload_context(journal.id, entry.seq);
                match moment.keys.sealer.open(sealed, &context) {
                    Ok(text) if Some(<[u8; 32]>::from(Sha256::digest(text.expose()))) == entry.payload_hash => {}
                    Ok(_) => found.flaw(format!("{}: its payload is not what its hash says", at())),
                    Err(cause) => found.flaw(format!("{}: {cause}", at())),
                }
            }
            (next, prev) = (entry.seq + 1, entry.hash);
            Ok(())
        })?;
        if (journal.next, journal.head) != (next, prev) {
            found.flaw(format!("journal {}: its head is not that of its newest entry", journal.id));
        }
    }
    Ok(())
}

fn cases(connection: &Connection, moment: &Moment, found: &mut Verified) -> StoreResult<()> {
    let mut items = clocks::Items::new();
    let indexed = index::is_done(connection)?;
    rows::cases(connection, |row| {
        found.cases += 1;
        let row = match row {
            Ok(row) => row,
            Err(cause) => {
                found.flaw(format!("case number {}: {cause}", found.cases));
                return Ok(());
            }
        };
        chain(connection, row.id, found)?;
        let moved = rows::moved(connection, row.id)?;
        for part in follows(&row, &moved) {
            found.flaw(format!("case {}: its {part} does not follow from its events", row.id));
        }
        if !row.green {
            // In the green channel its days hang on a setting, which may have changed since.
            let past = past(&moved);
            let shown = clocks::shown_with(connection, moment, row.id, &past, &mut items)?;
            let days = shown.due_and_soon.unzip();
            let clock = (shown.clock.map(|kind| kind.code().to_owned()), days.0, days.1, shown.lacks);
            if clock != row.clock {
                found.flaw(format!("case {}: its clock does not follow from its events", row.id));
            }
        }
        for part in made(moment, &row, indexed) {
            found.flaw(format!("case {}: its {part} is not that of the entry that made it", row.id));
        }
        Ok(())
    })
}

fn past(moved: &[Moved]) -> Vec<Past> {
    let one = |event: &Moved| {
        let at = Timestamp::from_millisecond(event.at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        Some(Past { event: CaseEvent::from_code(&event.kind)?, at, days: event.days })
    };
    moved.iter().filter_map(one).collect()
}

/// The chain of a case's events. Events from before the chain have no hash; after the first that has one, all have.
fn chain(connection: &Connection, id: SubmissionId, found: &mut Verified) -> StoreResult<()> {
    let mut prev: Option<[u8; 32]> = None;
    for (at, (record, hash)) in store::case_events::records(connection, id)?.into_iter().enumerate() {
        found.events += 1;
        match hash {
            None if prev.is_none() => continue,
            Some(hash) if hash == store::case_events::link(&prev.unwrap_or_default(), id, &record) => prev = Some(hash),
            _ => {
                found.flaw(format!("case {id}: the chain of its events breaks at event {}", at + 1));
                return Ok(());
            }
        }
    }
    Ok(())
}

/// What of a case's row does not follow from its events.
fn follows(row: &CaseRow, moved: &[Moved]) -> Vec<&'static str> {
    let last = |kinds: &[CaseEvent]| moved.iter().rfind(|event| kinds.iter().any(|kind| kind.code() == event.kind));
    let first = |kinds: &[CaseEvent]| moved.iter().find(|event| kinds.iter().any(|kind| kind.code() == event.kind));
    let deposits = [CaseEvent::Deposited, CaseEvent::DepositUnconfirmed];
    let state = derive(moved.iter().filter_map(|event| CaseEvent::from_code(&event.kind))).standing.state;
    let in_order = moved.iter().enumerate().all(|(at, event)| event.n == at as u64 + 1);
    let doubt = last(&deposits).and_then(|event| event.note.as_ref());
    [
        ("state", state == Some(row.state)),
        ("number of events", in_order && row.version == moved.len() as u64),
        ("news", row.news_version == last(&deposits).map_or(1, |event| event.n)),
        ("time of its last change", moved.last().is_some_and(|event| event.recorded_ms == row.changed_ms)),
        ("time of its deposit", row.deposited_ms == first(&deposits).map(|event| event.at_ms)),
        ("doubt", row.doubt.is_none() || row.doubt.as_ref() == doubt),
    ]
    .into_iter()
    .filter_map(|(what, holds)| (!holds).then_some(what))
    .collect()
}

/// What of a case's row is not as the entry says that made it; its indexes only once all are as this release folds.
fn made(moment: &Moment, row: &CaseRow, indexed: bool) -> Vec<&'static str> {
    let (journal, seq, header, payload) = &row.made_by;
    let Ok(Header { fact: Fact::SubmissionPrepared { submission, receipt, item, item_version, .. }, .. }) =
        serde_json::from_str::<Header>(header)
    else {
        return vec!["entry"];
    };
    let mut wrong = Vec::new();
    if submission != row.id || receipt.0 != row.receipt || (item, item_version) != row.item {
        wrong.push("number or item");
    }
    let context = store::journal::payload_context(*journal, *seq);
    let text = payload.as_ref().and_then(|sealed| moment.keys.sealer.open(sealed, &context).ok());
    let made = text.and_then(|text| serde_json::from_str::<Submission>(text.expose()).ok());
    let wanted = made.map_or([None; 4], |made| index::person_indexes(&moment.keys, &made));
    if indexed && wanted != row.indexes {
        wrong.push("index of the person");
    }
    wrong
}

fn sealed(connection: &Connection, moment: &Moment, found: &mut Verified) -> StoreResult<()> {
    store::sealed::beside_journals(connection, |row| {
        match moment.keys.sealer.open(&row.body, &row.context) {
            Ok(text) => {
                let hash = <[u8; 32]>::from(Sha256::digest(text.expose()));
                if row.hash.is_some_and(|wanted| wanted != hash) {
                    found.flaw(format!("{}: a text is not what its hash says", row.table));
                }
            }
            Err(cause) => found.flaw(format!("{}: {cause}", row.table)),
        }
        Ok(())
    })?;
    for (kind, year) in rows::numbers_with_gaps(connection)? {
        found.flaw(format!("notices {kind} of {year} are not numbered without a gap"));
    }
    match rows::papers_beside_events(connection)? {
        0 => {}
        many => found.flaw(format!("{many} notes, fields or files do not agree with the events they belong to")),
    }
    Ok(())
}

fn parts(connection: &Connection, _: &Moment, found: &mut Verified) -> StoreResult<()> {
    for (id, state, events) in rows::parts(connection)? {
        let step = |state: Option<Option<PartState>>, word: &str| {
            PartEvent::from_code(word).and_then(|event| PartState::after(state?, event)).map(Some)
        };
        let derived = events.split_whitespace().fold(Some(None), step).flatten();
        if derived.map(PartState::code) != Some(&*state) {
            found.flaw(format!("part {id}: its state does not follow from its events"));
        }
    }
    Ok(())
}

fn texts(connection: &Connection, _: &Moment, found: &mut Verified) -> StoreResult<()> {
    rows::named_texts(connection, |table, name, body| {
        let hash = hex::encode(Sha256::digest(&body));
        let holds = if table == "catalogues" { name == format!("\"c{}\"", &hash[..24]) } else { name == hash };
        if !holds {
            found.flaw(format!("{table}: a text is not what its hash says"));
        }
        Ok(())
    })?;
    for (year, text) in store::catalogue::calendars(connection)? {
        let read = Calendar::from_files(&[("calendar", text.as_str())]).ok();
        if read.is_none_or(|calendar| calendar.years().all(|(number, _)| number != year)) {
            found.flaw(format!("calendar {year}: it cannot be read, or is of another year"));
        }
        // The audit says which text was imported last; releases before this one did not.
        let hash = hex::encode(Sha256::digest(&text));
        if rows::calendar_of_audit(connection, year)?.is_some_and(|wanted| wanted != hash) {
            found.flaw(format!("calendar {year}: it is not the text that was imported"));
        }
    }
    Ok(())
}

/// Looks at everything and keeps what came of it, for the console.
pub fn and_keep_blocking(hall: &Hall) -> Result<Verified, Refusal> {
    let moment = Moment::of(hall);
    let found = hall.store().read_blocking(|connection| all(connection, &moment))?;
    let text = serde_json::to_string(&found).map_err(|cause| Refusal::internal(&cause))?;
    let broken = found.count;
    hall.store().write_blocking(move |tx| {
        store::meta::set_text(tx, KEPT, &text)?;
        if broken > 0 {
            tracing::error!(code = "broken-database", flaws = broken, "the database does not agree with itself");
            tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
        }
        Ok::<_, Refusal>(())
    })?;
    Ok(found)
}

/// The same beside a running server.
pub async fn and_keep(hall: &Hall) -> Result<Verified, Refusal> {
    let hall = hall.clone();
    tokio::task::spawn_blocking(move || and_keep_blocking(&hall)).await.map_err(|cause| Refusal::internal(&cause))?
}

/// What came of it last.
pub async fn last(hall: &Hall) -> Result<Option<Verified>, Refusal> {
    let kept = hall.store().read(|connection| store::meta::text(connection, KEPT)).await?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()))
}
