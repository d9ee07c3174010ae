//! Notes, attachments, mandates and the green channel: what is added to a case beside its steps.

use std::io::{Read as _, Seek as _};

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kiosk_wire::{Code, SubmissionId};
use serde::Deserialize;
use tokio_stream::wrappers::ReceiverStream;

use super::Console;
use super::case::{after, id_of};
use super::session::{Posted, SignedIn, Upload, encoded};
use crate::domain::files::{self, Handed};
use crate::domain::notes::Mandate;
use crate::domain::{archive, green, notes};
use crate::problem::Refusal;
use crate::store::StoreError;

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
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    let done = notes::add(&console.app, &me.actor, id, &note.text).await;
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
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    let file = said.file.parse().ok();
    let mandate = Mandate { principal: said.principal, number: said.number, scope: said.scope, file };
    let done = notes::check_mandate(&console.app, &me.actor, id, mandate).await;
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
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    let done = green::set(&console.app, &me.actor, id, channel.on == "1", &channel.reason).await;
    after(&console, &me, id, done).await
}

/// `POST /cases/{id}/files`: one file, streamed; what is too large or nothing we take is refused and leaves nothing.
pub(super) async fn attach(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Upload(form): Upload,
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    let done = take(&console, &me, id, form).await;
    after(&console, &me, id, done).await
}

async fn take(
    console: &Console,
    me: &SignedIn,
    id: SubmissionId,
    mut form: axum::extract::Multipart,
) -> Result<(), Refusal> {
    let none = || Refusal::new(Code::InvalidValue, "No file was chosen", "Choose one, then press again").field("file");
    while let Some(mut field) = form.next_field().await.map_err(|cause| broken(&cause))? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(none());
        }
        let mut incoming = files::begin(&console.app, &me.actor, id).await?;
        while let Some(bytes) = field.chunk().await.map_err(|cause| broken(&cause))? {
            // Sealing and writing are work for another thread than those that answer.
            let step = tokio::task::spawn_blocking(move || files::take(&mut incoming, &bytes).map(|()| incoming));
            incoming = step.await.map_err(|cause| Refusal::internal(&cause))??;
        }
        return files::attach(&console.app, &me.actor, id, incoming, &name).await;
    }
    Err(none())
}

fn broken(cause: &axum::extract::multipart::MultipartError) -> Refusal {
    if cause.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return files::too_large();
    }
    let title = "The upload broke off";
    Refusal::new(Code::InvalidValue, title, "Nothing was kept; choose the file again").field("file")
}

/// `GET /cases/{id}/files/{n}`: for saving, never for showing: nobody's file runs in a page of ours.
pub(super) async fn file(
    State(console): State<Console>,
    me: SignedIn,
    Path((id, n)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    let none = |_| Refusal::new(Code::NotFound, "The case has no such attachment", "See the case's page");
    let n = n.parse::<u64>().map_err(none)?;
    let Handed { name, kind, size, content } = files::read(&console.app, &me.actor, id, n).await?;
    let pieces = stream(content);
    Ok(download(&name, kind.media_type(), Some(size), Body::from_stream(pieces)))
}

/// An answer that a browser saves under a name.
pub(super) fn download(name: &str, media_type: &'static str, size: Option<u64>, body: Body) -> Response {
    // RFC 6266: the name in ASCII for old browsers, and as it is.
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' }).collect();
    let quoted = encoded(name).replace('/', "%2F");
    let line = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{quoted}");
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    let line = HeaderValue::from_str(&line).unwrap_or(HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_DISPOSITION, line);
    if let Some(size) = size {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    }
    response
}

/// Reads pieces on a thread that may block, and hands them on as they are wanted.
pub(super) fn stream(
    pieces: impl Iterator<Item = Result<Vec<u8>, StoreError>> + Send + 'static,
) -> ReceiverStream<Result<Vec<u8>, StoreError>> {
    let (sender, receiver) = tokio::sync::mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        for piece in pieces {
            if let Err(cause) = &piece {
                tracing::error!(cause = %cause, "an attachment could not be read to its end");
            }
            // Whoever asked may have gone.
            if sender.blocking_send(piece).is_err() {
                return;
            }
        }
    });
    ReceiverStream::new(receiver)
}

/// Bytes of a form with the largest file in it, and its other fields.
pub(super) const LARGEST_FORM: usize = files::LARGEST as usize + 64 * 1024;

/// `GET /cases/{id}/archive`: a closed case as one file to keep.
pub(super) async fn archive(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let id = id_of(&id)?;
    let gathered = match archive::gather(&console.app, &me.actor, id).await {
        Ok(gathered) => gathered,
        Err(refusal) => return after(&console, &me, id, Err(refusal)).await,
    };
    let name = format!("{}.zip", gathered.receipt());
    let app = console.app.clone();
    let written = tokio::task::spawn_blocking(move || archive::write(&app, gathered, app.vault().aside()?));
    let mut file =
        written.await.map_err(|cause| Refusal::internal(&cause))?.map_err(|cause| Refusal::internal(&cause))?;
    let unreadable = |cause: std::io::Error| Refusal::internal(&cause);
    file.rewind().map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    Ok(download(&name, "application/zip", Some(size), Body::from_stream(stream(pieces(file)))))
}

/// The bytes of a file in pieces.
fn pieces(mut file: std::fs::File) -> impl Iterator<Item = Result<Vec<u8>, StoreError>> + Send {
    std::iter::from_fn(move || {
        let mut piece = vec![0; 64 * 1024];
        match file.read(&mut piece) {
            Ok(0) => None,
            Ok(length) => {
                piece.truncate(length);
                Some(Ok(piece))
            }
            Err(cause) => Some(Err(StoreError::Unavailable(cause.to_string()))),
        }
    })
}
