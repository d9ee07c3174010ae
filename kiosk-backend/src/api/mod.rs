//! HTTP in: terminals under `/kiosk/v1`, staff JSON under `/api/v1`, pages by the console. Every refusal is a problem
//! document.

mod body;
mod kiosk;
mod report;
mod staff;
mod token;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use hall_words::Reason;

use crate::app::App;
use crate::console::{self, guard};
use crate::refused::Refused;
use crate::{connections, origin, public};

/// The largest body any path takes: 1 MiB.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// Everything the server answers.
pub fn router(app: App) -> Router {
    let api = Router::new()
        .nest("/kiosk/v1", kiosk::router())
        .nest("/api", staff::router())
        .route("/kiosk/{*rest}", any(other_version))
        .route("/sms/report", get(report::take).post(report::take))
        .method_not_allowed_fallback(kiosk::wrong_method)
        .with_state(app.clone())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(app.clone(), headers));
    let noted = middleware::from_fn_with_state(app.clone(), origin::note);
    let all = Router::new().merge(api).merge(public::router(app.clone())).merge(console::router(app.clone()));
    let nothing = move |request: Request| nothing(app, request);
    all.fallback(nothing).layer(noted).layer(middleware::from_fn(connections::watch))
}

/// Where there is nothing: programs are told so in their language, people in theirs.
async fn nothing(app: App, request: Request) -> Response {
    let path = request.uri().path();
    if ["/api", "/kiosk", "/sms"].iter().any(|root| path == *root || path.starts_with(&format!("{root}/"))) {
        return safe(&app, kiosk::nothing_here().await.into_response());
    }
    let (parts, _) = request.into_parts();
    public::nothing(&app, &parts)
}

/// A path under `/kiosk` that leads nowhere: most likely another version of the interface.
async fn other_version(Path(rest): Path<String>) -> Refused {
    if rest.starts_with("v1/") {
        return kiosk::nothing_here().await;
    }
    Reason::UnknownVersion.into()
}

/// What every JSON answer carries.
async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    safe(&app, next.run(request).await)
}

fn safe(app: &App, mut response: Response) -> Response {
    const SAFE: [(HeaderName, &str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in SAFE {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    guard::only_tls(response.headers_mut(), app.secure());
    response
}
