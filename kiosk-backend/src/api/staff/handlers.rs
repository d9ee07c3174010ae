//! What each path does: reads the request, asks the domain.

use axum::Json as Answer;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use hall_domain::Staff;
use hall_domain::boxes::cabinet::{self, CompartmentView};
use hall_domain::boxes::collection;
use hall_domain::case::inbox::{self, Counts, Filter, Inbox};
use hall_domain::case::page::{self, CaseView};
use hall_domain::case::{look, steps};
use hall_domain::figures::audit_page::{self, AuditPage};
use hall_domain::people::sign_in;
use hall_domain::terminals::list::{self, KioskView};
use hall_domain::terminals::set_aside::{self, SetAsideRow};
use hall_rules::notice::Document;
use hall_store::sessions;
use hall_words::Reason;
use kiosk_wire::{Personal, SubmissionId};
use schemars::JsonSchema;
use serde::Serialize;

use super::auth::Bearer;
use super::bodies::{self, Collect, Credentials, Reasoned, Search, Step};
use super::hall::kiosk_id;
use crate::api::body::Json;
use crate::app::App;
use crate::origin::Seen;
use crate::refused::Refused;

pub(super) type Result<T> = std::result::Result<T, Refused>;

/// A new session.
#[derive(Serialize, JsonSchema)]
pub(super) struct Opened {
    pub(super) token: String,
    pub(super) ends_ms: i64,
    pub(super) staff: Staff,
}

pub(super) async fn sign_in(
    State(app): State<App>,
    Seen(origin): Seen,
    Json(Credentials { name, password }): Json<Credentials>,
) -> Result<Answer<Opened>> {
    let place = sign_in::Place { origin, browser: None };
    let opened = sign_in::sign_in(&app, &place, &name, password, None).await?;
    Ok(Answer(Opened { token: opened.token, ends_ms: opened.ends_ms, staff: opened.staff }))
}

pub(super) async fn sign_out(State(app): State<App>, Bearer { key, .. }: Bearer) -> Result<StatusCode> {
    let now = app.now_ms();
    app.store().write(move |tx| sessions::end(tx, &key, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn counts(State(app): State<App>, who: Bearer) -> Result<Answer<Counts>> {
    inbox::counts(&app, &who.actor).await.map(Answer).map_err(Refused)
}

pub(super) async fn cases(State(app): State<App>, who: Bearer, RawQuery(query): RawQuery) -> Result<Answer<Inbox>> {
    let query = query.unwrap_or_default();
    let filter = match parameter(&query, "view") {
        None | Some("new") => Filter::New,
        Some("work") => Filter::Work,
        Some("waiting") => Filter::Waiting,
        Some("mine") => Filter::Mine,
        Some("attention") => Filter::Attention,
        Some("all") => Filter::All,
        Some(_) => return Err(Reason::QueryView.into()),
    };
    let after = whole(&query, "after")?.map(|after| u32::try_from(after).unwrap_or(u32::MAX / 2));
    inbox::page(&app, &who.actor, filter, inbox::Only::default(), after).await.map(Answer).map_err(Refused)
}

/// Posted, since what is looked for is a name or a number, and addresses are kept in logs.
pub(super) async fn search(
    State(app): State<App>,
    who: Bearer,
    Json(Search { text }): Json<Search>,
) -> Result<Answer<Inbox>> {
    let rows = inbox::search(&app, &who.actor, text.expose()).await?;
    look::searched(&app, &who.actor, rows.len()).await?;
    Ok(Answer(Inbox { rows, next: None }))
}

pub(super) async fn case(State(app): State<App>, who: Bearer, Path(id): Path<String>) -> Result<Answer<CaseView>> {
    let id = case_id(&id)?;
    look::look(&app, &who.actor, id).await?;
    page::case(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

pub(super) async fn kiosks(State(app): State<App>, _: Bearer) -> Result<Answer<Vec<KioskView>>> {
    list::kiosks(&app).await.map(Answer).map_err(Refused)
}

pub(super) async fn cabinet(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
) -> Result<Answer<Vec<CompartmentView>>> {
    cabinet::cabinet(&app, &who.actor, kiosk_id(&id)?).await.map(Answer).map_err(Refused)
}

pub(super) async fn set_aside(State(app): State<App>, who: Bearer) -> Result<Answer<Vec<SetAsideRow>>> {
    set_aside::set_aside(&app, &who.actor).await.map(Answer).map_err(Refused)
}

pub(super) async fn audit(State(app): State<App>, who: Bearer, RawQuery(query): RawQuery) -> Result<Answer<AuditPage>> {
    let before = whole(&query.unwrap_or_default(), "before")?;
    audit_page::audit(&app, &who.actor, before).await.map(Answer).map_err(Refused)
}

macro_rules! case_commands {
    ($($name:ident($app:ident, $actor:ident, $id:ident, $told:ident: $body:ty) $done:expr;)+) => {$(
        pub(super) async fn $name(
            State($app): State<App>,
            who: Bearer,
            Path(id): Path<String>,
            Json($told): Json<$body>,
        ) -> Result<Answer<CaseView>> {
            let ($actor, $id) = (&who.actor, case_id(&id)?);
            $done.await?;
            page::case(&$app, $actor, $id).await.map(Answer).map_err(Refused)
        }
    )+};
}
pub(super) use case_commands;

case_commands! {
    collect(app, actor, id, told: Collect) collection::collect(&app, actor, id, told.seen, told.take_over);
    cancel(app, actor, id, told: bodies::Seen) collection::cancel_collect(&app, actor, id, told.seen);
    affirm(app, actor, id, told: bodies::Seen) collection::affirm_empty(&app, actor, id, told.seen);
    confirm(app, actor, id, told: bodies::Seen) collection::confirm_deposit(&app, actor, id, told.seen);
    void(app, actor, id, told: Reasoned) collection::void_deposit(&app, actor, id, told.seen, &told.reason);
    open(app, actor, id, told: Reasoned) collection::open_now(&app, actor, id, told.seen, &told.reason);
}

pub(super) async fn step(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<Step>,
) -> Result<Answer<CaseView>> {
    let id = case_id(&id)?;
    steps::take(&app, &who.actor, id, told.seen, told.event, told.form).await?;
    page::case(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

pub(super) async fn notice(
    State(app): State<App>,
    who: Bearer,
    Path((id, n)): Path<(String, String)>,
) -> Result<Answer<Document>> {
    let none = |_| Reason::NoticeIdShape;
    look::read(&app, &who.actor, case_id(&id)?, n.parse().map_err(none)?).await.map(Answer).map_err(Refused)
}

/// One personal value in full.
#[derive(Serialize, JsonSchema)]
pub(super) struct Revealed {
    pub(super) value: Personal<String>,
}

pub(super) async fn phone(State(app): State<App>, who: Bearer, Path(id): Path<String>) -> Result<Answer<Revealed>> {
    let value = look::reveal_phone(&app, &who.actor, case_id(&id)?).await?;
    Ok(Answer(Revealed { value }))
}

pub(super) async fn number(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<bodies::Reason>,
) -> Result<Answer<Revealed>> {
    let value = look::reveal_number(&app, &who.actor, case_id(&id)?, &told.reason).await?;
    Ok(Answer(Revealed { value }))
}

pub(super) fn case_id(text: &str) -> Result<SubmissionId> {
    text.parse().map_err(|_| Reason::CaseIdShape.into())
}

pub(super) fn whole(query: &str, name: &str) -> Result<Option<i64>> {
    let bad = |_| Reason::QueryWhole { name: name.to_owned() }.into();
    parameter(query, name).map(|text| text.parse().map_err(bad)).transpose()
}

/// A query parameter; all are plain words and numbers.
fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, text)| text)
}
