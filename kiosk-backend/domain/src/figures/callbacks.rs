//! Call-backs (回访): whom a rating troubled is called, and what came of it is written down.

use hall_rules::Right;
use hall_rules::clock::{Clock, ClockKind, Light};
use hall_store::event::{Event, EventKind};
use hall_store::ratings::Callback;
use hall_store::{self as store, Connection, StoreError, StoreResult};
use hall_words::Reason;
use hall_words::case::CallOutcome;
use jiff::Timestamp;
use kiosk_wire::{Personal, SubmissionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::clocks::{self, Due};
use crate::case::rows::{InboxRow, inbox_rows};
use crate::case::seen::seen_case;
use crate::figures::rating::clock;
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::{Acting, Moment};
use crate::ground::refusal::Refusal;

/// The longest note, characters.
const LONGEST: usize = 500;

/// The most that one page shows.
const SHOWN: u32 = 200;

/// Open call-backs whose end hangs on a year that the calendar lacks: the year, and the case.
pub(crate) fn without_end(connection: &Connection, moment: &Moment) -> StoreResult<Vec<(i16, SubmissionId)>> {
    let year = |(case, made_ms): (SubmissionId, i64)| {
        let since = Timestamp::from_millisecond(made_ms).ok()?;
        Some((clocks::lacks(moment, &Clock::since(ClockKind::Callback, since, moment.callback_days))?, case))
    };
    let waiting = store::ratings::without_clock(connection)?;
    Ok(waiting.into_iter().filter_map(year).collect())
}

/// How the clock of a call-back stands.
fn due(moment: &Moment, one: &Callback) -> Due {
    match one.closed_ms {
        Some(_) => Due::None,
        None => clocks::running(moment, ClockKind::Callback, one.due_date.as_deref(), one.soon_date.as_deref()),
    }
}

/// The open call-back of a case that is soon over or over: rating and clock.
pub(crate) fn late(connection: &Connection, moment: &Moment, case: SubmissionId) -> StoreResult<Option<(u8, Due)>> {
    let one = store::ratings::callback_of(connection, case)?.map(|one| (one.level, due(moment, &one)));
    Ok(one.filter(|(_, due)| matches!(due, Due::Running { light: Light::Yellow | Light::Red, .. })))
}

/// Whether it ends the call-back.
fn ends(outcome: CallOutcome) -> bool {
    match outcome {
        CallOutcome::Unreachable | CallOutcome::UnderWay => false,
        CallOutcome::Settled | CallOutcome::Explained | CallOutcome::Unsettled => true,
    }
}

/// One line about a call-back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CallNote {
    pub at_ms: i64,
    pub staff: String,
    /// What it came to.
    pub outcome: Option<CallOutcome>,
    /// In own words.
    pub words: String,
}

/// One call-back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CallbackView {
    /// Its case.
    pub row: InboxRow,
    /// The rating.
    pub level: u8,
    /// When it was opened.
    pub made_ms: i64,
    /// Its clock; none once it was ended.
    pub due: Due,
    /// When it was ended.
    pub closed_ms: Option<i64>,
    /// What was written about it, oldest first.
    pub notes: Vec<CallNote>,
}

/// All call-backs, the open ones first.
pub async fn callbacks(hall: &Hall, actor: &Actor) -> Result<Vec<CallbackView>, Refusal> {
    actor.must(Right::Supervise)?;
    let acting = Acting::new(hall, actor);
    Ok(hall
        .store()
        .read(move |connection| {
            let mut views = Vec::new();
            for one in store::ratings::callbacks(connection, SHOWN)? {
                let Some(row) = store::cases::get(connection, one.case, acting.actor.staff.id)? else { continue };
                let notes = notes(connection, &acting, one.case)?;
                for row in inbox_rows(connection, &acting, vec![row])? {
                    views.push(view(&acting, row, &one, notes.clone()));
                }
            }
            Ok::<_, StoreError>(views)
        })
        .await?)
}

fn view(acting: &Acting, row: InboxRow, one: &Callback, notes: Vec<CallNote>) -> CallbackView {
    let due = due(&acting.moment, one);
    CallbackView { row, level: one.level, made_ms: one.made_ms, due, closed_ms: one.closed_ms, notes }
}

fn notes(connection: &Connection, acting: &Acting, case: SubmissionId) -> StoreResult<Vec<CallNote>> {
    let open = |row: store::ratings::NoteRow| {
        let words = acting.keys.sealer.open(&row.note, &store::ratings::note_context(case, row.n))?;
        let outcome = CallOutcome::from_code(&row.outcome);
        Ok(CallNote { at_ms: row.at_ms, staff: row.staff, outcome, words: words.expose().clone() })
    };
    store::ratings::notes_of(connection, case)?.into_iter().map(open).collect()
}

/// Writes down what a call came to. What is written stays; `seen` is how many notes the page showed.
pub async fn called(
    hall: &Hall,
    actor: &Actor,
    case: SubmissionId,
    seen: usize,
    outcome: CallOutcome,
    words: Personal<String>,
) -> Result<(), Refusal> {
    actor.must(Right::Supervise)?;
    let text = words.expose().trim().to_owned();
    if text.is_empty()
        || text.chars().count() > LONGEST
        || text.chars().any(|c| c.is_control() && c != '\n' && c != '\r')
    {
        return Err(Reason::CallNote { longest: LONGEST }.into());
    }
    let words = Personal::new(text);
    let acting = Acting::new(hall, actor);
    hall.store()
        .write(move |tx| {
            seen_case(tx, &acting, case)?;
            let open = store::ratings::callback_of(tx, case)?.ok_or(Reason::NoCallBack)?;
            let before = store::ratings::notes_of(tx, case)?.len();
            if open.closed_ms.is_some() || before != seen {
                return Err(Reason::CallBackMoved.into());
            }
            let n = u32::try_from(before + 1).unwrap_or(u32::MAX);
            let sealed = acting.keys.sealer.seal(words.expose(), &store::ratings::note_context(case, n))?;
            let staff = acting.actor.staff.id;
            store::ratings::add_note(tx, case, n, (staff, outcome.code(), &sealed), acting.now_ms)?;
            if ends(outcome) {
                store::ratings::close(tx, case, acting.today(), acting.now_ms)?;
            }
            audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::CalledBack, Some(case), outcome.code())?;
            tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
            Ok(())
        })
        .await
}

/// Gives call-backs their clock once the calendar knows it. That it is soon over or over is told with all that is late.
pub async fn tick(hall: &Hall) -> Result<(), Refusal> {
    let moment = Moment::of(hall);
    let waits = hall.store().read(store::ratings::without_clock).await?;
    let clocks: Vec<_> = waits.into_iter().filter_map(|(case, made)| Some((case, clock(&moment, made)?))).collect();
    if clocks.is_empty() {
        return Ok(());
    }
    hall.store()
        .write(move |tx| {
            for (case, clock) in clocks {
                store::ratings::set_clock(tx, case, clock)?;
            }
            Ok::<_, Refusal>(())
        })
        .await
}
