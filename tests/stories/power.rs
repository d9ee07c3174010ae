//! Either side dies at any step and starts again: the promises hold (P1, P2, P3).
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a story looks for the one fact it is about")]

use e2e::hand::Phone;
use e2e::kiosk::Entry;
use e2e::{Hall, wait};
use kiosk_wire::Fact;
use outside::Left;

/// What the journal says of each box after a power failure: intents that never ended are resolved, and the box of an
/// unconfirmed deposit is set aside.
fn assert_no_open_intent(entries: &[Entry]) {
    let mut open = None;
    for entry in entries {
        match &entry.header.fact {
            Fact::DepositIntended { submission, .. } => open = Some(*submission),
            Fact::Deposited { .. } | Fact::DepositUnconfirmed { .. } | Fact::DepositVoided { .. } => open = None,
            _ => {}
        }
    }
    assert_eq!(open, None, "every intent has an end after the boot");
}

/// The kiosk dies after (or instead of) the n-th commit of a visit, for every n; the next start finds out where it
/// stands, and exactly one case comes of each submission that was written.
#[test]
fn the_kiosk_dies_at_every_write() {
    let mut hall = Hall::builder().start().unwrap();
    for when in ["before-commit", "after-commit"] {
        for n in 1..=4 {
            die_at(&mut hall, &format!("{when}:{n}"));
        }
    }
    hall.wait_synced().unwrap();
    let submissions = count(&hall.kiosk.journal().unwrap(), |fact| matches!(fact, Fact::SubmissionPrepared { .. }));
    wait::until_true("one case a submission", wait::PATIENCE, || {
        hall.backend.cases().is_ok_and(|cases| cases.len() == submissions)
    })
    .unwrap();
    assert_each_box_once(&hall);
}

/// Runs one visit into the fail point, shuts whatever is open, and starts the kiosk again.
fn die_at(hall: &mut Hall, point: &str) {
    hall.kiosk.kill();
    hall.kiosk.start_with(&[("KIOSK_FAILPOINT", point)]).unwrap();
    // Some fail points strike before the first page, some during the visit, some after it.
    let visited = hall.kiosk.wait_screen(&["idle"]).and_then(|_| {
        let door = hall.visit_to_door("wang-xiuying", Phone::Skip)?;
        hall.shut(door);
        hall.kiosk.wait_screen(&["done"])
    });
    hall.lift();
    if visited.is_ok() {
        hall.kiosk.kill();
    }
    for door in hall.cabinet.open_doors() {
        hall.shut(door);
    }
    hall.restart_kiosk().unwrap();
    hall.kiosk.wait_screen(&["idle"]).unwrap();
    assert_no_open_intent(&hall.kiosk.journal().unwrap());
}

/// No two submissions ever have the same box, since nobody collected in between.
fn assert_each_box_once(hall: &Hall) {
    let mut boxes: Vec<_> = hall.backend.cases().unwrap().iter().filter_map(|case| case.compartment).collect();
    let all = boxes.len();
    boxes.sort_unstable();
    boxes.dedup();
    assert_eq!(boxes.len(), all, "a box that may hold paper was offered again");
}

fn count(entries: &[Entry], wanted: impl Fn(&Fact) -> bool) -> usize {
    entries.iter().filter(|entry| wanted(&entry.header.fact)).count()
}

/// The power fails while a door stands open and paper goes in: the box is set aside, staff are told with the person's
/// phone, and nobody else is offered it.
#[test]
fn the_power_fails_with_an_open_door() {
    let mut hall = Hall::builder().start().unwrap();
    let door = hall.visit_to_door("li-jianguo", Phone::New("13912345678")).unwrap();
    hall.kiosk.kill();
    hall.kiosk.start().unwrap();
    hall.kiosk.wait_screen(&["shut_doors"]).unwrap();
    hall.shut(door);
    hall.kiosk.wait_screen(&["idle"]).unwrap();
    let case = hall.backend.wait_case(door, &["deposit_unconfirmed"]).unwrap();
    let clerk = hall.desk(0).unwrap();
    clerk.open_case(&case.receipt).unwrap();
    clerk.browser.wait_for("#doubt").unwrap();
    clerk.browser.click("#reveal-phone").unwrap();
    clerk.browser.wait_for_text("#phone", "13912345678").unwrap();
    let next = hall.visit("zhao-min", Phone::Skip).unwrap();
    assert_ne!(next, door);
}

/// The backend dies around each of its next commits while a deposit comes in: before one nothing of it is kept, after
/// one it is kept and the answer is lost. Whichever it was, each deposit becomes one case.
#[test]
fn the_backend_dies_at_every_commit() {
    let mut hall = Hall::builder().start().unwrap();
    hall.leaves(Left::Logged("fail point reached"));
    let failpoints = ["before-commit:1", "after-commit:1", "before-commit:2", "after-commit:2"];
    for failpoint in failpoints {
        hall.wait_synced().unwrap();
        hall.backend.kill();
        hall.backend.start_with(&[("BACKEND_FAILPOINT", failpoint)]).unwrap();
        hall.visit("wang-xiuying", Phone::Skip).unwrap();
        wait::until_true("the backend to die", wait::PATIENCE, || !hall.backend.runs()).unwrap();
        hall.leave().unwrap();
        hall.backend.start().unwrap();
    }
    hall.wait_synced().unwrap();
    let cases = hall.backend.cases().unwrap();
    assert_eq!(cases.len(), failpoints.len());
    assert!(cases.iter().all(|case| case.state == "deposited"), "{cases:?}");
    assert_each_box_once(&hall);
}

/// The backend answered, the kiosk died before it could note the answer: it sends again and nothing is doubled.
#[test]
fn the_kiosk_dies_before_it_notes_the_answer() {
    let mut hall = Hall::builder().start().unwrap();
    hall.kiosk.kill();
    hall.kiosk.start_with(&[("KIOSK_FAILPOINT", "before-ack:3")]).unwrap();
    // The visit may end at any page: the answers that are counted come when the network brings them.
    let _interrupted = hall.kiosk.wait_screen(&["idle"]).and_then(|_| hall.visit("wang-xiuying", Phone::Skip));
    hall.kiosk.wait_ended(wait::PATIENCE).unwrap();
    hall.lift();
    for door in hall.cabinet.open_doors() {
        hall.shut(door);
    }
    hall.restart_kiosk().unwrap();
    hall.wait_synced().unwrap();
    let submissions = count(&hall.kiosk.journal().unwrap(), |fact| matches!(fact, Fact::SubmissionPrepared { .. }));
    assert_eq!(hall.backend.cases().unwrap().len(), submissions);
}
