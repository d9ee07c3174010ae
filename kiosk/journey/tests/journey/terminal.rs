//! A terminal around the journey, with virtual time: a journal that keeps records in memory and answers at once, a
//! cabinet whose doors behave as told, and a finger. Time jumps from one wake-up to the next.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use hall_rules::Catalogue;
use kiosk_journey::{
    Compartment, Entry, Health, Input, Journey, JourneyConfig, Key, Output, PartState, Payload, Receipt, RecordFailure,
    Screen, Service, Ticket, Touch, UnlockOutcome, View,
};
use kiosk_wire::kiosk_api::DoorState;
use kiosk_wire::submission::{Applicant, Assurance, DocumentFamily};
use kiosk_wire::{CompartmentNo, Fact, Personal, ReceiptNumber, RosterWindow, Submission, SubmissionId, WindowId};
use uuid::Uuid;

/// The catalogue that ships.
pub(crate) static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/catalogue");
    let mut files: Vec<(String, String)> = std::fs::read_dir(dir)
        .expect("the catalogue's folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("a readable file")))
        .collect();
    files.sort();
    Arc::new(Catalogue::from_files(&files).unwrap_or_else(|flaws| panic!("{flaws}")))
});

/// How a lock behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Opens on the first pulse.
    #[default]
    Good,
    /// Opens on the second pulse only.
    Sluggish,
    /// Never opens.
    Stuck,
    /// Takes the pulse, and then nothing is seen of the door.
    Unseen,
    /// The line is down: no pulse leaves.
    NotSent,
}

/// One box of the test cabinet.
#[derive(Clone, Debug)]
pub(crate) struct TestBox {
    pub(crate) size: &'static str,
    pub(crate) free: bool,
    pub(crate) door: DoorState,
    pub(crate) lock: Lock,
    pub(crate) pulses: u32,
}

/// A terminal.
pub(crate) struct Terminal {
    pub(crate) journey: Journey,
    pub(crate) now: Duration,
    pub(crate) boxes: BTreeMap<u16, TestBox>,
    /// Everything on record, in order.
    pub(crate) journal: Vec<Fact>,
    /// The personal parts of what is on record, in order.
    pub(crate) payloads: Vec<Payload>,
    pub(crate) outputs: Vec<Output>,
    /// Doors whose opening is on record and not yet commanded.
    entitled: BTreeSet<u16>,
    /// What the next records are answered with, first to last; nothing means they succeed.
    pub(crate) failures: Vec<RecordFailure>,
    /// Every record fails with this.
    pub(crate) always_fails: Option<RecordFailure>,
    /// Records are not answered until [`Terminal::answer`].
    pub(crate) slow: bool,
    pub(crate) unanswered: Vec<(Ticket, Vec<Entry>)>,
    pub(crate) touches: u32,
    receipts: u32,
    pub(crate) last_visit: Option<SubmissionId>,
    pub(crate) screens: Vec<&'static str>,
}

pub(crate) const ZHANG: &str = "11010519491231002X";
pub(crate) const LI: &str = "440524188001010014";

pub(crate) fn applicant(name: &str, number: &str) -> Box<Applicant> {
    Box::new(Applicant {
        name: name.into(),
        document: DocumentFamily::ResidentNumber,
        number: number.into(),
        sex: Some("male".into()),
        birth_date: Some("1949-12-31".into()),
        address: Some("江西省宜春市袁州区幸福路1号".into()),
        valid_until: Some("2036-01-01".into()),
        assurance: Assurance::SamVerified,
        signature: None,
    })
}

pub(crate) fn healthy() -> Health {
    Health {
        reader: PartState::Ok,
        locker: PartState::Ok,
        journal: PartState::Ok,
        backend: PartState::Ok,
        printer: PartState::Absent,
        waiting: 0,
        waiting_since: None,
    }
}

impl Terminal {
    /// A terminal in service: boxes 1–4 A4, 5 and 6 large.
    pub(crate) fn new() -> Self {
        Self::with(Arc::clone(&CATALOGUE))
    }

    pub(crate) fn with(catalogue: Arc<Catalogue>) -> Self {
        let mut terminal = Self::bare();
        terminal.input(Input::Health(healthy()));
        terminal.input(Input::Windows(vec![RosterWindow {
            id: WindowId(Uuid::from_u128(3)),
            name: "3号窗口".into(),
            departments: catalogue.departments.iter().map(|department| department.code.clone()).collect(),
            phone: Some("0795-3998888".into()),
        }]));
        terminal.input(Input::Catalogue(catalogue));
        terminal.cabinet();
        terminal.input(Input::Service(Service::Ready));
        assert_eq!(terminal.screen(), "idle");
        terminal
    }

    /// A terminal that was told nothing.
    pub(crate) fn bare() -> Self {
        let config = JourneyConfig { hall_name: "宜春市政务服务大厅".into(), ..JourneyConfig::default() };
        let test_box = |size| TestBox { size, free: true, door: DoorState::Closed, lock: Lock::Good, pulses: 0 };
        let boxes = (1..=6).map(|no| (no, test_box(if no <= 4 { "A4" } else { "large" }))).collect();
        Self {
            journey: Journey::new(config),
            now: Duration::from_secs(100),
            boxes,
            journal: Vec::new(),
            payloads: Vec::new(),
            outputs: Vec::new(),
            entitled: BTreeSet::new(),
            failures: Vec::new(),
            always_fails: None,
            slow: false,
            unanswered: Vec::new(),
            touches: 0,
            receipts: 0,
            last_visit: None,
            screens: Vec::new(),
        }
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.journey.handle(input, self.now);
        self.drain();
    }

    pub(crate) fn view(&self) -> View {
        self.journey.view(self.now)
    }

    pub(crate) fn screen(&self) -> &'static str {
        self.view().screen.name()
    }

    /// Tells the journey the whole cabinet.
    pub(crate) fn cabinet(&mut self) {
        let all = self.boxes.iter().map(|(&no, b)| Compartment {
            no: CompartmentNo(no),
            size: b.size.into(),
            free: b.free,
            door: b.door,
        });
        let all = all.collect();
        self.input(Input::Cabinet(all));
    }

    /// Carries out what the journey wants, until it wants nothing more.
    fn drain(&mut self) {
        while let Some(output) = self.journey.poll_output() {
            self.outputs.push(output.clone());
            match output {
                Output::Record { ticket, entries } if self.slow => self.unanswered.push((ticket, entries)),
                Output::Record { ticket, entries } => self.record(ticket, entries),
                Output::OpenDoor { compartment } => self.pulse(compartment.0),
                Output::Play(_)
                | Output::CallStaff(_)
                | Output::LookUpPerson { .. }
                | Output::CheckPickupCode { .. }
                | Output::UnlockDocument(_)
                | Output::ForgetDocument
                | Output::AskProgress { .. }
                | Output::VerifyStaff(_)
                | Output::Wipe
                | Output::Print { .. } => {}
            }
        }
        let screen = self.screen();
        if self.screens.last() != Some(&screen) {
            self.screens.push(screen);
        }
    }

    /// Answers the records held back.
    pub(crate) fn answer(&mut self) {
        for (ticket, entries) in std::mem::take(&mut self.unanswered) {
            self.record(ticket, entries);
            self.drain();
        }
    }

    fn record(&mut self, ticket: Ticket, entries: Vec<Entry>) {
        let failure = self.always_fails.or_else(|| (!self.failures.is_empty()).then(|| self.failures.remove(0)));
        if let Some(why) = failure {
            return self.journey.handle(Input::RecordFailed { ticket, why }, self.now);
        }
        let mut receipt = None;
        for fact in entries.iter().map(|entry| &entry.fact) {
            match fact {
                Fact::SubmissionPrepared { .. } => {
                    self.receipts += 1;
                    receipt = Some(Receipt {
                        number: ReceiptNumber(format!("1010100000{:04}", self.receipts)),
                        made_at: "2026-11-23 10:00".into(),
                        answer_by: Some("2026-11-30".into()),
                    });
                }
                Fact::CorrectionPrepared { receipt: number, .. } => {
                    receipt = Some(Receipt {
                        number: number.clone(),
                        made_at: "2026-11-24 10:00".into(),
                        answer_by: Some("2026-12-01".into()),
                    });
                }
                Fact::DepositIntended { compartment: to, .. }
                | Fact::DepositMoved { to, .. }
                | Fact::LoadIntended { compartment: to, .. } => {
                    let target = self.boxes.get_mut(&to.0).expect("a box of this cabinet");
                    assert!(target.free, "P2: box {to} is offered although it is not free");
                    target.free = false;
                    self.entitled.insert(to.0);
                }
                Fact::DepositReopened { compartment, .. }
                | Fact::CollectionIntended { compartment, .. }
                | Fact::PickupIntended { compartment, .. } => {
                    self.entitled.insert(compartment.0);
                }
                Fact::LoadVoided { compartment, maybe_opened: false, .. }
                | Fact::PickupAffirmed { compartment, .. }
                | Fact::EmptinessAffirmed { compartment, .. } => {
                    self.boxes.get_mut(&compartment.0).expect("a box of this cabinet").free = true;
                }
                _ => {}
            }
        }
        for Entry { fact, payload } in entries {
            self.journal.push(fact);
            self.payloads.extend(payload);
        }
        self.journey.handle(Input::Recorded { ticket, receipt }, self.now);
        let all = self.boxes.iter().map(|(&no, b)| Compartment {
            no: CompartmentNo(no),
            size: b.size.into(),
            free: b.free,
            door: b.door,
        });
        let all = all.collect();
        self.journey.handle(Input::Cabinet(all), self.now);
    }

    fn pulse(&mut self, no: u16) {
        assert!(self.entitled.contains(&no), "P1: door {no} is opened without a record that entitles to it");
        let elsewhere = self.boxes.iter().find(|(other, b)| **other != no && b.door == DoorState::Open);
        assert!(elsewhere.is_none(), "two doors at a time: {no} while {elsewhere:?} is open");
        let target = self.boxes.get_mut(&no).expect("a box of this cabinet");
        target.pulses += 1;
        let (outcome, seen) = match (target.lock, target.pulses) {
            (Lock::Good, _) => (UnlockOutcome::Acknowledged, Some(DoorState::Open)),
            (Lock::Sluggish, n) if n % 2 == 0 => (UnlockOutcome::Acknowledged, Some(DoorState::Open)),
            (Lock::Sluggish | Lock::Stuck, _) => (UnlockOutcome::Acknowledged, Some(DoorState::Closed)),
            (Lock::Unseen, _) => (UnlockOutcome::Acknowledged, Some(DoorState::Unknown)),
            (Lock::NotSent, _) => (UnlockOutcome::NotSent, None),
        };
        self.journey.handle(Input::Unlock { compartment: CompartmentNo(no), outcome }, self.now);
        if let Some(state) = seen {
            self.see(no, state);
        }
    }

    /// A door's sensor says something. An opening seen and shut again uses up what was on record for it.
    pub(crate) fn see(&mut self, no: u16, state: DoorState) {
        if let Some(target) = self.boxes.get_mut(&no) {
            if target.door == DoorState::Open && state == DoorState::Closed {
                self.entitled.remove(&no);
            }
            target.door = state;
        }
        self.input(Input::Door { compartment: CompartmentNo(no), state });
    }

    /// Somebody shuts the open door.
    pub(crate) fn shut(&mut self) {
        let open = self.boxes.iter().find(|(_, b)| b.door == DoorState::Open).map(|(no, _)| *no);
        self.see(open.expect("an open door"), DoorState::Closed);
    }

    /// Lets time pass, waking the journey whenever it wants.
    pub(crate) fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some((at, _)) = self.journey.poll_timeout().filter(|(at, _)| *at <= end) {
            self.now = self.now.max(at);
            self.journey.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    pub(crate) fn wait_s(&mut self, seconds: u64) {
        self.wait(Duration::from_secs(seconds));
    }

    /// One touch, a second after what came before.
    pub(crate) fn touch(&mut self, touch: Touch) {
        self.wait_s(1);
        self.touches += 1;
        self.input(Input::Touch(touch));
    }

    /// The primary button; a list that is to be confirmed is read to its end first.
    pub(crate) fn next(&mut self) {
        while self.has_more() {
            self.touch(Touch::Next);
        }
        self.touch(Touch::Next);
    }

    /// Whether a list that is to be confirmed goes on.
    pub(crate) fn has_more(&self) -> bool {
        let screen = self.view().screen;
        let confirmed = matches!(screen, Screen::Materials(_) | Screen::Errand(_) | Screen::Check(_));
        confirmed && screen.paging().is_some_and(|paging| paging.page < paging.pages)
    }

    pub(crate) fn act(&mut self, act: kiosk_journey::Act) {
        self.touch(Touch::Act(act));
    }

    pub(crate) fn choose(&mut self, id: &str) {
        self.touch(Touch::Choose(id.into()));
    }

    pub(crate) fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.touch(Touch::Key(Key::Char(c)));
        }
    }

    /// A card is read whose holder's age is in doubt.
    pub(crate) fn card(&mut self, name: &str, number: &str) -> SubmissionId {
        self.card_of_age(name, number, None)
    }

    pub(crate) fn card_of_age(&mut self, name: &str, number: &str, age: Option<u8>) -> SubmissionId {
        let submission = SubmissionId(Uuid::from_u128(self.now.as_millis() << 8 | 1));
        self.input(Input::CardPresent);
        self.wait(Duration::from_millis(700));
        self.last_visit = Some(submission);
        self.input(Input::CardRead { applicant: applicant(name, number), submission, age });
        submission
    }

    pub(crate) fn zhang(&mut self) -> SubmissionId {
        self.card("张三丰", ZHANG)
    }

    /// By tiles to the guide of `item`.
    pub(crate) fn browse_to(&mut self, item: &str) {
        let catalogue = Arc::clone(&CATALOGUE);
        let theme = catalogue.item(item).expect("an item of the catalogue").themes[0].clone();
        self.find_tile(&format!("w:{theme}"));
        self.find_tile(&format!("i:{item}"));
        assert_eq!(self.screen(), "guide");
    }

    /// Turns pages until the tile is shown, then chooses it.
    pub(crate) fn find_tile(&mut self, id: &str) {
        loop {
            let Screen::Choose(tiles) = self.view().screen else { panic!("tiles, not {}", self.screen()) };
            if tiles.tiles.iter().any(|tile| tile.id == id) {
                return self.choose(id);
            }
            assert!(tiles.paging.page < tiles.paging.pages, "no tile {id}");
            self.touch(Touch::Turn(kiosk_journey::Turn::Next));
        }
    }

    /// Answers whatever question is shown with options that stay here, up to the check page.
    pub(crate) fn answer_all(&mut self, phone: Option<&str>) {
        for _ in 0..40 {
            if matches!(self.view().screen, Screen::Check(_)) {
                return;
            }
            self.answer_one(phone);
        }
        panic!("the check page is never reached");
    }

    /// Answers the question that is shown with what stays here.
    pub(crate) fn answer_one(&mut self, phone: Option<&str>) {
        match self.view().screen {
            Screen::Guide(_) | Screen::Materials(_) => self.next(),
            Screen::Situation(question) => {
                let id = self.harmless_option(&question.options);
                self.choose(&id);
                if question.multiple {
                    self.next();
                }
            }
            Screen::Phone(view) => match phone {
                Some(phone) if view.known.is_none() => {
                    self.type_text(phone);
                    self.next();
                }
                _ => self.next(),
            },
            Screen::Field(field) => self.fill(&field),
            // What may be left empty is left empty.
            Screen::Text(text) if text.optional => self.act(kiosk_journey::Act::Skip),
            Screen::Text(_) => {
                self.type_text("wenyuan");
                self.touch(Touch::Key(Key::Space));
                self.next();
            }
            other => panic!("no way on from {}", other.name()),
        }
    }

    fn fill(&mut self, field: &kiosk_journey::FieldView) {
        use kiosk_journey::FieldInput;
        match &field.input {
            FieldInput::Options { rows, multiple } => {
                let first = rows[0].id.clone();
                self.choose(&first);
                if *multiple {
                    self.next();
                }
            }
            FieldInput::Date(_) => {
                self.type_text("20261201");
                self.next();
            }
            FieldInput::Number(_) => {
                self.type_text("2");
                self.next();
            }
            FieldInput::Phone(_) => {
                self.type_text("13812345678");
                self.next();
            }
            FieldInput::OrgCode(_) => {
                self.type_text("91330100799655058b");
                self.next();
            }
        }
    }

    /// The first option that does not lead out; any for whom one acts.
    fn harmless_option(&self, options: &[kiosk_journey::OptionRow]) -> String {
        let leads_out = |id: &str| {
            let Screen::Situation(view) = self.view().screen else { return false };
            let kiosk_journey::Asks::Words(words) = view.asks else { return false };
            CATALOGUE.items.iter().filter(|item| item.name.zh == view.item).any(|item| {
                item.situations.iter().filter(|situation| situation.question.zh == words).any(|situation| {
                    situation.options.iter().any(|choice| choice.code == id && choice.leads_out.is_some())
                })
            })
        };
        options.iter().find(|option| !leads_out(&option.id)).expect("an option that stays here").id.clone()
    }

    /// The whole way to an open door, for 营业性演出审批 by default.
    pub(crate) fn as_far_as_the_door(&mut self) -> SubmissionId {
        let submission = self.zhang();
        self.browse_to(PERFORMANCE);
        self.answer_all(Some("13812345678"));
        self.next();
        assert_eq!(self.screen(), "door");
        submission
    }

    pub(crate) fn heard(&self, output: &Output) -> bool {
        self.outputs.contains(output)
    }

    /// What the applicant of the last submission said.
    pub(crate) fn said(&self) -> &Submission {
        let said = |payload: &'_ Payload| matches!(payload, Payload::Submission(_));
        match self.payloads.iter().rfind(|payload| said(payload)) {
            Some(Payload::Submission(submission)) => submission,
            _ => panic!("nothing was handed in"),
        }
    }

    pub(crate) fn journal_kinds(&self) -> Vec<&'static str> {
        self.journal.iter().map(kind).collect()
    }
}

/// 营业性演出审批.
pub(crate) const PERFORMANCE: &str = "commercial-performance";

pub(crate) fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::SubmissionPrepared { .. } => "prepared",
        Fact::DepositIntended { .. } => "intended",
        Fact::DepositReopened { .. } => "reopened",
        Fact::DepositMoved { .. } => "moved",
        Fact::Deposited { .. } => "deposited",
        Fact::DepositUnconfirmed { .. } => "unconfirmed",
        Fact::DepositVoided { .. } => "voided",
        Fact::CorrectionPrepared { .. } => "correction prepared",
        Fact::LoadIntended { .. } => "load intended",
        Fact::ResultLoaded { .. } => "result loaded",
        Fact::LoadVoided { .. } => "load voided",
        Fact::PickupIntended { .. } => "pickup intended",
        Fact::PickedUp { .. } => "picked up",
        Fact::PickupAffirmed { .. } => "pickup affirmed",
        Fact::Rated { .. } => "rated",
        Fact::CompartmentSetAside { .. } => "set aside",
        Fact::CollectionIntended { .. } => "collection intended",
        Fact::CollectionClosed { .. } => "collection closed",
        Fact::EmptinessAffirmed { .. } => "affirmed",
        Fact::StaffRefused { .. } => "staff refused",
        other => panic!("not the journey's: {other:?}"),
    }
}

pub(crate) fn personal(text: &str) -> Personal {
    text.into()
}

/// What the page at a door shows.
pub(crate) fn door(terminal: &Terminal) -> kiosk_journey::DoorView {
    match terminal.view().screen {
        Screen::Door(view) | Screen::StaffDoor(view) => view,
        other => panic!("a door, not {}", other.name()),
    }
}

/// What the last page shows.
pub(crate) fn done(terminal: &Terminal) -> kiosk_journey::DoneView {
    match terminal.view().screen {
        Screen::Done(view) => view,
        other => panic!("done, not {}", other.name()),
    }
}
