//! What is posted under `/api/v1`. Each type is what is read, and what the document says is wanted.

use std::collections::BTreeMap;

use hall_rules::CaseEvent;
use hall_rules::notice::Form;
use hall_words::case::CallOutcome;
use kiosk_wire::{CompartmentNo, KioskId, Personal};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde_json::Value;

/// The schema of a body.
pub(super) fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.remove("title");
    schema.to_value()
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Credentials {
    /// staff name
    pub(super) name: String,
    pub(super) password: Personal<String>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Search {
    /// receipt number, last four of the document number, full name, its initials, or phone
    pub(super) text: Personal<String>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Seen {
    /// `version` of the case as it was shown; explains a refusal as stale-page
    #[serde(default)]
    pub(super) seen: Option<u64>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Collect {
    /// `version` of the case as it was shown; explains a refusal as stale-page
    #[serde(default)]
    pub(super) seen: Option<u64>,
    /// chiefs: take it from whoever is collecting
    #[serde(default)]
    pub(super) take_over: bool,
}

// A body without a reason is refused by the domain, in words.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("required" = ["reason"]))]
pub(super) struct Reasoned {
    /// `version` of the case as it was shown; explains a refusal as stale-page
    #[serde(default)]
    pub(super) seen: Option<u64>,
    /// goes on record; one line, at most 200 characters, nothing personal
    #[serde(default)]
    pub(super) reason: String,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(extend("required" = ["reason"]))]
pub(super) struct Reason {
    /// goes on record; one line, at most 200 characters, nothing personal
    #[serde(default)]
    pub(super) reason: String,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Step {
    /// `version` of the case as it was shown; another one is refused as stale-page
    pub(super) seen: u64,
    /// which step
    pub(super) event: CaseEvent,
    #[serde(flatten)]
    pub(super) form: Form,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Preview {
    /// as for `steps`
    pub(super) seen: u64,
    /// which step; without it, what follows from `findings`
    #[serde(default)]
    pub(super) event: Option<CaseEvent>,
    #[serde(flatten)]
    pub(super) form: Form,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Load {
    /// `version` of the case as it was shown; explains a refusal as stale-page
    #[serde(default)]
    pub(super) seen: Option<u64>,
    /// which terminal: one of `terminals` of the case
    pub(super) kiosk: KioskId,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Round {
    /// `round` of the message as it was shown; when it moved on meanwhile this is refused
    pub(super) round: u32,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Note {
    /// `version` of the case as it was shown; explains a refusal as stale-page
    #[serde(default)]
    pub(super) seen: Option<u64>,
    /// 1 to 500 characters; for staff only, never taken back
    pub(super) text: Personal<String>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Mandate {
    /// `version` of the case as it was shown; explains a refusal as stale-page
    #[serde(default)]
    pub(super) seen: Option<u64>,
    /// on whose behalf
    pub(super) principal: Personal<String>,
    /// the principal's document or code
    #[serde(default)]
    pub(super) number: Option<Personal<String>>,
    pub(super) scope: String,
    /// `n` of the attachment that shows it
    #[serde(default)]
    pub(super) file: Option<u64>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Channel {
    /// `version` of the case as it was shown; explains a refusal as stale-page
    #[serde(default)]
    pub(super) seen: Option<u64>,
    /// into it, or out of it
    pub(super) on: bool,
    /// goes on record; one line, at most 200 characters, nothing personal
    pub(super) reason: String,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Keyed {
    /// `seen` of the fields as they were shown; another one is refused as stale-page
    pub(super) seen: u64,
    /// by code of the field
    pub(super) values: BTreeMap<String, Personal<String>>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Opinion {
    /// whether the department agrees
    pub(super) agrees: bool,
    /// at most 500 characters; needed where it does not agree
    #[serde(default)]
    pub(super) opinion: String,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Recall {
    /// `version` of the case as it was shown; explains a refusal as stale-page
    #[serde(default)]
    pub(super) seen: Option<u64>,
    /// `id` of one of `parts` of the casework
    #[schemars(extend("format" = "uuid"))]
    pub(super) part: String,
    /// the department reads it
    pub(super) reason: String,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Compartment {
    /// number of the box
    pub(super) compartment: CompartmentNo,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Called {
    /// how many `notes` were shown; when there are more by now this is refused as stale-page
    pub(super) seen: usize,
    /// what it came to: the last three end it
    pub(super) outcome: CallOutcome,
    /// 1 to 500 characters
    pub(super) note: Personal<String>,
}
