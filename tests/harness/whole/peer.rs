//! A terminal that we write ourselves: speaks to the backend as the contract says, as fast as it can or as badly as a
//! test wants.

use ed25519_dalek::SigningKey;
use kiosk_wire::entry::Header;
use kiosk_wire::kiosk_api::{EnrolAnswer, EnrolRequest, JournalAnswer, JournalPush};
use kiosk_wire::signed::{Purpose, TokenClaims};
use kiosk_wire::submission::{ActingFor, Applicant, Assurance, DocumentFamily, MaterialLine};
use kiosk_wire::{
    CompartmentNo, Envelope, Fact, JournalId, Personal, ReceiptNumber, Signed, Stamp, Submission, SubmissionId,
};
use reqwest::{Client, Response};
use serde::Deserialize;
use uuid::Uuid;

use crate::backend::Backend;
use crate::wait::now_ms;
use crate::{Context, Error, Result};

/// A terminal of our own.
#[derive(Debug)]
pub struct Peer {
    client: Client,
    base: String,
    key: SigningKey,
    identity: EnrolAnswer,
    journal: Chain,
    deposits: u32,
}

/// An item of the catalogue, as far as a submission names it.
#[derive(Clone, Debug, Deserialize)]
pub struct Item {
    code: String,
    version: u32,
    department: String,
}

/// A journal that only exists to be sent.
#[derive(Clone, Debug)]
pub struct Chain {
    pub id: JournalId,
    next: u64,
    head: [u8; 32],
}

impl Chain {
    /// An empty one.
    pub fn new() -> Self {
        Self { id: JournalId(Uuid::now_v7()), next: 1, head: [0; 32] }
    }

    /// Appends a fact, with its payload if it has one.
    pub fn append(&mut self, fact: Fact, payload: Option<String>) -> Result<Envelope> {
        let at = Stamp { wall_ms_utc: now_ms(), boot_id: Uuid::nil(), mono_ms: self.next, server_offset_ms: Some(0) };
        let header = serde_json::to_string(&Header { v: kiosk_wire::VERSION, at, fact }).context("a header")?;
        let envelope = Envelope::seal(self.id, self.next, self.head, header, payload);
        self.head = envelope.check(self.id).context("an envelope")?;
        self.next += 1;
        Ok(envelope)
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Peer {
    /// Adds a terminal of that name to the backend and enrols it.
    pub async fn enrol(backend: &Backend, name: &str) -> Result<Self> {
        let code = backend.add_kiosk(name)?;
        let key = SigningKey::from_bytes(&random()?);
        let client = crate::http::client()?;
        let base = backend.url("");
        let request =
            EnrolRequest { code, public_key: hex::encode(key.verifying_key().to_bytes()), software: "peer".into() };
        let answer = client.post(format!("{base}/kiosk/v1/enrol")).json(&request).send().await.context("enrolment")?;
        let identity = answer.error_for_status().context("enrolment")?.json().await.context("enrolment")?;
        let mut peer = Self { client, base, key, identity, journal: Chain::new(), deposits: 0 };
        let created = peer.journal.append(Fact::JournalCreated { software: "peer".into() }, None)?;
        peer.push(vec![created]).await?;
        Ok(peer)
    }

    /// A token that is valid for a minute.
    pub fn token(&self) -> Result<String> {
        let now = now_ms();
        let claims = TokenClaims {
            kiosk: self.identity.kiosk,
            audience: self.identity.audience.clone(),
            issued_ms: now,
            expires_ms: now + 60_000,
        };
        let signed = Signed::seal(&claims, Purpose::Token, &self.key).context("a token")?;
        signed.to_token().context("a token")
    }

    /// The item that submissions are made for: the first of the catalogue.
    pub async fn item(&self) -> Result<Item> {
        #[derive(Deserialize)]
        struct Catalogue {
            items: Vec<Item>,
        }
        let request = self.client.get(format!("{}/kiosk/v1/catalogue", self.base)).bearer_auth(self.token()?);
        let answer = request.send().await.context("the catalogue")?.error_for_status().context("the catalogue")?;
        let catalogue: Catalogue = answer.json().await.context("the catalogue")?;
        catalogue.items.into_iter().next().context("the catalogue has no items")
    }

    /// The entries of one whole deposit into a box: prepared, intended, deposited.
    pub fn deposit(&mut self, item: &Item, compartment: u16) -> Result<Vec<Envelope>> {
        self.deposits += 1;
        let receipt = hall_rules::ReceiptNumber::make(&self.identity.receipt_prefix, 1, self.deposits);
        let receipt = ReceiptNumber(receipt.context("a receipt number")?.as_str().to_owned());
        let submission = SubmissionId(Uuid::now_v7());
        let compartment = CompartmentNo(compartment);
        let payload = serde_json::to_string(&paper()?).context("a payload")?;
        let prepared = Fact::SubmissionPrepared {
            submission,
            receipt,
            item: item.code.clone(),
            item_version: item.version,
            department: item.department.clone(),
        };
        Ok(vec![
            self.journal.append(prepared, Some(payload))?,
            self.journal.append(Fact::DepositIntended { submission, compartment }, None)?,
            self.journal.append(Fact::Deposited { submission, compartment }, None)?,
        ])
    }

    /// Sends entries and returns the raw answer.
    pub async fn send(&self, entries: &[Envelope]) -> Result<Response> {
        self.send_with(&self.token()?, entries).await
    }

    /// Sends entries under a token made before; tokens are reusable.
    pub async fn send_with(&self, token: &str, entries: &[Envelope]) -> Result<Response> {
        let push = JournalPush { journal: self.journal.id, entries: entries.to_vec(), clock: None };
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

    /// The journal, to append other things to.
    pub fn journal(&mut self) -> &mut Chain {
        &mut self.journal
    }

    /// Sends any body to any path with this terminal's token.
    pub async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> Result<Response> {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth(self.token()?);
        request.header("content-type", "application/json").body(body).send().await.context(path)
    }
}

/// What a fictional person hands in.
fn paper() -> Result<Submission> {
    let text = |text: &str| Personal::new(text.to_owned());
    let material = |n: u8| MaterialLine {
        code: format!("m{n}"),
        name: format!("材料{n}"),
        originals: 1,
        copies: 1,
        deferrable: false,
        brought: true,
    };
    Ok(Submission {
        salt: hex::encode(random::<16>()?),
        applicant: Applicant {
            name: text("李建国"),
            document: DocumentFamily::ResidentNumber,
            number: text("34052419800101001X"),
            sex: Some(text("male")),
            birth_date: Some(text("1980-01-01")),
            address: Some(text("安徽省巢湖市庐江县样例镇幸福村民组7号")),
            valid_until: Some("2037-03-01".into()),
            assurance: Assurance::SamVerified,
            signature: None,
        },
        acting_for: ActingFor::Oneself,
        phone: Some(text("13912345678")),
        situations: [("first-time".to_owned(), "yes".to_owned())].into(),
        answers: [("site".to_owned(), text("workers-stadium"))].into(),
        materials: (1..=8).map(material).collect(),
    })
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).context("randomness")?;
    Ok(bytes)
}
