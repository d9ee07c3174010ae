//! A real Chromium: its first page judges or uses the others in a frame and posts what it found; or it draws or prints
//! one page and ends.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::response::Html;
use axum::routing::{get, post};
use tokio::sync::mpsc;

use crate::{Context, Result};

/// Long enough for a machine that does other things as well; a page takes well under a second.
const PATIENCE: Duration = Duration::from_secs(150);

/// What a script finds out about the pages of `router`, each finding a sentence. It is run in a page that has one frame,
/// and ends in a list, or in an error.
pub async fn findings(router: Router, script: &str) -> Result<Vec<String>> {
    let page = format!(
        "<!doctype html><title>judge</title><iframe width=1200 height=900></iframe><script>(async () => {{{script}}})()\
         .catch((error) => [`the script failed: ${{error}}`])\
         .then((found) => fetch('/found', {{ method: 'POST', body: JSON.stringify(found) }}));</script>"
    );
    let (sender, mut told) = mpsc::unbounded_channel();
    let found = move |body: String| async move {
        let list = serde_json::from_str(&body).unwrap_or_else(|_| vec![body]);
        // The test may have given up.
        let _ = sender.send(list);
    };
    let router = router.route("/judge", get(move || async move { Html(page) })).route("/found", post(found));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("no free port")?;
    let url = format!("http://{}/judge", listener.local_addr().context("no free port")?);
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let profile = tempfile::tempdir().context("a folder")?;
    let browser = Chromium::open(profile.path(), &url);
    let told = tokio::time::timeout(PATIENCE, told.recv()).await;
    drop(browser);
    server.abort();
    told.context("the script did not come to its end")?.context("the script said nothing")
}

/// Ends with the test, whatever becomes of it.
struct Chromium(Child);

impl Chromium {
    fn open(profile: &Path, url: &str) -> Self {
        let mut command = command(profile);
        command.args(["--disable-background-networking", "--window-size=1500,1000"]).arg(url);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.expect("Chromium starts: `make install-test` installs it"))
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(profile: &Path) -> Command {
    let mut command = Command::new("chromium");
    command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]);
    command.arg(format!("--user-data-dir={}", profile.display()));
    command
}

/// A page of a file as a PDF, as it is printed.
pub fn printed(profile: &Path, page: &Path) -> Result<Vec<u8>> {
    let pdf = page.with_extension("pdf");
    let mut command = command(profile);
    command.args(["--no-pdf-header-footer", &format!("--print-to-pdf={}", pdf.display())]);
    command.arg(format!("file://{}", page.display())).output().context("Chromium prints")?;
    std::fs::read(&pdf).context(pdf.display())
}

/// Pages of `router` as a screen shows them: each address, its size in pixels, and the PNG it is drawn into.
pub async fn drawn(router: Router, pages: Vec<(String, [u16; 2], PathBuf)>) -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("no free port")?;
    let hall = format!("http://{}", listener.local_addr().context("no free port")?);
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let drawing = tokio::task::spawn_blocking(move || pages.iter().try_for_each(|page| draw(&hall, page)));
    let drawn = drawing.await.context("drawing");
    server.abort();
    drawn?
}

fn draw(hall: &str, (address, [width, height], png): &(String, [u16; 2], PathBuf)) -> Result<()> {
    let profile = tempfile::tempdir().context("a folder")?;
    let mut command = command(profile.path());
    command.args(["--hide-scrollbars", "--lang=zh-CN", &format!("--window-size={width},{height}")]);
    command.arg(format!("--screenshot={}", png.display())).arg(format!("{hall}{address}"));
    let ended = command.output().context("Chromium draws")?.status;
    ended.success().then_some(()).context(png.display())
}
