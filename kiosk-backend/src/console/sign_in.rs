//! Signing in and out, and choosing a language.

use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use kiosk_wire::{Code, Personal};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Console;
use super::frame::{Here, Note, Shell, Tone};
use super::pages::{self, SignInPage};
use super::session::{Posted, Visitor, csrf_of, holder, new_token, own_path};
use super::words::Lang;
use crate::domain::audit::{self, Action, Who};
use crate::domain::staff;
use crate::domain::views::Staff;
use crate::problem::Refusal;
use crate::store::sessions::{self, Digest, Session};

/// Tries are counted over this long, milliseconds.
pub(super) const SPAN_MS: i64 = 15 * 60 * 1000;
/// Wrong passwords for one name from one address.
const TRIES_OF_NAME_FROM: u32 = 5;
/// Wrong passwords for one name from anywhere: more, so that one desk cannot lock another's account out by itself.
const TRIES_OF_NAME: u32 = 20;
/// Wrong passwords from one address: a hall may share one.
const TRIES_FROM: u32 = 30;

#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub(super) async fn page(
    State(console): State<Console>,
    visitor: Visitor,
    Query(next): Query<Next>,
) -> Result<Response, Refusal> {
    if let Some(key) = visitor.session_key()
        && holder(&console, key, &visitor.address).await?.is_some()
    {
        return Ok(Redirect::to(own_path(&next.next)).into_response());
    }
    form(&console, &visitor, String::new(), &next.next, None, StatusCode::OK)
}

/// The form. A stale session cookie is removed: from here on the visit's cookie protects the form.
fn form(
    console: &Console,
    visitor: &Visitor,
    name: String,
    next: &str,
    note: Option<Note>,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let token = visitor.visit.clone().map_or_else(new_token, Ok)?;
    let shell = Shell {
        csrf: csrf_of(&token),
        note,
        path: "/sign-in".to_owned(),
        ..console.bare_shell(visitor.lang, Here::Elsewhere, "/sign-in")
    };
    let page = SignInPage { shell, name, next: own_path(next).to_owned() };
    let mut response = pages::respond(status, &page);
    response.headers_mut().append(SET_COOKIE, console.cookies().visit(&token));
    response.headers_mut().append(SET_COOKIE, console.cookies().no_session());
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
) -> Result<Response, Refusal> {
    let Credentials { name, password, next } = credentials;
    let password = Personal::new(password);
    match try_to_enter(&console, &visitor, &name, password).await {
        Ok(token) => {
            let mut response = Redirect::to(own_path(&next)).into_response();
            response.headers_mut().append(SET_COOKIE, console.cookies().session(&token));
            Ok(response)
        }
        Err(refusal) if matches!(refusal.code(), Code::SignInRefused | Code::TooManyTries) => {
            let (title, body) = visitor.lang.problem(&refusal);
            let note = Note { tone: Tone::Bad, title, body, code: Some(refusal.code().as_str()) };
            let status = StatusCode::from_u16(refusal.problem.status).unwrap_or(StatusCode::UNAUTHORIZED);
            let mut response = form(&console, &visitor, name, &next, Some(note), status)?;
            if let Some(seconds) = refusal.retry_after_s {
                response.headers_mut().insert(axum::http::header::RETRY_AFTER, seconds.into());
            }
            Ok(response)
        }
        Err(refusal) => Err(refusal),
    }
}

async fn try_to_enter(
    console: &Console,
    visitor: &Visitor,
    name: &str,
    password: Personal<String>,
) -> Result<String, Refusal> {
    let keys = Keys::of(name, &visitor.address);
    count(console, visitor, keys).await?;
    match staff::sign_in(&console.app, name, password).await {
        Ok(staff) => start(console, visitor, staff, keys).await,
        Err(refusal) => {
            if refusal.code() == Code::SignInRefused {
                note_refused(console, visitor).await?;
            }
            Err(refusal)
        }
    }
}

/// What tries are counted under.
#[derive(Clone, Copy)]
struct Keys {
    name_from: Digest,
    name: Digest,
    from: Digest,
}

impl Keys {
    fn of(name: &str, address: &str) -> Self {
        let name = name.trim().to_lowercase();
        let key = |kind: &str, rest: &[&str]| -> Digest {
            let mut hasher = Sha256::new();
            hasher.update(kind.as_bytes());
            for part in rest {
                hasher.update([0]);
                hasher.update(part.as_bytes());
            }
            hasher.finalize().into()
        };
        Self {
            name_from: key("name-from", &[&name, address]),
            name: key("name", &[&name]),
            from: key("from", &[address]),
        }
    }
}

/// Counts the try before the password is looked at, so that many at one instant cannot all slip through.
async fn count(console: &Console, visitor: &Visitor, keys: Keys) -> Result<(), Refusal> {
    let now = console.app.now_ms();
    let address = visitor.address.clone();
    let wait_ms = console
        .app
        .store()
        .write(move |tx| {
            let mut wait_ms = 0;
            let limits = [(keys.name_from, TRIES_OF_NAME_FROM), (keys.name, TRIES_OF_NAME), (keys.from, TRIES_FROM)];
            for (key, most) in limits {
                let (tries, since) = sessions::count_try(tx, &key, now, SPAN_MS)?;
                if tries > most {
                    wait_ms = wait_ms.max(since + SPAN_MS - now);
                }
                // Once for each time somebody runs into the limit, not once a try.
                if tries == most + 1 {
                    audit::write(tx, now, Who::Unknown(&address), Action::SignInRefused, None, "too many tries")?;
                }
            }
            Ok::<_, Refusal>(wait_ms)
        })
        .await?;
    if wait_ms == 0 {
        return Ok(());
    }
    let seconds = u64::try_from(wait_ms / 1000 + 1).unwrap_or(1);
    let minutes = seconds.div_ceil(60);
    Err(Refusal::new(Code::TooManyTries, "Too many wrong passwords", minutes.to_string()).retry_after_s(seconds))
}

async fn note_refused(console: &Console, visitor: &Visitor) -> Result<(), Refusal> {
    let now = console.app.now_ms();
    let address = visitor.address.clone();
    let write = console.app.store().write(move |tx| {
        Ok::<_, Refusal>(audit::write(tx, now, Who::Unknown(&address), Action::SignInRefused, None, "")?)
    });
    write.await
}

async fn start(console: &Console, visitor: &Visitor, staff: Staff, keys: Keys) -> Result<String, Refusal> {
    let token = new_token()?;
    let now = console.app.now_ms();
    let key = sessions::digest(&token);
    let session = Session { staff: staff.id, started_ms: now, used_ms: now, ends_ms: now + sessions::LONGEST_MS };
    let actor = crate::domain::views::Actor { staff, from: visitor.address.clone() };
    let old = visitor.session_key();
    console
        .app
        .store()
        .write(move |tx| {
            sessions::forget_tries(tx, &keys.name_from)?;
            sessions::uncount_try(tx, &keys.name)?;
            sessions::uncount_try(tx, &keys.from)?;
            if let Some(old) = old {
                sessions::end(tx, &old)?;
            }
            sessions::start(tx, &key, &session)?;
            Ok::<_, Refusal>(audit::write(tx, now, Who::Staff(&actor), Action::SignedIn, None, "")?)
        })
        .await?;
    Ok(token)
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `POST /sign-out`
pub(super) async fn leave(
    State(console): State<Console>,
    visitor: Visitor,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refusal> {
    if let Some(key) = visitor.session_key() {
        console.app.store().write(move |tx| Ok::<_, Refusal>(sessions::end(tx, &key)?)).await?;
    }
    let mut headers = HeaderMap::new();
    headers.append(SET_COOKIE, console.cookies().no_session());
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
#[expect(clippy::unused_async, reason = "handlers are async")]
pub(super) async fn language(State(console): State<Console>, Posted(choice): Posted<Choice>) -> Response {
    let mut headers = HeaderMap::new();
    headers.append(SET_COOKIE, console.cookies().lang(Lang::from_tag(&choice.lang)));
    (headers, Redirect::to(own_path(&choice.back))).into_response()
}
