//! What the window's work adds to a case beside its steps: answers of other departments, what was keyed in, notes,
//! attachments, mandates, the green channel. One question for the whole of it, for the case's page.

use hall_rules::case::Party;
use hall_rules::{CaseState, Right, Text};
use kiosk_wire::SubmissionId;

use super::joint::{self, PartView};
use super::queries::{Look, seen_case};
use super::views::Actor;
use crate::app::App;
use crate::problem::Refusal;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Casework {
    /// The departments that would be asked, with their working days.
    pub wanted: Vec<(Text, u16)>,
    /// Answers of other departments, oldest round first.
    pub parts: Vec<PartView>,
    /// Whether the actor may take questions back.
    pub may_recall: bool,
}

/// Of a case that the actor sees.
pub async fn of(app: &App, actor: &Actor, id: SubmissionId) -> Result<Casework, Refusal> {
    let look = Look::new(app, actor);
    let catalogue = app.catalogue().map(|(_, body)| body);
    app.store()
        .read(move |connection| {
            let row = seen_case(connection, &look, id)?;
            let held = row.held.as_ref().filter(|held| held.until_ms > look.now_ms);
            let free = held.is_none_or(|held| held.staff == look.actor.staff.id);
            let clerk = free
                && look.actor.may(Right::TakeSteps)
                && look.actor.staff.role.parties().contains(&Party::Clerk);
            let wanted = joint::wanted_of(connection, &look.desk, id)?;
            Ok(Casework {
                wanted: joint::named(catalogue.as_deref(), wanted),
                parts: joint::of_case(connection, &look.desk, catalogue.as_deref(), id)?,
                may_recall: clerk && row.state == CaseState::JointReview,
            })
        })
        .await
}
