//! The journey that ships, driven through every order of events around a door, and compared after each with a reference:
//! a few lines that know what the disk holds, where the paper lies and what the doors did.
//!
//! Whatever the lock, the sensor, the disk, the clock and the person do, the journey may open only what is on the disk,
//! write down only what was seen, and say only what was written. The hall around it can be broken ([`Flaw`]), and a test
//! says that the search then finds a promise broken.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use hall_rules::Catalogue;
use kiosk_journey::{
    Act, Compartment, DoorPhase, Entry, Health, Input, Journey, JourneyConfig, Output, PartState, Receipt,
    RecordFailure, Screen, Service, Ticket, Touch, UnlockOutcome, View,
};
use kiosk_wire::entry::SetAsideReason;
use kiosk_wire::kiosk_api::DoorState;
use kiosk_wire::submission::{Applicant, Assurance, DocumentFamily};
use kiosk_wire::{CompartmentNo, Fact, ReceiptNumber, SubmissionId};
use stateright::{Checker, HasDiscoveries, Model, Property};
use uuid::Uuid;

const ITEM: &str = "commercial-performance";
const BOXES: [u16; 3] = [1, 2, 3];

/// One item of the catalogue that ships.
static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/catalogue");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    let mut catalogue = Catalogue::from_files(&files).unwrap_or_else(|flaws| panic!("{flaws}"));
    catalogue.items.retain(|item| item.code == ITEM);
    Arc::new(catalogue)
});

/// A hall that is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    /// "It is on disk" is said of what is not.
    LosesRecords,
    /// Every box is offered, and taken, whatever the journal says.
    OffersTakenBoxes,
    /// A door that nobody saw open is told to have been opened and shut.
    InventsOpenings,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Event {
    /// A card is read, and its holder goes on to the check page.
    Comes,
    Touch(Button),
    /// The disk answers the oldest record.
    Written,
    Fails(Failing),
    /// What the lock and its sensor make of the oldest pulse.
    Pulse(Lock),
    PutIn,
    TakeOut,
    Shut,
    /// The sensor of the open door goes blind, and sees again.
    Blind,
    Sees,
    /// Time passes until the journey wants to be woken.
    Wake,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Button {
    Next,
    Back,
    Bigger,
    Found,
    In,
    NotIn,
    Again,
}

impl Button {
    fn touch(self) -> Touch {
        match self {
            Self::Next => Touch::Next,
            Self::Back => Touch::Back,
            Self::Bigger => Touch::Act(Act::BiggerBox),
            Self::Found => Touch::Act(Act::FoundSomething),
            Self::In => Touch::Act(Act::PaperIsIn),
            Self::NotIn => Touch::Act(Act::PaperIsNotIn),
            Self::Again => Touch::Act(Act::OpenAgain),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Failing {
    Full,
    Taken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Lock {
    Opens,
    Stuck,
    /// It opens, and the sensor does not see it.
    Unseen,
    /// The line is down.
    NotSent,
}

/// What the disk says of a box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Holds {
    #[default]
    Nothing,
    Announced(u8),
    Paper(u8),
    Unconfirmed(u8),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Place {
    holds: Holds,
    set_aside: bool,
    open: bool,
    blind: bool,
    /// Whose paper lies in it.
    papers: Vec<u8>,
    /// An opening is on the disk, and no closing has used it up.
    entitled: bool,
    /// Since it was last announced, its sensor showed it open; and then closed.
    opened: bool,
    shut: bool,
}

/// How a submission ended, on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    Deposited,
    Unconfirmed,
    Voided,
}

/// The reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Reference {
    places: [Place; BOXES.len()],
    /// Submissions on the disk and how they ended, in order.
    submissions: Vec<Option<End>>,
    /// How many people came.
    people: u8,
    pulses: Vec<u16>,
    failures: u8,
    troubles: u8,
    wakes: u8,
    /// The person wants another box: their paper goes along.
    wants_another: bool,
    says_not_in: bool,
    moved: bool,
    reopened: bool,
    broken: Option<&'static str>,
}

/// The journey and what is around it. Two of them are one state when the reference and everything to be seen are alike.
#[derive(Clone)]
struct Hall {
    journey: Journey,
    now: Duration,
    reference: Reference,
    /// Asked for and not yet answered.
    records: Vec<(Ticket, Vec<Fact>)>,
    /// The screen, who wakes it, and what is asked for.
    seen: u64,
    view: View,
}

impl PartialEq for Hall {
    fn eq(&self, other: &Self) -> bool {
        self.seen == other.seen && self.reference == other.reference
    }
}

impl Eq for Hall {}

impl Hash for Hall {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.seen.hash(state);
        self.reference.hash(state);
    }
}

impl std::fmt::Debug for Hall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.view.screen.name(), self.reference)
    }
}

fn at(no: CompartmentNo) -> usize {
    usize::from(no.0 - 1)
}

fn person(submission: SubmissionId) -> u8 {
    u8::try_from(submission.0.as_u128()).unwrap()
}

impl Hall {
    fn new(flaw: Flaw) -> Self {
        let journey = Journey::new(JourneyConfig::default());
        let view = journey.view(Duration::ZERO);
        let now = Duration::from_secs(100);
        let mut hall = Self { journey, now, reference: Reference::default(), records: vec![], seen: 0, view };
        let ok = PartState::Ok;
        let health = Health { reader: ok, locker: ok, journal: ok, backend: ok, ..Health::default() };
        hall.tell(Input::Health(health));
        hall.tell(Input::Catalogue(Arc::clone(&CATALOGUE)));
        hall.tell(Input::Service(Service::Ready));
        hall.cabinet(flaw);
        hall.look();
        hall
    }

    /// Who is at the screen.
    fn here(&self) -> u8 {
        self.reference.people
    }

    fn tell(&mut self, input: Input) {
        self.journey.handle(input, self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.journey.poll_output() {
            match output {
                Output::Record { ticket, entries } => self.asked(ticket, entries),
                Output::OpenDoor { compartment } => self.pulse_sent(compartment),
                _ => {}
            }
        }
    }

    fn wrong(&mut self, what: &'static str) {
        self.reference.broken.get_or_insert(what);
    }

    /// What the journey wants on the disk must be what was seen.
    fn asked(&mut self, ticket: Ticket, entries: Vec<Entry>) {
        let facts: Vec<Fact> = entries.into_iter().map(|entry| entry.fact).collect();
        for fact in &facts {
            match fact {
                Fact::Deposited { compartment, .. } if !self.reference.places[at(*compartment)].shut => {
                    self.wrong("what is written was seen");
                }
                // Once the person was asked, their word counts.
                Fact::CompartmentSetAside { compartment, why: SetAsideReason::DoorStuck, .. }
                    if self.reference.places[at(*compartment)].opened && !self.reference.says_not_in =>
                {
                    self.wrong("what is written was seen");
                }
                _ => {}
            }
        }
        self.records.push((ticket, facts));
    }

    fn pulse_sent(&mut self, no: CompartmentNo) {
        if !self.reference.places[at(no)].entitled {
            self.wrong("P1 no door without a record");
        }
        let other = |(place, other): (usize, &Place)| place != at(no) && other.open && !other.blind;
        if self.reference.places.iter().enumerate().any(other) {
            self.wrong("one door at a time");
        }
        self.reference.pulses.push(no.0);
    }

    /// The oldest record is on the disk, or refused by what is on it.
    fn written(&mut self, flaw: Flaw) {
        let (ticket, facts) = self.records.remove(0);
        let taken = |fact: &Fact| match fact {
            Fact::DepositIntended { compartment, .. } | Fact::DepositMoved { to: compartment, .. } => {
                !self.reference.places[at(*compartment)].is_free()
            }
            _ => false,
        };
        if flaw != Flaw::OffersTakenBoxes && facts.iter().any(taken) {
            return self.tell(Input::RecordFailed { ticket, why: RecordFailure::CompartmentTaken });
        }
        for fact in &facts {
            if let Some(no) = fact.announces() {
                let place = &mut self.reference.places[at(no)];
                (place.entitled, place.opened, place.shut) = (true, false, false);
                (self.reference.wants_another, self.reference.says_not_in) = (false, false);
            }
            if flaw != Flaw::LosesRecords {
                self.reference.take(fact);
            }
        }
        let prepared = facts.iter().any(|fact| matches!(fact, Fact::SubmissionPrepared { .. }));
        let receipt = prepared.then(|| Receipt {
            number: ReceiptNumber("10101000000141".into()),
            made_at: "2026-11-23 10:00".into(),
            answer_by: None,
        });
        self.tell(Input::Recorded { ticket, receipt });
        self.cabinet(flaw);
    }

    fn cabinet(&mut self, flaw: Flaw) {
        let compartment = |no: u16| {
            let place = &self.reference.places[usize::from(no - 1)];
            Compartment {
                no: CompartmentNo(no),
                size: if no < 3 { "A4" } else { "large" }.into(),
                free: place.is_free() || flaw == Flaw::OffersTakenBoxes,
                door: place.sensor(),
            }
        };
        let all = BOXES.into_iter().map(compartment).collect();
        self.tell(Input::Cabinet(all));
    }

    fn sensor(&mut self, no: u16) {
        let place = &mut self.reference.places[usize::from(no - 1)];
        let state = place.sensor();
        match state {
            DoorState::Open => place.opened = true,
            DoorState::Closed if place.opened => (place.shut, place.entitled) = (true, false),
            DoorState::Closed | DoorState::Unknown => {}
        }
        self.tell(Input::Door { compartment: CompartmentNo(no), state });
    }

    fn pulse(&mut self, lock: Lock, flaw: Flaw) {
        let no = self.reference.pulses.remove(0);
        let place = &mut self.reference.places[usize::from(no - 1)];
        place.open |= matches!(lock, Lock::Opens | Lock::Unseen);
        place.blind |= lock == Lock::Unseen;
        let outcome = if lock == Lock::NotSent { UnlockOutcome::NotSent } else { UnlockOutcome::Acknowledged };
        let compartment = CompartmentNo(no);
        self.tell(Input::Unlock { compartment, outcome });
        if flaw == Flaw::InventsOpenings {
            for state in [DoorState::Open, DoorState::Closed] {
                self.tell(Input::Door { compartment, state });
            }
        }
        if lock != Lock::NotSent {
            self.sensor(no);
        }
    }

    /// The open door at which somebody stands.
    fn open(&self) -> Option<usize> {
        self.reference.places.iter().position(|place| place.open)
    }

    fn wait(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some((at, _)) = self.journey.poll_timeout().filter(|(at, _)| *at <= end) {
            self.now = self.now.max(at);
            self.journey.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    fn touch(&mut self, touch: Touch) {
        self.wait(Duration::from_secs(1));
        self.tell(Input::Touch(touch));
    }

    /// A card is read, and everything is answered.
    fn comes(&mut self) {
        self.reference.people += 1;
        let submission = SubmissionId(Uuid::from_u128(self.reference.people.into()));
        let applicant = Box::new(Applicant {
            name: "张三丰".into(),
            document: DocumentFamily::ResidentNumber,
            number: format!("11010519491231{}", self.reference.people).as_str().into(),
            sex: None,
            birth_date: None,
            address: None,
            valid_until: None,
            assurance: Assurance::SamVerified,
            signature: None,
        });
        self.tell(Input::CardRead { applicant, submission, age: None });
        self.tell(Input::CardRemoved);
        for _ in 0..20 {
            let harmless = |question: &str| {
                let asked = CATALOGUE.items[0].situations.iter().find(|known| known.question.zh == question);
                let stays = asked.and_then(|asked| asked.options.iter().find(|choice| choice.leads_out.is_none()));
                stays.map_or_else(|| "oneself".to_owned(), |choice| choice.code.clone())
            };
            match self.journey.view(self.now).screen {
                Screen::Choose(_) => self.touch(Touch::Choose(format!("i:{ITEM}"))),
                Screen::Guide(_) | Screen::Materials(_) => self.touch(Touch::Next),
                Screen::Situation(view) => match view.asks {
                    kiosk_journey::Asks::Words(words) => {
                        self.touch(Touch::Choose(harmless(&words)));
                        if view.multiple {
                            self.touch(Touch::Next);
                        }
                    }
                    kiosk_journey::Asks::ActingFor => self.touch(Touch::Choose("oneself".into())),
                },
                Screen::Phone(_) => self.touch(Touch::Act(Act::Skip)),
                _ => return,
            }
        }
    }

    fn happen(&mut self, event: &Event, flaw: Flaw) {
        match event {
            Event::Comes => self.comes(),
            Event::Touch(button) => {
                self.reference.wants_another = matches!(button, Button::Bigger | Button::Found);
                self.reference.says_not_in |= *button == Button::NotIn;
                self.touch(button.touch());
            }
            Event::Written => self.written(flaw),
            Event::Fails(failing) => {
                self.reference.failures += 1;
                let ticket = self.records.remove(0).0;
                let why = match failing {
                    Failing::Full => RecordFailure::DiskFull,
                    Failing::Taken => RecordFailure::CompartmentTaken,
                };
                self.tell(Input::RecordFailed { ticket, why });
            }
            Event::Pulse(lock) => {
                self.reference.troubles += u8::from(*lock != Lock::Opens);
                self.pulse(*lock, flaw);
            }
            Event::PutIn | Event::TakeOut => {
                let (open, here) = (self.open().unwrap(), self.here());
                let papers = &mut self.reference.places[open].papers;
                if *event == Event::PutIn { papers.push(here) } else { papers.retain(|paper| *paper != here) }
            }
            Event::Shut => {
                let open = self.open().unwrap();
                self.reference.places[open].open = false;
                if !self.reference.places[open].blind {
                    self.sensor(BOXES[open]);
                }
            }
            Event::Blind | Event::Sees => {
                let place = self.reference.places.iter().position(|place| match event {
                    Event::Blind => place.open && !place.blind,
                    _ => place.blind,
                });
                let place = place.unwrap();
                self.reference.troubles += u8::from(*event == Event::Blind);
                self.reference.places[place].blind = *event == Event::Blind;
                self.sensor(BOXES[place]);
            }
            Event::Wake => {
                self.reference.wakes += 1;
                if let Some((at, _)) = self.journey.poll_timeout() {
                    self.now = self.now.max(at);
                    self.journey.handle_timeout(self.now);
                    self.drain();
                }
            }
        }
        self.look();
    }

    /// What can be seen now must be true of the disk.
    fn look(&mut self) {
        self.view = View { revision: 0, ..self.journey.view(self.now) };
        let waker = self.journey.poll_timeout().map(|(_, who)| who);
        let mut hasher = DefaultHasher::new();
        let records: Vec<_> = self.records.iter().map(|(_, facts)| facts).collect();
        (format!("{:?} {records:?}", self.view), waker, self.journey.door_in_use()).hash(&mut hasher);
        self.seen = hasher.finish();

        let end = self.reference.submissions.last().copied().flatten();
        let told = match &self.view.screen {
            Screen::Done(view) if view.unconfirmed.is_some() => end == Some(End::Unconfirmed),
            Screen::Done(_) => end == Some(End::Deposited),
            Screen::NotDeposited { .. } => end == Some(End::Voided),
            _ => true,
        };
        if !told {
            self.wrong("P3 what is said is on the disk");
        }
        let unrecorded = |place: &Place| (place.open || !place.papers.is_empty()) && place.is_free();
        if self.reference.places.iter().any(unrecorded) {
            self.wrong("P1 no paper and no open door without a record");
        }
        if self.reference.places.iter().any(|place| place.papers.len() > 1) {
            self.wrong("P2 no box holds two people's paper");
        }
        let waits = !self.records.is_empty() || !self.reference.pulses.is_empty() || self.open().is_some();
        let rests = matches!(self.view.screen, Screen::Idle(_));
        if waker.is_none() && !waits && !rests {
            self.wrong("every page has an exit");
        }
    }

    /// Who wants another box takes their paper along before they shut this one.
    fn may_shut(&self, open: usize) -> bool {
        !self.reference.wants_another || !self.reference.places[open].papers.contains(&self.here())
    }

    /// Buttons that the page on show has.
    fn buttons(&self) -> Vec<Button> {
        let holds = |place: &Place| place.papers.contains(&self.here());
        let mut buttons = vec![];
        match &self.view.screen {
            Screen::Check(_) | Screen::NotDeposited { .. } | Screen::RecordFailed { paper_in: None, .. } => {
                buttons.push(Button::Next);
            }
            Screen::Done(view) => {
                buttons.push(Button::Next);
                buttons.extend(view.can_reopen.then_some(Button::Again));
            }
            Screen::AskPaperIn { .. } => {
                buttons.push(Button::In);
                // An honest answer: nothing is in, and the door is shut.
                let out = !self.reference.places.iter().any(|place| holds(place) || place.open);
                buttons.extend(out.then_some(Button::NotIn));
            }
            Screen::Door(view) => {
                // Nobody asks for another box with this one shut.
                let open = self.open().is_some();
                buttons.extend((open && view.can_bigger).then_some(Button::Bigger));
                buttons.extend((open && view.can_found).then_some(Button::Found));
                buttons.extend(view.can_say_in.then_some(Button::In));
                let wish = matches!(view.phase, DoorPhase::ShutForBigger | DoorPhase::ShutForOther);
                buttons.extend(wish.then_some(Button::Back));
            }
            _ => {}
        }
        buttons
    }
}

impl Place {
    fn is_free(&self) -> bool {
        self.holds == Holds::Nothing && !self.set_aside
    }

    fn sensor(&self) -> DoorState {
        match (self.blind, self.open) {
            (true, _) => DoorState::Unknown,
            (false, true) => DoorState::Open,
            (false, false) => DoorState::Closed,
        }
    }
}

impl Reference {
    /// What an entry on the disk means.
    fn take(&mut self, fact: &Fact) {
        match fact {
            Fact::SubmissionPrepared { .. } => self.submissions.push(None),
            Fact::DepositIntended { submission, compartment } => {
                self.places[at(*compartment)].holds = Holds::Announced(person(*submission));
            }
            Fact::DepositMoved { submission, from, to, .. } => {
                self.places[at(*from)].holds = Holds::Nothing;
                self.places[at(*to)].holds = Holds::Announced(person(*submission));
                self.moved = true;
            }
            Fact::DepositReopened { submission, compartment } => {
                self.places[at(*compartment)].holds = Holds::Announced(person(*submission));
                self.reopened = true;
            }
            Fact::Deposited { submission, compartment } => {
                self.places[at(*compartment)].holds = Holds::Paper(person(*submission));
                self.end(End::Deposited);
            }
            Fact::DepositUnconfirmed { submission, compartment, .. } => {
                self.places[at(*compartment)].holds = Holds::Unconfirmed(person(*submission));
                self.end(End::Unconfirmed);
            }
            Fact::DepositVoided { submission, .. } => {
                let theirs = Holds::Announced(person(*submission));
                self.places.iter_mut().filter(|place| place.holds == theirs).for_each(|p| p.holds = Holds::Nothing);
                self.end(End::Voided);
            }
            Fact::CompartmentSetAside { compartment, .. } => self.places[at(*compartment)].set_aside = true,
            _ => {}
        }
    }

    fn end(&mut self, end: End) {
        if let Some(last) = self.submissions.last_mut() {
            *last = Some(end);
        }
    }
}

/// How much of everything is searched.
struct Search {
    flaw: Flaw,
    people: u8,
    failures: u8,
    troubles: u8,
    wakes: u8,
}

impl Model for Search {
    type State = Hall;
    type Action = Event;

    fn init_states(&self) -> Vec<Hall> {
        vec![Hall::new(self.flaw)]
    }

    fn actions(&self, hall: &Hall, actions: &mut Vec<Event>) {
        let reference = &hall.reference;
        if reference.broken.is_some() {
            return;
        }
        // The board answers before anybody can do anything.
        if !reference.pulses.is_empty() {
            actions.push(Event::Pulse(Lock::Opens));
            if reference.troubles < self.troubles {
                actions.extend([Lock::Stuck, Lock::Unseen, Lock::NotSent].map(Event::Pulse));
            }
            return;
        }
        let over = matches!(hall.view.screen, Screen::Idle(_) | Screen::Done(_) | Screen::NotDeposited { .. });
        if over && reference.people < self.people && hall.open().is_none() && hall.records.is_empty() {
            actions.push(Event::Comes);
        }
        actions.extend(hall.buttons().into_iter().map(Event::Touch));
        if !hall.records.is_empty() {
            actions.push(Event::Written);
            if reference.failures < self.failures {
                actions.extend([Event::Fails(Failing::Full), Event::Fails(Failing::Taken)]);
            }
        }
        if let Some(open) = hall.open() {
            let place = &reference.places[open];
            actions.push(if place.papers.contains(&hall.here()) { Event::TakeOut } else { Event::PutIn });
            if hall.may_shut(open) {
                actions.push(Event::Shut);
            }
            if !place.blind && reference.troubles < self.troubles {
                actions.push(Event::Blind);
            }
        }
        if reference.places.iter().any(|place| place.blind) {
            actions.push(Event::Sees);
        }
        // Nobody waits for a clock while a record is on its way: it takes milliseconds.
        if hall.records.is_empty() && reference.wakes < self.wakes && hall.journey.poll_timeout().is_some() {
            actions.push(Event::Wake);
        }
    }

    fn next_state(&self, hall: &Hall, event: Event) -> Option<Hall> {
        let mut next = hall.clone();
        next.happen(&event, self.flaw);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        fn unbroken(_: &Search, hall: &Hall) -> bool {
            hall.reference.broken.is_none()
        }
        let mut properties = vec![Property::<Self>::always("the journey keeps to the reference", unbroken)];
        if self.flaw == Flaw::None {
            properties.extend([
                Property::<Self>::sometimes("paper is deposited", |_, hall: &Hall| {
                    hall.reference.submissions.contains(&Some(End::Deposited))
                }),
                Property::<Self>::sometimes("a deposit is left to staff", |_, hall: &Hall| {
                    hall.reference.submissions.contains(&Some(End::Unconfirmed))
                }),
                Property::<Self>::sometimes("a submission is void", |_, hall: &Hall| {
                    hall.reference.submissions.contains(&Some(End::Voided))
                }),
                Property::<Self>::sometimes("a deposit moves to another box", |_, hall: &Hall| hall.reference.moved),
                Property::<Self>::sometimes("a box is opened again", |_, hall: &Hall| hall.reference.reopened),
                Property::<Self>::sometimes("two people leave their paper", |_, hall: &Hall| {
                    hall.reference.submissions == [Some(End::Deposited); 2]
                }),
            ]);
        }
        properties
    }
}

fn search(search: Search) -> impl Checker<Search> {
    search.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join()
}

#[test]
fn the_shipping_journey_keeps_to_the_reference() {
    let checker = search(Search { flaw: Flaw::None, people: 2, failures: 1, troubles: 1, wakes: 2 });
    println!("{} states, depth {}", checker.unique_state_count(), checker.max_depth());
    if let Some(path) = checker.discovery("the journey keeps to the reference") {
        let broken = path.last_state().reference.broken;
        panic!("{broken:?} after {:?}", path.into_actions());
    }
    checker.assert_properties();
}

#[test]
fn a_broken_hall_is_found_out() {
    for (flaw, broken) in [
        (Flaw::LosesRecords, "P1 no paper and no open door without a record"),
        (Flaw::OffersTakenBoxes, "P2 no box holds two people's paper"),
        (Flaw::InventsOpenings, "what is written was seen"),
    ] {
        let checker = search(Search { flaw, people: 2, failures: 0, troubles: 0, wakes: 0 });
        let path = checker.discovery("the journey keeps to the reference");
        let found = path.and_then(|path| path.last_state().reference.broken);
        assert_eq!(found, Some(broken), "{flaw:?}");
    }
}
