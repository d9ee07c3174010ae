//! The runner's own decisions: what it does with what happens, told from the journal afterwards.

use std::sync::Mutex;
use std::sync::mpsc::channel;

use ed25519_dalek::SigningKey;
use hardware::lockers::UnlockError;
use kiosk_wire::entry::{Authority, SetAsideReason, UnconfirmedReason};
use kiosk_wire::kiosk_api::EnrolAnswer;
use kiosk_wire::roster::{Role, RosterStaff, RosterWindow};
use kiosk_wire::signed::Purpose;
use kiosk_wire::{
    DirectiveId, DirectiveOrder, DirectiveOutcome, HallSettings, Header, KioskId, PinLimits, Signed, StaffId, Stamp,
    SubmissionId, WindowId,
};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::cache;
use crate::journal::Holds;

mod clocks;

const KIOSK: KioskId = KioskId(Uuid::from_u128(1));
const STAFF: StaffId = StaffId(Uuid::from_u128(2));
const SERVER_MS: i64 = 1_795_000_000_000;

fn hall_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn submission(n: u128) -> SubmissionId {
    SubmissionId(Uuid::from_u128(n))
}

/// What `kiosk enrol` leaves.
fn enrol(folder: &std::path::Path) {
    let told = EnrolAnswer {
        kiosk: KIOSK,
        name: "1".into(),
        receipt_prefix: "101".into(),
        hall_key: hex::encode(hall_key().verifying_key().to_bytes()),
        audience: "hall".into(),
        hall_name: "hall".into(),
        server_ms: 0,
    };
    let key = crate::identity::read_or_make_key(folder).expect("key");
    Identity::new(told, key).expect("identity").store(folder).expect("stored");
}

/// A runner on an enrolled terminal with four compartments, and the doors that it opened.
pub(super) struct Bench {
    pub(super) folder: TempDir,
    pub(super) runner: Runner,
    opened: Arc<Mutex<Vec<u16>>>,
    /// What the readers were told of travel documents.
    keys: Arc<Mutex<Vec<Option<MrzKey>>>>,
}

impl Bench {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().expect("folder");
        enrol(folder.path());
        Self::on(folder)
    }

    fn on(folder: TempDir) -> Self {
        let clock = Clock::start();
        clock.hear(SERVER_MS);
        Self::under(folder, clock)
    }

    /// The same under other clocks.
    fn under(folder: TempDir, clock: Clock) -> Self {
        let text = format!(
            "[kiosk]\ndata_dir = \"{}\"\n[locker]\nprotocol = \"xor24\"\nport = \"/dev/none\"\n[[locker.board]]\n\
             address = 1\nlocks = 4\nfirst_compartment = 1\nsize = \"A4\"\n",
            folder.path().display()
        );
        let config = crate::config::parse(std::path::Path::new("kiosk.toml"), &text).expect("config");
        let (sender, events) = channel();
        let opened = Arc::new(Mutex::new(Vec::new()));
        let doors = Arc::clone(&opened);
        let keys = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&keys);
        let hands = Hands {
            show: Box::new(drop),
            open_door: Box::new(move |no| {
                doors.lock().expect("doors").push(no);
                Ok(())
            }),
            print: Box::new(|_, _| Ok(())),
            unlock_document: Box::new(move |key, _| told.lock().expect("keys").push(key)),
            play: Box::new(drop),
            lives: Box::new(|| {}),
        };
        let mut runner = Runner::boot(config, Arc::new(clock), events, sender, hands);
        runner.take(Event::Locker(LockerEvent::BusState(hardware::DeviceStatus::Ready)));
        runner.settle();
        Self { folder, runner, opened, keys }
    }

    /// Dies without any farewell, and starts again on the same folder.
    pub(super) fn restart(self) -> Self {
        let Self { folder, runner, .. } = self;
        drop(runner);
        Self::on(folder)
    }

    pub(super) fn happens(&mut self, event: Event) {
        self.runner.take(event);
        self.runner.settle();
    }

    pub(super) fn door(&mut self, compartment: u16, state: DoorState) {
        self.happens(Event::Locker(LockerEvent::Door { compartment, state }));
    }

    pub(super) fn all_closed(&mut self) {
        let doors = (1..=4).map(|no| (no, DoorState::Closed)).collect();
        self.happens(Event::Locker(LockerEvent::Snapshot(doors)));
    }

    fn write(&mut self, facts: Vec<Fact>) {
        self.runner.record(facts.into_iter().map(Into::into).collect()).expect("recorded");
        self.runner.settle();
    }

    fn prepared(n: u128) -> Fact {
        Fact::SubmissionPrepared {
            submission: submission(n),
            receipt: ReceiptNumber("10101000000186".into()),
            item: "A01".into(),
            item_version: 1,
            department: "D1".into(),
        }
    }

    /// Paper of submission `n` in compartment `no`.
    fn deposit(&mut self, n: u128, no: u16) {
        let compartment = CompartmentNo(no);
        self.write(vec![Self::prepared(n), Fact::DepositIntended { submission: submission(n), compartment }]);
        self.write(vec![Fact::Deposited { submission: submission(n), compartment }]);
    }

    fn order(&mut self, id: u128, order: DirectiveOrder) -> DirectiveId {
        self.order_until(id, SERVER_MS + 60_000, order)
    }

    fn order_until(&mut self, id: u128, expires_ms: i64, order: DirectiveOrder) -> DirectiveId {
        let directive = Directive {
            id: DirectiveId(Uuid::from_u128(id)),
            kiosk: KIOSK,
            generation: 1,
            issued_ms: SERVER_MS,
            expires_ms,
            staff: STAFF,
            staff_name: "王".into(),
            order,
        };
        let signed = Signed::seal(&directive, Purpose::Directive, &hall_key()).expect("signed");
        self.happens(Event::News(News::Directives(vec![signed])));
        directive.id
    }

    fn arm(&mut self, id: u128, n: u128, no: u16) -> DirectiveId {
        let directive = DirectiveId(Uuid::from_u128(id));
        let code_hash = hex::encode(Sha256::digest(format!("{directive}123456")));
        self.order(
            id,
            DirectiveOrder::ArmCollection { submission: submission(n), compartment: CompartmentNo(no), code_hash },
        )
    }

    fn open_now(&mut self, id: u128, no: u16) -> DirectiveId {
        let reason = "look".into();
        self.order(id, DirectiveOrder::OpenNow { submission: None, compartment: CompartmentNo(no), reason })
    }

    pub(super) fn facts(&self) -> Vec<Fact> {
        let outbox = self.runner.journal.as_ref().expect("journal").outbox().expect("outbox");
        let entries = outbox.entries(1, usize::MAX, usize::MAX).expect("entries");
        entries.iter().map(|entry| serde_json::from_str::<Header>(&entry.header).expect("header").fact).collect()
    }

    fn answer(&self, id: DirectiveId) -> Option<DirectiveOutcome> {
        self.runner.journal.as_ref().expect("journal").projection().answer(id)
    }

    fn holds(&self, no: u16) -> Holds {
        self.runner.journal.as_ref().expect("journal").projection().compartment(CompartmentNo(no)).holds
    }

    pub(super) fn opened(&self) -> Vec<u16> {
        self.opened.lock().expect("doors").clone()
    }

    fn page(&self) -> &'static str {
        self.runner.told.screen
    }
}

#[test]
fn a_terminal_that_is_enrolled_beside_its_running_kiosk_begins_anew() {
    let mut bench = Bench::on(TempDir::new().expect("folder"));
    bench.runner.tick();
    assert!(bench.runner.events.try_recv().is_err(), "it waits");
    enrol(bench.folder.path());
    bench.runner.tick();
    assert!(matches!(bench.runner.events.try_recv(), Ok(Event::Stop)));
    let mut known = bench.restart();
    known.runner.tick();
    assert!(known.runner.events.try_recv().is_err(), "it knows who it is");
}

#[test]
fn a_deposit_cut_off_by_death_is_unconfirmed_and_set_aside() {
    let mut bench = Bench::new();
    let compartment = CompartmentNo(2);
    bench.write(vec![Bench::prepared(11), Fact::DepositIntended { submission: submission(11), compartment }]);
    let bench = bench.restart();
    let unconfirmed =
        Fact::DepositUnconfirmed { submission: submission(11), compartment, why: UnconfirmedReason::Interrupted };
    assert_eq!(bench.facts().last(), Some(&unconfirmed));
    let place = bench.runner.journal.as_ref().expect("journal").projection().compartment(compartment);
    assert_eq!(place.set_aside, Some(SetAsideReason::Unconfirmed));
    let bench = bench.restart();
    let again = bench.facts().iter().filter(|fact| **fact == unconfirmed).count();
    assert_eq!(again, 1, "said once, however often it dies");
}

#[test]
fn a_door_opens_from_the_desk_only_after_its_cause_is_written() {
    let mut bench = Bench::new();
    bench.all_closed();
    bench.deposit(11, 3);
    let id = bench.open_now(100, 3);
    assert_eq!(bench.opened(), [3]);
    assert!(matches!(bench.facts().last(), Some(Fact::CollectionIntended { compartment: CompartmentNo(3), .. })));
    assert_eq!(bench.answer(id), None, "answered at its end");
    bench.door(3, DoorState::Open);
    bench.door(3, DoorState::Closed);
    assert_eq!(bench.answer(id), Some(DirectiveOutcome::Done));
    assert_eq!(bench.holds(3), Holds::ToBeConfirmed { submission: Some(submission(11)) });
    let entries = bench.facts().len();
    bench.open_now(100, 3);
    assert_eq!((bench.opened(), bench.facts().len()), (vec![3], entries), "doubled: nothing is done again");
}

#[test]
fn one_door_at_a_time_the_others_wait() {
    let mut bench = Bench::new();
    bench.all_closed();
    bench.open_now(100, 1);
    let second = bench.open_now(101, 2);
    assert_eq!(bench.opened(), [1]);
    bench.door(1, DoorState::Open);
    assert_eq!(bench.opened(), [1]);
    bench.door(1, DoorState::Closed);
    assert_eq!(bench.opened(), [1, 2]);
    assert_eq!(bench.answer(second), None);
}

#[test]
fn a_door_that_never_opens_is_set_aside_and_says_so() {
    let mut bench = Bench::new();
    bench.all_closed();
    let id = bench.open_now(100, 1);
    let now = bench.runner.clock.now();
    bench.runner.watch_remote(now + Duration::from_secs(4));
    assert_eq!(bench.opened(), [1, 1], "a second pulse");
    bench.runner.watch_remote(now + Duration::from_secs(60));
    bench.runner.settle();
    assert_eq!(bench.answer(id), Some(DirectiveOutcome::DoorStuck));
    let place = bench.runner.journal.as_ref().expect("journal").projection().compartment(CompartmentNo(1));
    assert_eq!(place.set_aside, Some(SetAsideReason::DoorStuck));
}

#[test]
fn a_dead_line_is_said_to_be_one() {
    let mut bench = Bench::new();
    bench.all_closed();
    let fault = hardware::Fault::PortMissing { port: "/dev/none".into() };
    let first = bench.open_now(99, 2);
    let error = UnlockError::NotSent(fault.clone());
    bench.happens(Event::Locker(LockerEvent::UnlockFailed { compartment: 2, error }));
    assert_eq!(bench.answer(first), Some(DirectiveOutcome::LineDown));
    bench.happens(Event::Locker(LockerEvent::BusState(hardware::DeviceStatus::Down(fault))));
    let id = bench.open_now(100, 1);
    assert_eq!(bench.answer(id), Some(DirectiveOutcome::LineDown));
    assert_eq!(bench.opened(), [2]);
}

#[test]
fn an_armed_box_opens_by_code_and_survives_a_restart() {
    let mut bench = Bench::new();
    bench.all_closed();
    bench.deposit(11, 3);
    let id = bench.arm(100, 11, 3);
    assert_eq!(bench.answer(id), Some(DirectiveOutcome::Armed));
    assert_eq!(bench.opened(), [] as [u16; 0], "it opens when the clerk is there");
    let mut bench = bench.restart();
    bench.all_closed();
    let present = bench.runner.present().expect("present");
    assert_eq!(crate::staff::by_code(&bench.runner.armed, "123456", present).map(|found| found.id), Some(id));
    assert!(crate::staff::by_code(&bench.runner.armed, "123457", present).is_none());

    let disarm = bench.order(101, DirectiveOrder::DisarmCollection { armed_by: id });
    assert_eq!(bench.answer(id), Some(DirectiveOutcome::Disarmed));
    assert_eq!(bench.answer(disarm), Some(DirectiveOutcome::Done));
    assert!(bench.runner.armed.is_empty());
}

#[test]
fn the_end_of_a_collection_answers_the_directive_that_armed_it() {
    let mut bench = Bench::new();
    bench.all_closed();
    bench.deposit(11, 3);
    let id = bench.arm(100, 11, 3);
    let authority = Authority::Directive { directive: id };
    let (submission, staff, compartment) = (Some(submission(11)), STAFF, CompartmentNo(3));
    let intended = Fact::CollectionIntended { submission, compartment, staff, authority };
    bench.runner.try_to_record(vec![intended.into()]).expect("recorded");
    let late = bench.order(101, DirectiveOrder::DisarmCollection { armed_by: id });
    assert_eq!(bench.answer(late), Some(DirectiveOutcome::NoLongerTrue), "the door is open already");
    let closed = Fact::CollectionClosed { submission, compartment, staff, opening_seen: true };
    bench.runner.try_to_record(vec![closed.into()]).expect("recorded");
    assert_eq!(bench.answer(id), Some(DirectiveOutcome::Done));
    let affirm = bench.order(102, DirectiveOrder::AffirmEmpty { submission, compartment });
    assert_eq!(bench.answer(affirm), Some(DirectiveOutcome::Done));
    assert_eq!(bench.holds(3), Holds::Nothing);
}

#[test]
fn late_forged_and_old_directives_open_nothing() {
    let mut bench = Bench::new();
    bench.all_closed();
    let order = || DirectiveOrder::OpenNow { submission: None, compartment: CompartmentNo(1), reason: "x".into() };
    let late = bench.order_until(100, SERVER_MS - 1, order());
    assert_eq!(bench.answer(late), Some(DirectiveOutcome::Expired));
    bench.happens(Event::News(News::Generation(2)));
    let old = bench.order(101, order());
    assert_eq!(bench.answer(old), Some(DirectiveOutcome::OldGeneration));
    let entries = bench.facts().len();
    let forged = Signed::seal(&"{}", Purpose::Directive, &SigningKey::from_bytes(&[1; 32])).expect("signed");
    bench.happens(Event::News(News::Directives(vec![forged])));
    assert_eq!((bench.opened(), bench.facts().len()), (vec![], entries));
}

#[test]
fn an_armed_box_that_nobody_came_for_is_answered() {
    let mut bench = Bench::new();
    bench.all_closed();
    bench.deposit(11, 3);
    let id = bench.arm(100, 11, 3);
    bench.runner.clock.pass(Duration::from_secs(61));
    bench.runner.expire_armed();
    assert_eq!(bench.answer(id), Some(DirectiveOutcome::Expired));
    assert!(bench.runner.armed.is_empty());
}

#[test]
fn a_box_of_paper_that_stands_open_uninvited_is_set_aside() {
    let mut bench = Bench::new();
    bench.all_closed();
    bench.deposit(11, 3);
    bench.door(3, DoorState::Open);
    bench.door(3, DoorState::Closed);
    let now = bench.runner.clock.now();
    bench.runner.take_looks(now + Duration::from_secs(2));
    assert!(!bench.facts().contains(&Fact::DoorForced { compartment: CompartmentNo(3) }), "a sensor that bounces");
    bench.door(3, DoorState::Open);
    bench.runner.take_looks(now + Duration::from_secs(60));
    assert!(bench.facts().contains(&Fact::DoorForced { compartment: CompartmentNo(3) }));
    assert!(!bench.runner.cabinet()[2].free);
}

#[test]
fn a_rolled_back_terminal_begins_a_new_journal_with_every_box_unknown() {
    let mut bench = Bench::new();
    bench.all_closed();
    let old = bench.runner.journal.as_ref().expect("journal").id();
    bench.happens(Event::News(News::RolledBack { next: 77 }));
    assert_ne!(bench.runner.journal.as_ref().expect("journal").id(), old);
    assert_eq!(bench.facts()[1], Fact::RolledBack { backend_next: 77 });
    assert!(bench.runner.cabinet().iter().all(|place| !place.free));
    let back = bench.order(100, DirectiveOrder::ReturnToService { compartment: CompartmentNo(1) });
    assert_eq!(bench.answer(back), Some(DirectiveOutcome::Done));
    assert!(bench.runner.cabinet()[0].free);
}

#[test]
fn receipts_are_numbered_per_terminal_journal_and_submission() {
    let mut bench = Bench::new();
    bench.all_closed();
    let first = bench.runner.next_number().expect("a number");
    assert_eq!(first.0.get(..12), Some("101010000001"));
    bench.deposit(11, 1);
    let second = bench.runner.next_number().expect("a number");
    assert_eq!(second.0.get(..12), Some("101010000002"));
    bench.happens(Event::News(News::Forked { detail: String::new() }));
    assert_eq!(bench.runner.next_number(), Err(RecordFailure::NotAllowed));
}

#[test]
fn what_is_wrong_is_shown() {
    let bench = Bench::on(TempDir::new().expect("folder"));
    assert_eq!(bench.page(), "not_enrolled");
    let mut bench = Bench::new();
    bench.all_closed();
    assert_eq!(bench.page(), "idle");
    bench.happens(Event::News(News::Revoked(true)));
    assert_eq!(bench.page(), "out_of_service");
    bench.happens(Event::News(News::Revoked(false)));
    assert_eq!(bench.page(), "idle");
    bench.happens(Event::News(News::Forked { detail: String::new() }));
    assert_eq!(bench.page(), "out_of_service");

    let bench = Bench::new();
    let path = bench.folder.path().join("journal.db");
    let Bench { folder, runner, .. } = bench;
    drop(runner);
    std::fs::write(&path, [0x5a; 9_000]).expect("damaged");
    assert_eq!(Bench::on(folder).page(), "out_of_service");
}

fn roster(pin: &str) -> Roster {
    use argon2::password_hash::PasswordHasher as _;
    let phc = argon2::Argon2::default().hash_password(pin.as_bytes()).expect("hashed").to_string();
    let window = WindowId(Uuid::from_u128(5));
    Roster {
        kiosk: KIOSK,
        generation: 1,
        version: 1,
        issued_ms: SERVER_MS,
        expires_ms: SERVER_MS + 60_000,
        windows: vec![RosterWindow { id: window, name: "3".into(), departments: vec!["D1".into()], phone: None }],
        staff: vec![RosterStaff {
            id: STAFF,
            name: "王".into(),
            windows: vec![window],
            role: Role::Clerk,
            card_hash: Some(hex::encode(Sha256::digest([4, 1, 2, 3]))),
            pin_phc: Some(phc),
        }],
    }
}

#[test]
fn with_card_and_pin_the_boxes_of_ones_own_windows_open_without_any_network() {
    let mut bench = Bench::new();
    bench.all_closed();
    bench.deposit(11, 3);
    let other = Fact::SubmissionPrepared {
        submission: submission(12),
        receipt: ReceiptNumber("10101000000283".into()),
        item: "B01".into(),
        item_version: 1,
        department: "D2".into(),
    };
    bench.write(vec![other, Fact::DepositIntended { submission: submission(12), compartment: CompartmentNo(4) }]);
    bench.write(vec![Fact::Deposited { submission: submission(12), compartment: CompartmentNo(4) }]);
    let roster = roster("2468");
    let present = bench.runner.present().expect("present");
    let staff = crate::staff::by_card(&roster, &[4, 1, 2, 3]).expect("in the roster");
    let doors: Vec<_> =
        crate::staff::doors(staff, &roster, &[], present, &[]).iter().map(|door| door.compartment).collect();
    assert_eq!(doors, [CompartmentNo(3)], "the other department's box stays shut");
    let mut busy = staff.clone();
    busy.id = StaffId(Uuid::from_u128(77));
    bench.runner.take_roster(roster.clone());
    bench.arm(100, 11, 3);
    let present = bench.runner.present().expect("present");
    assert!(
        crate::staff::doors(&busy, &roster, &bench.runner.armed, present, &[]).is_empty(),
        "someone else is collecting it"
    );
    assert_eq!(crate::staff::doors(staff, &roster, &bench.runner.armed, present, &[]).len(), 1);
}

#[test]
fn five_wrong_pins_lock_until_the_pin_is_set_anew_also_over_a_restart() {
    let mut bench = Bench::new();
    bench.all_closed();
    bench.runner.take_roster(roster("2468"));
    let phc = bench.runner.roster.as_ref().and_then(|roster| roster.staff[0].pin_phc.clone()).expect("phc");
    let mark = crate::staff::pin_mark(&phc);
    let wrong = |bench: &mut Bench| {
        bench.runner.verify_staff(kiosk_journey::StaffProof::CardAndPin { staff: STAFF, pin: "1111".into() });
        let checked = bench.runner.events.recv_timeout(Duration::from_secs(20)).expect("checked");
        bench.happens(checked);
    };
    for _ in 0..5 {
        wrong(&mut bench);
    }
    let count =
        |bench: &Bench| bench.runner.journal.as_ref().expect("journal").wrong_pins(STAFF, &mark).expect("counted");
    assert_eq!(count(&bench), 5);
    let mut bench = bench.restart();
    assert_eq!(count(&bench), 5);
    bench.runner.take_roster(roster("2468"));
    let newer = bench.runner.roster.as_ref().and_then(|roster| roster.staff[0].pin_phc.clone()).expect("phc");
    let journal = bench.runner.journal.as_ref().expect("journal");
    assert_eq!(journal.wrong_pins(STAFF, &crate::staff::pin_mark(&newer)).expect("counted"), 0, "a new PIN");
    assert!(crate::staff::pin_is_right(&newer, "2468") && !crate::staff::pin_is_right(&newer, "1111"));
}

#[test]
fn entries_say_when_as_well_as_the_terminal_knows() {
    let bench = Bench::new();
    let stamp: Stamp = bench.runner.clock.stamp();
    assert!((stamp.best_ms_utc() - SERVER_MS).abs() < 60_000);
}

fn signed_settings(settings: &HallSettings, purpose: Purpose, key: &SigningKey) -> Event {
    let signed = Signed::seal(settings, purpose, key).expect("signed");
    let body = serde_json::to_string(&signed).expect("text");
    Event::News(News::Settings(cache::Tagged { etag: "\"s1\"".into(), body }))
}

/// Told once, they hold after a restart without the network too; what another key signed never does.
#[test]
fn the_halls_settings_are_verified_and_kept() {
    let mut bench = Bench::new();
    assert_eq!(bench.runner.hall.settings, HallSettings::default(), "never heard of");
    let told = HallSettings {
        box_sizes: vec!["A4".into()],
        staff_pin: PinLimits { least: 6, most: 6, tries: 3 },
        public_url: Some("https://hall.example".into()),
        ..HallSettings::default()
    };
    bench.happens(signed_settings(&told, Purpose::Settings, &SigningKey::from_bytes(&[1; 32])));
    bench.happens(signed_settings(&told, Purpose::Roster, &hall_key()));
    assert_eq!(bench.runner.hall.settings, HallSettings::default(), "not signed by the hall, or not as settings");
    bench.happens(signed_settings(&told, Purpose::Settings, &hall_key()));
    assert_eq!(bench.runner.hall.settings, told);
    bench = bench.restart();
    assert_eq!((&bench.runner.hall.settings, &*bench.runner.parts.settings_etag), (&told, "\"s1\""));
}

#[test]
fn a_call_for_staff_stands_in_the_heartbeat_and_is_told_to_have_arrived() {
    let mut bench = Bench::new();
    bench.all_closed();
    bench.runner.call_staff(kiosk_wire::StaffCall::DoorLeftOpen { compartment: CompartmentNo(3) });
    let call = bench.runner.heartbeat().devices.into_iter().find(|part| part.part == "call").expect("a call");
    assert!(call.last_error.contains("door 3"), "{}", call.last_error);
    assert_eq!(call.call, Some(kiosk_wire::StaffCall::DoorLeftOpen { compartment: CompartmentNo(3) }));
    bench.happens(Event::News(News::CallHeard { since_ms: call.since_ms }));
    bench.runner.clock.pass(Duration::from_secs(301));
    bench.runner.end_old_call();
    assert!(bench.runner.heartbeat().devices.iter().all(|part| part.part != "call"));
}

#[test]
fn scanned_lines_open_a_travel_document_and_are_forgotten_with_the_visit() {
    let mut bench = Bench::new();
    bench.all_closed();
    let last = |bench: &Bench| bench.keys.lock().expect("keys").last().cloned();
    let scan = |bench: &mut Bench, line: &str| {
        bench.happens(Event::Scanner(ScannerEvent::Scanned(hardware::scanner::Code::new(line))));
    };
    let lines = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
    bench.happens(Event::Card(0, CardEvent::CardPresent));
    bench.happens(Event::Card(0, CardEvent::CardFailed(hardware::cards::CardError::NeedsMrz)));
    scan(&mut bench, lines[0]);
    assert_eq!(last(&bench), None, "one line is not all");
    scan(&mut bench, lines[1]);
    let key = MrzKey::parse(&lines.join("\n")).expect("a key");
    assert_eq!(last(&bench), Some(Some(key)));
    bench.happens(Event::Card(0, CardEvent::CardFailed(hardware::cards::CardError::WrongMrz)));
    scan(&mut bench, lines[0]);
    bench.runner.clock.pass(Duration::from_secs(1));
    bench.happens(Event::Touch(Touch::Quit));
    assert_eq!(last(&bench), Some(None), "the readers forget");
    bench.happens(Event::Card(0, CardEvent::CardFailed(hardware::cards::CardError::NeedsMrz)));
    scan(&mut bench, lines[1]);
    assert_eq!(last(&bench), Some(None), "the former person's line is gone too");
}

/// `sqlite3` or a tool for copies holds the journal while somebody stands here: nothing can be recorded, nobody loses what
/// they typed, and it goes on by itself.
#[test]
fn a_lock_of_another_program_is_no_broken_journal() {
    let mut bench = Bench::new();
    bench.all_closed();
    bench.deposit(1, 1);
    let journal = |bench: &Bench| bench.runner.parts.report_of("journal");
    let other = rusqlite::Connection::open(bench.folder.path().join("journal.db")).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let error = bench.runner.record(vec![Bench::prepared(2).into()]).expect_err("locked");
    assert!(matches!(error, RecordError::Locked), "{error}");
    bench.runner.tick();
    bench.runner.settle();
    bench.runner.report();
    assert!(matches!(bench.runner.service(), Service::Ready), "nobody is sent away for it");
    assert!(bench.runner.standing.locked && bench.runner.standing.trouble.is_none());
    let told = journal(&bench).expect("told");
    assert_eq!(told.state, kiosk_wire::kiosk_api::DeviceState::Degraded, "{told:?}");
    assert!(told.last_error.contains("another program"), "{told:?}");
    other.execute_batch("ROLLBACK").expect("free");
    bench.runner.tick();
    assert!(!bench.runner.standing.locked, "free within a tick");
    bench.deposit(2, 2);
    drop(other);
    // At the start the file is not set aside for it either.
    let other = rusqlite::Connection::open(bench.folder.path().join("journal.db")).expect("opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let mut bench = bench.restart();
    assert!(bench.runner.journal.is_none() && bench.folder.path().join("journal.db").exists());
    let service = bench.runner.service();
    assert!(matches!(&service, Service::Broken { detail } if detail.contains("another program")), "{service:?}");
    other.execute_batch("ROLLBACK").expect("free");
    bench.runner.tick();
    bench.runner.settle();
    assert!(matches!(bench.runner.service(), Service::Ready));
    assert_eq!(bench.runner.journal.as_ref().expect("open").projection().papers(), [submission(1), submission(2)]);
}
