//! A clerk at a desk: the staff console in a real browser, found by the page's own ids.

use crate::backend::{Backend, Member};
use crate::browser::Browser;
use crate::hall::{Hall, STAFF};
use crate::wait::{PATIENCE, until};
use crate::{Error, Result};

/// One clerk, signed in.
#[derive(Debug)]
pub struct Desk {
    /// Their browser.
    pub browser: Browser,
    base: String,
}

impl Hall {
    /// The member of staff `n` signs in at a desk of their own.
    pub fn desk(&self, n: usize) -> Result<Desk> {
        let member = STAFF.get(n).ok_or_else(|| Error::new("there is no such member of staff"))?;
        let browser = self.browser(&format!("desk-{n}"))?;
        Desk::sign_in(browser, &self.backend, member)
    }
}

impl Desk {
    /// Signs in.
    pub fn sign_in(browser: Browser, backend: &Backend, member: &Member) -> Result<Self> {
        let desk = Self { browser, base: backend.url("") };
        desk.browser.open(&desk.page("/sign-in"))?;
        desk.browser.type_into("#name", member.name)?;
        desk.browser.type_into("#password", member.password)?;
        desk.browser.click("#enter")?;
        desk.browser.wait_for("#inbox")?;
        Ok(desk)
    }

    fn page(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Opens the inbox, all of it.
    pub fn inbox(&self) -> Result<()> {
        self.browser.open(&self.page("/inbox?show=all"))?;
        self.browser.wait_for("#inbox")
    }

    /// Waits until the case with this receipt number stands in the inbox, without loading the page again.
    pub fn wait_row(&self, receipt: &str) -> Result<()> {
        self.browser.wait_for(&format!("tr[data-receipt=\"{receipt}\"]"))
    }

    /// How many cases the inbox shows.
    pub fn rows(&self) -> Result<u64> {
        let count = self.browser.script("return document.querySelectorAll('tr[data-receipt]').length")?;
        Ok(count.as_u64().unwrap_or(0))
    }

    /// Opens the case with this receipt number from the inbox.
    pub fn open_case(&self, receipt: &str) -> Result<()> {
        self.inbox()?;
        self.browser.click(&format!("tr[data-receipt=\"{receipt}\"] a"))?;
        self.browser.wait_for("#case")
    }

    /// Presses *collect* and returns the one-time code.
    pub fn collect(&self) -> Result<String> {
        self.browser.click("#collect")?;
        self.browser.wait_for("#collect-code")?;
        self.code_of("#collect-code")
    }

    /// Presses *put the result in* and returns the one-time code.
    pub fn load(&self) -> Result<String> {
        self.browser.click("#load")?;
        self.browser.wait_for("#collect-code")?;
        self.code_of("#collect-code")
    }

    /// The code by which the applicant opens the box of the result.
    pub fn pickup_code(&self) -> Result<String> {
        self.browser.wait_for("#pickup-code")?;
        self.code_of("#pickup-code")
    }

    fn code_of(&self, css: &str) -> Result<String> {
        let code = self.browser.script(&format!("return document.querySelector('{css}').dataset.code"))?;
        Ok(code.as_str().unwrap_or_default().to_owned())
    }

    /// Takes a step that asks nothing.
    pub fn step(&self, event: &str) -> Result<()> {
        self.browser.wait_for(&format!("#step-{event}"))?;
        self.browser.click(&format!("#step-{event}"))
    }

    /// Fills in what a step asks, each by its need's code, and goes on to read it.
    pub fn fill(&self, event: &str, needs: &[(&str, &str)]) -> Result<()> {
        self.browser.wait_for(&format!("#fill-{event}"))?;
        self.browser.script(&format!("document.querySelector('#fill-{event}').open = true"))?;
        for (need, text) in needs {
            self.browser.type_into(&format!("#{need}-{event}"), text)?;
        }
        self.browser.click(&format!("#step-{event}"))
    }

    /// Answers 同意 to the first question that another window asks of this one.
    pub fn agree(&self) -> Result<()> {
        self.inbox()?;
        self.browser.click("#show-joint")?;
        self.browser.click("#rows tr[data-part] a")?;
        self.browser.click("#says-agreed")?;
        self.browser.click("#send")?;
        self.browser.wait_for("#state[data-state=\"agreed\"]")
    }

    /// Waits until the case page shows so many answers 同意 of other departments.
    pub fn wait_agreed(&self, departments: usize) -> Result<()> {
        self.browser.wait_for(&format!("#joint li:nth-child({departments} of [data-state=\"agreed\"])"))
    }

    /// Ticks every material as fine, but for these, which are missing, and goes on to see what follows.
    pub fn review(&self, missing: &[usize]) -> Result<()> {
        self.browser.wait_for("#review")?;
        let missing: Vec<String> = missing.iter().map(usize::to_string).collect();
        self.browser.script(&format!(
            "const missing = [{}]; for (let n = 0; document.getElementById(`verdict-${{n}}-fine`); n++) \
             document.getElementById(`verdict-${{n}}-${{missing.includes(n) ? 'missing' : 'fine'}}`).click();",
            missing.join(",")
        ))?;
        self.browser.click("#review-go")
    }

    /// Confirms a step that was shown to be read.
    pub fn confirm(&self, event: &str) -> Result<()> {
        self.browser.wait_for(&format!("#go-{event}"))?;
        self.browser.click(&format!("#go-{event}"))
    }

    /// Waits until the case page shows this state's code.
    pub fn wait_state(&self, state: &str) -> Result<()> {
        self.browser.wait_for(&format!("#case[data-state=\"{state}\"]"))
    }

    /// Waits until the page says that the kiosk is ready for the clerk.
    pub fn wait_ready(&self) -> Result<()> {
        self.browser.wait_for("#kiosk-ready")
    }

    /// Presses *taken out, the box is empty*.
    pub fn affirm(&self) -> Result<()> {
        self.browser.click("#affirm")
    }

    /// Waits until the page's title begins with this.
    pub fn wait_title(&self, part: &str) -> Result<()> {
        let what = format!("{part:?} in the page's title");
        until(&what, PATIENCE, || self.browser.title().ok().filter(|title| title.contains(part))).map(drop)
    }
}
