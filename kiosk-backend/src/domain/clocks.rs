//! The clocks of stored cases: which one a list shows, and what the law does when a time is over.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use hall_rules::answers::ACTING_FOR;
use hall_rules::calendar::CalendarError;
use hall_rules::clock::{self, Clock, ClockKind, Light, Limits, Past, Reading};
use hall_rules::{Answers, Calendar, CaseEvent, CaseState, ServiceItem};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kiosk_wire::{Submission, SubmissionId};
use rusqlite::Connection;

use super::facts::{self, Happened};
use super::views::{ClockView, Due, Happening};
use super::{joint, queries, ratings, times};
use crate::app::App;
use crate::event::{Event, EventKind};
use crate::keys::Keys;
use crate::problem::Refusal;
use crate::store::cases::{LimitedBy, Shown};
use crate::store::{self, StoreError, StoreResult, Tx};

/// What every change of a case needs besides the transaction.
#[derive(Clone)]
pub struct Desk {
    /// Keys.
    pub keys: Arc<Keys>,
    /// Working days.
    pub calendar: Arc<Calendar>,
    /// The hall's zone.
    pub zone: TimeZone,
    /// The hall's name.
    pub hall: String,
    /// The green channel's share of the promised days, in per cent.
    pub green_percent: u8,
    /// Whether applicants are sent messages.
    pub sends_messages: bool,
    /// Where the public finds the hall, without a slash at its end.
    pub public_url: Option<Arc<str>>,
    /// Working days for a call-back.
    pub callback_days: u16,
    /// Now.
    pub now_ms: i64,
}

impl Desk {
    /// Of this application, now.
    pub fn of(app: &App) -> Self {
        Self {
            keys: app.keys(),
            calendar: app.calendar(),
            zone: app.zone().clone(),
            hall: app.hall_name().to_owned(),
            green_percent: app.config().green_channel_percent,
            sends_messages: app.gateway().is_some(),
            public_url: app.public_url(),
            callback_days: app.config().callback_days,
            now_ms: app.now_ms(),
        }
    }

    /// Where the public sees how a case stands.
    pub fn progress_link(&self, receipt: &str) -> Option<String> {
        self.public_url.as_ref().map(|url| format!("{url}/p/{receipt}"))
    }

    /// The day it is in the hall at an instant.
    pub fn day(&self, ms: i64) -> Date {
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        self.zone.to_datetime(at).date()
    }

    /// Today.
    pub fn today(&self) -> Date {
        self.day(self.now_ms)
    }
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
pub fn limits(desk: &Desk, item: Option<&ServiceItem>, made: Option<&Submission>, green: bool) -> Limits {
    let Some(item) = item else { return Limits::default() };
    let limits = Limits::of(item, &answers(made));
    if green { limits.in_green_channel(item, desk.green_percent) } else { limits }
}

/// Which clock a list shows, from what happened; a year that the calendar lacks leaves its end open.
pub fn shown(tx: &Connection, desk: &Desk, id: SubmissionId, past: &[Past]) -> StoreResult<Shown> {
    shown_with(tx, desk, id, past, &mut Items::new())
}

/// Items by code and version: each is read once while many cases are gone through.
pub(super) type Items = HashMap<(String, u32), Option<ServiceItem>>;

pub(super) fn shown_with(
    tx: &Connection,
    desk: &Desk,
    id: SubmissionId,
    past: &[Past],
    items: &mut Items,
) -> StoreResult<Shown> {
    let state = hall_rules::case::derive(past.iter().map(|past| past.event)).standing.state;
    // Only an accepted case needs its item's limits: intake stays quick.
    let at_work = state.is_some_and(CaseState::at_work);
    let limits = if at_work { limits_with(tx, desk, id, items)? } else { Limits::default() };
    let clocks = clock::clocks(past, &limits);
    Ok(match clock::governing(&clocks, &desk.calendar, &desk.zone) {
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
pub fn stored_limits(tx: &Connection, desk: &Desk, id: SubmissionId) -> StoreResult<Limits> {
    limits_with(tx, desk, id, &mut Items::new())
}

fn limits_with(tx: &Connection, desk: &Desk, id: SubmissionId, items: &mut Items) -> StoreResult<Limits> {
    let Some(LimitedBy { item, entry, green }) = store::cases::limited_by(tx, id)? else {
        return Ok(Limits::default());
    };
    let item = match items.entry(item) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => {
            let read = queries::item(tx, &new.key().0, new.key().1)?;
            new.insert(read)
        }
    };
    // What was answered is opened only where a limit hangs on it.
    let asks = |item: &ServiceItem| item.promised_limits.iter().chain(&item.legal_limits).any(|l| !l.when.is_always());
    let made = if item.as_ref().is_some_and(asks) { queries::submission_of(tx, &desk.keys, entry)? } else { None };
    Ok(limits(desk, item.as_ref(), made.as_ref(), green))
}

/// Computes the clocks of these cases again.
pub fn settle_all(tx: &Connection, desk: &Desk, ids: &[SubmissionId]) -> StoreResult<()> {
    let mut items = Items::new();
    for id in ids {
        let past = store::case_events::history(tx, *id)?;
        store::cases::set_clock(tx, *id, &shown_with(tx, desk, *id, &past, &mut items)?)?;
    }
    Ok(())
}

/// What the law does by itself: five days of silence accept (行政许可法 art. 32). Also computes
/// what an older release did not know.
pub async fn tick(app: &App) -> Result<(), Refusal> {
    let desk = Desk::of(app);
    let (today, asked) = (desk.today().to_string(), app.store());
    let waits = asked
        .read(move |connection| {
            let silent = store::cases::accepted_by_silence(connection, &today)?;
            Ok::<_, Refusal>((silent, store::cases::without_warning(connection)?))
        })
        .await?;
    if waits.0.is_empty() && waits.1.is_empty() {
        return Ok(());
    }
    asked
        .write(move |tx| {
            settle_all(tx, &desk, &waits.1)?;
            for id in waits.0 {
                if times::is_silent_for_sure(tx, &desk, id)? {
                    deem(tx, &desk, id)?;
                }
            }
            Ok(())
        })
        .await
}

fn deem(tx: &mut Tx<'_>, desk: &Desk, id: SubmissionId) -> Result<(), Refusal> {
    let what = Happening::Case(CaseEvent::DeemedAccepted);
    let happened =
        Happened { what, at_ms: desk.now_ms, staff: None, kiosk: None, compartment: None, note: None, form: None };
    if facts::append(tx, desk, id, &happened)?
        && let Some(head) = store::cases::head(tx, id)?
    {
        tracing::warn!(submission = %id, "accepted by silence");
        tx.announce(Event { case: Some(id), window: head.window, kiosk: None, kind: EventKind::CaseChanged });
    }
    Ok(())
}

/// A year without working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarGap {
    /// The year.
    pub year: i16,
    /// How many open cases have an end that hangs on it: their own, a department's answer, or a call-back.
    pub cases: usize,
    /// Whether it can be a year of the hall: last year, this one or the next. Any other comes from a clock that was wrong.
    pub plausible: bool,
    /// Whether it is this year.
    pub is_now: bool,
}

/// From this day of a year on the next year's calendar should be there: the State Council announces it in November.
const NEXT_YEAR_WANTED: (i8, i8) = (12, 1);

/// The years that are missing: those that a clock hangs on, the present one, and from December on the next.
pub async fn calendar_gaps(app: &App) -> Result<Vec<CalendarGap>, Refusal> {
    let desk = Desk::of(app);
    let (calendar, today) = (desk.calendar.clone(), desk.today());
    let mut waiting: BTreeMap<i16, HashSet<SubmissionId>> = BTreeMap::new();
    let hanging = app.store().read(move |connection| {
        let mut hanging = store::cases::without_end(connection)?;
        hanging.extend(joint::without_end(connection, &desk)?);
        hanging.extend(ratings::without_end(connection, &desk)?);
        Ok::<_, StoreError>(hanging)
    });
    for (year, case) in hanging.await? {
        waiting.entry(year).or_default().insert(case);
    }
    let this_year = today.year();
    let next = ((today.month(), today.day()) >= NEXT_YEAR_WANTED).then_some(this_year + 1);
    for year in std::iter::once(this_year).chain(next) {
        if !calendar.years().any(|(known, _)| known == year) {
            waiting.entry(year).or_default();
        }
    }
    let gap = |(year, cases): (i16, HashSet<_>)| CalendarGap {
        year,
        cases: cases.len(),
        plausible: (this_year - 1..=this_year + 1).contains(&year),
        is_now: year == this_year,
    };
    Ok(waiting.into_iter().map(gap).collect())
}

/// The year that the end of a clock hangs on.
pub(super) fn lacks(desk: &Desk, clock: &Clock) -> Option<i16> {
    clock.read(&desk.calendar, &desk.zone).err().and_then(year_of)
}

/// What a list says of a case's clock now.
pub fn due(desk: &Desk, row: &store::cases::CaseRow) -> Due {
    if row.state == CaseState::Special {
        return Due::Paused;
    }
    let Some(kind) = row.due_clock else { return Due::None };
    running(desk, kind, row.due_date.as_deref(), row.soon_date.as_deref())
}

/// What a list says of a clock that runs, from its stored days.
pub fn running(desk: &Desk, kind: ClockKind, due: Option<&str>, soon: Option<&str>) -> Due {
    let day = |text: Option<&str>| text.and_then(|text| text.parse::<Date>().ok());
    let Some(due) = day(due) else { return Due::CalendarMissing };
    let reading = Reading { due, soon: day(soon).unwrap_or(due) };
    let today = desk.today();
    // How many days are left may hang on a year that is not known; the last day and its light never do.
    let days_left = desk.calendar.working_days_between(today, due).ok();
    Due::Running { kind, due, days_left, light: reading.light(today) }
}

/// Whether a clock is over, or ended late, as far as that can be told.
pub(super) fn is_over(desk: &Desk, clock: &Clock) -> bool {
    clock.is_over(&desk.calendar, &desk.zone, desk.today()).unwrap_or(false)
}

/// All clocks of a case, for its page.
pub fn views(desk: &Desk, clocks: &[Clock]) -> Vec<ClockView> {
    let today = desk.today();
    let view = |clock: &Clock| {
        let end = clock.last_day(&desk.calendar, &desk.zone).ok();
        let used = clock.used(&desk.calendar, &desk.zone, today).ok();
        let light = match clock.read(&desk.calendar, &desk.zone) {
            Ok(Some(reading)) => Some(reading.light(today)),
            _ => is_over(desk, clock).then_some(Light::Red),
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
