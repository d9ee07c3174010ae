//! The page for everybody: how a case stands, and the rating. No sign-in, no cookie, no script.
//!
//! It decides nothing: `domain::progress` says what may be told. Nothing that was typed is in an address.

mod pages;
#[cfg(test)]
#[path = "../../tests/pages/public.rs"]
pub(crate) mod samples;

use crate::refused::Refused;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::Response;
use axum::routing::get;
use hall_domain::case::progress;
use serde::Deserialize;

use self::pages::{FormPage, NothingPage, StatePage};
use crate::app::App;
use crate::console::guard::{self, secured};
use crate::console::session::{Cookies, chosen_lang};
use crate::console::words::Lang;
use hall_domain::case::progress::Asker;

use crate::origin;
use hall_domain::Refusal;
use hall_words::Reason;

/// The longest form: a number, four characters and a ticket.
const LONGEST_FORM: usize = 4096;

/// The routes, with their state inside.
pub(crate) fn router(app: App) -> Router {
    let tls = app.secure();
    Router::new()
        .route("/progress", get(form).post(ask))
        .route("/progress/rating", axum::routing::post(rate).get(form))
        .route("/p/{receipt}", get(of_receipt))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .layer(middleware::map_response(move |response: Response| async move { secured(response, tls) }))
        .with_state(app)
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    lang: String,
}

/// The language a page is asked for in; else the first that the browser names of the two.
fn lang_of(wish: &str, parts: &Parts) -> Lang {
    if !wish.is_empty() {
        return Lang::from_tag(wish);
    }
    let wanted = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = wanted.split([',', ';']).map(str::trim).find(|tag| tag.starts_with("zh") || tag.starts_with("en"));
    Lang::from_tag(if first.is_some_and(|tag| tag.starts_with("en")) { "en" } else { "zh-CN" })
}

/// `GET /progress`
async fn form(State(app): State<App>, Query(wish): Query<Wish>, parts: Parts) -> Response {
    show(&app, lang_of(&wish.lang, &parts), String::new(), None, StatusCode::OK)
}

/// `GET /p/{receipt}`: where a receipt's QR code leads. The number is filled in, and nothing is told yet.
async fn of_receipt(
    State(app): State<App>,
    Path(receipt): Path<String>,
    Query(wish): Query<Wish>,
    parts: Parts,
) -> Response {
    let receipt = receipt.chars().filter(char::is_ascii_digit).take(hall_rules::receipt::DIGITS).collect();
    show(&app, lang_of(&wish.lang, &parts), receipt, None, StatusCode::OK)
}

/// Where there is nothing: in the language of the console, of the link, or of the browser, whichever was chosen.
pub(crate) fn nothing(app: &App, parts: &Parts) -> Response {
    let wish = Query::<Wish>::try_from_uri(&parts.uri).map(|Query(wish)| wish.lang).unwrap_or_default();
    let chosen = chosen_lang(&parts.headers, Cookies::new(app.secure())).filter(|_| wish.is_empty());
    let lang = chosen.unwrap_or_else(|| lang_of(&wish, parts));
    let page = NothingPage { hall: app.hall_name().to_owned(), lang };
    secured(pages::respond(StatusCode::NOT_FOUND, &page), app.secure())
}

async fn wrong_method(State(app): State<App>, parts: Parts) -> Response {
    let Refused(refusal) = guard::wrong_method().await;
    show(&app, lang_of("", &parts), String::new(), Some(refusal), StatusCode::METHOD_NOT_ALLOWED)
}

fn show(app: &App, lang: Lang, receipt: String, refused: Option<Refusal>, status: StatusCode) -> Response {
    let page = FormPage {
        hall: app.hall_name().to_owned(),
        lang,
        receipt,
        refused: refused.as_ref().map(|refusal| pages::refused(lang, refusal)),
    };
    let mut response = pages::respond(status, &page);
    if let Some(seconds) = refused.and_then(|refusal| refusal.reason.retry_after_s()) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    receipt: String,
    #[serde(default)]
    last_four: String,
    /// In place of both, from a page that was shown.
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    lang: String,
}

/// A posted form, if it can be read, and what came with it.
async fn typed(request: Request) -> (Option<Typed>, Parts) {
    let (parts, body) = request.into_parts();
    let mut again = Request::new(body);
    *again.method_mut() = parts.method.clone();
    *again.headers_mut() = parts.headers.clone();
    *again.extensions_mut() = parts.extensions.clone();
    (axum::Form::<Typed>::from_request(again, &()).await.ok().map(|axum::Form(typed)| typed), parts)
}

fn unreadable(app: &App, parts: &Parts) -> Response {
    let refusal = Refusal::from(Reason::FormUnreadable);
    show(app, lang_of("", parts), String::new(), Some(refusal), StatusCode::BAD_REQUEST)
}

/// `POST /progress`
async fn ask(State(app): State<App>, request: Request) -> Response {
    let (typed, parts) = typed(request).await;
    let Some(typed) = typed else { return unreadable(&app, &parts) };
    let lang = lang_of(&typed.lang, &parts);
    let found = if typed.ticket.is_empty() {
        progress::find(&app, Asker::Page(origin::of(&parts.extensions)), &typed.receipt, &typed.last_four).await
    } else {
        progress::again(&app, &typed.ticket).await
    };
    answer(&app, lang, typed.receipt, found, false)
}

/// `POST /progress/rating`
async fn rate(State(app): State<App>, request: Request) -> Response {
    let (typed, parts) = typed(request).await;
    let Some(typed) = typed else { return unreadable(&app, &parts) };
    let lang = lang_of(&typed.lang, &parts);
    let rated = progress::rate(&app, &typed.ticket, typed.level.parse().unwrap_or(0)).await;
    let found = match rated {
        Ok(()) => progress::again(&app, &typed.ticket).await,
        Err(refusal) => Err(refusal),
    };
    answer(&app, lang, String::new(), found, true)
}

fn answer(
    app: &App,
    lang: Lang,
    receipt: String,
    found: Result<progress::Progress, Refusal>,
    thanks: bool,
) -> Response {
    match found {
        Ok(progress) => {
            let page = StatePage { hall: app.hall_name().to_owned(), lang, progress, thanks };
            pages::respond(StatusCode::OK, &page)
        }
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let receipt = pages::kept(&receipt);
            show(app, lang, receipt, Some(refusal), status)
        }
    }
}
