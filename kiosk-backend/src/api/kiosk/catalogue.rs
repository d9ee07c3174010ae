//! `GET /kiosk/v1/catalogue`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use hall_domain::Refusal;
use kiosk_wire::Code;

use super::tagged;
use crate::api::token::Terminal;
use crate::app::App;
use crate::refused::Refused;

pub(super) async fn get(State(app): State<App>, _: Terminal, asked: HeaderMap) -> Result<Response, Refused> {
    let (etag, body) = app.catalogue().ok_or_else(|| {
        Refusal::new(Code::NotFound, "No catalogue was imported yet", "Run `kiosk-backend catalogue import DIR`")
    })?;
    tagged(&asked, &etag, || Ok(body.as_bytes().to_vec()))
}
