//! `GET /kiosk/v1/calendar`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use hall_domain::Refusal;
use hall_store::{self as store, StoreError};
use kiosk_wire::kiosk_api::{CalendarAnswer, CalendarYear};

use super::tagged;
use crate::api::token::Terminal;
use crate::app::App;
use crate::refused::Refused;

pub(super) async fn get(State(app): State<App>, _: Terminal, asked: HeaderMap) -> Result<Response, Refused> {
    let read = app.store().read(|connection| {
        let etag = store::catalogue::calendar_etag(connection)?;
        Ok::<_, StoreError>((etag, store::catalogue::calendars(connection)?))
    });
    let (etag, years) = read.await?;
    let years = years.into_iter().map(|(year, text)| CalendarYear { year, text }).collect();
    tagged(&asked, &etag, || serde_json::to_vec(&CalendarAnswer { years }).map_err(|cause| Refusal::internal(&cause)))
}
