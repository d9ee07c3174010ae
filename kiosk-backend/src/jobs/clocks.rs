//! Lets the law act when a time is over: looks once a minute, which is soon enough for clocks that count days. While the
//! time is in doubt nothing is done that cannot be undone.

use std::time::Duration;

use hall_domain::boxes::uncollected;
use hall_domain::case::joint::answers;
use hall_domain::case::{archiving, silence};
use hall_domain::figures::{callbacks, escalations};
use hall_store::{StoreResult, meta};
use tokio::sync::watch;

use crate::app::App;

/// How often to look.
const EVERY: Duration = Duration::from_secs(60);

/// Looks until `stop` says so.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut waited = false;
    while !*stop.borrow() {
        let waits = app.clock().doubt().is_some();
        if waits != waited {
            waited = waits;
            tracing::warn!(waits, "what follows from time alone waits while the machine's clock is in doubt");
        }
        look(&app).await;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn keep_time(app: &App) -> StoreResult<()> {
    let Some(kept) = app.clock().keep() else { return Ok(()) };
    app.store().write(move |tx| meta::keep_time(tx, kept)).await
}

/// Looks once at everything that follows from time alone; not while the time is in doubt.
pub async fn look(app: &App) {
    if app.clock().doubt().is_some() {
        return;
    }
    if let Err(cause) = keep_time(app).await {
        tracing::error!(cause = %cause, "the time could not be kept");
    }
    if let Err(cause) = silence::tick(app).await {
        tracing::error!(cause = %cause, "clocks could not be looked at");
    }
    if let Err(cause) = answers::tick(app).await {
        tracing::error!(cause = %cause, "answers of departments could not be looked at");
    }
    if let Err(cause) = callbacks::tick(app).await {
        tracing::error!(cause = %cause, "call-backs could not be looked at");
    }
    if let Err(cause) = escalations::tick(app).await {
        tracing::error!(cause = %cause, "what is late could not be told");
    }
    if let Err(cause) = archiving::tick(app).await {
        tracing::error!(cause = %cause, "what is done could not be archived");
    }
    if let Err(cause) = uncollected::tick(app).await {
        tracing::error!(cause = %cause, "reminders could not be written");
    }
}
