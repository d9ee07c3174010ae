//! What terminals ask, under `/kiosk/v1`. See `kiosk_wire::kiosk_api` for the table.

mod calendar;
mod catalogue;
mod directives;
mod enrol;
mod heartbeat;
mod journal;
mod person;
mod progress;
mod roster;
mod settings;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hall_domain::Refusal;
use hall_words::Reason;

use crate::app::App;
use crate::refused::Refused;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/enrol", post(enrol::post))
        .route("/journal", post(journal::post))
        .route("/heartbeat", post(heartbeat::post))
        .route("/directives", get(directives::get))
        .route("/roster", get(roster::get))
        .route("/person", post(person::post))
        .route("/progress", post(progress::post))
        .route("/settings", get(settings::get))
        .route("/calendar", get(calendar::get))
        .route("/catalogue", get(catalogue::get))
        .method_not_allowed_fallback(wrong_method)
        .fallback(nothing_here)
}

pub(super) async fn wrong_method() -> Refused {
    Reason::WrongMethod.into()
}

pub(super) async fn nothing_here() -> Refused {
    Reason::NothingHere.into()
}

/// Answers with JSON under an ETag, or with 304 when the asker has it already.
fn tagged(asked: &HeaderMap, etag: &str, body: impl FnOnce() -> Result<Vec<u8>, Refusal>) -> Result<Response, Refused> {
    let tag = HeaderValue::from_str(etag).map_err(|cause| Refusal::internal(&cause))?;
    let has = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if has.is_some_and(|has| has.split(',').any(|one| one.trim().trim_start_matches("W/") == etag)) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::ETAG, tag), (header::CONTENT_TYPE, json)], body()?).into_response())
}
