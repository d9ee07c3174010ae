//! How a case stands, for whoever has its number and the last four characters of the document it was made with.
//!
//! Both are on the receipt. So the answer says where the case stands, by when, what to do next and where; not whose it
//! is, not what it is about, and not which papers are missing.

use hall_rules::clock::ClockKind;
use hall_rules::folding;
use hall_rules::receipt::{DIGITS, ReceiptError};
use hall_rules::{CaseState, ReceiptNumber, Text};
use hall_store::cases::CaseRow;
use hall_store::seal::IndexOf;
use hall_store::{self as store, Connection, StoreError, StoreResult};
use hall_words::case::NextStep;
use hall_words::{Reason, Said};
use jiff::civil::Date;
use kiosk_wire::{CompartmentNo, KioskId, SubmissionId};

use crate::boxes::whereabouts::{self, counter};
use crate::case::clocks::{self, Due};
use crate::case::messages::write as messages;
use crate::figures::rating::{keep, may_rate};
use crate::ground::hall::Hall;
use crate::ground::limit::{Key, Wait};
use crate::ground::moment::Moment;
use crate::ground::origin::Origin;
use crate::ground::refusal::Refusal;
use crate::ground::tries::{self, Attempt, Counted};

/// How long a page that was shown may still rate.
const TICKET_MS: i64 = 30 * 60_000;

const TICKET: &[u8] = b"progress-ticket";

/// How a case stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Its number.
    pub receipt: String,
    /// State, in a word or two.
    pub state: Text,
    /// What was last said to the applicant.
    pub told: Text,
    /// The last day of the clock that runs: whose time it is, and the day.
    pub due: Option<(ClockKind, Date)>,
    /// A clock stands still.
    pub paused: bool,
    /// What the applicant does next, and where; absent when nothing is to be done.
    pub next: Option<Text>,
    /// A phone number was left: there is somebody to tell.
    pub reachable: bool,
    /// The terminal and box that the result lies in.
    pub locker: Option<(KioskId, CompartmentNo)>,
    /// Whether the applicant can rate now.
    pub may_rate: bool,
    /// Whether the applicant has rated.
    pub rated: bool,
    /// Proves for half an hour that number and document were known.
    pub ticket: String,
}

/// Who looks a number up.
#[derive(Clone, Copy, Debug)]
pub enum Asker {
    /// Somebody on the public page.
    Page(Origin),
    /// Somebody at a terminal, which proved who it is.
    Terminal(KioskId),
}

impl Asker {
    /// What a look-up of this number is counted under; `known` says whether there is such a number.
    fn counted(self, number: &ReceiptNumber, known: bool) -> [Counted; 2] {
        let (from, kind) = match self {
            Self::Page(origin) => (origin.line(), Attempt::Receipt),
            Self::Terminal(kiosk) => (format!("terminal {kiosk}"), Attempt::ReceiptAtTerminal),
        };
        let kind = if known { kind } else { Attempt::NoReceipt };
        [(Attempt::LookupFrom, Key::new("", &from)), (kind, Key::new(number.as_str(), ""))]
    }
}

/// The case of this number, if these are the last four characters of its document. One answer for a number that there
/// is not and for characters that do not match, from the same work. A right answer costs nothing.
pub async fn find(hall: &Hall, asker: Asker, receipt: &str, last_four: &str) -> Result<Progress, Refusal> {
    let now_ms = hall.now_ms();
    let number = ReceiptNumber::parse(receipt).map_err(misread)?;
    let moment = Moment::of(hall);
    let asked = moment.keys.sealer.index(IndexOf::LastFour, &folding::last_four(last_four));
    let wanted = number.clone();
    let known = hall
        .store()
        .read(move |connection| store::cases::by_receipt_and_last4(connection, wanted.as_str()))
        .await
        .map_err(|cause: StoreError| Refusal::from(cause))?;
    let under = asker.counted(&number, known.is_some());
    hall.tries().count(&under, now_ms).map_err(too_many)?;
    let (case, index) = known.unwrap_or((SubmissionId(uuid::Uuid::nil()), [0; 16]));
    let same = index.iter().zip(asked).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0;
    if !same {
        // Nobody waits for the disk: an answer that took longer would tell that there is such a number.
        hall.store().write_soon(move |tx| tries::keep(tx, &under, now_ms));
        return Err(unknown());
    }
    hall.tries().forgive(&under);
    hall.store().read(move |connection| read(connection, &moment, case)).await?.ok_or_else(unknown)
}

/// The same case again, for whoever was shown it.
pub async fn again(hall: &Hall, ticket: &str) -> Result<Progress, Refusal> {
    let case = holder(hall, ticket)?;
    let moment = Moment::of(hall);
    hall.store().read(move |connection| read(connection, &moment, case)).await?.ok_or_else(unknown)
}

/// The case of a ticket that still holds.
pub fn holder(hall: &Hall, ticket: &str) -> Result<SubmissionId, Refusal> {
    let old = || Refusal::from(Reason::ProgressOld);
    let sealed = hex::decode(ticket).map_err(|_| old())?;
    let text = hall.keys().sealer.open(&sealed, TICKET).map_err(|_| old())?;
    let (until, case) = text.expose().split_once(' ').ok_or_else(old)?;
    if until.parse::<i64>().map_or(true, |until| until <= hall.now_ms()) {
        return Err(old());
    }
    case.parse().map_err(|_| old())
}

fn too_many(wait: Wait) -> Refusal {
    Reason::ProgressTries { wait: hall_words::Wait(wait.seconds()) }.into()
}

fn misread(cause: ReceiptError) -> Refusal {
    match cause {
        ReceiptError::Shape => Reason::ProgressDigits { digits: DIGITS },
        ReceiptError::CheckDigits | ReceiptError::Prefix | ReceiptError::Generation | ReceiptError::Sequence => {
            Reason::ProgressMisread
        }
    }
    .into()
}

fn unknown() -> Refusal {
    Reason::ProgressUnknown.into()
}

fn read(connection: &Connection, moment: &Moment, case: SubmissionId) -> Result<Option<Progress>, Refusal> {
    let Some(row) = whereabouts::row(connection, case)? else { return Ok(None) };
    let past = store::case_events::history(connection, case)?;
    let told = hall_rules::case::last_told(past.iter().map(|past| past.event)).unwrap_or_default();
    let due = clocks::due(moment, &row);
    let rated = store::ratings::of_case(connection, case)?.is_some();
    let ticket = moment.keys.sealer.seal(&format!("{} {case}", moment.now_ms + TICKET_MS), TICKET)?;
    Ok(Some(Progress {
        receipt: row.receipt.clone(),
        state: row.state.text(),
        told: Text::new(told.0, told.1),
        due: match due {
            Due::Running { kind, due, .. } => Some((kind, due)),
            Due::Paused | Due::CalendarMissing | Due::None => None,
        },
        paused: due == Due::Paused,
        next: next(connection, &row)?,
        reachable: messages::phone(connection, moment, &row)?.is_some(),
        locker: row.compartment.filter(|_| row.state == CaseState::ResultReady).map(|no| (row.kiosk.0, no)),
        may_rate: !rated && may_rate(row.state),
        rated,
        ticket: hex::encode(ticket),
    }))
}

/// What the applicant does next.
fn next(connection: &Connection, row: &CaseRow) -> StoreResult<Option<Text>> {
    use CaseState as S;
    if let Some(step) = whereabouts::fetch(connection, row)? {
        return Ok(Some(step.text()));
    }
    let counter = counter(row.window.as_ref());
    let step = match row.state {
        S::Correction => NextStep::Correct { counter },
        S::AcceptedDeferred => NextStep::Supplement { counter },
        S::NotTaken | S::Refused | S::Lapsed | S::Withdrawn => NextStep::FetchPapers { counter },
        S::DepositUnconfirmed => NextStep::AwaitCheck { counter },
        S::Submitted
        | S::Deposited
        | S::Received
        | S::PreReview
        | S::Accepted
        | S::InProgress
        | S::JointReview
        | S::Special
        | S::DecidedGrant
        | S::DecidedDeny
        | S::ResultReady
        | S::Collected
        | S::Recalled
        | S::Revoked
        | S::Voided
        | S::Archived => return Ok(None),
    };
    Ok(Some(step.text()))
}

/// The applicant rates on the public page.
pub async fn rate(hall: &Hall, ticket: &str, level: u8) -> Result<(), Refusal> {
    let case = holder(hall, ticket)?;
    if !(1..=5).contains(&level) {
        return Err(Reason::RatingLevel.into());
    }
    let moment = Moment::of(hall);
    hall.store()
        .write(move |tx| {
            let state = store::cases::head(tx, case)?.map(|head| head.state);
            if !state.is_some_and(may_rate) {
                return Err(Reason::RatingEarly.into());
            }
            let now_ms = moment.now_ms;
            keep(tx, &moment, case, level, None, now_ms)?;
            Ok(())
        })
        .await
}
