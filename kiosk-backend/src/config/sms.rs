//! `[sms]`: an HTTP gateway for short messages, described rather than programmed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hall_words::case::MessageKind;
use serde::Deserialize;

use super::is_safe_url;

/// A gateway for short messages. Wherever a text is to be filled in, `${name}` stands for a value; the names are in
/// `docs/operations.md`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Where to POST: https, or http to loopback.
    pub url: String,
    /// File whose first line is `${secret}`; readable for the owner only.
    pub secret_file: PathBuf,
    /// How the body is written.
    #[serde(default)]
    pub format: Format,
    /// The body, as the gateway wants it.
    pub body: toml::Table,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Name of a header that gets the HMAC-SHA256 of the body under the secret, in hex.
    #[serde(default)]
    pub signature_header: Option<String>,
    /// What the answer says when the gateway took the message; without it every 2xx does.
    #[serde(default)]
    pub accepted: Option<Accepted>,
    /// Where in the answer the gateway's own number of the message is, as a JSON pointer.
    #[serde(default)]
    pub message_id: Option<String>,
    /// The gateway drops a second message with the same `${out_id}`. Only then is one sent again whose fate nobody knows.
    #[serde(default)]
    pub repeats_are_harmless: bool,
    /// Seconds that the gateway may take, 1 to 30; what it did not answer by then nobody knows.
    #[serde(default = "patience")]
    pub patience_s: u8,
    /// Reports of delivery.
    #[serde(default)]
    pub report: Option<Report>,
    /// What to say instead of our own words, and the gateway's templates.
    #[serde(default)]
    pub message: BTreeMap<MessageKind, Wording>,
}

fn patience() -> u8 {
    10
}

/// How a body is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `application/json`
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
}

/// What a good answer says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// Where, as a JSON pointer such as `/code`.
    pub pointer: String,
    /// What stands there, as text; a number is compared as it is written.
    pub equals: String,
}

/// How the gateway reports what became of messages, to `POST /sms/report`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// File whose first line proves that the gateway asks; readable for the owner only.
    pub secret_file: PathBuf,
    /// Name of the header with the HMAC-SHA256 of the body under that secret, in hex. Without it the secret itself is
    /// asked for, as a bearer token or as `?token=`.
    #[serde(default)]
    pub signature_header: Option<String>,
    /// Where the reports are in the body, as a JSON pointer to a list or to one; empty: the body itself.
    #[serde(default)]
    pub list: String,
    /// Where our `${out_id}` is in a report.
    #[serde(default)]
    pub out_id: Option<String>,
    /// Where the gateway's own number is in a report.
    #[serde(default)]
    pub message_id: Option<String>,
    /// Where the outcome is in a report.
    pub state: String,
    /// What it says of a message that reached the phone.
    pub delivered: Vec<String>,
    /// What it says while nothing is settled; anything else is a failure.
    #[serde(default)]
    pub pending: Vec<String>,
}

/// What to say in one kind of message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// `${text}`; ours when absent.
    #[serde(default)]
    pub text: Option<String>,
    /// `${template}`: how the gateway calls it.
    #[serde(default)]
    pub template: String,
}

impl Sms {
    /// Which key is wrong, and what is wrong with it.
    pub(super) fn check(&self) -> Result<(), (String, String)> {
        let bad = |key: &str, what: &str| Err((format!("sms.{key}"), what.to_owned()));
        if !is_safe_url(&self.url) {
            return bad("url", "must begin with https:// (http:// only to loopback)");
        }
        if !(1..=30).contains(&self.patience_s) {
            return bad("patience_s", "must be from 1 to 30");
        }
        if self.body.is_empty() {
            return bad("body", "must say what the gateway wants, such as mobile = \"${phone}\"");
        }
        let pointers = self.accepted.iter().map(|accepted| &accepted.pointer).chain(&self.message_id);
        let reports = self.report.iter().flat_map(|report| {
            [Some(&report.state), report.out_id.as_ref(), report.message_id.as_ref()].into_iter().flatten()
        });
        if let Some(pointer) = pointers.chain(reports).find(|pointer| !pointer.starts_with('/')) {
            return bad("accepted", &format!("has the JSON pointer {pointer:?}: it must begin with /"));
        }
        if self.report.as_ref().is_some_and(|report| report.out_id.is_none() && report.message_id.is_none()) {
            return bad("report", "must say where out_id or message_id is");
        }
        Ok(())
    }
}
