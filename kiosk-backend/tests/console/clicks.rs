//! An ordinary case costs few presses, a refused form comes back as it was, and the page says whose turn it is.

use axum::http::StatusCode;
use hall_domain::case::archiving;
use test_hall::{NAME, Office, Visitor};

use super::steps::{goes, press, version};

/// What the page offers as the usual way on.
fn primary(page: &str) -> Vec<&str> {
    let buttons = page.split("<button").filter_map(|rest| rest.split('>').next());
    let usual = buttons.filter(|tag| tag.contains("class=\"primary\"") && tag.contains("id=\""));
    usual.filter_map(|tag| tag.split("id=\"").nth(1)?.split('"').next()).collect()
}

fn turn(page: &str) -> &str {
    page.split("id=\"waits\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default()
}

/// Presses "all fine" on the page and confirms what follows.
fn all_fine(clerk: &mut Visitor<'_>, case: &str) -> String {
    let seen = version(&clerk.get(case).body);
    let fields = [("event", "review"), ("version", seen.as_str()), ("materials", "1"), ("all", "fine")];
    let shown = clerk.post(&format!("{case}/prepare"), &fields).body;
    assert!(shown.contains("id=\"go-accepted\"") && !shown.contains("go-correction"), "{shown}");
    let step = [("event", "accepted"), fields[1], fields[2], fields[3]];
    assert_eq!(clerk.post(&format!("{case}/step"), &step).status, StatusCode::SEE_OTHER);
    clerk.get(case).body
}

#[test]
fn from_the_paper_to_the_archive_nothing_is_pressed_that_says_nothing_new() {
    let mut hall = Office::open();
    let id = hall.deposit(7, NAME, true);
    let case = hall.take_out(id, 7, "王敏");
    hall.emptied(id, 7, "王敏");
    let (mut clerk, mut chief) = (hall.signed_in("王敏"), hall.signed_in("李强"));
    let page = clerk.get(&case).body;
    assert!(page.contains("id=\"review\"") && page.contains("id=\"all-fine\""), "{page}");
    assert_eq!(primary(&page), ["review-go"], "that the pre-review has begun goes without saying");
    let page = all_fine(&mut clerk, &case);
    assert!(page.contains("data-state=\"accepted\"") && page.contains("data-what=\"开始预审\""), "{page}");
    assert_eq!(turn(&page), "已交审批人，等作出决定；这里没有必须办的事。");
    assert_eq!(primary(&page), Vec::<&str>::new(), "{page}");
    let page = chief.get(&case).body;
    assert_eq!((turn(&page), primary(&page)), ("", vec![]), "what is to be decided is offered, and neither is pushed");
    goes(&mut chief, &case, "granted", &[("document", "赣演〔2026〕15号")], "decided_grant");
    goes(&mut clerk, &case, "result_ready", &[("delivery", "window")], "result_ready");
    assert_eq!(turn(&clerk.get(&case).body), "等申请人领取结果。");
    goes(&mut clerk, &case, "collected", &[("receiver", "申请人本人")], "collected");
    let tick = || hall.runtime.block_on(archiving::tick(&hall.app)).expect("looks");
    hall.app.clock().advance(7 * 86_400_000 - 60_000);
    tick();
    assert_eq!(hall.count("cases WHERE state = 'archived'"), 0, "not before the seventh day is over");
    hall.app.clock().advance(120_000);
    tick();
    tick();
    assert_eq!(hall.count("case_events WHERE kind = 'archived' AND staff_id IS NULL"), 1, "by itself, once");
}

#[test]
fn a_hall_may_keep_its_archive_to_itself() {
    let mut hall = Office::open().with("archive_after_days = 0");
    let case = hall.received();
    let (mut clerk, mut chief) = (hall.signed_in("王敏"), hall.signed_in("李强"));
    all_fine(&mut clerk, &case);
    goes(&mut chief, &case, "granted", &[("document", "赣演〔2026〕15号")], "decided_grant");
    goes(&mut clerk, &case, "result_ready", &[("delivery", "window")], "result_ready");
    goes(&mut clerk, &case, "collected", &[("receiver", "申请人本人")], "collected");
    hall.app.clock().advance(100 * 86_400_000);
    hall.runtime.block_on(archiving::tick(&hall.app)).expect("looks");
    assert_eq!(hall.count("cases WHERE state = 'archived'"), 0);
}

#[test]
fn the_step_that_goes_without_saying_is_still_somebodys_and_on_record() {
    let mut hall = Office::open();
    let case = hall.received();
    let mut clerk = hall.signed_in("王敏");
    assert_eq!(press(&mut clerk, &case, "granted", &[("document", "x")]).0, StatusCode::CONFLICT, "two steps ahead");
    assert_eq!(press(&mut clerk, &case, "accepted", &[]).0, StatusCode::UNPROCESSABLE_ENTITY, "nothing was ticked");
    assert!(clerk.get(&case).body.contains("data-state=\"received\""), "a refused step begins nothing");
    goes(&mut clerk, &case, "accepted", &[("verdict-0", "fine")], "accepted");
    let steps = hall.count(
        "audit WHERE action = 'case_stepped' AND (detail LIKE '%pre_review_started%' OR detail LIKE '%accepted%')",
    );
    assert_eq!(steps, 2);
}

#[test]
fn a_refused_review_comes_back_with_the_line_marked_that_is_not_complete() {
    let mut hall = Office::open();
    let case = hall.received();
    let mut clerk = hall.signed_in("王敏");
    let seen = version(&clerk.get(&case).body);
    let review = [("event", "review"), ("version", seen.as_str()), ("materials", "1")];
    for (ticked, marked) in [
        (vec![], true),
        (vec![("verdict-0", "wrong")], true),
        (vec![("verdict-0", "wrong"), ("words-0", "缺第三页的签字")], false),
    ] {
        let answer = clerk.post(&format!("{case}/prepare"), &[&review[..], &ticked].concat());
        assert_eq!(answer.status == StatusCode::UNPROCESSABLE_ENTITY, marked, "{ticked:?}");
        assert_eq!(answer.body.contains("id=\"lacks-0\""), marked, "{ticked:?}: {}", answer.body);
        assert_eq!(answer.body.contains("id=\"typed\""), marked, "{ticked:?}: what was ticked is filled in again");
    }
}

#[test]
fn the_big_number_is_the_box_that_holds_something_now() {
    let mut hall = Office::open();
    let id = hall.deposit(7, "张三丰", true);
    let case = format!("/cases/{id}");
    let shown = |hall: &Office| hall.signed_in("王敏").get(&case).body.contains("data-box=\"7\"");
    assert!(shown(&hall));
    hall.take_out(id, 7, "王敏");
    hall.emptied(id, 7, "王敏");
    assert!(!shown(&hall), "the paper is out");
    let next = hall.deposit(7, "李四", true);
    assert!(!shown(&hall), "and the box is another person's");
    assert!(hall.signed_in("王敏").get(&format!("/cases/{next}")).body.contains("data-box=\"7\""));
}
