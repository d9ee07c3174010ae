//! Signing in and out, and choosing a language.

use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::Refusal;
use hall_domain::people::browsers::Browser;
use hall_domain::people::sign_in::{Opened, Place, new_token, sign_in};
use hall_store::sessions;
use kiosk_wire::{Code, Personal};
use serde::Deserialize;

use super::frame::{Here, Note, Shell, Tone};
use super::keeping::{onward, waits};
use super::pages::{self, SignInPage};
use super::paths::own_path;
use super::session::{Next, Nothing, Posted, Visitor, csrf_of, holder};
use super::words::Lang;
use super::{Console, oidc};
use crate::refused::Refused;

/// `GET /sign-in`
pub(super) async fn page(
    State(console): State<Console>,
    visitor: Visitor,
    Query(next): Query<Next>,
) -> Result<Response, Refused> {
    if let Some(key) = visitor.session_key()
        && let Some(actor) = holder(&console, key, visitor.origin).await?
    {
        return onward(&console, &visitor, actor.staff.id, &next.next).await;
    }
    let note = waits(&console, &visitor).await?.then(|| Note {
        tone: Tone::Warn,
        title: visitor
            .lang
            .t("登录已结束，您填写的内容已保留", "Your session has ended; what you typed is kept")
            .to_owned(),
        body: visitor
            .lang
            .t("一小时内由同一个人登录，就能接着提交。", "Sign in within an hour, as the same person, to send it.")
            .to_owned(),
        code: None,
    });
    form(&console, &visitor, String::new(), &next.next, note, StatusCode::OK)
}

/// The form. A stale session cookie is removed: from here on the visit's cookie protects the form.
fn form(
    console: &Console,
    visitor: &Visitor,
    name: String,
    next: &str,
    note: Option<Note>,
    status: StatusCode,
) -> Result<Response, Refused> {
    let token = visitor.visit.clone().map_or_else(new_token, Ok)?;
    let shell = Shell {
        csrf: csrf_of(&token),
        note,
        path: "/sign-in".to_owned(),
        ..console.bare_shell(visitor.lang, Here::Elsewhere, "/sign-in")
    };
    let provider = oidc::way(console, visitor.lang, next);
    let page = SignInPage { shell, name, next: own_path(next).to_owned(), provider };
    let mut response = pages::respond(status, &page);
    response.headers_mut().append(SET_COOKIE, console.cookies().visit(&token));
    response.headers_mut().append(SET_COOKIE, console.cookies().no_session());
    if provider_is_asked_anew(console, visitor) {
        response.headers_mut().append(SET_COOKIE, console.cookies().left());
    }
    Ok(response)
}

/// Whether somebody was signed in here and is no more, so that the city's provider must not take whoever comes next for
/// them.
fn provider_is_asked_anew(console: &Console, visitor: &Visitor) -> bool {
    console.app.provider().is_some() && visitor.session_key().is_some()
}

/// The form once more, with a word on why it did not work.
pub(super) fn again(
    console: &Console,
    visitor: &Visitor,
    name: String,
    next: &str,
    refusal: &Refusal,
) -> Result<Response, Refused> {
    let (title, body) = visitor.lang.problem(refusal);
    let note = Note { tone: Tone::Bad, title, body, code: Some(refusal.code().as_str()) };
    let status = StatusCode::from_u16(refusal.code().status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let mut response = form(console, visitor, name, next, Some(note), status)?;
    if let Some(seconds) = refusal.reason.retry_after_s() {
        response.headers_mut().insert(axum::http::header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`
pub(super) async fn enter(
    State(console): State<Console>,
    visitor: Visitor,
    Posted(credentials): Posted<Credentials>,
) -> Result<Response, Refused> {
    let Credentials { name, password, next } = credentials;
    let password = Personal::new(password);
    let place = Place { origin: visitor.origin, browser: visitor.browser.clone() };
    match sign_in(&console.app, &place, &name, password, visitor.session_key()).await {
        Ok(opened) => entered(&console, &visitor, &opened, &next).await,
        Err(refusal) if matches!(refusal.code(), Code::SignInRefused | Code::TooManyTries) => {
            again(&console, &visitor, name, &next, &refusal)
        }
        Err(refusal) => Err(Refused(refusal)),
    }
}

/// On to where somebody wanted, signed in, in a browser that is known from now on.
pub(super) async fn entered(
    console: &Console,
    visitor: &Visitor,
    opened: &Opened,
    next: &str,
) -> Result<Response, Refused> {
    let browser = Browser::with(visitor.browser.clone(), &console.app.keys(), opened.staff.id)?;
    let mut response = onward(console, visitor, opened.staff.id, next).await?;
    response.headers_mut().append(SET_COOKIE, console.cookies().session(&opened.token));
    response.headers_mut().append(SET_COOKIE, console.cookies().known(&browser));
    Ok(response)
}

/// `POST /sign-out`
pub(super) async fn leave(
    State(console): State<Console>,
    visitor: Visitor,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    if let Some(key) = visitor.session_key() {
        let now = console.app.now_ms();
        console.app.store().write(move |tx| Ok::<_, Refusal>(sessions::end(tx, &key, now)?)).await?;
    }
    let mut headers = HeaderMap::new();
    headers.append(SET_COOKIE, console.cookies().no_session());
    if provider_is_asked_anew(&console, &visitor) {
        headers.append(SET_COOKIE, console.cookies().left());
    }
    Ok((headers, Redirect::to("/sign-in")).into_response())
}

#[derive(Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    back: String,
}

/// `POST /language`
pub(super) async fn language(State(console): State<Console>, Posted(choice): Posted<Choice>) -> Response {
    let mut headers = HeaderMap::new();
    headers.append(SET_COOKIE, console.cookies().lang(Lang::from_tag(&choice.lang)));
    (headers, Redirect::to(own_path(&choice.back))).into_response()
}
