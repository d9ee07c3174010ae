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

/// The levels from 5 down, as the standard words them.
pub const LEVELS: [(u8, &str, &str); 5] = [
    (5, "非常满意", "Very satisfied"),
    (4, "满意", "Satisfied"),
    (3, "基本满意", "Fairly satisfied"),
    (2, "不满意", "Dissatisfied"),
    (1, "非常不满意", "Very dissatisfied"),
];

/// The best level that opens a call-back.
const BAD: u8 = 2;

/// A level's words.
pub fn level_words(level: &u8) -> (&'static str, &'static str) {
    LEVELS.iter().find(|(one, ..)| one == level).map_or(("", ""), |(_, zh, en)| (zh, en))
}

/// Where a rating was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// At a terminal, after the result was taken out.
    Terminal(KioskId),
    /// On the public page.
    Page,
}

/// Whether a case in this state can be rated: once its applicant has the result.
pub fn may_rate(state: CaseState) -> bool {
    matches!(state, CaseState::Collected | CaseState::Archived)
}

/// Keeps a rating and opens the call-back that a bad one wants. False: the case was rated before; that one stays.
pub fn keep(
    tx: &mut Tx<'_>,
    moment: &Moment,
    case: SubmissionId,
    level: u8,
    via: Via,
    at_ms: i64,
) -> StoreResult<bool> {
    let (word, kiosk) = match via {
        Via::Terminal(kiosk) => ("terminal", Some(kiosk)),
        Via::Page => ("page", None),
    };
    if !store::ratings::add(tx, case, level, word, at_ms, moment.now_ms)? {
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
