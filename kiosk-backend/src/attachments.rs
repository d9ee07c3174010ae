//! Files over HTTP, for pages and for the staff's JSON alike: attachments in and out, archives out. Streamed: nothing
//! holds a whole file.

use std::io::{Read as _, Seek as _};

use axum::body::Body;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hall_domain::case::archive;
use hall_domain::case::files::{self, Handed};
use hall_domain::{Actor, Refusal};
use hall_store::StoreError;
use hall_words::Reason;
use kiosk_wire::SubmissionId;
use tokio_stream::wrappers::ReceiverStream;

use crate::app::App;
use crate::archived;
use crate::console::paths::encoded;

/// Bytes of a form with the largest file in it, and its other fields.
pub const LARGEST_FORM: usize = files::LARGEST as usize + 64 * 1024;

/// Takes the field `file` of a form and attaches it; what is too large or nothing we take is refused and leaves nothing.
pub async fn take(app: &App, actor: &Actor, id: SubmissionId, mut form: Multipart) -> Result<(), Refusal> {
    let none = || Refusal::from(Reason::FileNotChosen);
    while let Some(mut field) = form.next_field().await.map_err(|cause| broken(&cause))? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(none());
        }
        let mut incoming = files::begin(app, actor, id).await?;
        while let Some(bytes) = field.chunk().await.map_err(|cause| broken(&cause))? {
            // Sealing and writing are work for another thread than those that answer.
            let step = tokio::task::spawn_blocking(move || files::take(&mut incoming, &bytes).map(|()| incoming));
            incoming = step.await.map_err(|cause| Refusal::internal(&cause))??;
        }
        return files::attach(app, actor, id, incoming, &name).await;
    }
    Err(none())
}

fn broken(cause: &MultipartError) -> Refusal {
    if cause.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return files::too_large();
    }
    Reason::UploadBroken.into()
}

/// An attachment, for saving, never for showing: nobody's file runs in a page of ours.
pub async fn attachment(app: &App, actor: &Actor, id: SubmissionId, n: &str) -> Result<Response, Refusal> {
    let none = |_| Reason::NoSuchFile;
    let n = n.parse::<u64>().map_err(none)?;
    let Handed { name, kind, size, content } = files::read(app, actor, id, n).await?;
    Ok(download(&name, kind.media_type(), Some(size), Body::from_stream(stream(content))))
}

/// A closed case as one file to keep.
pub async fn archive(app: &App, actor: &Actor, id: SubmissionId) -> Result<Response, Refusal> {
    let gathered = archive::gather(app, actor, id, archived::page).await?;
    let name = format!("{}.zip", gathered.receipt());
    let app = app.clone();
    let written = tokio::task::spawn_blocking(move || archive::write(&app, gathered, app.vault().aside()?));
    let mut file =
        written.await.map_err(|cause| Refusal::internal(&cause))?.map_err(|cause| Refusal::internal(&cause))?;
    let unreadable = |cause: std::io::Error| Refusal::internal(&cause);
    file.rewind().map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    Ok(download(&name, "application/zip", Some(size), Body::from_stream(stream(pieces(file)))))
}

/// An answer that a browser saves under a name.
fn download(name: &str, media_type: &'static str, size: Option<u64>, body: Body) -> Response {
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
fn stream(
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
