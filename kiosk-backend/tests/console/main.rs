//! Routes through the whole router, as a browser uses them: cookies, forms and redirects, over a real store.

mod accounts;
mod audit;
mod casework;
mod clicks;
mod inbox;
mod joint;
mod keeping;
mod materials;
mod roles;
mod rotation;
mod rounds;
mod steps;
mod supervision;
mod typist;
mod unknown_year;
mod verify;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use futures_util::StreamExt as _;
use hall_domain::people::staff;
use tower::ServiceExt as _;
use uuid::Uuid;

use test_hall::{NAME, NUMBER, Office, PASSWORD, PHONE};

#[test]
fn pages_want_a_sign_in_and_come_back_after_it() {
    let hall = Office::open();
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
    assert!(!answer.headers.contains_key("hx-redirect"), "the page goes by itself, unless something is typed on it");
}

#[test]
fn a_wrong_password_is_told_kindly_and_five_are_enough() {
    let hall = Office::open();
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
    hall.app.clock().advance(hall_domain::ground::tries::PASSWORD_SPAN_MS);
    let mut browser = hall.browser();
    browser.get("/sign-in");
    let answer = browser.post("/sign-in", &[("name", "王敏"), ("password", PASSWORD)]);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "and later they can again");
}

#[test]
fn a_form_without_its_token_or_from_elsewhere_does_nothing() {
    let mut hall = Office::open();
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
    let hall = Office::open();
    let mut browser = hall.signed_in("王敏");
    assert_eq!(browser.get("/sign-in").status, StatusCode::SEE_OTHER, "signed in already");
    let before = browser.cookies.clone();
    assert_eq!(browser.post("/sign-out", &[]).location(), "/sign-in");
    browser.cookies = before;
    assert_eq!(browser.get("/inbox").status, StatusCode::SEE_OTHER, "the old cookie is worth nothing");

    let mut browser = hall.signed_in("王敏");
    hall.app.clock().advance(hall_store::sessions::IDLE_MS - 1);
    assert_eq!(browser.get("/inbox").status, StatusCode::OK);
    browser.htmx = true;
    hall.app.clock().advance(hall_store::sessions::IDLE_MS - 1);
    assert_eq!(browser.get("/inbox").status, StatusCode::OK);
    hall.app.clock().advance(2);
    assert_eq!(browser.get("/inbox").status, StatusCode::UNAUTHORIZED, "a page that renews itself keeps nobody here");

    let mut browser = hall.signed_in("李强");
    staff::disable(&hall.app, "李强").expect("disables");
    assert_eq!(browser.get("/inbox").status, StatusCode::SEE_OTHER);
}

#[test]
fn the_inbox_shows_my_windows_masked_and_unread_until_i_looked() {
    let mut hall = Office::open();
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
    let mut hall = Office::open();
    let id = hall.deposit(7, "<script>alert(1)</script>", true);
    let mut browser = hall.signed_in("王敏");
    let hostile = "\"><script>alert(2)</script>";
    let found = browser.post("/inbox", &[("q", hostile)]).body;
    assert!(found.contains("id=\"empty\""), "{found}");
    for path in [format!("/cases/{id}"), "/inbox?show=%22%3E%3Cscript%3E".into(), "found".into()] {
        let page = if path == "found" { found.clone() } else { browser.get(&path).body };
        assert_eq!(page.matches("<script").count(), page.matches("<script src=\"/static/").count(), "{path}");
        assert!(!page.contains("<img") && !page.contains("<b>q") && !page.contains("<i>o"), "{path}: {page}");
    }
}

#[test]
fn every_answer_carries_the_headers() {
    let hall = Office::open();
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
    let mut hall = Office::open();
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
    let mut hall = Office::open();
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
    let mut hall = Office::open();
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
    hall.app.clock().advance(15 * 60_000);
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
    assert!(browser.post("/inbox", &[("q", PHONE)]).body.contains(&format!("case-{id}")));
    assert!(hall.audit().contains(&"searched".to_owned()));
}

#[test]
fn what_chiefs_may_is_closed_to_clerks() {
    let mut hall = Office::open();
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
    assert!(answer.body.contains("柜号写得不一样"), "{}", answer.body);
    assert_eq!(chief.post(&open, &[("reason", "急用"), ("compartment", "7")]).status, StatusCode::SEE_OTHER);
    assert!(hall.audit().contains(&"opened_now".to_owned()));
}

#[test]
fn terminals_and_boxes_are_shown_and_a_silent_one_is_red() {
    let mut hall = Office::open();
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
    let hall = Office::open();
    let mut browser = hall.browser();
    assert!(browser.get("/sign-in").body.contains("<html lang=\"zh-CN\""));
    let answer = browser.post("/language", &[("lang", "en"), ("back", "//evil.example")]);
    assert_eq!(answer.location(), "/", "never another site");
    let page = browser.get("/sign-in").body;
    assert!(page.contains("<html lang=\"en\"") && page.contains("Staff console"), "{page}");
}

#[test]
fn a_deposit_is_heard_at_once_by_its_window_only() {
    let mut hall = Office::open();
    let (mine, others) = (hall.signed_in("王敏").cookie(), hall.signed_in("赵燕").cookie());
    let listen = |hall: &Office, cookies: &str| {
        let request = Request::get("/events").header(header::COOKIE, cookies).body(Body::empty()).expect("a request");
        let response = hall.runtime.block_on(hall.router.clone().oneshot(request)).expect("answers");
        assert_eq!(response.headers().get(header::CONTENT_TYPE).expect("a type"), "text/event-stream");
        response.into_body().into_data_stream()
    };
    let until = |hall: &Office, stream: &mut axum::body::BodyDataStream, wanted: &str| {
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
            let kind = hall_store::event::EventKind::KioskChanged;
            tx.announce(hall_store::event::Event { case: None, window: None, kiosk: None, kind });
            Ok::<_, hall_domain::Refusal>(())
        }))
        .expect("announces");
    let (in_time, heard) = until(&hall, &mut elsewhere, "event: kiosks");
    assert!(in_time && !heard.contains("event: inbox") && !heard.contains("event: deposit"), "{heard}");
}

#[test]
fn people_are_found_by_what_is_at_hand_and_only_where_one_may_look() {
    let mut hall = Office::open();
    let id = hall.deposit(7, NAME, true);
    let row = format!("id=\"case-{id}\"");
    let receipt = hall_rules::ReceiptNumber::make(&hall.terminal.identity.receipt_prefix, 1, 1)
        .expect("a number")
        .as_str()
        .to_owned();
    let link = format!("https://hall.example/p/{receipt}/");
    let (abroad, scanned) = (format!("86{PHONE}"), format!("]Q1{receipt}"));
    let dashed = format!("{}–{}–{}–{}", &receipt[..4], &receipt[4..8], &receipt[8..12], &receipt[12..]);
    let mut wanted = vec![receipt.as_str(), &link, &scanned, &dashed, NAME, "张 三丰", "張三豐", "zsf", "ZSF"];
    wanted.extend(["002X", "００２ｘ", PHONE, &abroad, "138-1234-5678", "１３８ １２３４ ５６７８"]);
    let mut clerk = hall.signed_in("王敏");
    for text in &wanted {
        let found = clerk.post("/inbox", &[("q", text)]).body;
        assert!(found.contains(&row) && found.contains("张**"), "{text}: {found}");
        assert!(!found.replace(&format!("value=\"{text}\""), "").contains(NAME), "{text}");
    }
    for text in ["z", "zs", "张三", "021", "1381234567", "%", "' OR 1=1 --"] {
        assert!(!clerk.post("/inbox", &[("q", text)]).body.contains(&row), "{text}");
    }
    let mut elsewhere = hall.signed_in("赵燕");
    for text in &wanted {
        assert!(!elsewhere.post("/inbox", &[("q", text)]).body.contains(&row), "{text}: another window's");
    }
    let searched = wanted.len() * 2 + 7;
    assert_eq!(hall.audit().iter().filter(|action| *action == "searched").count(), searched);
    let detail = "SELECT COUNT(*) FROM audit WHERE action = 'searched' AND (detail LIKE '%张%' OR detail LIKE '%zsf%')";
    assert_eq!(hall.value::<i64>(detail), 0, "that somebody searched is on record, not for whom");
}

#[test]
fn a_name_is_found_however_it_is_written() {
    for (card, typed) in [
        ("买买提·吐尔逊", ["买买提•吐尔逊", "买买提．吐尔逊", "买买提吐尔逊", "吐尔逊"]),
        ("ERIKSSON ANNA MARIA", ["ERIKSSON  ANNA MARIA", "Anna Maria Eriksson", "eriksson", "eam"]),
        ("张\u{E863}", ["张䶮", "張䶮", "zy", "张\u{E863}"]),
        ("张䶮", ["张䶮", "張䶮", "zy", "张\u{E863}"]),
    ] {
        let mut hall = Office::open();
        let row = format!("id=\"case-{}\"", hall.deposit(7, card, true));
        let mut clerk = hall.signed_in("王敏");
        for text in typed {
            assert!(clerk.post("/inbox", &[("q", text)]).body.contains(&row), "{card}: {text}");
        }
    }
}

#[test]
fn cases_of_a_release_that_folded_otherwise_are_indexed_again_and_a_restart_goes_on() {
    let mut hall = Office::open();
    let first = hall.deposit(7, NAME, true);
    for no in 8..138 {
        hall.deposit(no, "李四", true);
    }
    let row = format!("id=\"case-{first}\"");
    let found = |hall: &Office| hall.signed_in("王敏").post("/inbox", &[("q", "zsf")]).body.contains(&row);
    let old = "UPDATE cases SET name_index = zeroblob(16), last4_index = zeroblob(16)";
    for older in ["DELETE FROM case_initials", old, "DELETE FROM texts WHERE name = 'indexed'"] {
        assert!(hall.rewrite(older));
    }
    assert!(!found(&hall));
    let again = |hall: &Office| hall.runtime.block_on(hall_domain::case::index::again(&hall.app)).expect("indexes");
    assert!(again(&hall), "a hundred at once");
    assert_eq!(hall.count("cases WHERE name_index = zeroblob(16)"), 31);
    let hall = hall.with("");
    assert!(again(&hall));
    assert!(!again(&hall));
    assert_eq!(hall.count("cases WHERE name_index = zeroblob(16) OR last4_index = zeroblob(16)"), 0);
    assert!(found(&hall));
    assert!(!again(&hall), "once");
}
