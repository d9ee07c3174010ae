//! `GET /kiosk/v1/settings`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use hall_domain::Refusal;
use hall_domain::terminals::settings;

use super::tagged;
use crate::api::token::Terminal;
use crate::app::App;
use crate::refused::Refused;

pub(super) async fn get(State(app): State<App>, _: Terminal, asked: HeaderMap) -> Result<Response, Refused> {
    let (etag, signed) = settings::signed(&app).await?;
    tagged(&asked, &etag, || serde_json::to_vec(&signed).map_err(|cause| Refusal::internal(&cause)))
}
