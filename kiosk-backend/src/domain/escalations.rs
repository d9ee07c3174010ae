//! What is late goes up: to the chief and the supervisor, once when it is soon over and once when it is over.

use hall_rules::{Right, Text};
use kiosk_wire::{Code, SubmissionId};
use serde::Serialize;

use super::audit::{self, Action, Who};
use super::clocks::Desk;
use super::queries::{Look, inbox_rows, seen_case};
use super::views::{Actor, Due, InboxRow};
use super::{joint, ratings};
use crate::app::App;
use crate::event::{Event, EventKind};
use crate::problem::Refusal;
use crate::store::{self, StoreError};

/// The most that one page shows.
const SHOWN: u32 = 200;

/// A case that is late, in itself or in what it has brought about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
pub async fn tick(app: &App) -> Result<usize, Refusal> {
    let desk = Desk::of(app);
    let today = desk.today();
    if app.store().read(move |connection| store::escalations::waiting(connection, today)).await? == 0 {
        return Ok(0);
    }
    app.store()
        .write(move |tx| {
            let written = store::escalations::write(tx, today, desk.now_ms)?;
            tracing::info!(count = written, "cases are late and were told to chiefs and supervisors");
            tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
            Ok(written)
        })
        .await
}

/// What is late and was seen by nobody who supervises, what is over first.
pub async fn open(app: &App, actor: &Actor) -> Result<Vec<Late>, Refusal> {
    actor.must(Right::Supervise)?;
    let look = Look::new(app, actor);
    let catalogue = app.catalogue().map(|(_, body)| body);
    Ok(app
        .store()
        .read(move |connection| {
            let mut late = Vec::new();
            for one in store::escalations::open(connection, SHOWN)? {
                let Some(row) = store::cases::get(connection, one.case, look.actor.staff.id)? else { continue };
                let parts = joint::late(connection, &look.desk, catalogue.as_deref(), one.case)?;
                let callback = ratings::late(connection, &look.desk, one.case)?;
                late.extend(inbox_rows(connection, &look, vec![row])?.into_iter().map(|row| Late {
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
pub async fn seen(app: &App, actor: &Actor, case: SubmissionId) -> Result<(), Refusal> {
    actor.must(Right::Supervise)?;
    let look = Look::new(app, actor);
    app.store()
        .write(move |tx| {
            seen_case(tx, &look, case)?;
            if !store::escalations::seen(tx, case, look.actor.staff.id, look.now_ms)? {
                return Err(Refusal::new(Code::NotFound, "Somebody saw it before you", "Load the page again"));
            }
            audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::EscalationSeen, Some(case), "")?;
            tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
            Ok(())
        })
        .await
}
