//! Readers, cards, lines and doors fail as they do in halls (P1, P2, P6, P11).
#![expect(clippy::wildcard_enum_match_arm, reason = "a story looks for the one fact it is about")]

use std::time::Duration;

use e2e::Hall;
use e2e::hand::{BIGGER, FOUND, PAPER_IN, Phone, SAY_IN};
use e2e::wait::let_pass;
use kiosk_wire::Fact;
use kiosk_wire::entry::SetAsideReason;
use peers::cabinet::{BusFaults, DoorFaults};
use peers::card::CardFaults;

/// The PC/SC service dies while a card is being read, and comes back: the next swipe works.
#[test]
fn pcscd_is_killed_while_a_card_is_read() {
    let mut hall = Hall::builder().start().unwrap();
    hall.lay("slow").unwrap();
    hall.kiosk.wait_screen(&["reading_card"]).unwrap();
    assert!(hall.slot.wait_commands(1, Duration::from_secs(10)));
    hall.cards.kill();
    hall.kiosk.wait_screen(&["card_problem", "idle"]).unwrap();
    hall.lift();
    hall.cards.restart().unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();
    hall.swipe("li-jianguo").unwrap();
}

/// A card is taken away too early: the screen says so, and the same card works when it is held still.
#[test]
fn a_card_is_torn() {
    let mut hall = Hall::builder().start().unwrap();
    hall.lay("torn").unwrap();
    hall.kiosk.wait_screen(&["card_problem"]).unwrap();
    assert!(hall.slot.wait_gone(Duration::from_secs(5)));
    hall.swipe("li-jianguo").unwrap();
}

/// Every card that cannot be used gets a page that says so, and then the next person's works.
#[test]
fn bad_cards_are_told_apart_and_harm_nothing() {
    let mut hall = Hall::builder().start().unwrap();
    for card in ["expired", "check-digit", "bad-date", "blank", "garbage", "forged-length", "short", "phone"] {
        hall.lay(card).unwrap();
        hall.kiosk.wait_screen(&["card_problem"]).unwrap();
        hall.lift();
        hall.touch_on(e2e::hand::SECOND).unwrap();
        hall.kiosk.wait_screen(&["idle"]).unwrap();
    }
    hall.swipe("wang-xiuying").unwrap();
}

/// The door does not open: another box opens by itself, and the first is set aside.
#[test]
fn a_door_never_opens() {
    let mut hall = Hall::builder().start().unwrap();
    let stuck = DoorFaults { stuck: true, ..DoorFaults::default() };
    assert!(hall.cabinet.set_door_faults(1, stuck));
    let door = hall.visit("wang-xiuying", Phone::Skip).unwrap();
    assert_ne!(door, 1);
    hall.kiosk
        .wait_fact("the stuck box to be set aside", 1, |fact| match fact {
            Fact::CompartmentSetAside { compartment, why: SetAsideReason::DoorStuck, .. } => Some(compartment.0),
            _ => None,
        })
        .map(|aside| assert_eq!(aside, 1))
        .unwrap();
    hall.backend.wait_case(door, &["deposited"]).unwrap();
}

/// The door is left open: the visit does not time out, and shutting it later ends it well.
#[test]
fn a_door_is_left_open() {
    let mut hall = Hall::builder().start().unwrap();
    let door = hall.visit_to_door("wang-xiuying", Phone::Skip).unwrap();
    // The page asks louder after 20 s; it is still the door's page, and no other box opens meanwhile.
    let_pass(Duration::from_secs(22));
    assert_eq!(hall.kiosk.screen(), "door");
    assert_eq!(hall.cabinet.open_doors(), [door]);
    hall.shut(door);
    hall.kiosk.wait_screen(&["done"]).unwrap();
}

/// The door opens and shuts so quickly that nobody saw it. The applicant says that the paper is in; the deposit is
/// unconfirmed, and staff will look.
#[test]
fn an_opening_is_missed() {
    let mut hall = Hall::builder().start().unwrap();
    assert!(hall.cabinet.set_door_faults(1, DoorFaults { blink: true, ..DoorFaults::default() }));
    hall.swipe("wang-xiuying").unwrap();
    hall.find_item(e2e::hand::SHOW_PERMIT).unwrap();
    hall.answer_until(Phone::Skip, &["door"]).unwrap();
    hall.touch_on(SAY_IN).unwrap();
    hall.kiosk.wait_screen(&["done"]).unwrap();
    let unconfirmed = hall.kiosk.wait_fact("the deposit to be unconfirmed", 1, |fact| match fact {
        Fact::DepositUnconfirmed { compartment, .. } => Some(compartment.0),
        _ => None,
    });
    assert_eq!(unconfirmed.unwrap(), 1);
    hall.backend.wait_case(1, &["deposit_unconfirmed"]).unwrap();
}

/// The applicant finds somebody's paper in the box: it is set aside as it is, and another box opens.
#[test]
fn paper_is_found_in_a_box() {
    let mut hall = Hall::builder().start().unwrap();
    let first = hall.visit_to_door("wang-xiuying", Phone::Skip).unwrap();
    hall.wish(FOUND).unwrap();
    hall.shut(first);
    let mut second = first;
    assert!(hall.cabinet.wait_until(Duration::from_secs(15), |glance| {
        second = (1..=24).find(|door| *door != first && glance.door_is(*door, true)).unwrap_or(first);
        second != first
    }));
    hall.shut(second);
    hall.kiosk.wait_screen(&["done"]).unwrap();
    let aside = hall.kiosk.wait_fact("the first box to be set aside", 1, |fact| match fact {
        Fact::CompartmentSetAside { compartment, why: SetAsideReason::FoundSomething, .. } => Some(compartment.0),
        _ => None,
    });
    assert_eq!(aside.unwrap(), first);
    hall.backend.wait_case(second, &["deposited"]).unwrap();
}

/// The paper does not fit: a bigger box opens after the first is shut, for the same submission.
#[test]
fn a_bigger_box_is_asked_for() {
    let mut hall = Hall::builder().start().unwrap();
    let first = hall.visit_to_door("wang-xiuying", Phone::Skip).unwrap();
    hall.wish(BIGGER).unwrap();
    hall.shut(first);
    let second = (17..=24).find(|door| hall.cabinet.wait_open(*door, Duration::from_secs(5))).unwrap();
    hall.shut(second);
    hall.kiosk.wait_screen(&["done"]).unwrap();
    hall.backend.wait_case(second, &["deposited"]).unwrap();
    assert_eq!(hall.backend.cases().unwrap().len(), 1);
}

/// The cable to the lock board comes out in the middle of an unlock: the record says where paper may be, and after it
/// is back the kiosk serves again.
#[test]
fn the_line_is_torn_in_the_middle_of_an_unlock() {
    let mut hall = Hall::builder().start().unwrap();
    hall.cabinet.set_faults(BusFaults { unplug_at_unlock: true, ..BusFaults::default() });
    hall.swipe("wang-xiuying").unwrap();
    hall.find_item(e2e::hand::SHOW_PERMIT).unwrap();
    hall.answer_until(Phone::Skip, &["door"]).unwrap();
    let door = hall.wait_door().unwrap();
    hall.cabinet.set_faults(BusFaults::default());
    hall.cabinet.replug();
    let_pass(Duration::from_secs(2));
    hall.shut(door);
    hall.kiosk.wait_screen(&["done", "ask_paper_in"]).unwrap();
    if hall.kiosk.screen() == "ask_paper_in" {
        hall.touch_on(PAPER_IN).unwrap();
    }
    hall.backend.wait_case(door, &["deposited", "deposit_unconfirmed"]).unwrap();
}

/// No reader, no "swipe your card"; when it is back, it is offered again.
#[test]
fn a_dead_locker_is_told_before_the_first_question() {
    let mut hall = Hall::builder().start().unwrap();
    hall.cabinet.unplug();
    hall.kiosk.wait_device("locker", "lost").unwrap();
    hall.slot.insert_named("wang-xiuying").unwrap();
    hall.slot.set_faults(CardFaults::default());
    hall.kiosk.wait_screen(&["choose", "no_box"]).unwrap();
    if hall.kiosk.screen() == "choose" {
        hall.find_item(e2e::hand::SHOW_PERMIT).unwrap();
        hall.touch_on(e2e::hand::PRIMARY).unwrap();
        hall.kiosk.wait_screen(&["no_box"]).unwrap();
    }
    assert_eq!(hall.cabinet.counters().unlocks.len(), 0);
}
