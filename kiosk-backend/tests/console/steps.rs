//! A case from the paper to the archive, as clerk and chief press it.

use axum::http::StatusCode;
use hall_domain::case::silence;

use outside::people::material;
use test_hall::{Left, NAME, Office, Visitor};

const FINE: (&str, &str) = ("verdict-0", "fine");

pub(crate) fn version(page: &str) -> String {
    let (_, rest) = page.split_once("data-version=\"").expect("a version");
    rest.split('"').next().expect("its end").to_owned()
}

/// Presses a step with what it needs, on a fresh page.
pub(crate) fn press(
    browser: &mut Visitor<'_>,
    case: &str,
    event: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, String) {
    let version = version(&browser.get(case).body);
    // Of a field that is there twice the first counts.
    let mut all = vec![("event", event), ("version", version.as_str())];
    all.extend_from_slice(fields);
    all.push(("materials", "1"));
    let answer = browser.post(&format!("{case}/step"), &all);
    (answer.status, answer.body)
}

#[track_caller]
pub(crate) fn goes(browser: &mut Visitor<'_>, case: &str, event: &str, fields: &[(&str, &str)], state: &str) {
    let (status, body) = press(browser, case, event, fields);
    assert_eq!(status, StatusCode::SEE_OTHER, "{event}: {body}");
    let page = browser.get(case).body;
    assert!(page.contains(&format!("data-state=\"{state}\"")), "{event}: {page}");
}

#[test]
fn the_long_way_from_a_correction_to_the_archive() {
    let mut hall = Office::open();
    let case = hall.received();
    let mut clerk = hall.signed_in("王敏");
    let page = clerk.get(&case).body;
    assert!(page.contains("id=\"step-pre_review_started\"") && page.contains("申请材料收件凭证"), "{page}");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    // Wrong once: the notice is shown before it is made, and nothing has happened yet.
    let page = clerk.get(&case).body;
    assert!(page.contains("id=\"review\"") && page.contains("verdict-0-missing"), "{page}");
    let seen = version(&page);
    let ticked = [
        ("event", "review"),
        ("version", seen.as_str()),
        ("materials", "1"),
        ("verdict-0", "wrong"),
        ("fault-0", "unsigned"),
    ];
    let shown = clerk.post(&format!("{case}/prepare"), &ticked).body;
    assert!(shown.contains("id=\"go-correction_asked\"") && shown.contains("缺少签字或盖章"), "{shown}");
    assert!(!shown.contains(NAME) && !shown.contains("go-accepted"), "{shown}");
    assert!(clerk.get(&case).body.contains("data-state=\"pre_review\""));
    let wrong = [("verdict-0", "wrong"), ("fault-0", "unsigned")];
    goes(&mut clerk, &case, "correction_asked", &wrong, "correction");
    goes(&mut clerk, &case, "correction_received", &[], "received");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    // The second round is a chief's, and counted.
    let (status, body) = press(&mut clerk, &case, "correction_asked", &wrong);
    assert_eq!(status, StatusCode::CONFLICT, "{body}");
    assert_eq!(press(&mut clerk, &case, "correction_asked_again", &wrong).0, StatusCode::FORBIDDEN);
    let mut chief = hall.signed_in("李强");
    assert!(chief.get(&case).body.contains("已告知补正次数：1"));
    assert_eq!(press(&mut chief, &case, "correction_asked_again", &wrong).0, StatusCode::UNPROCESSABLE_ENTITY);
    let again = [wrong[0], wrong[1], ("reason", "首次漏看盖章")];
    goes(&mut chief, &case, "correction_asked_again", &again, "correction");
    goes(&mut clerk, &case, "correction_received", &[], "received");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    assert_eq!(press(&mut clerk, &case, "accepted", &wrong).0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(press(&mut clerk, &case, "accepted", &[]).0, StatusCode::UNPROCESSABLE_ENTITY, "nothing was ticked");
    goes(&mut clerk, &case, "accepted", &[FINE], "accepted");
    goes(&mut clerk, &case, "work_started", &[], "in_progress");
    assert_eq!(press(&mut clerk, &case, "granted", &[("document", "x")]).0, StatusCode::FORBIDDEN);
    let fourteen = [("days", "14"), ("reason", "需现场核查")];
    assert_eq!(press(&mut chief, &case, "extended", &fourteen).0, StatusCode::UNPROCESSABLE_ENTITY);
    goes(&mut chief, &case, "extended", &[("days", "3"), fourteen[1]], "in_progress");
    assert_eq!(press(&mut chief, &case, "extended", &[("days", "3"), fourteen[1]]).0, StatusCode::CONFLICT, "once");
    goes(&mut clerk, &case, "special_started", &[("days", "5"), ("reason", "专家评审")], "special");
    assert!(clerk.get("/inbox?show=waiting").body.contains("暂停计时"));
    goes(&mut clerk, &case, "special_ended", &[], "in_progress");
    goes(&mut chief, &case, "granted", &[("document", "赣演〔2026〕15号")], "decided_grant");
    assert_eq!(
        press(&mut clerk, &case, "result_ready", &[("delivery", "express")]).0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    goes(
        &mut clerk,
        &case,
        "result_ready",
        &[("delivery", "express"), ("carrier", "顺丰速运"), ("tracking", "sf1234567890")],
        "result_ready",
    );
    assert!(clerk.get(&case).body.contains("快递寄送：顺丰速运，单号 SF1234567890"));
    goes(&mut clerk, &case, "collected", &[("receiver", "申请人本人")], "collected");
    goes(&mut clerk, &case, "archived", &[], "archived");
    let page = clerk.get(&case).body;
    let kinds: Vec<&str> = page.split("data-kind=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(
        kinds,
        [
            "receipt",
            "correction",
            "receipt",
            "correction",
            "receipt",
            "acceptance",
            "extension",
            "special",
            "grant",
            "delivery"
        ]
    );
    assert!(page.contains("收字〔2026〕3号") && page.contains("补字〔2026〕2号"), "numbered per kind: {page}");
    assert!(!page.contains("id=\"steps\""), "an end is an end");
}

#[test]
fn corrections_may_come_through_the_locker() {
    let mut hall = Office::open();
    let case = hall.received();
    {
        let mut clerk = hall.signed_in("王敏");
        goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
        goes(&mut clerk, &case, "correction_asked", &[("verdict-0", "missing")], "correction");
    }
    let id = case.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an id");
    let (submission, compartment) = (id, kiosk_wire::CompartmentNo(9));
    hall.journal(vec![
        kiosk_wire::Fact::DepositIntended { submission, compartment },
        kiosk_wire::Fact::Deposited { submission, compartment },
    ]);
    let page = hall.signed_in("王敏").get(&case).body;
    assert!(page.contains("data-state=\"deposited\"") && page.contains("id=\"collect\""), "{page}");
    assert!(page.contains("data-box=\"9\"") && !page.contains("柜子已腾空"), "{page}");
    hall.take_out(id, 9, "王敏");
    let mut clerk = hall.signed_in("王敏");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    goes(&mut clerk, &case, "accepted", &[FINE], "accepted");
}

#[test]
fn papers_of_the_second_rank_may_follow_and_nothing_is_granted_without_them() {
    let mut hall = Office::open();
    let materials = vec![material("申请表", false), material("场所证明", true)];
    let id = hall.deposit_of(7, NAME, true, ("commercial-performance", "culture"), materials);
    let case = hall.take_out(id, 7, "王敏");
    let mut clerk = hall.signed_in("王敏");
    let mut chief = hall.signed_in("李强");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    let missing = [("materials", "2"), FINE, ("verdict-1", "missing")];
    let ten = [missing[0], missing[1], missing[2], ("days", "10")];
    // What may be missing is computed from all findings at once; a main paper may not.
    let main = [("materials", "2"), ("verdict-0", "missing"), ("verdict-1", "fine"), ("days", "10")];
    for (event, fields) in [("accepted", &missing[..]), ("accepted_deferred", &missing), ("accepted_deferred", &main)] {
        assert_eq!(press(&mut clerk, &case, event, fields).0, StatusCode::UNPROCESSABLE_ENTITY, "{event} {fields:?}");
    }
    let seen = version(&clerk.get(&case).body);
    let ticked = [("event", "review"), ("version", seen.as_str()), ten[0], ten[1], ten[2], ten[3]];
    let shown = clerk.post(&format!("{case}/prepare"), &ticked).body;
    assert!(shown.contains("id=\"go-accepted_deferred\"") && shown.contains("id=\"go-correction_asked\""), "{shown}");
    assert!(shown.contains("场所证明") && shown.contains("10个工作日内（最迟2026年12月7日）"), "{shown}");
    goes(&mut clerk, &case, "accepted_deferred", &ten, "accepted_deferred");
    assert!(clerk.get(&case).body.contains("容受字〔2026〕1号"));
    goes(&mut clerk, &case, "work_started", &[], "in_progress");
    assert_eq!(press(&mut chief, &case, "granted", &[("document", "x")]).0, StatusCode::CONFLICT, "papers are owed");
    assert!(!chief.get(&case).body.contains("id=\"fill-granted\""), "nor offered");
    goes(&mut clerk, &case, "deferred_arrived", &[], "in_progress");
    assert_eq!(press(&mut clerk, &case, "deferred_arrived", &[]).0, StatusCode::CONFLICT, "once");
    goes(&mut chief, &case, "granted", &[("document", "赣演〔2026〕16号")], "decided_grant");
}

#[test]
fn papers_that_never_follow_end_the_case_by_a_chief() {
    let mut hall = Office::open();
    let materials = vec![material("申请表", false), material("场所证明", true)];
    let id = hall.deposit_of(7, NAME, true, ("commercial-performance", "culture"), materials);
    let case = hall.take_out(id, 7, "王敏");
    let mut clerk = hall.signed_in("王敏");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    let ten = [("materials", "2"), FINE, ("verdict-1", "missing"), ("days", "10")];
    goes(&mut clerk, &case, "accepted_deferred", &ten, "accepted_deferred");
    let over = [("reason", "逾期未补齐场所证明")];
    assert_eq!(press(&mut clerk, &case, "deferred_lapsed", &over).0, StatusCode::FORBIDDEN);
    let mut chief = hall.signed_in("李强");
    assert_eq!(press(&mut chief, &case, "deferred_lapsed", &[]).0, StatusCode::UNPROCESSABLE_ENTITY, "no reason");
    goes(&mut chief, &case, "deferred_lapsed", &over, "lapsed");
    assert!(chief.get(&case).body.contains("终字〔2026〕1号"));
}

#[test]
fn a_year_without_working_days_is_seen_on_every_page_until_it_is_imported() {
    let mut hall = Office::open();
    hall.leaves(Left::Logged("a clock has no end"));
    // Monday 28 December: the fifth working day is in a year that nobody has announced yet.
    hall.app.clock().advance(35 * 86_400_000);
    let id = hall.deposit(7, NAME, true);
    let mut clerk = hall.signed_in("王敏");
    for path in ["/inbox", "/inbox?show=attention", "/kiosks", &format!("/cases/{id}")] {
        let page = clerk.get(path).body;
        assert!(page.contains("data-calendar-gap=\"2027\" data-cases=\"1\""), "{path}: {page}");
    }
    let page = clerk.get(&format!("/cases/{id}")).body;
    assert!(page.contains("id=\"no-end\"") && page.contains("缺工作日历"), "{page}");
    assert!(clerk.get("/inbox?show=attention").body.contains(&format!("data-case=\"{id}\"")));
    // The law's silence waits as well: nothing is accepted by a guess.
    hall.app.clock().advance(3 * 86_400_000);
    hall.runtime.block_on(silence::tick(&hall.app)).expect("looks");
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("2027.toml");
    let holiday = "[[holiday]]\nname = \"元旦\"\nfrom = 2027-01-01\nto = 2027-01-03\nmakeup_workdays = []\n";
    std::fs::write(&file, format!("year = 2027\nsource = \"test\"\n\n{holiday}")).expect("writes");
    hall_domain::terminals::import::calendar_file(&hall.app, &file).expect("imports");
    let page = hall.signed_in("王敏").get(&format!("/cases/{id}")).body;
    assert!(!page.contains("data-calendar-gap") && !page.contains("no-end"), "{page}");
    assert!(page.contains("1月5日"), "{page}");
}

#[test]
fn a_notice_names_the_person_is_kept_and_each_reading_is_on_record() {
    let mut hall = Office::open();
    let case = hall.received();
    let mut clerk = hall.signed_in("王敏");
    let first = clerk.get(&format!("{case}/notices/1"));
    assert_eq!(first.status, StatusCode::OK);
    for part in [NAME, "收字〔2026〕1号", "宜春市政务服务大厅", "第三十二条", "id=\"print\""] {
        assert!(first.body.contains(part), "{part}: {}", first.body);
    }
    assert!(!first.body.contains("<img"), "hostile text stays text");
    assert!(hall.audit().contains(&"notice_read".to_owned()));
    for path in [format!("{case}/notices/2"), format!("{case}/notices/x")] {
        assert_eq!(clerk.get(&path).status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(hall.signed_in("赵燕").get(&format!("{case}/notices/1")).status, StatusCode::NOT_FOUND);
    assert!(!hall.rewrite("UPDATE notices SET made_ms = 0"));
    assert!(!hall.rewrite("DELETE FROM notices"));
    let stored: Vec<u8> = hall.value("SELECT body FROM notices");
    assert!(!String::from_utf8_lossy(&stored).contains(NAME), "sealed");
}

#[test]
fn of_two_who_press_at_once_the_second_sees_what_the_first_did() {
    let mut hall = Office::open();
    let case = hall.received();
    let mut one = hall.signed_in("王敏");
    let mut two = hall.signed_in("李强");
    let seen = version(&one.get(&case).body);
    two.get(&case);
    let fields = [("event", "pre_review_started"), ("version", seen.as_str())];
    assert_eq!(one.post(&format!("{case}/step"), &fields).status, StatusCode::SEE_OTHER);
    let late = two.post(&format!("{case}/step"), &fields);
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("data-code=\"stale-page\"") && late.body.contains("data-state=\"pre_review\""));
    for event in ["nonsense", "received", "archived", "deemed_accepted", "deposited"] {
        let (status, body) = press(&mut two, &case, event, &[]);
        assert!(status.is_client_error(), "{event}: {body}");
    }
    assert!(two.get(&case).body.contains("data-state=\"pre_review\""));
}

#[test]
fn silence_accepts_after_five_working_days_and_numbers_have_no_gaps() {
    let mut hall = Office::open();
    let case = hall.received();
    let tick = |hall: &Office| hall.runtime.block_on(silence::tick(&hall.app)).expect("looks");
    // Monday 23 November: the fifth working day is Monday 30.
    hall.app.clock().advance(7 * 86_400_000);
    tick(&hall);
    let mut clerk = hall.signed_in("王敏");
    assert!(clerk.get(&case).body.contains("data-state=\"received\""), "on the last day there is still time");
    assert!(clerk.get("/inbox?show=attention").body.contains("今天到期"));
    hall.app.clock().advance(86_400_000);
    tick(&hall);
    tick(&hall);
    let mut clerk = hall.signed_in("王敏");
    let page = clerk.get(&case).body;
    assert!(page.contains("data-state=\"accepted\"") && page.contains("受字〔2026〕1号"), "{page}");
    assert!(clerk.get(&format!("{case}/notices/2")).body.contains("自收到申请材料之日起即为受理"));
    // The promise of one working day counts from the deposit: it is over.
    assert!(clerk.get("/inbox?show=attention").body.contains("data-light=\"over\""));
    // A step that fails takes no number with it.
    let mut chief = hall.signed_in("李强");
    assert_eq!(press(&mut chief, &case, "denied", &[("reason", "")]).0, StatusCode::UNPROCESSABLE_ENTITY);
    goes(&mut chief, &case, "denied", &[("reason", "不符合条例第十三条")], "decided_deny");
    assert!(chief.get(&case).body.contains("不准字〔2026〕1号"));
}
