//! Signing in with the city's accounts at providers of every sort: their algorithms, their ways to be asked and to
//! answer, what they say when it fails, and the next person at the same computer.

use std::collections::HashMap;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use serde_json::{Value, json};

use crate::oidc::{Away, Scene, pairs, set_cookie};
use crate::tokens::{ALGORITHMS, Signer};
use test_hall::{Answer, MONDAY};

/// A cookie as the browser gives it back.
fn kept(answer: &Answer, name: &str) -> String {
    set_cookie(answer, name).unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn tokens_of_every_algorithm_are_believed_and_those_of_another_key_are_not() {
    let scene = Scene::new().await;
    for alg in ALGORITHMS {
        let (signer, other) = (Signer::new(alg), Signer::new(alg));
        scene.provider.script(|script| (script.signer, script.published) = (Some(signer.clone()), None));
        let answer = scene.sign_in().await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{alg}: {}", answer.body);
        scene.provider.script(|script| script.published = Some(other));
        let answer = scene.sign_in().await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{alg}");
        assert!(answer.body.contains("the ID token&#39;s signature is wrong"), "{alg}: {}", answer.body);
    }
}

impl Scene {
    /// Signs in, and out again; what the browser keeps of it.
    async fn somebody_left(&self) -> String {
        let session = kept(&self.sign_in().await, "session");
        let account = self.ask("/account", &session).await.body;
        let (_, rest) = account.split_once("name=\"csrf\" value=\"").unwrap();
        let form = format!("csrf={}", rest.split('"').next().unwrap());
        let request = Request::post("/sign-out")
            .header(header::COOKIE, &session)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        kept(&self.hall.ask(request).await, "left")
    }

    /// Off to the provider with these cookies.
    async fn leave_with(&self, cookies: &str) -> Away {
        let answer = self.ask("/sign-in/oidc?next=/account", cookies).await;
        let said = pairs(answer.headers[header::LOCATION].to_str().unwrap());
        self.provider.script(|script| {
            script.nonce.clone_from(&said["nonce"]);
            script.challenge.clone_from(&said["code_challenge"]);
        });
        Away { cookie: format!("{}; {cookies}", kept(&answer, "oidc")), said }
    }
}

#[tokio::test]
async fn after_somebody_left_the_next_person_is_asked_who_they_are() {
    let scene = Scene::new().await;
    assert!(!scene.leave_with("").await.said.contains_key("prompt"), "nobody was here");
    let left = scene.somebody_left().await;
    let away = scene.leave_with(&left).await;
    assert_eq!(away.said["prompt"], "login");
    // A provider that takes whoever comes for the one before: it says itself that it asked long ago.
    scene.provider.script(|script| script.claims = json!({ "auth_time": MONDAY / 1000 - 3600 }));
    let stale = scene.come_back(&away, &away.cookie).await;
    scene.no_session(&stale, StatusCode::UNAUTHORIZED, "统一身份认证没有重新核对您是谁");
    let away = scene.leave_with(&left).await;
    scene.provider.script(|script| script.claims = json!({ "auth_time": MONDAY / 1000 }));
    let answer = scene.come_back(&away, &away.cookie).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert!(set_cookie(&answer, "left").unwrap().contains("Max-Age=0"), "who is here now is known");

    // Whoever did not sign out and was gone for long is gone as well.
    scene.hall.clock.advance(5 * 3_600_000);
    let shown = scene.ask("/sign-in", &kept(&answer, "session")).await;
    assert_eq!(scene.leave_with(&kept(&shown, "left")).await.said["prompt"], "login");
}

#[tokio::test]
async fn what_the_provider_says_is_told_to_whoever_must_act() {
    let scene = Scene::new().await;
    let (you, fails, ours) = ("您可能取消了登录", "对方出了错", "再试也没有用。请用密码登录，并把这一句告诉管理员：");
    for (error, status, says) in [
        ("access_denied", StatusCode::UNAUTHORIZED, you),
        ("login_required", StatusCode::UNAUTHORIZED, you),
        ("server_error", StatusCode::BAD_GATEWAY, fails),
        ("temporarily_unavailable", StatusCode::BAD_GATEWAY, fails),
        ("unauthorized_client", StatusCode::BAD_GATEWAY, ours),
        ("invalid_request", StatusCode::BAD_GATEWAY, ours),
        ("invalid_scope", StatusCode::BAD_GATEWAY, ours),
        ("something_else", StatusCode::BAD_GATEWAY, ours),
        ("<b>Not a word</b>", StatusCode::BAD_GATEWAY, "告诉管理员：?"),
    ] {
        scene.hall.leaves(test_hall::Left::Whatever);
        let away = scene.leave().await;
        let error = error.replace('<', "%3C").replace('>', "%3E").replace(' ', "%20");
        let path = format!("/sign-in/oidc/back?error={error}&state={}", away.said["state"]);
        let answer = scene.ask(&path, &away.cookie).await;
        scene.no_session(&answer, status, says);
        assert!(!answer.body.contains("Not a word"));
    }
}

#[tokio::test]
async fn a_provider_that_answers_with_a_form_is_asked_for_one_and_answered() {
    let scene = Scene::new().await;
    assert!(!scene.leave().await.said.contains_key("response_mode"));
    scene.provider.script(|script| script.described = json!({ "response_modes_supported": ["form_post", "query"] }));
    assert!(!scene.leave().await.said.contains_key("response_mode"), "the query is enough");
    scene.provider.script(|script| script.described = json!({ "response_modes_supported": ["form_post"] }));
    let away = scene.leave().await;
    assert_eq!(away.said["response_mode"], "form_post");
    // As a browser posts for another site: with none of our cookies.
    let posted = Request::post("/sign-in/oidc/back")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "https://id.example")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(format!("code=a+code&state={}&session_state=x", away.said["state"])))
        .unwrap();
    let answer = scene.hall.ask(posted).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let back = answer.headers[header::LOCATION].to_str().unwrap();
    assert!(back.starts_with("/sign-in/oidc/back?code=a%20code&state="), "{back}");
    let answer = scene.ask(back, &away.cookie).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/account"));
}

#[tokio::test]
async fn a_request_is_pushed_where_the_provider_or_the_hall_wants_it() {
    for (proof, required) in [("", true), ("pushed_requests = true\n", false)] {
        let scene = Scene::with(&format!("client_secret_file = FILE\n{proof}")).await;
        let endpoint = format!("{}/push", scene.provider.url);
        let described = json!({
            "pushed_authorization_request_endpoint": endpoint, "require_pushed_authorization_requests": required,
        });
        scene.provider.script(|script| script.described = described);
        let answer = scene.ask("/sign-in/oidc?next=/account", "").await;
        let said = pairs(answer.headers[header::LOCATION].to_str().unwrap());
        let told: HashMap<_, _> = [("realm", "1"), ("client_id", "the hall"), ("request_uri", "urn:x:1")]
            .map(|(a, b)| (a.into(), b.into()))
            .into();
        assert_eq!(said, told, "nothing else goes through the browser");
        let form = scene.provider.script.lock().unwrap().forms.pop().unwrap();
        assert_eq!((form["response_type"].as_str(), form["code_challenge_method"].as_str()), ("code", "S256"));
        let away = Away { cookie: kept(&answer, "oidc"), said: form };
        assert_eq!(scene.come_back(&away, &away.cookie).await.status, StatusCode::SEE_OTHER);
    }
    let scene = Scene::with("client_secret_file = FILE\npushed_requests = true\n").await;
    let answer = scene.ask("/sign-in/oidc", "").await;
    scene.no_session(&answer, StatusCode::BAD_GATEWAY, "pushed_authorization_request_endpoint: it says nowhere");
}

#[tokio::test]
async fn a_hall_with_a_key_shows_that_it_has_it() {
    let rsa: &dyn VerificationAlgorithm = &RSA_PKCS1_2048_8192_SHA256;
    let pss: &dyn VerificationAlgorithm = &RSA_PSS_2048_8192_SHA256;
    for (key, taken, alg, check) in [
        ("RS256", json!([]), "RS256", rsa),
        ("RS256", json!(["RS256", "PS256"]), "PS256", pss),
        ("ES256", json!(["ES256"]), "ES256", &ECDSA_P256_SHA256_FIXED),
        ("EdDSA", json!(["EdDSA"]), "EdDSA", &ED25519),
        ("EdDSA", json!(["Ed25519"]), "Ed25519", &ED25519),
    ] {
        let signer = Signer::new(key);
        let scene =
            Scene::with(&format!("client_key_file = {:?}\nclient_key_id = \"ours\"\n", signer.key_file())).await;
        scene.provider.script(|script| {
            script.described = json!({
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": taken,
            });
        });
        assert_eq!(scene.sign_in().await.status, StatusCode::SEE_OTHER, "{alg}");
        assert_eq!(scene.sign_in().await.status, StatusCode::SEE_OTHER, "{alg}");
        let forms = scene.provider.script.lock().unwrap().forms.clone();
        let claims: Vec<Value> = forms.iter().map(|form| proven(form, alg, check, &signer)).collect();
        let issuer = scene.provider.url.as_str();
        for claims in &claims {
            let names = [&claims["iss"], &claims["sub"], &claims["aud"]].map(|claim| claim.as_str().unwrap());
            assert_eq!(names, ["the hall", "the hall", issuer]);
            assert_eq!(
                (claims["iat"].as_i64(), claims["exp"].as_i64()),
                (Some(MONDAY / 1000), Some(MONDAY / 1000 + 120))
            );
        }
        assert_ne!(claims[0]["jti"], claims[1]["jti"], "none is shown twice");
    }
}

/// The claims of an assertion, once its signature was checked.
fn proven(
    form: &HashMap<String, String>,
    alg: &str,
    check: &'static dyn VerificationAlgorithm,
    signer: &Signer,
) -> Value {
    assert_eq!((form["client_id"].as_str(), form.contains_key("client_secret")), ("the hall", false));
    let (signed, signature) = form["client_assertion"].rsplit_once('.').unwrap();
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    UnparsedPublicKey::new(check, signer.public()).verify(signed.as_bytes(), &bytes(signature)).unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let head: Value = serde_json::from_slice(&bytes(head)).unwrap();
    assert_eq!((head["alg"].as_str(), head["kid"].as_str()), (Some(alg), Some("ours")));
    serde_json::from_slice(&bytes(claims)).unwrap()
}

#[tokio::test]
async fn a_key_that_cannot_be_used_stops_the_server_and_says_how_to_make_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    let open = || {
        let text = format!("issuer = \"https://id.example\"\nclient_id = \"x\"\nclient_key_file = {file:?}\n");
        let opened = kiosk_backend::oidc::Provider::open(toml::from_str(&text).unwrap(), None);
        opened.err().map(|cause| cause.to_string()).unwrap_or_default()
    };
    std::fs::write(&file, "no key").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(open().contains("`openssl genpkey` makes one"), "{}", open());
    std::fs::copy(Signer::new("ES384").key_file(), &file).unwrap();
    assert_eq!(open(), "");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(open().contains("chmod 600"), "{}", open());
}

#[tokio::test]
async fn whoever_opened_the_console_by_another_name_begins_where_they_come_back_to() {
    let scene = Scene::new().await;
    let ask = async |path: &str, host: &str| {
        let request = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
        scene.hall.ask(request).await
    };
    for host in ["10.20.0.5", "10.20.0.5:8443", "hall.example:8443", "hall"] {
        let answer = ask("/sign-in/oidc?next=/cases/7%3Fx%3D1", host).await;
        assert_eq!(answer.location(), "https://hall.example/sign-in/oidc?next=/cases/7%3Fx%3D1&here=true", "{host}");
        assert!(set_cookie(&answer, "oidc").is_none(), "{host}");
        // A proxy that hides by which name it was asked must not send people around in a circle.
        let answer = ask("/sign-in/oidc?next=/&here=true", host).await;
        assert!(answer.location().starts_with(&scene.provider.url), "{host}");
    }
    for host in ["hall.example", "HALL.example:443"] {
        let answer = ask("/sign-in/oidc?next=/", host).await;
        assert!(answer.location().starts_with(&scene.provider.url), "{host}");
    }
    let away = scene.leave().await;
    let lost = scene.come_back(&away, "").await;
    scene.no_session(&lost, StatusCode::UNAUTHORIZED, "请从 https://hall.example 打开，再按一次登录按钮");
}

#[tokio::test]
async fn a_description_that_moved_is_followed_and_not_to_where_anybody_could_listen() {
    let scene = Scene::new().await;
    scene.provider.script(|script| script.moved = Some("/realm/moved"));
    assert_eq!(scene.sign_in().await.status, StatusCode::SEE_OTHER);
    let scene = Scene::new().await;
    for away in ["http://id.example/realm", "/realm/.well-known/openid-configuration"] {
        scene.provider.script(|script| script.moved = Some(away));
        let answer = scene.ask("/sign-in/oidc", "").await;
        scene.no_session(&answer, StatusCode::BAD_GATEWAY, "告诉管理员：openid-configuration: 301 Moved Permanently");
    }
    let proof = format!("client_secret_file = FILE\ndescription_url = \"{}/moved\"\n", scene.provider.url);
    let elsewhere = Scene::with(&proof).await;
    let answer = elsewhere.ask("/sign-in/oidc", "").await;
    elsewhere.no_session(&answer, StatusCode::BAD_GATEWAY, "it calls itself");
}

/// What makes the way of a posted answer possible: a browser keeps a `Lax` cookie back from what another site posts, and
/// shows it where it is sent on to.
#[tokio::test]
async fn a_browser_shows_its_cookie_where_a_posted_answer_leads_to() {
    use axum::Router;
    use axum::response::{Html, Redirect};
    use axum::routing::get;

    let shown = |headers: &axum::http::HeaderMap| {
        headers.get(header::COOKIE).and_then(|cookie| cookie.to_str().ok()).unwrap_or("nothing").to_owned()
    };
    let form = Html(
        "<!doctype html><form method=post></form><script>const form = document.forms[0]; \
         form.action = `http://127.0.0.1:${location.port}/back`; form.submit();</script>",
    );
    let posted = async move |headers: axum::http::HeaderMap| Redirect::to(&format!("/back?posted={}", shown(&headers)));
    let led = async move |uri: axum::http::Uri, headers: axum::http::HeaderMap| {
        let said = json!([format!("{} {}", uri.query().unwrap_or_default(), shown(&headers))]).to_string();
        Html(format!("<!doctype html><script>fetch('/found', {{ method: 'POST', body: '{said}' }});</script>"))
    };
    let router = Router::new().route("/form", get(async move || form)).route("/back", get(led).post(posted));
    let script = "document.cookie = 'oidc=1; Path=/; SameSite=Lax'; \
                  location.href = `http://localhost:${location.port}/form`; await new Promise(() => {});";
    let found = outside::browser::findings(router, script).await.unwrap();
    assert_eq!(found, ["posted=nothing oidc=1"]);
}
