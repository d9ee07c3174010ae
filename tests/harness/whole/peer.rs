//! A terminal that we write ourselves, over HTTP: it speaks to the backend as the contract says, as fast as it can or as
//! badly as a test wants.

use kiosk_wire::kiosk_api::JournalAnswer;
use kiosk_wire::submission::{ActingFor, MaterialLine};
use kiosk_wire::{Envelope, Fact, Personal, Stamp, Submission};
use outside::people::{Item, material, paper};
use outside::{Terminal, terminal};
use reqwest::{Client, Response};
use serde::Deserialize;

use crate::backend::Backend;
use crate::wait::now_ms;
use crate::{Context, Error, Result};

/// A terminal of our own.
#[derive(Debug)]
pub struct Peer {
    client: Client,
    base: String,
    terminal: Terminal,
}

impl Peer {
    /// Adds a terminal of that name to the backend and enrols it.
    pub async fn enrol(backend: &Backend, name: &str) -> Result<Self> {
        let code = backend.add_kiosk(name)?;
        let key = terminal::any_key();
        let client = crate::http::client()?;
        let base = backend.url("");
        let request = terminal::enrolment(code, &key);
        let answer = client.post(format!("{base}/kiosk/v1/enrol")).json(&request).send().await.context("enrolment")?;
        let identity = answer.error_for_status().context("enrolment")?.json().await.context("enrolment")?;
        let mut peer = Self { client, base, terminal: Terminal::new(identity, key) };
        let created = peer.terminal.take();
        peer.push(created).await?;
        Ok(peer)
    }

    /// A token that is valid for a minute.
    pub fn token(&self) -> String {
        self.terminal.token(now_ms())
    }

    /// The item that submissions are made for: the first of the catalogue.
    pub async fn item(&self) -> Result<Item> {
        #[derive(Deserialize)]
        struct Catalogue {
            items: Vec<Listed>,
        }
        #[derive(Deserialize)]
        struct Listed {
            code: String,
            version: u32,
            department: String,
        }
        let request = self.client.get(format!("{}/kiosk/v1/catalogue", self.base)).bearer_auth(self.token());
        let answer = request.send().await.context("the catalogue")?.error_for_status().context("the catalogue")?;
        let catalogue: Catalogue = answer.json().await.context("the catalogue")?;
        let Listed { code, version, department } =
            catalogue.items.into_iter().next().context("the catalogue has no items")?;
        Ok(Item { code, version, department })
    }

    /// The entries of one whole deposit into a box: prepared, intended, deposited.
    pub fn deposit(&mut self, item: &Item, compartment: u16) -> Vec<Envelope> {
        self.stamp();
        self.terminal.deposit_of(compartment, item.clone(), &filled());
        self.terminal.take()
    }

    /// The next entry says this.
    pub fn write(&mut self, fact: Fact) -> Envelope {
        self.stamp();
        self.terminal.write(fact);
        self.terminal.take().pop().expect("it was written")
    }

    fn stamp(&mut self) {
        self.terminal.stamp = Some(Stamp { wall_ms_utc: now_ms(), server_offset_ms: Some(0), ..Stamp::default() });
    }

    /// Sends entries and returns the raw answer.
    pub async fn send(&self, entries: &[Envelope]) -> Result<Response> {
        self.send_with(&self.token(), entries).await
    }

    /// Sends entries under a token made before; tokens are reusable.
    pub async fn send_with(&self, token: &str, entries: &[Envelope]) -> Result<Response> {
        let push = self.terminal.push_of(entries);
        let request = self.client.post(format!("{}/kiosk/v1/journal", self.base)).bearer_auth(token).json(&push);
        request.send().await.context("the journal")
    }

    /// Sends entries that must be taken.
    pub async fn push(&self, entries: Vec<Envelope>) -> Result<JournalAnswer> {
        let answer = self.send(&entries).await?;
        let status = answer.status();
        let text = answer.text().await.context("the journal's answer")?;
        if !status.is_success() {
            return Err(Error::new(format!("the journal was refused with {status}: {text}")));
        }
        serde_json::from_str(&text).context(text)
    }

    /// The terminal behind it: to go back to what it was, or to begin anew.
    pub fn terminal(&mut self) -> &mut Terminal {
        &mut self.terminal
    }

    /// Sends any body to any path with this terminal's token.
    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> Result<Response> {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth(self.token());
        request.header("content-type", "application/json").body(body).send().await.context(path)
    }
}

/// As much as a person hands in.
fn filled() -> Submission {
    let text = |text: &str| Personal::new(text.to_owned());
    let line = |n: u8| MaterialLine { code: format!("m{n}"), copies: 1, ..material(&format!("材料{n}"), false) };
    let mut filled = Submission {
        acting_for: ActingFor::Oneself,
        organisation: None,
        situations: [("first-time".to_owned(), "yes".to_owned())].into(),
        answers: [("site".to_owned(), text("workers-stadium"))].into(),
        materials: (1..=8).map(line).collect(),
        ..paper()
    };
    filled.applicant.sex = Some(text("male"));
    filled.applicant.birth_date = Some(text("1980-01-01"));
    filled.applicant.valid_until = Some("2037-03-01".into());
    filled
}
