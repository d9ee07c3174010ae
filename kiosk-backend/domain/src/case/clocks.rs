//! The clocks of stored cases: which one a list shows, and how each stands.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use hall_rules::answers::ACTING_FOR;
use hall_rules::calendar::CalendarError;
use hall_rules::clock::{self, Clock, ClockKind, Light, Limits, Past, Reading};
use hall_rules::{Answers, CaseState, ServiceItem};
use hall_store::cases::{Clocked, LimitedBy, Shown};
use hall_store::{self as store, Connection, StoreResult};
use jiff::civil::Date;
use kiosk_wire::{Submission, SubmissionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::record;
use crate::ground::moment::Moment;

/// The clock of a case that ends first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "clock", rename_all = "snake_case")]
pub enum Due {
    /// It runs.
    Running {
        kind: ClockKind,
        /// The last day.
        #[schemars(with = "String", extend("format" = "date"))]
        due: Date,
        /// Working days left; 0 is today, negative is over. Absent while a year between lacks its calendar.
        #[serde(skip_serializing_if = "Option::is_none")]
        days_left: Option<i32>,
        /// How it stands.
        light: Light,
    },
    /// It stands still for a special procedure.
    Paused,
    /// It runs, but a year is missing from the calendar: import it.
    CalendarMissing,
    /// No clock runs.
    None,
}

/// One clock of a case, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClockView {
    pub kind: ClockKind,
    /// How many days it gives, extension included.
    pub days: u16,
    /// Working days, or calendar days.
    pub working: bool,
    /// How many are used up; absent when the calendar lacks a year.
    pub used: Option<u16>,
    /// The last day while it runs.
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub due: Option<Date>,
    /// How it stands; absent when it ended in time.
    pub light: Option<Light>,
    pub runs: bool,
    /// It stands still and will go on.
    pub paused: bool,
}

/// What was answered at the terminal, as the rules ask it.
pub fn answers(made: Option<&Submission>) -> Answers {
    let mut answers = Answers::new();
    let Some(made) = made else { return answers };
    for (question, option) in &made.situations {
        answers.set(question, option);
    }
    answers.set(ACTING_FOR, store::word_of(&made.acting_for));
    answers
}

/// The limits that hold for a case, which may be in the green channel.
pub fn limits(moment: &Moment, item: Option<&ServiceItem>, made: Option<&Submission>, green: bool) -> Limits {
    let Some(item) = item else { return Limits::default() };
    let limits = Limits::of(item, &answers(made));
    if green { limits.in_green_channel(item, moment.green_channel_percent) } else { limits }
}

/// Which clock a list shows, from what happened; a year that the calendar lacks leaves its end open.
pub fn shown(tx: &Connection, moment: &Moment, id: SubmissionId, past: &[Past]) -> StoreResult<Shown> {
    shown_with(tx, moment, id, past, &mut Items::new())
}

/// Items by code and version: each is read once while many cases are gone through.
pub(crate) type Items = HashMap<(String, u32), Option<ServiceItem>>;

pub(crate) fn shown_with(
    tx: &Connection,
    moment: &Moment,
    id: SubmissionId,
    past: &[Past],
    items: &mut Items,
) -> StoreResult<Shown> {
    shown_under(moment, id, past, || limits_with(tx, moment, id, items))
}

/// Which clock a list shows; `limits` are asked for only where they matter: an accepted case has its item's. So intake
/// stays quick.
fn shown_under(
    moment: &Moment,
    id: SubmissionId,
    past: &[Past],
    limits: impl FnOnce() -> StoreResult<Limits>,
) -> StoreResult<Shown> {
    let Some(state) = hall_rules::case::derive(past.iter().map(|past| past.event)).standing.state else {
        return Ok(Shown::default());
    };
    let limits = if state.at_work() { limits()? } else { Limits::default() };
    let clocks = clock::running(state, past, &limits);
    Ok(match clock::governing(&clocks, &moment.calendar, &moment.zone) {
        Some((clock, Ok(Reading { due, soon }))) => {
            Shown { clock: Some(clock.kind), due_and_soon: Some((due.to_string(), soon.to_string())), lacks: None }
        }
        None => Shown::default(),
        Some((clock, Err(cause))) => {
            tracing::error!(submission = %id, cause = %cause, "a clock has no end");
            Shown { clock: Some(clock.kind), due_and_soon: None, lacks: year_of(cause) }
        }
    })
}

/// The year that a day hangs on.
fn year_of(cause: CalendarError) -> Option<i16> {
    match cause {
        CalendarError::UnknownYear(year) => Some(year),
        CalendarError::OutOfRange => None,
    }
}

/// The limits of a stored case.
pub fn stored_limits(tx: &Connection, moment: &Moment, id: SubmissionId) -> StoreResult<Limits> {
    limits_with(tx, moment, id, &mut Items::new())
}

fn limits_with(tx: &Connection, moment: &Moment, id: SubmissionId, items: &mut Items) -> StoreResult<Limits> {
    let by = store::cases::limited_by(tx, id)?;
    by.map_or_else(|| Ok(Limits::default()), |by| limits_by(tx, moment, by, items))
}

fn limits_by(tx: &Connection, moment: &Moment, by: LimitedBy, items: &mut Items) -> StoreResult<Limits> {
    let item = match items.entry(by.item) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => {
            let read = record::item(tx, &new.key().0, new.key().1)?;
            new.insert(read)
        }
    };
    // What was answered is opened only where a limit hangs on it.
    let asks = |item: &ServiceItem| item.promised_limits.iter().chain(&item.legal_limits).any(|l| !l.when.is_always());
    let made = if item.as_ref().is_some_and(asks) { record::submission_of(tx, &moment.keys, by.entry)? } else { None };
    Ok(limits(moment, item.as_ref(), made.as_ref(), by.green))
}

/// Computes the clocks of these cases again.
pub fn settle_all(tx: &Connection, moment: &Moment, ids: &[SubmissionId]) -> StoreResult<()> {
    let mut items = Items::new();
    for id in ids {
        let Some(Clocked { past, limited_by, row }) = store::cases::clocked(tx, *id)? else { continue };
        let shown = shown_under(moment, *id, &past, || limits_by(tx, moment, limited_by, &mut items))?;
        store::cases::show(tx, row, &shown)?;
    }
    Ok(())
}

/// The year that the end of a clock hangs on.
pub(crate) fn lacks(moment: &Moment, clock: &Clock) -> Option<i16> {
    clock.read(&moment.calendar, &moment.zone).err().and_then(year_of)
}

/// What a list says of a case's clock now.
pub fn due(moment: &Moment, row: &store::cases::CaseRow) -> Due {
    if row.state == CaseState::Special {
        return Due::Paused;
    }
    let Some(kind) = row.due_clock else { return Due::None };
    running(moment, kind, row.due_date.as_deref(), row.soon_date.as_deref())
}

/// What a list says of a clock that runs, from its stored days.
pub fn running(moment: &Moment, kind: ClockKind, due: Option<&str>, soon: Option<&str>) -> Due {
    let day = |text: Option<&str>| text.and_then(|text| text.parse::<Date>().ok());
    let Some(due) = day(due) else { return Due::CalendarMissing };
    let reading = Reading { due, soon: day(soon).unwrap_or(due) };
    let today = moment.today();
    // How many days are left may hang on a year that is not known; the last day and its light never do.
    let days_left = moment.calendar.working_days_between(today, due).ok();
    Due::Running { kind, due, days_left, light: reading.light(today) }
}

/// Whether a clock is over, or ended late, as far as that can be told.
pub(crate) fn is_over(moment: &Moment, clock: &Clock) -> bool {
    clock.is_over(&moment.calendar, &moment.zone, moment.today()).unwrap_or(false)
}

/// All clocks of a case, for its page.
pub fn views(moment: &Moment, clocks: &[Clock]) -> Vec<ClockView> {
    let today = moment.today();
    let view = |clock: &Clock| {
        let end = clock.last_day(&moment.calendar, &moment.zone).ok();
        let used = clock.used(&moment.calendar, &moment.zone, today).ok();
        let light = match clock.read(&moment.calendar, &moment.zone) {
            Ok(Some(reading)) => Some(reading.light(today)),
            _ => is_over(moment, clock).then_some(Light::Red),
        };
        ClockView {
            kind: clock.kind,
            days: clock.days,
            working: clock.working,
            used,
            due: end.filter(|_| clock.runs()),
            light,
            runs: clock.runs(),
            paused: clock.paused,
        }
    };
    clocks.iter().map(view).collect()
}
