//! `POST /kiosk/v1/journal`

use kiosk_wire::entry::{Authority, VoidReason};
use kiosk_wire::kiosk_api::{JournalAnswer, Taken};
use kiosk_wire::{Code, CompartmentNo, Envelope, Fact, StaffId, SubmissionId};
use uuid::Uuid;

use outside::people::paper;
use test_hall::{Hall, Left, MONDAY};

#[tokio::test]
async fn a_deposit_makes_exactly_one_case_however_often_it_is_sent() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    terminal.deposit(7);
    let first: JournalAnswer = hall.push(&terminal, &terminal.entries).await.json();
    assert_eq!(first.next, 5);
    assert!(first.results.iter().all(|result| result.taken == Taken::Stored));
    for _ in 0..3 {
        let again: JournalAnswer = hall.push(&terminal, &terminal.entries).await.json();
        assert_eq!(again, first);
    }
    assert_eq!((hall.count("cases"), hall.count("entries")), (1, 4));
    assert_eq!(hall.count("cases WHERE state = 'deposited' AND compartment = 7 AND due_date = '2026-11-30'"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_equal_requests_at_one_instant_get_equal_answers() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    for round in 1..=5_u16 {
        terminal.deposit(round);
        let pushes = (0..8).map(|_| hall.push(&terminal, &terminal.entries));
        let answers: Vec<JournalAnswer> =
            futures_util::future::join_all(pushes).await.iter().map(|answer| answer.json()).collect();
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
        assert_eq!(hall.count("cases"), i64::from(round));
    }
}

#[tokio::test]
async fn an_entry_is_on_disk_before_it_is_answered() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    terminal.deposit(7);
    hall.sync(&terminal).await;
    // As after a power cut: only what is in the files counts.
    let copy = tempfile::tempdir().unwrap();
    for file in ["hall.db", "hall.db-wal"] {
        std::fs::copy(hall.data().join(file), copy.path().join(file)).unwrap();
    }
    let connection = rusqlite::Connection::open(copy.path().join("hall.db")).unwrap();
    let cases: i64 = connection.query_row("SELECT COUNT(*) FROM cases", [], |row| row.get(0)).unwrap();
    assert_eq!(cases, 1);
}

#[tokio::test]
async fn a_fork_is_refused_for_good_and_kept_on_record() {
    let hall = Hall::new().await;
    hall.leaves(Left::Logged("journal forked"));
    let mut terminal = hall.terminal("东侧", 1).await;
    let mut other = terminal.clone();
    terminal.deposit(7);
    other.deposit(8);
    hall.sync(&terminal).await;
    for _ in 0..2 {
        let problem = hall.push(&other, &other.entries).await.problem();
        assert_eq!((problem.code, problem.status), (Code::JournalForked, 409));
    }
    // Even what would follow is refused: nobody knows which history is true.
    terminal.deposit(9);
    assert_eq!(hall.push(&terminal, &terminal.entries).await.problem().code, Code::JournalForked);
    assert_eq!(hall.count("cases"), 1);
    assert_eq!(hall.count("audit WHERE action = 'journal_forked'"), 1);
}

#[tokio::test]
async fn an_entry_that_does_not_continue_the_stored_head_is_a_fork() {
    let hall = Hall::new().await;
    hall.leaves(Left::Logged("journal forked"));
    let mut terminal = hall.terminal("东侧", 1).await;
    let mut other = terminal.clone();
    terminal.write(Fact::Started { software: "a".into() });
    hall.sync(&terminal).await;
    other.write(Fact::Started { software: "b".into() });
    other.write(Fact::Started { software: "c".into() });
    let problem = hall.push(&other, &other.entries[2..]).await.problem();
    assert_eq!(problem.code, Code::JournalForked);
}

#[tokio::test]
async fn a_gap_is_refused_with_the_position_that_lacks() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    terminal.deposit(7);
    let problem = hall.push(&terminal, &terminal.entries[2..]).await.problem();
    assert_eq!((problem.code, problem.status), (Code::JournalGap, 409));
    assert!(problem.detail.contains("from 1"), "{problem:?}");
    assert_eq!(hall.count("entries") + hall.count("journals"), 0);
    let jump = [terminal.entries[0].clone(), terminal.entries[2].clone()];
    let problem = hall.push(&terminal, &jump).await.problem();
    assert_eq!((problem.code, problem.field.as_deref()), (Code::JournalGap, Some("entries[1]")));
}

#[tokio::test]
async fn an_empty_push_tells_where_to_go_on() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let answer: JournalAnswer = hall.push(&terminal, &[]).await.json();
    assert_eq!(answer.next, 1);
    hall.sync(&terminal).await;
    let answer: JournalAnswer = hall.push(&terminal, &[]).await.json();
    assert_eq!(answer.next, 2);
}

#[tokio::test]
async fn every_changed_envelope_is_named_and_nothing_of_the_push_is_stored() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    terminal.deposit(7);
    type Change = fn(&mut Envelope);
    let changes: [Change; 6] = [
        |entry| entry.hash = "00".repeat(32),
        |entry| entry.hash = "xyz".into(),
        |entry| entry.prev = "11".repeat(32),
        |entry| entry.header.push(' '),
        |entry| entry.payload = Some("{}".into()),
        |entry| entry.seq = 9,
    ];
    for change in changes {
        let mut entries = terminal.entries.clone();
        change(&mut entries[1]);
        let problem = hall.push(&terminal, &entries).await.problem();
        assert_eq!((problem.code, problem.field.as_deref()), (Code::EntryCorrupt, Some("entries[1]")));
    }
    assert_eq!(hall.count("entries"), 0);
}

#[tokio::test]
async fn what_is_not_understood_is_stored_set_aside_and_blocks_nothing() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let stranger = SubmissionId(Uuid::now_v7());
    let at = r#""at":{"wall_ms_utc":1,"boot_id":"00000000-0000-0000-0000-000000000000","mono_ms":1}"#;
    terminal.write_text(&format!(r#"{{"v":9,{at},"kind":"face_scanned","score":1}}"#), None);
    terminal.write_text("not json", Some("nor this".into()));
    terminal.write(Fact::Deposited { submission: stranger, compartment: CompartmentNo(1) });
    let unreadable = terminal.prepare_with("{\"name\":\"张三\"}".into());
    terminal.write(Fact::Deposited { submission: unreadable, compartment: CompartmentNo(2) });
    terminal.write_text(
        &terminal.entries[4]
            .header
            .replace("commercial-performance", "no-such-item")
            .replace(&unreadable.to_string(), &Uuid::now_v7().to_string()),
        Some(serde_json::to_string(&paper()).unwrap()),
    );
    let good = terminal.deposit(3);
    let answer: JournalAnswer = hall.push(&terminal, &terminal.entries).await.json();
    let codes: Vec<Option<Code>> = answer
        .results
        .iter()
        .map(|result| match result.taken {
            Taken::Stored => None,
            Taken::SetAside { code } => Some(code),
        })
        .collect();
    assert_eq!(
        codes[1..7],
        [
            Some(Code::EntryKindUnknown),
            Some(Code::MalformedBody),
            Some(Code::EntryImplausible),
            Some(Code::PayloadUnreadable),
            None,                  // the paper of an unreadable submission still makes a case
            Some(Code::KeyReused), // the receipt number was given before
        ]
    );
    assert_eq!(codes[7..], [None, None, None]);
    assert_eq!(hall.count(&format!("cases WHERE state = 'deposited' AND hex(id) = '{:X}'", good.0.simple())), 1);
    assert_eq!(hall.count("cases WHERE state = 'deposited'"), 2);
    // The same again, also from a journal read back: the same answers.
    let again: JournalAnswer = hall.push(&terminal, &terminal.entries).await.json();
    assert_eq!(again.results, answer.results);
}

#[tokio::test]
async fn an_entry_that_we_fail_at_is_undone_and_set_aside_and_blocks_nothing() {
    let hall = Hall::new().await;
    hall.leaves(Left::Logged("a fact could not be applied"));
    let mut terminal = hall.terminal("东侧", 1).await;
    // A mistake of ours: what happens at box 7 cannot be written, after its row was.
    let connection = rusqlite::Connection::open(hall.data().join("hall.db")).unwrap();
    let mistake =
        "CREATE TRIGGER mistake BEFORE INSERT ON case_events WHEN NEW.kind = 'deposited' AND NEW.compartment = 7
        BEGIN SELECT RAISE(ABORT, 'a mistake'); END";
    connection.execute_batch(mistake).unwrap();
    terminal.deposit(7);
    terminal.deposit(8);
    let answer: JournalAnswer = hall.push(&terminal, &terminal.entries).await.json();
    let aside = Taken::SetAside { code: Code::Internal };
    let taken: Vec<_> = answer.results.iter().filter(|result| result.taken != Taken::Stored).collect();
    assert_eq!(taken.iter().map(|result| (result.seq, &result.taken)).collect::<Vec<_>>(), [(4, &aside)]);
    assert_eq!((hall.count("entries"), hall.count("cases WHERE state = 'deposited'")), (7, 1));
    assert_eq!(hall.count("compartments WHERE no = 7 AND state = 'reserved'"), 1);
    let again: JournalAnswer = hall.push(&terminal, &terminal.entries).await.json();
    assert_eq!(again, answer);
}

#[tokio::test]
async fn an_item_that_the_catalogue_never_had_still_opens_the_case() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let id = terminal.prepare();
    let entry = terminal.entries.pop().unwrap();
    terminal.write_text(
        &entry.header.replace("commercial-performance", "newer-item"),
        Some(serde_json::to_string(&paper()).unwrap()),
    );
    terminal.write(Fact::Deposited { submission: id, compartment: CompartmentNo(2) });
    let answer: JournalAnswer = hall.push(&terminal, &terminal.entries).await.json();
    assert_eq!(answer.results[1].taken, Taken::SetAside { code: Code::ItemUnknown });
    assert_eq!(hall.count("cases WHERE state = 'deposited' AND item = 'newer-item'"), 1);
}

#[tokio::test]
async fn the_clock_starts_when_the_door_was_shut_however_late_we_hear() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    terminal.deposit(7);
    hall.clock.advance(6 * 86_400_000);
    hall.sync(&terminal).await;
    assert_eq!(hall.count(&format!("cases WHERE deposited_ms = {MONDAY} AND due_date = '2026-11-30'")), 1);
}

#[tokio::test]
async fn a_journal_of_another_terminal_is_refused() {
    let hall = Hall::new().await;
    let one = hall.terminal("东侧", 1).await;
    let mut two = hall.terminal("西侧", 2).await;
    hall.sync(&one).await;
    (two.journal, two.entries) = (one.journal, one.entries.clone());
    assert_eq!(hall.push(&two, &two.entries).await.problem().code, Code::Forbidden);
}

#[tokio::test]
async fn collected_offline_with_card_and_pin_the_case_is_received() {
    let hall = Hall::new().await;
    let clerk = hall.staff("李梅", "3号窗口", hall_rules::Role::Clerk).await;
    let (window, staff) = (clerk.staff.windows[0].0, clerk.staff.id);
    let mut terminal = hall.terminal("东侧", 1).await;
    let id = terminal.deposit(7);
    let (submission, compartment) = (Some(id), CompartmentNo(7));
    let authority = Authority::Roster { generation: 1, version: 1, window };
    terminal.now_ms += 60_000;
    hall.clock.advance(60_000);
    terminal.write(Fact::CollectionIntended { submission, compartment, staff, authority });
    terminal.write(Fact::CollectionClosed { submission, compartment, staff, opening_seen: true });
    terminal.write(Fact::EmptinessAffirmed { submission, compartment, staff });
    hall.sync(&terminal).await;
    let received = format!("cases WHERE state = 'received' AND received_ms = {}", MONDAY + 60_000);
    assert_eq!(hall.count(&received), 1);
    assert_eq!(hall.count("compartments WHERE no = 7 AND state = 'free'"), 1);
}

#[tokio::test]
async fn facts_about_staff_whom_a_restored_backup_has_not_met_are_taken() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let submission = Some(terminal.deposit(7));
    let (compartment, staff) = (CompartmentNo(7), StaffId(Uuid::now_v7()));
    terminal.write(Fact::CollectionClosed { submission, compartment, staff, opening_seen: true });
    terminal.write(Fact::EmptinessAffirmed { submission, compartment, staff });
    hall.sync(&terminal).await;
    assert_eq!(hall.count("cases WHERE state = 'received'"), 1);
}

#[tokio::test]
async fn a_terminal_that_no_longer_knows_whose_paper_it_was_still_closes_the_case() {
    let hall = Hall::new().await;
    let clerk = hall.staff("李梅", "3号窗口", hall_rules::Role::Clerk).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    terminal.deposit(7);
    hall.sync(&terminal).await;
    // Its disk was rolled back: a new journal, and every box unknown.
    terminal.begin_anew();
    let (compartment, staff) = (CompartmentNo(7), clerk.staff.id);
    terminal.write(Fact::RolledBack { backend_next: 5 });
    let why = kiosk_wire::entry::SetAsideReason::Unknown;
    terminal.write(Fact::CompartmentSetAside { compartment, why, submission: None });
    terminal.write(Fact::CollectionClosed { submission: None, compartment, staff, opening_seen: true });
    terminal.write(Fact::EmptinessAffirmed { submission: None, compartment, staff });
    hall.sync(&terminal).await;
    assert_eq!(hall.count("cases WHERE state = 'received'"), 1);
    assert_eq!(hall.count("compartments WHERE no = 7 AND state = 'free'"), 1);
}

#[tokio::test]
async fn a_submission_whose_door_never_opened_is_void() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let submission = terminal.prepare();
    terminal.write(Fact::DepositIntended { submission, compartment: CompartmentNo(7) });
    terminal.write(Fact::DepositVoided { submission, why: VoidReason::NoDoorOpened });
    hall.sync(&terminal).await;
    assert_eq!(hall.count("cases WHERE state = 'voided'"), 1);
    assert_eq!(hall.count("compartments WHERE no = 7 AND state = 'free'"), 1);
}

#[tokio::test]
async fn nothing_personal_is_readable_in_the_files() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    terminal.deposit(7);
    hall.sync(&terminal).await;
    for file in std::fs::read_dir(hall.data()).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for personal in [test_hall::NAME, test_hall::NUMBER, test_hall::PHONE, "人民剧院", "朝阳区"] {
            let found = bytes.windows(personal.len()).any(|window| window == personal.as_bytes());
            assert!(!found, "{personal} is readable in {}", path.display());
        }
    }
}
