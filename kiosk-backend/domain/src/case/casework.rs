//! What the window's work adds to a case beside its steps: answers of other departments, what was keyed in, notes,
//! attachments, mandates, the green channel. One question for the whole of it, for the case's page.

use hall_rules::case::Party;
use hall_rules::{CaseState, Right, Text};
use kiosk_wire::SubmissionId;
use kiosk_wire::submission::ActingFor;
use schemars::JsonSchema;
use serde::Serialize;

use crate::case::files::{self, FileView};
use crate::case::joint::parts::{self, PartView};
use crate::case::notes::{self, MandateView};
use crate::case::seen::seen_case;
use crate::case::{archive, fields, record};
use crate::ground::actor::Actor;
use crate::ground::hall::Hall;
use crate::ground::moment::Acting;
use crate::ground::refusal::Refusal;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
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
pub async fn of(hall: &Hall, actor: &Actor, id: SubmissionId) -> Result<Casework, Refusal> {
    let acting = Acting::new(hall, actor);
    let shared = hall.shared();
    hall.store()
        .read(move |connection| {
            let row = seen_case(connection, &acting, id)?;
            let held = row.held.as_ref().filter(|held| held.until_ms > acting.now_ms);
            let free = held.is_none_or(|held| held.staff == acting.actor.staff.id);
            let clerk =
                free && acting.actor.may(Right::TakeSteps) && acting.actor.staff.role.parties().contains(&Party::Clerk);
            let made = record::submission_of(connection, &acting.keys, row.entry)?;
            let wanted = parts::wanted_of(connection, &acting.moment, id)?;
            Ok(Casework {
                wanted: parts::named(&shared, wanted),
                parts: parts::of_case(connection, &acting.moment, &shared, id)?,
                may_recall: clerk && row.state == CaseState::JointReview,
                keyed: fields::counts(connection, &acting, id, &shared)?,
                may_key: fields::may_key(&acting, &row),
                files: files::of_case(connection, &acting.moment, id)?,
                may_attach: files::may_attach(&acting, &row, 0).is_ok(),
                acts_for_another: made.is_some_and(|made| made.acting_for == ActingFor::AnotherPerson),
                mandate: notes::mandate(connection, &acting.moment, id)?,
                may_green: free
                    && acting.actor.may(Right::GreenChannel)
                    && (row.state.before_acceptance() || row.state.at_work()),
                may_export: acting.actor.may(Right::ExportCases) && archive::is_closed(row.state),
            })
        })
        .await
}
