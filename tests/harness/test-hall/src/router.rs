//! The whole router over a hall, asked as terminals and programs ask.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use hall_domain::Actor;
use hall_domain::ground::clock::Clock;
use hall_domain::people::staff;
use hall_domain::terminals::enrolment;
use hall_rules::Role;
use kiosk_backend::app::App;
use kiosk_wire::kiosk_api::{JournalAnswer, Taken};
use kiosk_wire::{Envelope, Problem};
use outside::Terminal;
use outside::terminal;
use serde::de::DeserializeOwned;
use tower::ServiceExt as _;

use crate::{Hall, founding, log};

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// The same as text.
    pub body: String,
}

impl Answer {
    pub(crate) async fn to(router: axum::Router, request: Request<Body>) -> Self {
        let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a whole body").to_vec();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Self { status: parts.status, headers: parts.headers, bytes, body }
    }

    /// Where it leads.
    pub fn location(&self) -> &str {
        self.header(header::LOCATION.as_str())
    }

    /// A header, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[track_caller]
    /// What it says, when it is good.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        serde_json::from_slice(&self.bytes).expect("the JSON that was asked for")
    }

    #[track_caller]
    /// What it says, when it is a refusal in the one form of all refusals.
    pub fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), Problem::MEDIA_TYPE, "{}", self.status);
        let problem: Problem = serde_json::from_slice(&self.bytes).expect("a problem");
        assert_eq!(problem.status, self.status.as_u16());
        assert!(!problem.title.is_empty() && !problem.detail.is_empty(), "{problem:?}");
        problem
    }
}

impl Hall {
    /// As [`Hall::found`], within a runtime.
    pub async fn new() -> Self {
        Self::with("").await
    }

    /// With more lines in the configuration.
    pub async fn with(more: &str) -> Self {
        let (log, more) = (log::begin(), more.to_owned());
        blocking(move || Self::found_since(log, &more)).await
    }

    /// Stops the program and starts it again on the same folder.
    pub async fn restart(self) -> Self {
        blocking(move || self.close().open()).await
    }

    /// As [`Self::restart`], under another clock.
    pub async fn restart_with(self, clock: Clock) -> Self {
        blocking(move || self.close().under(clock).open()).await
    }

    /// Commands of the command line, which may block.
    pub async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&App) -> T + Send + 'static) -> T {
        let app = self.app.clone();
        blocking(move || work(&app)).await
    }

    /// Hires somebody, who then acts from an address of their own.
    pub async fn staff(&self, name: &'static str, window: &'static str, role: Role) -> Actor {
        let id = self.blocking(move |app| founding::hire(app, name, window, role)).await;
        let staff = staff::get(&self.app, id).await.expect("reads").expect("was added");
        Actor { staff, from: "192.0.2.7".into() }
    }

    /// Any request.
    pub async fn ask(&self, request: Request<Body>) -> Answer {
        Answer::to(self.api.clone(), request).await
    }

    /// Posts JSON, with a token where there is one.
    pub async fn post(&self, path: &str, token: Option<&str>, body: impl Into<Body>) -> Answer {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.ask(request.body(body.into()).expect("a request")).await
    }

    /// Asks with a token, and perhaps with what is known already.
    pub async fn get(&self, path: &str, token: &str, etag: Option<&str>) -> Answer {
        let mut request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        if let Some(etag) = etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        self.ask(request.body(Body::empty()).expect("a request")).await
    }

    /// Adds and enrols a terminal.
    pub async fn terminal(&self, name: &'static str, seed: u8) -> Terminal {
        let added = self.blocking(move |app| enrolment::add(app, name).expect("a terminal")).await;
        let key = terminal::key(seed);
        let request = serde_json::to_string(&terminal::enrolment(added.code, &key)).expect("JSON");
        Terminal::new(self.post("/kiosk/v1/enrol", None, request).await.json(), key)
    }

    /// Sends entries; the answer may be a refusal.
    pub async fn push(&self, terminal: &Terminal, entries: &[Envelope]) -> Answer {
        let push = serde_json::to_string(&terminal.push_of(entries)).expect("JSON");
        self.post("/kiosk/v1/journal", Some(&terminal.token(self.clock.now_ms())), push).await
    }

    /// Pushes everything a terminal has; all of it must be stored.
    pub async fn sync(&self, terminal: &Terminal) {
        let answer: JournalAnswer = self.push(terminal, &terminal.entries).await.json();
        assert_eq!(Some(answer.next), terminal.entries.last().map(|last| last.seq + 1));
        for result in answer.results {
            assert_eq!(result.taken, Taken::Stored, "entry {}", result.seq);
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
    }
}
