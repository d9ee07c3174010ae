//! `GET /kiosk/v1/catalogue`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use hall_words::Reason;

use super::tagged;
use crate::api::token::Terminal;
use crate::app::App;
use crate::refused::Refused;

pub(super) async fn get(State(app): State<App>, _: Terminal, asked: HeaderMap) -> Result<Response, Refused> {
    let (etag, body) = app.catalogue().ok_or(Reason::NoCatalogue)?;
    tagged(&asked, &etag, || Ok(body.as_bytes().to_vec()))
}
