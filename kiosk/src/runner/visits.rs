//! Whole visits through journey, runner and journal, with virtual time; and the same visits with the power cut at every
//! point at which something was written.

use std::path::Path;
use std::sync::LazyLock;

use hall_rules::Catalogue;
use hardware::cards::{Assurance, Document, Identity, Secret, Sex, ValidTo};
use kiosk_journey::{Act, DoorPhase, Screen};
use kiosk_wire::{Submission, SubmissionId};

use super::tests::Bench;
use super::*;
use crate::journal::Holds;

static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/catalogue");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the catalogue")
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("text")))
        .collect();
    files.sort();
    Arc::new(Catalogue::from_files(&files).expect("a sound catalogue"))
});

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn card() -> Box<Identity> {
    Box::new(Identity {
        document: Document::ResidentId,
        assurance: Assurance::SamVerified,
        authenticity: None,
        name: secret("王秀英"),
        foreign_name: None,
        number: secret("11010519491231002X"),
        sex: Sex::Female,
        ethnicity: Some(1),
        birth: None,
        address: Some(secret("幸福路1号")),
        issuer: None,
        valid_from: None,
        valid_to: ValidTo::LongTerm,
        permit_number: None,
        nationality: None,
    })
}

/// Somebody at the terminal, who takes the first that is offered.
struct Visitor {
    bench: Bench,
    /// Stops, as the power does, once so many entries are on the disk.
    cut_at: u64,
}

impl Visitor {
    fn comes(mut bench: Bench, cut_after: u64) -> Self {
        bench.happens(Event::News(News::Catalogue(Arc::clone(&CATALOGUE))));
        bench.happens(Event::Card(0, CardEvent::ReaderState(hardware::DeviceStatus::Ready)));
        bench.all_closed();
        let cut_at = bench.runner.journal.as_ref().expect("a journal").head().saturating_add(cut_after);
        Self { bench, cut_at }
    }

    fn head(&self) -> u64 {
        self.bench.runner.journal.as_ref().expect("a journal").head()
    }

    fn screen(&self) -> Screen {
        self.bench.runner.journey.view(self.bench.runner.clock.now()).screen
    }

    fn lets_pass(&mut self, time: Duration) {
        self.bench.runner.clock.pass(time);
        self.bench.runner.wake();
        self.bench.runner.settle();
    }

    fn touches(&mut self, touch: Touch) {
        self.lets_pass(Duration::from_millis(800));
        self.bench.happens(Event::Touch(touch));
    }

    /// Goes through a visit to its end. Returns whether the power held.
    fn deposits(&mut self) -> bool {
        self.bench.happens(Event::Card(0, CardEvent::CardPresent));
        self.bench.happens(Event::Card(0, CardEvent::CardRead(card())));
        self.bench.happens(Event::Card(0, CardEvent::CardRemoved));
        for _ in 0..80 {
            if self.head() >= self.cut_at {
                return false;
            }
            if self.step() {
                return true;
            }
        }
        panic!("the visit does not end: {:?}", self.screen());
    }

    /// One step. Returns whether that was the last.
    #[expect(clippy::wildcard_enum_match_arm, reason = "any other page is a failure of the test")]
    fn step(&mut self) -> bool {
        let choose = |id: &String| Touch::Choose(id.clone());
        match self.screen() {
            Screen::Choose(tiles) => self.touches(choose(&tiles.tiles[0].id)),
            Screen::Guide(_) | Screen::Materials(_) | Screen::Check(_) => self.touches(Touch::Next),
            Screen::Situation(question) => {
                self.touches(choose(&question.options[0].id));
                if question.multiple {
                    self.touches(Touch::Next);
                }
            }
            Screen::Phone(_) => self.touches(Touch::Act(Act::Skip)),
            Screen::BoxSize(sizes) => self.touches(choose(&sizes.sizes[0].id)),
            Screen::Door(door) if matches!(door.phase, DoorPhase::Opening { .. }) => {
                self.bench.happens(Event::Locker(LockerEvent::UnlockAcked { compartment: door.compartment }));
                self.bench.door(door.compartment, DoorState::Open);
            }
            Screen::Door(door) => {
                self.lets_pass(Duration::from_secs(5));
                self.bench.door(door.compartment, DoorState::Closed);
                self.lets_pass(Duration::from_secs(1));
            }
            Screen::Done(done) => {
                hall_rules::ReceiptNumber::parse(&done.receipt).expect("a receipt number");
                return true;
            }
            other => panic!("unexpected: {other:?}"),
        }
        false
    }
}

#[test]
fn a_visit_leaves_paper_on_record_and_nothing_of_the_person_in_the_clear() {
    let mut visitor = Visitor::comes(Bench::new(), u64::MAX);
    assert!(visitor.deposits());
    let facts = visitor.bench.facts();
    let kinds: Vec<_> = facts.iter().map(|fact| describe(fact).0).collect();
    assert_eq!(kinds[1..], ["submission prepared", "deposit intended", "deposited"]);
    let opened = visitor.bench.opened();
    assert_eq!(opened.len(), 1);
    let journal = visitor.bench.runner.journal.as_ref().expect("a journal");
    let entries = journal.outbox().expect("reads").entries(2, 1, usize::MAX).expect("entries");
    let payload = entries[0].payload.as_ref().expect("a payload").expose().clone();
    let submission: Submission = serde_json::from_str(&payload).expect("a submission");
    assert_eq!(submission.applicant.name.expose(), "王秀英");
    assert_eq!(submission.salt.len(), 32);
    assert!(!entries[0].header.contains("王秀英") && !entries[0].header.contains("11010519"));
    for file in std::fs::read_dir(visitor.bench.folder.path()).expect("a folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("bytes");
        for text in ["王秀英", "11010519491231002X", "幸福路"] {
            assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()));
        }
    }
}

/// P1 and P2 with the power cut after every entry: whatever box was opened is not offered afterwards, and the journal
/// names the submission whose paper may be in it.
#[test]
fn whenever_the_power_fails_no_paper_is_without_a_record() {
    for cut_after in 1.. {
        let mut visitor = Visitor::comes(Bench::new(), cut_after);
        let whole = visitor.deposits();
        let opened = visitor.bench.opened();
        let bench = visitor.bench.restart();
        let mut again = Visitor::comes(bench, u64::MAX);
        let projection = again.bench.runner.journal.as_ref().expect("a journal").projection();
        for no in &opened {
            let place = projection.compartment(CompartmentNo(*no));
            assert!(!place.is_free() && place.holds.submission().is_some(), "cut after {cut_after}: {place:?}");
        }
        let prepared = projection.submissions().count();
        let ended = |fact: &&Fact| matches!(fact, Fact::Deposited { .. } | Fact::DepositUnconfirmed { .. });
        assert_eq!(
            again.bench.facts().iter().filter(ended).count(),
            prepared,
            "cut after {cut_after}: one end for each"
        );
        assert!(again.deposits(), "the next person is served");
        assert!(again.bench.opened().iter().all(|no| !opened.contains(no)), "cut after {cut_after}");
        if whole {
            return;
        }
    }
}

#[test]
fn the_next_person_gets_another_box_and_another_number() {
    let mut visitor = Visitor::comes(Bench::new(), u64::MAX);
    let mut seen: Vec<(SubmissionId, ReceiptNumber)> = Vec::new();
    for _ in 0..4 {
        assert!(visitor.deposits());
        visitor.touches(Touch::Next);
        visitor.lets_pass(Duration::from_secs(60));
        assert!(matches!(visitor.screen(), Screen::Idle(_)), "{:?}", visitor.screen());
    }
    for fact in visitor.bench.facts() {
        if let Fact::SubmissionPrepared { submission, receipt, .. } = fact {
            assert!(seen.iter().all(|(id, number)| *id != submission && *number != receipt));
            seen.push((submission, receipt));
        }
    }
    let mut opened = visitor.bench.opened();
    opened.sort_unstable();
    assert_eq!(opened, [1, 2, 3, 4]);
    for no in 1..=4 {
        let place =
            visitor.bench.runner.journal.as_ref().expect("a journal").projection().compartment(CompartmentNo(no));
        assert!(matches!(place.holds, Holds::Paper { .. }));
    }
}
