//! Staff JSON under `/api/v1`: what the pages do, for the city's own programs. Signed in by a bearer token, never by a
//! cookie, so that no page of another site can use it.
//!
//! One table makes both the routes and the OpenAPI document at `/api/openapi.json`.

mod auth;
mod handlers;
mod openapi;
mod samples;

use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use hall_rules::Right;
use serde_json::Value;

use super::kiosk::{nothing_here, wrong_method};
use crate::access::Wants;
use crate::app::App;

/// One path and method.
struct Endpoint {
    method: &'static str,
    path: &'static str,
    /// One sentence for the document.
    summary: &'static str,
    /// Query parameters: name, and what it means.
    query: &'static [(&'static str, &'static str)],
    /// Fields of the body: name, and what it means.
    body: &'static [(&'static str, &'static str)],
    /// An example of the answer, made from the very types.
    answer: fn() -> Value,
    /// What it wants of whoever asks.
    wants: Wants,
    handler: MethodRouter<App>,
}

impl Endpoint {
    fn get(
        path: &'static str,
        summary: &'static str,
        query: &'static [(&'static str, &'static str)],
        answer: fn() -> Value,
        handler: MethodRouter<App>,
    ) -> Self {
        Self { method: "get", path, summary, query, body: &[], answer, wants: Wants::SignIn, handler }
    }

    fn post(
        path: &'static str,
        summary: &'static str,
        body: &'static [(&'static str, &'static str)],
        answer: fn() -> Value,
        handler: MethodRouter<App>,
    ) -> Self {
        Self { method: "post", path, summary, query: &[], body, answer, wants: Wants::SignIn, handler }
    }

    /// Only for those who have this right.
    fn to(self, right: Right) -> Self {
        Self { wants: Wants::Right(right), ..self }
    }
}

const SEEN: (&str, &str) =
    ("seen", "optional: `version` of the case as it was shown; explains a refusal as stale-page");
const REASON: (&str, &str) = ("reason", "goes on record; one line, at most 200 characters, nothing personal");

/// The table.
fn endpoints() -> Vec<Endpoint> {
    use Right as R;
    use handlers as h;
    use samples as s;
    let mut all = vec![
        Endpoint::post(
            "/v1/sessions",
            "Sign in; use the token as `Authorization: Bearer`",
            &[("name", "staff name"), ("password", "password")],
            s::session,
            post(h::sign_in).delete(h::sign_out),
        ),
        Endpoint::get("/v1/counts", "How many cases are in each view", &[], s::counts, get(h::counts)).to(R::SeeCases),
        Endpoint::get(
            "/v1/cases",
            "One page of the inbox",
            &[("view", "new (default), work, waiting, mine, attention, all"), ("after", "`next` of the page before")],
            s::inbox,
            get(h::cases),
        )
        .to(R::SeeCases),
        Endpoint::post(
            "/v1/cases/search",
            "Find cases; that a search was made goes on record, not for whom",
            &[("text", "receipt number, last four of the document number, full name, its initials, or phone")],
            s::inbox,
            post(h::search),
        )
        .to(R::SeeCases),
        Endpoint::get("/v1/cases/{id}", "One case, masked; the look goes on record", &[], s::case, get(h::case))
            .to(R::SeeCases),
        Endpoint::get("/v1/kiosks", "All terminals", &[], s::kiosks, get(h::kiosks)).to(R::SeeTerminals),
        Endpoint::get("/v1/kiosks/{id}/compartments", "One cabinet", &[], s::cabinet, get(h::cabinet))
            .to(R::SeeTerminals),
        Endpoint::get("/v1/set-aside", "Entries that wait for a person (chiefs)", &[], s::set_aside, get(h::set_aside))
            .to(R::SettleEntries),
        Endpoint::get(
            "/v1/audit",
            "The audit, newest first (chiefs)",
            &[("before", "`next` of the page before")],
            s::audit,
            get(h::audit),
        )
        .to(R::SeeAudit),
    ];
    all.extend(commands());
    all
}

fn commands() -> Vec<Endpoint> {
    use Right as R;
    use handlers as h;
    use samples as s;
    vec![
        Endpoint::post(
            "/v1/cases/{id}/collect",
            "Arm the box for yourself",
            &[SEEN, ("take_over", "optional, chiefs: take it from whoever is collecting")],
            s::case,
            post(h::collect),
        )
        .to(R::HandleBoxes),
        Endpoint::post("/v1/cases/{id}/cancel-collect", "You changed your mind", &[SEEN], s::case, post(h::cancel))
            .to(R::HandleBoxes),
        Endpoint::post("/v1/cases/{id}/affirm-empty", "You have the paper (已取出)", &[SEEN], s::case, post(h::affirm))
            .to(R::HandleBoxes),
        Endpoint::post("/v1/cases/{id}/confirm", "The doubtful paper is there", &[SEEN], s::case, post(h::confirm))
            .to(R::HandleBoxes),
        Endpoint::post("/v1/cases/{id}/void", "Nothing is there", &[SEEN, REASON], s::case, post(h::void))
            .to(R::HandleBoxes),
        Endpoint::post(
            "/v1/cases/{id}/open-now",
            "Open from the desk (chiefs)",
            &[SEEN, REASON],
            s::case,
            post(h::open),
        )
        .to(R::OpenFromDesk),
        Endpoint::post(
            "/v1/cases/{id}/steps",
            "Take a step: one of `steps` of the case, with what it needs",
            &[
                ("seen", "`version` of the case as it was shown; another one is refused as stale-page"),
                ("event", "which step"),
                ("findings", "one for each material, in their order: `material`, `deferrable`, `verdict`, `reason`"),
                ("reason", "why"),
                ("days", "working days"),
                ("elsewhere", "which body to apply to"),
                ("document", "number of the document issued"),
                ("delivery", "how the result goes to the applicant"),
                ("receiver", "who took it"),
            ],
            s::case,
            post(h::step),
        )
        .to(R::TakeSteps),
        Endpoint::get(
            "/v1/cases/{id}/notices/{n}",
            "One notice as it was made; the look goes on record",
            &[],
            s::notice,
            get(h::notice),
        )
        .to(R::SeeCases),
        Endpoint::post("/v1/cases/{id}/phone", "The phone in full; on record", &[], s::revealed, post(h::phone))
            .to(R::RevealPersonal),
        Endpoint::post(
            "/v1/cases/{id}/number",
            "The number in full; on record",
            &[REASON],
            s::revealed,
            post(h::number),
        )
        .to(R::RevealPersonal),
    ]
}

pub(super) fn router() -> Router<App> {
    let mut router = Router::new().route("/openapi.json", get(openapi::document));
    for endpoint in endpoints() {
        router = router.route(endpoint.path, endpoint.handler.layer(Extension(endpoint.wants)));
    }
    router.method_not_allowed_fallback(wrong_method).fallback(nothing_here)
}
