//! What the demo's people find when they sign in for the first time: a terminal upstairs, where nobody stands now, sent
//! cases this morning, and colleagues took them on. Somebody of every role has something to do.
//!
//! It goes through the wire and the staff's interface, as all that comes later.

use std::fs;
use std::path::Path;

use e2e::backend::{Backend, Member};
use e2e::hall::{OTHERS, STAFF};
use e2e::wait::now_ms;
use e2e::{Context as _, Error, Result};
use hall_rules::Catalogue;
use kiosk_wire::entry::{SetAsideReason, UnconfirmedReason};
use kiosk_wire::kiosk_api::EnrolAnswer;
use kiosk_wire::submission::{ActingFor, MaterialLine};
use kiosk_wire::{CompartmentNo, Fact, Personal, StaffId, Stamp, Submission, SubmissionId};
use outside::people::{Item, paper};
use outside::terminal::{Terminal, any_key, enrolment};
use reqwest::{Client, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Where the work of each one who may see cases is counted, as `GET /api/v1/counts` names it.
const WORK: [(Member, &[&str]); 5] = [
    (STAFF[0], &["work", "attention"]),
    (STAFF[2], &["work", "attention", "callbacks"]),
    (STAFF[3], &["joint"]),
    (OTHERS[0], &["work"]),
    (OTHERS[1], &["callbacks"]),
];

/// Name of the terminal upstairs.
const UPSTAIRS: &str = "二楼终端";

/// One who handed something in, made up: item, name, document number.
struct Visit {
    item: &'static str,
    name: &'static str,
    number: &'static str,
}

const TO_REVIEW: Visit = Visit { item: "food-licence", name: "何秀兰", number: "36220119680312482X" };
const TO_CORRECT: Visit = Visit { item: "outdoor-advertising", name: "谢文涛", number: "362201198507203917" };
const TO_DECIDE: Visit = Visit { item: "commercial-performance", name: "罗志强", number: "362201197911085334" };
const TO_ANSWER: Visit = Visit { item: "road-occupation", name: "邓春梅", number: "362201199002144625" };
const TO_CALL: Visit = Visit { item: "sole-trader", name: "彭晓燕", number: "362201198806271240" };
const TO_FIND: Visit = Visit { item: "social-security-card", name: "曹建军", number: "362201197204193013" };

/// Puts it all in, once for each folder.
pub(crate) async fn begin(backend: &Backend, folder: &Path) -> Result<()> {
    let done = folder.join("work");
    if done.exists() {
        return Ok(());
    }
    let mut hall = Morning::begin(backend).await?;
    let clerk = Colleague::sign_in(&hall.client, &hall.base, &STAFF[0]).await?;
    let chief = Colleague::sign_in(&hall.client, &hall.base, &STAFF[2]).await?;

    hall.taken_out(1, &TO_REVIEW, &clerk)?;
    hall.send().await?;

    let case = hall.taken_out(2, &TO_CORRECT, &clerk)?;
    hall.send().await?;
    clerk.step(case, "pre_review_started", json!({})).await?;
    clerk.reviews(case, "correction_asked", Some("缺少签字或盖章")).await?;

    let case = hall.accepted(3, &TO_DECIDE, &clerk).await?;
    clerk.step(case, "work_started", json!({})).await?;

    let case = hall.accepted(4, &TO_ANSWER, &clerk).await?;
    clerk.step(case, "work_started", json!({})).await?;
    clerk.step(case, "joint_started", json!({})).await?;

    let case = hall.accepted(5, &TO_CALL, &clerk).await?;
    chief.step(case, "granted", json!({ "document": "临市监字〔2026〕118号" })).await?;
    clerk.step(case, "result_ready", json!({ "delivery": "window" })).await?;
    clerk.step(case, "collected", json!({ "receiver": "申请人本人" })).await?;
    hall.terminal.write(Fact::Rated { submission: case, level: 1 });

    let (item, paper) = hall.handed_in(&TO_FIND)?;
    hall.terminal.deposit_unconfirmed_of(6, item, &paper, UnconfirmedReason::Interrupted);
    let compartment = CompartmentNo(9);
    let why = SetAsideReason::DoorStuck;
    hall.terminal.write(Fact::CompartmentSetAside { compartment, why, submission: None });
    hall.send().await?;
    fs::write(&done, "").context(done.display())
}

/// Whether everybody who may see cases has something to do.
pub(crate) async fn look(backend: &Backend) -> Result<()> {
    let (client, base) = (e2e::http::client()?, backend.url(""));
    for (member, kinds) in WORK {
        let colleague = Colleague::sign_in(&client, &base, &member).await?;
        let counts: Value = colleague.ask("counts").await?;
        if let Some(kind) = kinds.iter().find(|kind| counts[**kind].as_u64().is_none_or(|count| count == 0)) {
            return Err(Error::new(format!("nothing to do under `{kind}` for {}: {counts}", member.name)));
        }
    }
    Ok(())
}

/// The morning of this hall: the terminal upstairs, and who works.
struct Morning {
    client: Client,
    base: String,
    catalogue: Catalogue,
    terminal: Terminal,
}

impl Morning {
    /// The terminal upstairs is enrolled. It started an hour ago and has the hall's time.
    async fn begin(backend: &Backend) -> Result<Self> {
        let (client, base, key) = (e2e::http::client()?, backend.url(""), any_key());
        let asks = enrolment(backend.add_kiosk(UPSTAIRS)?, &key);
        let answer = client.post(format!("{base}/kiosk/v1/enrol")).json(&asks).send().await;
        let identity: EnrolAnswer = answered(answer.context("enrolment")?).await?;
        let mut terminal = Terminal::new(identity, key);
        let (wall_ms_utc, mono_ms) = (now_ms(), 3_600_000);
        terminal.stamp = Some(Stamp { wall_ms_utc, mono_ms, server_offset_ms: Some(0), ..Stamp::default() });
        terminal.begin_anew();
        Ok(Self { client, base, catalogue: backend.catalogue()?, terminal })
    }

    /// Everything that was written upstairs reaches the hall.
    async fn send(&mut self) -> Result<()> {
        let entries = self.terminal.take();
        let push = self.terminal.push_of(&entries);
        let sent = self.client.post(format!("{}/kiosk/v1/journal", self.base));
        let answer = sent.bearer_auth(self.terminal.token(now_ms())).json(&push).send().await;
        answered::<Value>(answer.context("the journal")?).await.map(drop)
    }

    /// What is handed in, with all materials that the item wants in a box.
    fn handed_in(&self, visit: &Visit) -> Result<(Item, Submission)> {
        let known = self.catalogue.items.iter().find(|item| item.code == visit.item).context(visit.item)?;
        let mut made = Submission {
            acting_for: ActingFor::Oneself,
            organisation: None,
            phone: None,
            situations: [].into(),
            answers: [].into(),
            materials: known.materials.iter().map(MaterialLine::handed_in).collect(),
            ..paper()
        };
        made.applicant.name = Personal::from(visit.name);
        made.applicant.number = Personal::from(visit.number);
        let item = Item { code: known.code.clone(), version: known.version, department: known.department.clone() };
        Ok((item, made))
    }

    /// Paper was put into a box and a colleague took it out at the terminal.
    fn taken_out(&mut self, no: u16, visit: &Visit, by: &Colleague) -> Result<SubmissionId> {
        let (item, paper) = self.handed_in(visit)?;
        let case = self.terminal.deposit_of(no, item, &paper);
        let (submission, compartment) = (Some(case), CompartmentNo(no));
        self.terminal.write(Fact::EmptinessAffirmed { submission, compartment, staff: by.id });
        Ok(case)
    }

    /// The same, and it was accepted.
    async fn accepted(&mut self, no: u16, visit: &Visit, by: &Colleague) -> Result<SubmissionId> {
        let case = self.taken_out(no, visit, by)?;
        self.send().await?;
        by.step(case, "pre_review_started", json!({})).await?;
        by.reviews(case, "accepted", None).await?;
        Ok(case)
    }
}

/// One who works, signed in.
struct Colleague {
    client: Client,
    base: String,
    token: String,
    id: StaffId,
}

#[derive(serde::Deserialize)]
struct Opened {
    token: String,
    staff: Known,
}

#[derive(serde::Deserialize)]
struct Known {
    id: StaffId,
}

impl Colleague {
    async fn sign_in(client: &Client, base: &str, member: &Member) -> Result<Self> {
        let body = json!({ "name": member.name, "password": member.password });
        let answer = client.post(format!("{base}/api/v1/sessions")).json(&body).send().await;
        let opened: Opened = answered(answer.context(member.name)?).await?;
        Ok(Self { client: client.clone(), base: base.to_owned(), token: opened.token, id: opened.staff.id })
    }

    async fn ask(&self, path: &str) -> Result<Value> {
        let answer = self.client.get(format!("{}/api/v1/{path}", self.base)).bearer_auth(&self.token).send().await;
        answered(answer.context(path)?).await
    }

    /// Takes a step of a case, with what it asks.
    async fn step(&self, case: SubmissionId, event: &str, form: Value) -> Result<()> {
        let seen = self.ask(&format!("cases/{case}")).await?;
        let mut body = form;
        body["seen"] = seen["version"].clone();
        body["event"] = event.into();
        let steps = format!("{}/api/v1/cases/{case}/steps", self.base);
        let answer = self.client.post(steps).bearer_auth(&self.token).json(&body).send().await;
        answered::<Value>(answer.context(event)?).await.map(drop)
    }

    /// Ticks every material as fine, or the first as amiss.
    async fn reviews(&self, case: SubmissionId, event: &str, amiss: Option<&str>) -> Result<()> {
        let seen = self.ask(&format!("cases/{case}")).await?;
        let materials = seen["materials"].as_array().map_or(0, Vec::len);
        let finding = |n: usize| {
            let reason = amiss.filter(|_| n == 0);
            let verdict = if reason.is_some() { "wrong" } else { "fine" };
            json!({ "material": "", "deferrable": false, "verdict": verdict, "reason": reason.unwrap_or_default() })
        };
        let findings: Vec<Value> = (0..materials).map(finding).collect();
        self.step(case, event, json!({ "findings": findings })).await
    }
}

/// The body of an answer, or what was wrong.
async fn answered<T: DeserializeOwned>(answer: Response) -> Result<T> {
    let (path, status) = (answer.url().path().to_owned(), answer.status());
    let text = answer.text().await.context(&path)?;
    if !status.is_success() {
        return Err(Error::new(format!("{path}: {status}: {text}")));
    }
    serde_json::from_str(&text).context(&path)
}
