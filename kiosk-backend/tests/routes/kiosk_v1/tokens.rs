//! Tokens of terminals.

use hall_domain::terminals::enrolment;
use kiosk_wire::signed::TokenClaims;
use kiosk_wire::{Code, KioskId, Signed};
use uuid::Uuid;

use outside::Terminal;
use test_hall::{Hall, MONDAY};

async fn code_of(hall: &Hall, token: Option<&str>) -> Code {
    let problem = hall.post("/kiosk/v1/journal", token, "{}").await.problem();
    assert!(problem.status == 401 || problem.code == Code::MalformedBody, "{problem:?}");
    problem.code
}

fn claims(terminal: &Terminal) -> TokenClaims {
    TokenClaims {
        kiosk: terminal.identity.kiosk,
        audience: terminal.identity.audience.clone(),
        issued_ms: MONDAY,
        expires_ms: MONDAY + 60_000,
    }
}

#[tokio::test]
async fn every_fault_of_a_token_has_its_code() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let other = hall.terminal("西侧", 2).await;
    let good = claims(&terminal);
    let stranger = TokenClaims { kiosk: KioskId(Uuid::now_v7()), ..good.clone() };
    let elsewhere = TokenClaims { audience: "another hall".into(), ..good.clone() };
    let expired = TokenClaims { issued_ms: MONDAY - 60_000, expires_ms: MONDAY, ..good.clone() };
    let early = TokenClaims { issued_ms: MONDAY + 121_000, expires_ms: MONDAY + 180_000, ..good.clone() };
    let long = TokenClaims { expires_ms: MONDAY + 600_001, ..good.clone() };
    let mut changed = Signed::from_token(&terminal.token_of(&good)).unwrap();
    changed.body = changed.body.replace("60000", "90000");
    for (token, code) in [
        (None, Code::TokenMalformed),
        (Some("rubbish".to_owned()), Code::TokenMalformed),
        (Some("a.b".to_owned()), Code::TokenMalformed),
        (Some(terminal.token_of(&stranger)), Code::KioskUnknown),
        (Some(other.token_of(&good)), Code::TokenSignature),
        (Some(changed.to_token().unwrap()), Code::TokenSignature),
        (Some(terminal.token_of(&elsewhere)), Code::TokenAudience),
        (Some(terminal.token_of(&expired)), Code::TokenClock),
        (Some(terminal.token_of(&early)), Code::TokenClock),
        (Some(terminal.token_of(&long)), Code::TokenClock),
        (Some(terminal.token_of(&good)), Code::MalformedBody),
    ] {
        assert_eq!(code_of(&hall, token.as_deref()).await, code, "{token:?}");
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_the_time() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let problem = hall.post("/kiosk/v1/journal", Some(&terminal.token(0)), "{}").await.problem();
    assert_eq!((problem.code, problem.server_ms), (Code::TokenClock, Some(MONDAY)));
}

#[tokio::test]
async fn a_token_serves_until_it_expires_and_not_longer() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let token = terminal.token(MONDAY);
    assert_eq!(code_of(&hall, Some(&token)).await, Code::MalformedBody);
    hall.clock.advance(59_999);
    assert_eq!(code_of(&hall, Some(&token)).await, Code::MalformedBody);
    hall.clock.advance(1);
    assert_eq!(code_of(&hall, Some(&token)).await, Code::TokenClock);
}

#[tokio::test]
async fn a_revoked_terminal_is_told_so_even_with_a_token_that_was_good() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let token = terminal.token(MONDAY);
    assert_eq!(code_of(&hall, Some(&token)).await, Code::MalformedBody);
    hall.blocking(|app| {
        enrolment::revoke(app, "东侧").unwrap();
        app.reload().unwrap();
    })
    .await;
    assert_eq!(code_of(&hall, Some(&token)).await, Code::KioskRevoked);
}
