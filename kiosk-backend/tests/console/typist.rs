//! Somebody types into pages of the console in a real Chromium while sessions end and refusals come: nothing is lost.

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::post;
use hall_store::event::{Event, EventKind};
use outside::browser;
use test_hall::{Office, PASSWORD};

use crate::steps::goes;

/// What a person does in a frame, told by a script: it opens pages, types and presses, and moves the hall's clock.
const TYPIST: &str = r##"
const frame = document.querySelector("iframe");
const page = () => frame.contentDocument;
const until = async (what, done) => {
  for (let n = 0; n < 600; n += 1) {
    try { if (done()) return; } catch { /* between two pages */ }
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`waited for ${what} at ${frame.contentWindow.location.href}: ${page().body?.innerText.slice(0, 300)}`);
};
const at = (path) => until(path, () => frame.contentWindow.location.pathname === path && page().readyState === "complete");
const open = async (path, there = path) => { frame.src = path; await at(there); await until("script", () => page().body.dataset.live || !page().getElementById("live")); };
const type = (css, text) => { const one = page().querySelector(css); one.focus(); one.value = text; one.dispatchEvent(new Event("input", { bubbles: true })); };
const press = (css) => page().querySelector(css).click();
const later = (ms) => fetch(`/later/${ms}`, { method: "POST" });
const signIn = async () => { type("#name", "王敏"); type("#password", "PASSWORD"); press("#enter"); };
const shown = (id) => page().getElementById(id) && !page().getElementById(id).hidden;
const is = (what, value) => { if (!value) throw new Error(what); };
await open("/sign-in");
await signIn();
await until("the inbox", () => frame.contentWindow.location.pathname === "/inbox");
const note = "#note-text";
await open("CASE");
// Somebody types, and the session ends. Something happens in the hall: the page stays, and says so.
type(note, "写了一半的话");
await later(IDLE);
await fetch("/happens", { method: "POST" });
await until("the page to say that the session ended", () => shown("ended"));
is("it is the same page", frame.contentWindow.location.pathname === "CASE");
is("what was typed is there", page().querySelector(note).value === "写了一半的话");
// Sent all the same: first one signs in, then one press sends it.
press("#note-go");
await at("/sign-in");
is("it says that what was typed is kept", page().body.innerText.includes("您填写的内容已保留"));
await signIn();
await at("/kept");
press("#send-kept");
await at("CASE");
await until("the note on the case", () => page().body.innerText.includes("写了一半的话"));
// Nothing typed: the page goes to the sign-in page, and comes back.
await until("events", () => page().body.dataset.live);
await later(IDLE);
await fetch("/happens", { method: "POST" });
await at("/sign-in");
await signIn();
await at("CASE");
await until("script", () => page().body.dataset.live);
// Ticks of a review that is refused come back.
press("#verdict-0-wrong");
type("#words-0", "");
press("#review-go");
await until("the refusal", () => page().getElementById("typed"));
await until("the tick that is there again", () => page().getElementById("verdict-0-wrong").checked);
// A page that is refilled counts as typed: it stays as well.
await until("events", () => page().body.dataset.live);
await later(IDLE);
await fetch("/happens", { method: "POST" });
await until("the page to say that the session ended", () => shown("ended"));
is("the tick is there still", page().getElementById("verdict-0-wrong").checked);
return [];
"##;

/// The console itself with a clock to be moved, and a page beside it that frames its pages.
#[test]
fn what_is_typed_survives_the_end_of_a_session_and_a_refusal() {
    let mut hall = Office::open();
    let case = hall.received();
    goes(&mut hall.signed_in("王敏"), &case, "pre_review_started", &[], "pre_review");
    let script = TYPIST
        .replace("PASSWORD", PASSWORD)
        .replace("CASE", &case)
        .replace("IDLE", &(hall_store::sessions::IDLE_MS + 1).to_string());
    let (later, happens) = (hall.app.clone(), hall.app.clone());
    let happens = move || async move {
        let event = Event { case: None, window: None, kiosk: None, kind: EventKind::Attention };
        let told = happens.store().write(move |tx| {
            tx.announce(event);
            Ok::<_, hall_store::StoreError>(())
        });
        told.await.expect("tells");
    };
    let beside = Router::new()
        .route("/later/{ms}", post(move |Path(ms): Path<i64>| async move { later.clock().advance(ms) }))
        .route("/happens", post(happens));
    // Only here may a page of ours stand in a frame.
    let framed = hall.router.clone().layer(axum::middleware::map_response(|mut response: Response| async {
        response.headers_mut().remove("x-frame-options");
        response.headers_mut().remove("content-security-policy");
        response
    }));
    let findings = hall.runtime.block_on(browser::findings(beside.merge(framed), &script));
    assert_eq!(findings.expect("the typist is done in time"), Vec::<String>::new());
}
