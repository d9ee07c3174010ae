//! `POST /kiosk/v1/journal`

use axum::extract::State;
use hall_domain::terminals::intake;
use kiosk_wire::kiosk_api::{JournalAnswer, JournalPush};

use crate::api::body::Json;
use crate::api::token::Terminal;
use crate::app::App;
use crate::refused::Refused;

pub(super) async fn post(
    State(app): State<App>,
    Terminal(kiosk): Terminal,
    Json(push): Json<JournalPush>,
) -> Result<axum::Json<JournalAnswer>, Refused> {
    intake::take(&app, kiosk, push).await.map(axum::Json).map_err(Refused)
}
