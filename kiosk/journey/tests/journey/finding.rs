//! A case found by its receipt, with no card.

use kiosk_journey::{
    Act, FindFailure, FindProblem, Health, Input, Key, Language, Output, PartState, ProgressTold, Screen, Touch,
};
use kiosk_wire::kiosk_api::{ProgressAnswer, ProgressDue};
use kiosk_wire::{CompartmentNo, ReceiptNumber};

use crate::errands::both;
use crate::terminal::{Terminal, healthy, personal};

pub(crate) const NUMBER: &str = "10101000000141";

/// One of the answers there are.
pub(crate) fn answer(n: u8) -> ProgressTold {
    match n {
        0 => ProgressTold::Found(Box::new(ProgressAnswer {
            receipt: ReceiptNumber(NUMBER.into()),
            state: both("待取件", "Result ready"),
            told: both("办理结果已备好", "The result is ready"),
            due: Some(ProgressDue {
                what: both("请您在这天之前领取", "Fetch it by"), day: "2026-12-18".into()
            }),
            paused: false,
            next: None,
            here: Some(CompartmentNo(3)),
        })),
        1 => ProgressTold::NotFound,
        2 => ProgressTold::Failed(FindFailure::TooMany),
        _ => ProgressTold::Failed(FindFailure::NoAnswer),
    }
}

impl Terminal {
    fn scans(&mut self, code: &str) {
        self.wait_s(1);
        self.input(Input::Scanned(personal(code)));
    }

    fn keys(&mut self, text: &str) {
        self.wait_s(1);
        for c in text.chars() {
            self.input(Input::Touch(Touch::Key(Key::Char(c))));
        }
    }

    fn asked(&self) -> Vec<(u64, String, String)> {
        let asked = |output: &Output| match output {
            Output::AskProgress { ask, receipt, last_four } => {
                Some((*ask, receipt.to_string(), last_four.expose().to_owned()))
            }
            _ => None,
        };
        self.outputs.iter().filter_map(asked).collect()
    }
}

#[test]
fn a_scanned_receipt_and_four_characters_show_how_it_stands() {
    for code in [NUMBER.to_owned(), format!("https://hall.example/p/{NUMBER}")] {
        let mut terminal = Terminal::new();
        terminal.scans(&code);
        assert_eq!(terminal.screen(), "find_last_four");
        terminal.keys("002");
        terminal.next();
        assert!(terminal.asked().is_empty(), "three are not four");
        terminal.keys("x9");
        assert!(matches!(terminal.view().screen, Screen::FindLastFour(view) if view.typed == "002X"));
        terminal.next();
        terminal.next();
        assert_eq!(terminal.asked(), [(1, NUMBER.into(), "002X".into())], "asked once");
        terminal.input(Input::ProgressTold { ask: 7, answer: answer(0) });
        assert_eq!(terminal.screen(), "find_last_four", "somebody else's answer");
        terminal.touch(Touch::Language(Language::En));
        terminal.input(Input::ProgressTold { ask: 1, answer: answer(0) });
        let Screen::Progress(view) = terminal.view().screen else { panic!("{}", terminal.screen()) };
        assert_eq!((view.state.as_str(), view.here), ("Result ready", Some(3)));
        assert_eq!(view.due, Some(("Fetch it by".into(), "2026-12-18".into())));
        // The card opens the box from here.
        terminal.zhang();
        assert_eq!(terminal.screen(), "choose");
    }
}

#[test]
fn the_number_is_typed_where_there_is_no_scanner() {
    let mut terminal = Terminal::new();
    terminal.act(Act::FindCase);
    assert!(matches!(terminal.view().screen, Screen::FindNumber(view) if !view.scans));
    let problem = |terminal: &Terminal| match terminal.view().screen {
        Screen::FindNumber(view) => view.problem,
        other => panic!("{other:?}"),
    };
    terminal.keys(&NUMBER[..13]);
    terminal.next();
    assert_eq!(problem(&terminal), Some(FindProblem::Incomplete));
    terminal.keys("2");
    terminal.next();
    assert_eq!(problem(&terminal), Some(FindProblem::WrongNumber));
    terminal.touch(Touch::Key(Key::Delete));
    terminal.keys(&NUMBER[13..]);
    terminal.next();
    terminal.act(Act::Letters);
    terminal.keys("02c3");
    assert!(matches!(terminal.view().screen, Screen::FindLastFour(view) if view.letters && view.typed == "02C3"));
    terminal.touch(Touch::Back);
    assert!(matches!(terminal.view().screen, Screen::FindNumber(view) if view.typed == NUMBER));
    terminal.touch(Touch::Back);
    assert_eq!(terminal.screen(), "idle");
    terminal.act(Act::FindCase);
    assert!(matches!(terminal.view().screen, Screen::FindNumber(view) if view.typed.is_empty()));
}

#[test]
fn wrong_characters_are_typed_again_and_failures_are_told() {
    let mut terminal = Terminal::new();
    terminal.scans(NUMBER);
    terminal.keys("0021");
    terminal.next();
    terminal.input(Input::ProgressTold { ask: 1, answer: answer(1) });
    assert!(matches!(terminal.view().screen, Screen::FindLastFour(view) if view.refused && view.typed.is_empty()));
    terminal.keys("002x");
    terminal.next();
    assert_eq!(terminal.asked()[1].0, 2);
    terminal.input(Input::ProgressTold { ask: 2, answer: answer(2) });
    assert_eq!(terminal.view().screen, Screen::FindFailed { why: FindFailure::TooMany });
    terminal.wait_s(21);
    assert_eq!(terminal.screen(), "idle");
    // Nobody answers.
    terminal.scans(NUMBER);
    terminal.keys("002x");
    terminal.next();
    terminal.wait_s(11);
    assert_eq!(terminal.view().screen, Screen::FindFailed { why: FindFailure::NoAnswer });
    terminal.input(Input::ProgressTold { ask: 3, answer: answer(0) });
    assert_eq!(terminal.screen(), "find_failed", "too late");
}

#[test]
fn without_network_it_is_told_before_anything_is_typed() {
    let mut terminal = Terminal::new();
    terminal.input(Input::Health(Health { backend: PartState::Failed, ..healthy() }));
    assert!(matches!(terminal.view().screen, Screen::Idle(view) if !view.finds));
    terminal.scans(NUMBER);
    assert_eq!(terminal.view().screen, Screen::FindFailed { why: FindFailure::Offline });
    terminal.next();
    assert_eq!(terminal.screen(), "idle");
}

#[test]
fn other_codes_say_so_and_visits_are_not_disturbed() {
    let mut terminal = Terminal::new();
    terminal.scans("482917");
    let problem = Some(FindProblem::NotAReceipt);
    assert!(matches!(terminal.view().screen, Screen::FindNumber(view) if view.problem == problem));
    terminal.touch(Touch::Quit);
    terminal.zhang();
    terminal.scans(NUMBER);
    assert_eq!(terminal.screen(), "choose");
}

#[test]
fn what_was_found_is_gone_with_whoever_found_it() {
    let mut terminal = Terminal::new();
    terminal.scans(NUMBER);
    terminal.keys("002x");
    terminal.next();
    terminal.input(Input::ProgressTold { ask: 1, answer: answer(0) });
    terminal.wait_s(91 + 30);
    assert_eq!((terminal.screen(), terminal.outputs.last()), ("idle", Some(&Output::Wipe)));
    terminal.input(Input::ProgressTold { ask: 1, answer: answer(0) });
    assert_eq!(terminal.screen(), "idle");
}

/// Every page on which a scanner is heard, with a receipt or a document that is held before it: what one reading did,
/// thirty more do not change.
#[test]
fn what_is_held_before_a_presenting_scanner_changes_nothing() {
    let key = || Input::DocumentScanned(Some(crate::documents::key()));
    let receipt = || Input::Scanned(personal(NUMBER));
    let other = || Input::Scanned(personal("not a receipt"));
    let misread = || Input::DocumentScanned(None);
    type Way = fn(&mut Terminal);
    let pages: [(&str, Way); 6] = [
        ("idle", |_| {}),
        ("find_number", |terminal| terminal.act(Act::FindCase)),
        ("find_last_four", |terminal| {
            terminal.scans(NUMBER);
            terminal.keys("002");
        }),
        ("progress", |terminal| {
            terminal.scans(NUMBER);
            terminal.keys("002x");
            terminal.next();
            let ask = terminal.asked().len() as u64;
            terminal.input(Input::ProgressTold { ask, answer: answer(0) });
        }),
        ("document", |terminal| {
            terminal.input(Input::CardPresent);
            terminal.input(Input::DocumentLocked);
        }),
        ("choose", |terminal| {
            terminal.zhang();
        }),
    ];
    for (page, way) in pages {
        for read in [&receipt as &dyn Fn() -> Input, &other, &key, &misread] {
            let mut terminal = Terminal::new();
            way(&mut terminal);
            terminal.wait_s(5);
            terminal.input(read());
            let (screen, outputs) = (terminal.view().screen, terminal.outputs.len());
            for _ in 0..30 {
                terminal.wait(std::time::Duration::from_millis(700));
                terminal.input(read());
                // A card's reader or a clock may turn the page meanwhile; a scanner must not.
                if terminal.view().screen != screen {
                    assert!(terminal.screen() == "card_problem", "{page}: {}", terminal.screen());
                    break;
                }
                assert_eq!(terminal.outputs.len(), outputs, "{page}: nothing is heard or asked again");
            }
        }
    }
}

#[test]
fn what_was_typed_beside_a_receipt_stays_when_it_is_shown_again() {
    let mut terminal = Terminal::new();
    terminal.scans(NUMBER);
    terminal.keys("002");
    terminal.wait_s(20);
    terminal.scans(NUMBER);
    let Screen::FindLastFour(view) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!(view.typed, "002");
    let other = hall_rules::ReceiptNumber::make("101", 1, 2).unwrap();
    terminal.scans(other.as_str());
    let Screen::FindLastFour(view) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!(view.typed, "", "another receipt begins anew");
}

#[test]
fn a_receipt_that_stays_under_the_scanner_does_not_begin_again_after_its_end() {
    let mut terminal = Terminal::new();
    terminal.scans(NUMBER);
    for _ in 0..4 {
        terminal.wait(std::time::Duration::from_millis(500));
        terminal.input(Input::Scanned(personal(NUMBER)));
    }
    terminal.touch(Touch::Quit);
    for _ in 0..10 {
        terminal.input(Input::Scanned(personal(NUMBER)));
        assert_eq!(terminal.screen(), "idle");
        terminal.wait(std::time::Duration::from_millis(500));
    }
    // Taken away and shown again, it is meant.
    terminal.wait_s(4);
    terminal.input(Input::Scanned(personal(NUMBER)));
    assert_eq!(terminal.screen(), "find_last_four");
}

#[test]
fn a_document_that_went_to_the_reader_is_scanned_anew() {
    let mut terminal = Terminal::new();
    for _ in 0..2 {
        terminal.input(Input::DocumentScanned(Some(crate::documents::key())));
        assert_eq!(terminal.screen(), "document_check");
        terminal.input(Input::CardPresent);
        terminal.input(Input::CardRemoved);
        terminal.wait(std::time::Duration::from_millis(400));
        terminal.input(Input::Touch(Touch::Quit));
        assert_eq!(terminal.screen(), "idle");
    }
}
