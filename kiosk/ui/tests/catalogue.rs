//! The items that ship, page by page from the tiles by which they are found over the guide to the check page: nothing in them is too long for the screen.
//! `PICTURES=folder` also keeps a picture of each page.

mod common;
#[path = "../../journey/tests/journey/terminal.rs"]
#[expect(
    dead_code,
    clippy::wildcard_enum_match_arm,
    reason = "the journey's own tests use the rest, and look at it there"
)]
mod terminal;

use std::collections::{HashMap, HashSet};

use common::{Bench, rules};
use hall_rules::review::Fault;
use kiosk_journey::{Act, Asks, FieldInput, Input, Key, Language, OptionRow, Screen, TextSize, Touch, Turn};
use kiosk_wire::kiosk_api::{BothLanguages, CaseBrief, MissingMaterial, Todo};
use kiosk_wire::submission::Organisation;
use kiosk_wire::{CompartmentNo, ReceiptNumber, SubmissionId};
use terminal::{CATALOGUE, Terminal};
use uuid::Uuid;

/// Names on the pages of these visits, and what is typed in them.
const NAMES: &[&str] = &["宜春市政务服务大厅", "张**", "文源", "中文"];

/// Somebody who takes the first option of every question, or the last, and another one where that leads out.
struct Visitor {
    terminal: Terminal,
    from_last: bool,
    /// By question: how many options led out.
    led_out: HashMap<String, usize>,
    asked: String,
}

impl Visitor {
    fn choose(&mut self, question: &str, options: &[OptionRow], multiple: bool) {
        let skip = self.led_out.get(question).copied().unwrap_or_default();
        let mut ids: Vec<_> = options.iter().map(|option| option.id.clone()).collect();
        if self.from_last {
            ids.reverse();
        }
        self.asked = question.to_owned();
        self.terminal.choose(&ids[skip]);
        if multiple {
            self.terminal.next();
        }
    }

    fn type_in(&mut self, text: &str) {
        self.terminal.type_text(text);
        self.terminal.next();
    }

    /// One touch onwards; `false` when the visit has come to its last question.
    fn go_on(&mut self) -> bool {
        let screen = self.terminal.view().screen;
        if let Some(paging) = screen.paging()
            && paging.page < paging.pages
        {
            self.terminal.touch(Touch::Turn(Turn::Next));
            return true;
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "what follows the check page is the same for all items")]
        match screen {
            Screen::Guide(_) | Screen::Materials(_) => self.terminal.next(),
            Screen::Situation(question) => {
                let words = if let Asks::Words(words) = &question.asks { words.as_str() } else { "for whom" };
                self.choose(words, &question.options, question.multiple);
            }
            Screen::NotHere { .. } => {
                *self.led_out.entry(self.asked.clone()).or_default() += 1;
                self.terminal.touch(Touch::Back);
            }
            Screen::Phone(_) => self.terminal.act(Act::Skip),
            Screen::Field(field) => match &field.input {
                FieldInput::Options { rows, multiple } => self.choose(&field.label, rows, *multiple),
                FieldInput::Date(_) => self.type_in("20270301"),
                FieldInput::Number(_) => self.type_in("12"),
                FieldInput::Phone(_) => self.type_in("13812345678"),
                FieldInput::OrgCode(_) => self.type_in("91330100799655058b"),
            },
            Screen::Text(_) => {
                self.terminal.type_text("wenyuan");
                self.terminal.touch(Touch::Key(Key::Space));
                self.terminal.next();
            }
            _ => return false,
        }
        true
    }
}

fn look_at_every_item(language: Language, size: TextSize) {
    let bench = Bench::new();
    let mut broken = Vec::new();
    let mut seen = HashSet::new();
    for item in &CATALOGUE.items {
        for from_last in [false, true] {
            let mut terminal = Terminal::new();
            terminal.zhang();
            terminal.touch(Touch::Language(language));
            terminal.touch(Touch::TextSize(size));
            terminal.browse_to(&item.code);
            let mut visitor = Visitor { terminal, from_last, led_out: HashMap::new(), asked: String::new() };
            for _ in 0..80 {
                let view = visitor.terminal.view();
                if seen.insert(format!("{:?}", view.screen)) {
                    bench.show(&view);
                    let mut found = rules::page(&bench);
                    if language == Language::En && !matches!(view.screen, Screen::Text(_)) {
                        found.extend(rules::english(&bench, NAMES));
                    }
                    let name = format!("{}-{}-{}", item.code, view.screen.name(), seen.len());
                    keep_picture(&bench, &format!("{name}-{language:?}-{size:?}"), !found.is_empty());
                    broken.extend(found.into_iter().map(|what| format!("{name}: {what}")));
                }
                if !visitor.go_on() {
                    break;
                }
            }
            assert_eq!(visitor.terminal.screen(), "check", "{} is not walked to its end", item.code);
        }
    }
    assert!(broken.is_empty(), "{} broken on {} pages:\n{}", broken.len(), seen.len(), broken.join("\n"));
}

/// Every page by which an item is chosen: themes, departments, what is in them, and their turned pages.
fn look_at_every_choice(language: Language, size: TextSize) {
    let bench = Bench::new();
    let (mut broken, mut pages) = (Vec::new(), 0);
    for by in [Act::ByTheme, Act::ByDepartment] {
        let top = || {
            let mut terminal = Terminal::new();
            terminal.zhang();
            terminal.touch(Touch::Language(language));
            terminal.touch(Touch::TextSize(size));
            terminal.act(by.clone());
            terminal
        };
        let mut look = |terminal: &mut Terminal| {
            let mut ids = Vec::new();
            loop {
                let view = terminal.view();
                let Screen::Choose(tiles) = &view.screen else { panic!("{}", view.screen.name()) };
                bench.show(&view);
                let mut found = rules::page(&bench);
                if language == Language::En {
                    found.extend(rules::english(&bench, NAMES));
                }
                pages += 1;
                keep_picture(&bench, &format!("choose-{pages}-{language:?}-{size:?}"), !found.is_empty());
                broken.extend(found.into_iter().map(|what| format!("{:?} {:?}: {what}", tiles.by, tiles.within)));
                let groups = tiles.tiles.iter().filter(|tile| tile.items.is_some());
                ids.extend(groups.map(|tile| tile.id.clone()));
                if tiles.paging.page == tiles.paging.pages {
                    return ids;
                }
                terminal.touch(Touch::Turn(Turn::Next));
            }
        };
        let mut within: Vec<Vec<String>> = look(&mut top()).into_iter().map(|id| vec![id]).collect();
        while let Some(path) = within.pop() {
            let mut terminal = top();
            path.iter().for_each(|id| terminal.find_tile(id));
            within.extend(look(&mut terminal).into_iter().map(|id| [path.as_slice(), &[id]].concat()));
        }
    }
    assert!(broken.is_empty(), "{} broken on {pages} pages:\n{}", broken.len(), broken.join("\n"));
}

/// Every item as somebody's case: in the list of all, and with each of its materials to be corrected, for each usual fault.
fn look_at_every_errand(language: Language, size: TextSize) {
    let bench = Bench::new();
    let mut broken = Vec::new();
    for (place, item) in CATALOGUE.items.iter().enumerate() {
        let fault = Fault::ALL[place % Fault::ALL.len()].words().0;
        let missing = item.materials.iter().map(|material| MissingMaterial {
            code: material.code.clone(),
            name: both(&material.name),
            reason: format!("{fault}；{}", Fault::OtherPaper.words().0),
            originals: material.originals,
            copies: material.copies,
        });
        let elsewhere =
            Todo::PickUp { kiosk_name: "East wing, floor 2".into(), here: false, compartment: CompartmentNo(3) };
        let todos = [Some(Todo::Correct { missing: missing.collect() }), Some(elsewhere), None];
        let case = |(n, todo): (usize, &Option<Todo>)| CaseBrief {
            submission: SubmissionId(Uuid::from_u128(n as u128)),
            receipt: ReceiptNumber("10101000000141".into()),
            item: item.code.clone(),
            department: item.department.clone(),
            item_name: both(&item.name),
            organisation: (n == 1)
                .then(|| Organisation { name: "Spring Voices Performing Arts Company, Linjiang".into(), code: None }),
            state: BothLanguages { zh: "待补正".into(), en: "Waiting for corrections".into() },
            told: BothLanguages { zh: "材料需要补正".into(), en: "Papers need correcting".into() },
            due: Some("2026-12-03".into()),
            todo: todo.clone(),
        };
        let mut terminal = Terminal::new();
        let visit = terminal.zhang();
        terminal.touch(Touch::Language(language));
        terminal.touch(Touch::TextSize(size));
        terminal.input(Input::Errands { visit, errands: todos.iter().enumerate().map(case).collect() });
        terminal.act(Act::MyErrands);
        let mut look = |terminal: &Terminal| {
            let view = terminal.view();
            bench.show(&view);
            let mut found = rules::page(&bench);
            if language == Language::En {
                found.extend(rules::english(&bench, NAMES));
            }
            let name = format!(
                "{}-{}-{}",
                item.code,
                view.screen.name(),
                view.screen.paging().map_or(0, |paging| paging.page)
            );
            keep_picture(&bench, &format!("{name}-{language:?}-{size:?}"), !found.is_empty());
            broken.extend(found.into_iter().map(|what| format!("{name}: {what}")));
            view.screen.paging().is_some_and(|paging| paging.page < paging.pages)
        };
        while look(&terminal) {
            terminal.touch(Touch::Turn(Turn::Next));
        }
        terminal.choose(&SubmissionId(Uuid::from_u128(0)).to_string());
        assert_eq!(terminal.screen(), "errand");
        while look(&terminal) {
            terminal.touch(Touch::Turn(Turn::Next));
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}

fn both(text: &hall_rules::Text) -> BothLanguages {
    BothLanguages { zh: text.zh.clone(), en: text.en.clone() }
}

fn keep_picture(bench: &Bench, name: &str, broken: bool) {
    let Some(folder) = std::env::var_os("PICTURES") else { return };
    let picture = bench.picture();
    let name = format!("{}{name}.png", if broken { "broken-" } else { "" });
    let file = std::fs::File::create(std::path::Path::new(&folder).join(name)).expect("a file");
    let mut encoder = png::Encoder::new(file, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_compression(png::Compression::Fast);
    let bytes: Vec<u8> = picture.as_slice().iter().flat_map(|p| [p.r, p.g, p.b, p.a]).collect();
    encoder.write_header().expect("header").write_image_data(&bytes).expect("data");
}

#[test]
fn in_chinese() {
    look_at_every_item(Language::Zh, TextSize::Normal);
}

#[test]
fn in_large_chinese() {
    look_at_every_item(Language::Zh, TextSize::Large);
}

#[test]
fn in_english() {
    look_at_every_item(Language::En, TextSize::Normal);
}

#[test]
fn in_large_english() {
    look_at_every_item(Language::En, TextSize::Large);
}

#[test]
fn errands_in_chinese() {
    look_at_every_errand(Language::Zh, TextSize::Normal);
}

#[test]
fn errands_in_large_chinese() {
    look_at_every_errand(Language::Zh, TextSize::Large);
}

#[test]
fn errands_in_english() {
    look_at_every_errand(Language::En, TextSize::Normal);
}

#[test]
fn errands_in_large_english() {
    look_at_every_errand(Language::En, TextSize::Large);
}

#[test]
fn choices_in_chinese() {
    look_at_every_choice(Language::Zh, TextSize::Normal);
}

#[test]
fn choices_in_large_chinese() {
    look_at_every_choice(Language::Zh, TextSize::Large);
}

#[test]
fn choices_in_english() {
    look_at_every_choice(Language::En, TextSize::Normal);
}

#[test]
fn choices_in_large_english() {
    look_at_every_choice(Language::En, TextSize::Large);
}
