//! Nothing typed is lost to the end of a session. A form that is posted after its session ended is kept, sealed, until
//! its owner has signed in again in the same browser; then it lies before them and one press sends it. A page that was
//! open all along goes on with its forms: their token proves that the same person was shown it.

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request, State};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use hall_domain::Refusal;
use hall_domain::people::sign_in::new_token;
use hall_rules::Right;
use hall_store::kept_forms::{self, Kept};
use hall_store::sessions::{self, Digest};
use kiosk_wire::StaffId;

use super::frame::{Here, Shell};
use super::paths::{encoded, own_path, page_of};
use super::session::{
    LONGEST_FORM, Next as Asked, SignedIn, Visitor, comes_from_elsewhere, holder, owner_of, too_large,
};
use super::typed::{Form, written};
use super::{Console, pages};
use crate::refused::Refused;

/// A form waits this long for its owner to sign in: they are at the screen, having just pressed.
const KEPT_MS: i64 = 60 * 60 * 1000;
/// Forms that prove who somebody is are not kept, and neither is leaving.
const NOT_KEPT: [&str; 5] = ["/sign-in", crate::oidc::BACK, "/sign-out", "/language", "/account/password"];

/// What a form is posted as; files are not, and are still on the disk that they came from.
const FORM: &str = "application/x-www-form-urlencoded";

/// Keeps what is posted by nobody who is signed in, and forgets what was kept once it was sent again and taken.
pub(super) async fn keep(State(console): State<Console>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let is_form = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(FORM.as_bytes()));
    let visitor = Visitor::read_request(&request, console.cookies());
    if request.method() != Method::POST || !is_form || visitor.htmx || NOT_KEPT.contains(&path.as_str()) {
        return next.run(request).await;
    }
    let here = match visitor.session_key() {
        Some(key) => holder(&console, key, visitor.origin).await.map(|actor| actor.is_some()),
        None => Ok(false),
    };
    match here {
        Err(refusal) => Refused(refusal).into_response(),
        Ok(true) => {
            let (mut response, typed) = match passed_on(request, next).await {
                Ok(done) => done,
                Err(refusal) => return Refused(refusal).into_response(),
            };
            if response.status().is_client_error() {
                response.extensions_mut().extend(typed);
            } else if let Some(visit) = visitor.visit.as_deref().map(sessions::digest)
                && let Err(cause) = forget_sent(&console, visit, &path).await
            {
                tracing::error!(cause = %cause, "a form that was kept could not be forgotten");
            }
            response
        }
        Ok(false) => match kept(&console, &visitor, request).await {
            Ok(response) => response,
            Err(refused) => refused.into_response(),
        },
    }
}

/// Lets a form be answered, and hands it back with the answer.
async fn passed_on(request: Request, next: Next) -> Result<(Response, axum::http::Extensions), Refusal> {
    let path = request.uri().path().to_owned();
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST_FORM).await.map_err(|_| too_large())?;
    let response = next.run(Request::from_parts(parts, Body::from(body.clone()))).await;
    let mut typed = axum::http::Extensions::new();
    if response.status().is_client_error()
        && let Some(mut fields) = parsed(body).await
    {
        fields.retain(|(name, _)| name != "csrf");
        typed.insert(Form { path, fields });
    }
    Ok((response, typed))
}

async fn kept(console: &Console, visitor: &Visitor, request: Request) -> Result<Response, Refused> {
    let (path, next) = (request.uri().path().to_owned(), page_of(request.uri().path()));
    let mut response = Redirect::to(&format!("/sign-in?next={}", encoded(&next))).into_response();
    if comes_from_elsewhere(request.headers(), request.uri().authority()) {
        return Ok(response);
    }
    let body = to_bytes(request.into_body(), LONGEST_FORM).await.unwrap_or_default();
    let Some(mut fields) = parsed(body).await else { return Ok(response) };
    let token = fields.iter().position(|(name, _)| name == "csrf").map(|at| fields.swap_remove(at).1);
    let whose = match token {
        Some(token) => owner_of(console, &token).await?,
        None => None,
    };
    let Some(staff) = whose else { return Ok(response) };
    let token = visitor.visit.clone().map_or_else(new_token, Ok)?;
    let visit = sessions::digest(&token);
    let text = serde_json::to_string(&Form { path, fields }).map_err(|cause| Refusal::internal(&cause))?;
    let (keys, now) = (console.app.keys(), console.app.now_ms());
    let write = move |tx: &mut hall_store::Tx<'_>| {
        let body = keys.sealer.seal(&text, &kept_forms::context(&visit, staff))?;
        Ok::<_, Refusal>(kept_forms::keep(tx, &visit, &Kept { staff, body }, now, now + KEPT_MS)?)
    };
    console.app.store().write(write).await?;
    response.headers_mut().append(SET_COOKIE, console.cookies().visit(&token));
    Ok(response)
}

async fn parsed(body: axum::body::Bytes) -> Option<Vec<(String, String)>> {
    use axum::extract::FromRequest as _;
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
    axum::Form::<Vec<(String, String)>>::from_request(request, &()).await.ok().map(|axum::Form(fields)| fields)
}

async fn find(console: &Console, visitor: &Visitor) -> Result<Option<(Digest, Kept)>, Refusal> {
    let Some(visit) = visitor.visit.as_deref().map(sessions::digest) else { return Ok(None) };
    let now = console.app.now_ms();
    let kept = console.app.store().read(move |connection| kept_forms::find(connection, &visit, now)).await?;
    Ok(kept.map(|kept| (visit, kept)))
}

fn open(console: &Console, visit: &Digest, kept: &Kept) -> Result<Form, Refusal> {
    let text = console.app.keys().sealer.open(&kept.body, &kept_forms::context(visit, kept.staff))?;
    serde_json::from_str(text.expose()).map_err(|cause| Refusal::internal(&cause))
}

async fn forget(console: &Console, visit: Digest) -> Result<(), Refusal> {
    console.app.store().write(move |tx| Ok::<_, Refusal>(kept_forms::forget(tx, &visit)?)).await
}

async fn forget_sent(console: &Console, visit: Digest, path: &str) -> Result<(), Refusal> {
    let now = console.app.now_ms();
    let kept = console.app.store().read(move |connection| kept_forms::find(connection, &visit, now)).await?;
    match kept {
        Some(kept) if open(console, &visit, &kept)?.path == path => forget(console, visit).await,
        Some(_) | None => Ok(()),
    }
}

/// Whether something waits for whoever signs in here.
pub(super) async fn waits(console: &Console, visitor: &Visitor) -> Result<bool, Refusal> {
    Ok(find(console, visitor).await?.is_some())
}

/// Where somebody goes after signing in: to what they had typed, if they are the same person. What another person had
/// typed is forgotten.
pub(super) async fn onward(
    console: &Console,
    visitor: &Visitor,
    staff: StaffId,
    next: &str,
) -> Result<Response, Refused> {
    let next = own_path(next);
    match find(console, visitor).await? {
        Some((_, kept)) if kept.staff == staff => {
            Ok(Redirect::to(&format!("/kept?next={}", encoded(next))).into_response())
        }
        Some((visit, _)) => {
            forget(console, visit).await?;
            Ok(Redirect::to(next).into_response())
        }
        None => Ok(Redirect::to(next).into_response()),
    }
}

/// What was typed, to be sent again.
#[derive(Template)]
#[template(path = "kept.html")]
pub(super) struct KeptPage {
    pub(super) shell: Shell,
    pub(super) path: String,
    pub(super) fields: Vec<(String, String)>,
    /// What of it was written, for people to see.
    pub(super) written: Vec<String>,
    pub(super) next: String,
}

/// `GET /kept`
pub(super) async fn page(
    State(console): State<Console>,
    me: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let next = own_path(&asked.next).to_owned();
    let found = find(&console, &me.visitor).await?.filter(|(_, kept)| kept.staff == me.actor.staff.id);
    let Some((visit, kept)) = found else { return Ok(Redirect::to(&next).into_response()) };
    let Form { path, fields } = open(&console, &visit, &kept)?;
    let mut shell = console.shell(&me, Here::Elsewhere).await?;
    shell.path = next.clone();
    Ok(pages::respond(StatusCode::OK, &KeptPage { shell, path, written: written(fields.clone()), fields, next }))
}

/// `GET /here`: how many seconds the session still lasts; asking as a person (and not as a page that renews itself) is
/// being there, as typing is.
pub(super) async fn here(State(console): State<Console>, me: SignedIn) -> Result<String, Refused> {
    Ok(me.lasts_s(&console).await?.to_string())
}
