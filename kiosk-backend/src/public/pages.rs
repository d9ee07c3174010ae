//! The templates of the public page.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use hall_domain::Refusal;
use hall_domain::case::progress::{self, Progress};
use hall_domain::figures::rating::LEVELS;
use hall_rules::Text;
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
        let Text { zh, en } = progress::clock_words(kind)?;
        let words = match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        };
        Some((words, self.day(date)))
    }

    fn day(&self, date: Date) -> String {
        match self.lang {
            Lang::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
            Lang::En => date.strftime("%-d %B %Y").to_string(),
        }
    }
}

/// What was typed as a number, for the next try: at most what one with its spaces is long.
pub(super) fn kept(receipt: &str) -> String {
    receipt.chars().filter(|c| c.is_ascii_digit() || *c == ' ').take(20).collect()
}

/// A refusal in plain words.
#[expect(clippy::wildcard_enum_match_arm, reason = "other codes are failures of ours")]
pub(super) fn refused(lang: Lang, refusal: &Refusal) -> (String, String) {
    let (title, advice) = match refusal.code() {
        Code::NotFound => (
            lang.t("没有查到", "Nothing found"),
            lang.t(
                "编号和证件号码后四位对不上。请对照凭条和证件再填一次。",
                "Number and characters do not belong together. Compare both with the receipt and the card.",
            ),
        ),
        Code::InvalidValue if refusal.problem.field.as_deref() == Some("receipt") => (
            lang.t("编号填得不对", "The number is not right"),
            lang.t("编号有14位数字，请对照凭条再填一次。", "It has 14 digits. Compare it with the receipt."),
        ),
        Code::InvalidValue => {
            (lang.t("请选一项", "Choose one"), lang.t("五项里选一项再提交。", "Choose one of the five levels."))
        }
        Code::TooManyTries => (
            lang.t("试的次数太多了", "Too many tries"),
            lang.t(
                "请过一段时间再试，或到大厅自助终端刷身份证查看。",
                "Try again later, or tap your ID card at a terminal of the hall.",
            ),
        ),
        Code::StalePage => (
            lang.t("页面放得太久了", "The page is too old"),
            lang.t("请重新填写编号和后四位。", "Type number and characters again."),
        ),
        Code::MethodNotAllowed => (
            lang.t("这个地址不能这样打开", "This address cannot be opened like this"),
            lang.t("请在下面填写。", "Use the form below."),
        ),
        Code::WrongState => (
            lang.t("现在还不能评价", "It cannot be rated yet"),
            lang.t("领取结果后再来。", "Come back with the result."),
        ),
        _ => (
            lang.t("现在查不了", "It cannot be looked up now"),
            lang.t("请过几分钟再试，或问大厅工作人员。", "Try again in a few minutes, or ask at the hall."),
        ),
    };
    (title.to_owned(), advice.to_owned())
}

/// Renders a page with a status.
pub(super) fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(cause) => Refused(Refusal::internal(&cause)).into_response(),
    }
}
