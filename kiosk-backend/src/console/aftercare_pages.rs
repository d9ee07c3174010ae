//! The templates of what follows a decision.

use askama::Template;
use hall_domain::case::clocks::Due;
use hall_domain::case::rows::InboxRow;
use hall_domain::figures::callbacks::CallbackView;
use hall_rules::Right;
use hall_words::case::CallOutcome;

use super::frame::{Here, Shell};
use super::pages::due_date;
use super::words::grouped;

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
