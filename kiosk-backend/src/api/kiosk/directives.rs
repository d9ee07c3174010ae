//! `GET /kiosk/v1/directives?after=N&wait_s=S`

use std::time::Duration;

use axum::extract::{RawQuery, State};
use hall_domain::Refusal;
use hall_domain::terminals::{roster, settings};
use hall_store::{self as store, StoreError, meta};
use hall_words::Reason;
use kiosk_wire::KioskId;
use kiosk_wire::kiosk_api::DirectivesAnswer;
use tokio::time::{Instant, timeout_at};

use crate::api::token::Terminal;
use crate::app::App;
use crate::refused::Refused;

/// The longest an answer is held back, in seconds: below the minute after which a terminal counts as unseen.
const LONGEST_WAIT_S: u64 = 25;

pub(super) async fn get(
    State(app): State<App>,
    Terminal(kiosk): Terminal,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<DirectivesAnswer>, Refused> {
    let query = query.unwrap_or_default();
    let after = number(&query, "after")?;
    let wait_s = number(&query, "wait_s")?.unwrap_or(0).min(LONGEST_WAIT_S);
    let until = Instant::now() + Duration::from_secs(wait_s);
    let mut revised = app.revised();
    loop {
        // Marked before the read, so that what comes between read and wait wakes us.
        revised.mark_unchanged();
        let answer = read(&app, kiosk).await?;
        if after != Some(answer.revision) || timeout_at(until, revised.changed()).await.is_err() {
            // The time of the answer, not of the question: the terminal believes it.
            return Ok(axum::Json(DirectivesAnswer { server_ms: app.now_ms(), ..answer }));
        }
        app.heard(kiosk);
    }
}

async fn read(app: &App, kiosk: KioskId) -> Result<DirectivesAnswer, Refusal> {
    let (now_ms, keys, hall) = (app.now_ms(), app.keys(), app.settings().clone());
    Ok(app
        .store()
        .read(move |connection| {
            Ok::<_, StoreError>(DirectivesAnswer {
                generation: meta::counter(connection, meta::GENERATION)?,
                server_ms: now_ms,
                revision: meta::counter(connection, meta::REVISION)?,
                directives: store::directives::open(connection, &keys.sealer, kiosk, now_ms)?,
                roster_etag: roster::etag(connection, now_ms)?,
                catalogue_etag: store::catalogue::present_etag(connection)?,
                calendar_etag: store::catalogue::calendar_etag(connection)?,
                settings_etag: settings::etag(connection, &hall)?,
            })
        })
        .await?)
}

fn number(query: &str, name: &str) -> Result<Option<u64>, Refusal> {
    let value = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
    let Some((_, text)) = value else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Reason::NotWhole { name: name.to_owned() }.into())
}
