//! `POST /sms/report`: the gateway says what became of messages. It repeats itself until it gets a 200, so one that
//! was told before, or that means nothing here, is answered by 200 as well.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use hall_domain::Refusal;
use hall_domain::case::messages::deliver;
use kiosk_wire::Code;
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
        return Err(Refused(Refusal::new(
            Code::NotFound,
            "This hall takes no reports",
            "See [sms.report] in operations.md",
        )));
    };
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bearer = bearer(&headers).unwrap_or(&shown.token);
    let proof = config.signature_header.as_deref().map_or(bearer, text);
    if !sms::is_from_gateway(config, secret, proof, &body) {
        let advice = "Compare the gateway's secret with [sms.report] secret_file";
        return Err(Refused(Refusal::new(
            Code::TokenSignature,
            "The report does not prove that it is the gateway's",
            advice,
        )));
    }
    let told = sms::reports(config, &body).ok_or_else(|| {
        let advice = "Compare a report with [sms.report] list, out_id and state";
        Refusal::new(Code::MalformedBody, "The report is not what [sms.report] describes", advice)
    })?;
    deliver::reported(&app, told).await?;
    Ok(StatusCode::OK)
}
