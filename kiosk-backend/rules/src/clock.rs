//! The clocks of a case: intervals that its events open and close, counted on the city's working days.
//!
//! A clock is never a difference of two instants and never a stored remainder. It is the list of spans in which it ran,
//! with the event that stopped each, and a limit in days; the day it ends is computed from these and the calendar.
//! A day on which a span begins does not count, one on which it stops does (民法典 art. 201), so that a stop and a start
//! on one day change nothing.
//!
//! The day on which the last correction came is the day of receipt (收到申请材料之日): what counts from the application,
//! the five days of acceptance first of all, does not go on after corrections but begins anew.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::calendar::{ACCEPTANCE_DAYS, Calendar, CalendarError};
use crate::case::words::words;
use crate::case::{CaseEvent, CaseState, Standing};
use crate::catalogue::{ItemKind, Limit, LimitStart, LimitUnit, ServiceItem};

/// 行政许可法 art. 42 paragraph 2: what is handled jointly under art. 26 is decided within 45 days.
pub const JOINT_DAYS: u16 = 45;
/// 行政许可法 art. 42 paragraph 2: the head of the government at that level may extend by at most 15 days.
pub const JOINT_EXTENSION_DAYS: u16 = 15;
/// The hall's rule: paper is taken out of its box on the next working day at the latest.
pub const PICKUP_DAYS: u16 = 1;
/// The hall's rule: the applicant has this long for corrections. The law names no time; the notice says it.
pub const CORRECTION_DAYS: u16 = 15;
/// 行政许可法 art. 42: a permit is decided within 20 days, where no law says otherwise.
pub const LEGAL_DAYS: u16 = 20;
/// 行政许可法 art. 42: the head of the office may extend by at most 10 days, once.
pub const EXTENSION_DAYS: u16 = 10;
/// 行政许可法 art. 44: what was granted is issued and handed over within 10 days of the decision.
pub const ISSUE_DAYS: u16 = 10;
/// The hall's rule: a result waits this long before its applicant is reminded.
pub const COLLECTION_DAYS: u16 = 7;

words! {
    /// The clocks of a case.
    ClockKind, "clock";
    /// Until the window has the paper.
    Pickup = "pickup", "取件", "Collect the paper";
    /// Until the office says whether it accepts (art. 32); silence accepts.
    Acceptance = "acceptance", "受理决定", "Decide acceptance";
    /// The applicant's own time for corrections.
    Correction = "correction", "申请人补正", "Applicant's corrections";
    /// What the office promised.
    Promised = "promised", "承诺办结", "Promised decision";
    /// What the law gives.
    Legal = "legal", "法定办结", "Legal decision";
    /// Until the result is issued (art. 44).
    Issue = "issue", "制证送达", "Issue the result";
    /// Until the applicant has the result.
    Collection = "collection", "领取结果", "Collect the result";
    /// Until an assisting department answers: a clock of that part, none of the case.
    Joint = "joint", "会办答复", "Department's answer";
    /// Until whoever rated badly was called back: of the case's aftermath, and none of its states'.
    Callback = "callback", "回访", "Call back";
}

words! {
    /// How a clock stands.
    Light, "light";
    /// There is time.
    Green = "green", "正常", "in time";
    /// A quarter of the time is left, or a day.
    Yellow = "yellow", "临近", "due soon";
    /// The time is over.
    Red = "red", "超期", "overdue";
}

/// One event, as clocks see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    pub event: CaseEvent,
    pub at: Timestamp,
    /// The days that were filled in with it.
    pub days: Option<u16>,
}

/// The limits of one case: those of its item that hold for its answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// 承诺时限.
    pub promised: Option<Limit>,
    /// 法定时限.
    pub legal: Option<Limit>,
    /// Whether the general 20 days hold where the item's law names none: for permits.
    pub permit: bool,
    /// Whether 行政许可法 art. 42 paragraph 2 holds once other departments were asked.
    pub joint: bool,
    /// The days of the green channel (绿色通道), when the case is in it: they shorten what was promised, never the law.
    pub green: Option<u16>,
}

impl Limits {
    /// Of an item, for a case with these answers to its situations.
    pub fn of(item: &ServiceItem, answers: &Answers) -> Self {
        Self {
            promised: item.promised_limit(answers).cloned(),
            legal: item.legal_limit(answers).cloned(),
            permit: item.kind == ItemKind::Permit,
            joint: item.joint_limit,
            green: None,
        }
    }

    /// The same for a case in the green channel: the item's days, or this share of what was promised, in per cent, and
    /// a day at least.
    #[must_use]
    pub fn in_green_channel(self, item: &ServiceItem, percent: u8) -> Self {
        let promised = self.promised.as_ref().map_or(0, |limit| limit.value);
        let share = u32::from(promised) * u32::from(percent);
        let days = item.green_days.or_else(|| u16::try_from(share.div_ceil(100)).ok()).unwrap_or(promised);
        Self { green: (days > 0).then_some(days), ..self }
    }

    /// The most days by which a clock can be extended, once other departments were asked (`joint`) or not.
    pub fn longest_extension(&self, joint: bool) -> u16 {
        if self.joint && joint { JOINT_EXTENSION_DAYS } else { EXTENSION_DAYS }
    }
}

/// One span in which a clock ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    pub start: Timestamp,
    /// Until, and what stopped it; absent while it runs.
    pub stop: Option<(Timestamp, CaseEvent)>,
}

/// One clock of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    pub kind: ClockKind,
    /// How many days it gives, extension included.
    pub days: u16,
    /// Working days, or calendar days.
    pub working: bool,
    /// When it ran; where corrections made it begin anew, since then.
    pub intervals: Vec<Interval>,
    /// It stands still and will go on.
    pub paused: bool,
}

/// A clock that runs, read on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The last day.
    pub due: Date,
    /// From this day the light is yellow.
    pub soon: Date,
}

impl Reading {
    /// The light on `today`.
    pub fn light(&self, today: Date) -> Light {
        if today > self.due {
            Light::Red
        } else if today >= self.soon {
            Light::Yellow
        } else {
            Light::Green
        }
    }
}

/// What a clock does while a case is in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Runs,
    Stands,
    Off,
}

fn phase(kind: ClockKind, state: CaseState, from_application: bool) -> Phase {
    use {CaseState as S, ClockKind as K};
    let runs = match kind {
        K::Pickup => state.in_box(),
        K::Acceptance => state.before_acceptance() && !matches!(state, S::Submitted | S::Correction),
        K::Correction => state == S::Correction,
        K::Promised | K::Legal if from_application && state.before_acceptance() => {
            !matches!(state, S::Submitted | S::Correction)
        }
        K::Promised | K::Legal => state.at_work() && state != S::Special,
        K::Issue => matches!(state, S::DecidedGrant | S::DecidedDeny),
        K::Collection => state == S::ResultReady,
        K::Joint | K::Callback => false,
    };
    let stands = match kind {
        K::Promised | K::Legal => state == S::Special,
        K::Pickup | K::Acceptance | K::Correction | K::Issue | K::Collection | K::Joint | K::Callback => false,
    };
    match (runs, stands) {
        (true, _) => Phase::Runs,
        (false, true) => Phase::Stands,
        (false, false) => Phase::Off,
    }
}

/// The clocks that ever ran, in the order of the documents. Events that the table does not foresee do not count.
pub fn clocks(past: &[Past], limits: &Limits) -> Vec<Clock> {
    ClockKind::ALL.iter().filter_map(|kind| clock(*kind, past, limits)).collect()
}

/// Those of [`clocks`] that run now, without a look at the others: which can run follows from the state alone.
pub fn running(state: CaseState, past: &[Past], limits: &Limits) -> Vec<Clock> {
    let may_run = |kind: &ClockKind| [false, true].iter().any(|from| phase(*kind, state, *from) == Phase::Runs);
    let kinds = ClockKind::ALL.iter().filter(|kind| may_run(kind));
    kinds.filter_map(|kind| clock(*kind, past, limits)).filter(Clock::runs).collect()
}

/// Days and unit of a kind's limit, and whether it counts from the application.
fn limit_of(kind: ClockKind, limits: &Limits, joint: bool) -> Option<(u16, bool, bool)> {
    use ClockKind as K;
    let own = |days| Some((days, true, false));
    let stated = |limit: &Limit| {
        let from_application = limit.starts == LimitStart::Application;
        match limit.unit {
            // The end of a published intake period is not known here.
            _ if limit.starts == LimitStart::IntakePeriodEnd => None,
            LimitUnit::OnTheSpot => Some((0, true, from_application)),
            LimitUnit::WorkingDay => Some((limit.value, true, from_application)),
            LimitUnit::CalendarDay => Some((limit.value, false, from_application)),
            LimitUnit::Unstated => None,
        }
    };
    match kind {
        K::Pickup => own(PICKUP_DAYS),
        K::Acceptance => own(ACCEPTANCE_DAYS),
        K::Correction => own(CORRECTION_DAYS),
        K::Promised => match (limits.promised.as_ref().and_then(stated), limits.green) {
            (Some((days, _, from)), Some(green)) if green < days => Some((green, true, from)),
            (stated, _) => stated,
        },
        K::Legal => {
            let alone = limits.legal.as_ref().and_then(stated).or_else(|| own(LEGAL_DAYS).filter(|_| limits.permit));
            match alone {
                Some((_, _, from)) if limits.joint && joint => Some((JOINT_DAYS, true, from)),
                alone => alone,
            }
        }
        K::Issue => own(ISSUE_DAYS),
        K::Collection => own(COLLECTION_DAYS),
        K::Joint | K::Callback => None,
    }
}

/// Whether this step is the one with which the papers were all there: a first deposit, or the last correction.
fn completes(before: Standing, after: Standing) -> bool {
    let lacked = |state| matches!(state, Some(CaseState::Submitted | CaseState::Correction));
    lacked(before.state) && after.state.is_some_and(CaseState::before_acceptance) && !lacked(after.state)
}

/// Whether other departments were ever asked.
pub fn was_joint(past: &[Past]) -> bool {
    past.iter().any(|past| past.event == CaseEvent::JointStarted)
}

/// The day of receipt (收到申请材料之日) as an instant: when the papers were last all there. None while corrections are
/// awaited, and before a deposit.
pub fn papers_came(past: &[Past]) -> Option<Timestamp> {
    let (mut standing, mut came) = (Standing::default(), None);
    for event in past {
        let Some(after) = standing.after(event.event) else { continue };
        if completes(standing, after) {
            came = Some(event.at);
        } else if after.state == Some(CaseState::Correction) {
            came = None;
        }
        standing = after;
    }
    came
}

fn clock(kind: ClockKind, past: &[Past], limits: &Limits) -> Option<Clock> {
    let joint = was_joint(past);
    let (mut days, working, from_application) = limit_of(kind, limits, joint)?;
    let most = if kind == ClockKind::Legal { limits.longest_extension(joint) } else { EXTENSION_DAYS };
    let decides = matches!(kind, ClockKind::Promised | ClockKind::Legal);
    // What counts from the application begins anew with the last correction; the office's own clocks do not.
    let anew = kind == ClockKind::Acceptance || (decides && from_application);
    let mut intervals: Vec<Interval> = Vec::new();
    let (mut standing, mut now, mut complete) = (Standing::default(), Phase::Off, None);
    for event in past {
        let Some(after) = standing.after(event.event) else { continue };
        let Some(state) = after.state else { continue };
        if completes(standing, after) {
            complete = Some(event.at);
            if anew {
                intervals.clear();
            }
        }
        standing = after;
        now = phase(kind, state, from_application);
        let open = intervals.last().is_some_and(|last| last.stop.is_none());
        match now {
            Phase::Runs if !open => {
                // Art. 32: who said nothing in time has accepted on the day the papers came.
                let silent = decides && event.event == CaseEvent::DeemedAccepted;
                let start = complete.filter(|_| silent).unwrap_or(event.at);
                intervals.push(Interval { start, stop: None });
            }
            Phase::Stands | Phase::Off if open => {
                if let Some(last) = intervals.last_mut() {
                    last.stop = Some((event.at, event.event));
                }
            }
            Phase::Runs | Phase::Stands | Phase::Off => {}
        }
        if decides && event.event == CaseEvent::Extended {
            days = days.saturating_add(event.days.unwrap_or(0).min(most));
        }
    }
    (!intervals.is_empty()).then_some(Clock { kind, days, working, intervals, paused: now == Phase::Stands })
}

impl Clock {
    /// A clock of working days that began at an instant and runs: of what has no states of its own.
    pub fn since(kind: ClockKind, start: Timestamp, days: u16) -> Self {
        Self { kind, days, working: true, intervals: vec![Interval { start, stop: None }], paused: false }
    }

    /// Whether it runs now.
    pub fn runs(&self) -> bool {
        self.intervals.last().is_some_and(|last| last.stop.is_none())
    }

    /// The last day, and from when it is soon: of a clock that runs. One that stands has no last day.
    pub fn read(&self, calendar: &Calendar, zone: &TimeZone) -> Result<Option<Reading>, CalendarError> {
        if !self.runs() {
            return Ok(None);
        }
        let due = self.last_day(calendar, zone)?;
        Ok(Some(Reading { due, soon: self.soon(calendar, due) }))
    }

    /// Whether its days were over when it last ran, which is `today` while it runs. Where the last day is known this
    /// needs no calendar of `today`; where it is not, an error.
    pub fn is_over(&self, calendar: &Calendar, zone: &TimeZone, today: Date) -> Result<bool, CalendarError> {
        let last = self.intervals.last().and_then(|last| last.stop);
        let ran = last.map_or(today, |(stop, _)| zone.to_datetime(stop).date());
        Ok(ran > self.last_day(calendar, zone)?)
    }

    /// The day on which its days are used up, as if its last span went on.
    pub fn last_day(&self, calendar: &Calendar, zone: &TimeZone) -> Result<Date, CalendarError> {
        let day = |at: Timestamp| zone.to_datetime(at).date();
        let mut left = self.days;
        let mut end = None;
        for interval in &self.intervals {
            let start = day(interval.start);
            let last = self.add(calendar, start, left)?;
            end = Some(last);
            let Some((stop, _)) = interval.stop else { break };
            let rest = match self.between(calendar, start, day(stop)) {
                Ok(used) => left.checked_sub(used),
                // By how much it was late cannot be told; that it was can.
                Err(_) if day(stop) > last => None,
                Err(cause) => return Err(cause),
            };
            match rest {
                Some(rest) => left = rest,
                None => break,
            }
        }
        end.ok_or(CalendarError::OutOfRange)
    }

    /// How many of its days are used up on `today`.
    pub fn used(&self, calendar: &Calendar, zone: &TimeZone, today: Date) -> Result<u16, CalendarError> {
        let day = |at: Timestamp| zone.to_datetime(at).date();
        let mut used = 0_u16;
        for interval in &self.intervals {
            let stop = interval.stop.map_or(today, |(stop, _)| day(stop));
            used = used.saturating_add(self.between(calendar, day(interval.start), stop)?);
        }
        Ok(used)
    }

    /// Yellow from the last quarter, but from the last day at least; a clock of a day is yellow on its day only. Where
    /// that is in a year that is not known, yellow from the first day that is.
    fn soon(&self, calendar: &Calendar, due: Date) -> Date {
        let days = if self.days <= 1 { 0 } else { (self.days / 4).max(1) };
        let mut soon = due;
        for _ in 0..days {
            loop {
                let Ok(before) = soon.yesterday() else { return soon };
                let Ok(works) = calendar.is_working_day(before) else { return soon };
                soon = before;
                if works {
                    break;
                }
            }
        }
        soon
    }

    fn add(&self, calendar: &Calendar, start: Date, days: u16) -> Result<Date, CalendarError> {
        if self.working {
            return match days {
                0 => calendar.working_day_from(start),
                _ => calendar.add_working_days(start, days),
            };
        }
        calendar.add_calendar_days(start, days)
    }

    fn between(&self, calendar: &Calendar, start: Date, stop: Date) -> Result<u16, CalendarError> {
        let days = if self.working {
            calendar.working_days_between(start, stop)?
        } else {
            stop.since((jiff::Unit::Day, start)).map_or(0, |span| span.get_days())
        };
        Ok(u16::try_from(days.max(0)).unwrap_or(u16::MAX))
    }
}

/// The clock that a list shows: the one that runs and ends first. Of the promised and the legal one the promised binds.
/// What is known does not wait for what is not: an end in a year without a calendar lies after every known one. The
/// error is that of the first clock that runs, when no end is known.
pub fn governing<'a>(
    clocks: &'a [Clock],
    calendar: &Calendar,
    zone: &TimeZone,
) -> Option<(&'a Clock, Result<Reading, CalendarError>)> {
    let mut first: Option<(&Clock, Result<Reading, CalendarError>)> = None;
    // The hall's own rule of picking up stays out: the law's five days are what a list warns of.
    for clock in clocks.iter().filter(|clock| clock.kind != ClockKind::Pickup) {
        let Some(read) = clock.read(calendar, zone).transpose() else { continue };
        let earlier = match (first.as_ref().map(|(_, known)| known), &read) {
            (None, _) | (Some(Err(_)), Ok(_)) => true,
            (Some(Ok(known)), Ok(read)) => read.due < known.due,
            (Some(_), Err(_)) => false,
        };
        if earlier {
            first = Some((clock, read));
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use CaseEvent as E;

    fn calendar() -> Calendar {
        let text = include_str!("../../../assets/calendar/2026.toml");
        Calendar::from_files(&[("assets/calendar/2026.toml", text)]).unwrap()
    }

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn past(event: E, day: Date) -> Past {
        let at = zone().to_timestamp(day.at(10, 0, 0, 0)).unwrap();
        Past { event, at, days: None }
    }

    fn limits(promised: u16) -> Limits {
        let limit = |value| Limit {
            value,
            unit: LimitUnit::WorkingDay,
            starts: LimitStart::Acceptance,
            when: crate::catalogue::When::default(),
            mark: crate::catalogue::Mark::default(),
            mark_note: String::new(),
        };
        Limits { promised: Some(limit(promised)), permit: true, ..Limits::default() }
    }

    fn read(events: &[Past], kind: ClockKind) -> Option<Reading> {
        let clocks = clocks(events, &limits(8));
        let clock = clocks.iter().find(|clock| clock.kind == kind)?;
        clock.read(&calendar(), &zone()).unwrap()
    }

    /// Deposit on Monday 23 November, accepted on Wednesday.
    fn accepted() -> Vec<Past> {
        vec![
            past(E::Submitted, date(2026, 11, 23)),
            past(E::Deposited, date(2026, 11, 23)),
            past(E::Received, date(2026, 11, 24)),
            past(E::PreReviewStarted, date(2026, 11, 24)),
            past(E::Accepted, date(2026, 11, 25)),
        ]
    }

    #[test]
    fn five_days_from_the_doors_closing_and_they_end_with_the_acceptance() {
        let reading = read(&accepted()[..3], ClockKind::Acceptance).unwrap();
        assert_eq!((reading.due, reading.soon), (date(2026, 11, 30), date(2026, 11, 27)));
        for (day, light) in [
            (date(2026, 11, 26), Light::Green),
            (date(2026, 11, 27), Light::Yellow),
            (date(2026, 11, 30), Light::Yellow),
            (date(2026, 12, 1), Light::Red),
        ] {
            assert_eq!(reading.light(day), light, "{day}");
        }
        assert_eq!(read(&accepted(), ClockKind::Acceptance), None);
        assert_eq!(read(&accepted(), ClockKind::Promised).unwrap().due, date(2026, 12, 7));
        assert_eq!(
            read(&accepted(), ClockKind::Legal).unwrap().due,
            date(2026, 12, 23),
            "20 days where none is stated"
        );
    }

    #[test]
    fn corrections_end_the_offices_clock_and_start_the_applicants() {
        let mut events = accepted()[..4].to_vec();
        events.push(past(E::CorrectionAsked, date(2026, 11, 25)));
        assert_eq!(read(&events, ClockKind::Acceptance), None);
        assert_eq!(read(&events, ClockKind::Correction).unwrap().due, date(2026, 12, 16));
        assert_eq!(papers_came(&events), None, "not all of them");
        let all = clocks(&events, &limits(8));
        assert!(all.iter().all(|clock| !clock.paused), "it does not go on: it begins anew");
    }

    /// 行政许可法 art. 32, and the day of receipt that the notice of corrections names.
    #[test]
    fn the_five_days_begin_anew_on_the_day_the_last_corrections_came() {
        use E::{CorrectionAsked as Ask, CorrectionAskedAgain as Again, CorrectionReceived as Desk, Deposited as Box_};
        let day = |month, day| date(2026, month, day);
        for (rounds, due) in [
            // At the window on Wednesday: until the Wednesday after.
            (&[(Ask, day(11, 25), Desk, day(12, 2))][..], day(12, 9)),
            // Through the locker on a Saturday: its door's closing counts, however late the window comes.
            (&[(Ask, day(11, 25), Box_, day(11, 28))], day(12, 4)),
            // On the very day they were asked for.
            (&[(Ask, day(11, 25), Desk, day(11, 25))], day(12, 2)),
            // Asked for on the last of the five days: nothing of them is left, and five begin.
            (&[(Ask, day(11, 30), Desk, day(12, 1))], day(12, 8)),
            // Twice: the second time counts.
            (&[(Ask, day(11, 25), Desk, day(12, 2)), (Again, day(12, 3), Box_, day(12, 10))], day(12, 17)),
        ] {
            let mut events = accepted()[..4].to_vec();
            for (asked, on, came, at) in rounds {
                events.extend([past(*asked, *on), past(*came, *at)]);
                if *came == Box_ {
                    events.push(past(E::Received, at.tomorrow().unwrap()));
                }
                events.push(past(E::PreReviewStarted, at.tomorrow().unwrap()));
            }
            let (_, _, _, last) = rounds.last().unwrap();
            assert_eq!(papers_came(&events), Some(past(Box_, *last).at), "{rounds:?}");
            assert_eq!(read(&events, ClockKind::Acceptance).unwrap().due, due, "{rounds:?}");
            let acceptance = &clocks(&events, &limits(8))[1];
            assert_eq!((acceptance.kind, acceptance.used(&calendar(), &zone(), due)), (ClockKind::Acceptance, Ok(5)));
            // Whoever stays silent then has accepted as of that day, and the promise counts from it.
            events.push(past(E::DeemedAccepted, due.tomorrow().unwrap()));
            let promised = clocks(&events, &limits(8)).into_iter().find(|c| c.kind == ClockKind::Promised).unwrap();
            assert_eq!(promised.intervals[0].start, past(Box_, *last).at, "{rounds:?}");
        }
    }

    #[test]
    fn a_limit_from_the_application_begins_anew_too_and_one_from_acceptance_is_not_touched() {
        let mut limits = limits(8);
        limits.promised.as_mut().unwrap().starts = LimitStart::Application;
        let mut events = accepted()[..4].to_vec();
        events.push(past(E::CorrectionAsked, date(2026, 11, 25)));
        events.push(past(E::CorrectionReceived, date(2026, 12, 2)));
        let due = |events: &[Past], kind| {
            let all = clocks(events, &limits);
            let clock = all.into_iter().find(|clock| clock.kind == kind)?;
            clock.last_day(&calendar(), &zone()).ok()
        };
        assert_eq!(due(&events, ClockKind::Promised), Some(date(2026, 12, 14)));
        events.push(past(E::PreReviewStarted, date(2026, 12, 3)));
        events.push(past(E::Accepted, date(2026, 12, 4)));
        assert_eq!(due(&events, ClockKind::Promised), Some(date(2026, 12, 14)));
        assert_eq!(due(&events, ClockKind::Legal), None, "20 days reach into 2027, which is not known");
        events.push(past(E::SpecialStarted, date(2026, 12, 7)));
        events.push(past(E::SpecialEnded, date(2026, 12, 9)));
        assert_eq!(due(&events, ClockKind::Promised), Some(date(2026, 12, 16)), "a special procedure does go on");
    }

    #[test]
    fn a_special_procedure_moves_the_end_by_as_long_as_it_took_and_an_extension_adds_days() {
        let mut events = accepted();
        events.push(past(E::WorkStarted, date(2026, 11, 25)));
        events.push(past(E::SpecialStarted, date(2026, 11, 27)));
        let running = clocks(&events, &limits(8));
        let promised = running.iter().find(|clock| clock.kind == ClockKind::Promised).unwrap();
        assert!(promised.paused && !promised.runs());
        assert_eq!(promised.used(&calendar(), &zone(), date(2026, 12, 20)), Ok(2));
        assert_eq!(promised.intervals[0].stop.unwrap().1, E::SpecialStarted);
        events.push(past(E::SpecialEnded, date(2026, 12, 9)));
        assert_eq!(read(&events, ClockKind::Promised).unwrap().due, date(2026, 12, 17), "six of eight are left");
        events.push(Past { days: Some(99), ..past(E::Extended, date(2026, 12, 10)) });
        assert_eq!(read(&events, ClockKind::Promised).unwrap().due, date(2026, 12, 31), "ten days at most");
    }

    /// 行政许可法 art. 42 paragraph 2.
    #[test]
    fn what_is_handled_jointly_has_45_days_and_15_more_where_its_item_says_so() {
        let mut events = accepted();
        for event in &mut events {
            event.at = past(event.event, date(2026, 3, 2)).at;
        }
        let days = |events: &[Past], joint| {
            let all = clocks(events, &Limits { joint, ..limits(8) });
            let of = |kind| all.iter().find(|clock| clock.kind == kind).map(|clock| clock.days);
            (of(ClockKind::Promised), of(ClockKind::Legal))
        };
        events.push(past(E::WorkStarted, date(2026, 3, 3)));
        assert_eq!(days(&events, true), (Some(8), Some(20)), "nobody was asked yet");
        events.push(past(E::JointStarted, date(2026, 3, 3)));
        assert_eq!(days(&events, true), (Some(8), Some(45)));
        assert_eq!(days(&events, false), (Some(8), Some(20)), "an opinion asked is no joint handling under art. 26");
        events.push(past(E::JointFinished, date(2026, 3, 5)));
        events.push(Past { days: Some(15), ..past(E::Extended, date(2026, 3, 6)) });
        assert_eq!(days(&events, true), (Some(18), Some(60)));
        assert_eq!(days(&events, false), (Some(18), Some(30)));
        assert_eq!(limits(8).longest_extension(true), 10);
    }

    #[test]
    fn the_green_channel_shortens_the_promise_and_never_the_law() {
        let days = |green, promised| {
            let all = clocks(&accepted(), &Limits { green, ..limits(promised) });
            let of = |kind| all.iter().find(|clock| clock.kind == kind).map(|clock| clock.days);
            (of(ClockKind::Promised), of(ClockKind::Legal))
        };
        assert_eq!(days(Some(3), 8), (Some(3), Some(20)));
        assert_eq!(days(Some(9), 8), (Some(8), Some(20)), "never longer than what everybody is promised");
        assert_eq!(days(None, 8), (Some(8), Some(20)));
    }

    #[test]
    fn silence_accepts_as_of_the_day_the_papers_came() {
        let mut events = accepted()[..4].to_vec();
        events.push(past(E::DeemedAccepted, date(2026, 12, 1)));
        let start = clocks(&events, &limits(8)).into_iter().find(|clock| clock.kind == ClockKind::Promised).unwrap();
        assert_eq!(start.intervals[0].start, events[1].at);
        assert_eq!(read(&events, ClockKind::Promised).unwrap().due, date(2026, 12, 3));
    }

    #[test]
    fn a_year_without_a_calendar_is_an_error() {
        let mut events = accepted();
        events.push(past(E::Granted, date(2026, 12, 28)));
        let all = clocks(&events, &limits(8));
        let (clock, read) = governing(&all, &calendar(), &zone()).unwrap();
        assert_eq!((clock.kind, read), (ClockKind::Issue, Err(CalendarError::UnknownYear(2027))));
        assert_eq!(clock.is_over(&calendar(), &zone(), date(2027, 3, 1)), Err(CalendarError::UnknownYear(2027)));
    }

    /// Whatever the answers to the situations are, and however the two limits are cut.
    #[test]
    fn a_known_end_is_shown_though_a_longer_limit_reaches_into_a_year_without_a_calendar() {
        let mut events = accepted();
        events[4].at = past(E::Accepted, date(2026, 12, 10)).at;
        let all = clocks(&events, &limits(8));
        let legal = all.iter().find(|clock| clock.kind == ClockKind::Legal).unwrap();
        assert_eq!(legal.read(&calendar(), &zone()), Err(CalendarError::UnknownYear(2027)));
        let (clock, read) = governing(&all, &calendar(), &zone()).unwrap();
        assert_eq!((clock.kind, read.unwrap().due), (ClockKind::Promised, date(2026, 12, 22)));
        // The other way about as well: the promise is the longer one.
        let mut long = limits(25);
        long.legal = long.promised.clone().map(|limit| Limit { value: 5, ..limit });
        let all = clocks(&events, &long);
        let (clock, read) = governing(&all, &calendar(), &zone()).unwrap();
        assert_eq!((clock.kind, read.unwrap().due), (ClockKind::Legal, date(2026, 12, 17)));
    }

    #[test]
    fn whether_a_clock_is_over_needs_its_last_day_and_no_other() {
        let mut events = vec![past(E::Submitted, date(2026, 12, 21)), past(E::Deposited, date(2026, 12, 21))];
        let acceptance = |events: &[Past]| {
            let all = clocks(events, &limits(8));
            all.into_iter().find(|clock| clock.kind == ClockKind::Acceptance).unwrap()
        };
        let (calendar, zone) = (calendar(), zone());
        let clock = acceptance(&events);
        for (today, over) in [(date(2026, 12, 28), false), (date(2026, 12, 29), true), (date(2027, 1, 5), true)] {
            assert_eq!(clock.is_over(&calendar, &zone, today), Ok(over), "{today}");
        }
        assert_eq!(clock.read(&calendar, &zone).unwrap().unwrap().light(date(2027, 1, 5)), Light::Red);
        assert_eq!(clock.used(&calendar, &zone, date(2027, 1, 5)), Err(CalendarError::UnknownYear(2027)));
        // It ended in the year that is not known: late all the same.
        events.push(past(E::Received, date(2027, 1, 6)));
        events.push(past(E::PreReviewStarted, date(2027, 1, 6)));
        events.push(past(E::Accepted, date(2027, 1, 6)));
        assert_eq!(acceptance(&events).is_over(&calendar, &zone, date(2027, 1, 8)), Ok(true));
    }

    #[test]
    fn a_warning_that_would_begin_in_an_unknown_year_begins_with_the_first_known_day() {
        let calendar = calendar();
        let clock = Clock { days: 20, ..Clock::since(ClockKind::Legal, past(E::Accepted, date(2026, 1, 1)).at, 20) };
        assert_eq!(clock.soon(&calendar, date(2026, 1, 5)), date(2026, 1, 1));
        assert_eq!(clock.soon(&calendar, date(2026, 1, 30)), date(2026, 1, 23));
    }

    #[test]
    fn the_list_shows_what_ends_first() {
        let all = clocks(&accepted(), &limits(8));
        let (clock, _) = governing(&all, &calendar(), &zone()).unwrap();
        assert_eq!(clock.kind, ClockKind::Promised);
        let done = [E::Granted, E::ResultReady, E::Collected].map(|event| past(event, date(2026, 11, 26)));
        let all = clocks(&[accepted(), done.to_vec()].concat(), &limits(8));
        assert_eq!(governing(&all, &calendar(), &zone()), None);
    }

    proptest! {
        /// However often it stands still, the days that it ran add up to its limit.
        #[test]
        fn what_ran_before_and_after_a_stop_is_the_limit(stops in proptest::collection::vec((0_i64..4, 0_i64..9), 0..4)) {
            let (calendar, mut events) = (calendar(), accepted());
            events.push(past(E::WorkStarted, date(2026, 11, 25)));
            let mut day = date(2026, 3, 2);
            for event in &mut events {
                *event = past(event.event, day);
            }
            for (runs, stands) in stops {
                day = day.checked_add(runs.days()).unwrap();
                events.push(past(E::SpecialStarted, day));
                day = day.checked_add(stands.days()).unwrap();
                events.push(past(E::SpecialEnded, day));
            }
            let all = clocks(&events, &limits(30));
            let clock = all.iter().find(|clock| clock.kind == ClockKind::Promised).unwrap();
            let due = clock.last_day(&calendar, &zone()).unwrap();
            prop_assert_eq!(clock.used(&calendar, &zone(), due), Ok(30));
            prop_assert!(calendar.is_working_day(due).unwrap());
        }

        /// Whatever the table lets happen: those that run are the same, asked for alone or among all.
        #[test]
        fn those_that_run_are_among_all(
            steps in proptest::collection::vec((any::<prop::sample::Index>(), 0_i64..5), 0..16),
            from_application in any::<bool>(),
        ) {
            let (mut standing, mut day, mut events) = (Standing::default(), date(2026, 3, 2), Vec::new());
            for (choice, days) in steps {
                let may: Vec<_> = E::ALL.iter().filter(|event| standing.after(**event).is_some()).collect();
                if may.is_empty() {
                    break;
                }
                let event = **choice.get(&may);
                day = day.checked_add(days.days()).unwrap();
                standing = standing.after(event).unwrap();
                events.push(Past { days: Some(3), ..past(event, day) });
            }
            let mut limits = limits(8);
            if from_application {
                limits.promised.as_mut().unwrap().starts = LimitStart::Application;
            }
            let mut all = clocks(&events, &limits);
            all.retain(Clock::runs);
            let alone = standing.state.map_or_else(Vec::new, |state| running(state, &events, &limits));
            prop_assert_eq!(alone, all);
        }
    }
}
