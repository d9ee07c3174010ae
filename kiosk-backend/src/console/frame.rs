//! What surrounds every page: who is here, in which language, and what became of the last press.

use kiosk_wire::roster::Role;

use super::words::{Clock, Lang};
use crate::domain::views::Staff;

/// Which entry of the navigation is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Here {
    Inbox,
    Kiosks,
    Attention,
    Audit,
    Elsewhere,
}

/// What surrounds every page.
#[derive(Clone, Debug)]
pub(super) struct Shell {
    pub(super) lang: Lang,
    pub(super) clock: Clock,
    /// The hall's name.
    pub(super) hall: String,
    pub(super) me: Option<Staff>,
    /// Goes into every form.
    pub(super) csrf: String,
    /// Cases of my windows that I have not opened.
    pub(super) unread: u32,
    /// Entries set aside; shown to chiefs.
    pub(super) attention: u32,
    pub(super) here: Here,
    /// Path and query of this page, for coming back to it.
    pub(super) path: String,
    /// What became of the last press.
    pub(super) note: Option<Note>,
}

impl Shell {
    /// The one of two wordings that this page's language wants.
    pub(super) fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.t(zh, en)
    }

    pub(super) fn is(&self, here: Here) -> bool {
        self.here == here
    }

    pub(super) fn is_chief(&self) -> bool {
        self.me.as_ref().is_some_and(|me| me.role >= Role::Chief)
    }

    /// The names of my windows, joined.
    pub(super) fn windows(&self) -> String {
        let names: Vec<&str> = self.me.iter().flat_map(|me| &me.windows).map(|(_, name)| name.as_str()).collect();
        names.join(self.t("、", ", "))
    }
}

/// How a note looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Bad,
    Warn,
}

impl Tone {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Warn => "warn",
        }
    }
}

/// One message above a page: what happened, and what to do next.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) tone: Tone,
    pub(super) title: String,
    pub(super) body: String,
    /// The code of a refusal, shown small for whoever is phoned about it.
    pub(super) code: Option<&'static str>,
}
