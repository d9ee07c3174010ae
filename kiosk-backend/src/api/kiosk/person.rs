//! `POST /kiosk/v1/person`

use axum::extract::State;
use hall_domain::terminals::person;
use kiosk_wire::kiosk_api::{PersonAnswer, PersonQuery};

use crate::api::body::Json;
use crate::api::token::Terminal;
use crate::app::App;
use crate::refused::Refused;

pub(super) async fn post(
    State(app): State<App>,
    Terminal(kiosk): Terminal,
    Json(query): Json<PersonQuery>,
) -> Result<axum::Json<PersonAnswer>, Refused> {
    Ok(axum::Json(person::cases(&app, kiosk, &query).await?))
}
