//! A clerk moves a case on: the rules' table says who may and what is needed; here it is asked, recorded, and the notice
//! made, in one transaction.

use hall_rules::case::{Need, Transition};
use hall_rules::notice::{Document, Express, Form};
use hall_rules::{CaseEvent, Text, clock, mask, review};
use hall_store::cases::CaseRow;
use hall_store::{self as store, Connection, Tx};
use hall_words::Reason;
use kiosk_wire::{Code, SubmissionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::command::{checked_reason, command};
use crate::case::happening::Happened;
use crate::case::joint::parts;
use crate::case::seen::seen_case;
use crate::case::{clocks, history, notices, record};
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// The longest word a clerk types besides a reason, in characters.
const LONGEST: usize = 100;

/// The most working days a clerk can give the applicant, or foresee for a special procedure.
const MOST_DAYS: u16 = 90;

/// What can follow from a pre-review: computed from the findings, never picked.
const REVIEWED: [CaseEvent; 4] =
    [CaseEvent::Accepted, CaseEvent::AcceptedDeferred, CaseEvent::CorrectionAsked, CaseEvent::CorrectionAskedAgain];

/// What a step would do.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Preview {
    /// Which step.
    pub event: CaseEvent,
    /// Its notice with the applicant masked and without a number.
    pub document: Option<Document>,
    /// What the applicant is told.
    pub told: Option<Text>,
}

/// Shows what a step would do and changes nothing; without `event`, what follows from the findings of a pre-review.
pub async fn preview(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: u64,
    event: Option<CaseEvent>,
    form: Form,
) -> Result<Vec<Preview>, Refusal> {
    let acting = Acting::new(hall, actor);
    hall.store()
        .read(move |connection| {
            let row = seen_case(connection, &acting, id)?;
            let Some(event) = event else { return follows(connection, &acting, &row, seen, &form) };
            Ok(vec![one(connection, &acting, &row, seen, event, &form)?])
        })
        .await
}

fn one(
    connection: &Connection,
    acting: &Acting,
    row: &CaseRow,
    seen: u64,
    event: CaseEvent,
    form: &Form,
) -> Result<Preview, Refusal> {
    let (_, transition, form) = check(connection, acting, row, seen, event, form.clone())?;
    let past = store::case_events::history(connection, row.id)?;
    let draft = |kind| notices::draft(connection, &acting.moment, row.id, kind, &past, (event, &form));
    let mut document = transition.notice.map(draft).transpose()?;
    if let Some(document) = &mut document {
        document.addressee = mask::name(&document.addressee);
    }
    Ok(Preview { event, document, told: transition.told.map(|(zh, en)| Text::new(zh, en)) })
}

/// The steps that the findings allow. When none is allowed, why the last one is not: it is the one that was needed.
fn follows(
    connection: &Connection,
    acting: &Acting,
    row: &CaseRow,
    seen: u64,
    form: &Form,
) -> Result<Vec<Preview>, Refusal> {
    let (mut allowed, mut refused) = (Vec::new(), None);
    for event in REVIEWED {
        match one(connection, acting, row, seen, event, form) {
            Ok(preview) => allowed.push(preview),
            // A step of another round is no answer to what was asked.
            Err(refusal) if refusal.code() == Code::WrongState && refused.is_some() => {}
            Err(refusal) => refused = Some(refusal),
        }
    }
    match (allowed.is_empty(), refused) {
        (true, Some(refusal)) => Err(refusal),
        _ => Ok(allowed),
    }
}

/// Takes a step.
pub async fn take(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: u64,
    event: CaseEvent,
    form: Form,
) -> Result<(), Refusal> {
    command(hall, actor, id, Some(seen), move |tx, acting, row| {
        let (implied, transition, form) = check(tx, acting, row, seen, event, form)?;
        let note = note(transition, &form);
        if let Some(first) = implied {
            happen(tx, acting, row.id, first, None, None)?;
        }
        happen(tx, acting, row.id, event, note.as_deref(), Some(&form))
    })
    .await
}

/// Lets a step happen, and puts on record who took it.
fn happen(
    tx: &Tx<'_>,
    acting: &Acting,
    id: SubmissionId,
    event: CaseEvent,
    note: Option<&str>,
    form: Option<&Form>,
) -> Result<(), Refusal> {
    let by = Some(acting.actor.staff.id);
    let happened = Happened { staff: by, note, form, ..Happened::by_itself(event, acting.now_ms) };
    if !history::append(tx, &acting.moment, id, &happened)? {
        return Err(Reason::NotNow.into());
    }
    audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), Action::CaseStepped, Some(id), event.code())?;
    Ok(())
}

/// Whether the actor may take the step now with what was filled in; the step that goes without saying before it, and the
/// form as it will be recorded.
fn check(
    connection: &Connection,
    acting: &Acting,
    row: &CaseRow,
    seen: u64,
    event: CaseEvent,
    mut form: Form,
) -> Result<(Option<CaseEvent>, &'static Transition, Form), Refusal> {
    if seen != row.version {
        return Err(Reason::StepMoved.into());
    }
    let past = store::case_events::history(connection, row.id)?;
    let standing = hall_rules::case::derive(past.iter().map(|past| past.event)).standing;
    let own = matches!(event, CaseEvent::Received | CaseEvent::DepositConfirmed | CaseEvent::DepositVoided);
    let (implied, transition) = standing.row_or_implied(event).filter(|_| !own).ok_or(Reason::NotNow)?;
    let first = implied.and_then(|first| standing.row(first));
    if !acting.may_step(transition) || first.is_some_and(|first| !acting.may_step(first)) {
        return Err(Reason::NotYourStep { who: transition.by.to_vec() }.into());
    }
    if event == CaseEvent::JointStarted && parts::wanted_of(connection, &acting.moment, row.id)?.is_empty() {
        return Err(Reason::NobodyToAsk.into());
    }
    for need in transition.needs {
        fill(connection, acting, row, event, *need, &mut form)?;
    }
    Ok((implied, transition, form))
}

/// Checks one thing that was filled in.
fn fill(
    connection: &Connection,
    acting: &Acting,
    row: &CaseRow,
    event: CaseEvent,
    need: Need,
    form: &mut Form,
) -> Result<(), Refusal> {
    match need {
        Need::Findings => {
            let made = record::submission_of(connection, &acting.keys, row.entry)?;
            let lines = made.map(|made| made.materials).unwrap_or_default();
            if lines.len() != form.findings.len() {
                return Err(Reason::FindingsCount { checked: form.findings.len(), all: lines.len() }.into());
            }
            for (finding, line) in form.findings.iter_mut().zip(lines) {
                finding.material = line.name;
                finding.deferrable = line.deferrable;
                finding.reason = finding.reason.trim().to_owned();
                if finding.reason.chars().count() > LONGEST || finding.reason.chars().any(char::is_control) {
                    return Err(Reason::FindingLong { longest: LONGEST }.into());
                }
            }
            review::allows(event, &form.findings).map_err(|why| Reason::FindingsUnfit { why }.into())
        }
        Need::Reason | Need::InternalReason => {
            form.reason = checked_reason(&form.reason)?;
            Ok(())
        }
        Need::Days => {
            let most =
                if event == CaseEvent::Extended { longest_extension(connection, acting, row)? } else { MOST_DAYS };
            let fits = form.days.is_some_and(|days| (1..=most).contains(&days));
            if fits { Ok(()) } else { Err(Reason::DaysMissing { most }.into()) }
        }
        Need::Elsewhere => word(need, &mut form.elsewhere),
        Need::Document => word(need, &mut form.document),
        Need::Delivery => {
            if let Some(express) = &mut form.express {
                parcel(express)?;
                form.delivery = format!("快递寄送：{}，单号 {}", express.carrier, express.tracking);
            }
            word(need, &mut form.delivery)
        }
        Need::Receiver => word(need, &mut form.receiver),
        Need::Opinions => match parts::missing(connection, row.id)? {
            0 => Ok(()),
            missing => Err(Reason::OpinionsMissing { missing }.into()),
        },
        Need::Disagreement if parts::disagrees(connection, row.id)? => {
            form.disagreement = checked_reason(&form.disagreement).map_err(|_| Reason::DisagreementMissing)?;
            Ok(())
        }
        Need::Disagreement => {
            form.disagreement.clear();
            Ok(())
        }
    }
}

fn longest_extension(connection: &Connection, acting: &Acting, row: &CaseRow) -> Result<u16, Refusal> {
    let past = store::case_events::history(connection, row.id)?;
    let limits = clocks::stored_limits(connection, &acting.moment, row.id)?;
    Ok(limits.longest_extension(clock::was_joint(&past)))
}

fn word(need: Need, text: &mut String) -> Result<(), Refusal> {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.chars().count() > LONGEST || trimmed.chars().any(char::is_control) {
        return Err(Reason::WordMissing { need, longest: LONGEST }.into());
    }
    *text = trimmed.to_owned();
    Ok(())
}

/// The shortest and the longest tracking number; carriers use 10 to 20 characters.
const TRACKING: std::ops::RangeInclusive<usize> = 6..=40;

/// A parcel is shown to its applicant without a sign-in: nothing but a carrier and a number can be written there.
fn parcel(express: &mut Express) -> Result<(), Refusal> {
    express.carrier = express.carrier.trim().to_owned();
    express.tracking = express.tracking.trim().to_uppercase();
    let name = |c: char| c.is_alphabetic();
    let letters = express.carrier.chars().all(name) && (1..=20).contains(&express.carrier.chars().count());
    let number = express.tracking.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if letters && number && TRACKING.contains(&express.tracking.len()) {
        return Ok(());
    }
    Err(Reason::ParcelMissing.into())
}

/// What the timeline says of it.
fn note(transition: &Transition, form: &Form) -> Option<String> {
    let said = |need: &Need| match need {
        Need::Reason | Need::InternalReason => Some(form.reason.clone()),
        Need::Elsewhere => Some(form.elsewhere.clone()),
        Need::Document => Some(form.document.clone()),
        Need::Delivery => Some(form.delivery.clone()),
        Need::Receiver => Some(form.receiver.clone()),
        Need::Days => form.days.map(|days| format!("{days} 个工作日")),
        Need::Disagreement => Some(form.disagreement.clone()).filter(|said| !said.is_empty()),
        Need::Findings | Need::Opinions => None,
    };
    let words: Vec<String> = transition.needs.iter().filter_map(said).collect();
    (!words.is_empty()).then(|| words.join("；"))
}
