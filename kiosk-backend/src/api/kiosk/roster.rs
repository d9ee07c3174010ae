//! `GET /kiosk/v1/roster`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use hall_domain::Refusal;
use hall_domain::terminals::roster;

use super::tagged;
use crate::api::token::Terminal;
use crate::app::App;
use crate::refused::Refused;

pub(super) async fn get(
    State(app): State<App>,
    Terminal(kiosk): Terminal,
    asked: HeaderMap,
) -> Result<Response, Refused> {
    let (etag, signed) = roster::signed(&app, kiosk).await?;
    tagged(&asked, &etag, || serde_json::to_vec(&signed).map_err(|cause| Refusal::internal(&cause)))
}
