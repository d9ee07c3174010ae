//! Looks at the whole database once a night, when nobody waits for it.

use std::time::Duration;

use hall_domain::figures::verify;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::app::App;

/// How often to see whether it is time.
const LOOK: Duration = Duration::from_secs(600);
/// The hour of the hall's night in which it begins.
const HOUR: i8 = 3;
/// Not twice in one night.
const APART_MS: u64 = 12 * 3_600_000;
/// A server that is off at night looks as soon as it is on.
const OVERDUE_MS: u64 = 36 * 3_600_000;

/// Whether it is time, by the hall's hour and when it was done last.
fn is_due(now_ms: i64, hour: i8, last_ms: Option<i64>) -> bool {
    // A clock that was ahead once must not put it off for ever.
    let since = last_ms.map_or(u64::MAX, |last| now_ms.abs_diff(last));
    since >= OVERDUE_MS || (hour == HOUR && since >= APART_MS)
}

/// Looks until `stop` says so.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match once(&app).await {
            Ok(()) => {}
            Err(cause) => tracing::error!(cause = %cause, "the database could not be verified"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn once(app: &App) -> Result<(), hall_domain::Refusal> {
    let last = verify::last(app).await?.map(|last| last.at_ms);
    let now_ms = app.now_ms();
    let hour = Timestamp::from_millisecond(now_ms).map_or(HOUR, |now| app.zone().to_datetime(now).hour());
    if is_due(now_ms, hour, last) {
        let found = verify::and_keep(app).await?;
        tracing::info!(cases = found.cases, flaws = found.count, "the database was verified");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_a_night_and_at_once_where_a_night_was_missed() {
        const HOUR_MS: i64 = 3_600_000;
        let now = 1_000 * HOUR_MS;
        for (hour, ago, due) in [
            (3, Some(24), true),
            (3, Some(0), false),
            (10, Some(24), false),
            (10, Some(35), false),
            (10, Some(36), true),
            (10, None, true),
            (10, Some(-20), false),
            (10, Some(-500), true),
        ] {
            assert_eq!(is_due(now, hour, ago.map(|ago: i64| now - ago * HOUR_MS)), due, "{hour} {ago:?}");
        }
    }
}
