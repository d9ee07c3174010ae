//! The inbox of my windows.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Console;
use super::frame::Here;
use super::labels::{FILTERS, filter_key};
use super::pages::{self, InboxPage};
use super::routes::first_page;
use super::session::{Posted, SignedIn};
use crate::domain::views::{Filter, Inbox};
use crate::domain::{commands, queries};
use crate::problem::Refusal;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    show: String,
    #[serde(default)]
    after: String,
}

#[derive(Deserialize)]
pub(super) struct Sought {
    #[serde(default)]
    q: String,
}

/// `GET /`
pub(super) async fn home(me: SignedIn) -> Redirect {
    Redirect::to(first_page(me.actor.staff.role))
}

/// `GET /inbox`: a list with masked names only, so looking at it is no look at a person.
pub(super) async fn page(
    State(console): State<Console>,
    me: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let show = FILTERS.into_iter().find(|filter| filter_key(filter) == asked.show).unwrap_or_default();
    let after = asked.after.parse::<u32>().ok().filter(|after| *after > 0);
    let found = queries::inbox(&console.app, &me.actor, show, after).await?;
    respond(&console, &me, show, String::new(), found, after.is_some()).await
}

/// `POST /inbox`: a search. Posted, because what is sought may be a name or a number, and an address is kept by
/// browsers and logs.
pub(super) async fn search(
    State(console): State<Console>,
    me: SignedIn,
    Posted(sought): Posted<Sought>,
) -> Result<Response, Refusal> {
    let query = sought.q.trim().to_owned();
    if query.is_empty() {
        return Ok(Redirect::to("/inbox").into_response());
    }
    let rows = queries::search(&console.app, &me.actor, &query).await?;
    commands::searched(&console.app, &me.actor, rows.len()).await?;
    respond(&console, &me, Filter::All, query, Inbox { rows, next: None }, false).await
}

async fn respond(
    console: &Console,
    me: &SignedIn,
    show: Filter,
    query: String,
    found: Inbox,
    further: bool,
) -> Result<Response, Refusal> {
    let here = format!("/inbox?show={}", filter_key(&show));
    let page = InboxPage {
        shell: console.shell(me, Here::Inbox).await?,
        show,
        query,
        rows: found.rows,
        older: found.next.map(|after| format!("{here}&after={after}")),
        first: further.then_some(here),
    };
    Ok(pages::respond(StatusCode::OK, &page))
}
