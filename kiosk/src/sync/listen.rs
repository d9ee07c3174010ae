//! Directives by long poll; roster, settings and catalogue when their names changed.

use std::sync::Arc;
use std::time::Duration;

use kiosk_wire::kiosk_api::DirectivesAnswer;
use serde::de::DeserializeOwned;

use super::backoff::Backoff;
use super::http::CallError;
use super::{Context, News};
use crate::cache::{self, Kept};

/// How long the backend may hold a poll open, in seconds.
const HELD_S: u64 = 20;

/// ETags of what is at hand.
pub(super) struct Held {
    pub(super) roster: String,
    pub(super) catalogue: String,
    pub(super) settings: String,
}

/// Listens for ever.
pub(super) async fn run(context: &Arc<Context>, mut held: Held) {
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
            Ok(answer) => hear(context, answer, &mut held).await,
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
async fn hear(context: &Arc<Context>, answer: DirectivesAnswer, held: &mut Held) -> Result<u64, CallError> {
    context.client.clock().hear(answer.server_ms);
    context.tell(News::Generation(answer.generation));
    if answer.roster_etag != held.roster
        && let Some(told) = context.client.get_changed("/kiosk/v1/roster", &held.roster).await?
    {
        held.roster.clone_from(&answer.roster_etag);
        context.tell(News::Roster(told));
    }
    if !answer.directives.is_empty() {
        context.tell(News::Directives(answer.directives));
    }
    if !answer.catalogue_etag.is_empty() && answer.catalogue_etag != held.catalogue {
        if let Some(catalogue) = fetch(context, Kept::Catalogue, &held.catalogue).await? {
            context.tell(News::Catalogue(Arc::new(catalogue)));
        }
        held.catalogue = answer.catalogue_etag;
    }
    if !answer.settings_etag.is_empty() && answer.settings_etag != held.settings {
        if let Some(told) = context.client.get_changed("/kiosk/v1/settings", &held.settings).await? {
            context.tell(News::Settings(told));
        }
        held.settings = answer.settings_etag;
    }
    Ok(answer.revision)
}

/// Fetches what has another name by now, and keeps it.
async fn fetch<T: DeserializeOwned>(context: &Arc<Context>, kind: Kept, etag: &str) -> Result<Option<T>, CallError> {
    let path = format!("/kiosk/v1/{}", kind.word());
    let Some(told) = context.client.get_changed(&path, etag).await? else { return Ok(None) };
    let parsed = serde_json::from_str(&told.body)
        .map_err(|error| CallError::Misread(format!("the {} is not one: {error}", kind.word())))?;
    if let Err(error) = cache::write(&context.folder, kind, &told) {
        tracing::warn!(%error, kind = kind.word(), "it could not be kept; after a restart without network there is none");
    }
    Ok(Some(parsed))
}
