//! Accounts: everyone's for administrators, one's own for everybody.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::Refusal;
use hall_domain::people::accounts::{self, NewAccount};
use hall_rules::Role;
use hall_words::Reason;
use kiosk_wire::{Code, Personal, StaffId};
use serde::Deserialize;

use super::Console;
use super::frame::{Here, Note, Tone};
use super::keeping::onward;
use super::pages::{self, AccountPage, AccountsPage};
use super::session::{Nothing, Posted, SignedIn};
use crate::refused::Refused;

fn id_of(text: &str) -> Result<StaffId, Refusal> {
    text.parse().map_err(|_| Reason::NoSuchAccount.into())
}

fn status_of(refusal: &Refusal) -> StatusCode {
    StatusCode::from_u16(refusal.code().status()).unwrap_or(StatusCode::CONFLICT)
}

fn warning(me: &SignedIn, refusal: &Refusal) -> Note {
    let (title, body) = me.visitor.lang.problem(refusal);
    Note { tone: Tone::Warn, title, body, code: Some(refusal.code().as_str()) }
}

/// `GET /accounts`
pub(super) async fn list(State(console): State<Console>, me: SignedIn) -> Result<Response, Refused> {
    show_list(&console, &me, None, StatusCode::OK).await
}

async fn show_list(
    console: &Console,
    me: &SignedIn,
    note: Option<Note>,
    status: StatusCode,
) -> Result<Response, Refused> {
    let rows = accounts::list(&console.app, &me.actor).await?;
    let windows = accounts::windows(&console.app).await?.into_iter().map(|(_, name)| name).collect();
    let mut shell = console.shell(me, Here::Accounts).await?;
    shell.note = note;
    Ok(pages::respond(status, &AccountsPage { shell, rows, windows }))
}

/// `POST /accounts`: adds someone and shows their one-time code.
pub(super) async fn add(
    State(console): State<Console>,
    me: SignedIn,
    Posted(fields): Posted<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let added = async {
        let role = Role::from_code(field("role")).ok_or(Reason::NoSuchRole)?;
        let windows = fields.iter().filter(|(key, _)| key == "window").map(|(_, value)| value.clone()).collect();
        let new = NewAccount { name: field("name").to_owned(), role, windows };
        accounts::add(&console.app, &me.actor, new).await
    };
    match added.await {
        Ok((id, code)) => show(&console, &me, id, Here::Accounts, Some(code), None, StatusCode::OK).await,
        Err(refusal) if refusal.code() == Code::InvalidValue => {
            show_list(&console, &me, Some(warning(&me, &refusal)), status_of(&refusal)).await
        }
        Err(refusal) => Err(Refused(refusal)),
    }
}

/// `GET /accounts/{who}`
pub(super) async fn page(
    State(console): State<Console>,
    me: SignedIn,
    Path(who): Path<String>,
) -> Result<Response, Refused> {
    show(&console, &me, id_of(&who)?, Here::Accounts, None, None, StatusCode::OK).await
}

/// `GET /account`: one's own.
pub(super) async fn own(State(console): State<Console>, me: SignedIn) -> Result<Response, Refused> {
    show(&console, &me, me.actor.staff.id, Here::Elsewhere, None, None, StatusCode::OK).await
}

async fn show(
    console: &Console,
    me: &SignedIn,
    id: StaffId,
    here: Here,
    code: Option<String>,
    note: Option<Note>,
    status: StatusCode,
) -> Result<Response, Refused> {
    let (mut account, sessions) = accounts::one(&console.app, &me.actor, id).await?;
    let mut shell = console.shell(me, here).await?;
    let own = here == Here::Elsewhere;
    // Whether this session must change it, and not whether another would.
    account.staff.must_change &= !own || me.actor.staff.must_change;
    shell.path = if own { "/account".to_owned() } else { format!("/accounts/{id}") };
    shell.note = note;
    let by_provider = console.app.provider().is_some();
    let this = hall_store::sessions::short(&me.key);
    Ok(pages::respond(status, &AccountPage { shell, account, sessions, this, own, by_provider, code }))
}

/// After a command about an account: back to it, or the account with a note that says why not.
async fn after(console: &Console, me: &SignedIn, id: StaffId, done: Result<(), Refusal>) -> Result<Response, Refused> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/accounts/{id}")).into_response()),
        Err(refusal) if matches!(refusal.code(), Code::InvalidValue | Code::WrongState) => {
            let (note, status) = (warning(me, &refusal), status_of(&refusal));
            show(console, me, id, Here::Accounts, None, Some(note), status).await
        }
        Err(refusal) => Err(Refused(refusal)),
    }
}

/// `POST /accounts/{who}/reset`: a new one-time code, shown once.
pub(super) async fn reset(
    State(console): State<Console>,
    me: SignedIn,
    Path(who): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let id = id_of(&who)?;
    match accounts::reset(&console.app, &me.actor, id).await {
        Ok(code) => show(&console, &me, id, Here::Accounts, Some(code), None, StatusCode::OK).await,
        Err(refusal) => after(&console, &me, id, Err(refusal)).await,
    }
}

/// `POST /accounts/{who}/disable`
pub(super) async fn disable(
    State(console): State<Console>,
    me: SignedIn,
    Path(who): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let id = id_of(&who)?;
    let done = accounts::disable(&console.app, &me.actor, id).await;
    after(&console, &me, id, done).await
}

/// `POST /accounts/{who}/unlock`
pub(super) async fn unlock(
    State(console): State<Console>,
    me: SignedIn,
    Path(who): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let id = id_of(&who)?;
    let done = accounts::unlock(&console.app, &me.actor, id).await;
    after(&console, &me, id, done).await
}

#[derive(Deserialize)]
pub(super) struct Subject {
    #[serde(default)]
    subject: String,
}

/// `POST /accounts/{who}/subject`: who they are at the city's provider of accounts.
pub(super) async fn set_subject(
    State(console): State<Console>,
    me: SignedIn,
    Path(who): Path<String>,
    Posted(Subject { subject }): Posted<Subject>,
) -> Result<Response, Refused> {
    let id = id_of(&who)?;
    let done = accounts::set_subject(&console.app, &me.actor, id, &subject).await;
    after(&console, &me, id, done).await
}

/// `POST /accounts/{who}/sessions/{session}/end`
pub(super) async fn end_session(
    State(console): State<Console>,
    me: SignedIn,
    Path((who, session)): Path<(String, String)>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let id = id_of(&who)?;
    let done = accounts::end_session(&console.app, &me.actor, id, &session).await;
    after(&console, &me, id, done).await
}

/// `POST /account/sessions/{session}/end`
pub(super) async fn end_own_session(
    State(console): State<Console>,
    me: SignedIn,
    Path(session): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    accounts::end_session(&console.app, &me.actor, me.actor.staff.id, &session).await?;
    Ok(Redirect::to("/account").into_response())
}

#[derive(Deserialize)]
pub(super) struct Change {
    #[serde(default)]
    old: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `POST /account/password`
pub(super) async fn change_password(
    State(console): State<Console>,
    me: SignedIn,
    Posted(Change { old, password, again }): Posted<Change>,
) -> Result<Response, Refused> {
    let done = if password == again {
        accounts::change_password(&console.app, &me.actor, me.key, Personal::new(old), Personal::new(password)).await
    } else {
        Err(Reason::PasswordTwice.into())
    };
    match done {
        Ok(()) if me.actor.staff.must_change => onward(&console, &me.visitor, me.actor.staff.id, "/").await,
        Ok(()) => {
            let title =
                me.visitor.lang.t("密码已换，别处的登录已结束", "The password is changed; other sessions have ended");
            let note = Note { tone: Tone::Good, title: title.to_owned(), body: String::new(), code: None };
            show(&console, &me, me.actor.staff.id, Here::Elsewhere, None, Some(note), StatusCode::OK).await
        }
        Err(refusal) if matches!(refusal.code(), Code::InvalidValue | Code::SignInRefused | Code::TooManyTries) => {
            let (note, status) = (warning(&me, &refusal), status_of(&refusal));
            show(&console, &me, me.actor.staff.id, Here::Elsewhere, None, Some(note), status).await
        }
        Err(refusal) => Err(Refused(refusal)),
    }
}
