//! Commands of staff: checked against the present, refused with a reason, done in one transaction with their audit.

use hall_rules::{CaseEvent, CaseState, Right};
use kiosk_wire::{Code, CompartmentNo, DirectiveId, DirectiveOrder, KioskId, Personal, SubmissionId};

use super::UNSEEN_MS;
use super::audit::{self, Action, Who};
use super::claims;
use super::directives::{self, AFFIRM_MS, ARMED_MS, Ask, OPEN_NOW_MS};
use super::facts::{self, Happened};
use super::queries::{self, Look, box_opened, may, seen_case};
use super::views::{Actor, Happening};
use crate::app::App;
use crate::event::{Event, EventKind};
use crate::problem::Refusal;
use crate::store::cases::CaseRow;
use crate::store::{self, Tx};

/// Longest reason, in characters.
const REASON: usize = 200;

/// Opens a case's page: one audit entry and the reader's own mark; nothing else changes.
pub async fn look(app: &App, actor: &Actor, id: SubmissionId) -> Result<(), Refusal> {
    let look = Look::new(app, actor);
    app.store()
        .write(move |tx| {
            seen_case(tx, &look, id)?;
            store::cases::mark_read(tx, id, look.actor.staff.id, look.now_ms)?;
            audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::CaseLooked, Some(id), "")?;
            Ok(())
        })
        .await
}

/// The applicant's phone number, in full. The look at it is on record before it is shown.
pub async fn reveal_phone(app: &App, actor: &Actor, id: SubmissionId) -> Result<Personal<String>, Refusal> {
    reveal(app, actor, id, Action::PhoneRevealed, String::new(), |made| made.phone.clone()).await
}

/// The applicant's document number, in full, for a reason that goes on record.
pub async fn reveal_number(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    reason: &str,
) -> Result<Personal<String>, Refusal> {
    let reason = checked_reason(reason)?;
    reveal(app, actor, id, Action::NumberRevealed, reason, |made| Some(made.applicant.number.clone())).await
}

async fn reveal(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    action: Action,
    reason: String,
    pick: fn(&kiosk_wire::Submission) -> Option<Personal<String>>,
) -> Result<Personal<String>, Refusal> {
    actor.must(Right::RevealPersonal)?;
    let look = Look::new(app, actor);
    app.store()
        .write(move |tx| {
            let row = seen_case(tx, &look, id)?;
            let value =
                queries::submission_of(tx, &look.keys, row.entry)?.as_ref().and_then(pick).ok_or_else(|| {
                    Refusal::new(Code::NotFound, "The applicant gave none, or it is unreadable", "Ask at the window")
                })?;
            audit::write(tx, look.now_ms, Who::Staff(&look.actor), action, Some(id), &reason)?;
            Ok(value)
        })
        .await
}

/// Notes that someone searched: how, never for whom.
pub async fn searched(app: &App, actor: &Actor, found: usize) -> Result<(), Refusal> {
    let look = Look::new(app, actor);
    app.store()
        .write(move |tx| {
            let object = format!("{found} found");
            audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::Searched, None, &object)?;
            Ok(())
        })
        .await
}

/// Arms the case's compartment for the actor: it opens when they stand at the terminal. With `take_over`, a chief takes
/// it from whoever holds it. Pressing again while it is armed for the same person changes nothing.
pub async fn collect(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    take_over: bool,
) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    let asked = app.clone();
    let over = take_over && actor.may(Right::TakeOver);
    run(app, actor, id, seen, over, move |tx, look, row| {
        if over {
            store::claims::release(tx, row.id)?;
        }
        let claim = row.claim.clone().filter(|claim| claim.is_active(look.now_ms));
        if let Some(claim) = &claim {
            if claim.staff == look.actor.staff.id {
                return Ok(());
            }
            if !over {
                return Err(Refusal::new(
                    Code::AlreadyBeingCollected,
                    "Someone else is collecting this",
                    claim.staff_name.clone(),
                ));
            }
        }
        let (kiosk, _) = place(row)?;
        heard_lately(&asked, tx, look, kiosk)?;
        if let Some(claim) = claim {
            disarm(tx, look, row, claim.directive, claim.expires_ms)?;
            let object = format!("from {}", claim.staff_name);
            audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::CollectTakenOver, Some(row.id), &object)?;
        }
        arm(tx, look, row, ARMED_MS, None).map(drop)
    })
    .await
}

/// Arms a case's box for the actor. `round` is the first directive of a round, whose code this one shares.
pub(super) fn arm(
    tx: &mut Tx<'_>,
    look: &Look,
    row: &CaseRow,
    lasts_ms: i64,
    round: Option<DirectiveId>,
) -> Result<DirectiveId, Refusal> {
    let (_, no) = place(row)?;
    let ask = ask(look, row, lasts_ms);
    let keys = look.keys.clone();
    let directive = directives::make(tx, &look.keys, look.now_ms, &ask, |directive| {
        let code_hash = directives::code_hash(directive, &keys.collection_code(round.unwrap_or(directive)));
        DirectiveOrder::ArmCollection { submission: row.id, compartment: no, code_hash }
    })?;
    store::cases::set_claim(tx, row.id, Some(directive))?;
    happened(tx, look, row, Happening::CollectionArmed, None)?;
    audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::CollectArmed, Some(row.id), "")?;
    Ok(directive)
}

/// The actor changed their mind.
pub async fn cancel_collect(app: &App, actor: &Actor, id: SubmissionId, seen: Option<u64>) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    command(app, actor, id, seen, |tx, look, row| {
        let claim = row.claim.clone().filter(|claim| claim.is_active(look.now_ms));
        let Some(claim) = claim.filter(|claim| claim.staff == look.actor.staff.id) else {
            return Err(wrong_state("You are not collecting this", "Load the page again"));
        };
        if box_opened(tx, row)? {
            return Err(wrong_state("The box was opened already", "Press 已取出 if you have the paper"));
        }
        disarm(tx, look, row, claim.directive, claim.expires_ms)?;
        store::cases::set_claim(tx, row.id, None)?;
        happened(tx, look, row, Happening::CollectionCancelled, None)?;
        audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::CollectCancelled, Some(row.id), "")?;
        Ok(())
    })
    .await
}

/// The actor has the paper and says the box is empty (已取出): the case is received, and the terminal may offer the box
/// again.
pub async fn affirm_empty(app: &App, actor: &Actor, id: SubmissionId, seen: Option<u64>) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    command(app, actor, id, seen, |tx, look, row| {
        let opened = box_opened(tx, row)?;
        if !may(look, row, opened).affirm {
            return Err(wrong_state(
                "The terminal has not reported that the box was opened and shut for staff",
                "Open it at the terminal first; if it was opened, wait until the terminal is connected again",
            ));
        }
        let (_, no) = place(row)?;
        let ask = ask(look, row, AFFIRM_MS);
        directives::make(tx, &look.keys, look.now_ms, &ask, |_| DirectiveOrder::AffirmEmpty {
            submission: Some(row.id),
            compartment: no,
        })?;
        if row.state.in_box() {
            store::cases::set_received(tx, row.id, look.actor.staff.id, look.now_ms)?;
            happened(tx, look, row, Happening::Case(CaseEvent::Received), None)?;
        }
        store::cases::set_claim(tx, row.id, None)?;
        audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::EmptinessAffirmed, Some(row.id), "")?;
        Ok(())
    })
    .await
}

/// Staff looked: the paper is there.
pub async fn confirm_deposit(app: &App, actor: &Actor, id: SubmissionId, seen: Option<u64>) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    command(app, actor, id, seen, |tx, look, row| {
        settle(row)?;
        store::cases::clear_doubt(tx, row.id)?;
        happened(tx, look, row, Happening::Case(CaseEvent::DepositConfirmed), None)?;
        audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::DepositConfirmed, Some(row.id), "")?;
        Ok(())
    })
    .await
}

/// Staff looked: nothing is there, for a reason that goes on record.
pub async fn void_deposit(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    reason: &str,
) -> Result<(), Refusal> {
    actor.must(Right::HandleBoxes)?;
    let reason = checked_reason(reason)?;
    command(app, actor, id, seen, move |tx, look, row| {
        settle(row)?;
        store::cases::clear_doubt(tx, row.id)?;
        store::cases::set_claim(tx, row.id, None)?;
        happened(tx, look, row, Happening::Case(CaseEvent::DepositVoided), Some(&reason))?;
        audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::DepositVoided, Some(row.id), &reason)?;
        Ok(())
    })
    .await
}

/// A chief opens the door from the desk, for a reason that goes on record.
pub async fn open_now(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    reason: &str,
) -> Result<(), Refusal> {
    actor.must(Right::OpenFromDesk)?;
    let reason = checked_reason(reason)?;
    let asked = app.clone();
    command(app, actor, id, seen, move |tx, look, row| {
        let (kiosk, no) = place(row)?;
        if !may(look, row, false).open_now {
            return Err(wrong_state("There is no paper in a box for this case", "Load the page again"));
        }
        heard_lately(&asked, tx, look, kiosk)?;
        let ask = ask(look, row, OPEN_NOW_MS);
        directives::make(tx, &look.keys, look.now_ms, &ask, |_| DirectiveOrder::OpenNow {
            submission: Some(row.id),
            compartment: no,
            reason: reason.clone(),
        })?;
        happened(tx, look, row, Happening::OpenedFromDesk, Some(&reason))?;
        audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::OpenedNow, Some(row.id), &reason)?;
        Ok(())
    })
    .await
}

/// Staff looked into a compartment that was set aside: it serves again.
pub async fn return_to_service(app: &App, actor: &Actor, kiosk: KioskId, no: CompartmentNo) -> Result<(), Refusal> {
    actor.must(Right::ReturnBoxes)?;
    let look = Look::new(app, actor);
    let asked = app.clone();
    app.store()
        .write(move |tx| {
            heard_lately(&asked, tx, &look, kiosk)?;
            let known = store::kiosks::compartment_of(tx, kiosk, no)?.ok_or_else(|| queries::no_compartment(no))?;
            let case = known.case;
            if let Some(id) = case
                && let Some(head) = store::cases::head(tx, id)?
            {
                if !look.actor.sees(head.window) {
                    return Err(queries::no_compartment(no));
                }
                if head.compartment == Some(no) && head.state.in_box() {
                    return Err(wrong_state(
                        "A case says its paper is in this box",
                        "Collect it, or settle the unconfirmed deposit first",
                    ));
                }
            }
            let ask = Ask { kiosk, staff: &look.actor.staff, lasts_ms: AFFIRM_MS, case, compartment: Some(no) };
            directives::make(tx, &look.keys, look.now_ms, &ask, |_| DirectiveOrder::ReturnToService {
                compartment: no,
            })?;
            let object = format!("compartment {no}");
            audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::ReturnedToService, case, &object)?;
            tx.announce(Event { case, window: None, kiosk: Some(kiosk), kind: EventKind::KioskChanged });
            Ok(())
        })
        .await
}

/// The actor looked at an entry that was set aside.
pub async fn looked_at(app: &App, actor: &Actor, entry: i64) -> Result<(), Refusal> {
    actor.must(Right::SettleEntries)?;
    let look = Look::new(app, actor);
    app.store()
        .write(move |tx| {
            if !store::journal::looked_at(tx, entry, look.actor.staff.id, look.now_ms)? {
                return Err(Refusal::new(Code::NotFound, "There is no such entry", "Load the page again"));
            }
            let object = format!("entry {entry}");
            audit::write(tx, look.now_ms, Who::Staff(&look.actor), Action::SetAsideLooked, None, &object)?;
            tx.announce(Event { case: None, window: None, kiosk: None, kind: EventKind::Attention });
            Ok(())
        })
        .await
}

/// Runs `work` on a case the actor may see, if it is still as their page showed it; marks it read for them and tells
/// the others.
pub(super) async fn command<F>(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    work: F,
) -> Result<(), Refusal>
where
    F: FnOnce(&mut Tx<'_>, &Look, &CaseRow) -> Result<(), Refusal> + Send + 'static,
{
    run(app, actor, id, seen, false, work).await
}

/// As [`command`], also while somebody else holds the case: for those who may take it over.
pub(super) async fn command_over<F>(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    work: F,
) -> Result<(), Refusal>
where
    F: FnOnce(&mut Tx<'_>, &Look, &CaseRow) -> Result<(), Refusal> + Send + 'static,
{
    run(app, actor, id, seen, true, work).await
}

async fn run<F>(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    over: bool,
    work: F,
) -> Result<(), Refusal>
where
    F: FnOnce(&mut Tx<'_>, &Look, &CaseRow) -> Result<(), Refusal> + Send + 'static,
{
    let look = Look::new(app, actor);
    app.store()
        .write(move |tx| {
            let row = seen_case(tx, &look, id)?;
            if !over {
                claims::mine_or_free(&look, &row)?;
            }
            claims::renew(tx, &look, &row)?;
            work(tx, &look, &row).map_err(|refusal| {
                // An old page explains a wrong state better than the state does.
                let stale = seen.is_some_and(|seen| seen != row.version) && refusal.code() == Code::WrongState;
                if stale { stale_page(&refusal) } else { refusal }
            })?;
            store::cases::mark_read(tx, id, look.actor.staff.id, look.now_ms)?;
            let window = row.window.as_ref().map(|(window, _)| *window);
            tx.announce(Event { case: Some(id), window, kiosk: Some(row.kiosk.0), kind: EventKind::CaseChanged });
            Ok(())
        })
        .await
}

fn ask<'a>(look: &'a Look, row: &CaseRow, lasts_ms: i64) -> Ask<'a> {
    Ask { kiosk: row.kiosk.0, staff: &look.actor.staff, lasts_ms, case: Some(row.id), compartment: row.compartment }
}

pub(super) fn disarm(
    tx: &mut Tx<'_>,
    look: &Look,
    row: &CaseRow,
    armed_by: DirectiveId,
    expires_ms: i64,
) -> Result<(), Refusal> {
    let ask = ask(look, row, expires_ms - look.now_ms);
    directives::make(tx, &look.keys, look.now_ms, &ask, |_| DirectiveOrder::DisarmCollection { armed_by })?;
    Ok(())
}

pub(super) fn happened(
    tx: &Tx<'_>,
    look: &Look,
    row: &CaseRow,
    what: Happening,
    note: Option<&str>,
) -> Result<(), Refusal> {
    let event = Happened {
        what,
        at_ms: look.now_ms,
        staff: Some(look.actor.staff.id),
        kiosk: None,
        compartment: row.compartment,
        note,
        form: None,
    };
    if facts::append(tx, &look.desk, row.id, &event)? {
        return Ok(());
    }
    Err(wrong_state("The case is not in a state in which this can be done", "Load the page again"))
}

fn settle(row: &CaseRow) -> Result<(), Refusal> {
    if row.state == CaseState::DepositUnconfirmed {
        return Ok(());
    }
    Err(wrong_state("The deposit is not in doubt", "Load the page again"))
}

fn place(row: &CaseRow) -> Result<(KioskId, CompartmentNo), Refusal> {
    row.compartment
        .filter(|_| !matches!(row.state, CaseState::Submitted | CaseState::Voided))
        .map(|no| (row.kiosk.0, no))
        .ok_or_else(|| wrong_state("There is no paper in a box for this case", "Load the page again"))
}

pub(super) fn heard_lately(app: &App, tx: &Tx<'_>, look: &Look, kiosk: KioskId) -> Result<(), Refusal> {
    let stored = store::kiosks::get(tx, kiosk)?.and_then(|row| row.seen_ms);
    if stored.max(app.heard_ms(kiosk)).is_some_and(|seen| look.now_ms - seen < UNSEEN_MS) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::KioskOffline,
        "The terminal has not been heard of for a minute",
        "Staff card and PIN open your window's boxes at the terminal without the network",
    ))
}

pub(super) fn checked_reason(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON || reason.chars().any(char::is_control) {
        return Err(Refusal::new(
            Code::InvalidValue,
            format!("A reason has 1 to {REASON} characters on one line"),
            "It goes on record: say why, without names or numbers of the applicant",
        )
        .field("reason"));
    }
    Ok(reason.to_owned())
}

pub(super) fn wrong_state(title: &str, detail: &str) -> Refusal {
    Refusal::new(Code::WrongState, title, detail)
}

fn stale_page(refusal: &Refusal) -> Refusal {
    let detail = format!("Load the page again: meanwhile something else happened. {}", refusal.problem.title);
    Refusal::new(Code::StalePage, "The page is older than the case", detail)
}
