//! At the door: locks that jam, sensors that go blind, records that fail.

use std::time::Duration;

use crate::terminal::{LI, Lock, PERFORMANCE, Terminal, done, door, healthy};
use kiosk_journey::{
    Act, DoorPhase, Health, Input, Output, PartState, RecordFailure, Screen, Sound, StaffCall, TextSize, Touch,
    UnconfirmedReason,
};
use kiosk_wire::entry::{MoveReason, VoidReason};
use kiosk_wire::kiosk_api::DoorState;
use kiosk_wire::{CompartmentNo, Fact};

#[test]
fn an_open_door_reminds_calls_staff_and_never_times_out() {
    let mut terminal = Terminal::new();
    terminal.as_far_as_the_door();
    terminal.wait_s(20);
    assert_eq!(door(&terminal).phase, DoorPhase::Reminder);
    terminal.wait_s(40);
    assert_eq!(door(&terminal).phase, DoorPhase::StaffCalled);
    assert!(terminal.heard(&Output::CallStaff(StaffCall::DoorLeftOpen { compartment: CompartmentNo(1) })));
    terminal.wait_s(7_200);
    assert_eq!((terminal.screen(), terminal.view().overlay), ("door", None));
    terminal.shut();
    assert_eq!(terminal.screen(), "done");
}

#[test]
fn a_sluggish_lock_gets_a_second_pulse() {
    let mut terminal = Terminal::new();
    terminal.boxes.get_mut(&1).unwrap().lock = Lock::Sluggish;
    terminal.as_far_as_the_door();
    assert_eq!(door(&terminal).phase, DoorPhase::Opening { attempt: 1 });
    terminal.wait_s(4);
    assert_eq!((door(&terminal).compartment, door(&terminal).phase), (1, DoorPhase::Open));
    assert_eq!(terminal.boxes[&1].pulses, 2);
}

#[test]
fn a_door_that_does_not_open_gives_another_box_within_eight_seconds() {
    let mut terminal = Terminal::new();
    terminal.boxes.get_mut(&1).unwrap().lock = Lock::Stuck;
    let submission = terminal.as_far_as_the_door();
    terminal.wait_s(8);
    let view = door(&terminal);
    assert_eq!((view.compartment, view.phase, view.instead_of), (2, DoorPhase::Open, Some(1)));
    assert_eq!(terminal.boxes[&1].pulses, 2);
    assert_eq!(terminal.journal_kinds(), ["prepared", "intended", "set aside", "moved"]);
    terminal.shut();
    assert_eq!(terminal.journal.last(), Some(&Fact::Deposited { submission, compartment: CompartmentNo(2) }));
}

#[test]
fn no_door_opens_and_no_paper_is_taken() {
    let mut terminal = Terminal::new();
    terminal.boxes.values_mut().for_each(|b| b.lock = Lock::Stuck);
    let submission = terminal.as_far_as_the_door();
    terminal.wait_s(30);
    assert_eq!(terminal.screen(), "not_deposited");
    assert_eq!(terminal.journal.last(), Some(&Fact::DepositVoided { submission, why: VoidReason::NoDoorOpened }));
    terminal.next();
    assert_eq!(terminal.screen(), "idle");
}

#[test]
fn a_line_that_is_down_blames_no_box() {
    let mut terminal = Terminal::new();
    terminal.boxes.values_mut().for_each(|b| b.lock = Lock::NotSent);
    terminal.as_far_as_the_door();
    terminal.wait_s(5);
    assert_eq!(terminal.journal_kinds(), ["prepared", "intended", "voided"]);
}

#[test]
fn a_door_out_of_sight_is_asked_about_once() {
    for (says, kinds) in [
        (Act::PaperIsIn, &["prepared", "intended", "unconfirmed"][..]),
        (Act::PaperIsNotIn, &["prepared", "intended", "set aside", "moved"][..]),
    ] {
        let mut terminal = Terminal::new();
        terminal.boxes.get_mut(&1).unwrap().lock = Lock::Unseen;
        terminal.as_far_as_the_door();
        terminal.wait_s(1);
        terminal.see(1, DoorState::Closed);
        terminal.boxes.get_mut(&1).unwrap().lock = Lock::Stuck;
        terminal.wait_s(7);
        assert_eq!(terminal.screen(), "ask_paper_in");
        terminal.act(says);
        assert_eq!(terminal.journal_kinds(), kinds);
    }
}

#[test]
fn a_board_that_says_nothing_after_the_pulse_is_asked_about_too() {
    let mut terminal = Terminal::new();
    terminal.boxes.values_mut().for_each(|b| b.lock = Lock::Unseen);
    let submission = terminal.as_far_as_the_door();
    for no in 2..=6 {
        terminal.see(no, DoorState::Unknown);
    }
    terminal.wait_s(11);
    assert_eq!(terminal.screen(), "ask_paper_in", "whoever stands there knows where the paper is");
    terminal.act(Act::PaperIsNotIn);
    let void = Fact::DepositVoided { submission, why: VoidReason::NoDoorOpened };
    assert_eq!((terminal.screen(), terminal.journal.last()), ("not_deposited", Some(&void)));
}

#[test]
fn nobody_answers_and_the_deposit_is_left_to_staff() {
    let mut terminal = Terminal::new();
    terminal.boxes.get_mut(&1).unwrap().lock = Lock::Unseen;
    let submission = terminal.as_far_as_the_door();
    terminal.wait_s(11 + 91);
    let why = UnconfirmedReason::OpeningNotSeen;
    assert_eq!(
        terminal.journal.last(),
        Some(&Fact::DepositUnconfirmed { submission, compartment: CompartmentNo(1), why })
    );
}

#[test]
fn the_help_overlay_does_not_hide_you_may_leave() {
    let mut terminal = Terminal::new();
    terminal.as_far_as_the_door();
    terminal.touch(Touch::Help);
    terminal.shut();
    assert_eq!((terminal.screen(), terminal.view().overlay), ("done", None));
}

#[test]
fn a_board_that_falls_silent_leaves_the_deposit_to_staff() {
    let mut terminal = Terminal::new();
    let submission = terminal.as_far_as_the_door();
    terminal.see(1, DoorState::Unknown);
    assert_eq!(door(&terminal).phase, DoorPhase::NotSeen);
    assert!(
        terminal.heard(&Output::CallStaff(StaffCall::LineLost { compartment: CompartmentNo(1) })),
        "as the page says"
    );
    terminal.wait_s(400);
    assert!(terminal.journal.contains(&Fact::DepositUnconfirmed {
        submission,
        compartment: CompartmentNo(1),
        why: UnconfirmedReason::LineLost
    }));
    assert!(terminal.heard(&Output::CallStaff(StaffCall::LineLost { compartment: CompartmentNo(1) })));
}

#[test]
fn an_open_door_out_of_sight_may_be_said_to_be_shut() {
    let mut terminal = Terminal::new();
    let submission = terminal.as_far_as_the_door();
    terminal.see(1, DoorState::Unknown);
    terminal.act(Act::PaperIsIn);
    let why = UnconfirmedReason::LineLost;
    assert_eq!(
        terminal.journal.last(),
        Some(&Fact::DepositUnconfirmed { submission, compartment: CompartmentNo(1), why })
    );
}

#[test]
fn the_applicant_may_say_that_the_door_did_open() {
    let mut terminal = Terminal::new();
    terminal.boxes.get_mut(&1).unwrap().lock = Lock::Stuck;
    terminal.as_far_as_the_door();
    assert!(door(&terminal).can_say_in);
    terminal.act(Act::PaperIsIn);
    assert_eq!(done(&terminal).unconfirmed, Some(UnconfirmedReason::OpeningNotSeen));
    assert!(!done(&terminal).can_reopen);
    assert!(!terminal.heard(&Output::Play(Sound::Done)));
}

#[test]
fn a_bigger_box_opens_after_the_first_is_shut() {
    let mut terminal = Terminal::new();
    let submission = terminal.as_far_as_the_door();
    assert!(door(&terminal).can_bigger);
    terminal.act(Act::BiggerBox);
    assert_eq!(door(&terminal).phase, DoorPhase::ShutForBigger);
    terminal.touch(Touch::Back);
    assert_eq!(door(&terminal).phase, DoorPhase::Open, "changed their mind");
    terminal.act(Act::BiggerBox);
    terminal.shut();
    let moved =
        Fact::DepositMoved { submission, from: CompartmentNo(1), to: CompartmentNo(5), why: MoveReason::TooSmall };
    assert!(terminal.journal.contains(&moved));
    assert_eq!((door(&terminal).compartment, door(&terminal).instead_of), (5, None));
    assert!(!door(&terminal).can_bigger);
    terminal.shut();
    assert_eq!(done(&terminal).compartment, 5);
}

/// Staff are called after a minute as ever; what the page says stays what was wished, else the door is shut on the paper.
#[test]
fn a_wish_is_not_forgotten_while_the_door_stands_open() {
    for (act, phase) in [(Act::BiggerBox, DoorPhase::ShutForBigger), (Act::FoundSomething, DoorPhase::ShutForOther)] {
        let mut terminal = Terminal::new();
        terminal.as_far_as_the_door();
        terminal.wait_s(49);
        terminal.act(act);
        terminal.wait_s(11);
        assert_eq!(door(&terminal).phase, phase);
        assert!(terminal.heard(&Output::CallStaff(StaffCall::DoorLeftOpen { compartment: CompartmentNo(1) })));
        terminal.touch(Touch::Back);
        assert_eq!(door(&terminal).phase, DoorPhase::StaffCalled, "changed their mind");
    }
}

#[test]
fn where_no_larger_box_is_free_the_door_says_so() {
    let mut terminal = Terminal::new();
    for no in [5, 6] {
        terminal.boxes.get_mut(&no).unwrap().free = false;
    }
    terminal.cabinet();
    terminal.as_far_as_the_door();
    assert!(!door(&terminal).can_bigger && door(&terminal).no_larger);
    terminal.act(Act::FoundSomething);
    assert!(!door(&terminal).no_larger, "the paper goes elsewhere anyway");
}

/// A page that is looked at stays, and longer where it is the only receipt there is.
#[test]
fn the_last_page_stays_while_it_is_used() {
    let mut terminal = Terminal::new();
    terminal.input(Input::Health(Health { printer: PartState::Ok, ..healthy() }));
    terminal.as_far_as_the_door();
    terminal.shut();
    terminal.wait_s(27);
    terminal.touch(Touch::TextSize(TextSize::Large));
    terminal.wait_s(12);
    assert_eq!(terminal.screen(), "done");
    terminal.wait_s(18);
    assert_eq!(terminal.screen(), "idle");
    for printer in [PartState::Absent, PartState::Failed] {
        let mut terminal = Terminal::new();
        terminal.input(Input::Health(Health { printer, ..healthy() }));
        terminal.as_far_as_the_door();
        terminal.shut();
        terminal.wait_s(89);
        assert_eq!(terminal.screen(), "done", "to be photographed: {printer:?}");
        terminal.wait_s(1);
        assert_eq!(terminal.screen(), "idle");
    }
}

#[test]
fn something_found_sets_the_box_aside_and_opens_another() {
    let mut terminal = Terminal::new();
    terminal.as_far_as_the_door();
    terminal.act(Act::FoundSomething);
    terminal.shut();
    assert_eq!(terminal.journal_kinds(), ["prepared", "intended", "set aside", "moved"]);
    assert!(terminal.heard(&Output::CallStaff(StaffCall::FoundSomething { compartment: CompartmentNo(1) })));
    assert_eq!(door(&terminal).compartment, 2);
}

#[test]
fn forgot_something_opens_the_same_box_again() {
    let mut terminal = Terminal::new();
    let submission = terminal.as_far_as_the_door();
    terminal.shut();
    terminal.wait_s(28);
    terminal.act(Act::OpenAgain);
    assert_eq!(terminal.journal.last(), Some(&Fact::DepositReopened { submission, compartment: CompartmentNo(1) }));
    assert_eq!(door(&terminal).compartment, 1);
    terminal.shut();
    assert_eq!(
        terminal.journal_kinds(),
        ["prepared", "intended", "deposited", "reopened", "deposited"],
        "one submission all the while"
    );
    assert_eq!(terminal.screen(), "done");
}

#[test]
fn the_next_person_need_not_wait_for_the_done_page() {
    let mut terminal = Terminal::new();
    terminal.as_far_as_the_door();
    terminal.shut();
    terminal.card("李四", LI);
    assert_eq!(terminal.view().person.unwrap().name, "李*");
    assert_eq!(terminal.screen(), "choose");
}

#[test]
fn a_box_taken_meanwhile_gives_the_next() {
    let mut terminal = Terminal::new();
    terminal.failures = vec![RecordFailure::CompartmentTaken];
    terminal.as_far_as_the_door();
    assert_eq!(door(&terminal).compartment, 2);
}

#[test]
fn a_full_disk_takes_no_paper() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    terminal.answer_all(Some("13812345678"));
    terminal.always_fails = Some(RecordFailure::DiskFull);
    terminal.next();
    assert!(matches!(terminal.view().screen, Screen::RecordFailed { paper_in: None, .. }));
    assert!(terminal.boxes.values().all(|b| b.pulses == 0));
    terminal.next();
    assert_eq!(terminal.screen(), "idle");
}

#[test]
fn a_disk_that_fills_while_the_door_is_open_keeps_trying_and_says_so() {
    let mut terminal = Terminal::new();
    terminal.as_far_as_the_door();
    terminal.always_fails = Some(RecordFailure::DiskFull);
    terminal.shut();
    assert!(matches!(terminal.view().screen, Screen::RecordFailed { paper_in: Some(1), .. }));
    assert!(terminal.heard(&Output::CallStaff(StaffCall::RecordFailed)));
    terminal.wait_s(600);
    assert_eq!(terminal.screen(), "record_failed", "nobody is told to leave");
    terminal.always_fails = None;
    terminal.wait_s(6);
    assert_eq!(terminal.screen(), "done");
}

#[test]
fn a_move_that_cannot_be_recorded_is_voided_when_the_applicant_leaves() {
    let mut terminal = Terminal::new();
    let submission = terminal.as_far_as_the_door();
    terminal.act(Act::BiggerBox);
    terminal.always_fails = Some(RecordFailure::Broken);
    terminal.shut();
    assert!(matches!(terminal.view().screen, Screen::RecordFailed { paper_in: None, .. }));
    terminal.touch(Touch::Quit);
    assert_eq!(terminal.screen(), "idle");
    terminal.always_fails = None;
    terminal.wait_s(10);
    assert_eq!(terminal.journal.last(), Some(&Fact::DepositVoided { submission, why: VoidReason::TakenBack }));
    assert_eq!(terminal.boxes[&5].pulses, 0);
}

#[test]
fn a_slow_record_keeps_the_page_and_then_says_so() {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    terminal.answer_all(Some("13812345678"));
    terminal.slow = true;
    terminal.next();
    assert_eq!(terminal.screen(), "check");
    terminal.touch(Touch::Quit);
    assert_eq!(terminal.screen(), "saving");
    terminal.slow = false;
    terminal.answer();
    assert_eq!(terminal.screen(), "door");
}

/// The check page is the last chance to read: a second tap of the hand that came from the page before hands nothing in.
#[test]
fn a_second_tap_within_a_second_hands_nothing_in() {
    for (after_ms, screen) in [(310, "check"), (400, "check"), (700, "check"), (999, "check"), (1_000, "door")] {
        let mut terminal = Terminal::new();
        terminal.zhang();
        terminal.browse_to(PERFORMANCE);
        terminal.answer_all(Some("13812345678"));
        terminal.act(Act::Change("materials".into()));
        terminal.next();
        assert_eq!(terminal.screen(), "check");
        terminal.wait(Duration::from_millis(after_ms));
        terminal.input(Input::Touch(Touch::Next));
        assert_eq!(terminal.screen(), screen, "{after_ms} ms");
    }
}

/// What lies under an overlay was not seen while it was there.
#[test]
fn a_second_tap_does_not_fall_through_an_overlay() {
    for after_ms in [310, 700, 999] {
        let mut terminal = Terminal::new();
        terminal.zhang();
        terminal.browse_to(PERFORMANCE);
        terminal.answer_all(Some("13812345678"));
        terminal.wait_s(95);
        assert!(terminal.view().overlay.is_some());
        terminal.input(Input::Touch(Touch::StillHere));
        terminal.wait(Duration::from_millis(after_ms));
        terminal.input(Input::Touch(Touch::Quit));
        assert_eq!(terminal.screen(), "check", "{after_ms} ms");
    }
}
