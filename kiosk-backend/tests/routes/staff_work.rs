//! `/api/v1`: the window's work by JSON. Each path where it is right, for the wrong role, and for one who knows an older
//! version of the case than there is.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use hall_domain::Actor;
use hall_domain::figures::escalations;
use hall_rules::{CaseEvent, Role};
use kiosk_wire::{Code, CompartmentNo, Fact, Header, Stamp, SubmissionId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::results::Desk;
use outside::people::paper;
use test_hall::{Answer, Hall, MONDAY, NAME, NUMBER, PASSWORD, form_with_file};

/// A program that is signed in for somebody.
struct Program<'h> {
    hall: &'h Hall,
    token: String,
}

impl<'h> Program<'h> {
    async fn of(hall: &'h Hall, name: &str) -> Self {
        let credentials = json!({ "name": name, "password": PASSWORD }).to_string();
        let opened: Value = hall.post("/api/v1/sessions", None, credentials).await.json();
        Self { hall, token: opened["token"].as_str().unwrap().to_owned() }
    }

    async fn hired(hall: &'h Hall, name: &'static str, window: &'static str, role: Role) -> Self {
        hall.staff(name, window, role).await;
        Self::of(hall, name).await
    }

    async fn get(&self, path: &str) -> Value {
        self.hall.get(&format!("/api/v1{path}"), &self.token, None).await.json()
    }

    async fn not_found(&self, path: &str) {
        let problem = self.hall.get(&format!("/api/v1{path}"), &self.token, None).await.problem();
        assert_eq!(problem.code, Code::NotFound, "{path}");
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.hall.post(&format!("/api/v1{path}"), Some(&self.token), body.to_string()).await.json()
    }

    /// The code and the field of a refusal.
    async fn refused(&self, path: &str, body: Value) -> (Code, Option<String>) {
        let answer = self.hall.post(&format!("/api/v1{path}"), Some(&self.token), body.to_string()).await;
        let problem = answer.problem();
        (problem.code, problem.field)
    }

    async fn attach(&self, case: &str, name: &str, content: &[u8]) -> Answer {
        let (kind, body) = form_with_file(None, name, content);
        let request = Request::post(format!("/api/v1{case}/files"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, kind);
        self.hall.ask(request.body(Body::from(body)).unwrap()).await
    }
}

fn version(case: &Value) -> u64 {
    case["version"].as_u64().unwrap()
}

/// What a member may do, by the steps it is offered.
fn may(case: &Value, event: CaseEvent) -> bool {
    case["steps"].as_array().unwrap().iter().any(|step| step["event"] == event.code())
}

#[tokio::test]
async fn a_claim_is_one_persons_until_a_chief_takes_it() {
    let desk = Desk::received().await;
    let (clerk, other) = (
        Program::hired(&desk.hall, "李梅", "3号窗口", Role::Clerk).await,
        Program::hired(&desk.hall, "周明", "3号窗口", Role::Clerk).await,
    );
    let chief = Program::of(&desk.hall, "郑科长").await;
    let supervisor = Program::hired(&desk.hall, "督查员", "3号窗口", Role::Supervisor).await;
    let case = format!("/cases/{}", desk.case);
    let seen = version(&clerk.get(&case).await);
    let held = clerk.post(&format!("{case}/claim"), json!({ "seen": seen })).await;
    assert_eq!(held["row"]["held"]["mine"], true);
    assert_eq!(other.refused(&format!("{case}/claim"), json!({})).await.0, Code::CaseClaimed);
    assert_eq!(supervisor.refused(&format!("{case}/claim"), json!({})).await.0, Code::Forbidden);
    assert_eq!(other.refused(&format!("{case}/claim-over"), json!({ "reason": "急" })).await.0, Code::Forbidden);
    let wanted = chief.refused(&format!("{case}/claim-over"), json!({ "reason": " " })).await;
    assert_eq!(wanted, (Code::InvalidValue, Some("reason".into())));
    chief.post(&format!("{case}/claim-over"), json!({ "reason": "李梅请假" })).await;
    assert_eq!(clerk.refused(&format!("{case}/release"), json!({})).await.0, Code::CaseClaimed);
    let free = chief.post(&format!("{case}/release"), json!({})).await;
    assert_eq!(free["row"]["held"], Value::Null);
    assert_eq!(chief.refused(&format!("{case}/release"), json!({})).await.0, Code::WrongState);
    let old = json!({ "seen": seen - 1 });
    assert_eq!(chief.refused(&format!("{case}/release"), old).await.0, Code::StalePage);
}

#[tokio::test]
async fn a_case_is_worked_to_its_archive() {
    let desk = Desk::received().await;
    let clerk = Program::hired(&desk.hall, "李梅", "3号窗口", Role::Clerk).await;
    let chief = Program::of(&desk.hall, "郑科长").await;
    let approver = Program::hired(&desk.hall, "审批员", "3号窗口", Role::Approver).await;
    let stranger = Program::hired(&desk.hall, "城管员", "7号窗口", Role::Clerk).await;
    let case = format!("/cases/{}", desk.case);
    let first = version(&clerk.get(&case).await);

    // Notes, the mandate and the green channel.
    let text = "申请人来电：改到周日。\n已请其书面确认。";
    let noted = clerk.post(&format!("{case}/notes"), json!({ "seen": first, "text": text })).await;
    let last = noted["timeline"].as_array().unwrap().last().unwrap();
    assert_eq!((last["what"].as_str(), last["note"].as_str()), (Some("note_added"), Some(text)));
    assert_eq!(clerk.refused(&format!("{case}/notes"), json!({ "text": "" })).await.1, Some("note".into()));
    assert_eq!(stranger.refused(&format!("{case}/notes"), json!({ "text": "x" })).await.0, Code::NotFound);
    let said = json!({ "principal": "刘大海", "number": NUMBER, "scope": "办理演出审批" });
    let work = clerk.post(&format!("{case}/mandate"), said.clone()).await;
    assert_eq!((work["mandate"]["principal"].as_str(), work["mandate"]["by"].as_str()), (Some("刘**"), Some("李梅")));
    assert_eq!(approver.refused(&format!("{case}/mandate"), said).await.0, Code::Forbidden);
    let unproven = json!({ "principal": "刘大海", "scope": "x", "file": 99 });
    assert_eq!(clerk.refused(&format!("{case}/mandate"), unproven).await.1, Some("mandate-file".into()));
    let green = json!({ "on": true, "reason": "市重点项目" });
    assert_eq!(clerk.refused(&format!("{case}/green"), green.clone()).await.0, Code::Forbidden);
    assert_eq!(chief.post(&format!("{case}/green"), green.clone()).await["row"]["green"], true);
    assert_eq!(chief.refused(&format!("{case}/green"), green).await.0, Code::WrongState);
    let old = json!({ "on": true, "reason": "市重点项目", "seen": first });
    assert_eq!(chief.refused(&format!("{case}/green"), old).await.0, Code::StalePage);

    // Attachments.
    let pdf = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\nstartxref\n9\n%%EOF\n";
    let work: Value = clerk.attach(&case, "委托书.pdf", pdf).await.json();
    assert_eq!(work["files"][0]["name"], "委托书.pdf");
    let file = format!("/api/v1{case}/files/{}", work["files"][0]["n"]);
    let read = desk.hall.get(&file, &clerk.token, None).await;
    assert_eq!((read.status, read.bytes.as_slice()), (StatusCode::OK, pdf.as_slice()));
    assert!(read.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment;"));
    assert_eq!(desk.hall.get(&file, &stranger.token, None).await.problem().code, Code::NotFound);
    assert_eq!(clerk.attach(&case, "x.pdf", b"<html>").await.problem().field, Some("file".into()));
    let large = vec![b'a'; 2 << 20];
    assert_eq!(clerk.attach(&case, "x.pdf", &large).await.problem().field, Some("file".into()), "and not its size");
    let plain = desk.hall.post(&format!("/api/v1{case}/files"), Some(&clerk.token), "{}").await;
    assert_eq!(plain.problem().code, Code::MalformedBody);

    // The form.
    let form = clerk.get(&format!("{case}/fields")).await;
    let fields = form["fields"].as_array().unwrap();
    let of_kind = |kind: &str| fields.iter().find(|field| field["kind"] == kind).unwrap()["code"].as_str().unwrap();
    let (text, date) = (of_kind("text"), of_kind("date"));
    let wrong = json!({ "seen": form["seen"], "values": { date: "下周五" } });
    assert_eq!(clerk.refused(&format!("{case}/fields"), wrong).await, (Code::InvalidValue, Some(date.to_owned())));
    let good = json!({ "seen": form["seen"], "values": { text: "春台剧院" } });
    let keyed = clerk.post(&format!("{case}/fields"), good.clone()).await;
    let found = keyed["fields"].as_array().unwrap().iter().find(|field| field["code"] == text).unwrap();
    assert_eq!((found["keyed"]["value"].as_str(), found["keyed"]["by"].as_str()), (Some("春台剧院"), Some("李梅")));
    let late = json!({ "seen": form["seen"], "values": { text: "另一家" } });
    assert_eq!(clerk.refused(&format!("{case}/fields"), late.clone()).await.0, Code::StalePage);
    let now = json!({ "seen": keyed["seen"], "values": { text: "另一家" } });
    assert_eq!(approver.refused(&format!("{case}/fields"), now).await.0, Code::Forbidden);

    // What follows is looked at before it is done; nothing moves until then.
    let at = version(&clerk.get(&case).await);
    let begun = json!({ "seen": at, "event": "pre_review_started" });
    let view = clerk.post(&format!("{case}/steps"), begun.clone()).await;
    assert_eq!(clerk.refused(&format!("{case}/steps"), begun).await.0, Code::StalePage);
    let findings = json!([{ "material": "", "deferrable": false, "verdict": "fine", "reason": "" }]);
    let looked = clerk.post(&format!("{case}/preview"), json!({ "seen": version(&view), "findings": findings })).await;
    assert_eq!((looked[0]["event"].as_str(), looked.as_array().unwrap().len()), (Some("accepted"), 1));
    assert!(!looked.to_string().contains(NAME), "masked: {looked}");
    assert_eq!(version(&clerk.get(&case).await), version(&view));
    let old = json!({ "seen": at, "findings": findings });
    assert_eq!(clerk.refused(&format!("{case}/preview"), old).await.0, Code::StalePage);
    let accept = json!({ "seen": version(&view), "event": "accepted", "findings": findings });
    let view = clerk.post(&format!("{case}/steps"), accept).await;
    let grant = json!({ "seen": version(&view), "event": "granted", "document": "宜文演〔2026〕18号" });
    assert!(!may(&view, CaseEvent::Granted), "a decision is the chief's");
    assert_eq!(clerk.refused(&format!("{case}/preview"), grant.clone()).await.0, Code::Forbidden);
    chief.post(&format!("{case}/steps"), grant).await;

    // The result goes into a box; then, since nobody fetched it in time, it is on the list.
    let kiosk = desk.terminal.identity.kiosk;
    assert_eq!(clerk.refused(&format!("{case}/load"), json!({ "kiosk": Uuid::nil() })).await.1, Some("kiosk".into()));
    assert_eq!(approver.refused(&format!("{case}/load"), json!({ "kiosk": kiosk })).await.0, Code::Forbidden);
    let armed = clerk.post(&format!("{case}/load"), json!({ "kiosk": kiosk })).await;
    assert_eq!(armed["collecting"]["code"].as_str().unwrap().len(), 6);
    assert_eq!(clerk.get("/uncollected").await, json!([]));
    assert_eq!(desk.hall.get("/api/v1/uncollected", &approver.token, None).await.problem().code, Code::Forbidden);

    // At the window instead; then the archive.
    clerk.post(&format!("{case}/cancel-collect"), json!({})).await;
    let archive = format!("/api/v1{case}/archive");
    assert_eq!(desk.hall.get(&archive, &chief.token, None).await.problem().code, Code::WrongState);
    for (event, more) in [
        ("result_ready", json!({ "delivery": "窗口领取" })),
        ("collected", json!({ "receiver": "申请人本人" })),
        ("archived", json!({})),
    ] {
        let mut step = more;
        step["seen"] = version(&clerk.get(&case).await).into();
        step["event"] = event.into();
        clerk.post(&format!("{case}/steps"), step).await;
    }
    let zip = desk.hall.get(&archive, &chief.token, None).await;
    assert!(zip.status == StatusCode::OK && zip.bytes.starts_with(b"PK\x03\x04"), "{}", zip.status);
    assert_eq!(desk.hall.get(&archive, &clerk.token, None).await.problem().code, Code::Forbidden);
    assert_eq!(clerk.refused(&format!("{case}/notes"), json!({ "text": "晚了" })).await.0, Code::WrongState);
    let old = json!({ "text": "晚了", "seen": first });
    assert_eq!(clerk.refused(&format!("{case}/notes"), old).await.0, Code::StalePage);
    let again = json!({ "round": 1 });
    assert_eq!(clerk.refused(&format!("{case}/messages/1/again"), again.clone()).await.0, Code::NotFound);
    assert_eq!(approver.refused(&format!("{case}/messages/1/again"), again).await.0, Code::Forbidden);
}

/// A road case of the urban window whose paper is there, for which the police are to be asked.
async fn road(hall: &Hall, chief: &Actor) -> SubmissionId {
    let mut terminal = hall.terminal("西侧", 2).await;
    let (_, body) = hall.app.catalogue().unwrap();
    let catalogue: hall_rules::Catalogue = serde_json::from_str(&body).unwrap();
    let version = catalogue.items.iter().find(|item| item.code == "road-excavation").unwrap().version;
    let (id, no) = (SubmissionId(Uuid::now_v7()), CompartmentNo(3));
    let receipt = hall_rules::ReceiptNumber::make(&terminal.identity.receipt_prefix, 1, 1).unwrap();
    let prepared = Fact::SubmissionPrepared {
        submission: id,
        receipt: kiosk_wire::ReceiptNumber(receipt.as_str().into()),
        item: "road-excavation".into(),
        item_version: version,
        department: "urban".into(),
    };
    let at = Stamp { wall_ms_utc: MONDAY, server_offset_ms: Some(0), ..Stamp::default() };
    let header = serde_json::to_string(&Header { v: kiosk_wire::VERSION, at, fact: prepared }).unwrap();
    terminal.write_text(&header, Some(serde_json::to_string(&paper()).unwrap()));
    terminal.write(Fact::DepositIntended { submission: id, compartment: no });
    terminal.write(Fact::Deposited { submission: id, compartment: no });
    terminal.write(Fact::EmptinessAffirmed { submission: Some(id), compartment: no, staff: chief.staff.id });
    hall.sync(&terminal).await;
    id
}

#[tokio::test]
async fn other_departments_are_asked_answer_once_and_are_recalled() {
    let hall = Hall::new().await;
    let chief = hall.staff("陈主任", "7号窗口", Role::Chief).await;
    let id = road(&hall, &chief).await;
    let lead = Program::hired(&hall, "城管员", "7号窗口", Role::Clerk).await;
    let police = Program::hired(&hall, "钱进", "9号窗口", Role::Clerk).await;
    let watcher = Program::hired(&hall, "督查员", "9号窗口", Role::Supervisor).await;
    let case = format!("/cases/{id}");
    let mut seen = 0;
    for step in [
        json!({ "event": "pre_review_started" }),
        json!({ "event": "accepted", "findings": [{ "material": "", "deferrable": false, "verdict": "fine", "reason": "" }] }),
        json!({ "event": "work_started" }),
        json!({ "event": "joint_started" }),
    ] {
        seen = version(&lead.get(&case).await);
        let mut step = step;
        step["seen"] = seen.into();
        lead.post(&format!("{case}/steps"), step).await;
    }
    assert_eq!(police.get("/counts").await["joint"], 1);
    let waiting = police.get("/joint").await;
    assert_eq!((waiting["rows"].as_array().unwrap().len(), &waiting["next"]), (1, &Value::Null));
    assert_eq!(waiting["rows"][0]["part"]["due"]["days_left"], 2);
    assert_eq!(police.get("/joint?after=50").await["rows"], json!([]));
    assert_eq!(lead.get("/joint").await["rows"], json!([]), "it is not asked itself");
    let part = format!("/joint/{}", waiting["rows"][0]["part"]["id"].as_str().unwrap());
    let looked = police.get(&part).await;
    assert!(looked["may_answer"] == true && !looked.to_string().contains(NAME), "{looked}");
    police.not_found(&case).await;
    lead.not_found(&part).await;

    let answer = format!("{part}/answer");
    assert_eq!(watcher.refused(&answer, json!({ "agrees": true })).await.0, Code::Forbidden);
    assert_eq!(lead.refused(&answer, json!({ "agrees": true })).await.0, Code::NotFound);
    let silent = police.refused(&answer, json!({ "agrees": false })).await;
    assert_eq!(silent, (Code::InvalidValue, Some("opinion".into())));
    let said = police.post(&answer, json!({ "agrees": false, "opinion": "请限定时段" })).await;
    assert_eq!(
        (said["part"]["state"].as_str(), said["part"]["said"].as_str()),
        (Some("disagreed"), Some("请限定时段"))
    );
    assert_eq!(police.refused(&answer, json!({ "agrees": true })).await.0, Code::WrongState, "it is given once");

    let work = lead.get(&format!("{case}/casework")).await;
    let open = work["parts"].as_array().unwrap().iter().find(|part| part["state"] == "asked").unwrap();
    let recall = format!("{case}/recall-part");
    let asked = json!({ "part": open["id"], "reason": "不涉及规划" });
    assert_eq!(watcher.refused(&recall, asked.clone()).await.0, Code::Forbidden);
    let nothing = json!({ "part": "7", "reason": "x" });
    assert_eq!(lead.refused(&recall, nothing).await, (Code::InvalidValue, Some("part".into())));
    let work = lead.post(&recall, asked.clone()).await;
    assert!(work["parts"].as_array().unwrap().iter().any(|part| part["state"] == "recalled"), "{work}");
    assert_eq!(lead.refused(&recall, asked.clone()).await.0, Code::WrongState);
    let mut old = asked;
    old["seen"] = seen.into();
    assert_eq!(lead.refused(&recall, old).await.0, Code::StalePage);
}

#[tokio::test]
async fn a_round_opens_boxes_and_boxes_come_back_into_service() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let case = terminal.deposit(7);
    terminal.deposit(8);
    hall.sync(&terminal).await;
    let clerk = Program::hired(&hall, "李梅", "3号窗口", Role::Clerk).await;
    let technician = Program::hired(&hall, "维护员", "3号窗口", Role::Technician).await;
    let watcher = Program::hired(&hall, "督查员", "3号窗口", Role::Supervisor).await;
    let kiosk = format!("/kiosks/{}", terminal.identity.kiosk);
    assert_eq!(clerk.get(&format!("{kiosk}/round")).await, Value::Null);
    assert_eq!(watcher.refused(&format!("{kiosk}/round"), json!({})).await.0, Code::Forbidden);
    let round = clerk.post(&format!("{kiosk}/round"), json!({})).await;
    assert_eq!(round["stops"].as_array().unwrap().len(), 2);
    assert_eq!(clerk.get(&format!("{kiosk}/round")).await["code"], round["code"]);
    assert_eq!(clerk.get(&format!("/cases/{case}")).await["collecting"]["code"], round["code"]);
    assert_eq!(clerk.post(&format!("{kiosk}/round/end"), json!({})).await, Value::Null);
    assert_eq!(clerk.refused(&format!("{kiosk}/round/end"), json!({})).await.0, Code::WrongState);

    let back = format!("{kiosk}/return-to-service");
    assert_eq!(watcher.refused(&back, json!({ "compartment": 7 })).await.0, Code::Forbidden);
    assert_eq!(technician.refused(&back, json!({ "compartment": 99 })).await.0, Code::NotFound);
    assert_eq!(clerk.refused(&back, json!({ "compartment": 7 })).await.0, Code::WrongState, "paper is in it");
    assert_eq!(clerk.refused("/kiosks/7/round", json!({})).await.0, Code::NotFound);
    hall.clock.advance(120_000);
    assert_eq!(clerk.refused(&format!("{kiosk}/round"), json!({})).await.0, Code::KioskOffline);
}

#[tokio::test]
async fn supervisors_see_what_is_late_and_call_back() {
    let mut desk = Desk::collected().await;
    desk.terminal.write(Fact::Rated { submission: desk.case, level: 1 });
    desk.terminal.write_text("not json", None);
    desk.sync().await;
    desk.hall.clock.advance(30 * 24 * 3_600_000);
    escalations::tick(&desk.hall.app).await.unwrap();
    let supervisor = Program::hired(&desk.hall, "督查员", "3号窗口", Role::Supervisor).await;
    let clerk = Program::hired(&desk.hall, "李梅", "3号窗口", Role::Clerk).await;
    let chief = Program::of(&desk.hall, "郑科长").await;
    let late = supervisor.get("/late").await;
    assert_eq!((late[0]["over"].as_bool(), late[0]["callback"][0].as_u64()), (Some(true), Some(1)), "{late}");
    let seen = format!("/late/{}/seen", desk.case);
    assert_eq!(clerk.refused(&seen, json!({})).await.0, Code::Forbidden);
    assert_eq!(supervisor.post(&seen, json!({})).await, json!([]));
    assert_eq!(supervisor.refused(&seen, json!({})).await.0, Code::NotFound, "once");

    let open = supervisor.get("/callbacks").await;
    assert_eq!((open[0]["level"].as_u64(), open[0]["notes"].as_array().unwrap().len()), (Some(1), 0));
    let call = format!("/callbacks/{}", desk.case);
    let said = |seen, outcome: &str| json!({ "seen": seen, "outcome": outcome, "note": "已道歉" });
    assert_eq!(clerk.refused(&call, said(0, "settled")).await.0, Code::Forbidden);
    assert_eq!(supervisor.refused(&call, said(0, "happy")).await.0, Code::MalformedBody);
    let first = supervisor.post(&call, said(0, "unreachable")).await;
    assert_eq!((&first[0]["closed_ms"], first[0]["notes"][0]["outcome"].as_str()), (&Value::Null, Some("unreachable")));
    assert_eq!(supervisor.refused(&call, said(0, "settled")).await.0, Code::StalePage);
    assert!(supervisor.post(&call, said(1, "settled")).await[0]["closed_ms"].is_i64());

    let figures = supervisor.get("/statistics?days=90").await;
    assert_eq!((&figures["ratings"], &figures["callbacks"]), (&json!([1, 0, 0, 0, 0]), &json!([1, 1, 0])));
    let wrong = desk.hall.get("/api/v1/statistics?days=8", &supervisor.token, None).await.problem();
    assert_eq!((wrong.code, wrong.field.as_deref()), (Code::InvalidValue, Some("days")));

    let aside = chief.get("/set-aside").await;
    let looked = format!("/set-aside/{}/looked", aside[0]["id"]);
    assert_eq!(clerk.refused(&looked, json!({})).await.0, Code::Forbidden);
    assert_eq!(chief.post(&looked, json!({})).await[0]["looked_by"], "郑科长");
    assert_eq!(chief.refused("/set-aside/0/looked", json!({})).await.0, Code::NotFound);
}
