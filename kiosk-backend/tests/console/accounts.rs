//! Accounts: added and reset with a code that works once, closed, unlocked, signed out from afar.

use axum::http::StatusCode;
use hall_domain::people::{accounts, secrets, staff};
use hall_rules::Role;

use test_hall::{Office, PASSWORD, Visitor};

const NEW: &str = "窗口今天都关着呢";

fn code_in(page: &str) -> String {
    let (_, rest) = page.split_once("<output id=\"code\" class=\"receipt\">").expect("a code");
    rest.split('<').next().expect("its end").to_owned()
}

fn enter(hall: &Office, name: &str, password: &str) -> (u16, String) {
    let mut browser = hall.browser();
    browser.get("/sign-in");
    let answer = browser.post("/sign-in", &[("name", name), ("password", password)]);
    (answer.status.as_u16(), browser.get("/").location().to_owned())
}

fn id_of(hall: &Office, name: &str) -> String {
    let all = hall.app.store().read_blocking(staff::all).expect("staff");
    all.into_iter().find(|one| one.name == name).expect("someone").id.to_string()
}

fn change(browser: &mut Visitor<'_>, old: &str, new: &str, again: &str) -> StatusCode {
    browser.get("/account");
    browser.post("/account/password", &[("old", old), ("password", new), ("again", again)]).status
}

#[test]
fn a_new_account_changes_its_code_before_anything_else() {
    let hall = Office::open();
    hall.hire("管理员", Role::Administrator);
    let mut admin = hall.signed_in("管理员");
    let fields = [("name", "孙丽"), ("role", "clerk"), ("window", "3号窗口")];
    let page = admin.post("/accounts", &fields);
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let code = code_in(&page.body);
    assert!(!admin.get("/accounts").body.contains(&code), "shown once");
    admin.get("/accounts");
    for bad in [
        [("name", "孙丽"), ("role", "clerk"), ("window", "3号窗口")],
        [("name", ""), ("role", "clerk"), ("window", "3号窗口")],
        [("name", "钱进"), ("role", "emperor"), ("window", "3号窗口")],
        [("name", "钱进"), ("role", "clerk"), ("window", "无此窗口")],
    ] {
        let answer = admin.post("/accounts", &bad);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
        assert!(answer.body.contains("账号没有新增"), "{}", answer.body);
    }
    let mut browser = hall.browser();
    browser.get("/sign-in");
    let typed = code.to_lowercase();
    assert_eq!(browser.post("/sign-in", &[("name", "孙丽"), ("password", &typed)]).status, StatusCode::SEE_OTHER);
    for path in ["/", "/inbox", "/kiosks", "/audit"] {
        assert_eq!(browser.get(path).location(), "/account", "{path}");
    }
    assert!(browser.get("/account").body.contains("id=\"must-change\""));
    assert_eq!(change(&mut browser, "wrong", NEW, NEW), StatusCode::UNAUTHORIZED);
    assert_eq!(change(&mut browser, &code, "short", "short"), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(&mut browser, &code, NEW, PASSWORD), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(&mut browser, &code, &typed, &typed), StatusCode::UNPROCESSABLE_ENTITY, "the same again");
    assert_eq!(change(&mut browser, &code, NEW, NEW), StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/inbox").status, StatusCode::OK);
    assert_eq!(enter(&hall, "孙丽", &code).0, 401, "the code is worth nothing now");
    assert_eq!(enter(&hall, "孙丽", NEW), (303, "/inbox".to_owned()));
}

#[test]
fn a_reset_signs_its_owner_out_and_its_code_ends() {
    let hall = Office::open();
    hall.hire("管理员", Role::Administrator);
    let mut clerk = hall.signed_in("王敏");
    let mut admin = hall.signed_in("管理员");
    let account = format!("/accounts/{}", id_of(&hall, "王敏"));
    admin.get(&account);
    let code = code_in(&admin.post(&format!("{account}/reset"), &[]).body);
    assert!(clerk.get("/inbox").location().starts_with("/sign-in"));
    assert_eq!(enter(&hall, "王敏", PASSWORD).0, 401);
    hall.app.clock().advance(secrets::CODE_MS);
    assert_eq!(enter(&hall, "王敏", &code).0, 401, "after a day it is worth nothing");
    let again = accounts::reset_at_server(&hall.app, "王敏").expect("resets");
    assert_eq!(enter(&hall, "王敏", &again), (303, "/account".to_owned()));
    assert_eq!(hall.audit().iter().filter(|action| *action == "password_reset").count(), 2);
}

#[test]
fn accounts_are_closed_unlocked_and_signed_out_by_administrators_only() {
    let hall = Office::open();
    hall.hire("管理员", Role::Administrator);
    let (own, other) = (id_of(&hall, "管理员"), id_of(&hall, "赵燕"));
    let mut clerk = hall.signed_in("赵燕");
    for _ in 0..6 {
        enter(&hall, "王敏", "not this one");
    }
    assert_eq!(enter(&hall, "王敏", PASSWORD).0, 429);
    let mut admin = hall.signed_in("管理员");
    assert!(admin.get("/accounts").body.contains("多次试错"));
    let locked = format!("/accounts/{}", id_of(&hall, "王敏"));
    assert!(admin.get(&locked).body.contains("id=\"unlock\""));
    assert_eq!(admin.post(&format!("{locked}/unlock"), &[]).location(), locked);
    assert_eq!(enter(&hall, "王敏", PASSWORD).0, 303);
    // A session, from afar.
    let page = admin.get(&format!("/accounts/{other}")).body;
    let (_, rest) = page.split_once("/sessions/").expect("a session");
    let session = rest.split('/').next().expect("its name").to_owned();
    let path = format!("/accounts/{other}/sessions/{session}/end");
    assert_eq!(clerk.post(&path, &[]).status, StatusCode::FORBIDDEN);
    assert_eq!(admin.post(&path, &[]).status, StatusCode::SEE_OTHER);
    assert!(clerk.get("/inbox").location().starts_with("/sign-in"));
    assert_eq!(admin.post(&path, &[]).status, StatusCode::NOT_FOUND);
    assert_eq!(admin.post(&format!("/accounts/{other}/sessions/zz/end"), &[]).status, StatusCode::NOT_FOUND);
    admin.get("/accounts");
    assert_eq!(admin.post(&format!("/accounts/{own}/disable"), &[]).status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(admin.post(&format!("/accounts/{other}/disable"), &[]).status, StatusCode::SEE_OTHER);
    for (press, says) in [("disable", "这个账号已经停用"), ("reset", "这个账号已停用，不能再改")] {
        let page = admin.post(&format!("/accounts/{other}/{press}"), &[]);
        assert_eq!(page.status, StatusCode::CONFLICT, "closed in another tab");
        assert!(page.body.contains(says) && !page.body.contains("办件的情况"), "it is about no case: {}", page.body);
    }
    assert_eq!(enter(&hall, "赵燕", PASSWORD).0, 401);
    for action in ["staff_disabled", "account_unlocked", "session_ended"] {
        assert!(hall.audit().iter().any(|known| known == action), "{action}");
    }
}

#[test]
fn a_changed_password_ends_every_other_session() {
    let hall = Office::open();
    let (mut here, mut there) = (hall.signed_in("王敏"), hall.signed_in("王敏"));
    assert!(here.get("/account").body.contains("这个浏览器"));
    assert_eq!(change(&mut here, PASSWORD, NEW, NEW), StatusCode::OK);
    assert_eq!(here.get("/inbox").status, StatusCode::OK);
    assert!(there.get("/inbox").location().starts_with("/sign-in"));
    for _ in 0..5 {
        assert_eq!(change(&mut here, "guess", PASSWORD, PASSWORD), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(
        change(&mut here, NEW, PASSWORD, PASSWORD),
        StatusCode::TOO_MANY_REQUESTS,
        "an open page is no way round"
    );
}
