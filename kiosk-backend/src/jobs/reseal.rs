//! Takes up data keys that `key rotate` made, and seals anew what is older: while the hall works, a few values at a time.

use std::time::Duration;

use hall_domain::ground::rotation::{self, RotationError};
use tokio::sync::watch;

use crate::app::App;

/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_secs(60);

/// Watches and seals until `stop` says so.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    // A command in another process counts the revision up, which is noticed within a second.
    let mut revised = app.revised();
    let mut looked = false;
    while !*stop.borrow() {
        revised.mark_unchanged();
        let pause = match look(&app, &stop, &mut looked).await {
            Ok(()) => None,
            Err(cause) => {
                tracing::error!(cause = %cause, "data keys could not be taken up; the next try is in a minute");
                Some(PAUSE)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {}
            _ = revised.changed() => {}
            _ = stop.changed() => {}
        }
    }
}

async fn look(app: &App, stop: &watch::Receiver<bool>, looked: &mut bool) -> Result<(), RotationError> {
    rotation::take_up(app).await?;
    if !*looked {
        rotation::look_again(app).await?;
        *looked = true;
    }
    let mut rounds = 0_u64;
    while !*stop.borrow() && rotation::again(app).await? {
        if rounds == 0 {
            tracing::info!("what older data keys sealed is sealed with the newest");
        }
        rounds += 1;
    }
    if rounds > 0 && !*stop.borrow() {
        rotation::tell_end(app).await?;
    }
    Ok(())
}
