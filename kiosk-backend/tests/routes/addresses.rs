//! What is answered where there is nothing, or nothing for this method; and what TLS in front of us changes.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use hall_rules::Role;
use kiosk_wire::Code;
use serde_json::Value;

use test_hall::{Answer, Hall, PASSWORD};

async fn ask(hall: &Hall, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    hall.ask(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn another_method_is_told_which_ones_there_are() {
    let hall = Hall::new().await;
    for (method, path, allowed) in [
        ("GET", "/kiosk/v1/journal", "POST"),
        ("POST", "/kiosk/v1/roster", "GET,HEAD"),
        ("DELETE", "/api/v1/counts", "GET,HEAD"),
        ("GET", "/api/v1/sessions", "POST,DELETE"),
        ("PUT", "/sms/report", "GET,HEAD,POST"),
    ] {
        let answer = ask(&hall, method, path, &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        assert_eq!(answer.problem().code, Code::MethodNotAllowed, "{method} {path}");
        let mut told: Vec<&str> = answer.headers[header::ALLOW].to_str().unwrap().split(',').map(str::trim).collect();
        told.sort_unstable();
        let mut allowed: Vec<&str> = allowed.split(',').collect();
        allowed.sort_unstable();
        assert_eq!(told, allowed, "{method} {path}");
    }
    for (method, path, says) in [
        ("DELETE", "/inbox", "这个地址不能这样打开"),
        ("GET", "/sign-out", "这个地址不能这样打开"),
        ("PUT", "/progress", "这个地址不能这样打开"),
        ("POST", "/p/10101000000186", "这个地址不能这样打开"),
    ] {
        let answer = ask(&hall, method, path, &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        assert!(answer.headers.contains_key(header::ALLOW), "{method} {path}");
        assert!(answer.body.contains(says), "{method} {path}: {}", answer.body);
    }
}

#[tokio::test]
async fn an_unknown_address_has_a_page_in_the_readers_language() {
    let hall = Hall::new().await;
    for (path, headers, says) in [
        ("/nothing-here", &[][..], "没有这个页面"),
        ("/cases", &[("accept-language", "en-GB,en;q=0.9")], "There is no such page"),
        ("/cases/", &[("accept-language", "zh-CN,en;q=0.9")], "没有这个页面"),
        ("/x", &[("accept-language", "zh-CN"), ("cookie", "lang=en")], "There is no such page"),
        ("/x?lang=zh-CN", &[("accept-language", "en"), ("cookie", "lang=en")], "没有这个页面"),
    ] {
        let answer = ask(&hall, "GET", path, headers).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains(says), "{path}: {}", answer.body);
        assert!(answer.headers.contains_key(header::CONTENT_SECURITY_POLICY));
    }
    for path in ["/api", "/api/v9/cases", "/kiosk", "/kiosk/", "/kiosk/v1/nothing", "/sms/other"] {
        let code = ask(&hall, "GET", path, &[]).await.problem().code;
        assert_eq!(code, Code::NotFound, "{path}");
    }
}

#[tokio::test]
async fn a_bearer_is_one_in_any_case() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    hall.staff("李梅", "3号窗口", Role::Clerk).await;
    let body = serde_json::json!({ "name": "李梅", "password": PASSWORD }).to_string();
    let opened: Value = hall.post("/api/v1/sessions", None, body).await.json();
    let (staff, token) = (opened["token"].as_str().unwrap(), terminal.token(hall.clock.now_ms()));
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        for (path, token) in [("/api/v1/counts", staff), ("/kiosk/v1/roster", &token)] {
            let answer = ask(&hall, "GET", path, &[("authorization", &format!("{scheme} {token}"))]).await;
            assert_eq!(answer.status, StatusCode::OK, "{scheme} {path}");
        }
    }
    let basic = ask(&hall, "GET", "/api/v1/counts", &[("authorization", &format!("Basic {staff}"))]).await;
    assert_eq!(basic.problem().code, Code::NotSignedIn);
}

#[tokio::test]
async fn behind_a_proxy_that_ends_tls_everything_is_as_under_tls() {
    let plain = Hall::new().await;
    let secure = Hall::with("public_url = \"https://hall.example\"\n").await;
    for path in ["/sign-in", "/progress", "/nothing-here", "/api/openapi.json", "/kiosk/v1/roster", "/api"] {
        let (without, with) = (ask(&plain, "GET", path, &[]).await, ask(&secure, "GET", path, &[]).await);
        assert!(!without.headers.contains_key(header::STRICT_TRANSPORT_SECURITY), "{path}");
        assert!(with.headers.contains_key(header::STRICT_TRANSPORT_SECURITY), "{path}");
    }
    let answer = ask(&secure, "GET", "/sign-in", &[]).await;
    let cookies: Vec<&str> =
        answer.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect();
    assert!(!cookies.is_empty());
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-") && cookie.ends_with("; Secure"), "{cookie}");
    }
}
