//! `POST /kiosk/v1/enrol`

use axum::extract::State;
use hall_domain::terminals::enrolment;
use kiosk_wire::kiosk_api::{EnrolAnswer, EnrolRequest};

use crate::api::body::Json;
use crate::app::App;
use crate::origin::Seen;
use crate::refused::Refused;

pub(super) async fn post(
    State(app): State<App>,
    Seen(from): Seen,
    Json(request): Json<EnrolRequest>,
) -> Result<axum::Json<EnrolAnswer>, Refused> {
    enrolment::enrol(&app, from, request).await.map(axum::Json).map_err(Refused)
}
