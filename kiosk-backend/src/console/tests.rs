//! Routes through the whole router, as a browser uses them: cookies, forms and redirects, over a real store.

use std::path::Path;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use futures_util::StreamExt as _;
use hall_rules::ReceiptNumber;
use kiosk_wire::kiosk_api::{EnrolRequest, JournalPush};
use kiosk_wire::roster::Role;
use kiosk_wire::submission::{ActingFor, Applicant, Assurance, DocumentFamily, MaterialLine};
use kiosk_wire::{
    CompartmentNo, Envelope, Fact, Header, JournalId, KioskId, Personal, Stamp, Submission, SubmissionId,
};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::staff::{self, NewStaff};
use crate::domain::{enrolment, import, intake};

/// 2026-11-23 10:00 in Shanghai, a Monday.
const NOW: i64 = 1_795_399_200_000;
const PASSWORD: &str = "三个窗口今天都开着";
const NAME: &str = "张三丰";
const NUMBER: &str = "362201199001010218";
const PHONE: &str = "13812345678";

/// A hall with two windows, three people and one terminal.
struct Hall {
    app: App,
    router: Router,
    runtime: tokio::runtime::Runtime,
    kiosk: KioskId,
    prefix: String,
    journal: JournalId,
    head: (u64, [u8; 32]),
    _dir: tempfile::TempDir,
}

impl Hall {
    fn open() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let text = format!("data_dir = {:?}\nhall = \"宜春市政务服务大厅\"\n", dir.path());
        let config = Config::parse("backend.toml", &text).expect("a config");
        let app = App::open(config, Clock::standing_at(NOW)).expect("opens");
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets");
        import::catalogue_folder(&app, &assets.join("catalogue")).expect("a catalogue");
        import::calendar_file(&app, &assets.join("calendar/2026.toml")).expect("a calendar");
        for (window, department) in [("3号窗口", "culture"), ("5号窗口", "education")] {
            staff::add_window(&app, window, None, vec![department.into()]).expect("a window");
        }
        for (name, window, role) in
            [("王敏", "3号窗口", Role::Clerk), ("李强", "3号窗口", Role::Chief), ("赵燕", "5号窗口", Role::Clerk)]
        {
            let new = NewStaff {
                name: name.into(),
                windows: vec![window.into()],
                role,
                password: Personal::from(PASSWORD),
                card: None,
            };
            staff::add(&app, new).expect("staff");
        }
        let added = enrolment::add(&app, "大厅1号机").expect("a terminal");
        app.reload().expect("reloads");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let request = EnrolRequest {
            code: added.code,
            public_key: hex::encode(ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key().as_bytes()),
            software: "0.1.0".into(),
        };
        let enrolled = runtime.block_on(enrolment::enrol(&app, "test", request)).expect("enrols");
        app.reload().expect("reloads");
        app.heard(enrolled.kiosk);
        Self {
            router: super::router(app.clone()),
            app,
            runtime,
            kiosk: enrolled.kiosk,
            prefix: enrolled.receipt_prefix,
            journal: JournalId(Uuid::now_v7()),
            head: (0, [0; 32]),
            _dir: dir,
        }
    }

    /// The terminal writes facts and sends them.
    fn journal(&mut self, facts: Vec<(Fact, Option<String>)>) {
        let entries = facts
            .into_iter()
            .map(|(fact, payload)| {
                let stamp = Stamp { wall_ms_utc: NOW, ..Stamp::default() };
                let header = serde_json::to_string(&Header { v: 1, at: stamp, fact }).expect("json");
                let envelope = Envelope::seal(self.journal, self.head.0 + 1, self.head.1, header, payload);
                self.head = (envelope.seq, envelope.check(self.journal).expect("sealed"));
                envelope
            })
            .collect();
        let push = JournalPush { journal: self.journal, entries };
        self.runtime.block_on(intake::take(&self.app, self.kiosk, push)).expect("taken");
    }

    /// An applicant puts paper into a box; `name` may be hostile.
    fn deposit(&mut self, no: u16, name: &str, sure: bool) -> SubmissionId {
        let id = SubmissionId(Uuid::now_v7());
        let compartment = CompartmentNo(no);
        let receipt = ReceiptNumber::make(&self.prefix, 1, u32::from(no)).expect("a number");
        let submission = Submission {
            salt: "00".repeat(16),
            applicant: Applicant {
                name: Personal::from(name),
                document: DocumentFamily::ResidentNumber,
                number: Personal::from(NUMBER),
                sex: None,
                birth_date: None,
                address: None,
                valid_until: None,
                assurance: Assurance::SamVerified,
            },
            acting_for: ActingFor::Organisation,
            phone: Some(Personal::from(PHONE)),
            situations: [("<b>q</b>".to_owned(), "<i>o</i>".to_owned())].into(),
            answers: [("note".to_owned(), Personal::from("<script>alert(1)</script>"))].into(),
            materials: vec![MaterialLine {
                code: "form".into(),
                name: "申请表\"><img src=x onerror=alert(1)>".into(),
                originals: 1,
                copies: 0,
                deferrable: false,
                brought: true,
            }],
        };
        let closing = if sure {
            Fact::Deposited { submission: id, compartment }
        } else {
            let why = kiosk_wire::entry::UnconfirmedReason::OpeningNotSeen;
            Fact::DepositUnconfirmed { submission: id, compartment, why }
        };
        self.journal(vec![
            (
                Fact::SubmissionPrepared {
                    submission: id,
                    receipt: kiosk_wire::ReceiptNumber(receipt.as_str().into()),
                    item: "commercial-performance".into(),
                    item_version: 1,
                    department: "culture".into(),
                },
                Some(serde_json::to_string(&submission).expect("json")),
            ),
            (Fact::DepositIntended { submission: id, compartment }, None),
            (closing, None),
        ]);
        id
    }

    /// A clerk opens the box at the terminal and shuts it.
    fn open_and_shut(&mut self, id: SubmissionId, no: u16, name: &str) {
        let everyone = self.app.store().read_blocking(staff::all).expect("staff");
        let clerk = everyone.into_iter().find(|staff| staff.name == name).expect("someone");
        let authority = kiosk_wire::entry::Authority::Roster {
            generation: 1,
            version: 1,
            window: clerk.windows.first().expect("a window").0,
        };
        let (submission, compartment, staff) = (Some(id), CompartmentNo(no), clerk.id);
        self.journal(vec![
            (Fact::CollectionIntended { submission, compartment, staff, authority }, None),
            (Fact::CollectionClosed { submission, compartment, staff, opening_seen: true }, None),
        ]);
    }

    fn browser(&self) -> Browser<'_> {
        Browser { hall: self, cookies: Vec::new(), csrf: String::new(), htmx: false }
    }

    fn signed_in(&self, name: &str) -> Browser<'_> {
        let mut browser = self.browser();
        browser.get("/sign-in");
        let answer = browser.post("/sign-in", &[("name", name), ("password", PASSWORD), ("next", "/inbox")]);
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/inbox"), "{}", answer.body);
        browser.get("/inbox");
        browser
    }

    fn audit(&self) -> Vec<String> {
        let read = |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare("SELECT action FROM audit ORDER BY seq")?;
            let rows = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok::<_, crate::store::StoreError>(rows)
        };
        self.app.store().read_blocking(read).expect("reads")
    }
}

/// Keeps cookies, and the token of the last page's forms.
struct Browser<'h> {
    hall: &'h Hall,
    cookies: Vec<(String, String)>,
    csrf: String,
    htmx: bool,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Browser<'_> {
    fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[])
    }

    /// Posts a form with the token of the last page.
    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        let form = reqwest::Url::parse_with_params("http://x/", &all).expect("a form");
        self.send(Method::POST, path, form.query().map(str::to_owned), &[])
    }

    fn send(&mut self, method: Method, path: &str, form: Option<String>, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "hall.example");
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header(header::COOKIE, cookies.join("; "));
        if self.htmx {
            request = request.header("hx-request", "true");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.map_or(Body::empty(), Body::from))
            .expect("a request");
        let answer = self.hall.runtime.block_on(async {
            let response = self.hall.router.clone().oneshot(request).await.expect("answers");
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, 4 << 20).await.expect("a body");
            Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
        });
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("ascii");
            assert!(line.contains("; HttpOnly; SameSite=Lax"), "{line}");
            let (name, rest) = line.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default().to_owned();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value));
            }
        }
        if let Some((_, rest)) = answer.body.split_once("name=\"csrf\" value=\"") {
            self.csrf = rest.split('"').next().unwrap_or_default().to_owned();
        }
        answer
    }
}

#[test]
fn pages_want_a_sign_in_and_come_back_after_it() {
    let hall = Hall::open();
    let mut browser = hall.browser();
    let answer = browser.get("/cases/7?x=1");
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in?next=/cases/7%3Fx%3D1"));
    for path in ["/inbox", "/kiosks", "/attention", "/audit"] {
        assert_eq!(browser.get(path).status, StatusCode::SEE_OTHER, "{path}");
    }
    assert_eq!(browser.get("/events").status, StatusCode::UNAUTHORIZED);
    browser.htmx = true;
    let answer = browser.get("/inbox");
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers.get("hx-redirect").expect("a way"), "/sign-in");
}

#[test]
fn a_wrong_password_is_told_kindly_and_five_are_enough() {
    let hall = Hall::open();
    let mut browser = hall.browser();
    browser.get("/sign-in");
    for _ in 0..5 {
        let answer = browser.post("/sign-in", &[("name", "王敏"), ("password", "not this one")]);
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.body.contains("姓名或密码不对") && answer.body.contains("value=\"王敏\""), "{}", answer.body);
    }
    let answer = browser.post("/sign-in", &[("name", "王敏"), ("password", PASSWORD)]);
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "the right one too, for a while");
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    assert!(answer.body.contains("请 15 分钟后再试") || answer.body.contains("请 16 分钟后再试"), "{}", answer.body);
    let answer = browser.post("/sign-in", &[("name", "李强"), ("password", PASSWORD)]);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "another name from the same address still can");
    assert_eq!(hall.audit().iter().filter(|action| *action == "sign_in_refused").count(), 6);
    hall.app.clock().advance(super::sign_in::SPAN_MS);
    let mut browser = hall.browser();
    browser.get("/sign-in");
    let answer = browser.post("/sign-in", &[("name", "王敏"), ("password", PASSWORD)]);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "and later they can again");
}

#[test]
fn a_form_without_its_token_or_from_elsewhere_does_nothing() {
    let mut hall = Hall::open();
    let id = hall.deposit(7, NAME, true);
    let mut browser = hall.signed_in("王敏");
    let path = format!("/cases/{id}/collect");
    let good = browser.csrf.clone();
    for (token, headers) in [
        (String::new(), vec![]),
        ("0".repeat(64), vec![]),
        (good.clone(), vec![("origin", "https://evil.example")]),
        (good.clone(), vec![("sec-fetch-site", "cross-site")]),
    ] {
        let answer = browser.send(Method::POST, &path, Some(format!("csrf={token}")), &headers);
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert!(answer.body.contains("csrf-mismatch"));
    }
    assert!(!hall.audit().contains(&"collect_armed".to_owned()));
    let answer = browser.send(Method::POST, &path, Some(format!("csrf={good}")), &[("origin", "http://hall.example")]);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[test]
fn a_session_ends_when_its_owner_leaves_or_signs_out_or_is_disabled() {
    let hall = Hall::open();
    let mut browser = hall.signed_in("王敏");
    assert_eq!(browser.get("/sign-in").status, StatusCode::SEE_OTHER, "signed in already");
    let before = browser.cookies.clone();
    assert_eq!(browser.post("/sign-out", &[]).location(), "/sign-in");
    browser.cookies = before;
    assert_eq!(browser.get("/inbox").status, StatusCode::SEE_OTHER, "the old cookie is worth nothing");

    let mut browser = hall.signed_in("王敏");
    hall.app.clock().advance(crate::store::sessions::IDLE_MS - 1);
    assert_eq!(browser.get("/inbox").status, StatusCode::OK);
    browser.htmx = true;
    hall.app.clock().advance(crate::store::sessions::IDLE_MS - 1);
    assert_eq!(browser.get("/inbox").status, StatusCode::OK);
    hall.app.clock().advance(2);
    assert_eq!(browser.get("/inbox").status, StatusCode::UNAUTHORIZED, "a page that renews itself keeps nobody here");

    let mut browser = hall.signed_in("李强");
    staff::disable(&hall.app, "李强").expect("disables");
    assert_eq!(browser.get("/inbox").status, StatusCode::SEE_OTHER);
}

#[test]
fn the_inbox_shows_my_windows_masked_and_unread_until_i_looked() {
    let mut hall = Hall::open();
    let id = hall.deposit(7, NAME, true);
    let mut browser = hall.signed_in("王敏");
    let page = browser.get("/inbox").body;
    assert!(page.contains(&format!("id=\"case-{id}\"")) && page.contains("data-unread>"), "{page}");
    assert!(page.contains("张**") && !page.contains(NAME) && !page.contains(NUMBER) && !page.contains(PHONE));
    assert!(page.contains("剩 5 个工作日"), "{page}");
    let case = browser.get(&format!("/cases/{id}"));
    assert_eq!(case.status, StatusCode::OK);
    for hidden in [NAME, NUMBER, PHONE] {
        assert!(!case.body.contains(hidden), "{hidden}");
    }
    let page = browser.get("/inbox").body;
    assert!(!page.contains("data-unread>") && page.contains("id=\"unread\" data-count=\"0\""), "{page}");
    let mut colleague = hall.signed_in("李强");
    assert!(colleague.get("/inbox").body.contains("data-unread>"), "unread is each person's own");
    let mut other = hall.signed_in("赵燕");
    assert!(other.get("/inbox?show=all").body.contains("id=\"empty\""), "another window sees nothing");
    for path in [format!("/cases/{id}"), format!("/cases/{}", Uuid::nil()), "/cases/7".into()] {
        let answer = other.get(&path);
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("data-code=\"not-found\""), "{path}");
    }
    other.get("/inbox");
    let answer = other.post(&format!("/cases/{id}/phone"), &[]);
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(!answer.body.contains(PHONE));
}

#[test]
fn hostile_text_stays_text() {
    let mut hall = Hall::open();
    let id = hall.deposit(7, "<script>alert(1)</script>", true);
    let mut browser = hall.signed_in("王敏");
    let hostile = "/inbox?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for path in [format!("/cases/{id}"), "/inbox".into(), hostile.into(), "/sign-in?next=%22%3E%3Cscript%3E".into()] {
        let page = browser.get(&path).body;
        assert_eq!(page.matches("<script").count(), page.matches("<script src=\"/static/").count(), "{path}");
        assert!(!page.contains("<img") && !page.contains("<b>q") && !page.contains("<i>o"), "{path}: {page}");
    }
}

#[test]
fn every_answer_carries_the_headers() {
    let hall = Hall::open();
    let mut browser = hall.signed_in("李强");
    for path in ["/inbox", "/kiosks", "/attention", "/audit", "/cases/7", "/static/console.js", "/static/none", "/"] {
        let answer = browser.get(path);
        let text =
            |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let policy = text("content-security-policy");
        assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(text("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(text("referrer-policy"), "same-origin", "{path}");
        let expected = if path.starts_with("/static/console") { "no-cache" } else { "no-store" };
        assert_eq!(text("cache-control"), expected, "{path}");
    }
    let tag = browser.get("/static/console.css").headers.get(header::ETAG).expect("a tag").clone();
    let headers = [("if-none-match", tag.to_str().expect("ascii"))];
    assert_eq!(browser.send(Method::GET, "/static/console.css", None, &headers).status, StatusCode::NOT_MODIFIED);
}

#[test]
fn collect_shows_the_code_to_one_and_the_name_to_others() {
    let mut hall = Hall::open();
    let id = hall.deposit(7, NAME, true);
    let case = format!("/cases/{id}");
    {
        let mut browser = hall.signed_in("王敏");
        browser.get(&case);
        assert_eq!(browser.post(&format!("{case}/collect"), &[]).location(), case);
        let page = browser.get(&case).body;
        assert!(page.contains("id=\"collect-code\" data-code=\""), "{page}");
        assert!(!page.contains("id=\"affirm\""), "not before the terminal reported the door");
        let mut chief = hall.signed_in("李强");
        let page = chief.get(&case).body;
        assert!(page.contains("王敏 正在取这个件") && page.contains("id=\"take-over\""), "{page}");
        assert!(!page.contains("collect-code"));
        let answer = chief.post(&format!("{case}/collect"), &[]);
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(
            answer.body.contains("data-code=\"already-being-collected\"") && answer.body.contains("王敏 正在取这个件")
        );
        let answer = browser.post(&format!("{case}/affirm-empty"), &[]);
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
        assert!(answer.body.contains("现在不能这样做"));
    }
    hall.open_and_shut(id, 7, "王敏");
    let mut browser = hall.signed_in("王敏");
    let page = browser.get(&case).body;
    assert!(page.contains("id=\"affirm\"") && !page.contains("collect-code"), "{page}");
    assert_eq!(browser.post(&format!("{case}/affirm-empty"), &[]).location(), case);
    let page = browser.get(&case).body;
    assert!(page.contains("已收件") && page.contains("<b>王敏</b>"), "{page}");
}

#[test]
fn an_unconfirmed_deposit_is_settled_by_a_person() {
    let mut hall = Hall::open();
    let id = hall.deposit(9, NAME, false);
    let other = hall.deposit(10, NAME, false);
    let mut browser = hall.signed_in("王敏");
    assert!(browser.get("/inbox?show=attention").body.contains("存件待核实"));
    let page = browser.get(&format!("/cases/{id}")).body;
    assert!(page.contains("没有看到柜门打开过") && page.contains("id=\"confirm-deposit\""), "{page}");
    let answer = browser.post(&format!("/cases/{id}/void"), &[("reason", " ")]);
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("data-code=\"invalid-value\""));
    assert_eq!(browser.post(&format!("/cases/{id}/confirm"), &[]).status, StatusCode::SEE_OTHER);
    assert!(browser.get(&format!("/cases/{id}")).body.contains("data-state=\"deposited\""));
    let path = format!("/cases/{other}/void");
    assert_eq!(browser.post(&path, &[("reason", "开柜看过是空的")]).status, StatusCode::SEE_OTHER);
    assert!(browser.get(&format!("/cases/{other}")).body.contains("data-state=\"voided\""));
}

#[test]
fn every_look_at_a_person_is_on_record_and_a_renewing_page_is_one_look() {
    let mut hall = Hall::open();
    let id = hall.deposit(7, NAME, true);
    let mut browser = hall.signed_in("王敏");
    let case = format!("/cases/{id}");
    let looks = || hall.audit().iter().filter(|action| *action == "case_looked").count();
    browser.get(&case);
    browser.htmx = true;
    for _ in 0..5 {
        browser.get(&case);
    }
    assert_eq!(looks(), 1);
    hall.app.clock().advance(super::LOOK_LASTS_MS);
    browser.get(&case);
    assert_eq!(looks(), 2, "after a quarter of an hour it is another look");
    let answer = browser.post(&format!("{case}/phone"), &[]);
    assert!(answer.body.contains(PHONE) && !answer.body.contains("<html"), "a part only: {}", answer.body);
    let answer = browser.post(&format!("{case}/number"), &[("reason", "identity")]);
    assert!(answer.body.contains(NUMBER));
    browser.htmx = false;
    let answer = browser.post(&format!("{case}/phone"), &[]);
    assert!(answer.body.contains(PHONE) && answer.body.contains("<html"), "a page without scripts");
    let audit = hall.audit();
    assert_eq!(audit.iter().filter(|action| *action == "phone_revealed").count(), 2);
    assert_eq!(audit.iter().filter(|action| *action == "number_revealed").count(), 1);
    assert!(browser.get(&format!("/inbox?q={PHONE}")).body.contains(&format!("case-{id}")));
    assert!(hall.audit().contains(&"searched".to_owned()));
}

#[test]
fn what_chiefs_may_is_closed_to_clerks() {
    let mut hall = Hall::open();
    let id = hall.deposit(7, NAME, true);
    let mut clerk = hall.signed_in("王敏");
    for path in ["/attention", "/audit"] {
        let answer = clerk.get(path);
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    let page = clerk.get(&format!("/cases/{id}")).body;
    assert!(!page.contains("open-now") && !page.contains("nav-audit"), "{page}");
    let open = format!("/cases/{id}/open-now");
    let answer = clerk.post(&open, &[("reason", "急用"), ("compartment", "7")]);
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let mut chief = hall.signed_in("李强");
    assert!(chief.get("/audit").body.contains("id=\"chain\""));
    assert!(chief.get("/attention").body.contains("id=\"empty\""));
    let answer = chief.post(&open, &[("reason", "急用"), ("compartment", "8")]);
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "another box's number typed");
    assert_eq!(chief.post(&open, &[("reason", "急用"), ("compartment", "7")]).status, StatusCode::SEE_OTHER);
    assert!(hall.audit().contains(&"opened_now".to_owned()));
}

#[test]
fn terminals_and_boxes_are_shown_and_a_silent_one_is_red() {
    let mut hall = Hall::open();
    let id = hall.deposit(7, NAME, true);
    let kiosk = hall.kiosk;
    let mut browser = hall.signed_in("王敏");
    let page = browser.get(&format!("/kiosks/{kiosk}")).body;
    assert!(page.contains("id=\"box-7\" data-state=\"is-paper\"") && page.contains(&format!("/cases/{id}")), "{page}");
    assert!(browser.get("/kiosks").body.contains("data-unseen=\"false\""));
    hall.app.clock().advance(60_000);
    assert!(browser.get("/kiosks").body.contains("data-unseen=\"true\""));
    assert_eq!(browser.get("/kiosks/nonsense").status, StatusCode::NOT_FOUND);
    let answer = browser.post(&format!("/cases/{id}/collect"), &[]);
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("data-code=\"kiosk-offline\""), "{}", answer.body);
}

#[test]
fn language_is_a_choice_that_stays() {
    let hall = Hall::open();
    let mut browser = hall.browser();
    assert!(browser.get("/sign-in").body.contains("<html lang=\"zh-CN\""));
    let answer = browser.post("/language", &[("lang", "en"), ("back", "//evil.example")]);
    assert_eq!(answer.location(), "/inbox", "never another site");
    let page = browser.get("/sign-in").body;
    assert!(page.contains("<html lang=\"en\"") && page.contains("Staff console"), "{page}");
}

#[test]
fn a_deposit_is_heard_at_once_by_its_window_only() {
    let mut hall = Hall::open();
    let cookies = |browser: Browser<'_>| {
        browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    };
    let (mine, others) = (cookies(hall.signed_in("王敏")), cookies(hall.signed_in("赵燕")));
    let listen = |hall: &Hall, cookies: &str| {
        let request = Request::get("/events").header(header::COOKIE, cookies).body(Body::empty()).expect("a request");
        let response = hall.runtime.block_on(hall.router.clone().oneshot(request)).expect("answers");
        assert_eq!(response.headers().get(header::CONTENT_TYPE).expect("a type"), "text/event-stream");
        response.into_body().into_data_stream()
    };
    let until = |hall: &Hall, stream: &mut axum::body::BodyDataStream, wanted: &str| {
        hall.runtime.block_on(async {
            let mut heard = String::new();
            let all = async {
                while !heard.contains(wanted) {
                    let Some(chunk) = stream.next().await else { break };
                    heard.push_str(&String::from_utf8_lossy(&chunk.expect("a chunk")));
                }
            };
            let in_time = tokio::time::timeout(std::time::Duration::from_secs(20), all).await.is_ok();
            (in_time, heard)
        })
    };
    let mut stream = listen(&hall, &mine);
    let mut elsewhere = listen(&hall, &others);
    assert!(until(&hall, &mut stream, "event: refresh").0 && until(&hall, &mut elsewhere, "event: refresh").0);
    let id = hall.deposit(7, NAME, true);
    let (in_time, heard) = until(&hall, &mut stream, "event: inbox");
    assert!(in_time && heard.contains("event: unread\ndata: 1\n"), "{heard}");
    assert!(heard.contains("event: deposit") && heard.contains(&format!("event: case-{id}")), "{heard}");
    assert!(!heard.contains(NAME) && !heard.contains(PHONE), "ids and a count, nothing else");
    // The other window hears of a terminal's news, which comes after the deposit's, and of nothing in between.
    hall.runtime
        .block_on(hall.app.store().write(|tx| {
            let kind = crate::event::EventKind::KioskChanged;
            tx.announce(crate::event::Event { case: None, window: None, kiosk: None, kind });
            Ok::<_, crate::problem::Refusal>(())
        }))
        .expect("announces");
    let (in_time, heard) = until(&hall, &mut elsewhere, "event: kiosks");
    assert!(in_time && !heard.contains("event: inbox") && !heard.contains("event: deposit"), "{heard}");
}
