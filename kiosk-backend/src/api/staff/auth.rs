//! Who asks: the bearer of a session's token.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kiosk_wire::Code;

use crate::access;
use crate::api::token::bearer;
use crate::app::App;
use crate::connections;
use crate::domain::{Actor, staff};
use crate::origin::Origin;
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
        let token = bearer(&parts.headers).ok_or_else(not_signed_in)?;
        let (token, now_ms) = (token.to_owned(), app.now_ms());
        let key = sessions::digest(&token);
        let found = app.store().read(move |connection| sessions::staff_of(connection, &token, now_ms)).await?;
        let staff = match found {
            Some(id) => staff::get(app, id).await?.filter(|staff| !staff.disabled),
            None => None,
        };
        let staff = staff.ok_or_else(not_signed_in)?;
        connections::known(&parts.extensions);
        access::check(&parts.extensions, &staff)?;
        Ok(Self { actor: Actor { staff, from: Origin::of(&parts.extensions).text() }, key })
    }
}

fn not_signed_in() -> Refusal {
    Refusal::new(
        Code::NotSignedIn,
        "The request needs a sign-in",
        "POST /api/v1/sessions, then send its token as Bearer",
    )
}
