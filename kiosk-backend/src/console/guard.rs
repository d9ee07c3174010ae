//! What every answer of the console carries, and how refusals become pages.

use askama::Template;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hall_domain::Refusal;
use hall_words::Reason;

use super::Console;
use super::frame::Here;
use super::pages::{self, RefusalPage};
use super::paths::page_of;
use super::session::{is_htmx, lang_of};
use super::typed::{Form, written};
use crate::refused::Refused;

/// Scripts and styles only from our own files, none inline; no frame of another page; forms only to ourselves.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // Not `no-referrer`: browsers would then post our own forms with `Origin: null`.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// Sets the headers, and turns a refusal into a page in the reader's language.
pub(super) async fn guard(State(console): State<Console>, request: Request, next: Next) -> Response {
    let lang = lang_of(request.headers(), console.cookies());
    let htmx = is_htmx(request.headers());
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let typed = response.extensions_mut().remove::<Form>();
    let refusal = response.extensions_mut().remove::<Refusal>();
    let is_problem = refusal.is_some();
    if let Some(refusal) = refusal {
        response = as_page(&console, lang, &path, typed, &refusal, &response);
    } else if let Some(typed) = typed {
        response = with_typed(typed, response).await;
    }
    if htmx && response.status() != StatusCode::OK && is_problem {
        // A live part of a page stays as it is when it cannot be renewed.
        response.headers_mut().insert("hx-reswap", HeaderValue::from_static("none"));
    }
    secured(response, console.app.secure())
}

/// A page's address, asked in a way that it does not take: most likely the target of a form, typed or kept.
pub(crate) async fn wrong_method() -> Refused {
    Reason::WrongWay.into()
}

/// Tells browsers that came through TLS to come no other way for a year.
pub(crate) fn only_tls(headers: &mut HeaderMap, tls: bool) {
    if tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

/// Sets what every page carries.
pub(crate) fn secured(mut response: Response, tls: bool) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    only_tls(headers, tls);
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// The longest page that a refused form is put back into, bytes; ours are far shorter.
const LONGEST_PAGE: usize = 4 << 20;

/// Puts what was typed beside the page that refuses it, whose script fills it in again.
async fn with_typed(typed: Form, response: Response) -> Response {
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(page) = to_bytes(body, LONGEST_PAGE).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut page = String::from_utf8_lossy(&page).into_owned();
    let fields = serde_json::to_string(&typed.fields).unwrap_or_default();
    if let (Some(end), Ok(typed)) = (page.rfind("</body>"), (TypedPart { path: typed.path, fields }).render()) {
        page.insert_str(end, &typed);
    }
    let mut response = Response::from_parts(parts, axum::body::Body::from(page));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

/// What was typed and refused, for the page's script.
#[derive(Template)]
#[template(path = "parts/typed.html")]
struct TypedPart {
    path: String,
    /// Names and values, as JSON.
    fields: String,
}

fn as_page(
    console: &Console,
    lang: super::words::Lang,
    path: &str,
    typed: Option<Form>,
    refusal: &Refusal,
    document: &Response,
) -> Response {
    let (code, (title, body)) = (refusal.code(), lang.problem(refusal));
    let (back, back_words) = match &typed {
        Some(_) => (page_of(path), lang.t("回到那一页", "Back to that page")),
        None => ("/".to_owned(), lang.t("回首页", "Back to the start")),
    };
    let shell = console.bare_shell(lang, Here::Elsewhere, &back);
    // Another try would be refused again; what was typed is shown, to be taken along.
    let typed = typed.map(|typed| written(typed.fields)).unwrap_or_default();
    let page = RefusalPage { shell, title, body, code: code.as_str(), back, back_words, typed };
    let mut page = pages::respond(document.status(), &page);
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = document.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    page
}
