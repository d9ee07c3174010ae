//! Lets the law act when a time is over: looks once a minute, which is soon enough for clocks that count days.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::domain::{clocks, escalations, joint, ratings, uncollected};

/// How often to look.
const EVERY: Duration = Duration::from_secs(60);

/// Looks until `stop` says so.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(cause) = clocks::tick(&app).await {
            tracing::error!(cause = %cause, "clocks could not be looked at");
        }
        if let Err(cause) = joint::tick(&app).await {
            tracing::error!(cause = %cause, "answers of departments could not be looked at");
        }
        if let Err(cause) = ratings::tick(&app).await {
            tracing::error!(cause = %cause, "call-backs could not be looked at");
        }
        if let Err(cause) = escalations::tick(&app).await {
            tracing::error!(cause = %cause, "what is late could not be told");
        }
        if let Err(cause) = uncollected::tick(&app).await {
            tracing::error!(cause = %cause, "reminders could not be written");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}
