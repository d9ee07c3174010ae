//! Journal intake: every well-formed envelope is stored durably, then answered. Nothing is refused for what it says.

use std::sync::Arc;

use hall_rules::initials::READINGS;
use hall_rules::time::JournalTime;
use kiosk_wire::kiosk_api::{EntryResult, JournalAnswer, JournalPush, Taken};
use kiosk_wire::{Code, Fact, Header, JournalId, KioskId, Stamp, Submission};

use super::audit::{self, Action, Who};
use super::clocks::Desk;
use super::facts::{self, Context, Payload};
use super::queries;
use super::times::{self, When};
use crate::app::App;
use crate::event::{Event, EventKind};
use crate::keys::Keys;
use crate::problem::Refusal;
use crate::store::cases::Indexes;
use crate::store::journal::{JournalHead, NewEntry};
use crate::store::seal::{BlindIndex, IndexOf};
use crate::store::{self, Store, StoreError, StoreResult, Tx, meta};

/// The most entries in one push; the body's own limit is usually met first.
pub const MOST_ENTRIES: usize = 1000;
/// How many cases of an older release are indexed in one transaction.
const OLDER_AT_ONCE: usize = 500;
/// From so many entries on, hashing and sealing leave the async threads.
const MANY: usize = 16;

/// An entry, checked and sealed, ready for the writer.
struct Ready {
    seq: u64,
    prev: [u8; 32],
    hash: [u8; 32],
    header_text: String,
    header: Option<Header>,
    payload_hash: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
    payload: Payload,
}

/// A run of a terminal's journal, ready for the writer.
struct Run {
    context: Context,
    journal: JournalId,
    entries: Vec<Ready>,
    /// The terminal's clocks as it sent them, unless ours is in doubt.
    sent: Option<Stamp>,
}

/// What becomes of a push with an entry that cannot be applied.
#[derive(Clone, Copy)]
enum Mistakes {
    /// Nothing of the push is kept, and the caller is told: the quick way, for mistakes are rare.
    UndoAll,
    /// Its effects are undone, and it is set aside. Asks for a savepoint at each entry.
    SetAside,
}

/// What the transaction came to. A fork is kept on record, so it is no error to the store.
enum Outcome {
    Answer(JournalAnswer),
    Refused(Refusal),
}

/// Takes a push from `kiosk`.
pub async fn take(app: &App, kiosk: KioskId, push: JournalPush) -> Result<JournalAnswer, Refusal> {
    if push.entries.len() > MOST_ENTRIES {
        let title = format!("A push has at most {MOST_ENTRIES} entries, this one has {}", push.entries.len());
        return Err(Refusal::new(Code::InvalidValue, title, "Send fewer at a time").field("entries"));
    }
    let (journal, sent) = (push.journal, push.clock.filter(|_| app.clock().doubt().is_none()));
    let keys = app.keys();
    let entries = if push.entries.len() < MANY {
        ready_all(&keys, push)?
    } else {
        tokio::task::spawn_blocking(move || ready_all(&keys, push))
            .await
            .map_err(|cause| Refusal::internal(&cause))??
    };
    let run = Arc::new(Run { context: context(app, kiosk), journal, entries, sent });
    let first = run.clone();
    let outcome = match app.store().write(move |tx| store_all(tx, &first, Mistakes::UndoAll)).await {
        // A mistake of ours with one entry must not block those behind it.
        Err(StoreError::Sql(_)) => app.store().write(move |tx| store_all(tx, &run, Mistakes::SetAside)).await?,
        outcome => outcome?,
    };
    match outcome {
        Outcome::Answer(answer) => Ok(answer),
        Outcome::Refused(refusal) => Err(refusal),
    }
}

fn context(app: &App, kiosk: KioskId) -> Context {
    Context {
        kiosk,
        receipt_prefix: app.kiosk(kiosk).map(|known| known.receipt_prefix).unwrap_or_default(),
        hooks: app.hooks(),
        desk: Desk::of(app),
    }
}

fn ready_all(keys: &Arc<Keys>, push: JournalPush) -> Result<Vec<Ready>, Refusal> {
    let mut before: Option<(u64, [u8; 32])> = None;
    let mut all = Vec::with_capacity(push.entries.len());
    for (n, envelope) in push.entries.into_iter().enumerate() {
        let ready = ready(keys, push.journal, envelope, n)?;
        if let Some((seq, hash)) = before
            && (ready.seq != seq + 1 || ready.prev != hash)
        {
            let title = format!("Entry {} does not follow entry {seq}", ready.seq);
            return Err(Refusal::new(Code::JournalGap, title, "Send a run without gaps, oldest first")
                .field(format!("entries[{n}]")));
        }
        before = Some((ready.seq, ready.hash));
        all.push(ready);
    }
    Ok(all)
}

fn ready(keys: &Keys, journal: JournalId, envelope: kiosk_wire::Envelope, n: usize) -> Result<Ready, Refusal> {
    let corrupt = |title: String| {
        Refusal::new(Code::EntryCorrupt, title, "Run `kiosk journal verify` on the terminal; keep its disk")
            .field(format!("entries[{n}]"))
    };
    let hash = envelope.check(journal).map_err(|cause| corrupt(format!("Entry {}: {cause}", envelope.seq)))?;
    if envelope.seq == 0 {
        return Err(corrupt("Positions begin at 1".into()));
    }
    let mut prev = [0; 32];
    hex::decode_to_slice(&envelope.prev, &mut prev).map_err(|_| corrupt("`prev` is not a hash".into()))?;
    let header: Option<Header> = serde_json::from_str(&envelope.header).ok();
    let sealed = match &envelope.payload {
        Some(text) => {
            let context = store::journal::payload_context(journal, envelope.seq);
            Some(keys.sealer.seal(text.expose(), &context)?)
        }
        None => None,
    };
    Ok(Ready {
        seq: envelope.seq,
        prev,
        hash,
        payload: payload(keys, header.as_ref(), envelope.payload.as_ref()),
        header,
        payload_hash: envelope.payload_hash.and_then(|text| hex::decode(text).ok()),
        header_text: envelope.header,
        sealed,
    })
}

fn payload(keys: &Keys, header: Option<&Header>, text: Option<&kiosk_wire::Personal<String>>) -> Payload {
    if !matches!(header.map(|header| &header.fact), Some(Fact::SubmissionPrepared { .. })) {
        return Payload::Absent;
    }
    let Some(text) = text else { return Payload::Absent };
    match serde_json::from_str::<Submission>(text.expose()) {
        Ok(submission) => Payload::Submission(indexes(keys, &submission)),
        Err(_) => Payload::Unreadable,
    }
}

/// The family of a document as the rules know it.
pub fn family(document: kiosk_wire::submission::DocumentFamily) -> hall_rules::DocumentFamily {
    use kiosk_wire::submission::DocumentFamily as Wire;
    match document {
        Wire::ResidentNumber => hall_rules::DocumentFamily::ResidentNumber,
        Wire::ForeignResidentOld => hall_rules::DocumentFamily::ForeignResidentOld,
        Wire::TravelDocument => hall_rules::DocumentFamily::TravelDocument,
    }
}

fn indexes(keys: &Keys, submission: &Submission) -> Indexes {
    let applicant = &submission.applicant;
    let family = family(applicant.document);
    let number = applicant.number.expose();
    let last = number.char_indices().rev().nth(3).map_or(number.as_str(), |(at, _)| &number[at..]);
    let person = hall_rules::PersonKey::new(family, number);
    let index = |of, value: &str| keys.sealer.index(of, value);
    Indexes {
        person: index(IndexOf::PersonKey, person.expose()),
        last4: index(IndexOf::LastFour, last),
        name: index(IndexOf::Name, applicant.name.expose()),
        initials: initials(keys, applicant.name.expose()),
        phone: submission.phone.as_ref().map(|phone| index(IndexOf::Phone, phone.expose())),
    }
}

/// The blind indexes of person, last four, name and phone that a case made of this has.
pub(super) fn person_indexes(keys: &Keys, submission: &Submission) -> [Option<BlindIndex>; 4] {
    let Indexes { person, last4, name, phone, .. } = indexes(keys, submission);
    [Some(person), Some(last4), Some(name), phone]
}

/// The blind indexes of a name's initials. A name without letters has that of nothing, so that it counts as indexed.
fn initials(keys: &Keys, name: &str) -> [Option<BlindIndex>; READINGS] {
    let mut all = hall_rules::initials::readings(name);
    if all.is_empty() {
        all.push(String::new());
    }
    let mut indexes = [None; READINGS];
    for (place, reading) in indexes.iter_mut().zip(all) {
        *place = Some(keys.sealer.index(IndexOf::Initials, &reading));
    }
    indexes
}

/// Lets cases of an older release be found by initials, once.
pub fn index_older(store: &Store, keys: &Arc<Keys>) -> Result<(), StoreError> {
    let missing = store.read_blocking(store::cases::without_initials)?;
    for some in missing.chunks(OLDER_AT_ONCE) {
        let (some, keys) = (some.to_vec(), keys.clone());
        store.write_blocking(move |tx| {
            for (id, entry) in some {
                // A payload that does not open is told on the case's page; it must not keep the hall closed.
                if let Ok(Some(made)) = queries::submission_of(tx, &keys, entry) {
                    store::cases::set_initials(tx, id, &initials(&keys, made.applicant.name.expose()))?;
                }
            }
            Ok::<_, StoreError>(())
        })?;
    }
    Ok(())
}

fn store_all(tx: &mut Tx<'_>, run: &Run, mistakes: Mistakes) -> Result<Outcome, StoreError> {
    tx.mark_intake();
    let Run { context, journal, entries, sent } = run;
    let journal = *journal;
    let mut head = match store::journal::head(tx, journal)? {
        Some(head) => head,
        None => {
            if entries.first().is_some_and(|first| first.seq == 1) {
                store::journal::begin(tx, journal, context.kiosk, context.desk.now_ms)?;
            }
            // A journal begins when its terminal is enrolled, or later.
            store::journal::head(tx, journal)?.unwrap_or(JournalHead {
                kiosk: context.kiosk,
                next: 1,
                head: [0; 32],
                forked: false,
                time: JournalTime::since(context.desk.now_ms),
            })
        }
    };
    if head.kiosk != context.kiosk {
        let title = "This journal belongs to another terminal";
        let advice = "Do not copy a journal to another terminal; enrol this one anew with an empty folder";
        return Ok(Outcome::Refused(Refusal::new(Code::Forbidden, title, advice).field("journal")));
    }
    if head.forked {
        return Ok(Outcome::Refused(forked(head.next)));
    }
    if let Some(at) = sent {
        times::hear(tx, &context.desk, journal, &mut head, at)?;
    }
    let mut results = Vec::with_capacity(entries.len());
    let before = head.next;
    for entry in entries {
        match store_one(tx, run, mistakes, &mut head, entry)? {
            Stored::Taken(taken) => results.push(EntryResult { seq: entry.seq, taken }),
            Stored::Forked => return fork(tx, context, journal, before, &head, entry.seq),
            Stored::Gap => {
                let title = format!("Entry {} came, entry {} is lacking", entry.seq, head.next);
                let advice = format!("Send again from {}", head.next);
                return Ok(Outcome::Refused(Refusal::new(Code::JournalGap, title, advice).field("entries")));
            }
        }
    }
    if head.next != before {
        store::journal::advance(tx, journal, &head)?;
    }
    Ok(Outcome::Answer(JournalAnswer {
        next: head.next,
        results,
        generation: meta::counter(tx, meta::GENERATION)?,
        server_ms: context.desk.now_ms,
    }))
}

enum Stored {
    Taken(Taken),
    Forked,
    Gap,
}

fn store_one(
    tx: &mut Tx<'_>,
    run: &Run,
    mistakes: Mistakes,
    head: &mut JournalHead,
    entry: &Ready,
) -> StoreResult<Stored> {
    let (context, journal) = (&run.context, run.journal);
    if entry.seq > head.next {
        return Ok(Stored::Gap);
    }
    if entry.seq < head.next {
        let stored = store::journal::stored(tx, journal, entry.seq)?;
        return Ok(match stored {
            Some((hash, set_aside)) if hash == entry.hash => Stored::Taken(taken(set_aside)),
            _ => Stored::Forked,
        });
    }
    if entry.prev != head.head {
        return Ok(Stored::Forked);
    }
    let new = NewEntry {
        seq: entry.seq,
        hash: &entry.hash,
        header: &entry.header_text,
        payload_hash: entry.payload_hash.as_deref(),
        payload: entry.sealed.as_deref(),
    };
    let id = store::journal::insert(tx, journal, &new, context.desk.now_ms)?;
    let stamp = entry.header.as_ref().map(|header| &header.at);
    let when = stamp.map(|at| times::of_entry(tx, &context.desk, journal, head, at)).transpose()?;
    let set_aside = match mistakes {
        Mistakes::UndoAll => apply(tx, context, id, when, entry)?,
        Mistakes::SetAside => apply_or_undo(tx, context, id, when, entry)?,
    };
    if let Some(code) = set_aside {
        tracing::warn!(kiosk = %context.kiosk, journal = %journal, seq = entry.seq, code = %code, "entry set aside");
        store::journal::set_aside(tx, id, code)?;
        let kiosk = Some(context.kiosk);
        tx.announce(Event { case: None, window: None, kiosk, kind: EventKind::Attention });
    }
    head.next = entry.seq + 1;
    head.head = entry.hash;
    Ok(Stored::Taken(taken(set_aside)))
}

/// Applies one fact, which happened `when` its stamp says, as far as that is known.
fn apply(tx: &mut Tx<'_>, context: &Context, id: i64, when: Option<When>, entry: &Ready) -> StoreResult<Option<Code>> {
    match (&entry.header, when) {
        (Some(header), Some(when)) => facts::apply(tx, context, id, when, header, entry.payload),
        _ => Ok(Some(Code::MalformedBody)),
    }
}

/// As [`apply`]; a mistake of ours undoes the fact's effects alone.
fn apply_or_undo(
    tx: &mut Tx<'_>,
    context: &Context,
    id: i64,
    when: Option<When>,
    entry: &Ready,
) -> StoreResult<Option<Code>> {
    tx.execute_batch("SAVEPOINT fact")?;
    let set_aside = match apply(tx, context, id, when, entry) {
        Err(StoreError::Sql(cause)) => {
            tracing::error!(kiosk = %context.kiosk, seq = entry.seq, cause, "a fact could not be applied");
            tx.execute_batch("ROLLBACK TO fact")?;
            Some(Code::Internal)
        }
        applied => applied?,
    };
    tx.execute_batch("RELEASE fact")?;
    Ok(set_aside)
}

fn taken(set_aside: Option<Code>) -> Taken {
    set_aside.map_or(Taken::Stored, |code| Taken::SetAside { code })
}

fn fork(
    tx: &mut Tx<'_>,
    context: &Context,
    journal: JournalId,
    before: u64,
    head: &JournalHead,
    seq: u64,
) -> Result<Outcome, StoreError> {
    if head.next != before {
        store::journal::advance(tx, journal, head)?;
    }
    store::journal::mark_forked(tx, journal, seq, context.desk.now_ms)?;
    let object = format!("journal {journal} at {seq}");
    audit::write(tx, context.desk.now_ms, Who::Kiosk(context.kiosk), Action::JournalForked, None, &object)?;
    let kiosk = Some(context.kiosk);
    tx.announce(Event { case: None, window: None, kiosk, kind: EventKind::KioskChanged });
    tracing::error!(kiosk = %context.kiosk, journal = %journal, seq, "journal forked");
    Ok(Outcome::Refused(forked(seq)))
}

fn forked(seq: u64) -> Refusal {
    let title = format!("The journal does not continue what is stored (near position {seq})");
    let advice = "The terminal must stop taking deposits. Keep its disk, look into its boxes, then enrol it anew";
    Refusal::new(Code::JournalForked, title, advice).field("entries")
}
