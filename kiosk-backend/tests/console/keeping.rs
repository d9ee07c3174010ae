//! Nothing typed is lost: not to the end of a session, whatever ended it, and not to a refusal.

use axum::http::{Method, StatusCode};
use hall_rules::Role;
use hall_store::sessions::{IDLE_MS, LONGEST_MS};

use crate::steps::{goes, press, version};
use kiosk_backend::console::addresses;
use kiosk_backend::console::paths::page_of;
use test_hall::{Answer, Office, PASSWORD, Visitor};

const TYPED: &str = "申请人来电：场地合同下周补，先别退";

/// Signs in on the page that is shown, as somebody; where that leads.
fn signs_in(browser: &mut Visitor<'_>, next: &str, name: &str, password: &str) -> Answer {
    let page = browser.get(next).body;
    let (_, rest) = page.split_once("name=\"next\" value=\"").expect("where it goes on");
    let next = rest.split('"').next().expect("its end").replace("&#38;", "&").replace("&#x2F;", "/");
    browser.post("/sign-in", &[("name", name), ("password", password), ("next", &next)])
}

/// Presses the button of the page that shows what was kept.
fn sends_kept(browser: &mut Visitor<'_>, page: &str) -> Answer {
    let form = page.split_once("id=\"kept\"").expect("what was kept").1;
    let path = form.split_once("action=\"").expect("where it goes").1.split('"').next().expect("its end").to_owned();
    let fields: Vec<(String, String)> = form
        .split("<input type=\"hidden\" name=\"")
        .skip(1)
        .map(|field| {
            let (name, rest) = field.split_once('"').expect("a name");
            let value = rest.split_once("value=\"").expect("a value").1.split('"').next().expect("its end");
            (name.to_owned(), value.to_owned())
        })
        .filter(|(name, _)| name != "csrf")
        .collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(&path, &fields)
}

#[test]
fn every_form_that_is_sent_after_the_end_of_its_session_waits_for_its_owner() {
    let hall = Office::open();
    hall.hire("管理员", Role::Administrator);
    let unknown = uuid::Uuid::nil().to_string();
    let paths: Vec<String> = addresses()
        .into_iter()
        .map(|(path, _)| {
            let path = ["{id}", "{who}", "{part}"].iter().fold(path.to_owned(), |p, key| p.replace(key, &unknown));
            ["{n}", "{entry}", "{view}"]
                .iter()
                .fold(path, |p, key| p.replace(key, "1"))
                .replace("{session}", &"0".repeat(32))
        })
        .filter(|path| !path.contains('*'))
        .collect();
    let mut kept = 0;
    for path in paths {
        let mut browser = hall.signed_in("李强");
        let form = format!("csrf={}", browser.csrf);
        if browser.send(Method::POST, &path, Some(form), &[]).status == StatusCode::METHOD_NOT_ALLOWED {
            continue;
        }
        if ["/sign-in", kiosk_backend::oidc::BACK, "/sign-out", "/language", "/account/password"]
            .contains(&path.as_str())
        {
            continue;
        }
        let mut browser = hall.signed_in("李强");
        hall.app.clock().advance(IDLE_MS + 1);
        let answer = browser.post(&path, &[("note", TYPED), ("version", "3")]);
        let next = page_of(&path);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(answer.location(), format!("/sign-in?next={next}"), "{path}");
        let sign_in = answer.location().to_owned();
        assert!(browser.get(&sign_in).body.contains("您填写的内容已保留"), "{path}");
        let there = signs_in(&mut browser, &sign_in, "李强", PASSWORD);
        assert_eq!(there.location(), format!("/kept?next={next}"), "{path}");
        let page = browser.get(there.location()).body;
        assert!(page.contains(TYPED) && page.contains(&format!("action=\"{path}\"")), "{path}: {page}");
        // Where somebody is led is a page, and not an address that is only posted to.
        assert_ne!(browser.get(&next).status, StatusCode::METHOD_NOT_ALLOWED, "{path} leads to {next}");
        kept += 1;
    }
    assert!(kept > 40, "{kept}");
}

/// Whatever ended it: what was typed is there after signing in, once, and in nobody else's hands.
#[test]
fn a_note_survives_each_way_in_which_a_session_ends() {
    let mut hall = Office::open();
    hall.hire("管理员", Role::Administrator);
    let case = hall.received();
    let notes = |hall: &Office| hall.signed_in("李强").get(&case).body.matches(TYPED).count();
    for (n, way) in ["idle", "long", "elsewhere", "reset"].into_iter().enumerate() {
        let mut browser = hall.signed_in("王敏");
        browser.get(&case);
        let mut password = PASSWORD.to_owned();
        match way {
            "idle" => hall.app.clock().advance(IDLE_MS + 60_000),
            "long" => {
                hall.app.clock().advance(LONGEST_MS + 1);
                // The browser forgets the cookie by itself.
                browser.cookies.retain(|(name, _)| name != "session");
            }
            "elsewhere" => {
                let mut other = hall.signed_in("王敏");
                let page = other.get("/account").body;
                for end in page.split("action=\"/account/sessions/").skip(1) {
                    let session = end.split('/').next().expect("a session");
                    other.post(&format!("/account/sessions/{session}/end"), &[]);
                }
            }
            _ => password = hall_domain::people::accounts::reset_at_server(&hall.app, "王敏").expect("resets"),
        }
        let answer = browser.post(&format!("{case}/notes"), &[("note", TYPED), ("text", TYPED)]);
        let sign_in = answer.location().to_owned();
        assert_eq!(sign_in, format!("/sign-in?next={case}"), "{way}");
        let mut there = signs_in(&mut browser, &sign_in, "王敏", &password).location().to_owned();
        if way == "reset" {
            browser.get("/account");
            let changed =
                [("old", password.as_str()), ("password", "三个窗口明天都开着"), ("again", "三个窗口明天都开着")];
            there = browser.post("/account/password", &changed).location().to_owned();
        }
        assert!(there.starts_with("/kept"), "{way}: {there}");
        let page = browser.get(&there).body;
        assert!(page.contains(TYPED), "{way}: {page}");
        assert_eq!(sends_kept(&mut browser, &page).location(), case, "{way}");
        assert_eq!(notes(&hall), n + 1, "{way}");
        // Once: it waits no more.
        assert_eq!(browser.get("/kept?next=/inbox").location(), "/inbox", "{way}");
    }
}

#[test]
fn what_one_person_typed_is_not_shown_to_the_next() {
    let mut hall = Office::open();
    let case = hall.received();
    let mut browser = hall.signed_in("王敏");
    browser.get(&case);
    hall.app.clock().advance(IDLE_MS + 1);
    let sign_in = browser.post(&format!("{case}/notes"), &[("text", TYPED)]).location().to_owned();
    let there = signs_in(&mut browser, &sign_in, "李强", PASSWORD);
    assert_eq!(there.location(), case);
    assert_eq!(browser.get("/kept?next=/inbox").location(), "/inbox");
    assert!(!browser.get(&case).body.contains(TYPED));
    // Nor to the same person an hour later, nor to anybody whose form is not from a page of ours.
    let mut browser = hall.signed_in("王敏");
    browser.get(&case);
    hall.app.clock().advance(IDLE_MS + 1);
    let sign_in = browser.post(&format!("{case}/notes"), &[("text", TYPED)]).location().to_owned();
    hall.app.clock().advance(3_600_001);
    assert_eq!(signs_in(&mut browser, &sign_in, "王敏", PASSWORD).location(), case);
    let mut stranger = hall.browser();
    let posted =
        stranger.send(Method::POST, &format!("{case}/notes"), Some(format!("csrf={}&text=x", "0".repeat(64))), &[]);
    assert_eq!(posted.location(), format!("/sign-in?next={case}"));
    assert!(!posted.headers.contains_key(axum::http::header::SET_COOKIE), "nothing is kept for it");
}

/// Signing in again in another tab: the page that was open all along goes on, for the same person only.
#[test]
fn a_page_that_was_open_all_along_sends_its_forms() {
    let mut hall = Office::open();
    let case = hall.received();
    let mut browser = hall.signed_in("王敏");
    browser.get(&case);
    let old = browser.csrf.clone();
    hall.app.clock().advance(IDLE_MS + 1);
    browser.get("/sign-in");
    browser.post("/sign-in", &[("name", "王敏"), ("password", PASSWORD)]);
    assert_ne!(browser.get(&case).status, StatusCode::SEE_OTHER);
    assert_ne!(browser.csrf, old);
    browser.csrf.clone_from(&old);
    assert_eq!(browser.post(&format!("{case}/notes"), &[("text", TYPED)]).location(), case);
    let mut other = hall.signed_in("李强");
    other.csrf = old;
    let refused = other.post(&format!("{case}/notes"), &[("text", TYPED)]);
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("csrf-mismatch") && refused.body.contains("id=\"written\""), "{}", refused.body);
    assert!(refused.body.contains(TYPED), "it can be copied");
}

#[test]
fn typing_is_being_there_and_a_page_that_renews_itself_is_not() {
    let hall = Office::open();
    let mut browser = hall.signed_in("王敏");
    assert_eq!(browser.get("/here").body, (IDLE_MS / 1000).to_string());
    for _ in 0..2 {
        hall.app.clock().advance(IDLE_MS - 60_000);
        browser.htmx = true;
        assert_eq!(browser.get("/here").body, "60", "asking whether it still lasts keeps nobody here");
        browser.htmx = false;
        browser.get("/here");
    }
    hall.app.clock().advance(IDLE_MS);
    browser.htmx = true;
    let gone = browser.get("/inbox");
    assert_eq!(gone.status, StatusCode::UNAUTHORIZED);
    assert!(!gone.headers.contains_key("hx-redirect"), "a page never replaces itself under what is typed");
    assert_eq!(gone.headers["hx-reswap"], "none");
}

#[test]
fn what_was_ticked_and_written_comes_back_with_a_refusal() {
    let mut hall = Office::open();
    let case = hall.received();
    let mut clerk = hall.signed_in("王敏");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    let seen = version(&clerk.get(&case).body);
    // Not right, and no reason given: refused.
    let ticked =
        [("event", "review"), ("version", seen.as_str()), ("materials", "1"), ("verdict-0", "wrong"), ("days", "7")];
    let refused = clerk.post(&format!("{case}/prepare"), &ticked);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let typed = refused.body.split_once("id=\"typed\"").expect("what was typed").1;
    let typed = typed.split_once('>').expect("its end").0;
    assert!(typed.contains(&format!("data-path=\"{case}/prepare\"")), "{typed}");
    for part in ["verdict-0", "wrong", "days", "7"] {
        assert!(typed.contains(part), "{part}: {typed}");
    }
    assert!(!typed.contains("csrf"), "{typed}");
    // And so does every other refusal: here of a reason that is too long.
    let long = "长".repeat(500);
    let (status, body) = press(&mut clerk, &case, "withdrawn", &[("reason", &long)]);
    assert!(status.is_client_error() && body.contains("id=\"typed\"") && body.contains(&long), "{status}");
}
