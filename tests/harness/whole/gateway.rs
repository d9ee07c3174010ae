//! The city's gateway for short messages, and the applicants' phones behind it: takes what the backend posts, as
//! `[sms]` describes it, and reports each as delivered.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;
use tokio::sync::oneshot;

use crate::wait::{PATIENCE, now_ms, until};
use crate::{Context, Result};

/// The secret between gateway and backend, of a hall that lives as long as a test or a demonstration.
const SECRET: &str = "gateway-of-lin-jiang";
/// How long it pauses before it reports again what the backend did not take.
const REPORT_AGAIN: Duration = Duration::from_secs(1);

/// A message on somebody's phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Which phone.
    pub to: String,
    /// What it says.
    pub text: String,
    /// When it came, milliseconds since the epoch.
    pub at_ms: i64,
    out_id: String,
}

/// A gateway on a loopback port of its own.
#[derive(Debug)]
pub struct Gateway {
    address: SocketAddr,
    line: Arc<Line>,
    /// Ends it when dropped.
    _end: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct Line {
    messages: Mutex<Vec<Message>>,
    report_to: Mutex<String>,
    off: AtomicBool,
}

impl Line {
    fn messages(&self) -> Vec<Message> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What the backend posts.
#[derive(Deserialize)]
struct Posted {
    mobile: String,
    content: String,
    #[serde(rename = "outId")]
    out_id: String,
}

impl Gateway {
    /// Starts it.
    pub fn start() -> Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("the gateway found no port")?;
        listener.set_nonblocking(true).context("the gateway's port")?;
        let address = listener.local_addr().context("the gateway's port")?;
        let line = Arc::new(Line::default());
        let app = Router::new().route("/send", post(take)).with_state(Arc::clone(&line));
        let (end, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("a runtime")?;
        thread::Builder::new()
            .name("gateway".into())
            .spawn(move || {
                runtime.block_on(async {
                    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                    tokio::select! {
                        _served = axum::serve(listener, app) => {}
                        _dropped = ended => {}
                    }
                });
            })
            .context("the gateway's thread")?;
        Ok(Self { address, line, _end: end })
    }

    /// The table of `backend.toml` that describes it; `secret_file` holds [`Gateway::secret`].
    pub fn described(&self, secret_file: &str) -> String {
        format!(
            "[sms]\nurl = \"http://{}/send\"\nsecret_file = {secret_file:?}\nmessage_id = \"/id\"\n\
             [sms.headers]\nauthorization = \"Bearer ${{secret}}\"\n\
             [sms.body]\nmobile = \"${{phone}}\"\ncontent = \"${{text}}\"\noutId = \"${{out_id}}\"\n\
             [sms.accepted]\npointer = \"/code\"\nequals = \"0\"\n\
             [sms.report]\nsecret_file = {secret_file:?}\nsignature_header = \"x-signature\"\nout_id = \"/outId\"\n\
             state = \"/status\"\ndelivered = [\"DELIVRD\"]\n",
            self.address
        )
    }

    /// What it shares with the backend.
    pub fn secret(&self) -> &'static str {
        SECRET
    }

    /// Reports deliveries there from now on.
    pub fn report_to(&self, url: &str) {
        url.clone_into(&mut self.line.report_to.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Switches it off, or on again: meanwhile it says that it has no time.
    pub fn switch_off(&self, off: bool) {
        self.line.off.store(off, Ordering::SeqCst);
    }

    /// Whether it is switched off.
    pub fn is_off(&self) -> bool {
        self.line.off.load(Ordering::SeqCst)
    }

    /// Every message that came to any phone, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.line.messages()
    }

    /// Waits for a message to this phone whose text has these words.
    pub fn wait_message(&self, to: &str, words: &str) -> Result<Message> {
        until(&format!("a message to {to} that says {words}"), PATIENCE, || {
            self.messages().into_iter().find(|message| message.to == to && message.text.contains(words))
        })
    }
}

async fn take(State(line): State<Arc<Line>>, headers: HeaderMap, Json(posted): Json<Posted>) -> Response {
    if line.off.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if headers.get(header::AUTHORIZATION).is_none_or(|shown| shown.as_bytes() != format!("Bearer {SECRET}").as_bytes())
    {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Posted { mobile: to, content: text, out_id } = posted;
    let message = Message { to, text, at_ms: now_ms(), out_id: out_id.clone() };
    {
        let mut messages = line.messages.lock().unwrap_or_else(PoisonError::into_inner);
        // As many gateways do: the same number of ours is the same message.
        if messages.iter().all(|known| known.out_id != out_id) {
            messages.push(message);
        }
    }
    let report_to = line.report_to.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if !report_to.is_empty() {
        tokio::spawn(report(report_to, out_id.clone()));
    }
    Json(json!({ "code": "0", "id": format!("biz-{out_id}") })).into_response()
}

/// Says that it was delivered, until somebody takes it.
async fn report(to: String, out_id: String) {
    let Ok(client) = crate::http::client() else { return };
    let body = json!({ "outId": out_id, "status": "DELIVRD" }).to_string();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()) else { return };
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    loop {
        let request = client.post(&to).header("x-signature", &signature).body(body.clone());
        if request.send().await.is_ok_and(|answer| answer.status().is_success()) {
            return;
        }
        tokio::time::sleep(REPORT_AGAIN).await;
    }
}
