//! Who a terminal is: a token that it signs with its own key, reusable until it expires.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use hall_domain::Refusal;
use kiosk_wire::signed::{Purpose, SignedError, TokenClaims};
use kiosk_wire::{Code, KioskId, Signed};

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
            let token = bearer(&parts.headers).ok_or_else(|| malformed("There is no `Authorization: Bearer` token"))?;
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
    let signed = Signed::from_token(token).map_err(|cause| malformed(&cause.to_string()))?;
    let claimed: TokenClaims =
        serde_json::from_str(&signed.body).map_err(|_| malformed("The token's text is not claims"))?;
    let known = alive(app, claimed.kiosk)?;
    let claims: TokenClaims = signed.open(Purpose::Token, &known.key).map_err(|cause| match cause {
        SignedError::Malformed | SignedError::Body(_) => malformed(&cause.to_string()),
        SignedError::Mismatch => Refusal::new(
            Code::TokenSignature,
            "The token's signature does not match the terminal's registered key",
            "Was the key file replaced? Enrol the terminal anew",
        ),
    })?;
    if claims.audience != app.audience() {
        let title = "The token is for another hall";
        return Err(Refusal::new(Code::TokenAudience, title, "Check [backend] url, or enrol the terminal here"));
    }
    let future = claims.issued_ms > now_ms + TokenClaims::LEEWAY_MS;
    let too_long = claims.expires_ms.saturating_sub(claims.issued_ms) > TokenClaims::LONGEST_MS;
    if future || too_long || claims.expires_ms <= now_ms {
        let title = "The token has expired, was signed in the future, or lives too long";
        let advice = "Take the time from `server_ms` and sign a new one";
        return Err(Refusal::new(Code::TokenClock, title, advice).server_ms(now_ms));
    }
    app.remember_token(token, claims.kiosk, claims.expires_ms, now_ms);
    Ok(claims.kiosk)
}

fn alive(app: &App, kiosk: KioskId) -> Result<hall_domain::ground::hall::KnownKiosk, Refusal> {
    let known = app.kiosk(kiosk).ok_or_else(|| {
        Refusal::new(
            Code::KioskUnknown,
            "No terminal with this id is enrolled here",
            "Enrol it: `kiosk-backend kiosk add NAME`, then `kiosk enrol` on the terminal",
        )
    })?;
    if known.revoked {
        return Err(Refusal::new(
            Code::KioskRevoked,
            "This terminal was revoked",
            "Keep its disk, empty its boxes by hand, and enrol it anew if it shall serve again",
        ));
    }
    Ok(known)
}

fn malformed(title: &str) -> Refusal {
    Refusal::new(Code::TokenMalformed, title, "See docs/wire.md for how a token is made")
}
