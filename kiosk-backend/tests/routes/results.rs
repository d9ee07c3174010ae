//! Corrections and results through a terminal's boxes, and what its screen tells the person.

use hall_domain::Actor;
use hall_domain::boxes::results;
use hall_domain::case::{page, steps};
use hall_rules::notice::Form;
use hall_rules::review::{Finding, Verdict};
use hall_rules::{CaseEvent, CaseState, Role};
use kiosk_wire::entry::PickupProof;
use kiosk_wire::kiosk_api::{CaseBrief, DirectivesAnswer, JournalAnswer, PersonAnswer, PersonQuery, Taken, Todo};
use kiosk_wire::signed::Purpose;
use kiosk_wire::submission::DocumentFamily;
use kiosk_wire::{
    Code, CompartmentNo, Directive, DirectiveId, DirectiveOrder, DirectiveOutcome, Fact, KioskId, Personal,
    ReceiptNumber, ResultHolder, SubmissionId,
};
use uuid::Uuid;

use outside::Terminal;
use test_hall::{Hall, NUMBER, ORGANISATION};

const BOX: CompartmentNo = CompartmentNo(9);

pub(crate) struct Desk {
    pub(crate) hall: Hall,
    pub(crate) terminal: Terminal,
    pub(crate) chief: Actor,
    pub(crate) case: SubmissionId,
}

impl Desk {
    /// A case whose paper the window has.
    pub(crate) async fn received() -> Self {
        Self::received_in(Hall::new().await).await
    }

    pub(crate) async fn received_in(hall: Hall) -> Self {
        let chief = hall.staff("郑科长", "3号窗口", Role::Chief).await;
        let mut terminal = hall.terminal("东侧", 1).await;
        let case = terminal.deposit(7);
        let (submission, compartment, staff) = (Some(case), CompartmentNo(7), chief.staff.id);
        terminal.write(Fact::EmptinessAffirmed { submission, compartment, staff });
        hall.sync(&terminal).await;
        Self { hall, terminal, chief, case }
    }

    pub(crate) async fn decided() -> Self {
        Self::decided_in(Hall::new().await).await
    }

    pub(crate) async fn decided_in(hall: Hall) -> Self {
        let desk = Self::received_in(hall).await;
        desk.step(CaseEvent::PreReviewStarted, Form::default()).await;
        let form = desk.found(Verdict::Fine).await;
        desk.step(CaseEvent::Accepted, form).await;
        desk.step(CaseEvent::Granted, Form { document: "宜文演〔2026〕18号".into(), ..Form::default() }).await;
        desk
    }

    pub(crate) async fn found(&self, first: Verdict) -> Form {
        let case = page::case(&self.hall.app, &self.chief, self.case).await.unwrap();
        let finding = |verdict: Verdict| Finding {
            material: String::new(),
            deferrable: false,
            verdict,
            reason: if verdict == Verdict::Fine { String::new() } else { "缺少签字或盖章".into() },
        };
        let mut findings: Vec<Finding> = case.materials.iter().map(|_| finding(Verdict::Fine)).collect();
        findings[0] = finding(first);
        Form { findings, ..Form::default() }
    }

    pub(crate) async fn step(&self, event: CaseEvent, form: Form) {
        let case = page::case(&self.hall.app, &self.chief, self.case).await.unwrap();
        steps::take(&self.hall.app, &self.chief, self.case, case.version, event, form).await.unwrap();
    }

    pub(crate) async fn state(&self) -> CaseState {
        page::case(&self.hall.app, &self.chief, self.case).await.unwrap().row.state
    }

    async fn load(&self, kiosk: KioskId) -> Result<(), Code> {
        let loaded = results::load(&self.hall.app, &self.chief, self.case, None, kiosk).await;
        loaded.map_err(|refusal| refusal.code())
    }

    fn kiosk(&self) -> KioskId {
        self.terminal.identity.kiosk
    }

    async fn order(&self) -> Option<Directive> {
        let token = self.terminal.token(self.hall.clock.now_ms());
        let answer: DirectivesAnswer = self.hall.get("/kiosk/v1/directives", &token, None).await.json();
        let key = crate::kiosk_v1::hall_key(&self.terminal);
        answer.directives.first().map(|signed| signed.open(Purpose::Directive, &key).unwrap())
    }

    async fn cases(&self, number: &str) -> Vec<CaseBrief> {
        let token = self.terminal.token(self.hall.clock.now_ms());
        let query = PersonQuery { document: DocumentFamily::ResidentNumber, number: Personal::from(number) };
        let answer: PersonAnswer =
            self.hall.post("/kiosk/v1/person", Some(&token), serde_json::to_string(&query).unwrap()).await.json();
        answer.cases
    }

    fn load_intended(&mut self, directive: DirectiveId) {
        self.terminal.write(Fact::LoadIntended {
            submission: self.case,
            receipt: ReceiptNumber("1".into()),
            item: "x".into(),
            department: "culture".into(),
            compartment: BOX,
            staff: self.chief.staff.id,
            directive,
        });
    }

    /// The result lies in a box of the terminal.
    pub(crate) async fn ready_in_a_box(&mut self) {
        self.load(self.kiosk()).await.unwrap();
        let directive = self.order().await.expect("an order").id;
        self.load_intended(directive);
        let staff = self.chief.staff.id;
        self.terminal.write(Fact::ResultLoaded { submission: self.case, compartment: BOX, staff });
        self.sync().await;
        assert_eq!(self.state().await, CaseState::ResultReady);
    }

    pub(crate) async fn sync(&self) -> Vec<Taken> {
        let answer: JournalAnswer = self.hall.push(&self.terminal, &self.terminal.entries).await.json();
        answer.results.into_iter().map(|result| result.taken).collect()
    }
}

#[tokio::test]
async fn a_result_goes_into_a_box_and_out_to_its_applicant() {
    let mut desk = Desk::decided().await;
    desk.load(desk.kiosk()).await.unwrap();
    desk.load(desk.kiosk()).await.expect("pressing again changes nothing");
    let directive = desk.order().await.expect("an order");
    let DirectiveOrder::ArmLoading { submission, holder, .. } = &directive.order else { panic!("{directive:?}") };
    let person = format!("resident-number:{NUMBER}");
    let key = hall_rules::PersonKey::new(DocumentFamily::ResidentNumber, NUMBER);
    assert_eq!(holder.mark, ResultHolder::mark_of(*submission, key.expose()), "{person}");
    let mark = holder.mark.expose().clone();
    for file in std::fs::read_dir(desk.hall.data()).unwrap().flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        assert!(!bytes.windows(mark.len()).any(|window| window == mark.as_bytes()), "{:?}", file.path());
    }
    desk.terminal.write(Fact::DirectiveAnswered { directive: directive.id, outcome: DirectiveOutcome::Armed });
    desk.load_intended(directive.id);
    let staff = desk.chief.staff.id;
    desk.terminal.write(Fact::ResultLoaded { submission: desk.case, compartment: BOX, staff });
    desk.terminal.write(Fact::DirectiveAnswered { directive: directive.id, outcome: DirectiveOutcome::Done });
    desk.sync().await;
    assert_eq!(desk.state().await, CaseState::ResultReady);
    let told = desk.cases(NUMBER).await;
    let organisation = told[0].organisation.as_ref().map(|one| one.name.expose().as_str());
    assert_eq!(organisation, Some(ORGANISATION), "two errands of an agent can be told apart");
    let here = Todo::PickUp { kiosk_name: "东侧".into(), here: true, compartment: BOX };
    assert_eq!((told.len(), told[0].todo.as_ref()), (1, Some(&here)));
    assert_eq!(told[0].state.zh, "待取件");
    assert!(desk.cases("440524188001010014").await.is_empty(), "nobody else is told");
    let view = page::case(&desk.hall.app, &desk.chief, desk.case).await.unwrap();
    let code = view.pickup_code.expect("the window can tell it");
    assert_eq!(holder.code_hash, ResultHolder::code_hash_of(desk.case, &code));

    let (submission, compartment) = (desk.case, BOX);
    desk.terminal.write(Fact::PickupIntended { submission, compartment, proof: PickupProof::Card });
    desk.terminal.write(Fact::PickedUp { submission, compartment });
    desk.terminal.write(Fact::PickupAffirmed { submission, compartment });
    desk.sync().await;
    assert_eq!(desk.state().await, CaseState::Collected);
    let view = page::case(&desk.hall.app, &desk.chief, desk.case).await.unwrap();
    assert_eq!((view.row.compartment, view.pickup_code), (None, None));
    assert!(view.notices.iter().any(|notice| notice.kind == hall_rules::case::NoticeKind::Delivery));
}

#[tokio::test]
async fn a_result_is_loaded_only_when_there_is_one_and_by_one() {
    let desk = Desk::received().await;
    assert_eq!(desk.load(desk.kiosk()).await, Err(Code::WrongState));
    let desk = Desk::decided().await;
    assert_eq!(desk.load(KioskId(Uuid::from_u128(77))).await, Err(Code::InvalidValue), "no such terminal");
    let other = desk.hall.staff("李梅", "3号窗口", Role::Clerk).await;
    desk.load(desk.kiosk()).await.unwrap();
    let second = results::load(&desk.hall.app, &other, desk.case, None, desk.kiosk()).await;
    assert_eq!(second.expect_err("refused").code(), Code::AlreadyBeingCollected);
    let stranger = desk.hall.staff("城管员", "7号窗口", Role::Clerk).await;
    let foreign = results::load(&desk.hall.app, &stranger, desk.case, None, desk.kiosk()).await;
    assert_eq!(foreign.expect_err("refused").code(), Code::NotFound);
}

#[tokio::test]
async fn a_result_nobody_fetched_goes_back_to_the_window() {
    let mut desk = Desk::decided().await;
    desk.load(desk.kiosk()).await.unwrap();
    let directive = desk.order().await.expect("an order").id;
    desk.load_intended(directive);
    let (staff, submission) = (desk.chief.staff.id, desk.case);
    desk.terminal.write(Fact::ResultLoaded { submission, compartment: BOX, staff });
    desk.sync().await;
    let (submission, compartment) = (Some(submission), BOX);
    desk.terminal.write(Fact::CollectionClosed { submission, compartment, staff, opening_seen: true });
    desk.terminal.write(Fact::EmptinessAffirmed { submission, compartment, staff });
    desk.sync().await;
    assert_eq!(desk.state().await, CaseState::ResultReady, "the window hands it over");
    assert_eq!(desk.cases(NUMBER).await[0].todo, None, "it is not in a box any more");
    desk.step(CaseEvent::Collected, Form { receiver: "申请人本人".into(), ..Form::default() }).await;
}

#[tokio::test]
async fn corrections_come_back_into_a_box() {
    let desk = Desk::received().await;
    desk.step(CaseEvent::PreReviewStarted, Form::default()).await;
    let form = desk.found(Verdict::Missing).await;
    desk.step(CaseEvent::CorrectionAsked, form).await;
    let told = desk.cases(NUMBER).await;
    let Some(Todo::Correct { missing }) = &told[0].todo else { panic!("{told:?}") };
    assert_eq!(missing.len(), 1, "only what is amiss");
    assert_eq!(missing[0].reason, "缺少签字或盖章");
    assert!(!missing[0].name.zh.is_empty() && told[0].due.is_some());
    assert_eq!(missing[0].name.en, "", "the catalogue calls that form otherwise: its English may be of another one");

    // At another terminal than at first.
    let mut second = desk.hall.terminal("西侧", 2).await;
    let (submission, compartment) = (desk.case, BOX);
    second.write(Fact::CorrectionPrepared {
        submission,
        receipt: ReceiptNumber("1".into()),
        item: "x".into(),
        department: "culture".into(),
    });
    second.write(Fact::DepositIntended { submission, compartment });
    second.write(Fact::Deposited { submission, compartment });
    desk.hall.sync(&second).await;
    assert_eq!(desk.state().await, CaseState::Deposited);
    let view = page::case(&desk.hall.app, &desk.chief, desk.case).await.unwrap();
    assert_eq!((view.row.kiosk.1.as_str(), view.row.compartment), ("西侧", Some(BOX)));
    let (submission, staff) = (Some(submission), desk.chief.staff.id);
    second.write(Fact::EmptinessAffirmed { submission, compartment, staff });
    desk.hall.sync(&second).await;
    assert_eq!(desk.state().await, CaseState::Received);
}

#[tokio::test]
async fn what_cannot_be_so_is_set_aside_and_changes_nothing() {
    let mut desk = Desk::received().await;
    let (submission, compartment, staff) = (desk.case, BOX, desk.chief.staff.id);
    let facts = [
        Fact::CorrectionPrepared {
            submission,
            receipt: ReceiptNumber("1".into()),
            item: "x".into(),
            department: "culture".into(),
        },
        Fact::ResultLoaded { submission, compartment, staff },
        Fact::PickedUp { submission, compartment },
        Fact::PickupAffirmed { submission: SubmissionId(Uuid::from_u128(99)), compartment },
    ];
    let count = facts.len();
    for fact in facts {
        desk.terminal.write(fact);
    }
    let taken = desk.sync().await;
    let aside = Taken::SetAside { code: Code::EntryImplausible };
    assert_eq!(taken[taken.len() - count..], vec![aside; count]);
    assert_eq!(desk.state().await, CaseState::Received);
}
