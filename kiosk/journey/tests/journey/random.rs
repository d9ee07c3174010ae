//! Whatever a random hand, a random cabinet and a random journal do, the promises hold.

use std::time::Duration;

use kiosk_journey::{
    Act, CardProblem, Foot, Input, Key, Language, Output, Overlay, RecordFailure, Screen, Service, StaffDoor,
    StaffDoorKind, StaffRefusal, TextSize, Touch, Turn, View,
};
use kiosk_wire::entry::Authority;
use kiosk_wire::kiosk_api::DoorState;
use kiosk_wire::{CompartmentNo, DirectiveId, Fact, StaffId, SubmissionId};
use proptest::prelude::*;
use uuid::Uuid;

use crate::terminal::{LI, Lock, Terminal, ZHANG, personal};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    Touch(Touch),
    /// The n-th thing that the page offers, whatever it is.
    Offered(u8),
    Zhang,
    Li,
    CardRemoved,
    CardFailed,
    Wait(u16),
    Shut,
    See(u16, DoorState),
    Lock(u16, u8),
    Fails(u8),
    Slow(bool),
    Phone,
    StaffCard,
    StaffVerified,
    StaffRefused(bool),
    Service(u8),
    Free(u16),
    Errands,
    CodeChecked(bool),
    DocumentLocked,
    DocumentRefused,
    LinesScanned(bool),
    ReceiptScanned(bool),
    Progress(u8),
}

fn touch() -> impl Strategy<Value = Touch> {
    let act = prop_oneof![
        Just(Act::BrowseGuide),
        Just(Act::FindCase),
        Just(Act::Letters),
        Just(Act::Change("birth".into())),
        Just(Act::StaffDoor),
        Just(Act::ByTheme),
        Just(Act::ByDepartment),
        Just(Act::Search),
        Just(Act::SwitchKeyOrder),
        Just(Act::SomethingMissing),
        Just(Act::Skip),
        Just(Act::OtherNumber),
        Just(Act::Change("phone".into())),
        Just(Act::Change("size".into())),
        Just(Act::Change("item".into())),
        Just(Act::Change("question:q1".into())),
        Just(Act::Change("field:nothing".into())),
        Just(Act::BiggerBox),
        Just(Act::FoundSomething),
        Just(Act::PaperIsIn),
        Just(Act::PaperIsNotIn),
        Just(Act::OpenAgain),
        Just(Act::AffirmEmpty),
        Just(Act::NotEmpty),
        Just(Act::MyErrands),
        Just(Act::TakenOut),
        Just(Act::NotTakenOut),
        Just(Act::AffirmLoaded),
        Just(Act::NotLoaded),
        Just(Act::SwapPerson),
        Just(Act::KeepPerson),
    ];
    prop_oneof![
        6 => Just(Touch::Next),
        2 => Just(Touch::Back),
        1 => Just(Touch::Quit),
        1 => Just(Touch::Help),
        1 => Just(Touch::Dismiss),
        1 => Just(Touch::StillHere),
        1 => Just(Touch::Language(Language::En)),
        1 => Just(Touch::TextSize(TextSize::Large)),
        1 => Just(Touch::Turn(Turn::Next)),
        1 => Just(Touch::Turn(Turn::Previous)),
        2 => "[0-9a-z]".prop_map(|c| Touch::Key(Key::Char(c.chars().next().unwrap_or('0')))),
        1 => Just(Touch::Key(Key::Delete)),
        1 => (0_u8..9).prop_map(|n| Touch::Key(Key::Candidate(n))),
        1 => ".{0,4}".prop_map(Touch::Choose),
        6 => act.prop_map(Touch::Act),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let state = prop_oneof![Just(DoorState::Closed), Just(DoorState::Open), Just(DoorState::Unknown)];
    prop_oneof![
        12 => touch().prop_map(Event::Touch),
        16 => any::<u8>().prop_map(Event::Offered),
        4 => Just(Event::Zhang),
        1 => Just(Event::Li),
        1 => Just(Event::CardRemoved),
        1 => Just(Event::CardFailed),
        4 => (0_u16..200).prop_map(Event::Wait),
        6 => Just(Event::Shut),
        2 => (1_u16..7, state).prop_map(|(no, state)| Event::See(no, state)),
        2 => (1_u16..7, 0_u8..5).prop_map(|(no, lock)| Event::Lock(no, lock)),
        1 => (0_u8..6).prop_map(Event::Fails),
        1 => any::<bool>().prop_map(Event::Slow),
        1 => Just(Event::Phone),
        1 => Just(Event::StaffCard),
        2 => Just(Event::StaffVerified),
        1 => any::<bool>().prop_map(Event::StaffRefused),
        1 => (0_u8..8).prop_map(Event::Service),
        1 => (1_u16..7).prop_map(Event::Free),
        4 => Just(Event::Errands),
        2 => any::<bool>().prop_map(Event::CodeChecked),
        2 => Just(Event::DocumentLocked),
        1 => Just(Event::DocumentRefused),
        1 => any::<bool>().prop_map(Event::LinesScanned),
        1 => any::<bool>().prop_map(Event::ReceiptScanned),
        1 => (0_u8..4).prop_map(Event::Progress),
    ]
}

/// Something the page offers: a row, a tile, an option, or its primary button.
fn offered(terminal: &Terminal, n: u8) -> Touch {
    let ids: Vec<String> = match terminal.view().screen {
        Screen::Choose(view) => view.tiles.into_iter().map(|tile| tile.id).collect(),
        Screen::Search(view) => view.hits.into_iter().map(|hit| hit.id).collect(),
        Screen::Situation(view) => view.options.into_iter().map(|option| option.id).collect(),
        Screen::Field(view) => match view.input {
            kiosk_journey::FieldInput::Options { rows, .. } => rows.into_iter().map(|option| option.id).collect(),
            _ => vec![],
        },
        Screen::Errands(view) => view.rows.into_iter().map(|row| row.id).collect(),
        Screen::Rate { .. } => (1..=5).map(|level: u8| level.to_string()).collect(),
        Screen::BoxSize(view) => view.sizes.into_iter().map(|size| size.id).collect(),
        Screen::StaffBoxes(view) => view.rows.into_iter().map(|row| row.id).collect(),
        Screen::Phone(view) if view.known.is_none() && view.typed.len() < 13 => {
            return Touch::Key(Key::Char(if view.typed.is_empty() { '1' } else { '3' }));
        }
        _ => vec![],
    };
    match ids.get(usize::from(n) % (ids.len() + 1)) {
        Some(id) => Touch::Choose(id.clone()),
        None => Touch::Next,
    }
}

fn happen(terminal: &mut Terminal, event: Event) {
    match event {
        Event::Touch(touch) => terminal.touch(touch),
        Event::Offered(n) => {
            let touch = offered(terminal, n);
            terminal.touch(touch);
        }
        Event::Zhang => drop(terminal.zhang()),
        Event::Li => drop(terminal.card("李四光", LI)),
        Event::CardRemoved => terminal.input(Input::CardRemoved),
        Event::CardFailed => terminal.input(Input::CardFailed(CardProblem::TakenTooSoon)),
        Event::Wait(seconds) => terminal.wait(Duration::from_secs(u64::from(seconds))),
        Event::Shut => {
            if terminal.boxes.values().any(|b| b.door == DoorState::Open) {
                terminal.shut();
            }
        }
        // A door opens only by a pulse; anything else is a sensor that goes blind or comes back.
        Event::See(no, DoorState::Open) if terminal.journey.door_in_use() != Some(CompartmentNo(no)) => {}
        Event::See(no, state) => terminal.see(no, state),
        Event::Lock(no, lock) => {
            let locks = [Lock::Good, Lock::Sluggish, Lock::Stuck, Lock::Unseen, Lock::NotSent];
            terminal.boxes.get_mut(&no).unwrap().lock = locks[usize::from(lock)];
        }
        Event::Fails(n) => {
            terminal.always_fails = match n {
                0 => Some(RecordFailure::DiskFull),
                1 => Some(RecordFailure::CompartmentTaken),
                _ => None,
            };
        }
        Event::Slow(slow) => {
            terminal.slow = slow;
            if !slow {
                terminal.answer();
            }
        }
        Event::Phone => {
            terminal
                .input(Input::KnownPhone { visit: SubmissionId(Uuid::from_u128(1)), phone: personal("13912345678") });
        }
        Event::StaffCard => {
            terminal.input(Input::StaffCard { staff: StaffId(Uuid::from_u128(7)), name: "王芳".into() })
        }
        Event::StaffVerified => {
            let taken = terminal.boxes.iter().filter(|(_, b)| !b.free);
            let free = terminal.boxes.iter().find(|(_, b)| b.free && b.door == DoorState::Closed);
            let load = free.map(|(&no, _)| crate::errands::load(no));
            let doors = taken.map(|(&no, _)| StaffDoor {
                compartment: CompartmentNo(no),
                submission: None,
                receipt: None,
                kind: StaffDoorKind::Paper,
                authority: Authority::Directive { directive: DirectiveId(Uuid::nil()) },
                load: None,
            });
            let doors = doors.chain(load).collect();
            terminal.input(Input::StaffVerified { staff: StaffId(Uuid::from_u128(7)), name: "王芳".into(), doors });
        }
        Event::StaffRefused(locked) => {
            let why = if locked { StaffRefusal::Locked } else { StaffRefusal::WrongPin };
            terminal.input(Input::StaffRefused { staff: None, why, tries_left: None });
        }
        Event::Service(n) => terminal.input(Input::Service(match n {
            0 => Service::Revoked,
            1 => Service::JournalForked,
            _ => Service::Ready,
        })),
        Event::Errands => {
            // What waits in a box is in one that is not free; every second one is a result.
            let taken: Vec<u16> = terminal.boxes.iter().filter(|(_, b)| !b.free).map(|(&no, _)| no).collect();
            if let Some(visit) = terminal.last_visit {
                let errands = crate::errands::some(&taken);
                terminal.input(Input::Errands { visit, errands });
            }
        }
        Event::CodeChecked(right) => {
            let submission = crate::errands::RESULT;
            terminal.input(Input::PickupCodeChecked { submission, right, tries_left: 2 });
        }
        Event::DocumentLocked => {
            terminal.input(Input::CardPresent);
            terminal.input(Input::DocumentLocked);
        }
        Event::DocumentRefused => terminal.input(Input::DocumentRefused),
        Event::LinesScanned(right) => {
            terminal.input(Input::DocumentScanned(right.then(crate::documents::key)));
        }
        Event::ReceiptScanned(right) => {
            let code = if right { crate::finding::NUMBER } else { "482917" };
            terminal.input(Input::Scanned(personal(code)));
        }
        Event::Progress(n) => {
            let ask = terminal.outputs.iter().filter(|output| matches!(output, Output::AskProgress { .. })).count();
            terminal.input(Input::ProgressTold { ask: ask as u64, answer: crate::finding::answer(n) });
        }
        Event::Free(no) => {
            // Staff at the desk: only a box that is shut and not in use changes.
            if terminal.journey.door_in_use() != Some(CompartmentNo(no)) {
                terminal.boxes.get_mut(&no).unwrap().free ^= true;
                terminal.cabinet();
            }
        }
    }
}

/// What must hold after whatever happened. That doors follow records and open one at a time is asserted by the
/// terminal itself.
fn check(terminal: &Terminal) {
    let view = terminal.view();
    let text = format!("{view:?}");
    for secret in [ZHANG, LI, "张三丰", "李四光", "幸福路"] {
        assert!(!text.contains(secret), "{secret} is shown unmasked: {text}");
    }
    // Step and foot bar are those of the page's row, with which pictures are drawn as well.
    let mut of = View::of(view.screen.clone(), view.person.clone());
    // But corrections have no steps before their door, and so none there.
    let prepared = |fact: &&Fact| matches!(fact, Fact::SubmissionPrepared { .. } | Fact::CorrectionPrepared { .. });
    let corrects = matches!(terminal.journal.iter().rfind(prepared), Some(Fact::CorrectionPrepared { .. }));
    if corrects && matches!(view.screen, Screen::Door(_) | Screen::AskPaperIn { .. }) {
        of.step = None;
    }
    match &view.screen {
        // It stands in the step that it came from, and is there only while the journal is waited for: nobody can leave it.
        Screen::Saving { .. } => {
            assert!(!terminal.unanswered.is_empty(), "nothing is being saved");
            assert_eq!(view.foot, Foot::default());
        }
        // How they were come to says whether there is a way back.
        Screen::NoBox { .. } | Screen::Door(_) => assert_eq!((view.step, view.foot.quit), (of.step, of.foot.quit)),
        _ => assert_eq!((view.step, view.foot), (of.step, of.foot), "{}", view.screen.name()),
    }
    // Every state has an exit: a clock that runs, or something that a person or a device will do.
    let waits_for_world = matches!(
        view.screen,
        Screen::Idle(_)
            | Screen::OutOfService { .. }
            | Screen::NotEnrolled { .. }
            | Screen::Starting
            | Screen::Door(_)
            | Screen::StaffDoor(_)
            | Screen::PickupDoor(_)
            | Screen::Saving { .. }
    ) || terminal.slow;
    let exit = terminal.journey.poll_timeout().is_some() || waits_for_world;
    assert!(exit, "{} has no exit", view.screen.name());
    // Nothing of the last visit is left when nobody is here.
    if matches!(view.screen, Screen::Idle(_)) {
        assert_eq!(view.person, None);
        let unlocked =
            |output: &&Output| matches!(output, Output::UnlockDocument(_) | Output::ForgetDocument | Output::Wipe);
        let last = terminal.outputs.iter().rfind(unlocked);
        assert!(!matches!(last, Some(Output::UnlockDocument(_))), "the readers still know what opens a document");
        assert!(!text.contains("张*") && !text.contains("李*"), "{text}");
        assert!(!matches!(view.overlay, Some(Overlay::AnotherPerson | Overlay::StillThere { .. })));
    }
    // The overlay about another person shows whose visit it still is.
    if view.overlay == Some(Overlay::AnotherPerson) {
        assert!(view.person.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn the_promises_hold(events in proptest::collection::vec(event(), 1..120)) {
        let mut terminal = Terminal::new();
        for event in events {
            happen(&mut terminal, event);
            check(&terminal);
        }
        // Left alone with its doors shut, its journal answering and its card taken away, it comes home.
        terminal.always_fails = None;
        terminal.failures.clear();
        terminal.slow = false;
        terminal.answer();
        terminal.boxes.values_mut().for_each(|b| b.lock = Lock::Good);
        terminal.input(Input::CardRemoved);
        for _ in 0..8 {
            terminal.wait_s(400);
            if terminal.boxes.values().any(|b| b.door == DoorState::Open) {
                terminal.shut();
            }
        }
        let home = matches!(terminal.view().screen, Screen::Idle(_) | Screen::OutOfService { .. });
        prop_assert!(home, "stays at {}", terminal.screen());
    }

    /// Every visit that ended was wiped, and the next person sees none of it.
    #[test]
    fn two_visits_back_to_back_share_nothing(events in proptest::collection::vec(event(), 1..60)) {
        let mut terminal = Terminal::new();
        terminal.zhang();
        for event in events {
            if matches!(event, Event::Zhang) {
                continue;
            }
            happen(&mut terminal, event);
            let view = terminal.view();
            if view.person.as_ref().is_some_and(|person| person.name.starts_with('李')) {
                prop_assert!(terminal.outputs.contains(&Output::Wipe), "the first person's visit was wiped first");
                prop_assert!(!format!("{view:?}").contains("张*"), "{view:?}");
            }
        }
    }
}
