//! Travel documents: what opens their chip is asked, corrected, scanned, and forgotten.

use kiosk_journey::{
    Act, CardProblem, DocumentKey, DocumentPart, DocumentProblem, DocumentState, Input, Key, Language, Output, Overlay,
    Screen, Touch,
};
use kiosk_wire::SubmissionId;
use kiosk_wire::submission::{Applicant, Assurance, DocumentFamily, DocumentSignature};
use uuid::Uuid;

use crate::terminal::{Terminal, personal};

/// What the specimen of ICAO Doc 9303-4 has printed on it, with an expiry date to come.
pub(crate) fn key() -> DocumentKey {
    DocumentKey { number: personal("L898902C3"), birth: personal("740812"), expiry: personal("320415") }
}

fn anna() -> Input {
    let applicant = Box::new(Applicant {
        name: "ERIKSSON ANNA MARIA".into(),
        document: DocumentFamily::TravelDocument,
        number: "UTO L898902C3".into(),
        sex: Some("female".into()),
        birth_date: Some("1974-08-12".into()),
        address: None,
        valid_until: Some("2032-04-15".into()),
        assurance: Assurance::ChipVerified,
        signature: Some(DocumentSignature::Verified),
    });
    Input::CardRead { applicant, submission: SubmissionId(Uuid::from_u128(9)), age: None }
}

impl Terminal {
    fn lays_passport(&mut self) {
        self.input(Input::CardPresent);
        self.input(Input::DocumentLocked);
        assert_eq!(self.screen(), "document");
    }

    fn types(&mut self, text: &str) {
        self.wait_s(1);
        for c in text.chars() {
            self.input(Input::Touch(Touch::Key(Key::Char(c))));
        }
    }

    fn types_all(&mut self) {
        for text in ["l898902c3", "19740812", "20320415"] {
            self.types(text);
            self.next();
        }
    }

    fn keys_given(&self) -> Vec<DocumentKey> {
        let key = |output: &Output| match output {
            Output::UnlockDocument(key) => Some(key.clone()),
            _ => None,
        };
        self.outputs.iter().filter_map(key).collect()
    }

    fn typed(&self) -> String {
        match self.view().screen {
            Screen::Document(view) => view.typed,
            other => panic!("{other:?}"),
        }
    }

    fn check(&self) -> (DocumentState, bool, [String; 3]) {
        match self.view().screen {
            Screen::DocumentCheck(view) => (view.state, view.card_there, [view.number, view.birth, view.expiry]),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn three_parts_open_the_chip_and_the_visit_goes_on() {
    let mut terminal = Terminal::new();
    terminal.lays_passport();
    terminal.types_all();
    assert_eq!(terminal.keys_given(), [key()]);
    assert_eq!(terminal.view().screen, Screen::ReadingCard { travel_document: true });
    terminal.input(Input::CardPresent);
    terminal.input(anna());
    assert_eq!(terminal.screen(), "choose");
    let person = terminal.view().person.unwrap();
    assert!(!person.name.contains("ANNA") && !person.number.contains("8902"), "{person:?}");
    assert!(terminal.outputs.contains(&Output::ForgetDocument), "the reader keeps no key");
}

#[test]
fn what_cannot_be_is_said_where_it_is_typed() {
    let mut terminal = Terminal::new();
    terminal.lays_passport();
    let problem = |terminal: &Terminal| match terminal.view().screen {
        Screen::Document(view) => (view.part, view.problem),
        other => panic!("{other:?}"),
    };
    terminal.next();
    assert_eq!(problem(&terminal), (DocumentPart::Number, Some(DocumentProblem::Empty)));
    terminal.types("l8-9 8902ü<c3");
    assert_eq!(terminal.typed(), "L898902<C3", "only what a number may have");
    assert_eq!(problem(&terminal).1, None, "typing takes the notice away");
    terminal.next();
    terminal.types("19740231");
    assert_eq!(terminal.typed(), "1974-02-31");
    terminal.next();
    assert_eq!(problem(&terminal), (DocumentPart::Birth, Some(DocumentProblem::NoSuchDay)));
    terminal.touch(Touch::Key(Key::Clear));
    terminal.types("1974");
    terminal.next();
    assert_eq!(problem(&terminal).1, Some(DocumentProblem::Incomplete));
    terminal.types("0812");
    terminal.next();
    terminal.types("19740811");
    terminal.next();
    assert_eq!(problem(&terminal), (DocumentPart::Expiry, Some(DocumentProblem::BeforeBirth)));
    terminal.touch(Touch::Back);
    assert_eq!((problem(&terminal).0, terminal.typed().as_str()), (DocumentPart::Birth, "1974-08-12"));
    assert!(terminal.keys_given().is_empty());
}

#[test]
fn a_slip_is_corrected_and_read_again() {
    let mut terminal = Terminal::new();
    terminal.lays_passport();
    terminal.types("l898902c8");
    terminal.next();
    terminal.types("19740812");
    terminal.next();
    terminal.types("20320415");
    terminal.next();
    terminal.input(Input::CardPresent);
    terminal.input(Input::DocumentRefused);
    let shown = ["L898902C8", "1974-08-12", "2032-04-15"].map(String::from);
    assert_eq!(terminal.check(), (DocumentState::Refused, true, shown));
    terminal.act(Act::Change("number".into()));
    terminal.touch(Touch::Key(Key::Delete));
    terminal.types("3");
    terminal.next();
    assert_eq!(terminal.check().0, DocumentState::Given, "what was changed is not refused yet");
    terminal.next();
    assert_eq!(terminal.keys_given().last(), Some(&key()));
    terminal.input(Input::CardPresent);
    terminal.input(anna());
    assert_eq!(terminal.screen(), "choose");
}

#[test]
fn a_document_taken_away_is_asked_back_and_nothing_is_typed_twice() {
    let mut terminal = Terminal::new();
    terminal.lays_passport();
    terminal.types("l898902c3");
    terminal.input(Input::CardRemoved);
    assert!(matches!(terminal.view().screen, Screen::Document(view) if !view.card_there && view.typed == "L898902C3"));
    terminal.input(Input::CardPresent);
    terminal.input(Input::DocumentLocked);
    assert_eq!(terminal.typed(), "L898902C3");
    terminal.next();
    terminal.types("19740812");
    terminal.next();
    terminal.types("20320415");
    terminal.next();
    // Torn in the middle: told by the reader, then seen.
    terminal.input(Input::CardPresent);
    terminal.input(Input::CardFailed(CardProblem::TakenTooSoon));
    terminal.input(Input::CardRemoved);
    assert!(matches!(terminal.check(), (DocumentState::Given, false, _)));
    terminal.input(Input::CardPresent);
    assert_eq!(terminal.screen(), "reading_card");
    // A chip that fell silent: the problem says so and leads back.
    terminal.input(Input::CardFailed(CardProblem::NoAnswer));
    terminal.next();
    assert!(matches!(terminal.check(), (DocumentState::Given, true, _)));
    terminal.next();
    terminal.input(anna());
    assert_eq!(terminal.screen(), "choose");
}

#[test]
fn scanned_lines_fill_all_at_once_whatever_was_typed() {
    for laid in [true, false] {
        let mut terminal = Terminal::new();
        if laid {
            terminal.lays_passport();
            terminal.types("l8");
            terminal.input(Input::DocumentScanned(None));
            assert!(matches!(terminal.view().screen, Screen::Document(view) if view.misread));
        }
        terminal.wait_s(1);
        terminal.input(Input::DocumentScanned(Some(key())));
        assert_eq!(terminal.keys_given(), [key()]);
        if !laid {
            let shown = ["L898902C3", "74-08-12", "32-04-15"].map(String::from);
            assert_eq!(terminal.check(), (DocumentState::Given, false, shown), "now the document itself");
            terminal.input(Input::CardPresent);
        }
        assert_eq!(terminal.screen(), "reading_card");
        terminal.input(anna());
        assert_eq!(terminal.screen(), "choose");
    }
}

#[test]
fn a_scanned_date_is_typed_with_its_century_when_it_is_changed() {
    let mut terminal = Terminal::new();
    terminal.input(Input::DocumentScanned(Some(key())));
    terminal.act(Act::Change("birth".into()));
    assert_eq!(terminal.typed(), "");
    terminal.types("197408");
    terminal.touch(Touch::Back);
    assert!(matches!(terminal.view().screen, Screen::Document(view) if view.problem.is_some()));
    terminal.types("12");
    terminal.next();
    assert_eq!(terminal.check().2[1], "1974-08-12");
}

#[test]
fn nothing_of_it_survives_the_visit() {
    for leave in [Touch::Quit, Touch::Back] {
        let mut terminal = Terminal::new();
        terminal.lays_passport();
        terminal.types("l898902c3");
        terminal.touch(leave);
        assert_eq!((terminal.screen(), terminal.outputs.last()), ("idle", Some(&Output::Wipe)));
        terminal.lays_passport();
        assert_eq!(terminal.typed(), "");
    }
    // Left alone: a warning after 90 s, the end half a minute later.
    let mut terminal = Terminal::new();
    terminal.lays_passport();
    terminal.types("l898902c3");
    terminal.wait_s(91);
    assert!(matches!(terminal.view().overlay, Some(Overlay::StillThere { .. })));
    terminal.wait_s(30);
    assert_eq!((terminal.screen(), terminal.outputs.last()), ("idle", Some(&Output::Wipe)));
    assert!(matches!(terminal.view().screen, Screen::Idle(view) if view.card_left), "the document still lies there");
}

#[test]
fn other_cards_are_read_as_ever() {
    let mut terminal = Terminal::new();
    terminal.lays_passport();
    terminal.types("l8");
    terminal.input(Input::CardRemoved);
    terminal.input(Input::CardPresent);
    assert_eq!(terminal.screen(), "document", "nobody knows yet what it is");
    terminal.zhang();
    assert_eq!(terminal.screen(), "choose");
    // What opens a document of somebody who has left is not tried on the next one.
    let mut terminal = Terminal::new();
    terminal.input(Input::CardPresent);
    terminal.input(Input::DocumentRefused);
    assert_eq!(terminal.screen(), "document");
    assert!(terminal.outputs.contains(&Output::ForgetDocument));
    // A chip that cannot be read at all while its holder types.
    terminal.types("l8");
    terminal.input(Input::CardFailed(CardProblem::UnknownCard));
    assert_eq!(terminal.screen(), "card_problem");
    terminal.next();
    assert_eq!(terminal.typed(), "L8");
}

#[test]
fn from_the_guide_and_back_to_it() {
    let mut terminal = Terminal::new();
    terminal.act(Act::BrowseGuide);
    terminal.touch(Touch::Language(Language::En));
    terminal.lays_passport();
    terminal.touch(Touch::Back);
    assert_eq!((terminal.screen(), terminal.view().language), ("choose", Language::En));
    assert!(terminal.outputs.contains(&Output::ForgetDocument));
}
