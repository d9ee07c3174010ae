//! What happened in a time: how much came, how long each clock took against what was promised and what the law gives,
//! how often one visit was enough, how the lockers are used. No person is in it.

use std::collections::{BTreeMap, HashMap};

use hall_rules::clock::{self, Clock, ClockKind};
use hall_rules::{CaseEvent, CaseState, Right, ServiceItem, Text, csv};
use hall_store::supervision::{Measured, Tally};
use hall_store::{self as store, Connection, StoreError, StoreResult};
use hall_words::audit::Export;
use hall_words::case::Satisfaction;
use jiff::civil::Date;
use kiosk_wire::kiosk_api::CompartmentState;
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::{clocks, record};
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::{Acting, Moment};
use crate::ground::refusal::Refusal;
use crate::terminals::list;

/// The spans that can be asked for, days.
pub const SPANS: [u16; 3] = [7, 30, 90];

/// The most cases that are measured: the newest.
pub const MOST: u32 = 2000;

const DAY_MS: i64 = 24 * 3_600_000;

/// Counts by window and item, with the item's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTally {
    /// The counts.
    pub tally: Tally,
    /// Name of the item.
    pub item: Text,
}

/// One day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Day {
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: Date,
    /// How many cases' paper came.
    pub came: u32,
    /// How many cases were decided.
    pub decided: u32,
}

/// One clock over all cases in which it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClockFigure {
    pub kind: ClockKind,
    /// In how many cases it ended.
    pub ended: u32,
    /// In how many of these in time.
    pub in_time: u32,
    /// Days used, the middle one of all.
    pub median_used: u16,
    /// Days it gives, the middle one of all.
    pub median_limit: u16,
}

/// One terminal's boxes now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LockerUse {
    /// The terminal.
    pub name: String,
    /// How many boxes are in each state, in the order of the map's legend.
    pub boxes: Vec<(CompartmentState, u32)>,
}

/// What happened in a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Statistics {
    /// How many days, today included.
    pub span: u16,
    /// Each day, oldest first.
    pub days: Vec<Day>,
    /// Each clock that ended at least once.
    pub clocks: Vec<ClockFigure>,
    /// Decided cases, and those of them for which no corrections were asked.
    pub one_visit: (u32, u32),
    /// Minutes from the shut door until the window had the paper, the middle of all.
    pub median_pickup_min: Option<i64>,
    /// How many rated each level, from 1 to 5.
    pub ratings: [u32; 5],
    /// Call-backs opened, ended, and ended in time.
    pub callbacks: (u32, u32, u32),
    /// Terminals.
    pub lockers: Vec<LockerUse>,
    /// How many cases were measured, and whether there were more.
    pub measured: (u32, bool),
}

impl Statistics {
    /// How many rated.
    pub fn rated(&self) -> u32 {
        self.ratings.iter().sum()
    }

    /// How many rated this level.
    pub fn rated_at(&self, level: &Satisfaction) -> u32 {
        self.ratings.get(usize::from(level.number()).wrapping_sub(1)).copied().unwrap_or(0)
    }

    /// Per cent of those who rated that were fairly satisfied at least, rounded down.
    pub fn satisfied(&self) -> u32 {
        self.ratings.iter().skip(2).sum::<u32>() * 100 / self.rated().max(1)
    }
}

/// One case, measured.
struct Case {
    row: Measured,
    clocks: Vec<Clock>,
    corrections: u16,
    decided: bool,
    pickup_ms: Option<i64>,
}

/// Counts by window and item over the last 30 days.
pub async fn tallies(hall: &Hall, actor: &Actor) -> Result<Vec<NamedTally>, Refusal> {
    actor.must(Right::Supervise)?;
    let moment = Moment::of(hall);
    Ok(hall
        .store()
        .read(move |connection| {
            let all = store::supervision::tallies(connection, moment.today(), moment.now_ms - 30 * DAY_MS)?;
            all.into_iter().map(|tally| named(connection, tally)).collect::<StoreResult<Vec<_>>>()
        })
        .await?)
}

fn named(connection: &Connection, tally: Tally) -> StoreResult<NamedTally> {
    let item = record::item(connection, &tally.item, tally.item_version)?;
    let item = item.map_or_else(|| Text::zh(tally.item.clone()), |item| item.name);
    Ok(NamedTally { tally, item })
}

/// The figures of the last `span` days.
pub async fn of(hall: &Hall, actor: &Actor, span: u16) -> Result<Statistics, Refusal> {
    actor.must(Right::Supervise)?;
    let acting = Acting::new(hall, actor);
    let kiosks = list::kiosks(hall).await?;
    let lockers = kiosks.into_iter().filter(|kiosk| kiosk.revoked_ms.is_none()).filter_map(|kiosk| {
        let boxes = kiosk.heartbeat?.compartments;
        let mut counts: BTreeMap<usize, (CompartmentState, u32)> = BTreeMap::new();
        for one in boxes {
            counts.entry(place(one.state)).or_insert((one.state, 0)).1 += 1;
        }
        Some(LockerUse { name: kiosk.name, boxes: counts.into_values().collect() })
    });
    let lockers: Vec<LockerUse> = lockers.collect();
    Ok(hall
        .store()
        .read(move |connection| {
            let (from, since_ms) = begins(&acting.moment, span);
            let cases = measure(connection, &acting.moment, since_ms)?;
            let (mut used, mut one_visit) = (HashMap::<ClockKind, Vec<(u16, u16)>>::new(), (0, 0));
            for case in &cases {
                for clock in case.clocks.iter().filter(|clock| !clock.runs() && !clock.paused) {
                    if let Ok(days) = clock.used(&acting.moment.calendar, &acting.moment.zone, acting.today()) {
                        used.entry(clock.kind).or_default().push((days, clock.days));
                    }
                }
                if case.decided {
                    one_visit.0 += 1;
                    one_visit.1 += u32::from(case.corrections == 0);
                }
            }
            let more = cases.len() >= MOST as usize;
            Ok::<_, StoreError>(Statistics {
                span,
                days: days(connection, &acting.moment, from, since_ms)?,
                clocks: ClockKind::ALL.iter().filter_map(|kind| figure(*kind, used.remove(kind)?)).collect(),
                one_visit,
                median_pickup_min: median(cases.iter().filter_map(|case| case.pickup_ms).collect())
                    .map(|ms| ms / 60_000),
                ratings: store::ratings::counts(connection, since_ms)?,
                callbacks: store::ratings::tally(connection, since_ms)?,
                lockers,
                measured: (u32::try_from(cases.len()).unwrap_or(u32::MAX), more),
            })
        })
        .await?)
}

/// Position in the legend of the cabinet's map.
fn place(state: CompartmentState) -> usize {
    match state {
        CompartmentState::Free => 0,
        CompartmentState::Reserved => 1,
        CompartmentState::Paper => 2,
        CompartmentState::Result => 3,
        CompartmentState::ToBeConfirmed => 4,
        CompartmentState::SetAside => 5,
    }
}

/// The first day of a span that ends today, and when it began.
fn begins(moment: &Moment, span: u16) -> (Date, i64) {
    let from =
        moment.today().checked_sub(jiff::Span::new().days(i64::from(span) - 1)).unwrap_or_else(|_| moment.today());
    let at = from.to_zoned_datetime(moment.zone.clone()).map_or(moment.now_ms, |at| at.timestamp().as_millisecond());
    (from, at)
}

fn days(connection: &Connection, moment: &Moment, from: Date, since_ms: i64) -> StoreResult<Vec<Day>> {
    let mut days: BTreeMap<Date, Day> = BTreeMap::new();
    let mut date = from;
    while date <= moment.today() {
        days.insert(date, Day { date, came: 0, decided: 0 });
        let Ok(next) = date.tomorrow() else { break };
        date = next;
    }
    for at in store::supervision::came(connection, since_ms)? {
        if let Some(day) = days.get_mut(&moment.day(at)) {
            day.came += 1;
        }
    }
    for at in store::supervision::decided(connection, since_ms)? {
        if let Some(day) = days.get_mut(&moment.day(at)) {
            day.decided += 1;
        }
    }
    Ok(days.into_values().collect())
}

fn measure(connection: &Connection, moment: &Moment, since_ms: i64) -> StoreResult<Vec<Case>> {
    let mut items: HashMap<(String, u32), Option<ServiceItem>> = HashMap::new();
    let mut cases = Vec::new();
    for row in store::supervision::since(connection, since_ms, MOST)? {
        let key = (row.item.clone(), row.item_version);
        if !items.contains_key(&key) {
            items.insert(key.clone(), record::item(connection, &row.item, row.item_version)?);
        }
        let item = items.get(&key).and_then(Option::as_ref);
        let made = record::submission_of(connection, &moment.keys, row.entry)?;
        let past = store::case_events::history(connection, row.id)?;
        let standing = hall_rules::case::derive(past.iter().map(|past| past.event)).standing;
        let received = past.iter().find(|past| past.event == CaseEvent::Received);
        cases.push(Case {
            clocks: clock::clocks(
                &past,
                &clocks::limits(moment, item, made.as_ref(), store::cases::is_green(connection, row.id)?),
            ),
            corrections: standing.corrections,
            decided: past.iter().any(|past| matches!(past.event, CaseEvent::Granted | CaseEvent::Denied)),
            pickup_ms: received.map(|received| received.at.as_millisecond() - row.deposited_ms).filter(|ms| *ms >= 0),
            row,
        });
    }
    Ok(cases)
}

fn figure(kind: ClockKind, all: Vec<(u16, u16)>) -> Option<ClockFigure> {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Some(ClockFigure {
        kind,
        ended: count(all.len()),
        in_time: count(all.iter().filter(|(used, limit)| used <= limit).count()),
        median_used: median(all.iter().map(|(used, _)| *used).collect())?,
        median_limit: median(all.iter().map(|(_, limit)| *limit).collect())?,
    })
}

fn median<T: Ord + Copy>(mut all: Vec<T>) -> Option<T> {
    all.sort_unstable();
    all.get(all.len().checked_sub(1)? / 2).copied()
}

/// A table for a spreadsheet program. That it was taken out is on record.
pub async fn export(hall: &Hall, actor: &Actor, what: Export, span: u16) -> Result<String, Refusal> {
    let figures = of(hall, actor, span).await?;
    let acting = Acting::new(hall, actor);
    let moment = acting.moment.clone();
    hall.store()
        .write(move |tx| {
            let object = format!("{} of {span} days", what.code());
            Ok::<_, Refusal>(audit::write(
                tx,
                acting.now_ms,
                Who::Staff(&acting.actor),
                Action::Exported,
                None,
                &object,
            )?)
        })
        .await?;
    let mut text = String::from(csv::BOM);
    match what {
        Export::Days => {
            text.push_str(&csv::line(["日期", "存件", "办结"]));
            for day in &figures.days {
                let cells = [day.date.to_string(), day.came.to_string(), day.decided.to_string()];
                text.push_str(&csv::line(cells.iter().map(String::as_str)));
            }
        }
        Export::Clocks => {
            text.push_str(&csv::line(["时限", "结束的办件", "按期", "用时中位数（日）", "限期中位数（日）"]));
            for one in &figures.clocks {
                let numbers = [one.ended, one.in_time, one.median_used.into(), one.median_limit.into()];
                let cells = std::iter::once(one.kind.words().0.to_owned()).chain(numbers.map(|n| n.to_string()));
                text.push_str(&csv::line(cells.collect::<Vec<_>>().iter().map(String::as_str)));
            }
        }
        Export::Cases => {
            text.push_str(&csv::line(["办件编号", "事项", "窗口", "状态", "存件日期", "补正次数", "超期"]));
            let lines = hall.store().read(move |connection| {
                let (_, since_ms) = begins(&moment, span);
                let cases = measure(connection, &moment, since_ms)?;
                Ok::<_, StoreError>(cases.iter().map(|case| case_line(&moment, case)).collect::<String>())
            });
            text.push_str(&lines.await?);
        }
    }
    Ok(text)
}

fn case_line(moment: &Moment, case: &Case) -> String {
    let own = |kind| !matches!(kind, ClockKind::Correction | ClockKind::Collection);
    let late = case.clocks.iter().any(|clock| own(clock.kind) && clocks::is_over(moment, clock));
    let state: CaseState = case.row.state;
    let cells = [
        case.row.receipt.clone(),
        case.row.item.clone(),
        case.row.window.clone(),
        state.words().0.to_owned(),
        moment.day(case.row.deposited_ms).to_string(),
        case.corrections.to_string(),
        if late { "是" } else { "否" }.to_owned(),
    ];
    csv::line(cells.iter().map(String::as_str))
}
