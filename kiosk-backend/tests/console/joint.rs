//! Other departments are asked, answer and are dealt with: as lead and departments press it.

use axum::http::StatusCode;
use hall_domain::case::joint::answers;
use hall_domain::case::silence;
use hall_domain::figures::escalations;
use hall_domain::people::staff;
use hall_rules::Role;
use kiosk_wire::SubmissionId;

use crate::steps::{goes, press};
use outside::people::material;
use test_hall::{NAME, NUMBER, ORGANISATION, ORGANISATION_CODE, Office, Visitor};

/// A hall where police have a window and natural resources have none, and a road case at work.
fn road() -> (Office, String) {
    let mut hall = Office::open();
    for (name, window, role) in
        [("孙莉", "7号窗口", Role::Clerk), ("钱进", "9号窗口", Role::Clerk), ("周正", "9号窗口", Role::Supervisor)]
    {
        hall.hire_at(name, window, role);
    }
    let materials = vec![material("挖掘申请表", false)];
    let id = hall.deposit_of(7, NAME, true, ("road-excavation", "urban"), materials);
    let case = hall.take_out(id, 7, "孙莉");
    {
        let mut clerk = hall.signed_in("孙莉");
        goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
        goes(&mut clerk, &case, "accepted", &[("verdict-0", "fine")], "accepted");
        goes(&mut clerk, &case, "work_started", &[], "in_progress");
    }
    (hall, case)
}

/// The part of a department on the case's page.
fn part(page: &str, department: &str) -> String {
    let mut parts = page.split("data-part=\"").skip(1);
    let found = parts.find(|rest| rest.split("</li>").next().is_some_and(|one| one.contains(department)));
    found.and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{department}: {page}")).to_owned()
}

fn answer(browser: &mut Visitor<'_>, part: &str, says: &str, opinion: &str) -> (StatusCode, String) {
    browser.get("/inbox");
    let answer = browser.post(&format!("/joint/{part}/answer"), &[("says", says), ("opinion", opinion)]);
    (answer.status, answer.body)
}

fn recall(browser: &mut Visitor<'_>, case: &str, part: &str, reason: &str) -> (StatusCode, String) {
    browser.get(case);
    let answer = browser.post(&format!("{case}/recall-part"), &[("part", part), ("reason", reason)]);
    (answer.status, answer.body)
}

#[test]
fn departments_answer_at_the_same_time_and_a_decision_deals_with_who_did_not_agree() {
    let (hall, case) = road();
    let mut lead = hall.signed_in("孙莉");
    let page = lead.get(&case).body;
    assert!(page.contains("公安局 (2") && page.contains("自然资源局 (2"), "whom it would ask: {page}");
    let mut news = hall.app.events();
    goes(&mut lead, &case, "joint_started", &[], "joint_review");
    let everyone = hall.app.store().read_blocking(staff::all).expect("staff");
    let asked = everyone.iter().find(|staff| staff.name == "钱进").and_then(|staff| staff.windows.first());
    let told: Vec<_> = std::iter::from_fn(|| news.try_recv().ok()).map(|event| event.window).collect();
    assert!(told.contains(&asked.map(|(id, _)| *id)), "the asked window hears of it at once: {told:?}");
    let page = lead.get(&case).body;
    assert!(!page.contains("id=\"step-joint_finished\""), "not before all are in");
    let (status, body) = press(&mut lead, &case, "joint_finished", &[]);
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("还有部门没有答复"), "{body}");
    let (police, land) = (part(&page, "公安局"), part(&page, "自然资源局"));

    // The police's window sees its own part with its own clock, and no more of the case than the part shows.
    let mut police_clerk = hall.signed_in("钱进");
    let inbox = police_clerk.get("/inbox").body;
    assert!(inbox.contains("id=\"show-joint\"") && inbox.contains("class=\"n n--asked\" data-count=\"1\""), "{inbox}");
    assert!(!inbox.contains(&format!("/joint/{police}")), "in a tab of its own: {inbox}");
    let tab = police_clerk.get("/inbox?show=joint").body;
    assert!(tab.contains(&format!("id=\"part-{police}\"")) && !tab.contains(&land), "{tab}");
    assert!(tab.contains("剩 2 个工作日") && tab.contains("7号窗口") && tab.contains("公安局"), "{tab}");
    assert_eq!(police_clerk.get(&case).status, StatusCode::NOT_FOUND, "the case itself is another window's");
    let page = police_clerk.get(&format!("/joint/{police}"));
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("挖掘申请表") && page.body.contains("id=\"answer\""), "{}", page.body);
    assert!(!page.body.contains(NAME) && !page.body.contains(NUMBER) && page.body.contains("张**"));
    assert!(page.body.contains(ORGANISATION) && page.body.contains(ORGANISATION_CODE), "for whom: {}", page.body);
    assert!(hall.audit().contains(&"part_looked".to_owned()));

    // Who does not agree says why; hostile words stay words; an answer is given once.
    assert_eq!(answer(&mut police_clerk, &police, "disagreed", "  ").0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer(&mut police_clerk, &police, "perhaps", "x").0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, body) = answer(&mut police_clerk, &police, "disagreed", &"长".repeat(501));
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains(&"长".repeat(501)), "what was typed is not lost");
    let against = "影响通行<script>alert(1)</script>\n请限定时段";
    assert_eq!(answer(&mut police_clerk, &police, "disagreed", against).0, StatusCode::SEE_OTHER);
    let (status, body) = answer(&mut police_clerk, &police, "agreed", "");
    assert_eq!(status, StatusCode::CONFLICT, "once: {body}");
    assert!(body.contains("不同意") && !body.contains("<script>alert"), "{body}");
    let tab = police_clerk.get("/inbox?show=joint").body;
    assert!(!tab.contains(&police) && tab.contains("id=\"empty\"") && tab.contains("没有等本窗口答复的会办"), "{tab}");

    // The lead sees who answered; a department without a window is answered for by a chief.
    let page = lead.get(&case).body;
    assert!(page.contains("请限定时段") && page.contains("钱进") && !page.contains("<script>alert"), "{page}");
    assert!(page.contains("公安局：不同意"), "in the history: {page}");
    assert!(page.contains("大厅没有该部门的窗口"), "{page}");
    assert_eq!(answer(&mut lead, &land, "agreed", "").0, StatusCode::NOT_FOUND, "not the lead's to answer");
    let mut chief = hall.signed_in("李强");
    assert!(chief.get("/inbox?show=joint").body.contains(&format!("/joint/{land}")));
    assert_eq!(answer(&mut chief, &land, "agreed", "").0, StatusCode::SEE_OTHER);
    goes(&mut lead, &case, "joint_finished", &[], "in_progress");

    // The decision must say how the disagreement is dealt with, and the document does.
    let document = [("document", "挖字〔2026〕3号")];
    assert!(chief.get(&case).body.contains("id=\"disagreement-granted\""));
    let (status, body) = press(&mut chief, &case, "granted", &document);
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("会办中有不同意见"), "{body}");
    let dealt = [document[0], ("disagreement", "已将施工限定在夜间")];
    goes(&mut chief, &case, "granted", &dealt, "decided_grant");
    assert!(chief.get(&format!("{case}/notices/3")).body.contains("本机关的处理：已将施工限定在夜间"));
}

#[test]
fn who_may_answer_and_recall_and_what_is_out_of_order() {
    let (hall, case) = road();
    let mut lead = hall.signed_in("孙莉");
    goes(&mut lead, &case, "joint_started", &[], "joint_review");
    assert_eq!(press(&mut lead, &case, "joint_started", &[]).0, StatusCode::CONFLICT, "twice");
    let page = lead.get(&case).body;
    let (police, land) = (part(&page, "公安局"), part(&page, "自然资源局"));
    for (name, status) in
        [("赵燕", StatusCode::NOT_FOUND), ("李强", StatusCode::FORBIDDEN), ("周正", StatusCode::FORBIDDEN)]
    {
        let mut other = hall.signed_in(name);
        assert_eq!(answer(&mut other, &police, "agreed", "").0, status, "{name}");
    }
    assert_eq!(lead.get("/joint/x").status, StatusCode::NOT_FOUND);
    // The lead recalls, for a reason, once; another window cannot.
    assert_eq!(recall(&mut lead, &case, &land, "").0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(recall(&mut lead, &case, "x", "不需要").0, StatusCode::NOT_FOUND);
    let mut police_clerk = hall.signed_in("钱进");
    let elsewhere = police_clerk.post(&format!("{case}/recall-part"), &[("part", &police), ("reason", "不需要")]);
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    assert_eq!(recall(&mut hall.signed_in("周正"), &case, &land, "不需要").0, StatusCode::FORBIDDEN);
    assert_eq!(recall(&mut lead, &case, &land, "不涉及规划").0, StatusCode::SEE_OTHER);
    assert_eq!(recall(&mut lead, &case, &land, "不涉及规划").0, StatusCode::CONFLICT, "twice");
    assert_eq!(answer(&mut hall.signed_in("李强"), &land, "agreed", "").0, StatusCode::CONFLICT, "recalled");
    // Withdrawn while the police think: they are asked no more.
    goes(&mut lead, &case, "withdrawn", &[("reason", "申请人不挖了")], "withdrawn");
    assert_eq!(answer(&mut police_clerk, &police, "agreed", "").0, StatusCode::CONFLICT);
    assert!(!police_clerk.get("/inbox?show=joint").body.contains(&police));
    assert!(!hall.rewrite("UPDATE joint_events SET at_ms = 0") && !hall.rewrite("DELETE FROM joint_events"));
}

#[test]
fn an_item_that_names_nobody_is_decided_alone() {
    let mut hall = Office::open();
    let case = hall.received();
    let mut clerk = hall.signed_in("王敏");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    goes(&mut clerk, &case, "accepted", &[("verdict-0", "fine")], "accepted");
    goes(&mut clerk, &case, "work_started", &[], "in_progress");
    assert!(!clerk.get(&case).body.contains("step-joint_started"), "a fixed venue needs no police");
    assert_eq!(press(&mut clerk, &case, "joint_started", &[]).0, StatusCode::CONFLICT);
}

#[test]
fn a_late_answer_goes_up_and_silence_agrees_only_where_the_hall_says_so() {
    let (hall, case) = road();
    let mut lead = hall.signed_in("孙莉");
    goes(&mut lead, &case, "joint_started", &[], "joint_review");
    let id: SubmissionId = case.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    // Monday 23 November; two working days: Wednesday is the last.
    hall.app.clock().advance(3 * 86_400_000);
    hall.runtime.block_on(escalations::tick(&hall.app)).expect("looks");
    let mut supervisor = hall.signed_in("周正");
    let page = supervisor.get("/supervision").body;
    assert!(page.contains(&format!("data-late=\"{id}\"")) && page.contains("公安局"), "{page}");
    assert!(hall.signed_in("孙莉").get("/inbox?show=attention").body.contains(&format!("data-case=\"{id}\"")));
    hall.runtime.block_on(answers::tick(&hall.app)).expect("looks");
    assert_eq!(press(&mut hall.signed_in("孙莉"), &case, "joint_finished", &[]).0, StatusCode::UNPROCESSABLE_ENTITY);

    let hall = hall.with("joint_silence_agrees = true\n");
    hall.runtime.block_on(answers::tick(&hall.app)).expect("looks");
    hall.runtime.block_on(answers::tick(&hall.app)).expect("once is enough");
    let mut lead = hall.signed_in("孙莉");
    assert!(lead.get(&case).body.contains("逾期未答复，视为同意"));
    goes(&mut lead, &case, "joint_finished", &[], "in_progress");
    hall.runtime.block_on(silence::tick(&hall.app)).expect("nothing else moved");
}
