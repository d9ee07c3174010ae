//! The applicant rates (好差评, GB/T 39734-2020), once for each case; the two worst levels open a call-back (回访),
//! which somebody who supervises must settle.

use hall_rules::CaseState;
use hall_rules::clock::{Clock, ClockKind, Reading};
use hall_store::event::{Event, EventKind};
use hall_store::{self as store, StoreResult, Tx};
use jiff::Timestamp;
use kiosk_wire::{KioskId, SubmissionId};

use crate::case::happening::{Happened, Happening};
use crate::case::history;
use crate::ground::moment::Moment;

/// The best level that opens a call-back.
const BAD: u8 = 2;

/// Whether a case in this state can be rated: once its applicant has the result.
pub fn may_rate(state: CaseState) -> bool {
    matches!(state, CaseState::Collected | CaseState::Archived)
}

/// Keeps a rating, which was given at this terminal or on the public page, and opens the call-back that a bad one wants.
/// False: the case was rated before; that one stays.
pub fn keep(
    tx: &mut Tx<'_>,
    moment: &Moment,
    case: SubmissionId,
    level: u8,
    kiosk: Option<KioskId>,
    at_ms: i64,
) -> StoreResult<bool> {
    let via = if kiosk.is_some() { "terminal" } else { "page" };
    if !store::ratings::add(tx, case, level, via, at_ms, moment.now_ms)? {
        return Ok(false);
    }
    // Which level it was is for those who supervise, not for whoever served.
    let happened =
        Happened { what: Happening::Rated, at_ms, staff: None, kiosk, compartment: None, note: None, form: None };
    history::append(tx, moment, case, &happened)?;
    if level <= BAD {
        store::ratings::open(tx, case, clock(moment, moment.now_ms), moment.now_ms)?;
        tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
    }
    Ok(true)
}

/// The clock of a call-back that was opened then; absent while the calendar lacks a year.
pub(crate) fn clock(moment: &Moment, made_ms: i64) -> Option<Reading> {
    let since = Timestamp::from_millisecond(made_ms).ok()?;
    Clock::since(ClockKind::Callback, since, moment.callback_days).read(&moment.calendar, &moment.zone).ok()?
}
