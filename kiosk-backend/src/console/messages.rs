//! Messages to the applicant: having one sent again.

use axum::extract::{Path, State};
use axum::response::Response;
use hall_domain::case::messages::deliver;
use hall_store::messages::MessageState as S;
use hall_words::case::MessageFault;
use serde::Deserialize;

use super::Console;
use super::case::{after, id_of};
use super::session::{Posted, SignedIn};
use super::words::Lang;
use crate::refused::Refused;

impl Lang {
    /// What became of a message: its code, the class of its chip and its word.
    pub(super) fn message_state(&self, state: &S) -> (&'static str, &'static str, &'static str) {
        match state {
            S::Queued => ("queued", "moving", self.t("待发送", "waiting")),
            S::Sending => ("sending", "moving", self.t("发送中", "being sent")),
            S::Sent => ("sent", "done", self.t("已发出", "sent")),
            S::Delivered => ("delivered", "done", self.t("已送达", "delivered")),
            S::Failed => ("failed", "doubt", self.t("没有发出", "failed")),
            S::Unknown => ("unknown", "doubt", self.t("不明", "unknown")),
            S::NoPhone => ("no_phone", "over", self.t("没有留电话，未发", "no phone given, not sent")),
        }
    }

    /// What went wrong with a message. A code of the gateway's stays as it is.
    pub(super) fn message_cause(&self, cause: &str) -> String {
        let read = MessageFault::read(cause);
        read.map_or_else(|| cause.to_owned(), |(fault, more)| format!("{}{more}", self.said(&fault)))
    }
}

#[derive(Deserialize)]
pub(super) struct Again {
    /// As the page showed it.
    #[serde(default)]
    round: u32,
}

/// `POST /cases/{id}/messages/{message}/again`
pub(super) async fn again(
    State(console): State<Console>,
    me: SignedIn,
    Path((id, message)): Path<(String, i64)>,
    Posted(asked): Posted<Again>,
) -> Result<Response, Refused> {
    let id = id_of(&id)?;
    let done = deliver::again(&console.app, &me.actor, id, message, asked.round).await;
    after(&console, &me, id, done).await
}

/// `GET` of that address: the case itself.
pub(super) async fn back(Path((id, _)): Path<(String, String)>) -> Result<axum::response::Redirect, Refused> {
    super::case::back(Path(id)).await
}
