//! Messages to the applicant: written in the transaction of what they tell, sent by a job, followed until their fate
//! is known.
//!
//! A message is known by (case, event, channel), so that nothing that is done twice is told twice. What the gateway
//! knows it by is random and carries the round: a person's *send again* is another round.

use std::collections::BTreeMap;

use hall_rules::{CaseEvent, CaseState, Right};
use jiff::civil::Date;
use kiosk_wire::{Code, Personal, SubmissionId};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::audit::{self, Action, Who};
use super::clocks::Desk;
use super::commands::command;
use super::queries;
use super::views::{Actor, Happening};
use super::whereabouts::{self, Place, at_window};
use crate::app::App;
use crate::event::{Event, EventKind};
use crate::notify::sms::{Letter, Outcome, Told};
use crate::problem::Refusal;
use crate::store::cases::CaseRow;
use crate::store::jobs::Job;
use crate::store::messages::{MessageRow, MessageState as S, NewMessage};
use crate::store::{self, StoreError, StoreResult, Tx};

/// The only channel so far, and the target of its jobs.
pub const SMS: &str = "sms";
/// The hours of the hall's day in which phones may ring: what is written at night waits.
pub const LOUD_HOURS: std::ops::Range<i8> = 8..21;

/// What a message tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The application was accepted, by somebody or by silence.
    Accepted,
    /// Corrections are asked for.
    Correction,
    /// It was decided, or refused.
    Decided,
    /// The result can be fetched.
    ResultReady,
    /// The result went by express.
    Express,
    /// The result still waits.
    Reminder,
    /// The result was taken out of its box: it waits elsewhere.
    Recovered,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Accepted,
        Self::Correction,
        Self::Decided,
        Self::ResultReady,
        Self::Express,
        Self::Reminder,
        Self::Recovered,
    ];

    /// As in the configuration and in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Correction => "correction",
            Self::Decided => "decided",
            Self::ResultReady => "result_ready",
            Self::Express => "express",
            Self::Reminder => "reminder",
            Self::Recovered => "recovered",
        }
    }

    /// As pages say it.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Accepted => ("已受理", "Accepted"),
            Self::Correction => ("需要补正", "Corrections needed"),
            Self::Decided => ("已有决定", "Decided"),
            Self::ResultReady => ("结果可领取", "Result ready"),
            Self::Express => ("结果已寄出", "Result sent"),
            Self::Reminder => ("提醒领取", "Reminder"),
            Self::Recovered => ("结果转到窗口", "Result at the window"),
        }
    }

    /// What is said unless the hall says it otherwise.
    pub fn text(self) -> &'static str {
        "【${hall}】您申请的“${item}”（编号${receipt}）：${todo}。${link}"
    }

    /// What a happening is told by, if it is told.
    #[expect(clippy::wildcard_enum_match_arm, reason = "what is told is a short list")]
    fn of(what: Happening, express: bool) -> Option<Self> {
        use CaseEvent as E;
        let Happening::Case(event) = what else {
            return (what == Happening::ResultRecovered).then_some(Self::Recovered);
        };
        match event {
            E::Accepted | E::AcceptedDeferred | E::DeemedAccepted => Some(Self::Accepted),
            E::CorrectionAsked | E::CorrectionAskedAgain => Some(Self::Correction),
            E::Granted | E::Denied | E::Refused | E::NotTaken => Some(Self::Decided),
            E::ResultReady => Some(if express { Self::Express } else { Self::ResultReady }),
            _ => None,
        }
    }
}

/// One message, as the case's page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MessageView {
    /// Number.
    pub id: i64,
    /// What it tells; absent when an older release told something else.
    pub kind: Option<Kind>,
    /// What became of it.
    pub state: S,
    /// How often a person had it sent, the first time included.
    pub round: u32,
    /// When it was written.
    pub made_ms: i64,
    /// When its state last changed.
    pub changed_ms: i64,
    /// What went wrong.
    pub cause: Option<String>,
}

impl MessageView {
    /// Whether a person may have it sent again: not while it is on its way, nor when it arrived.
    pub fn may_repeat(&self) -> bool {
        may_repeat(self.state)
    }
}

fn may_repeat(state: S) -> bool {
    matches!(state, S::Failed | S::Unknown | S::Sent)
}

/// A case's messages, oldest first.
pub fn of_case(connection: &Connection, case: SubmissionId) -> StoreResult<Vec<MessageView>> {
    let view = |row: MessageRow| MessageView {
        id: row.id,
        kind: kind_of(&row),
        state: row.state,
        round: row.round,
        made_ms: row.made_ms,
        changed_ms: row.changed_ms,
        cause: row.cause,
    };
    Ok(store::messages::of_case(connection, case)?.into_iter().map(view).collect())
}

fn kind_of(row: &MessageRow) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.code() == row.kind)
}

/// Tells what just happened to a case as its event `n`, if that is told and the hall sends messages.
pub fn tell(tx: &Tx<'_>, desk: &Desk, case: SubmissionId, what: Happening, n: u64) -> StoreResult<()> {
    if !desk.sends_messages {
        return Ok(());
    }
    let express = store::parcels::of_case(tx, case)?.is_some();
    match Kind::of(what, express) {
        Some(kind) => write(tx, desk, case, kind, &format!("{}.{n}", kind.code())),
        None => Ok(()),
    }
}

/// Writes a message and the job that sends it, once for each event.
pub fn write(tx: &Tx<'_>, desk: &Desk, case: SubmissionId, kind: Kind, event: &str) -> StoreResult<()> {
    let Some(row) = whereabouts::row(tx, case)? else { return Ok(()) };
    let phone = phone(tx, desk, &row)?;
    let said = serde_json::to_string(&said(tx, desk, &row, kind)?).unwrap_or_default();
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|cause| StoreError::Unavailable(cause.to_string()))?;
    let mark = hex::encode(random);
    let state = if phone.is_some() { S::Queued } else { S::NoPhone };
    let new = NewMessage { case, event, channel: SMS, kind: kind.code(), mark: &mark, state, said: &said };
    if let Some(id) = store::messages::add(tx, &new, desk.now_ms)?
        && state == S::Queued
    {
        queue(tx, desk, id, &mark, 1, waking(desk))?;
    }
    Ok(())
}

fn queue(tx: &Tx<'_>, desk: &Desk, id: i64, mark: &str, round: u32, due_ms: i64) -> StoreResult<()> {
    let body = serde_json::to_string(&Errand { message: id, round }).unwrap_or_default();
    store::jobs::add_for(tx, &format!("{SMS}.{mark}.{round}"), SMS, &body, desk.now_ms, due_ms)?;
    tx.wake_jobs();
    Ok(())
}

/// Now, or in the morning.
fn waking(desk: &Desk) -> i64 {
    let at = |ms| jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned_datetime(desk.zone.clone());
    let now = at(desk.now_ms);
    if LOUD_HOURS.contains(&now.hour()) {
        return desk.now_ms;
    }
    let day = if now.hour() < LOUD_HOURS.start { Some(now.date()) } else { now.date().tomorrow().ok() };
    let morning = day.and_then(|day| desk.zone.to_timestamp(day.at(LOUD_HOURS.start, 0, 0, 0)).ok());
    morning.map_or(desk.now_ms, |at| at.as_millisecond())
}

fn phone(connection: &Connection, desk: &Desk, row: &CaseRow) -> StoreResult<Option<Personal<String>>> {
    let made = queries::submission_of(connection, &desk.keys, row.entry)?;
    Ok(made.and_then(|made| made.phone).filter(|phone| !phone.expose().trim().is_empty()))
}

/// What the message's template is filled with: number, item, what to do and where. Nothing else, ever.
fn said(connection: &Connection, desk: &Desk, row: &CaseRow, kind: Kind) -> StoreResult<BTreeMap<String, String>> {
    let item = queries::item(connection, &row.item, row.item_version)?;
    let receipt = hall_rules::ReceiptNumber::parse(&row.receipt);
    let place = Place::of(connection, row)?;
    let fetch = place.map(|place| place.fetch().zh).unwrap_or_default();
    let window = at_window(&whereabouts::window(row)).0;
    let by = row.due_date.as_deref().and_then(|date| date.parse::<Date>().ok()).map(day);
    let by = |before: &str, after: &str| by.as_ref().map(|day| format!("{before}{day}{after}")).unwrap_or_default();
    let todo = match kind {
        Kind::Accepted => format!("已受理{}", by("，最迟", "办结")),
        Kind::Correction => format!("材料需要补正，请{}到自助终端刷身份证查看并补交，或到{window}", by("于", "前")),
        Kind::Decided if matches!(row.state, CaseState::Refused | CaseState::NotTaken) => {
            format!("窗口已答复，请到{window}领取通知书和材料")
        }
        Kind::Decided => "已作出决定，结果备好后再通知您".to_owned(),
        Kind::ResultReady => format!("结果已备好。{fetch}{}", by("，请于", "前领取")),
        Kind::Express => format!("结果{fetch}"),
        Kind::Reminder => format!("结果还没有领取。{fetch}"),
        Kind::Recovered => format!("结果已转到窗口。{fetch}"),
    };
    let link = desk.progress_link(&row.receipt).map(|link| format!("查进度：{link}")).unwrap_or_default();
    let pairs = [
        ("hall", desk.hall.clone()),
        ("item", item.map_or_else(|| row.item.clone(), |item| item.name.zh)),
        ("receipt", receipt.map_or_else(|_| row.receipt.clone(), |number| number.as_str().to_owned())),
        ("todo", todo),
        ("link", link),
    ];
    Ok(pairs.map(|(name, value)| (name.to_owned(), value)).into())
}

fn day(date: Date) -> String {
    format!("{}月{}日", date.month(), date.day())
}

/// What a job carries: numbers only.
#[derive(Serialize, Deserialize)]
struct Errand {
    message: i64,
    round: u32,
}

/// What becomes of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing is left to do.
    Yes,
    /// Try again later.
    Later(String),
}

/// Sends a message, unless it was sent, or may have been and the gateway does not tell a repetition.
pub async fn deliver(app: &App, client: &reqwest::Client, job: &Job) -> StoreResult<Done> {
    let (Ok(errand), Some(gateway)) = (serde_json::from_str::<Errand>(&job.body), app.gateway()) else {
        return Ok(Done::Later("there is no [sms] in the configuration any more".into()));
    };
    let (desk, harmless) = (Desk::of(app), gateway.repeats_are_harmless());
    let begun = app.store().write(move |tx| begin(tx, &desk, &errand, harmless)).await?;
    let Some((row, phone)) = begun else { return Ok(Done::Yes) };
    let Some(kind) = kind_of(&row) else { return Ok(Done::Yes) };
    let said = serde_json::from_str(&row.said).unwrap_or_default();
    let letter = Letter { phone: &phone, out_id: format!("{}-{}", row.mark, row.round), kind, said: &said };
    let outcome = gateway.send(client, &letter).await;
    let now_ms = app.now_ms();
    app.store().write(move |tx| end(tx, &row, outcome, harmless, now_ms)).await
}

/// Notes, before anything leaves, that it may have left.
fn begin(
    tx: &mut Tx<'_>,
    desk: &Desk,
    errand: &Errand,
    harmless: bool,
) -> StoreResult<Option<(MessageRow, Personal<String>)>> {
    let Some(mut row) = store::messages::get(tx, errand.message)?.filter(|row| row.round == errand.round) else {
        return Ok(None);
    };
    let case = whereabouts::row(tx, row.case)?;
    let phone = case.map(|case| phone(tx, desk, &case)).transpose()?.flatten();
    let next = match (row.state, phone.is_some()) {
        (S::Queued | S::Failed, true) => S::Sending,
        (S::Sending, true) if harmless => S::Sending,
        (S::Sending, _) => S::Unknown,
        (S::Queued | S::Failed, false) => S::NoPhone,
        (S::Sent | S::Delivered | S::Unknown | S::NoPhone, _) => return Ok(None),
    };
    let cause = (next == S::Unknown).then_some("the server stopped while it was being sent");
    store::messages::moved(tx, &row, next, cause, desk.now_ms)?;
    if next != S::Sending {
        announce(tx, row.case)?;
        return Ok(None);
    }
    row.state = S::Sending;
    Ok(phone.map(|phone| (row, phone)))
}

fn end(tx: &mut Tx<'_>, row: &MessageRow, outcome: Outcome, harmless: bool, now_ms: i64) -> StoreResult<Done> {
    let (state, cause, done) = match outcome {
        Outcome::Sent(gateway_id) => {
            if let Some(id) = gateway_id {
                store::messages::set_gateway_id(tx, row.id, &id)?;
            }
            (S::Sent, None, Done::Yes)
        }
        Outcome::Refused(cause) => {
            tracing::error!(submission = %row.case, code = cause, "a message was refused");
            (S::Failed, Some(cause), Done::Yes)
        }
        Outcome::NotTaken(cause) => (S::Queued, Some(cause.clone()), Done::Later(cause)),
        Outcome::Unknown(cause) if harmless => (S::Sending, Some(cause.clone()), Done::Later(cause)),
        Outcome::Unknown(cause) => {
            tracing::warn!(submission = %row.case, code = cause, "nobody knows whether a message was sent");
            (S::Unknown, Some(cause), Done::Yes)
        }
    };
    // A report may have been faster than the answer: then it stands.
    store::messages::moved(tx, row, state, cause.as_deref(), now_ms)?;
    announce(tx, row.case)?;
    Ok(done)
}

/// The job of a message was given up: that is its fate.
pub fn given_up(tx: &mut Tx<'_>, job: &Job, cause: &str, now_ms: i64) -> StoreResult<()> {
    let Ok(errand) = serde_json::from_str::<Errand>(&job.body) else { return Ok(()) };
    let Some(row) = store::messages::get(tx, errand.message)?.filter(|row| row.round == errand.round) else {
        return Ok(());
    };
    let fate = if row.state == S::Sending { S::Unknown } else { S::Failed };
    if matches!(row.state, S::Queued | S::Sending) {
        store::messages::moved(tx, &row, fate, Some(cause), now_ms)?;
        announce(tx, row.case)?;
    }
    Ok(())
}

/// Takes a gateway's reports: one that was taken before, or is about nothing of ours, changes nothing.
pub async fn reported(app: &App, told: Vec<Told>) -> Result<(), Refusal> {
    let now_ms = app.now_ms();
    app.store()
        .write(move |tx| {
            for one in told {
                take(tx, &one, now_ms)?;
            }
            Ok(())
        })
        .await
}

fn take(tx: &mut Tx<'_>, told: &Told, now_ms: i64) -> StoreResult<()> {
    let (mark, round) = told.out_id.rsplit_once('-').unwrap_or((&told.out_id, "1"));
    let Some(row) = store::messages::reported(tx, mark, &told.gateway_id)? else { return Ok(()) };
    let this_round = told.out_id.is_empty() || round.parse() == Ok(row.round);
    let (state, cause) = match &told.delivered {
        // Whichever round it was: it is there.
        Some(Ok(())) => (S::Delivered, None),
        Some(Err(code)) if this_round => (S::Failed, Some(format!("the gateway could not deliver it: {code}"))),
        Some(Err(_)) | None => return Ok(()),
    };
    if matches!(row.state, S::Delivered | S::Failed) && (row.state == state || row.state == S::Delivered) {
        return Ok(());
    }
    store::messages::moved(tx, &row, state, cause.as_deref(), now_ms)?;
    announce(tx, row.case)
}

/// A person has a message sent again: the counter of tries begins anew. `round` is what their page showed.
pub async fn again(app: &App, actor: &Actor, case: SubmissionId, message: i64, round: u32) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    command(app, actor, case, None, move |tx, look, row| {
        let found = store::messages::get(tx, message)?.filter(|found| found.case == row.id);
        let Some(found) = found else {
            return Err(Refusal::new(Code::NotFound, "The case has no such message", "Load the page again"));
        };
        if !look.desk.sends_messages {
            let title = "This hall sends no messages";
            return Err(Refusal::new(Code::WrongState, title, "Phone the applicant; [sms] is not configured"));
        }
        if found.round != round || !may_repeat(found.state) || !store::messages::again(tx, &found, look.now_ms)? {
            let title = "The message is on its way or was sent again already";
            return Err(Refusal::new(Code::WrongState, title, "Load the page again"));
        }
        queue(tx, &look.desk, found.id, &found.mark, found.round + 1, look.now_ms)?;
        let object = format!("{} {}", found.kind, found.round + 1);
        audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::MessageRepeated, Some(row.id), &object)?;
        Ok(())
    })
    .await
}

fn announce(tx: &mut Tx<'_>, case: SubmissionId) -> StoreResult<()> {
    let window = store::cases::head(tx, case)?.and_then(|head| head.window);
    tx.announce(Event { case: Some(case), window, kiosk: None, kind: EventKind::CaseChanged });
    Ok(())
}
