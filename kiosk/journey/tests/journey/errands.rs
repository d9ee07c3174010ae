//! A person's own cases: results, corrections, progress.

use kiosk_journey::{
    Act, Input, Language, Load, Output, Payload, RecordFailure, Screen, StaffCall, StaffDoor, StaffDoorKind, TodoView,
    Touch,
};
use kiosk_wire::entry::{Authority, PickupProof};
use kiosk_wire::kiosk_api::{BothLanguages, CaseBrief, MissingMaterial, Todo};
use kiosk_wire::submission::Assurance;
use kiosk_wire::{CompartmentNo, DirectiveId, Fact, Personal, ReceiptNumber, ResultHolder, StaffId, SubmissionId};
use uuid::Uuid;

use crate::terminal::{Lock, PERFORMANCE, Terminal, ZHANG, applicant, personal};

pub(crate) const RESULT: SubmissionId = SubmissionId(Uuid::from_u128(101));
const CORRECTION: SubmissionId = SubmissionId(Uuid::from_u128(102));
const RUNNING: SubmissionId = SubmissionId(Uuid::from_u128(103));
const CLERK: StaffId = StaffId(Uuid::from_u128(7));
const DIRECTIVE: DirectiveId = DirectiveId(Uuid::from_u128(9));

fn errand(submission: SubmissionId, todo: Option<Todo>) -> CaseBrief {
    CaseBrief {
        submission,
        receipt: ReceiptNumber("1010100000002".into()),
        item: PERFORMANCE.into(),
        department: "culture".into(),
        item_name: both("营业性演出审批", "Commercial performance permit"),
        organisation: None,
        state: both("办理中", "In progress"),
        told: both("您的申请已受理", "Your application is accepted"),
        due: Some("2026-12-03".into()),
        todo,
    }
}

pub(crate) fn both(zh: &str, en: &str) -> BothLanguages {
    BothLanguages { zh: zh.into(), en: en.into() }
}

fn pick_up(compartment: u16) -> Todo {
    Todo::PickUp { kiosk_name: String::new(), here: true, compartment: CompartmentNo(compartment) }
}

fn result(compartment: u16) -> CaseBrief {
    errand(RESULT, Some(pick_up(compartment)))
}

fn correction(materials: usize) -> CaseBrief {
    let missing = |n| MissingMaterial {
        code: format!("m{n}"),
        name: both(&format!("材料{n}"), ""),
        reason: "未提交".into(),
        originals: 1,
        copies: 0,
    };
    errand(CORRECTION, Some(Todo::Correct { missing: (1..=materials).map(missing).collect() }))
}

/// What a random person may have, with a result in one of these boxes.
pub(crate) fn some(taken: &[u16]) -> Vec<CaseBrief> {
    let mut all = vec![errand(RUNNING, None), correction(7)];
    all.extend(taken.first().map(|no| result(*no)));
    all
}

/// A terminal whose box 3 holds something, and a person of whom this is known at once.
fn met_by(errands: Vec<CaseBrief>) -> Terminal {
    let mut terminal = Terminal::new();
    terminal.boxes.get_mut(&3).unwrap().free = false;
    terminal.cabinet();
    let visit = terminal.zhang();
    terminal.input(Input::Errands { visit, errands });
    terminal
}

#[test]
fn what_needs_the_person_comes_first() {
    let mut terminal = met_by(vec![errand(RUNNING, None), correction(1), result(3)]);
    let Screen::Errands(list) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!(list.rows[0].todo, Some(TodoView::PickUp { compartment: 3 }));
    assert_eq!(list.rows[1].todo, Some(TodoView::Correct { missing: 1 }));
    terminal.choose(&RESULT.to_string());
    assert_eq!(terminal.screen(), "errand");
}

/// Two touches: open, all taken; the third one rates.
#[test]
fn the_only_result_is_taken_out_by_two_touches() {
    let mut terminal = met_by(vec![errand(RUNNING, None), result(3)]);
    terminal.next();
    terminal.shut();
    terminal.act(Act::TakenOut);
    assert_eq!((terminal.screen(), terminal.touches), ("rate", 2));
    terminal.choose("5");
    assert_eq!(terminal.touches, 3);
}

/// What this terminal knows by itself comes before what the server says.
#[test]
fn more_that_waits_soon_after_the_only_result_is_not_hidden_by_it() {
    let mut terminal = met_by(vec![result(3)]);
    assert_eq!(terminal.screen(), "errand");
    let visit = terminal.last_visit.expect("a visit");
    terminal.wait(std::time::Duration::from_millis(200));
    terminal.input(Input::Errands { visit, errands: vec![correction(1), result(3)] });
    assert_eq!(terminal.screen(), "errands");
    // Later nothing jumps under a finger, and all of it is one step back.
    let mut terminal = met_by(vec![result(3)]);
    let visit = terminal.last_visit.expect("a visit");
    terminal.wait_s(1);
    terminal.input(Input::Errands { visit, errands: vec![correction(1), result(3)] });
    assert_eq!(terminal.screen(), "errand");
    terminal.touch(Touch::Back);
    let Screen::Errands(list) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!(list.rows.len(), 2);
}

/// The rating is no race either.
#[test]
fn the_question_how_it_was_stays_while_it_is_used() {
    let mut terminal = met_by(vec![result(3)]);
    terminal.next();
    terminal.shut();
    terminal.act(Act::TakenOut);
    terminal.wait_s(27);
    terminal.touch(Touch::Language(Language::En));
    terminal.wait_s(12);
    assert_eq!(terminal.screen(), "rate");
    terminal.wait_s(18);
    assert_eq!(terminal.screen(), "idle");
}

/// A full locker does not concern who comes for a result: it is shown as soon as it is known, while the page that says so
/// is deaf to what would leave it.
#[test]
fn what_waits_replaces_that_there_is_no_box() {
    for (later, screen) in [(900, "errand"), (1_100, "no_box")] {
        let mut terminal = Terminal::new();
        terminal.boxes.values_mut().for_each(|b| b.free = false);
        terminal.cabinet();
        let visit = terminal.zhang();
        assert_eq!(terminal.screen(), "no_box");
        terminal.wait(std::time::Duration::from_millis(later));
        terminal.input(Input::Errands { visit, errands: vec![result(3)] });
        assert_eq!(terminal.screen(), screen, "{later} ms");
    }
}

/// Corrections begin at the door: four steps were not gone.
#[test]
fn corrections_have_no_steps() {
    let mut terminal = met_by(vec![correction(1), errand(RUNNING, None)]);
    terminal.choose(&CORRECTION.to_string());
    terminal.next();
    assert_eq!((terminal.screen(), terminal.view().step), ("door", None));
}

#[test]
fn a_result_is_taken_out_with_the_card_and_rated() {
    let mut terminal = met_by(vec![errand(RUNNING, None), result(3)]);
    assert_eq!(terminal.screen(), "errand");
    terminal.next();
    assert_eq!(terminal.screen(), "pickup_door");
    terminal.wait_s(3_600);
    assert_eq!(terminal.screen(), "pickup_door", "no timeout with a door open");
    terminal.shut();
    assert_eq!(terminal.screen(), "ask_taken");
    terminal.act(Act::TakenOut);
    assert_eq!(terminal.screen(), "rate");
    terminal.choose("5");
    assert_eq!(terminal.view().screen, Screen::Rate { rated: Some(5) });
    terminal.choose("1");
    assert_eq!(terminal.journal_kinds(), ["pickup intended", "picked up", "pickup affirmed", "rated"], "rated once");
    assert!(matches!(terminal.journal[0], Fact::PickupIntended { proof: PickupProof::Card, .. }));
    terminal.next();
    assert_eq!(terminal.screen(), "idle");
    assert!(terminal.boxes[&3].free);
}

#[test]
fn nobody_is_asked_to_rate_for_ever() {
    let mut terminal = met_by(vec![result(3)]);
    terminal.next();
    terminal.shut();
    terminal.act(Act::TakenOut);
    terminal.wait_s(31);
    assert_eq!(terminal.screen(), "idle");
}

/// To the pad for the pick-up code, with a card that could be a copy.
pub(crate) fn to_pickup_code(terminal: &mut Terminal) {
    terminal.boxes.get_mut(&3).unwrap().free = false;
    terminal.cabinet();
    let visit = SubmissionId(Uuid::from_u128(77));
    let mut card = applicant("张三丰", ZHANG);
    card.assurance = Assurance::ReadOnly;
    terminal.input(Input::CardRead { applicant: card, submission: visit, age: None });
    terminal.input(Input::Errands { visit, errands: vec![result(3)] });
    terminal.next();
    assert_eq!(terminal.screen(), "pickup_code");
}

#[test]
fn a_card_that_could_be_a_copy_needs_the_code() {
    let mut terminal = Terminal::new();
    to_pickup_code(&mut terminal);
    terminal.type_text("12345");
    terminal.next();
    assert!(!terminal.outputs.iter().any(|output| matches!(output, Output::CheckPickupCode { .. })), "too short");
    terminal.type_text("6");
    terminal.next();
    assert!(terminal.heard(&Output::CheckPickupCode { submission: RESULT, code: Personal::from("123456") }));
    terminal.input(Input::PickupCodeChecked { submission: RESULT, right: false, tries_left: 4 });
    let Screen::PickupCode(pad) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!((pad.typed, pad.tries_left), (0, Some(4)));
    terminal.input(Input::PickupCodeChecked { submission: RESULT, right: true, tries_left: 4 });
    assert_eq!(terminal.screen(), "pickup_code", "nothing was asked: such an answer opens no door");
    terminal.type_text("654321");
    terminal.next();
    terminal.input(Input::PickupCodeChecked { submission: RESULT, right: true, tries_left: 4 });
    assert_eq!(terminal.screen(), "pickup_door");
    assert!(matches!(terminal.journal[0], Fact::PickupIntended { proof: PickupProof::CardAndCode, .. }));
}

#[test]
fn the_last_wrong_code_leads_to_the_window() {
    let mut terminal = met_by(vec![]);
    let visit = SubmissionId(Uuid::from_u128(78));
    let mut card = applicant("张三丰", ZHANG);
    card.assurance = Assurance::ReadOnly;
    terminal.touch(Touch::Quit);
    terminal.input(Input::CardRead { applicant: card, submission: visit, age: None });
    terminal.input(Input::Errands { visit, errands: vec![result(3)] });
    terminal.next();
    terminal.type_text("000000");
    terminal.next();
    terminal.input(Input::PickupCodeChecked { submission: RESULT, right: false, tries_left: 0 });
    assert_eq!(terminal.screen(), "pickup_failed");
    assert_eq!(terminal.journal_kinds(), Vec::<&str>::new(), "no door moved");
}

#[test]
fn a_door_that_does_not_open_keeps_the_result_and_calls_staff() {
    let mut terminal = met_by(vec![result(3)]);
    terminal.boxes.get_mut(&3).unwrap().lock = Lock::Stuck;
    terminal.next();
    terminal.wait_s(10);
    assert_eq!(terminal.screen(), "pickup_failed");
    assert!(terminal.heard(&Output::CallStaff(StaffCall::DoorStuck { compartment: CompartmentNo(3) })));
    assert_eq!(terminal.journal_kinds(), ["pickup intended"], "it is still on record as lying there");
    assert!(!terminal.boxes[&3].free);
}

#[test]
fn something_left_inside_keeps_the_box() {
    let mut terminal = met_by(vec![result(3)]);
    terminal.next();
    terminal.shut();
    terminal.act(Act::NotTakenOut);
    assert_eq!(terminal.screen(), "pickup_failed");
    assert!(terminal.heard(&Output::CallStaff(StaffCall::Unconfirmed { compartment: CompartmentNo(3) })));
    assert_eq!(terminal.journal_kinds(), ["pickup intended", "picked up"]);
    assert!(!terminal.boxes[&3].free, "staff look first");
}

#[test]
fn a_journal_that_cannot_be_written_opens_no_door() {
    let mut terminal = met_by(vec![result(3)]);
    terminal.always_fails = Some(RecordFailure::DiskFull);
    terminal.next();
    assert_eq!(terminal.screen(), "pickup_failed");
    assert_eq!(terminal.boxes[&3].pulses, 0);
}

#[test]
fn corrections_go_into_a_box_under_the_old_number() {
    let mut terminal = met_by(vec![correction(7)]);
    terminal.choose(&CORRECTION.to_string());
    let Screen::Errand(page) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    let first = page.missing.len();
    assert!((3..7).contains(&first) && page.paging.pages == 2, "{first} of 7 on {} pages", page.paging.pages);
    terminal.touch(Touch::Turn(kiosk_journey::Turn::Next));
    let Screen::Errand(page) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!(page.missing[0].name, format!("材料{}", first + 1));
    terminal.next();
    assert_eq!(terminal.screen(), "door");
    terminal.shut();
    let Screen::Done(done) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!(
        (done.receipt.as_str(), done.materials.in_box, done.item.as_str()),
        ("1010100000002", 7, "营业性演出审批")
    );
    assert_eq!(terminal.journal_kinds(), ["correction prepared", "intended", "deposited"]);
    let Fact::CorrectionPrepared { submission, .. } = &terminal.journal[0] else { panic!() };
    let Payload::Corrections(corrections) = &terminal.payloads[0] else { panic!() };
    assert_eq!((*submission, corrections.materials.len()), (CORRECTION, 7));
}

#[test]
fn corrections_wait_while_no_box_is_free() {
    let mut terminal = met_by(vec![correction(1)]);
    terminal.boxes.values_mut().for_each(|b| b.free = false);
    terminal.cabinet();
    terminal.choose(&CORRECTION.to_string());
    let Screen::Errand(page) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert!(page.blocked);
    terminal.next();
    assert_eq!(terminal.screen(), "no_box");
}

#[test]
fn progress_waits_behind_a_button_and_interrupts_nobody() {
    let mut terminal = met_by(vec![errand(RUNNING, None)]);
    let Screen::Choose(tiles) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!(tiles.errands, 1);
    terminal.act(Act::MyErrands);
    assert_eq!(terminal.screen(), "errands");
    terminal.choose(&RUNNING.to_string());
    let Screen::Errand(page) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!((page.row.todo, page.due.as_deref()), (None, Some("2026-12-03")));
    terminal.next();
    assert_eq!(terminal.screen(), "errands", "there is nothing to do");
    terminal.next();
    assert_eq!(terminal.screen(), "choose");
}

#[test]
fn what_is_known_late_does_not_jump_under_the_finger() {
    let mut terminal = Terminal::new();
    let visit = terminal.zhang();
    terminal.wait_s(1);
    terminal.input(Input::Errands { visit, errands: vec![result(3)] });
    let Screen::Choose(tiles) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!(tiles.errands, 1);
}

#[test]
fn another_persons_errands_are_not_shown() {
    let mut terminal = Terminal::new();
    let first = terminal.zhang();
    terminal.touch(Touch::Quit);
    terminal.card("李四光", crate::terminal::LI);
    terminal.input(Input::Errands { visit: first, errands: vec![result(3)] });
    let Screen::Choose(tiles) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!(tiles.errands, 0);
}

pub(crate) fn load(compartment: u16) -> StaffDoor {
    let receipt = ReceiptNumber("1010100000002".into());
    StaffDoor {
        compartment: CompartmentNo(compartment),
        submission: Some(RESULT),
        receipt: Some(receipt.clone()),
        kind: StaffDoorKind::Load,
        authority: Authority::Directive { directive: DIRECTIVE },
        load: Some(Load {
            submission: RESULT,
            receipt,
            item: PERFORMANCE.into(),
            department: "culture".into(),
            holder: holder(),
            directive: DIRECTIVE,
        }),
    }
}

pub(crate) fn holder() -> ResultHolder {
    ResultHolder { mark: "00".into(), code_hash: "11".into() }
}

fn staff_with(door: StaffDoor) -> Terminal {
    let mut terminal = Terminal::new();
    terminal.input(Input::StaffCard { staff: CLERK, name: "王芳".into() });
    terminal.type_text("2468");
    terminal.next();
    terminal.input(Input::StaffVerified { staff: CLERK, name: "王芳".into(), doors: vec![door] });
    terminal
}

#[test]
fn staff_put_a_result_in() {
    let mut terminal = staff_with(load(4));
    terminal.choose("4");
    assert_eq!(terminal.screen(), "staff_door");
    terminal.shut();
    assert!(matches!(terminal.view().screen, Screen::StaffAffirm { loading: true, compartment: 4, .. }));
    terminal.act(Act::AffirmEmpty);
    assert_eq!(terminal.screen(), "staff_affirm", "that was not the question");
    terminal.act(Act::AffirmLoaded);
    assert_eq!(terminal.screen(), "staff_boxes");
    assert_eq!(terminal.journal_kinds(), ["load intended", "result loaded"]);
    assert_eq!(terminal.payloads, [Payload::Holder(holder())], "who may take it out goes with it");
    assert!(!terminal.boxes[&4].free);
}

#[test]
fn a_result_that_did_not_go_in_leaves_a_box_to_look_into() {
    for leave in [Touch::Act(Act::NotLoaded), Touch::Quit] {
        let mut terminal = staff_with(load(4));
        terminal.choose("4");
        terminal.shut();
        terminal.touch(leave);
        assert_eq!(terminal.journal_kinds(), ["load intended", "load voided"]);
        assert!(matches!(terminal.journal[1], Fact::LoadVoided { maybe_opened: true, .. }));
        assert!(!terminal.boxes[&4].free);
    }
    let mut terminal = staff_with(load(4));
    terminal.choose("4");
    terminal.shut();
    terminal.wait_s(200);
    assert_eq!(terminal.screen(), "idle", "they walked away");
    assert_eq!(terminal.journal_kinds(), ["load intended", "load voided"]);
}

#[test]
fn a_stuck_door_frees_the_result_for_another_box() {
    let mut terminal = staff_with(load(4));
    terminal.boxes.get_mut(&4).unwrap().lock = Lock::Stuck;
    terminal.choose("4");
    terminal.wait_s(10);
    assert_eq!(terminal.journal_kinds(), ["load intended", "load voided", "set aside"]);
    let Screen::StaffBoxes(boxes) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!(boxes.stuck, Some(4));
}

#[test]
fn without_a_free_box_nothing_opens() {
    let mut terminal = staff_with(StaffDoor { kind: StaffDoorKind::LoadNoRoom, ..load(0) });
    terminal.choose("0");
    assert_eq!(terminal.screen(), "staff_boxes");
    assert_eq!(terminal.journal_kinds(), Vec::<&str>::new());
}

/// The code of a pick-up is held before the scanner and wrong: it costs one try, not all of them.
#[test]
fn a_wrong_code_that_is_held_costs_one_try() {
    let mut terminal = Terminal::new();
    terminal.boxes.get_mut(&3).unwrap().free = false;
    terminal.cabinet();
    let submission = SubmissionId(Uuid::from_u128(77));
    let mut anyone = applicant("张三丰", ZHANG);
    anyone.assurance = Assurance::ReadOnly;
    terminal.input(Input::CardRead { applicant: anyone, submission, age: None });
    terminal.input(Input::Errands { visit: submission, errands: vec![result(3)] });
    terminal.choose(&RESULT.to_string());
    terminal.next();
    assert_eq!(terminal.screen(), "pickup_code");
    terminal.wait_s(1);
    let checks = |terminal: &Terminal| {
        terminal.outputs.iter().filter(|output| matches!(output, Output::CheckPickupCode { .. })).count()
    };
    for _ in 0..10 {
        terminal.input(Input::Scanned("482917".into()));
        terminal.input(Input::PickupCodeChecked { submission: RESULT, right: false, tries_left: 2 });
        terminal.wait(std::time::Duration::from_millis(500));
    }
    assert_eq!(checks(&terminal), 1);
}

#[test]
fn a_guide_mentions_the_case_that_the_person_has_already() {
    let mut terminal = Terminal::new();
    let visit = terminal.zhang();
    terminal.input(Input::Errands { visit, errands: vec![errand(RUNNING, None)] });
    terminal.browse_to(PERFORMANCE);
    let Screen::Guide(guide) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    let same = guide.same.unwrap();
    assert_eq!((same.receipt.as_str(), same.state.as_str()), ("1010100000002", "办理中"));
    // A way to it and back, and never a refusal.
    terminal.act(Act::MyErrands);
    assert_eq!(terminal.screen(), "errands");
    terminal.touch(Touch::Back);
    assert_eq!(terminal.screen(), "guide");
    terminal.answer_all(Some("13812345678"));
    terminal.next();
    assert_eq!(terminal.screen(), "door");
    // Another item, another person, or nobody: nothing is said.
    let mut terminal = Terminal::new();
    let visit = terminal.zhang();
    terminal.input(Input::Errands { visit, errands: vec![errand(RUNNING, None)] });
    terminal.browse_to("internet-cafe");
    assert!(matches!(terminal.view().screen, Screen::Guide(guide) if guide.same.is_none()));
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    assert!(matches!(terminal.view().screen, Screen::Guide(guide) if guide.same.is_none()));
}

/// What was looked at is no case of theirs any more: nothing is left that says "saving" and never ends.
#[test]
fn a_case_that_is_gone_gives_way_to_those_there_are() {
    let mut terminal = met_by(vec![correction(1), result(3)]);
    let visit = terminal.last_visit.expect("a visit");
    terminal.choose(&CORRECTION.to_string());
    terminal.wait_s(5);
    terminal.input(Input::Errands { visit, errands: vec![result(3)] });
    assert_eq!(terminal.screen(), "errands");
    terminal.choose(&RESULT.to_string());
    assert_eq!(terminal.screen(), "errand");
}

#[test]
fn the_usual_faults_and_the_windows_number_are_said_in_english() {
    let mut terminal = Terminal::new();
    let visit = terminal.zhang();
    terminal.touch(Touch::Language(Language::En));
    let missing = ["缺少签字或盖章", "复印件不清晰；第二页", "请带新的照片"].map(|reason| MissingMaterial {
        code: "m".into(),
        name: both("申请表", "Application form"),
        reason: reason.into(),
        originals: 1,
        copies: 0,
    });
    terminal.input(Input::Errands {
        visit,
        errands: vec![errand(CORRECTION, Some(Todo::Correct { missing: missing.into() }))],
    });
    terminal.act(Act::MyErrands);
    terminal.choose(&CORRECTION.to_string());
    let Screen::Errand(page) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    let reasons: Vec<&str> = page.missing.iter().map(|line| line.reason.as_str()).collect();
    // A clerk's own words are nobody's to translate.
    assert_eq!(reasons, ["not signed or stamped", "the copy is illegible; 第二页", "请带新的照片"]);
    assert_eq!(page.window.expect("a window").name, "Window 3");
    terminal.touch(Touch::Language(Language::Zh));
    let Screen::Errand(page) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!(page.missing[0].reason, "缺少签字或盖章");
    assert_eq!(page.window.expect("a window").name, "3号窗口");
}

/// The window calls a number only where one was left.
#[test]
fn corrections_promise_a_call_only_to_whom_has_left_a_number() {
    for known in [false, true] {
        let mut terminal = met_by(vec![correction(1)]);
        if known {
            let visit = terminal.last_visit.expect("a visit");
            terminal.input(Input::KnownPhone { visit, phone: personal("13912345678") });
        }
        terminal.choose(&CORRECTION.to_string());
        terminal.next();
        terminal.shut();
        assert_eq!(crate::terminal::done(&terminal).has_phone, known);
    }
}
