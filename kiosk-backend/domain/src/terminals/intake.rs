//! Journal intake: every well-formed envelope is stored durably, then answered. Nothing is refused for what it says.

use std::sync::Arc;

use hall_rules::time::JournalTime;
use hall_store::event::{Event, EventKind};
use hall_store::journal::{JournalHead, NewEntry};
use hall_store::keys::Keys;
use hall_store::{self as store, StoreError, StoreResult, Tx, meta};
use hall_words::Reason;
use kiosk_wire::kiosk_api::{EntryResult, JournalAnswer, JournalPush, Taken};
use kiosk_wire::{Code, Fact, Header, JournalId, KioskId, Stamp, Submission};

use crate::case::index::indexes;
use crate::case::times::{self, When};
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::Moment;
use crate::ground::refusal::Refusal;
use crate::terminals::facts::{self, Context, Payload};

/// The most entries in one push; the body's own limit is usually met first.
pub const MOST_ENTRIES: usize = 1000;

/// From so many entries on, hashing and sealing leave the async threads, and the push has a transaction to itself.
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
pub async fn take(hall: &Hall, kiosk: KioskId, push: JournalPush) -> Result<JournalAnswer, Refusal> {
    if push.entries.len() > MOST_ENTRIES {
        return Err(Reason::PushLong { most: MOST_ENTRIES, sent: push.entries.len() }.into());
    }
    let (journal, sent) = (push.journal, push.clock.filter(|_| hall.clock().doubt().is_none()));
    let keys = hall.keys();
    let many = push.entries.len() >= MANY;
    let entries = if many {
        tokio::task::spawn_blocking(move || ready_all(&keys, push))
            .await
            .map_err(|cause| Refusal::internal(&cause))??
    } else {
        ready_all(&keys, push)?
    };
    let run = Arc::new(Run { context: context(hall, kiosk), journal, entries, sent });
    let first = run.clone();
    let quick = move |tx: &mut Tx<'_>| store_all(tx, &first, Mistakes::UndoAll);
    let stored = if many { hall.store().write_alone(quick).await } else { hall.store().write(quick).await };
    let outcome = match stored {
        // A mistake of ours with one entry must not block those behind it.
        Err(StoreError::Sql(_)) => hall.store().write(move |tx| store_all(tx, &run, Mistakes::SetAside)).await?,
        outcome => outcome?,
    };
    match outcome {
        Outcome::Answer(answer) => Ok(answer),
        Outcome::Refused(refusal) => Err(refusal),
    }
}

fn context(hall: &Hall, kiosk: KioskId) -> Context {
    Context {
        kiosk,
        receipt_prefix: hall.kiosk(kiosk).map(|known| known.receipt_prefix).unwrap_or_default(),
        moment: Moment::of(hall),
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
            return Err(Reason::EntryOutOfOrder { seq: ready.seq, before: seq, n }.into());
        }
        before = Some((ready.seq, ready.hash));
        all.push(ready);
    }
    Ok(all)
}

fn ready(keys: &Keys, journal: JournalId, envelope: kiosk_wire::Envelope, n: usize) -> Result<Ready, Refusal> {
    let seq = envelope.seq;
    let hash = envelope.check(journal).map_err(|cause| Reason::EntryCorrupt { seq, cause: cause.to_string(), n })?;
    if seq == 0 {
        return Err(Reason::EntryZero { n }.into());
    }
    let mut prev = [0; 32];
    hex::decode_to_slice(&envelope.prev, &mut prev).map_err(|_| Reason::EntryPrev { n })?;
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
        Ok(submission) => Payload::Submission(Box::new(indexes(keys, &submission))),
        Err(_) => Payload::Unreadable,
    }
}

fn store_all(tx: &mut Tx<'_>, run: &Run, mistakes: Mistakes) -> Result<Outcome, StoreError> {
    tx.mark_intake();
    let Run { context, journal, entries, sent } = run;
    let journal = *journal;
    let mut head = match store::journal::head(tx, journal)? {
        Some(head) => head,
        None => {
            if entries.first().is_some_and(|first| first.seq == 1) {
                store::journal::begin(tx, journal, context.kiosk, context.moment.now_ms)?;
            }
            // A journal begins when its terminal is enrolled, or later.
            store::journal::head(tx, journal)?.unwrap_or(JournalHead {
                kiosk: context.kiosk,
                next: 1,
                head: [0; 32],
                forked: false,
                time: JournalTime::since(context.moment.now_ms),
            })
        }
    };
    if head.kiosk != context.kiosk {
        return Ok(Outcome::Refused(Reason::ForeignJournal.into()));
    }
    if head.forked {
        return Ok(Outcome::Refused(forked(head.next)));
    }
    if let Some(at) = sent {
        times::hear(tx, &context.moment, journal, &mut head, at)?;
    }
    let mut results = Vec::with_capacity(entries.len());
    let before = head.next;
    for entry in entries {
        match store_one(tx, run, mistakes, &mut head, entry)? {
            Stored::Taken(taken) => results.push(EntryResult { seq: entry.seq, taken }),
            Stored::Forked => return fork(tx, context, journal, before, &head, entry.seq),
            Stored::Gap => {
                let lacking = Reason::EntriesLacking { came: entry.seq, next: head.next };
                return Ok(Outcome::Refused(lacking.into()));
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
        server_ms: context.moment.now_ms,
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
    let sealed = match &entry.sealed {
        // The data key may have been rotated since it was sealed.
        Some(sealed) => {
            let context_of = store::journal::payload_context(journal, entry.seq);
            context.moment.keys.sealer.renewed(sealed, &context_of)?
        }
        None => None,
    };
    let new = NewEntry {
        seq: entry.seq,
        hash: &entry.hash,
        header: &entry.header_text,
        payload_hash: entry.payload_hash.as_deref(),
        payload: sealed.as_deref().or(entry.sealed.as_deref()),
    };
    let id = store::journal::insert(tx, journal, &new, context.moment.now_ms)?;
    let stamp = entry.header.as_ref().map(|header| &header.at);
    let when = stamp.map(|at| times::of_entry(tx, &context.moment, journal, head, at)).transpose()?;
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
        (Some(header), Some(when)) => facts::apply(tx, context, id, when, header, &entry.payload),
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
    match tx.attempt(|tx| apply(tx, context, id, when, entry)) {
        Err(StoreError::Sql(cause)) => {
            tracing::error!(kiosk = %context.kiosk, seq = entry.seq, cause, "a fact could not be applied");
            Ok(Some(Code::Internal))
        }
        applied => applied,
    }
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
    store::journal::mark_forked(tx, journal, seq, context.moment.now_ms)?;
    let object = format!("journal {journal} at {seq}");
    audit::write(tx, context.moment.now_ms, Who::Kiosk(context.kiosk), Action::JournalForked, None, &object)?;
    let kiosk = Some(context.kiosk);
    tx.announce(Event { case: None, window: None, kiosk, kind: EventKind::KioskChanged });
    tracing::error!(kiosk = %context.kiosk, journal = %journal, seq, "journal forked");
    Ok(Outcome::Refused(forked(seq)))
}

fn forked(seq: u64) -> Refusal {
    Reason::JournalForked { seq }.into()
}
