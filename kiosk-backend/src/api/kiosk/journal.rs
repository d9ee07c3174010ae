//! `POST /kiosk/v1/journal`

use axum::extract::State;
use kiosk_wire::kiosk_api::{JournalAnswer, JournalPush};

use crate::api::body::Json;
use crate::api::token::Terminal;
use crate::app::App;
use crate::domain::intake;
use crate::problem::Refusal;

pub(super) async fn post(
    State(app): State<App>,
    Terminal(kiosk): Terminal,
    Json(push): Json<JournalPush>,
) -> Result<axum::Json<JournalAnswer>, Refusal> {
    intake::take(&app, kiosk, push).await.map(axum::Json)
}
