//! For whom one can apply: what the item and the card's birth date rule out is neither asked nor offered.

use hall_rules::answers::ActingFor;
use hall_rules::catalogue::ApplicantKind;
use kiosk_journey::{
    Act, Ages, Asks, CheckLabel, CheckRow, FieldProblem, Health, Input, Key, Language, Output, PartState, Screen,
    Touch, WrongAgeView,
};

use crate::terminal::{CATALOGUE, PERFORMANCE, Terminal, ZHANG, done, healthy};

const PHONE: &str = "13812345678";
const ALLOWANCE: &str = "old-age-allowance";

/// Somebody of this age behind the guide of an item.
fn at(item: &str, age: Option<u8>) -> Terminal {
    let mut terminal = Terminal::new();
    terminal.card_of_age("张三丰", ZHANG, age);
    terminal.browse_to(item);
    terminal.next();
    terminal
}

/// The question that is shown, `for whom` for that one, and its options.
fn asked(terminal: &Terminal) -> (String, Vec<String>) {
    let Screen::Situation(view) = terminal.view().screen else { panic!("a question, not {}", terminal.screen()) };
    let words = if let Asks::Words(words) = view.asks { words } else { "for whom".to_owned() };
    (words, view.options.into_iter().map(|option| option.id).collect())
}

fn row(terminal: &mut Terminal, label: &CheckLabel) -> CheckRow {
    loop {
        let Screen::Check(view) = terminal.view().screen else { panic!("the check page, not {}", terminal.screen()) };
        if let Some(row) = view.fixed.into_iter().chain(view.rows).find(|row| row.label == *label) {
            return row;
        }
        assert!(view.paging.page < view.paging.pages, "no row {label:?}");
        terminal.touch(Touch::Turn(kiosk_journey::Turn::Next));
    }
}

fn age_row(terminal: &mut Terminal) -> CheckRow {
    row(terminal, &CheckLabel::Words("多大年龄？".into()))
}

#[test]
fn an_item_offers_only_those_who_may_apply() {
    for item in &CATALOGUE.items {
        let people = item.applicants.iter().any(|kind| *kind != ApplicantKind::Organisation);
        let organisations = item.applicants.contains(&ApplicantKind::Organisation);
        let mut terminal = at(&item.code, None);
        let expected: &[&str] = match (people, organisations) {
            (true, true) => &["oneself", "another_person", "organisation"],
            (true, false) => &["oneself", "another_person"],
            (false, _) => {
                // Nothing to choose from, so nothing is asked, and nothing can be changed.
                assert!(!matches!(terminal.view().screen, Screen::Situation(view) if view.asks == Asks::ActingFor));
                terminal.answer_all(Some(PHONE));
                let acting = row(&mut terminal, &CheckLabel::ActingFor);
                assert_eq!((acting.id, acting.value.as_str()), (None, "organisation"), "{}", item.code);
                continue;
            }
        };
        assert_eq!(asked(&terminal), ("for whom".to_owned(), expected.iter().map(|id| (*id).to_owned()).collect()));
        if !organisations {
            terminal.choose("organisation");
            assert_eq!(asked(&terminal).0, "for whom", "{}: it is not taken from elsewhere either", item.code);
        }
    }
}

#[test]
fn whoever_is_too_young_is_told_before_the_first_question_and_goes_on_for_the_family() {
    let mut terminal = at(ALLOWANCE, Some(46));
    let Screen::WrongAge(WrongAgeView { ages, another, window, .. }) = terminal.view().screen else {
        panic!("{}", terminal.screen())
    };
    assert_eq!((ages, another), (Ages { from: 80, to: None }, true));
    assert!(window.is_some(), "somebody to ask");
    // A second tap of the hand that pressed before means nothing here.
    terminal.touch(Touch::Back);
    assert_eq!(terminal.screen(), "guide");
    terminal.wait_s(1);
    terminal.input(Input::Touch(Touch::Next));
    terminal.wait(std::time::Duration::from_millis(900));
    terminal.input(Input::Touch(Touch::Next));
    assert_eq!(terminal.screen(), "wrong_age");

    terminal.next();
    assert_eq!(asked(&terminal), ("多大年龄？".to_owned(), ["a", "b", "c"].map(String::from).to_vec()), "of the other");
    terminal.choose("b");
    terminal.answer_all(Some(PHONE));
    assert_eq!(age_row(&mut terminal).value, "90至99岁");
    terminal.next();
    assert_eq!(terminal.said().acting_for, ActingFor::AnotherPerson);

    let mut terminal = at(ALLOWANCE, Some(46));
    terminal.touch(Touch::Quit);
    assert_eq!(terminal.screen(), "idle");
}

/// A hand that presses again after 0.4 s presses on the next question: it answers nothing that could not be read.
#[test]
fn a_second_tap_does_not_answer_the_next_question() {
    let mut terminal = at(ALLOWANCE, None);
    terminal.wait_s(1);
    let (first, options) = asked(&terminal);
    terminal.input(Input::Touch(Touch::Choose(options[0].clone())));
    let (second, options) = asked(&terminal);
    assert_ne!(first, second);
    for late in [500, 199] {
        terminal.wait(std::time::Duration::from_millis(late));
        terminal.input(Input::Touch(Touch::Choose(options[0].clone())));
        assert_eq!(asked(&terminal).0, second);
    }
    terminal.wait(std::time::Duration::from_millis(1));
    terminal.input(Input::Touch(Touch::Choose(options[0].clone())));
    let still = matches!(terminal.view().screen, Screen::Situation(view) if view.asks == Asks::Words(second));
    assert!(!still, "{}", terminal.screen());
}

/// Who reads English writes a name in its letters.
#[test]
fn in_english_a_name_is_written_in_letters() {
    let mut terminal = at(PERFORMANCE, None);
    terminal.touch(Touch::Language(Language::En));
    while terminal.screen() != "text" {
        match terminal.view().screen {
            Screen::Situation(view) if view.asks == Asks::ActingFor => terminal.choose("organisation"),
            _ => terminal.answer_one(Some(PHONE)),
        }
    }
    terminal.type_text("wen");
    terminal.touch(Touch::Key(Key::Space));
    terminal.type_text("yuan");
    let Screen::Text(text) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    assert_eq!((text.text.as_str(), text.letters.as_str()), ("wen ", "yuan"));
    terminal.next();
    assert_ne!(terminal.screen(), "text", "letters may stand");
    terminal.answer_all(Some(PHONE));
    terminal.next();
    assert_eq!(terminal.said().organisation.as_ref().map(|one| one.name.expose().as_str()), Some("wen yuan"));
}

#[test]
fn an_age_that_the_card_tells_is_not_asked() {
    for (age, code, value) in
        [(80, "a", "80至89岁"), (89, "a", "80至89岁"), (90, "b", "90至99岁"), (104, "c", "100岁以上")]
    {
        let mut terminal = at(ALLOWANCE, Some(age));
        assert_eq!(asked(&terminal).0, "for whom");
        terminal.choose("oneself");
        assert_ne!(asked(&terminal).0, "多大年龄？");
        terminal.answer_all(Some(PHONE));
        let told = age_row(&mut terminal);
        assert_eq!((told.id, told.value.as_str()), (None, value), "{age}");
        terminal.next();
        assert_eq!(terminal.said().situations.get("q1").map(String::as_str), Some(code), "{age}");
    }
    assert_eq!(at(ALLOWANCE, Some(79)).screen(), "wrong_age");
}

#[test]
fn the_holders_birth_date_says_nothing_of_somebody_else() {
    let mut terminal = at(ALLOWANCE, Some(85));
    terminal.choose("oneself");
    terminal.answer_all(Some(PHONE));
    assert_eq!(age_row(&mut terminal).value, "80至89岁");
    terminal.act(Act::Change("question:acting_for".into()));
    terminal.choose("another_person");
    assert_eq!(asked(&terminal), ("多大年龄？".to_owned(), ["a", "b", "c"].map(String::from).to_vec()));
    terminal.choose("c");
    terminal.answer_all(Some(PHONE));
    assert_eq!(age_row(&mut terminal).id.as_deref(), Some("question:q1"));
    // Back to the holder, whose age is known.
    terminal.act(Act::Change("question:acting_for".into()));
    terminal.choose("oneself");
    terminal.answer_all(Some(PHONE));
    assert_eq!(age_row(&mut terminal).value, "80至89岁");
}

#[test]
fn an_age_in_doubt_rules_nothing_out() {
    let mut terminal = at(ALLOWANCE, None);
    terminal.choose("oneself");
    assert_eq!(asked(&terminal), ("多大年龄？".to_owned(), ["a", "b", "c"].map(String::from).to_vec()));
}

/// An item that only the right age may apply for, and nobody for another, ends kindly; one chosen before is forgotten.
#[test]
fn for_whom_is_asked_again_where_the_next_item_is_not_for_them() {
    let mut terminal = Terminal::new();
    terminal.card_of_age("张三丰", ZHANG, Some(46));
    terminal.browse_to("social-security-card");
    terminal.next();
    terminal.choose("oneself");
    terminal.answer_all(Some(PHONE));
    terminal.act(Act::Change("item".into()));
    terminal.browse_to(ALLOWANCE);
    terminal.next();
    assert_eq!(terminal.screen(), "wrong_age");
}

/// To the name of the organisation, which is asked after the phone.
fn to_the_organisation(terminal: &mut Terminal) {
    terminal.choose("organisation");
    for _ in 0..20 {
        if matches!(&terminal.view().screen, Screen::Text(view) if view.label == "单位名称") {
            return;
        }
        terminal.answer_one(Some(PHONE));
    }
    panic!("the organisation is not asked for");
}

/// Types the name of an organisation by pinyin; says what was taken.
fn name_it(terminal: &mut Terminal) -> String {
    terminal.type_text("xingfu");
    terminal.touch(Touch::Key(Key::Space));
    terminal.type_text("yanyi");
    terminal.touch(Touch::Key(Key::Space));
    let Screen::Text(view) = terminal.view().screen else { panic!("{}", terminal.screen()) };
    terminal.next();
    view.text
}

fn org_code(terminal: &Terminal) -> kiosk_journey::FieldView {
    let Screen::Field(view) = terminal.view().screen else { panic!("the code, not {}", terminal.screen()) };
    assert_eq!((view.label.as_str(), view.optional), ("统一社会信用代码", true));
    view
}

#[test]
fn the_organisation_is_named_checked_printed_and_handed_in() {
    let mut terminal = at(PERFORMANCE, None);
    terminal.input(Input::Health(Health { printer: PartState::Ok, ..healthy() }));
    to_the_organisation(&mut terminal);
    terminal.next();
    assert_eq!(terminal.screen(), "text", "a name must be given");
    let name = name_it(&mut terminal);
    assert!(name.chars().count() >= 3, "{name}");

    org_code(&terminal);
    terminal.type_text("9133010079965505");
    terminal.next();
    assert_eq!(org_code(&terminal).problem, Some(FieldProblem::Incomplete));
    terminal.type_text("8a");
    terminal.next();
    assert_eq!(org_code(&terminal).problem, Some(FieldProblem::Impossible), "its check character is another");
    terminal.touch(Touch::Key(Key::Delete));
    terminal.type_text("b");
    terminal.next();
    terminal.answer_all(Some(PHONE));
    let shown = row(&mut terminal, &CheckLabel::Words("单位名称".into()));
    assert_eq!(shown.value, name);
    let code = row(&mut terminal, &CheckLabel::Words("统一社会信用代码".into()));
    assert_eq!((code.value.as_str(), code.id.is_some()), ("91330100799655058B", true));

    terminal.next();
    let organisation = terminal.said().organisation.clone().expect("an organisation");
    assert_eq!(
        (organisation.name.expose(), organisation.code.as_ref().map(|code| code.expose().as_str())),
        (&name, Some("91330100799655058B"))
    );
    assert!(terminal.said().answers.keys().all(|code| !code.contains(':')), "it is no answer to a field of the item");
    terminal.shut();
    assert_eq!(done(&terminal).organisation, name);
    let slip = terminal.outputs.iter().find_map(|output| match output {
        Output::Print { slip, .. } => Some(slip.organisation.clone()),
        _ => None,
    });
    assert_eq!(slip, Some(Some(organisation)));
}

#[test]
fn a_code_that_nobody_has_or_knows_is_skipped() {
    let mut terminal = at(PERFORMANCE, None);
    to_the_organisation(&mut terminal);
    name_it(&mut terminal);
    org_code(&terminal);
    terminal.act(Act::Skip);
    terminal.answer_all(Some(PHONE));
    terminal.next();
    let organisation = terminal.said().organisation.clone().expect("an organisation");
    assert_eq!(organisation.code, None);
}

#[test]
fn whoever_turns_to_act_for_themself_hands_in_no_organisation() {
    let mut terminal = at(PERFORMANCE, None);
    to_the_organisation(&mut terminal);
    name_it(&mut terminal);
    terminal.act(Act::Skip);
    terminal.answer_all(Some(PHONE));
    terminal.act(Act::Change("question:acting_for".into()));
    terminal.choose("oneself");
    terminal.answer_all(Some(PHONE));
    terminal.next();
    assert_eq!((terminal.said().acting_for, &terminal.said().organisation), (ActingFor::Oneself, &None));
}

/// The next item of the same visit is for the same organisation.
#[test]
fn another_item_does_not_ask_for_the_organisation_again() {
    let mut terminal = at(PERFORMANCE, None);
    to_the_organisation(&mut terminal);
    let name = name_it(&mut terminal);
    terminal.act(Act::Skip);
    terminal.answer_all(Some(PHONE));
    terminal.act(Act::Change("item".into()));
    terminal.browse_to("road-excavation");
    terminal.next();
    terminal.answer_all(Some(PHONE));
    assert_eq!(row(&mut terminal, &CheckLabel::Words("单位名称".into())).value, name);
}
