//! The journal against power cuts, full disks and damage.

use std::fs;
use std::path::Path;

use kiosk_wire::entry::{Authority, MoveReason, SetAsideReason, UnconfirmedReason, VoidReason};
use kiosk_wire::{CompartmentNo, DirectiveId, DirectiveOutcome, ReceiptNumber, ResultHolder, SubmissionId};
use proptest::prelude::*;
use tempfile::TempDir;
use uuid::Uuid;

use super::*;

fn at(ms: i64) -> Stamp {
    Stamp { wall_ms_utc: ms, ..Stamp::default() }
}

fn open(folder: &Path) -> Journal {
    Journal::open(folder, "test", at(1)).expect("opens")
}

fn submission(n: u128) -> SubmissionId {
    SubmissionId(Uuid::from_u128(n))
}

fn prepared(n: u128) -> NewEntry {
    let fact = Fact::SubmissionPrepared {
        submission: submission(n),
        receipt: ReceiptNumber(format!("1010100000{n:02}00")),
        item: "A01".into(),
        item_version: 1,
        department: "D1".into(),
    };
    NewEntry { fact, payload: Some(Personal::from(r#"{"applicant":"张三"}"#)), arms: None }
}

fn intended(n: u128, no: u16) -> NewEntry {
    Fact::DepositIntended { submission: submission(n), compartment: CompartmentNo(no) }.into()
}

fn deposit(journal: &mut Journal, n: u128, no: u16) {
    journal.record(at(2), vec![prepared(n), intended(n, no)]).expect("records");
    let fact = Fact::Deposited { submission: submission(n), compartment: CompartmentNo(no) };
    journal.record(at(3), vec![fact.into()]).expect("records");
}

fn collect(journal: &mut Journal, n: u128, no: u16) {
    let (submission, compartment) = (Some(submission(n)), CompartmentNo(no));
    let staff = StaffId(Uuid::from_u128(9));
    let authority = Authority::Directive { directive: DirectiveId(Uuid::from_u128(7)) };
    journal
        .record(at(4), vec![Fact::CollectionIntended { submission, compartment, staff, authority }.into()])
        .expect("1");
    journal
        .record(at(5), vec![Fact::CollectionClosed { submission, compartment, staff, opening_seen: true }.into()])
        .expect("2");
    journal.record(at(6), vec![Fact::EmptinessAffirmed { submission, compartment, staff }.into()]).expect("3");
}

#[test]
fn what_was_recorded_is_there_after_any_number_of_starts() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    deposit(&mut journal, 1, 7);
    let (id, head, projection) = (journal.id(), journal.head(), journal.projection().clone());
    drop(journal);
    for start in 1..4 {
        let journal = open(folder.path());
        assert_eq!((journal.id(), journal.head()), (id, head + start));
        assert_eq!(*journal.projection(), projection);
        assert_eq!(
            journal.projection().compartment(CompartmentNo(7)).holds,
            Holds::Paper { submission: submission(1) }
        );
    }
    assert_eq!(verify(folder.path()).expect("verifies").findings, []);
}

#[test]
fn a_taken_compartment_is_refused_in_the_same_breath() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    deposit(&mut journal, 1, 7);
    let head = journal.head();
    let error = journal.record(at(9), vec![prepared(2), intended(2, 7)]).expect_err("taken");
    assert!(matches!(error, RecordError::Refused(Refusal::NotFree(CompartmentNo(7)))));
    assert_eq!(journal.head(), head, "nothing of it was written");
    assert!(journal.projection().submission(submission(2)).is_none());
    journal.record(at(9), vec![prepared(2), intended(2, 8)]).expect("another one is free");
}

#[test]
fn the_same_bytes_are_sent_for_ever_and_the_chain_holds() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    deposit(&mut journal, 1, 7);
    let first = journal.outbox().expect("reads").entries(1, 100, usize::MAX).expect("entries");
    drop(journal);
    let journal = open(folder.path());
    let again = journal.outbox().expect("reads").entries(1, 100, usize::MAX).expect("entries");
    assert_eq!(again[..first.len()], first);
    let mut prev = hex::encode([0; 32]);
    for entry in &again {
        assert_eq!(entry.prev, prev);
        entry.check(journal.id()).expect("hash");
        prev.clone_from(&entry.hash);
    }
    assert_eq!(again[1].payload.as_ref().expect("payload").expose(), r#"{"applicant":"张三"}"#);
}

#[test]
fn batches_end_at_a_size_but_always_move_on() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    for n in 1..6 {
        deposit(&mut journal, n, u16::try_from(n).expect("small"));
    }
    let outbox = journal.outbox().expect("reads");
    assert_eq!(outbox.entries(1, 3, usize::MAX).expect("entries").len(), 3);
    assert_eq!(outbox.entries(1, 100, 1).expect("entries").len(), 1);
    assert_eq!(outbox.entries(journal.head() + 1, 100, 1).expect("entries"), []);
}

#[test]
fn nothing_personal_lies_in_the_file_in_the_clear() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    deposit(&mut journal, 1, 7);
    for file in fs::read_dir(folder.path()).expect("folder") {
        let path = file.expect("file").path();
        let bytes = fs::read(&path).expect("bytes");
        let name = "张三".as_bytes();
        assert!(!bytes.windows(name.len()).any(|window| window == name), "{}", path.display());
    }
}

#[test]
fn a_copy_taken_at_any_moment_opens_with_whole_transactions() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    let mut heads = vec![journal.head()];
    let copy_of = |journal: &Journal| {
        let copy = TempDir::new().expect("folder");
        for file in fs::read_dir(journal.folder.as_path()).expect("folder") {
            let file = file.expect("file");
            if file.file_name() != "kiosk.lock" {
                fs::copy(file.path(), copy.path().join(file.file_name())).expect("copies");
            }
        }
        copy
    };
    for n in 1..8_u128 {
        deposit(&mut journal, n, u16::try_from(n).expect("small"));
        heads.push(journal.head());
        let copy = copy_of(&journal);
        assert_eq!(open(copy.path()).head(), journal.head() + 1);
        // The last bytes of the log never reached the disk: the last transactions are gone, whole.
        let torn = copy_of(&journal);
        let wal = torn.path().join("journal.db-wal");
        let bytes = fs::read(&wal).expect("log");
        fs::write(&wal, &bytes[..bytes.len() - 100]).expect("tears");
        let torn = open(torn.path());
        assert!(torn.head() < journal.head() + 1);
        assert!(torn.projection().receipts() >= u32::try_from(n - 1).expect("small"));
    }
}

#[test]
fn a_damaged_file_is_set_aside_and_never_replaced_silently() {
    type Damage = fn(&Path);
    let cases: &[(&str, Damage)] = &[
        ("noise over the header", |path| {
            let mut bytes = fs::read(path).expect("file");
            bytes[..64].fill(0x5a);
            fs::write(path, bytes).expect("written");
        }),
        ("noise in the middle", |path| {
            let mut bytes = fs::read(path).expect("file");
            let (from, to) = (bytes.len() / 4, bytes.len() / 2);
            bytes[from..to].fill(0x5a);
            fs::write(path, bytes).expect("written");
        }),
        ("half of it", |path| {
            let bytes = fs::read(path).expect("file");
            fs::write(path, &bytes[..bytes.len() / 2]).expect("written");
        }),
        ("one changed header", |path| {
            let conn = Connection::open(path).expect("opens");
            conn.execute_batch(
                "DROP TRIGGER entry_is_fixed; UPDATE entries SET header = replace(header, 'A01', 'A02') WHERE seq = 2;",
            )
            .expect("changes");
        }),
        ("one missing entry", |path| {
            let conn = Connection::open(path).expect("opens");
            conn.execute_batch("DROP TRIGGER entry_is_kept; DELETE FROM entries WHERE seq = 3;").expect("changes");
        }),
    ];
    for (name, damage) in cases {
        let folder = TempDir::new().expect("folder");
        let mut journal = open(folder.path());
        deposit(&mut journal, 1, 7);
        let path = journal.path();
        journal.conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("checkpoint");
        drop(journal);
        damage(&path);
        let error = Journal::open(folder.path(), "test", at(1)).expect_err(name);
        let OpenError::Damaged { aside, .. } = error else { panic!("{name}: {error}") };
        assert!(aside.exists() && !path.exists(), "{name}");
        let again = Journal::open(folder.path(), "test", at(1)).expect_err(name);
        assert!(matches!(again, OpenError::Missing(_)), "{name}: still out of service");

        let renewed = renew(folder.path(), "test", at(2), (1..=3).map(CompartmentNo), None).expect(name);
        assert_eq!(renewed.generation(), 2);
        for no in 1..=3 {
            assert!(!renewed.projection().compartment(CompartmentNo(no)).is_free(), "{name}: staff must look first");
        }
        drop(renewed);
        assert!(open(folder.path()).head() > 1);
    }
}

#[test]
fn a_journal_with_nothing_in_it_counts_as_new_only_on_a_first_start() {
    let folder = TempDir::new().expect("folder");
    fs::write(folder.path().join("journal.db"), "").expect("an empty file");
    let journal = open(folder.path());
    assert_eq!(journal.generation(), 1);
    drop(journal);
    fs::write(folder.path().join("journal.db"), "").expect("emptied");
    assert!(matches!(Journal::open(folder.path(), "test", at(1)), Err(OpenError::Missing(_))));
}

#[test]
fn a_first_start_that_was_cut_off_is_made_up_for() {
    let folder = TempDir::new().expect("folder");
    fs::write(folder.path().join("journal.draft.db"), "half").expect("a draft");
    fs::write(folder.path().join("journal.generation"), "1").expect("used up");
    assert_eq!(open(folder.path()).generation(), 2);
}

#[test]
fn a_full_disk_refuses_the_new_and_keeps_the_old() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    deposit(&mut journal, 1, 7);
    journal.conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("checkpoint");
    journal.limit_pages(1); // SQLite takes it as "what it has now"
    let mut n = 1;
    let error = loop {
        n += 1;
        match journal.record(at(9), vec![prepared(n), intended(n, u16::try_from(n).expect("small") + 10)]) {
            Ok(_) => assert!(n < 200, "the disk never fills"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, RecordError::NoSpace), "{error}");
    let head = journal.head();
    journal.limit_pages(1_000_000);
    journal.record(at(9), vec![prepared(500), intended(500, 500)]).expect("there is room again");
    assert_eq!(journal.head(), head + 2);
    drop(journal);
    assert_eq!(verify(folder.path()).expect("verifies").findings, []);
    assert_eq!(
        open(folder.path()).projection().compartment(CompartmentNo(7)).state(),
        kiosk_wire::kiosk_api::CompartmentState::Paper
    );
}

#[test]
fn acknowledgements_go_forward_and_back() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    for n in 1..4 {
        deposit(&mut journal, n, u16::try_from(n).expect("small"));
    }
    let outbox = journal.outbox().expect("reads");
    assert_eq!(outbox.unsent(0).expect("counts").deposits, 3);
    journal.acknowledge(journal.head() + 1, 1_000).expect("acknowledges");
    assert_eq!(outbox.unsent(journal.acknowledged()).expect("counts"), Unsent::default());
    journal.acknowledge(3, 2_000).expect("a restored backend lacks again what it had");
    drop(journal);
    let journal = open(folder.path());
    assert_eq!(journal.acknowledged(), 2);
    assert_eq!(journal.outbox().expect("reads").unsent(2).expect("counts").deposits, 3);
    let head = journal.head();
    drop(journal);
    let mut journal = open(folder.path());
    journal.acknowledge(head + 500, 3_000).expect("a claim beyond the head is cut");
    assert_eq!(journal.acknowledged(), journal.head());
}

#[test]
fn payloads_go_after_their_retention_and_hashes_stay() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    deposit(&mut journal, 1, 1);
    deposit(&mut journal, 2, 2);
    collect(&mut journal, 1, 1);
    journal.acknowledge(journal.head() + 1, 1_000).expect("acknowledges");
    assert_eq!(journal.erase_expired(1_000 + RETENTION_MS - 1).expect("nothing yet"), 0);
    assert_eq!(journal.erase_expired(1_000 + RETENTION_MS).expect("erases"), 1);
    let entries = journal.outbox().expect("reads").entries(1, 100, usize::MAX).expect("entries");
    let payloads: Vec<_> = entries.iter().filter(|entry| entry.payload_hash.is_some()).collect();
    assert!(payloads[0].payload.is_none(), "collected and affirmed: erased");
    assert!(payloads[1].payload.is_some(), "still in its box: kept");
    assert!(entries.iter().all(|entry| entry.check(journal.id()).is_ok()), "the chain holds");
    drop(journal);
    assert_eq!(verify(folder.path()).expect("verifies").findings, []);
}

#[test]
fn payloads_stay_while_the_affirmation_is_unsent() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    deposit(&mut journal, 1, 1);
    journal.acknowledge(journal.head() + 1, 1_000).expect("acknowledges");
    collect(&mut journal, 1, 1);
    assert_eq!(journal.erase_expired(i64::MAX).expect("nothing"), 0);
}

#[test]
fn verification_tells_what_is_wrong() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    deposit(&mut journal, 1, 7);
    journal.conn.execute("UPDATE compartment SET content = '{\"holds\":{\"holds\":\"nothing\"}}'", []).expect("forges");
    drop(journal);
    let found = verify(folder.path()).expect("verifies").findings;
    assert_eq!(found, [Finding::Compartment { compartment: CompartmentNo(7) }]);
    drop(open(folder.path()));
    assert_eq!(verify(folder.path()).expect("verifies").findings, [], "a start writes it anew from the entries");
}

#[test]
fn armed_directives_and_wrong_pins_survive() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    let directive = DirectiveId(Uuid::from_u128(5));
    let signed = Signed { body: "{}".into(), signature: "00".into() };
    let answered = |outcome| Fact::DirectiveAnswered { directive, outcome };
    let armed = NewEntry { fact: answered(DirectiveOutcome::Armed), payload: None, arms: Some(signed.clone()) };
    journal.record(at(1), vec![armed]).expect("arms");
    let staff = StaffId(Uuid::from_u128(6));
    journal.set_wrong_pins(staff, "pin-a", 4).expect("counts");
    drop(journal);
    let mut journal = open(folder.path());
    assert_eq!(journal.armed().expect("reads"), [signed]);
    assert_eq!(journal.wrong_pins(staff, "pin-a").expect("reads"), 4);
    assert_eq!(journal.wrong_pins(staff, "pin-b").expect("reads"), 0, "a new PIN starts anew");
    journal.record(at(1), vec![answered(DirectiveOutcome::Done).into()]).expect("done");
    assert_eq!(journal.armed().expect("reads"), []);
    assert_eq!(journal.projection().answer(directive), Some(DirectiveOutcome::Done));
}

/// Any fact about compartments 1–4 and submissions 1–4.
fn any_fact() -> impl Strategy<Value = Fact> {
    let staff = StaffId(Uuid::from_u128(9));
    let s = || (1..5_u128).prop_map(submission);
    let c = || (1..5_u16).prop_map(CompartmentNo);
    let why = prop_oneof![
        Just(SetAsideReason::DoorStuck),
        Just(SetAsideReason::FoundSomething),
        Just(SetAsideReason::Unconfirmed),
        Just(SetAsideReason::Forced),
        Just(SetAsideReason::Unknown),
    ];
    let moved = prop_oneof![Just(MoveReason::TooSmall), Just(MoveReason::DoorStuck), Just(MoveReason::FoundSomething)];
    let authority = Authority::Directive { directive: DirectiveId(Uuid::from_u128(7)) };
    prop_oneof![
        s().prop_map(|submission| Fact::SubmissionPrepared {
            submission,
            receipt: ReceiptNumber(String::new()),
            item: String::new(),
            item_version: 1,
            department: String::new(),
        }),
        (s(), c()).prop_map(|(submission, compartment)| Fact::DepositIntended { submission, compartment }),
        (s(), c()).prop_map(|(submission, compartment)| Fact::DepositReopened { submission, compartment }),
        (s(), c(), c(), moved).prop_map(|(submission, from, to, why)| Fact::DepositMoved { submission, from, to, why }),
        (s(), c()).prop_map(|(submission, compartment)| Fact::Deposited { submission, compartment }),
        (s(), c()).prop_map(|(submission, compartment)| Fact::DepositUnconfirmed {
            submission,
            compartment,
            why: UnconfirmedReason::Interrupted
        }),
        s().prop_map(|submission| Fact::DepositVoided { submission, why: VoidReason::TakenBack }),
        c().prop_map(move |compartment| Fact::CollectionIntended {
            submission: None,
            compartment,
            staff,
            authority: authority.clone()
        }),
        c().prop_map(move |compartment| Fact::CollectionClosed {
            submission: None,
            compartment,
            staff,
            opening_seen: true
        }),
        c().prop_map(move |compartment| Fact::EmptinessAffirmed { submission: None, compartment, staff }),
        (c(), why).prop_map(|(compartment, why)| Fact::CompartmentSetAside { compartment, why, submission: None }),
        c().prop_map(move |compartment| Fact::CompartmentReturned { compartment, staff }),
        c().prop_map(|compartment| Fact::DoorForced { compartment }),
        c().prop_map(|compartment| Fact::TechnicianOpened { compartment, reason: String::new() }),
    ]
}

/// The compartments whose doors a fact is about to open for somebody.
#[expect(clippy::wildcard_enum_match_arm, reason = "the five that open are what this lists")]
fn opens(fact: &Fact) -> Option<CompartmentNo> {
    match fact {
        Fact::DepositIntended { compartment, .. } | Fact::DepositReopened { compartment, .. } => Some(*compartment),
        Fact::DepositMoved { to, .. } => Some(*to),
        Fact::CollectionIntended { compartment, .. } | Fact::TechnicianOpened { compartment, .. } => Some(*compartment),
        _ => None,
    }
}

proptest! {
    /// P2, over every story in which intents are checked before they are written: from the moment a door is about to
    /// open until somebody entitled says it is empty, the compartment is not offered, and no second deposit gets it.
    #[test]
    fn a_compartment_that_may_hold_paper_is_never_offered(facts in prop::collection::vec(any_fact(), 0..60)) {
        let mut projection = Projection::default();
        let mut may_hold = std::collections::BTreeSet::new();
        for (seq, fact) in (1_u64..).zip(&facts) {
            if projection.refuses(fact).is_some() {
                continue;
            }
            if let Fact::DepositIntended { compartment, .. } | Fact::DepositMoved { to: compartment, .. } = fact {
                prop_assert!(!may_hold.contains(compartment), "{fact:?}");
            }
            projection.apply(seq, fact);
            may_hold.extend(opens(fact));
            if let Fact::EmptinessAffirmed { compartment, .. } | Fact::CompartmentReturned { compartment, .. } = fact {
                may_hold.remove(compartment);
            }
            for no in &may_hold {
                prop_assert!(!projection.compartment(*no).is_free(), "{no} after {fact:?}");
            }
        }
    }

    /// P1: a compartment opened for a submission names it until it is affirmed empty.
    #[test]
    fn whose_paper_may_be_where_is_always_said(facts in prop::collection::vec(any_fact(), 0..60)) {
        let mut projection = Projection::default();
        for (seq, fact) in (1_u64..).zip(&facts) {
            if projection.refuses(fact).is_none() {
                projection.apply(seq, fact);
                if let Fact::DepositIntended { submission, compartment } = fact {
                    prop_assert_eq!(projection.compartment(*compartment).holds.submission(), Some(*submission));
                }
            }
        }
    }

    /// What is stored follows from the entries, whatever was written.
    #[test]
    fn stored_compartments_follow_from_the_entries(facts in prop::collection::vec(any_fact(), 1..12)) {
        let folder = TempDir::new().expect("folder");
        let mut journal = open(folder.path());
        for fact in facts {
            drop(journal.record(at(1), vec![fact.into()]));
        }
        let before = journal.projection().clone();
        drop(journal);
        prop_assert_eq!(verify(folder.path()).expect("verifies").findings, []);
        let journal = open(folder.path());
        prop_assert_eq!(journal.projection(), &before);
    }
}

fn loading(n: u128, no: u16) -> Fact {
    Fact::LoadIntended {
        submission: submission(n),
        receipt: ReceiptNumber("1".into()),
        item: "x".into(),
        department: "culture".into(),
        compartment: CompartmentNo(no),
        staff: StaffId(Uuid::from_u128(9)),
        directive: DirectiveId(Uuid::from_u128(100)),
    }
}

/// P1 and P2 for results: from the intent on the box belongs to one person, until they say that it is empty.
#[test]
fn a_result_keeps_its_box_until_it_was_taken_out() {
    let (id, no, staff) = (submission(5), CompartmentNo(5), StaffId(Uuid::from_u128(9)));
    let proof = kiosk_wire::entry::PickupProof::Card;
    let loaded = Fact::ResultLoaded { submission: id, compartment: no, staff };
    let intended = Fact::PickupIntended { submission: id, compartment: no, proof };
    let taken = Fact::PickedUp { submission: id, compartment: no };
    let affirmed = Fact::PickupAffirmed { submission: id, compartment: no };
    let mut projection = Projection::default();
    let steps = [
        (loading(5, 5), Holds::Loading { submission: id, staff }),
        (loaded.clone(), Holds::Result { submission: id }),
        (intended.clone(), Holds::Result { submission: id }),
        (taken, Holds::ToBeConfirmed { submission: Some(id) }),
        (affirmed.clone(), Holds::Nothing),
    ];
    assert!(projection.refuses(&intended).is_some(), "nothing lies there yet");
    for (seq, (fact, holds)) in (1..).zip(&steps) {
        assert_eq!(projection.refuses(fact), None, "{fact:?}");
        projection.apply(seq, fact);
        assert_eq!(projection.compartment(no).holds, *holds, "{fact:?}");
        if *holds != Holds::Nothing {
            assert!(projection.refuses(&loading(6, 5)).is_some(), "P2: it is not free");
            assert!(projection.refuses(&prepared_into(7, 5)).is_some(), "P2: it is not free");
        }
    }
    assert!(projection.refuses(&affirmed).is_some() && projection.refuses(&intended).is_some());
    assert_eq!(projection.submissions().count(), 0, "it is the backend's business again");
}

fn prepared_into(n: u128, no: u16) -> Fact {
    Fact::DepositIntended { submission: submission(n), compartment: CompartmentNo(no) }
}

#[test]
fn a_loading_that_was_cut_off_leaves_a_box_to_look_into() {
    let mut projection = Projection::default();
    projection.apply(1, &loading(5, 5));
    assert_eq!(projection.open_loadings(), [(CompartmentNo(5), submission(5))]);
    let void = |maybe_opened| Fact::LoadVoided {
        submission: submission(5),
        compartment: CompartmentNo(5),
        staff: None,
        maybe_opened,
    };
    let mut shut = projection.clone();
    shut.apply(2, &void(false));
    assert!(shut.compartment(CompartmentNo(5)).is_free(), "its door never opened");
    projection.apply(2, &void(true));
    assert_eq!(
        projection.compartment(CompartmentNo(5)).holds,
        Holds::ToBeConfirmed { submission: Some(submission(5)) }
    );
}

/// Who may have a result is known again after a restart, to this person's card only, and lies sealed on the disk.
#[test]
fn a_result_is_found_by_the_person_it_belongs_to() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    let person = "resident-number:11010519491231002X";
    let holder = ResultHolder {
        mark: ResultHolder::mark_of(submission(5), person),
        code_hash: ResultHolder::code_hash_of(submission(5), "482917"),
    };
    let payload = Personal::new(serde_json::to_string(&holder).expect("words"));
    let staff = StaffId(Uuid::from_u128(9));
    let loaded = Fact::ResultLoaded { submission: submission(5), compartment: CompartmentNo(5), staff };
    let loaded = NewEntry { fact: loaded, payload: Some(payload), arms: None };
    journal.record(at(3), vec![loading(5, 5).into(), loaded]).expect("writes");
    drop(journal);
    let journal = open(folder.path());
    let held = journal.projection().results();
    let found = find_results(folder.path(), &held, person);
    assert_eq!(found, [Waiting { submission: submission(5), compartment: CompartmentNo(5), holder: holder.clone() }]);
    assert_eq!(find_results(folder.path(), &held, "resident-number:440524188001010014"), []);
    for file in fs::read_dir(folder.path()).expect("files").flatten() {
        let bytes = fs::read(file.path()).expect("bytes");
        let mark = holder.mark.expose().as_bytes();
        assert!(!bytes.windows(mark.len()).any(|window| window == mark), "{:?}", file.path());
    }
}

/// Another program that looks at the file, as `sqlite3` or a tool for copies would.
fn another_program(folder: &Path) -> Connection {
    Connection::open(schema::path(folder)).expect("opens")
}

#[test]
fn a_lock_of_another_program_passes_and_leaves_the_journal_as_it_was() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    deposit(&mut journal, 1, 7);
    let (head, projection) = (journal.head(), journal.projection().clone());
    let other = another_program(folder.path());
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let error = journal.record(at(9), vec![prepared(2), intended(2, 8)]).expect_err("locked");
    assert!(matches!(error, RecordError::Locked), "{error}");
    assert!(matches!(journal.try_to_write(), Err(RecordError::Locked)));
    assert_eq!((journal.head(), journal.projection()), (head, &projection));
    other.execute_batch("ROLLBACK").expect("free");
    journal.try_to_write().expect("free again");
    deposit(&mut journal, 2, 8);
    assert_eq!(journal.head(), head + 3);
    drop(journal);
    assert!(verify(folder.path()).expect("reads").findings.is_empty());
}

#[test]
fn a_file_that_another_program_keeps_for_itself_is_not_damaged() {
    let folder = TempDir::new().expect("folder");
    let mut journal = open(folder.path());
    deposit(&mut journal, 1, 7);
    let id = journal.id();
    drop(journal);
    let other = another_program(folder.path());
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT").expect("kept");
    other.query_row("SELECT count(*) FROM entries", [], |row| row.get::<_, i64>(0)).expect("read");
    let error = Journal::open(folder.path(), "test", at(9)).expect_err("kept");
    assert!(matches!(error, OpenError::Locked(_)), "{error}");
    assert!(error.to_string().contains("journal.db"), "{error}");
    assert!(schema::path(folder.path()).exists(), "it was not set aside");
    drop(other);
    assert_eq!(open(folder.path()).id(), id);
}
