//! `/sms/report`: the gateway says what became of messages, by POST or, as some do, by GET. It repeats itself until it
//! gets the answer that it wants, so one that was told before, or that means nothing here, is answered as the others are.

use axum::body::Bytes;
use axum::extract::{Query, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hall_domain::case::messages::deliver;
use hall_words::Reason;
use serde::Deserialize;

use super::token::bearer;
use crate::app::App;
use crate::config::sms::Format;
use crate::refused::Refused;

#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    token: String,
}

pub(super) async fn take(
    State(app): State<App>,
    method: Method,
    Query(shown): Query<Shown>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let Some(reports) = app.gateway().and_then(|gateway| gateway.reports()) else {
        return Err(Reason::NoReports.into());
    };
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let by_get = method == Method::GET;
    let proof = match reports.signature_header() {
        // A signature is one of the body, and a query has none.
        Some(_) if by_get => "",
        Some(name) => text(name),
        None => bearer(&headers).unwrap_or(&shown.token),
    };
    if !reports.is_from_gateway(proof, &body) {
        return Err(Reason::ReportUnproven.into());
    }
    let query = query.unwrap_or_default();
    let (format, said) = match text("content-type") {
        _ if by_get => (Format::Form, query.as_bytes()),
        kind if kind.starts_with("application/x-www-form-urlencoded") => (Format::Form, &body[..]),
        _ => (Format::Json, &body[..]),
    };
    let (told, bad) = reports.read(format, said).ok_or(Reason::ReportMisread)?;
    if bad > 0 {
        tracing::warn!(
            bad,
            read = told.len(),
            "some reports of a gateway are not as [sms.report] says, and were left out"
        );
    }
    deliver::reported(&app, told).await?;
    Ok(match reports.reply() {
        (_, "") => StatusCode::OK.into_response(),
        (kind, reply) => ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], reply.to_owned()).into_response(),
    })
}
