//! The city's provider of accounts, asked over HTTP (OpenID Connect Discovery 1.0 and Core 1.0, authorization code flow
//! with PKCE).
//!
//! Nothing of the provider is kept: its description and its keys are read anew at each sign-in, of which a hall has a few
//! dozen a day. So a changed key or address needs no restart.

mod client_key;
pub mod flow;
pub mod id_token;
mod jws;
pub mod sign_in;

use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{RequestBuilder, StatusCode, Url, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use self::client_key::ClientKey;
use self::flow::Flow;
use self::jws::Jwk;
use crate::client::{self, innermost};
use crate::config::oidc::Oidc;
use crate::config::{Secret, is_safe_url};
use crate::notify::sms::{self, GatewayError};

/// Where the provider sends browsers back to.
pub const BACK: &str = "/sign-in/oidc/back";
/// How long the provider may take for each answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read, bytes: a description with every claim and language is far shorter.
const LONGEST_ANSWER: usize = 256 * 1024;
/// How many may ask the provider at once: strangers can press the button too.
const AT_ONCE: usize = 8;
/// How often a description or keys may have moved on the way to them.
const MOVES: usize = 3;
/// How a provider is told that a client has its key (RFC 7523, 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Why the provider cannot be used as it is configured.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The secret or the key cannot be read.
    #[error(transparent)]
    Secret(#[from] GatewayError),
    /// No client can be made.
    #[error("[oidc] cannot be asked: {0}")]
    Client(String),
}

/// Why the provider did not tell who it was. None of them holds a token, a code or a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// The line failed.
    #[error("the line to the provider failed at {0}: {1}")]
    Line(&'static str, String),
    /// The provider failed.
    #[error("the provider failed at {0}: {1}")]
    Failed(&'static str, String),
    /// The provider does not take the code any more.
    #[error("the provider does not take the code any more at {0}: {1}")]
    Over(&'static str, String),
    /// The provider refused us.
    #[error("the provider refused at {0}: {1}")]
    Refused(&'static str, String),
    /// We cannot use what it said.
    #[error("the provider's answer at {0} cannot be used: {1}")]
    Misread(&'static str, String),
    /// Too many ask already.
    #[error("too many sign-ins ask the provider at once")]
    Busy,
}

/// What the provider says of itself (Discovery 1.0, 3; RFC 9126, 5).
#[derive(Deserialize)]
struct Description {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    response_modes_supported: Option<Vec<String>>,
    pushed_authorization_request_endpoint: Option<String>,
    #[serde(default)]
    require_pushed_authorization_requests: bool,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Zeroizing<String>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<serde_json::Value>,
}

/// Where what was pushed waits (RFC 9126, 2.2).
#[derive(Deserialize)]
struct Pushed {
    request_uri: String,
}

/// What a refusal says (RFC 6749, 5.2): one of a few words.
#[derive(Deserialize)]
struct Complaint {
    error: String,
}

/// How we prove to the provider who we are.
enum Proof {
    Secret(Secret),
    Key(Box<ClientKey>),
}

/// The provider, ready to be asked.
pub struct Provider {
    config: Oidc,
    proof: Proof,
    console: String,
    back: String,
    client: reqwest::Client,
    /// Follows a description that has moved.
    reader: reqwest::Client,
    at_once: Semaphore,
}

impl Provider {
    /// Reads the secret or the key. `public_url` is where the console is when the configuration says nothing else.
    pub fn open(config: Oidc, public_url: Option<&str>) -> Result<Self, OpenError> {
        let proof = match (&config.client_key_file, &config.client_secret_file) {
            (Some(file), _) => Proof::Key(Box::new(ClientKey::open(file, config.client_key_id.clone())?)),
            (None, file) => {
                Proof::Secret(sms::secret("oidc.client_secret_file", file.as_deref().unwrap_or("".as_ref()))?)
            }
        };
        let console = config.console_url.as_deref().or(public_url).unwrap_or_default().to_owned();
        let back = format!("{console}{BACK}");
        // Fails only when a provider of cryptography was installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = client::client().map_err(OpenError::Client)?;
        let reader = client::following(Policy::custom(follow)).map_err(OpenError::Client)?;
        Ok(Self { proof, console, back, client, reader, config, at_once: Semaphore::new(AT_ONCE) })
    }

    /// Its name for the button, where it has one.
    pub fn name(&self) -> Option<&str> {
        self.config.name.as_deref().map(str::trim)
    }

    /// Its issuer.
    pub fn issuer(&self) -> &str {
        &self.config.issuer
    }

    /// Where it sends browsers back to: the console's address, without the last slash.
    pub fn console(&self) -> &str {
        &self.console
    }

    /// Where to send the browser to begin. `anew`: whoever is there is to be asked who they are, even if the provider
    /// remembers somebody (Core 1.0, 3.1.2.1).
    pub async fn begin(&self, flow: &Flow, anew: bool, now_ms: i64) -> Result<Url, ProviderError> {
        let _one = self.at_once.try_acquire().map_err(|_| ProviderError::Busy)?;
        let description = self.describe().await?;
        let at = "authorization_endpoint";
        let mut url = Url::parse(&description.authorization_endpoint)
            .map_err(|cause| ProviderError::Misread(at, cause.to_string()))?;
        let (state, nonce, challenge) = (flow.state(), flow.nonce(), flow.challenge());
        let mut pairs = vec![
            ("response_type", "code"),
            ("scope", "openid"),
            ("client_id", self.config.client_id.as_str()),
            ("redirect_uri", &self.back),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        if anew {
            pairs.push(("prompt", "login"));
        }
        // Without a word a provider answers in the query (Discovery 1.0, 3).
        let modes = description.response_modes_supported.as_deref().unwrap_or_default();
        let takes = |mode: &str| modes.iter().any(|one| one == mode);
        if takes("form_post") && !takes("query") {
            pairs.push(("response_mode", "form_post"));
        }
        match description.pushed_to(self.config.pushed_requests)? {
            Some(endpoint) => {
                let at = "pushed_authorization_request_endpoint";
                let pushed: Pushed = read(at, self.proven(&description, endpoint, &pairs, now_ms)?).await?;
                let pairs = [("client_id", self.config.client_id.as_str()), ("request_uri", &pushed.request_uri)];
                url.query_pairs_mut().extend_pairs(pairs);
            }
            None => {
                url.query_pairs_mut().extend_pairs(pairs);
            }
        }
        Ok(url)
    }

    /// Redeems the code that came back; the subject of its ID token, and for one that is not believed what is wrong.
    /// `anew` as at [`Provider::begin`].
    pub async fn finish(
        &self,
        flow: &Flow,
        code: &str,
        anew: bool,
        now_ms: i64,
    ) -> Result<Result<String, id_token::Flaw>, ProviderError> {
        let _one = self.at_once.try_acquire().map_err(|_| ProviderError::Busy)?;
        let description = self.describe().await?;
        let verifier = flow.verifier();
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.back),
            ("code_verifier", &verifier),
        ];
        let redeem = self.proven(&description, &description.token_endpoint, &pairs, now_ms)?;
        let tokens: Tokens = read("token_endpoint", redeem).await?;
        let keys: Keys = read("jwks_uri", self.reader.get(&description.jwks_uri)).await?;
        // Keys that we do not know how to read are others' business.
        let keys: Vec<Jwk> = keys.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        let nonce = flow.nonce();
        let expected = id_token::Expected {
            issuer: &self.config.issuer,
            client_id: &self.config.client_id,
            nonce: &nonce,
            now_ms,
            asked_since_ms: anew.then(|| flow.started_ms()),
        };
        Ok(id_token::subject(&tokens.id_token, &keys, &expected))
    }

    /// A form to an endpoint that wants to know who asks. The secret goes where the provider wants it: into a header,
    /// unless it says that it takes it in the body only (Discovery 1.0, 3: without a word, the header).
    fn proven(
        &self,
        description: &Description,
        endpoint: &str,
        pairs: &[(&str, &str)],
        now_ms: i64,
    ) -> Result<RequestBuilder, ProviderError> {
        let id = self.config.client_id.as_str();
        let post = |pairs: &[(&str, &str)]| {
            let kind = "application/x-www-form-urlencoded";
            self.client.post(endpoint).header(header::CONTENT_TYPE, kind).body(form(pairs))
        };
        let named = pairs.iter().any(|(name, _)| *name == "client_id");
        let with = |more: &[(&str, &str)]| {
            let client = [("client_id", id)];
            post(&[pairs, if named { &[] } else { &client }, more].concat())
        };
        match &self.proof {
            Proof::Key(key) => {
                let at = "client_key_file";
                let mut random = [0; 16];
                getrandom::fill(&mut random).map_err(|cause| ProviderError::Misread(at, cause.to_string()))?;
                let taken = &description.token_endpoint_auth_signing_alg_values_supported;
                let assertion = key.assertion(id, &self.config.issuer, taken, &hex::encode(random), now_ms);
                let cannot = || ProviderError::Misread(at, "nothing can be signed with it".to_owned());
                let assertion = Zeroizing::new(assertion.ok_or_else(cannot)?);
                Ok(with(&[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)]))
            }
            Proof::Secret(secret) => {
                let methods = &description.token_endpoint_auth_methods_supported;
                let takes = |method: &str| methods.iter().any(|one| one == method);
                if takes("client_secret_post") && !takes("client_secret_basic") {
                    return Ok(with(&[("client_secret", secret.expose())]));
                }
                // Both are written as in a form first (RFC 6749, 2.3.1).
                let bare = |text: &str| form(&[("", text)]).trim_start_matches('=').to_owned();
                Ok(post(pairs).basic_auth(bare(id), Some(bare(secret.expose()))))
            }
        }
    }

    async fn describe(&self) -> Result<Description, ProviderError> {
        let at = "openid-configuration";
        let usual = || format!("{}/.well-known/{at}", self.config.issuer.trim_end_matches('/'));
        let url = self.config.description_url.clone().unwrap_or_else(usual);
        let description: Description = read(at, self.reader.get(url)).await?;
        let misread = |what: String| Err(ProviderError::Misread(at, what));
        if description.issuer != self.config.issuer {
            return misread(format!("it calls itself {:?}: write oidc.issuer exactly so", description.issuer));
        }
        let pushed = &description.pushed_authorization_request_endpoint;
        let all = [&description.authorization_endpoint, &description.token_endpoint, &description.jwks_uri];
        for url in all.into_iter().chain(pushed) {
            if !is_safe_url(url) {
                return misread(format!("{url:?} is not https"));
            }
        }
        Ok(description)
    }
}

impl Description {
    /// Where requests are pushed to, if they are.
    fn pushed_to(&self, wanted: bool) -> Result<Option<&str>, ProviderError> {
        match &self.pushed_authorization_request_endpoint {
            Some(endpoint) if wanted || self.require_pushed_authorization_requests => Ok(Some(endpoint)),
            None if wanted || self.require_pushed_authorization_requests => {
                let what = "it says nowhere that requests can be pushed to it: see oidc.pushed_requests".to_owned();
                Err(ProviderError::Misread("pushed_authorization_request_endpoint", what))
            }
            Some(_) | None => Ok(None),
        }
    }
}

/// Follows a description or keys that have moved, while the way stays safe.
fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    if attempt.previous().len() <= MOVES && is_safe_url(attempt.url().as_str()) {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// Names and values as a form is written.
fn form(pairs: &[(&str, &str)]) -> String {
    // A URL's query is written as a form is.
    let Ok(mut url) = Url::parse("form:/") else { return String::new() };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

async fn read<T: DeserializeOwned>(at: &'static str, request: RequestBuilder) -> Result<T, ProviderError> {
    use futures_util::StreamExt as _;
    let line = |cause: reqwest::Error| ProviderError::Line(at, innermost(&cause.without_url()));
    let answer = request.timeout(PATIENCE).header(header::ACCEPT, "application/json").send().await.map_err(line)?;
    let status = answer.status();
    let mut stream = answer.bytes_stream();
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = stream.next().await {
        body.extend_from_slice(&chunk.map_err(line)?);
        if body.len() > LONGEST_ANSWER {
            return Err(ProviderError::Misread(at, format!("it has more than {LONGEST_ANSWER} bytes")));
        }
    }
    if !status.is_success() {
        return Err(refusal(at, status, &body));
    }
    // What serde would quote may be a token: where it is wrong is enough.
    serde_json::from_slice(&body).map_err(|cause| {
        ProviderError::Misread(
            at,
            format!("{:?} at line {}, column {}", cause.classify(), cause.line(), cause.column()),
        )
    })
}

/// What a refusal means: its status, and the provider's word for what is wrong where it is one.
fn refusal(at: &'static str, status: StatusCode, body: &[u8]) -> ProviderError {
    let word = serde_json::from_slice::<Complaint>(body).ok().map(|complaint| complaint.error);
    let word = word.filter(|word| is_word(word));
    let said = word.as_ref().map_or_else(|| status.to_string(), |word| format!("{status}, {word}"));
    match word.as_deref() {
        Some("invalid_grant") => ProviderError::Over(at, said),
        Some("server_error" | "temporarily_unavailable" | "slow_down") => ProviderError::Failed(at, said),
        _ if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => ProviderError::Failed(at, said),
        Some(_) | None => ProviderError::Refused(at, said),
    }
}

/// Whether a text is one of the words by which providers refuse, such as `access_denied`: nothing else is repeated.
pub fn is_word(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_written_as_browsers_write_them() {
        assert_eq!(form(&[("a", "1 2"), ("code", "x&y=z+/%")]), "a=1+2&code=x%26y%3Dz%2B%2F%25");
    }

    #[test]
    fn only_words_of_the_provider_are_repeated() {
        use ProviderError as E;
        let says =
            |status: u16, body: &str| refusal("x", StatusCode::from_u16(status).expect("a status"), body.as_bytes());
        let described = r#"{"error":"invalid_grant","error_description":"code abc"}"#;
        assert_eq!(says(400, described), E::Over("x", "400 Bad Request, invalid_grant".into()));
        let unknown = r#"{"error":"invalid_client"}"#;
        assert_eq!(says(401, unknown), E::Refused("x", "401 Unauthorized, invalid_client".into()));
        assert_eq!(says(503, "<html>"), E::Failed("x", "503 Service Unavailable".into()));
        for body in ["", "[]", r#"{"error":"Code abc is over"}"#, r#"{"error":""}"#] {
            assert_eq!(says(400, body), E::Refused("x", "400 Bad Request".into()), "{body}");
        }
    }
}
