//! What the window's work adds to a case beside its steps: answers of other departments, what was keyed in, notes,
//! attachments, mandates, the green channel. One question for the whole of it, for the case's page.

use hall_rules::case::Party;
use hall_rules::{CaseState, Right, Text};
use kiosk_wire::SubmissionId;
use kiosk_wire::submission::ActingFor;
use serde::Serialize;

use super::files::{self, FileView};
use super::joint::{self, PartView};
use super::notes::{self, MandateView};
use super::queries::{self, Look, seen_case};
use super::views::Actor;
use super::{archive, fields};
use crate::app::App;
use crate::problem::Refusal;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Casework {
    /// The departments that would be asked, with their working days.
    pub wanted: Vec<(Text, u16)>,
    /// Answers of other departments, oldest round first.
    pub parts: Vec<PartView>,
    /// Whether the actor may take questions back.
    pub may_recall: bool,
    /// How many fields were keyed in, of how many; absent when the item has none.
    pub keyed: Option<(usize, usize)>,
    /// Whether the actor may key in fields now.
    pub may_key: bool,
    /// Attachments, oldest first.
    pub files: Vec<FileView>,
    /// Whether the actor may attach papers and record a mandate now.
    pub may_attach: bool,
    /// The applicant said that they act for another.
    pub acts_for_another: bool,
    /// The mandate that holds.
    pub mandate: Option<MandateView>,
    /// Whether the actor may put the case into the green channel now, or take it out.
    pub may_green: bool,
    /// Whether the actor may take the case out as a bundle.
    pub may_export: bool,
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
            let clerk =
                free && look.actor.may(Right::TakeSteps) && look.actor.staff.role.parties().contains(&Party::Clerk);
            let made = queries::submission_of(connection, &look.keys, row.entry)?;
            let wanted = joint::wanted_of(connection, &look.desk, id)?;
            Ok(Casework {
                wanted: joint::named(catalogue.as_deref(), wanted),
                parts: joint::of_case(connection, &look.desk, catalogue.as_deref(), id)?,
                may_recall: clerk && row.state == CaseState::JointReview,
                keyed: fields::counts(connection, &look, id, catalogue.as_deref())?,
                may_key: fields::may_key(&look, &row),
                files: files::of_case(connection, &look.desk, id)?,
                may_attach: files::may_attach(&look, &row, 0).is_ok(),
                acts_for_another: made.is_some_and(|made| made.acting_for == ActingFor::AnotherPerson),
                mandate: notes::mandate(connection, &look.desk, id)?,
                may_green: free
                    && look.actor.may(Right::GreenChannel)
                    && (row.state.before_acceptance() || row.state.at_work()),
                may_export: look.actor.may(Right::ExportCases) && archive::is_closed(row.state),
            })
        })
        .await
}
