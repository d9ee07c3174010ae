//! Counters against guessing: right answers cost nothing, nobody wins tries back, nobody uses up another's.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use hall_rules::{ReceiptNumber, Role};
use serde_json::Value;

use crate::results::Desk;
use test_hall::{Answer, Hall, Jar, PASSWORD};

/// Somewhere in the world.
fn anywhere(n: u32) -> String {
    format!("203.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255)
}

/// A request from an address, perhaps by way of others.
async fn from(hall: &Hall, address: &str, by_way: Option<&str>, mut request: Request<Body>) -> Answer {
    let peer = SocketAddr::new(address.parse().unwrap(), 4711);
    request.extensions_mut().insert(ConnectInfo(peer));
    if let Some(hops) = by_way {
        request.headers_mut().insert("x-forwarded-for", hops.parse().unwrap());
    }
    hall.ask(request).await
}

fn lookup(receipt: &str, last_four: &str) -> Request<Body> {
    Request::post("/progress")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("receipt={receipt}&last_four={last_four}")))
        .unwrap()
}

fn password(name: &str, password: &str) -> Request<Body> {
    Request::post("/api/v1/sessions")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(serde_json::json!({ "name": name, "password": password }).to_string()))
        .unwrap()
}

/// Signs in on the page with a browser; nobody is signed in there before.
async fn sign_in(jar: &mut Jar, hall: &Hall, address: &str, name: &str, password: &str) -> StatusCode {
    jar.cookies.retain(|(name, _)| name != "session");
    let page = Request::get("/sign-in").header(header::COOKIE, jar.cookie()).body(Body::empty()).unwrap();
    jar.keep(&from(hall, address, None, page).await);
    let request = Request::post("/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, jar.cookie())
        .body(Body::from(jar.form(&[("name", name), ("password", password)])));
    let answer = from(hall, address, None, request.unwrap()).await;
    jar.keep(&answer);
    answer.status
}

#[tokio::test]
async fn a_crowd_behind_one_address_may_look_up_as_often_as_it_likes() {
    let desk = Desk::received().await;
    let number = desk.hall.value::<String>("SELECT receipt FROM cases");
    for n in 0..150 {
        let answer = from(&desk.hall, "192.0.2.1", None, lookup(&number, "002X")).await;
        assert_eq!(answer.status, StatusCode::OK, "{n}");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_every_visitor_has_their_own_count() {
    let desk = Desk::received_in(Hall::with("trusted_proxies = [\"10.0.0.1\"]\n").await).await;
    let unknown = |n: u32| ReceiptNumber::make("999", 1, n).unwrap().as_str().to_owned();
    for n in 1..=60 {
        let answer = from(&desk.hall, "10.0.0.1", Some("198.51.100.1"), lookup(&unknown(n), "0000")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{n}");
    }
    for (peer, hops, expected) in [
        ("10.0.0.1", "198.51.100.1", StatusCode::TOO_MANY_REQUESTS),
        ("10.0.0.1", "8.8.8.8, 198.51.100.1", StatusCode::TOO_MANY_REQUESTS),
        ("10.0.0.1", "198.51.100.2", StatusCode::NOT_FOUND),
        ("192.0.2.1", "198.51.100.1", StatusCode::NOT_FOUND),
    ] {
        let answer = from(&desk.hall, peer, Some(hops), lookup(&unknown(99), "0000")).await;
        assert_eq!(answer.status, expected, "{peer} {hops}");
    }
}

#[tokio::test]
async fn no_flood_and_no_restart_gives_a_receipts_tries_back() {
    let desk = Desk::received().await;
    let hall = desk.hall;
    let number = hall.value::<String>("SELECT receipt FROM cases");
    for guess in 0..5 {
        let answer = from(&hall, "192.0.2.1", None, lookup(&number, &format!("{guess:04}"))).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    for n in 1..=5_500 {
        let other = ReceiptNumber::make("999", 1, n).unwrap();
        let answer = from(&hall, &anywhere(n / 50), None, lookup(other.as_str(), "0000")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{n}");
    }
    let again = from(&hall, "192.0.2.2", None, lookup(&number, "0006")).await;
    assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(hall.count("tries"), 5, "and what nobody has is not on disk");
    let hall = hall.restart().await;
    let again = from(&hall, "192.0.2.2", None, lookup(&number, "0006")).await;
    assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(again.headers.contains_key(header::RETRY_AFTER));
}

#[tokio::test]
async fn a_number_that_there_is_not_is_counted_like_one_that_there_is() {
    let desk = Desk::received().await;
    let unknown = ReceiptNumber::make("999", 1, 1).unwrap();
    for guess in 0..5 {
        let answer = from(&desk.hall, "192.0.2.1", None, lookup(unknown.as_str(), &format!("{guess:04}"))).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    let answer = from(&desk.hall, "192.0.2.1", None, lookup(unknown.as_str(), "0006")).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn one_ipv6_line_is_one_guesser() {
    let desk = Desk::received().await;
    let unknown = |n: u32| ReceiptNumber::make("999", 1, n).unwrap().as_str().to_owned();
    for n in 1..=61 {
        let answer = from(&desk.hall, &format!("2001:db8:1:2::{n:x}"), None, lookup(&unknown(n), "0000")).await;
        let expected = if n <= 60 { StatusCode::NOT_FOUND } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(answer.status, expected, "{n}");
    }
    let next = from(&desk.hall, "2001:db8:1:3::1", None, lookup(&unknown(99), "0000")).await;
    assert_eq!(next.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_guesses_elsewhere_does_not_lock_a_clerk_out_at_their_own_desk() {
    let hall = Hall::with("hall_networks = [\"10.1.0.0/16\"]\n").await;
    hall.staff("李梅", "3号窗口", Role::Clerk).await;
    let mut own = Jar::default();
    assert_eq!(sign_in(&mut own, &hall, "192.0.2.9", "李梅", PASSWORD).await, StatusCode::SEE_OTHER);
    let mut other = Jar::default();
    let mut guesses = 0;
    for n in 0..40 {
        let answer = from(&hall, &anywhere(n), None, password("李梅", "guess")).await;
        guesses += u32::from(answer.status == StatusCode::UNAUTHORIZED);
    }
    assert_eq!(guesses, 20, "the guesser is slowed down from wherever they come");
    assert_eq!(sign_in(&mut other, &hall, "192.0.2.10", "李梅", PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
    // Even from the very address that guesses: a browser that is known, and anyone in the hall.
    assert_eq!(sign_in(&mut own, &hall, &anywhere(1), "李梅", PASSWORD).await, StatusCode::SEE_OTHER);
    let _: Value = from(&hall, "10.1.2.3", None, password("李梅", PASSWORD)).await.json();
    // A known browser is no way around the limit, and no way into somebody else's account.
    hall.staff("赵燕", "3号窗口", Role::Clerk).await;
    for _ in 0..5 {
        assert_eq!(sign_in(&mut own, &hall, "192.0.2.9", "李梅", "guess").await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(sign_in(&mut own, &hall, "192.0.2.9", "李梅", PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
    for n in 0..25 {
        from(&hall, &anywhere(1000 + n), None, password("赵燕", "guess")).await;
    }
    assert_eq!(sign_in(&mut own, &hall, "192.0.2.9", "赵燕", PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn wrong_passwords_of_an_account_outlive_a_restart_and_end_with_a_new_password() {
    let hall = Hall::new().await;
    hall.staff("李梅", "3号窗口", Role::Clerk).await;
    for n in 0..20 {
        let answer = from(&hall, &anywhere(n), None, password("李梅", "guess")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let hall = hall.restart().await;
    let refused = from(&hall, "192.0.2.1", None, password("李梅", PASSWORD)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let reset = |app: &kiosk_backend::app::App| hall_domain::people::accounts::reset_at_server(app, "李梅").unwrap();
    let code = hall.blocking(reset).await;
    let _: Value = from(&hall, "192.0.2.1", None, password("李梅", &code)).await.json();
}

#[tokio::test]
async fn names_that_nobody_has_are_slowed_down_like_others_and_leave_nothing_on_disk() {
    let hall = Hall::new().await;
    let mut answers = Vec::new();
    for n in 0..21 {
        answers.push(from(&hall, &anywhere(n), None, password("nobody", "guess")).await.status.as_u16());
    }
    assert_eq!((answers[19], answers[20]), (401, 429), "{answers:?}");
    assert_eq!(hall.count("tries"), 0);
}
