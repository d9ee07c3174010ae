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
    for lang in [Lang::Zh, Lang::En] {
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
