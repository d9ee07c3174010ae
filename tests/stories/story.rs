//! The story from beginning to end, in a hall where nothing goes wrong.
#![expect(clippy::wildcard_enum_match_arm, reason = "a story looks for the one fact it is about")]

use e2e::Hall;
use e2e::hand::Phone;
use e2e::wait::look;
use kiosk_wire::Fact;

/// An applicant hands in, a clerk is told, collects with card and PIN, and the box is free again.
#[test]
fn an_errand_in_one_visit() {
    let mut hall = Hall::builder().start().unwrap();
    let clerk = hall.desk(0).unwrap();
    clerk.inbox().unwrap();

    let door = hall.visit_to_door("wang-xiuying", Phone::New("13812345678")).unwrap();
    assert!(hall.backend.cases().unwrap().iter().all(|case| case.state != "deposited"), "nothing is in yet");
    hall.shut(door);
    hall.kiosk.wait_screen(&["done"]).unwrap();
    let receipt = hall
        .kiosk
        .wait_fact("the receipt number", 1, |fact| match fact {
            Fact::SubmissionPrepared { receipt, .. } => Some(receipt.to_string()),
            _ => None,
        })
        .unwrap();

    // The clerk's open page shows it without being loaded again.
    clerk.wait_row(&receipt).unwrap();
    clerk.wait_title("1").unwrap();
    let case = hall.backend.wait_case(door, &["deposited"]).unwrap();
    assert_eq!(case.receipt, receipt);
    clerk.open_case(&receipt).unwrap();
    clerk.browser.wait_for_text("#box", &door.to_string()).unwrap();
    assert!(!clerk.browser.text("#person").unwrap().contains("王秀英"), "the name is masked");

    // Nothing springs open in an empty hall: pressing *collect* opens no door.
    clerk.collect().unwrap();
    clerk.wait_ready().unwrap();
    assert!(hall.cabinet.open_doors().is_empty());
    hall.leave().unwrap();
    let page = hall.staff_sign_in("clerk", "246813").unwrap();
    assert_eq!(page, "staff_boxes");
    hall.touch_on(e2e::hand::FIRST_BOX).unwrap();
    hall.wait_open(door).unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["staff_affirm"]).unwrap();

    // The box is free only when the clerk says that it is empty.
    clerk.affirm().unwrap();
    clerk.wait_state("received").unwrap();
    clerk.browser.wait_for_text("#act", "周敏").unwrap();
    hall.kiosk
        .wait_fact("the box to be affirmed empty", 1, |fact| {
            matches!(fact, Fact::EmptinessAffirmed { compartment, .. } if compartment.0 == door).then_some(())
        })
        .unwrap();
    assert_eq!(hall.backend.cases().unwrap().len(), 1);
    hall.assert_not_logged(&["王秀英", "11010519491231002X", "13812345678", "和平里街道"]).unwrap();
    assert_eq!(hall.stop_kiosk(), Some(0), "the kiosk ends in good order");
}

/// Two applicants one after the other: nothing of the first is on the second's screens or in any log.
#[test]
fn two_visits_back_to_back() {
    let mut hall = Hall::builder().start().unwrap();
    let first = hall.visit("wang-xiuying", Phone::New("13812345678")).unwrap();
    hall.leave().unwrap();
    let second = hall.visit("li-jianguo", Phone::New("13987654321")).unwrap();
    assert_ne!(first, second, "a box with paper in it is never offered again");
    hall.wait_synced().unwrap();
    let cases = hall.backend.cases().unwrap();
    assert_eq!(cases.len(), 2);
    assert_ne!(cases[0].receipt, cases[1].receipt);
    let words = ["王秀英", "11010519491231002X", "13812345678", "李建国", "34052419800101001X", "13987654321"];
    hall.assert_not_logged(&words).unwrap();
}

/// With the one-time code that the console shows, and no card at all.
#[test]
fn a_clerk_collects_with_the_one_time_code() {
    let mut hall = Hall::builder().start().unwrap();
    let door = hall.visit("zhao-min", Phone::Skip).unwrap();
    let case = hall.backend.wait_case(door, &["deposited"]).unwrap();
    hall.leave().unwrap();
    let clerk = hall.desk(1).unwrap();
    clerk.open_case(&case.receipt).unwrap();
    let code = clerk.collect().unwrap();
    clerk.wait_ready().unwrap();
    hall.touch_on(e2e::hand::STAFF).unwrap();
    hall.kiosk.wait_screen(&["staff_code"]).unwrap();
    look();
    hall.type_digits(&code).unwrap();
    // The code names one box: its door opens after the last digit, without a list to choose from.
    hall.kiosk.wait_screen(&["staff_door"]).unwrap();
    hall.wait_open(door).unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["staff_affirm"]).unwrap();
    hall.touch_on(e2e::hand::IS_EMPTY).unwrap();
    hall.backend.wait_case(door, &["received"]).unwrap();
    clerk.wait_state("received").unwrap();
}
