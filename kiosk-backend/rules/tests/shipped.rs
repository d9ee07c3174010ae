//! The catalogue that ships: every file loads, every item can be applied for, and browsing stays short.

use std::collections::BTreeSet;
use std::path::Path;

use hall_rules::catalogue::{AskedAt, FieldKind, Place};
use hall_rules::field::MAX_AT_TERMINAL;
use hall_rules::{Answers, Catalogue, NextQuestion, ServiceItem};

fn shipped() -> Catalogue {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/catalogue");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the catalogue's folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        files.push((name, std::fs::read_to_string(&path).expect("a text file")));
    }
    Catalogue::from_files(&files).unwrap_or_else(|flaws| panic!("{flaws}"))
}

/// All ways through the questions of `item`: those that end with materials, and those that lead out.
fn paths(item: &ServiceItem) -> (Vec<Answers>, usize) {
    let (mut done, mut out) = (Vec::new(), 0);
    let mut open: Vec<Answers> = item
        .acting_for()
        .map(|acting| {
            let mut answers = Answers::new();
            answers.set_acting_for(acting);
            answers
        })
        .collect();
    while let Some(answers) = open.pop() {
        match item.next_question(&answers) {
            NextQuestion::Ask(situation) => open.extend(situation.options.iter().map(|option| {
                let mut next = answers.clone();
                next.set(&situation.code, &option.code);
                next
            })),
            NextQuestion::LeadsOut { go, .. } => {
                assert!(!go.zh.is_empty() && !go.en.is_empty(), "{}", item.code);
                out += 1;
            }
            NextQuestion::Done => done.push(answers),
        }
    }
    (done, out)
}

#[test]
fn thirty_items_of_seventeen_departments() {
    let catalogue = shipped();
    assert_eq!(catalogue.items.len(), 30);
    let departments: BTreeSet<&str> = catalogue.items.iter().map(|item| item.department.as_str()).collect();
    assert_eq!(departments.len(), 17);
    assert_eq!(catalogue.departments.len(), 17);
}

#[test]
fn every_path_yields_materials() {
    let catalogue = shipped();
    for item in &catalogue.items {
        let (done, _) = paths(item);
        assert!(!done.is_empty(), "{}", item.code);
        let mut used = BTreeSet::new();
        for answers in &done {
            let materials = catalogue.materials_for(item, answers);
            assert!(materials.iter().any(|material| material.place() == Place::Box), "{}: {answers:?}", item.code);
            let mut codes: Vec<&str> = materials.iter().map(|material| material.code.as_str()).collect();
            used.extend(codes.iter().copied());
            codes.sort_unstable();
            codes.dedup();
            assert_eq!(codes.len(), materials.len(), "{}: a material twice", item.code);
            assert!(item.legal_limit(answers).is_some(), "{}: {answers:?}", item.code);
            assert!(item.promised_limit(answers).is_some(), "{}: {answers:?}", item.code);
        }
        for material in &item.materials {
            assert!(used.contains(material.code.as_str()), "{}: nobody needs {}", item.code, material.code);
        }
    }
}

#[test]
fn items_that_lead_some_people_out() {
    let catalogue = shipped();
    let out: Vec<&str> =
        catalogue.items.iter().filter(|item| paths(item).1 > 0).map(|item| item.code.as_str()).collect();
    let expected = [
        "commercial-performance",
        "food-licence",
        "birth-registration",
        "flexible-worker-pension",
        "road-freight",
        "property-transfer",
        "pesticide-licence",
        "tobacco-licence",
    ];
    assert_eq!(out, expected);
}

/// A question about an age says whose it is, so that nobody is asked what their card tells.
#[test]
fn answers_that_name_an_age_say_so() {
    let catalogue = shipped();
    for item in &catalogue.items {
        for situation in &item.situations {
            for option in &situation.options {
                let names = option.label.zh.contains('岁');
                assert_eq!(option.age.is_some(), names, "{} {} {}", item.code, situation.code, option.label.zh);
                let digits: String = option.label.zh.chars().take_while(char::is_ascii_digit).collect();
                assert!(option.age.is_none_or(|ages| ages.from.to_string() == digits), "{}", option.label.zh);
            }
        }
    }
    let aged: Vec<&str> = catalogue
        .items
        .iter()
        .filter(|item| item.situations.iter().any(|situation| situation.ages().is_some()))
        .map(|item| item.code.as_str())
        .collect();
    assert_eq!(aged, ["old-age-allowance"]);
}

#[test]
fn the_terminal_asks_little() {
    let catalogue = shipped();
    for item in &catalogue.items {
        let asked: Vec<_> = catalogue.fields(item).filter(|field| field.asked_at == AskedAt::Terminal).collect();
        assert!(asked.len() <= MAX_AT_TERMINAL, "{}", item.code);
        assert!(asked.iter().all(|field| field.kind != FieldKind::Text), "{}: a text is written on paper", item.code);
    }
}

#[test]
fn every_item_is_two_tiles_away() {
    let catalogue = shipped();
    assert!(catalogue.themes.len() <= 8);
    for theme in &catalogue.themes {
        let count = catalogue.items_of_theme(&theme.code).count();
        assert!((1..=8).contains(&count), "{}: {count} items", theme.code);
    }
    assert!(catalogue.items.iter().all(|item| !item.themes.is_empty()));
}

#[test]
fn what_applicants_see_is_in_english_too() {
    let catalogue = shipped();
    for item in &catalogue.items {
        let situations = item.situations.iter();
        let texts = [&item.name, &item.plain, &item.fee.text, &item.result.text]
            .into_iter()
            .chain(item.conditions.iter().map(|condition| &condition.text))
            .chain(item.materials.iter().map(|material| &material.name))
            .chain(situations.clone().map(|situation| &situation.question))
            .chain(situations.flat_map(|situation| situation.options.iter().map(|option| &option.label)))
            .chain(catalogue.terminal_fields(item, &Answers::new()).into_iter().map(|field| &field.label));
        for text in texts {
            assert!(!text.en.is_empty(), "{}: {} has no English", item.code, text.zh);
        }
        let buttons = item.situations.iter().flat_map(|situation| situation.options.iter());
        for button in buttons {
            assert!(button.label.zh.chars().count() <= 14, "{}: {} is long for a button", item.code, button.label.zh);
        }
    }
}

#[test]
fn marks_are_kept_and_the_unconfirmed_says_so() {
    let catalogue = shipped();
    let food = catalogue.item("food-licence").expect("the item");
    assert!(food.legal_limits[0].mark.is_unconfirmed());
    assert!(food.legal_limits[0].mark_note.contains("核对"));
    assert!(food.has_unconfirmed());
    let (sourced, unconfirmed): (Vec<_>, Vec<_>) =
        catalogue.items.iter().flat_map(|item| item.marks()).partition(|mark| !mark.is_unconfirmed());
    assert!(sourced.len() > unconfirmed.len(), "{} sourced, {} not", sourced.len(), unconfirmed.len());
}

#[test]
fn json_brings_it_to_the_terminal_unchanged() {
    let catalogue = shipped();
    let json = serde_json::to_string(&catalogue).expect("JSON");
    assert_eq!(serde_json::from_str::<Catalogue>(&json).expect("the same"), catalogue);
}

#[test]
fn the_example_for_editors_is_sound() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let hall = std::fs::read_to_string(root.join("assets/catalogue/hall.toml")).expect("the hall's file");
    let guide = std::fs::read_to_string(root.join("docs/catalogue.md")).expect("the guide");
    let example = guide.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    if let Err(flaws) = Catalogue::from_files(&[("hall.toml", hall.as_str()), ("example.toml", example)]) {
        panic!("{flaws}");
    }
}
