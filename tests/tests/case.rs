//! A case on its whole way: paper in the locker, corrections, decision, the result in the locker, and back to the hands
//! of the applicant.
#![expect(clippy::unwrap_used, reason = "tests")]

use e2e::Hall;
use e2e::desk::Desk;
use e2e::hand::{FIRST_ERRAND, FIRST_LEVEL, IS_EMPTY, PAPER_IN, PRIMARY, Phone, QUIT};
use kiosk_wire::Fact;

const CARD: &str = "wang-xiuying";

/// A clerk fetches the paper of the open case with the one-time code.
fn collect(hall: &mut Hall, desk: &Desk, door: u16) {
    let code = desk.collect().unwrap();
    desk.wait_ready().unwrap();
    hall.staff_code(&code).unwrap();
    hall.wait_open(door).unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["staff_affirm"]).unwrap();
    hall.touch_on(IS_EMPTY).unwrap();
    desk.wait_state("received").unwrap();
    hall.touch_on(QUIT).unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();
}

/// The applicant comes back and finds what waits for them before anything else.
fn come_back(hall: &mut Hall) {
    hall.lay(CARD).unwrap();
    hall.kiosk.wait_screen(&["errands"]).unwrap();
    hall.lift();
    assert_eq!(hall.touch_on(FIRST_ERRAND).unwrap(), "errand");
}

#[test]
fn from_the_paper_to_the_result_in_the_applicants_hand() {
    let mut hall = Hall::builder().start().unwrap();
    let first = hall.visit(CARD, Phone::New("13812345678")).unwrap();
    let case = hall.backend.wait_case(first, &["deposited"]).unwrap();
    hall.leave().unwrap();
    let desk = hall.desk(2).unwrap();
    desk.open_case(&case.receipt).unwrap();
    collect(&mut hall, &desk, first);

    // One material is missing: told once, in full.
    desk.step("pre_review_started").unwrap();
    desk.wait_state("pre_review").unwrap();
    desk.review(&[0]).unwrap();
    desk.confirm("correction_asked").unwrap();
    desk.wait_state("correction").unwrap();

    // The applicant swipes, sees what is missing and deposits just that, under the same number.
    come_back(&mut hall);
    hall.touch_on(PRIMARY).unwrap();
    let second = hall.wait_door().unwrap();
    hall.shut(second);
    hall.kiosk.wait_screen(&["done"]).unwrap();
    hall.leave().unwrap();
    desk.wait_state("deposited").unwrap();
    collect(&mut hall, &desk, second);
    desk.step("pre_review_started").unwrap();
    desk.wait_state("pre_review").unwrap();
    desk.review(&[]).unwrap();
    desk.confirm("accepted").unwrap();
    desk.wait_state("accepted").unwrap();
    desk.fill("granted", "document", "宜文演〔2026〕18号").unwrap();
    desk.confirm("granted").unwrap();
    desk.wait_state("decided_grant").unwrap();

    // The result goes into the locker; no door opens before somebody stands there.
    let code = desk.load().unwrap();
    desk.wait_ready().unwrap();
    assert!(hall.cabinet.open_doors().is_empty());
    hall.staff_code(&code).unwrap();
    let third = hall.wait_door().unwrap();
    hall.shut(third);
    hall.kiosk.wait_screen(&["staff_affirm"]).unwrap();
    hall.touch_on(IS_EMPTY).unwrap();
    desk.wait_state("result_ready").unwrap();
    hall.touch_on(QUIT).unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();

    // Another person's card opens nothing of it.
    hall.swipe("li-jianguo").unwrap();
    hall.touch_on(QUIT).unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();

    come_back(&mut hall);
    hall.touch_on(PRIMARY).unwrap();
    hall.wait_open(third).unwrap();
    hall.shut(third);
    hall.kiosk.wait_screen(&["ask_taken"]).unwrap();
    assert_eq!(hall.touch_on(PAPER_IN).unwrap(), "rate");
    hall.touch_and_look(FIRST_LEVEL).unwrap();
    hall.leave().unwrap();
    desk.wait_state("collected").unwrap();
    desk.browser.wait_for_text("#case", "申请人确认都取走了").unwrap();
    desk.step("archived").unwrap();
    desk.confirm("archived").unwrap();
    desk.wait_state("archived").unwrap();

    hall.kiosk.wait_fact("the rating", 1, |fact| matches!(fact, Fact::Rated { level: 5, .. }).then_some(())).unwrap();
    let cases = hall.backend.cases().unwrap();
    assert_eq!(cases.len(), 1, "corrections and result belong to the one case: {cases:?}");
    assert_eq!(cases[0].compartment, None);
    let intended = |entry: &e2e::kiosk::Entry| matches!(entry.header.fact, Fact::PickupIntended { .. });
    assert_eq!(hall.kiosk.journal().unwrap().iter().filter(|entry| intended(entry)).count(), 1);
    hall.assert_not_logged(&["王秀英", "11010519491231002X", "13812345678"]).unwrap();
}

/// With the network cut, a result that lies here is handed over all the same; with a card that could be a copy, only
/// for the pick-up code.
#[test]
fn a_result_is_handed_over_without_the_network() {
    let mut hall = Hall::builder().start().unwrap();
    let first = hall.visit("li-jianguo", Phone::Skip).unwrap();
    let case = hall.backend.wait_case(first, &["deposited"]).unwrap();
    hall.leave().unwrap();
    let desk = hall.desk(2).unwrap();
    desk.open_case(&case.receipt).unwrap();
    collect(&mut hall, &desk, first);
    desk.step("pre_review_started").unwrap();
    desk.wait_state("pre_review").unwrap();
    desk.review(&[]).unwrap();
    desk.confirm("accepted").unwrap();
    desk.wait_state("accepted").unwrap();
    desk.fill("granted", "document", "宜文演〔2026〕19号").unwrap();
    desk.confirm("granted").unwrap();
    desk.wait_state("decided_grant").unwrap();
    let code = desk.load().unwrap();
    desk.wait_ready().unwrap();
    hall.staff_code(&code).unwrap();
    let door = hall.wait_door().unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["staff_affirm"]).unwrap();
    hall.touch_on(IS_EMPTY).unwrap();
    desk.wait_state("result_ready").unwrap();
    hall.touch_on(QUIT).unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();
    let pickup = desk.pickup_code().unwrap();

    hall.cable.cut(true);
    hall.restart_kiosk().unwrap();
    // The same person's social security card: the same number, but a card that anybody could have copied.
    hall.lay("li-jianguo-social").unwrap();
    hall.kiosk.wait_screen(&["errands"]).unwrap();
    hall.lift();
    assert_eq!(hall.touch_on(FIRST_ERRAND).unwrap(), "errand");
    assert_eq!(hall.touch_on(PRIMARY).unwrap(), "pickup_code");
    let unlocks = hall.cabinet.counters().unlocks;
    std::thread::sleep(std::time::Duration::from_millis(350));
    hall.type_digits(if pickup == "000000" { "111111" } else { "000000" }).unwrap();
    hall.touch_and_look(PRIMARY).unwrap();
    assert_eq!(hall.cabinet.counters().unlocks, unlocks, "a wrong code moves no door");
    hall.type_digits(&pickup).unwrap();
    hall.touch_on(PRIMARY).unwrap();
    hall.wait_open(door).unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["ask_taken"]).unwrap();
    assert_eq!(hall.touch_on(PAPER_IN).unwrap(), "rate");
    hall.leave().unwrap();
    hall.cable.cut(false);
    desk.wait_state("collected").unwrap();
}
