//! Clocks that are wrong: at a terminal, and under the server itself.

use axum::http::StatusCode;
use hall_domain::case::page::{self, CaseView};
use hall_domain::figures::verify;
use hall_domain::ground::clock::{Clock, Doubt};
use hall_domain::ground::moment::Moment;
use kiosk_backend::jobs;
use kiosk_wire::kiosk_api::{DirectivesAnswer, Heartbeat, HeartbeatAnswer, JournalAnswer, JournalPush};
use kiosk_wire::{CompartmentNo, Fact, Stamp, SubmissionId};
use uuid::Uuid;

use outside::Terminal;
use outside::people::paper;
use test_hall::{Hall, Left, MONDAY};

const DAY: i64 = 86_400_000;
const MINUTE: i64 = 60_000;

/// A terminal that was started anew, `at_ms`, and whose clocks say what they say.
struct Start {
    at_ms: i64,
    boot: Uuid,
}

impl Start {
    fn at(at_ms: i64) -> Self {
        Self { at_ms, boot: Uuid::now_v7() }
    }

    fn stamp(&self, true_ms: i64, wall_ms_utc: i64, server_offset_ms: Option<i64>) -> Stamp {
        let mono_ms = u64::try_from(true_ms - self.at_ms).unwrap();
        Stamp { wall_ms_utc, boot_id: self.boot, mono_ms, server_offset_ms }
    }

    /// Hands paper in at box 1, with a wall clock that shows `wall_ms`, knowing nothing of the backend's.
    fn deposit(&self, terminal: &mut Terminal, true_ms: i64, wall_ms: i64) -> SubmissionId {
        terminal.stamp = Some(self.stamp(true_ms, wall_ms, None));
        let id = terminal.prepare_with(serde_json::to_string(&paper()).unwrap());
        terminal.write(Fact::DepositIntended { submission: id, compartment: CompartmentNo(1) });
        terminal.write(Fact::Deposited { submission: id, compartment: CompartmentNo(1) });
        id
    }
}

/// What wall clocks were seen to show that nobody had set: the start of time, of the century, nine days behind, twenty
/// ahead, another decade, and no date at all.
fn wrong_clocks(true_ms: i64) -> [i64; 8] {
    let others = [true_ms - 9 * DAY, true_ms + 20 * DAY, 2_272_147_200_000, -5000, i64::MAX, i64::MIN];
    let [a, b, c, d, e, f] = others;
    [190_000, 946_684_810_000, a, b, c, d, e, f]
}

async fn heartbeat(hall: &Hall, terminal: &Terminal, clock: Option<Stamp>, wall_ms_utc: i64) -> HeartbeatAnswer {
    let said = Heartbeat {
        software: "test".into(),
        uptime_s: 1,
        journal: Some(terminal.journal),
        journal_head: 1,
        unsent_deposits: 0,
        oldest_unsent_s: None,
        free_compartments: 1,
        disk_free_bytes: 1,
        wall_ms_utc,
        clock,
        devices: vec![],
        compartments: vec![],
    };
    let token = terminal.token(hall.clock.now_ms());
    hall.post("/kiosk/v1/heartbeat", Some(&token), serde_json::to_string(&said).unwrap()).await.json()
}

async fn case(hall: &Hall, id: SubmissionId) -> CaseView {
    let name: &'static str = format!("周{}", Uuid::now_v7().simple()).leak();
    let chief = hall.staff(name, "3号窗口", hall_rules::Role::Chief).await;
    page::case(&hall.app, &chief, id).await.unwrap()
}

#[tokio::test]
async fn a_deposit_under_a_wrong_clock_is_dated_once_an_entry_of_that_start_knows() {
    // Thursday of that week: a deposit by Monday's clock would be due a day before this one.
    let shut = MONDAY + 3 * DAY;
    for wall in wrong_clocks(shut) {
        let hall = Hall::new().await;
        let mut terminal = hall.terminal("东侧", 1).await;
        let start = Start::at(shut - 17_000);
        let id = start.deposit(&mut terminal, shut, wall);
        let received = shut + 10 * MINUTE;
        hall.clock.advance(received - MONDAY);
        hall.sync(&terminal).await;
        let view = case(&hall, id).await;
        let (earliest, latest) = view.between_ms.expect("the case says that its time is not known");
        assert!(MONDAY <= earliest && earliest <= shut && shut <= latest && latest <= hall.clock.now_ms(), "{wall}");
        // It runs from the earliest, and the light is there.
        assert_eq!(hall.count(&format!("cases WHERE id = x'{}' AND due_date IS NOT NULL", id.0.simple())), 1);

        let later = received - MINUTE;
        terminal.stamp = Some(start.stamp(later, wall, later.checked_sub(wall)));
        terminal.write(Fact::DoorForced { compartment: CompartmentNo(2) });
        hall.sync(&terminal).await;
        let known = format!(
            "cases WHERE id = x'{}' AND deposited_ms = {shut} AND prepared_ms = {shut} AND due_date = '2026-12-03'",
            id.0.simple()
        );
        // An offset that no number can hold tells nothing: then the next heartbeat does.
        if later.checked_sub(wall).is_none() {
            heartbeat(&hall, &terminal, Some(start.stamp(hall.clock.now_ms(), wall, None)), wall).await;
        }
        assert_eq!(hall.count(&known), 1, "wall clock {wall}");
        let view = case(&hall, id).await;
        assert_eq!(view.between_ms, None);
        assert!(view.timeline.iter().filter(|row| row.at_ms == shut).count() >= 3, "{:?}", view.timeline);
        assert_eq!(hall.count("entries WHERE set_aside IS NOT NULL"), 0);
    }
}

#[tokio::test]
async fn a_heartbeat_tells_the_time_of_all_that_its_start_did() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let shut = MONDAY + DAY;
    let start = Start::at(shut - 17_000);
    let id = start.deposit(&mut terminal, shut, 190_000);
    hall.clock.advance(2 * DAY);
    hall.sync(&terminal).await;
    assert!(case(&hall, id).await.between_ms.is_some());
    // One that belongs to another start tells nothing of this one.
    let other = Start::at(shut);
    heartbeat(&hall, &terminal, Some(other.stamp(hall.clock.now_ms(), 190_000, None)), 190_000).await;
    assert!(case(&hall, id).await.between_ms.is_some());
    heartbeat(&hall, &terminal, Some(start.stamp(hall.clock.now_ms(), 190_000, None)), 190_000).await;
    assert_eq!(case(&hall, id).await.between_ms, None);
    assert_eq!(hall.count(&format!("cases WHERE deposited_ms = {shut}")), 1);
    // From now on an entry of this start is dated at once, whatever its own clock and its memory say.
    let next = hall.clock.now_ms() + MINUTE;
    hall.clock.advance(MINUTE);
    let second = start.deposit(&mut terminal, next, i64::MAX);
    hall.sync(&terminal).await;
    assert_eq!(hall.count(&format!("cases WHERE id = x'{}' AND deposited_ms = {next}", second.0.simple())), 1);
}

#[tokio::test]
async fn a_time_that_becomes_known_later_is_not_that_of_an_earlier_deposit() {
    let hall = Hall::new().await;
    let mut terminal = hall.terminal("东侧", 1).await;
    // Nobody saw the door shut; after a power cut the applicant affirmed it, under a dead clock.
    let id = terminal.deposit_unconfirmed(1);
    let affirmed = MONDAY + DAY;
    let start = Start::at(affirmed - 17_000);
    terminal.stamp = Some(start.stamp(affirmed, 190_000, None));
    terminal.write(Fact::Deposited { submission: id, compartment: CompartmentNo(1) });
    hall.clock.advance(2 * DAY);
    hall.sync(&terminal).await;
    assert!(case(&hall, id).await.between_ms.is_some());
    heartbeat(&hall, &terminal, Some(start.stamp(hall.clock.now_ms(), 190_000, None)), 190_000).await;
    assert_eq!(case(&hall, id).await.between_ms, None);
    assert_eq!(hall.count(&format!("cases WHERE deposited_ms = {MONDAY}")), 1, "its paper came on Monday");
    let moment = Moment::of(&hall.app);
    let found = hall.app.store().read(move |connection| verify::all(connection, &moment)).await.unwrap();
    assert_eq!(found.flaws, Vec::<String>::new());
}

#[tokio::test]
async fn silence_accepts_nothing_whose_time_is_not_known_before_the_latest_moment_is_over_as_well() {
    let hall = Hall::new().await;
    let clerk = hall.staff("李梅", "3号窗口", hall_rules::Role::Clerk).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    // The terminal was made known on Monday; the paper came on the Wednesday of the next week, under a dead clock.
    let shut = MONDAY + 9 * DAY;
    let start = Start::at(shut - 17_000);
    let id = start.deposit(&mut terminal, shut, 190_000);
    let (staff, compartment) = (clerk.staff.id, CompartmentNo(1));
    terminal.write(Fact::EmptinessAffirmed { submission: Some(id), compartment, staff });
    hall.clock.advance(9 * DAY + 10 * MINUTE);
    hall.sync(&terminal).await;
    let state = |state: &str| format!("cases WHERE id = x'{}' AND state = '{state}'", id.0.simple());
    jobs::clocks::look(&hall.app).await;
    assert_eq!(hall.count(&state("received")), 1, "by the earliest moment the five days are over, by the latest not");
    // Five working days after it was received at the latest: 2 to 9 December.
    hall.clock.advance(7 * DAY);
    jobs::clocks::look(&hall.app).await;
    assert_eq!(hall.count(&state("received")), 1);
    hall.clock.advance(DAY);
    jobs::clocks::look(&hall.app).await;
    assert_eq!(hall.count(&state("accepted")), 1);
}

#[tokio::test]
async fn a_minute_in_another_month_makes_no_act_of_law() {
    for by in [20 * DAY, 15 * 365 * DAY, -9 * DAY] {
        let hall = Hall::new().await;
        hall.leaves(Left::Logged("the machine's clock jumped"));
        let clerk = hall.staff("李梅", "3号窗口", hall_rules::Role::Clerk).await;
        let mut terminal = hall.terminal("东侧", 1).await;
        let id = terminal.deposit(1);
        terminal.write(Fact::EmptinessAffirmed {
            submission: Some(id),
            compartment: CompartmentNo(1),
            staff: clerk.staff.id,
        });
        hall.sync(&terminal).await;
        jobs::clocks::look(&hall.app).await;
        hall.clock.jump(by);
        for second in 0..63 {
            hall.clock.advance(1000);
            assert_eq!(hall.app.now_ms(), MONDAY + (second + 1) * 1000);
            assert!(matches!(hall.app.clock().doubt(), Some(Doubt::Departs(seen)) if (seen - by).abs() < 1000));
            jobs::clocks::look(&hall.app).await;
        }
        // What terminals hear is not that either.
        let answer = heartbeat(&hall, &terminal, None, 190_000).await;
        assert_eq!(answer.server_ms, MONDAY + 63_000);
        hall.clock.jump(-by);
        assert_eq!(hall.app.clock().doubt(), None);
        jobs::clocks::look(&hall.app).await;
        assert_eq!(hall.count("cases WHERE state = 'received'"), 1);
        assert_eq!(hall.count("notices"), 1, "the receipt of Monday alone");
    }
}

#[tokio::test]
async fn a_jump_that_stands_waits_for_a_terminal_that_agrees_before_the_law_acts() {
    let hall = Hall::new().await;
    hall.leaves(Left::Logged("the machine's clock jumped"));
    let clerk = hall.staff("李梅", "3号窗口", hall_rules::Role::Clerk).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let id = terminal.deposit(1);
    let staff = clerk.staff.id;
    terminal.write(Fact::EmptinessAffirmed { submission: Some(id), compartment: CompartmentNo(1), staff });
    hall.sync(&terminal).await;
    jobs::clocks::look(&hall.app).await;
    hall.clock.jump(20 * DAY);
    hall.app.now_ms();
    hall.clock.advance(5 * MINUTE);
    assert_eq!(hall.app.clock().doubt(), Some(Doubt::Unconfirmed));
    jobs::clocks::look(&hall.app).await;
    assert_eq!(hall.count("cases WHERE state = 'received'"), 1);
    // A terminal of the hall says that it is still Monday; then its clock was found to be the wrong one.
    heartbeat(&hall, &terminal, None, MONDAY).await;
    assert_eq!(hall.app.clock().doubt(), Some(Doubt::Unconfirmed));
    heartbeat(&hall, &terminal, None, MONDAY + 20 * DAY + 4 * MINUTE).await;
    assert_eq!(hall.app.clock().doubt(), None);
    jobs::clocks::look(&hall.app).await;
    assert_eq!(hall.count("cases WHERE state = 'accepted'"), 1);
}

#[tokio::test]
async fn a_server_that_starts_years_ahead_goes_on_from_what_it_kept() {
    let hall = Hall::new().await;
    hall.leaves(Left::Logged("the machine's clock jumped"));
    jobs::clocks::look(&hall.app).await;
    let again = hall.restart_with(Clock::standing_at(MONDAY + 15 * 365 * DAY)).await;
    assert_eq!(again.app.now_ms(), MONDAY);
    assert!(again.app.clock().doubt().is_some());
    again.clock.jump(-15 * 365 * DAY + MINUTE);
    assert_eq!((again.app.now_ms(), again.app.clock().doubt()), (MONDAY + MINUTE, None));
}

#[tokio::test]
async fn an_answer_that_was_held_back_tells_the_time_at_which_it_is_given() {
    let hall = Hall::new().await;
    let terminal = hall.terminal("东侧", 1).await;
    let token = terminal.token(MONDAY);
    let first: DirectivesAnswer = hall.get("/kiosk/v1/directives?after=0&wait_s=0", &token, None).await.json();
    let path = format!("/kiosk/v1/directives?after={}&wait_s=1", first.revision);
    let (held, ()) = tokio::join!(hall.get(&path, &token, None), async {
        // The question has been read by then: nothing else can be seen of it from here.
        tokio::task::yield_now().await;
        hall.clock.advance(20_000);
    });
    assert_eq!(held.status, StatusCode::OK);
    assert_eq!(held.json::<DirectivesAnswer>().server_ms, MONDAY + 20_000);
}

#[tokio::test]
async fn a_push_dates_what_its_own_start_did_before_anything_follows_from_it() {
    let hall = Hall::new().await;
    let clerk = hall.staff("李梅", "3号窗口", hall_rules::Role::Clerk).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let shut = MONDAY + 3 * DAY;
    let start = Start::at(shut - 17_000);
    let id = start.deposit(&mut terminal, shut, 190_000);
    // Collected with card and PIN, all of it without the network: the numbered receipt is made as the push comes.
    let (staff, compartment) = (clerk.staff.id, CompartmentNo(1));
    terminal.write(Fact::EmptinessAffirmed { submission: Some(id), compartment, staff });
    hall.clock.advance(4 * DAY);
    let clock = Some(start.stamp(hall.clock.now_ms(), 190_000, None));
    let push = JournalPush { journal: terminal.journal, entries: terminal.entries.clone(), clock };
    let token = terminal.token(hall.clock.now_ms());
    let answer = hall.post("/kiosk/v1/journal", Some(&token), serde_json::to_string(&push).unwrap()).await;
    assert_eq!(answer.json::<JournalAnswer>().next, terminal.entries.len() as u64 + 1);
    let dated = format!("cases WHERE state = 'received' AND deposited_ms = {shut} AND due_date = '2026-12-03'");
    assert_eq!((hall.count(&dated), hall.count("untimed")), (1, 0));
    assert_eq!(case(&hall, id).await.between_ms, None);
}

#[tokio::test]
async fn the_first_start_after_an_older_release_knows_when_that_last_wrote() {
    let hall = Hall::new().await;
    assert_eq!(hall.count("texts WHERE name = 'kept-time'"), 0, "nothing was kept yet, as by an older release");
    let again = hall.restart_with(Clock::standing_at(MONDAY + 20 * DAY)).await;
    assert_eq!(again.app.clock().doubt(), Some(Doubt::Unconfirmed));
}
