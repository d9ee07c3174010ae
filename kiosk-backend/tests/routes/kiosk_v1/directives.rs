//! `GET /kiosk/v1/directives`, `roster`, `settings`, `catalogue`, and `POST heartbeat`.

use std::time::Duration;

use axum::http::StatusCode;
use ed25519_dalek::VerifyingKey;
use hall_domain::boxes::collection;
use hall_domain::people::staff;
use hall_rules::Role;
use kiosk_wire::kiosk_api::{CalendarAnswer, DirectivesAnswer, Heartbeat, HeartbeatAnswer};
use kiosk_wire::signed::Purpose;
use kiosk_wire::{Directive, DirectiveOrder, HallSettings, PinLimits, Roster, Signed};

use outside::Terminal;
use test_hall::{Hall, MONDAY};

pub(crate) fn hall_key(terminal: &Terminal) -> VerifyingKey {
    let mut bytes = [0; 32];
    hex::decode_to_slice(&terminal.identity.hall_key, &mut bytes).unwrap();
    VerifyingKey::from_bytes(&bytes).unwrap()
}

#[tokio::test]
async fn a_directive_wakes_the_terminal_that_waits_and_is_signed() {
    let hall = Hall::new().await;
    let clerk = hall.staff("李梅", "3号窗口", Role::Clerk).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let case = terminal.deposit(7);
    hall.sync(&terminal).await;
    let token = terminal.token(MONDAY);
    let before: DirectivesAnswer = hall.get("/kiosk/v1/directives", &token, None).await.json();
    assert!(before.directives.is_empty());
    let path = format!("/kiosk/v1/directives?after={}&wait_s=25", before.revision);
    let waiting = async { hall.get(&path, &token, None).await.json::<DirectivesAnswer>() };
    let collecting = async {
        tokio::task::yield_now().await;
        collection::collect(&hall.app, &clerk, case, None, false).await.unwrap();
    };
    let (answer, ()) =
        tokio::time::timeout(Duration::from_secs(20), async { tokio::join!(waiting, collecting) }).await.unwrap();
    assert!(answer.revision > before.revision);
    let directive: Directive = answer.directives[0].open(Purpose::Directive, &hall_key(&terminal)).unwrap();
    assert_eq!((directive.kiosk, directive.staff_name.as_str()), (terminal.identity.kiosk, "李梅"));
    assert!(matches!(directive.order, DirectiveOrder::ArmCollection { submission, .. } if submission == case));
}

#[tokio::test]
async fn without_news_the_answer_comes_when_the_wait_is_over() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let token = terminal.token(MONDAY);
    let first: DirectivesAnswer = hall.get("/kiosk/v1/directives?wait_s=25", &token, None).await.json();
    let path = format!("/kiosk/v1/directives?after={}&wait_s=1", first.revision);
    let second: DirectivesAnswer = hall.get(&path, &token, None).await.json();
    assert_eq!(second, first);
}

#[tokio::test]
async fn the_roster_is_signed_tagged_and_changes_with_staff() {
    let hall = Hall::new().await;
    let clerk = hall.staff("李梅", "3号窗口", Role::Clerk).await;
    let terminal = hall.terminal("东侧", 1).await;
    let token = terminal.token(MONDAY);
    let answer = hall.get("/kiosk/v1/roster", &token, None).await;
    let etag = answer.headers["etag"].to_str().unwrap().to_owned();
    let roster: Roster = answer.json::<Signed>().open(Purpose::Roster, &hall_key(&terminal)).unwrap();
    assert_eq!((roster.kiosk, roster.generation), (terminal.identity.kiosk, 1));
    assert_eq!(roster.staff[0].windows, [clerk.staff.windows[0].0]);
    assert_eq!(
        roster.windows.iter().find(|window| window.id == clerk.staff.windows[0].0).unwrap().departments,
        ["culture"]
    );
    let told: DirectivesAnswer = hall.get("/kiosk/v1/directives", &token, None).await.json();
    assert_eq!(told.roster_etag, etag);
    assert_eq!(hall.get("/kiosk/v1/roster", &token, Some(&etag)).await.status, StatusCode::NOT_MODIFIED);
    hall.blocking(|app| staff::disable(app, "李梅").unwrap()).await;
    let answer = hall.get("/kiosk/v1/roster", &token, Some(&etag)).await;
    let newer: Roster = answer.json::<Signed>().open(Purpose::Roster, &hall_key(&terminal)).unwrap();
    assert!(newer.version > roster.version && newer.staff.is_empty());
}

#[tokio::test]
async fn the_catalogue_is_what_was_imported() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let token = terminal.token(MONDAY);
    let answer = hall.get("/kiosk/v1/catalogue", &token, None).await;
    let etag = answer.headers["etag"].to_str().unwrap().to_owned();
    let catalogue: hall_rules::Catalogue = answer.json();
    assert_eq!(catalogue.items.len(), 30);
    let answer = hall.get("/kiosk/v1/catalogue", &token, Some(&format!("W/{etag}"))).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn a_heartbeat_is_kept_and_told_the_time_the_next_position_and_where_receipts_lead() {
    let hall = Hall::with("public_url = \"https://hall.example\"").await;
    let mut terminal = hall.terminal("东侧", 1).await;
    terminal.deposit(7);
    hall.sync(&terminal).await;
    let said = Heartbeat {
        software: "1.2.3".into(),
        uptime_s: 5,
        journal: Some(terminal.journal),
        journal_head: 4,
        unsent_deposits: 0,
        oldest_unsent_s: None,
        free_compartments: 23,
        disk_free_bytes: 1,
        wall_ms_utc: MONDAY,
        clock: None,
        devices: vec![],
        compartments: vec![],
    };
    let answer: HeartbeatAnswer = hall
        .post("/kiosk/v1/heartbeat", Some(&terminal.token(MONDAY)), serde_json::to_string(&said).unwrap())
        .await
        .json();
    assert_eq!(
        answer,
        HeartbeatAnswer { generation: 1, server_ms: MONDAY, next: 5, public_url: Some("https://hall.example".into()) }
    );
    let kiosks = hall_domain::terminals::list::kiosks(&hall.app).await.unwrap();
    assert_eq!((kiosks[0].seen_ms, kiosks[0].unseen, kiosks[0].journal_next), (Some(MONDAY), false, Some(5)));
    hall.clock.advance(60_000);
    let kiosks = hall_domain::terminals::list::kiosks(&hall.app).await.unwrap();
    assert!(kiosks[0].unseen);
}

#[tokio::test]
async fn terminals_of_the_first_release_fetch_working_days_by_name() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let token = terminal.token(MONDAY);
    let told: DirectivesAnswer = hall.get("/kiosk/v1/directives", &token, None).await.json();
    let answer = hall.get("/kiosk/v1/calendar", &token, None).await;
    assert_eq!(answer.headers["etag"].to_str().unwrap(), told.calendar_etag);
    let years: Vec<i16> = answer.json::<CalendarAnswer>().years.iter().map(|year| year.year).collect();
    assert_eq!(years, [2026]);
    assert_eq!(
        hall.get("/kiosk/v1/calendar", &token, Some(&told.calendar_etag)).await.status,
        StatusCode::NOT_MODIFIED
    );
}

/// What terminals must know of their hall is signed, and has another name as soon as it says anything else.
#[tokio::test]
async fn settings_are_signed_and_another_year_gives_another_name() {
    let hall = Hall::with("box_sizes = [\"S\", \"L\"]\n[staff_pin]\nleast = 6\ntries = 3\n").await;
    let terminal = hall.terminal("东侧", 1).await;
    let token = terminal.token(MONDAY);
    let told: DirectivesAnswer = hall.get("/kiosk/v1/directives", &token, None).await.json();
    let answer = hall.get("/kiosk/v1/settings", &token, None).await;
    assert_eq!(answer.headers["etag"].to_str().unwrap(), told.settings_etag);
    let again = hall.get("/kiosk/v1/settings", &token, Some(&told.settings_etag)).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let key = hall.app.keys().hall.verifying_key();
    let settings: HallSettings = answer.json::<Signed>().open(Purpose::Settings, &key).unwrap();
    assert_eq!((&*settings.time_zone, settings.box_sizes), ("Asia/Shanghai", vec!["S".to_owned(), "L".to_owned()]));
    assert_eq!(settings.staff_pin, PinLimits { least: 6, most: 8, tries: 3 });
    assert_eq!(settings.calendar.iter().map(|year| year.year).collect::<Vec<_>>(), [2026]);
    // As if it had been announced.
    let file = hall.folder().join("2027.toml");
    let text = "year = 2027\nsource = \"test\"\n\n[[holiday]]\nname = \"元旦\"\nfrom = 2027-01-01\nto = 2027-01-03\nmakeup_workdays = []\n";
    std::fs::write(&file, text).unwrap();
    hall.blocking(move |app| hall_domain::terminals::import::calendar_file(app, &file).unwrap()).await;
    let next: DirectivesAnswer = hall.get("/kiosk/v1/directives", &token, None).await.json();
    assert!(
        next.settings_etag != told.settings_etag
            && next.calendar_etag != told.calendar_etag
            && next.revision > told.revision,
        "terminals are woken"
    );
}
