//! What is posted under `/api/v1`. Each type is what is read, and what the document says is wanted.

use std::collections::BTreeMap;

use hall_rules::CaseEvent;
use hall_rules::notice::Form;
use hall_rules::review::Verdict;
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
    /// password
    #[schemars(with = "String")]
    pub(super) password: Personal<String>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Search {
    /// receipt number, last four of the document number, full name, its initials, or phone
    #[schemars(with = "String")]
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
    #[schemars(with = "String", extend("enum" = events()))]
    pub(super) event: CaseEvent,
    #[serde(flatten)]
    #[schemars(with = "FormBody")]
    pub(super) form: Form,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Preview {
    /// as for `steps`
    pub(super) seen: u64,
    /// which step; without it, what follows from `findings`
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("enum" = events_or_none()))]
    pub(super) event: Option<CaseEvent>,
    #[serde(flatten)]
    #[schemars(with = "FormBody")]
    pub(super) form: Form,
}

fn events() -> Vec<&'static str> {
    CaseEvent::ALL.iter().map(|event| event.code()).collect()
}

fn events_or_none() -> Vec<Option<&'static str>> {
    events().into_iter().map(Some).chain([None]).collect()
}

/// What is filled in for a step, as the document tells it: [`Form`] is the rules' type.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it only has a schema")]
struct FormBody {
    /// one for each material, in their order
    #[serde(default)]
    findings: Vec<FindingBody>,
    /// why
    #[serde(default)]
    reason: String,
    /// working days
    #[serde(default)]
    days: Option<u16>,
    /// which body to apply to
    #[serde(default)]
    elsewhere: String,
    /// number of the document issued
    #[serde(default)]
    document: String,
    /// how the result goes to the applicant
    #[serde(default)]
    delivery: String,
    /// instead of `delivery`, for a parcel
    #[serde(default)]
    express: Option<ExpressBody>,
    /// who took it
    #[serde(default)]
    receiver: String,
    /// how the decision deals with a department that did not agree
    #[serde(default)]
    disagreement: String,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "it only has a schema")]
struct FindingBody {
    /// its name
    material: String,
    /// whether it may follow later
    deferrable: bool,
    /// what was found
    #[schemars(with = "String", extend("enum" = verdicts()))]
    verdict: Verdict,
    /// what is amiss, as the applicant will read it
    reason: String,
}

fn verdicts() -> Vec<Value> {
    [Verdict::Fine, Verdict::Missing, Verdict::Wrong].iter().filter_map(|one| serde_json::to_value(one).ok()).collect()
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "it only has a schema")]
struct ExpressBody {
    /// who carries it
    carrier: String,
    /// its number there
    tracking: String,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Load {
    /// `version` of the case as it was shown; explains a refusal as stale-page
    #[serde(default)]
    pub(super) seen: Option<u64>,
    /// which terminal: one of `terminals` of the case
    #[schemars(with = "String", extend("format" = "uuid"))]
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
    #[schemars(with = "String")]
    pub(super) text: Personal<String>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Mandate {
    /// `version` of the case as it was shown; explains a refusal as stale-page
    #[serde(default)]
    pub(super) seen: Option<u64>,
    /// on whose behalf
    #[schemars(with = "String")]
    pub(super) principal: Personal<String>,
    /// the principal's document or code
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) number: Option<Personal<String>>,
    /// for what
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
    #[schemars(with = "BTreeMap<String, String>")]
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
    #[schemars(with = "u16")]
    pub(super) compartment: CompartmentNo,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Called {
    /// how many `notes` were shown; when there are more by now this is refused as stale-page
    pub(super) seen: usize,
    /// what it came to: the last three end it
    #[schemars(with = "String", extend("enum" = CallOutcome::ALL.iter().map(|outcome| outcome.code()).collect::<Vec<_>>()))]
    pub(super) outcome: CallOutcome,
    /// 1 to 500 characters
    #[schemars(with = "String")]
    pub(super) note: Personal<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_document_says_of_a_form_is_what_the_rules_read() {
        let told = schema_of::<FormBody>();
        let mut told: Vec<&str> = told["properties"].as_object().expect("fields").keys().map(String::as_str).collect();
        let read = serde_json::to_value(Form::default()).expect("JSON");
        let mut read: Vec<&str> = read.as_object().expect("fields").keys().map(String::as_str).collect();
        told.sort_unstable();
        read.sort_unstable();
        assert_eq!(told, read);
    }
}
