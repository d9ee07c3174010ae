//! The inbox: who holds a case, several at once, what narrows a view, what is late.

use axum::http::StatusCode;
use hall_domain::case::holding;
use hall_domain::figures::escalations;
use hall_rules::Role;

use crate::steps::goes;
use test_hall::{NAME, ORGANISATION, ORGANISATION_CODE, Office, Visitor};

fn ids(cases: &[kiosk_wire::SubmissionId], act: &str) -> Vec<(String, String)> {
    let mut fields = vec![("act".to_owned(), act.to_owned()), ("back".to_owned(), "/inbox?show=new".to_owned())];
    fields.extend(cases.iter().map(|id| ("case".to_owned(), id.to_string())));
    fields
}

fn bulk(browser: &mut Visitor<'_>, cases: &[kiosk_wire::SubmissionId], act: &str) -> String {
    let fields = ids(cases, act);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let answer = browser.post("/inbox/bulk", &fields);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body
}

#[test]
fn while_one_holds_a_case_others_read_it_and_are_told_by_name() {
    let mut hall = Office::open();
    let id = hall.deposit(7, NAME, true);
    hall.hire("周明", Role::Clerk);
    let case = format!("/cases/{id}");
    let (mut first, mut second, mut chief) = (hall.signed_in("王敏"), hall.signed_in("周明"), hall.signed_in("李强"));
    first.get(&case);
    assert_eq!(first.post(&format!("{case}/claim"), &[]).location(), case);
    assert!(first.get(&case).body.contains("您认领了这个件"));
    assert!(first.get("/inbox?show=mine").body.contains(&id.to_string()));
    assert!(!second.get("/inbox?show=new").body.contains(&id.to_string()), "nobody else need look at it");
    let page = second.get(&case).body;
    assert!(page.contains("<b>王敏</b> 正在办这个件") && !page.contains("id=\"collect\""), "{page}");
    for what in ["claim", "collect", "release"] {
        let answer = second.post(&format!("{case}/{what}"), &[]);
        assert_eq!(answer.status, StatusCode::CONFLICT, "{what}");
        assert!(answer.body.contains("data-code=\"case-claimed\"") && answer.body.contains("王敏 正在办这个件"));
    }
    assert_eq!(second.post(&format!("{case}/claim-over"), &[("reason", "急")]).status, StatusCode::FORBIDDEN);
    // Each press of the holder renews it; doing nothing ends it.
    hall.app.clock().advance(holding::HOLDS_MS - 60_000);
    hall.app.heard(hall.kiosk);
    assert_eq!(first.post(&format!("{case}/collect"), &[]).status, StatusCode::SEE_OTHER);
    hall.app.clock().advance(holding::HOLDS_MS - 60_000);
    assert!(second.get(&case).body.contains("<b>王敏</b> 正在办这个件"));
    assert_eq!(chief.post(&format!("{case}/claim"), &[]).status, StatusCode::CONFLICT, "a chief too takes over first");
    assert_eq!(chief.post(&format!("{case}/claim-over"), &[("reason", " ")]).status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(chief.post(&format!("{case}/claim-over"), &[("reason", "王敏请假")]).location(), case);
    assert!(first.get(&case).body.contains("<b>李强</b> 正在办这个件"));
    hall.app.clock().advance(holding::HOLDS_MS);
    assert!(second.get(&case).body.contains("id=\"claim\""), "it ended by itself");
    assert_eq!(second.post(&format!("{case}/claim"), &[]).location(), case);
    assert_eq!(second.post(&format!("{case}/release"), &[]).location(), case);
    assert_eq!(second.post(&format!("{case}/release"), &[]).status, StatusCode::CONFLICT, "there is nothing to give");
    for action in ["case_claimed", "claim_taken_over", "case_released"] {
        assert!(hall.audit().iter().any(|known| known == action), "{action}");
    }
}

#[test]
fn several_cases_are_judged_one_by_one_and_a_claim_is_undone() {
    let mut hall = Office::open();
    let cases = [hall.deposit(1, NAME, true), hall.deposit(2, NAME, true), hall.deposit(3, NAME, true)];
    hall.hire("周明", Role::Clerk);
    let mut other = hall.signed_in("周明");
    other.get(&format!("/cases/{}", cases[2]));
    other.post(&format!("/cases/{}/claim", cases[2]), &[]);
    let mut clerk = hall.signed_in("王敏");
    let page = bulk(&mut clerk, &cases, "claim");
    assert!(
        page.contains("已认领 2 件") && page.contains("周明 正在办这个件") && page.contains("id=\"undo\""),
        "{page}"
    );
    assert!(clerk.get("/inbox?show=new").body.contains("id=\"empty\""));
    let page = bulk(&mut clerk, &cases[..2], "release");
    assert!(page.contains("已放回 2 件") && page.contains(&cases[0].to_string()), "{page}");
    let page = bulk(&mut clerk, &cases, "read");
    assert!(page.contains("已标为已读 3 件") && page.contains("id=\"unread\" data-count=\"0\""), "{page}");
    let mut elsewhere = hall.signed_in("赵燕");
    let page = bulk(&mut elsewhere, &cases, "claim");
    assert!(page.contains("已认领 0 件") && page.contains("没有找到"), "another window's: {page}");
    assert_eq!(clerk.post("/inbox/bulk", &[("act", "void")]).status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bulk(&mut clerk, &[], "claim").contains("没有选中办件"));
}

#[test]
fn a_view_is_narrowed_by_its_address_and_kept_for_its_owner_only() {
    let mut hall = Office::open();
    let id = hall.deposit(7, NAME, true).to_string();
    let mut clerk = hall.signed_in("王敏");
    let kiosk = hall.kiosk;
    for (query, found) in [
        ("item=commercial-performance".to_owned(), true),
        ("item=road-excavation".to_owned(), false),
        (format!("kiosk={kiosk}"), true),
        (format!("kiosk={}", uuid::Uuid::nil()), false),
        ("light=over".to_owned(), false),
        ("light=nonsense&window=nonsense&unread=2".to_owned(), true),
        ("unread=1".to_owned(), true),
        ("item=%27%20OR%201%3D1".to_owned(), false),
    ] {
        let page = clerk.get(&format!("/inbox?show=new&{query}")).body;
        assert_eq!(page.contains(&format!("id=\"case-{id}\"")), found, "{query}: {page}");
    }
    let back = "/inbox?show=new&item=commercial-performance&after=50&evil=1";
    let hostile = "<i>我的\"";
    for name in ["演出", hostile] {
        assert_eq!(
            clerk.post("/inbox/views", &[("name", name), ("back", back)]).location(),
            "/inbox?show=new&item=commercial-performance"
        );
    }
    for name in ["", "一二三四五六七八九十一二三四五六七八九十一"] {
        let answer = clerk.post("/inbox/views", &[("name", name), ("back", back)]);
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        assert!(answer.body.contains("这个视图没有存下"), "{}", answer.body);
    }
    let page = clerk.get("/inbox").body;
    assert!(page.contains(">演出</a>") && !page.contains("<i>"), "{page}");
    let (_, rest) = page.split_once("/inbox/views/").expect("a view");
    let number = rest.split('/').next().expect("its number").to_owned();
    let mut chief = hall.signed_in("李强");
    assert!(!chief.get("/inbox").body.contains(">演出</a>"));
    let forget = format!("/inbox/views/{number}/forget");
    assert_eq!(chief.post(&forget, &[]).status, StatusCode::NOT_FOUND);
    assert_eq!(clerk.post(&forget, &[]).status, StatusCode::SEE_OTHER);
}

/// Two errands of one agent differ in nothing else that the inbox shows.
#[test]
fn an_organisation_is_shown_and_found() {
    let mut hall = Office::open();
    let id = hall.deposit(7, NAME, true);
    let mut clerk = hall.signed_in("王敏");
    let row = clerk.get("/inbox").body;
    assert!(row.contains(&format!("<span class=\"organisation small\">{ORGANISATION}</span>")), "{row}");
    let page = clerk.get(&format!("/cases/{id}")).body;
    assert!(page.contains(ORGANISATION) && page.contains(ORGANISATION_CODE), "{page}");
    for (typed, found) in [
        (ORGANISATION, true),
        ("宜春市 幸福演艺 有限公司", true),
        ("幸福演藝", true),
        ("xfyy", true),
        (ORGANISATION_CODE, true),
        ("代码：９１３６０９０２ＭＡ３５Ｋ７ＤＥ１Ｆ", true),
        ("宜春市", false),
        ("91330100799655058B", false),
    ] {
        let page = clerk.post("/inbox", &[("q", typed)]).body;
        assert_eq!(page.contains(&format!("id=\"case-{id}\"")), found, "{typed}");
    }
}

#[test]
fn what_is_late_goes_up_once_and_comes_again_only_when_it_is_worse() {
    const DAY: i64 = 24 * 3_600_000;
    let mut hall = Office::open();
    let id = hall.deposit(7, NAME, true);
    let app = hall.app.clone();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let tick = || runtime.block_on(escalations::tick(&app)).expect("ticks");
    assert_eq!(tick(), 0, "five working days are left");
    hall.app.clock().advance(7 * DAY);
    assert_eq!((tick(), tick()), (1, 0), "the last day has come, and that is told once");
    let mut chief = hall.signed_in("李强");
    let page = chief.get("/supervision").body;
    assert!(page.contains(&format!("data-late=\"{id}\"")) && page.contains("id=\"late\" data-count=\"1\""), "{page}");
    assert_eq!(chief.post(&format!("/supervision/{id}/seen"), &[]).location(), "/supervision");
    assert!(chief.get("/supervision").body.contains("id=\"late\" data-count=\"0\""));
    assert_eq!(chief.post(&format!("/supervision/{id}/seen"), &[]).status, StatusCode::NOT_FOUND);
    hall.app.clock().advance(DAY);
    assert_eq!((tick(), tick()), (1, 0), "now it is over");
    assert!(hall.signed_in("李强").get("/supervision").body.contains("id=\"late\" data-count=\"1\""));
    let case = hall.take_out(id, 7, "王敏");
    let mut clerk = hall.signed_in("王敏");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    goes(&mut clerk, &case, "accepted", &[("verdict-0", "fine")], "accepted");
    assert!(
        hall.signed_in("李强").get("/supervision").body.contains("id=\"late\" data-count=\"0\""),
        "that clock has ended"
    );
}
