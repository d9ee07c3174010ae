//! The templates of the public page.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use hall_domain::Refusal;
use hall_domain::case::progress::Progress;
use hall_rules::Text;
use hall_words::case::Satisfaction;
use jiff::civil::Date;
use kiosk_wire::Code;

use crate::console::words::{Lang, grouped};
use crate::refused::Refused;

/// What is asked for.
#[derive(Template)]
#[template(path = "public/form.html")]
pub(super) struct FormPage {
    pub(super) hall: String,
    pub(super) lang: Lang,
    pub(super) receipt: String,
    /// What was wrong with what was typed: title and what to do.
    pub(super) refused: Option<(String, String)>,
}

/// There is nothing at an address.
#[derive(Template)]
#[template(path = "public/nothing.html")]
pub(super) struct NothingPage {
    pub(super) hall: String,
    pub(super) lang: Lang,
}

/// How a case stands.
#[derive(Template)]
#[template(path = "public/state.html")]
pub(super) struct StatePage {
    pub(super) hall: String,
    pub(super) lang: Lang,
    pub(super) progress: Progress,
    /// Somebody has just rated.
    pub(super) thanks: bool,
}

impl StatePage {
    /// Whose time it is, and until when.
    fn due(&self) -> Option<(String, String)> {
        let (kind, date) = self.progress.due?;
        let Text { zh, en } = hall_words::case::last_day(kind)?;
        let words = match self.lang {
            Lang::ZH => zh,
            Lang::EN => en,
        };
        Some((words, self.day(date)))
    }

    fn day(&self, date: Date) -> String {
        match self.lang {
            Lang::ZH => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
            Lang::EN => date.strftime("%-d %B %Y").to_string(),
        }
    }
}

/// What was typed as a number, for the next try: at most what one with its spaces is long.
pub(super) fn kept(receipt: &str) -> String {
    receipt.chars().filter(|c| c.is_ascii_digit() || *c == ' ').take(20).collect()
}

/// A refusal in plain words: what was typed or pressed says what is amiss with it, the rest are failures of ours.
#[expect(clippy::wildcard_enum_match_arm, reason = "other codes are failures of ours")]
pub(super) fn refused(lang: Lang, refusal: &Refusal) -> (String, String) {
    match refusal.code() {
        Code::NotFound
        | Code::InvalidValue
        | Code::TooManyTries
        | Code::StalePage
        | Code::MethodNotAllowed
        | Code::WrongState => refusal.reason.said(lang.language()),
        _ => (
            lang.t("现在查不了", "It cannot be looked up now").to_owned(),
            lang.t("请过几分钟再试，或问大厅工作人员。", "Try again in a few minutes, or ask at the hall.").to_owned(),
        ),
    }
}

/// Renders a page with a status.
pub(super) fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(cause) => Refused(Refusal::internal(&cause)).into_response(),
    }
}
