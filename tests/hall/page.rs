//! The bench's page: one page on loopback, behind a token that only the terminal shows.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, REFERRER_POLICY};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use e2e::{Context as _, Result};
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::eye::Eye;
use crate::situation::{Bench, Deed};

/// How long a page waits for news before it asks again.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the page shows and steers.
#[derive(Clone)]
struct Desk {
    eye: Eye,
    bench: Bench,
}

/// The frame or revision that the page has.
#[derive(Deserialize)]
struct Have {
    after: u64,
}

/// Opens the port; returns the page's address and what serves it.
pub(crate) async fn open(eye: Eye, bench: Bench, port: u16) -> Result<(String, impl Future<Output = ()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.context(format!("port {port}"))?;
    let address = listener.local_addr().context("the page's port")?;
    let token = token()?;
    let at = |name: &str| format!("/{token}/{name}");
    let app = Router::new()
        .route(&at(""), get(|| async { part("text/html; charset=utf-8", include_str!("page/index.html")) }))
        .route(&at("bench.css"), get(|| async { part("text/css; charset=utf-8", include_str!("page/bench.css")) }))
        .route(&at("bench.js"), get(|| async { part("text/javascript; charset=utf-8", include_str!("page/bench.js")) }))
        .route(&at("screen"), get(screen))
        .route(&at("state"), get(state))
        .route(&at("paper"), get(paper))
        .route(&at("do"), post(act))
        .with_state(Desk { eye, bench })
        .layer(middleware::from_fn(move |request, next| only_here(address, request, next)));
    // A server on a bound socket ends only when the process does.
    let serving = async move {
        let _ended = axum::serve(listener, app).await;
    };
    Ok((format!("http://{address}/{token}/"), serving))
}

fn token() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context("randomness")?;
    Ok(hex::encode(bytes))
}

/// Turns away what a browser was lured into asking: the host must be ours, not a name that resolves to loopback.
async fn only_here(address: SocketAddr, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if host != address.to_string() && host != format!("localhost:{}", address.port()) {
        return (StatusCode::MISDIRECTED_REQUEST, "the bench answers only to its own address").into_response();
    }
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; \
                  base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn part(kind: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, kind)], text)
}

async fn screen(State(mut desk): State<Desk>, Query(have): Query<Have>) -> Response {
    if tokio::time::timeout(PATIENCE, desk.eye.wait_after(have.after)).await.is_err() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let made = tokio::task::spawn_blocking(move || {
        let (frame, area, picture) = desk.eye.after(have.after);
        picture.png().map(|png| (frame, area, png))
    });
    match made.await {
        Ok(Ok((frame, area, png))) => {
            let headers = [
                (CONTENT_TYPE, "image/png".to_owned()),
                (HeaderName::from_static("x-frame"), frame.to_string()),
                (HeaderName::from_static("x-area"), format!("{},{},{},{}", area.x, area.y, area.width, area.height)),
            ];
            (headers, png).into_response()
        }
        Ok(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn state(State(mut desk): State<Desk>, Query(have): Query<Have>) -> Response {
    match tokio::time::timeout(PATIENCE, desk.bench.wait_after(have.after)).await {
        Ok(Some(situation)) => Json(situation.as_ref()).into_response(),
        Ok(None) | Err(_) => StatusCode::NO_CONTENT.into_response(),
    }
}

/// Which piece of paper.
#[derive(Deserialize)]
struct Which {
    piece: usize,
}

async fn paper(State(desk): State<Desk>, Query(which): Query<Which>) -> Response {
    match tokio::task::spawn_blocking(move || desk.bench.paper(which.piece)).await {
        Ok(Some(png)) => ([(CONTENT_TYPE, "image/png")], png).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "there is no such piece of paper").into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn act(State(desk): State<Desk>, Json(deed): Json<Deed>) -> Response {
    match tokio::task::spawn_blocking(move || desk.bench.act(deed)).await {
        Ok(Ok(())) => StatusCode::NO_CONTENT.into_response(),
        Ok(Err(error)) => (StatusCode::CONFLICT, error.to_string()).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
