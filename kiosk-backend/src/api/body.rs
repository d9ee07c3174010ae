//! Reading JSON bodies, with refusals that name the field.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use kiosk_wire::Code;
use serde::de::DeserializeOwned;

use super::LARGEST_BODY;
use crate::problem::Refusal;

/// A JSON body.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state).await.map_err(|cause| unreadable(&cause))?;
        parse(&bytes).map(Self)
    }
}

fn unreadable(cause: &BytesRejection) -> Refusal {
    if cause.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        let title = format!("The body is larger than {LARGEST_BODY} bytes");
        return Refusal::new(Code::BodyTooLarge, title, "Send fewer entries at a time");
    }
    Refusal::new(Code::MalformedBody, "The body could not be read to its end", "Send it again")
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|cause| {
        let title = format!("The body is not the JSON that this path wants: {}", without_values(&cause));
        Refusal::new(Code::MalformedBody, title, "See docs/wire.md for what is wanted").field(format!(
            "line {} column {}",
            cause.line(),
            cause.column()
        ))
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
