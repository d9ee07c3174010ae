//! Notes, attachments, mandates and the green channel: what is added to a case beside its steps.

use axum::extract::{Path, State};
use axum::response::Response;
use hall_domain::case::green;
use hall_domain::case::notes::{self, Mandate};
use serde::Deserialize;

use super::Console;
use super::case::{after, id_of};
use super::session::{Posted, SignedIn, Upload};
use crate::attachments;
use crate::refused::Refused;

#[derive(Deserialize)]
pub(super) struct Note {
    #[serde(default)]
    text: String,
}

/// `POST /cases/{id}/notes`
pub(super) async fn note(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(note): Posted<Note>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let done = notes::add(&console.app, &me.actor, id, None, &note.text).await;
    after(&console, &me, id, done).await
}

#[derive(Deserialize)]
pub(super) struct Principal {
    #[serde(default)]
    principal: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    file: String,
}

/// `POST /cases/{id}/mandate`
pub(super) async fn mandate(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(said): Posted<Principal>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let file = said.file.parse().ok();
    let mandate = Mandate { principal: said.principal, number: said.number, scope: said.scope, file };
    let done = notes::check_mandate(&console.app, &me.actor, id, None, mandate).await;
    after(&console, &me, id, done).await
}

#[derive(Deserialize)]
pub(super) struct Channel {
    #[serde(default)]
    on: String,
    #[serde(default)]
    reason: String,
}

/// `POST /cases/{id}/green`
pub(super) async fn green(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(channel): Posted<Channel>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let done = green::set(&console.app, &me.actor, id, None, channel.on == "1", &channel.reason).await;
    after(&console, &me, id, done).await
}

/// `POST /cases/{id}/files`: one file, streamed; what is too large or nothing we take is refused and leaves nothing.
pub(super) async fn attach(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Upload(form): Upload,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let done = attachments::take(&console.app, &me.actor, id, form).await;
    after(&console, &me, id, done).await
}

/// `GET /cases/{id}/files/{n}`
pub(super) async fn file(
    State(console): State<Console>,
    me: SignedIn,
    Path((id, n)): Path<(String, String)>,
) -> Result<Response, Refused> {
    attachments::attachment(&console.app, &me.actor, id_of(&id)?, &n).await.map_err(Refused)
}

/// `GET /cases/{id}/archive`: a closed case as one file to keep.
pub(super) async fn archive(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    match attachments::archive(&console.app, &me.actor, id).await {
        Ok(archive) => Ok(archive),
        Err(refusal) => after(&console, &me, id, Err(refusal)).await,
    }
}
