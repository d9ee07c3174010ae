//! One message through the city's gateway: the request as it was described, and what its answer means.
//!
//! The worst answer is none: a gateway that stays silent, breaks off or fails may have sent the message all the same.
//! So there are four outcomes and not two.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use hall_domain::case::messages::deliver::{DeliveryReport, Letter, Outcome};
use hall_domain::case::messages::write::TEXT;
use hall_words::case::{MessageFault, MessageKind};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::StatusCode;
use serde_json::Value;
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::config::Secret;
use crate::config::sms::{Format, Report, Sms};

/// The longest answer that is read, bytes.
const LONGEST_ANSWER: usize = 64 * 1024;
/// The longest cause that is kept, characters.
const LONGEST_CAUSE: usize = 80;

/// What can be filled in.
pub const VALUES: [&str; 10] =
    ["secret", "phone", "out_id", "template", "text", "hall", "item", "receipt", "todo", "link"];

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
    #[error("{key} wants ${{{name}}}, which there is not; there are: {}", VALUES.join(", "))]
    Placeholder {
        /// Where.
        key: String,
        /// Which.
        name: String,
    },
    /// A header cannot be sent.
    #[error("sms.headers: {0:?} is no header's name")]
    Header(String),
}

/// A gateway, ready to be asked.
#[derive(Debug)]
pub struct Gateway {
    config: Sms,
    secret: Secret,
    report_secret: Option<Secret>,
    body: Value,
}

impl Gateway {
    /// Reads the secrets and checks what is to be filled in.
    pub fn open(config: Sms) -> Result<Self, GatewayError> {
        let secret = secret("sms.secret_file", &config.secret_file)?;
        let report_secret =
            config.report.as_ref().map(|report| self::secret("sms.report.secret_file", &report.secret_file));
        let body = serde_json::to_value(&config.body).unwrap_or_default();
        let texts = config.headers.iter().map(|(name, text)| (format!("sms.headers.{name}"), text.as_str()));
        let wording = config.message.iter().filter_map(|(kind, wording)| {
            Some((format!("sms.message.{}.text", kind.code()), wording.text.as_deref()?))
        });
        for (key, text) in texts.chain(wording).chain(strings("sms.body".to_owned(), &body)) {
            fill(text, |name| VALUES.contains(&name).then(String::new))
                .map_err(|name| GatewayError::Placeholder { key, name })?;
        }
        for name in config.headers.keys().chain(&config.signature_header) {
            if name.parse::<reqwest::header::HeaderName>().is_err() {
                return Err(GatewayError::Header(name.clone()));
            }
        }
        Ok(Self { secret, report_secret: report_secret.transpose()?, body, config })
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
    pub async fn send(&self, client: &reqwest::Client, letter: &Letter) -> Outcome {
        let value = |name: &str| Zeroizing::new(self.value(letter, name));
        let filled = |text: &str| fill(text, |name| Some(value(name).to_string())).unwrap_or_default();
        let (kind, body) = match self.config.format {
            Format::Json => ("application/json", fill_json(&self.body, &filled).to_string()),
            Format::Form => ("application/x-www-form-urlencoded", form(&fill_json(&self.body, &filled))),
        };
        let mut request = client
            .post(&self.config.url)
            .timeout(Duration::from_secs(self.config.patience_s.into()))
            .header(reqwest::header::CONTENT_TYPE, kind);
        for (name, text) in &self.config.headers {
            request = request.header(name, filled(text));
        }
        if let Some(name) = &self.config.signature_header {
            request = request.header(name, hmac_hex(self.secret.expose(), body.as_bytes()));
        }
        let answer = match request.body(body).send().await {
            Ok(answer) => answer,
            Err(cause) if cause.is_connect() || cause.is_builder() => {
                return Outcome::NotTaken(
                    MessageFault::NoLine.kept(format_args!(": {}", short(&cause.without_url().to_string()))),
                );
            }
            Err(cause) if cause.is_timeout() => return Outcome::Unknown(MessageFault::Silent.kept("")),
            Err(cause) => {
                return Outcome::Unknown(
                    MessageFault::BrokeOff.kept(format_args!(": {}", short(&cause.without_url().to_string()))),
                );
            }
        };
        let status = answer.status();
        match read(answer).await {
            Some(body) => judge(&self.config, status, &body),
            None if status.is_success() => Outcome::Unknown(MessageFault::Misread.kept(" broke off")),
            None => judge(&self.config, status, &[]),
        }
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

    /// Where reports are described, with their secret.
    pub fn report(&self) -> Option<(&Report, &Secret)> {
        self.config.report.as_ref().zip(self.report_secret.as_ref())
    }
}

/// What an answer means. Personal data that a gateway may quote is not kept: of an answer only its code is.
fn judge(config: &Sms, status: StatusCode, body: &[u8]) -> Outcome {
    if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
        return Outcome::NotTaken(MessageFault::Busy.kept(format_args!(": {status}")));
    }
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
        return Outcome::NotTaken(
            MessageFault::Stranger.kept(format_args!(": {status}; check [sms] url and secret_file")),
        );
    }
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return Outcome::Unknown(MessageFault::Failed.kept(format_args!(": {status}")));
    }
    if !status.is_success() {
        return Outcome::Refused(MessageFault::Refused.kept(format_args!(": {status}")));
    }
    let answer = serde_json::from_slice::<Value>(body).ok();
    if let Some(wanted) = &config.accepted {
        let said = answer.as_ref().and_then(|answer| answer.pointer(&wanted.pointer)).and_then(word);
        match said {
            None => return Outcome::Unknown(MessageFault::Misread.kept(format_args!(" has no {}", wanted.pointer))),
            Some(said) if said != wanted.equals => {
                return Outcome::Refused(MessageFault::RefusedWith.kept(format_args!(" {}", code_only(&said))));
            }
            Some(_) => {}
        }
    }
    let id = config.message_id.as_ref().and_then(|pointer| word(answer.as_ref()?.pointer(pointer)?));
    Outcome::Sent(id)
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

/// Reads reports. `None`: the body is not what was described.
pub fn reports(config: &Report, body: &[u8]) -> Option<Vec<DeliveryReport>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let list = body.pointer(&config.list)?;
    let one = |report: &Value| {
        let at = |pointer: &Option<String>| pointer.as_ref().and_then(|at| word(report.pointer(at)?));
        let state = word(report.pointer(&config.state)?)?;
        let delivered = if config.delivered.contains(&state) {
            Some(Ok(()))
        } else if config.pending.contains(&state) {
            None
        } else {
            Some(Err(code_only(&state)))
        };
        let out_id = at(&config.out_id).unwrap_or_default();
        Some(DeliveryReport { out_id, gateway_id: at(&config.message_id).unwrap_or_default(), delivered })
    };
    match list.as_array() {
        Some(all) => all.iter().map(one).collect(),
        None => one(list).map(|told| vec![told]),
    }
}

/// Whether a report comes from the gateway: by its signature, or by the secret itself.
pub fn is_from_gateway(config: &Report, secret: &Secret, shown: &str, body: &[u8]) -> bool {
    match config.signature_header {
        Some(_) => {
            let Ok(mac) = hex::decode(shown.trim().trim_start_matches("v1=")) else { return false };
            signer(secret.expose()).chain_update(body).verify_slice(&mac).is_ok()
        }
        None => {
            // Hashes of equal length are compared, so that the time tells nothing.
            let hash = |text: &str| signer("sms-report-token").chain_update(text.as_bytes());
            hash(secret.expose()).verify_slice(&hash(shown).finalize().into_bytes()).is_ok()
        }
    }
}

fn signer(secret: &str) -> Hmac<Sha256> {
    <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap_or_else(|_| unreachable!())
}

/// HMAC-SHA256 in hex.
pub fn hmac_hex(secret: &str, body: &[u8]) -> String {
    hex::encode(signer(secret).chain_update(body).finalize().into_bytes())
}

/// The first line of a file that only its owner may read.
pub fn secret(key: &'static str, path: &Path) -> Result<Secret, GatewayError> {
    use std::os::unix::fs::PermissionsExt as _;
    let bad = |cause: String| GatewayError::Secret { key, path: path.display().to_string(), cause };
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|cause| bad(cause.to_string()))?);
    let mode = std::fs::metadata(path).map_err(|cause| bad(cause.to_string()))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(bad("others may read it; run `chmod 600` on it and consider the secret known".into()));
    }
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        return Err(bad("its first line is empty: write the secret there".into()));
    }
    Ok(Secret::new(line.to_owned()))
}

/// Fills in `${name}`; the name of what there is not.
fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or_else(|| after.to_owned())?;
        out.push_str(before);
        out.push_str(&value(name).ok_or_else(|| name.to_owned())?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// Fills in the texts of a JSON value: what is filled in can never become structure.
fn fill_json(value: &Value, filled: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(filled(text)),
        Value::Array(all) => all.iter().map(|one| fill_json(one, filled)).collect(),
        Value::Object(all) => all.iter().map(|(key, one)| (key.clone(), fill_json(one, filled))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// A flat object as a form; what is nested goes as JSON text, as gateways want their template's values.
fn form(body: &Value) -> String {
    let pairs = body.as_object().into_iter().flatten().map(|(key, value)| {
        let text = word(value).unwrap_or_else(|| value.to_string());
        (key.clone(), text)
    });
    let url = reqwest::Url::parse_with_params("http://form/", pairs);
    url.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default()
}

/// All texts within, each with where it stands.
fn strings(key: String, value: &Value) -> Vec<(String, &str)> {
    match value {
        Value::String(text) => vec![(key, text)],
        Value::Array(all) => all.iter().flat_map(|one| strings(key.clone(), one)).collect(),
        Value::Object(all) => all.iter().flat_map(|(name, one)| strings(format!("{key}.{name}"), one)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// A text, number or truth as it is written.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A gateway's code; what is no code, such as a sentence that may quote a number, is not kept.
fn code_only(said: &str) -> String {
    let is_code = said.len() <= 32
        && said.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':'))
        && said.bytes().filter(u8::is_ascii_digit).count() < 7;
    if is_code { said.to_owned() } else { "something that is no code".to_owned() }
}

fn short(cause: &str) -> String {
    cause.chars().take(LONGEST_CAUSE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::sms::Accepted;

    fn config() -> Sms {
        let text = "url = \"https://sms.example/\"\nsecret_file = \"x\"\nmessage_id = \"/data/id\"\n[body]\na = \"${phone}\"\n\
            [accepted]\npointer = \"/code\"\nequals = \"0\"\n";
        toml::from_str(text).expect("parses")
    }

    #[test]
    fn an_answer_is_good_only_when_it_says_so_and_bad_only_when_it_surely_is() {
        use Outcome as O;
        let unknown = |text: &str| O::Unknown(text.into());
        for (status, body, means) in [
            (200, r#"{"code":0,"data":{"id":"b-1"}}"#, O::Sent(Some("b-1".into()))),
            (200, r#"{"code":"0"}"#, O::Sent(None)),
            (200, r#"{"code":"isv.MOBILE_ILLEGAL"}"#, O::Refused("the gateway refused with isv.MOBILE_ILLEGAL".into())),
            (
                200,
                r#"{"code":"number 13812345678 is bad"}"#,
                O::Refused("the gateway refused with something that is no code".into()),
            ),
            (200, "<html>ok</html>", unknown("the answer has no /code")),
            (200, "", unknown("the answer has no /code")),
            (500, "", unknown("the gateway failed: 500 Internal Server Error")),
            (504, "", unknown("the gateway failed: 504 Gateway Timeout")),
            (503, "", O::NotTaken("the gateway has no time: 503 Service Unavailable".into())),
            (429, "", O::NotTaken("the gateway has no time: 429 Too Many Requests".into())),
            (400, "", O::Refused("the gateway refused: 400 Bad Request".into())),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(judge(&config(), status, body.as_bytes()), means, "{status} {body}");
        }
        let lax = Sms { accepted: None::<Accepted>, ..config() };
        assert_eq!(judge(&lax, StatusCode::ACCEPTED, b"fine"), Outcome::Sent(None));
    }

    #[test]
    fn what_is_filled_in_never_becomes_structure() {
        let body = serde_json::json!({ "to": ["${a}"], "n": 1, "text": "<${a}> ${b}" });
        let filled = |text: &str| fill(text, |name| Some(format!("{name}\",\"x\":\"${{b}}"))).expect("fills");
        let made = fill_json(&body, &filled);
        assert_eq!(made["to"][0], "a\",\"x\":\"${b}", "a value's own placeholders stay text");
        assert_eq!(made.as_object().expect("an object").len(), 3);
        assert_eq!(
            form(&serde_json::json!({ "a b": "1&c=2", "d": { "k": "v" } })),
            "a+b=1%26c%3D2&d=%7B%22k%22%3A%22v%22%7D"
        );
        assert_eq!(fill("${phoen}", |_| None), Err("phoen".to_owned()));
        assert_eq!(fill("100 ${", |_| None), Err(String::new()));
    }

    #[test]
    fn reports_come_one_by_one_or_many_and_garbage_is_told() {
        let text = "secret_file = \"x\"\nlist = \"/reports\"\nout_id = \"/out\"\nstate = \"/status\"\ndelivered = [\"DELIVRD\"]\n\
            pending = [\"ACCEPTD\"]\n";
        let config: Report = toml::from_str(text).expect("parses");
        let body = br#"{"reports":[{"out":"a-1","status":"DELIVRD"},{"out":"b-1","status":"EXPIRED"},{"out":"c-1","status":"ACCEPTD"}]}"#;
        let told = reports(&config, body).expect("reads");
        let delivered: Vec<_> = told.iter().map(|one| one.delivered.clone()).collect();
        assert_eq!(delivered, [Some(Ok(())), Some(Err("EXPIRED".into())), None]);
        assert_eq!(reports(&config, br#"{"reports":{"out":"a-1","status":1}}"#).expect("reads")[0].out_id, "a-1");
        for garbage in ["", "[]", "{}", r#"{"reports":[{"out":"a"}]}"#] {
            assert_eq!(reports(&config, garbage.as_bytes()), None, "{garbage}");
        }
    }

    #[test]
    fn only_the_gateway_reports() {
        let secret = Secret::new("0123456789abcdef".into());
        let by = |signature: Option<&str>| {
            let text = "secret_file = \"x\"\nstate = \"/s\"\ndelivered = []\n";
            Report { signature_header: signature.map(str::to_owned), ..toml::from_str(text).expect("parses") }
        };
        let signed = hmac_hex("0123456789abcdef", b"{}");
        assert!(is_from_gateway(&by(Some("x-signature")), &secret, &signed, b"{}"));
        assert!(!is_from_gateway(&by(Some("x-signature")), &secret, &signed, b"{ }"));
        assert!(!is_from_gateway(&by(Some("x-signature")), &secret, "0123456789abcdef", b"{}"));
        assert!(is_from_gateway(&by(None), &secret, "0123456789abcdef", b"{}"));
        assert!(!is_from_gateway(&by(None), &secret, "", b"{}"));
    }
}
