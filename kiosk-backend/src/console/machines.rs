//! Terminals and their boxes.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::Refusal;
use hall_domain::boxes::{cabinet, collection, rounds};
use hall_domain::figures::verify;
use hall_domain::ground::rotation;
use hall_domain::terminals::list;
use hall_words::Reason;
use kiosk_wire::{Code, CompartmentNo, KioskId};
use serde::Deserialize;

use super::Console;
use super::frame::{Here, Note, Tone};
use super::pages::{self, CabinetPage, KiosksPage};
use super::session::{Nothing, Posted, SignedIn};
use crate::refused::Refused;

/// `GET /kiosks`
pub(super) async fn list(State(console): State<Console>, me: SignedIn) -> Result<Response, Refused> {
    let kiosks = list::kiosks(&console.app).await?;
    let shell = console.shell(&me, Here::Kiosks).await?;
    let verified = verify::last(&console.app).await?;
    let sealing = console.app.store().read(rotation::sealing).await.map_err(Refusal::from)?;
    let years = console.app.calendar().years().map(|(year, _)| year).collect();
    Ok(pages::respond(StatusCode::OK, &KiosksPage { shell, kiosks, years, verified, sealing }))
}

/// `GET /kiosks/{id}`
pub(super) async fn cabinet(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    show(&console, &me, &id, None, StatusCode::OK).await
}

/// `GET` of an address that is only posted to: the boxes themselves.
pub(super) async fn back(Path(id): Path<String>) -> Result<Redirect, Refused> {
    Ok(Redirect::to(&format!("/kiosks/{}", id_of(&id)?)))
}

async fn show(
    console: &Console,
    me: &SignedIn,
    id: &str,
    note: Option<Note>,
    status: StatusCode,
) -> Result<Response, Refused> {
    let id = id_of(id)?;
    let kiosk = list::kiosks(&console.app).await?.into_iter().find(|kiosk| kiosk.id == id).ok_or_else(unknown)?;
    let cells = cabinet::cabinet(&console.app, &me.actor, id).await?;
    let round = rounds::under_way(&console.app, &me.actor, id).await?;
    let mut shell = console.shell(me, Here::Kiosks).await?;
    shell.path = format!("/kiosks/{id}");
    shell.note = note;
    Ok(pages::respond(status, &CabinetPage { shell, kiosk, cells, round }))
}

fn id_of(text: &str) -> Result<KioskId, Refusal> {
    text.parse().map_err(|_| unknown())
}

fn unknown() -> Refusal {
    Reason::NoSuchKiosk.into()
}

/// After a press about a round: the cabinet, or the cabinet with a note that says why not.
async fn after_round<T>(
    console: &Console,
    me: &SignedIn,
    kiosk: KioskId,
    done: Result<T, Refusal>,
) -> Result<Response, Refused> {
    let refusal = match done {
        Ok(_) => return Ok(Redirect::to(&format!("/kiosks/{kiosk}")).into_response()),
        Err(refusal) => refusal,
    };
    if !matches!(refusal.code(), Code::WrongState | Code::KioskOffline | Code::CaseClaimed) {
        return Err(Refused(refusal));
    }
    let (title, body) = me.visitor.lang.problem(&refusal);
    let note = Note { tone: Tone::Warn, title, body, code: Some(refusal.code().as_str()) };
    let status = StatusCode::from_u16(refusal.code().status()).unwrap_or(StatusCode::CONFLICT);
    show(console, me, &kiosk.to_string(), Some(note), status).await
}

/// `POST /kiosks/{id}/round`: arms all my boxes here.
pub(super) async fn begin_round(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let kiosk = id_of(&id)?;
    let done = rounds::begin(&console.app, &me.actor, kiosk).await;
    after_round(&console, &me, kiosk, done).await
}

/// `POST /kiosks/{id}/round/end`
pub(super) async fn end_round(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let kiosk = id_of(&id)?;
    let done = rounds::end(&console.app, &me.actor, kiosk).await;
    after_round(&console, &me, kiosk, done).await
}

#[derive(Deserialize)]
pub(super) struct Emptied {
    #[serde(default)]
    case: String,
}

/// `POST /kiosks/{id}/round/affirm`: 已取出 of one box of the round.
pub(super) async fn affirm_in_round(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(emptied): Posted<Emptied>,
) -> Result<Response, Refused> {
    let kiosk = id_of(&id)?;
    let done = collection::affirm_empty(&console.app, &me.actor, super::case::id_of(&emptied.case)?, None).await;
    after_round(&console, &me, kiosk, done).await
}

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    compartment: String,
}

/// `POST /kiosks/{id}/return-to-service`
pub(super) async fn return_to_service(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(which): Posted<Which>,
) -> Result<Response, Refused> {
    let kiosk = id_of(&id)?;
    let done = match which.compartment.trim().parse::<u16>() {
        Ok(no) => cabinet::return_to_service(&console.app, &me.actor, kiosk, CompartmentNo(no)).await,
        Err(_) => Err(Reason::NotABoxNumber.into()),
    };
    let refusal = match done {
        Ok(()) => return Ok(Redirect::to(&format!("/kiosks/{kiosk}")).into_response()),
        Err(refusal) => refusal,
    };
    let told_on_the_page =
        matches!(refusal.code(), Code::InvalidValue | Code::NotFound | Code::WrongState | Code::KioskOffline);
    if !told_on_the_page {
        return Err(Refused(refusal));
    }
    let (title, body) = me.visitor.lang.problem(&refusal);
    let note = Note { tone: Tone::Warn, title, body, code: Some(refusal.code().as_str()) };
    let status = StatusCode::from_u16(refusal.code().status()).unwrap_or(StatusCode::CONFLICT);
    show(&console, &me, &id, Some(note), status).await
}
