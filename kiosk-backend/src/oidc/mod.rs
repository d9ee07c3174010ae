//! The city's provider of accounts, asked over HTTP (OpenID Connect Discovery 1.0 and Core 1.0, authorization code flow
//! with PKCE).
//!
//! Nothing of the provider is kept: its description and its keys are read anew at each sign-in, of which a hall has a few
//! dozen a day. So a changed key or address needs no restart.

pub mod flow;
pub mod id_token;
pub mod sign_in;

use std::time::Duration;

use jsonwebtoken::jwk::Jwk;
use reqwest::{RequestBuilder, StatusCode, Url, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use self::flow::Flow;
use crate::client;
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

/// Why the provider cannot be used as it is configured.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The secret cannot be read.
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
    /// The provider refused.
    #[error("the provider refused at {0}: {1}")]
    Refused(&'static str, String),
    /// We cannot use what it said.
    #[error("the provider's answer at {0} cannot be used: {1}")]
    Misread(&'static str, String),
    /// Too many ask already.
    #[error("too many sign-ins ask the provider at once")]
    Busy,
}

/// What the provider says of itself (Discovery 1.0, 3).
#[derive(Deserialize)]
struct Description {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Zeroizing<String>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<serde_json::Value>,
}

/// What a refusal says (RFC 6749, 5.2): one of a few words.
#[derive(Deserialize)]
struct Complaint {
    error: String,
}

/// The provider, ready to be asked.
pub struct Provider {
    config: Oidc,
    secret: Secret,
    back: String,
    client: reqwest::Client,
    at_once: Semaphore,
}

impl Provider {
    /// Reads the secret. `public_url` is where the console is when the configuration says nothing else.
    pub fn open(config: Oidc, public_url: Option<&str>) -> Result<Self, OpenError> {
        let secret = sms::secret("oidc.client_secret_file", &config.client_secret_file)?;
        let console = config.console_url.as_deref().or(public_url).unwrap_or_default();
        let back = format!("{console}{BACK}");
        // Fails only when a provider of cryptography was installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = client::client().map_err(OpenError::Client)?;
        Ok(Self { secret, back, client, config, at_once: Semaphore::new(AT_ONCE) })
    }

    /// Its name for the button, where it has one.
    pub fn name(&self) -> Option<&str> {
        self.config.name.as_deref().map(str::trim)
    }

    /// Its issuer.
    pub fn issuer(&self) -> &str {
        &self.config.issuer
    }

    /// Where to send the browser to begin.
    pub async fn begin(&self, flow: &Flow) -> Result<Url, ProviderError> {
        let _one = self.at_once.try_acquire().map_err(|_| ProviderError::Busy)?;
        let at = "authorization_endpoint";
        let mut url = Url::parse(&self.describe().await?.authorization_endpoint)
            .map_err(|cause| ProviderError::Misread(at, cause.to_string()))?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("scope", "openid")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.back)
            .append_pair("state", &flow.state())
            .append_pair("nonce", &flow.nonce())
            .append_pair("code_challenge", &flow.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Redeems the code that came back; the subject of its ID token, and for one that is not believed what is wrong.
    pub async fn finish(
        &self,
        flow: &Flow,
        code: &str,
        now_ms: i64,
    ) -> Result<Result<String, id_token::Flaw>, ProviderError> {
        let _one = self.at_once.try_acquire().map_err(|_| ProviderError::Busy)?;
        let description = self.describe().await?;
        let tokens: Tokens = read("token_endpoint", self.redeem(&description, flow, code)).await?;
        let keys: Keys = read("jwks_uri", self.client.get(&description.jwks_uri)).await?;
        // Keys that we do not know how to read are others' business.
        let keys: Vec<Jwk> = keys.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        let nonce = flow.nonce();
        let expected = id_token::Expected {
            issuer: &self.config.issuer,
            client_id: &self.config.client_id,
            nonce: &nonce,
            now_ms,
        };
        Ok(id_token::subject(&tokens.id_token, &keys, &expected))
    }

    /// The request that redeems a code. The secret goes where the provider wants it: into a header, unless it says that
    /// it takes it in the body only (Discovery 1.0, 3: without a word, the header).
    fn redeem(&self, description: &Description, flow: &Flow, code: &str) -> RequestBuilder {
        let methods = &description.token_endpoint_auth_methods_supported;
        let takes = |method: &str| methods.iter().any(|one| one == method);
        let in_body = takes("client_secret_post") && !takes("client_secret_basic");
        let (id, secret) = (self.config.client_id.as_str(), self.secret.expose());
        let verifier = flow.verifier();
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.back),
            ("code_verifier", &verifier),
        ];
        if in_body {
            pairs.extend([("client_id", id), ("client_secret", secret)]);
        }
        let request = self
            .client
            .post(&description.token_endpoint)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form(&pairs));
        // Both are written as in a form first (RFC 6749, 2.3.1).
        let bare = |text: &str| form(&[("", text)]).trim_start_matches('=').to_owned();
        if in_body { request } else { request.basic_auth(bare(id), Some(bare(secret))) }
    }

    async fn describe(&self) -> Result<Description, ProviderError> {
        let at = "openid-configuration";
        let url = format!("{}/.well-known/{at}", self.config.issuer.trim_end_matches('/'));
        let description: Description = read(at, self.client.get(url)).await?;
        let misread = |what: String| Err(ProviderError::Misread(at, what));
        if description.issuer != self.config.issuer {
            return misread(format!("it calls itself {:?}: write oidc.issuer exactly so", description.issuer));
        }
        for url in [&description.authorization_endpoint, &description.token_endpoint, &description.jwks_uri] {
            if !is_safe_url(url) {
                return misread(format!("{url:?} is not https"));
            }
        }
        Ok(description)
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
    let line = |cause: reqwest::Error| ProviderError::Line(at, cause.without_url().to_string());
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
    if status != StatusCode::OK {
        return Err(ProviderError::Refused(at, complaint(status, &body)));
    }
    // What serde would quote may be a token: where it is wrong is enough.
    serde_json::from_slice(&body).map_err(|cause| {
        ProviderError::Misread(
            at,
            format!("{:?} at line {}, column {}", cause.classify(), cause.line(), cause.column()),
        )
    })
}

/// The status, and the provider's word for what is wrong where it is one.
fn complaint(status: StatusCode, body: &[u8]) -> String {
    let word = serde_json::from_slice::<Complaint>(body).ok().map(|complaint| complaint.error);
    match word.filter(|word| is_word(word)) {
        Some(word) => format!("{status}, {word}"),
        None => status.to_string(),
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
        let says = |body: &str| complaint(StatusCode::BAD_REQUEST, body.as_bytes());
        assert_eq!(
            says(r#"{"error":"invalid_grant","error_description":"code abc"}"#),
            "400 Bad Request, invalid_grant"
        );
        for body in ["", "[]", r#"{"error":"Code abc is over"}"#, r#"{"error":""}"#] {
            assert_eq!(says(body), "400 Bad Request", "{body}");
        }
    }
}
