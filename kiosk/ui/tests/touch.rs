//! What a finger does, from a pointer on the glass to the journey's touch.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use common::{Bench, samples};
use kiosk_journey::{Act, Key, Language, PhoneCheck, Screen, TextSize, Touch, Turn, View};
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{ComponentHandle, LogicalPosition};

fn page(name: &str) -> View {
    let mut samples = samples::all(Language::Zh, TextSize::Normal);
    let place = samples.iter().position(|sample| sample.name == name).expect("a sample");
    samples.remove(place).view
}

fn press(bench: &Bench, x: f32, y: f32) {
    let position = LogicalPosition::new(x, y);
    bench.screen.app().window().dispatch_event(WindowEvent::PointerMoved { position });
    bench
        .screen
        .app()
        .window()
        .dispatch_event(WindowEvent::PointerPressed { position, button: PointerEventButton::Left });
}

fn roll(bench: &Bench, x: f32, y: f32) {
    bench.screen.app().window().dispatch_event(WindowEvent::PointerMoved { position: LogicalPosition::new(x, y) });
}

fn release(bench: &Bench, x: f32, y: f32) {
    let position = LogicalPosition::new(x, y);
    bench
        .screen
        .app()
        .window()
        .dispatch_event(WindowEvent::PointerReleased { position, button: PointerEventButton::Left });
}

/// Middle and size of a target.
fn place(bench: &Bench, label: &str) -> (f32, f32, f32, f32) {
    let target = bench.target(label);
    let (at, size) = (target.absolute_position(), target.size());
    (at.x + size.width / 2.0, at.y + size.height / 2.0, size.width, size.height)
}

fn tap(bench: &Bench, label: &str) -> Vec<Touch> {
    let (x, y, ..) = place(bench, label);
    press(bench, x, y);
    assert!(bench.touches.borrow().is_empty(), "{label} acted on touch-down");
    release(bench, x, y);
    bench.take_touches()
}

fn choose(id: &str) -> Vec<Touch> {
    vec![Touch::Choose(id.into())]
}

#[test]
fn every_button_says_what_it_means() {
    let bench = Bench::new();
    let table: &[(&str, &str, Touch)] = &[
        ("idle", "查看办事指南", Touch::Act(Act::BrowseGuide)),
        ("idle", "凭条查进度", Touch::Act(Act::FindCase)),
        ("idle", "工作人员", Touch::Act(Act::StaffDoor)),
        ("document_number", "横线 <", Touch::Key(Key::Char('<'))),
        ("document_number", "字母顺序", Touch::Act(Act::SwitchKeyOrder)),
        ("document_birth", "7", Touch::Key(Key::Char('7'))),
        ("document_refused", "再读一次", Touch::Next),
        ("find_number", "全部清除", Touch::Key(Key::Clear)),
        ("find_last_four", "里面有别的字母", Touch::Act(Act::Letters)),
        ("find_last_four", "X", Touch::Key(Key::Char('x'))),
        ("find_last_four", "查进度", Touch::Next),
        ("progress_running", "好的，结束", Touch::Next),
        ("idle", "帮助", Touch::Help),
        ("idle", "English", Touch::Language(Language::En)),
        ("idle", "大字", Touch::TextSize(TextSize::Large)),
        ("card_expired", "知道了", Touch::Next),
        ("choose_theme", "按部门", Touch::Act(Act::ByDepartment)),
        ("choose_theme", "打字找", Touch::Act(Act::Search)),
        ("choose_department", "按主题", Touch::Act(Act::ByTheme)),
        ("choose_department", "下一页", Touch::Turn(Turn::Next)),
        ("choose_department", "返回", Touch::Back),
        ("choose_department", "退出", Touch::Quit),
        ("search", "Q", Touch::Key(Key::Char('q'))),
        ("search", "字母顺序", Touch::Act(Act::SwitchKeyOrder)),
        ("search", "删除", Touch::Key(Key::Delete)),
        ("guide", "开始办这件事", Touch::Next),
        ("situation_multiple", "继续", Touch::Next),
        ("materials", "接着看下一页", Touch::Next),
        ("materials", "还缺材料，打印清单", Touch::Act(Act::SomethingMissing)),
        ("no_box", "好的，结束", Touch::Next),
        ("phone", "7", Touch::Key(Key::Char('7'))),
        ("phone", "全部清除", Touch::Key(Key::Clear)),
        ("phone", "跳过，不留手机号", Touch::Act(Act::Skip)),
        ("phone_good", "就用这个号", Touch::Next),
        ("phone_known", "还是这个号", Touch::Next),
        ("phone_known", "换一个号", Touch::Act(Act::OtherNumber)),
        ("phone_known", "不留手机号", Touch::Act(Act::Skip)),
        ("text", "音乐", Touch::Key(Key::Candidate(1))),
        ("text", "空格，选第一个", Touch::Key(Key::Space)),
        ("text", "更多字", Touch::Turn(Turn::Next)),
        ("text_more", "𬘡", Touch::Key(Key::Candidate(43))),
        ("text_more", "上一页", Touch::Turn(Turn::Previous)),
        ("text_more", "更多字", Touch::Turn(Turn::Next)),
        ("text", "跳过，不填", Touch::Act(Act::Skip)),
        ("check", "没错，交材料", Touch::Next),
        ("door_open", "放不下，换大柜", Touch::Act(Act::BiggerBox)),
        ("door_open", "柜里已有别人的东西", Touch::Act(Act::FoundSomething)),
        ("door_not_opening", "门开过，材料已放好", Touch::Act(Act::PaperIsIn)),
        ("ask_paper_in", "放进去了", Touch::Act(Act::PaperIsIn)),
        ("ask_paper_in", "没有放进去", Touch::Act(Act::PaperIsNotIn)),
        ("done", "好的，结束", Touch::Next),
        ("done", "忘放东西？再开柜门", Touch::Act(Act::OpenAgain)),
        ("staff_code", "确定", Touch::Next),
        ("staff_affirm", "已取出，柜子空了", Touch::Act(Act::AffirmEmpty)),
        ("staff_affirm", "里面还有东西", Touch::Act(Act::NotEmpty)),
        ("overlay_still_there", "我还在，继续办", Touch::StillHere),
        ("overlay_help", "知道了，继续办", Touch::Dismiss),
        ("overlay_another_person", "换人，重新开始", Touch::Act(Act::SwapPerson)),
        ("overlay_another_person", "不换，继续办我的", Touch::Act(Act::KeepPerson)),
    ];
    for (name, label, touch) in table {
        bench.show(&page(name));
        assert_eq!(tap(&bench, label), vec![touch.clone()], "{label} on {name}");
    }
}

#[test]
fn choices_come_back_with_their_own_id() {
    let bench = Bench::new();
    for (name, label, id) in [
        ("choose_theme", "道路交通", "road"),
        ("choose_item", "演出经纪机构设立审批", "agency"),
        ("acting_for", "替别人办", "another_person"),
        ("situation", "都有", "both"),
        ("box_size", "A4纸大小", "A4"),
        ("staff_boxes", "12号柜", "12"),
    ] {
        bench.show(&page(name));
        assert_eq!(tap(&bench, label), choose(id), "{label} on {name}");
    }
    bench.show(&page("check"));
    let change = bench.targets().into_iter().find(|target| target.accessible_label().as_deref() == Some("修改"));
    change.expect("a row that can be changed").invoke_accessible_default_action();
    assert_eq!(bench.take_touches(), vec![Touch::Act(Act::Change("item".into()))]);
}

#[test]
fn a_finger_that_rolls_or_rests_still_counts() {
    let bench = Bench::new();
    bench.show(&page("materials"));
    let (x, y, width, height) = place(&bench, "接着看下一页");
    for (dx, dy) in [(0.0_f32, 29.0_f32), (0.0, -29.0), (29.0, 0.0), (-29.0, 0.0)] {
        let edge = (x + dx.clamp(-1.0, 1.0) * width / 2.0, y + dy.clamp(-1.0, 1.0) * height / 2.0);
        press(&bench, x, y);
        i_slint_backend_testing::mock_elapsed_time(Duration::from_secs(5));
        roll(&bench, edge.0 + dx, edge.1 + dy);
        release(&bench, edge.0 + dx, edge.1 + dy);
        assert_eq!(bench.take_touches(), vec![Touch::Next], "rolled by {dx}, {dy}");
    }
    press(&bench, x, y);
    roll(&bench, x, y - height / 2.0 - 60.0);
    release(&bench, x, y - height / 2.0 - 60.0);
    assert_eq!(bench.take_touches(), vec![], "a finger that was drawn away");
}

/// What the former key brought arrives while the next one is held: it must not take the key away from the finger.
#[test]
fn keys_stay_under_the_finger_while_the_page_changes() {
    let bench = Bench::new();
    for (before, after, label, key) in [
        ("search_empty", "search", "Y", 'y'),
        ("search", "search_none", "Q", 'q'),
        ("search_none", "search_empty", "A", 'a'),
        ("phone", "phone_good", "8", '8'),
    ] {
        bench.show(&page(before));
        let (x, y, ..) = place(&bench, label);
        press(&bench, x, y);
        bench.show(&page(after));
        release(&bench, x, y);
        assert_eq!(bench.take_touches(), vec![Touch::Key(Key::Char(key))], "{label} from {before} to {after}");
    }
}

#[test]
fn a_button_looks_pressed_as_soon_as_it_is_touched() {
    let bench = Bench::new();
    bench.show(&page("materials"));
    let (x, y, ..) = place(&bench, "接着看下一页");
    let before = bench.picture();
    press(&bench, x, y);
    let held = bench.picture();
    assert!(before.as_slice() != held.as_slice(), "it does not look pressed");
    release(&bench, x, y);
    assert!(before.as_slice() == bench.picture().as_slice(), "it still looks pressed");
}

#[test]
fn a_button_that_is_not_ready_does_nothing() {
    let bench = Bench::new();
    bench.show(&page("phone"));
    press(&bench, 540.0, 1672.0);
    release(&bench, 540.0, 1672.0);
    assert_eq!(bench.take_touches(), vec![]);
}

#[test]
fn anywhere_in_the_lower_part_says_i_am_still_here() {
    let bench = Bench::new();
    bench.show(&page("overlay_still_there"));
    for (x, y) in [(100.0, 800.0), (540.0, 1840.0), (1000.0, 1300.0)] {
        press(&bench, x, y);
        release(&bench, x, y);
        assert_eq!(bench.take_touches(), vec![Touch::StillHere], "at {x}, {y}");
    }
}

#[test]
fn nothing_below_an_overlay_or_page_can_be_touched() {
    let bench = Bench::new();
    bench.show(&page("overlay_help"));
    press(&bench, 540.0, 900.0);
    release(&bench, 540.0, 900.0);
    assert_eq!(bench.take_touches(), vec![]);
}

#[test]
fn what_was_typed_leaves_with_its_page() {
    let bench = Bench::new();
    let phone = View { screen: samples::phone("138 1234 5678", PhoneCheck::Good), ..page("phone") };
    bench.show(&phone);
    assert_eq!(bench.screen.app().global::<kiosk_ui::ShowAnswering>().get_phone().typed, "138 1234 5678");
    bench.show(&View { person: None, step: None, screen: Screen::Idle(samples::idle()), ..phone });
    assert_eq!(bench.screen.app().global::<kiosk_ui::ShowAnswering>().get_phone().typed, "");
    assert_eq!(bench.screen.app().global::<kiosk_ui::Session>().get_person(), "");
}

/// What no reader of this terminal takes is not named: neither where a card is invited, nor where another one is asked for.
#[test]
fn documents_that_the_readers_do_not_take_are_not_named() {
    let bench = Bench::new();
    let named = || bench.texts().iter().filter_map(|text| text.accessible_label()).any(|text| text.contains("护照"));
    for (idle, chips) in [("idle", true), ("idle_no_chips", false), ("idle", true)] {
        for name in [idle, "card_unknown"] {
            bench.show(&page(name));
            assert_eq!(named(), chips, "{name} after {idle}");
        }
    }
}

#[test]
fn language_switches_what_is_on_the_screen() {
    let bench = Bench::new();
    let chinese = page("materials");
    bench.show(&chinese);
    bench.target("接着看下一页");
    bench.show(&View { language: Language::En, ..chinese.clone() });
    bench.target("See the next page");
    assert_eq!(tap(&bench, "中文"), vec![Touch::Language(Language::Zh)]);
    bench.show(&chinese);
    bench.target("还缺材料，打印清单");
}

/// `tests/targets.json`: page, then label, then the middle of what is to be touched. Other programs that drive the
/// real window read it. `BLESS=1` writes it anew.
#[test]
fn the_map_of_targets_is_true() {
    let bench = Bench::new();
    let mut map = String::from("{\n");
    let samples = samples::all(Language::Zh, TextSize::Normal);
    for (index, sample) in samples.iter().enumerate() {
        bench.show(&sample.view);
        let mut targets = BTreeMap::new();
        for target in bench.targets() {
            let (at, size) = (target.absolute_position(), target.size());
            let label = target.accessible_label().unwrap_or_default().to_string();
            targets.entry(label).or_insert([at.x + size.width / 2.0, at.y + size.height / 2.0]);
        }
        let targets: Vec<_> =
            targets.iter().map(|(label, [x, y])| format!("    {label:?}: [{x:.0}, {y:.0}]")).collect();
        let comma = if index + 1 < samples.len() { "," } else { "" };
        map.push_str(&format!("  {:?}: {{\n{}\n  }}{comma}\n", sample.name, targets.join(",\n")));
    }
    map.push_str("}\n");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/targets.json");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &map).expect("written");
    }
    assert!(
        fs::read_to_string(&path).is_ok_and(|written| written == map),
        "targets moved: BLESS=1 writes the map anew"
    );
}
