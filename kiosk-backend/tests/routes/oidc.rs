//! Signing in with the city's own accounts: a scripted provider on a real socket, which signs as a real one does and
//! says whatever the test wants; the browser's part is played by the test.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey};
use hall_domain::people::{accounts, staff};
use hall_rules::Role;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::tokens::Signer;
use test_hall::{Answer, Hall, MONDAY, NAME};

pub(crate) const SUBJECT: &str = "7c1e0f52-limei";
const SECRET: &str = "a secret/with +signs";

/// What the provider says and does.
#[derive(Clone, Default)]
pub(crate) struct Script {
    /// Claims that differ from what they must be.
    pub(crate) claims: Value,
    /// Signs with a key that it does not publish.
    forges: bool,
    /// Signs with this instead of its Ed25519 key.
    pub(crate) signer: Option<Signer>,
    /// Publishes this one's key.
    pub(crate) published: Option<Signer>,
    /// What it describes otherwise.
    pub(crate) described: Value,
    /// Where its description is now.
    pub(crate) moved: Option<&'static str>,
    /// The last forms that it was sent, pushed or to be redeemed.
    pub(crate) forms: Vec<HashMap<String, String>>,
    /// What the token endpoint answers instead.
    pub(crate) answers: Option<(StatusCode, &'static str)>,
    /// Of the flow, as the browser brought them.
    pub(crate) nonce: String,
    pub(crate) challenge: String,
}

#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) url: String,
    pub(crate) script: Arc<Mutex<Script>>,
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Provider {
    async fn listen() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/realm", listener.local_addr().unwrap());
        let script = Script { claims: json!({}), described: json!({}), ..Script::default() };
        let provider = Self { url, script: Arc::new(Mutex::new(script)) };
        let app = Router::new()
            .route("/realm/.well-known/openid-configuration", get(describe))
            .route("/realm/keys", get(keys))
            .route("/realm/token", post(token))
            .route("/realm/push", post(pushed))
            .route("/realm/moved", get(described))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        provider
    }

    pub(crate) fn script(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }

    fn sign(&self, claims: &Value) -> String {
        let script = self.script.lock().unwrap();
        if let Some(signer) = &script.signer {
            return signer.token(claims);
        }
        let message = format!("{}.{}", b64(json!({ "alg": "EdDSA", "kid": "d" }).to_string()), b64(claims.to_string()));
        let key = SigningKey::from_bytes(&[if script.forges { 2 } else { 1 }; 32]);
        format!("{message}.{}", b64(key.sign(message.as_bytes()).to_bytes()))
    }
}

async fn describe(State(provider): State<Provider>) -> Response {
    let moved = provider.script.lock().unwrap().moved;
    match moved {
        Some(to) => (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)]).into_response(),
        None => described(State(provider)).await.into_response(),
    }
}

async fn described(State(provider): State<Provider>) -> axum::Json<Value> {
    let at = |path: &str| format!("{}/{path}", provider.url);
    let mut said = json!({
        "issuer": provider.url, "authorization_endpoint": at("authorize?realm=1"), "token_endpoint": at("token"),
        "jwks_uri": at("keys"),
    });
    let more = provider.script.lock().unwrap().described.clone();
    said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    axum::Json(said)
}

/// Takes a pushed request of whoever proves who they are.
async fn pushed(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Response {
    let form = pairs(&format!("http://x/?{body}"));
    if !is_the_hall(&headers, &form) {
        return (StatusCode::UNAUTHORIZED, r#"{"error":"invalid_client"}"#).into_response();
    }
    provider.script(|script| {
        (script.nonce, script.challenge) = (form["nonce"].clone(), form["code_challenge"].clone());
        script.forms.push(form);
    });
    (StatusCode::CREATED, axum::Json(json!({ "request_uri": "urn:x:1", "expires_in": 60 }))).into_response()
}

/// By the secret in the header, or by an assertion, which the test judges.
fn is_the_hall(headers: &HeaderMap, form: &HashMap<String, String>) -> bool {
    let basic = format!("Basic {}", STANDARD.encode("the+hall:a+secret%2Fwith+%2Bsigns"));
    let assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    match headers.get(header::AUTHORIZATION) {
        Some(shown) => *shown == *basic,
        None => form.get("client_assertion_type").is_some_and(|kind| kind == assertion),
    }
}

async fn keys(State(provider): State<Provider>) -> axum::Json<Value> {
    let ed = SigningKey::from_bytes(&[1; 32]).verifying_key();
    let script = provider.script.lock().unwrap().clone();
    let more = script.published.or(script.signer).map(|signer| signer.jwk());
    let all = [
        Some(json!({ "kty": "new kind", "kid": "x" })),
        Some(json!({ "kty": "OKP", "crv": "Ed25519", "kid": "d", "use": "sig", "x": b64(ed.as_bytes()) })),
        more,
    ];
    axum::Json(json!({ "keys": all.into_iter().flatten().collect::<Vec<_>>() }))
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Response {
    let script = provider.script.lock().unwrap().clone();
    if let Some(answer) = script.answers {
        return answer.into_response();
    }
    let form: HashMap<String, String> = pairs(&format!("http://x/?{body}"));
    provider.script(|script| script.forms.push(form.clone()));
    let proven = is_the_hall(&headers, &form)
        && b64(Sha256::digest(&form["code_verifier"])) == script.challenge
        && (form["grant_type"].as_str(), form["code"].as_str()) == ("authorization_code", "a code")
        && form["redirect_uri"] == "https://hall.example/sign-in/oidc/back";
    if !proven {
        return (StatusCode::BAD_REQUEST, r#"{"error":"invalid_grant"}"#).into_response();
    }
    let mut claims = json!({
        "iss": provider.url, "sub": SUBJECT, "aud": "the hall", "exp": MONDAY / 1000 + 300, "nonce": script.nonce,
    });
    claims.as_object_mut().unwrap().extend(script.claims.as_object().unwrap().clone());
    axum::Json(json!({ "token_type": "Bearer", "access_token": "x", "id_token": provider.sign(&claims) }))
        .into_response()
}

pub(crate) fn pairs(url: &str) -> HashMap<String, String> {
    reqwest::Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

pub(crate) struct Scene {
    pub(crate) hall: Hall,
    pub(crate) provider: Provider,
    _secrets: tempfile::TempDir,
}

/// A browser on its way: its cookie, and what the provider was told.
pub(crate) struct Away {
    pub(crate) cookie: String,
    pub(crate) said: HashMap<String, String>,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with("client_secret_file = FILE\n").await
    }

    /// A hall that proves who it is in this way; FILE is that of the secret.
    pub(crate) async fn with(proof: &str) -> Self {
        let provider = Provider::listen().await;
        let secrets = tempfile::tempdir().unwrap();
        let file = secrets.path().join("oidc-secret");
        std::fs::write(&file, format!("{SECRET}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        let hall = Hall::with(&format!(
            "public_url = \"https://hall.example\"\n[oidc]\nissuer = {:?}\nclient_id = \"the hall\"\n\
             name = \"宜春政务通\"\n{}",
            provider.url,
            proof.replace("FILE", &format!("{file:?}"))
        ))
        .await;
        hall.staff("李梅", "3号窗口", Role::Clerk).await;
        hall.blocking(|app| accounts::set_subject_at_server(app, "李梅", SUBJECT).unwrap()).await;
        Self { hall, provider, _secrets: secrets }
    }

    pub(crate) async fn ask(&self, path: &str, cookies: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, cookies);
        self.hall.ask(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn leave(&self) -> Away {
        let answer = self.ask("/sign-in/oidc?next=/account", "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let url = answer.headers[header::LOCATION].to_str().unwrap();
        assert!(url.starts_with(&format!("{}/authorize?realm=1&", self.provider.url)), "{url}");
        let said = pairs(url);
        for (key, value) in [
            ("response_type", "code"),
            ("scope", "openid"),
            ("client_id", "the hall"),
            ("redirect_uri", "https://hall.example/sign-in/oidc/back"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(said[key], value, "{key}");
        }
        let set = set_cookie(&answer, "oidc").unwrap();
        assert!(set.contains("; HttpOnly; SameSite=Lax; Max-Age=600"), "{set}");
        self.provider.script(|script| {
            script.nonce = said["nonce"].clone();
            script.challenge = said["code_challenge"].clone();
        });
        Away { cookie: set.split(';').next().unwrap().to_owned(), said }
    }

    pub(crate) async fn come_back(&self, away: &Away, cookies: &str) -> Answer {
        self.ask(&format!("/sign-in/oidc/back?code=a%20code&state={}", away.said["state"]), cookies).await
    }

    /// There and back.
    pub(crate) async fn sign_in(&self) -> Answer {
        let away = self.leave().await;
        self.come_back(&away, &away.cookie).await
    }

    #[track_caller]
    pub(crate) fn no_session(&self, answer: &Answer, status: StatusCode, says: &str) {
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.body.contains(says), "{says}: {}", answer.body);
        assert!(answer.body.contains("id=\"enter\"") && answer.body.contains("id=\"provider\""), "a way on");
        let open = format!("SELECT COUNT(*) || '' FROM sessions WHERE ends_ms > {}", self.hall.clock.now_ms());
        assert_eq!(self.hall.value::<String>(&open), "0");
    }
}

/// The hall is found by TLS, which ends in front of it: every cookie is bound to it.
pub(crate) fn set_cookie(answer: &Answer, name: &str) -> Option<String> {
    let name = format!("__Host-{name}");
    let lines = answer.headers.get_all(header::SET_COOKIE).iter();
    lines.filter_map(|line| line.to_str().ok()).rfind(|line| line.starts_with(&format!("{name}="))).map(str::to_owned)
}

#[tokio::test]
async fn whom_the_provider_knows_is_let_in_and_the_audit_says_how() {
    let scene = Scene::new().await;
    let shown = scene.ask("/sign-in?next=/kiosks", "").await.body;
    assert!(shown.contains("href=\"/sign-in/oidc?next=/kiosks\">用宜春政务通登录</a>"), "{shown}");
    let shown = scene.ask("/sign-in", "__Host-lang=en").await.body;
    assert!(shown.contains(">Sign in with 宜春政务通</a>"), "{shown}");
    for signer in [None, Some(Signer::new("ES256"))] {
        scene.provider.script(|script| script.signer = signer);
        let answer = scene.sign_in().await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.headers[header::LOCATION], "/account");
        assert!(set_cookie(&answer, "oidc").unwrap().contains("Max-Age=0"));
        let session = set_cookie(&answer, "session").unwrap();
        let account = scene.ask("/account", session.split(';').next().unwrap()).await.body;
        assert!(account.contains("<h1>李梅</h1>"), "{account}");
    }
    let last = scene
        .hall
        .value::<String>("SELECT action || ' ' || actor || ' ' || detail FROM audit ORDER BY seq DESC LIMIT 1");
    assert!(last.starts_with("signed_in staff:") && last.contains("\"oidc\""), "{last}");
    assert_eq!(scene.hall.count("tries"), 0, "passwords are counted, and nothing else");
}

#[tokio::test]
async fn a_token_that_does_not_fit_lets_nobody_in() {
    let scene = Scene::new().await;
    let untrusted = "统一身份认证的答复不可信";
    let clocks = "统一身份认证和本厅服务器的时间对不上";
    for (claims, says) in [
        (json!({ "nonce": "another" }), untrusted),
        (json!({ "nonce": null }), untrusted),
        (json!({ "aud": "another" }), untrusted),
        (json!({ "aud": ["the hall", "another"], "azp": "another" }), untrusted),
        (json!({ "iss": "https://evil.example" }), untrusted),
        (json!({ "exp": MONDAY / 1000 - 61 }), clocks),
        (json!({ "nbf": MONDAY / 1000 + 61 }), clocks),
        (json!({ "sub": "" }), untrusted),
    ] {
        scene.provider.script(|script| script.claims = claims.clone());
        scene.no_session(&scene.sign_in().await, StatusCode::UNAUTHORIZED, says);
    }
    scene.provider.script(|script| (script.claims, script.forges) = (json!({}), true));
    scene.no_session(&scene.sign_in().await, StatusCode::UNAUTHORIZED, untrusted);
    assert_eq!(scene.hall.count("audit WHERE action = 'sign_in_refused' AND detail LIKE '%oidc: token%'"), 9);
    scene.provider.script(|script| script.forges = false);
    assert_eq!(scene.sign_in().await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn only_the_browser_that_began_comes_back_and_only_once() {
    let scene = Scene::new().await;
    let over = "这次登录已经失效";
    let (mine, other) = (scene.leave().await, scene.leave().await);
    scene.no_session(&scene.come_back(&mine, "").await, StatusCode::UNAUTHORIZED, over);
    scene.no_session(&scene.come_back(&mine, &other.cookie).await, StatusCode::UNAUTHORIZED, over);
    let forged = Away { cookie: String::new(), said: HashMap::from([("state".into(), "x".into())]) };
    scene.no_session(&scene.come_back(&forged, &mine.cookie).await, StatusCode::UNAUTHORIZED, over);
    let path = format!("/sign-in/oidc/back?code=a%20code&state={}&iss=https%3A%2F%2Fevil.example", other.said["state"]);
    scene.no_session(&scene.ask(&path, &other.cookie).await, StatusCode::UNAUTHORIZED, over);

    let answer = scene.come_back(&other, &other.cookie).await;
    let session = set_cookie(&answer, "session").unwrap();
    let here = session.split(';').next().unwrap();
    let again = scene.come_back(&other, &format!("{here}; {}", other.cookie)).await;
    assert_eq!((again.status, set_cookie(&again, "session")), (StatusCode::SEE_OTHER, None), "they stay who they are");
    scene.hall.blocking(|app| accounts::reset_at_server(app, "李梅").unwrap()).await;
    scene.no_session(&scene.come_back(&other, &other.cookie).await, StatusCode::UNAUTHORIZED, over);

    let slow = scene.leave().await;
    scene.hall.clock.advance(kiosk_backend::oidc::flow::FLOW_MS);
    scene.no_session(&scene.come_back(&slow, &slow.cookie).await, StatusCode::UNAUTHORIZED, over);
}

/// Where the log goes that a test reads.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nothing_of_a_token_reaches_the_log() {
    let scene = Scene::new().await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter("kiosk_backend=trace")
        .with_writer(move || writer.clone())
        .finish();
    let _here = tracing::subscriber::set_default(subscriber);
    scene.sign_in().await;
    scene.provider.script(|script| script.claims = json!({ "aud": "another" }));
    let away = scene.leave().await;
    scene.come_back(&away, &away.cookie).await;
    for answer in [r#"{"error":"a code is over"}"#, r#"{"id_token":7,"access_token":"eyJhbGciOi"}"#] {
        for status in [StatusCode::BAD_REQUEST, StatusCode::OK] {
            scene.provider.script(|script| script.answers = Some((status, answer)));
            scene.sign_in().await;
        }
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the ID token is for another client") && log.contains("token_endpoint"), "{log}");
    for hidden in ["a code", "eyJ", SECRET, SUBJECT, &away.said["state"], &away.said["nonce"], &away.cookie] {
        assert!(!log.contains(hidden), "{hidden}: {log}");
    }
}

#[tokio::test]
async fn whom_nobody_entered_or_whose_account_is_closed_is_told_what_to_do() {
    let scene = Scene::new().await;
    scene.provider.script(|script| script.claims = json!({ "sub": "some-one-else" }));
    scene.no_session(&scene.sign_in().await, StatusCode::UNAUTHORIZED, "请把这个标识告诉管理员");
    assert!(scene.sign_in().await.body.contains("some-one-else"), "what the administrator needs");
    assert_eq!(scene.hall.count("staff"), 1, "no account is made by signing in");
    let away = scene.leave().await;
    let answer = scene.come_back(&away, &format!("__Host-lang=en; {}", away.cookie)).await;
    scene.no_session(&answer, StatusCode::UNAUTHORIZED, "Tell an administrator this identifier");

    scene.provider.script(|script| script.claims = json!({}));
    let denied = scene.leave().await;
    let path = format!("/sign-in/oidc/back?error=access_denied&state={}", denied.said["state"]);
    scene.no_session(&scene.ask(&path, &denied.cookie).await, StatusCode::UNAUTHORIZED, "统一身份认证没有通过");
    scene.hall.blocking(|app| staff::disable(app, "李梅").unwrap()).await;
    scene.no_session(&scene.sign_in().await, StatusCode::UNAUTHORIZED, "您在这里的账号已停用");
}

#[tokio::test]
async fn without_the_provider_the_password_is_the_way() {
    let scene = Scene::new().await;
    let theirs = "对方出了错（token_endpoint: 502 Bad Gateway），不是您的问题";
    let ours = "并把这一句告诉管理员：token_endpoint: 401 Unauthorized, invalid_client";
    let misread = "并把这一句告诉管理员：token_endpoint: ";
    for (answer, says) in [
        ((StatusCode::BAD_GATEWAY, "<html>"), theirs),
        ((StatusCode::UNAUTHORIZED, r#"{"error":"invalid_client"}"#), ours),
        ((StatusCode::OK, "<html>"), misread),
        ((StatusCode::OK, r#"{"access_token":"x"}"#), misread),
    ] {
        scene.provider.script(|script| script.answers = Some(answer));
        let answer = scene.sign_in().await;
        scene.no_session(&answer, StatusCode::BAD_GATEWAY, "统一身份认证现在用不了");
        assert!(answer.body.contains(says), "{says}: {}", answer.body);
    }
    scene.provider.script(|script| script.answers = Some((StatusCode::BAD_REQUEST, r#"{"error":"invalid_grant"}"#)));
    scene.no_session(&scene.sign_in().await, StatusCode::UNAUTHORIZED, "这次登录已经失效");
    // A provider that is not there at all.
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let file = scene._secrets.path().join("oidc-secret");
    let hall = Hall::with(&format!(
        "public_url = \"https://hall.example\"\n[oidc]\nissuer = {url:?}\nclient_id = \"x\"\nclient_secret_file = {file:?}\n"
    ))
    .await;
    let answer = hall.ask(Request::get("/sign-in/oidc?next=//evil.example").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.body.contains("连不上它，不是您的问题"), "{}", answer.body);
    assert!(answer.body.contains("href=\"/sign-in/oidc?next=/\">用统一身份认证登录</a>"), "{}", answer.body);
    // None is configured.
    let hall = Hall::new().await;
    for path in ["/sign-in/oidc", "/sign-in/oidc/back?code=x&state=y"] {
        let answer = hall.ask(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let answer = hall.ask(Request::get("/sign-in").body(Body::empty()).unwrap()).await;
    assert!(!answer.body.contains("id=\"provider\""));
}

#[tokio::test]
async fn a_subject_is_one_account_and_taking_it_away_signs_out() {
    let scene = Scene::new().await;
    let administrator = scene.hall.staff("管理员", "3号窗口", Role::Administrator).await;
    let clerk = scene.hall.staff("王强", "3号窗口", Role::Clerk).await;
    let app = &scene.hall.app;
    let set = |id, subject| accounts::set_subject(app, &administrator, id, subject);
    let long = "x".repeat(256);
    for (subject, says) in [(SUBJECT, "belongs to \"李梅\""), ("李梅", "ASCII"), (&long, "ASCII")] {
        let refusal = set(clerk.staff.id, subject).await.unwrap_err();
        assert!(refusal.problem().title.contains(says), "{refusal}");
    }
    assert!(accounts::set_subject(app, &clerk, clerk.staff.id, "me").await.is_err(), "not a clerk's");
    set(clerk.staff.id, " other ").await.unwrap();
    scene.provider.script(|script| script.claims = json!({ "sub": "other" }));
    scene.hall.blocking(|app| accounts::reset_at_server(app, "王强").unwrap()).await;
    let answer = scene.sign_in().await;
    let session = set_cookie(&answer, "session").unwrap();
    let here = session.split(';').next().unwrap();
    assert_eq!(scene.ask("/inbox", here).await.status, StatusCode::OK, "a one-time code is no hindrance");
    assert!(!scene.ask("/account", here).await.body.contains("must-change"));
    set(clerk.staff.id, "").await.unwrap();
    assert_eq!(scene.ask("/inbox", here).await.status, StatusCode::SEE_OTHER);
    assert_eq!(scene.sign_in().await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(scene.hall.count("audit WHERE action = 'subject_set'"), 3);
    assert_eq!(scene.hall.count(&format!("audit WHERE detail LIKE '%{NAME}%' OR detail LIKE '%{SUBJECT}%'")), 0);
}

/// A session that ended while somebody typed: coming back from the provider is signing in as well.
#[tokio::test]
async fn what_was_typed_waits_for_whoever_comes_back_from_the_provider() {
    let scene = Scene::new().await;
    let signed = scene.sign_in().await;
    let session = set_cookie(&signed, "session").unwrap().split(';').next().unwrap().to_owned();
    let account = scene.ask("/account", &session).await.body;
    let (_, rest) = account.split_once("name=\"csrf\" value=\"").unwrap();
    let csrf = rest.split('"').next().unwrap();
    let later = 5 * 3_600_000;
    scene.hall.clock.advance(later);
    scene.provider.script(|script| script.claims = json!({ "exp": (MONDAY + later) / 1000 + 300 }));
    let form = Request::post("/inbox")
        .header(header::COOKIE, &session)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("csrf={csrf}&q=half+written")))
        .unwrap();
    let answer = scene.hall.ask(form).await;
    assert_eq!(answer.headers[header::LOCATION], "/sign-in?next=/inbox");
    let visit = set_cookie(&answer, "visit").unwrap().split(';').next().unwrap().to_owned();
    let away = scene.leave().await;
    let back = scene.come_back(&away, &format!("{visit}; {}", away.cookie)).await;
    assert_eq!(back.headers[header::LOCATION], "/kept?next=/account", "{}", back.body);
    let session = set_cookie(&back, "session").unwrap().split(';').next().unwrap().to_owned();
    let kept = scene.ask("/kept?next=/account", &format!("{visit}; {session}")).await.body;
    assert!(kept.contains("action=\"/inbox\"") && kept.contains("half written"), "{kept}");
}
