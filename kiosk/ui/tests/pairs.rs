//! A second tap of a hand that presses again must not do what the first one did not mean. From every page that the
//! journey comes to, everything is touched; where the page changes, nothing may stand under that finger but what goes
//! on, or what only looks.

#![expect(clippy::wildcard_enum_match_arm, reason = "what a walk does not look for, it passes by")]

mod common;
#[path = "../../journey/tests/journey/terminal.rs"]
#[expect(
    dead_code,
    clippy::wildcard_enum_match_arm,
    reason = "the journey's own tests use the rest, and look at it there"
)]
mod terminal;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use common::Bench;
use common::rules::Area;
use kiosk_journey::{
    Act, CardProblem, FieldInput, Health, Input, Key, Language, Load, Output, PartState, ProgressTold, RecordFailure,
    Screen, StaffDoor, StaffDoorKind, StaffProof, StaffRefusal, TextSize, Touch, View,
};
use kiosk_wire::entry::Authority;
use kiosk_wire::kiosk_api::{BothLanguages, CaseBrief, DoorState, MissingMaterial, ProgressAnswer, Todo};
use kiosk_wire::submission::Assurance;
use kiosk_wire::{CompartmentNo, DirectiveId, ReceiptNumber, ResultHolder, StaffId, SubmissionId};
use terminal::{CATALOGUE, Lock, PERFORMANCE, Terminal, healthy, personal};
use uuid::Uuid;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Touch(Touch),
    /// What the page wants typed, right.
    Fill,
    Shut,
    /// Time in which a door that is not seen is given up.
    Wait,
}

/// Somewhere a walk begins.
struct Start {
    begin: fn() -> Terminal,
    /// Walks on from here only along the item whose guide is shown.
    along: Option<&'static str>,
}

fn errand(n: u128, todo: Option<Todo>) -> CaseBrief {
    CaseBrief {
        submission: SubmissionId(Uuid::from_u128(n)),
        receipt: ReceiptNumber("10101000000141".into()),
        item: PERFORMANCE.into(),
        department: "culture".into(),
        item_name: both("营业性演出审批", "Commercial performance permit"),
        organisation: None,
        state: both("已存件", "Handed in"),
        told: both("您的申请已收到", "We have it"),
        due: Some("2026-12-03".into()),
        todo,
    }
}

fn both(zh: &str, en: &str) -> BothLanguages {
    BothLanguages { zh: zh.into(), en: en.into() }
}

fn pick_up() -> Todo {
    Todo::PickUp { kiosk_name: String::new(), here: true, compartment: CompartmentNo(3) }
}

fn missing() -> MissingMaterial {
    let name = both("申请表", "Application form");
    MissingMaterial { code: "form".into(), name, reason: "未提交".into(), originals: 1, copies: 0 }
}

fn with_cases() -> Terminal {
    let mut terminal = Terminal::new();
    terminal.boxes.get_mut(&3).expect("a box").free = false;
    terminal.cabinet();
    let visit = terminal.zhang();
    let all = vec![
        errand(101, Some(pick_up())),
        errand(102, Some(Todo::Correct { missing: vec![missing()] })),
        errand(103, None),
    ];
    terminal.input(Input::Errands { visit, errands: all });
    terminal
}

/// The same with a card that anyone could copy: the pick-up code is asked for.
fn with_a_copyable_card() -> Terminal {
    let mut terminal = with_cases();
    terminal.touch(Touch::Quit);
    let submission = SubmissionId(Uuid::from_u128(77));
    let mut applicant = terminal::applicant("李四光", terminal::LI);
    applicant.assurance = Assurance::ReadOnly;
    terminal.input(Input::CardRead { applicant, submission, age: None });
    let all = vec![errand(101, Some(pick_up()))];
    terminal.input(Input::Errands { visit: submission, errands: all });
    terminal
}

fn locks(terminal: &mut Terminal, lock: Lock) {
    terminal.boxes.values_mut().for_each(|one| one.lock = lock);
}

fn staff() -> Terminal {
    let mut terminal = Terminal::new();
    for no in 1..=5 {
        terminal.boxes.get_mut(&no).expect("a box").free = false;
    }
    terminal.cabinet();
    terminal.input(Input::StaffCard { staff: StaffId(Uuid::from_u128(7)), name: "王芳".into() });
    terminal
}

fn staff_doors() -> Vec<StaffDoor> {
    let (receipt, directive) = (ReceiptNumber("10101000000141".into()), DirectiveId(Uuid::from_u128(9)));
    let load = |submission| Load {
        submission,
        receipt: receipt.clone(),
        item: PERFORMANCE.into(),
        department: "culture".into(),
        holder: ResultHolder { mark: "00".into(), code_hash: "11".into() },
        directive,
    };
    let door = |(compartment, kind)| {
        let submission = SubmissionId(Uuid::from_u128(u128::from(compartment)));
        StaffDoor {
            compartment: CompartmentNo(compartment),
            submission: Some(submission),
            receipt: Some(receipt.clone()),
            kind,
            authority: Authority::Directive { directive },
            load: (kind == StaffDoorKind::Load).then(|| load(submission)),
        }
    };
    let kinds = [StaffDoorKind::Paper, StaffDoorKind::Armed, StaffDoorKind::Paper, StaffDoorKind::Paper];
    let mut all: Vec<StaffDoor> = (1..).zip(kinds).map(door).collect();
    all.push(door((6, StaffDoorKind::Load)));
    all
}

/// At the check page with a lock, a journal or a cabinet that fails afterwards.
fn at_the_check_page() -> Terminal {
    let mut terminal = Terminal::new();
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    terminal.answer_all(Some("13812345678"));
    terminal
}

fn starts() -> Vec<Start> {
    let mut all = vec![
        Start { begin: Terminal::new, along: None },
        Start {
            begin: || {
                let mut terminal = Terminal::new();
                terminal.zhang();
                terminal
            },
            along: None,
        },
        Start { begin: with_cases, along: None },
        Start { begin: with_a_copyable_card, along: None },
        Start { begin: staff, along: None },
        Start { begin: at_the_check_page, along: None },
        Start {
            begin: || {
                let mut terminal = Terminal::new();
                let visit = terminal.zhang();
                terminal.input(Input::KnownPhone { visit, phone: personal("13912345678") });
                terminal.input(Input::Errands { visit, errands: vec![errand(103, None)] });
                terminal.browse_to(PERFORMANCE);
                terminal
            },
            along: None,
        },
        Start {
            begin: || {
                let mut terminal = Terminal::new();
                terminal.input(Input::CardFailed(CardProblem::Expired));
                terminal
            },
            along: None,
        },
        Start {
            begin: || {
                let mut terminal = Terminal::new();
                terminal.input(Input::CardPresent);
                terminal.input(Input::DocumentLocked);
                terminal
            },
            along: None,
        },
        // The network goes while the number is typed.
        Start {
            begin: || {
                let mut terminal = Terminal::new();
                terminal.act(Act::FindCase);
                terminal.input(Input::Health(Health { backend: PartState::Failed, ..healthy() }));
                terminal
            },
            along: None,
        },
        Start {
            begin: || {
                let mut terminal = at_the_check_page();
                terminal.always_fails = Some(RecordFailure::DiskFull);
                terminal
            },
            along: None,
        },
        Start {
            begin: || {
                let mut terminal = at_the_check_page();
                terminal.boxes.values_mut().for_each(|one| one.free = false);
                terminal.cabinet();
                terminal
            },
            along: None,
        },
        Start {
            begin: || {
                let mut terminal = staff();
                terminal.input(Input::StaffRefused { staff: None, why: StaffRefusal::Locked, tries_left: None });
                terminal
            },
            along: None,
        },
    ];
    all.push(Start { begin: too_young, along: None });
    all.push(Start { begin: || with_locks(Lock::Stuck), along: None });
    all.push(Start { begin: || with_locks(Lock::Unseen), along: None });
    all.push(Start { begin: || with_locks(Lock::NotSent), along: None });
    // Every item from its guide on: pages whose lists have other lengths.
    all.extend(CATALOGUE.items.iter().map(|item| Start { begin: Terminal::new, along: Some(&item.code) }));
    all
}

/// At the guide of an item that is for older people.
fn too_young() -> Terminal {
    let mut terminal = Terminal::new();
    terminal.card_of_age("张三丰", terminal::ZHANG, Some(46));
    terminal.browse_to("old-age-allowance");
    terminal
}

fn with_locks(lock: Lock) -> Terminal {
    let mut terminal = at_the_check_page();
    locks(&mut terminal, lock);
    terminal
}

fn fill(terminal: &mut Terminal) {
    let text = match terminal.view().screen {
        Screen::Phone(view) if view.known.is_none() => "13812345678",
        Screen::Field(view) => match view.input {
            FieldInput::Date(_) => "20270301",
            FieldInput::Number(_) => "12",
            FieldInput::Phone(_) => "13812345678",
            FieldInput::OrgCode(_) => "91330100799655058b",
            FieldInput::Options { .. } => return,
        },
        Screen::Text(_) => "wenyuan",
        Screen::FindNumber(_) => "10101000000141",
        Screen::FindLastFour(_) => "0021",
        Screen::Document(view) if view.part == kiosk_journey::DocumentPart::Number => "l898902c3",
        Screen::Document(view) if view.part == kiosk_journey::DocumentPart::Birth => "19740812",
        Screen::Document(_) => "20320415",
        Screen::StaffPin(_) => "2468",
        Screen::StaffCode(_) | Screen::PickupCode(_) => "482917",
        _ => return,
    };
    terminal.type_text(text);
    if matches!(terminal.view().screen, Screen::Text(_)) {
        terminal.touch(Touch::Key(Key::Space));
    }
}

/// Whoever is asked answers at once.
fn answer(terminal: &mut Terminal, from: usize) {
    let asked: Vec<Output> = terminal.outputs[from..].to_vec();
    for output in asked {
        match output {
            Output::AskProgress { ask, .. } => {
                let progress = ProgressAnswer {
                    receipt: ReceiptNumber("10101000000141".into()),
                    state: both("办理中", "In progress"),
                    told: both("您的申请已受理", "Accepted"),
                    due: None,
                    paused: false,
                    next: None,
                    here: None,
                };
                terminal.input(Input::ProgressTold { ask, answer: ProgressTold::Found(Box::new(progress)) });
            }
            Output::CheckPickupCode { submission, .. } => {
                terminal.input(Input::PickupCodeChecked { submission, right: true, tries_left: 2 });
            }
            Output::VerifyStaff(StaffProof::CardAndPin { staff, .. }) => {
                terminal.input(Input::StaffVerified { staff, name: "王芳".into(), doors: staff_doors() });
            }
            Output::VerifyStaff(StaffProof::OneTimeCode { .. }) => {
                let doors = staff_doors().into_iter().take(2).collect();
                terminal
                    .input(Input::StaffVerified { staff: StaffId(Uuid::from_u128(7)), name: "王芳".into(), doors });
            }
            _ => {}
        }
    }
}

fn take(terminal: &mut Terminal, step: &Step) {
    let from = terminal.outputs.len();
    match step {
        Step::Touch(touch) => terminal.touch(touch.clone()),
        Step::Fill => fill(terminal),
        Step::Shut => {
            if terminal.boxes.values().any(|one| one.door == DoorState::Open) {
                terminal.shut();
            }
            let unseen: Vec<u16> =
                terminal.boxes.iter().filter(|(_, b)| b.door == DoorState::Unknown).map(|(no, _)| *no).collect();
            unseen.into_iter().for_each(|no| terminal.see(no, DoorState::Closed));
        }
        Step::Wait => terminal.wait_s(15),
    }
    answer(terminal, from);
}

fn replay(start: &Start, path: &[Step], language: Language, size: TextSize) -> Terminal {
    let mut terminal = (start.begin)();
    if let Some(item) = start.along {
        terminal.zhang();
        terminal.browse_to(item);
    }
    terminal.touch(Touch::Language(language));
    terminal.touch(Touch::TextSize(size));
    path.iter().for_each(|step| take(&mut terminal, step));
    terminal
}

/// A target: where it is and what it says.
#[derive(Clone, Debug)]
struct Target {
    area: Area,
    touch: Touch,
}

fn targets(bench: &Bench, view: &View) -> Vec<Target> {
    bench.show(view);
    let all = bench.targets();
    let mut found = Vec::new();
    for element in all {
        element.invoke_accessible_default_action();
        for touch in bench.take_touches() {
            found.push(Target { area: Area::of(&element), touch });
        }
    }
    found
}

/// Whether the primary action only ends, or tells nobody anything before it ends.
fn ends(screen: &Screen) -> bool {
    matches!(
        screen,
        Screen::NotHere { .. }
            | Screen::Missing(_)
            | Screen::NoBox { .. }
            | Screen::RecordFailed { .. }
            | Screen::NotDeposited { .. }
            | Screen::Done(_)
            | Screen::PickupFailed { .. }
            | Screen::Rate { .. }
            | Screen::FindFailed { .. }
            | Screen::Progress(_)
            | Screen::CardProblem { .. }
            | Screen::StaffRefused { .. }
    )
}

/// Moves about, and commits to nothing.
fn looks(touch: &Touch) -> bool {
    match touch {
        Touch::Turn(_) | Touch::Key(_) | Touch::Language(_) | Touch::TextSize(_) | Touch::Help => true,
        Touch::Act(act) => matches!(
            act,
            Act::ByTheme
                | Act::ByDepartment
                | Act::Search
                | Act::SwitchKeyOrder
                | Act::Letters
                | Act::BrowseGuide
                | Act::FindCase
                | Act::MyErrands
                | Act::Change(_)
        ),
        _ => false,
    }
}

/// Whether a second tap that was meant for `first` may fall on `second`, which stands on `page`.
fn may_follow(first: &Touch, second: &Touch, page: &Screen) -> bool {
    match (first, second) {
        // It goes on. The check page is deaf to it for a second, which the journey's own tests see to.
        (Touch::Next, Touch::Next) => !ends(page),
        (Touch::Next, _) => matches!(second, Touch::Turn(_) | Touch::Key(_)),
        (Touch::Back, Touch::Back) | (Touch::Quit, Touch::Quit) => true,
        // The next row of a choice, and what Back or the check page takes back.
        (Touch::Choose(_), Touch::Choose(_) | Touch::Act(Act::SomethingMissing | Act::Skip | Act::OtherNumber)) => true,
        // A list is as long as the page: this one is deaf to it for a second as well.
        (Touch::Choose(_), Touch::Next) => matches!(page, Screen::NoBox { .. }),
        (first, Touch::Choose(_)) if looks(first) => true,
        (Touch::Act(first), Touch::Act(second)) if first == second => true,
        (Touch::Act(first), Touch::Act(Act::Skip | Act::OtherNumber)) => matches!(first, Act::Change(_)),
        (_, second) => looks(second),
    }
}

/// Another page, or another question on the same one.
fn turned(before: &Screen, after: &Screen) -> bool {
    let question = |screen: &Screen| match screen {
        Screen::Situation(view) => format!("{:?}", view.asks),
        Screen::Field(view) => view.label.clone(),
        Screen::Text(view) => view.label.clone(),
        Screen::Phone(view) => format!("{}", view.known.is_some()),
        Screen::Choose(view) => format!("{:?} {}", view.by, view.within),
        _ => String::new(),
    };
    before.name() != after.name() || question(before) != question(after)
}

/// Pages with the same targets at the same places are walked on from once.
fn shape(screen: &Screen, targets: &[Target]) -> String {
    let places: BTreeSet<String> = targets
        .iter()
        .map(|target| {
            let kind = format!("{:?}", target.touch);
            let kind = kind.split(['(', ' ']).next().unwrap_or_default().to_owned();
            format!("{kind} {:.0} {:.0}", target.area.left, target.area.top)
        })
        .collect();
    format!("{} {places:?}", screen.name())
}

fn every_pair(language: Language, size: TextSize) {
    let bench = Bench::new();
    let mut broken = BTreeSet::new();
    let mut pairs: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (place, start) in starts().iter().enumerate() {
        // What came before matters to what follows, but not along the items.
        let before = if start.along.is_none() { place } else { usize::MAX };
        let mut open = VecDeque::from([Vec::<Step>::new()]);
        while let Some(path) = open.pop_front() {
            let view = replay(start, &path, language, size).view();
            if view.overlay.is_some() {
                continue;
            }
            let here = targets(&bench, &view);
            // From here the ways are those of the first three starts.
            let begins_anew = place > 2 && matches!(view.screen, Screen::Choose(_) | Screen::Search(_));
            if !seen.insert((before, shape(&view.screen, &here))) || begins_anew || path.len() > 24 {
                continue;
            }
            for step in [Step::Fill, Step::Shut, Step::Wait] {
                open.push_back([path.clone(), vec![step]].concat());
            }
            for target in &here {
                if matches!(target.touch, Touch::Key(_) | Touch::Language(_) | Touch::TextSize(_) | Touch::Help) {
                    continue;
                }
                let path = [path.clone(), vec![Step::Touch(target.touch.clone())]].concat();
                let next = replay(start, &path, language, size).view();
                if !turned(&view.screen, &next.screen) {
                    open.push_back(path);
                    continue;
                }
                *pairs.entry((view.screen.name(), next.screen.name())).or_default() += 1;
                for there in targets(&bench, &next) {
                    if target.area.gap(&there.area) < 0.0 && !may_follow(&target.touch, &there.touch, &next.screen) {
                        broken.insert(format!(
                            "{} {:?} at {:.0}-{:.0}: {} has {:?} there, at {:.0}-{:.0}",
                            view.screen.name(),
                            target.area.name,
                            target.area.top,
                            target.area.bottom,
                            next.screen.name(),
                            there.area.name,
                            there.area.top,
                            there.area.bottom
                        ));
                    }
                }
                open.push_back(path);
            }
        }
    }
    assert!(pairs.len() >= 80, "the walk comes to {} pairs of pages only: {:?}", pairs.len(), pairs.keys());
    for pair in [
        ("check", "door"),
        ("check", "no_box"),
        ("check", "record_failed"),
        ("ask_paper_in", "done"),
        ("done", "idle"),
        ("done", "door"),
        ("guide", "errands"),
        ("guide", "situation"),
        ("ask_taken", "rate"),
        ("errand", "pickup_door"),
        ("staff_affirm", "staff_boxes"),
        ("choose", "idle"),
    ] {
        assert!(pairs.contains_key(&pair), "the walk does not come from {} to {}", pair.0, pair.1);
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), Vec::from_iter(broken).join("\n"));
}

#[test]
fn a_second_tap_does_not_undo_or_commit_in_chinese() {
    every_pair(Language::Zh, TextSize::Normal);
}

#[test]
fn a_second_tap_does_not_undo_or_commit_in_large_english() {
    every_pair(Language::En, TextSize::Large);
}
