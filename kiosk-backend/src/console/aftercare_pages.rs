//! The templates of what follows a decision.

use askama::Template;
use hall_rules::Right;

use super::frame::{Here, Shell};
use super::words::grouped;
use crate::domain::ratings::{CallOutcome, CallbackView, level_words};
use crate::domain::views::{Due, InboxRow};

/// Results in boxes whose time is over.
#[derive(Template)]
#[template(path = "uncollected.html")]
pub(super) struct UncollectedPage {
    pub(super) shell: Shell,
    pub(super) rows: Vec<InboxRow>,
}

/// Call-backs.
#[derive(Template)]
#[template(path = "callbacks.html")]
pub(super) struct CallbacksPage {
    pub(super) shell: Shell,
    pub(super) rows: Vec<CallbackView>,
}

impl CallbacksPage {
    /// Class and words of a call-back's last day.
    fn light(&self, row: &CallbackView) -> (&'static str, String) {
        match row.days_left {
            None => ("soon", self.shell.t("缺工作日历", "calendar missing").to_owned()),
            Some(days @ ..0) => {
                let over = days.unsigned_abs();
                (
                    "over",
                    format!(
                        "{}{over}{}",
                        self.shell.t("已超 ", "over by "),
                        self.shell.t(" 个工作日", " working days")
                    ),
                )
            }
            Some(0) => ("soon", self.shell.t("今天到期", "due today").to_owned()),
            Some(days) => {
                let class = if days <= 3 { "soon" } else { "calm" };
                (class, format!("{}{days}{}", self.shell.t("剩 ", ""), self.shell.t(" 个工作日", " working days left")))
            }
        }
    }
}
