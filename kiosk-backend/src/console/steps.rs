//! The steps of a case: what a clerk fills in, what it would do, and the doing.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use hall_domain::Refusal;
use hall_domain::case::steps::{self, Preview};
use hall_domain::case::{look, page};
use hall_rules::CaseEvent;
use hall_rules::notice::{Express, Form};
use hall_rules::review::{Fault, Finding, Verdict};
use hall_words::Reason;

use super::Console;
use super::case::{after_form, id_of};
use super::frame::Here;
use super::pages::{self, ConfirmPage, NoticePage};
use super::session::{Posted, SignedIn};
use crate::refused::Refused;

/// A posted form as it came: its fields depend on the step.
type Fields = Vec<(String, String)>;

fn field<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
}

/// `POST /cases/{id}/prepare`: shows what a step would do, before anything is done.
pub(super) async fn prepare(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(fields): Posted<Fields>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    match previews(&console, &me, id, &fields).await {
        Ok(choices) => {
            let case = page::case(&console.app, &me.actor, id).await?;
            let mut shell = console.shell(&me, Here::Inbox).await?;
            shell.path = format!("/cases/{id}");
            let kept = fields.into_iter().filter(|(key, _)| key != "csrf" && key != "event").collect();
            Ok(pages::respond(StatusCode::OK, &ConfirmPage { shell, row: case.row, choices, fields: kept }))
        }
        Err(refusal) => after_form(&console, &me, id, Err(refusal), fields).await,
    }
}

async fn previews(
    console: &Console,
    me: &SignedIn,
    id: kiosk_wire::SubmissionId,
    fields: &Fields,
) -> Result<Vec<Preview>, Refusal> {
    let event = match field(fields, "event") {
        "review" => None,
        code => Some(event_of(code)?),
    };
    steps::preview(&console.app, &me.actor, id, version(fields)?, event, form(fields)).await
}

/// `POST /cases/{id}/step`
pub(super) async fn step(
    State(console): State<Console>,
    me: SignedIn,
    Path(id): Path<String>,
    Posted(fields): Posted<Fields>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let done = async {
        let event = event_of(field(&fields, "event"))?;
        steps::take(&console.app, &me.actor, id, version(&fields)?, event, form(&fields)).await
    };
    let done = done.await;
    after_form(&console, &me, id, done, fields).await
}

/// `GET /cases/{id}/notices/{n}`: one notice, for paper. Each reading is on record.
pub(super) async fn notice(
    State(console): State<Console>,
    me: SignedIn,
    Path((id, n)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let none = |_| Reason::NoSuchNotice;
    let n = n.parse::<u32>().map_err(none)?;
    let document = look::read(&console.app, &me.actor, id, n).await?;
    Ok(pages::respond(StatusCode::OK, &NoticePage { lang: me.visitor.lang, case: id.to_string(), document }))
}

fn event_of(code: &str) -> Result<CaseEvent, Refusal> {
    CaseEvent::from_code(code).ok_or_else(|| Reason::NoSuchStep.into())
}

fn version(fields: &Fields) -> Result<u64, Refusal> {
    field(fields, "version").parse().map_err(|_| Reason::FormMoved.into())
}

fn form(fields: &Fields) -> Form {
    let count = field(fields, "materials").parse::<u8>().unwrap_or(0);
    let by_express = field(fields, "delivery") == "express";
    let express = by_express.then(|| Express {
        carrier: field(fields, "carrier").to_owned(),
        tracking: field(fields, "tracking").to_owned(),
    });
    let way = match field(fields, "delivery") {
        "window" => "窗口领取".to_owned(),
        // Written out from the parcel, once that was checked.
        _ => String::new(),
    };
    Form {
        findings: (0..count).filter_map(|n| finding(fields, n)).collect(),
        reason: field(fields, "reason").to_owned(),
        days: field(fields, "days").parse().ok(),
        elsewhere: field(fields, "elsewhere").to_owned(),
        document: field(fields, "document").to_owned(),
        delivery: way,
        express,
        receiver: field(fields, "receiver").to_owned(),
        disagreement: field(fields, "disagreement").to_owned(),
    }
}

/// What was ticked of material `n`; its name comes from the submission, not from the form.
fn finding(fields: &Fields, n: u8) -> Option<Finding> {
    if field(fields, "all") == Verdict::Fine.code() {
        let reason = String::new();
        return Some(Finding { material: String::new(), deferrable: false, verdict: Verdict::Fine, reason });
    }
    let verdict = Verdict::from_code(field(fields, &format!("verdict-{n}")))?;
    let picked = Fault::from_code(field(fields, &format!("fault-{n}"))).map(|fault| fault.words().0);
    let own = Some(field(fields, &format!("words-{n}"))).filter(|words| !words.is_empty());
    let words: Vec<&str> = picked.into_iter().chain(own).collect();
    let reason = match verdict {
        Verdict::Fine => String::new(),
        Verdict::Missing if words.is_empty() => Fault::NotHandedIn.words().0.to_owned(),
        Verdict::Missing | Verdict::Wrong => words.join("；"),
    };
    Some(Finding { material: String::new(), deferrable: false, verdict, reason })
}
