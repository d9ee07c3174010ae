//! Parts of cases: what another department sees and answers, and the lead's taking back.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::Refusal;
use hall_domain::case::clocks::Due;
use hall_domain::case::joint::answers::{self, PartCase};
use hall_rules::Right;
use hall_words::Reason;
use kiosk_wire::Code;
use serde::Deserialize;
use uuid::Uuid;

use super::case::{after, id_of};
use super::frame::{Here, Note, Shell, Tone};
use super::session::{Posted, SignedIn};
use super::words::grouped;
use super::{Console, pages};
use crate::refused::Refused;

/// One part, for the department that was asked.
#[derive(Template)]
#[template(path = "joint.html")]
pub(super) struct PartPage {
    pub(super) shell: Shell,
    pub(super) one: PartCase,
    /// What was typed and not taken.
    pub(super) typed: String,
}

fn part_of(text: &str) -> Result<Uuid, Refusal> {
    text.parse().map_err(|_| Reason::NoSuchPart.into())
}

/// `GET /joint/{part}`
pub(super) async fn page(
    State(console): State<Console>,
    me: SignedIn,
    Path(part): Path<String>,
) -> Result<Response, Refused> {
    show(&console, &me, part_of(&part)?, None, String::new()).await
}

async fn show(
    console: &Console,
    me: &SignedIn,
    part: Uuid,
    refused: Option<Refusal>,
    typed: String,
) -> Result<Response, Refused> {
    let one = answers::look(&console.app, &me.actor, part).await?;
    let mut shell = console.shell(me, Here::Inbox).await?;
    shell.path = format!("/joint/{part}");
    let mut status = StatusCode::OK;
    if let Some(refusal) = refused {
        let (title, body) = me.visitor.lang.problem(&refusal);
        status = StatusCode::from_u16(refusal.code().status()).unwrap_or(StatusCode::CONFLICT);
        shell.note = Some(Note { tone: Tone::Warn, title, body, code: Some(refusal.code().as_str()) });
    }
    Ok(pages::respond(status, &PartPage { shell, one, typed }))
}

/// `GET` of the address that is only posted to.
pub(super) async fn back(Path(part): Path<String>) -> Result<Redirect, Refused> {
    Ok(Redirect::to(&format!("/joint/{}", part_of(&part)?)))
}

#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    says: String,
    #[serde(default)]
    opinion: String,
}

/// `POST /joint/{part}/answer`
pub(super) async fn answer(
    State(console): State<Console>,
    me: SignedIn,
    Path(part): Path<String>,
    Posted(answer): Posted<Answer>,
) -> Result<Response, Refused> {
    let part = part_of(&part)?;
    let agrees = match answer.says.as_str() {
        "agreed" => Some(true),
        "disagreed" => Some(false),
        _ => None,
    };
    let done = match agrees {
        Some(agrees) => answers::answer(&console.app, &me.actor, part, agrees, &answer.opinion).await,
        None => Err(Reason::OpinionMissing.into()),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/joint/{part}")).into_response()),
        Err(refusal) if matches!(refusal.code(), Code::InvalidValue | Code::WrongState | Code::Forbidden) => {
            show(&console, &me, part, Some(refusal), answer.opinion).await
        }
        Err(refusal) => Err(Refused(refusal)),
    }
}

#[derive(Deserialize)]
pub(super) struct Recall {
    #[serde(default)]
    part: String,
    #[serde(default)]
    reason: String,
}

/// `POST /cases/{id}/recall-part`
pub(super) async fn recall(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(recall): Posted<Recall>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let done = match part_of(&recall.part) {
        Ok(part) => answers::recall(&console.app, &me.actor, id, None, part, &recall.reason).await,
        Err(refusal) => Err(refusal),
    };
    after(&console, &me, id, done).await
}
