//! Messages to applicants through a scripted gateway on a real socket: silent, failing, torn, lying; reports twice and
//! about nothing; a server that dies while it sends.

use std::collections::VecDeque;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use hall_domain::boxes::uncollected;
use hall_domain::case::messages::write;
use hall_domain::case::page;
use hall_domain::people::sign_in::{Place, sign_in};
use hall_rules::notice::{Express, Form};
use hall_rules::review::Verdict;
use hall_rules::{CaseEvent, Role};
use hall_store as store;
use hall_store::messages::MessageState as S;
use hall_words::case::MessageKind;
use kiosk_backend::notify::sms::hmac_hex;
use kiosk_backend::{client, jobs};
use kiosk_wire::{Personal, Stamp};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::results::Desk;
use test_hall::{Hall, Left, NAME, NUMBER, PASSWORD, PHONE};

/// What the gateway does with the next message; when nothing is left it takes it.
#[derive(Clone, Copy, Debug)]
enum Play {
    Take,
    Silent,
    Answer(u16, &'static str),
}

#[derive(Clone, Default)]
struct Gateway {
    plays: Arc<Mutex<VecDeque<Play>>>,
    heard: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
}

impl Gateway {
    async fn listen(&self) -> String {
        let app = Router::new().route("/send", post(take)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        url
    }

    fn will(&self, plays: &[Play]) {
        self.plays.lock().unwrap().extend(plays);
    }

    fn ids(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|(_, body)| body["out"].as_str().unwrap().to_owned()).collect()
    }
}

async fn take(State(gateway): State<Gateway>, headers: HeaderMap, body: String) -> Response {
    gateway.heard.lock().unwrap().push((headers, serde_json::from_str(&body).unwrap()));
    let play = gateway.plays.lock().unwrap().pop_front().unwrap_or(Play::Take);
    match play {
        Play::Take => axum::Json(json!({ "code": "OK", "id": "biz-1" })).into_response(),
        Play::Silent => std::future::pending().await,
        Play::Answer(status, body) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
    }
}

struct Scene {
    desk: Desk,
    gateway: Gateway,
    client: reqwest::Client,
    _secrets: tempfile::TempDir,
}

impl Scene {
    /// A case whose acceptance is to be told.
    async fn accepted(more: &str) -> Self {
        let scene = Self::received(more).await;
        scene.accept().await;
        scene
    }

    async fn received(more: &str) -> Self {
        let gateway = Gateway::default();
        let url = gateway.listen().await;
        let secrets = tempfile::tempdir().unwrap();
        let file = secrets.path().join("secret");
        std::fs::write(&file, "gateway secret\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        let extra = format!(
            "public_url = \"https://hall.example\"\n[sms]\nurl = {url:?}\nsecret_file = {file:?}\nmessage_id = \"/id\"\n\
             patience_s = 1\nsignature_header = \"x-sign\"\n{more}\n\
             [sms.headers]\nauthorization = \"Bearer ${{secret}}\"\n\
             [sms.body]\nto = \"${{phone}}\"\nout = \"${{out_id}}\"\ntext = \"${{text}}\"\n\
             [sms.accepted]\npointer = \"/code\"\nequals = \"OK\"\n\
             [sms.refusals]\n\"isv.MOBILE*\" = \"number\"\n\"isv.AMOUNT*\" = \"bill\"\n\
             [sms.report]\nsecret_file = {file:?}\nsignature_header = \"x-sign\"\nout_id = \"/out\"\nstate = \"/state\"\n\
             delivered = [\"DELIVRD\"]\n"
        );
        let desk = Desk::received_in(Hall::with(&extra).await).await;
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { desk, gateway, client: client::client().unwrap(), _secrets: secrets }
    }

    async fn accept(&self) {
        self.desk.step(CaseEvent::PreReviewStarted, Form::default()).await;
        let form = self.desk.found(Verdict::Fine).await;
        self.desk.step(CaseEvent::Accepted, form).await;
    }

    async fn work(&self) {
        jobs::once(&self.desk.hall.app, &self.client).await.unwrap();
    }

    async fn later(&self, ms: i64) {
        self.desk.hall.clock.advance(ms);
        self.work().await;
    }

    async fn messages(&self) -> Vec<write::MessageView> {
        page::case(&self.desk.hall.app, &self.desk.chief, self.desk.case).await.unwrap().messages
    }

    async fn state(&self) -> S {
        self.messages().await.last().expect("a message").state
    }

    async fn report(&self, body: &Value, secret: &str) -> StatusCode {
        let body = body.to_string();
        let request = Request::post("/sms/report").header("x-sign", hmac_hex(secret, body.as_bytes()));
        self.desk.hall.ask(request.body(Body::from(body)).unwrap()).await.status
    }

    /// What bars a page shows to somebody of this role.
    async fn bars(&self, name: &'static str, role: Role) -> String {
        let known = self.desk.hall.value::<i64>(&format!("SELECT COUNT(*) FROM staff WHERE name = '{name}'"));
        if known == 0 {
            self.desk.hall.staff(name, "3号窗口", role).await;
        }
        let page = self.page_of(name).await;
        let bars = page.split("<p class=\"bar bar--call\"").skip(1).filter_map(|rest| rest.split("</p>").next());
        bars.filter(|bar| bar.contains("短信")).collect()
    }

    async fn page_of(&self, name: &str) -> String {
        let opened = sign_in(&self.desk.hall.app, &Place::default(), name, Personal::new(PASSWORD.into()), None).await;
        let token = opened.unwrap().token;
        let request = Request::get("/account").header("cookie", format!("__Host-session={token}"));
        self.desk.hall.ask(request.body(Body::empty()).unwrap()).await.body
    }

    async fn again(&self) -> Result<(), kiosk_wire::Code> {
        let last = self.messages().await.pop().expect("a message");
        self.send_again(&last).await
    }

    /// As a program of the city does, for the chief who saw the message like this.
    async fn send_again(&self, seen: &write::MessageView) -> Result<(), kiosk_wire::Code> {
        let hall = &self.desk.hall;
        let credentials = json!({ "name": "郑科长", "password": PASSWORD }).to_string();
        let opened: Value = hall.post("/api/v1/sessions", None, credentials).await.json();
        let path = format!("/api/v1/cases/{}/messages/{}/again", self.desk.case, seen.id);
        let body = json!({ "round": seen.round }).to_string();
        let answer = hall.post(&path, opened["token"].as_str(), body).await;
        if answer.status == StatusCode::OK { Ok(()) } else { Err(answer.problem().code) }
    }
}

#[tokio::test]
async fn an_acceptance_is_told_once_with_nothing_personal_but_the_number_it_goes_to() {
    let scene = Scene::accepted("").await;
    scene.work().await;
    assert_eq!(scene.state().await, S::Sent);
    scene.later(60_000).await;
    let heard = scene.gateway.heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 1, "{heard:?}");
    let (headers, body) = &heard[0];
    assert_eq!(
        (headers["authorization"].to_str().unwrap(), body["to"].as_str()),
        ("Bearer gateway secret", Some(PHONE))
    );
    assert_eq!(headers["x-sign"].to_str().unwrap(), hmac_hex("gateway secret", body.to_string().as_bytes()));
    let text = body["text"].as_str().unwrap();
    assert!(text.starts_with("【宜春市政务服务大厅】您申请的“") && text.contains("已受理，最迟11月24日办结"), "{text}");
    assert!(text.contains("https://hall.example/p/"), "{text}");
    for personal in [NAME, NUMBER, PHONE, &NUMBER[14..]] {
        assert!(!text.contains(personal), "{text}");
    }
    assert!(scene.desk.hall.count(&format!("jobs WHERE body LIKE '%{PHONE}%'")) == 0);
}

#[tokio::test]
async fn reports_twice_about_nothing_or_from_elsewhere_harm_nothing() {
    let scene = Scene::accepted("").await;
    scene.work().await;
    let out = scene.gateway.ids().remove(0);
    let report = |state: &str, out: &str| json!({ "out": out, "state": state });
    assert_eq!(scene.report(&report("DELIVRD", &out), "another secret").await, StatusCode::UNAUTHORIZED);
    assert_eq!(scene.state().await, S::Sent);
    assert_eq!(scene.report(&report("DELIVRD", "0000-1"), "gateway secret").await, StatusCode::OK);
    for _ in 0..2 {
        assert_eq!(scene.report(&report("DELIVRD", &out), "gateway secret").await, StatusCode::OK);
        assert_eq!(scene.state().await, S::Delivered);
    }
    assert_eq!(scene.report(&report("EXPIRED", &out), "gateway secret").await, StatusCode::OK);
    assert_eq!(scene.state().await, S::Delivered, "it is there, whatever is told later");
    assert_eq!(scene.report(&json!([{ "out": 1 }]), "gateway secret").await, StatusCode::BAD_REQUEST);
    assert!(scene.again().await.is_err(), "what arrived is not sent again");
}

#[tokio::test]
async fn what_the_gateway_surely_did_not_take_is_tried_again_with_pauses() {
    let scene = Scene::accepted("").await;
    scene.gateway.will(&[Play::Answer(503, ""), Play::Answer(429, "")]);
    scene.work().await;
    assert_eq!(scene.state().await, S::Queued);
    scene.work().await;
    assert_eq!(scene.gateway.ids().len(), 1, "not before its time");
    scene.later(3000).await;
    scene.later(6000).await;
    assert_eq!(scene.state().await, S::Sent);
    let ids = scene.gateway.ids();
    assert!(ids.len() == 3 && ids.iter().all(|id| id == &ids[0]), "{ids:?}");
}

#[tokio::test]
async fn what_may_have_been_sent_is_never_sent_again_by_itself() {
    for play in [Play::Silent, Play::Answer(500, "oops"), Play::Answer(200, "<html>"), Play::Answer(200, "{\"co")] {
        let scene = Scene::accepted("").await;
        scene.gateway.will(&[play]);
        scene.work().await;
        assert_eq!(scene.state().await, S::Unknown, "{play:?}");
        scene.later(3_600_000).await;
        assert_eq!(scene.gateway.ids().len(), 1, "{play:?}");
        let stale = scene.messages().await.pop().unwrap();
        scene.again().await.unwrap();
        let twice = scene.send_again(&stale).await;
        assert_eq!(twice, Err(kiosk_wire::Code::WrongState), "two presses are one");
        scene.work().await;
        assert_eq!(scene.state().await, S::Sent, "{play:?}");
        let ids = scene.gateway.ids();
        assert!(ids.len() == 2 && ids[0] != ids[1], "a person's wish is another message: {ids:?}");
    }
}

#[tokio::test]
async fn a_gateway_that_drops_repetitions_is_asked_again_under_the_same_id() {
    let scene = Scene::accepted("repeats_are_harmless = true").await;
    scene.gateway.will(&[Play::Silent, Play::Answer(502, "")]);
    scene.work().await;
    scene.later(3000).await;
    scene.later(6000).await;
    assert_eq!(scene.state().await, S::Sent);
    let ids = scene.gateway.ids();
    assert!(ids.len() == 3 && ids.iter().all(|id| id == &ids[0]), "{ids:?}");
}

#[tokio::test]
async fn a_number_that_gets_no_messages_is_the_end_until_a_person_wants_it_again() {
    let scene = Scene::accepted("").await;
    scene.desk.hall.leaves(Left::Logged("a message was refused"));
    scene.gateway.will(&[Play::Answer(200, r#"{"code":"isv.MOBILE_NUMBER_ILLEGAL"}"#)]);
    scene.work().await;
    let failed = scene.messages().await.pop().unwrap();
    assert_eq!(
        (failed.state, failed.cause.as_deref()),
        (S::Failed, Some("the gateway says that the number gets no messages: isv.MOBILE_NUMBER_ILLEGAL"))
    );
    scene.again().await.unwrap();
    scene.work().await;
    assert_eq!(scene.state().await, S::Sent);
}

/// An unpaid bill, a wrong key or a missing template costs nobody a message, however long it takes to mend.
#[tokio::test]
async fn what_is_ours_to_mend_waits_and_the_console_says_so_to_whoever_can() {
    let scene = Scene::accepted("").await;
    scene.desk.hall.leaves(Left::Logged("messages wait until somebody mends this"));
    let unpaid = Play::Answer(200, r#"{"code":"isv.AMOUNT_NOT_ENOUGH"}"#);
    let stranger = Play::Answer(401, "");
    scene.gateway.will(&[unpaid; 50]);
    scene.gateway.will(&[stranger]);
    for _ in 0..51 {
        scene.later(24 * 3_600_000).await;
        assert_eq!(scene.state().await, S::Queued);
    }
    let bar = scene.bars("管理员", Role::Administrator).await;
    assert!(bar.contains("有 1 条短信发不出去：短信网关不认本厅的密钥，请管理员核对，改好后自动发出: 401"), "{bar}");
    assert_eq!(scene.bars("李梅", Role::Clerk).await, "", "who cannot mend it is not told on each page");
    let shown = scene.messages().await.pop().unwrap();
    assert_eq!(shown.cause.as_deref(), Some("the gateway does not know us: 401 Unauthorized"));
    scene.later(24 * 3_600_000).await;
    assert_eq!((scene.state().await, scene.gateway.ids().len()), (S::Sent, 52));
    assert_eq!(scene.bars("管理员", Role::Administrator).await, "");
}

/// A key or a template of `backend.toml` is mended by starting the server anew.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_starts_the_server_anew_waits_no_hour_for_what_they_mended() {
    let scene = Scene::accepted("").await;
    scene.desk.hall.leaves(Left::Logged("messages wait until somebody mends this"));
    scene.gateway.will(&[Play::Answer(401, "")]);
    scene.work().await;
    scene.work().await;
    assert_eq!((scene.state().await, scene.gateway.ids().len()), (S::Queued, 1), "not before its time");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(jobs::run(scene.desk.hall.app.clone(), stopped));
    let sent = || scene.desk.hall.value::<String>("SELECT state FROM messages") == "sent";
    outside::wait::until_true("the message to go out", outside::wait::PATIENCE, sent).unwrap();
    stop.send(true).unwrap();
    running.await.unwrap();
}

#[tokio::test]
async fn a_code_that_nobody_knows_is_tried_until_a_person_must_look_and_then_is_not_lost() {
    let scene = Scene::accepted("").await;
    scene.desk.hall.leaves(Left::Logged("a job was given up"));
    let new = Play::Answer(200, r#"{"code":"isv.SOMETHING_WITH_A_LONG_NAME_THAT_CAME_LATER"}"#);
    scene.gateway.will(&[new; 48]);
    for _ in 0..jobs::TRIES {
        assert_eq!(scene.state().await, S::Queued);
        scene.later(24 * 3_600_000).await;
    }
    let failed = scene.messages().await.pop().unwrap();
    assert_eq!(failed.state, S::Failed);
    assert!(failed.cause.unwrap().ends_with("isv.SOMETHING_WITH_A_LONG_NAME_THAT_CAME_LATER"));
    let bar = scene.bars("技术员", Role::Technician).await;
    assert!(bar.contains("isv.SOMETHING_WITH_A_LONG_NAME_THAT_CAME_LATER") && bar.contains("jobs retry"), "{bar}");
    let now = scene.desk.hall.clock.now_ms();
    let retried = scene.desk.hall.app.store().write(move |tx| store::jobs::retry_all(tx, now)).await;
    assert_eq!(retried.unwrap(), 1);
    scene.work().await;
    assert_eq!(scene.state().await, S::Sent);
    assert_eq!(scene.bars("技术员", Role::Technician).await, "");
}

#[tokio::test]
async fn phones_do_not_ring_at_night_for_a_second_try_either() {
    let scene = Scene::accepted("").await;
    let until_nine_at_night = 12 * 3_600_000 - 1000;
    scene.gateway.will(&[Play::Answer(503, "")]);
    scene.later(until_nine_at_night).await;
    assert_eq!(scene.state().await, S::Queued);
    scene.later(3_600_000).await;
    assert_eq!((scene.state().await, scene.gateway.ids().len()), (S::Queued, 1));
    scene.later(10 * 3_600_000 + 2000).await;
    assert_eq!(scene.state().await, S::Sent);
}

#[tokio::test]
async fn a_server_that_dies_between_sending_and_recording_does_not_send_twice() {
    let mut scene = Scene::accepted("").await;
    // As the disk is when the process dies after the gateway took the message: claimed, and being sent.
    let now = scene.desk.hall.clock.now_ms();
    let dying = move |tx: &mut store::Tx<'_>| {
        store::jobs::claim(tx, now, now + 60_000, 8)?;
        Ok::<_, store::StoreError>(())
    };
    scene.desk.hall.app.store().write(dying).await.unwrap();
    assert!(scene.desk.hall.rewrite("UPDATE messages SET state = 'sending'"));
    scene.desk.hall = scene.desk.hall.restart().await;
    scene.work().await;
    assert_eq!(scene.state().await, S::Sending, "its claim holds still");
    scene.later(60_000).await;
    assert_eq!(scene.state().await, S::Unknown);
    assert!(scene.gateway.ids().is_empty());
    let mark: String = scene.desk.hall.value::<String>("SELECT mark FROM messages");
    let told = json!({ "out": format!("{mark}-1"), "state": "DELIVRD" });
    assert_eq!(scene.report(&told, "gateway secret").await, StatusCode::OK);
    assert_eq!(scene.state().await, S::Delivered, "the report tells");
}

#[tokio::test]
async fn a_parcel_its_number_and_reminders_are_told_each_once() {
    let scene = Scene::accepted("").await;
    let express = Express { carrier: "顺丰速运".into(), tracking: "sf 12".into() };
    scene.desk.step(CaseEvent::Granted, Form { document: "宜文演〔2026〕18号".into(), ..Form::default() }).await;
    let case = page::case(&scene.desk.hall.app, &scene.desk.chief, scene.desk.case).await.unwrap();
    let form = Form { express: Some(express.clone()), ..Form::default() };
    let (app, chief, id) = (&scene.desk.hall.app, &scene.desk.chief, scene.desk.case);
    let bad = hall_domain::case::steps::take(app, chief, id, case.version, CaseEvent::ResultReady, form).await;
    assert_eq!(bad.unwrap_err().code(), kiosk_wire::Code::InvalidValue, "no number of a parcel");
    let express = Express { tracking: "sf1234567890".into(), ..express };
    scene.desk.step(CaseEvent::ResultReady, Form { express: Some(express), ..Form::default() }).await;
    let kinds: Vec<_> = scene.messages().await.into_iter().filter_map(|message| message.kind).collect();
    assert_eq!(kinds, [MessageKind::Accepted, MessageKind::Decided, MessageKind::Express]);
    scene.work().await;
    let texts: Vec<String> =
        scene.gateway.heard.lock().unwrap().iter().map(|(_, body)| body["text"].to_string()).collect();
    assert!(texts.iter().any(|text| text.contains("已由顺丰速运寄出，单号 SF1234567890")), "{texts:?}");

    let scene = Scene::accepted("").await;
    scene.desk.hall.leaves(Left::Jobs);
    scene.desk.step(CaseEvent::Granted, Form { document: "宜文演〔2026〕18号".into(), ..Form::default() }).await;
    scene.desk.step(CaseEvent::ResultReady, Form { delivery: "窗口领取".into(), ..Form::default() }).await;
    let reminders = async |days: i64| {
        scene.desk.hall.clock.advance(days * 24 * 3_600_000);
        for _ in 0..2 {
            uncollected::tick(&scene.desk.hall.app).await.unwrap();
        }
        scene.messages().await.iter().filter(|message| message.kind == Some(MessageKind::Reminder)).count()
    };
    assert_eq!(reminders(2).await, 0, "Wednesday");
    assert_eq!(reminders(1).await, 1, "Thursday, the third working day");
    assert_eq!(reminders(2).await, 1, "Saturday: nobody is there to answer");
    assert_eq!(reminders(4).await, 2, "Wednesday, the seventh");
    assert_eq!(reminders(7).await, 2, "and no more");
}

/// A terminal that does not know the time says of a result only that it was not put in before its last entry.
#[tokio::test]
async fn a_result_put_in_under_a_dead_clock_is_not_reminded_of_on_the_same_day() {
    let mut scene = Scene::accepted("").await;
    scene.desk.hall.leaves(Left::Jobs);
    scene.desk.step(CaseEvent::Granted, Form { document: "宜文演〔2026〕18号".into(), ..Form::default() }).await;
    scene.desk.hall.clock.advance(9 * 24 * 3_600_000);
    let dead = |mono_ms| Stamp { wall_ms_utc: 190_000, boot_id: Uuid::from_u128(7), mono_ms, server_offset_ms: None };
    scene.desk.sync().await;
    scene.desk.terminal.stamp = Some(dead(17_000));
    scene.desk.ready_in_a_box().await;
    uncollected::tick(&scene.desk.hall.app).await.unwrap();
    let reminders = async |scene: &Scene| {
        scene.messages().await.iter().filter(|message| message.kind == Some(MessageKind::Reminder)).count()
    };
    assert_eq!(reminders(&scene).await, 0, "it lies there since today");
    scene.desk.hall.clock.advance(5 * 24 * 3_600_000);
    uncollected::tick(&scene.desk.hall.app).await.unwrap();
    assert_eq!(reminders(&scene).await, 1, "the third working day");
}

/// A year that nobody has announced stops no reminder: they are no act of law, and go out from Monday to Friday.
#[tokio::test]
async fn reminders_go_on_into_a_year_without_its_calendar() {
    let scene = Scene::accepted("").await;
    scene.desk.hall.leaves(Left::Jobs);
    scene.desk.hall.leaves(Left::Logged("a clock has no end"));
    scene.desk.step(CaseEvent::Granted, Form { document: "宜文演〔2026〕18号".into(), ..Form::default() }).await;
    // Monday 28 December.
    scene.desk.hall.clock.advance(35 * 24 * 3_600_000);
    scene.desk.step(CaseEvent::ResultReady, Form { delivery: "窗口领取".into(), ..Form::default() }).await;
    let mut written = Vec::new();
    for _ in 0..12 {
        scene.desk.hall.clock.advance(24 * 3_600_000);
        uncollected::tick(&scene.desk.hall.app).await.unwrap();
        let count = scene.messages().await.iter().filter(|message| message.kind == Some(MessageKind::Reminder)).count();
        written.push(count);
    }
    // From Tuesday the 29th to Saturday the 9th of January: the third and the seventh day that is presumed worked.
    assert_eq!(written, [0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2]);
}
