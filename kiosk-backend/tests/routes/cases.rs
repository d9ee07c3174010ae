//! What staff ask and command.

use hall_domain::Actor;
use hall_domain::boxes::{cabinet, collection};
use hall_domain::case::clocks::Due;
use hall_domain::case::happening::Happening;
use hall_domain::case::inbox::{self, Filter};
use hall_domain::case::{look, page};
use hall_domain::figures::audit_page;
use hall_domain::ground::refusal::Refusal;
use hall_domain::people::staff;
use hall_rules::{CaseEvent, Role};
use hall_store::event::EventKind;
use kiosk_backend::app::App;
use kiosk_wire::entry::Authority;
use kiosk_wire::kiosk_api::DirectivesAnswer;
use kiosk_wire::signed::Purpose;
use kiosk_wire::{Code, CompartmentNo, Directive, DirectiveOrder, DirectiveOutcome, Fact, Personal, SubmissionId};

use outside::Terminal;
use test_hall::{Hall, Left, MONDAY, NUMBER, PASSWORD, PHONE};

struct Desk {
    hall: Hall,
    terminal: Terminal,
    clerk: Actor,
    case: SubmissionId,
}

async fn desk() -> Desk {
    let hall = Hall::new().await;
    let clerk = hall.staff("李梅", "3号窗口", Role::Clerk).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let case = terminal.deposit(7);
    hall.sync(&terminal).await;
    Desk { hall, terminal, clerk, case }
}

impl Desk {
    fn app(&self) -> &App {
        &self.hall.app
    }

    async fn orders(&self) -> Vec<Directive> {
        let token = self.terminal.token(self.hall.clock.now_ms());
        let answer: DirectivesAnswer = self.hall.get("/kiosk/v1/directives", &token, None).await.json();
        let key = crate::kiosk_v1::hall_key(&self.terminal);
        answer.directives.iter().map(|signed| signed.open(Purpose::Directive, &key).unwrap()).collect()
    }

    /// The clerk opens and shuts the box at the terminal.
    async fn open_and_shut(&mut self, directive: &Directive) {
        let (submission, compartment, staff) = (Some(self.case), CompartmentNo(7), directive.staff);
        let authority = Authority::Directive { directive: directive.id };
        self.terminal.write(Fact::DirectiveAnswered { directive: directive.id, outcome: DirectiveOutcome::Armed });
        self.terminal.write(Fact::CollectionIntended { submission, compartment, staff, authority });
        self.terminal.write(Fact::CollectionClosed { submission, compartment, staff, opening_seen: true });
        self.hall.sync(&self.terminal).await;
    }
}

#[track_caller]
fn code(result: Result<(), Refusal>) -> Code {
    result.expect_err("refused").code()
}

#[tokio::test]
async fn the_inbox_shows_the_deposit_masked_with_its_clock() {
    let desk = desk().await;
    let inbox = inbox::page(desk.app(), &desk.clerk, Filter::New, inbox::Only::default(), None).await.unwrap();
    let [row] = inbox.rows.as_slice() else { panic!("{inbox:?}") };
    assert!(row.item_name.zh.starts_with("营业性演出审批"), "{row:?}");
    assert_eq!((row.applicant.as_str(), row.compartment), ("张**", Some(CompartmentNo(7))));
    assert!(matches!(row.due, Due::Running { days_left: Some(5), due, .. } if due.to_string() == "2026-11-30"));
    assert!(row.unread);
    look::look(desk.app(), &desk.clerk, desk.case).await.unwrap();
    let inbox = inbox::page(desk.app(), &desk.clerk, Filter::New, inbox::Only::default(), None).await.unwrap();
    assert!(!inbox.rows[0].unread);
    let counts = inbox::counts(desk.app(), &desk.clerk).await.unwrap();
    assert_eq!((counts.new, counts.unread, counts.all), (1, 0, 1));
}

#[tokio::test]
async fn collecting_ends_with_the_case_received_and_the_box_free() {
    let mut desk = desk().await;
    let mut events = desk.app().events();
    collection::collect(desk.app(), &desk.clerk, desk.case, None, false).await.unwrap();
    assert_eq!(events.recv().await.unwrap().kind, EventKind::CaseChanged);
    let view = page::case(desk.app(), &desk.clerk, desk.case).await.unwrap();
    let shown = view.collecting.unwrap().code.unwrap();
    let orders = desk.orders().await;
    let DirectiveOrder::ArmCollection { compartment, code_hash, .. } = &orders[0].order else { panic!("{orders:?}") };
    assert_eq!(*compartment, CompartmentNo(7));
    let expected = hall_domain::boxes::directives::code_hash(orders[0].id, &shown);
    assert_eq!(*code_hash, expected);
    // Not before the door was opened and shut.
    assert_eq!(code(collection::affirm_empty(desk.app(), &desk.clerk, desk.case, None).await), Code::WrongState);
    desk.open_and_shut(&orders[0]).await;
    assert!(desk.orders().await.is_empty(), "an answered directive is open no longer");
    let view = page::case(desk.app(), &desk.clerk, desk.case).await.unwrap();
    assert!(view.may.affirm && !view.may.cancel);
    collection::affirm_empty(desk.app(), &desk.clerk, desk.case, Some(view.version)).await.unwrap();
    let view = page::case(desk.app(), &desk.clerk, desk.case).await.unwrap();
    assert_eq!(view.received, Some(("李梅".to_owned(), MONDAY)));
    assert_eq!(view.row.state, hall_rules::CaseState::Received);
    let orders = desk.orders().await;
    assert!(matches!(orders[0].order, DirectiveOrder::AffirmEmpty { submission, .. } if submission == Some(desk.case)));
    // The terminal obeys, and the case stays as it is.
    let (submission, compartment, staff) = (Some(desk.case), CompartmentNo(7), desk.clerk.staff.id);
    desk.terminal.write(Fact::EmptinessAffirmed { submission, compartment, staff });
    let outcome = DirectiveOutcome::Done;
    desk.terminal.write(Fact::DirectiveAnswered { directive: orders[0].id, outcome });
    desk.hall.sync(&desk.terminal).await;
    assert_eq!(desk.hall.count("compartments WHERE no = 7 AND state = 'free'"), 1);
    let kinds: Vec<Happening> = view.timeline.iter().map(|row| row.what).collect();
    assert_eq!(
        kinds,
        [
            Happening::Case(CaseEvent::Submitted),
            Happening::DepositIntended,
            Happening::Case(CaseEvent::Deposited),
            Happening::CollectionArmed,
            Happening::CollectionAnswered,
            Happening::CollectionOpened,
            Happening::CollectionClosed,
            Happening::Case(CaseEvent::Received),
        ]
    );
}

#[tokio::test]
async fn the_second_clerk_is_told_who_collects_and_only_a_chief_takes_over() {
    let desk = desk().await;
    let second = desk.hall.staff("王强", "3号窗口", Role::Clerk).await;
    let chief = desk.hall.staff("赵敏", "3号窗口", Role::Chief).await;
    collection::collect(desk.app(), &desk.clerk, desk.case, None, false).await.unwrap();
    collection::collect(desk.app(), &desk.clerk, desk.case, None, false).await.unwrap();
    assert_eq!(desk.orders().await.len(), 1, "pressing twice arms once");
    for take_over in [false, true] {
        let refusal = collection::collect(desk.app(), &second, desk.case, None, take_over).await.expect_err("refused");
        assert_eq!((refusal.code(), refusal.problem().detail.as_str()), (Code::AlreadyBeingCollected, "李梅"));
    }
    let view = page::case(desk.app(), &second, desk.case).await.unwrap();
    assert_eq!(view.collecting.unwrap().code, None, "the code is for the one who asked");
    collection::collect(desk.app(), &chief, desk.case, None, true).await.unwrap();
    let orders = desk.orders().await;
    assert!(matches!(orders[1].order, DirectiveOrder::DisarmCollection { armed_by } if armed_by == orders[0].id));
    assert_eq!(orders[2].staff, chief.staff.id);
    // The claim runs out, and anyone of the window may collect.
    desk.hall.clock.advance(15 * 60_000);
    desk.hall.push(&desk.terminal, &[]).await;
    collection::collect(desk.app(), &second, desk.case, None, false).await.unwrap();
}

#[tokio::test]
async fn a_refusal_of_the_terminal_frees_the_claim() {
    let mut desk = desk().await;
    let second = desk.hall.staff("王强", "3号窗口", Role::Clerk).await;
    collection::collect(desk.app(), &desk.clerk, desk.case, None, false).await.unwrap();
    let directive = desk.orders().await[0].id;
    desk.terminal.write(Fact::DirectiveAnswered { directive, outcome: DirectiveOutcome::NoSuchCompartment });
    desk.hall.sync(&desk.terminal).await;
    collection::collect(desk.app(), &second, desk.case, None, false).await.unwrap();
}

#[tokio::test]
async fn cancelling_disarms() {
    let desk = desk().await;
    collection::collect(desk.app(), &desk.clerk, desk.case, None, false).await.unwrap();
    collection::cancel_collect(desk.app(), &desk.clerk, desk.case, None).await.unwrap();
    assert!(matches!(desk.orders().await[1].order, DirectiveOrder::DisarmCollection { .. }));
    assert_eq!(code(collection::cancel_collect(desk.app(), &desk.clerk, desk.case, None).await), Code::WrongState);
    let view = page::case(desk.app(), &desk.clerk, desk.case).await.unwrap();
    assert!(view.may.collect && view.collecting.is_none());
}

#[tokio::test]
async fn a_terminal_that_is_not_heard_of_is_not_asked() {
    let desk = desk().await;
    desk.hall.clock.advance(60_000);
    let refused = collection::collect(desk.app(), &desk.clerk, desk.case, None, false).await;
    assert_eq!(code(refused), Code::KioskOffline);
}

#[tokio::test]
async fn another_windows_case_is_not_there() {
    let desk = desk().await;
    let other = desk.hall.staff("钱进", "7号窗口", Role::Clerk).await;
    let app = desk.app();
    assert_eq!(page::case(app, &other, desk.case).await.expect_err("refused").code(), Code::NotFound);
    for refused in [
        look::look(app, &other, desk.case).await,
        collection::collect(app, &other, desk.case, None, false).await,
        collection::affirm_empty(app, &other, desk.case, None).await,
        collection::confirm_deposit(app, &other, desk.case, None).await,
        look::reveal_phone(app, &other, desk.case).await.map(drop),
    ] {
        assert_eq!(code(refused), Code::NotFound);
    }
    assert!(inbox::page(app, &other, Filter::All, inbox::Only::default(), None).await.unwrap().rows.is_empty());
    assert!(inbox::search(app, &other, PHONE).await.unwrap().is_empty());
    assert_eq!(desk.hall.count("audit WHERE action IN ('case_looked', 'phone_revealed')"), 0);
}

#[tokio::test]
async fn chiefs_open_from_the_desk_with_a_reason_and_clerks_do_not() {
    let desk = desk().await;
    let chief = desk.hall.staff("赵敏", "3号窗口", Role::Chief).await;
    let app = desk.app();
    let refused = collection::open_now(app, &desk.clerk, desk.case, None, "听见异响").await;
    assert_eq!(code(refused), Code::Forbidden);
    for reason in ["", "  ", "a\nb", &"长".repeat(201)] {
        let refusal = collection::open_now(app, &chief, desk.case, None, reason).await.expect_err("refused");
        assert_eq!((refusal.code(), refusal.problem().field.as_deref()), (Code::InvalidValue, Some("reason")));
    }
    collection::open_now(app, &chief, desk.case, None, "听见异响").await.unwrap();
    let orders = desk.orders().await;
    assert!(matches!(&orders[0].order, DirectiveOrder::OpenNow { reason, .. } if reason == "听见异响"));
    assert_eq!(orders[0].expires_ms, MONDAY + 60_000);
}

#[tokio::test]
async fn an_unconfirmed_deposit_is_settled_by_staff_once() {
    let hall = Hall::new().await;
    let clerk = hall.staff("李梅", "3号窗口", Role::Clerk).await;
    let mut terminal = hall.terminal("东侧", 1).await;
    let (there, nothing) = (terminal.deposit_unconfirmed(3), terminal.deposit_unconfirmed(4));
    hall.sync(&terminal).await;
    let app = &hall.app;
    let attention = inbox::page(app, &clerk, Filter::Attention, inbox::Only::default(), None).await.unwrap();
    assert_eq!(attention.rows.len(), 2);
    let view = page::case(app, &clerk, there).await.unwrap();
    assert_eq!((view.doubt.as_deref(), view.may.settle), (Some("interrupted"), true));
    collection::confirm_deposit(app, &clerk, there, Some(view.version)).await.unwrap();
    assert_eq!(code(collection::confirm_deposit(app, &clerk, there, None).await), Code::WrongState);
    let stale = collection::confirm_deposit(app, &clerk, there, Some(view.version)).await;
    assert_eq!(code(stale), Code::StalePage);
    collection::void_deposit(app, &clerk, nothing, None, "格口为空").await.unwrap();
    assert_eq!(hall.count("cases WHERE state = 'deposited'"), 1);
    assert_eq!(hall.count("cases WHERE state = 'voided'"), 1);
    // The box of the void one may serve again; that of the confirmed one holds paper.
    let kiosk = terminal.identity.kiosk;
    cabinet::return_to_service(app, &clerk, kiosk, CompartmentNo(4)).await.unwrap();
    let refused = cabinet::return_to_service(app, &clerk, kiosk, CompartmentNo(3)).await;
    assert_eq!(code(refused), Code::WrongState);
}

#[tokio::test]
async fn each_look_at_personal_data_is_on_record_and_changes_nothing_else() {
    let desk = desk().await;
    let app = desk.app();
    let before = page::case(app, &desk.clerk, desk.case).await.unwrap();
    assert_eq!(before.applicant.as_ref().unwrap().phone.as_deref(), Some("138****5678"));
    look::look(app, &desk.clerk, desk.case).await.unwrap();
    assert_eq!(look::reveal_phone(app, &desk.clerk, desk.case).await.unwrap().expose(), PHONE);
    let number = look::reveal_number(app, &desk.clerk, desk.case, "核对原件").await.unwrap();
    assert_eq!(number.expose(), NUMBER);
    let after = page::case(app, &desk.clerk, desk.case).await.unwrap();
    assert_eq!((after.version, after.timeline.len()), (before.version, before.timeline.len()));
    let chief = desk.hall.staff("赵敏", "3号窗口", Role::Chief).await;
    let page = audit_page::audit(app, &chief, None).await.unwrap();
    let looks: Vec<(&str, &str, &str, &str)> = page
        .rows
        .iter()
        .filter(|row| row.who == "李梅")
        .map(|row| (row.action.as_str(), row.reason.as_str(), row.from.as_str(), row.who.as_str()))
        .collect();
    assert_eq!(
        looks,
        [
            ("number_revealed", "核对原件", "192.0.2.7", "李梅"),
            ("phone_revealed", "", "192.0.2.7", "李梅"),
            ("case_looked", "", "192.0.2.7", "李梅"),
        ]
    );
    assert_eq!(audit_page::audit(app, &desk.clerk, None).await.expect_err("refused").code(), Code::Forbidden);
}

#[tokio::test]
async fn cases_are_found_by_number_last_four_name_and_phone() {
    let desk = desk().await;
    let receipt = page::case(desk.app(), &desk.clerk, desk.case).await.unwrap().row.receipt;
    let link = format!("https://hall-1.example/p/{receipt}");
    for text in [receipt.as_str(), &link, "002x", test_hall::NAME, "138 1234 5678"] {
        let found = inbox::search(desk.app(), &desk.clerk, text).await.unwrap();
        assert_eq!(found.len(), 1, "{text}");
    }
    for text in ["", "张", "0000", "张三"] {
        assert!(inbox::search(desk.app(), &desk.clerk, text).await.unwrap().is_empty(), "{text}");
    }
}

#[tokio::test]
async fn sign_in_wants_name_password_and_an_open_account() {
    let desk = desk().await;
    let app = desk.app();
    let signed_in = staff::sign_in(app, "李梅", PASSWORD.into()).await.unwrap();
    assert_eq!(signed_in, desk.clerk.staff);
    desk.hall.staff("王强", "3号窗口", Role::Clerk).await;
    desk.hall.blocking(|app| staff::disable(app, "王强").unwrap()).await;
    for (name, password) in [("李梅", "wrong"), ("nobody", PASSWORD), ("王强", PASSWORD)] {
        let refusal = staff::sign_in(app, name, Personal::from(password)).await.expect_err(name);
        assert_eq!(refusal.code(), Code::SignInRefused);
    }
}

#[tokio::test]
async fn the_audit_is_insert_only_and_a_change_shows() {
    let desk = desk().await;
    desk.hall.leaves(Left::Flaws);
    let file = desk.hall.data().join(hall_store::DATABASE);
    let connection = rusqlite::Connection::open(file).unwrap();
    for sql in ["UPDATE audit SET detail = '{}' WHERE seq = 1", "DELETE FROM audit", "DELETE FROM case_events"] {
        let error = connection.execute(sql, []).expect_err(sql).to_string();
        assert!(error.contains("insert-only"), "{error}");
    }
    let verify = |app: &App| app.store().read_blocking(hall_store::audit::verify);
    desk.hall.blocking(move |app| verify(app).unwrap()).await;
    connection.execute_batch("DROP TRIGGER audit_keep; UPDATE audit SET detail = '{}' WHERE seq = 3").unwrap();
    let broken = desk.hall.blocking(move |app| verify(app).expect_err("broken").to_string()).await;
    assert!(broken.contains("entry 3"), "{broken}");
}
