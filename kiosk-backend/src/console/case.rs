//! One case: its page, the looks at its applicant, and what staff do with it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::Refusal;
use hall_domain::boxes::{collection, results};
use hall_domain::case::{casework, claims, look, page};
use hall_words::Reason;
use kiosk_wire::{Code, Personal, SubmissionId};
use serde::Deserialize;

use super::Console;
use super::entered::Entered;
use super::frame::{Here, Note, Tone};
use super::pages::{self, CasePage, ShownPage, ShownPart};
use super::session::{Posted, SignedIn};
use crate::refused::Refused;

/// An address that names no case is answered as one that names another window's.
pub(super) fn id_of(text: &str) -> Result<SubmissionId, Refusal> {
    text.parse().map_err(|_| Reason::NoSuchCase.into())
}

/// `GET /cases/{id}`
pub(super) async fn page(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    show(&console, &me, id_of(&id)?, None, Entered::default(), StatusCode::OK).await
}

/// `GET` of an address that is only posted to, as after reloading a refusal: the case itself.
pub(super) async fn back(Path(id): Path<String>) -> Result<Redirect, Refused> {
    Ok(Redirect::to(&format!("/cases/{}", id_of(&id)?)))
}

/// Shows the case. Each look is on record; a page that renews itself within a quarter of an hour is still the same look,
/// unless there is news on it.
async fn show(
    console: &Console,
    me: &SignedIn,
    id: SubmissionId,
    note: Option<Note>,
    entered: Entered,
    status: StatusCode,
) -> Result<Response, Refused> {
    let renewed = me.visitor.htmx && console.looks.is_fresh(me.key, id, console.app.now_ms());
    if !renewed {
        look::look(&console.app, &me.actor, id).await?;
        console.looks.note(me.key, id, console.app.now_ms());
    }
    let mut case = page::case(&console.app, &me.actor, id).await?;
    if case.row.unread {
        look::look(&console.app, &me.actor, id).await?;
        case.row.unread = false;
    }
    let mut shell = console.shell(me, Here::Inbox).await?;
    shell.path = format!("/cases/{id}");
    shell.note = note;
    let more = casework::of(&console.app, &me.actor, id).await?;
    Ok(pages::respond(status, &CasePage { shell, case, more, entered }))
}

#[derive(Deserialize)]
pub(super) struct Press {
    /// The version of the case that the page showed.
    #[serde(default)]
    version: Option<u64>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    compartment: String,
}

/// After a command: back to the case, or the case as it is now with a note that says why not.
pub(super) async fn after(
    console: &Console,
    me: &SignedIn,
    id: SubmissionId,
    done: Result<(), Refusal>,
) -> Result<Response, Refused> {
    after_form(console, me, id, done, Vec::new()).await
}

/// As [`after`]; what was filled in stands on the page again.
pub(super) async fn after_form(
    console: &Console,
    me: &SignedIn,
    id: SubmissionId,
    done: Result<(), Refusal>,
    fields: Vec<(String, String)>,
) -> Result<Response, Refused> {
    let refusal = match done {
        Ok(()) => return Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
        Err(refusal) => refusal,
    };
    let told_on_the_page = matches!(
        refusal.code(),
        Code::AlreadyBeingCollected
            | Code::CaseClaimed
            | Code::WrongState
            | Code::StalePage
            | Code::KioskOffline
            | Code::InvalidValue
            | Code::Forbidden
    );
    if !told_on_the_page {
        return Err(Refused(refusal));
    }
    let (title, body) = me.visitor.lang.problem(&refusal);
    let note = Note { tone: Tone::Warn, title, body, code: Some(refusal.code().as_str()) };
    let status = StatusCode::from_u16(refusal.code().status()).unwrap_or(StatusCode::CONFLICT);
    show(console, me, id, Some(note), Entered::of(fields), status).await
}

macro_rules! command {
    ($(#[$doc:meta])* $name:ident, |$app:ident, $actor:ident, $id:ident, $press:ident| $work:expr) => {
        $(#[$doc])*
        pub(super) async fn $name(
            State(console): State<Console>,
            me: SignedIn,
            Path(id): Path<String>,
            Posted($press): Posted<Press>,
        ) -> Result<Response, Refused> {
            let $id = id_of(&id)?;
            let done = {
                let ($app, $actor) = (&console.app, &me.actor);
                $work.await
            };
            after(&console, &me, $id, done).await
        }
    };
}

command!(
    /// `POST /cases/{id}/collect`
    collect,
    |app, actor, id, press| collection::collect(app, actor, id, press.version, false)
);
command!(
    /// `POST /cases/{id}/take-over`
    take_over,
    |app, actor, id, press| collection::collect(app, actor, id, press.version, true)
);
command!(
    /// `POST /cases/{id}/cancel-collect`
    cancel_collect,
    |app, actor, id, press| collection::cancel_collect(app, actor, id, press.version)
);
command!(
    /// `POST /cases/{id}/affirm-empty`
    affirm_empty,
    |app, actor, id, press| collection::affirm_empty(app, actor, id, press.version)
);
command!(
    /// `POST /cases/{id}/confirm`
    confirm,
    |app, actor, id, press| collection::confirm_deposit(app, actor, id, press.version)
);
command!(
    /// `POST /cases/{id}/void`
    void,
    |app, actor, id, press| collection::void_deposit(app, actor, id, press.version, &press.reason)
);

#[derive(Deserialize)]
pub(super) struct Load {
    #[serde(default)]
    version: Option<u64>,
    #[serde(default)]
    kiosk: String,
}

/// `POST /cases/{id}/load`
pub(super) async fn load(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(load): Posted<Load>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let done = match load.kiosk.parse() {
        Ok(kiosk) => results::load(&console.app, &me.actor, id, load.version, kiosk).await,
        Err(_) => Err(Reason::KioskOutOfService.into()),
    };
    after(&console, &me, id, done).await
}

command!(
    /// `POST /cases/{id}/claim`
    claim,
    |app, actor, id, press| claims::claim(app, actor, id, press.version)
);
command!(
    /// `POST /cases/{id}/release`
    release,
    |app, actor, id, press| claims::release(app, actor, id, press.version)
);
command!(
    /// `POST /cases/{id}/claim-over`
    claim_over,
    |app, actor, id, press| claims::take_over(app, actor, id, press.version, &press.reason)
);

/// `POST /cases/{id}/open-now`: only with the box's number typed again, since a door springs open.
pub(super) async fn open_now(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(press): Posted<Press>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let case = page::case(&console.app, &me.actor, id).await?;
    let typed = press.compartment.trim().parse::<u16>().ok();
    let done = if typed.is_some() && typed == case.row.compartment.map(|no| no.0) {
        collection::open_now(&console.app, &me.actor, id, press.version, &press.reason).await
    } else {
        Err(Reason::BoxNumberWrong.into())
    };
    after(&console, &me, id, done).await
}

#[derive(Deserialize)]
pub(super) struct Reveal {
    #[serde(default)]
    reason: String,
}

/// `POST /cases/{id}/phone`
pub(super) async fn phone(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(_): Posted<Reveal>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let value = look::reveal_phone(&console.app, &me.actor, id).await;
    shown(&console, &me, id, "phone", me.visitor.lang.t("电话", "Phone"), value).await
}

/// `POST /cases/{id}/number`
pub(super) async fn number(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(reveal): Posted<Reveal>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let value = look::reveal_number(&console.app, &me.actor, id, &reveal.reason).await;
    shown(&console, &me, id, "number", me.visitor.lang.t("证件号码", "Document number"), value).await
}

/// The revealed value: as the part of the page that asked, or as a page of its own for a browser without scripts.
async fn shown(
    console: &Console,
    me: &SignedIn,
    case: SubmissionId,
    id: &'static str,
    label: &'static str,
    value: Result<Personal<String>, Refusal>,
) -> Result<Response, Refused> {
    if me.visitor.htmx {
        let (status, value) = match value {
            Ok(value) => (StatusCode::OK, value.expose().clone()),
            Err(refusal) => {
                let status = StatusCode::from_u16(refusal.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                (status, me.visitor.lang.problem(&refusal).0)
            }
        };
        return Ok(pages::respond(status, &ShownPart { id, value }));
    }
    let value = value?.expose().clone();
    let shell = console.shell(me, Here::Inbox).await?;
    Ok(pages::respond(StatusCode::OK, &ShownPage { shell, label, id, value, back: format!("/cases/{case}") }))
}
