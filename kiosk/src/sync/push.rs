//! Entries go up: in order, in batches, the same bytes for ever.

use std::sync::{Arc, PoisonError};

use kiosk_wire::Code;
use kiosk_wire::kiosk_api::{JournalAnswer, JournalPush, Taken};
use tokio::sync::watch;

use super::backoff::Backoff;
use super::http::CallError;
use super::{Context, News, Position};
use crate::journal::Outbox;

/// Entries in one request.
const MOST: usize = 512;
/// Bytes of one request, roughly; the backend takes 1 MiB.
const BYTES: usize = 600_000;

/// Sends for ever.
pub(super) async fn run(context: &Arc<Context>, mut positions: watch::Receiver<Position>) {
    let mut backoff = Backoff::default();
    loop {
        let position = *positions.borrow_and_update();
        let outbox = match Outbox::open(&context.folder) {
            Ok(outbox) if outbox.journal() == position.journal => outbox,
            Ok(_) => {
                // The runner is about to tell of another journal.
                if positions.changed().await.is_err() {
                    return;
                }
                continue;
            }
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be opened");
                context.pause(backoff.wait()).await;
                continue;
            }
        };
        match deliver(context, &mut positions, &outbox, &mut backoff).await {
            Ended::Closed => return,
            Ended::OtherJournal => {}
            Ended::Stuck => {
                // Nothing more goes up from this journal: wait for another one.
                while positions.borrow().journal == outbox.journal() {
                    if positions.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

enum Ended {
    Closed,
    OtherJournal,
    Stuck,
}

/// Delivers one journal. Starts one entry before what the backend says it lacks: should that entry be another one
/// there, the backend says so.
async fn deliver(
    context: &Arc<Context>,
    positions: &mut watch::Receiver<Position>,
    outbox: &Outbox,
    backoff: &mut Backoff,
) -> Ended {
    let journal = outbox.journal();
    let mut lacking = context.lacking.subscribe();
    let mut cursor: Option<u64> = None;
    let mut most = MOST;
    loop {
        let position = *positions.borrow_and_update();
        if position.journal != journal {
            return Ended::OtherJournal;
        }
        let said = lacking.borrow_and_update().filter(|(said, _)| *said == journal).map(|(_, next)| next);
        let from = match (cursor, said) {
            (None, None) => {
                if wait(positions, &mut lacking).await.is_err() {
                    return Ended::Closed;
                }
                continue;
            }
            (None, Some(next)) if next > position.head + 1 => {
                context.tell(News::RolledBack { next });
                return Ended::Stuck;
            }
            (None, Some(next)) => next.saturating_sub(1).max(1),
            (Some(cursor), Some(next)) => cursor.min(next.max(1)),
            (Some(cursor), None) => cursor,
        };
        if from > position.head {
            cursor = Some(from);
            if wait(positions, &mut lacking).await.is_err() {
                return Ended::Closed;
            }
            continue;
        }
        let entries = match outbox.entries(from, most, BYTES) {
            Ok(entries) => entries,
            Err(error) => {
                tracing::error!(%error, %journal, "entries cannot be read");
                context.pause(backoff.wait()).await;
                continue;
            }
        };
        let last = entries.last().map_or(from, |entry| entry.seq);
        let push = JournalPush { journal, entries, clock: Some(context.client.clock().stamp()) };
        let answered = context.client.post::<_, JournalAnswer>("/kiosk/v1/journal", &push).await;
        context.note(&answered);
        match answered {
            Ok(answer) => {
                backoff.succeeded();
                most = MOST;
                // What a heartbeat said before this answer is old by now.
                context.lacking.send_replace(None);
                cursor = Some(answer.next);
                taken(context, &push, &answer);
                if answer.next > last.max(positions.borrow().head) + 1 {
                    context.tell(News::RolledBack { next: answer.next });
                    return Ended::Stuck;
                }
            }
            Err(CallError::Refused(problem)) if problem.code == Code::JournalForked => {
                context.tell(News::Forked { detail: problem.title.clone() });
                return Ended::Stuck;
            }
            Err(CallError::Refused(problem)) if problem.code == Code::BodyTooLarge && most > 1 => most /= 2,
            Err(error) => {
                if error.code() == Some(Code::JournalGap) {
                    cursor = None;
                    context.lacking.send_replace(None);
                }
                tracing::debug!(%error, "entries were not delivered");
                context.pause(backoff.wait()).await;
            }
        }
    }
}

fn taken(context: &Context, push: &JournalPush, answer: &JournalAnswer) {
    context.client.clock().hear(answer.server_ms);
    for result in &answer.results {
        if let Taken::SetAside { code } = result.taken {
            tracing::warn!(seq = result.seq, %code, "the backend set an entry aside for a person to look at");
        }
    }
    context.tell(News::Generation(answer.generation));
    context.tell(News::Acknowledged { journal: push.journal, next: answer.next, server_ms: answer.server_ms });
}

async fn wait<A, B>(first: &mut watch::Receiver<A>, second: &mut watch::Receiver<B>) -> Result<(), ()> {
    tokio::select! {
        changed = first.changed() => changed.map_err(drop),
        changed = second.changed() => changed.map_err(drop),
    }
}

/// Tells what waits, whenever that changes.
pub(super) async fn count(context: &Arc<Context>, mut positions: watch::Receiver<Position>) {
    let mut told = None;
    let mut outbox: Option<Outbox> = None;
    loop {
        let position = *positions.borrow_and_update();
        if outbox.as_ref().is_none_or(|open| open.journal() != position.journal) {
            outbox = Outbox::open(&context.folder).ok();
        }
        if let Some(open) = &outbox
            && let Ok(unsent) = open.unsent(position.acknowledged)
            && told != Some(unsent)
        {
            told = Some(unsent);
            *context.unsent.lock().unwrap_or_else(PoisonError::into_inner) = unsent;
            context.tell(News::Unsent(unsent));
        }
        if positions.changed().await.is_err() {
            return;
        }
    }
}
