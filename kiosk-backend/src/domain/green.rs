//! The green channel (绿色通道): a chief puts a case into it, for a reason; its promised days become fewer.

use hall_rules::Right;
use kiosk_wire::SubmissionId;

use super::audit::{self, Action, Who};
use super::clocks;
use super::commands::{self, checked_reason, wrong_state};
use super::facts::{self, Happened};
use super::views::{Actor, Happening};
use crate::app::App;
use crate::problem::Refusal;
use crate::store;

/// Puts a case into the green channel, or takes it out again.
pub async fn set(
    app: &App,
    actor: &Actor,
    id: SubmissionId,
    seen: Option<u64>,
    on: bool,
    reason: &str,
) -> Result<(), Refusal> {
    actor.must(Right::GreenChannel)?;
    let reason = checked_reason(reason)?;
    commands::command(app, actor, id, seen, move |tx, look, row| {
        if !(row.state.before_acceptance() || row.state.at_work()) {
            return Err(wrong_state(
                "The case is decided or over",
                "The green channel shortens the way to the decision",
            ));
        }
        if row.green == on {
            return Err(wrong_state("It is so already", "Load the page again"));
        }
        let what = if on { Happening::GreenSet } else { Happening::GreenEnded };
        let happened = Happened {
            what,
            at_ms: look.now_ms,
            staff: Some(look.actor.staff.id),
            kiosk: None,
            compartment: None,
            note: Some(&reason),
            form: None,
        };
        facts::append(tx, &look.desk, id, &happened)?;
        store::cases::set_green(tx, id, on.then_some(look.now_ms))?;
        clocks::settle_all(tx, &look.desk, &[id])?;
        let action = if on { Action::GreenSet } else { Action::GreenEnded };
        audit::write(tx, look.now_ms, Who::Staff(&look.actor), action, Some(id), &reason)?;
        Ok(())
    })
    .await
}
