//! `POST /kiosk/v1/enrol`

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use kiosk_wire::kiosk_api::{EnrolAnswer, EnrolRequest};

use crate::api::body::Json;
use crate::app::App;
use crate::domain::enrolment;
use crate::problem::Refusal;

pub(super) async fn post(
    State(app): State<App>,
    from: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    Json(request): Json<EnrolRequest>,
) -> Result<axum::Json<EnrolAnswer>, Refusal> {
    let from = from.map_or_else(|| "unknown".to_owned(), |extension| extension.0.0.ip().to_string());
    enrolment::enrol(&app, &from, request).await.map(axum::Json)
}
