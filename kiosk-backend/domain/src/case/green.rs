//! The green channel (绿色通道): a chief puts a case into it, for a reason; its promised days become fewer.

use hall_rules::Right;
use hall_store as store;
use hall_words::Reason;
use kiosk_wire::SubmissionId;

use crate::case::command::{self, checked_reason};
use crate::case::happening::{Happened, Happening};
use crate::case::{clocks, history};
use crate::ground::actor::Actor;
use crate::ground::audit::{self, Action, Who};
use crate::ground::hall::Hall;
use crate::ground::refusal::Refusal;

/// Puts a case into the green channel, or takes it out again.
pub async fn set(
    hall: &Hall,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    on: bool,
    reason: &str,
) -> Result<(), Refusal> {
    actor.must(Right::GreenChannel)?;
    let reason = checked_reason(reason)?;
    command::command(hall, actor, id, seen, move |tx, acting, row| {
        if !(row.state.before_acceptance() || row.state.at_work()) {
            return Err(Reason::PastGreen.into());
        }
        if row.green == on {
            return Err(Reason::GreenAlready.into());
        }
        let what = if on { Happening::GreenSet } else { Happening::GreenEnded };
        let happened = Happened {
            what,
            at_ms: acting.now_ms,
            staff: Some(acting.actor.staff.id),
            kiosk: None,
            compartment: None,
            note: Some(&reason),
            form: None,
        };
        history::append(tx, &acting.moment, id, &happened)?;
        store::cases::set_green(tx, id, on.then_some(acting.now_ms))?;
        clocks::settle_all(tx, &acting.moment, &[id])?;
        let action = if on { Action::GreenSet } else { Action::GreenEnded };
        audit::write(tx, acting.now_ms, Who::Staff(&acting.actor), action, Some(id), &reason)?;
        Ok(())
    })
    .await
}
