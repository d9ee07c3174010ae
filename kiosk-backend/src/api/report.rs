//! `POST /sms/report`: the gateway says what became of messages. It repeats itself until it gets a 200, so one that
//! was told before, or that means nothing here, is answered by 200 as well.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use hall_domain::case::messages::deliver;
use hall_words::Reason;
use serde::Deserialize;

use super::token::bearer;
use crate::app::App;
use crate::notify::sms;
use crate::refused::Refused;

#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    token: String,
}

pub(super) async fn post(
    State(app): State<App>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refused> {
    let Some((config, secret)) = app.gateway().and_then(|gateway| gateway.report()) else {
        return Err(Reason::NoReports.into());
    };
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bearer = bearer(&headers).unwrap_or(&shown.token);
    let proof = config.signature_header.as_deref().map_or(bearer, text);
    if !sms::is_from_gateway(config, secret, proof, &body) {
        return Err(Reason::ReportUnproven.into());
    }
    let told = sms::reports(config, &body).ok_or(Reason::ReportMisread)?;
    deliver::reported(&app, told).await?;
    Ok(StatusCode::OK)
}
