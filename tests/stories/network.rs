//! The network is away, loses replies, or brings back an older backend: nothing is lost and nothing doubled (P3, P6, P7).
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a story looks for the one fact it is about")]

use std::path::{Path, PathBuf};

use e2e::Hall;
use e2e::hand::Phone;
use e2e::wait::{PATIENCE, until_true};
use kiosk_wire::Fact;
use outside::Left;

/// A whole visit without a network; when it is back, the case is there.
#[test]
fn the_network_is_cut_for_the_whole_visit() {
    let mut hall = Hall::builder().start().unwrap();
    hall.wait_synced().unwrap();
    hall.cable.cut(true);
    let door = hall.visit("li-jianguo", Phone::New("13912345678")).unwrap();
    assert_eq!(hall.backend.cases().unwrap(), []);
    hall.leave().unwrap();
    hall.cable.cut(false);
    let case = hall.backend.wait_case(door, &["deposited"]).unwrap();
    assert!(!case.receipt.is_empty());
    hall.wait_synced().unwrap();
}

/// The kiosk starts with no backend at all: it takes deposits from what it knows.
#[test]
fn the_kiosk_starts_without_a_network() {
    let mut hall = Hall::builder().start().unwrap();
    hall.wait_synced().unwrap();
    hall.cable.cut(true);
    hall.restart_kiosk().unwrap();
    let door = hall.visit("wang-xiuying", Phone::Skip).unwrap();
    hall.leave().unwrap();
    hall.cable.cut(false);
    hall.backend.wait_case(door, &["deposited"]).unwrap();
}

/// The backend takes an entry and its answer is lost, several times: the same entries come again, to the same answer.
#[test]
fn replies_are_lost() {
    let mut hall = Hall::builder().start().unwrap();
    hall.cable.lose_replies("POST /kiosk/v1/journal", 3);
    let door = hall.visit("zhao-min", Phone::Skip).unwrap();
    hall.backend.wait_case(door, &["deposited"]).unwrap();
    until_true("three replies to be lost", PATIENCE, || hall.cable.lost() == 3).unwrap();
    hall.wait_synced().unwrap();
    assert_eq!(hall.backend.cases().unwrap().len(), 1);
}

/// The backend's disk dies and a backup from before two deposits is put in place: both are sent again.
#[test]
fn the_backend_is_restored_from_an_older_backup() {
    let mut hall = Hall::builder().start().unwrap();
    let first = hall.visit("wang-xiuying", Phone::Skip).unwrap();
    hall.leave().unwrap();
    hall.backend.wait_case(first, &["deposited"]).unwrap();
    let copy = hall.folder().join("backup.db");
    hall.backend.back_up(&copy).unwrap();
    let mut later = Vec::new();
    for card in ["li-jianguo", "zhao-min"] {
        later.push(hall.visit(card, Phone::Skip).unwrap());
        hall.leave().unwrap();
    }
    hall.wait_synced().unwrap();
    let before = hall.backend.cases().unwrap();

    hall.backend.stop();
    hall.backend.restore(&copy).unwrap();
    hall.backend.start().unwrap();
    for door in later {
        hall.backend.wait_case(door, &["deposited"]).unwrap();
    }
    assert_eq!(hall.backend.cases().unwrap(), before, "the same cases under the same numbers");
}

/// Puts an older copy of the journal in the place of the journal; the kiosk must be stopped.
fn roll_back(hall: &Hall, copy: &Path) {
    for end in ["journal.db-wal", "journal.db-shm"] {
        // A clean end may have removed them already.
        let _absent = std::fs::remove_file(hall.kiosk.data().join(end));
    }
    std::fs::copy(copy, hall.kiosk.data().join("journal.db")).unwrap();
}

/// Copies the journal of a stopped kiosk.
fn copy_journal(hall: &mut Hall) -> PathBuf {
    hall.wait_synced().unwrap();
    assert_eq!(hall.stop_kiosk(), Some(0));
    let copy = hall.folder().join("journal-copy.db");
    std::fs::copy(hall.kiosk.data().join("journal.db"), &copy).unwrap();
    hall.kiosk.start().unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();
    copy
}

/// Somebody copied the kiosk's disk and both went on: the backend refuses the second history, and the kiosk that has
/// it takes no more deposits.
#[test]
fn a_journal_is_forked() {
    let mut hall = Hall::builder().start().unwrap();
    hall.leaves(Left::Logged("journal forked"));
    hall.leaves(Left::Logged("another history of this journal"));
    let copy = copy_journal(&mut hall);
    hall.visit("wang-xiuying", Phone::Skip).unwrap();
    hall.leave().unwrap();
    hall.wait_synced().unwrap();
    hall.kiosk.stop();
    roll_back(&hall, &copy);
    // Out of the backend's sight the copy goes on as far as the original had.
    hall.cable.cut(true);
    hall.kiosk.start().unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();
    hall.visit("li-jianguo", Phone::Skip).unwrap();
    hall.leave().unwrap();
    hall.cable.cut(false);
    hall.kiosk.wait_screen(&["out_of_service"]).unwrap();
    assert_eq!(hall.backend.cases().unwrap().len(), 1);
}

/// The kiosk's disk was put back to an older state: the backend knows more than it does, so nobody knows what is in
/// its boxes, and none is offered until staff looked.
#[test]
fn a_kiosk_is_rolled_back() {
    let mut hall = Hall::builder().start().unwrap();
    hall.leaves(Left::Logged("rolled back: a new journal begins"));
    let copy = copy_journal(&mut hall);
    let door = hall.visit("wang-xiuying", Phone::Skip).unwrap();
    hall.leave().unwrap();
    hall.wait_synced().unwrap();
    hall.kiosk.stop();
    roll_back(&hall, &copy);
    hall.kiosk.start().unwrap();
    let found = |fact: &Fact| matches!(fact, Fact::RolledBack { .. }).then_some(());
    hall.kiosk.wait_fact("the roll-back to be noticed", 1, found).unwrap();
    let aside = |fact: &Fact| match fact {
        Fact::CompartmentSetAside { compartment, .. } if compartment.0 == door => Some(()),
        _ => None,
    };
    hall.kiosk.wait_fact("the box with paper in it to be set aside", 1, aside).unwrap();
    hall.wait_synced().unwrap();
    assert_eq!(hall.backend.cases().unwrap().len(), 1);
}

/// A kiosk that was revoked says so and loses nothing it holds.
#[test]
fn a_kiosk_is_revoked() {
    let mut hall = Hall::builder().start().unwrap();
    let door = hall.visit("wang-xiuying", Phone::Skip).unwrap();
    hall.backend.wait_case(door, &["deposited"]).unwrap();
    hall.leave().unwrap();
    hall.backend.command(&["kiosk", "revoke", "一号自助机"], None).unwrap();
    hall.kiosk.wait_screen(&["out_of_service"]).unwrap();
    let entries = hall.kiosk.journal().unwrap();
    assert!(entries.iter().any(|entry| matches!(entry.header.fact, Fact::Deposited { .. })));
}
