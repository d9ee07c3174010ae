//! What is printed, and that nothing hangs on it.

use hall_rules::Language;
use kiosk_journey::{
    Act, CheckLabel, Health, Input, MaterialCount, Output, PartState, Place, PrintJob, PrintState, Qr, Screen, Slip,
    SlipKind, Touch,
};
use kiosk_wire::{HallSettings, Personal};

use crate::errands;
use crate::terminal::{CATALOGUE, PERFORMANCE, Terminal, done, healthy};

fn with_printer(printer: PartState) -> Terminal {
    let mut terminal = Terminal::new();
    terminal.input(Input::Health(Health { printer, ..healthy() }));
    terminal
}

/// By the first options to the list of materials.
fn to_materials(terminal: &mut Terminal) {
    terminal.zhang();
    terminal.browse_to(PERFORMANCE);
    for _ in 0..10 {
        match terminal.view().screen {
            Screen::Guide(_) => terminal.next(),
            Screen::Situation(question) => terminal.choose(&question.options[0].id),
            Screen::Materials(_) => return,
            other => panic!("no way on from {}", other.name()),
        }
    }
    panic!("the materials are never reached");
}

fn printed(terminal: &Terminal) -> Vec<(PrintJob, Slip)> {
    let of = |output: &Output| match output {
        Output::Print { job, slip } => Some((*job, (**slip).clone())),
        _ => None,
    };
    terminal.outputs.iter().filter_map(of).collect()
}

#[test]
fn the_receipt_is_printed_after_the_record_and_says_what_became_of_it() {
    for (whole, paper) in [(true, PrintState::Printed), (false, PrintState::Failed)] {
        let mut terminal = with_printer(PartState::Ok);
        terminal.as_far_as_the_door();
        assert!(printed(&terminal).is_empty(), "nothing is promised on paper before it is on record");
        terminal.shut();
        assert_eq!(done(&terminal).paper, PrintState::Printing);
        let all = printed(&terminal);
        let [(job, slip)] = all.as_slice() else { panic!("{all:?}") };
        let SlipKind::Receipt { number, name, compartment, unconfirmed: false, .. } = &slip.kind else {
            panic!("{slip:?}")
        };
        let shown = done(&terminal);
        assert_eq!((number, *compartment), (&shown.receipt, shown.compartment));
        assert!(name.contains('*'), "the name is masked: {name}");
        let records = terminal.journal.len();
        terminal.input(Input::Printed { job: *job, whole });
        assert_eq!((done(&terminal).paper, terminal.journal.len()), (paper, records));
    }
}

fn hall(public_url: Option<&str>) -> Input {
    Input::Hall(Box::new(HallSettings { public_url: public_url.map(str::to_owned), ..HallSettings::default() }))
}

/// Screen and paper carry the same code: a link where the hall told one that fits, else the bare number.
#[test]
fn the_code_of_a_receipt_leads_to_the_progress_page() {
    let too_long = format!("https://{}.example", "h".repeat(100));
    for (url, leads) in [
        (None, false),
        (Some("https://hall.example"), true),
        (Some("https://service.city.example/hall"), true),
        (Some(too_long.as_str()), false),
    ] {
        let mut terminal = with_printer(PartState::Ok);
        terminal.input(hall(url));
        terminal.as_far_as_the_door();
        terminal.shut();
        let shown = done(&terminal);
        let expected = match url.filter(|_| leads) {
            Some(url) => Qr::Progress(format!("{url}/p/{}", shown.receipt)),
            None => Qr::Number(shown.receipt.clone()),
        };
        assert_eq!(shown.qr, expected, "{url:?}");
        let all = printed(&terminal);
        let [(_, Slip { kind: SlipKind::Receipt { qr, .. }, .. })] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(qr, &expected, "{url:?}");
        // A hall that gave its address up is not led to any more.
        terminal.next();
        terminal.input(hall(None));
        terminal.as_far_as_the_door();
        terminal.shut();
        assert!(!done(&terminal).qr.leads());
    }
}

#[test]
fn what_became_of_a_former_persons_paper_is_not_said_to_the_next() {
    let mut terminal = with_printer(PartState::Ok);
    terminal.as_far_as_the_door();
    terminal.shut();
    let (first, _) = printed(&terminal)[0].clone();
    terminal.next();
    terminal.as_far_as_the_door();
    terminal.shut();
    terminal.input(Input::Printed { job: first, whole: false });
    assert_eq!(done(&terminal).paper, PrintState::Printing);
}

#[test]
fn without_a_printer_that_works_the_screen_is_the_receipt() {
    for (printer, paper) in [(PartState::Absent, PrintState::None), (PartState::Failed, PrintState::Failed)] {
        let mut terminal = with_printer(printer);
        let Screen::Idle(idle) = terminal.view().screen else { panic!("idle") };
        assert_eq!(idle.paper, printer, "told before the first question (P6)");
        terminal.as_far_as_the_door();
        terminal.shut();
        assert_eq!(done(&terminal).paper, paper);
        assert!(printed(&terminal).is_empty());
    }
}

#[test]
fn a_scanned_pick_up_code_is_typed_and_checked_and_no_other_code_is() {
    let mut terminal = with_printer(PartState::Ok);
    terminal.input(Input::Scanned(Personal::from("123456")));
    assert_eq!(terminal.screen(), "find_number", "it says that this is no receipt's code");
    terminal.touch(Touch::Quit);
    errands::to_pickup_code(&mut terminal);
    let checks = |terminal: &Terminal| {
        terminal.outputs.iter().filter(|output| matches!(output, Output::CheckPickupCode { .. })).count()
    };
    terminal.wait_s(1);
    for code in ["1010100000001", "12345", "12a456", "https://example.com/"] {
        terminal.input(Input::Scanned(Personal::from(code)));
        assert_eq!(checks(&terminal), 0, "{code}");
    }
    terminal.input(Input::Scanned(Personal::from("123456")));
    assert_eq!(checks(&terminal), 1);
}

#[test]
fn the_list_is_printed_once_for_somebody_who_lacks_something() {
    let mut terminal = with_printer(PartState::Ok);
    to_materials(&mut terminal);
    let Screen::Materials(view) = terminal.view().screen else { panic!("materials") };
    assert!(view.prints);
    terminal.touch(Touch::Act(Act::SomethingMissing));
    let all = printed(&terminal);
    let [(job, slip)] = all.as_slice() else { panic!("{all:?}") };
    let SlipKind::Missing { rows } = &slip.kind else { panic!("{slip:?}") };
    assert_eq!((rows.len(), slip.language), (usize::from(view.count.in_box + view.count.elsewhere()), Language::Zh));
    terminal.input(Input::Printed { job: *job, whole: true });
    let Screen::Missing(missing) = terminal.view().screen else { panic!("missing") };
    assert_eq!(missing.paper, PrintState::Printed);
    // Back and again: the same list is not printed twice; in another language it is.
    for (language, papers) in [(Language::Zh, 1), (Language::En, 2)] {
        terminal.touch(Touch::Back);
        terminal.touch(Touch::Language(language));
        terminal.touch(Touch::Act(Act::SomethingMissing));
        assert_eq!(printed(&terminal).len(), papers);
    }
}

/// The receipt is the proof: its number of materials is the one that was checked, and the record says no more than what
/// was put into the box.
#[test]
fn materials_check_done_and_receipt_say_one_count_for_every_item() {
    for item in CATALOGUE.items.iter().filter(|item| item.needs_box) {
        let mut terminal = with_printer(PartState::Ok);
        terminal.zhang();
        terminal.browse_to(&item.code);
        terminal.answer_all(Some("13812345678"));
        let Screen::Check(check) = terminal.view().screen else { panic!("check") };
        let counted = |label: &CheckLabel| if let CheckLabel::Materials(count) = label { Some(*count) } else { None };
        let checked = check.rows.iter().find_map(|row| counted(&row.label)).unwrap();
        terminal.act(Act::Change("materials".into()));
        let Screen::Materials(listed) = terminal.view().screen else { panic!("materials") };
        let boxed: Vec<bool> = listed.rows.iter().map(|row| row.place == Place::Box).collect();
        assert!(boxed.is_sorted_by(|a, b| a >= b), "{}: what goes into the box comes first: {boxed:?}", item.code);
        terminal.next();
        terminal.next();
        terminal.shut();
        let receipts: Vec<MaterialCount> = printed(&terminal)
            .iter()
            .filter_map(|(_, slip)| match &slip.kind {
                SlipKind::Receipt { materials, .. } => Some(*materials),
                _ => None,
            })
            .collect();
        let on_record = &terminal.said().materials;
        assert_eq!((listed.count, done(&terminal).materials), (checked, checked), "{}", item.code);
        assert_eq!(receipts, [checked], "{}", item.code);
        let in_box = on_record.iter().filter(|line| line.brought).count();
        assert_eq!(usize::from(checked.in_box), in_box, "{}", item.code);
        assert_eq!(usize::from(checked.in_box + checked.elsewhere()), on_record.len(), "{}", item.code);
    }
}
