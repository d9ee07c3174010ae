//! Supervision and statistics: figures of a real case, and tables that no spreadsheet program runs.

use axum::http::{StatusCode, header};
use hall_rules::Role;

use crate::steps::goes;
use test_hall::{NAME, NUMBER, Office, PHONE};

#[test]
fn a_decided_case_is_in_the_figures_and_in_the_tables() {
    let mut hall = Office::open();
    let case = hall.received();
    hall.deposit(8, NAME, true);
    {
        let (mut clerk, mut chief) = (hall.signed_in("王敏"), hall.signed_in("李强"));
        goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
        goes(&mut clerk, &case, "accepted", &[("verdict-0", "fine")], "accepted");
        goes(&mut chief, &case, "granted", &[("document", "赣演〔2026〕15号")], "decided_grant");
    }
    hall.hire("督查员", Role::Supervisor);
    let mut supervisor = hall.signed_in("督查员");
    let page = supervisor.get("/statistics?days=7").body;
    assert!(page.contains("<dd id=\"came\">2</dd>") && page.contains("100 % <small>1 / 1</small>"), "{page}");
    assert!(page.contains("<svg") && page.contains("按期 1 / 1"), "{page}");
    for bad in ["days=0", "days=99999", "days=%3Cscript%3E"] {
        assert!(
            supervisor.get(&format!("/statistics?{bad}")).body.contains("href=\"/statistics?days=30\" aria-current")
        );
    }
    for (what, line) in [
        ("days", "2026-11-23,2,1\r\n"),
        ("clocks", "受理决定,1,1,0,5\r\n"),
        ("cases", ",commercial-performance,3号窗口,准予许可,2026-11-23,0,否\r\n"),
    ] {
        let answer = supervisor.get(&format!("/statistics/export?what={what}&days=7"));
        assert_eq!(answer.headers.get(header::CONTENT_TYPE).expect("a type"), "text/csv; charset=utf-8");
        assert!(answer.body.starts_with('\u{feff}') && answer.body.contains(line), "{}", answer.body);
        assert!(![NAME, NUMBER, PHONE].iter().any(|secret| answer.body.contains(secret)));
    }
    assert_eq!(supervisor.get("/statistics/export?what=staff").status, StatusCode::NOT_FOUND);
    assert_eq!(hall.audit().iter().filter(|action| *action == "exported").count(), 3);
    let page = supervisor.get("/supervision").body;
    assert!(page.contains("id=\"tallies\"") && page.contains("3号窗口"), "{page}");
}

#[test]
fn what_was_given_back_or_corrected_again_is_counted() {
    let mut hall = Office::open();
    let case = hall.received();
    let (mut clerk, mut chief) = (hall.signed_in("王敏"), hall.signed_in("李强"));
    let wrong = [("verdict-0", "wrong"), ("fault-0", "unsigned")];
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    goes(&mut clerk, &case, "correction_asked", &wrong, "correction");
    goes(&mut clerk, &case, "correction_received", &[], "received");
    goes(&mut clerk, &case, "pre_review_started", &[], "pre_review");
    let again = [wrong[0], wrong[1], ("reason", "首次漏看盖章")];
    goes(&mut chief, &case, "correction_asked_again", &again, "correction");
    goes(&mut clerk, &case, "withdrawn", &[("reason", "申请人来电")], "withdrawn");
    let page = chief.get("/supervision").body;
    let numbers = "<td class=\"right\">0</td><td class=\"right\">0</td><td class=\"right\">0</td><td class=\"right\">1</td><td class=\"right warn\">1</td>";
    assert!(page.contains(numbers), "{page}");
    let page = chief.get("/statistics").body;
    assert!(page.contains("<dd id=\"one-visit\"><span class=\"soft\">—</span></dd>"), "nothing was decided: {page}");
}
