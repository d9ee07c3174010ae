//! `[sms]`: an HTTP gateway for short messages, described rather than programmed. Of some makers more is known, so that
//! less must be described.

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
    /// Whose gateway it is, where that maker is known here: how it signs, answers and reports is known then.
    #[serde(default)]
    pub maker: Option<Maker>,
    /// Where to POST: https, or http to loopback.
    pub url: String,
    /// By which name the maker knows the key in `secret_file`.
    #[serde(default)]
    pub key_id: String,
    /// File whose first line is `${secret}`; readable for the owner only.
    pub secret_file: PathBuf,
    /// How the body is written; a known maker's is known.
    #[serde(default)]
    pub format: Option<Format>,
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
    /// What the codes of refusals mean; a code that ends with `*` stands for all that begin so. An unknown one is tried
    /// again until a person must look.
    #[serde(default)]
    pub refusals: BTreeMap<String, RefusalClass>,
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

/// A maker whose gateway is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Maker {
    /// 阿里云短信
    Alibaba,
    /// 腾讯云短信
    Tencent,
    /// 华为云消息&短信
    Huawei,
    /// 中国移动云MAS
    Mas,
}

/// What a refusal is about, and so who must do what. Only one that is about the recipient ends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalClass {
    /// A limit, or no time: nobody has to do anything but wait.
    Later,
    /// Somebody must pay.
    Bill,
    /// The gateway does not believe our key.
    Key,
    /// A template, a signature or the wording is not approved, or does not fit.
    Words,
    /// We ask in a way that it does not take: an address, a clock, an account, a parameter.
    Setup,
    /// This number gets no messages: it does not exist, or its owner does not want them.
    Number,
    /// The gateway does not say whether it has the message.
    Unclear,
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

/// How the gateway reports what became of messages, to `/sms/report`: by POST as JSON or as a form, or by GET with a
/// query. Of a known maker all but the secret is known.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// File whose first line proves that the gateway asks; readable for the owner only.
    pub secret_file: PathBuf,
    /// Name of the header with the HMAC-SHA256 of the body under that secret, in hex. Without it the secret itself is
    /// asked for, as a bearer token or as `?token=`.
    #[serde(default)]
    pub signature_header: Option<String>,
    /// Where the reports are in the body, as a JSON pointer to a list or to one; empty: the body itself. A field of a form
    /// that holds JSON is read as such.
    #[serde(default)]
    pub list: Option<String>,
    /// Where our `${out_id}` is in a report.
    #[serde(default)]
    pub out_id: Option<String>,
    /// Where the gateway's own number is in a report.
    #[serde(default)]
    pub message_id: Option<String>,
    /// Where the outcome is in a report.
    #[serde(default)]
    pub state: Option<String>,
    /// Where the code of a failure is in a report, if not where the outcome is.
    #[serde(default)]
    pub code: Option<String>,
    /// What it says of a message that reached the phone.
    #[serde(default)]
    pub delivered: Option<Vec<String>>,
    /// What it says while nothing is settled; anything else is a failure.
    #[serde(default)]
    pub pending: Option<Vec<String>>,
    /// What the gateway wants to hear, such as `SUCCESS` or `{"code":0}`; without it the status is all it gets.
    #[serde(default)]
    pub reply: Option<String>,
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
    /// `${values}`: what this template's variables are filled with, a list or a table, as the gateway wants it.
    #[serde(default)]
    pub values: Option<toml::Value>,
}

impl Sms {
    /// Which key is wrong, and what is wrong with it.
    pub(super) fn check(&self) -> Result<(), (String, String)> {
        let bad = |key: &str, what: &str| Err((format!("sms.{key}"), what.to_owned()));
        if !is_safe_url(&self.url) {
            return bad("url", "must begin with https:// (http:// only to loopback)");
        }
        if self.maker.is_some() && self.format.is_some() {
            return bad("format", "is known of this maker: leave it out");
        }
        if self.maker.is_some_and(|maker| maker != Maker::Mas) && self.key_id.trim().is_empty() {
            return bad("key_id", "must say by which name the maker knows the key in secret_file");
        }
        if !(1..=30).contains(&self.patience_s) {
            return bad("patience_s", "must be from 1 to 30");
        }
        if self.body.is_empty() {
            return bad("body", "must say what the gateway wants, such as mobile = \"${phone}\"");
        }
        let pointers = self.accepted.iter().map(|accepted| &accepted.pointer).chain(&self.message_id);
        let reports = self
            .report
            .iter()
            .flat_map(|report| [&report.state, &report.code, &report.out_id, &report.message_id].into_iter().flatten());
        if let Some(pointer) = pointers.chain(reports).find(|pointer| !pointer.starts_with('/')) {
            return bad("accepted", &format!("has the JSON pointer {pointer:?}: it must begin with /"));
        }
        let Some(report) = self.report.as_ref().filter(|_| self.maker.is_none()) else { return Ok(()) };
        if report.out_id.is_none() && report.message_id.is_none() {
            return bad("report", "must say where out_id or message_id is");
        }
        if report.state.is_none() || report.delivered.is_none() {
            return bad("report", "must say where the state is, and what it is of a message that was delivered");
        }
        Ok(())
    }
}
