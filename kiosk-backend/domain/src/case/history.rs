//! The history of a case: what happened is appended, state and clocks follow, and then what comes of it.

use hall_rules::CaseEvent;
use hall_rules::case::{Need, Standing};
use hall_rules::clock::Past;
use hall_store::case_events::NewEvent;
use hall_store::cases::{Change, NewCase};
use hall_store::{self as store, StoreResult, Tx, word_of};
use jiff::Timestamp;
use kiosk_wire::SubmissionId;

use crate::case::clocks;
use crate::case::happening::{Happened, Happening};
use crate::case::reactions::{self, Appended};
use crate::ground::moment::Moment;

/// Appends what happened to a case's history, moves its state by the rules' table and computes its clocks anew; then
/// everything follows that comes of it. False when the table does not foresee it; then nothing was written.
pub fn append(tx: &Tx<'_>, moment: &Moment, case: SubmissionId, happened: &Happened<'_>) -> StoreResult<bool> {
    let (history, tip) = store::case_events::history_and_tip(tx, case)?;
    let mut past = history.past;
    let mut row = None;
    if let Happening::Case(event) = happened.what {
        row = hall_rules::case::derive(past.iter().map(|past| past.event)).standing.row(event);
        if row.is_none() {
            return Ok(false);
        }
    }
    let days =
        happened.form.filter(|_| row.is_some_and(|row| row.needs.contains(&Need::Days))).and_then(|form| form.days);
    let shown = match row {
        Some(row) => {
            let at = Timestamp::from_millisecond(happened.at_ms).unwrap_or_default();
            past.push(Past { event: row.event, at, days });
            Some(clocks::shown(tx, moment, case, &past)?)
        }
        None => None,
    };
    let change = match (row, &shown, happened.compartment) {
        (Some(row), Some(shown), Some(place))
            if matches!(row.event, CaseEvent::Deposited | CaseEvent::DepositUnconfirmed) =>
        {
            Change::Deposit { state: row.to, shown, place, at_ms: happened.at_ms, doubt: happened.note }
        }
        (Some(row), Some(shown), _) => Change::State(row.to, shown),
        (Some(_), None, _) | (None, ..) => told(happened),
    };
    let kind = word_of(&happened.what);
    let Some(window) =
        store::case_events::append(tx, case, tip, &change, &event(&kind, happened, days), moment.now_ms)?
    else {
        return Ok(false);
    };
    reactions::follow(tx, moment, &Appended { case, n: tip.n + 1, window: window.0, happened, row, past: &past })?;
    Ok(true)
}

/// Opens a case with its first event. No clock runs yet. False when its number or id is taken; then nothing was written.
pub fn open(tx: &Tx<'_>, moment: &Moment, new: &NewCase<'_>, happened: &Happened<'_>) -> StoreResult<bool> {
    let Some(row) = Standing::default().row(CaseEvent::Submitted) else { return Ok(false) };
    let kind = word_of(&happened.what);
    if !store::case_events::open(tx, new, &event(&kind, happened, None), moment.now_ms)? {
        return Ok(false);
    }
    let at = Timestamp::from_millisecond(happened.at_ms).unwrap_or_default();
    let past = [Past { event: row.event, at, days: None }];
    let (case, window) = (new.id, new.window);
    reactions::follow(tx, moment, &Appended { case, n: 1, window, happened, row: Some(row), past: &past })?;
    Ok(true)
}

fn event<'a>(kind: &'a str, happened: &Happened<'a>, days: Option<u16>) -> NewEvent<'a> {
    NewEvent {
        kind,
        at_ms: happened.at_ms,
        staff: happened.staff,
        kiosk: happened.kiosk,
        compartment: happened.compartment,
        note: happened.note,
        days,
    }
}

/// What an event that leaves the state as it is changes in the case's row: where paper or result is or may be.
fn told(happened: &Happened<'_>) -> Change<'static> {
    use Happening as H;
    match happened.what {
        H::DepositIntended | H::DepositReopened | H::DepositMoved | H::LoadingOpened => {
            Change::Place(happened.compartment)
        }
        H::LoadingVoided | H::PickupAffirmed | H::ResultRecovered => Change::Place(None),
        H::CollectionArmed
        | H::CollectionAnswered
        | H::CollectionCancelled
        | H::CollectionOpened
        | H::CollectionClosed
        | H::EmptinessAffirmed
        | H::CorrectionPrepared
        | H::CorrectionVoided
        | H::LoadingArmed
        | H::PickupOpened
        | H::Rated
        | H::OpenedFromDesk
        | H::CompartmentSetAside
        | H::ReturnedToService
        | H::PartAnswered
        | H::PartRecalled
        | H::FieldsKeyed
        | H::NoteAdded
        | H::FileAttached
        | H::MandateChecked
        | H::GreenSet
        | H::GreenEnded
        | H::TimeSettled
        | H::Case(_) => Change::None,
    }
}

/// A case's standing, from all that happened.
pub fn standing(tx: &Tx<'_>, id: SubmissionId) -> StoreResult<Standing> {
    let past = store::case_events::history(tx, id)?;
    Ok(hall_rules::case::derive(past.iter().map(|past| past.event)).standing)
}
