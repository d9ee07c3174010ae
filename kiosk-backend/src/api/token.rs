//! Who a terminal is: a token that it signs with its own key, reusable until it expires.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use hall_domain::Refusal;
use hall_words::Reason;
use kiosk_wire::signed::{Purpose, SignedError, TokenClaims};
use kiosk_wire::{KioskId, Signed};

use crate::app::App;
use crate::connections;
use crate::refused::Refused;

/// The token of `Authorization: Bearer`, whose scheme is a word in any case (RFC 9110, 11.1).
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim_start().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A terminal whose token was checked.
pub(super) struct Terminal(pub(super) KioskId);

impl FromRequestParts<App> for Terminal {
    type Rejection = Refused;

    #[expect(clippy::manual_async_fn, reason = "nothing is awaited, and the trait wants a future")]
    fn from_request_parts(parts: &mut Parts, app: &App) -> impl Future<Output = Result<Self, Refused>> + Send {
        async move {
            let token = bearer(&parts.headers).ok_or(Reason::TokenMissing)?;
            let kiosk = check(app, token)?;
            app.heard(kiosk);
            connections::known(&parts.extensions);
            Ok(Self(kiosk))
        }
    }
}

fn check(app: &App, token: &str) -> Result<KioskId, Refusal> {
    let now_ms = app.now_ms();
    if let Some(kiosk) = app.checked_token(token, now_ms) {
        return alive(app, kiosk).map(|_| kiosk);
    }
    let signed = Signed::from_token(token).map_err(|cause| unreadable(&cause))?;
    let claimed: TokenClaims = serde_json::from_str(&signed.body).map_err(|_| Reason::TokenClaims)?;
    let known = alive(app, claimed.kiosk)?;
    let claims: TokenClaims = signed.open(Purpose::Token, &known.key).map_err(|cause| match cause {
        SignedError::Malformed | SignedError::Body(_) => unreadable(&cause),
        SignedError::Mismatch => Reason::TokenSignature,
    })?;
    if claims.audience != app.audience() {
        return Err(Reason::TokenAudience.into());
    }
    let future = claims.issued_ms > now_ms + TokenClaims::LEEWAY_MS;
    let too_long = claims.expires_ms.saturating_sub(claims.issued_ms) > TokenClaims::LONGEST_MS;
    if future || too_long || claims.expires_ms <= now_ms {
        return Err(Refusal::from(Reason::TokenClock).server_ms(now_ms));
    }
    app.remember_token(token, claims.kiosk, claims.expires_ms, now_ms);
    Ok(claims.kiosk)
}

fn alive(app: &App, kiosk: KioskId) -> Result<hall_domain::ground::hall::KnownKiosk, Refusal> {
    let known = app.kiosk(kiosk).ok_or(Reason::KioskUnknown)?;
    if known.revoked {
        return Err(Reason::KioskRevoked.into());
    }
    Ok(known)
}

fn unreadable(cause: &SignedError) -> Reason {
    Reason::TokenUnreadable { why: cause.to_string() }
}
