//! Bodies that are not what a path wants.

use axum::http::StatusCode;
use kiosk_wire::Code;

use test_hall::{Hall, MONDAY};

#[tokio::test]
async fn what_is_not_json_or_not_the_wanted_json_is_refused_with_the_place() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let token = terminal.token(MONDAY);
    for (path, body) in [
        ("/kiosk/v1/journal", "".to_owned()),
        ("/kiosk/v1/journal", "{".to_owned()),
        ("/kiosk/v1/journal", "\u{0}\u{1}".to_owned()),
        ("/kiosk/v1/journal", "[]".to_owned()),
        ("/kiosk/v1/journal", r#"{"journal":"nope","entries":[]}"#.to_owned()),
        ("/kiosk/v1/journal", format!(r#"{{"journal":"{}","entries":[{{}}]}}"#, uuid::Uuid::nil())),
        ("/kiosk/v1/journal", format!("{}1{}", "[".repeat(5000), "]".repeat(5000))),
        ("/kiosk/v1/heartbeat", r#"{"software":1}"#.to_owned()),
        ("/kiosk/v1/enrol", r#"{"code":"张三"}"#.to_owned()),
    ] {
        let problem = hall.post(path, Some(&token), body.clone()).await.problem();
        assert_eq!(problem.code, Code::MalformedBody, "{path} {body:.60}");
        assert!(problem.field.is_some());
        assert!(!problem.title.contains("张三"), "{problem:?}");
    }
}

#[tokio::test]
async fn a_body_beyond_one_mebibyte_is_refused() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let token = terminal.token(MONDAY);
    let answer = hall.post("/kiosk/v1/journal", Some(&token), vec![b' '; 1024 * 1024 + 1]).await;
    assert_eq!(answer.problem().code, Code::BodyTooLarge);
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let body = format!(r#"{{"journal":"{}","entries":[],"colour":"red"}}"#, terminal.journal);
    let answer = hall.post("/kiosk/v1/journal", Some(&terminal.token(MONDAY)), body).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn other_versions_paths_and_methods_are_problems_too() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let token = terminal.token(MONDAY);
    assert_eq!(hall.post("/kiosk/v2/journal", Some(&token), "{}").await.problem().code, Code::UnknownVersion);
    assert_eq!(hall.post("/kiosk/v1/nothing", Some(&token), "{}").await.problem().code, Code::NotFound);
    let answer = hall.get("/kiosk/v1/journal", &token, None).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    let problem = hall.get("/kiosk/v1/directives?after=x", &token, None).await.problem();
    assert_eq!((problem.code, problem.field.as_deref()), (Code::InvalidValue, Some("after")));
}

#[test]
fn every_code_stands_in_the_documentation() {
    let page = include_str!("../../../../docs/wire.md");
    for code in Code::ALL {
        let row = format!("| `{code}` | {} |", code.status());
        assert!(page.contains(&row), "docs/wire.md lacks {row}");
    }
}
