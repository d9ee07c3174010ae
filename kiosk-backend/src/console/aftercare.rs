//! After the decision: results that nobody fetched, and call-backs to those who rated badly.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::boxes::uncollected;
use hall_domain::figures::callbacks;
use hall_words::Reason;
use hall_words::case::CallOutcome;
use kiosk_wire::{Code, Personal};
use serde::Deserialize;

use super::aftercare_pages::{CallbacksPage, UncollectedPage};
use super::case::id_of;
use super::frame::{Here, Note, Tone};
use super::session::{Posted, SignedIn};
use super::{Console, pages};
use crate::refused::Refused;

/// `GET /uncollected`
pub(super) async fn uncollected(State(console): State<Console>, me: SignedIn) -> Result<Response, Refused> {
    let rows = uncollected::over(&console.app, &me.actor).await?;
    let shell = console.shell(&me, Here::Inbox).await?;
    Ok(pages::respond(StatusCode::OK, &UncollectedPage { shell, rows }))
}

/// `GET /callbacks`
pub(super) async fn callbacks(State(console): State<Console>, me: SignedIn) -> Result<Response, Refused> {
    show(&console, &me, None, StatusCode::OK).await
}

async fn show(console: &Console, me: &SignedIn, note: Option<Note>, status: StatusCode) -> Result<Response, Refused> {
    let rows = callbacks::callbacks(&console.app, &me.actor).await?;
    let mut shell = console.shell(me, Here::Callbacks).await?;
    shell.path = "/callbacks".to_owned();
    shell.note = note;
    Ok(pages::respond(status, &CallbacksPage { shell, rows }))
}

#[derive(Deserialize)]
pub(super) struct Called {
    /// How many notes the page showed.
    #[serde(default)]
    seen: usize,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    note: String,
}

/// `POST /callbacks/{id}`
pub(super) async fn called(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(called): Posted<Called>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let done = match CallOutcome::from_code(&called.outcome) {
        Some(outcome) => {
            callbacks::called(&console.app, &me.actor, id, called.seen, outcome, Personal::new(called.note)).await
        }
        None => Err(Reason::CallOutcome.into()),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/callbacks").into_response()),
        Err(refusal) if matches!(refusal.code(), Code::InvalidValue | Code::StalePage) => {
            let (title, body) = me.visitor.lang.problem(&refusal);
            let note = Note { tone: Tone::Warn, title, body, code: Some(refusal.code().as_str()) };
            let status = StatusCode::from_u16(refusal.code().status()).unwrap_or(StatusCode::CONFLICT);
            show(&console, &me, Some(note), status).await
        }
        Err(refusal) => Err(Refused(refusal)),
    }
}

/// `GET` of an address that is only posted to.
pub(super) async fn back() -> Redirect {
    Redirect::to("/callbacks")
}
