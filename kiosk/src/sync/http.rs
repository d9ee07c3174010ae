//! Calls to the backend: who we are, what it answered, and in which of three ways it failed.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kiosk_wire::signed::TokenClaims;
use kiosk_wire::{Code, FaultCode, Problem};
use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::tls;
use crate::cache::Tagged;
use crate::clock::Clock;
use crate::config::Backend;
use crate::flaw::Flaw;
use crate::identity::Identity;

/// How long a call may take, beyond the time it asks the backend to hold it open.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// A token is made anew when it has less than this to live, in milliseconds.
const TOKEN_SPARE_MS: i64 = 120_000;

/// A call failed.
#[derive(Debug, Error)]
pub enum CallError {
    /// The line: no connection, no answer, an answer cut off.
    #[error("the backend cannot be reached: {0}")]
    Line(String),
    /// The backend refused.
    #[error("the backend refused ({}): {}", .0.code, .0.title)]
    Refused(Box<Problem>),
    /// The backend's certificate is not valid at any time that it may be now.
    #[error("the backend's certificate is not valid now ({0}): it has run out, or a clock is wrong")]
    Certificate(String),
    /// The answer is not what this path answers with.
    #[error("the answer of the backend cannot be read: {0}. Is `backend.url` the hall's backend?")]
    Misread(String),
}

impl CallError {
    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Certificate(_) => {
                "timedatectl here and at the backend; renew the backend's certificate if it has run out"
            }
            Self::Line(_) | Self::Refused(_) | Self::Misread(_) => {
                "check the network and `backend.url`; deposits are kept and sent later"
            }
        }
    }

    /// The code of a refusal.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(problem) => Some(problem.code),
            Self::Line(_) | Self::Certificate(_) | Self::Misread(_) => None,
        }
    }
}

impl From<&CallError> for Flaw {
    fn from(error: &CallError) -> Self {
        let code = match error {
            CallError::Line(detail) => FaultCode::BackendUnreachable { detail: detail.clone() },
            CallError::Refused(problem) => FaultCode::BackendRefused { refusal: problem.code.to_string() },
            CallError::Certificate(detail) => FaultCode::BackendCertificate { detail: detail.clone() },
            CallError::Misread(detail) => FaultCode::BackendMisread { detail: detail.clone() },
        };
        Self::new(error.to_string(), error.advice(), code)
    }
}

/// Calls cannot be made at all.
#[derive(Debug, Error)]
pub enum SetupError {
    /// The certificates cannot be read.
    #[error("`backend.ca_file` {}: {what}", .path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        what: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// The client cannot be built.
    #[error("the HTTP client cannot be built: {0}")]
    Client(reqwest::Error),
    /// The system gives no thread.
    #[error("the sync thread cannot be started: {0}")]
    Thread(std::io::Error),
}

/// A client without an identity, as enrolment needs it.
pub fn plain(backend: &Backend, clock: &Arc<Clock>) -> Result<reqwest::Client, SetupError> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tcp_nodelay(true)
        .user_agent(concat!("kiosk/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls::config(backend.ca_file.as_deref(), Arc::clone(clock))?)
        .build()
        .map_err(SetupError::Client)
}

/// Calls on behalf of this terminal.
pub struct Client {
    http: reqwest::Client,
    base: String,
    identity: Identity,
    clock: Arc<Clock>,
    /// The token at hand.
    token: Mutex<Token>,
}

/// What is sent with each call. The backend judges it by its own clock, right or wrong: so this one has its time, whatever
/// is believed of it otherwise.
#[derive(Default)]
struct Token {
    /// The text, and until when it is good.
    held: Option<(String, i64)>,
    /// How far the backend's clock, as it told when it refused a token for it, is ahead of [`Clock::best_ms`].
    ahead_ms: i64,
}

impl Client {
    /// Makes one.
    pub fn new(backend: &Backend, identity: Identity, clock: Arc<Clock>) -> Result<Self, SetupError> {
        Ok(Self { http: plain(backend, &clock)?, base: backend.url.clone(), identity, clock, token: Mutex::default() })
    }

    /// The clocks, for answers that tell the backend's time.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Posts JSON, answered with JSON.
    pub async fn post<B: Serialize + Sync, A: DeserializeOwned>(&self, path: &str, body: &B) -> Result<A, CallError> {
        let response = self.call(Method::POST, path, |request| request.json(body)).await?;
        read(response).await
    }

    /// Gets JSON. The backend may hold the answer back for `held`.
    pub async fn get<A: DeserializeOwned>(&self, path: &str, held: Duration) -> Result<A, CallError> {
        let response = self.call(Method::GET, path, |request| request.timeout(PATIENCE + held)).await?;
        read(response).await
    }

    /// Gets a text unless it still has the name `etag`.
    pub async fn get_changed(&self, path: &str, etag: &str) -> Result<Option<Tagged>, CallError> {
        let named =
            |request: RequestBuilder| if etag.is_empty() { request } else { request.header(IF_NONE_MATCH, etag) };
        let response = self.call(Method::GET, path, named).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        let etag = response.headers().get(ETAG).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let body = response.text().await.map_err(line)?;
        Ok(Some(Tagged { etag, body }))
    }

    /// Calls; once more when the token was refused for the clock, whose true time the refusal tells.
    async fn call(
        &self,
        method: Method,
        path: &str,
        dress: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, CallError> {
        for last in [false, true] {
            let request = self.http.request(method.clone(), format!("{}{path}", self.base));
            let request = dress(request.bearer_auth(self.token()));
            match checked(request.send().await.map_err(line)?).await {
                Err(CallError::Refused(problem)) if problem.code == Code::TokenClock && !last => {
                    if let Some(server_ms) = problem.server_ms {
                        self.clock.hear(server_ms);
                    }
                    let ahead_ms = problem.server_ms.map_or(0, |server| server.saturating_sub(self.clock.best_ms()));
                    *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Token { held: None, ahead_ms };
                }
                answered => return answered,
            }
        }
        Err(CallError::Misread("it refuses the time that it told itself".into()))
    }

    fn token(&self) -> String {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.best_ms().saturating_add(token.ahead_ms);
        match &token.held {
            // A clock that was set back makes a token from the future: made anew as well.
            Some((text, until)) if (TOKEN_SPARE_MS..=TokenClaims::LONGEST_MS).contains(&(until - now)) => text.clone(),
            Some(_) | None => {
                let text = self.identity.token(now).unwrap_or_default();
                token.held = Some((text.clone(), now.saturating_add(TokenClaims::LONGEST_MS)));
                text
            }
        }
    }
}

/// A refusal as a [`Problem`], anything else as it is.
pub async fn checked(response: Response) -> Result<Response, CallError> {
    let status = response.status();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    let body = response.bytes().await.map_err(line)?;
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => Err(CallError::Refused(Box::new(problem))),
        Err(_) => Err(CallError::Misread(format!("HTTP {status} without a reason"))),
    }
}

/// Reads a JSON answer.
pub async fn read<A: DeserializeOwned>(response: Response) -> Result<A, CallError> {
    let body = response.bytes().await.map_err(line)?;
    serde_json::from_slice(&body).map_err(|error| CallError::Misread(error.to_string()))
}

/// The innermost cause is what helps; the URL in front of it may be long.
pub fn line(error: reqwest::Error) -> CallError {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if is_untimely(&error) { CallError::Certificate(cause.to_string()) } else { CallError::Line(cause.to_string()) }
}

/// Whether a certificate was refused for the time.
fn is_untimely(error: &reqwest::Error) -> bool {
    use rustls::CertificateError as E;
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(
            E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. },
        )) = error.downcast_ref()
        {
            return true;
        }
        // An error of input and output holds what it is about, and gives as its source only the source of that.
        let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = held.map(|held| held as _).or_else(|| error.source());
    }
    false
}
