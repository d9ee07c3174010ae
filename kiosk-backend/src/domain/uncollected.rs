//! Results that nobody fetches: the applicant is reminded, once for each step; what is over is listed, so that the
//! window takes it out of its box again. Until then its pick-up code opens it.

use hall_rules::Right;
use kiosk_wire::SubmissionId;

use super::clocks::Desk;
use super::messages::{self, Kind};
use super::queries::{Look, inbox_rows};
use super::views::{Actor, InboxRow};
use crate::app::App;
use crate::problem::Refusal;
use crate::store::{self, StoreError};

/// The most that one page shows.
const SHOWN: u32 = 200;
/// Reminders are written between these hours of working days, so that somebody answers who calls back.
const OFFICE: std::ops::Range<i8> = 9..17;

/// The results in boxes whose time of collection is over, of the actor's windows, oldest first.
pub async fn over(app: &App, actor: &Actor) -> Result<Vec<InboxRow>, Refusal> {
    actor.must(Right::HandleBoxes)?;
    let look = Look::new(app, actor);
    Ok(app
        .store()
        .read(move |connection| {
            let today = look.today().to_string();
            let mut rows = Vec::new();
            for id in store::uncollected::over(connection, &today, SHOWN)? {
                let row = store::cases::get(connection, id, look.actor.staff.id)?;
                rows.extend(row.filter(|row| look.actor.sees(row.window.as_ref().map(|(window, _)| *window))));
            }
            inbox_rows(connection, &look, rows)
        })
        .await
        .map_err(|cause: StoreError| cause)?)
}

/// Writes the reminders that are due now.
pub async fn tick(app: &App) -> Result<(), Refusal> {
    let desk = Desk::of(app);
    let hour = jiff::Timestamp::from_millisecond(desk.now_ms).map_or(0, |at| desk.zone.to_datetime(at).hour());
    // A reminder is no act of law: in a year that is not known it is sent from Monday to Friday, and never stops.
    let works = desk.calendar.is_presumed_working_day(desk.today());
    if !desk.sends_messages || !works || !OFFICE.contains(&hour) {
        return Ok(());
    }
    let waiting = app.store().read(store::uncollected::waiting).await?;
    let steps = app.config().remind_after_days.clone();
    let due: Vec<_> = waiting.into_iter().filter_map(|one| reminder(&desk, &steps, one)).collect();
    if due.is_empty() {
        return Ok(());
    }
    app.store()
        .write(move |tx| {
            for (case, event) in due {
                messages::write(tx, &desk, case, Kind::Reminder, &event)?;
            }
            Ok::<_, Refusal>(())
        })
        .await
}

/// The reminder that a result wants today: the last step that is over, and under which name it is written once.
fn reminder(desk: &Desk, steps: &[u16], one: store::uncollected::Waiting) -> Option<(SubmissionId, String)> {
    let days = desk.calendar.presumed_working_days_between(desk.day(one.since_ms), desk.today());
    let step = steps.iter().rposition(|step| days >= *step)?;
    // Named by the step, so that a setting that changes does not repeat one; those before it are not caught up.
    (one.reminders <= step).then(|| (one.case, format!("reminder.{}.{step}", one.n)))
}
