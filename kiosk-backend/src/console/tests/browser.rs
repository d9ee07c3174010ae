//! Every page in a real Chromium, in both languages: usable without eyes or mouse as far as a machine can judge
//! (axe-core: nothing serious or critical), and at 200 % zoom on a screen of 1366 pixels without scrolling sideways.
//!
//! One browser opens one page of ours, which shows each sample in a frame, judges it, and posts what it found.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::mpsc;

use crate::console::words::Lang;
use crate::console::{assets, samples};

const AXE: &str = include_str!("../../../tests/axe/axe.min.js");
/// Long enough for a machine that does other things as well; a page takes well under a second.
const PATIENCE: Duration = Duration::from_secs(150);

const JUDGE: &str = r#"
const frame = document.querySelector("iframe");
const load = (n, width) => new Promise((loaded) => { frame.width = width; frame.onload = loaded; frame.src = `/page/${n}`; });
const script = (page) => new Promise((loaded) => { const s = page.createElement("script"); s.src = "/axe.js"; s.onload = loaded; page.head.append(s); });
(async () => {
  const found = [];
  for (let n = 0; n < COUNT; n += 1) {
    await load(n, 1366);
    const page = frame.contentDocument;
    const name = `${page.title} (page ${n})`;
    await script(page);
    const judged = await frame.contentWindow.axe.run(page, { resultTypes: ["violations"] });
    for (const one of judged.violations.filter((one) => ["serious", "critical"].includes(one.impact))) {
      found.push(`${name}: ${one.impact} ${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
    }
    await load(n, 683);
    const root = frame.contentDocument.documentElement;
    if (root.scrollWidth > root.clientWidth) {
      const wide = [...root.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1);
      found.push(`${name} at 200 %: ${root.scrollWidth} of ${root.clientWidth}: ${wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ")}`);
    }
  }
  return found;
})().then((found) => found, (error) => [`the judge failed: ${error}`])
  .then((found) => fetch("/found", { method: "POST", body: JSON.stringify(found) }));
"#;

struct Desk {
    pages: Vec<String>,
    found: mpsc::UnboundedSender<Vec<String>>,
}

async fn page(State(desk): State<Arc<Desk>>, Path(n): Path<usize>) -> Response {
    desk.pages.get(n).map_or_else(|| StatusCode::NOT_FOUND.into_response(), |page| Html(page.clone()).into_response())
}

async fn first(State(desk): State<Arc<Desk>>) -> Html<String> {
    let judge = JUDGE.replace("COUNT", &desk.pages.len().to_string());
    Html(format!("<!doctype html><title>judge</title><iframe height=\"768\"></iframe><script>{judge}</script>"))
}

async fn found(State(desk): State<Arc<Desk>>, body: String) {
    let told = serde_json::from_str(&body).unwrap_or_else(|_| vec![body]);
    // The test may have given up.
    let _ = desk.found.send(told);
}

/// Ends with the test, whatever becomes of it.
struct Browser(Child);

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

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
(async () => {
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
  is("the tick is there again", page().getElementById("verdict-0-wrong").checked);
  // A page that is refilled counts as typed: it stays as well.
  await until("events", () => page().body.dataset.live);
  await later(IDLE);
  await fetch("/happens", { method: "POST" });
  await until("the page to say that the session ended", () => shown("ended"));
  is("the tick is there still", page().getElementById("verdict-0-wrong").checked);
  return [];
})().catch((error) => [String(error)])
  .then((found) => fetch("/found", { method: "POST", body: JSON.stringify(found) }));
"##;

/// The console itself with a clock to be moved, and a page beside it that frames its pages.
#[test]
fn what_is_typed_survives_the_end_of_a_session_and_a_refusal() {
    use super::hall::{Hall, PASSWORD};
    use super::steps::{goes, received};
    let mut hall = Hall::open();
    let case = received(&mut hall);
    goes(&mut hall.signed_in("王敏"), &case, "pre_review_started", &[], "pre_review");
    let script = TYPIST
        .replace("PASSWORD", PASSWORD)
        .replace("CASE", &case)
        .replace("IDLE", &(hall_store::sessions::IDLE_MS + 1).to_string());
    let folder = tempfile::tempdir().expect("a folder");
    let findings = hall.runtime.block_on(async {
        let (sender, mut told) = mpsc::unbounded_channel();
        let (later, happens) = (hall.app.clone(), hall.app.clone());
        let typist = Router::new()
            .route(
                "/typist",
                get(move || async move {
                    Html(format!("<!doctype html><iframe width=1200 height=900></iframe><script>{script}</script>"))
                }),
            )
            .route("/later/{ms}", post(move |Path(ms): Path<i64>| async move { later.clock().advance(ms) }))
            .route(
                "/happens",
                post(move || async move {
                    let event = hall_store::event::Event {
                        case: None,
                        window: None,
                        kiosk: None,
                        kind: hall_store::event::EventKind::Attention,
                    };
                    happens
                        .store()
                        .write(move |tx| {
                            tx.announce(event);
                            Ok::<_, hall_store::StoreError>(())
                        })
                        .await
                        .expect("tells");
                }),
            )
            .route("/found", post(found))
            .with_state(Arc::new(Desk { pages: Vec::new(), found: sender }));
        // Only here may a page of ours stand in a frame.
        let framed = hall.router.clone().layer(axum::middleware::map_response(|mut response: Response| async {
            response.headers_mut().remove("x-frame-options");
            response.headers_mut().remove("content-security-policy");
            response
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listens");
        let url = format!("http://{}/typist", listener.local_addr().expect("an address"));
        let server = tokio::spawn(async move { axum::serve(listener, typist.merge(framed)).await });
        let _browser = browser(folder.path(), &url);
        let told = tokio::time::timeout(PATIENCE, told.recv()).await;
        server.abort();
        told.expect("the typist is done in time").expect("says something")
    });
    assert!(findings.is_empty(), "{findings:?}");
}

fn browser(profile: &std::path::Path, url: &str) -> Browser {
    let mut command = Command::new("chromium");
    command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]);
    command.args(["--disable-background-networking", "--window-size=1500,1000"]);
    command.arg(format!("--user-data-dir={}", profile.display())).arg(url);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    Browser(child.expect("Chromium starts: `make install-test` installs it"))
}

#[test]
fn every_page_is_usable_without_eyes_or_mouse_and_at_200_per_cent() {
    let mut pages: Vec<String> = Vec::new();
    for lang in [Lang::ZH, Lang::EN] {
        pages.extend(samples::pages(lang).into_iter().map(|(_, html)| html));
        pages.push(samples::notice_page(lang));
        pages.push(samples::archived_notice_page());
        pages.extend(crate::public::samples::pages(lang).into_iter().map(|(_, html)| html));
    }
    assert!(pages.len() >= 60, "{}", pages.len());
    // The judge itself is judged: what is wrong here must be found.
    pages.push(
        "<!doctype html><html lang=\"en\"><title>wrong</title><img src=\"/none\"><p id=\"w\">".to_owned()
            + &"w".repeat(2000),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let findings = runtime.block_on(async {
        let (sender, mut told) = mpsc::unbounded_channel();
        let script = || async { ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], AXE) };
        let router = Router::new()
            .route("/", get(first))
            .route("/page/{n}", get(page))
            .route("/axe.js", get(script))
            .route("/found", post(found))
            .route("/static/{*name}", get(assets::file))
            .with_state(Arc::new(Desk { pages, found: sender }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listens");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let _browser = browser(folder.path(), &url);
        let told = tokio::time::timeout(PATIENCE, told.recv()).await;
        server.abort();
        told.expect("Chromium judges in time").expect("it says something")
    });
    let (wrong, findings): (Vec<_>, Vec<_>) = findings.into_iter().partition(|one| one.starts_with("wrong "));
    assert!(wrong.iter().any(|one| one.contains("critical image-alt")), "{wrong:?}");
    assert!(wrong.iter().any(|one| one.contains("at 200 %")), "{wrong:?}");
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}
