//! What is late goes up: to the chief and the supervisor, once when it is soon over and once when it is over.

use hall_rules::{Right, Text};
use hall_store::event::{Event, EventKind};
use hall_store::{self as store, StoreError};
use hall_words::Reason;
use kiosk_wire::SubmissionId;
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::clocks::Due;
use crate::case::joint::parts;
use crate::case::rows::{InboxRow, inbox_rows};
use crate::case::seen::seen_case;
use crate::figures::callbacks;
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::{Acting, Moment};
use crate::ground::refusal::Refusal;

/// The most that one page shows.
const SHOWN: u32 = 200;

/// A case that is late, in itself or in what it has brought about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Late {
    /// The case.
    pub row: InboxRow,
    /// Whether its time is over; otherwise it is soon.
    pub over: bool,
    /// Since when it is known.
    pub since_ms: i64,
    /// Departments whose answers are soon late or late.
    pub parts: Vec<(Text, Due)>,
    /// Its call-back, when that is soon late or late: the rating, and the clock.
    pub callback: Option<(u8, Due)>,
}

/// Writes what became late and is not written yet; what is written stays once.
pub async fn tick(hall: &Hall) -> Result<usize, Refusal> {
    let moment = Moment::of(hall);
    let today = moment.today();
    if hall.store().read(move |connection| store::escalations::waiting(connection, today)).await? == 0 {
        return Ok(0);
    }
    hall.store()
        .write(move |tx| {
            let written = store::escalations::write(tx, today, moment.now_ms)?;
            tracing::info!(count = written, "cases are late and were told to chiefs and supervisors");
            tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
            Ok(written)
        })
        .await
}

/// What is late and was seen by nobody who supervises, what is over first.
pub async fn open(hall: &Hall, actor: &Actor) -> Result<Vec<Late>, Refusal> {
    actor.must(Right::Supervise)?;
    let acting = Acting::new(hall, actor);
    let shared = hall.shared();
    Ok(hall
        .store()
        .read(move |connection| {
            let mut late = Vec::new();
            for one in store::escalations::open(connection, SHOWN)? {
                let Some(row) = store::cases::get(connection, one.case, acting.actor.staff.id)? else { continue };
                let parts = parts::late(connection, &acting.moment, &shared, one.case)?;
                let callback = callbacks::late(connection, &acting.moment, one.case)?;
                late.extend(inbox_rows(connection, &acting, vec![row])?.into_iter().map(|row| Late {
                    row,
                    over: one.over,
                    since_ms: one.made_ms,
                    parts: parts.clone(),
                    callback,
                }));
            }
            Ok::<_, StoreError>(late)
        })
        .await?)
}

/// The actor saw it: it leaves the list, and comes again only when it gets worse.
pub async fn seen(hall: &Hall, actor: &Actor, case: SubmissionId) -> Result<(), Refusal> {
    actor.must(Right::Supervise)?;
    let acting = Acting::new(hall, actor);
    hall.store()
        .write(move |tx| {
            seen_case(tx, &acting, case)?;
            if !store::escalations::seen(tx, case, acting.actor.staff.id, acting.now_ms)? {
                return Err(Reason::SeenAlready.into());
            }
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::EscalationSeen, Some(case), "")?;
            tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
            Ok(())
        })
        .await
}
