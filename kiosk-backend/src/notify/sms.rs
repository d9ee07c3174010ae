//! One message through the city's gateway: the request as it was described, signed as its maker wants it.
//!
//! The worst answer is none: a gateway that stays silent, breaks off or fails may have sent the message all the same.
//! So there are more outcomes than two.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hall_domain::case::messages::deliver::{Letter, Outcome};
use hall_domain::case::messages::write::TEXT;
use hall_words::case::{MessageFault, MessageKind};
use jiff::Timestamp;
use reqwest::Url;
use reqwest::header::HeaderName;
use serde_json::Value;
use thiserror::Error;
use zeroize::Zeroizing;

use super::answer::Answers;
use super::fill::{VALUES, as_text, fill, fill_json, form, query, strings};
use super::makers::{self, Known};
use super::report::Reports;
pub use super::signing::hmac_hex;
use super::signing::{Canonical, UNSIGNED, mas_mac, sha256_hex};
use crate::client::innermost;
use crate::config::Secret;
use crate::config::sms::{Format, Maker, Sms};

/// The longest answer that is read, bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// What can be filled in.
pub const NAMES: [&str; 11] =
    ["secret", "phone", "out_id", "template", VALUES, "text", "hall", "item", "receipt", "todo", "link"];

/// Why the gateway cannot be used as it is described.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// A secret cannot be read.
    #[error("{key} {path}: {cause}")]
    Secret {
        /// Which key of the configuration.
        key: &'static str,
        /// The file.
        path: String,
        /// Why, and what to do.
        cause: String,
    },
    /// A text wants a value that there is not.
    #[error("{key} wants ${{{name}}}, which there is not; there are: {}", NAMES.join(", "))]
    Placeholder { key: String, name: String },
    /// A header cannot be sent.
    #[error("sms.headers: {0:?} is no header's name")]
    Header(String),
    /// The address cannot be asked.
    #[error("sms.url: {0}")]
    Url(String),
}

/// A gateway, ready to be asked.
#[derive(Debug)]
pub struct Gateway {
    config: Sms,
    url: Url,
    known: Option<&'static Known>,
    secret: Secret,
    answers: Answers,
    reports: Option<Reports>,
    body: Value,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Known(…)")
    }
}

/// A request as it is sent.
struct Made {
    url: Url,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Gateway {
    /// Reads the secrets and checks what is to be filled in.
    pub fn open(config: Sms) -> Result<Self, GatewayError> {
        let secret = secret("sms.secret_file", &config.secret_file)?;
        let known = config.maker.map(makers::known);
        let reports = config.report.as_ref().map(|report| {
            let secret = self::secret("sms.report.secret_file", &report.secret_file)?;
            Ok(Reports::new(report, known, secret))
        });
        let url = Url::parse(&config.url).map_err(|cause| GatewayError::Url(cause.to_string()))?;
        let body = serde_json::to_value(&config.body).unwrap_or_default();
        check(&config, &body)?;
        let answers = Answers::new(&config, known);
        Ok(Self { url, known, secret, answers, reports: reports.transpose()?, body, config })
    }

    /// Whether a message whose fate is unknown may be sent again under the same `out_id`.
    pub fn repeats_are_harmless(&self) -> bool {
        self.config.repeats_are_harmless
    }

    /// The words of a message.
    pub fn text(&self, kind: MessageKind, said: &BTreeMap<String, String>) -> String {
        let own = self.config.message.get(&kind).and_then(|wording| wording.text.as_deref());
        fill(own.unwrap_or(TEXT), |name| Some(said.get(name).cloned().unwrap_or_default())).unwrap_or_default()
    }

    /// Sends one message.
    pub async fn send(&self, client: &reqwest::Client, letter: &Letter, now_ms: i64) -> Outcome {
        let mut random = [0; 16];
        if let Err(cause) = getrandom::fill(&mut random) {
            return Outcome::NotTaken(MessageFault::NoLine.kept(format_args!(": {cause}")));
        }
        let made = self.made(letter, now_ms, &hex::encode(random));
        let mut request = client.post(made.url).timeout(Duration::from_secs(self.config.patience_s.into()));
        for (name, text) in made.headers {
            request = request.header(name, text);
        }
        for (name, text) in &self.config.headers {
            request = request.header(name, self.filled(letter, text));
        }
        if let Some(name) = &self.config.signature_header {
            request = request.header(name, hmac_hex(self.secret.expose(), made.body.as_bytes()));
        }
        let answer = match request.body(made.body).send().await {
            Ok(answer) => answer,
            Err(cause) if cause.is_connect() || cause.is_builder() => {
                return Outcome::NotTaken(MessageFault::NoLine.kept(format_args!(": {}", innermost(&cause))));
            }
            Err(cause) if cause.is_timeout() => return Outcome::Unknown(MessageFault::Silent.kept("")),
            Err(cause) => {
                return Outcome::Unknown(MessageFault::BrokeOff.kept(format_args!(": {}", innermost(&cause))));
            }
        };
        let status = answer.status();
        match read(answer).await {
            Some(body) => self.answers.judge(status, &body),
            None if status.is_success() => Outcome::Unknown(MessageFault::Misread.kept(" broke off")),
            None => self.answers.judge(status, &[]),
        }
    }

    /// The request, with what the maker wants beside the body. `nonce` is different each time.
    fn made(&self, letter: &Letter, now_ms: i64, nonce: &str) -> Made {
        let filled = |text: &str| self.filled(letter, text);
        let body = fill_json(&self.body, &filled, &self.values(letter));
        let (url, key_id, secret) = (self.url.clone(), self.config.key_id.as_str(), self.secret.expose());
        let now = Timestamp::from_millisecond(now_ms).unwrap_or_default();
        let at = |format: &str| now.strftime(format).to_string();
        let own = |(name, _): &&(&str, &str)| !self.config.headers.keys().any(|key| key.eq_ignore_ascii_case(name));
        let known = self.known.map_or(&[][..], |known| known.headers).iter().filter(own);
        let mut headers: Vec<_> = known.map(|(name, value)| (*name, (*value).to_owned())).collect();
        let mut add = |name: &'static str, value: String| headers.push((name, value));
        let host = host(&url);
        match self.config.maker {
            None => {
                let (kind, body) = match self.config.format.unwrap_or_default() {
                    Format::Json => (JSON, body.to_string()),
                    Format::Form => (FORM, form(&body)),
                };
                add("content-type", kind.to_owned());
                Made { url, headers, body }
            }
            Some(Maker::Alibaba) => {
                let (query, hash) = (query(&body), sha256_hex(b""));
                add("x-acs-content-sha256", hash.clone());
                add("x-acs-date", at("%Y-%m-%dT%H:%M:%SZ"));
                add("x-acs-signature-nonce", nonce.to_owned());
                let mut signed: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                signed.push(("host", &host));
                signed.sort_unstable();
                let request = Canonical { path: url.path(), query: &query, headers: &signed, payload: &hash };
                let authorization = request.acs3(key_id, secret);
                headers.push(("authorization", authorization));
                let mut url = url;
                url.set_query(Some(&query));
                Made { url, headers, body: String::new() }
            }
            Some(Maker::Tencent) => {
                let (body, seconds) = (body.to_string(), now.as_second().to_string());
                add("content-type", JSON.to_owned());
                add("x-tc-timestamp", seconds.clone());
                let signed = [("content-type", JSON), ("host", &host)];
                let payload = sha256_hex(body.as_bytes());
                let request = Canonical { path: url.path(), query: "", headers: &signed, payload: &payload };
                add("authorization", request.tc3(key_id, secret, &at("%Y-%m-%d"), &seconds));
                Made { url, headers, body }
            }
            Some(Maker::Huawei) => {
                let date = at("%Y%m%dT%H%M%SZ");
                add("content-type", FORM.to_owned());
                add("x-sdk-date", date.clone());
                let path = format!("{}/", url.path().trim_end_matches('/'));
                let signed = [
                    ("content-type", FORM),
                    ("host", &host),
                    ("x-sdk-content-sha256", UNSIGNED),
                    ("x-sdk-date", &date),
                ];
                let request = Canonical { path: &path, query: "", headers: &signed, payload: UNSIGNED };
                add("authorization", request.sdk(key_id, secret, &date));
                Made { url, headers, body: form(&body) }
            }
            Some(Maker::Mas) => {
                let fields = body.as_object().into_iter().flatten();
                let mut fields: serde_json::Map<_, _> =
                    fields.map(|(name, value)| (name.clone(), Value::String(as_text(value)))).collect();
                let mac = mas_mac(&fields, secret);
                fields.insert("mac".to_owned(), Value::String(mac));
                // The content type of the maker's own examples, though what is sent is Base64.
                add("content-type", "application/json;charset=UTF-8".to_owned());
                Made { url, headers, body: STANDARD.encode(Value::Object(fields).to_string()) }
            }
        }
    }

    fn filled(&self, letter: &Letter, text: &str) -> String {
        fill(text, |name| Some(Zeroizing::new(self.value(letter, name)).to_string())).unwrap_or_default()
    }

    /// What the template of this message wants, as it is described.
    fn values(&self, letter: &Letter) -> Value {
        let own = self.config.message.get(&letter.kind).and_then(|own| own.values.as_ref());
        own.and_then(|own| serde_json::to_value(own).ok()).unwrap_or_default()
    }

    fn value(&self, letter: &Letter, name: &str) -> String {
        match name {
            "secret" => self.secret.expose().to_owned(),
            "phone" => letter.phone.expose().clone(),
            "out_id" => letter.out_id.clone(),
            "template" => self.config.message.get(&letter.kind).map(|own| own.template.clone()).unwrap_or_default(),
            "text" => self.text(letter.kind, &letter.said),
            other => letter.said.get(other).cloned().unwrap_or_default(),
        }
    }

    /// How reports are read, where there are any.
    pub fn reports(&self) -> Option<&Reports> {
        self.reports.as_ref()
    }
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// The `Host` that the client sends.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Every text that is filled in wants only what there is, and every header is one.
fn check(config: &Sms, body: &Value) -> Result<(), GatewayError> {
    let texts = config.headers.iter().map(|(name, text)| (format!("sms.headers.{name}"), text.as_str()));
    let wording = config
        .message
        .iter()
        .filter_map(|(kind, wording)| Some((format!("sms.message.{}.text", kind.code()), wording.text.as_deref()?)));
    let values: Vec<_> = config
        .message
        .iter()
        .filter_map(|(kind, own)| {
            let values = serde_json::to_value(own.values.as_ref()?).ok()?;
            Some((format!("sms.message.{}.values", kind.code()), values))
        })
        .collect();
    let values = values.iter().flat_map(|(key, values)| strings(key.clone(), values));
    for (key, text) in texts.chain(wording).chain(values).chain(strings("sms.body".to_owned(), body)) {
        fill(text, |name| NAMES.contains(&name).then(String::new))
            .map_err(|name| GatewayError::Placeholder { key, name })?;
    }
    match config.headers.keys().chain(&config.signature_header).find(|name| name.parse::<HeaderName>().is_err()) {
        Some(name) => Err(GatewayError::Header(name.clone())),
        None => Ok(()),
    }
}

async fn read(answer: reqwest::Response) -> Option<Vec<u8>> {
    use futures_util::StreamExt as _;
    let (mut stream, mut body) = (answer.bytes_stream(), Vec::new());
    while let Some(chunk) = stream.next().await {
        body.extend_from_slice(&chunk.ok()?);
        if body.len() > LONGEST_ANSWER {
            return None;
        }
    }
    Some(body)
}

/// The first line of a file that only its owner may read.
pub fn secret(key: &'static str, path: &Path) -> Result<Secret, GatewayError> {
    let text = secret_text(key, path)?;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        let cause = "its first line is empty: write the secret there".into();
        return Err(GatewayError::Secret { key, path: path.display().to_string(), cause });
    }
    Ok(Secret::new(line.to_owned()))
}

/// A file that only its owner may read.
pub fn secret_text(key: &'static str, path: &Path) -> Result<Zeroizing<String>, GatewayError> {
    use std::os::unix::fs::PermissionsExt as _;
    let bad = |cause: String| GatewayError::Secret { key, path: path.display().to_string(), cause };
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|cause| bad(cause.to_string()))?);
    let mode = std::fs::metadata(path).map_err(|cause| bad(cause.to_string()))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(bad("others may read it; run `chmod 600` on it and consider the secret known".into()));
    }
    Ok(text)
}
