//! What an address of the inbox asks for.

use hall_domain::case::inbox::Filter;
use hall_store::cases::Only;
use serde::Deserialize;

use super::labels::{TABS, Tab, tab_key};
use super::paths::encoded;

/// What an address of the inbox asks for. An unknown value is as none: an old bookmark still shows something.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(super) struct InboxQuery {
    pub(super) show: String,
    pub(super) after: String,
    pub(super) item: String,
    pub(super) window: String,
    pub(super) kiosk: String,
    pub(super) light: String,
    pub(super) unread: String,
}

impl InboxQuery {
    pub(super) fn tab(&self) -> Tab {
        TABS.into_iter().find(|tab| tab_key(tab) == self.show).unwrap_or(Tab::Cases(Filter::default()))
    }

    pub(super) fn only(&self) -> Only {
        Only {
            item: Some(self.item.clone()).filter(|item| !item.is_empty()),
            window: self.window.parse().ok(),
            kiosk: self.kiosk.parse().ok(),
            over: match self.light.as_str() {
                "soon" => Some(false),
                "over" => Some(true),
                _ => None,
            },
            unread: self.unread == "1",
        }
    }

    /// Whether anything but the view is asked for.
    pub(super) fn narrows(&self) -> bool {
        self.only() != Only::default()
    }

    /// The query of an address that asks for `show` with the same narrowing.
    pub(super) fn query(&self, show: &str) -> String {
        let mut query = format!("show={}", encoded(show));
        let parts = [
            ("item", &self.item),
            ("window", &self.window),
            ("kiosk", &self.kiosk),
            ("light", &self.light),
            ("unread", &self.unread),
        ];
        for (key, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.push_str(&format!("&{key}={}", encoded(value)));
        }
        query
    }
}
