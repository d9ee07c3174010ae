//! For chiefs: journal entries that wait for a person, and the audit.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::figures::audit_page;
use hall_domain::terminals::set_aside;
use hall_words::Reason;
use serde::Deserialize;

use super::Console;
use super::frame::Here;
use super::pages::{self, AttentionPage, AuditView};
use super::session::{Nothing, Posted, SignedIn};
use crate::refused::Refused;

/// `GET /attention`
pub(super) async fn attention(State(console): State<Console>, me: SignedIn) -> Result<Response, Refused> {
    let rows = set_aside::set_aside(&console.app, &me.actor).await?;
    let shell = console.shell(&me, Here::Attention).await?;
    Ok(pages::respond(StatusCode::OK, &AttentionPage { shell, rows }))
}

/// `POST /attention/{entry}/looked`
pub(super) async fn looked(
    State(console): State<Console>,
    me: SignedIn,
    Path(entry): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let entry = entry.parse().map_err(|_| Reason::NoSuchEntry)?;
    set_aside::looked_at(&console.app, &me.actor, entry).await?;
    Ok(Redirect::to("/attention").into_response())
}

#[derive(Deserialize)]
pub(super) struct Before {
    #[serde(default)]
    before: String,
}

/// `GET /audit`
pub(super) async fn audit(
    State(console): State<Console>,
    me: SignedIn,
    Query(Before { before }): Query<Before>,
) -> Result<Response, Refused> {
    let audit = audit_page::audit(&console.app, &me.actor, before.parse().ok()).await?;
    let shell = console.shell(&me, Here::Audit).await?;
    Ok(pages::respond(StatusCode::OK, &AuditView { shell, audit }))
}
