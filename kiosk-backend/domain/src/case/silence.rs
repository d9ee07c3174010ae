//! What the law does by itself when a time is over.

use hall_rules::CaseEvent;
use hall_store::{self as store, Tx};
use kiosk_wire::SubmissionId;

use crate::case::clocks::settle_all;
use crate::case::happening::Happened;
use crate::case::{history, times};
use crate::ground::hall::Hall;
use crate::ground::moment::Moment;
use crate::ground::refusal::Refusal;

/// What the law does by itself: five days of silence accept (行政许可法 art. 32). Also computes
/// what an older release did not know.
pub async fn tick(hall: &Hall) -> Result<(), Refusal> {
    let moment = Moment::of(hall);
    let (today, asked) = (moment.today().to_string(), hall.store());
    let waits = asked
        .read(move |connection| {
            let silent = store::cases::accepted_by_silence(connection, &today)?;
            Ok::<_, Refusal>((silent, store::cases::without_warning(connection)?))
        })
        .await?;
    if waits.0.is_empty() && waits.1.is_empty() {
        return Ok(());
    }
    asked
        .write(move |tx| {
            settle_all(tx, &moment, &waits.1)?;
            for id in waits.0 {
                if times::is_silent_for_sure(tx, &moment, id)? {
                    deem(tx, &moment, id)?;
                }
            }
            Ok(())
        })
        .await
}

fn deem(tx: &mut Tx<'_>, moment: &Moment, id: SubmissionId) -> Result<(), Refusal> {
    if history::append(tx, moment, id, &Happened::by_itself(CaseEvent::DeemedAccepted, moment.now_ms))? {
        tracing::warn!(submission = %id, "accepted by silence");
    }
    Ok(())
}
