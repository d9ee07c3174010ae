//! `POST /kiosk/v1/person`

use axum::extract::State;
use kiosk_wire::kiosk_api::{PersonAnswer, PersonQuery};

use crate::api::body::Json;
use crate::api::token::Terminal;
use crate::app::App;
use crate::domain::person;
use crate::problem::Refusal;

pub(super) async fn post(
    State(app): State<App>,
    Terminal(kiosk): Terminal,
    Json(query): Json<PersonQuery>,
) -> Result<axum::Json<PersonAnswer>, Refusal> {
    Ok(axum::Json(person::cases(&app, kiosk, &query).await?))
}
