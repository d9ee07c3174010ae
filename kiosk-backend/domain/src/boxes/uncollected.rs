//! Results that nobody fetches: the applicant is reminded, once for each step; what is over is listed, so that the
//! window takes it out of its box again. Until then its pick-up code opens it.

use hall_rules::Right;
use hall_store::{self as store, StoreError};
use hall_words::case::MessageKind;
use kiosk_wire::SubmissionId;

use crate::case::messages::write;
use crate::case::rows::{InboxRow, inbox_rows};
use crate::ground::actor::Actor;
use crate::ground::hall::Hall;
use crate::ground::moment::{Acting, Moment};
use crate::ground::refusal::Refusal;

/// The most that one page shows.
const SHOWN: u32 = 200;

/// Reminders are written between these hours of working days, so that somebody answers who calls back.
const OFFICE: std::ops::Range<i8> = 9..17;

/// The results in boxes whose time of collection is over, of the actor's windows, oldest first.
pub async fn over(hall: &Hall, actor: &Actor) -> Result<Vec<InboxRow>, Refusal> {
    actor.must(Right::HandleBoxes)?;
    let acting = Acting::new(hall, actor);
    Ok(hall
        .store()
        .read(move |connection| {
            let today = acting.today().to_string();
            let mut rows = Vec::new();
            for id in store::uncollected::over(connection, &today, SHOWN)? {
                let row = store::cases::get(connection, id, acting.actor.staff.id)?;
                rows.extend(row.filter(|row| acting.actor.sees(row.window.as_ref().map(|(window, _)| *window))));
            }
            inbox_rows(connection, &acting, rows)
        })
        .await
        .map_err(|cause: StoreError| cause)?)
}

/// Writes the reminders that are due now.
pub async fn tick(hall: &Hall) -> Result<(), Refusal> {
    let moment = Moment::of(hall);
    let hour = jiff::Timestamp::from_millisecond(moment.now_ms).map_or(0, |at| moment.zone.to_datetime(at).hour());
    // A reminder is no act of law: in a year that is not known it is sent from Monday to Friday, and never stops.
    let works = moment.calendar.is_presumed_working_day(moment.today());
    if !moment.sends_messages || !works || !OFFICE.contains(&hour) {
        return Ok(());
    }
    let waiting = hall.store().read(store::uncollected::waiting).await?;
    let steps = hall.settings().remind_after_days.clone();
    let due: Vec<_> = waiting.into_iter().filter_map(|one| reminder(&moment, &steps, one)).collect();
    if due.is_empty() {
        return Ok(());
    }
    hall.store()
        .write(move |tx| {
            for (case, event) in due {
                write::write(tx, &moment, case, MessageKind::Reminder, &event)?;
            }
            Ok::<_, Refusal>(())
        })
        .await
}

/// The reminder that a result wants today: the last step that is over, and under which name it is written once.
fn reminder(moment: &Moment, steps: &[u16], one: store::uncollected::Waiting) -> Option<(SubmissionId, String)> {
    let days = moment.calendar.presumed_working_days_between(moment.day(one.since_ms), moment.today());
    let step = steps.iter().rposition(|step| days >= *step)?;
    // Named by the step, so that a setting that changes does not repeat one; those before it are not caught up.
    (one.reminders <= step).then(|| (one.case, format!("reminder.{}.{step}", one.n)))
}
