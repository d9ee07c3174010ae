//! The applicant rates (好差评, GB/T 39734-2020), once for each case; the two worst levels open a call-back (回访),
//! which somebody who supervises must settle.

use hall_rules::clock::{Clock, ClockKind, Light, Reading};
use hall_rules::{CaseState, Right};
use jiff::Timestamp;
use kiosk_wire::{Code, KioskId, Personal, SubmissionId};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::audit::{self, Action, Who};
use super::clocks::{self, Desk};
use super::facts::{self, Happened};
use super::progress;
use super::queries::{Look, inbox_rows, seen_case};
use super::views::{Actor, Due, Happening, InboxRow};
use crate::app::App;
use crate::event::{Event, EventKind};
use crate::problem::Refusal;
use crate::store::ratings::Callback;
use crate::store::{self, StoreError, StoreResult, Tx};

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
/// The longest note, characters.
const LONGEST: usize = 500;
/// The most that one page shows.
const SHOWN: u32 = 200;

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
pub fn keep(tx: &mut Tx<'_>, desk: &Desk, case: SubmissionId, level: u8, via: Via, at_ms: i64) -> StoreResult<bool> {
    let (word, kiosk) = match via {
        Via::Terminal(kiosk) => ("terminal", Some(kiosk)),
        Via::Page => ("page", None),
    };
    if !store::ratings::add(tx, case, level, word, at_ms, desk.now_ms)? {
        return Ok(false);
    }
    // Which level it was is for those who supervise, not for whoever served.
    let happened =
        Happened { what: Happening::Rated, at_ms, staff: None, kiosk, compartment: None, note: None, form: None };
    facts::append(tx, desk, case, &happened)?;
    if level <= BAD {
        store::ratings::open(tx, case, clock(desk, desk.now_ms), desk.now_ms)?;
        tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
    }
    Ok(true)
}

/// The clock of a call-back that was opened then; absent while the calendar lacks a year.
fn clock(desk: &Desk, made_ms: i64) -> Option<Reading> {
    let since = Timestamp::from_millisecond(made_ms).ok()?;
    Clock::since(ClockKind::Callback, since, desk.callback_days).read(&desk.calendar, &desk.zone).ok()?
}

/// Open call-backs whose end hangs on a year that the calendar lacks: the year, and the case.
pub(super) fn without_end(connection: &Connection, desk: &Desk) -> StoreResult<Vec<(i16, SubmissionId)>> {
    let year = |(case, made_ms): (SubmissionId, i64)| {
        let since = Timestamp::from_millisecond(made_ms).ok()?;
        Some((clocks::lacks(desk, &Clock::since(ClockKind::Callback, since, desk.callback_days))?, case))
    };
    let waiting = store::ratings::without_clock(connection)?;
    Ok(waiting.into_iter().filter_map(year).collect())
}

/// How the clock of a call-back stands.
fn due(desk: &Desk, one: &Callback) -> Due {
    match one.closed_ms {
        Some(_) => Due::None,
        None => clocks::running(desk, ClockKind::Callback, one.due_date.as_deref(), one.soon_date.as_deref()),
    }
}

/// The open call-back of a case that is soon over or over: rating and clock.
pub(super) fn late(connection: &Connection, desk: &Desk, case: SubmissionId) -> StoreResult<Option<(u8, Due)>> {
    let one = store::ratings::callback_of(connection, case)?.map(|one| (one.level, due(desk, &one)));
    Ok(one.filter(|(_, due)| matches!(due, Due::Running { light: Light::Yellow | Light::Red, .. })))
}

/// The applicant rates on the public page.
pub async fn rate(app: &App, ticket: &str, level: u8) -> Result<(), Refusal> {
    let case = progress::holder(app, ticket)?;
    if !(1..=5).contains(&level) {
        return Err(Refusal::new(Code::InvalidValue, "A rating has one of five levels", "Choose one").field("level"));
    }
    let desk = Desk::of(app);
    app.store()
        .write(move |tx| {
            let state = store::cases::head(tx, case)?.map(|head| head.state);
            if !state.is_some_and(may_rate) {
                let title = "The case cannot be rated before its result was fetched";
                return Err(Refusal::new(Code::WrongState, title, "Come back then"));
            }
            let now_ms = desk.now_ms;
            keep(tx, &desk, case, level, Via::Page, now_ms)?;
            Ok(())
        })
        .await
}

/// What a call-back came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// Nobody answered: it stays open.
    Unreachable,
    /// Something is still to be done: it stays open.
    UnderWay,
    /// What troubled them was put right.
    Settled,
    /// It was explained, and they are content with that.
    Explained,
    /// They stay discontent; all that could be done was done.
    Unsettled,
}

impl CallOutcome {
    /// All, in the order of the form.
    pub const ALL: [Self; 5] = [Self::Unreachable, Self::UnderWay, Self::Settled, Self::Explained, Self::Unsettled];

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::UnderWay => "under_way",
            Self::Settled => "settled",
            Self::Explained => "explained",
            Self::Unsettled => "unsettled",
        }
    }

    /// As pages say it.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Unreachable => ("没有联系上，再打", "Not reached, to be called again"),
            Self::UnderWay => ("已联系，正在整改", "Reached, being put right"),
            Self::Settled => ("已整改，申请人满意", "Put right, applicant content"),
            Self::Explained => ("已说明，申请人理解", "Explained, applicant content"),
            Self::Unsettled => ("已尽力，申请人仍不满意", "All was done, applicant still discontent"),
        }
    }

    /// The outcome with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// Whether it ends the call-back.
    pub fn ends(self) -> bool {
        match self {
            Self::Unreachable | Self::UnderWay => false,
            Self::Settled | Self::Explained | Self::Unsettled => true,
        }
    }
}

/// One line about a call-back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallNote {
    /// When.
    pub at_ms: i64,
    /// Who.
    pub staff: String,
    /// What it came to.
    pub outcome: Option<CallOutcome>,
    /// In own words.
    pub words: String,
}

/// One call-back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
pub async fn callbacks(app: &App, actor: &Actor) -> Result<Vec<CallbackView>, Refusal> {
    actor.must(Right::Supervise)?;
    let look = Look::new(app, actor);
    Ok(app
        .store()
        .read(move |connection| {
            let mut views = Vec::new();
            for one in store::ratings::callbacks(connection, SHOWN)? {
                let Some(row) = store::cases::get(connection, one.case, look.actor.staff.id)? else { continue };
                let notes = notes(connection, &look, one.case)?;
                for row in inbox_rows(connection, &look, vec![row])? {
                    views.push(view(&look, row, &one, notes.clone()));
                }
            }
            Ok::<_, StoreError>(views)
        })
        .await?)
}

fn view(look: &Look, row: InboxRow, one: &Callback, notes: Vec<CallNote>) -> CallbackView {
    let due = due(&look.desk, one);
    CallbackView { row, level: one.level, made_ms: one.made_ms, due, closed_ms: one.closed_ms, notes }
}

fn notes(connection: &Connection, look: &Look, case: SubmissionId) -> StoreResult<Vec<CallNote>> {
    let open = |row: store::ratings::NoteRow| {
        let words = look.keys.sealer.open(&row.note, &store::ratings::note_context(case, row.n))?;
        let outcome = CallOutcome::from_code(&row.outcome);
        Ok(CallNote { at_ms: row.at_ms, staff: row.staff, outcome, words: words.expose().clone() })
    };
    store::ratings::notes_of(connection, case)?.into_iter().map(open).collect()
}

/// Writes down what a call came to. What is written stays; `seen` is how many notes the page showed.
pub async fn called(
    app: &App,
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
        let title = format!("A note has 1 to {LONGEST} characters");
        return Err(
            Refusal::new(Code::InvalidValue, title, "Say what the applicant said and what was done").field("note")
        );
    }
    let words = Personal::new(text);
    let look = Look::new(app, actor);
    app.store()
        .write(move |tx| {
            seen_case(tx, &look, case)?;
            let none = || Refusal::new(Code::NotFound, "The case has no call-back", "Load the page again");
            let open = store::ratings::callback_of(tx, case)?.ok_or_else(none)?;
            let before = store::ratings::notes_of(tx, case)?.len();
            if open.closed_ms.is_some() || before != seen {
                let title = "Somebody was faster";
                return Err(Refusal::new(Code::StalePage, title, "Load the page again and read what they wrote"));
            }
            let n = u32::try_from(before + 1).unwrap_or(u32::MAX);
            let sealed = look.keys.sealer.seal(words.expose(), &store::ratings::note_context(case, n))?;
            let staff = look.actor.staff.id;
            store::ratings::add_note(tx, case, n, (staff, outcome.code(), &sealed), look.now_ms)?;
            if outcome.ends() {
                store::ratings::close(tx, case, look.today(), look.now_ms)?;
            }
            audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::CalledBack, Some(case), outcome.code())?;
            tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
            Ok(())
        })
        .await
}

/// Gives call-backs their clock once the calendar knows it. That it is soon over or over is told with all that is late.
pub async fn tick(app: &App) -> Result<(), Refusal> {
    let desk = Desk::of(app);
    let waits = app.store().read(store::ratings::without_clock).await?;
    let clocks: Vec<_> = waits.into_iter().filter_map(|(case, made)| Some((case, clock(&desk, made)?))).collect();
    if clocks.is_empty() {
        return Ok(());
    }
    app.store()
        .write(move |tx| {
            for (case, clock) in clocks {
                store::ratings::set_clock(tx, case, clock)?;
            }
            Ok::<_, Refusal>(())
        })
        .await
}
