//! The manuals' pictures of the server's pages, drawn from the samples: `BLESS=1 cargo nextest run --workspace --lib -E
//! 'test(samples::pictures)'` draws all of them anew, in Chinese. Look at each that changed.
//!
//! Why not from a running hall: its statistics are empty on its first day, and its times are never the same.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;

use crate::console::words::Lang;
use crate::console::{assets, samples};

/// Where they lie.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/pictures");

/// Picture, the sample that it shows, and how much of it from the top.
const CONSOLE: [(&str, &str, u16); 18] = [
    ("account", "account-own", 770),
    ("accounts", "accounts", 800),
    ("asked", "inbox-joint", 420),
    ("cabinet", "cabinet", 900),
    ("callbacks", "callbacks", 800),
    ("case", "case-collecting", 900),
    ("fields", "fields", 640),
    ("inbox", "inbox", 768),
    ("joint", "case-joint", 950),
    ("kiosks", "kiosks", 560),
    ("messages", "case-messages", 1270),
    ("notice", "notice", 1230),
    ("review", "case-received", 1250),
    ("round", "round", 900),
    ("sign-in", "sign-in-provider", 620),
    ("statistics", "statistics", 1560),
    ("supervision", "supervision", 700),
    ("uncollected", "uncollected", 420),
];

/// Three phones side by side.
const PHONES: &str = "<!doctype html><meta charset=utf-8><body style='margin:12px;background:#888;display:flex;gap:12px'>\
    <iframe width=390 height=640 style='border:0' src=/page/public-progress></iframe>\
    <iframe width=390 height=640 style='border:0' src=/page/public-progress-accepted></iframe>\
    <iframe width=390 height=640 style='border:0' src=/page/public-progress-ready></iframe>";

#[test]
fn each_page_that_the_manual_shows_has_its_picture() {
    let file = |name: &str| format!("console-{name}.png");
    if std::env::var_os("BLESS").is_some() {
        draw(CONSOLE.iter().map(|(name, page, high)| (page.to_string(), [1366, *high], file(name))).collect());
    }
    let mut wanted: BTreeSet<String> = CONSOLE.iter().map(|(name, ..)| file(name)).collect();
    wanted.extend(["bench.png".to_owned(), "public-progress.png".to_owned()]);
    let entries = std::fs::read_dir(FOLDER).expect("the folder of pictures");
    let there = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    assert_eq!(wanted, there, "{FOLDER}");
    let manuals = ["staff", "applicant", "quick-start"].map(|page| format!("{FOLDER}/../zh/{page}.md"));
    let manuals = manuals.map(|path| std::fs::read_to_string(path).expect("a manual")).concat();
    wanted.retain(|name| !manuals.contains(name));
    assert!(wanted.is_empty(), "no manual shows {wanted:?}");
}

fn draw(mut shown: Vec<(String, [u16; 2], String)>) {
    let mut pages: HashMap<String, String> =
        samples::pages(Lang::ZH).into_iter().map(|(name, html)| (name.to_owned(), html)).collect();
    let public = crate::public::samples::pages(Lang::ZH);
    pages.extend(public.into_iter().map(|(name, html)| (format!("public-{name}"), html)));
    pages.insert("notice".into(), samples::notice_page(Lang::ZH));
    pages.insert("phones".into(), PHONES.into());
    shown.push(("phones".into(), [1218, 664], "public-progress.png".into()));
    let shown = shown.into_iter().map(|(page, size, png)| (format!("/page/{page}"), size, Path::new(FOLDER).join(png)));
    let (pages, shown) = (Arc::new(pages), shown.collect());
    let page = |extract::Path(name): extract::Path<String>| async move {
        pages.get(&name).cloned().map(Html).ok_or(StatusCode::NOT_FOUND)
    };
    let router = Router::new().route("/page/{name}", get(page)).route("/static/{*name}", get(assets::file));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(outside::browser::drawn(router, shown)).expect("Chromium draws");
}
