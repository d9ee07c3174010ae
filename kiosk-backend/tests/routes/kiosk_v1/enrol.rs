//! `POST /kiosk/v1/enrol`

use ed25519_dalek::SigningKey;
use hall_domain::terminals::enrolment;
use kiosk_wire::Code;
use kiosk_wire::kiosk_api::EnrolAnswer;

use test_hall::{Answer, Hall};

async fn enrol(hall: &Hall, code: &str, seed: u8) -> Answer {
    let key = SigningKey::from_bytes(&[seed; 32]).verifying_key();
    let body = serde_json::json!({ "code": code, "public_key": hex::encode(key.as_bytes()), "software": "test" });
    hall.post("/kiosk/v1/enrol", None, body.to_string()).await
}

#[tokio::test]
async fn a_code_gives_one_terminal_its_identity_even_when_the_answer_was_lost() {
    let hall = Hall::new().await;
    let added = hall.blocking(|app| enrolment::add(app, "东侧").unwrap()).await;
    let first: EnrolAnswer = enrol(&hall, &added.code.to_lowercase().replace('-', " "), 1).await.json();
    assert_eq!((first.kiosk, first.receipt_prefix.as_str()), (added.kiosk, "101"));
    assert_eq!(first.hall_name, "宜春市政务服务大厅");
    let again: EnrolAnswer = enrol(&hall, &added.code, 1).await.json();
    assert_eq!(again, first);
    assert_eq!(enrol(&hall, &added.code, 2).await.problem().code, Code::EnrolmentCodeRefused);
    let next = hall.blocking(|app| enrolment::add(app, "西侧").unwrap()).await;
    assert_eq!(next.receipt_prefix, "102");
}

#[tokio::test]
async fn a_code_expires_and_dies_with_its_terminal() {
    let hall = Hall::new().await;
    let old = hall.blocking(|app| enrolment::add(app, "东侧").unwrap()).await;
    let revoked = hall.blocking(|app| enrolment::add(app, "西侧").unwrap()).await;
    hall.blocking(|app| enrolment::revoke(app, "西侧").unwrap()).await;
    assert_eq!(enrol(&hall, &revoked.code, 1).await.problem().code, Code::EnrolmentCodeRefused);
    hall.clock.advance(24 * 3_600_000);
    assert_eq!(enrol(&hall, &old.code, 1).await.problem().code, Code::EnrolmentCodeRefused);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_uses_no_real_code_up() {
    let hall = Hall::new().await;
    let added = hall.blocking(|app| enrolment::add(app, "东侧").unwrap()).await;
    for _ in 0..5 {
        assert_eq!(enrol(&hall, "0000-0000-0000", 1).await.problem().code, Code::EnrolmentCodeRefused);
    }
    let answer = enrol(&hall, "0000-0000-0000", 1).await;
    assert_eq!(answer.problem().code, Code::TooManyTries);
    assert_eq!(answer.headers["retry-after"], "600");
    for _ in 0..60 {
        assert_eq!(enrol(&hall, "0000-0000-0000", 1).await.problem().code, Code::TooManyTries);
    }
    let _: EnrolAnswer = enrol(&hall, &added.code, 1).await.json();
    hall.clock.advance(600_000);
    assert_eq!(enrol(&hall, "0000-0000-0000", 1).await.problem().code, Code::EnrolmentCodeRefused);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_by_field() {
    let hall = Hall::new().await;
    for key in ["", "zz", &"00".repeat(32), &"ff".repeat(31)] {
        let body = serde_json::json!({ "code": "x", "public_key": key, "software": "test" });
        let problem = hall.post("/kiosk/v1/enrol", None, body.to_string()).await.problem();
        assert_eq!((problem.code, problem.field.as_deref()), (Code::InvalidValue, Some("public_key")), "{key}");
    }
}
