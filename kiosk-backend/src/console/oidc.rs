//! Signing in with the city's own accounts: away to the provider, and back from it.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::header::{HOST, SET_COOKIE};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::Refusal;
use kiosk_wire::Code;
use serde::Deserialize;

use super::Console;
use super::pages::ProviderButton;
use super::paths::{encoded, own_path};
use super::session::{Visitor, holder};
use super::sign_in::{again, entered};
use super::words::Lang;
use crate::oidc::sign_in::Answer;
use crate::oidc::{BACK, Provider, sign_in as by_provider};
use crate::refused::Refused;

/// Where browsers leave for the provider.
pub(super) const AWAY: &str = "/sign-in/oidc";

/// The button of the sign-in page, where there is a provider.
pub(super) fn way(console: &Console, lang: Lang, next: &str) -> Option<ProviderButton> {
    let words = words(console.app.provider()?.name(), lang);
    Some(ProviderButton { words, href: format!("{AWAY}?next={}", encoded(own_path(next))) })
}

/// What the button says.
pub(super) fn words(name: Option<&str>, lang: Lang) -> String {
    match (name, lang) {
        (Some(name), Lang::ZH) => format!("用{name}登录"),
        (Some(name), Lang::EN) => format!("Sign in with {name}"),
        (None, lang) => lang.t("用统一身份认证登录", "Sign in with the city's account").to_owned(),
    }
}

/// What the way to the provider is begun with.
#[derive(Deserialize)]
pub(super) struct Leaving {
    #[serde(default)]
    next: String,
    /// The browser was sent to this address, and is not sent again.
    #[serde(default)]
    here: bool,
}

/// `GET /sign-in/oidc`: a link and no form, since our pages let no form lead to another site.
pub(super) async fn away(
    State(console): State<Console>,
    visitor: Visitor,
    Query(leaving): Query<Leaving>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refused> {
    let next = own_path(&leaving.next);
    // The provider sends browsers back to one address, and a cookie that another one gave would not be there.
    if !leaving.here
        && let Some(url) = console.app.provider().map(Provider::console)
        && is_elsewhere(url, &headers, &uri)
    {
        return Ok(Redirect::to(&format!("{url}{AWAY}?next={}&here=true", encoded(next))).into_response());
    }
    if is_signed_in(&console, &visitor).await? {
        return Ok(Redirect::to(next).into_response());
    }
    match by_provider::begin(&console.app, next, visitor.left).await {
        Ok((url, flow)) => {
            let mut response = Redirect::to(&url).into_response();
            response.headers_mut().append(SET_COOKIE, console.cookies().flow(flow.cookie()));
            Ok(response)
        }
        Err(refusal) => told(&console, &visitor, next, refusal),
    }
}

/// Whether a browser asked by another host than that of `url`. Whoever names none is here.
fn is_elsewhere(url: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let named = uri.authority().map(|authority| authority.as_str());
    let Some(named) = named.or_else(|| headers.get(HOST)?.to_str().ok()) else { return false };
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let Ok(asked) = reqwest::Url::parse(&format!("{}://{named}/", url.scheme())) else { return false };
    (asked.host(), asked.port_or_known_default()) != (url.host(), url.port_or_known_default())
}

/// What the provider sends the browser back with.
#[derive(Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    iss: String,
}

/// `GET /sign-in/oidc/back`
pub(super) async fn back(
    State(console): State<Console>,
    visitor: Visitor,
    Query(said): Query<Said>,
) -> Result<Response, Refused> {
    // Somebody's own second press of "back", or a link that another site made: neither changes who is here.
    if is_signed_in(&console, &visitor).await? {
        return Ok(Redirect::to("/").into_response());
    }
    let answer = Answer { code: said.code, state: said.state, error: said.error, iss: said.iss };
    let done = by_provider::finish(
        &console.app,
        &visitor.origin.text(),
        visitor.flow.as_deref(),
        visitor.left,
        answer,
        visitor.session_key(),
    )
    .await;
    let mut response = match done {
        Ok((opened, next)) => {
            let mut response = entered(&console, &visitor, &opened, &next).await?;
            response.headers_mut().append(SET_COOKIE, console.cookies().not_left());
            response
        }
        Err(refusal) => told(&console, &visitor, "/", refusal)?,
    };
    response.headers_mut().append(SET_COOKIE, console.cookies().no_flow());
    Ok(response)
}

/// `POST /sign-in/oidc/back`: some providers answer with a form that the browser posts (OAuth 2.0 Form Post Response Mode).
/// What another site posts comes without our cookies, and they are there when the browser is sent on as if it had been
/// sent back by a link. The code in that address is of no use to whoever has not the cookie.
pub(super) async fn posted_back(Form(said): Form<Said>) -> Response {
    let pairs = [("code", said.code), ("state", said.state), ("error", said.error), ("iss", said.iss)];
    let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    Redirect::to(&format!("{BACK}?{}", query.join("&"))).into_response()
}

async fn is_signed_in(console: &Console, visitor: &Visitor) -> Result<bool, Refusal> {
    match visitor.session_key() {
        Some(key) => Ok(holder(console, key, visitor.origin).await?.is_some()),
        None => Ok(false),
    }
}

/// The sign-in page with a word on why it did not work; whatever is no such refusal is a page of its own.
fn told(console: &Console, visitor: &Visitor, next: &str, refusal: Refusal) -> Result<Response, Refused> {
    if matches!(refusal.code(), Code::SignInRefused | Code::ProviderUnavailable) {
        return again(console, visitor, String::new(), next, &refusal);
    }
    Err(Refused(refusal))
}
