//! Reading JSON bodies, with refusals that name the field.

use axum::extract::{FromRequest, Request};
use futures_util::StreamExt as _;
use hall_domain::Refusal;
use hall_words::Reason;
use serde::de::DeserializeOwned;

use super::LARGEST_BODY;
use crate::refused::Refused;

/// A JSON body.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refused> {
        parse(&read(request).await?).map(Self).map_err(Refused)
    }
}

/// How much of a body that is too large is still read, to throw it away. Whoever sends is told only when all was
/// taken in: a connection that is closed with unread bytes is reset, and the answer is lost with it.
const TAKEN_IN: usize = 8 * LARGEST_BODY;

async fn read(request: Request) -> Result<Vec<u8>, Refusal> {
    let mut stream = request.into_body().into_data_stream();
    let (mut body, mut length) = (Vec::new(), 0_usize);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_torn| Reason::BodyTorn)?;
        length = length.saturating_add(chunk.len());
        if length <= LARGEST_BODY {
            body.extend_from_slice(&chunk);
        } else if length > TAKEN_IN {
            break;
        }
    }
    if length > LARGEST_BODY {
        return Err(Reason::BodyLarge { most: LARGEST_BODY }.into());
    }
    Ok(body)
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|cause| {
        let (line, column) = (cause.line(), cause.column());
        Reason::BodyNotJson { cause: without_values(&cause), line, column }.into()
    })
}

/// What is wrong, without quoting what was sent: it may be personal.
fn without_values(cause: &serde_json::Error) -> String {
    let text = cause.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    if let Some((_, expected)) = text.split_once(", expected ")
        && text.starts_with("invalid ")
    {
        return format!("expected {expected}");
    }
    if text.starts_with("missing field") || text.starts_with("EOF") || text.starts_with("expected") {
        return text.to_owned();
    }
    match cause.classify() {
        serde_json::error::Category::Io | serde_json::error::Category::Eof => "it is cut short".into(),
        serde_json::error::Category::Syntax => "it is not JSON".into(),
        serde_json::error::Category::Data => "a value is of the wrong kind".into(),
    }
}
