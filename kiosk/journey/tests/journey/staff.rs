//! Staff at the terminal.

use kiosk_journey::{
    Act, Input, Key, Output, RecordFailure, Screen, Service, StaffDoor, StaffDoorKind, StaffProof, StaffRefusal, Touch,
};
use kiosk_wire::entry::Authority;
use kiosk_wire::kiosk_api::DoorState;
use kiosk_wire::{CompartmentNo, DirectiveId, Fact, Personal, ReceiptNumber, StaffId, SubmissionId};
use uuid::Uuid;

use crate::terminal::{Lock, Terminal};

const CLERK: StaffId = StaffId(Uuid::from_u128(7));

fn staff_door(compartment: u16, kind: StaffDoorKind) -> StaffDoor {
    StaffDoor {
        compartment: CompartmentNo(compartment),
        submission: Some(SubmissionId(Uuid::from_u128(u128::from(compartment)))),
        receipt: Some(ReceiptNumber("10101000000001".into())),
        kind,
        authority: Authority::Directive { directive: DirectiveId(Uuid::from_u128(9)) },
        load: None,
    }
}

fn signed_in(doors: Vec<StaffDoor>) -> Terminal {
    let mut terminal = Terminal::new();
    for door in &doors {
        terminal.boxes.get_mut(&door.compartment.0).unwrap().free = false;
    }
    terminal.cabinet();
    terminal.input(Input::StaffCard { staff: CLERK, name: "王芳".into() });
    assert_eq!(terminal.screen(), "staff_pin");
    terminal.type_text("2468");
    terminal.next();
    let asked = Output::VerifyStaff(StaffProof::CardAndPin { staff: CLERK, pin: Personal::from("2468") });
    assert!(terminal.heard(&asked));
    terminal.input(Input::StaffVerified { staff: CLERK, name: "王芳".into(), doors });
    terminal
}

#[test]
fn card_pin_door_affirmed() {
    let mut terminal = signed_in(vec![staff_door(3, StaffDoorKind::Paper), staff_door(4, StaffDoorKind::Armed)]);
    let Screen::StaffBoxes(boxes) = terminal.view().screen else { panic!() };
    assert_eq!(boxes.rows.iter().map(|row| row.compartment).collect::<Vec<_>>(), [4, 3], "armed first");
    terminal.choose("4");
    assert_eq!(terminal.screen(), "staff_door");
    terminal.wait_s(3_600);
    assert_eq!(terminal.screen(), "staff_door", "no timeout with a door open");
    terminal.shut();
    assert!(matches!(terminal.view().screen, Screen::StaffAffirm { compartment: 4, opening_seen: true, .. }));
    terminal.act(Act::AffirmEmpty);
    assert_eq!(terminal.journal_kinds(), ["collection intended", "collection closed", "affirmed"]);
    let Screen::StaffBoxes(boxes) = terminal.view().screen else { panic!() };
    assert_eq!(boxes.rows.len(), 1);
    terminal.touch(Touch::Quit);
    assert_eq!(terminal.screen(), "idle");
}

#[test]
fn a_one_time_code_opens_its_box_at_once() {
    let mut terminal = Terminal::new();
    terminal.boxes.get_mut(&2).unwrap().free = false;
    terminal.act(Act::StaffDoor);
    terminal.type_text("123456");
    let asked = Output::VerifyStaff(StaffProof::OneTimeCode { code: Personal::from("123456") });
    assert!(terminal.heard(&asked), "sent with its last digit");
    let doors = vec![staff_door(2, StaffDoorKind::Armed)];
    terminal.input(Input::StaffVerified { staff: CLERK, name: "王芳".into(), doors });
    assert_eq!(terminal.screen(), "staff_door");
    terminal.shut();
    assert_eq!(terminal.screen(), "staff_affirm");
}

#[test]
fn wrong_then_locked() {
    let mut terminal = Terminal::new();
    terminal.input(Input::StaffCard { staff: CLERK, name: "王芳".into() });
    terminal.type_text("0000");
    terminal.next();
    terminal.input(Input::StaffRefused { staff: Some(CLERK), why: StaffRefusal::WrongPin, tries_left: Some(4) });
    let Screen::StaffPin(pad) = terminal.view().screen else { panic!() };
    assert_eq!((pad.refused, pad.tries_left, pad.typed), (Some(StaffRefusal::WrongPin), Some(4), 0));
    terminal.type_text("0001");
    terminal.next();
    terminal.input(Input::StaffRefused { staff: Some(CLERK), why: StaffRefusal::Locked, tries_left: Some(0) });
    assert_eq!(terminal.view().screen, Screen::StaffRefused { why: StaffRefusal::Locked });
    assert_eq!(terminal.journal_kinds(), ["staff refused", "staff refused"]);
    terminal.wait_s(21);
    assert_eq!(terminal.screen(), "idle");
}

#[test]
fn digits_are_counted_and_never_shown() {
    let mut terminal = Terminal::new();
    terminal.input(Input::StaffCard { staff: CLERK, name: "王芳".into() });
    terminal.type_text("97531");
    let Screen::StaffPin(pad) = terminal.view().screen else { panic!() };
    assert_eq!(pad.typed, 5);
    assert!(!format!("{:?}", terminal.view()).contains("97531"));
    terminal.touch(Touch::Key(Key::Clear));
    let Screen::StaffPin(pad) = terminal.view().screen else { panic!() };
    assert_eq!(pad.typed, 0);
}

#[test]
fn not_empty_stays_to_be_confirmed() {
    let mut terminal = signed_in(vec![staff_door(4, StaffDoorKind::Armed)]);
    terminal.choose("4");
    terminal.shut();
    terminal.act(Act::NotEmpty);
    let Screen::StaffBoxes(boxes) = terminal.view().screen else { panic!() };
    assert_eq!(boxes.rows[0].kind, StaffDoorKind::ToBeConfirmed);
    assert!(!terminal.journal_kinds().contains(&"affirmed"));
}

#[test]
fn staff_who_walk_away_affirm_nothing() {
    let mut terminal = signed_in(vec![staff_door(4, StaffDoorKind::Armed)]);
    terminal.choose("4");
    terminal.shut();
    terminal.wait_s(91);
    assert_eq!(terminal.screen(), "idle");
    assert_eq!(terminal.journal_kinds(), ["collection intended", "collection closed"]);
}

#[test]
fn a_door_stuck_for_staff_is_said_on_the_list() {
    let mut terminal = signed_in(vec![staff_door(4, StaffDoorKind::Armed)]);
    terminal.boxes.get_mut(&4).unwrap().lock = Lock::Stuck;
    terminal.choose("4");
    terminal.wait_s(8);
    let Screen::StaffBoxes(boxes) = terminal.view().screen else { panic!() };
    assert_eq!(boxes.stuck, Some(4));
    assert!(matches!(terminal.journal.last(), Some(Fact::CollectionClosed { opening_seen: false, .. })));
}

#[test]
fn a_record_that_fails_opens_nothing() {
    let mut terminal = signed_in(vec![staff_door(4, StaffDoorKind::Armed)]);
    terminal.failures = vec![RecordFailure::DiskFull];
    terminal.choose("4");
    let Screen::StaffBoxes(boxes) = terminal.view().screen else { panic!() };
    assert!(boxes.record_failed);
    assert_eq!(terminal.boxes[&4].pulses, 0);
}

#[test]
fn a_closing_that_could_not_be_recorded_is_recorded_later() {
    let mut terminal = signed_in(vec![staff_door(4, StaffDoorKind::Armed)]);
    terminal.choose("4");
    terminal.failures = vec![RecordFailure::Broken];
    terminal.shut();
    terminal.touch(Touch::Quit);
    terminal.wait_s(10);
    assert_eq!(terminal.journal_kinds(), ["collection intended", "collection closed"]);
}

#[test]
fn a_revoked_or_forked_terminal_still_gives_back_what_it_holds() {
    for service in [Service::Revoked, Service::JournalForked] {
        let mut terminal = Terminal::new();
        terminal.input(Input::Service(service));
        terminal.zhang();
        assert_eq!(terminal.screen(), "out_of_service", "no applicants");
        terminal.input(Input::StaffCard { staff: CLERK, name: "王芳".into() });
        assert_eq!(terminal.screen(), "staff_pin");
        terminal.touch(Touch::Back);
        assert_eq!(terminal.screen(), "out_of_service");
    }
}

#[test]
fn a_staff_card_does_not_disturb_an_applicant() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.input(Input::StaffCard { staff: CLERK, name: "王芳".into() });
    assert_eq!(terminal.screen(), "choose");
}

#[test]
fn the_answer_to_another_question_opens_nothing() {
    let mut terminal = Terminal::new();
    let doors = vec![staff_door(4, StaffDoorKind::Armed)];
    terminal.input(Input::StaffVerified { staff: CLERK, name: "王芳".into(), doors: doors.clone() });
    assert_eq!(terminal.screen(), "idle", "nobody asked");
    terminal.input(Input::StaffCard { staff: StaffId(Uuid::from_u128(8)), name: "李强".into() });
    terminal.type_text("2468");
    terminal.next();
    terminal.input(Input::StaffVerified { staff: CLERK, name: "王芳".into(), doors });
    assert_eq!(terminal.screen(), "staff_pin", "somebody else's answer");
    assert_eq!(terminal.boxes[&4].door, DoorState::Closed);
}
