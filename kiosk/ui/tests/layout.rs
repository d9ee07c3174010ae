//! Rules of size and place, read from the element tree of every page: what is needed can be reached and hit, nothing
//! lies over anything else.

mod common;

use common::rules::{self, Area};
use common::{Bench, samples};
use kiosk_journey::{
    DoneView, IdleView, Language, NoDeposit, OutOfServiceReason, PartState, PrintState, Screen, TextSize,
    UnconfirmedReason, View,
};

/// Runs a rule over every page in both languages and sizes and reports all that break it.
fn every_page(rule: impl Fn(&Bench, &samples::Sample) -> Vec<String>) {
    let bench = Bench::new();
    let mut broken = Vec::new();
    for language in [Language::Zh, Language::En] {
        for size in [TextSize::Normal, TextSize::Large] {
            for sample in samples::all(language, size) {
                bench.show(&sample.view);
                let found = rule(&bench, &sample);
                broken.extend(found.into_iter().map(|what| format!("{} {language:?} {size:?}: {what}", sample.name)));
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn targets_can_be_reached_and_hit() {
    every_page(|bench, sample| rules::targets(bench, sample.view.overlay.is_some()));
}

#[test]
fn no_text_leaves_its_place() {
    every_page(|bench, sample| if sample.view.overlay.is_some() { Vec::new() } else { rules::texts(bench) });
}

/// Names that the samples have, and what is typed or chosen in Chinese.
const NAMES: &[&str] = &[
    "宜春市政务服务中心",
    "欧阳**",
    "欧**",
    "刘窗口",
    "文广旅局",
    "3号窗口 文化旅游",
    "2号大厅自助区",
    "临江市春之声演艺有限公司",
    "宜春之声",
    "中文",
];

#[test]
fn only_names_are_chinese_in_english() {
    every_page(|bench, sample| {
        // Candidates for characters are what is typed.
        if sample.view.language == Language::Zh || sample.name.starts_with("text") {
            return Vec::new();
        }
        rules::english(bench, NAMES)
    });
}

/// Both languages, both sizes.
fn everywhere(mut look: impl FnMut(&Bench, Language, TextSize) -> Vec<String>) {
    let bench = Bench::new();
    let mut broken = Vec::new();
    for language in [Language::Zh, Language::En] {
        for size in [TextSize::Normal, TextSize::Large] {
            broken.extend(look(&bench, language, size));
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}

fn found(bench: &Bench, view: &View, what: &str) -> Vec<String> {
    bench.show(view);
    let found = [rules::page(bench), rules::english(bench, NAMES)];
    let [place, english] = found;
    let english = if view.language == Language::En { english } else { Vec::new() };
    let say = |fault| format!("{what} {:?} {:?}: {fault}", view.language, view.text_size);
    place.into_iter().chain(english).map(say).collect()
}

/// The last page has room for whatever comes together on it.
#[test]
fn whatever_is_said_at_the_end_fits() {
    everywhere(|bench, language, size| {
        let mut broken = Vec::new();
        for case in 0..64_u32 {
            let has = |bit: u32| case >> bit & 1 == 1;
            let done = samples::done(language == Language::Zh);
            let done = DoneView {
                organisation: if has(0) { "临江市春之声演艺有限公司".into() } else { String::new() },
                offline: has(1),
                reopen_failed: has(2),
                unconfirmed: has(3).then_some(UnconfirmedReason::OpeningNotSeen),
                has_phone: has(4),
                answer_by: done.answer_by.filter(|_| has(5)),
                can_reopen: !has(2) && !has(3),
                paper: if has(1) { PrintState::Failed } else { PrintState::Printed },
                ..done
            };
            let view = View { language, text_size: size, ..View::of(Screen::Done(done), None) };
            broken.extend(found(bench, &view, &format!("done {case:06b}")));
        }
        broken
    });
}

/// The first page has room for all that can be amiss at once.
#[test]
fn whatever_is_amiss_fits_the_first_page() {
    let amiss = [
        None,
        Some(NoDeposit::Full),
        Some(NoDeposit::LockerDown),
        Some(NoDeposit::CannotRecord),
        Some(NoDeposit::NoCatalogue),
    ];
    everywhere(|bench, language, size| {
        let mut broken = Vec::new();
        for no_deposit in amiss {
            for case in 0..16_u32 {
                let has = |bit: u32| case >> bit & 1 == 1;
                let idle = IdleView {
                    no_deposit,
                    reads_cards: !has(0),
                    reads_chips: !has(1),
                    waiting: if has(2) { 128 } else { 0 },
                    waiting_since: has(2).then(|| "2026-11-23 09:41".into()),
                    paper: if has(2) { PartState::Failed } else { PartState::Ok },
                    open_doors: if has(3) { vec![3, 7, 12] } else { Vec::new() },
                    has_guide: no_deposit != Some(NoDeposit::NoCatalogue),
                    finds: !has(2),
                    ..samples::idle()
                };
                let view = View { language, text_size: size, offline: has(2), ..View::of(Screen::Idle(idle), None) };
                broken.extend(found(bench, &view, &format!("idle {no_deposit:?} {case:04b}")));
            }
        }
        broken
    });
}

/// Where a person is may be said at any length that a configuration takes.
#[test]
fn a_long_way_to_a_person_fits() {
    everywhere(|bench, language, size| {
        let staff_place = match language {
            Language::Zh => "人".repeat(40),
            Language::En => "somewhere ".repeat(8),
        };
        let out = |why| Screen::OutOfService { why, detail: "data_dir-not-writable".into() };
        let screens = [
            out(OutOfServiceReason::Revoked),
            out(OutOfServiceReason::JournalForked),
            out(OutOfServiceReason::JournalDamaged),
            out(OutOfServiceReason::Broken),
        ];
        let look = |screen: Screen| {
            let name = format!("{screen:?}");
            let view = View { language, text_size: size, staff_place: staff_place.clone(), ..View::of(screen, None) };
            found(bench, &view, &name)
        };
        screens.into_iter().flat_map(look).collect()
    });
}

#[test]
fn the_foot_bar_stands_still() {
    let bench = Bench::new();
    for sample in samples::all(Language::Zh, TextSize::Normal) {
        if sample.view.overlay.is_some() {
            continue;
        }
        bench.show(&sample.view);
        for target in bench.targets().iter().map(Area::of) {
            let centre = ((target.left + target.right) / 2.0).round();
            match target.name.as_str() {
                "返回" => assert_eq!(centre, 135.0, "{}", sample.name),
                "帮助" => assert_eq!(centre, 540.0, "{}", sample.name),
                "退出" => assert_eq!(centre, 945.0, "{}", sample.name),
                _ => continue,
            }
            assert_eq!(target.top, 1778.0, "{}", sample.name);
        }
    }
}
