//! A clerk's browser: Chromium through its own driver.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::supervisor::{Process, Program};
use crate::wait::{PATIENCE, until};
use crate::{Context, Error, Result};

/// One browser with an empty profile.
#[derive(Debug)]
pub struct Browser {
    runtime: Runtime,
    client: Option<Client>,
    _driver: Process,
}

impl Browser {
    /// Starts it, its profile and log in `folder`.
    pub fn start(folder: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("a runtime")?;
        let log = folder.join("chromedriver.log");
        let mut driver = Program::new("chromedriver", "chromedriver", &log).arg("--port=0").start()?;
        let port = driver.wait_for_output("chromedriver to name its port", |output| {
            let (_, rest) = output.split_once("started successfully on port ")?;
            rest.split(|c: char| !c.is_ascii_digit()).next().filter(|digits| !digits.is_empty()).map(str::to_owned)
        })?;
        let profile: PathBuf = folder.join("chromium-profile");
        let client = runtime.block_on(async {
            ClientBuilder::new(HttpConnector::new())
                .capabilities(capabilities(&profile))
                .connect(&format!("http://127.0.0.1:{port}"))
                .await
        });
        let client =
            client.map_err(|error| Error::new(format!("Chromium did not start: {error}\n{}", driver.tail())))?;
        Ok(Self { runtime, client: Some(client), _driver: driver })
    }

    fn client(&self) -> Result<&Client> {
        self.client.as_ref().context("the browser is closed")
    }

    /// Opens a page.
    pub fn open(&self, url: &str) -> Result<()> {
        let client = self.client()?;
        self.runtime.block_on(client.goto(url)).context(url)
    }

    /// The address shown.
    pub fn address(&self) -> Result<String> {
        let client = self.client()?;
        self.runtime.block_on(client.current_url()).map(|url| url.to_string()).context("the address")
    }

    /// The page's title.
    pub fn title(&self) -> Result<String> {
        let client = self.client()?;
        self.runtime.block_on(client.title()).context("the title")
    }

    /// Runs a function body in the page.
    pub fn script(&self, body: &str) -> Result<Value> {
        let client = self.client()?;
        self.runtime.block_on(client.execute(body, Vec::new())).context(body)
    }

    /// The text of the first element that `css` finds.
    pub fn text(&self, css: &str) -> Result<String> {
        let client = self.client()?;
        self.runtime
            .block_on(async { client.find(Locator::Css(css)).await?.text().await })
            .context(format!("the text of {css}"))
    }

    /// Waits for an element.
    pub fn wait_for(&self, css: &str) -> Result<()> {
        until(css, PATIENCE, || self.text(css).ok()).map(drop).map_err(|error| self.told(&error))
    }

    /// Waits until the first element that `css` finds contains `text`.
    pub fn wait_for_text(&self, css: &str, text: &str) -> Result<()> {
        let what = format!("{text:?} in {css}");
        until(&what, PATIENCE, || self.text(css).ok().filter(|found| found.contains(text)))
            .map(drop)
            .map_err(|error| self.told(&error))
    }

    /// Clicks the first element that `css` finds.
    pub fn click(&self, css: &str) -> Result<()> {
        self.wait_for(css)?;
        let client = self.client()?;
        self.runtime
            .block_on(async { client.find(Locator::Css(css)).await?.click().await })
            .context(format!("clicking {css}"))
            .map_err(|error| self.told(&error))
    }

    /// Types into the first element that `css` finds.
    pub fn type_into(&self, css: &str, text: &str) -> Result<()> {
        self.wait_for(css)?;
        let client = self.client()?;
        self.runtime
            .block_on(async { client.find(Locator::Css(css)).await?.send_keys(text).await })
            .context(format!("typing into {css}"))
    }

    /// Its cookies for the page shown, as the header says them.
    pub fn cookies(&self) -> Result<String> {
        let client = self.client()?;
        let cookies = self.runtime.block_on(client.get_all_cookies()).context("the cookies")?;
        let each = cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value()));
        Ok(each.collect::<Vec<_>>().join("; "))
    }

    /// A picture of the page.
    pub fn picture(&self, path: &Path) -> Result<()> {
        let client = self.client()?;
        let png = self.runtime.block_on(client.screenshot()).context("the page's picture")?;
        std::fs::write(path, png).context(path.display())
    }

    /// Adds to an error what the page says.
    fn told(&self, error: &Error) -> Error {
        let address = self.address().unwrap_or_default();
        let page = self.text("body").unwrap_or_default();
        Error::new(format!("{error}\n--- {address} ---\n{page}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            // The driver is killed in any case; this lets Chromium end in good order first.
            let _ended =
                self.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(5), client.close()).await });
        }
    }
}

/// No sandbox, since tests may run as root; nothing in the background, since there is no network but ours.
fn capabilities(profile: &Path) -> Capabilities {
    let arguments = [
        "--headless=new".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--window-size=1366,768".to_owned(),
        "--lang=zh-CN".to_owned(),
        format!("--user-data-dir={}", profile.display()),
    ];
    let mut capabilities = Capabilities::new();
    capabilities.insert("browserName".into(), "chrome".into());
    capabilities.insert("goog:chromeOptions".into(), json!({ "args": arguments, "binary": "/usr/bin/chromium" }));
    capabilities.insert("acceptInsecureCerts".into(), true.into());
    capabilities
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_opens_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let browser = Browser::start(folder.path()).unwrap();
        browser.open("data:text/html,<title>hall</title><p id=a>hello</p>").unwrap();
        assert_eq!(browser.title().unwrap(), "hall");
        browser.wait_for_text("#a", "hello").unwrap();
    }
}
