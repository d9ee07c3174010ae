//! What somebody typed into a form.

use serde::{Deserialize, Serialize};

/// A form as it was posted, without its token.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Form {
    pub(super) path: String,
    pub(super) fields: Vec<(String, String)>,
}

/// From this length on, in characters, a field was written and not chosen.
const WRITTEN: usize = 4;

/// What a person wrote into a form: neither what they chose nor what the page put there itself.
pub(super) fn written(fields: Vec<(String, String)>) -> Vec<String> {
    let by_page = ["version", "event", "seen", "materials", "kiosk", "back"];
    let text = |(name, value): (String, String)| {
        let words = value.chars().any(|c| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
        (!by_page.contains(&name.as_str()) && words && value.chars().count() >= WRITTEN).then_some(value)
    };
    fields.into_iter().filter_map(text).collect()
}
