//! Directives by long poll; roster and catalogue when their names changed.

use std::sync::Arc;
use std::time::Duration;

use hall_rules::Catalogue;
use kiosk_wire::kiosk_api::DirectivesAnswer;

use super::backoff::Backoff;
use super::http::CallError;
use super::{Context, News};
use crate::cache::{self, Kind};

/// How long the backend may hold a poll open, in seconds.
const HELD_S: u64 = 20;

/// Listens for ever. The ETags are those of what is at hand.
pub(super) async fn run(context: &Arc<Context>, mut roster: String, mut catalogue: String) {
    let mut backoff = Backoff::default();
    let mut revision = None;
    loop {
        let path = match revision {
            Some(after) => format!("/kiosk/v1/directives?after={after}&wait_s={HELD_S}"),
            None => "/kiosk/v1/directives?after=0&wait_s=0".to_owned(),
        };
        let polled = context.client.get::<DirectivesAnswer>(&path, Duration::from_secs(HELD_S)).await;
        context.note(&polled);
        let heard = match polled {
            Ok(answer) => hear(context, answer, &mut roster, &mut catalogue).await,
            Err(error) => Err(error),
        };
        match heard {
            Ok(heard) => {
                revision = Some(heard);
                backoff.succeeded();
            }
            Err(error) => {
                tracing::debug!(%error, "listening failed");
                revision = None;
                context.pause(backoff.wait()).await;
            }
        }
    }
}

/// Passes on what is new. Returns the revision to go on from.
async fn hear(
    context: &Arc<Context>,
    answer: DirectivesAnswer,
    roster: &mut String,
    catalogue: &mut String,
) -> Result<u64, CallError> {
    context.client.clock().hear(answer.server_ms);
    context.tell(News::Generation(answer.generation));
    if answer.roster_etag != *roster
        && let Some(told) = context.client.get_changed("/kiosk/v1/roster", roster).await?
    {
        roster.clone_from(&answer.roster_etag);
        context.tell(News::Roster(told));
    }
    if !answer.directives.is_empty() {
        context.tell(News::Directives(answer.directives));
    }
    if !answer.catalogue_etag.is_empty() && answer.catalogue_etag != *catalogue {
        fetch_catalogue(context, catalogue).await?;
        catalogue.clone_from(&answer.catalogue_etag);
    }
    Ok(answer.revision)
}

async fn fetch_catalogue(context: &Arc<Context>, etag: &str) -> Result<(), CallError> {
    let Some(told) = context.client.get_changed("/kiosk/v1/catalogue", etag).await? else { return Ok(()) };
    let parsed: Catalogue = serde_json::from_str(&told.body)
        .map_err(|error| CallError::Misread(format!("the catalogue is not one: {error}")))?;
    if let Err(error) = cache::write(&context.folder, Kind::Catalogue, &told) {
        tracing::warn!(%error, "the catalogue could not be kept; after a restart without network there is none");
    }
    context.tell(News::Catalogue(Arc::new(parsed)));
    Ok(())
}
