//! Events to others: signed, ids only, repeated until they are taken.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hall_domain::case::reactions::TOLD_TO_OTHERS;
use hall_rules::CaseEvent;
use hall_rules::notice::Form;
use kiosk_backend::notify::webhook::signature;
use kiosk_backend::{client, jobs};

use crate::results::Desk;
use test_hall::{Hall, Left, MONDAY, NAME, NUMBER, PHONE};

type Heard = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A receiver that refuses the first time.
async fn receiver() -> (String, Heard) {
    let heard = Heard::default();
    let app = Router::new().route("/", post(take)).with_state(heard.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, heard)
}

async fn take(State(heard): State<Heard>, headers: HeaderMap, body: String) -> StatusCode {
    let mut heard = heard.lock().unwrap();
    heard.push((headers, body));
    if heard.len() == 1 { StatusCode::BAD_GATEWAY } else { StatusCode::NO_CONTENT }
}

#[tokio::test]
async fn a_deposit_is_told_until_it_is_taken() {
    let (url, heard) = receiver().await;
    let hook = format!("[[webhook]]\nname = \"city\"\nurl = {url:?}\nsecret = \"0123456789abcdef\"\n");
    let hall = Hall::with(&hook).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let case = terminal.deposit(7);
    hall.sync(&terminal).await;
    hall.sync(&terminal).await;
    assert_eq!(hall.count("jobs"), 1, "a repeated push makes no second job");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = client::client().unwrap();
    jobs::once(&hall.app, &client).await.unwrap();
    assert_eq!(hall.count("jobs WHERE done_ms IS NULL AND tries = 1 AND last_error LIKE '%502%'"), 1);
    jobs::once(&hall.app, &client).await.unwrap();
    assert_eq!(heard.lock().unwrap().len(), 1, "not before its time");
    hall.clock.advance(3000);
    jobs::once(&hall.app, &client).await.unwrap();
    assert_eq!(hall.count("jobs WHERE done_ms IS NOT NULL AND tries = 2"), 1);

    let heard = heard.lock().unwrap();
    let (headers, body) = &heard[1];
    assert_eq!(heard[0].0["x-hall-event-id"], headers["x-hall-event-id"]);
    let timestamp = headers["x-hall-timestamp"].to_str().unwrap();
    assert_eq!(timestamp, (MONDAY + 3000).to_string());
    assert_eq!(headers["x-hall-signature"], signature("0123456789abcdef", timestamp, body));
    let event: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((event["event"].as_str(), event["case"].as_str()), (Some("case.deposited"), Some(&*case.to_string())));
    for personal in [NAME, NUMBER, PHONE] {
        assert!(!body.contains(personal));
    }
}

#[tokio::test]
async fn a_job_that_was_claimed_by_a_process_that_died_is_done_by_the_next() {
    let (url, heard) = receiver().await;
    heard.lock().unwrap().push((HeaderMap::new(), String::new()));
    let hook = format!("[[webhook]]\nname = \"city\"\nurl = {url:?}\nsecret = \"0123456789abcdef\"\n");
    let hall = Hall::with(&hook).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    terminal.deposit(7);
    hall.sync(&terminal).await;
    let now = hall.clock.now_ms();
    let claimed = hall.app.store().write(move |tx| hall_store::jobs::claim(tx, now, now + 60_000, 8)).await;
    assert_eq!(claimed.unwrap().len(), 1);
    let hall = hall.restart().await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = client::client().unwrap();
    jobs::once(&hall.app, &client).await.unwrap();
    assert_eq!(hall.count("jobs WHERE done_ms IS NOT NULL"), 0);
    hall.clock.advance(60_000);
    jobs::once(&hall.app, &client).await.unwrap();
    assert_eq!(hall.count("jobs WHERE done_ms IS NOT NULL"), 1);
}

/// What receivers are told does not depend on where it happens, and the document says the same.
#[tokio::test]
async fn results_at_the_window_are_told_as_those_in_boxes_are() {
    let hook = "[[webhook]]\nname = \"city\"\nurl = \"https://city.example/\"\nsecret = \"0123456789abcdef\"\n";
    let desk = Desk::decided_in(Hall::with(hook).await).await;
    desk.hall.leaves(Left::Jobs);
    desk.step(CaseEvent::ResultReady, Form { delivery: "窗口领取".into(), ..Form::default() }).await;
    desk.step(CaseEvent::Collected, Form { receiver: "本人".into(), ..Form::default() }).await;
    let told = |what: &str| {
        desk.hall.value::<String>(&format!("SELECT group_concat({what}, ' ') FROM (SELECT body FROM jobs ORDER BY id)"))
    };
    assert_eq!(told("json_extract(body, '$.event')"), "case.deposited case.result_ready case.collected");
    assert_eq!(told("json_type(body, '$.kiosk')"), "text null null", "the window has no terminal");

    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/wire.md")).unwrap();
    let (_, rest) = document.split_once("## Events to others (webhook)").unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let mut listed: Vec<&str> =
        section.split('`').filter_map(|word| word.strip_prefix("case.")).filter(|word| !word.is_empty()).collect();
    let mut sent = TOLD_TO_OTHERS.map(CaseEvent::code);
    listed.sort_unstable();
    sent.sort_unstable();
    assert_eq!(listed, sent);
}
