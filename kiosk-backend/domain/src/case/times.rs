//! When things happened at terminals: known, or between two instants until an entry of the same start, or a heartbeat,
//! tells. The clock that runs meanwhile begins at the earliest, which cannot hurt the applicant; no act of law follows
//! from it before the latest has passed as well.

use hall_rules::CaseEvent;
use hall_rules::clock::{self, ClockKind, Limits};
use hall_rules::time::journal::Anchor;
use hall_rules::time::{EventTime, Stamped};
use hall_store::case_events::{self, NewEvent};
use hall_store::cases::Change;
use hall_store::event::{Event, EventKind};
use hall_store::journal::JournalHead;
use hall_store::untimed::{self, Untimed};
use hall_store::{self as store, Connection, StoreResult, Tx, word_of};
use jiff::Timestamp;
use kiosk_wire::{JournalId, KioskId, Stamp, SubmissionId};

use crate::case::clocks;
use crate::case::happening::Happening;
use crate::ground::hall::Hall;
use crate::ground::moment::Moment;

/// When an entry was made, and by which start of which journal's terminal.
#[derive(Clone, Copy, Debug)]
pub struct When {
    pub time: EventTime,
    journal: JournalId,
    boot: u128,
    mono_ms: u64,
}

/// Says when the next entry of a journal was made. One that tells the time of its start settles that of earlier ones.
pub fn of_entry(
    tx: &mut Tx<'_>,
    moment: &Moment,
    journal: JournalId,
    head: &mut JournalHead,
    at: &Stamp,
) -> StoreResult<When> {
    let boot = at.boot_id.as_u128();
    let before = head.time.anchor(boot);
    let told_ms = at.server_offset_ms.map(|offset| at.wall_ms_utc.saturating_add(offset));
    let time = head.time.take(Stamped { boot, mono_ms: at.mono_ms, told_ms }, moment.now_ms);
    if before.is_none()
        && let Some(anchor) = head.time.anchor(boot)
    {
        settle(tx, moment, head.kiosk, journal, anchor)?;
    }
    Ok(When { time, journal, boot, mono_ms: at.mono_ms })
}

/// Takes in that a push of this journal was sent now, by these clocks of its terminal.
pub fn hear(
    tx: &mut Tx<'_>,
    moment: &Moment,
    journal: JournalId,
    head: &mut JournalHead,
    at: &Stamp,
) -> StoreResult<()> {
    let live = live(moment, at);
    let knew = head.time.anchor(live.boot).is_some();
    head.time.live = Some(live);
    if knew { Ok(()) } else { settle(tx, moment, head.kiosk, journal, live) }
}

/// Takes in that the terminal which writes a journal speaks to us now, unless our own clock is in doubt.
pub fn spoke(tx: &mut Tx<'_>, hall: &Hall, kiosk: KioskId, journal: JournalId, at: &Stamp) -> StoreResult<()> {
    if hall.clock().doubt().is_some() {
        return Ok(());
    }
    let moment = Moment::of(hall);
    let live = live(&moment, at);
    store::journal::spoke(tx, journal, live)?;
    settle(tx, &moment, kiosk, journal, live)
}

/// A terminal's clocks at a moment that our own clock tells.
fn live(moment: &Moment, at: &Stamp) -> Anchor {
    Anchor { boot: at.boot_id.as_u128(), mono_ms: at.mono_ms, ms: moment.now_ms }
}

/// Notes that the newest event of a case has no known time, where that is so.
pub fn note(tx: &Tx<'_>, when: &When, case: SubmissionId) -> StoreResult<()> {
    let EventTime::Between { earliest, latest } = when.time else { return Ok(()) };
    let Some(head) = store::cases::head(tx, case)? else { return Ok(()) };
    let event = Untimed { case, n: head.version, mono_ms: when.mono_ms, earliest_ms: earliest, latest_ms: latest };
    untimed::add(tx, when.journal, when.boot, &event)
}

/// The times of a start are known: each case of it is told so, and its clocks begin where they should.
fn settle(tx: &mut Tx<'_>, moment: &Moment, kiosk: KioskId, journal: JournalId, anchor: Anchor) -> StoreResult<()> {
    let events = untimed::of_start(tx, journal, anchor.boot)?;
    for of_case in events.chunk_by(|one, other| one.case == other.case) {
        let Some(Untimed { case, .. }) = of_case.first().copied() else { continue };
        let times: Vec<(u64, i64)> = of_case
            .iter()
            .map(|event| {
                let latest = event.latest_ms.max(event.earliest_ms);
                (event.n, anchor.at(event.mono_ms).clamp(event.earliest_ms, latest))
            })
            .collect();
        untimed::settle(tx, journal, anchor.boot, case)?;
        settle_case(tx, moment, kiosk, case, &times)?;
    }
    Ok(())
}

fn settle_case(
    tx: &mut Tx<'_>,
    moment: &Moment,
    kiosk: KioskId,
    case: SubmissionId,
    times: &[(u64, i64)],
) -> StoreResult<()> {
    let note = serde_json::to_string(times).unwrap_or_default();
    let (mut history, tip) = case_events::history_and_tip(tx, case)?;
    history.settle(times);
    let shown = clocks::shown(tx, moment, case, &history.past)?;
    let first = |events: &[CaseEvent]| {
        history.past.iter().find(|past| events.contains(&past.event)).map(|past| past.at.as_millisecond())
    };
    let change = Change::Timed {
        shown: &shown,
        prepared_ms: first(&[CaseEvent::Submitted]),
        deposited_ms: first(&[CaseEvent::Deposited, CaseEvent::DepositUnconfirmed]),
    };
    let event = NewEvent {
        kind: &word_of(&Happening::TimeSettled),
        at_ms: moment.now_ms,
        staff: None,
        kiosk: Some(kiosk),
        compartment: None,
        note: Some(&note),
        days: None,
    };
    case_events::append(tx, case, tip, &change, &event, moment.now_ms)?;
    tracing::info!(submission = %case, kiosk = %kiosk, events = times.len(), "the time of a deposit is known now");
    let window = store::cases::head(tx, case)?.and_then(|head| head.window);
    tx.announce(Event { case: Some(case), window, kiosk: Some(kiosk), kind: EventKind::CaseChanged });
    Ok(())
}

/// Between which instants a deposit was made, where that is not known: milliseconds since the epoch.
pub fn doubt(connection: &Connection, case: SubmissionId) -> StoreResult<Option<(i64, i64)>> {
    let events = untimed::of_case(connection, case)?;
    Ok(events.last().map(|event| (event.earliest_ms, event.latest_ms)))
}

/// Whether the five days of silence are over even if the papers came as late as they may have.
pub fn is_silent_for_sure(connection: &Connection, moment: &Moment, case: SubmissionId) -> StoreResult<bool> {
    let doubtful = untimed::of_case(connection, case)?;
    if doubtful.is_empty() {
        return Ok(true);
    }
    let latest: Vec<(u64, i64)> = doubtful.iter().map(|event| (event.n, event.latest_ms)).collect();
    let (mut history, _) = case_events::history_and_tip(connection, case)?;
    history.settle(&latest);
    // Later events may lie before that: in order all the same.
    let mut newest = Timestamp::MIN;
    for past in &mut history.past {
        newest = newest.max(past.at);
        past.at = newest;
    }
    let clocks = clock::clocks(&history.past, &Limits::default());
    let due = clocks.iter().find(|clock| clock.kind == ClockKind::Acceptance);
    let due = due.and_then(|clock| clock.last_day(&moment.calendar, &moment.zone).ok());
    Ok(due.is_some_and(|due| due < moment.today()))
}
