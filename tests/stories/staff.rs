//! What staff do, with and without a network, and what they must not be able to do (P2, P4, P7).

use e2e::Hall;
use e2e::hand::{FIRST_BOX, IS_EMPTY, PRIMARY, Phone};
use e2e::wait::{look, until_true};
use kiosk_wire::Fact;
use kiosk_wire::entry::StaffRefusal;

/// Two clerks want the same box: the second is told who is on the way.
#[test]
fn two_clerks_want_one_box() {
    let mut hall = Hall::builder().start().unwrap();
    let door = hall.visit("wang-xiuying", Phone::Skip).unwrap();
    let case = hall.backend.wait_case(door, &["deposited"]).unwrap();
    let (first, second) = (hall.desk(0).unwrap(), hall.desk(1).unwrap());
    first.open_case(&case.receipt).unwrap();
    second.open_case(&case.receipt).unwrap();
    // Both pages offer it; the second clerk's page is held back from news so that its button is still there.
    second.browser.script("document.querySelector('#live').remove()").unwrap();
    first.collect().unwrap();
    second
        .browser
        .script(
            "const form = document.querySelector('#collect')?.closest('form'); \
             if (form) form.submit();",
        )
        .unwrap();
    second.browser.wait_for_text("main", "周敏").unwrap();
}

/// With the network cut, card and PIN alone open the window's boxes from the signed roster.
#[test]
fn a_clerk_collects_with_the_network_cut() {
    let mut hall = Hall::builder().start().unwrap();
    let door = hall.visit("wang-xiuying", Phone::Skip).unwrap();
    hall.leave().unwrap();
    hall.wait_synced().unwrap();
    hall.cable.cut(true);
    assert_eq!(hall.staff_sign_in("clerk", "246813").unwrap(), "staff_boxes");
    hall.touch_on(FIRST_BOX).unwrap();
    hall.wait_open(door).unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["staff_affirm"]).unwrap();
    hall.touch_on(IS_EMPTY).unwrap();
    assert_eq!(hall.backend.wait_case(door, &["deposited"]).unwrap().state, "deposited", "nobody could tell it yet");
    hall.cable.cut(false);
    hall.backend.wait_case(door, &["received"]).unwrap();
}

/// Five wrong PINs lock the card, and a card that no roster knows opens nothing.
#[test]
fn wrong_pins_lock_and_strangers_open_nothing() {
    let mut hall = Hall::builder().start().unwrap();
    hall.visit("wang-xiuying", Phone::Skip).unwrap();
    hall.leave().unwrap();
    let unlocks = hall.cabinet.counters().unlocks;
    hall.lay("stranger").unwrap();
    hall.kiosk.wait_screen(&["staff_refused", "card_problem"]).unwrap();
    hall.lift();
    hall.leave().unwrap();

    hall.lay("second-clerk").unwrap();
    hall.kiosk.wait_screen(&["staff_pin"]).unwrap();
    hall.lift();
    for _ in 0..5 {
        if hall.kiosk.screen() != "staff_pin" {
            break;
        }
        look();
        let refused = |hall: &Hall| {
            let entries = hall.kiosk.journal().unwrap();
            entries.iter().filter(|entry| matches!(entry.header.fact, Fact::StaffRefused { .. })).count()
        };
        let before = refused(&hall);
        hall.type_digits("000000").unwrap();
        hall.touch(PRIMARY).unwrap();
        until_true("the refusal", e2e::wait::PATIENCE, || refused(&hall) > before).unwrap();
    }
    hall.kiosk.wait_screen(&["staff_refused"]).unwrap();
    hall.kiosk
        .wait_fact("the lock", 1, |fact| {
            matches!(fact, Fact::StaffRefused { why: StaffRefusal::Locked, .. }).then_some(())
        })
        .unwrap();
    assert_eq!(hall.cabinet.counters().unlocks, unlocks, "no door moved");
}

/// A directive that comes too late does nothing and says why: the backend was away with a restored older state.
#[test]
fn a_directive_of_an_older_generation_is_void() {
    let mut hall = Hall::builder().start().unwrap();
    let door = hall.visit("wang-xiuying", Phone::Skip).unwrap();
    hall.leave().unwrap();
    let case = hall.backend.wait_case(door, &["deposited"]).unwrap();
    hall.cable.cut(true);
    let clerk = hall.desk(0).unwrap();
    clerk.open_case(&case.receipt).unwrap();
    clerk.collect().unwrap();
    let copy = hall.folder().join("backup.db");
    hall.backend.back_up(&copy).unwrap();
    hall.backend.stop();
    hall.backend.restore(&copy).unwrap();
    hall.backend.command(&["restored"], None).unwrap();
    hall.backend.start().unwrap();
    hall.cable.cut(false);
    hall.wait_synced().unwrap();
    assert!(hall.cabinet.open_doors().is_empty());
    let entries = hall.kiosk.journal().unwrap();
    assert!(
        !entries.iter().any(|entry| matches!(entry.header.fact, Fact::CollectionIntended { .. })),
        "nothing was opened for a directive of a world that is gone"
    );
}
