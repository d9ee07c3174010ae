//! The inbox of my windows.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Console;
use super::frame::Here;
use super::labels::{FILTERS, filter_key};
use super::pages::{self, InboxPage};
use super::session::SignedIn;
use crate::domain::views::{Filter, Inbox};
use crate::domain::{commands, queries};
use crate::problem::Refusal;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    show: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: Option<u32>,
}

/// `GET /`
pub(super) async fn home() -> Redirect {
    Redirect::to("/inbox")
}

/// `GET /inbox`: a list with masked names only, so looking at it is no look at a person.
pub(super) async fn page(
    State(console): State<Console>,
    me: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let show = FILTERS.into_iter().find(|filter| filter_key(filter) == asked.show).unwrap_or_default();
    let query = asked.q.trim().to_owned();
    let Inbox { rows, next } = if query.is_empty() {
        queries::inbox(&console.app, &me.actor, show, asked.after).await?
    } else {
        let rows = queries::search(&console.app, &me.actor, &query).await?;
        if !me.visitor.htmx {
            commands::searched(&console.app, &me.actor, rows.len()).await?;
        }
        Inbox { rows, next: None }
    };
    let counts = queries::counts(&console.app, &me.actor).await?;
    let link = |after| format!("/inbox?show={}&after={after}", filter_key(&show));
    let page = InboxPage {
        shell: console.shell_with(&me, Here::Inbox, counts),
        counts,
        show: if query.is_empty() { show } else { Filter::All },
        query,
        rows,
        older: next.map(link),
        first: asked.after.filter(|after| *after > 0).map(|_| format!("/inbox?show={}", filter_key(&show))),
    };
    Ok(pages::respond(StatusCode::OK, &page).into_response())
}
