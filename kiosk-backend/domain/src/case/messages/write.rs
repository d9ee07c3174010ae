//! Messages to the applicant: written in the transaction of what they tell, sent by a job, followed until their fate
//! is known.
//!
//! A message is known by (case, event, channel), so that nothing that is done twice is told twice. What the gateway
//! knows it by is random and carries the round: a person's *send again* is another round.

use std::collections::BTreeMap;

use hall_rules::{CaseEvent, CaseState, Language};
use hall_store::cases::CaseRow;
use hall_store::messages::{MessageRow, MessageState as S, NewMessage};
use hall_store::{self as store, Connection, StoreError, StoreResult, Tx};
use hall_words::Said;
use hall_words::case::MessageKind;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kiosk_wire::{Personal, SubmissionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::boxes::whereabouts::{self, counter};
use crate::case::happening::Happening;
use crate::case::record;
use crate::ground::moment::Moment;

/// The only channel so far, and the target of its jobs.
pub const SMS: &str = "sms";

/// The hours of the hall's day in which phones may ring: what is written at night waits.
pub const LOUD_HOURS: std::ops::Range<i8> = 8..21;

/// What is said unless the hall says it otherwise.
pub const TEXT: &str = "【${hall}】您申请的“${item}”（编号${receipt}）：${todo}。${link}";

/// What a happening is told by, if it is told.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is told is a short list")]
fn told_by(what: Happening, express: bool) -> Option<MessageKind> {
    use CaseEvent as E;
    let Happening::Case(event) = what else {
        return (what == Happening::ResultRecovered).then_some(MessageKind::Recovered);
    };
    match event {
        E::Accepted | E::AcceptedDeferred | E::DeemedAccepted => Some(MessageKind::Accepted),
        E::CorrectionAsked | E::CorrectionAskedAgain => Some(MessageKind::Correction),
        E::Granted | E::Denied | E::Refused | E::NotTaken => Some(MessageKind::Decided),
        E::ResultReady => Some(if express { MessageKind::Express } else { MessageKind::ResultReady }),
        _ => None,
    }
}

/// One message, as the case's page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MessageView {
    /// Number.
    pub id: i64,
    /// What it tells; absent when an older release told something else.
    pub kind: Option<MessageKind>,
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

pub(crate) fn may_repeat(state: S) -> bool {
    matches!(state, S::Failed | S::Unknown | S::Sent)
}

/// A case's messages, oldest first.
pub fn of_case(connection: &Connection, case: SubmissionId) -> StoreResult<Vec<MessageView>> {
    let view = |row: MessageRow| MessageView {
        id: row.id,
        kind: MessageKind::from_code(&row.kind),
        state: row.state,
        round: row.round,
        made_ms: row.made_ms,
        changed_ms: row.changed_ms,
        cause: row.cause,
    };
    Ok(store::messages::of_case(connection, case)?.into_iter().map(view).collect())
}

/// Tells what just happened to a case as its event `n`, if that is told and the hall sends messages.
pub fn tell(tx: &Tx<'_>, moment: &Moment, case: SubmissionId, what: Happening, n: u64) -> StoreResult<()> {
    if !moment.sends_messages {
        return Ok(());
    }
    let express = store::parcels::of_case(tx, case)?.is_some();
    match told_by(what, express) {
        Some(kind) => write(tx, moment, case, kind, &format!("{}.{n}", kind.code())),
        None => Ok(()),
    }
}

/// Writes a message and the job that sends it, once for each event.
pub fn write(tx: &Tx<'_>, moment: &Moment, case: SubmissionId, kind: MessageKind, event: &str) -> StoreResult<()> {
    let Some(row) = whereabouts::row(tx, case)? else { return Ok(()) };
    let phone = phone(tx, moment, &row)?;
    let said = serde_json::to_string(&said(tx, moment, &row, kind)?).unwrap_or_default();
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|cause| StoreError::Unavailable(cause.to_string()))?;
    let mark = hex::encode(random);
    let state = if phone.is_some() { S::Queued } else { S::NoPhone };
    let new = NewMessage { case, event, channel: SMS, kind: kind.code(), mark: &mark, state, said: &said };
    if let Some(id) = store::messages::add(tx, &new, moment.now_ms)?
        && state == S::Queued
    {
        queue(tx, moment, id, &mark, 1, waking(&moment.zone, moment.now_ms))?;
    }
    Ok(())
}

pub(crate) fn queue(tx: &Tx<'_>, moment: &Moment, id: i64, mark: &str, round: u32, due_ms: i64) -> StoreResult<()> {
    let body = serde_json::to_string(&Errand { message: id, round }).unwrap_or_default();
    store::jobs::add_for(tx, &format!("{SMS}.{mark}.{round}"), SMS, &body, moment.now_ms, due_ms)?;
    tx.wake_jobs();
    Ok(())
}

/// That moment, or the morning after it where phones may not ring then.
pub fn waking(zone: &TimeZone, at_ms: i64) -> i64 {
    let at = zone.to_datetime(Timestamp::from_millisecond(at_ms).unwrap_or_default());
    if LOUD_HOURS.contains(&at.hour()) {
        return at_ms;
    }
    let day = if at.hour() < LOUD_HOURS.start { Some(at.date()) } else { at.date().tomorrow().ok() };
    let morning = day.and_then(|day| zone.to_timestamp(day.at(LOUD_HOURS.start, 0, 0, 0)).ok());
    morning.map_or(at_ms, Timestamp::as_millisecond)
}

pub(crate) fn phone(connection: &Connection, moment: &Moment, row: &CaseRow) -> StoreResult<Option<Personal<String>>> {
    let made = record::submission_of(connection, &moment.keys, row.entry)?;
    Ok(made.and_then(|made| made.phone).filter(|phone| !phone.expose().trim().is_empty()))
}

/// What the message's template is filled with: number, item, what to do and where. Nothing else, ever.
fn said(
    connection: &Connection,
    moment: &Moment,
    row: &CaseRow,
    kind: MessageKind,
) -> StoreResult<BTreeMap<String, String>> {
    let item = record::item(connection, &row.item, row.item_version)?;
    let receipt = hall_rules::ReceiptNumber::parse(&row.receipt);
    let fetch = whereabouts::fetch(connection, row)?.map(|step| step.said(Language::Zh)).unwrap_or_default();
    let window = counter(row.window.as_ref()).said(Language::Zh);
    let by = row.due_date.as_deref().and_then(|date| date.parse::<Date>().ok()).map(day);
    let by = |before: &str, after: &str| by.as_ref().map(|day| format!("{before}{day}{after}")).unwrap_or_default();
    let todo = match kind {
        MessageKind::Accepted => format!("已受理{}", by("，最迟", "办结")),
        MessageKind::Correction => {
            format!("材料需要补正，请{}到自助终端刷身份证查看并补交，或到{window}", by("于", "前"))
        }
        MessageKind::Decided if matches!(row.state, CaseState::Refused | CaseState::NotTaken) => {
            format!("窗口已答复，请到{window}领取通知书和材料")
        }
        MessageKind::Decided => "已作出决定，结果备好后再通知您".to_owned(),
        MessageKind::ResultReady => format!("结果已备好。{fetch}{}", by("，请于", "前领取")),
        MessageKind::Express => format!("结果{fetch}"),
        MessageKind::Reminder => format!("结果还没有领取。{fetch}"),
        MessageKind::Recovered => format!("结果已转到窗口。{fetch}"),
    };
    let link = moment.progress_link(&row.receipt).map(|link| format!("查进度：{link}")).unwrap_or_default();
    let pairs = [
        ("hall", moment.name.clone()),
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
pub(crate) struct Errand {
    pub(crate) message: i64,
    pub(crate) round: u32,
}
