//! Who asks: the bearer of a session's token.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use kiosk_wire::Code;

use crate::access;
use crate::app::App;
use crate::domain::{Actor, staff};
use crate::problem::Refusal;
use crate::store::sessions::{self, Digest};

/// Someone with an open session.
pub(super) struct Bearer {
    pub(super) actor: Actor,
    pub(super) key: Digest,
}

impl FromRequestParts<App> for Bearer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(not_signed_in)?;
        let (token, now_ms) = (token.trim().to_owned(), app.now_ms());
        let key = sessions::digest(&token);
        let found = app.store().read(move |connection| sessions::staff_of(connection, &token, now_ms)).await?;
        let staff = match found {
            Some(id) => staff::get(app, id).await?.filter(|staff| !staff.disabled),
            None => None,
        };
        let staff = staff.ok_or_else(not_signed_in)?;
        access::check(&parts.extensions, &staff)?;
        Ok(Self { actor: Actor { staff, from: address(parts) }, key })
    }
}

/// Where a request comes from.
pub(super) struct Address(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(address(parts)))
    }
}

fn address(parts: &Parts) -> String {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or_else(|| "unknown".into(), |from| from.0.ip().to_string())
}

fn not_signed_in() -> Refusal {
    Refusal::new(
        Code::NotSignedIn,
        "The request needs a sign-in",
        "POST /api/v1/sessions, then send its token as Bearer",
    )
}
