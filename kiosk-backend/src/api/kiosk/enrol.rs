//! `POST /kiosk/v1/enrol`

use axum::extract::State;
use kiosk_wire::kiosk_api::{EnrolAnswer, EnrolRequest};

use crate::api::body::Json;
use crate::app::App;
use crate::domain::enrolment;
use crate::origin::Origin;
use crate::problem::Refusal;

pub(super) async fn post(
    State(app): State<App>,
    from: Origin,
    Json(request): Json<EnrolRequest>,
) -> Result<axum::Json<EnrolAnswer>, Refusal> {
    enrolment::enrol(&app, from, request).await.map(axum::Json)
}
