//! Indexes all cases again where this release finds them otherwise than the one before it: while the hall works, a few
//! at a time. Until it is done an older case may not be found by every way of writing.

use std::time::Duration;

use hall_domain::case::index;
use tokio::sync::watch;

use crate::app::App;

/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_secs(60);

/// Indexes until all is done or `stop` says so.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut rounds = 0_u32;
    while !*stop.borrow() {
        match index::again(&app).await {
            Ok(true) => rounds += 1,
            Ok(false) if rounds == 0 => return,
            Ok(false) => return tracing::info!("all cases are indexed anew: every way of writing finds them"),
            Err(cause) => {
                tracing::error!(cause = %cause, "cases could not be indexed again; the next try is in a minute");
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }
}
