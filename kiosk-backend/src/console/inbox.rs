//! The inbox of my windows: views, what narrows them, what is done to several cases at once.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::Refusal;
use hall_domain::case::inbox::{self, Filter, Inbox};
use hall_domain::case::joint::answers;
use hall_domain::case::{claims, look};
use hall_words::Reason;
use kiosk_wire::{Code, SubmissionId};
use serde::Deserialize;

use super::Console;
use super::frame::{Here, Note, Tone};
use super::inbox_query::InboxQuery;
use super::labels::{Tab, tab_key};
use super::pages::{self, InboxPage};
use super::paths::{first_page, own_path};
use super::session::{Nothing, Posted, SignedIn};
use crate::refused::Refused;

/// `GET /`
pub(super) async fn home(me: SignedIn) -> Redirect {
    Redirect::to(first_page(me.actor.staff.role))
}

/// `GET /inbox`: a list with masked names only, so looking at it is no look at a person.
pub(super) async fn page(
    State(console): State<Console>,
    me: SignedIn,
    Query(asked): Query<InboxQuery>,
) -> Result<Response, Refused> {
    show(&console, &me, asked, None, Vec::new()).await
}

async fn show(
    console: &Console,
    me: &SignedIn,
    asked: InboxQuery,
    note: Option<Note>,
    undo: Vec<String>,
) -> Result<Response, Refused> {
    let after = asked.after.parse::<u32>().ok().filter(|after| *after > 0);
    let mut parts = answers::Waiting::default();
    let found = match asked.tab() {
        Tab::Cases(filter) => inbox::page(&console.app, &me.actor, filter, asked.only(), after).await?,
        Tab::Joint => {
            parts = answers::waiting(&console.app, &me.actor, after).await?;
            Inbox { rows: Vec::new(), next: parts.next }
        }
    };
    let mut page = made(console, me, asked, String::new(), found).await?;
    page.parts = parts.rows;
    page.first = after.map(|_| page.here());
    page.shell.note = note;
    page.undo = undo;
    Ok(pages::respond(StatusCode::OK, &page))
}

#[derive(Deserialize)]
pub(super) struct Sought {
    #[serde(default)]
    q: String,
}

/// `POST /inbox`: a search. Posted, because what is sought may be a name or a number, and an address is kept by
/// browsers and logs.
pub(super) async fn search(
    State(console): State<Console>,
    me: SignedIn,
    Posted(sought): Posted<Sought>,
) -> Result<Response, Refused> {
    let query = sought.q.trim().to_owned();
    if query.is_empty() {
        return Ok(Redirect::to("/inbox").into_response());
    }
    let rows = inbox::search(&console.app, &me.actor, &query).await?;
    look::searched(&console.app, &me.actor, rows.len()).await?;
    let asked = InboxQuery { show: tab_key(&Tab::Cases(Filter::All)).to_owned(), ..InboxQuery::default() };
    let page = made(&console, &me, asked, query, Inbox { rows, next: None }).await?;
    Ok(pages::respond(StatusCode::OK, &page))
}

async fn made(
    console: &Console,
    me: &SignedIn,
    asked: InboxQuery,
    query: String,
    found: Inbox,
) -> Result<InboxPage, Refusal> {
    let mut shell = console.shell(me, Here::Inbox).await?;
    let show = asked.tab();
    shell.path = format!("/inbox?{}", asked.query(tab_key(&show)));
    let older = found.next.map(|after| format!("{}&after={after}", shell.path));
    if !asked.after.is_empty() {
        shell.path = me.visitor.path.clone();
    }
    let choices = inbox::choices(&console.app, &me.actor).await?;
    Ok(InboxPage {
        shell,
        show,
        asked,
        choices,
        query,
        rows: found.rows,
        parts: Vec::new(),
        older,
        first: None,
        undo: Vec::new(),
    })
}

/// Several cases, and what to do to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Claim,
    Release,
    Read,
}

/// `POST /inbox/bulk`: claim, give back, or mark read what was ticked; each case is judged by itself.
pub(super) async fn bulk(
    State(console): State<Console>,
    me: SignedIn,
    Posted(fields): Posted<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let act = match field("act") {
        "claim" => Act::Claim,
        "release" => Act::Release,
        "read" => Act::Read,
        _ => return Err(Reason::NoSuchAct.into()),
    };
    let ids: Vec<SubmissionId> =
        fields.iter().filter(|(key, _)| key == "case").filter_map(|(_, value)| value.parse().ok()).collect();
    let each = match act {
        Act::Claim => claims::claim_all(&console.app, &me.actor, &ids).await,
        Act::Release => claims::release_all(&console.app, &me.actor, &ids).await,
        Act::Read => claims::mark_read(&console.app, &me.actor, &ids).await?,
    };
    let undo = if act == Act::Claim { done(&each) } else { Vec::new() };
    let asked =
        Query::<InboxQuery>::try_from_uri(&address(field("back"))).map(|Query(asked)| asked).unwrap_or_default();
    let note = told(&me, act, &each);
    show(&console, &me, asked, Some(note), undo).await
}

fn address(back: &str) -> axum::http::Uri {
    own_path(back).parse().unwrap_or_default()
}

fn done(each: &claims::Each) -> Vec<String> {
    each.iter().filter(|(_, result)| result.is_ok()).map(|(id, _)| id.to_string()).collect()
}

/// What became of each, in words.
fn told(me: &SignedIn, act: Act, each: &claims::Each) -> Note {
    let lang = me.visitor.lang;
    let good = each.iter().filter(|(_, result)| result.is_ok()).count();
    let what = match act {
        Act::Claim => lang.t("已认领", "Claimed:"),
        Act::Release => lang.t("已放回", "Given back:"),
        Act::Read => lang.t("已标为已读", "Marked read:"),
    };
    let title = if each.is_empty() {
        lang.t("没有选中办件", "No case was ticked").to_owned()
    } else {
        format!("{what} {good}{}", lang.t(" 件", ""))
    };
    let refused: Vec<String> =
        each.iter().filter_map(|(_, result)| result.as_ref().err()).map(|refusal| lang.problem(refusal).0).collect();
    let body = if refused.is_empty() {
        String::new()
    } else {
        format!("{} {}{}", refused.len(), lang.t("件没有：", "not: "), refused.join(lang.t("；", "; ")))
    };
    let tone = if good == each.len() && good > 0 { Tone::Good } else { Tone::Warn };
    Note { tone, title, body, code: None }
}

#[derive(Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    name: String,
    #[serde(default)]
    back: String,
}

/// `POST /inbox/views`: keeps the view that the address names.
pub(super) async fn save_view(
    State(console): State<Console>,
    me: SignedIn,
    Posted(named): Posted<Named>,
) -> Result<Response, Refused> {
    let asked = Query::<InboxQuery>::try_from_uri(&address(&named.back)).map(|Query(asked)| asked).unwrap_or_default();
    let query = asked.query(tab_key(&asked.tab()));
    match inbox::save_view(&console.app, &me.actor, &named.name, query.clone()).await {
        Ok(()) => Ok(Redirect::to(&format!("/inbox?{query}")).into_response()),
        Err(refusal) if refusal.code() == Code::InvalidValue => {
            let (title, body) = me.visitor.lang.problem(&refusal);
            let note = Note { tone: Tone::Warn, title, body, code: Some(refusal.code().as_str()) };
            show(&console, &me, asked, Some(note), Vec::new()).await
        }
        Err(refusal) => Err(Refused(refusal)),
    }
}

/// `POST /inbox/views/{view}/forget`
pub(super) async fn forget_view(
    State(console): State<Console>,
    me: SignedIn,
    Path(view): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<Response, Refused> {
    let id = view.parse().map_err(|_| Reason::NoSuchView)?;
    inbox::forget_view(&console.app, &me.actor, id).await?;
    Ok(Redirect::to("/inbox").into_response())
}
