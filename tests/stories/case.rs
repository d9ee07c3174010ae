//! A case on its whole way: paper in the locker, corrections, decision, the result in the locker, and back to the hands
//! of the applicant.
#![expect(clippy::unwrap_used, reason = "tests")]

use e2e::Hall;
use e2e::backend::Case;
use e2e::desk::Desk;
use e2e::hand::{
    FIRST_ERRAND, FIRST_LEVEL, FIRST_OPTION, IS_EMPTY, PRIMARY, Phone, QUIT, SECOND_OPTION, SHOW_PERMIT, TAKEN_OUT,
};
use e2e::wait::{PATIENCE, look, now_ms, until_true};
use kiosk_wire::Fact;
use peers::people;

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

/// The applicant comes back and finds what waits for them before anything else: the only result without a list around it.
fn come_back(hall: &mut Hall) {
    hall.lay(CARD).unwrap();
    let page = hall.kiosk.wait_screen(&["errands", "errand"]).unwrap();
    hall.lift();
    if page == "errands" {
        assert_eq!(hall.touch_on(FIRST_ERRAND).unwrap(), "errand");
    }
}

/// The clerk looks at every material, these being missing, and confirms what follows from it.
fn review(desk: &Desk, missing: &[usize], event: &str, state: &str) {
    desk.step("pre_review_started").unwrap();
    desk.wait_state("pre_review").unwrap();
    desk.review(missing).unwrap();
    desk.confirm(event).unwrap();
    desk.wait_state(state).unwrap();
}

/// A step that asks nothing.
fn step(desk: &Desk, event: &str, state: &str) {
    desk.step(event).unwrap();
    desk.wait_state(state).unwrap();
}

fn grant(desk: &Desk, document: &str) {
    desk.fill("granted", &[("document", document)]).unwrap();
    desk.confirm("granted").unwrap();
    desk.wait_state("decided_grant").unwrap();
}

/// The result goes into the locker; no door opens before somebody stands there. Says in which box.
fn load(hall: &mut Hall, desk: &Desk) -> u16 {
    let code = desk.load().unwrap();
    desk.wait_ready().unwrap();
    assert!(hall.cabinet.open_doors().is_empty());
    hall.staff_code(&code).unwrap();
    let door = hall.wait_door().unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["staff_affirm"]).unwrap();
    hall.touch_on(IS_EMPTY).unwrap();
    desk.wait_state("result_ready").unwrap();
    hall.touch_on(QUIT).unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();
    door
}

/// All that lies between a deposit and its result: says the case, the desk with its page open, and the result's box.
fn grant_and_load(hall: &mut Hall, first: u16) -> (Case, Desk, u16) {
    let case = hall.backend.wait_case(first, &["deposited"]).unwrap();
    hall.leave().unwrap();
    let desk = hall.desk(2).unwrap();
    desk.open_case(&case.receipt).unwrap();
    collect(hall, &desk, first);
    review(&desk, &[], "accepted", "accepted");
    grant(&desk, "宜文演〔2026〕19号");
    let door = load(hall, &desk);
    (case, desk, door)
}

/// A zone in which it is noon: messages leave by day only.
fn noon() -> String {
    let ahead = 12 - now_ms() / 3_600_000 % 24;
    // Named as POSIX does: what is ahead of UTC has a minus.
    let sign = if ahead < 0 { '+' } else { '-' };
    format!("time_zone = \"Etc/GMT{sign}{}\"\n", ahead.abs())
}

/// Every station that a case can pass on its good way, with its applicant, three desks and the archive.
#[test]
fn from_the_paper_to_the_result_in_the_applicants_hand() {
    let mut hall = Hall::builder().messages().backend_config(&noon()).start().unwrap();
    let heard = hall.kiosk.data().join("settings.cache");
    until_true("the hall's settings", PATIENCE, || heard.exists()).unwrap();
    hall.kiosk.wait_device("printer", "ok").unwrap();

    // A show in public, with a stage: police and fire service are to be asked. For whom, from abroad, how, where.
    let answers = [FIRST_OPTION, FIRST_OPTION, FIRST_OPTION, SECOND_OPTION];
    let first = hall.visit_answering(CARD, &answers, Phone::New("13812345678")).unwrap();
    let case = hall.backend.wait_case(first, &["deposited"]).unwrap();
    let paper = hall.wait_paper(1).unwrap().text();
    let page = hall.backend.url(&format!("/p/{}", case.receipt));
    assert!(paper.contains(&format!("[QR {page}]")), "{paper}");
    assert!(paper.contains("手机扫码查进度"), "{paper}");
    hall.leave().unwrap();
    let desk = hall.desk(2).unwrap();
    desk.open_case(&case.receipt).unwrap();
    collect(&mut hall, &desk, first);

    // One material is missing: told once, in full.
    review(&desk, &[0], "correction_asked", "correction");

    // The applicant swipes, sees what is missing and deposits just that, under the same number.
    come_back(&mut hall);
    hall.touch_on(PRIMARY).unwrap();
    let second = hall.wait_door().unwrap();
    hall.shut(second);
    hall.kiosk.wait_screen(&["done"]).unwrap();
    hall.leave().unwrap();
    desk.wait_state("deposited").unwrap();
    collect(&mut hall, &desk, second);
    review(&desk, &[], "accepted", "accepted");

    // Each of it was told to the phone, with the way to the page that shows the same.
    let gateway = hall.gateway.as_ref().unwrap();
    gateway.wait_message("13812345678", "材料需要补正").unwrap();
    let told = gateway.wait_message("13812345678", "已受理").unwrap();
    assert!(told.text.ends_with(&format!("查进度：{page}")), "{told:?}");
    assert!(!told.text.contains("王秀英"), "{told:?}");
    hall.backend.wait_delivered(2).unwrap();
    desk.browser.wait_for("#messages [data-state=\"delivered\"]").unwrap();

    // Two departments are asked at the same time: the police at their own desk, the fire service, whom this window
    // serves too, at a desk beside it.
    step(&desk, "work_started", "in_progress");
    desk.browser.wait_for_text("#joint", "公安局").unwrap();
    step(&desk, "joint_started", "joint_review");
    let police = hall.desk(3).unwrap();
    assert_eq!(police.rows().unwrap(), 0, "the case itself is another window's");
    police.agree().unwrap();
    drop(police);
    desk.wait_agreed(1).unwrap();
    hall.desk(1).unwrap().agree().unwrap();
    desk.wait_agreed(2).unwrap();
    step(&desk, "joint_finished", "in_progress");

    // The stage is inspected: that time does not count.
    desk.fill("special_started", &[("days", "5"), ("reason", "舞台现场查验")]).unwrap();
    desk.confirm("special_started").unwrap();
    desk.wait_state("special").unwrap();
    step(&desk, "special_ended", "in_progress");
    grant(&desk, "宜文演〔2026〕18号");
    let third = load(&mut hall, &desk);

    // Another person's card opens nothing of it.
    hall.swipe("li-jianguo").unwrap();
    hall.touch_on(QUIT).unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();

    come_back(&mut hall);
    hall.touch_on(PRIMARY).unwrap();
    hall.wait_open(third).unwrap();
    hall.shut(third);
    hall.kiosk.wait_screen(&["ask_taken"]).unwrap();
    assert_eq!(hall.touch_on(TAKEN_OUT).unwrap(), "rate");
    // Behind the two receipts comes the slip of what was taken; it names nobody in full.
    let slip = hall.wait_paper(3).unwrap();
    if let Some(folder) = std::env::var_os("PAPER_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join("picked-up.png"), slip.png().unwrap()).unwrap();
    }
    let (text, bare) = (slip.text(), slip.text().replace([' ', '\n'], ""));
    assert!(text.contains("领取凭条") && text.contains("营业性演出审批"), "{text}");
    assert!(
        bare.contains(&case.receipt) && slip.lines().iter().any(|line| line.contains(&third.to_string())),
        "{text}"
    );
    assert!(!text.contains("王秀英"), "{text}");
    hall.touch_and_look(FIRST_LEVEL).unwrap();
    hall.leave().unwrap();
    desk.wait_state("collected").unwrap();
    desk.browser.wait_for_text("#case", "申请人确认都取走了").unwrap();
    assert_eq!(hall.backend.wait_rating(&case.receipt).unwrap(), (5, "terminal".to_owned()));
    desk.step("archived").unwrap();
    desk.confirm("archived").unwrap();
    desk.wait_state("archived").unwrap();

    // It leaves as one signed file that says of itself whether it is whole.
    let archive = hall.folder().join("case.zip").to_string_lossy().into_owned();
    hall.backend.command(&["case", "export", &case.receipt, "--to", &archive], None).unwrap();
    let verified = hall.backend.command(&["case", "verify", &archive], None).unwrap();
    assert!(verified.contains(&format!("Case {} is whole", case.receipt)), "{verified}");

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
    let (case, desk, door) = grant_and_load(&mut hall, first);
    let pickup = desk.pickup_code().unwrap();

    // Whoever has the receipt reads how it stands, and that this very terminal has the result.
    hall.scanner.scan(&case.receipt).unwrap();
    hall.kiosk.wait_screen(&["find_last_four"]).unwrap();
    hall.type_last_four("001X").unwrap();
    assert_eq!(hall.touch_on(PRIMARY).unwrap(), "progress");
    e2e::story::keep_screen("progress_here", &hall);
    assert_eq!(hall.touch_on(QUIT).unwrap(), "idle");

    hall.cable.cut(true);
    hall.restart_kiosk().unwrap();
    // The same person's social security card: the same number, but a card that anybody could have copied.
    hall.lay("li-jianguo-social").unwrap();
    hall.kiosk.wait_screen(&["errand"]).unwrap();
    hall.lift();
    assert_eq!(hall.touch_on(PRIMARY).unwrap(), "pickup_code");
    let unlocks = hall.cabinet.counters().unlocks;
    look();
    hall.type_digits(if pickup == "000000" { "111111" } else { "000000" }).unwrap();
    hall.touch_and_look(PRIMARY).unwrap();
    assert_eq!(hall.cabinet.counters().unlocks, unlocks, "a wrong code moves no door");
    hall.type_digits(&pickup).unwrap();
    hall.touch_on(PRIMARY).unwrap();
    hall.wait_open(door).unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["ask_taken"]).unwrap();
    assert_eq!(hall.touch_on(TAKEN_OUT).unwrap(), "rate");
    hall.leave().unwrap();
    hall.cable.cut(false);
    desk.wait_state("collected").unwrap();
}

/// A passport's chip copied onto another opens as the original does, with all that is signed. It may hand in, and the
/// window is told; the box with its owner's result does not open to it.
#[test]
fn a_copied_passport_fetches_nothing() {
    let mut hall = Hall::builder().start().unwrap();
    let show = |hall: &mut Hall, passport: &str, page: &str| {
        hall.scanner.scan(people::by_name(passport).unwrap().lines.unwrap()).unwrap();
        hall.kiosk.wait_screen(&["document_check"]).unwrap();
        hall.lay(passport).unwrap();
        hall.kiosk.wait_screen(&[page]).unwrap();
        hall.lift();
    };
    show(&mut hall, "copied-passport", "choose");
    hall.find_item(SHOW_PERMIT).unwrap();
    hall.answer_until(Phone::Skip, &["door"]).unwrap();
    let first = hall.wait_door().unwrap();
    hall.shut(first);
    hall.kiosk.wait_screen(&["done"]).unwrap();
    let (_, desk, door) = grant_and_load(&mut hall, first);
    desk.browser.wait_for_text("#applicant .no", "芯片是复制的").unwrap();

    show(&mut hall, "copied-passport", "errand");
    assert_eq!(hall.touch_on(PRIMARY).unwrap(), "pickup_code");
    assert!(hall.cabinet.open_doors().is_empty());
    assert_eq!(hall.touch_on(QUIT).unwrap(), "idle");

    show(&mut hall, "anna-eriksson", "errand");
    hall.touch_on(PRIMARY).unwrap();
    hall.wait_open(door).unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["ask_taken"]).unwrap();
    assert_eq!(hall.touch_on(TAKEN_OUT).unwrap(), "rate");
    hall.leave().unwrap();
    desk.wait_state("collected").unwrap();
    hall.assert_not_logged(&["L898902C", "ERIKSSON"]).unwrap();
}
