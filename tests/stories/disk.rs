//! The terminal's disk fills up: it takes no more deposits and says so, keeps what it holds, and goes on when there is
//! room again (P1, P3, P6).
#![expect(clippy::unwrap_used, reason = "tests")]

use e2e::Hall;
use e2e::hand::{PRIMARY, Phone, SHOW_PERMIT};
use kiosk_wire::Fact;
use outside::Left;

/// Large enough for the journal, its log and the caches; the kiosk calls less than 2 MiB free "full".
const SMALL: u64 = 48 << 20;

fn deposits(hall: &Hall) -> usize {
    let entries = hall.kiosk.journal().unwrap();
    entries.iter().filter(|entry| matches!(entry.header.fact, Fact::Deposited { .. })).count()
}

/// Between two visits: the next applicant is told before the first question, staff can still fetch the paper.
#[test]
fn the_disk_is_full_before_a_visit() {
    let mut hall = Hall::builder().small_disk(SMALL).start().unwrap();
    let door = hall.visit("wang-xiuying", Phone::Skip).unwrap();
    hall.leave().unwrap();
    hall.wait_synced().unwrap();

    hall.kiosk.disk().unwrap().leave_free(1 << 20).unwrap();
    hall.kiosk.wait_device("disk", "fault").unwrap();
    hall.lay("li-jianguo").unwrap();
    let page = hall.kiosk.wait_screen(&["no_box", "closed", "choose"]).unwrap();
    assert_ne!(page, "choose", "an applicant was let in with a full disk");
    hall.lift();
    assert_eq!(deposits(&hall), 1, "what is held stays");

    hall.kiosk.disk().unwrap().leave_free(32 << 20).unwrap();
    hall.kiosk.wait_device("disk", "ok").unwrap();
    hall.restart_kiosk().unwrap();
    let next = hall.visit("li-jianguo", Phone::Skip).unwrap();
    assert_ne!(next, door);
    assert_eq!(deposits(&hall), 2);
}

/// In the middle of a visit, before the terminal has noticed: no door opens without a record, and the applicant is
/// told that nothing was taken.
#[test]
fn the_disk_fills_up_during_a_visit() {
    let mut hall = Hall::builder().small_disk(SMALL).start().unwrap();
    hall.swipe("wang-xiuying").unwrap();
    hall.find_item(SHOW_PERMIT).unwrap();
    hall.answer_until(Phone::Skip, &["check"]).unwrap();
    hall.kiosk.disk().unwrap().leave_free(0).unwrap();
    let page = hall.touch_on(PRIMARY).unwrap();
    let page = if page == "box_size" { hall.touch_on(e2e::hand::FIRST_SIZE).unwrap() } else { page };
    let page = if page == "saving" {
        hall.kiosk.wait_screen(&["record_failed", "not_deposited", "door"]).unwrap()
    } else {
        page
    };
    // The terminal may have seen the disk before the hand came.
    assert!(["record_failed", "not_deposited", "no_box"].contains(&page.as_str()), "{page}");
    if page != "no_box" {
        hall.leaves(Left::Logged("not recorded"));
    }
    assert!(hall.cabinet.open_doors().is_empty(), "a door opened without a record");
    assert_eq!(deposits(&hall), 0);

    hall.kiosk.disk().unwrap().leave_free(32 << 20).unwrap();
    hall.restart_kiosk().unwrap();
    hall.visit("wang-xiuying", Phone::Skip).unwrap();
    assert_eq!(deposits(&hall), 1);
}
