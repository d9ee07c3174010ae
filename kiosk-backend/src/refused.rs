//! Refusals as answers: problem documents (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hall_domain::Refusal;
use kiosk_wire::Problem;

/// A refusal on its way to whoever asked.
#[derive(Clone, Debug)]
pub(crate) struct Refused(pub(crate) Refusal);

impl<E: Into<Refusal>> From<E> for Refused {
    fn from(cause: E) -> Self {
        Self(cause.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (problem, retry_after_s) = (self.0.problem(), self.0.reason.retry_after_s());
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response =
            (status, [(header::CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE))], body).into_response();
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // Whoever makes a page of it says it in the reader's language.
        response.extensions_mut().insert(self.0);
        response
    }
}
