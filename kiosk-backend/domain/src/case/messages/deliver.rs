//! What becomes of a message: handed to the gateway, reported by it, sent again by a person.

use std::collections::BTreeMap;

use hall_rules::Right;
use hall_store::event::{Event, EventKind};
use hall_store::jobs::Job;
use hall_store::messages::{MessageRow, MessageState as S};
use hall_store::{self as store, StoreResult, Tx};
use hall_words::Reason;
use hall_words::case::{MessageFault, MessageKind};
use kiosk_wire::{Personal, SubmissionId};

use crate::boxes::whereabouts;
use crate::case::command::command;
use crate::case::messages::write::{Errand, may_repeat, phone, queue};
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::Moment;
use crate::ground::refusal::Refusal;

/// A message as a gateway is to send it.
pub struct Letter {
    row: MessageRow,
    /// To whom.
    pub phone: Personal<String>,
    /// What the gateway knows it by.
    pub out_id: String,
    pub kind: MessageKind,
    /// `hall`, `item`, `receipt`, `todo`, `link`.
    pub said: BTreeMap<String, String>,
}

/// What the gateway's answer to a message means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The gateway took it; its own number of it.
    Sent(Option<String>),
    /// The gateway did not take it and never will: the number gets no messages.
    Refused(String),
    /// The gateway surely does not have it: try again.
    NotTaken(String),
    /// The gateway does not have it, and will not take it before somebody of the hall mends something: wait for that.
    Ours(String),
    /// Nobody knows.
    Unknown(String),
}

/// What becomes of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing is left to do.
    Yes,
    /// Try again later.
    Later {
        cause: String,
        /// Whether it waits until somebody mended something, however long that takes.
        until_mended: bool,
    },
}

/// One report of a gateway on what became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReport {
    /// What we called it; empty if it does not say.
    pub out_id: String,
    /// What the gateway calls it; empty if it does not say.
    pub gateway_id: String,
    /// Whether it reached the phone; the gateway's code if not. Absent while nothing is settled.
    pub delivered: Option<Result<(), String>>,
}

/// The message of a job, unless it was sent, or may have been and the gateway does not tell a repetition. That it may have
/// left is noted before it can.
pub async fn begin(hall: &Hall, job: &Job, repeats_are_harmless: bool) -> StoreResult<Option<Letter>> {
    let Ok(errand) = serde_json::from_str::<Errand>(&job.body) else { return Ok(None) };
    let moment = Moment::of(hall);
    let begun = hall.store().write(move |tx| note(tx, &moment, &errand, repeats_are_harmless)).await?;
    let Some((row, phone)) = begun else { return Ok(None) };
    let Some(kind) = MessageKind::from_code(&row.kind) else { return Ok(None) };
    let said = serde_json::from_str(&row.said).unwrap_or_default();
    Ok(Some(Letter { phone, out_id: format!("{}-{}", row.mark, row.round), kind, said, row }))
}

fn note(
    tx: &mut Tx<'_>,
    moment: &Moment,
    errand: &Errand,
    harmless: bool,
) -> StoreResult<Option<(MessageRow, Personal<String>)>> {
    let Some(mut row) = store::messages::get(tx, errand.message)?.filter(|row| row.round == errand.round) else {
        return Ok(None);
    };
    let case = whereabouts::row(tx, row.case)?;
    let phone = case.map(|case| phone(tx, moment, &case)).transpose()?.flatten();
    let next = match (row.state, phone.is_some()) {
        (S::Queued | S::Failed, true) => S::Sending,
        (S::Sending, true) if harmless => S::Sending,
        (S::Sending, _) => S::Unknown,
        (S::Queued | S::Failed, false) => S::NoPhone,
        (S::Sent | S::Delivered | S::Unknown | S::NoPhone, _) => return Ok(None),
    };
    let cause = (next == S::Unknown).then_some(MessageFault::Stopped.code());
    store::messages::moved(tx, &row, next, cause, moment.now_ms)?;
    if next != S::Sending {
        announce(tx, row.case)?;
        return Ok(None);
    }
    row.state = S::Sending;
    Ok(phone.map(|phone| (row, phone)))
}

/// Keeps what came of it.
pub async fn end(hall: &Hall, letter: Letter, outcome: Outcome, repeats_are_harmless: bool) -> StoreResult<Done> {
    let now_ms = hall.now_ms();
    hall.store().write(move |tx| settle(tx, &letter.row, outcome, repeats_are_harmless, now_ms)).await
}

fn settle(tx: &mut Tx<'_>, row: &MessageRow, outcome: Outcome, harmless: bool, now_ms: i64) -> StoreResult<Done> {
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
        Outcome::NotTaken(cause) => (S::Queued, Some(cause.clone()), Done::Later { cause, until_mended: false }),
        Outcome::Ours(cause) => (S::Queued, Some(cause.clone()), Done::Later { cause, until_mended: true }),
        Outcome::Unknown(cause) if harmless => {
            (S::Sending, Some(cause.clone()), Done::Later { cause, until_mended: false })
        }
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
pub async fn reported(hall: &Hall, told: Vec<DeliveryReport>) -> Result<(), Refusal> {
    let now_ms = hall.now_ms();
    hall.store()
        .write(move |tx| {
            for one in told {
                take(tx, &one, now_ms)?;
            }
            Ok(())
        })
        .await
}

fn take(tx: &mut Tx<'_>, told: &DeliveryReport, now_ms: i64) -> StoreResult<()> {
    let (mark, round) = told.out_id.rsplit_once('-').unwrap_or((&told.out_id, "1"));
    let Some(row) = store::messages::reported(tx, mark, &told.gateway_id)? else { return Ok(()) };
    let this_round = told.out_id.is_empty() || round.parse() == Ok(row.round);
    let (state, cause) = match &told.delivered {
        // Whichever round it was: it is there.
        Some(Ok(())) => (S::Delivered, None),
        Some(Err(code)) if this_round => (S::Failed, Some(MessageFault::Undelivered.kept(format_args!(": {code}")))),
        Some(Err(_)) | None => return Ok(()),
    };
    if matches!(row.state, S::Delivered | S::Failed) && (row.state == state || row.state == S::Delivered) {
        return Ok(());
    }
    store::messages::moved(tx, &row, state, cause.as_deref(), now_ms)?;
    announce(tx, row.case)
}

/// A person has a message sent again: the counter of tries begins anew. `round` is what their page showed.
pub async fn again(hall: &Hall, actor: &Actor, case: SubmissionId, message: i64, round: u32) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    command(hall, actor, case, None, move |tx, acting, row| {
        let found = store::messages::get(tx, message)?.filter(|found| found.case == row.id);
        let Some(found) = found else {
            return Err(Reason::NoSuchMessage.into());
        };
        if !acting.moment.sends_messages {
            return Err(Reason::SendsNoMessages.into());
        }
        if found.round != round || !may_repeat(found.state) || !store::messages::again(tx, &found, acting.now_ms)? {
            return Err(Reason::MessageOnItsWay.into());
        }
        queue(tx, &acting.moment, found.id, &found.mark, found.round + 1, acting.now_ms)?;
        let object = format!("{} {}", found.kind, found.round + 1);
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::MessageRepeated, Some(row.id), &object)?;
        Ok(())
    })
    .await
}

fn announce(tx: &mut Tx<'_>, case: SubmissionId) -> StoreResult<()> {
    let window = store::cases::head(tx, case)?.and_then(|head| head.window);
    tx.announce(Event { case: Some(case), window, kiosk: None, kind: EventKind::CaseChanged });
    Ok(())
}
