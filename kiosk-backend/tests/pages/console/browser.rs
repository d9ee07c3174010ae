//! Every page in a real Chromium, in both languages: usable without eyes or mouse as far as a machine can judge
//! (axe-core: nothing serious or critical), and at 200 % zoom on a screen of 1366 pixels without scrolling sideways.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::Html;
use axum::routing::get;

use crate::console::words::Lang;
use crate::console::{assets, samples};

const AXE: &str = include_str!("../../axe/axe.min.js");

const JUDGE: &str = r#"
const frame = document.querySelector("iframe");
const load = (n, width) => new Promise((loaded) => { frame.width = width; frame.onload = loaded; frame.src = `/page/${n}`; });
const script = (page) => new Promise((loaded) => { const s = page.createElement("script"); s.src = "/axe.js"; s.onload = loaded; page.head.append(s); });
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
"#;

#[test]
fn every_page_is_usable_without_eyes_or_mouse_and_at_200_per_cent() {
    judge(Lang::ZH);
}

#[test]
fn every_page_in_english_is_usable_without_eyes_or_mouse_and_at_200_per_cent() {
    judge(Lang::EN);
}

fn judge(lang: Lang) {
    let mut pages: Vec<String> = samples::pages(lang).into_iter().map(|(_, html)| html).collect();
    pages.extend([samples::notice_page(lang), samples::archived_notice_page()]);
    pages.extend(crate::public::samples::pages(lang).into_iter().map(|(_, html)| html));
    assert!(pages.len() >= 30, "{}", pages.len());
    // The judge itself is judged: what is wrong here must be found.
    pages.push(
        "<!doctype html><html lang=\"en\"><title>wrong</title><img src=\"/none\"><p id=\"w\">".to_owned()
            + &"w".repeat(2000),
    );
    let judge = JUDGE.replace("COUNT", &pages.len().to_string());
    let pages: Arc<[String]> = pages.into();
    let page = |Path(n): Path<usize>| async move { pages.get(n).cloned().map(Html).ok_or(StatusCode::NOT_FOUND) };
    let script = || async { ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], AXE) };
    let router = Router::new()
        .route("/page/{n}", get(page))
        .route("/axe.js", get(script))
        .route("/static/{*name}", get(assets::file));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let findings = runtime.block_on(outside::browser::findings(router, &judge)).expect("Chromium judges in time");
    let (wrong, findings): (Vec<_>, Vec<_>) = findings.into_iter().partition(|one| one.starts_with("wrong "));
    assert!(wrong.iter().any(|one| one.contains("critical image-alt")), "{wrong:?}");
    assert!(wrong.iter().any(|one| one.contains("at 200 %")), "{wrong:?}");
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}
