//! Who asks: the bearer of a session's token.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use hall_domain::people::staff;
use hall_domain::{Actor, Refusal};
use hall_store::sessions::{self, Digest};
use hall_words::Reason;

use crate::api::token::bearer;
use crate::app::App;
use crate::refused::Refused;
use crate::{access, connections, origin};

/// Someone with an open session.
pub(super) struct Bearer {
    pub(super) actor: Actor,
    pub(super) key: Digest,
}

impl FromRequestParts<App> for Bearer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
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
        Ok(Self { actor: Actor { staff, from: origin::of(&parts.extensions).text() }, key })
    }
}

fn not_signed_in() -> Refusal {
    Reason::NotSignedIn.into()
}
