//! Staff JSON under `/api/v1`: what the pages do, for the city's own programs. Signed in by a bearer token, never by a
//! cookie, so that no page of another site can use it.
//!
//! One table makes both the routes and the OpenAPI document at `/api/openapi.json`.

mod auth;
mod bodies;
mod casework;
mod hall;
mod handlers;
mod openapi;
mod samples;

use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use hall_rules::Right;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, json};

use self::bodies::schema_of;
use super::kiosk::{nothing_here, wrong_method};
use crate::access::Wants;
use crate::app::App;
use crate::attachments;

/// One path and method.
struct Endpoint {
    method: &'static str,
    path: &'static str,
    /// One sentence for the document.
    summary: &'static str,
    /// Query parameters: name, and what it means.
    query: &'static [(&'static str, &'static str)],
    /// What is posted.
    body: Body,
    answer: Answer,
    /// What it wants of whoever asks.
    wants: Wants,
    handler: MethodRouter<App>,
}

/// What is posted.
enum Body {
    /// Nothing that is read.
    None,
    /// JSON of this schema.
    Json(fn() -> Value),
    /// One file, as browsers send it.
    File,
}

impl Body {
    fn of<T: JsonSchema>() -> Self {
        Self::Json(schema_of::<T>)
    }
}

/// Says the type of an answer, and makes an example of it.
type Described = dyn Fn(&mut SchemaGenerator) -> (Schema, Value);

/// What is answered.
enum Answer {
    Json(Box<Described>),
    /// Bytes to be saved.
    File,
}

impl Answer {
    fn of<T: JsonSchema + Serialize + 'static>(example: fn() -> T) -> Self {
        Self::Json(Box::new(move |schemas| (schemas.subschema_for::<T>(), json!(example()))))
    }
}

impl Endpoint {
    fn get<T: JsonSchema + Serialize + 'static>(
        path: &'static str,
        summary: &'static str,
        query: &'static [(&'static str, &'static str)],
        answer: fn() -> T,
        handler: MethodRouter<App>,
    ) -> Self {
        let answer = Answer::of(answer);
        Self { method: "get", path, summary, query, body: Body::None, answer, wants: Wants::SignIn, handler }
    }

    fn post<T: JsonSchema + Serialize + 'static>(
        path: &'static str,
        summary: &'static str,
        body: Body,
        answer: fn() -> T,
        handler: MethodRouter<App>,
    ) -> Self {
        let answer = Answer::of(answer);
        Self { method: "post", path, summary, query: &[], body, answer, wants: Wants::SignIn, handler }
    }

    fn file(path: &'static str, summary: &'static str, handler: MethodRouter<App>) -> Self {
        let (body, answer) = (Body::None, Answer::File);
        Self { method: "get", path, summary, query: &[], body, answer, wants: Wants::SignIn, handler }
    }

    /// Only for those who have this right.
    fn to(self, right: Right) -> Self {
        Self { wants: Wants::Right(right), ..self }
    }
}

const AFTER: (&str, &str) = ("after", "`next` of the page before");

/// The table.
fn endpoints() -> Vec<Endpoint> {
    use Right as R;
    use bodies as b;
    use handlers as h;
    use samples as s;
    let mut all = vec![
        Endpoint::post(
            "/v1/sessions",
            "Sign in; use the token as `Authorization: Bearer`",
            Body::of::<b::Credentials>(),
            s::session,
            post(h::sign_in).delete(h::sign_out),
        ),
        Endpoint::get("/v1/counts", "How many cases are in each view", &[], s::counts, get(h::counts)).to(R::SeeCases),
        Endpoint::get(
            "/v1/cases",
            "One page of the inbox",
            &[("view", "new (default), work, waiting, mine, attention, all"), AFTER],
            s::inbox,
            get(h::cases),
        )
        .to(R::SeeCases),
        Endpoint::post(
            "/v1/cases/search",
            "Find cases; that a search was made goes on record, not for whom",
            Body::of::<b::Search>(),
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
    all.extend(work());
    all.extend(whole_hall());
    all
}

fn commands() -> Vec<Endpoint> {
    use Right as R;
    use bodies as b;
    use handlers as h;
    use samples as s;
    vec![
        Endpoint::post(
            "/v1/cases/{id}/collect",
            "Arm the box for yourself",
            Body::of::<b::Collect>(),
            s::case,
            post(h::collect),
        )
        .to(R::HandleBoxes),
        Endpoint::post(
            "/v1/cases/{id}/cancel-collect",
            "You changed your mind",
            Body::of::<b::Seen>(),
            s::case,
            post(h::cancel),
        )
        .to(R::HandleBoxes),
        Endpoint::post(
            "/v1/cases/{id}/affirm-empty",
            "You have the paper (已取出)",
            Body::of::<b::Seen>(),
            s::case,
            post(h::affirm),
        )
        .to(R::HandleBoxes),
        Endpoint::post(
            "/v1/cases/{id}/confirm",
            "The doubtful paper is there",
            Body::of::<b::Seen>(),
            s::case,
            post(h::confirm),
        )
        .to(R::HandleBoxes),
        Endpoint::post("/v1/cases/{id}/void", "Nothing is there", Body::of::<b::Reasoned>(), s::case, post(h::void))
            .to(R::HandleBoxes),
        Endpoint::post(
            "/v1/cases/{id}/open-now",
            "Open from the desk (chiefs)",
            Body::of::<b::Reasoned>(),
            s::case,
            post(h::open),
        )
        .to(R::OpenFromDesk),
        Endpoint::post(
            "/v1/cases/{id}/steps",
            "Take a step: one of `steps` of the case, with what it needs",
            Body::of::<b::Step>(),
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
        Endpoint::post("/v1/cases/{id}/phone", "The phone in full; on record", Body::None, s::revealed, post(h::phone))
            .to(R::RevealPersonal),
        Endpoint::post(
            "/v1/cases/{id}/number",
            "The number in full; on record",
            Body::of::<b::Reason>(),
            s::revealed,
            post(h::number),
        )
        .to(R::RevealPersonal),
    ]
}

/// What the window's work adds to a case beside its steps, and what other windows' cases ask of it.
fn work() -> Vec<Endpoint> {
    use Right as R;
    use bodies as b;
    use casework as c;
    use samples as s;
    let files = "Attach a PDF, PNG or JPEG of at most 20 MB: multipart/form-data with one field `file` that has a name";
    vec![
        Endpoint::post(
            "/v1/cases/{id}/claim",
            "Claim it for a quarter of an hour",
            Body::of::<b::Seen>(),
            s::case,
            post(c::claim),
        )
        .to(R::ClaimCases),
        Endpoint::post("/v1/cases/{id}/release", "Give a claim back", Body::of::<b::Seen>(), s::case, post(c::release))
            .to(R::ClaimCases),
        Endpoint::post(
            "/v1/cases/{id}/claim-over",
            "Take it from whoever holds it (chiefs)",
            Body::of::<b::Reasoned>(),
            s::case,
            post(c::claim_over),
        )
        .to(R::TakeOver),
        Endpoint::post(
            "/v1/cases/{id}/preview",
            "What a step would do, notice included; changes nothing. Without `event`: what follows from `findings`",
            Body::of::<b::Preview>(),
            s::preview,
            post(c::preview),
        )
        .to(R::TakeSteps),
        Endpoint::post(
            "/v1/cases/{id}/load",
            "Arm a terminal for putting the result into one of its boxes",
            Body::of::<b::Load>(),
            s::case,
            post(c::load),
        )
        .to(R::HandleBoxes),
        Endpoint::post(
            "/v1/cases/{id}/messages/{n}/again",
            "Send a message to the applicant again; `n` is its `id`",
            Body::of::<b::Round>(),
            s::case,
            post(c::message_again),
        )
        .to(R::HandleBoxes),
        Endpoint::get(
            "/v1/cases/{id}/casework",
            "Answers of other departments, how much of the form is keyed in, attachments, the mandate, masked",
            &[],
            s::casework,
            get(c::casework),
        )
        .to(R::SeeCases),
        Endpoint::post("/v1/cases/{id}/notes", "Add an internal note", Body::of::<b::Note>(), s::case, post(c::note))
            .to(R::TakeSteps),
        Endpoint::post(
            "/v1/cases/{id}/mandate",
            "Record that the mandate of whoever acts for another was checked (代办)",
            Body::of::<b::Mandate>(),
            s::casework,
            post(c::mandate),
        )
        .to(R::TakeSteps),
        Endpoint::post(
            "/v1/cases/{id}/green",
            "Put it into the green channel (绿色通道) or take it out (chiefs)",
            Body::of::<b::Channel>(),
            s::case,
            post(c::green),
        )
        .to(R::GreenChannel),
        Endpoint::get(
            "/v1/cases/{id}/fields",
            "The form's fields with what was keyed in, in full; the look goes on record",
            &[],
            s::fields,
            get(c::fields),
        )
        .to(R::RevealPersonal),
        Endpoint::post(
            "/v1/cases/{id}/fields",
            "Key in the form: all of it is kept or, when a value does not suit its field, none",
            Body::of::<b::Keyed>(),
            s::fields,
            post(c::key_in),
        )
        .to(R::RevealPersonal),
        Endpoint::post(
            "/v1/cases/{id}/files",
            files,
            Body::File,
            s::casework,
            post(c::attach).layer(DefaultBodyLimit::max(attachments::LARGEST_FORM)),
        )
        .to(R::TakeSteps),
        Endpoint::file("/v1/cases/{id}/files/{n}", "One attachment; the reading goes on record", get(c::file))
            .to(R::SeeCases),
        Endpoint::file("/v1/cases/{id}/archive", "A closed case as one signed .zip, in full", get(c::archive))
            .to(R::ExportCases),
        Endpoint::post(
            "/v1/cases/{id}/recall-part",
            "Take a question to another department back",
            Body::of::<b::Recall>(),
            s::casework,
            post(c::recall),
        )
        .to(R::TakeSteps),
        Endpoint::get(
            "/v1/joint",
            "What other windows' cases ask of yours (会办), what is due first on top",
            &[AFTER],
            s::waiting,
            get(c::waiting),
        )
        .to(R::SeeCases),
        Endpoint::get(
            "/v1/joint/{id}",
            "One of these, with what the department may know of the case, masked; the look goes on record",
            &[],
            s::part,
            get(c::part),
        )
        .to(R::SeeCases),
        Endpoint::post(
            "/v1/joint/{id}/answer",
            "The department's answer, given once",
            Body::of::<b::Opinion>(),
            s::part,
            post(c::answer),
        )
        .to(R::TakeSteps),
    ]
}

/// What concerns the hall as a whole.
fn whole_hall() -> Vec<Endpoint> {
    use Right as R;
    use bodies as b;
    use hall as h;
    use samples as s;
    vec![
        Endpoint::get("/v1/kiosks/{id}/round", "Your round there, or null", &[], s::round, get(h::round))
            .to(R::HandleBoxes),
        Endpoint::post(
            "/v1/kiosks/{id}/round",
            "Arm all boxes there that you may collect, under one code",
            Body::None,
            s::round,
            post(h::begin_round),
        )
        .to(R::HandleBoxes),
        Endpoint::post(
            "/v1/kiosks/{id}/round/end",
            "Give back the boxes that were not opened",
            Body::None,
            s::round,
            post(h::end_round),
        )
        .to(R::HandleBoxes),
        Endpoint::post(
            "/v1/kiosks/{id}/return-to-service",
            "You looked into a box that was out of service: it serves again",
            Body::of::<b::Compartment>(),
            s::cabinet,
            post(h::return_to_service),
        )
        .to(R::ReturnBoxes),
        Endpoint::post(
            "/v1/set-aside/{n}/looked",
            "You dealt with an entry; `n` is its `id`",
            Body::None,
            s::set_aside,
            post(h::looked),
        )
        .to(R::SettleEntries),
        Endpoint::get(
            "/v1/uncollected",
            "Results in boxes whose time is over",
            &[],
            s::uncollected,
            get(h::uncollected),
        )
        .to(R::HandleBoxes),
        Endpoint::get(
            "/v1/late",
            "Cases, answers and call-backs near or over their limit that nobody who supervises saw",
            &[],
            s::late,
            get(h::late),
        )
        .to(R::Supervise),
        Endpoint::post("/v1/late/{id}/seen", "You saw it; `id` is the case's", Body::None, s::late, post(h::seen))
            .to(R::Supervise),
        Endpoint::get("/v1/callbacks", "Call-backs (回访), the open ones first", &[], s::callbacks, get(h::callbacks))
            .to(R::Supervise),
        Endpoint::post(
            "/v1/callbacks/{id}",
            "What a call came to; `id` is the case's. What is written stays",
            Body::of::<b::Called>(),
            s::callbacks,
            post(h::called),
        )
        .to(R::Supervise),
        Endpoint::get(
            "/v1/statistics",
            "Figures of a time",
            &[("days", "7, 30 (default) or 90")],
            s::statistics,
            get(h::statistics),
        )
        .to(R::Supervise),
    ]
}

pub(super) fn router() -> Router<App> {
    let mut router = Router::new().route("/openapi.json", get(openapi::document));
    for endpoint in endpoints() {
        router = router.route(endpoint.path, endpoint.handler.layer(Extension(endpoint.wants)));
    }
    router.method_not_allowed_fallback(wrong_method).fallback(nothing_here)
}
