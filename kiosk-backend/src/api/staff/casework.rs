//! What the window's work adds to a case: who holds it, what other departments say, the form keyed in, notes,
//! attachments, mandates, the green channel, the result on its way out.

use axum::Json as Answer;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, RawQuery, State};
use axum::response::Response;
use hall_domain::boxes::results;
use hall_domain::case::casework::{self, Casework};
use hall_domain::case::fields::{self, Keying};
use hall_domain::case::joint::answers::{self, PartCase, Waiting};
use hall_domain::case::messages::deliver;
use hall_domain::case::notes::{self, Mandate};
use hall_domain::case::page::{self, CaseView};
use hall_domain::case::steps::{self, Preview};
use hall_domain::case::{claims, green};
use hall_rules::Text;
use hall_rules::catalogue::Field;
use hall_words::Reason;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::auth::Bearer;
use super::bodies::{self, Channel, Keyed, Load, Note, Opinion, Reasoned, Recall, Round};
use super::handlers::{Result, case_commands, case_id, whole};
use crate::api::body::Json;
use crate::app::App;
use crate::attachments;
use crate::refused::Refused;

case_commands! {
    claim(app, actor, id, told: bodies::Seen) claims::claim(&app, actor, id, told.seen);
    release(app, actor, id, told: bodies::Seen) claims::release(&app, actor, id, told.seen);
    claim_over(app, actor, id, told: Reasoned) claims::take_over(&app, actor, id, told.seen, &told.reason);
}

pub(super) async fn casework(State(app): State<App>, who: Bearer, Path(id): Path<String>) -> Result<Answer<Casework>> {
    casework::of(&app, &who.actor, case_id(&id)?).await.map(Answer).map_err(Refused)
}

pub(super) async fn preview(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<bodies::Preview>,
) -> Result<Answer<Vec<Preview>>> {
    steps::preview(&app, &who.actor, case_id(&id)?, told.seen, told.event, told.form).await.map(Answer).map_err(Refused)
}

pub(super) async fn load(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<Load>,
) -> Result<Answer<CaseView>> {
    let id = case_id(&id)?;
    results::load(&app, &who.actor, id, told.seen, told.kiosk).await?;
    page::case(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

pub(super) async fn message_again(
    State(app): State<App>,
    who: Bearer,
    Path((id, n)): Path<(String, String)>,
    Json(told): Json<Round>,
) -> Result<Answer<CaseView>> {
    let id = case_id(&id)?;
    let none = |_| Reason::MessageIdShape;
    deliver::again(&app, &who.actor, id, n.parse().map_err(none)?, told.round).await?;
    page::case(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

pub(super) async fn note(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<Note>,
) -> Result<Answer<CaseView>> {
    let id = case_id(&id)?;
    notes::add(&app, &who.actor, id, told.seen, told.text.expose()).await?;
    page::case(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

pub(super) async fn mandate(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<bodies::Mandate>,
) -> Result<Answer<Casework>> {
    let id = case_id(&id)?;
    let mandate = Mandate {
        principal: told.principal.expose().clone(),
        number: told.number.map(|number| number.expose().clone()).unwrap_or_default(),
        scope: told.scope,
        file: told.file,
    };
    notes::check_mandate(&app, &who.actor, id, told.seen, mandate).await?;
    casework::of(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

pub(super) async fn green(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<Channel>,
) -> Result<Answer<CaseView>> {
    let id = case_id(&id)?;
    green::set(&app, &who.actor, id, told.seen, told.on, &told.reason).await?;
    page::case(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

/// The form to key in.
#[derive(Serialize, JsonSchema)]
pub(super) struct FormView {
    receipt: String,
    item: Text,
    seen: u64,
    may_key: bool,
    fields: Vec<FieldView>,
}

#[derive(Serialize, JsonSchema)]
struct FieldView {
    #[serde(flatten)]
    field: Field,
    keyed: Option<fields::Keyed>,
}

impl From<Keying> for FormView {
    fn from(keying: Keying) -> Self {
        let Keying { receipt, item, seen, fields, may_key } = keying;
        let fields = fields.into_iter().map(|(field, keyed)| FieldView { field, keyed }).collect();
        Self { receipt, item, seen, may_key, fields }
    }
}

pub(super) async fn fields(State(app): State<App>, who: Bearer, Path(id): Path<String>) -> Result<Answer<FormView>> {
    fields::look(&app, &who.actor, case_id(&id)?).await.map(|keying| Answer(keying.into())).map_err(Refused)
}

pub(super) async fn key_in(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<Keyed>,
) -> Result<Answer<FormView>> {
    let id = case_id(&id)?;
    fields::key_in(&app, &who.actor, id, told.seen, told.values.into_iter().collect()).await?;
    fields::look(&app, &who.actor, id).await.map(|keying| Answer(keying.into())).map_err(Refused)
}

pub(super) async fn attach(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    form: std::result::Result<Multipart, MultipartRejection>,
) -> Result<Answer<Casework>> {
    let form = form.map_err(|cause| Reason::NoMultipart { cause: cause.body_text() })?;
    let id = case_id(&id)?;
    attachments::take(&app, &who.actor, id, form).await?;
    casework::of(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

pub(super) async fn file(
    State(app): State<App>,
    who: Bearer,
    Path((id, n)): Path<(String, String)>,
) -> Result<Response> {
    attachments::attachment(&app, &who.actor, case_id(&id)?, &n).await.map_err(Refused)
}

pub(super) async fn archive(State(app): State<App>, who: Bearer, Path(id): Path<String>) -> Result<Response> {
    attachments::archive(&app, &who.actor, case_id(&id)?).await.map_err(Refused)
}

pub(super) async fn waiting(State(app): State<App>, who: Bearer, RawQuery(query): RawQuery) -> Result<Answer<Waiting>> {
    let after = whole(&query.unwrap_or_default(), "after")?.map(|after| u32::try_from(after).unwrap_or(u32::MAX / 2));
    answers::waiting(&app, &who.actor, after).await.map(Answer).map_err(Refused)
}

fn part_id(text: &str) -> Result<Uuid> {
    text.parse().map_err(|_| Reason::PartIdShape.into())
}

pub(super) async fn part(State(app): State<App>, who: Bearer, Path(id): Path<String>) -> Result<Answer<PartCase>> {
    answers::look(&app, &who.actor, part_id(&id)?).await.map(Answer).map_err(Refused)
}

pub(super) async fn answer(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<Opinion>,
) -> Result<Answer<PartCase>> {
    let id = part_id(&id)?;
    answers::answer(&app, &who.actor, id, told.agrees, &told.opinion).await?;
    answers::look(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

pub(super) async fn recall(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<Recall>,
) -> Result<Answer<Casework>> {
    let id = case_id(&id)?;
    let part = told.part.parse().map_err(|_| Reason::QueryPart)?;
    answers::recall(&app, &who.actor, id, told.seen, part, &told.reason).await?;
    casework::of(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}
