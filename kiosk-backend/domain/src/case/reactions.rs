//! What comes of what happened to a case: one list, in order, in the transaction of the event itself. Each may read what
//! those before it wrote.

use hall_rules::CaseEvent;
use hall_rules::case::Transition;
use hall_rules::clock::Past;
use hall_rules::notice::Form;
use hall_store::event::{Event, EventKind};
use hall_store::parcels::Parcel;
use hall_store::{self as store, StoreResult, Tx, word_of};
use kiosk_wire::{SubmissionId, WindowId};
use serde_json::json;

use crate::case::happening::{Happened, Happening};
use crate::case::joint::parts;
use crate::case::messages::write;
use crate::case::notices;
use crate::ground::moment::Moment;

/// An event that was appended.
pub(crate) struct Appended<'a> {
    /// Whose.
    pub(crate) case: SubmissionId,
    /// Its number within the case's history.
    pub(crate) n: u64,
    /// The window that works the case.
    pub(crate) window: Option<WindowId>,
    pub(crate) happened: &'a Happened<'a>,
    /// The row of the rules' table, where it moved the state.
    pub(crate) row: Option<&'static Transition>,
    /// All that moved the state, this last.
    pub(crate) past: &'a [Past],
}

impl Appended<'_> {
    fn is(&self, event: CaseEvent) -> bool {
        self.happened.what == Happening::Case(event)
    }
}

type Reaction = fn(&Tx<'_>, &Moment, &Appended<'_>) -> StoreResult<()>;

const ALL: [Reaction; 7] = [notice, departments, place, parcel, message, webhooks, announcement];

/// What receivers of webhooks are told, wherever it happens: `docs/wire.md` lists the same.
pub const TOLD_TO_OTHERS: [CaseEvent; 4] =
    [CaseEvent::Deposited, CaseEvent::DepositUnconfirmed, CaseEvent::ResultReady, CaseEvent::Collected];

/// Lets everything follow.
pub(crate) fn follow(tx: &Tx<'_>, moment: &Moment, appended: &Appended<'_>) -> StoreResult<()> {
    ALL.iter().try_for_each(|reaction| reaction(tx, moment, appended))
}

/// The notice that the rules' table wants of the step.
fn notice(tx: &Tx<'_>, moment: &Moment, appended: &Appended<'_>) -> StoreResult<()> {
    let Some((row, kind)) = appended.row.and_then(|row| Some((row, row.notice?))) else { return Ok(()) };
    let blank = Form::default();
    let step = (row.event, appended.happened.form.unwrap_or(&blank), appended.happened.staff);
    notices::make(tx, moment, appended.case, kind, appended.past, step)
}

/// Departments are asked, or asked no more.
fn departments(tx: &Tx<'_>, moment: &Moment, appended: &Appended<'_>) -> StoreResult<()> {
    let Some(row) = appended.row else { return Ok(()) };
    parts::follow(tx, moment, appended.case, appended.n, (row.event, row.from), appended.happened)
}

/// A result at the window is not in the box that the papers once came in.
fn place(tx: &Tx<'_>, _: &Moment, appended: &Appended<'_>) -> StoreResult<()> {
    if appended.is(CaseEvent::ResultReady) && appended.happened.compartment.is_none() {
        store::cases::set_place(tx, appended.case, None)?;
    }
    Ok(())
}

/// A parcel that was sent.
fn parcel(tx: &Tx<'_>, _: &Moment, appended: &Appended<'_>) -> StoreResult<()> {
    let Some(express) = appended.happened.form.and_then(|form| form.express.as_ref()) else { return Ok(()) };
    let parcel = Parcel { carrier: express.carrier.clone(), tracking: express.tracking.clone() };
    store::parcels::add(tx, appended.case, appended.n, &parcel)
}

/// The applicant is told.
fn message(tx: &Tx<'_>, moment: &Moment, appended: &Appended<'_>) -> StoreResult<()> {
    write::tell(tx, moment, appended.case, appended.happened.what, appended.n)
}

/// Other programs of the city are told; ids only.
fn webhooks(tx: &Tx<'_>, moment: &Moment, appended: &Appended<'_>) -> StoreResult<()> {
    let Appended { case, n, window, happened, .. } = *appended;
    if moment.hooks.is_empty() || !TOLD_TO_OTHERS.iter().any(|event| appended.is(*event)) {
        return Ok(());
    }
    for hook in moment.hooks.iter() {
        let key = format!("{case}.{n}.{hook}");
        let body = json!({
            "id": key, "event": format!("case.{}", word_of(&happened.what)), "case": case, "window": window,
            "kiosk": happened.kiosk, "at_ms": happened.at_ms,
        });
        store::jobs::add(tx, &key, &format!("webhook:{hook}"), &body.to_string(), moment.now_ms)?;
    }
    tx.wake_jobs();
    Ok(())
}

/// Open pages are told.
fn announcement(tx: &Tx<'_>, _: &Moment, appended: &Appended<'_>) -> StoreResult<()> {
    let deposit = appended.is(CaseEvent::Deposited) || appended.is(CaseEvent::DepositUnconfirmed);
    let kind = if deposit { EventKind::NewDeposit } else { EventKind::CaseChanged };
    let (case, kiosk) = (Some(appended.case), appended.happened.kiosk);
    tx.announce(Event { case, window: appended.window, kiosk, kind });
    if appended.is(CaseEvent::JointStarted) || appended.is(CaseEvent::Withdrawn) {
        parts::announce_all(tx, appended.case)?;
    }
    Ok(())
}
