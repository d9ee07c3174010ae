//! For chiefs and supervisors: what is late in every window, and what happened in a time.

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::figures::escalations;
use hall_domain::figures::statistics::{self, SPANS};
use hall_words::Reason;
use hall_words::audit::Export;
use serde::Deserialize;

use super::Console;
use super::case::id_of;
use super::frame::Here;
use super::pages::{self, StatisticsPage, SupervisionPage};
use super::session::{Nothing, Posted, SignedIn};
use crate::refused::Refused;

/// `GET /supervision`
pub(super) async fn page(State(console): State<Console>, me: SignedIn) -> Result<Response, Refused> {
    let late = escalations::open(&console.app, &me.actor).await?;
    let tallies = statistics::tallies(&console.app, &me.actor).await?;
    let shell = console.shell(&me, Here::Supervision).await?;
    Ok(pages::respond(StatusCode::OK, &SupervisionPage { shell, late, tallies }))
}

/// `POST /supervision/{id}/seen`
pub(super) async fn seen(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    escalations::seen(&console.app, &me.actor, id_of(&id)?).await?;
    Ok(Redirect::to("/supervision").into_response())
}

#[derive(Deserialize)]
pub(super) struct StatisticsQuery {
    #[serde(default)]
    days: String,
    #[serde(default)]
    what: String,
}

impl StatisticsQuery {
    /// One of the spans there are; 30 days unless told otherwise.
    fn span(&self) -> u16 {
        self.days.parse().ok().filter(|days| SPANS.contains(days)).unwrap_or(30)
    }
}

/// `GET /statistics`
pub(super) async fn statistics(
    State(console): State<Console>,
    me: SignedIn,
    Query(asked): Query<StatisticsQuery>,
) -> Result<Response, Refused> {
    let figures = statistics::of(&console.app, &me.actor, asked.span()).await?;
    let shell = console.shell(&me, Here::Statistics).await?;
    Ok(pages::respond(StatusCode::OK, &StatisticsPage { shell, figures }))
}

/// `GET /statistics/export`: a table for a spreadsheet program.
pub(super) async fn export(
    State(console): State<Console>,
    me: SignedIn,
    Query(asked): Query<StatisticsQuery>,
) -> Result<Response, Refused> {
    let what = Export::from_code(&asked.what).ok_or(Reason::NoSuchTable)?;
    let text = statistics::export(&console.app, &me.actor, what, asked.span()).await?;
    let name = format!("attachment; filename=\"{}-{}-days.csv\"", what.code(), asked.span());
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)], text)
        .into_response())
}
