//! Who is asking: cookies, sessions, and the checks on everything that is posted.
//!
//! The token in the cookie is 256 random bits; the store keeps its hash only. A form carries a second value derived
//! from the token, which a page of another site cannot know, and a request that says it comes from another site is
//! refused whatever it carries.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hall_domain::Refusal;
use hall_domain::ground::actor::Actor;
use hall_domain::ground::origin::Origin;
use hall_domain::people::browsers::Browser;
use hall_domain::people::staff;
use hall_store::sessions::{self, Digest};
use hall_words::Reason;
use kiosk_wire::StaffId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::Console;
use super::paths::{encoded, page_of};
use super::words::Lang;
use crate::access::{self, Wants};
use crate::oidc::flow::FLOW_MS;
use crate::refused::Refused;
use crate::{connections, origin};

/// Longest body of a form, bytes: a reason, a name and a password need far less.
pub(super) const LONGEST_FORM: usize = 64 * 1024;
/// Longest token of a form, bytes.
const LONGEST_TOKEN: usize = 128;
/// How often the time of last use is written, milliseconds: one write a minute is enough for an idle time of hours.
const TOUCH_EVERY_MS: i64 = 60_000;
/// The language cookie lasts a year, in seconds.
const LANG_S: i64 = 365 * 24 * 60 * 60;

/// A browser is known for as long as browsers keep a cookie: 400 days, renewed at each sign-in, in seconds.
const KNOWN_S: i64 = 400 * 24 * 60 * 60;

/// The value of a cookie.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Cookies of the console. Under TLS their names carry `__Host-`, which binds them to this host and to TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookies {
    tls: bool,
}

impl Cookies {
    pub(crate) fn new(tls: bool) -> Self {
        Self { tls }
    }

    fn name(self, plain: &'static str) -> String {
        if self.tls { format!("__Host-{plain}") } else { plain.to_owned() }
    }

    /// A `Set-Cookie` line; `max_age_s` 0 removes the cookie, `None` keeps it until the browser closes.
    fn line(self, name: &'static str, value: &str, max_age_s: Option<i64>) -> HeaderValue {
        let age = max_age_s.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let secure = if self.tls { "; Secure" } else { "" };
        let line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}", self.name(name));
        HeaderValue::from_str(&line).unwrap_or(HeaderValue::from_static(""))
    }

    pub(super) fn session(self, token: &str) -> HeaderValue {
        self.line("session", token, Some(sessions::LONGEST_MS / 1000))
    }

    pub(super) fn no_session(self) -> HeaderValue {
        self.line("session", "", Some(0))
    }

    pub(super) fn visit(self, token: &str) -> HeaderValue {
        self.line("visit", token, None)
    }

    /// Of a sign-in on its way to the city's provider and back. `Lax`, since coming back is another site's navigation.
    pub(super) fn flow(self, flow: &str) -> HeaderValue {
        self.line("oidc", flow, Some(FLOW_MS / 1000))
    }

    pub(super) fn no_flow(self) -> HeaderValue {
        self.line("oidc", "", Some(0))
    }

    /// Of a browser whose user is gone: the next one is asked who they are.
    pub(super) fn left(self) -> HeaderValue {
        self.line("left", "1", Some(KNOWN_S))
    }

    pub(super) fn not_left(self) -> HeaderValue {
        self.line("left", "", Some(0))
    }

    /// Of a browser in which somebody signed in.
    pub(super) fn known(self, browser: &str) -> HeaderValue {
        self.line("known", browser, Some(KNOWN_S))
    }

    pub(super) fn lang(self, lang: Lang) -> HeaderValue {
        self.line("lang", lang.tag(), Some(LANG_S))
    }
}

/// What the forms of a token's owner must carry.
pub(super) fn csrf_of(token: &str) -> String {
    csrf_of_key(&sessions::digest(token))
}

/// The same, from what is stored of a token: whose page a form is from can be told after its session has ended.
pub(super) fn csrf_of_key(key: &Digest) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"console-csrf\0");
    hasher.update(key);
    hex::encode(hasher.finalize())
}

/// Whether htmx asks, for a part of a page or to renew one.
pub(super) fn is_htmx(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

/// The language a request's browser chose.
pub(super) fn lang_of(headers: &HeaderMap, cookies: Cookies) -> Lang {
    chosen_lang(headers, cookies).unwrap_or(Lang::ZH)
}

/// The same, if it chose one.
pub(crate) fn chosen_lang(headers: &HeaderMap, cookies: Cookies) -> Option<Lang> {
    cookie(headers, &cookies.name("lang")).map(Lang::from_tag)
}

/// Anyone, signed in or not.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) lang: Lang,
    pub(super) origin: Origin,
    /// What this browser says of who signed in here before.
    pub(super) browser: Option<Browser>,
    /// Path and query.
    pub(super) path: String,
    pub(super) htmx: bool,
    /// The token of the session cookie, whatever it is worth.
    session: Option<String>,
    /// The token of the cookie that protects the sign-in form.
    pub(super) visit: Option<String>,
    /// The cookie of a sign-in on its way to the city's provider and back.
    pub(super) flow: Option<String>,
    /// Whether whoever was signed in here is gone.
    pub(super) left: bool,
}

impl Visitor {
    fn read(parts: &Parts, cookies: Cookies) -> Self {
        Self::of(&parts.headers, &parts.uri, origin::of(&parts.extensions), cookies)
    }

    pub(super) fn read_request(request: &Request, cookies: Cookies) -> Self {
        Self::of(request.headers(), request.uri(), origin::of(request.extensions()), cookies)
    }

    fn of(headers: &HeaderMap, uri: &Uri, origin: Origin, cookies: Cookies) -> Self {
        Self {
            lang: lang_of(headers, cookies),
            origin,
            browser: cookie(headers, &cookies.name("known")).and_then(Browser::read),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            htmx: is_htmx(headers),
            session: cookie(headers, &cookies.name("session")).map(str::to_owned),
            visit: cookie(headers, &cookies.name("visit")).map(str::to_owned),
            flow: cookie(headers, &cookies.name("oidc")).map(str::to_owned),
            left: cookie(headers, &cookies.name("left")).is_some_and(|value| !value.is_empty()),
        }
    }

    /// The token behind this browser's forms: the session's, or before sign-in the visit's.
    fn form_token(&self) -> Option<&str> {
        self.session.as_deref().or(self.visit.as_deref())
    }

    pub(super) fn csrf(&self) -> Option<String> {
        self.form_token().map(csrf_of)
    }

    /// The key of this browser's session, whatever it is worth.
    pub(super) fn session_key(&self) -> Option<Digest> {
        self.session.as_deref().map(sessions::digest)
    }
}

impl FromRequestParts<Console> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Self::Rejection> {
        Ok(Self::read(parts, console.cookies()))
    }
}

/// Someone who is signed in.
#[derive(Clone, Debug)]
pub(super) struct SignedIn {
    pub(super) actor: Actor,
    pub(super) visitor: Visitor,
    pub(super) key: Digest,
}

impl SignedIn {
    pub(super) fn csrf(&self) -> String {
        self.visitor.csrf().unwrap_or_default()
    }

    /// How long the session still lasts if its owner does nothing, in seconds.
    pub(super) async fn lasts_s(&self, console: &Console) -> Result<i64, Refusal> {
        let (key, now) = (self.key, console.app.now_ms());
        let session = console.app.store().read(move |connection| sessions::find(connection, &key)).await?;
        let ends =
            session.map_or(now, |session| session.ends_ms.min(session.used_ms.saturating_add(sessions::IDLE_MS)));
        Ok((ends - now).max(0) / 1000)
    }
}

/// Who holds the open session under `key`, if anyone still may.
pub(super) async fn holder(console: &Console, key: Digest, origin: Origin) -> Result<Option<Actor>, Refusal> {
    let app = &console.app;
    let now = app.now_ms();
    let session = app.store().read(move |connection| sessions::find(connection, &key)).await?;
    let Some(session) = session.filter(|session| session.is_open(now)) else { return Ok(None) };
    let staff = staff::get(app, session.staff).await?.filter(|staff| !staff.disabled);
    Ok(staff.map(|mut staff| {
        // Who came by the provider's word need not know the one-time code that waits to be changed.
        staff.must_change &= !session.by_provider;
        Actor { staff, from: origin.text() }
    }))
}

impl FromRequestParts<Console> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Self::Rejection> {
        let visitor = Visitor::read(parts, console.cookies());
        let Some(key) = visitor.session_key() else { return Err(to_sign_in(parts)) };
        let actor = holder(console, key, visitor.origin).await.map_err(|cause| Refused(cause).into_response())?;
        let Some(actor) = actor else { return Err(to_sign_in(parts)) };
        connections::known(&parts.extensions);
        if actor.staff.must_change && parts.extensions.get() != Some(&Wants::Own) {
            return Err(axum::response::Redirect::to("/account").into_response());
        }
        access::check(&parts.extensions, &actor.staff).map_err(|cause| Refused(cause).into_response())?;
        // A page that renews itself is not a person doing something.
        if !visitor.htmx && parts.uri.path() != super::live::PATH {
            touch(console, key).await.map_err(|cause| Refused(cause).into_response())?;
        }
        Ok(Self { actor, visitor, key })
    }
}

async fn touch(console: &Console, key: Digest) -> Result<(), Refusal> {
    let now = console.app.now_ms();
    let store = console.app.store();
    let found = store.read(move |connection| sessions::find(connection, &key)).await?;
    if found.is_some_and(|session| now - session.used_ms >= TOUCH_EVERY_MS) {
        store.write(move |tx| Ok::<_, Refusal>(sessions::touch(tx, &key, now)?)).await?;
    }
    Ok(())
}

/// Sends the browser to the sign-in page and back here afterwards; a part of a page or a stream gets a plain 401.
fn to_sign_in(parts: &Parts) -> Response {
    if parts.uri.path() == super::live::PATH {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if is_htmx(&parts.headers) {
        // Nothing is swapped and nowhere is gone to: something may be typed on that page, which says so itself.
        return (StatusCode::UNAUTHORIZED, [("hx-reswap", "none")]).into_response();
    }
    let here = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let next = if parts.method == axum::http::Method::GET { here.to_owned() } else { page_of(here) };
    axum::response::Redirect::to(&format!("/sign-in?next={}", encoded(&next))).into_response()
}

/// Where to go afterwards, as an address or a form says it.
#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    pub(super) next: String,
}

/// A form with nothing in it but its token.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// A posted form that proved to come from a page of ours.
pub(super) struct Posted<T>(pub(super) T);

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    csrf: String,
}

impl<T: DeserializeOwned> FromRequest<Console> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let read = async {
            let visitor = Visitor::read(&parts, console.cookies());
            if comes_from_elsewhere(&parts.headers, parts.uri.authority()) {
                return Err(foreign());
            }
            let body = to_bytes(body, LONGEST_FORM).await.map_err(|_| too_large())?;
            let form = |cause: &dyn std::fmt::Display| Refusal::from(Reason::FormBroken { cause: cause.to_string() });
            let request = |bytes: axum::body::Bytes| {
                let mut request = Request::new(axum::body::Body::from(bytes));
                *request.method_mut() = axum::http::Method::POST;
                if let Some(kind) = parts.headers.get(header::CONTENT_TYPE) {
                    request.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
                }
                request
            };
            let axum::Form(token) =
                axum::Form::<Token>::from_request(request(body.clone()), &()).await.map_err(|cause| form(&cause))?;
            if !is_own_form(console, &visitor, &token.csrf).await? {
                return Err(foreign());
            }
            axum::Form::<T>::from_request(request(body), &()).await.map_err(|cause| form(&cause))
        };
        read.await.map(|axum::Form(value)| Self(value)).map_err(|refusal: Refusal| Refused(refusal).into_response())
    }
}

/// A posted form with a file, whose first field proved that it comes from a page of ours. What follows is streamed.
pub(super) struct Upload(pub(super) Multipart);

impl FromRequest<Console> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Self::Rejection> {
        let visitor = Visitor::read_request(&request, console.cookies());
        let elsewhere = comes_from_elsewhere(request.headers(), request.uri().authority());
        let read = async {
            if elsewhere {
                return Err(foreign());
            }
            let broken = |cause: &dyn std::fmt::Display| Reason::FormBroken { cause: cause.to_string() };
            let mut form = Multipart::from_request(request, &()).await.map_err(|cause| broken(&cause))?;
            let first = form.next_field().await.map_err(|cause| broken(&cause))?;
            let Some(mut first) = first.filter(|field| field.name() == Some("csrf")) else { return Err(foreign()) };
            let mut token = String::new();
            while let Some(bytes) = first.chunk().await.map_err(|cause| broken(&cause))? {
                token.push_str(&String::from_utf8_lossy(&bytes));
                if token.len() > LONGEST_TOKEN {
                    return Err(foreign());
                }
            }
            drop(first);
            if !is_own_form(console, &visitor, &token).await? {
                return Err(foreign());
            }
            Ok(form)
        };
        read.await.map(Self).map_err(|refusal: Refusal| Refused(refusal).into_response())
    }
}

pub(super) fn too_large() -> Refusal {
    Reason::FormLarge.into()
}

/// Whether a form is from a page of this browser's session, or from one that the same person had open before they
/// signed in again.
async fn is_own_form(console: &Console, visitor: &Visitor, token: &str) -> Result<bool, Refusal> {
    if visitor.csrf().is_some_and(|csrf| same(&csrf, token)) {
        return Ok(true);
    }
    let Some(key) = visitor.session_key() else { return Ok(false) };
    let Some(actor) = holder(console, key, visitor.origin).await? else { return Ok(false) };
    Ok(owner_of(console, token).await? == Some(actor.staff.id))
}

/// Whose page a form's token is from: of the sessions that are remembered, ended or not.
pub(super) async fn owner_of(console: &Console, token: &str) -> Result<Option<StaffId>, Refusal> {
    let remembered = console.app.store().read(sessions::remembered).await?;
    let found = remembered.into_iter().find(|(key, _)| same(&csrf_of_key(key), token));
    Ok(found.map(|(_, staff)| staff))
}

fn foreign() -> Refusal {
    Reason::ForeignForm.into()
}

/// Whether the browser says that another site sent this. HTTP/2 names the host in the request's `authority` and has no
/// `Host` header (RFC 9113, 8.3.1).
pub(super) fn comes_from_elsewhere(headers: &HeaderMap, authority: Option<&Authority>) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if text(header::HeaderName::from_static("sec-fetch-site"))
        .is_some_and(|site| !matches!(site, "same-origin" | "none"))
    {
        return true;
    }
    let Some(origin) = text(header::ORIGIN) else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_none() || host != authority.map(Authority::as_str).or_else(|| text(header::HOST))
}

/// Compares in a time that does not depend on where they differ.
pub(super) fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.bytes().zip(right.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_site_is_told_by_what_the_browser_says() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(k, v)| (header::HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
        };
        let elsewhere = |pairs: &[_]| comes_from_elsewhere(&headers(pairs), None);
        assert!(!elsewhere(&[("origin", "https://hall.example"), ("host", "hall.example")]));
        assert!(elsewhere(&[("origin", "https://evil.example"), ("host", "hall.example")]));
        assert!(elsewhere(&[("origin", "null"), ("host", "hall.example")]));
        assert!(elsewhere(&[("sec-fetch-site", "cross-site")]));
        assert!(elsewhere(&[("sec-fetch-site", "same-site")]));
        assert!(!elsewhere(&[("host", "hall.example")]), "then the form's token decides alone");
        let authority = Authority::from_static("hall.example");
        let by_http2 = |origin| comes_from_elsewhere(&headers(&[("origin", origin)]), Some(&authority));
        assert!(!by_http2("https://hall.example"));
        assert!(by_http2("https://evil.example"));
    }

    #[test]
    fn cookies_are_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; session=tok; lang=en"));
        assert_eq!(cookie(&headers, "session"), Some("tok"));
        assert_eq!(cookie(&headers, "sess"), None);
        let line = Cookies::new(true).session("tok");
        let line = line.to_str().expect("ascii");
        assert!(line.starts_with("__Host-session=tok; Path=/; HttpOnly; SameSite=Lax"), "{line}");
        assert!(line.ends_with("; Secure"), "{line}");
    }
}
