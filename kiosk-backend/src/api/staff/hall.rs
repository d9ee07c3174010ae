//! What concerns the hall as a whole: rounds along a locker, boxes, entries set aside, what is late, call-backs, results
//! that nobody fetched, figures.

use axum::Json as Answer;
use axum::extract::{Path, RawQuery, State};
use hall_domain::boxes::cabinet::{self, CompartmentView};
use hall_domain::boxes::rounds::{self, Round};
use hall_domain::boxes::uncollected;
use hall_domain::case::rows::InboxRow;
use hall_domain::figures::callbacks::{self, CallbackView};
use hall_domain::figures::escalations::{self, Late};
use hall_domain::figures::statistics::{self, SPANS, Statistics};
use hall_domain::terminals::set_aside::{self, SetAsideRow};
use hall_words::Reason;
use kiosk_wire::KioskId;

use super::auth::Bearer;
use super::bodies::{Called, Compartment};
use super::handlers::{Result, case_id, whole};
use crate::api::body::Json;
use crate::app::App;
use crate::refused::Refused;

pub(super) fn kiosk_id(text: &str) -> Result<KioskId> {
    text.parse().map_err(|_| Reason::KioskIdShape.into())
}

pub(super) async fn round(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
) -> Result<Answer<Option<Round>>> {
    rounds::under_way(&app, &who.actor, kiosk_id(&id)?).await.map(Answer).map_err(Refused)
}

pub(super) async fn begin_round(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
) -> Result<Answer<Option<Round>>> {
    let id = kiosk_id(&id)?;
    rounds::begin(&app, &who.actor, id).await?;
    rounds::under_way(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

pub(super) async fn end_round(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
) -> Result<Answer<Option<Round>>> {
    let id = kiosk_id(&id)?;
    rounds::end(&app, &who.actor, id).await?;
    rounds::under_way(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

pub(super) async fn return_to_service(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<Compartment>,
) -> Result<Answer<Vec<CompartmentView>>> {
    let id = kiosk_id(&id)?;
    cabinet::return_to_service(&app, &who.actor, id, told.compartment).await?;
    cabinet::cabinet(&app, &who.actor, id).await.map(Answer).map_err(Refused)
}

pub(super) async fn looked(
    State(app): State<App>,
    who: Bearer,
    Path(n): Path<String>,
) -> Result<Answer<Vec<SetAsideRow>>> {
    let none = |_| Reason::EntryIdShape;
    set_aside::looked_at(&app, &who.actor, n.parse().map_err(none)?).await?;
    set_aside::set_aside(&app, &who.actor).await.map(Answer).map_err(Refused)
}

pub(super) async fn uncollected(State(app): State<App>, who: Bearer) -> Result<Answer<Vec<InboxRow>>> {
    uncollected::over(&app, &who.actor).await.map(Answer).map_err(Refused)
}

pub(super) async fn late(State(app): State<App>, who: Bearer) -> Result<Answer<Vec<Late>>> {
    escalations::open(&app, &who.actor).await.map(Answer).map_err(Refused)
}

pub(super) async fn seen(State(app): State<App>, who: Bearer, Path(id): Path<String>) -> Result<Answer<Vec<Late>>> {
    escalations::seen(&app, &who.actor, case_id(&id)?).await?;
    escalations::open(&app, &who.actor).await.map(Answer).map_err(Refused)
}

pub(super) async fn callbacks(State(app): State<App>, who: Bearer) -> Result<Answer<Vec<CallbackView>>> {
    callbacks::callbacks(&app, &who.actor).await.map(Answer).map_err(Refused)
}

pub(super) async fn called(
    State(app): State<App>,
    who: Bearer,
    Path(id): Path<String>,
    Json(told): Json<Called>,
) -> Result<Answer<Vec<CallbackView>>> {
    callbacks::called(&app, &who.actor, case_id(&id)?, told.seen, told.outcome, told.note).await?;
    callbacks::callbacks(&app, &who.actor).await.map(Answer).map_err(Refused)
}

pub(super) async fn statistics(
    State(app): State<App>,
    who: Bearer,
    RawQuery(query): RawQuery,
) -> Result<Answer<Statistics>> {
    let days = whole(&query.unwrap_or_default(), "days")?.unwrap_or(30);
    let span = SPANS.into_iter().find(|span| i64::from(*span) == days);
    let span = span.ok_or(Reason::QueryDays)?;
    statistics::of(&app, &who.actor, span).await.map(Answer).map_err(Refused)
}
